r"""Sums X = c + Q + wZ² of a constant, a chi-square and a weighted squared normal: what Jensen's inequality leaves.

With the Laplace transform L of X and its mean m, both integrals are of positive functions,

.. math:: \log E X - E\log X = \int_0^\infty \big(L(u) - e^{-mu}\big)\frac{du}{u}, \qquad
          \sqrt{E X} - E\sqrt X = \frac1{2\sqrt\pi}\int_0^\infty \big(L(u) - e^{-mu}\big)\frac{du}{u^{3/2}} ,

and the trapezoidal rule in log u converges geometrically.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from collapse_theory.gamma_ratios import log1p_minus

Array = NDArray[np.float64]

STEP = 0.05
NODES = STEP * np.arange(-720, 800)
CHUNK = 512


def log_gap(carried: Array, df: Array, weight: Array) -> Array:
    """Log E X − E log X, at least 0, for arrays of c, of degrees of freedom and of w."""
    return _gap(carried, df, weight, -1.0)


def relative_root_gap(carried: Array, df: Array, weight: Array) -> Array:
    """1 − E √X / √(E X), at least 0, for arrays of c, of degrees of freedom and of w."""
    return np.asarray(_gap(carried, df, weight, -1.5) / (2 * np.sqrt(np.pi) * np.sqrt(carried + df + weight)))


def _gap(carried: Array, df: Array, weight: Array, exponent: float) -> Array:
    """Integral of (L(u) − e^(−mu)) u^exponent."""
    mean = carried + df + weight
    gap = np.zeros(len(mean))
    for start in range(0, len(mean), CHUNK):
        part = slice(start, start + CHUNK)
        u = np.exp(NODES)[None, :] / mean[part, None]
        excess = -0.5 * df[part, None] * log1p_minus(2 * u) - 0.5 * log1p_minus(2 * weight[part, None] * u)
        with np.errstate(over="ignore", invalid="ignore", under="ignore"):
            kept = -mean[part, None] * u
            small = np.exp(kept) * np.expm1(np.minimum(excess, 1))
            difference = np.where(excess < 1, small, np.exp(kept + excess) - np.exp(kept))
            difference = np.where(excess + kept < -700, 0.0, difference)
            gap[part] = np.sum(difference * u ** (exponent + 1), axis=1) * STEP
    return gap
