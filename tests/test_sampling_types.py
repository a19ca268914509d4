"""Samplings of types: selection, verification, temperature and curation against counts added up in fractions."""

from __future__ import annotations

import itertools
import math
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from error_budget import critical_z, z_of_mean
from scipy.optimize import brentq
from scipy.special import comb

import collapse_theory as ct
from collapse_theory.sampling.reward import expected_reward, resting_law
from collapse_theory.theorems.two_types_sampled import binomial_rows, fixation_chances

SOURCE = (0.5, 0.3, 0.2)
TYPES = ct.Categorical(SOURCE)
REPLACE = ct.Replace()
REWARDS = (0.0, 1.0, 2.0)


def looped(family: ct.Categorical, one: Any, n: int = 10, regime: ct.Regime = REPLACE) -> ct.Recursion:
    return ct.Recursion(family, regime, sample_size=n, sampling=one)


def law(recursion: ct.Recursion, t: int) -> list[float]:
    return [recursion.probability_of(label).population(t) for label in recursion.family.types]


# ------------------------------------------------------------------------------------------------------------- rewards
@pytest.mark.parametrize(
    ("choices", "printed"),
    [
        (2, (0.354523010815422, 0.341590544153401, 0.303886445031177)),
        (3, (0.29330795854619, 0.343186234138621, 0.36350580731519)),
        (5, (0.24275896382839, 0.33202838499755, 0.425212651174059)),
        (None, (0.179000020574274, 0.291943501932506, 0.52905647749322)),
    ],
)
def test_printed_laws_of_a_choice(choices: int | None, printed: tuple[float, ...]) -> None:
    recursion = looped(TYPES, ct.Reward(REWARDS, choices=choices))
    assert law(recursion, 1) == pytest.approx(SOURCE, rel=1e-15)
    assert law(recursion, 2) == pytest.approx(printed, rel=1e-13)
    scaled = looped(TYPES, ct.Reward([3 * r for r in REWARDS], temperature=3.0, choices=choices))
    assert law(scaled, 2) == pytest.approx(printed, rel=1e-13)


@pytest.mark.parametrize("choices", [1, 2, 3, 4, 6])
@pytest.mark.parametrize("weights", [(1, 2, 5), (1, 10**6, 10**12), (10**40, 1, 10**20)], ids=str)
def test_a_choice_is_that_of_all_candidates_enumerated(choices: int, weights: tuple[int, ...]) -> None:
    source = [Fraction(5, 10), Fraction(3, 10), Fraction(2, 10)]
    exact = [Fraction(0)] * 3
    for candidates in itertools.product(range(3), repeat=choices):
        chance = math.prod(source[i] for i in candidates)
        total = sum(weights[i] for i in candidates)
        for i in candidates:
            exact[i] += chance * Fraction(weights[i], total)
    recursion = looped(TYPES, ct.Reward([math.log(w) for w in weights], choices=choices))
    assert law(recursion, 2) == pytest.approx([float(p) for p in exact], rel=1e-12)


def test_many_choices_are_the_tilted_law() -> None:
    tilted = law(looped(TYPES, ct.Reward(REWARDS)), 2)
    off = [
        np.max(np.abs(np.subtract(law(looped(TYPES, ct.Reward(REWARDS, choices=k)), 2), tilted))) for k in (100, 200)
    ]
    assert off[1] < 0.55 * off[0] < 0.01


def test_the_mean_weight_rises_by_its_relative_variance_and_the_best_are_left() -> None:
    weights, before = np.exp(REWARDS), np.array(SOURCE)
    recursion = looped(TYPES, ct.Reward(REWARDS))
    for t in range(2, 8):
        after = np.array(law(recursion, t))
        mean = before @ weights
        assert after @ weights - mean == pytest.approx((before @ weights**2 - mean**2) / mean, rel=1e-10)
        assert after == pytest.approx([recursion.probability_of(i).population.along_the_path(t) for i in range(3)])
        before = after
    assert [recursion.probability_of(i).population.limit for i in range(3)] == [0, 0, 1]
    tie = looped(TYPES, ct.Reward({0: 1.0, 2: 1.0}))
    assert [tie.probability_of(i).population.limit for i in range(3)] == pytest.approx([5 / 7, 0, 2 / 7])


def test_curation_beside_real_points_rests_in_the_house_of_cards() -> None:
    printed = (0.171159185673657, 0.135550688812831, 0.693290125513512)
    assert resting_law(REWARDS, TYPES, 0.3) == pytest.approx(printed, rel=1e-13)
    assert ct.Reward(REWARDS).resting_law(TYPES, 0.3) == pytest.approx(printed, rel=1e-13)
    assert ct.Reward([3 * r for r in REWARDS], temperature=3.0).resting_law(TYPES, 0.3) == pytest.approx(printed)
    with pytest.raises(ct.NotDefined, match="no fixed weights"):
        ct.Reward(REWARDS, choices=2).resting_law(TYPES, 0.3)
    recursion = looped(TYPES, ct.Reward(REWARDS), 10, ct.FreshMixture(share=0.3))
    assert law(recursion, 400) == pytest.approx(printed, rel=1e-12)
    assert resting_law(REWARDS, TYPES, 1.0) == pytest.approx(SOURCE)
    assert expected_reward(dict(enumerate(REWARDS)), TYPES, np.array(printed)) == pytest.approx(
        printed[1] + 2 * printed[2]
    )


def test_a_proxy_rises_while_the_truth_falls() -> None:
    family = ct.Categorical([0.5, 0.499, 0.001])
    recursion = looped(family, ct.Reward([1, 0, 1.2]))
    for rounds, truth, proxy in ((0, 0.499, 0.5012), (6, 0.9843880256165, 0.99886), (40, -0.7127227608829, 1.17127)):
        now = np.array([recursion.probability_of(i).population.along_the_path(rounds + 1) for i in range(3)])
        assert now @ [1, 0, -1] == pytest.approx(truth, rel=1e-12)
        assert now @ [1, 0, 1.2] == pytest.approx(proxy, rel=1e-5)


# ---------------------------------------------------------------------------------------------------- two types, drift
@pytest.mark.parametrize(
    ("n", "s", "copies", "printed"),
    [
        (20, 0.05, 1, 0.108598904984032),
        (20, 0.05, 10, 0.72639316095158),
        (10, 0.1, 1, 0.204585472960945),
        (50, 0.02, 1, 0.045093332189731),
    ],
)
def test_printed_chances_of_fixation(n: int, s: float, copies: int, printed: float) -> None:
    recursion = looped(ct.Categorical([copies / n, 1 - copies / n]), ct.FitnessAdvantage(s, of=0), n)
    assert fixation_chances(recursion)[copies] == pytest.approx(printed, rel=1e-12)
    sigma = math.log1p(s)
    kimura, raw = (math.expm1(-2 * x * copies) / math.expm1(-2 * n * x) for x in (sigma, s))
    assert abs(kimura - printed) < abs(raw - printed) / 5


def test_weak_selection_beats_drift_where_there_are_many_points() -> None:
    """Kimura's formula to 1.2 % at n = 100, s = 0.02."""
    recursion = looped(ct.Categorical([0.5, 0.5]), ct.FitnessAdvantage(0.02, of=0), 100)
    found, sigma = fixation_chances(recursion), math.log1p(0.02)
    copies = np.arange(1, 101)
    assert np.max(np.abs(np.expm1(-2 * sigma * copies) / np.expm1(-200 * sigma) / found[1:] - 1)) < 0.012
    few, many = (looped(recursion.family, ct.FitnessAdvantage(0.02, of=0), n) for n in (5, 400))
    assert few.probability_of(0).mean.limit < 0.55
    assert many.probability_of(0).mean.limit > 0.99


SELECTIONS = (ct.FitnessAdvantage(0.5, of=0), ct.FitnessAdvantage(-0.25, of=1), ct.Verifier(0, tpr=0.75, fpr=0.25))
ERRING = ct.Verifier(0, tpr=0.75, fpr=0.25, error=0.25, repair=0.125)


def chosen_share(one: Any, p: Fraction) -> Fraction:
    """Chance of the first type among sampled points."""
    if isinstance(one, ct.FitnessAdvantage):
        w = (1 + Fraction(one.advantage), Fraction(1))
        a, b = w if one.of == 0 else w[::-1]
    else:
        a, b = Fraction(one.tpr), Fraction(one.fpr)
        p = (1 - Fraction(one.error)) * p + Fraction(one.repair) * (1 - p)
    return a * p / (a * p + b * (1 - p))


@pytest.mark.parametrize("one", [*SELECTIONS, ERRING], ids=repr)
def test_two_types_are_the_chain_in_fractions(one: Any) -> None:
    n, p = 4, Fraction(1, 4)

    def row(q: Fraction) -> list[Fraction]:
        return [math.comb(n, k) * q**k * (1 - q) ** (n - k) for k in range(n + 1)]

    counts, recursion = row(p), looped(ct.Categorical([0.25, 0.75]), one, n)
    for t in range(1, 9):
        if t > 1:
            rows = [row(chosen_share(one, Fraction(i, n))) for i in range(n + 1)]
            counts = [sum(counts[i] * rows[i][k] for i in range(n + 1)) for k in range(n + 1)]
        share = sum(c * Fraction(k, n) for k, c in enumerate(counts))
        gini = sum(c * 2 * Fraction(k * (n - k), n * n) for k, c in enumerate(counts))
        assert recursion.probability_of(0).mean(t) == pytest.approx(float(share), rel=1e-13)
        assert recursion.probability_of(1).mean(t) == pytest.approx(float(1 - share), rel=1e-13)
        assert recursion.survival_of(0).mean(t) == pytest.approx(float(1 - counts[0]), rel=1e-13)
        assert recursion.survival_of(1).mean(t) == pytest.approx(float(1 - counts[-1]), rel=1e-13)
        assert recursion.gini_simpson.mean(t) == pytest.approx(float(gini), rel=1e-13)
    if one is ERRING:
        with pytest.raises(ct.NoClosedForm, match="brings lost types back"):
            _ = recursion.probability_of(0).mean.limit
    else:
        assert recursion.probability_of(0).mean.limit == pytest.approx(recursion.probability_of(0).mean(500), abs=1e-12)
        assert recursion.gini_simpson.mean.limit == 0


def test_rows_are_binomial_to_rounding() -> None:
    n, chances = 500, np.array([0.0, 0.3, 1 - 1e-3, 1.0])
    for row, p in zip(binomial_rows(n, chances), chances, strict=True):
        exact = [float(comb(n, k, exact=True) * Fraction(p) ** k * (1 - Fraction(p)) ** (n - k)) for k in range(n + 1)]
        assert row == pytest.approx(exact, rel=2e-13, abs=1e-300)


@pytest.mark.parametrize("one", [SELECTIONS[0], ERRING, ct.Reward([1, 0], choices=2), ct.Temperature(0.5)], ids=repr)
def test_two_types_are_those_simulated(one: Any, seed: int) -> None:
    recursion = looped(ct.Categorical([0.3, 0.7]), one, 12)
    runs = recursion.simulate(6, 20_000, rng=seed, keep=[2, 6])
    shares = np.asarray(recursion.probability_of(0).measure(runs.states))
    alive = np.asarray(recursion.survival_of(0).measure(runs.states), dtype=float)
    exact = recursion.probability_of(0).mean(np.array([2, 6]))
    z = critical_z(4)
    assert np.all(np.abs(z_of_mean(shares, exact)) < z)
    chance = recursion.survival_of(0).mean(np.array([2, 6]))
    error = np.sqrt(chance * (1 - chance) / len(alive)) + z / len(alive)
    assert np.all(np.abs(alive.mean(axis=0) - chance) < z * error)
    a_generation_early = recursion.probability_of(0).mean(np.array([3, 7]))
    assert abs(z_of_mean(shares, a_generation_early)[0]) > z


# ----------------------------------------------------------------------------------------------------------- verifiers
@pytest.mark.parametrize(
    ("a", "b", "error", "repair", "before"),
    [
        (0.9, 0.3, 0.2, 0, 0.7),
        (0.9, 0.8, 0.2, 0, 0),
        (0.9, 0.3, 0.2, 0.05, 0.710201287896889),
        (0.9, 0.8, 0.2, 0.05, 0.271779788708135),
        (0.5, 0.5, 0.2, 0.05, 0.2),
        (1, 0.5, 0.4, 0, 0.2),
    ],
)
def test_printed_accuracies(a: float, b: float, error: float, repair: float, before: float) -> None:
    one = ct.Verifier(0, tpr=a, fpr=b, error=error, repair=repair)
    found, after = one.resting_accuracy
    assert found == pytest.approx(before, abs=1e-13)
    assert one.written(after) == pytest.approx(found, abs=1e-13)
    settled = looped(TYPES, one).probability_of(0).population(400)
    assert settled == pytest.approx(after, abs=1e-12)
    assert one.written(settled) == pytest.approx(before, abs=1e-12)


@pytest.mark.parametrize("a", [0.2, 0.6, 1.0])
@pytest.mark.parametrize("b", [0.1, 0.6, 0.9])
@pytest.mark.parametrize(("error", "repair"), [(0.1, 0.3), (0.5, 0.02), (0, 0.2), (0.3, 0)])
def test_accuracies_at_rest_are_where_the_step_ends(a: float, b: float, error: float, repair: float) -> None:
    one, k = ct.Verifier(0, tpr=a, fpr=b, error=error, repair=repair), 0.5
    for _ in range(5000):
        k = one.kept(one.written(k))
    assert one.resting_accuracy[1] == pytest.approx(k, abs=1e-9)


def test_the_stage_of_an_accuracy_is_named() -> None:
    """0.7 before the filter is 0.875 after it, in the same loop."""
    before, after = ct.Verifier(0, tpr=0.9, fpr=0.3, error=0.2).resting_accuracy
    assert (before, after) == pytest.approx((0.7, 0.875))
    with pytest.raises(ct.NotDefined, match="changes no accuracy"):
        _ = ct.Verifier(0, tpr=0.5, fpr=0.5).resting_accuracy


def test_verification_is_no_help_to_diversity(seed: int) -> None:
    """Right types drift as if nothing were verified: pairs that differ fall by 1 − 1/n each generation."""
    n, one = 20, ct.Verifier((0, 1, 2, 3), tpr=1, fpr=0)
    recursion = looped(ct.Categorical([0.25] * 4 + [0.0]), one, n)
    runs = recursion.simulate(30, 5000, rng=seed)
    gini = np.asarray(recursion.gini_simpson.measure(runs.states))
    z = critical_z(1)
    assert abs(z_of_mean(gini, 0.75 * (1 - 1 / n) ** 30)[0]) < z
    assert abs(z_of_mean(gini, 0.75)[0]) > z


def test_unequal_chances_among_the_right_ones_decide_in_85_rounds() -> None:
    recursion = looped(ct.Categorical([0.5, 0.5]), ct.Reward([math.log(0.95), math.log(0.9)]))
    shares = np.array([recursion.probability_of(0).population(t) for t in (85, 86)])
    assert shares[0] < 0.99 <= shares[1]
    assert math.log(99) / math.log(0.95 / 0.9) == pytest.approx(84.989, abs=1e-3)


def test_lost_types_come_back_by_the_source() -> None:
    """A right one that goes wrong falls on wrong types as the source has them."""
    one = ct.Verifier(0, tpr=1, fpr=1, error=0.5)
    assert law(looped(TYPES, one), 2) == pytest.approx([0.25, 0.3 + 0.25 * 0.6, 0.2 + 0.25 * 0.4])
    empty = ct.Verifier(0, tpr=1, fpr=1, repair=0.5)
    assert law(looped(ct.Categorical([0, 0.6, 0.4]), empty), 2) == pytest.approx([0.5, 0.3, 0.2])


# --------------------------------------------------------------------------------------------------------- temperature
@pytest.mark.parametrize(
    ("heat", "types", "printed"),
    [
        *((0.5, k, m) for k, m in ((2, 0.5), (3, 0.51471862576), (10, 0.625), (100, 0.83403010472))),
        *((0.8, k, m) for k, m in ((3, 0.20793867294), (10, 0.27400321842), (1000, 0.62523367456))),
        *((0.9, k, m) for k, m in ((10, 0.1404913782), (1000, 0.37324235069))),
    ],
)
def test_printed_shares_that_trap(heat: float, types: int, printed: float) -> None:
    one = ct.Temperature(heat)
    assert one.trapping_share(types) == pytest.approx(printed, abs=2e-11)
    assert one.trapping_share(types) >= one.escaping_share == pytest.approx(1 - heat)
    if heat == 0.5:
        assert one.trapping_share(types) == pytest.approx(types / (1 + math.sqrt(types - 1)) ** 2, rel=1e-11)


@pytest.mark.parametrize("share", [0.4, 0.6, 0.66])
def test_a_cooled_loop_stays_where_it_is_between_the_two_shares(share: float) -> None:
    """At T = 1/2 with ten types both states are stable for 0.5 < m < 0.625."""
    k, heat = 10, 0.5

    def settled(p: np.ndarray) -> np.ndarray:
        for _ in range(4000):
            p = share / k + (1 - share) * p ** (1 / heat) / np.sum(p ** (1 / heat))
        return p

    near = settled(np.array([0.1 + 1e-3] + [(0.9 - 1e-3) / 9] * 9))
    corner = settled(np.array([0.99] + [0.01 / 9] * 9))
    assert (near.max() < 0.1 + 1e-6) == (share > ct.Temperature(heat).escaping_share)
    assert (corner.max() > 0.2) == (share < ct.Temperature(heat).trapping_share(k))


def test_the_loop_of_the_package_is_trapped_as_well() -> None:
    """A golden start is none; the source itself stands near a corner, and real points pull to it, not to the middle."""
    even = ct.Categorical([0.1] * 10)
    loop = looped(even, ct.Temperature(0.5), 10, ct.FreshMixture(share=0.6))
    assert loop.gini_simpson.population(500) == pytest.approx(0.9, rel=1e-12)
    nearly = ct.Categorical([0.5 + 1e-9, 0.5 - 1e-9])
    stays = looped(nearly, ct.Temperature(0.8), 10, ct.FreshMixture(share=0.1))
    assert stays.probability_of(0).population(5000) == pytest.approx(0.8844780946437494, rel=1e-6)
    heals = looped(nearly, ct.Temperature(0.8), 10, ct.FreshMixture(share=10 / 19))
    assert heals.probability_of(0).population(500) == pytest.approx(0.5, abs=1e-8)
    root = brentq(lambda p: 0.05 + 0.9 * p**1.25 / (p**1.25 + (1 - p) ** 1.25) - p, 0.6, 1)
    assert root == pytest.approx(0.8844780946437494, rel=1e-12)


@pytest.mark.parametrize("heat", [0.3, 0.9, 1.0, 1.5, 3.0])
def test_temperatures_of_types_against_the_path(heat: float) -> None:
    family = ct.Categorical([0.4, 0.35, 0.25, 0.0])
    recursion = looped(family, ct.Temperature(heat))
    for label in range(4):
        for t in (1, 2, 3, 6):
            value = recursion.probability_of(label).population(t)
            assert value == pytest.approx(recursion.probability_of(label).population.along_the_path(t), rel=1e-9)
        assert recursion.probability_of(label).population(10**5) == pytest.approx(
            recursion.probability_of(label).population.limit, abs=1e-12
        )
