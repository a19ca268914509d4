"""The loop as control theory sees it: against check values, the exact map iterated, and biased draws."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import mpmath
import numpy as np
import pytest
from error_budget import critical_z
from every import possible

import collapse_theory as ct
from collapse_theory.tableau.feedback import pinned
from collapse_theory.tableau.linear_map import settled
from collapse_theory.tableau.moments import exact_second_moments
from collapse_theory.tableau.stepping import second_moments

SETTLED = [
    recursion
    for recursion in possible([4, 20], [ct.Gaussian(sd=2, ddof=ddof) for ddof in (0, 1.5)])
    if settled(recursion) and pinned(recursion.tableau)
]
PLAIN = [r for r in SETTLED if r.tableau.mixture]
tied = pytest.mark.parametrize("recursion", SETTLED, ids=repr)
anchored = pytest.mark.parametrize("recursion", PLAIN, ids=repr)


def recursion(regime: ct.Regime, n: int, ddof: float = 0) -> ct.Recursion:
    return ct.Recursion(ct.Gaussian(sd=2, ddof=ddof), regime, sample_size=n)


# --------------------------------------------------------------------------------------------------------- loop gain
@pytest.mark.parametrize("ddof", [-1, 0, 1, 1.5])
def test_replacement_gains_what_one_refit_does_to_the_mean_variance(ddof: float) -> None:
    for n in (2, 10, 10**9):
        expected = Fraction(n - 1) / (n - Fraction(ddof))
        assert recursion(ct.Replace(), n, ddof).loop_gain == pytest.approx(float(expected), rel=1e-15)


@anchored
def test_the_gain_is_the_larger_eigenvalue_of_the_exact_map(recursion: ct.Recursion) -> None:
    trace, determinant = trace_and_determinant(recursion)
    assert recursion.loop_gain**2 - trace * recursion.loop_gain + determinant == pytest.approx(0, abs=1e-14)
    assert recursion.loop_gain >= abs(determinant) ** 0.5


def trace_and_determinant(setting: ct.Recursion) -> tuple[float, float]:
    """Of the 2 × 2 map, from the recurrence that consecutive differences of the exact mean variance obey.

    At ddof = 0 they are geometric, for V + M = 1 is conserved; the eigenvalue that they miss is 1 − α.
    """
    moments = exact_second_moments(setting.regime, setting.sizes, Fraction(setting.family.ddof), 6)
    d = [after[0] - before[0] for before, after in pairwise(moments)]
    minor = d[2] * d[2] - d[1] * d[3]
    if minor == 0:
        seen, missed = d[2] / d[1], 1 - share(setting)
        return float(seen + missed), float(seen * missed)
    return float((d[3] * d[2] - d[4] * d[1]) / minor), float((d[3] * d[3] - d[4] * d[2]) / minor)


def share(setting: ct.Recursion) -> Fraction:
    """Share of real points in the fit set, expected where it is random."""
    step = setting.regime.step(2, setting.sizes)
    return Fraction(step.share) or Fraction(step.drawn[0], step.drawn[0] + step.drawn[1])


def test_a_growing_sample_has_no_constant_gain() -> None:
    growing = ct.Recursion(ct.Gaussian(), ct.Replace(), sample_size=ct.schedules.power(10, 1))
    for setting in (growing, recursion(ct.Accumulate(), 10)):
        with pytest.raises(ct.NoClosedForm, match="loop_gain"):
            _ = setting.loop_gain


@tied
def test_the_gain_is_what_late_differences_of_the_mean_variance_fall_by(recursion: ct.Recursion) -> None:
    """At ddof = 0 too, where a gain may not show in V alone: an error of the mean is put in by hand through M."""
    gain = recursion.loop_gain
    if not 0.3 < gain < 0.99:
        return
    start = (recursion.regime.opening or 0) + 2
    t = start + np.arange(400)
    both = np.array(second_moments(recursion.regime, recursion.sizes, recursion.family.ddof, t))
    differences = np.abs(np.diff(both, axis=1)).max(axis=0)
    seen = differences > 1e-9 * differences[0]
    rates = differences[1:][seen[1:]] / differences[:-1][seen[1:]]
    assert rates[-1] <= gain + 1e-4


@pytest.mark.parametrize(
    ("regime", "n", "ddof", "gain"),
    [
        (ct.Golden(size=10, weight=0.1), 10, 0, 0.9),
        (ct.Golden(size=10, weight=0.1), 10, 1, 0.9492039326177271),
        (ct.Golden(size=10, weight=0.3), 10, 1, 0.7355660207324356),
        (ct.FreshMixture(share=0.1), 20, 1, 0.93391526),
        (ct.Fresh(real=1), 10, 1, 0.96),
        (ct.Fresh(real=1), 100, 1, 0.9961631678651949),
        (ct.Fresh(real=10), 100, 1, 0.9083214948982286),
        (ct.Window(generations=2), 10, 0, 0.9550461080071733),
        (ct.Window(generations=2), 10, 1, 0.9882351175684311),
        (ct.Window(generations=5), 10, 0, 0.9887629494805532),
        (ct.Window(generations=5), 10, 1, 0.9954337168663725),
    ],
    ids=repr,
)
def test_gains_of_the_theory_pages(regime: ct.Regime, n: int, ddof: float, gain: float) -> None:
    assert recursion(regime, n, ddof).loop_gain == pytest.approx(gain, rel=1e-8 if gain == 0.93391526 else 1e-13)


@pytest.mark.parametrize("ddof", [-1, 0, 1, 1.5])
@pytest.mark.parametrize("rate", [0.1, 0.5, 1.0])
def test_gains_of_fine_tuning(rate: float, ddof: float) -> None:
    n = 10
    regenerated, fixed, restart = (
        recursion(ct.FineTune(rate=rate, data=data), n, ddof).loop_gain for data in ("regenerated", "fixed", "restart")
    )
    assert regenerated == pytest.approx((n - rate**2) / (n - ddof * rate**2), rel=1e-13)
    assert fixed == pytest.approx((1 - rate) * max(n / (n - ddof * rate**2), 1), rel=1e-13, abs=1e-15)
    if rate < 1:
        assert restart == pytest.approx(recursion(ct.Golden(size=n, weight=1 - rate), n, ddof).loop_gain, rel=1e-13)


@pytest.mark.parametrize(("w", "ddof"), [(2, 0), (3, 0), (2, 1), (3, 1)])
def test_a_window_forgets_at_the_rate_of_its_page(w: int, ddof: int) -> None:
    """The expected variance to leading order: [−4/(w + 1)² + 2δ/(w(w + 1))]/n; the next order falls like 1/n."""
    missing = []
    for n in (1000, 2000):
        found = n * np.log(recursion(ct.Window(generations=w), n, ddof).loop_gain)
        missing.append(found - (2 * ddof / (w * (w + 1)) - 4 / (w + 1) ** 2))
    assert abs(missing[0]) < 2e-3
    assert missing[1] / missing[0] == pytest.approx(0.5, rel=0.05)


def test_runs_in_a_window_forget_at_the_rate_for_many_points(seed: int) -> None:
    """Notices 3 % of the rate; at ddof = 1, the rate of ddof = 0 must be told apart."""
    w, n, last = 2, 60, 240
    setting = recursion(ct.Window(generations=w), n, 1)
    runs = setting.simulate(last, 20_000, rng=seed, keep=[40, last])
    values = runs.values(setting.log_variance)
    rates = (values[:, 1] - values[:, 0]) / (last - 40)
    middle, error = rates.mean(), rates.std() / np.sqrt(len(rates))
    exact = setting.log_variance.asymptotic_growth_rate("many points")
    assert exact == pytest.approx((2 / (w * (w + 1)) - 8 / (w + 1) ** 2) / n)
    next_order = 4 / n**2  # what the asymptotic form leaves out
    assert abs(middle - exact) < critical_z(1) * error + next_order
    wrong = recursion(ct.Window(generations=w), n, 0).log_variance.asymptotic_growth_rate()
    assert abs(middle - wrong) > critical_z(1) * error + next_order


# --------------------------------------------------------------------------------------------------- relaxation time
@tied
def test_transients_fall_by_e_per_relaxation_time(recursion: ct.Recursion) -> None:
    gain = recursion.loop_gain
    if gain < 1:
        assert recursion.relaxation_time == pytest.approx(float(-1 / mpmath.log(gain)), rel=1e-12)
    else:
        with pytest.raises(ct.NotDefined, match="diverge"):
            _ = recursion.relaxation_time


def test_a_little_fresh_data_relax_in_a_time_that_keeps_its_digits() -> None:
    """At ddof = 0 the gain is 1 − α exactly: n/r generations."""
    found = recursion(ct.Fresh(real=1), 10**9).relaxation_time
    assert found == pytest.approx(float(-1 / mpmath.log1p(mpmath.mpf(-1) / 10**9)), rel=1e-12)


# ------------------------------------------------------------------------------------------------- stationary variance
@pytest.mark.parametrize(
    ("regime", "n", "ddof", "radius"),
    [
        (ct.Fresh(real=1), 10, 1, 1.08357688937),
        (ct.Fresh(real=1), 100, 1, 1.00793388255),
        (ct.Fresh(real=1), 100, 0, 0.99318541943),
        (ct.Fresh(real=2), 100, 1, 0.99143712771),
        (ct.Fresh(real=10), 100, 1, 0.84289905047),
        (ct.Golden(size=1), 10, 1, 1.0755874287983638),
        (ct.Golden(size=2), 10, 1, 0.9231960454712862),
        (ct.Golden(size=2), 100, 1, 0.9916065556857574),
    ],
    ids=repr,
)
def test_gains_of_the_fourth_moments(regime: ct.Regime, n: int, ddof: float, radius: float) -> None:
    if regime == ct.Golden(size=1):
        with pytest.raises(ValueError, match="at least 2"):
            recursion(regime, n, ddof)
        return
    control = recursion(regime, n, ddof).control
    assert control.fourth_moment_gain == pytest.approx(radius, rel=1e-10)
    assert control.finite_variance == (radius < 1)


def test_a_stationary_law_is_known_or_refused() -> None:
    assert recursion(ct.Fresh(real=1), 10, 1).control.stationary
    assert not recursion(ct.Fresh(real=1), 10, 2).control.stationary
    window = recursion(ct.Window(generations=3), 10).control
    assert not window.stationary
    with pytest.raises(ct.NotDefined, match="no stationary law"):
        _ = window.finite_variance
    with pytest.raises(ct.NoClosedForm, match="stationary"):
        _ = recursion(ct.Accumulate(), 10).control.stationary
    assert ct.Recursion(ct.Categorical([0.5, 0.5]), ct.Fresh(real=1), sample_size=10).control.finite_variance


# -------------------------------------------------------------------------------------------------- response to a bias
@tied
def test_a_bias_in_a_closed_loop_settles_where_the_geometric_sum_does(recursion: ct.Recursion) -> None:
    control = recursion.control
    response = control.bias_response([0, 1, 2, 2000])
    assert response[0] == response[1] == 0
    assert response[3] == pytest.approx(control.closed_loop, rel=1e-9)
    if recursion.regime.opening == 0 or isinstance(recursion.regime, ct.Golden):
        share = control.open_loop
        assert control.mean_gain == pytest.approx(share)
        assert control.closed_loop == pytest.approx(share / (1 - share))
        assert response[2] == pytest.approx(share)


@pytest.mark.deep
def test_a_bias_without_an_anchor_grows_without_bound() -> None:
    t = np.array([1, 2, 11, 101])
    assert recursion(ct.Replace(), 10).control.bias_response(t).tolist() == [0, 1, 10, 100]
    slow = recursion(ct.FineTune(rate=0.25, data="regenerated"), 10).control
    assert slow.bias_response(t) == pytest.approx((t - 1) / 4)
    assert slow.closed_loop == np.inf
    pool = recursion(ct.Accumulate(), 10).control
    harmonic = [float(mpmath.harmonic(int(s)) - 1) for s in t]
    assert pool.bias_response(t) == pytest.approx(harmonic)
    window = recursion(ct.Window(generations=4), 10).control.bias_response([1000, 1001])
    assert window[1] - window[0] == pytest.approx(2 / 5)
    half = recursion(ct.AccumulateFresh(share=0.5), 10).control.bias_response(10**5)
    assert half == pytest.approx(1, abs=0.01)
    fixed = recursion(ct.FineTune(rate=0.25, data="fixed"), 10).control
    assert fixed.closed_loop == 1
    assert fixed.bias_response(t) == pytest.approx(1 - 0.75 ** (t - 1.0))


def test_a_bias_is_what_biased_draws_become(seed: int) -> None:
    """Notices a hundredth of a bias of one standard deviation; the open loop is told from the closed one."""
    rng, n, real, runs = np.random.default_rng(seed), 8, 2, 40_000
    mean = np.zeros(runs)
    for t in range(1, 31):
        model = mean[:, None] + (t > 1) + rng.standard_normal((runs, n - real))
        mean = np.concatenate([rng.standard_normal((runs, real)), model], axis=1).mean(axis=1)
    control = recursion(ct.Fresh(real=real), n).control
    error = mean.std() / np.sqrt(runs)
    assert abs(mean.mean() - control.bias_response(30)) < critical_z(1) * error
    assert abs(mean.mean() - control.open_loop) > critical_z(1) * error


def test_the_view_of_control_theory_is_readable() -> None:
    told = [" ".join(line.split()) for line in str(recursion(ct.Fresh(real=1), 10, 1).control).splitlines()]
    assert {"loop gain 0.96", "stationary law yes", "of finite variance no", "bias, closed loop 9"} <= set(told)
    assert "unknown" in str(recursion(ct.Accumulate(), 10).control)
    assert "<td>loop gain</td><td>0.96</td>" in recursion(ct.Fresh(real=1), 10, 1).control._repr_html_()
