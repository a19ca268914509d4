"""Fine-tuning of a Gaussian on new points of its newest model: rates, against another quadrature and printed values."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import quad

import collapse_theory as ct


def recursion(regime: ct.Regime, n: int, ddof: float = 0) -> ct.Recursion:
    return ct.Recursion(ct.Gaussian(sd=2, ddof=ddof), regime, sample_size=n)


# ------------------------------------------------------------------------------------------------------- fine-tuning
@pytest.mark.parametrize(
    ("n", "rate", "ddof", "expected"),
    [
        (10, 0.1, 0, -0.00196117479511974),
        (10, 0.1, 1, -0.000960674461536205),
        (10, 0.5, 0, -0.0482221154243312),
        (10, 0.5, 1, -0.0229043074400413),
        (100, 0.5, 1, -0.00247913305864496),
        (2, 0.5, 1, -0.076121300944276),
    ],
)
def test_fine_tuned_runs_collapse_at_the_rate_of_the_integral(
    n: int, rate: float, ddof: float, expected: float
) -> None:
    setting = recursion(ct.FineTune(rate=rate, data="regenerated"), n, ddof)
    assert setting.variance.growth_rate == pytest.approx(expected, rel=1e-12)
    assert setting.sd.growth_rate == pytest.approx(expected / 2, rel=1e-12)
    assert setting.fate.verdict == "collapses"


def test_the_rate_of_fine_tuning_by_another_quadrature() -> None:
    """E log(c + Q + wZ²) over the densities of Q and Z."""
    from scipy.stats import chi2, norm

    n, rate = 6, 0.4
    c, w = n * (1 - rate) / rate, 1 - rate

    def inner(z: float) -> float:
        return quad(lambda q: chi2.pdf(q, n - 1) * np.log(c + q + w * z * z), 0, 80, epsabs=1e-12, limit=200)[0]

    mean = 2 * quad(lambda z: norm.pdf(z) * inner(z), 0, 9, epsabs=1e-11, limit=200)[0]
    expected = mean + np.log(rate / n)
    found = recursion(ct.FineTune(rate=rate, data="regenerated"), n, 0).variance.growth_rate
    assert found == pytest.approx(expected, abs=1e-9)


def test_slow_learning_delays_collapse_by_the_square_of_the_rate() -> None:
    n = 10**6
    for ddof, factor in ((0, 2), (1, 1)):
        rates = [
            recursion(ct.FineTune(rate=rate, data="regenerated"), n, ddof).variance.growth_rate
            for rate in (0.1, 0.5, 1)
        ]
        assert [r * n for r in rates] == pytest.approx([-factor * rate**2 for rate in (0.1, 0.5, 1)], rel=1e-5)


@pytest.mark.parametrize(("n", "rate", "critical"), [(10, 0.1, 1.9592529484), (10, 0.5, 1.88311580513)])
def test_the_critical_divisor_of_fine_tuning(n: int, rate: float, critical: float) -> None:
    regime = ct.FineTune(rate=rate, data="regenerated")
    assert recursion(regime, n, critical - 1e-6).fate.verdict == "collapses"
    assert recursion(regime, n, critical + 1e-6).fate.verdict == "explodes"


def test_whole_steps_of_fine_tuning_are_replacement() -> None:
    tuned, replaced = (recursion(regime, 10, 1) for regime in (ct.FineTune(rate=1, data="regenerated"), ct.Replace()))
    assert tuned.variance.growth_rate == pytest.approx(replaced.variance.growth_rate, rel=1e-12)
    for t in (1, 2, 50):
        assert tuned.variance.std(t) == pytest.approx(replaced.variance.std(t), rel=1e-12)
        assert tuned.log_variance.mean(t) == pytest.approx(replaced.log_variance.mean(t), rel=1e-12)
        assert tuned.sd.mean(t) == pytest.approx(replaced.sd.mean(t), rel=1e-12)
