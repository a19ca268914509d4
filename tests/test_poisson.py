"""A Poisson rate against the counts themselves: laws added up state by state, without generating functions."""

from __future__ import annotations

import math
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import sympy
from error_budget import critical_distance, critical_z, distance, z_of_mean
from every import every_pair
from numpy.typing import NDArray
from scipy.stats import binom, poisson

import collapse_theory as ct
from collapse_theory import symbols
from collapse_theory.families.poisson.lineages import Lineages
from collapse_theory.wright_fisher import branching

Array = NDArray[np.float64]
DATA = (ct.Replace(), ct.Accumulate(), ct.Fresh(real=1), ct.FreshMixture(share=0.25))
GROWING = ct.schedules.power(4, 1)
T = np.arange(1, 6)


# ------------------------------------------------------------------------------------------------- adding up the counts
def enumerated(recursion: ct.Recursion, last: int, states: int = 700) -> Iterator[tuple[Array, Array]]:
    """Rates and their chances in generations 1 to last, from the transition matrix of the first total counts."""
    rate, regime, sizes = recursion.family.rate, recursion.regime, recursion.sizes
    counts = np.arange(states)
    law, points = poisson.pmf(counts, sizes(1) * rate), int(sizes(1))
    yield counts / points, law
    for t in range(2, last + 1):
        n, before = int(sizes(t)), counts / points
        if isinstance(regime, ct.Accumulate):
            law = sum(law[s] * poisson.pmf(counts - s, n * before[s]) for s in counts)
            points += n
        else:
            law, points = (
                sum(w * (law @ poisson.pmf(counts, mean[:, None])) for w, mean in drawn(regime, n, rate, before)),
                n,
            )
        yield counts / points, law


def drawn(regime: ct.Regime, n: int, rate: float, before: Array) -> Iterator[tuple[float, Array]]:
    """Compositions of n points, and what total count each has in the mean."""
    chance = regime.share if isinstance(regime, ct.FreshMixture) else 0.0
    real = regime.step(2, ct.schedules.Constant(n)).drawn[0] if isinstance(regime, ct.Fresh) else 0
    for k in range(n + 1) if chance else [real]:
        yield (binom.pmf(k, n, chance) if chance else 1.0), k * rate + (n - k) * before


@every_pair(4, GROWING, members=ct.Poisson.examples(), data=DATA)
def test_every_moment_is_that_of_the_counts_added_up(recursion: ct.Recursion) -> None:
    rate = recursion.family.rate
    for t, (values, law) in enumerate(enumerated(recursion, 4), start=1):
        assert law.sum() == pytest.approx(1, abs=1e-13)
        absent = law[0]
        assert recursion.rate.mean(t) == pytest.approx(values @ law, rel=1e-12) == rate
        error = (values - rate) ** 2 @ law
        assert recursion.squared_location_error.mean(t) == pytest.approx(error, rel=1e-12)
        assert recursion.rate.std(t) == pytest.approx(error**0.5, rel=1e-12)
        assert recursion.survival.mean(t) == pytest.approx(1 - absent, rel=1e-12)
        assert recursion.survival.std(t) == pytest.approx((absent * (1 - absent)) ** 0.5, rel=1e-9)


@every_pair(4, GROWING, members=ct.Poisson.examples(), data=DATA[:3])
def test_the_law_is_that_of_the_counts_added_up(recursion: ct.Recursion) -> None:
    rate = recursion.family.rate
    for t, (values, law) in enumerate(enumerated(recursion, 4), start=1):
        found, error = recursion.rate.distribution(t), recursion.squared_location_error.distribution(t)
        assert found.pmf(values) == pytest.approx(law, abs=1e-13)
        below = np.cumsum(law)
        for q in (0.05, 0.5, 0.95):
            assert recursion.rate.quantile(q)(t) == values[np.searchsorted(below, q)]
        assert error.cdf(rate**2) == pytest.approx(law @ ((values - rate) ** 2 <= rate**2 * (1 + 1e-12)), abs=1e-12)
        assert error.mean == pytest.approx(recursion.squared_location_error.mean(t), rel=1e-11)


@pytest.mark.parametrize("regime", DATA[2:], ids=repr)
def test_fresh_data_have_the_stationary_law_of_the_counts(regime: ct.Regime) -> None:
    recursion = ct.Recursion(ct.Poisson(rate=0.5), regime, sample_size=4)
    *_, (values, law) = enumerated(recursion, 150, states=250)
    assert recursion.survival.mean.limit == pytest.approx(1 - law[0], rel=1e-12)
    error = (values - 0.5) ** 2 @ law
    assert recursion.squared_location_error.mean.limit == pytest.approx(error, rel=1e-12)
    assert recursion.fate.verdict == "stationary"
    assert recursion.survival.mean(200) == pytest.approx(recursion.survival.mean.limit, rel=1e-12)


@every_pair(4, GROWING, ct.schedules.geometric(4, 2), members=[ct.Poisson(rate=3)], data=DATA)
def test_the_squared_error_is_that_of_the_law_of_total_variance(recursion: ct.Recursion) -> None:
    """Whose variance per point is 1 + α(1 − α)M in units of the rate where a point is real by chance."""
    error, expected = Fraction(0), []
    for t in range(1, 13):
        step = recursion.regime.step(t, recursion.sizes)
        n, kept = Fraction(int(sum(step.drawn))), Fraction(int(sum(step.stored)))
        share = Fraction(str(step.share)) or Fraction(int(step.drawn[0])) / n
        noise = (1 + share * (1 - share) * error * bool(step.share)) / n
        left = 1 if kept else (1 - share) ** 2
        error = left * error + noise * (n / (n + kept)) ** 2
        expected.append(3 * float(error))
    assert recursion.squared_location_error.mean(np.arange(1, 13)) == pytest.approx(expected, rel=1e-13)
    if isinstance(recursion.regime, ct.FreshMixture):
        fixed = 3 * float(Fraction(1, int(recursion.sizes(1))))
        assert recursion.squared_location_error.mean(2) != pytest.approx(fixed, rel=1e-3)


# ------------------------------------------------------------------------------------------------------------ survival
def test_printed_check_values() -> None:
    lives = {2: 0.632120558828558, 10: 0.172254624906056, 100: 0.019542610477096, 1000: 0.00199381556256587}
    recursion = ct.Recursion(ct.Poisson(rate=1), ct.Replace(), sample_size=10)
    for t, g in lives.items():
        assert recursion.survival.mean(t) == pytest.approx(-math.expm1(-10 * g), rel=1e-13)
    printed = {10: 0.82138921911445, 100: 0.177515881029, 500: 0.038991077270136}
    for t, value in printed.items():
        assert recursion.survival.mean(t) == pytest.approx(value, rel=1e-12)
    assert recursion.extinction_time.median == 27
    assert ct.Recursion(ct.Poisson(rate=3), ct.Replace(), sample_size=10).survival.mean(100) == pytest.approx(
        0.4436058, abs=1e-7
    )


def test_the_published_bracket_holds_and_is_loose() -> None:
    """Suresh, Thangaraj and Khandavally bracket g_t by 1/t and 3/t; between 2/(t + 1) and 2/t it is sharper by far."""
    recursion = ct.Recursion(ct.Poisson(rate=0.1), ct.Replace(), sample_size=10)
    for t in (2, 10, 100, 10_000):
        g = -math.log1p(-recursion.survival.mean(t))
        assert 1 / t <= g <= 2 / (t + 1) <= 3 / t


@pytest.mark.parametrize("sizes", [7, GROWING, ct.schedules.power(3, 2), ct.schedules.geometric(4, 1.5)], ids=repr)
def test_the_sum_of_reciprocal_sizes_bounds_survival_from_both_sides(sizes: Any) -> None:
    recursion = ct.Recursion(ct.Poisson(rate=0.5), ct.Replace(), sample_size=sizes)
    for t in (1, 2, 5, 30):
        before = float(np.sum(1 / recursion.sizes(np.arange(1, t)))) if t > 1 else 0.0
        last = 1 / float(recursion.sizes(t))
        exponent = -math.log1p(-recursion.survival.mean(t)) / 0.5
        assert 1 / (last + before) * (1 - 1e-12) <= exponent <= 1 / (last + before / 2) * (1 + 1e-12)


@pytest.mark.parametrize("sizes", [5, GROWING, ct.schedules.geometric(4, 1.5)], ids=repr)
def test_samples_that_vary_branch_as_rare_types_do(sizes: Any) -> None:
    recursion = ct.Recursion(ct.Poisson(rate=0.3), ct.Replace(), sample_size=sizes)
    t = np.arange(1, 41)
    expected = -0.3 * recursion.sizes(1) * branching.survivals_of(recursion.sizes(t))
    assert Lineages.of(recursion, 40).log_absent(t) == pytest.approx(expected, rel=1e-13)
    assert recursion.survival.mean(t) == pytest.approx(-np.expm1(expected), rel=1e-13)


def test_a_pool_is_empty_at_once_or_never() -> None:
    recursion = ct.Recursion(ct.Poisson(rate=0.5), ct.Accumulate(), sample_size=2)
    assert recursion.survival.mean(np.array([1, 50, 10**9])) == pytest.approx([1 - math.exp(-1)] * 3, rel=1e-15)
    assert sympy.simplify(recursion.survival.mean.symbolic - (1 - sympy.exp(-symbols.n * symbols.lambda0))) == 0
    law = recursion.extinction_time.distribution
    assert law.probability_finite == pytest.approx(math.exp(-1), rel=1e-15)
    assert (recursion.extinction_time.mean, recursion.extinction_time.median) == (math.inf, math.inf)
    given = recursion.extinction_time.given("extinct")
    assert (given.mean, given.std, given.median) == (1, 0, 1)


# ------------------------------------------------------------------------------------------------------ formulas, fates
def test_formulas_are_in_letters() -> None:
    lambda0, n, t = symbols.lambda0, symbols.n, symbols.t
    recursion = ct.Recursion(ct.Poisson(rate=2), ct.Replace(), sample_size=5)
    assert recursion.rate.mean.symbolic == lambda0
    assert sympy.simplify(recursion.squared_location_error.mean.symbolic - lambda0 * t / n) == 0
    assert sympy.simplify(recursion.rate.std.symbolic - sympy.sqrt(lambda0 * t / n)) == 0
    assert recursion.rate.std.limit == math.inf
    assert recursion.rate.median.limit == 0
    pool = ct.Recursion(ct.Poisson(rate=2), ct.Accumulate(), sample_size=5)
    third = pool.squared_location_error.mean.symbolic.subs(t, 3)
    assert sympy.simplify(sympy.expand_func(third) - lambda0 / n * sympy.Rational(49, 36)) == 0
    assert pool.squared_location_error.mean.limit == pytest.approx(2 / 5 * math.pi**2 / 6, rel=1e-15)
    with pytest.raises(ct.NoClosedForm):
        _ = ct.Recursion(ct.Poisson(), ct.Accumulate(), sample_size=GROWING).survival.mean.symbolic


def test_the_fate_of_a_pool_is_the_chance_that_it_is_empty() -> None:
    fate = ct.Recursion(ct.Poisson(rate=0.5), ct.Accumulate(), sample_size=4).fate
    assert fate.verdict == "settles"
    assert fate.value == pytest.approx(math.exp(-2), rel=1e-15)
    assert ct.Recursion(ct.Poisson(), ct.Replace(), sample_size=4).fate.verdict == "collapses"


@pytest.mark.deep
@every_pair(4, GROWING, members=[ct.Poisson(rate=0.5)], data=DATA)
def test_every_proof_comes_out(recursion: ct.Recursion) -> None:
    proved = [check for theorem in recursion.theorems for check in theorem.prove()]
    assert proved
    assert all(check.passed for check in proved), [check.claim for check in proved if not check.passed]


def test_the_variance_of_a_point_is_conserved_by_this_family_alone() -> None:
    assert ct.Poisson().conserved_spread
    assert not ct.Poisson().two_moments
    assert not ct.Gaussian().conserved_spread


# ---------------------------------------------------------------------------------------------------------- simulation
@every_pair(6, GROWING, members=[ct.Poisson(rate=0.5)], data=DATA)
def test_simulated_rates_survive_and_spread_as_the_theorems_say(recursion: ct.Recursion, seed: int) -> None:
    """Notices 4 % of the chance of 0 and of the squared error."""
    kept = np.array([1, 2, 5])
    runs = recursion.simulate(5, 100_000, rng=seed, keep=kept)
    survived, errors = (runs.values(q) for q in (recursion.survival, recursion.squared_location_error))
    alive, error = recursion.survival.mean(kept), recursion.squared_location_error.mean(kept)
    allowed = critical_z(9)
    assert np.max(np.abs(z_of_mean(survived, alive))) < allowed
    assert np.max(np.abs(z_of_mean(errors, error))) < allowed
    assert np.max(np.abs(z_of_mean(runs.values(recursion.rate), 0.5))) < allowed
    assert np.max(np.abs(z_of_mean(errors, error * recursion.sizes(1) / (recursion.sizes(1) - 1)))) > allowed
    later = recursion.survival.mean(kept + 1) if recursion.tableau.replacement else 1 - (1 - alive) * 1.1
    assert np.max(np.abs(z_of_mean(survived, later))) > allowed


def test_totals_are_drawn_as_single_points_are(seed: int) -> None:
    """The twin draws every point; the wrong one draws one point fewer. Notices a distance of 0.02."""
    recursion, rng = ct.Recursion(ct.Poisson(rate=1.5), ct.Replace(), sample_size=5), np.random.default_rng(seed)
    runs = recursion.simulate(4, 200_000, rng=rng)

    def by_points(n: int) -> Array:
        rates = np.full(200_000, 1.5)
        for _ in range(4):
            rates = rng.poisson(rates[:, None], (200_000, n)).mean(axis=1)
        return rates

    allowed = critical_distance(2, 200_000, 200_000)
    assert distance(runs.values(recursion.rate)[:, -1], by_points(5)) < allowed
    assert distance(runs.values(recursion.rate)[:, -1], by_points(4)) > allowed


def test_extinction_is_watched(seed: int) -> None:
    """Notices a deviation of 0.004 in the chance to be extinct by generation 10; g one generation off is 0.03."""
    recursion = ct.Recursion(ct.Poisson(rate=0.5), ct.Replace(), sample_size=10)
    time = recursion.extinction_time
    runs = recursion.simulate(30, 200_000, rng=seed, watch=[time])
    seen = runs.watched_times(time)
    came = ((seen >= 0) & (seen <= 10)).astype(float)[:, None]
    assert np.abs(z_of_mean(came, time.distribution.cdf(10)))[0] < critical_z(1)
    assert np.abs(z_of_mean(came, time.distribution.cdf(11)))[0] > critical_z(1)
    assert np.all((runs.values(recursion.rate)[:, -1] == 0) == (seen >= 0))


# ---------------------------------------------------------------------------------------------------------- parameters
def test_a_rate_comes_from_counts() -> None:
    assert ct.Poisson.from_data([0, 3, 1, 0]) == ct.Poisson(rate=1)
    assert repr(ct.Poisson(rate=0.5)) == "ct.Poisson(rate=0.5)"


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ([], "values has 0 numbers"),
        ([1, -2], r"values\[1\] = -2 is outside its domain: a whole number ≥ 0"),
        ([1, 2, 0.5], r"values\[2\] = 0.5 is outside its domain"),
        ([math.nan], r"values\[0\] = nan is outside its domain"),
        ([1, math.inf], r"values\[1\] = inf is outside its domain"),
        ([0, 0], "values are all 0"),
    ],
)
def test_bad_counts_are_refused_by_name(values: list[float], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        ct.Poisson.from_data(values)


@pytest.mark.parametrize("rate", [0, -1, math.inf, math.nan, "1", True, None])
def test_a_rate_is_positive(rate: Any) -> None:
    with pytest.raises(ValueError, match=r"rate = .* is outside its domain"):
        ct.Poisson(rate=rate)
