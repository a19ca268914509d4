r"""The Gaussian family with fresh data: fourth moments, hence spreads over runs.

Given the state (v, d), a fit pools r real and m = n − r model points. With standard normals z, w and chi-squares
Q of r − 1 and m − 1 degrees of freedom, all independent,

.. math:: n d' = \sqrt r\,z + m d + \sqrt{mv}\,w,\qquad
          n(n-\delta)v' = n(Q_r + vQ_m) + (\sqrt{rm}\,d + \sqrt{rv}\,w - \sqrt m\,z)^2,

so the expectations of :math:`v'^2, v'd'^2, d'^4` are linear in :math:`v^2, vd^2, d^4, v, d^2, 1`, with coefficients
that are polynomials in r and m. They are multiplied out from these two lines in exact arithmetic. With random
composition r is binomial, and :math:`E f(r) = \sum_j \Delta^j f(0) \binom nj \alpha^j`. Fourth moments can be infinite
where second ones are stationary (Kesten's tails): then the standard deviation grows without bound.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from functools import lru_cache
from math import comb, factorial, prod
from typing import Any

import numpy as np

from collapse_theory.errors import NoClosedForm
from collapse_theory.families import Gaussian
from collapse_theory.tableau.step import REAL
from collapse_theory.theorem import Theorem, matrix_in_mpmath
from collapse_theory.theorems.raw_points import std_reference

PAGE = "docs/theory/fresh"
MONOMIALS = ((2, 0), (1, 1), (0, 2), (1, 0), (0, 1), (0, 0))
"""Exponents (p, q) of v^p d^(2q), in the order of the state."""
DEGREE, DIGITS = 4, 60
"""Degree of the coefficients in r, and digits of the numeric work."""


def holds(setting: Any) -> bool:
    """A plug-in Gaussian with fresh data, in fixed number or by chance."""
    plug_in = isinstance(setting.family, Gaussian) and setting.family.two_moments
    return bool(plug_in and setting.tableau.mixture)


@lru_cache(maxsize=1)
def _expectations() -> tuple[Mapping[tuple[int, int], Any], ...]:
    """Expected next monomials: for each, its coefficients of the present ones, polynomials in r, m and n.

    A row (p, q) is the expectation of ``(n(n − ddof)v')^p (n d')^(2q)``.
    """
    from sympy import QQ
    from sympy.polys.rings import ring

    letters, *generators = ring("R,S,s,d,z,w,P,Q,n", QQ)
    root_r, root_m, s, d, z, w, first, second, n = generators
    squares = n * (first + s**2 * second) + (root_r * root_m * d + root_r * s * w - root_m * z) ** 2
    shifted = root_r * z + root_m**2 * d + root_m * s * w
    r, m = root_r**2, root_m**2
    rows = []
    for p, q in MONOMIALS:
        row: dict[tuple[int, int], Any] = {}
        for exponents, coefficient in (squares**p * shifted ** (2 * q)).terms():
            i_r, i_m, i_s, i_d, i_z, i_w, i_first, i_second, i_n = exponents
            if i_z % 2 or i_w % 2:
                continue
            normal = prod(range(1, i_z, 2)) * prod(range(1, i_w, 2))
            chi = _chi_moment(r - 1, i_first) * _chi_moment(m - 1, i_second)
            term = coefficient * normal * chi * root_r**i_r * root_m**i_m * n**i_n
            place = (i_s // 2, i_d // 2)
            row[place] = row.get(place, letters.zero) + term
        rows.append(row)
    return tuple(rows)


def _chi_moment(df: Any, power: int) -> Any:
    """E Q^power of a chi-square for power 0, 1, 2."""
    return (1, df, df * (df + 2))[power]


def _entries(n: int, real: int, ddof: Fraction) -> list[list[Fraction]]:
    """The map for a fixed number of real points; also its polynomial continuation to any integer."""

    def value(polynomial: Any) -> Fraction:
        total = Fraction(0)
        for exponents, c in polynomial.terms():
            powers = real ** (exponents[0] // 2) * (n - real) ** (exponents[1] // 2) * n ** exponents[-1]
            total += Fraction(int(c.numerator), int(c.denominator)) * powers
        return total

    return [
        [
            value(row[column]) / (n * (n - ddof)) ** p / n ** (2 * q) if column in row else Fraction(0)
            for column in MONOMIALS
        ]
        for (p, q), row in zip(MONOMIALS, _expectations(), strict=True)
    ]


def _mixed(n: int, share: Fraction, ddof: Fraction) -> list[list[Fraction]]:
    """The map when the number of real points is binomial, by Newton's forward differences at 0."""
    tables = [_entries(n, real, ddof) for real in range(DEGREE + 1)]
    weights = [_binomial(n, j) * share**j for j in range(DEGREE + 1)]
    size = range(len(MONOMIALS))

    def expected(row: int, column: int) -> Fraction:
        differences = (
            sum((-1) ** (j - i) * comb(j, i) * tables[i][row][column] for i in range(j + 1)) for j in range(DEGREE + 1)
        )
        return sum((weight * difference for weight, difference in zip(weights, differences, strict=True)), Fraction(0))

    return [[expected(row, column) for column in size] for row in size]


def _binomial(n: int, j: int) -> Fraction:
    return Fraction(prod(range(n - j + 1, n + 1)), factorial(j))


def _exact_map(setting: Any, t: int) -> list[list[Fraction]]:
    n, ddof, step = int(setting.sizes(t)), Fraction(setting.family.ddof), setting.regime.step(t, setting.sizes)
    if step.share:
        return _mixed(n, Fraction(str(step.share)), ddof)
    return _entries(n, int(step.drawn[REAL]), ddof)


def leading_map(setting: Any) -> list[list[Fraction]]:
    """The map of E(v², v d², d⁴) without lower moments, in a typical generation."""
    return [row[:3] for row in _exact_map(setting, 2)[:3]]


def _variances(of: tuple[int, int], setting: Any, t: Any) -> list[Any]:
    """Variances over runs of the monomial, in units of the source, in mpmath."""
    import mpmath

    row, linear = MONOMIALS.index((2 * of[0], 2 * of[1])), MONOMIALS.index(of)
    with mpmath.workdps(DIGITS):
        return [max(x[row] - x[linear] ** 2, mpmath.mpf(0)) for x in _states(setting, np.asarray(t))]


def _std(of: tuple[int, int]) -> Any:
    def value(setting: Any, t: Any) -> Any:
        return np.array([setting.family.spread * float(x**0.5) for x in _variances(of, setting, t)])

    return value


def _log_std(of: tuple[int, int]) -> Any:
    def log_value(setting: Any, t: Any) -> Any:
        import mpmath

        logs = [float(mpmath.log(x)) / 2 if x else -np.inf for x in _variances(of, setting, t)]
        return np.log(setting.family.spread) + np.array(logs)

    return log_value


def _states(setting: Any, t: Any) -> list[Any]:
    import mpmath

    start = mpmath.matrix([1, 0, 0, 1, 0, 1])
    if setting.sizes.constant:
        step = matrix_in_mpmath(_exact_map(setting, 1))
        return [step ** int(g) * start for g in t]
    found, state = {}, start
    for g in range(1, int(max(t)) + 1):
        state = matrix_in_mpmath(_exact_map(setting, g)) * state
        found[g] = state
    return [found[int(g)] for g in t]


def _std_limit(of: tuple[int, int]) -> Any:
    row, linear = MONOMIALS.index((2 * of[0], 2 * of[1])), MONOMIALS.index(of)

    def limit(setting: Any) -> float:
        """Stationary value; infinite when the fourth moments do not contract."""
        import mpmath

        if not setting.sizes.constant:
            raise NoClosedForm("the limit under growing sample sizes has no closed form: evaluate at large t")
        exact = _exact_map(setting, 1)
        inner = np.array([[float(x) for x in r[:-1]] for r in exact[:-1]])
        if np.max(np.abs(np.linalg.eigvals(inner))) >= 1:
            return np.inf
        gaps = [[(i == j) - x for j, x in enumerate(r[:-1])] for i, r in enumerate(exact[:-1])]
        with mpmath.workdps(DIGITS):
            x = [
                *mpmath.lu_solve(matrix_in_mpmath(gaps), matrix_in_mpmath([[r[-1]] for r in exact[:-1]])),
                mpmath.mpf(1),
            ]
            return float(setting.family.spread * mpmath.sqrt(x[row] - x[linear] ** 2))

    return limit


GAUSSIAN_FRESH: tuple[Theorem, ...] = tuple(
    Theorem(
        title=f"standard deviation over runs of the {name} with fresh data",
        quantity=name.replace(" ", "_"),
        statistic="std",
        road="recurrence",
        statement=statement,
        conditions="Gaussian with fresh real data, fixed count or by chance; the limit is infinite where fourth "
        "moments diverge",
        source=PAGE,
        holds=holds,
        value=_std(of),
        log_value=_log_std(of),
        reference=std_reference(*of),
        limit=_std_limit(of),
    )
    for name, of, statement in (
        (
            "variance",
            (1, 0),
            r"\sqrt{E v^2 - (E v)^2}\,\sigma_0^2 \text{ from the linear map of } (v^2, vd^2, d^4, v, d^2, 1)",
        ),
        (
            "squared location error",
            (0, 1),
            r"\sqrt{E d^4 - (E d^2)^2}\,\sigma_0^2 \text{ from the linear map of } (v^2, vd^2, d^4, v, d^2, 1)",
        ),
    )
)
