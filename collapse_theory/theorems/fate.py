"""What becomes of a run, and the sign that decides it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from collapse_theory.errors import NoClosedForm
from collapse_theory.gamma_ratios import digamma_minus_log
from collapse_theory.regimes import Accumulate, Fresh, FreshMixture
from collapse_theory.regimes.linear_map import AffineMap, slotless

Verdict = Literal["collapses", "wanders", "explodes", "settles", "stationary", "undecided"]


@dataclass(frozen=True)
class Fate:
    """The almost-sure fate of a run's spread.

    Parameters
    ----------
    verdict : str
        ``collapses`` (to 0), ``wanders`` (recurrent, no limit), ``explodes`` (to infinity), ``settles`` (to a
        positive random limit), ``stationary`` (a law that no longer moves), or ``undecided``.
    because : str
        The quantity whose sign decides it.
    value : float
        Its value.
    """

    verdict: Verdict
    because: str
    value: float

    def __str__(self) -> str:
        return f"{self.verdict}: {self.because} = {self.value:.6g}"


def critical_ddof(n: Any) -> Any:
    r"""Divisor at which the log-variance has no drift, :math:`\delta^* = n - 2e^{\psi((n-1)/2)}`.

    Below it every run collapses, above it every run explodes, at it the run wanders. It is below 2 for every n and
    :math:`2 - \frac1{6(n-2)} + \dots` for large n.

    Parameters
    ----------
    n : int or array of int
        Sample size, at least 2.

    Returns
    -------
    float or ndarray
        The critical divisor.
    """
    from collapse_theory.domain import Domain

    sizes = np.asarray(n)
    for size in np.atleast_1d(sizes).ravel():
        Domain(low=2, high=2**53, integer=True).check("n", size.item())
    a = (np.atleast_1d(sizes).astype(float) - 1) / 2
    inside = np.maximum(a, 1.0)
    small = 2 * a + 1 - 2 * a * np.exp(digamma_minus_log(a))
    found = np.where(a < 1, small, 2 - (2 * inside - 1) * np.expm1(digamma_minus_log(inside, 0.5)))
    return float(found[0]) if sizes.ndim == 0 else found.reshape(sizes.shape)


def fate(setting: Any) -> Fate:
    """Fate of a recursion's spread; NoClosedForm for a custom schedule, which has no theorem about t → ∞."""
    sizes = setting.sizes
    if sizes.reciprocal_sum_converges is None:
        raise NoClosedForm(f"fate: a custom schedule has no theorem about t → ∞ ({sizes!r})")
    if setting.tableau.replacement:
        return _replaced(setting)
    if isinstance(setting.regime, Accumulate):
        return Fate("settles", "growth of the log-variance per generation", 0.0)
    if isinstance(setting.regime, (Fresh, FreshMixture)) and setting.family.two_moments and slotless(setting):
        exact = AffineMap.of(setting.regime, sizes, setting.family.ddof)
        gap = exact.slow_gap
        if gap > 0:
            return Fate("stationary", "1 − spectral radius of the second-moment map", gap)
        return Fate("undecided", "the expected variance diverges; 1 − spectral radius of the second-moment map", gap)
    raise NoClosedForm(f"fate: no theorem about t → ∞ is known for {setting!r}")


def _replaced(setting: Any) -> Fate:
    sizes, family = setting.sizes, setting.family
    if not sizes.constant:
        if sizes.reciprocal_sum_converges:
            return Fate("settles", "sum of 1/n_t converges, so the growth of the log-variance dies out: rate", 0.0)
        if not family.two_moments or family.ddof == 2:
            return Fate("wanders", "sum of 1/n_t diverges, ddof − 2", 0.0)
        return _by_sign(family.ddof - 2, "sum of 1/n_t diverges, ddof − 2")
    n = int(sizes(1))
    if not family.two_moments:
        return Fate("wanders", "log-drift of the posterior refit", 0.0)
    away = family.ddof - critical_ddof(n)
    if abs(away) < 4e-15 * max(1.0, abs(family.ddof)):
        return Fate("wanders", "almost-sure growth rate of the variance", 0.0)
    rate = setting.log_variance.growth_rate
    return _by_sign(rate if rate * away > 0 else away, "almost-sure growth rate of the variance")


def _by_sign(value: float, because: str) -> Fate:
    verdict: Verdict = "collapses" if value < 0 else "explodes" if value > 0 else "wanders"
    return Fate(verdict, because, value)
