"""Regression on its own labels: the published figures, raw rows in plain loops, and the exact mixtures of labels."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import mpmath
import numpy as np
import pytest
import sympy
from error_budget import critical_distance, critical_z, distance, z_of_mean
from scipy import special

import collapse_theory as ct
from collapse_theory import symbols
from collapse_theory.families.linear_regression import mixed_labels_risk
from collapse_theory.families.linear_regression.mixed_labels import kept_error


def regression(d: int, n: Any, regime: ct.Regime | None = None, **given: Any) -> ct.Recursion:
    return ct.Recursion(ct.LinearRegression(dimension=d, **given), regime or ct.Replace(), sample_size=n)


ACCUMULATE = ct.Accumulate()


# ------------------------------------------------------------------------------------------------- published figures
def test_the_published_example_holds_for_one_design() -> None:
    """Ten coefficients, 111 rows: every refit adds 1/10 under replacement; pools of one design have π²/6 of it."""
    assert regression(10, 111).excess_risk.mean(10) == pytest.approx(1, rel=1e-14)
    assert regression(10, 111, design="repeated").excess_risk.mean(10) == pytest.approx(1, rel=1e-14)
    pool = regression(10, 111, ACCUMULATE, design="repeated").excess_risk.mean
    assert pool(10) == pytest.approx(0.1549767731166541, rel=1e-14)
    assert pool.limit == pytest.approx(0.1644934066848226, rel=1e-14)


FRESH_LIMITS = [
    (111, 10, 0.15998233200314),
    (20, 5, 0.53567324066367),
    (12, 10, 10.791536057751),
]


@pytest.mark.parametrize(("n", "d", "limit"), FRESH_LIMITS)
def test_new_rows_do_better_than_one_design(n: int, d: int, limit: float) -> None:
    fresh = regression(d, n, ACCUMULATE).excess_risk.mean
    repeated = regression(d, n, ACCUMULATE, design="repeated").excess_risk.mean
    assert fresh.limit == pytest.approx(limit, rel=1e-12)
    assert repeated.limit / fresh(1) == pytest.approx(math.pi**2 / 6, rel=1e-13)
    assert fresh(10**9) == pytest.approx(limit, rel=1e-8)
    assert fresh(1) == pytest.approx(repeated(1), rel=1e-14)
    assert fresh(2) < repeated(2)
    for t in (2, 3, 10):
        exact = sum(Fraction(d, i * (i * n - d - 1)) for i in range(1, t + 1))
        assert fresh(t) == pytest.approx(float(exact), rel=1e-13)


def test_the_ratio_of_many_rows() -> None:
    curve = regression(10, 1000, ACCUMULATE).excess_risk.mean
    assert curve.limit / curve(1) == pytest.approx(1.64004786956, rel=1e-11)
    large = regression(10, 10**9, ACCUMULATE).excess_risk.mean
    assert large.limit / large(1) == pytest.approx(math.pi**2 / 6, rel=1e-7)
    assert large(2) / large(1) == pytest.approx(1.25, rel=1e-8)


def test_two_sizes_and_two_noises_add_up() -> None:
    """Labels written by four generations of 30 rows, and a last fit to 20 rows of another noise: .9226190476."""
    found = regression(5, 30).excess_risk.mean(4) + regression(5, 20, noise=0.5).excess_risk.mean(1)
    assert found == pytest.approx(0.9226190476190476, rel=1e-14)
    sizes = ct.schedules.custom(lambda t: 30 if t < 5 else 20)
    exact = float(4 * Fraction(5, 24) + Fraction(5, 14))
    assert regression(5, sizes).excess_risk.mean(5) == pytest.approx(exact, rel=1e-14)


def test_interpolation_forgets_the_signal() -> None:
    quiet, loud = regression(20, 10, noise=0), regression(20, 10, noise=0.5)
    assert quiet.excess_risk.mean(4) == pytest.approx(0.9375, rel=1e-14)
    assert loud.excess_risk.mean(4) == pytest.approx(1.4583333333333333, rel=1e-13)
    assert quiet.signal_kept.mean(4) == pytest.approx(1 / 16, rel=1e-14)
    assert quiet.excess_risk.mean.limit == 1
    assert loud.excess_risk.mean.limit == pytest.approx(1 + 0.25 * (10 / 9) * 2, rel=1e-14)
    same = regression(20, 10, noise=0, design="repeated")
    assert same.excess_risk.mean(np.array([1, 100])) == pytest.approx([0.5, 0.5], rel=1e-14)
    assert same.signal_kept.mean(100) == 0.5


def test_about_as_many_rows_as_coefficients_the_mean_is_infinite() -> None:
    for n in (4, 5, 6):
        assert regression(5, n).excess_risk.mean(1) == math.inf
        assert regression(5, n, noise=0).excess_risk.mean(1) == pytest.approx(0.2 if n == 4 else 0)
    assert regression(5, 7).excess_risk.mean(1) == 5
    assert regression(5, 3).excess_risk.mean(1) == pytest.approx(0.4 + 3)


def test_formulas_and_slopes() -> None:
    recursion = regression(3, 12, noise=2)
    d, n, t, sigma = symbols.d, symbols.n, symbols.t, symbols.sigma0
    letters = {d: 3, n: 12, t: 5, sigma: 2}
    assert recursion.excess_risk.mean.symbolic.subs(letters) == sympy.Rational(15, 2)
    assert recursion.excess_risk.slope == pytest.approx(1.5)
    assert recursion.test_error.mean(5) == pytest.approx(11.5)
    assert recursion.test_error.mean(0) == 4
    assert recursion.signal_kept.std(5) == pytest.approx(math.sqrt(2.5))
    pool = regression(3, 12, ACCUMULATE).excess_risk.mean.symbolic
    assert float(pool.subs({**letters, sigma: 1})) == pytest.approx(regression(3, 12, ACCUMULATE).excess_risk.mean(5))


# ------------------------------------------------------------------------------------------------- raw rows
def refitted_to_rows(
    rng: np.random.Generator, runs: int, d: int, n: int, last: int, *, repeated: bool, pooled: bool
) -> np.ndarray:
    """Excess risks by least squares on explicit rows and labels, one run at a time."""
    true = np.zeros(d)
    true[0] = 1.0
    found = np.empty(runs)
    for run in range(runs):
        w, rows, labels = true, np.empty((0, d)), np.empty(0)
        design = rng.standard_normal((n, d))
        for _ in range(last):
            x = design if repeated else rng.standard_normal((n, d))
            y = x @ w + 0.5 * rng.standard_normal(n)
            rows, labels = (np.vstack([rows, x]), np.append(labels, y)) if pooled else (x, y)
            w = np.linalg.lstsq(rows, labels, rcond=None)[0]
        found[run] = np.sum((w - true) ** 2)
    return found


SHAPES = [(3, 6, False, False), (3, 6, True, True), (3, 6, False, True), (6, 4, False, False), (6, 4, True, False)]


@pytest.mark.parametrize(("d", "n", "repeated", "pooled"), [*SHAPES, (6, 4, False, True), (6, 4, True, True)])
def test_wishart_matrices_stand_for_rows(d: int, n: int, repeated: bool, pooled: bool, seed: int) -> None:  # noqa: FBT001
    """The whole law of the risk after three generations, by least squares on rows; double noise is caught."""
    rng, runs = np.random.default_rng(seed), 2000
    rows = refitted_to_rows(rng, runs, d, n, 3, repeated=repeated, pooled=pooled)
    design: Any = "repeated" if repeated else "fresh"
    regime = ACCUMULATE if pooled else ct.Replace()
    recursion, loud = (regression(d, n, regime, noise=s, design=design) for s in (0.5, 1.0))
    found, wrong = (one.excess_risk.values(one.simulate(3, 20_000, rng=seed))[:, 0] for one in (recursion, loud))
    threshold = critical_distance(1, runs, 20_000)
    assert distance(rows, found) < threshold
    assert distance(rows, wrong) > threshold


REGIMES = [
    regression(3, 12),
    regression(3, 12, ACCUMULATE),
    regression(3, 12, ACCUMULATE, design="repeated"),
    regression(3, ct.schedules.power(12, 1), ACCUMULATE),
    regression(3, 12, ct.Window(generations=2), design="repeated"),
    regression(3, 12, ct.Fresh(real=4)),
    regression(12, 5, noise=0.5),
    regression(12, 5, ACCUMULATE, noise=0.5, design="repeated"),
]


@pytest.mark.parametrize("recursion", REGIMES, ids=repr)
def test_simulation_agrees_with_the_means(recursion: ct.Recursion, seed: int) -> None:
    """Notices 8 % of the mean risk; a risk that is off by 12 % is caught."""
    runs = recursion.simulate(6, 20_000, rng=seed, keep=[1, 2, 6])
    exact = recursion.excess_risk.mean(runs.generations)
    values = recursion.excess_risk.values(runs)
    assert np.max(np.abs(z_of_mean(values, exact))) < critical_z(3)
    assert np.max(np.abs(z_of_mean(values, 1.12 * exact))) > critical_z(3)


def test_pools_of_one_design_are_not_pools_of_new_rows(seed: int) -> None:
    """The two designs differ by 11 % at (20, 5), which the runs of one of them see."""
    fresh, repeated = (regression(5, 20, ACCUMULATE, design=kind) for kind in ("fresh", "repeated"))
    values = fresh.excess_risk.values(fresh.simulate(10, 40_000, rng=seed))
    assert abs(z_of_mean(values, fresh.excess_risk.mean(10))[0]) < critical_z(1)
    assert abs(z_of_mean(values, repeated.excess_risk.mean(10))[0]) > critical_z(1)


# ------------------------------------------------------------------------------------------------- mixed labels
def test_a_small_share_of_wrong_labels_is_a_floor() -> None:
    """The limit of many rows is p²c²; the next order is p(1 − p)c²(d + 1)/n."""
    risks = [mixed_labels_risk(n, n // 10, 50) for n in (10**3, 10**4, 10**7)]
    assert risks[:2] == pytest.approx([0.0671870, 0.0154756], rel=5e-3)
    for n, risk in zip((10**3, 10**4), risks[:2], strict=True):
        assert risk == pytest.approx(50 / (n - 51) + 0.01 + 0.09 * 51 / n, abs=0.2 * (50 / n) ** 2)
    assert risks[2] == pytest.approx(0.01, rel=1e-3)
    assert mixed_labels_risk(10**8, 10**6, 100) == pytest.approx(1.01e-4, rel=1e-3)
    assert mixed_labels_risk(10**8, 0, 100) == pytest.approx(1e-6, rel=1e-5)


def test_the_factor_of_mixed_labels_in_exact_cases() -> None:
    for m, n in ((3, 10), (9, 10), (10, 10)):
        beta = special.beta(m / 2 + 2, (n - m) / 2) / special.beta(m / 2, (n - m) / 2) if m < n else 1.0
        assert float(kept_error(Fraction(n), Fraction(m), Fraction(1))) == pytest.approx(beta, rel=1e-12)
    assert kept_error(Fraction(9), Fraction(9), Fraction(4)) == 1
    assert kept_error(Fraction(9), Fraction(0), Fraction(4)) == 0


def test_mixed_labels_by_simulation(seed: int) -> None:
    """One fit to rows of which a third are of shifted coefficients: notices 2 %, and the limit p² in place of γ."""
    rng, runs, d, n, m = np.random.default_rng(seed), 20_000, 4, 12, 4
    x = rng.standard_normal((runs, n, d))
    wrong = x[:, :m, 0]
    labels = np.concatenate([wrong, np.zeros((runs, n - m))], axis=1)
    gram = x.transpose(0, 2, 1) @ x
    error = np.linalg.solve(gram, x.transpose(0, 2, 1) @ labels[:, :, None])[:, :, 0]
    risk = (error**2).sum(axis=1, keepdims=True)
    assert abs(z_of_mean(risk, mixed_labels_risk(n, m, d, noise=0))[0]) < critical_z(1)
    assert abs(z_of_mean(risk, 1 / 9)[0]) > critical_z(1)


def test_real_rows_in_every_generation_have_a_stationary_risk() -> None:
    recursion = regression(3, 12, ct.Fresh(real=4))
    gamma = float(kept_error(Fraction(12), Fraction(8), Fraction(3)))
    risk = 0.0
    for t in range(1, 9):
        risk = gamma * risk + 3 / 8
        assert recursion.excess_risk.mean(t) == pytest.approx(risk, rel=1e-13)
    assert recursion.excess_risk.mean.limit == pytest.approx(3 / 8 / (1 - gamma), rel=1e-13)


def test_few_rows_beside_a_real_one_grow_without_bound() -> None:
    """γ = 16/25 + (4/140)·13.6 = 1.0285…: the map stepped in Fractions, and mpmath far out."""
    few = regression(3, 5, ct.Fresh(real=1))
    gamma = Fraction(16, 25) + Fraction(4, 140) * (1 - Fraction(2, 5) + Fraction(13, 1))
    assert gamma > 1
    risk = Fraction(0)
    for t in range(1, 11):
        risk = gamma * risk + 3
        assert few.excess_risk.mean(t) == pytest.approx(float(risk), rel=1e-13)
        assert few.signal_kept.std(t) == pytest.approx(math.sqrt(risk / 3), rel=1e-13)
    assert few.excess_risk.mean.limit == few.test_error.mean.limit == few.signal_kept.std.limit == math.inf
    late = mpmath.log(3) + mpmath.log((mpmath.mpf(gamma.numerator) / gamma.denominator) ** 10**5 - 1)
    late -= mpmath.log(mpmath.mpf((gamma - 1).numerator) / (gamma - 1).denominator)
    for mean in (few.excess_risk.mean, few.test_error.mean):
        with pytest.raises(OverflowError, match=r"ask .*log\(100000\)"):
            mean(10**5)
        assert mean.log(10**5) == pytest.approx(float(late), rel=1e-13)
        assert mean.log(3) == pytest.approx(math.log(mean(3)), rel=1e-13)
    with pytest.raises(OverflowError, match=r"ask signal_kept\.std\.log\(100000\)"):
        few.signal_kept.std(10**5)
    assert few.signal_kept.std.log(10**5) == pytest.approx(float(late - mpmath.log(3)) / 2, rel=1e-13)
    clean = regression(3, 5, ct.Fresh(real=1), noise=0)
    assert clean.excess_risk.mean(10**5) == clean.excess_risk.mean.limit == clean.signal_kept.std(7) == 0


# ------------------------------------------------------------------------------------------------- fates and input
def test_what_becomes_of_a_run() -> None:
    assert regression(2, 12).fate.verdict == "wanders"
    assert regression(3, 12).fate.verdict == "explodes"
    assert regression(3, 12, ACCUMULATE).fate.verdict == "settles"
    assert regression(20, 10).fate.verdict == "stationary"
    with pytest.raises(ct.NoClosedForm):
        _ = regression(5, 6).fate
    with pytest.raises(ct.NoClosedForm):
        regression(20, 10, ACCUMULATE).excess_risk.mean(3)


def test_what_does_not_fit_is_named() -> None:
    with pytest.raises(ValueError, match="dimension = 0 is outside its domain"):
        ct.LinearRegression(dimension=0)
    with pytest.raises(ValueError, match="noise = -1 is outside its domain"):
        ct.LinearRegression(noise=-1)
    with pytest.raises(ValueError, match="design = 'new' is outside its domain: one of 'fresh', 'repeated'"):
        ct.LinearRegression(design="new")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="one number of rows for all generations"):
        regression(2, ct.schedules.power(10, 1), design="repeated")
    with pytest.raises(ct.NotDefined, match="use design='fresh'"):
        regression(2, 10, ct.Fresh(real=1), design="repeated")
    with pytest.raises(ct.NotDefined, match="samples its pool again"):
        regression(2, 10, ct.AccumulateSubsample(replacement=True))
    with pytest.raises(ValueError, match="rows = 5 is outside its domain"):
        mixed_labels_risk(5, 1, 4)
    with pytest.raises(ValueError, match="wrong = 9 is outside its domain"):
        mixed_labels_risk(8, 9, 4)


def test_many_rows_and_many_coefficients_are_no_trouble() -> None:
    recursion = regression(200, 10**6, noise=3)
    runs = recursion.simulate(2, 20, rng=1)
    assert runs.values(recursion.excess_risk).mean() == pytest.approx(recursion.excess_risk.mean(2), rel=0.2)


@pytest.mark.parametrize("regime", [ct.Replace(), ct.Accumulate(), ct.Window(generations=3)], ids=repr)
def test_without_noise_the_same_rows_keep_the_coefficients(regime: ct.Regime) -> None:
    loop = ct.Recursion(ct.LinearRegression(3, design="repeated"), regime, sample_size=20)
    assert loop.excess_risk.population([1, 2, 10]) == pytest.approx(0.0, abs=1e-12)
    assert loop.signal_kept.population(10) == pytest.approx(1.0)
