"""The Wiener-Hopf equation of a walk above a barrier, on panels of polynomials.

With x the distance above the barrier and f the density of a step, u = r + K u, (K u)(x) = int_0^inf u(y) f(y - x) dy.
Here u is a polynomial on each of a set of panels, which grow with the distance from the barrier.
"""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
from numpy.polynomial.legendre import leggauss, legvander
from numpy.typing import NDArray

from collapse_theory.errors import NoClosedForm
from collapse_theory.random_walk.step import LogStep

Array = NDArray[np.float64]

NODE_LIMIT = 3000
"""Largest accepted number of coefficients (half a minute, 200 MB)."""
DEGREE = 16
"""Polynomials per panel, points per piece of a Gauss rule."""

_PIECE = 1.5  # length of a piece in standard deviations of a step
_GROWTH = 0.5  # panel width over its distance from the barrier, at most
_FRONT = 2.0  # panel width over the width of the front of survival, at most


def _critical_order(step: LogStep) -> float:
    """Order k != 0 with E W^k = 1: positive for a negative drift, negative for a positive one."""
    from scipy.optimize import brentq

    guess = -2.0 * step.drift / step.std**2
    if abs(guess) * step.std < 1e-6:
        return guess

    def mean_power(k: float) -> float:
        return float(step.log_moment(np.array(k))) / k

    near, far = 1e-3 * guess, max(guess, -0.5 * step.shape)
    while mean_power(near) * mean_power(far) > 0.0:
        far = 2.0 * far if far > 0.0 else 0.5 * (far - step.shape)
    return float(brentq(mean_power, near, far, rtol=1e-6))


def panel_edges(step: LogStep, b: float, refine: float) -> Array:
    """Panel ends, up to a distance from which the walk surely falls back, or has surely escaped, within 1e-16."""
    order = max(abs(_critical_order(step)), 1e-300)
    top = b + max(60.0 * step.std, step.reach[1]) + min(37.0 / order, (1e8 if step.drift > 0.0 else 1e6) * step.std)
    ends = [0.0]
    while ends[-1] < top:
        x = ends[-1]
        front = step.std * math.sqrt(x / max(abs(step.drift), 1e-300))  # width of the front of survival at x
        ends.append(x + max(min(step.std, 1.0), min(_GROWTH * x, _FRONT * front)) / refine)
        if len(ends) * DEGREE > NODE_LIMIT:
            raise NoClosedForm(
                f"barrier = {b} with n = {step.n}, ddof = {step.ddof}, refine = {refine} needs more coefficients than "
                f"NODE_LIMIT = {NODE_LIMIT}"
            )
    return np.array(ends)


def _rule(low: Array, high: Array, piece: float) -> tuple[Array, Array]:
    """Points and weights of a composite Gauss rule with pieces of at most that length, one row per interval."""
    pieces = max(1, math.ceil(float(np.max(high - low, initial=0.0)) / piece))
    abscissae, weights = leggauss(DEGREE)
    unit = ((np.arange(pieces)[:, None] + 0.5 * (1.0 + abscissae)) / pieces).ravel()
    length = (high - low)[:, None]
    return low[:, None] + length * unit, length * np.tile(0.5 * weights / pieces, pieces)


def one_step(step: LogStep, x: Array, edges: Array) -> Array:
    """Rows at distances x: integrals of f(y - x) against the panel polynomials, P(exit), E O, E O^2 at this step.

    A walk above the last edge has escaped if the drift is positive and is reflected there if not, which keeps u = 1
    a solution without a layer; rows are scaled to the exact mass of u = 1.
    """
    left, right = step.reach
    last = edges.size - 2
    escape = step.drift > 0.0
    result = np.zeros((x.size, (last + 1) * DEGREE + 3))
    mirrored = edges if escape else np.append(edges, 2.0 * edges[-1] - edges[-2])
    for p, (start, end) in enumerate(pairwise(mirrored.tolist())):
        low, high = np.maximum(start, x + left), np.minimum(end, x + right)
        near = np.flatnonzero(high > low)
        if near.size:
            y, mass = _rule(low[near], high[near], _PIECE * step.std)
            local = (2.0 * y - start - end) / (end - start if p <= last else start - end)
            mass = mass * step.density(y - x[near, None])
            column = min(p, last) * DEGREE
            result[near, column : column + DEGREE] += (mass[:, None, :] @ legvander(local, DEGREE - 1))[:, 0]
    exits = step.below(-x)
    kept = (step.below(edges[-1] - x) if escape else 1.0) - exits
    result *= (kept / result[:, :-3:DEGREE].sum(axis=1))[:, None]
    w, mass = _rule(np.full(x.shape, left), np.maximum(-x, left), _PIECE * step.std)
    mass, depth = mass * step.density(w), -x[:, None] - w
    result[:, -3:] = np.column_stack([exits, (mass * depth).sum(axis=1), (mass * depth**2).sum(axis=1)])
    return result


def projected(step: LogStep, edges: Array) -> Array:
    """Legendre coefficients, panel by panel, of the columns of `one_step` as functions of x.

    The least-squares projection keeps the operator a contraction, which interpolation does not.
    """
    zone = max(-step.reach[0], step.reach[1])  # columns are smooth beyond this distance from the panel ends
    blocks = []
    for low, high in pairwise(edges.tolist()):
        inner = [low + zone, high - zone] if high - low > 2.0 * zone else []
        parts = [
            _rule(np.array([a]), np.array([z]), high if i == 1 else _PIECE * step.std)
            for i, (a, z) in enumerate(pairwise([low, *inner, high]))
        ]
        x, weights = np.concatenate([part[0][0] for part in parts]), np.concatenate([part[1][0] for part in parts])
        basis = legvander((2.0 * x - low - high) / (high - low), DEGREE - 1) * (weights / (high - low))[:, None]
        blocks.append((2.0 * np.arange(DEGREE) + 1.0)[:, None] * (basis.T @ one_step(step, x, edges)))
    return np.concatenate(blocks)


def constant(m: int) -> Array:
    """Coefficients of u = 1."""
    return np.where(np.arange(m) % DEGREE == 0, 1.0, 0.0)
