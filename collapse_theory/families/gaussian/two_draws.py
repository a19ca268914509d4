r"""Two draws from one model: how the mass beyond a level about the source's centre varies from run to run.

Given the variances, two draws X, X' from the model of generation t are normal with the variance
:math:`S = \sigma_t^2 + A_t` and the correlation :math:`\rho = A_t/S`. The variance over runs of the mass beyond k is
the covariance of the two events, by the law of total variance

.. math:: \operatorname{Var} 2\Phi(-k/\sqrt S) + E\,C(k/\sqrt S, \rho),\qquad
          C = P(|Z|>h, |Z'|>h) - P(|Z|>h)^2 \ge 0.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.polynomial.legendre import leggauss
from numpy.typing import ArrayLike, NDArray

from collapse_theory.domain import POSITIVE
from collapse_theory.domain import generations as whole_generations

if TYPE_CHECKING:
    from collapse_theory.random_walk.variance_share import VarianceShare

Array = NDArray[np.float64]

_ACCURACY = 1e-10  # relative, of the variance
_NEAR = 0.1  # least a at which the integral is taken by a Gauss rule, which it holds to rounding
_POINTS = 32  # of that rule
_SPENT = 80.0  # twice the logarithm at which the integrand ends


def covariance_beyond(level: ArrayLike, share: ArrayLike) -> Any:
    r"""Covariance of the events |Z| > h and |Z'| > h for standard normals of correlation 1 − ω.

    .. math:: \frac2\pi\int_a^1 \left[e^{-h^2(1+u^2)/2} - e^{-h^2(1+u^{-2})/2}\right]\frac{du}{1+u^2}
              = 4\left[\Phi(h)\Phi(-h) - T(h,a) - T(h,1/a)\right], \qquad a = \sqrt{\frac{\omega}{2-\omega}}

    with Owen's T; the integral keeps its digits for a small correlation.

    Parameters
    ----------
    level : array_like
        h > 0.
    share : array_like
        ω in [0, 1], one minus the correlation.
    """
    from scipy.special import ndtr, owens_t

    h, a = np.broadcast_arrays(level, np.sqrt(np.asarray(share) / (2.0 - np.asarray(share))))
    result = np.empty(h.shape)
    near = a > _NEAR
    far_h, far_a = h[~near], a[~near]
    with np.errstate(divide="ignore"):
        both = owens_t(far_h, far_a) + owens_t(far_h, 1.0 / far_a)
    result[~near] = 4.0 * (ndtr(far_h) * ndtr(-far_h) - both)
    x, weights = leggauss(_POINTS)
    square, low = h[near, None] ** 2, a[near, None]
    width = np.minimum(1.0, np.sqrt(low**2 + _SPENT / square)) - low
    u = low + 0.5 * width * (1.0 + x)
    values = np.exp(-0.5 * square * (1.0 + u**2)) * -np.expm1(-0.5 * square * (u**-2 - u**2)) / (1.0 + u**2)
    result[near] = width[:, 0] * (values @ weights) / np.pi
    return result


def tail_variance(n: int, ddof: float, generations: Sequence[int], k: float, *, refine: float = 1.0) -> Array:
    """Variance over runs of the mass beyond k about the source's centre, for each generation t >= 1.

    Parameters
    ----------
    n, ddof : int, float
        Sample size and correction of the variance under plain replacement.
    generations : sequence of int
        Generations t >= 1.
    k : float
        Level in standard deviations of the source.
    refine : float
        Divisor of the grid step, a check of the discretisation.

    Returns
    -------
    ndarray
        Variances whose roots, the standard deviations, have an absolute error below 1e-11; for k up to 6 also a
        relative one below 1e-9.

    Raises
    ------
    NoClosedForm
        If the accuracy is out of reach, as for explosive corrections.
    ValueError
        For a parameter outside its domain, or work above a limit.
    """
    from collapse_theory.random_walk.variance_share import SHORT, VarianceShare

    POSITIVE.check("k", k)
    times = whole_generations(generations, "generations")
    variance = np.empty(times.shape)
    short = SHORT * times <= n
    for part in (short, ~short):
        if np.any(part):
            variance[part] = _variance(VarianceShare(n, ddof, times[part].tolist(), refine), k)
    return variance


def _variance(law: VarianceShare, k: float) -> Array:
    from scipy.special import ndtr

    mass = 2.0 * ndtr(-k / np.sqrt(law.scales))
    mean = law.masses @ mass
    between = np.sum(law.masses * (mass - mean[:, None]) ** 2, axis=1)
    within = law.expect(lambda s, share: covariance_beyond(k / np.sqrt(s), share), _ACCURACY, between)
    return np.asarray(between + within)
