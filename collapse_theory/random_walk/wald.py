"""Classical approximations to a first passage: Wald's mean, and the inverse-Gaussian law of the diffusion limit."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from collapse_theory.domain import POSITIVE, PROBABILITY, REAL, Domain, elementwise, interval
from collapse_theory.random_walk.step import LogStep

Array = NDArray[np.float64]


class InverseGaussian(NamedTuple):
    """Inverse Gaussian law by its mean and variance."""

    mean: float
    variance: float

    @property
    def std(self) -> float:
        """Standard deviation."""
        return math.sqrt(self.variance)

    @property
    def median(self) -> float:
        """Median."""
        return float(self.ppf(0.5))

    def cdf(self, t: ArrayLike) -> Any:
        """Distribution function at real t."""
        return 1.0 - self.sf(t)

    def sf(self, t: ArrayLike) -> Any:
        """Survival function at real t, absolute error 1e-15."""
        from scipy.special import log_ndtr, ndtr

        def survival(times: Array) -> Array:
            x = np.clip(times / self.mean, 1e-100, 1e100)
            root = math.sqrt(self.mean**2 / self.variance) / np.sqrt(x)
            late = np.exp(2.0 * self.mean**2 / self.variance + log_ndtr(-root * (x + 1.0)))
            return np.asarray(ndtr(root * (1.0 - x)) - late)

        return elementwise(survival, interval("t", t))

    def ppf(self, q: ArrayLike) -> Any:
        """Quantile of probability q in (0, 1)."""
        from scipy.optimize import brentq

        def quantile(level: float) -> float:
            PROBABILITY.check("q", level)
            root = brentq(lambda u: self.cdf(self.mean * math.exp(u)) - level, -230.0, 230.0, xtol=1e-14)
            return self.mean * math.exp(root)

        return elementwise(lambda levels: np.array([quantile(float(level)) for level in levels]), np.asarray(q))


def wald_mean(n: int, ddof: float, barrier: float) -> float:
    """Mean b/|E log W| of T without the overshoot; 0 for b <= 0, else infinite unless the drift is negative."""
    drift, b = LogStep(n, ddof).drift, float(REAL.check("barrier", barrier))
    return 0.0 if b <= 0.0 else b / -drift if drift < 0.0 else math.inf


def inverse_gaussian(n: int, ddof: float, barrier: float) -> InverseGaussian:
    """Diffusion limit of T, of mean b n/(2 - ddof) and variance 2 b n^2/(2 - ddof)^3, for ddof < 2 and b > 0."""
    size, b = LogStep(n, ddof).n, float(POSITIVE.check("barrier", barrier))
    gap = 2.0 - float(Domain(high=2.0, open_high=True).check("ddof", ddof))
    return InverseGaussian(b * size / gap, 2.0 * b * size**2 / gap**3)


def inverse_gaussian_cdf(t: ArrayLike, n: int, ddof: float, barrier: float) -> Any:
    """Distribution function at real t of the law of `inverse_gaussian`."""
    return inverse_gaussian(n, ddof, barrier).cdf(t)
