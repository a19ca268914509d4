"""Cauchy's integral for one coefficient of a generating function, by equidistant angles."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

REACH = 10.0
"""Standard deviations of a Gaussian beyond which it is negligible."""
WIDE = 400.0
"""Variance from which on the integrand is a Gaussian in the angle that leaves the circle early."""


def half_circle(count: int, variance: float) -> tuple[Array, Array]:
    """Angles in [0, π] and weights for the mean of a real part over the circle.

    Parameters
    ----------
    count : int
        Angles of the whole circle: more than the powers that are not negligible beside the one that is asked for.
    variance : float
        Variance of the power under the law that the radius makes of the coefficients, of which the integrand is the
        characteristic function.
    """
    theta = 2 * np.pi * np.arange(count // 2 + 1) / count
    weights = np.full(len(theta), 2.0 / count)
    weights[0] = 1.0 / count
    if count % 2 == 0:
        weights[-1] = 1.0 / count
    if variance > WIDE:
        near = theta < REACH / np.sqrt(variance)
        theta, weights = theta[near], weights[near]
    return theta, weights
