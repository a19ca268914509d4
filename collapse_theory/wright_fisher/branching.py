r"""Survival of a rare type: branching with Poisson(1) children, exact in its numbers however many generations pass.

A type of which :math:`\lambda = np` copies are expected in generation 1 is absent at t, much below n, with chance

.. math:: e^{-\lambda g_t} + O(1/n), \qquad g_1 = 1,\quad g_{k+1} = 1 - e^{-g_k} .

With :math:`y = 2/g` one step is :math:`y \mapsto y + 1 + 1/(3y) - \dots`, and the Abel function

.. math:: \psi(y) = y - \tfrac13\ln y + \tfrac1{18y} + \tfrac1{135y^2} - \dots, \qquad \psi(2/g_t) = t + \kappa,

grows by exactly 1 in it. So :math:`2/g_t = t + \tfrac13\ln t + \kappa + o(1)`, and any :math:`g_t` is found without the
generations before it.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from collapse_theory.domain import elementwise, generations, interval, plain

Array = NDArray[np.float64]

KAPPA = 0.79824815423138766245
r"""The limit κ of :math:`2/g_t - t - \tfrac13\ln t`."""

BOUNDARY = -0.72170243605188038579
r"""The limit :math:`C^* = \tfrac12 - \kappa - \tfrac13(\ln 2 + \gamma)` of ``excess_time(x) + log(x)/3``."""

ABEL = (1 / 18, 1 / 135, -1 / 972, -71 / 27216, -8759 / 5103000, 31 / 328050)
"""Coefficients of 1/y, 1/y², … in the Abel function."""

TABLE = 64
"""Generations that are stepped through; beyond, the Abel function has all digits."""

SUMMED = 2048
"""Generations of `excess_time` that are added one by one."""


def line_survival(t: ArrayLike) -> Any:
    r"""Probability :math:`g_t` that one expected copy has descendants at t, to all digits; infinite at t = 0."""
    return elementwise(_line_survival, generations(t))


def survivals(t: int) -> Array:
    r""":math:`g_1, \dots, g_t`: chances that a line of descent of Poisson(1) children lives on."""
    return _line_survival(np.arange(1, t + 1))


def survival(expected: ArrayLike, t: ArrayLike) -> Any:
    r"""Probability :math:`1 - e^{-\lambda g_t}` that a type of λ expected copies is present at t."""
    copies, lives = np.broadcast_arrays(interval("expected", expected, 0.0), line_survival(t))
    with np.errstate(invalid="ignore"):
        return plain(np.where(copies > 0, -np.expm1(-copies * lives), 0.0))


def effective_time(t: ArrayLike) -> Any:
    r"""Time :math:`2/g_t \approx t + \tfrac13\ln t + 0.798` at which the Feller diffusion survives equally often."""
    return plain(2.0 / line_survival(t))


def effective_time_bounds(t: ArrayLike) -> tuple[Any, Any]:
    r"""Bounds :math:`t + 1 \le 2/g_t \le t + 1 + (h_t - 1)/3` for t >= 1, with the harmonic numbers h.

    One step adds :math:`1 + \coth(1/y) - y`, which lies between 1 and :math:`1 + 1/(3y)`.
    """
    from scipy.special import digamma

    times = interval("t", generations(t), 1)
    return plain(times + 1.0), plain(times + 1.0 + (digamma(times + 1.0) + np.euler_gamma - 1.0) / 3.0)


def effective_sample_size(n: ArrayLike, t: ArrayLike) -> Any:
    r"""Number :math:`n g_t` of fresh points that show as many types as t generations of n points each do."""
    return plain(interval("n", n, 1) * line_survival(t))


def survivals_of(sizes: ArrayLike) -> Array:
    r"""Chances that one copy expected in generation 1 has descendants in each generation, for sample sizes that vary.

    For :math:`n_1, \dots, n_T` the mean number of children is :math:`n_{s+1}/n_s`, and for the last generation t

    .. math:: u_t = 1, \qquad u_s = 1 - e^{-u_{s+1}n_{s+1}/n_s}, \qquad P(\text{absent at } t) \approx e^{-n_1 p\,u_1} .

    Parameters
    ----------
    sizes : array_like, shape (T,)
        Sample sizes of generations 1 to T.

    Returns
    -------
    ndarray, shape (T,)
        :math:`u_1` for t = 1 to T.
    """
    points = interval("sizes", sizes, 1)
    if points.ndim != 1:
        raise ValueError(f"sizes has shape {points.shape}, outside its domain: one axis, the generations")
    found = np.ones(len(points))
    for s in range(len(points) - 1, 0, -1):
        found[s:] = -np.expm1(-found[s:] * (points[s] / points[s - 1]))
    return found


def loss_quantile(expected: ArrayLike, q: ArrayLike) -> Any:
    r"""Smallest t with :math:`e^{-\lambda g_t} \ge q`, by which a type of λ expected copies is lost with chance q.

    For many copies it is :math:`2\lambda/|\ln q|` and proportional to λ; infinite for q = 1.
    """
    copies, level = np.broadcast_arrays(interval("expected", expected, 0.0), interval("q", q, 0.0, 1.0))
    with np.errstate(divide="ignore", invalid="ignore"):
        needed = np.where(copies > 0, 2.0 * copies / np.abs(np.log(level)), 0.0)

    def first(times: Array) -> Array:
        far = np.ceil(_abel(np.clip(times, 1.0, 1e300)) - KAPPA)
        found = np.where(times > _table()[-1], far, np.searchsorted(_table(), times))
        return np.where(times < np.inf, found, np.inf)

    return elementwise(first, needed)


def median_loss_time(expected: ArrayLike) -> Any:
    r"""Smallest t with :math:`e^{-\lambda g_t} \ge 1/2`, about :math:`2\lambda/\ln 2` for many copies."""
    return loss_quantile(expected, 0.5)


def excess_time(expected: ArrayLike) -> Any:
    r"""Mean lifetime of a type of λ expected copies less that of the Feller diffusion, both infinite.

    .. math:: D(\lambda) = \lim_{T\to\infty} \sum_{t=0}^{T}\bigl(1-e^{-\lambda g_t}\bigr)
        - \int_0^{T}\bigl(1-e^{-2\lambda/s}\bigr)ds
        = -\tfrac13\ln\lambda + C^* + \tfrac1{36\lambda} + \dots, \qquad D(0) = 1 .

    Parameters
    ----------
    expected : array_like
        λ >= 0.

    Returns
    -------
    float or ndarray
        Absolute error below 1e-12.
    """
    return elementwise(_excess_time, interval("expected", expected, 0.0, 1e100))


@lru_cache(maxsize=1)
def _table() -> Array:
    """2/g of generations 0 to TABLE."""
    lives = np.full(TABLE + 1, np.inf)
    for k in range(1, TABLE + 1):
        lives[k] = -np.expm1(-lives[k - 1])
    return 2.0 / lives


def _abel(y: Array) -> Array:
    series = np.zeros_like(y)
    for coefficient in reversed(ABEL):
        series = (series + coefficient) / y
    return y - np.log(y) / 3.0 + series


def abel_slope(y: ArrayLike) -> Any:
    r"""Generations :math:`\psi'(y) = 1 - \frac1{3y} - \frac1{18y^2} - \dots` per unit of effective time y >= 30."""
    times = interval("y", y, 30.0)
    series = np.zeros_like(times)
    for power in range(len(ABEL), 0, -1):
        series = (series + power * ABEL[power - 1]) / times
    return plain(1.0 - (1.0 / 3.0 + series) / times)


def _line_survival(t: NDArray[np.int64]) -> Array:
    times = np.maximum(t, TABLE).astype(np.float64)
    y = times + np.log(times) / 3.0 + KAPPA
    for _ in range(3):
        y = y + (times + KAPPA - _abel(y)) / (1.0 - 1.0 / (3.0 * y))
    with np.errstate(divide="ignore"):
        return np.asarray(2.0 / np.where(t > TABLE, y, _table()[np.minimum(t, TABLE)]))


def _excess_time(expected: Array) -> Array:
    """The first generations added, the others integrated by Euler and Maclaurin over the derivative of ψ."""
    from scipy.special import exp1, gammainc

    added = np.ones_like(expected)
    for lives in np.array_split(survivals(SUMMED - 1), 32):
        added = added - np.expm1(-np.multiply.outer(lives, expected)).sum(axis=0)
    y = float(effective_time(SUMMED))
    z = 2.0 * np.maximum(expected, 1e-100) / y
    present, absent = -np.expm1(-z), np.exp(-z)
    ends = (
        present / 2.0 + absent * z / (12.0 * y * abel_slope(y)) + absent * z * (-6.0 + 6.0 * z - z**2) / (720.0 * y**3)
    )
    logarithm = np.where(z < 1e-3, z - z**2 / 4.0 + z**3 / 18.0, np.log(z) + np.euler_gamma + exp1(z))
    feller = y * (present + z * exp1(z))
    rest = ABEL[0] / y * (1.0 - present / z) + ABEL[1] / y**2 * (1.0 - 2.0 * gammainc(2.0, z) / z**2)
    return np.asarray(added + ends - feller - logarithm / 3.0 - rest)
