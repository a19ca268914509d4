r"""Neutral Wright–Fisher diffusion: Kimura's law of loss and the times to loss and fixation, with their corrections.

A type of frequency p, resampled n at a time, moves in the time :math:`\tau = t/n` with the generator
:math:`\tfrac12p(1-p)\,\partial_p^2`. Whole generations and counts change the clock at leading order:
:math:`\tau = 2/(ng_t)` with the branching numbers of `collapse_theory.wright_fisher.branching`.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from collapse_theory.domain import COUNT, Choice, interval, plain
from collapse_theory.wright_fisher.branching import abel_slope, effective_time, excess_time

Array = NDArray[np.float64]

DiffusionOrder = Literal[1, 2]

ORDERS = Choice((1, 2))

LATE = 0.01
"""Value of τ from which the eigenfunctions are summed; before, the expansion in powers of τ."""

POWERS = 9
"""Powers of τ before LATE; the next is below 1e-15."""

STEPPED = 1024
"""Generations of `support_time` that are added one by one."""

STEP = 1 / 32
"""Step of `support_time` in the logarithm of time; what it misses falls off exponentially, slower for more types."""

EXPONENT = 45.0
r"""Exponent beyond which :math:`e^{-j(j+1)\tau/2}` is left out."""


def lost(p: ArrayLike, tau: ArrayLike) -> Any:
    r"""Kimura's probability that the diffusion from p is at 0 by time τ.

    With the Legendre polynomials :math:`P_j`, whose terms are below 1 where those of Kimura's hypergeometric form grow,

    .. math:: u(p,\tau) = 1-p - \tfrac12\sum_{j\ge1}\bigl[P_{j-1}(1-2p) - P_{j+1}(1-2p)\bigr]e^{-j(j+1)\tau/2} ;

    for small τ with :math:`z = 2p/\tau`

    .. math:: u(p,\tau) = e^{-z}\sum_{m\ge0}\tau^mQ_m(z),\quad Q_0 = 1,\quad Q_1 = -\tfrac16(z+z^2), \ \dots,

    where :math:`mQ_m + zQ_m' - zQ_m'' = -\tfrac12z^2(Q_{m-1} - 2Q_{m-1}' + Q_{m-1}'')`.

    Parameters
    ----------
    p : array_like
        Frequency at time 0, in [0, 1].
    tau : array_like
        Time in units of n generations, >= 0.

    Returns
    -------
    float or ndarray
        Absolute error below 1e-14.
    """
    return plain(_lost(*np.broadcast_arrays(interval("p", p, 0.0, 1.0), interval("tau", tau, 0.0))))


def fixed(p: ArrayLike, tau: ArrayLike) -> Any:
    r"""Probability that the diffusion from p is at 1 by time τ: that of loss from 1 − p."""
    return lost(1.0 - interval("p", p, 0.0, 1.0), tau)


def segregating(p: ArrayLike, tau: ArrayLike) -> Any:
    r"""Probability that the diffusion from p is at neither end by time τ, with relative precision for large τ.

    .. math:: \sum_{j\ \mathrm{odd}}\bigl[P_{j-1}(1-2p) - P_{j+1}(1-2p)\bigr]e^{-j(j+1)\tau/2}
        \ \sim\ 6p(1-p)e^{-\tau} .
    """
    frequency, time = np.broadcast_arrays(interval("p", p, 0.0, 1.0), interval("tau", tau, 0.0))
    early = 1.0 - _lost(frequency, time) - _lost(1.0 - frequency, time)
    late = _legendre(frequency, np.maximum(time, LATE), step=2)
    return plain(np.clip(np.where(time < LATE, early, late), 0.0, 1.0))


def lost_by(p: ArrayLike, n: ArrayLike, t: ArrayLike) -> Any:
    r"""Probability that a type of frequency p is absent at generation t, from the diffusion with the clock set right.

    .. math:: P(\text{absent at } t) = u\Bigl(p, \frac{2}{ng_t}\Bigr) + O(1/n)

    uniformly in t and p. The largest error, in generation 1 near :math:`np = 2 - \sqrt2`, is
    :math:`\tfrac13(\sqrt2-1)e^{\sqrt2-2}/n = 0.0769/n` (0.0785/n at n = 10);
    from generation 4 it is 0.037/n. With :math:`\tau = t/n` it would be 0.25 for every n.
    """
    return lost(p, np.asarray(effective_time(t)) / interval("n", n, 1))


def absorption_time(p: ArrayLike, n: ArrayLike, *, order: DiffusionOrder = 2) -> Any:
    r"""Mean number of generations until a type of frequency p is lost or fixed.

    .. math:: E\,T = -2n(p\ln p + q\ln q) + q\,D(np) + p\,D(nq) + O(1/n), \qquad q = 1-p,

    with the excess D of `excess_time`, which is :math:`-\tfrac13\ln(np) + C^*` where np is large; a single copy has
    :math:`2\ln n + 1.355076`. The error is below 0.3/n for all p and n >= 2.
    The diffusion itself, order 1, is without D.
    """
    a, b, size = _frequencies(p, n)
    entropy = -2.0 * size * (_x_log_x(a) + _x_log_x(b))
    if ORDERS.check("order", order) == 1:
        return plain(entropy)
    return plain(np.where(a * b > 0, entropy + b * excess_time(size * a) + a * excess_time(size * b), 0.0))


def loss_time(p: ArrayLike, n: ArrayLike, *, order: DiffusionOrder = 2) -> Any:
    r"""Mean number of generations until a type of frequency p is lost, given that it is; a limit for p = 1.

    .. math:: E(T \mid \text{loss}) = -2n\,\frac{p\ln p}{1-p} + D(np) + O(1/n)
    """
    a, b, size = _frequencies(p, n)
    with np.errstate(divide="ignore", invalid="ignore"):
        diffusion = 2.0 * size * np.where(b > 0, -a * np.log(a) / b, 1.0)
        diffusion = np.where(a > 0, diffusion, 0.0)
    if ORDERS.check("order", order) == 1:
        return plain(diffusion)
    return plain(np.where(a > 0, diffusion + excess_time(size * a), 0.0))


def fixation_time(p: ArrayLike, n: ArrayLike, *, order: DiffusionOrder = 2) -> Any:
    r"""Mean number of generations until a type of frequency p is fixed, given that it is: the loss time from 1 − p."""
    return loss_time(1.0 - interval("p", p, 0.0, 1.0), n, order=order)


def fixation_time_of_types(frequencies: ArrayLike, n: ArrayLike, *, order: DiffusionOrder = 2) -> float:
    r"""Mean number of generations until one of several types is fixed.

    .. math:: E\,T = \sum_ip_i\,E(T_i\mid\text{fixation}) = -2n\sum_i(1-p_i)\ln(1-p_i) + \sum_ip_iD(n(1-p_i)) + O(1/n)

    Parameters
    ----------
    frequencies : array_like, shape (K,)
        Frequencies of the types, which sum to 1.
    n : float
        Sample size.
    order : {1, 2}
        1 for the diffusion, without D.
    """
    p = _law(frequencies)
    return float(p @ np.asarray(fixation_time(p, n, order=order)))


def support_time(frequencies: ArrayLike, n: float, most: int, *, order: DiffusionOrder = 2) -> float:
    r"""Mean number of generations until at most so many types remain.

    In the diffusion limit, order 1, the mean, though not the law, is that of independent Feller diffusions:

    .. math:: E\,T_{\le k} = \int_0^\infty P\Bigl(\sum_iB_i(t) > k\Bigr)dt,
        \qquad B_i(t)\sim\mathrm{Bernoulli}\bigl(1-e^{-2np_i/t}\bigr) .

    To the next order it is :math:`1 - \tfrac1{6n}` times that of independent branching types,

    .. math:: E\,T_{\le k} = \Bigl(1-\frac1{6n}\Bigr)\sum_{t=0}^\infty P\Bigl(\sum_iB_i(t) > k\Bigr)
        + O\Bigl(\frac{\ln n}n\Bigr), \qquad B_i(t)\sim\mathrm{Bernoulli}\bigl(1-e^{-np_ig_t}\bigr) .

    Parameters
    ----------
    frequencies : array_like, shape (K,)
        Frequencies of the types, which sum to 1.
    n : float
        Sample size.
    most : int
        k >= 1; the time is 0 when there are no more types than that.
    order : {1, 2}
        1 for the diffusion.

    Returns
    -------
    float
        The integral or sum with a relative error below 1e-11, from :math:`O(Kk)` steps for each of some 2000 times.
    """
    p = _law(frequencies)
    p = p[p > 0]
    kept, size = int(COUNT.check("most", most)), float(interval("n", n, 1))
    ORDERS.check("order", order)
    if len(p) <= kept:
        return 0.0

    def more(y: Array) -> Array:
        return _more_than(kept, -np.expm1(-2.0 * size * p[:, None] / y))

    if order == 1:
        y, weights = _half_line(size * p.min() / 2.0, size, kept)
        return float(more(y) @ weights)
    stepped = np.asarray(effective_time(np.arange(1, STEPPED + 2)))
    early, last = more(stepped), stepped[-2]
    y, weights = _half_line(last, size, kept)
    late = more(last + y) @ (weights * abel_slope(last + y))
    ends = early[-2] / 2.0 - (early[-1] - early[-3]) / 24.0
    return float((1.0 - 1.0 / (6.0 * size)) * (1.0 + early[:-2].sum() + ends + late))


def _more_than(most: int, probabilities: Array) -> Array:
    """Probability of more than so many of independent events, every term positive.

    Parameters
    ----------
    most : int
    probabilities : ndarray, shape (events, cases)

    Returns
    -------
    ndarray, shape (cases,)
    """
    counts = np.zeros((most + 1, probabilities.shape[1]))
    counts[0] = 1.0
    more = np.zeros(probabilities.shape[1])
    for chance in probabilities:
        more = more + counts[-1] * chance
        counts[1:] = counts[1:] * (1.0 - chance) + counts[:-1] * chance
        counts[0] *= 1.0 - chance
    return more


def _half_line(scale: float, n: float, decay: int) -> tuple[Array, Array]:
    """Nodes and weights on (0, ∞) for what is smooth in log y, up to scale 1 near 0 and beyond n like y^(−1−decay)."""
    w = np.arange(-4.5, 38.0 / decay + max(0.0, math.log(n / scale)) + 2.0, STEP)
    y = scale * np.exp(w - np.exp(-w))
    return y, STEP * y * (1.0 + np.exp(-w))


def _law(frequencies: ArrayLike) -> Array:
    p = interval("frequencies", frequencies, 0.0, 1.0)
    if p.ndim != 1 or abs(p.sum() - 1.0) > 1e-9:
        raise ValueError(f"frequencies of shape {p.shape} sum to {p.sum():.12g}: one axis that sums to 1")
    return p


def _frequencies(p: ArrayLike, n: ArrayLike) -> tuple[Array, Array, Array]:
    a, size = np.broadcast_arrays(interval("p", p, 0.0, 1.0), interval("n", n, 1))
    return a, 1.0 - a, size


def _x_log_x(x: Array) -> Array:
    from scipy.special import xlogy

    return np.asarray(xlogy(x, x))


def _lost(p: Array, tau: Array) -> Array:
    early, result = tau < LATE, np.empty(np.shape(p))
    result[early] = _early(p[early], tau[early])
    result[~early] = 1.0 - p[~early] - 0.5 * _legendre(p[~early], tau[~early])
    return np.clip(result, 0.0, 1.0)


def _legendre(p: Array, tau: Array, *, step: int = 1) -> Array:
    """Terms (P_{j−1} − P_{j+1}) exp(−j(j+1)τ/2) summed over all j, or over odd j when the step is 2."""
    x = 1.0 - 2.0 * p
    before, now = np.ones_like(x), x
    total = np.zeros_like(x)
    shortest = float(np.min(tau, initial=math.inf))
    for j in range(1, 2 + math.isqrt(math.ceil(2.0 * EXPONENT / shortest))):
        after = ((2 * j + 1) * x * now - j * before) / (j + 1)
        if step == 1 or j % 2:
            total = total + (before - after) * np.exp(-0.5 * j * (j + 1) * tau)
        before, now = now, after
    return total


def _early(p: Array, tau: Array) -> Array:
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        z = np.where(p > 0, np.minimum(2.0 * p / tau, 800.0), 0.0)
    total = np.zeros_like(z)
    for polynomial in reversed(_polynomials()):
        total = total * tau + np.polyval(polynomial, z)
    return np.asarray(total * np.exp(-z))


@lru_cache(maxsize=1)
def _polynomials() -> tuple[Array, ...]:
    """Coefficients of Q_0, Q_1, …, the highest power of z first."""
    found = [np.ones(1)]
    for m in range(1, POWERS + 1):
        last = np.poly1d(found[-1])
        source = (np.poly1d([-0.5, 0.0, 0.0]) * (last - 2.0 * last.deriv() + last.deriv(2))).coeffs[::-1]
        c = np.zeros(2 * m + 2)
        for i in range(2 * m, 0, -1):
            c[i] = (source[i] + i * (i + 1) * c[i + 1]) / (m + i)
        found.append(c[2 * m :: -1])
    return tuple(found)
