r"""Mixed moments of the fitted variance and mean under replacement, for standard deviations over runs.

In units of the source let v be the fitted variance and d the error of the fitted mean. Given the past,
:math:`d' = d + \sqrt{v/n}\,Z` and :math:`v' = vW`, so that

.. math:: E\,v'^p d'^{2q} = G(p) \sum_{k\le q} \binom{2q}{2k}\frac{(2k-1)!!}{n^k}\, E\,v^{p+k} d^{2(q-k)} ,

a triangular ladder; powers of log v come by differentiating in p. Variances of W2², of both KL
divergences and of d² are combinations of its rungs in which almost everything cancels when n is large, so the
rungs are climbed in mpmath at a precision that is doubled until the answer stands.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from math import comb
from typing import Any

import numpy as np
from numpy.typing import NDArray

from collapse_theory.theorem import in_mpmath

Rung = tuple[Fraction, int, int]
"""Exponents (p, q, l) of the monomial v^p d^(2q) (log v)^l."""

Polynomial = Mapping[Rung, Fraction]


def polynomial(*terms: tuple[Any, Any, int, int]) -> Polynomial:
    """Polynomial from (coefficient, p, q, l) terms."""
    return {(Fraction(p), q, power): Fraction(c) for c, p, q, power in terms}


def product(left: Polynomial, right: Polynomial) -> Polynomial:
    """Product of two polynomials."""
    result: dict[Rung, Fraction] = {}
    for (p, q, power), a in left.items():
        for (pp, qq, more), b in right.items():
            rung = (p + pp, q + qq, power + more)
            result[rung] = result.get(rung, Fraction(0)) + a * b
    return result


def closure(rungs: Sequence[Rung]) -> list[Rung]:
    """All rungs that the ladder below the given ones stands on."""
    found: set[Rung] = set()
    waiting = list(rungs)
    while waiting:
        p, q, power = waiting.pop()
        if (p, q, power) not in found:
            found.add((p, q, power))
            waiting += [(p + k, q - k, j) for k in range(q + 1) for j in range(power + 1)]
    return sorted(found)


def finite(rungs: Sequence[Rung], n: int) -> bool:
    """Whether all these moments exist: v^p needs p > −(n − 1)/2."""
    return all(p + Fraction(n - 1, 2) > 0 for p, _, _ in closure(rungs))


def log_derivatives(n: int, divisor: Any, p: Fraction, count: int) -> list[Any]:
    """E W^p (log W)^j for j = 0 … count, in the present precision of mpmath."""
    import mpmath

    a, s = mpmath.mpf(n - 1) / 2, in_mpmath(p)
    log_two = mpmath.log(2 / divisor)
    moment = mpmath.exp(s * log_two + mpmath.loggamma(a + s) - mpmath.loggamma(a))
    first = mpmath.digamma(a + s) + log_two if count else 0
    second = mpmath.polygamma(1, a + s) if count > 1 else 0
    return [moment, moment * first, moment * (second + first**2)][: count + 1]


def one_step(n: int, ddof: float, rungs: Sequence[Rung]) -> Any:
    """Matrix of one refit on the rungs, in the present precision of mpmath."""
    import mpmath

    place = {rung: i for i, rung in enumerate(rungs)}
    divisor = n - mpmath.mpf(ddof)
    matrix = mpmath.zeros(len(rungs))
    for (p, q, power), row in place.items():
        factors = log_derivatives(n, divisor, p, power)
        for k in range(q + 1):
            double = mpmath.fac2(2 * k - 1) if k else mpmath.mpf(1)
            spread = comb(2 * q, 2 * k) * double / mpmath.mpf(n) ** k
            for j in range(power + 1):
                column = place[p + k, q - k, j]
                matrix[row, column] += spread * comb(power, j) * factors[power - j]
    return matrix


def start(rungs: Sequence[Rung]) -> Any:
    """Moments of the source: v = 1, d = 0, log v = 0."""
    import mpmath

    return mpmath.matrix([1 if q == 0 and power == 0 else 0 for _, q, power in rungs])


def variance_of(x: Polynomial, setting: Any, t: NDArray[np.int64]) -> list[Any]:
    """Variance over runs of a polynomial in v, d², log v at generations t, to full double precision.

    Returns
    -------
    list of mpmath.mpf
        One per generation; infinite where the second moment is.
    """
    import mpmath

    square = product(x, x)
    rungs = closure([*square, *x])
    if not finite(rungs, setting.sizes.smallest_by(int(t.max()))):
        return [mpmath.inf] * len(t)
    precision, before = 50, None
    while precision <= 3200:
        with mpmath.workdps(precision):
            now = [_variance(x, square, rungs, moments) for moments in _climb(setting, t, rungs)]
            if before is not None and all(
                abs(a - b) <= abs(a) * mpmath.mpf(10) ** -20 for a, b in zip(now, before, strict=True)
            ):
                return now
        before, precision = now, 2 * precision
    raise ArithmeticError(f"the variance over runs did not settle at t = {t.tolist()}")


def _variance(x: Polynomial, square: Polynomial, rungs: Sequence[Rung], moments: Any) -> Any:
    import mpmath

    place = {rung: i for i, rung in enumerate(rungs)}

    def expectation(of: Polynomial) -> Any:
        return mpmath.fsum(in_mpmath(c) * moments[place[rung]] for rung, c in of.items())

    return expectation(square) - expectation(x) ** 2


def _climb(setting: Any, t: NDArray[np.int64], rungs: Sequence[Rung]) -> list[Any]:
    ddof = setting.family.ddof
    if setting.sizes.constant:
        doublings = [one_step(int(setting.sizes(1)), ddof, rungs)]
        found = []
        for generation in t:
            moments, left, bit = start(rungs), int(generation), 0
            while left:
                if bit == len(doublings):
                    doublings.append(doublings[-1] * doublings[-1])
                if left & 1:
                    moments = doublings[bit] * moments
                left, bit = left >> 1, bit + 1
            found.append(moments)
        return found
    moments, at = start(rungs), {}
    for generation in range(1, int(t.max()) + 1):
        moments = one_step(int(setting.sizes(generation)), ddof, rungs) * moments
        at[generation] = moments
    return [at[int(generation)] for generation in t]


def std_of(x: Polynomial, setting: Any, t: NDArray[np.int64], scale: float) -> NDArray[np.float64]:
    """Standard deviation over runs, scaled, as floats (infinite beyond them)."""
    import mpmath

    return np.array([float(scale * mpmath.sqrt(v)) for v in variance_of(x, setting, t)])


def log_std_of(x: Polynomial, setting: Any, t: NDArray[np.int64], scale: float) -> NDArray[np.float64]:
    """Logarithm of the standard deviation over runs."""
    import mpmath

    return np.array([float(mpmath.log(scale) + mpmath.log(v) / 2) for v in variance_of(x, setting, t)])
