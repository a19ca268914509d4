"""Claims about regimes by second roads: enumeration, hand-made recursions, printed values; and their conditions."""

from __future__ import annotations

import math
from collections.abc import Iterator
from fractions import Fraction
from itertools import product
from math import comb

import mpmath
import numpy as np
import pytest
from scipy.optimize import minimize_scalar

import collapse_theory as ct

HALF = Fraction(1, 2)


def batches(chance: Fraction, n: int) -> Iterator[tuple[int, Fraction]]:
    """Heads among n tosses, with their probabilities."""
    for heads in range(n + 1):
        yield heads, comb(n, heads) * chance**heads * (1 - chance) ** (n - heads)


def kept_by_enumeration(sizes: list[int], window: int | None = None) -> Fraction:
    """Expected p(1 - p) of a coin after some generations, in units of the source's at 1/2, path by path."""

    def walk(chance: Fraction, past: list[tuple[int, int]], rest: list[int]) -> Fraction:
        if not rest:
            return chance * (1 - chance)
        total = Fraction(0)
        for heads, probability in batches(chance, rest[0]):
            if probability:
                pool = [*past, (heads, rest[0])][-window if window else 0 :]
                fitted = Fraction(sum(h for h, _ in pool), sum(n for _, n in pool))
                total += probability * walk(fitted, pool, rest[1:])
        return total

    return walk(HALF, [], sizes) / (HALF * HALF)


def refused(claim: ct.Claim, **case: object) -> bool:
    """Whether a claim fails at a case, outside its cases perhaps."""
    return bool(claim.margin(ct.Case(**case)) < 0)


# Accumulation.


def test_the_variance_left_by_accumulation_in_the_end_is_sin_x_over_x():
    claim = ct.claims.accumulating_prevents_collapse_entirely
    found = claim.check().counterexample
    x = mpmath.pi / mpmath.sqrt(2)
    assert found.case == ct.Case(n=2)
    assert found.value == pytest.approx(float(mpmath.sin(x) / x / 0.5 - 0.99), rel=1e-12)
    for n, printed in ((5, 0.70), (20, 0.92)):
        assert claim.corrected.margin(ct.Case(n=n)) * (1 - 1 / n) == pytest.approx(printed, abs=0.005)


def test_half_is_lost_at_two_points_by_enumeration():
    claim = ct.claims.accumulating_never_loses_more_than_half_of_the_variance
    found = claim.check().counterexample
    assert found.case == ct.Case(n=2, t=2)
    assert found.margin == kept_by_enumeration([2, 2]) - HALF == Fraction(-1, 16)
    assert claim.margin(ct.Case(n=2, t=1)) == kept_by_enumeration([2]) - HALF == 0
    assert claim.corrected.margin(ct.Case(n=3, t=3)) == kept_by_enumeration([3, 3, 3]) - HALF


@pytest.mark.parametrize("sizes", [[2, 1, 2], [3, 1, 1], [1, 2, 3], [2, 5]])
def test_the_share_kept_under_a_schedule_is_above_its_bound_by_enumeration(sizes):
    kept = kept_by_enumeration(sizes) / kept_by_enumeration(sizes[:1]) if sizes[0] > 1 else None
    total, factors = sizes[0], Fraction(1)
    for n in sizes[1:]:
        total += n
        factors *= 1 - Fraction(n, total**2)
    assert kept is None or kept == factors
    assert factors > Fraction(sizes[0], sizes[0] + 1)


def test_the_bound_of_every_schedule_is_sharp():
    first, total, factors = 4, 4, Fraction(1)
    for _ in range(200):  # one point at a time
        total += 1
        factors *= 1 - Fraction(1, total**2)
    assert factors == Fraction(first, first + 1) * Fraction(total + 1, total)
    assert factors < Fraction(first + 1, first + 2)  # a bound with one point more is none


def test_the_bound_is_told_of_the_first_fit_and_not_of_the_source():
    left = ct.Recursion(ct.Gaussian(ddof=0), ct.Accumulate(), sample_size=2).variance.mean.limit
    assert left < 2 / 3 < left / 0.5


def test_the_factor_of_the_error_is_between_its_bounds_and_these_are_of_the_right_order():
    claim = ct.claims.pi_squared_over_six_is_universal
    for n in (2, 10, 1000):
        x = mpmath.pi / mpmath.sqrt(n)
        factor = float(n * (1 - mpmath.sin(x) / x))
        missing = math.pi**2 / 6 - factor
        assert claim.corrected.margin(ct.Case(n=n, family=ct.Gaussian(ddof=0))) == pytest.approx(
            min(missing, math.pi**4 / (120 * n) - missing), abs=1e-10
        )
        assert missing > math.pi**4 / (240 * n)  # half of the room is too little
    found = claim.check().counterexample
    assert found.case.n == 2
    assert isinstance(found.case.family, ct.Gaussian)
    assert claim.margin(ct.Case(n=2, family=ct.NormalMean())) == pytest.approx(0.01)


def test_the_risk_of_accumulated_rows_is_this_sum():
    claim = ct.claims.replacing_grows_the_risk_linearly_accumulating_bounds_it
    first = Fraction(2, 10 - 3)
    pooled = sum(Fraction(2, i * (10 * i - 3)) for i in range(1, 6))
    recursion = ct.Recursion(ct.LinearRegression(dimension=2), ct.Accumulate(), sample_size=10)
    assert recursion.excess_risk.mean(5) == pytest.approx(float(pooled), rel=1e-12)
    assert pooled < first * sum(Fraction(1, i * i) for i in range(1, 6))
    assert all(step.passed for step in claim.proof())


def test_cooled_draws_empty_the_pool():
    claim = ct.claims.accumulation_always_saves_you
    found = claim.check().counterexample
    n, hot, squares = 2, Fraction(1, 2), Fraction(1)  # expected squares in the pool, at first n - 1
    for t in range(2, 101):
        before = n * (t - 1)
        point = hot * squares / before
        squares += (n - 1) * point + Fraction(before * n, before + n) * point / n
    assert found.case == ct.Case(t=100, temperature=0.5, n=2)
    assert found.value == pytest.approx(float(squares / (n * 100) / HALF - Fraction(1, 10)), rel=1e-12)
    assert not refused(claim, t=10, temperature=0.5, n=2)


def test_a_sample_of_the_pool_has_the_printed_spreads():
    claim = ct.claims.training_on_a_subset_of_the_pool_degrades_without_end
    for replacement, printed in ((False, (0.9, 0.8313, 0.7598, 0.7411)), (True, (0.81, 0.7715, 0.7286, 0.7168))):
        regime = ct.AccumulateSubsample(replacement=replacement)
        curve = ct.Recursion(ct.Gaussian(ddof=0), regime, sample_size=10).variance.mean
        assert curve([1, 2, 10, 100]) == pytest.approx(printed, abs=6e-5)
    assert claim.check().counterexample.case == ct.Case(n=2, replacement=False)
    c = math.sqrt(3) / 2
    left = math.sin(math.pi * c) / (math.pi * c)  # Euler's product, with replacement
    early = math.prod(1 - 3 / (4 * j * j) for j in range(1, 101))
    assert claim.margin(ct.Case(n=2, replacement=True)) == pytest.approx(early / 2 - left, rel=1e-9)


def test_a_window_loses_what_accumulation_keeps_by_enumeration():
    claim = ct.claims.a_rolling_window_is_as_good_as_accumulation
    found = claim.check().counterexample
    assert found.case == ct.Case(w=2, n=2, t=3)
    sizes = [2, 2, 2]
    assert found.margin == kept_by_enumeration(sizes, window=2) - kept_by_enumeration(sizes)
    assert kept_by_enumeration(sizes[:2], window=2) == kept_by_enumeration(sizes[:2])


# Fresh data.


def fresh_map(n: int, real: int, ddof: float) -> np.ndarray:
    """The map of (V, D) written out by hand: real and model's points, and the square between their means."""
    model = n - real
    between = real * model / n
    return np.array(
        [
            [((model - 1) + between / model) / (n - ddof), between / (n - ddof)],
            [model / n**2, model**2 / n**2],
        ]
    )


@pytest.mark.parametrize(("n", "real", "ddof"), [(3, 1, 2), (4, 1, 2), (100, 1, 2), (3, 2, 2), (10, 2, 2), (11, 1, 1)])
def test_the_gain_of_the_loop_with_fresh_data_is_the_spectral_radius_of_a_map_by_hand(n, real, ddof):
    radius = max(abs(np.linalg.eigvals(fresh_map(n, real, ddof))))
    margin = ct.claims.any_constant_share_of_fresh_data_prevents_collapse.margin(ct.Case(n=n, real=real, ddof=ddof))
    assert margin == pytest.approx(1 - radius, abs=1e-12)
    assert (radius > 1) == (ddof == 2 and real == 1)


def test_fresh_data_fail_first_at_three_points_and_the_divisor_n_minus_2():
    claim = ct.claims.any_constant_share_of_fresh_data_prevents_collapse
    assert claim.check().counterexample.case == ct.Case(n=3, real=1, ddof=2)
    assert ct.claims.stability_needs_a_large_share_of_real_data.check().counterexample.case == ct.Case(n=11, ddof=0)


def test_one_percent_of_real_data_keeps_the_printed_shares():
    enough, useless = ct.claims.one_percent_of_real_data_is_enough, ct.claims.one_percent_of_real_data_is_useless
    assert float(enough.margin(ct.Case(hundreds=1))) + 0.9 == pytest.approx(0.664, abs=5e-4)
    assert float(enough.margin(ct.Case(hundreds=100))) + 0.9 == pytest.approx(0.995, abs=5e-4)
    assert refused(enough, hundreds=4)  # the condition of 500 points is needed
    assert not refused(enough, hundreds=5)
    found = useless.check().counterexample
    assert found.case == ct.Case(n=52)
    share = Fraction(1, 100)
    assert found.margin == HALF - (1 - 1 / (52 * share * (2 - share) + (1 - share) ** 2))
    assert all(useless.margin(ct.Case(n=n)) > 0 for n in range(2, 52))


def test_half_is_left_where_one_of_two_points_is_real():
    found = ct.claims.mixing_only_slows_collapse.check().counterexample
    v, m = Fraction(1), Fraction(0)
    for _ in range(200):
        (a, b), (c, d) = ((Fraction(float(x)) for x in row) for row in fresh_map(2, 1, 0))
        v, m = Fraction(float(a * v + b * m + HALF * HALF)), Fraction(float(c * v + d * m + HALF * HALF))
    assert found.case == ct.Case(n=2, real=1)
    assert float(v) == pytest.approx(0.5)
    assert found.margin == Fraction(1, 100) - HALF


def test_the_weight_of_a_first_model_is_a_power():
    claim = ct.claims.fresh_data_make_a_bad_first_model_forgotten
    assert claim.margin(ct.Case(n=10, real=3)) == Fraction(3, 10)
    assert claim.margin(ct.Case(n=5, real=5)) == 1


def test_number_and_share_both_count_by_hand():
    def left(n: int, r: int) -> Fraction:
        x = r * (2 - Fraction(r, n))
        return (x - Fraction(r, n)) / (x + 1 - Fraction(r, n))

    claim = ct.claims.neither_number_nor_share_of_real_points_decides_alone
    for n, r in ((2, 1), (10, 9), (100, 1)):
        by_hand = min(left(2 * n, 2 * r), left(2 * n, r)) - left(n, r)
        assert claim.margin(ct.Case(n=n, real=r)) == by_hand > 0


# Golden sets.


@pytest.mark.parametrize(("real", "n"), [(2, 2), (3, 10)])
def test_a_golden_set_comes_to_rest_where_a_simulated_law_of_its_moments_does(real, n):
    share, v, apart = Fraction(real, real + n), 1 - Fraction(1, real), Fraction(0)
    for _ in range(400):  # about the set: its points at their places, n points about the model
        noise, u = apart + v / n, 1 - share
        v = share * (1 - Fraction(1, real)) + u * (1 - Fraction(1, n)) * v + share * u * noise
        v, apart = Fraction(float(v)), Fraction(float(u * u * noise))
    stays = ct.claims.a_golden_set_stops_collapse.margin(ct.Case(real=real, n=n))
    truth = ct.claims.a_golden_set_brings_back_the_truth.margin(ct.Case(real=real, n=n))
    assert stays == pytest.approx(float(v - (1 - Fraction(1, real)) * Fraction(2 * real, 2 * real + 1)), abs=1e-12)
    assert truth == pytest.approx(-float(apart), abs=1e-12)


# Weights.


def test_the_best_weight_is_found_by_minimisation_too():
    claim = ct.claims.the_best_weight_of_real_data_is_the_inverse_golden_ratio
    found = minimize_scalar(lambda w: (w**2 + (1 - w) ** 2) / (w * (2 - w)), bounds=(0.01, 0.99), method="bounded")
    golden = (math.sqrt(5) - 1) / 2
    assert found.x == pytest.approx(golden, abs=1e-5)
    assert found.fun == pytest.approx(golden, abs=1e-9)
    assert claim.margin(ct.Case(weight=0.5, real=10)) == pytest.approx(2 / 3 - golden, rel=1e-9)
    assert refused(claim, weight=golden + 1e-9, real=1) is False
    assert ct.optimal_weight(2) != pytest.approx(golden, abs=0.01)  # another ratio moves it


def test_synthetic_data_pay_from_a_weight_of_a_third_on():
    claim = ct.claims.synthetic_data_always_hurt
    assert claim.check().counterexample.margin == pytest.approx(-1 / 3, rel=1e-12)
    assert claim.margin(ct.Case(real=7, weight=1 / 3)) == pytest.approx(0, abs=1e-12)
    assert refused(claim, real=7, weight=0.34)
    assert not refused(claim, real=7, weight=0.33)


def test_below_one_half_real_the_pool_learns_more_slowly_than_its_real_points():
    claim = ct.claims.at_least_half_of_the_data_must_be_real
    for real in (1, 4):
        assert claim.corrected.margin(ct.Case(n=20, real=real)) == pytest.approx(1 - real / 10, abs=0.02)
    assert claim.corrected.margin(ct.Case(n=20, real=15)) == pytest.approx(0, abs=0.02)  # the condition is needed


def test_wrong_labels_of_a_single_coefficient_are_a_beta_number():
    n, m = 1000, 1
    share = (m / 2) * (m / 2 + 1) / ((n / 2) * (n / 2 + 1))
    margin = ct.claims.one_synthetic_row_in_a_thousand_stops_scaling.margin(ct.Case(thousands=1, d=1))
    assert margin == pytest.approx(1e6 * (share + 1 / (n - 2)) - 1, rel=1e-9)


def test_a_vanishing_real_share_by_hand():
    claim = ct.claims.even_a_vanishing_share_of_real_data_recovers_the_target
    for growth in (0, 2):
        error, n = Fraction(1, 10), 10
        for t in range(2, 11):
            size, real = n * t**growth, Fraction(1, t)
            error = (1 + real * (1 - real) * error) / size + (1 - real) ** 2 * error
        margin = claim.margin(ct.Case(n=n, t=10, growth=growth))
        assert margin == pytest.approx(float(n * (Fraction(1, 10) - error)), rel=1e-9)
    assert refused(claim, n=10, t=2, growth=0)
    assert refused(claim, n=10, t=100, growth=0)


def test_the_rate_of_a_pool_needs_its_tolerance_at_one_half():
    claim = ct.claims.the_rate_is_the_smaller_of_base_rate_and_real_share
    assert claim.margin(ct.Case(t=1000, real=10)) < 0.05  # a logarithm
    assert claim.margin(ct.Case(t=1000, real=19)) > 0.09


def test_fixed_real_data_hold_the_loop_and_a_fading_weight_does_not():
    claim = ct.claims.fixed_real_data_only_delay_the_decay
    assert claim.check().counterexample.case == ct.Case(real=2, n=2)
    # About a set of 2 points with 2 of the model: V* = v/(1 + (1 - a)/(r(2 - a))) with a = 1/2.
    assert claim.margin(ct.Case(real=2, n=2)) == pytest.approx(0.5 / 100 - 0.5 / (1 + 0.5 / 3), rel=1e-12)
    assert claim.corrected.margin(ct.Case(n=10, temperature=1.0, t=1000)) < 0  # without cooling it is not true


def test_positivity_beyond_a_corner_is_of_all_letters_at_once():
    import sympy

    x, y = sympy.symbols("x y")
    assert ct.positive_beyond((x * y - 1) / (x + y), (x, y), (1, 2), what="xy > 1").passed
    assert not ct.positive_beyond(x * y - 1, (x, y), (1, 1), what="xy > 1").passed  # 0 at the corner
    assert not ct.positive_beyond(x - y + 1, (x, y), (1, 1), what="x + 1 > y").passed  # not for large y


def test_numbers_with_a_letter_are_found():
    assert ct.claims.find("D8b") is ct.claims.find("d8B") is ct.claims.one_percent_of_real_data_is_useless


def test_the_enumeration_catches_a_wrong_divisor():
    assert kept_by_enumeration([2]) == HALF
    assert all(kept_by_enumeration([n]) == 1 - Fraction(1, n) for n in (2, 3, 4))
    assert len(list(product(batches(HALF, 2), repeat=2))) == 9
