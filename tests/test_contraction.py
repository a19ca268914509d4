"""How fast second moments forget and what the long run is worth, against check values and the exact map iterated."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import mpmath
import pytest
from every import possible

import collapse_theory as ct
from collapse_theory.regimes.moments import exact_second_moments

ANCHORED = [
    recursion
    for recursion in possible([4, 10, 100], [ct.Gaussian(sd=2, ddof=ddof) for ddof in (-1, 0, 1, 1.5)])
    if recursion.tableau.anchored
]
anchored = pytest.mark.parametrize("recursion", ANCHORED, ids=repr)


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


# --------------------------------------------------------------------------------------------------- relaxation time
@anchored
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


# ---------------------------------------------------------------------------------------- effective real sample size
def known_variance(setting: ct.Recursion, generations: int) -> Fraction:
    """E(μ_t − μ_0)²/σ_0² with the variance known, by hand: a pool's mean moves by its newest points alone."""
    n, regime = setting.sample_size.n, setting.regime
    error = Fraction(0)
    for t in range(1, generations + 1):
        if isinstance(regime, ct.Accumulate):
            error += Fraction(1, n * t * t)
        elif isinstance(regime, ct.Fresh):
            error = Fraction(1, n) + (1 - Fraction(regime.fresh_points(n), n)) ** 2 * error
        elif isinstance(regime, ct.FreshMixture):
            share = Fraction(regime.share)
            error = (1 + share * (1 - share) * error) / n + (1 - share) ** 2 * error
        else:
            error += Fraction(1, n)
    return error


@pytest.mark.parametrize("n", [4, 10, 100])
@pytest.mark.parametrize("regime", [ct.Fresh(real=1), ct.Fresh(share=0.5), ct.FreshMixture(share=0.25)], ids=repr)
def test_fresh_data_are_worth_their_long_run_error(regime: ct.Regime, n: int) -> None:
    setting = recursion(regime, n)
    shares = regime.share if isinstance(regime, ct.FreshMixture) else regime.fresh_points(n) / n
    expected = n * shares * (2 - shares)
    if isinstance(regime, ct.FreshMixture):
        expected = (1 - (1 - shares) ** 2) * n - shares * (1 - shares)
    assert setting.effective_real_sample_size == pytest.approx(expected, rel=1e-14)
    a, b, c = (known_variance(setting, t) for t in (1, 2, 3))
    limit = a + (b - a) ** 2 / ((b - a) - (c - b)) if b != a else a
    assert setting.effective_real_sample_size == pytest.approx(float(1 / limit), rel=1e-14)


@pytest.mark.parametrize("n", [2, 10, 1000])
def test_a_pool_is_worth_six_over_pi_squared_of_its_first_batch(n: int) -> None:
    setting = recursion(ct.Accumulate(), n)
    assert setting.effective_real_sample_size == pytest.approx(n / 1.644934066848226, rel=1e-14)
    t = 400
    rest = 1 / (t + 0.5) / n  # of the sum of 1/(n j²) beyond t, to t⁻³/12
    assert setting.effective_real_sample_size == pytest.approx(1 / (float(known_variance(setting, t)) + rest), rel=1e-8)


def test_replacement_is_worth_nothing_in_the_long_run_unless_samples_grow_fast() -> None:
    assert recursion(ct.Replace(), 10).effective_real_sample_size == 0
    slowly, fast = (
        ct.Recursion(ct.Gaussian(), ct.Replace(), sample_size=ct.schedules.power(10, exponent)) for exponent in (1, 2)
    )
    assert slowly.effective_real_sample_size == 0
    with pytest.raises(ct.NoClosedForm, match="effective_real_sample_size"):
        _ = fast.effective_real_sample_size
