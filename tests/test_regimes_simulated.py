"""Pools, windows, golden sets, filtered crawls and fine-tuning: simulated against the exact map, and told apart."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from error_budget import critical_z, z_of_mean
from every import BASIC, REGIMES, covering_pairs, every_pair

import collapse_theory as ct
from collapse_theory.tableau.moments import ONE, M, V, exact_second_moments, exact_step_map

OWN = tuple(regime for regime in REGIMES if not isinstance(regime, BASIC))
KINDS = tuple({type(regime): regime for regime in reversed(OWN)}.values())
FAMILIES: tuple[ct.Family, ...] = (
    ct.Gaussian(mean=1, sd=2, ddof=0),
    ct.Gaussian(mean=1, sd=2, ddof=1),
    ct.Categorical([0.3, 0.7]),
    ct.Poisson(rate=2),
)
KEPT = (1, 2, 4, 8)
ROUGH = ct.Detector(tpr=0.8, fpr=0.05)


def exact_moments(recursion: ct.Recursion, wrong: int = 0) -> tuple[list[float], list[float]]:
    """Expected spread and squared error at the kept generations; with ``wrong`` = 1, of n in place of n − 1."""
    family, last = recursion.family, KEPT[-1]
    if family.two_moments:
        found = exact_second_moments(recursion.regime, recursion.sizes, Fraction(family.ddof) - wrong, last)
    else:
        found = known_variance(recursion, last)
        n = int(recursion.sizes(1))
        found = [(v, m * Fraction(n, n - wrong)) for v, m in found]
    spread, error = ([family.spread * float(found[t][i]) for t in KEPT] for i in (0, 1))
    return spread, error


def known_variance(recursion: ct.Recursion, last: int) -> list[tuple[Fraction, Fraction]]:
    """The exact map where a model's point has the source's variance in the mean, whatever was fitted."""
    state, found = {V: Fraction(1), ONE: Fraction(1)}, [(Fraction(1), Fraction(0))]
    for t in range(1, last + 1):
        rows = {**exact_step_map(recursion.regime.step(t, recursion.sizes), 0), V: {ONE: 1}}
        state = {
            row: sum(Fraction(c) * state.get(of, Fraction(0)) for of, c in form.items()) for row, form in rows.items()
        }
        found.append((state[V], state[M]))
    return found


def deviation(recursion: ct.Recursion, runs: ct.Runs, wrong: int = 0, of: ct.Recursion | None = None) -> float:
    """Largest deviation of simulated mean moments from the exact ones, of the same or of another recursion."""
    roles = recursion.family.roles
    spread, error = exact_moments(of or recursion, wrong)
    expected = {"squared_location": error, **({"spread": spread} if recursion.family.two_moments else {})}
    z = [z_of_mean(runs.values(recursion.watch(roles[role])), values) for role, values in expected.items()]
    return float(np.max(np.abs(z)))


def confronted(recursion: ct.Recursion, method: Any, replicates: int, seed: int) -> None:
    runs = recursion.simulate(KEPT[-1], replicates, rng=seed, keep=KEPT, method=method)
    threshold = critical_z(2 * len(KEPT))
    assert deviation(recursion, runs) < threshold
    assert deviation(recursion, runs, wrong=1) > threshold


@covering_pairs(10, members=FAMILIES, data=OWN)
def test_simulated_moments_are_those_of_the_exact_map(recursion: ct.Recursion, seed: int) -> None:
    """Notices 3 % of the expected spread or of the squared error."""
    confronted(recursion, "kernel", 100_000, seed)


@pytest.mark.deep
@every_pair(10, members=FAMILIES, data=OWN)
def test_plain_verbs_have_the_moments_of_the_exact_map(recursion: ct.Recursion, seed: int) -> None:
    """Notices 5 %."""
    confronted(recursion, "plain", 40_000, seed)


@pytest.mark.deep
@every_pair(10, members=FAMILIES[1:], data=KINDS)
def test_plain_verbs_of_each_regime_have_the_moments_of_the_exact_map(recursion: ct.Recursion, seed: int) -> None:
    """Notices 7 %."""
    confronted(recursion, "plain", 20_000, seed)


# ----------------------------------------------------------------------------------------------- what is taken for one
def of(regime: ct.Regime, n: int) -> ct.Recursion:
    return ct.Recursion(ct.Gaussian(ddof=0), regime, sample_size=n)


CONFUSED = {
    "a window forgets, a pool does not": (of(ct.Window(generations=3), 10), of(ct.Accumulate(), 10)),
    "fresh points by count or by chance": (of(ct.Fresh(share=0.5), 10), of(ct.FreshMixture(share=0.5), 10)),
    "the same real points or new ones": (of(ct.Golden(size=5), 5), of(ct.Fresh(real=5), 10)),
    "with replacement or without": (
        of(ct.AccumulateSubsample(replacement=True), 10),
        of(ct.AccumulateSubsample(replacement=False), 10),
    ),
    "a fixed crawl or a fixed training size": (
        of(ct.Contaminated(ai_share=0.75, detector=ROUGH, refill=False), 20),
        of(ct.Contaminated(ai_share=0.75, detector=ROUGH, refill=True), 20),
    ),
    "fixed or random composition": (
        of(ct.Contaminated(ai_share=0.9, detector=ROUGH, refill=False, composition="fixed"), 20),
        of(ct.Contaminated(ai_share=0.9, detector=ROUGH, refill=False), 20),
    ),
}


@pytest.mark.parametrize("question", CONFUSED)
def test_what_is_taken_for_one_is_told_apart(question: str, seed: int) -> None:
    """Each of the two agrees with its own exact moments and not with those of the other."""
    threshold = critical_z(4 * len(KEPT))
    for i, (one, other) in enumerate((CONFUSED[question], CONFUSED[question][::-1])):
        runs = one.simulate(KEPT[-1], 200_000, rng=seed + i, keep=KEPT)
        assert deviation(one, runs) < threshold
        assert deviation(one, runs, of=other) > threshold


@pytest.mark.parametrize(
    ("composition", "spread", "error"),
    [("fixed", 0.714945103004472, 0.285054896995528), ("random", 0.686147440961185, 0.313852559038815)],
)
def test_a_filtered_crawl_of_fixed_size_comes_to_rest_where_theory_says(
    composition: Any, spread: float, error: float
) -> None:
    recursion = of(ct.Contaminated(ai_share=0.9, detector=ROUGH, refill=False, composition=composition), 20)
    assert recursion.variance.mean.limit == pytest.approx(spread, rel=1e-12)
    assert recursion.squared_location_error.mean.limit == pytest.approx(error, rel=1e-12)


def test_a_detector_that_flags_nothing_changes_nothing() -> None:
    nothing = ct.Detector(tpr=0, fpr=0)
    plain = of(ct.Contaminated(ai_share=0.5), 10)
    for refill in (None, False, True):
        idle = of(ct.Contaminated(ai_share=0.5, detector=nothing, refill=refill), 10)
        assert idle.tableau == plain.tableau
        one, two = (recursion.simulate(5, 3000, rng=4, keep="all") for recursion in (plain, idle))
        assert all(np.array_equal(a, b) for a, b in zip(one.states, two.states, strict=True))


# ------------------------------------------------------------------------------------------------------------ machinery
CHAIN = ct.MarkovChain([[0.7, 0.3], [0.4, 0.6]])


@every_pair(10, members=(*FAMILIES[1:], CHAIN), data=KINDS)
def test_workers_change_no_bit(recursion: ct.Recursion) -> None:
    one, two = (recursion.simulate(4, 5000, rng=5, keep="all", workers=workers) for workers in (1, 2))
    assert all(np.array_equal(a, b) for a, b in zip(one.states, two.states, strict=True))


@pytest.mark.parametrize("regime", OWN, ids=repr)
def test_a_chain_runs_through_the_regimes_it_has_and_names_the_others(regime: ct.Regime) -> None:
    step = regime.tableau(ct.schedules.Constant(12))
    if step.carried or step.subsample or step.screen:
        with pytest.raises(ct.NotDefined, match=r"MarkovChain is not defined with a (regime|detector) that"):
            ct.Recursion(CHAIN, regime, sample_size=12)
        return
    recursion = ct.Recursion(CHAIN, regime, sample_size=12)
    runs = recursion.simulate(5, 300, rng=2, keep="all")
    assert np.all(np.isfinite(runs.values(recursion.watch(CHAIN.headline))))


# --------------------------------------------------------------------------------------------------------------- errors
@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: ct.Contaminated(ai_share=1.5), "ai_share = 1.5 is outside its domain"),
        (lambda: ct.Contaminated(ai_share=(0.5, -0.1)), r"ai_share.* = .*-0\.1.* is outside its domain"),
        (lambda: ct.Contaminated(ai_share=0.5, composition="some"), "composition = 'some' is outside its domain"),
        (lambda: ct.Contaminated(ai_share=0.5, detector=ROUGH), "refill = None is outside its domain: True, to crawl"),
        (
            lambda: ct.Contaminated(ai_share=1.0, detector=ct.Detector(tpr=1, fpr=0), refill=True),
            "keeps nothing of a crawl with ai_share = 1",
        ),
        (lambda: ct.Detector(tpr=1.2, fpr=0), "tpr = 1.2 is outside its domain"),
        (lambda: ct.Detector(tpr=0.5, fpr=-1), "fpr = -1 is outside its domain"),
        (lambda: ct.Detector(tpr=0.5, fpr=0.1, beyond=2), "give both of the two or none"),
        (lambda: ct.AccumulateFresh(share=1.2), "share = 1.2 is outside its domain"),
        (lambda: ct.AccumulateFresh(real=1, share=0.5), "give exactly one of the two"),
        (lambda: ct.Weighted(real=2, weight=0), "weight = 0 is outside its domain"),
        (lambda: ct.Weighted(real=2, weight=1.1), "weight = 1.1 is outside its domain"),
        (lambda: ct.Golden(size=4, weight=0), "weight = 0 is outside its domain"),
        (lambda: ct.Golden(size=0), "size = 0 is outside its domain"),
        (lambda: ct.FineTune(rate=0, data="fixed"), "rate = 0 is outside its domain"),
        (lambda: ct.FineTune(rate=0.5, data="other"), "data = 'other' is outside its domain"),
        (lambda: ct.Window(generations=0), "generations = 0 is outside its domain"),
        (lambda: ct.AccumulateSubsample(replacement=1), "replacement = 1 is outside its domain: True or False"),
        (lambda: of(ct.AccumulateSubsample(replacement=False, size=11), 10), "size = 11 is outside its domain"),
        (lambda: of(ct.Weighted(real=10, weight=0.5), 10), "real = 10 is outside its domain"),
        (lambda: of(ct.Golden(size=1), 10), "size|1 point|outside"),
        (
            lambda: of(ct.Contaminated(ai_share=1.0, detector=ct.Detector(tpr=1 - 1e-6, fpr=0), refill=False), 4),
            "outside the domain of what can be fitted",
        ),
        (
            lambda: of(ct.Contaminated(ai_share=0.33, composition="fixed"), 10),
            "ai_share",
        ),
    ],
)
def test_parameters_outside_their_domains_are_named(make: Callable[[], Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        make()
