"""Tails and density of a log-gamma sum, by integration along contours of steepest descent.

Both are integrals of exp(K(s) - s x), with and without the pole 1/s, along a hyperbola through the saddle point
K'(theta) = x, by the trapezoidal rule with halving.  Neighbouring points share a contour.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from collapse_theory.random_walk.cumulants import Cumulants

Array = NDArray[np.float64]
Indices = NDArray[np.intp]

_BLOCK = 20_000  # points times nodes held at once
_REACH = 0.6  # standard deviations a point may lie from the saddle of its contour
_POLE = 0.7  # least distance of a contour from 0, in inverse standard deviations
_SLOPE = 0.6  # of the contours' asymptotes against the vertical
_SPENT = -42.0  # log of the integrand, against its peak, where a contour ends
_HALVING = 1e-8  # change at which to stop halving: the error after a halving is its square before


def log_tails(cumulants: Cumulants, excess: Array) -> Array:
    """Logarithms of P(L <= x), of P(L > x) and of the density, at the mean plus `excess`.

    Parameters
    ----------
    cumulants : Cumulants
        Those of the sum, of at least one variable.
    excess : ndarray, shape (points,)
        x less the mean.

    Returns
    -------
    ndarray, shape (3, points)
        Absolute accuracy about 1e-12.

    Raises
    ------
    ArithmeticError
        If an integral does not settle.
    """
    tail, density = _invert(cumulants, excess)
    rest = np.where(tail > -0.69, np.log(-np.expm1(np.maximum(tail, -1.0))), 0.0 + np.log1p(-np.exp(tail)))
    return np.stack([np.where(excess <= 0, tail, rest), np.where(excess <= 0, rest, tail), density])


def _invert(cumulants: Cumulants, excess: Array) -> tuple[Array, Array]:
    """Logarithms of the tail on the side of `excess`, and of the density there."""
    held = np.clip(excess, *cumulants.gains)
    left, right = cumulants.gain(np.array([-_POLE, _POLE]) / cumulants.std)  # the pole at 0 keeps its distance
    target = np.where(excess <= 0, np.minimum(held, left), np.maximum(held, right))
    order = np.argsort(target)
    target = target[order]
    knots = target[:: 1 + target.size // 64]
    start = np.interp(target, knots, cumulants.tilt_of_gain(knots, 0.1, 0 * knots))
    saddle = cumulants.tilt_of_gain(target, 0.1, start)
    chosen, shared = _share(target, np.sqrt(cumulants.cumulant(2, saddle)))
    theta, line = saddle[chosen], shared[np.argsort(order)]
    tail, density = np.log(_integrate(cumulants, theta, line, held - cumulants.gain(theta)[line]))
    with np.errstate(over="ignore"):
        exponent = cumulants.remainder(theta)[line] - theta[line] * excess
    return exponent + tail, exponent + density


def _share(target: Array, sigma: Array) -> tuple[Indices, Indices]:
    """Points that lend their saddle to a contour, and the contour of every point; `target` ascends."""
    chosen: list[int] = []
    line, start = np.empty(target.size, dtype=np.intp), 0
    while start < target.size:
        centre = max(start, int(np.searchsorted(target - _REACH * sigma, target[start], side="right")) - 1)
        stop = max(centre + 1, int(np.searchsorted(target, target[centre] + _REACH * sigma[centre], side="right")))
        line[start:stop] = len(chosen)
        chosen.append(centre)
        start = stop
    return np.array(chosen, dtype=np.intp), line


def _integrate(cumulants: Cumulants, theta: Array, line: Indices, offset: Array) -> Array:
    """Contour integrals with and without the pole at 0, less their exponents at `theta`."""
    sigma = np.sqrt(cumulants.cumulant(2, theta))
    bend = cumulants.cumulant(3, theta) / (6 * sigma * sigma)
    radius = _SLOPE / 2 / np.maximum(np.abs(bend), 1e-6 * sigma)
    lean = np.where(bend < 0, -_SLOPE, _SLOPE)
    step = np.minimum(0.3, 1 / (sigma * radius))
    reach = np.zeros((theta.size, 1))
    np.maximum.at(reach[:, 0], line, np.abs(offset))

    def contour(row: Indices, w: Array) -> tuple[Any, Any, Any]:
        r, c = radius[row, None], lean[row, None]
        z = r * (1j * np.sinh(w) + 2 * c * np.sinh(w / 2) ** 2)
        log = cumulants.tilted_remainder(np.repeat(theta[row], w.shape[1]), z.ravel())
        return log.reshape(z.shape), z, r * (1j * np.cosh(w) + c * np.sinh(w))

    row, points, total = np.arange(theta.size), np.arange(offset.size), np.zeros((2, offset.size))
    for length in 24 << np.arange(10):
        w = np.minimum(step[:, None] * np.arange(length + 1), 300.0)
        log, z, velocity = contour(row, w)
        envelope = log.real + np.abs(z.real) * reach
        spent = ~(envelope > _SPENT)
        if spent.any(axis=1).all():
            break
    else:
        raise ArithmeticError(f"contour inversion found no end at the tilts {theta[~spent.any(axis=1)]}")
    end = np.take_along_axis(w, spent.argmax(axis=1)[:, None], axis=1)[:, 0]
    for _ in range(14):
        log, velocity = np.where(w <= end[row, None], log, -np.inf), np.where(w == 0, velocity / 2, velocity)
        pole = velocity / (theta[row, None] + z) * np.sign(theta[row, None])
        error = np.zeros(theta.shape)
        for part in np.array_split(points, 1 + points.size * w.shape[1] // _BLOCK):
            index = np.searchsorted(row, line[part])
            wave = np.exp(log[index] - z[index] * offset[part, None])
            value = np.stack([np.sum(wave * pole[index], axis=1).imag, np.sum(wave * velocity[index], axis=1).imag])
            finer = total[:, part] / 2 + value * step[line[part]] / np.pi
            np.maximum.at(error, line[part], np.max(np.abs(1 - total[:, part] / finer), axis=0))
            total[:, part] = finer
        row = row[error[row] > _HALVING]
        if not row.size:
            return total
        step[row] /= 2
        points = np.flatnonzero(np.isin(line, row))
        w = step[row, None] * (2 * np.arange(math.ceil(np.max(end[row] / step[row]) / 2)) + 1)
        log, z, velocity = contour(row, w)
    raise ArithmeticError(f"contour inversion did not settle at {offset[line == row[0]][0]:g} from its saddle")
