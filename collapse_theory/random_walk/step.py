"""One step of the log-variance: the logarithm of a chi-square over its divisor."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from collapse_theory.domain import Domain
from collapse_theory.errors import NoClosedForm
from collapse_theory.gamma_ratios import digamma_minus_log, log_gamma_ratio, log_quotient

Array = NDArray[np.float64]

_TAIL = 1e-20  # probability left outside the reach of a step


@dataclass(frozen=True)
class LogStep:
    """Law of log W, W = chi2_{n-1} / (n - ddof).

    With a = (n - 1)/2 and c = n - ddof the density is exp(a (w + log(c/2)) - (c/2) e^w) / Gamma(a).  ValueError unless
    ``n`` is an integer of at least 2 and ``ddof`` a real number below it.
    """

    n: int
    ddof: float

    def __post_init__(self) -> None:
        n = Domain(low=2, high=2**53, integer=True).check("n", self.n)
        object.__setattr__(self, "n", n)
        object.__setattr__(self, "ddof", Domain(high=n, open_high=True).check("ddof", self.ddof))

    @property
    def shape(self) -> float:
        """Gamma shape a = (n - 1)/2."""
        return 0.5 * (self.n - 1)

    @property
    def log_mean(self) -> float:
        """Logarithm of E W = (n - 1)/(n - ddof)."""
        return float(log_quotient(self.n - 1.0, self.n - self.ddof, self.ddof - 1.0))

    @cached_property
    def drift(self) -> float:
        """Mean psi(a) - log(c/2) of log W."""
        return float(digamma_minus_log(self.shape)) + self.log_mean

    @cached_property
    def std(self) -> float:
        """Standard deviation sqrt(psi'(a)) of log W."""
        from scipy.special import polygamma

        return math.sqrt(float(polygamma(1, self.shape)))

    def density(self, w: Array) -> Array:
        """Density of log W at ``w``."""
        v = w - self.log_mean
        return np.asarray(self._scale * np.exp(-self.shape * (np.expm1(np.minimum(v, 600.0)) - v)))

    @cached_property
    def _scale(self) -> float:
        # the trapezoidal rule is exact to rounding here, and spares the cancelling gamma function
        v, width = np.linspace(*self.reach, 4096, retstep=True)
        v -= self.log_mean
        return 1.0 / float(width * np.exp(-self.shape * (np.expm1(v) - v)).sum())

    def below(self, w: Array) -> Array:
        """Probability of log W <= w."""
        from scipy.special import gammainc

        return np.asarray(gammainc(self.shape, self.shape * np.exp(np.minimum(w - self.log_mean, 600.0))))

    def log_moment(self, s: Array) -> Array:
        """Logarithm of E W^s for s > -a."""
        return np.asarray(log_gamma_ratio(self.shape, s) + s * self.log_mean)

    @cached_property
    def reach(self) -> tuple[float, float]:
        """Interval outside which log W has mass below 1e-20 on each side, also weighted by W^2 on the right."""
        from scipy.special import gammainccinv, gammaincinv

        ends = float(gammaincinv(self.shape, _TAIL)), float(gammainccinv(self.shape + 2.0, _TAIL))
        return math.log(ends[0] / self.shape) + self.log_mean, math.log(ends[1] / self.shape) + self.log_mean


def carried_by_top(shape: Any, power: Any, fraction: float) -> Any:
    """Share of the mean power of a gamma number that its largest values hold, in mpmath; NoClosedForm for no mean."""
    import mpmath
    from scipy.special import gammainccinv, gammaincinv

    if shape + power <= 0:
        raise NoClosedForm(f"the mean of the power {power} is infinite")

    def beyond(a: Any, x: Any) -> Any:
        return mpmath.gammainc(a, *((x, mpmath.inf) if power > 0 else (0, x)), regularized=True)

    start = (gammainccinv if power > 0 else gammaincinv)(float(shape), fraction)
    quantile = mpmath.findroot(lambda x: mpmath.log(beyond(shape, x) / fraction), mpmath.mpf(float(start)))
    return beyond(shape + power, quantile)
