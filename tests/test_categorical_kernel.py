"""The compiled loop of the categorical law against multinomial moments, the plain verbs and single numbers."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from typing import Any

import numpy as np
import pytest
from error_budget import critical_distance, critical_z, distance
from every import one_in
from numpy.typing import NDArray
from scipy import stats

import collapse_theory as ct
from collapse_theory.families.categorical import categorical, kernel, multinomial

Array = NDArray[np.float64]

WATCHED = 5
REGIMES = (
    ct.Replace(),
    ct.Accumulate(),
    ct.Fresh(real=5),
    ct.FreshMixture(share=0.3),
)
FAMILIES = (
    *ct.Categorical.examples(),
    ct.Categorical.zipf(100, 1.0),
    ct.Categorical.zipf(100, 1.0, smoothing=ct.AddAlpha(0.1)),
    ct.Categorical.zipf(300, 1.0),
    ct.Categorical.zipf(300, 1.0, smoothing=ct.BackOff(5.0)),
    ct.Categorical.zipf(300, 1.0, smoothing=ct.BackOff(300.0), estimator="posterior"),
    ct.Categorical.zipf(300, 1.0, estimator="posterior"),
)
WAYS = ((5, 4), (40, 100), (3, 1000), (50, 1000), (50, 100_000), (300, 100_000))
"""Types and points whose multinomials are drawn singly, by binomials, and by Poisson numbers."""

depths = pytest.mark.parametrize("runs", [2000, pytest.param(100_000, marks=pytest.mark.deep)])
every_regime = pytest.mark.parametrize("regime", REGIMES, ids=lambda regime: type(regime).__name__)


def law_of(weights: Any) -> multinomial.Law:
    """A law of weights, in arrays as the loop has them."""
    weights, size = np.asarray(weights, dtype=float), len(weights)
    law = multinomial.Law(np.arange(size, dtype=np.int32), weights, np.empty(size), np.empty(size, np.int32))
    multinomial.prepare(law.weights, law.cumulative, law.guide, size)
    return law


def drawn(weights: Any, count: int, samples: int, seed: int, unit: float = 0.9) -> Array:
    """Multinomial samples as the loop draws them, a row for each."""
    law, rng, size = law_of(weights), np.random.default_rng(seed), len(weights)
    rows = multinomial.poisson_rows(unit)
    hits, places = np.zeros(size, np.int64), np.empty(size, np.int32)
    types, numbers = np.empty(size, np.int32), np.empty(size)
    found = np.zeros((samples, size))
    for row in found:
        came = multinomial.draw(rng, law, count, size, rows, hits, places, types, numbers)
        row[types[:came]] = numbers[:came]
    assert not hits.any()
    return found


def watched(recursion: ct.Recursion, states: Any) -> list[Array]:
    """Values of all that is watched, each of shape ``(replicates, kept)``."""
    second = recursion.family.types[1]
    quantities = (
        recursion.entropy,
        recursion.support_size,
        recursion.probability_of(second),
        recursion.missing_mass,
        recursion.gini_simpson,
    )
    return [quantity.measure(states) for quantity in quantities]


def apart(ours: list[Array], theirs: list[Array]) -> tuple[float, float]:
    """Largest deviation of two means in standard errors, and largest distance of two samples."""
    z, far = 0.0, 0.0
    for one, two in zip(ours, theirs, strict=True):
        variance = one.var(axis=0) / len(one) + two.var(axis=0) / len(two)
        off = np.abs(one.mean(axis=0) - two.mean(axis=0))
        off = np.where(off < 1e-12, 0.0, off)
        with np.errstate(divide="ignore", invalid="ignore"):
            errors = np.where(variance > 1e-24, off / np.sqrt(variance), np.where(off == 0, 0.0, np.inf))
        z = max(z, float(np.max(errors)))
        for a, b in zip(one.T, two.T, strict=True):
            far = max(far, distance(np.round(a, 9), np.round(b, 9)))
    return z, far


# ---------------------------------------------------------------------------------------------------- single numbers
@pytest.mark.parametrize("unit", [0.25, 0.9, 1.0])
def test_tables_hold_the_poisson_laws(unit: float) -> None:
    rows = multinomial.poisson_rows(unit)
    for row in (0, 1, 5, 31, 33, 40, 63):
        mean = unit * (row if row < 32 else 32 * (row - 32))
        found = rows.cumulative[rows.starts[row] : rows.starts[row + 1]]
        numbers = rows.first[row] + np.arange(len(found))
        np.testing.assert_allclose(found, stats.poisson(mean).cdf(numbers), atol=1e-13)
        assert found[-1] == 1
        cells = 4 * len(found)
        guide = rows.guide[4 * rows.starts[row] : 4 * rows.starts[row + 1]] - rows.starts[row]
        assert np.array_equal(guide, np.searchsorted(found, np.arange(cells) / cells, side="right"))


@pytest.mark.parametrize("size", [1, 2, 7, 500])
def test_the_guide_never_starts_behind_the_type(size: int) -> None:
    weights = np.random.default_rng(size).random(size) ** 8 + 1e-9
    law = law_of(weights)
    numbers = np.random.default_rng(1).random(2000)
    wanted = np.searchsorted(law.cumulative, numbers * law.cumulative[-1], side="right")
    assert np.all(law.guide[(numbers * size).astype(int)] <= wanted)


# ---------------------------------------------------------------------------------------------------- the multinomial
@pytest.mark.parametrize("whole", [False, True], ids=["shares", "counts"])
@pytest.mark.parametrize(("size", "count"), WAYS, ids=str)
def test_samples_have_the_moments_of_the_multinomial(size: int, count: int, whole: bool, seed: int) -> None:  # noqa: FBT001
    """Means, covariances and chances of absence; two points more in a thousand, or none topped up, would be noticed."""
    samples, p = 20_000, 1 / np.arange(1.0, size + 1)
    weights = np.maximum(np.round(count * p / p.sum()), 1.0) if whole else p / p.sum()
    p = weights / weights.sum()
    root = np.sqrt(count)
    unit = np.clip((count - root) / weights.sum(), 0.25, 1.0)
    found = drawn(weights, count, samples, seed, float(unit))
    assert np.all(found.sum(axis=1) == count)
    checks = size * (size + 1) // 2 + 2 * size
    expected = count * p
    spread = np.sqrt(count * p * (1 - p))
    assert np.max(np.abs(found.mean(axis=0) - expected) / spread) * np.sqrt(samples) < critical_z(checks)
    # Chances of absence, where they are seen.
    absent = (1 - p) ** count
    seen = absent * samples > 100
    errors = np.sqrt(absent * (1 - absent) / samples)[seen]
    assert np.all(np.abs((found == 0).mean(axis=0) - absent)[seen] < critical_z(checks) * errors)
    # Products of deviations of common types, whose estimated standard errors are near the true ones.
    common = np.flatnonzero(expected > 20)[:20]
    off = (found - expected)[:, common] / spread[common]
    for a in range(len(common)):
        products = off * off[:, [a]]
        p_a, p_b = p[common[a]], p[common]
        cov = np.where(np.arange(len(common)) == a, 1.0, -np.sqrt(p_a * p_b / ((1 - p_a) * (1 - p_b))))
        z = (products.mean(axis=0) - cov) / (products.std(axis=0) / np.sqrt(samples))
        assert np.max(np.abs(z)) < critical_z(checks)


def test_each_way_is_taken() -> None:
    """The costs send small samples to single points, few types to binomials, and large ones to Poisson numbers."""
    root, ways = np.sqrt, set()
    for size, count in WAYS:
        poisson = multinomial.ANY * size + multinomial.SINGLE * multinomial.BELOW * root(count)
        costs = {
            "single": multinomial.SINGLE * count,
            "chain": multinomial.CHAINED * (size - 1),
            "poisson": poisson,
        }
        ways.add(min(costs, key=costs.__getitem__))
    assert ways == {"single", "chain", "poisson"}


def test_samples_without_the_missing_points_are_noticed(seed: int) -> None:
    """A twin that draws Poisson numbers and no missing points is caught by its means, and by its covariances."""
    p, count, samples = np.full(50, 0.02), 100_000, 20_000

    def furthest(found: Array) -> tuple[float, float]:
        off = (found - count * p) / np.sqrt(count * p * (1 - p))
        products = off[:, 0] * off[:, 1:].sum(axis=1)
        z = (products.mean() + 49 * 0.02 / 0.98) / products.std() * np.sqrt(samples)
        return float(np.max(np.abs(off.mean(axis=0)))) * np.sqrt(samples), abs(float(z))

    assert max(furthest(drawn(p, count, samples, seed))) < critical_z(51)
    wrong = np.random.default_rng(seed).poisson((count - np.sqrt(count)) * p, (samples, 50))
    assert min(furthest(wrong)) > critical_z(51)


# -------------------------------------------------------------------------------------------------------- the recursion
def test_moments_of_two_generations_are_those_of_the_chain(seed: int) -> None:
    """Means p, covariances (1 − (1 − 1/n)^t)(diag p − p pᵀ), and losses (1 − p)^n; n + 1 points would be noticed."""
    p, n, runs = np.array([0.5, 0.3, 0.15, 0.05]), 8, 100_000
    recursion = ct.Recursion(ct.Categorical(p), ct.Replace(), sample_size=n)
    laws = recursion.simulate(2, runs, rng=seed, keep=[1, 2]).states[0]
    checks = 2 * (4 + 16 + 4)
    for t, now in ((1, laws[:, 0]), (2, laws[:, 1])):
        cov = (1 - (1 - 1 / n) ** t) * (np.diag(p) - np.outer(p, p))
        assert np.max(np.abs(now.mean(axis=0) - p) / np.sqrt(np.diag(cov) / runs)) < critical_z(checks)
        off = now - p
        products = off[:, :, None] * off[:, None, :]
        z = (products.mean(axis=0) - cov) / (products.std(axis=0) / np.sqrt(runs))
        assert np.max(np.abs(z)) < critical_z(checks)
        points = np.arange(n + 1)
        chances = [stats.binom(n, q).pmf(points) for q in p]
        lost = np.array([c[0] if t == 1 else c @ (1 - points / n) ** n for c in chances])
        errors = np.sqrt(lost * (1 - lost) / runs)
        z_lost = ((now == 0).mean(axis=0) - lost) / errors
        assert np.max(np.abs(z_lost)) < critical_z(checks)
    wrong = np.array([(1 - q) ** (n + 1) for q in p])
    assert np.max(np.abs((laws[:, 0] == 0).mean(axis=0) - wrong) / np.sqrt(wrong / runs)) > critical_z(checks)


@depths
@pytest.mark.parametrize(
    ("regime", "family"), one_in(3, list(product(REGIMES, FAMILIES))), ids=lambda one: repr(one)[:60]
)
def test_the_loop_and_the_plain_verbs_agree(family: ct.Categorical, regime: ct.Regime, runs: int, seed: int) -> None:
    """Notices a quarter of a spread of a mean, 13 % of probability of a distance, and a third of the points."""
    checks = 2 * WATCHED * 3
    recursion = ct.Recursion(family, regime, sample_size=30)

    def values(loop: ct.Recursion, rng: int, method: Any) -> list[Array]:
        return watched(loop, loop.simulate(3, runs, rng=rng, keep=[1, 2, 3], method=method).states)

    ours = values(recursion, seed, "kernel")
    z, far = apart(ours, values(recursion, seed + 1, "plain"))
    assert z < critical_z(checks)
    assert far < critical_distance(checks, runs, runs)
    assert apart(ours, values(replace(recursion, sample_size=10), seed + 1, "plain"))[0] > critical_z(checks)


@depths
@pytest.mark.parametrize("regime", REGIMES, ids=lambda regime: type(regime).__name__)
def test_many_points_under_a_growing_schedule_agree_with_the_plain_verbs(
    regime: ct.Regime, runs: int, seed: int
) -> None:
    """The same where Poisson numbers of fractional means are drawn."""
    family = ct.Categorical.zipf(100, 1.2)
    sizes = ct.schedules.power(3000, 0.5)
    recursion = ct.Recursion(family, regime, sample_size=sizes)
    ours, theirs = (
        watched(recursion, recursion.simulate(3, runs, rng=rng, keep=[1, 2, 3], method=method).states)
        for rng, method in ((seed, "kernel"), (seed + 1, "plain"))
    )
    z, far = apart(ours, theirs)
    assert z < critical_z(2 * WATCHED * 3)
    assert far < critical_distance(2 * WATCHED * 3, runs, runs)


# ---------------------------------------------------------------------------------------------------- the same results
@pytest.mark.parametrize("dense", [0, 256], ids=["lists", "table"])
def test_workers_do_not_change_a_bit(dense: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(categorical, "DENSE", dense)
    monkeypatch.setattr(categorical, "CELLS", 2000)
    recursion = ct.Recursion(ct.Categorical.zipf(100, 1.0), ct.Replace(), sample_size=500)
    one, two = (recursion.simulate(5, 90, rng=3, keep="all", workers=workers) for workers in (1, 2))
    for ours, theirs in zip(one.states, two.states, strict=True):
        if ours.dtype == object:
            assert all(np.array_equal(a, b) for a, b in zip(ours.ravel(), theirs.ravel(), strict=True))
        else:
            assert np.array_equal(ours, theirs)


@every_regime
@pytest.mark.parametrize("smoothing", [None, ct.AddAlpha(0.1), ct.BackOff(3.0)], ids=str)
def test_lists_hold_what_the_table_holds(smoothing: Any, regime: ct.Regime, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same stream gives the same laws in both storages, of total 1, with types ascending."""
    recursion = ct.Recursion(ct.Categorical.zipf(100, 1.0, smoothing=smoothing), regime, sample_size=200)
    table = recursion.simulate(4, 20, rng=1, keep="all").states
    monkeypatch.setattr(categorical, "DENSE", 0)
    monkeypatch.setattr(type(recursion.family), "block_size", property(lambda family: 2000))
    lists = recursion.simulate(4, 20, rng=1, keep="all").states
    for law, pairs in zip(table[0].reshape(-1, 100), lists[0].ravel(), strict=True):
        types = pairs[0].astype(int)
        assert np.array_equal(types, np.flatnonzero(law))
        np.testing.assert_allclose(pairs[1], law[types], rtol=1e-14)
        assert law.sum() == pytest.approx(1, abs=1e-12)
    np.testing.assert_array_equal(table[1], lists[1])


@pytest.mark.parametrize("family", [FAMILIES[2], FAMILIES[5], FAMILIES[10], FAMILIES[9], FAMILIES[11]], ids=repr)
@every_regime
def test_watched_times_are_those_of_the_kept_states(family: ct.Categorical, regime: ct.Regime) -> None:
    recursion = ct.Recursion(family, regime, sample_size=12)
    first, last = family.types[0], family.types[-1]
    support = family.probabilities.support
    times = [
        recursion.absorption_time,
        recursion.loss_time(last),
        recursion.loss_time(first),
        recursion.fixation_time(first),
        recursion.time_until_support(max(2, support // 40)),
        recursion.time_until_support(support),
    ]
    runs = recursion.simulate(30, 60, rng=4, keep="all", watch=times)
    for time, found in zip(times, runs.times.T, strict=True):
        reached = np.stack([time.reached(tuple(a[:, t] for a in runs.states)) for t in range(31)], axis=1)
        wanted = np.where(reached.any(axis=1), reached.argmax(axis=1), -1)
        np.testing.assert_array_equal(found, wanted)
    assert np.all(runs.times[:, -1] == 0)


def test_unequal_weights_and_two_slots_agree_with_the_plain_verbs(seed: int) -> None:
    """A window of three generations whose older points weigh less, beside weighted real points."""
    runs, checks = 4000, 2 * WATCHED * 4
    for family in (FAMILIES[2], FAMILIES[4], FAMILIES[6]):
        recursion = ct.Recursion(family, Windowed(), sample_size=10)
        ours, theirs = (
            watched(recursion, recursion.simulate(5, runs, rng=rng, keep=[1, 2, 3, 5], method=method).states)
            for rng, method in ((seed, "kernel"), (seed + 1, "plain"))
        )
        z, far = apart(ours, theirs)
        assert z < critical_z(3 * checks)
        assert far < critical_distance(3 * checks, runs, runs)


class Windowed(ct.Regime):
    """Four real points of weight 3, n of the model, and the last two generations' with less weight."""

    @classmethod
    def examples(cls) -> tuple[Windowed, ...]:
        return (cls(),)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Windowed)

    def __hash__(self) -> int:
        return 1

    def step(self, t: Any, sizes: Any) -> ct.Step:
        return ct.Step(
            drawn=(4, sizes(t)),
            weight=(3, 1, 0.5, 0.25),
            stored=(sizes(t - 1), sizes(t - 2)),
            keep=((1,), (2,)),
        )


# ------------------------------------------------------------------------------------------------------------- extremes
@pytest.mark.parametrize("n", [10_000, 100_000_000])
def test_a_million_types(n: int) -> None:
    recursion = ct.Recursion(ct.Categorical.zipf(10**6, 1.0), ct.Replace(), sample_size=n)
    laws, once = recursion.simulate(3, 2, rng=1).states
    for pairs in laws.ravel():
        counts = pairs[1] * n
        assert pairs[1].sum() == pytest.approx(1, abs=1e-9)
        assert np.max(np.abs(counts - np.round(counts))) < 1e-6
        assert np.round(counts).sum() == n
        assert np.all(np.diff(pairs[0]) > 0)
    assert np.all((once >= 0) & (once < 1))


def test_a_tilt_is_not_defined() -> None:
    recursion = ct.Recursion(ct.Categorical([0.3, 0.7]), ct.Replace(), sample_size=4)
    with pytest.raises(ct.NotDefined, match="tilt"):
        recursion.simulate(2, 3, rng=1, tilt=1.0)


def test_generation_zero_alone_is_the_source() -> None:
    recursion = ct.Recursion(ct.Categorical([0.3, 0.0, 0.7]), ct.Replace(), sample_size=4)
    runs = recursion.simulate(0, 3, rng=1, watch=[recursion.loss_time(1), recursion.loss_time(0)])
    np.testing.assert_array_equal(runs.states[0], np.tile([0.3, 0.0, 0.7], (3, 1, 1)))
    np.testing.assert_array_equal(runs.times, [[0, -1]] * 3)


def test_the_learner_says_whether_all_types_are_listed() -> None:
    from collapse_theory.families.categorical.simulate import _learner

    assert _learner(FAMILIES[3]) == kernel.Learner(kernel.PLUG_IN, 2.0, everywhere=True)
    assert not _learner(FAMILIES[8]).everywhere
    assert _learner(FAMILIES[11]).everywhere
