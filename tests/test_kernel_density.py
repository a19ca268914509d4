"""Kernel densities: a variance that grows, in mean and typical run, by formulas, exact fractions and single points."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import mpmath
import numpy as np
import pytest
import sympy
from error_budget import critical_distance, critical_z, distance, z_of_mean
from every import REGIMES, every_pair

import collapse_theory as ct
from collapse_theory import symbols
from collapse_theory.families.points import Points, picked_places
from collapse_theory.theorems.kernel_density.moment_map import STEPPED, _exact, _moments, _squared

GROWING = ct.schedules.power(6, 1)
MEMBERS = (
    ct.KernelDensity(bandwidth=0.5, mean=1, sd=2),
    ct.KernelDensity(bandwidth="scott"),
    ct.KernelDensity(bandwidth=0.25, column=(-1.0, 0.0, 0.5, 2.0)),
)
QUANTITIES = ("variance", "sample_variance", "squared_location_error", "second_moment")


def loop(bandwidth: Any, regime: ct.Regime, n: Any, **source: float) -> ct.Recursion:
    return ct.Recursion(ct.KernelDensity(bandwidth=bandwidth, **source), regime, sample_size=n)


# -------------------------------------------------------------------------------------------- check values and formulas
def test_a_fixed_bandwidth_has_the_published_moments() -> None:
    """Generations counted from the first fit: theirs is one less under replacement."""
    replaced, pool = (loop(0.3, regime, 50) for regime in (ct.Replace(), ct.Accumulate()))
    assert replaced.watch("sample_variance").mean(201) == pytest.approx(4.349673343142364, rel=1e-14)
    assert replaced.squared_location_error.mean(201) == pytest.approx(14.6503266568576, rel=1e-14)
    assert pool.watch("sample_variance").mean(10) == pytest.approx(1.14138495775, rel=1e-11)
    assert pool.watch("sample_variance").mean(1000) == pytest.approx(1.54899594691, rel=1e-11)


@pytest.mark.parametrize(
    ("rule", "factor", "late", "carried"),
    [
        ("silverman", 1.1680785991049307, 4.681185655839136, 105.7),
        ("scott", 1.1484893192461114, 3.9527996411374406, 63.7),
    ],
)
def test_a_rule_of_thumb_multiplies_the_variance(rule: str, factor: float, late: float, carried: float) -> None:
    recursion = loop(rule, ct.Replace(), 100)
    assert recursion.variance.mean(7) / recursion.variance.mean(6) == pytest.approx(factor, rel=1e-14)
    assert recursion.watch("sample_variance").mean(11) == pytest.approx(late, rel=1e-14)
    assert recursion.variance.mean(30) == pytest.approx(carried, abs=0.06)
    assert recursion.variance.mean.limit == math.inf
    assert recursion.variance.mean.log(10**6) == pytest.approx(10**6 * math.log(factor), rel=1e-13)
    with pytest.raises(OverflowError):
        recursion.variance.mean(10**6)


def test_formulas_are_in_letters() -> None:
    h, n, sigma0, t = symbols.h, symbols.n, symbols.sigma0, symbols.t
    fixed, ruled = loop(0.5, ct.Replace(), 7, sd=2), loop("silverman", ct.Replace(), 7, sd=2)
    fixed_point = fixed.variance.mean.symbolic.subs(sigma0, sympy.sqrt(n) * h)
    assert sympy.simplify(fixed_point - n * h**2) == 0
    assert fixed.variance.mean.limit == 7 * 0.25
    assert fixed.watch("sample_variance").mean.limit == 6 * 0.25
    assert fixed.squared_location_error.mean.limit == fixed.watch("second_moment").mean.limit == math.inf
    total = fixed.variance.mean.symbolic + fixed.squared_location_error.mean.symbolic
    assert sympy.simplify(total - sigma0**2 - h**2 * t) == 0
    assert sympy.simplify(ruled.variance.mean.symbolic.subs(t, 0) - sigma0**2) == 0
    for recursion in (fixed, ruled):
        for name in QUANTITIES:
            curve = recursion.watch(name).mean
            if name == "second_moment" and recursion is ruled:
                continue
            letters = {n: 7, **recursion.family.symbols()}
            for at in (0, 1, 2, 9):
                expected = curve.symbolic.subs({**letters, t: at})
                assert curve(at) == pytest.approx(float(expected), rel=1e-12), (curve, at)


def test_few_generations_of_many_points_keep_their_digits() -> None:
    """The difference of t and the kernels that are left, t(t − 1)/2n, has no digits in the formula as it stands."""
    for n in (3, 10**3, 10**9):
        error = loop(0.5, ct.Replace(), n, sd=2).squared_location_error
        for t in (1, 2, n // 2, n // 2 + 1, 2 * n, 10**9):
            with mpmath.workdps(60):
                left = (1 - mpmath.mpf(1) / n) ** t
                exact = t * mpmath.mpf("0.25") + (4 - n * mpmath.mpf("0.25")) * (1 - left)
            assert error.mean(max(t, 0)) == pytest.approx(float(exact), rel=1e-13), (n, t)


# ------------------------------------------------------------------------------------------------- two roads everywhere
def by_fractions(recursion: ct.Recursion, t: int) -> tuple[Fraction, Fraction, Fraction]:
    return _exact(recursion, t)


@every_pair(5, GROWING, members=MEMBERS)
def test_the_map_of_every_regime_is_that_in_fractions(recursion: ct.Recursion) -> None:
    spread = recursion.family.spread
    for t in (1, 2, 3, 7, 12):
        try:
            v, points, m = (spread * float(part) for part in by_fractions(recursion, t))
        except ct.NoClosedForm:
            continue
        expected = dict(zip(QUANTITIES, (v, points, m, v + m), strict=True))
        for name, value in expected.items():
            assert recursion.watch(name).mean(t) == pytest.approx(value, rel=1e-12), (name, t)
    assert recursion.location.mean(5) == recursion.family.mean


def test_replacement_by_hand_in_fractions() -> None:
    """E v' = (1 − 1/n)(v + h²), M' = M + (v + h²)/n, from V = 1 and no bandwidth, beside the moment map."""
    n, squared = 5, Fraction(1, 4)
    v, m, h2 = Fraction(1), Fraction(0), Fraction(0)
    recursion = loop(0.5, ct.Replace(), n)
    for t in range(1, 12):
        v, m, h2 = (1 - Fraction(1, n)) * (v + h2), m + (v + h2) / n, squared
        assert by_fractions(recursion, t) == (v + squared, v, m)


def test_the_pool_by_hand_in_fractions() -> None:
    r"""v_t = v_{t−1}(1 − 1/(n t²)) + (h²/t)(1 − 1/(nt)), and v + M = 1 + h²(H_t − 1)."""
    n, squared = 4, Fraction(1, 4)
    v, harmonic = 1 - Fraction(1, n), Fraction(1)
    recursion = loop(0.5, ct.Accumulate(), n)
    for t in range(2, 12):
        v = v * (1 - Fraction(1, n * t * t)) + squared / t * (1 - Fraction(1, n * t))
        harmonic += Fraction(1, t)
        spread, points, m = by_fractions(recursion, t)
        assert (points, spread) == (v, v + squared)
        assert v + m == 1 + squared * (harmonic - 1)
        assert recursion.watch("second_moment").mean(t) == pytest.approx(float(1 + squared * harmonic), rel=1e-14)
    assert recursion.variance.mean.limit == math.inf


def test_a_rule_of_thumb_in_a_pool_is_bounded_and_a_fixed_bandwidth_is_not() -> None:
    """What is still to come of the first, a sum of t^(−7/5), falls by 10^(−2/5) from each power of ten to the next."""
    late = np.array([10**2, 10**3, 10**4])
    ruled, fixed = (loop(width, ct.Accumulate(), 20).variance.mean(late) for width in ("silverman", 0.3))
    steps = np.diff(np.log(ruled))
    assert steps[1] / steps[0] == pytest.approx(10**-0.4, rel=0.02)
    assert np.diff(fixed) == pytest.approx([0.09 * math.log(10)] * 2, rel=0.01)


@pytest.mark.parametrize("bandwidth", [0.0, 0.4, "scott"])
@pytest.mark.parametrize("regime", [ct.Fresh(real=2), ct.FreshMixture(share=0.25), ct.Weighted(real=2, weight=0.5)])
def test_late_generations_by_squaring_are_the_stepped_ones(regime: ct.Regime, bandwidth: Any) -> None:
    recursion = loop(bandwidth, regime, 10**4)
    for t in (1, 2, 100, STEPPED):
        assert _squared(recursion, t) == pytest.approx([float(part[0]) for part in _moments(recursion, [t])], rel=1e-11)
    curve = recursion.variance.mean
    if math.isfinite(curve.limit):
        assert curve(10**7) == pytest.approx(curve.limit, rel=1e-9)


def test_a_bandwidth_of_zero_is_the_bootstrap() -> None:
    bootstrap = loop(0, ct.Replace(), 6)
    t = np.arange(8)
    assert bootstrap.variance.mean(t) == pytest.approx((1 - 1 / 6) ** t, rel=1e-14)
    assert bootstrap.squared_location_error.mean.limit == 1
    assert bootstrap.variance.mean.limit == 0


# ----------------------------------------------------------------------------------------------------------- simulation
@every_pair(6, GROWING, members=MEMBERS)
def test_simulated_moments_are_those_of_the_map(recursion: ct.Recursion, seed: int) -> None:
    """Notices 6 % of the variance; with n − 1 in place of n in the first fit it is 20 % off."""
    kept = [1, 2, 4]
    runs = recursion.simulate(4, 8000, rng=seed, keep=kept)
    allowed = critical_z(16)
    for name in (*QUANTITIES, "location"):
        values = runs.values(recursion.watch(name))
        assert np.max(np.abs(z_of_mean(values, recursion.watch(name).mean(kept)))) < allowed, name
    wrong = recursion.watch("sample_variance").mean(1) / (1 - 1 / recursion.sizes(1))
    if recursion.tableau.replacement:
        found = runs.values(recursion.watch("sample_variance"))[:, :1]
        assert np.abs(z_of_mean(found, wrong))[0] > allowed


def test_a_density_is_drawn_as_its_points_one_by_one_are(seed: int) -> None:
    """The twin picks points and adds noise in single runs; with the divisor n in s it is caught."""
    n, size = 5, 20_000
    recursion = loop("scott", ct.Replace(), n)
    runs = recursion.simulate(4, size, rng=seed)
    found = runs.values(recursion.variance)[:, 0]

    def by_points(ddof: int, rng: np.random.Generator) -> Any:
        x = rng.standard_normal((size, n))
        for _ in range(3):
            h = x.std(axis=1, ddof=ddof) * n**-0.2
            picked = np.stack([row[rng.integers(n, size=n)] for row in x])
            x = picked + h[:, None] * rng.standard_normal((size, n))
        return x.var(axis=1) + x.var(axis=1, ddof=ddof) * n**-0.4

    allowed = critical_distance(2, size, size)
    assert distance(found, by_points(1, np.random.default_rng(seed))) < allowed
    assert distance(found, by_points(0, np.random.default_rng(seed))) > allowed


def test_the_typical_run_grows_by_78_and_the_mean_by_106(seed: int) -> None:
    """At n = 100, 30 generations of Silverman's rule; no direction of change but up. Notices 4 % of the median."""
    recursion = loop("silverman", ct.Replace(), 100)
    runs = recursion.simulate(30, 4000, rng=seed)
    grown = runs.values(recursion.variance)[:, 0]
    assert np.median(grown) == pytest.approx(78, rel=0.1)
    assert np.abs(z_of_mean(grown[:, None], 105.72))[0] < critical_z(2)
    assert np.abs(z_of_mean(grown[:, None], 78))[0] > critical_z(2)
    assert np.mean(grown > 1) > 0.999


def test_of_two_points_the_typical_run_collapses_while_the_mean_explodes(seed: int) -> None:
    """Silverman's rule at n = 2, 20 generations."""
    recursion = loop("silverman", ct.Replace(), 2)
    runs = recursion.simulate(20, 4000, rng=seed)
    assert recursion.variance.mean(20) > 300
    assert recursion.variance.median.simulated(runs, level=1 - 1e-9).high[0] < 0.1


def test_weights_pick_points_in_proportion(seed: int) -> None:
    """By acceptance where weights are alike, by cumulated weights where they are not; even weights are a wrong twin."""
    rng = np.random.default_rng(seed)
    for weight in ([1.0, 0.0, 2.0, 1.0], [0.01, 0.0, 0.02, 10.0] + [0.01] * 20):
        each = np.tile(weight, (1000, 1))
        counts = np.stack([(picked_places(each, 40, rng) == place).mean(axis=1) for place in range(4)], axis=1)
        assert np.all(counts[:, 1] == 0)
        exact = np.array(weight[:4]) / sum(weight)
        z = z_of_mean(counts[:, [0, 2, 3]], exact[[0, 2, 3]])
        assert np.max(np.abs(z)) < critical_z(12)
        assert np.max(np.abs(z_of_mean(counts[:, [0, 2, 3]], 1 / len(weight)))) > critical_z(12)


def test_subsamples_are_of_different_points_and_evenly_chosen(seed: int) -> None:
    family, rng = MEMBERS[0], np.random.default_rng(seed)
    points = Points(np.tile(np.arange(9.0), (4000, 1)), np.ones((4000, 9)))
    some = family.subsample(points, 4, rng, replacement=False).values
    assert all(len(set(row)) == 4 for row in some[:200].tolist())
    shares = np.stack([(some == place).any(axis=1) for place in range(9)], axis=1).astype(float)
    assert np.max(np.abs(z_of_mean(shares, 4 / 9))) < critical_z(10)
    pairs = ((some == 0).any(axis=1) & (some == 8).any(axis=1)).astype(float)
    assert np.abs(z_of_mean(pairs[:, None], 4 / 9 * 3 / 8))[0] < critical_z(10)


# ----------------------------------------------------------------------------------------------------------- parameters
def test_a_column_is_its_own_law() -> None:
    family = ct.KernelDensity.from_data([1, 2, 2, 5], bandwidth=0.5)
    assert (family.mean, family.sd) == (2.5, 1.5)
    assert eval(repr(family), {"ct": ct}) == family
    recursion = ct.Recursion(family, ct.Replace(), sample_size=3)
    assert ct.Recursion.from_dict(recursion.to_dict()) == recursion
    runs = recursion.simulate(1, 500, rng=1, keep=[0, 1])
    assert np.all(runs.values(recursion.variance)[:, 0] == 2.25)
    drawn = family.draw(family.source(50), 20, np.random.default_rng(1)).values
    assert {round(x, 9) for x in (drawn * 1.5 + 2.5).ravel()} == {1, 2, 5}


def test_runs_of_densities_come_back_from_a_file(tmp_path: Any) -> None:
    recursion = loop("scott", ct.Accumulate(), 8)
    runs = recursion.simulate(3, 10, rng=1, keep="all")
    runs.save(tmp_path / "runs.npz")
    loaded = ct.load_runs(tmp_path / "runs.npz")
    assert np.array_equal(loaded.values(recursion.variance), runs.values(recursion.variance))
    assert recursion.family.state_bytes(recursion, 3) == 24


@pytest.mark.parametrize("bandwidth", [-1, math.inf, math.nan, "scot", None, True])
def test_a_bandwidth_is_a_number_or_a_rule(bandwidth: Any) -> None:
    with pytest.raises(ValueError, match=r"bandwidth = .* is outside its domain: .* or one of 'silverman', 'scott'"):
        ct.KernelDensity(bandwidth=bandwidth)


@pytest.mark.parametrize(
    ("column", "message"),
    [
        ((1.0,), "column has 1 numbers"),
        ((1.0, math.nan), r"column\[1\] = nan is outside"),
        ((2.0, 2.0), "column is 2 throughout"),
    ],
)
def test_bad_columns_are_refused_by_name(column: tuple[float, ...], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        ct.KernelDensity(bandwidth=1, column=column)


def test_what_does_not_fit_is_refused() -> None:
    with pytest.raises(ValueError, match=r"beside a column whose own are 0\.5, 0\.5: leave them out"):
        ct.KernelDensity(bandwidth=1, mean=3, column=(0.0, 1.0))
    with pytest.raises(ValueError, match="sample_size = 1 is outside its domain: an integer ≥ 2 for bandwidth='scott'"):
        loop("scott", ct.Replace(), 1)
    assert loop(0.5, ct.Replace(), 1).variance.mean(3) == 0.25
    with pytest.raises(ct.NotDefined, match="carries the old model over"):
        loop(0.5, next(r for r in REGIMES if isinstance(r, ct.FineTune)), 8)
    with pytest.raises(OverflowError, match="leave the floats"):
        loop("silverman", ct.Replace(), 20).simulate(5000, 2, rng=1)


def test_a_column_whose_spread_leaves_the_floats_is_refused() -> None:
    with pytest.raises(ValueError, match="sd = inf is outside its domain"):
        ct.KernelDensity.from_data([0, 0, 0, 0, 1e160], 0.3)
