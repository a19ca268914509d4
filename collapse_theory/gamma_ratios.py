"""Stable primitives: gamma ratios, digamma differences and geometric sums without cancellation."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from collapse_theory.domain import plain

_STIRLING_FROM = 12.0
_BERNOULLI = (1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66, -691 / 2730, 7 / 6, -3617 / 510, 43867 / 798)
_LADDER = np.arange(_STIRLING_FROM)[:, None]
_STIRLING = tuple(b / (2 * k * (2 * k - 1)) for k, b in enumerate(_BERNOULLI, 1))
_HALF_SHIFT = tuple(b * (1 - 2.0 ** (1 - 2 * k)) / (2 * k) for k, b in enumerate(_BERNOULLI, 1))
_ODD = tuple(1 / (2 * k + 3) for k in range(17))


def log1p_minus(y: ArrayLike) -> Any:
    r"""Logarithm without its linear part, ``log(1 + y) - y``.

    Parameters
    ----------
    y : array_like
        Real, above -1.

    Returns
    -------
    float or ndarray
        :math:`\log(1+y) - y \le 0`, shaped as `y`, to a relative accuracy of 1e-15 also near 0,
        where it is :math:`-y^2/2 + y^3/3 - \dots`.

    Raises
    ------
    ValueError
        If a value of `y` is not a real number above -1.
    """
    argument = _real("y", y)
    _require(argument > -1, "y", argument, "real numbers above -1")
    return plain(_log1p_minus(argument))


def expm1_minus(x: ArrayLike) -> Any:
    r"""Exponential without its first two terms, ``exp(x) - 1 - x``.

    Parameters
    ----------
    x : array_like
        Real.

    Returns
    -------
    float or ndarray
        :math:`e^x - 1 - x \ge 0`, shaped as `x`, to a relative accuracy of 1e-15 also near 0,
        where it is :math:`x^2/2 + x^3/6 + \dots`; infinite once :math:`e^x` overflows.

    Raises
    ------
    ValueError
        If a value of `x` is not a finite real number.
    """
    argument = _real("x", x)
    near = np.clip(argument, -0.5, 0.5)
    series = np.ones_like(near)
    for k in range(16, 2, -1):
        series = 1 + series * near / k
    with np.errstate(over="ignore"):
        far = np.expm1(argument) - argument
    return plain(np.where(np.abs(argument) <= 0.5, near * near / 2 * series, far))


def log_gamma_ratio(x: ArrayLike, s: ArrayLike) -> Any:
    r"""Logarithm of a gamma ratio against its power, ``log[Gamma(x + s) / (Gamma(x) x^s)]``.

    .. math:: \log\Gamma(x+s) - \log\Gamma(x) - s\log x = \frac{s(s-1)}{2x} + O(x^{-2}),

    which is the cumulant function at `s` of :math:`\log(G/x)`, :math:`G\sim\Gamma(x,1)`.

    Parameters
    ----------
    x : array_like
        Real, positive.
    s : array_like
        Real or complex with ``Re(x + s) > 0``.

    Returns
    -------
    float, complex or ndarray
        The continuous branch that is real on the real axis, broadcast. Exactly 0 at ``s = 0`` and
        ``s = 1``. Real `s`: relative accuracy 1e-14. Complex `s`: 1e-14 of the modulus.

    Raises
    ------
    ValueError
        If `x` is not positive, or ``Re(x + s)`` is not.
    """
    base = _real("x", x)
    _require(base > 0, "x", base, "positive real numbers")
    step = np.asarray(s)
    step = step.astype(complex) if np.iscomplexobj(step) else _real("s", step)
    _require(np.isfinite(step), "s", step, "finite numbers")
    base, step = np.broadcast_arrays(base, step)
    _require(base + step.real > 0, "s", step, "numbers with Re(x + s) > 0")

    # Gamma(x + 1) = x Gamma(x) turns the root s = 1 into a root at 0, and lifts x away from 0.
    unit = np.abs(step - 1) < 0.5
    lift = (base < 0.25) & ~unit
    moved_base, moved_step = base + (unit | lift), step - unit
    value = log_gamma_remainder(moved_base, moved_step) + moved_step * _digamma_minus_log(moved_base, 1.0 * unit)
    tiny = np.where(lift, base, 1.0)
    lifted = step * (np.log1p(tiny) - np.log(tiny)) - _log_quotient(np.where(lift, step, 0), tiny)[0]
    return plain(np.where(lift, value + lifted, value))


def log_gamma_remainder(x: ArrayLike, s: ArrayLike) -> Any:
    r"""Log-gamma function beyond its tangent, ``log Gamma(x + s) - log Gamma(x) - s digamma(x)``.

    .. math:: \log\Gamma(x+s) - \log\Gamma(x) - s\,\psi(x) = \tfrac12\psi'(x)s^2 + O(s^3),

    the cumulant function of :math:`\log G - \mathsf E\log G`, :math:`G\sim\Gamma(x,1)`. By the
    recurrence up to 12 and Stirling's series there, both beyond their linear parts term by term.

    Parameters
    ----------
    x : array_like
        Real, positive.
    s : array_like
        Real with ``x + s > 0``, or complex; ``Re(x + s) < 0`` is continued through the half plane
        of ``Im s``, to full accuracy while ``Re(x + s) > -|Im s|``.

    Returns
    -------
    float, complex or ndarray
        Broadcast; relative accuracy 1e-14, for complex `s` of the modulus. NaN is not screened for.
    """
    base, step = np.broadcast_arrays(np.asarray(x, dtype=float), np.asarray(s))
    shape = base.shape
    base, step = base.ravel(), step.ravel().astype(np.result_type(step, float))
    total = np.zeros_like(step)
    base = base.copy()
    while (low := np.flatnonzero(np.minimum(base, np.abs(base + step)) < _STIRLING_FROM)).size:
        b, z = base[low] + _LADDER, step[low]
        rung = np.logical_and.accumulate(np.minimum(b, np.abs(b + z)) < _STIRLING_FROM)
        total[low] -= np.sum(_log_quotient(np.where(rung, z, 0), b)[1], axis=0)
        base[low] += np.sum(rung, axis=0)
    y, end = step / base, base + step
    q = base / end
    log1p_y, minus = _log_quotient(step, base)
    total += np.where(np.abs(y) < 0.7, end * minus + step * y, end * log1p_y - step) - minus / 2
    # r_m = q^m - 1 + m y obeys r_m = q (r_{m-1} + m y^2), free of cancellation
    power, r = 1 / base, np.zeros_like(y)
    for m in range(1, 2 * len(_STIRLING)):
        r = q * (r + m * y * y)
        if m % 2:
            total += _STIRLING[m // 2] * power * r
            power = power / (base * base)
    return plain(total.reshape(shape))


def log_gamma_midpoint(x: ArrayLike, s: ArrayLike) -> Any:
    r"""Log-gamma increment against the logarithm at its midpoint.

    .. math:: \log\Gamma(x+s) - \log\Gamma(x) - s\log z
              = -\sum_{j\ge1} \frac{2B_{2j+1}(\frac{1+s}2)}{2j(2j+1)\,z^{2j}},\qquad z = x + \tfrac{s-1}2,

    of order :math:`z^{-2}`, and 0 at s = 0 and s = 1.

    Parameters
    ----------
    x, s : array_like
        Real, with ``x > 0``, ``x + s > 0`` and ``z > 0``.

    Returns
    -------
    float or ndarray
        Broadcast; relative accuracy 1e-13 (absolute 1e-16 for ``z < 24``).
    """
    base, step = np.broadcast_arrays(np.asarray(x, dtype=float), np.asarray(s, dtype=float))
    z, u = base + (step - 1) / 2, step / 2
    far = np.maximum(z, 24.0)
    series = np.zeros_like(z)
    # B_k(1/2) = (2^{1-k} - 1) B_k; B_m(1/2 + u) by the binomial theorem; only even k count
    halves = [1.0, *((2.0 ** (1 - 2 * k) - 1) * b for k, b in enumerate(_BERNOULLI, 1))]
    for j in range(1, 7):
        m = 2 * j + 1
        value = sum(math.comb(m, 2 * k) * halves[k] * u ** (m - 2 * k) for k in range(j + 1))
        series -= 2 * value / (2 * j * m) * far ** (-2 * j)
    close = z < 24
    x_close, s_close = np.where(close, base, 1.0), np.where(close, step, 0.0)
    near = np.asarray(log_gamma_ratio(x_close, s_close)) - s_close * np.log1p((s_close - 1) / (2 * x_close))
    return plain(np.where(close, near, series))


def digamma_difference(x: ArrayLike, s: ArrayLike) -> Any:
    r"""Increment of the digamma function, ``digamma(x + s) - digamma(x)``.

    Parameters
    ----------
    x, s : array_like
        Real, with ``x > 0`` and ``x + s > 0``.

    Returns
    -------
    float or ndarray
        Broadcast; relative accuracy 1e-14 also for `s` near 0, where it is :math:`s\,\psi'(x)`.
        NaN is not screened for.
    """
    base, step = np.broadcast_arrays(np.asarray(x, dtype=float), np.asarray(s, dtype=float))
    shape = base.shape
    base, step = base.ravel().copy(), step.ravel()
    total = np.zeros_like(step)
    if (low := np.flatnonzero(np.minimum(base, base + step) < _STIRLING_FROM)).size:
        b, z = base[low] + _LADDER, step[low]
        total[low] += np.sum(z / b / (b + z), axis=0)
        base[low] += len(_LADDER)
    end, y = base + step, step / base
    total += _log_quotient(step, base)[0] + y / end / 2
    # d_k = q^2k - 1, q = 1 / (1 + y), obeys d_k = q^2 d_{k-1} + d_1, free of cancellation
    square, power = (base / end) ** 2, 1 / (base * base)
    first, d, weight = -y * (2 + y) * square, 0 * y, power
    for k, c in enumerate(_BERNOULLI, 1):
        d = square * d + first
        total -= c / (2 * k) * weight * d
        weight = weight * power
    return plain(total.reshape(shape))


def digamma_minus_log(x: ArrayLike, shift: ArrayLike = 0.0) -> Any:
    r"""Digamma function against a logarithm, ``digamma(x) - log(x - shift)``.

    .. math:: \psi(x) - \log(x-h) = \frac{h-\frac12}{x} + O(x^{-2})

    Parameters
    ----------
    x : array_like
        Real, positive and above `shift`.
    shift : array_like
        Real :math:`h`.

    Returns
    -------
    float or ndarray
        Broadcast; relative accuracy 1e-14 for the shifts 0, 1/2 and 1 at any `x`.

    Raises
    ------
    ValueError
        If `x` is not above 0 and above `shift`.
    """
    argument, offset = np.broadcast_arrays(_real("x", x), _real("shift", shift))
    _require(argument > np.maximum(offset, 0), "x", argument, "positive real numbers above shift")
    return plain(_digamma_minus_log(argument, offset))


def geometric_sum(log_ratio: ArrayLike, count: ArrayLike) -> Any:
    r"""Sum of a geometric progression by the logarithm of its ratio.

    .. math:: \sum_{i<n} e^{i\lambda} = \frac{e^{n\lambda}-1}{e^\lambda-1}, \qquad n \text{ at } \lambda=0

    Parameters
    ----------
    log_ratio : array_like
        Real :math:`\lambda`; ``-inf`` stands for the ratio 0.
    count : array_like
        Whole number of terms :math:`n \ge 0`.

    Returns
    -------
    float or ndarray
        Broadcast; relative accuracy 1e-15 times :math:`\max(1, n|\lambda|)`; infinite on overflow.

    Raises
    ------
    ValueError
        If `log_ratio` is NaN or ``+inf``, or `count` is not a whole number at least 0.
    """
    rate, terms = _progression(log_ratio, count)
    with np.errstate(over="ignore"):
        return plain(_falling_sum(rate, terms) * np.exp(np.maximum(terms - 1, 0) * np.maximum(rate, 0)))


def log_geometric_sum(log_ratio: ArrayLike, count: ArrayLike) -> Any:
    r"""Logarithm of :func:`geometric_sum`, which never overflows.

    Parameters
    ----------
    log_ratio : array_like
        Real :math:`\lambda`; ``-inf`` stands for the ratio 0.
    count : array_like
        Whole number of terms :math:`n \ge 0`.

    Returns
    -------
    float or ndarray
        :math:`\log\sum_{i<n} e^{i\lambda}`, broadcast; relative accuracy 1e-15; ``-inf`` at ``n = 0``.

    Raises
    ------
    ValueError
        If `log_ratio` is NaN or ``+inf``, or `count` is not a whole number at least 0.
    """
    rate, terms = _progression(log_ratio, count)
    later = np.maximum(terms - 1, 0)
    value = later * np.maximum(rate, 0) + np.log1p(np.exp(-np.abs(rate)) * _falling_sum(rate, later))
    return plain(np.where(terms > 0, value, -np.inf))


def log_quotient(part: Any, whole: Any, apart: Any) -> Any:
    """Logarithm of part/whole > 0 by their difference ``apart`` = part − whole, or as it stands where that is large."""
    step = apart / whole
    with np.errstate(divide="ignore"):
        return np.where(step > -0.5, np.log1p(np.maximum(step, -0.5)), np.log(part / whole))


def _progression(log_ratio: ArrayLike, count: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    rate = np.asarray(log_ratio, dtype=float)
    _require(rate < np.inf, "log_ratio", rate, "real numbers and -inf")
    terms = _real("count", count)
    _require((terms >= 0) & (terms == np.floor(terms)), "count", terms, "whole numbers at least 0")
    rate, terms = np.broadcast_arrays(rate, terms)
    return rate, terms


def _falling_sum(rate: NDArray[np.float64], terms: NDArray[np.float64]) -> Any:
    """Geometric sum at the ratio exp(-abs(rate)), which is at most 1."""
    steep = np.minimum(np.abs(rate), 1e3)
    flat = steep < 1e-300
    slope = np.where(flat, 1.0, steep)
    return np.where(flat, terms, np.expm1(-terms * slope) / np.expm1(-slope))


def _digamma_minus_log(x: NDArray[np.float64], shift: NDArray[np.float64]) -> Any:
    # digamma(z + 1/2) - log z has only even powers of 1/z, and steps by 2 [atanh r - r], r = 1/(2 z + 1)
    small = x < 1
    base = x + small
    half = np.zeros_like(base)
    while (low := base < _STIRLING_FROM).any():
        r = np.where(low, 0.5 / base, 0.0)
        half = half + 2 * np.where(r > 0.3, np.arctanh(r) - r, r**3 * _odd_tail(r * r))
        base = base + low
    inverse_square = (base - 0.5) ** -2
    series = np.zeros_like(base)
    for c in reversed(_HALF_SHIFT):
        series = (series + c) * inverse_square
    half = half + series
    above = half + np.log1p((shift - 0.5) / np.where(small, shift + 1, x - shift))
    below = half + np.log((x + 0.5) / np.where(small, x - shift, 1.0)) - 1 / np.where(small, x, 1.0)
    return np.where(small, below, above)


def _odd_tail(square: Any) -> Any:
    """Series [atanh r - r] / r^3 = 1/3 + r^2/5 + ... at ``square`` = r^2, for abs(r) <= 1/3."""
    value = 0 * square
    for c in reversed(_ODD):
        value = value * square + c
    return value


def _log1p_minus(y: Any) -> Any:
    near = np.abs(y) < 0.5
    v = np.where(near, y, 0)
    r = v / (2 + v)
    series = 2 * r**3 * _odd_tail(r * r) - r * v
    w = np.where(near, 1, y)
    far = (np.log(1 + w) if np.iscomplexobj(w) else np.log1p(w)) - w
    return np.where(near, series, far)


def _log_quotient(s: Any, x: Any) -> tuple[Any, Any]:
    """Logarithm of (x + s) / x, and the same less s / x; x + s is formed before it is divided."""
    y = s / x
    near = np.abs(y) < 0.5
    minus = _log1p_minus(np.where(near, y, 0))
    log = np.where(near, y + minus, np.log(np.where(near, 1, (x + s) / x)))
    return log, np.where(near, minus, log - y)


def _real(name: str, value: ArrayLike) -> NDArray[np.float64]:
    array = np.asarray(value)
    if array.dtype.kind not in "iuf":
        raise ValueError(f"{name} must be real numbers, got {value!r}")
    array = array.astype(float)
    _require(np.isfinite(array), name, array, "finite real numbers")
    return array


def _require(fine: Any, name: str, value: Any, domain: str) -> None:
    if not np.all(fine):
        worst = np.broadcast_to(value, np.shape(fine))[~np.asarray(fine)].flat[0]
        raise ValueError(f"{name} must be {domain}, got {worst}")
