"""Theorems of pools that are sampled, or that take in new real points: check values, far limits, wrong twins."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest
from two_moments import limits, moments, recursion

import collapse_theory as ct


class TestSubsampledPool:
    """F5 (without replacement) and D6 (with), the fit at generation t after a pool of t batches."""

    WITH = ct.AccumulateSubsample(replacement=True)
    WITHOUT = ct.AccumulateSubsample(replacement=False)

    @pytest.mark.parametrize(
        ("t", "variance", "scaled_error"),
        [
            (2, 0.8313157895, 1.686842105),
            (10, 0.7597795, 2.402205),
            (100, 0.7411275338, 2.588724662),
            (20_000, 0.7390017004, 2.609982996),
        ],
    )
    def test_f5_at_the_divisor_n(self, t: int, variance: float, scaled_error: float) -> None:
        v, m = moments(recursion(self.WITHOUT, 10), t)
        assert v == pytest.approx(variance, rel=2e-9)
        assert 10 * m == pytest.approx(scaled_error, rel=4e-9)

    def test_f5_at_ddof_one_and_at_large_samples(self) -> None:
        found = recursion(self.WITHOUT, 10, 1).variance.mean(np.array([10, 100, 1000, 20_000]))
        assert found == pytest.approx([1.027292628, 1.255605067, 1.57583686, 2.125553213], rel=1e-9)
        assert 1000 * recursion(self.WITHOUT, 1000).squared_location_error.mean(20_000) == pytest.approx(
            2.931180244, rel=1e-9
        )

    @pytest.mark.parametrize(
        ("n", "replaced", "once"),
        [
            (2, 0.150173255502138748, 0.164554104722478212),
            (5, 0.504551152427104653, 0.534666546155727545),
            (10, 0.715491564234812048, 0.738990985215830245),
            (20, 0.847161097201215043, 0.861655313737510406),
            (100, 0.967585771042217896, 0.970997082121674284),
        ],
    )
    def test_the_plateau_at_the_divisor_n(self, n: int, replaced: float, once: float) -> None:
        for regime, value in ((self.WITH, replaced), (self.WITHOUT, once)):
            assert limits(recursion(regime, n)) == pytest.approx((value, 1 - value), rel=2e-14)
            assert moments(recursion(regime, n), 10**12) == pytest.approx((value, 1 - value), rel=1e-11)

    @pytest.mark.parametrize("n", [2, 10, 10**3, 10**9])
    def test_d6_is_a_sine_with_replacement(self, n: int) -> None:
        with mpmath.workdps(40):
            c = mpmath.sqrt(2 * n - 1) / n
            sine = mpmath.sin(mpmath.pi * c) / (mpmath.pi * c)
            assert limits(recursion(self.WITH, n)) == pytest.approx((float(sine), float(1 - sine)), rel=1e-14)

    def test_d6_counts_generations_from_the_first_pool(self) -> None:
        # The factors of D6 begin at generation 2, with the pool's diversity (1 − 1/n)² of the first fit before them.
        found = recursion(self.WITH, 10).variance
        assert found.mean(6) / found.mean(1) == pytest.approx(0.909491922789911, rel=1e-14)
        assert found.mean.limit / found.mean(1) == pytest.approx(0.88332291880841, rel=1e-14)
        for t, value in ((1, 0.81), (2, 0.7715), (10, 0.7286), (100, 0.7168)):
            assert found.mean(t) == pytest.approx(value, abs=5e-5)

    @pytest.mark.parametrize(("n", "exponent"), [(2, 0.5), (10, 0.1), (100, 0.01)])
    def test_the_power_law_at_ddof_one(self, n: int, exponent: float) -> None:
        constants = {
            (2, True): 0.208103404393187,
            (2, False): 0.298893146186435,
            (10, True): 0.757712221504682,
            (10, False): 0.789517009389796,
            (100, True): 0.973181034198076,
            (100, False): 0.976695099968176,
        }
        for regime in (self.WITH, self.WITHOUT):
            curve = recursion(regime, n, 1).variance.mean
            power = constants[n, regime.replacement] * 1e12**exponent
            assert curve.asymptotic(10**12) == pytest.approx(power, rel=1e-13)
            assert curve(10**12) == pytest.approx(power, rel=1e-11)
            assert curve.limit == np.inf

    def test_values_at_ddof_one(self) -> None:
        t = np.array([10, 100, 20_000])
        assert recursion(self.WITH, 10, 1).variance.mean(t) == pytest.approx(
            [0.977406116061, 1.20394462063, 2.03991855801], rel=1e-11
        )
        assert recursion(self.WITHOUT, 10, 1).variance.mean(t) == pytest.approx(
            [1.0272926275, 1.25560506725, 2.12555321264], rel=1e-11
        )

    def test_only_the_divisor_n_has_a_plateau(self) -> None:
        for regime in (self.WITH, self.WITHOUT):
            assert recursion(regime, 10, -0.001).variance.mean.limit == 0
            assert recursion(regime, 10, 0.001).variance.mean.limit == np.inf
            assert recursion(regime, 10, 0.001).squared_location_error.mean.limit == np.inf
            assert 0 < recursion(regime, 10, -1).squared_location_error.mean.limit < 1

    @pytest.mark.parametrize("ddof", [-1, 0.5, 1, 2.5])
    @pytest.mark.parametrize("regime", [WITH, WITHOUT], ids=repr)
    def test_late_errors_are_the_sum_generation_by_generation(self, regime: ct.Regime, ddof: float) -> None:
        last = 40_000
        found = recursion(regime, 4, ddof)
        j = np.arange(1, last + 1, dtype=np.longdouble)
        gain = np.longdouble(3) / (4 - np.longdouble(ddof))
        spread = found.variance.mean(j.astype(np.int64)) / gain
        seen = 1 if regime.replacement else 1 - 1 / j
        pool = 0.25 + np.cumsum((seen[:-1] if np.ndim(seen) else seen) * spread[:-1] / (4 * j[1:] ** 2))
        pool += np.cumsum(gain * spread[:-1] / (4 * j[1:] ** 2))
        error = pool[-1] + (seen[-1] if np.ndim(seen) else seen) * spread[-1] / 4
        assert found.squared_location_error.mean(last) == pytest.approx(float(error), rel=1e-14)

    @pytest.mark.parametrize("regime", [WITH, WITHOUT], ids=repr)
    def test_below_the_divisor_n_what_is_left_of_the_error_is_the_pools(self, regime: ct.Regime) -> None:
        # The sample's own noise is V_t/(g n) and fades like a slow power; the pool's error has long stayed.
        found, t = recursion(regime, 4, -1), 10**9
        noise = found.variance.mean(t) / (3 / 5 * 4)
        assert found.squared_location_error.mean(t) - noise == pytest.approx(
            found.squared_location_error.mean.limit, rel=1e-8
        )

    def test_a_wrong_twin_is_seen(self) -> None:
        # Sampling with replacement is not sampling without, nor accumulation.
        for n in (10, 1000):
            plain = recursion(ct.Accumulate(), n).variance.mean.limit
            again, once = (recursion(regime, n).variance.mean.limit for regime in (self.WITH, self.WITHOUT))
            assert again < once < plain


class TestAccumulateFresh:
    """F10 and D7; their pool begins with a batch of n real points, as ours does."""

    @pytest.mark.parametrize(
        ("real", "values"),
        [
            (10, (1.117261343, 0.7736034811, 0.4950745994, 0.3130571335)),
            (25, (0.6928171352, 0.2646532371, 0.0881384301, 0.02830866547)),
            (50, (0.3255517141, 0.05601907019, 0.007913997019, 0.001021804141)),
        ],
    )
    def test_f10(self, real: int, values: tuple[float, ...]) -> None:
        found = recursion(ct.AccumulateFresh(real=real), 100).squared_location_error.mean(10 ** np.arange(1, 5))
        assert 100 * found == pytest.approx(values, rel=1e-9)

    @pytest.mark.parametrize(
        ("real", "scaled"), [(75, 1.990597361), (50, 10.21814143), (25, 283.1009091), (10, 3130.82188)]
    )
    def test_d7_after_ten_thousand_batches(self, real: int, scaled: float) -> None:
        # N counts the pool: 10^4 batches after the first one of 100.
        t = 10_001
        found = recursion(ct.AccumulateFresh(real=real), 100).squared_location_error.mean(t)
        assert found * 100 * t == pytest.approx(scaled, rel=5e-9)

    def test_facts_of_both_divisors(self) -> None:
        found = recursion(ct.AccumulateFresh(real=1), 10)
        assert found.squared_location_error.mean(np.array([10, 1000])) == pytest.approx(
            [0.10783767131507, 0.04759942722547], rel=1e-12
        )
        unbiased = recursion(ct.AccumulateFresh(real=1), 10, 1)
        assert unbiased.variance.mean(np.array([2, 10, 100, 1000])) == pytest.approx(
            [0.978684210526316, 0.9695015653666, 0.9875277638950, 1.0020274965979], rel=1e-12
        )
        assert unbiased.squared_location_error.mean(10) == pytest.approx(0.1115344044466, rel=1e-12)

    @pytest.mark.parametrize("ddof", [-1, 0, 1, 2])
    def test_the_whole_law_comes_back(self, ddof: float) -> None:
        for real in (1, 5, 10):
            assert limits(recursion(ct.AccumulateFresh(real=real), 10, ddof)) == (1.0, 0.0)

    @pytest.mark.parametrize(("real", "constant"), [(5, 0.14071371102), (2, 0.0970929609168)])
    def test_the_constant_of_the_slow_power(self, real: int, constant: float) -> None:
        curve = recursion(ct.AccumulateFresh(real=real), 20).squared_location_error.mean
        assert curve.asymptotic(1) == pytest.approx(constant, rel=1e-11)
        t = 10**6
        assert curve.asymptotic(t, "late generations") == pytest.approx(curve(t), rel=5e-3)

    def test_the_three_rates_at_their_own_shares(self) -> None:
        t = 10**6
        fast, half = (recursion(ct.AccumulateFresh(real=r), 20).squared_location_error.mean for r in (15, 10))
        assert fast.asymptotic(t) == pytest.approx(1 / (0.5 * 20 * t), rel=1e-14)
        assert fast.asymptotic(t) == pytest.approx(fast(t), rel=5e-3)
        assert half.asymptotic(t) == pytest.approx(np.log(t) / (20 * t), rel=1e-14)
        assert half.asymptotic(t) == pytest.approx(half(t), rel=0.2)
        assert recursion(ct.AccumulateFresh(real=2), 20, 1).squared_location_error.mean.named("asymptotic") == ()

    def test_far_generations_are_refused_not_guessed(self) -> None:
        with pytest.raises(ct.NoClosedForm, match="are stepped through"):
            recursion(ct.AccumulateFresh(real=1), 10).variance.mean(10**9)
