r"""Zipf vocabularies :math:`p_i = ci^{-s}, i \le V`: after t generations what :math:`ng_t` fresh points would show.

With :math:`a = cng_t` and :math:`r = ng_tp_V = aV^{-s}`, the copies expected of the rarest type, the sums over the
vocabulary are by Euler and Maclaurin

.. math:: E\,K_t &\approx \sum_i\bigl(1-e^{-ng_tp_i}\bigr)
        = a^{1/s}\,\Gamma(1-\tfrac1s,r) + V(1-e^{-r}) - \tfrac12e^{-r} - \tfrac{sr}{12V}e^{-r} + \dots \\
    E\,M_t &\approx \sum_ip_ie^{-ng_tp_i}
        = \tfrac cs\,a^{1/s-1}\,\Gamma(1-\tfrac1s,r) + \tfrac12p_Ve^{-r} - \tfrac{s(1-r)}{12V}p_Ve^{-r} + \dots

with the incomplete gamma function. For s > 1 and r much below 1 these are the power laws

.. math:: E\,K_t \approx \Gamma(1-\tfrac1s)(cng_t)^{1/s} - \tfrac12 - \frac{cng_tV^{1-s}}{s-1},\qquad
    E\,M_t \approx \tfrac cs\,\Gamma(1-\tfrac1s)(cng_t)^{1/s-1} - \frac{cV^{1-s}}{s-1} .

As :math:`g_t \approx 2/t`, the support falls like :math:`t^{-1/s}` and the lost mass grows like :math:`t^{1-1/s}`.

While V is large, the closed forms miss the sums by order
:math:`\exp\bigl(-2\pi(1+\tfrac1s)\sin\tfrac{\pi}{2s+2}\,(\tfrac{sa}{2\pi})^{1/(s+1)}\bigr)`: for s = 2 by 3e-5 types at
a = 24, 1e-8 at a = 210. The sums themselves miss the exact values by :math:`O(K_t/n)`, less than one type.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from collapse_theory.domain import POSITIVE, Domain, elementwise, interval
from collapse_theory.wright_fisher.branching import line_survival

Array = NDArray[np.float64]

VOCABULARY = Domain(low=1, high=2**53, integer=True)

SUMMED = 1000
"""Types of `zipf_scale` that are added one by one."""


def zipf_scale(exponent: float, vocabulary: float) -> float:
    r"""Probability :math:`c = 1/\sum_{i\le V}i^{-s}` of the most frequent type; V may be infinite for s > 1."""
    s, size = _checked(exponent, vocabulary)
    if size == math.inf:
        from scipy.special import zeta

        return 1.0 / float(zeta(s))
    terms = min(size, float(SUMMED))
    first, last = terms + 0.5, size + 0.5
    length = math.log(last / first)
    x = (1.0 - s) * length
    area = math.pow(first, 1.0 - s) * length * (math.expm1(x) / x if x else 1.0)
    slopes = s / 24.0 * (math.pow(last, -s - 1.0) - math.pow(first, -s - 1.0))
    return 1.0 / (float((np.arange(1.0, terms + 1.0) ** -s).sum()) + area + slopes)


def zipf_support(exponent: float, vocabulary: float, n: float, t: ArrayLike) -> Any:
    r"""Expected number of types present at t, of a Zipf vocabulary resampled n at a time.

    Parameters
    ----------
    exponent : float
        s > 0; more than 1 for an infinite vocabulary.
    vocabulary : float
        Number V of types, which may be infinite.
    n : float
        Sample size.
    t : array_like
        Generations; at 0 all types are present.
    """
    s, size = _checked(exponent, vocabulary)

    def value(lives: Array) -> Array:
        a, r, ends, gamma = _parts(s, size, n, lives)
        rarest = 0.0 if size == math.inf else size * -np.expm1(-r)
        return np.asarray(a ** (1.0 / s) * gamma + rarest - ends * (0.5 + s * r / (12.0 * size)))

    return _by_generation(value, t, size)


def zipf_lost_mass(exponent: float, vocabulary: float, n: float, t: ArrayLike) -> Any:
    """Expected probability in the source of what is absent at t, of a Zipf vocabulary resampled n at a time.

    Parameters
    ----------
    exponent, vocabulary, n, t
        As for `zipf_support`.
    """
    s, size = _checked(exponent, vocabulary)

    def value(lives: Array) -> Array:
        a, r, ends, gamma = _parts(s, size, n, lives)
        c = a / (n * lives)
        rarest = c * size**-s * ends * (0.5 - s * (1.0 - r) / (12.0 * size))
        return np.asarray(c / s * a ** (1.0 / s - 1.0) * gamma + rarest)

    return _by_generation(value, t, 0.0)


def _checked(exponent: float, vocabulary: float) -> tuple[float, float]:
    s = float(POSITIVE.check("exponent", exponent))
    if vocabulary == math.inf and s > 1.0:
        return s, math.inf
    return s, float(VOCABULARY.check("vocabulary", vocabulary))


def _parts(s: float, size: float, n: float, lives: Array) -> tuple[Array, Array, Array, Array]:
    """The parts a, r, exp(−r) and Γ(1 − 1/s, r) of the closed forms."""
    a = zipf_scale(s, size) * float(interval("n", n, 1)) * lives
    r = a * size**-s
    return a, r, np.exp(-r), _upper_gamma(1.0 - 1.0 / s, r)


def _upper_gamma(order: float, r: Array) -> Array:
    from scipy.special import gamma, gammaincc

    if order > 0.0:
        return np.asarray(gamma(order) * gammaincc(order, r))
    from mpmath import gammainc

    return np.array([float(gammainc(order, x)) for x in r])


def _by_generation(value: Any, t: ArrayLike, start: float) -> Any:
    def values(lives: Array) -> Array:
        return np.where(lives < math.inf, value(np.minimum(lives, 1.0)), start)

    return elementwise(values, line_survival(t))
