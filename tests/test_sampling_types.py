"""Types that are cooled, cut, rewarded, verified, deduplicated and edited: published values and second roads."""

from __future__ import annotations

import itertools
import math
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from error_budget import critical_z, z_of_mean

import collapse_theory as ct
from collapse_theory.sampling.deduplicate import expected_distinct
from collapse_theory.sampling.nucleus import nucleus
from collapse_theory.sampling.reward import expected_reward, resting_law
from collapse_theory.theorems.two_types_sampled import fixation_chances

THREE = ct.Categorical([0.5, 0.3, 0.2])
ANSWERS = ct.Categorical([0.5, 0.5], labels=("good", "bad"))


def sampled(
    way: ct.Sampling, family: ct.Family = THREE, n: int = 1000, regime: ct.Regime | None = None
) -> ct.Recursion:
    return ct.Recursion(family, regime or ct.Replace(), sample_size=n, sampling=way)


def law(loop: ct.Recursion, t: int) -> list[float]:
    return [loop.probability_of(label).population.along_the_path(t) for label in loop.family.types]


# ------------------------------------------------------------------------------------------------- rewards
@pytest.mark.parametrize(
    ("choices", "printed"),
    [
        (2, (0.354523010815422, 0.341590544153401, 0.303886445031177)),
        (3, (0.29330795854619, 0.343186234138621, 0.36350580731519)),
        (5, (0.24275896382839, 0.33202838499755, 0.425212651174059)),
        (None, (0.179000020574274, 0.291943501932506, 0.52905647749322)),
    ],
)
def test_choosing_among_candidates(choices: int | None, printed: tuple[float, ...]) -> None:
    """The integral against the printed laws and against a sum over all candidates; four times the reward is caught."""
    assert law(sampled(ct.Reward((0, 1, 2), choices=choices)), 2) == pytest.approx(printed, abs=1e-14)
    if choices is not None:
        weights, source, found = np.exp([0.0, 1.0, 2.0]), THREE.probabilities.values, np.zeros(3)
        for candidates in itertools.product(range(3), repeat=choices):
            chance, total = np.prod(source[list(candidates)]), weights[list(candidates)].sum()
            for one in candidates:
                found[one] += chance * weights[one] / total
        assert printed == pytest.approx(found, abs=1e-14)
    softer = law(sampled(ct.Reward((0, 1, 2), temperature=2.0, choices=choices)), 2)
    assert law(sampled(ct.Reward((0, 0.5, 1.0), choices=choices)), 2) == pytest.approx(softer, rel=1e-12)
    assert softer != pytest.approx(printed, abs=0.01)


def test_rewards_beside_real_data_come_to_rest_at_kingmans_point() -> None:
    printed = (0.171159185673657, 0.135550688812831, 0.693290125513512)
    assert resting_law((0, 1, 2), THREE, 0.3) == pytest.approx(printed, rel=1e-13)
    loop = sampled(ct.Reward((0, 1, 2)), regime=ct.FreshMixture(share=0.3))
    assert law(loop, 400) == pytest.approx(printed, rel=1e-12)
    assert resting_law((0, 1, 2), THREE, 1.0) == pytest.approx([0.5, 0.3, 0.2])


def test_a_reward_raises_itself_and_not_the_truth() -> None:
    source = ct.Categorical([0.5, 0.499, 0.001])
    loop = sampled(ct.Reward((1, 0, 1.2)), source)
    laws = np.array([law(loop, t + 1) for t in (0, 6, 40)])
    assert expected_reward({0: 1, 1: 0, 2: -1}, source, laws) == pytest.approx(
        [0.499, 0.9843880256165, -0.7127227608829]
    )
    assert expected_reward({0: 1, 1: 0, 2: 1.2}, source, laws) == pytest.approx([0.5012, 0.99886, 1.17127], abs=1e-5)


def test_curation_raises_the_mean_weight_by_its_relative_variance() -> None:
    weights, loop = np.exp([0.0, 1.0, 2.0]), sampled(ct.Reward((0, 1, 2)))
    before, after = np.array(law(loop, 3)), np.array(law(loop, 4))
    variance = before @ weights**2 - (before @ weights) ** 2
    assert after @ weights - before @ weights == pytest.approx(variance / (before @ weights))
    assert loop.probability_of(2).population.limit == 1


# ------------------------------------------------------------------------------------------------- selection and drift
@pytest.mark.parametrize(
    ("n", "advantage", "copies", "printed"),
    [
        (20, 0.05, 1, 0.108598904984032),
        (20, 0.05, 10, 0.72639316095158),
        (10, 0.1, 1, 0.204585472960945),
        (50, 0.02, 1, 0.045093332189731),
    ],
)
def test_fixation_with_an_advantage(n: int, advantage: float, copies: int, printed: float) -> None:
    two = ct.Categorical([0.3, 0.7])
    loop = sampled(ct.FitnessAdvantage(advantage, of=0), two, n)
    assert fixation_chances(loop)[copies] == pytest.approx(printed, rel=1e-12)
    sigma = math.log(1 + advantage)
    assert printed == pytest.approx(math.expm1(-2 * sigma * copies) / math.expm1(-2 * n * sigma), rel=5e-3)
    assert loop.probability_of(0).mean(10**6) == pytest.approx(loop.probability_of(0).mean.limit)
    assert loop.survival_of(0).mean.limit + loop.survival_of(1).mean.limit == pytest.approx(1)


def test_a_chain_of_two_types_by_exact_fractions() -> None:
    n, s, p = 4, Fraction(1, 10), Fraction(3, 10)
    loop = sampled(ct.FitnessAdvantage(0.1, of=0), ct.Categorical([0.3, 0.7]), n)
    rows = [[Fraction(math.comb(n, j)) for j in range(n + 1)] for _ in range(n + 1)]
    for i in range(n + 1):
        q = Fraction(i) * (1 + s) / (n + s * i)
        rows[i] = [c * q**j * (1 - q) ** (n - j) for j, c in enumerate(rows[i])]
    now = [math.comb(n, j) * p**j * (1 - p) ** (n - j) for j in range(n + 1)]
    for t in range(1, 6):
        mean = sum(chance * Fraction(j, n) for j, chance in enumerate(now))
        assert loop.probability_of(0).mean(t) == pytest.approx(float(mean), rel=1e-13)
        assert loop.survival_of(1).mean(t) == pytest.approx(float(1 - now[n]), rel=1e-13)
        now = [sum(now[i] * rows[i][j] for i in range(n + 1)) for j in range(n + 1)]


@pytest.mark.parametrize(
    "way",
    [
        ct.FitnessAdvantage(0.3, of=0),
        ct.Temperature(0.8),
        ct.Reward((0, 0.5), choices=3),
        ct.Verifier(1, tpr=0.9, fpr=0.5, error=0.1, repair=0.05),
    ],
    ids=repr,
)
def test_two_types_as_simulated(way: ct.Sampling, seed: int) -> None:
    """Notices a hundredth of a share; honest draws are caught."""
    two = ct.Categorical([0.3, 0.7])
    loop = sampled(way, two, 12)
    runs = loop.simulate(4, 60_000, rng=seed, keep=[1, 2, 4])
    for quantity in (loop.probability_of(0), loop.gini_simpson):
        assert np.max(np.abs(z_of_mean(quantity.values(runs), quantity.mean([1, 2, 4])))) < critical_z(6)
    honest = ct.Recursion(two, ct.Replace(), sample_size=12)
    z = z_of_mean(loop.probability_of(0).values(runs), honest.probability_of(0).mean([1, 2, 4]))
    assert abs(z[0]) < critical_z(6) < abs(z[-1])


# ------------------------------------------------------------------------------------------------- temperature, nucleus
@pytest.mark.parametrize(
    ("heat", "types", "printed"),
    [
        (0.5, 2, 0.5),
        (0.5, 3, 0.51471862576),
        (0.5, 10, 0.625),
        (0.5, 100, 0.83403010472),
        (0.5, 1000, 0.94054449328),
        (0.8, 3, 0.20793867284),
        (0.8, 1000, 0.62523367456),
        (0.9, 10, 0.14049137820),
    ],
)
def test_shares_of_real_data_that_do_not_free_a_loop(heat: float, types: int, printed: float) -> None:
    way = ct.Temperature(heat)
    assert way.trapping_share(types) == pytest.approx(printed, abs=1e-10)
    assert way.escaping_share == pytest.approx(1 - heat)
    if heat == 0.5:
        assert way.trapping_share(types) == pytest.approx(types / (1 + math.sqrt(types - 1)) ** 2)


def test_between_the_two_shares_a_loop_stays_where_it_starts() -> None:
    """T = 1/2 and ten types: 0.5 < 0.56 < 0.625."""
    source, way = np.full(10, 0.1), ct.Temperature(0.5)

    def resting(start: Any, share: float) -> np.ndarray[Any, Any]:
        now = np.asarray(start, dtype=float)
        family = ct.Categorical(source)
        for _ in range(2000):
            now = share * source + (1 - share) * way.law(family, (now[None], np.zeros(1)))[0][0]
        return np.asarray(now)

    even, corner = source + np.linspace(-1e-3, 1e-3, 10), np.full(10, 0.01)
    corner[0] = 0.91
    assert resting(even, 0.56).max() == pytest.approx(0.1, abs=1e-6)
    assert resting(corner, 0.56).max() > 0.4
    assert resting(even, 0.45).max() > 0.4
    assert resting(corner, 0.65).max() == pytest.approx(0.1, abs=1e-6)


def test_two_types_at_a_temperature_come_to_rest() -> None:
    two = ct.Categorical([0.5, 0.5])
    way, now = ct.Temperature(0.8), np.array([0.8, 0.2])
    for _ in range(3000):
        now = 0.05 + 0.9 * way.law(two, (now[None], np.zeros(1)))[0][0]
    assert now[0] == pytest.approx(0.8844780946437494, rel=1e-12)


@pytest.mark.parametrize(("mass", "types", "generations", "left"), [(0.9, 1000, 51, 9), (0.95, 1000, 89, 19)])
def test_a_nucleus_stops_before_the_last_type(mass: float, types: int, generations: int, left: int) -> None:
    loop = sampled(ct.Nucleus(mass), ct.Categorical(np.full(types, 1 / types)))
    assert loop.support_size.population([generations - 1, generations, generations + 5])[1:] == pytest.approx(
        [left, left]
    )


def test_what_a_nucleus_holds() -> None:
    shares = np.array([[0.5, 0.3, 0.15, 0.05], [0.25, 0.25, 0.25, 0.25]])
    assert nucleus(shares, 0.8).tolist() == [[1, 1, 0, 0], [1, 1, 1, 1]]
    assert nucleus(shares, 0.81).tolist() == [[1, 1, 1, 0], [1, 1, 1, 1]]
    assert nucleus(shares, 0.5).tolist() == [[1, 0, 0, 0], [1, 1, 0, 0]]
    assert nucleus(shares, 1.0).tolist() == [[1, 1, 1, 1], [1, 1, 1, 1]]


# ------------------------------------------------------------------------------------------------- verification
@pytest.mark.parametrize(
    ("tpr", "fpr", "error", "repair", "before"),
    [
        (0.9, 0.3, 0.2, 0.0, 0.7),
        (0.9, 0.8, 0.2, 0.0, 0.0),
        (0.9, 0.3, 0.2, 0.05, 0.710201287896889),
        (0.9, 0.8, 0.2, 0.05, 0.271779788708135),
        (1.0, 0.5, 0.4, 0.0, 0.2),
        (0.3, 0.9, 0.2, 0.05, None),
        (0.6, 0.6, 0.2, 0.05, 0.2),
    ],
)
def test_accuracy_before_and_after_the_filter(
    tpr: float, fpr: float, error: float, repair: float, before: float | None
) -> None:
    """The fitted model has the accuracy after the filter; taking it for the one before is caught."""
    way = ct.Verifier("good", tpr=tpr, fpr=fpr, error=error, repair=repair)
    found, after = way.resting_accuracy
    if before is not None:
        assert found == pytest.approx(before, abs=1e-14)
    fitted = sampled(way, ANSWERS).probability_of("good").population.along_the_path(4000)
    assert fitted == pytest.approx(after, abs=1e-9)
    assert way.written(fitted) == pytest.approx(found, abs=1e-9)
    if before == 0.7:
        assert after == pytest.approx(0.875)


def test_the_threshold_of_a_filter_that_is_used_once() -> None:
    """Kept points are mostly right iff the share of wrong ones is below a/(a + b)."""
    way = ct.Verifier("good", tpr=0.9, fpr=0.3)
    assert way.kept(1 - 0.75) == pytest.approx(0.5)
    assert way.kept(1 - 0.74) > 0.5 > way.kept(1 - 0.76)


def test_verification_does_not_protect_diversity(seed: int) -> None:
    """Accuracy comes to 1, and the right answers drift to one."""
    answers = ct.Categorical([0.1] * 10)
    loop = sampled(ct.Verifier(range(8), tpr=1.0, fpr=0.2), answers, 30)
    runs = loop.simulate(200, 200, rng=seed, keep=[200])
    right = runs.states[0][:, 0, :8].sum(axis=1)
    assert np.all(right == 1)
    assert np.mean(loop.support_size.values(runs)) < 1.5


# ------------------------------------------------------------------------------------------------- duplicates, edits
def test_distinct_types_of_a_sample(seed: int) -> None:
    """Expected number by enumeration, and the printed loss of 100 types in 1000 points; one point more is caught."""
    for types, size in ((2, 3), (3, 4), (4, 2)):
        seen = [len(set(points)) for points in itertools.product(range(types), repeat=size)]
        assert expected_distinct(types, size) == pytest.approx(np.mean(seen), rel=1e-13)
    assert 100 - expected_distinct(100, 1000) == pytest.approx(0.004317124741, rel=1e-8)
    family, runs = ct.Categorical(np.full(20, 0.05)), 40_000
    batch = ct.Deduplicate().draw(family, family.source(runs), 15, np.random.default_rng(seed))
    counts = batch.of.sum(axis=1)[:, None]
    assert np.abs(z_of_mean(counts, expected_distinct(20, 15)))[0] < critical_z(1)
    assert np.abs(z_of_mean(counts, expected_distinct(20, 16)))[0] > critical_z(1)


def test_flattening_keeps_the_support() -> None:
    even = ct.Categorical(np.full(100, 0.01))
    flat, honest = sampled(ct.Deduplicate(), even, 1000), ct.Recursion(even, ct.Replace(), sample_size=1000)
    kept = flat.support_size.values(flat.simulate(50, 20, rng=1))
    assert np.mean(kept) > 99 > 50 > honest.support_size.mean(50)


def test_edits_move_the_mean_law(seed: int) -> None:
    """E p_t = q + (1 − ρ)^(t − 1)(p_0 − q): notices a hundredth; edits of real points are caught."""
    editors, rate = ct.Categorical([0.1, 0.1, 0.8]), 0.4
    loop = sampled(ct.HumanEdit(rate, toward=editors), n=10)
    values = loop.probability_of(2).values(loop.simulate(3, 40_000, rng=seed, keep=[1, 2, 3]))
    expected = [0.8 + (1 - rate) ** (t - 1) * (0.2 - 0.8) for t in (1, 2, 3)]
    assert np.max(np.abs(z_of_mean(values, expected))) < critical_z(3)
    assert np.min(np.abs(z_of_mean(values, [0.8 + (1 - rate) ** t * (0.2 - 0.8) for t in (1, 2, 3)]))) > critical_z(3)
    assert loop.probability_of(2).population.along_the_path([1, 2, 3]) == pytest.approx(expected)


# ------------------------------------------------------------------------------------------------- large vocabularies
@pytest.mark.parametrize(
    "way",
    [ct.Temperature(0.7), ct.Nucleus(0.8), ct.Reward({1: 2.0}, choices=4), ct.FitnessAdvantage(1.0, of=1)],
    ids=repr,
)
def test_lists_of_types_hold_what_tables_hold(way: ct.Sampling) -> None:
    small, large = ct.Categorical.zipf(200, 1.0), ct.Categorical.zipf(300, 1.0)
    padded = np.concatenate([small.probabilities.values, np.zeros(100)])
    listed = ct.Categorical(padded, labels=large.labels)
    assert not listed.dense
    table = way.law(small, small.source(1))[0][0]
    pairs = way.law(listed, listed.source(1))[0][0]
    assert dict(zip(pairs[0].astype(int), pairs[1], strict=True)) == pytest.approx(
        {i: p for i, p in enumerate(table) if p > 0}, rel=1e-12
    )
