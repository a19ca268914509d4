r"""The Gaussian family with fresh data: fourth moments, hence spreads over runs.

Given the state (v, d), a fit pools r real and m model points; with batch means a and b, independent normals, and
independent chi-squares Q,

.. math:: d' = \frac{ra + mb}{n},\qquad v' = \frac{Q_{r-1} + vQ_{m-1} + \frac{rm}{n}(b-a)^2}{n-\delta},

so the expectations of :math:`v'^2, v'd'^2, d'^4` are linear in :math:`v^2, vd^2, d^4, v, d^2, 1`. The map is derived by
sympy from these two lines; with random composition r is binomial and its falling factorials
:math:`E\,r^{\underline j} = n^{\underline j}\alpha^j` are put in. Fourth moments can be infinite where second ones are
stationary (Kesten's tails): then the standard deviation grows without bound.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from functools import lru_cache
from typing import Any

import numpy as np

from collapse_theory.regimes import Fresh, FreshMixture
from collapse_theory.theorem import Theorem

PAGE = "docs/theory/fresh"
MONOMIALS = ((2, 0), (1, 1), (0, 2), (1, 0), (0, 1), (0, 0))
"""Exponents (p, q) of v^p d^(2q), in the order of the state."""


def holds(setting: Any) -> bool:
    """A plug-in Gaussian with fresh data, in fixed number or by chance."""
    return isinstance(setting.regime, (Fresh, FreshMixture)) and getattr(setting.family, "estimator", "") == "plug-in"


@lru_cache(maxsize=2)
def fourth_moment_map(mixture: bool) -> tuple[tuple[tuple[Callable[..., Any] | None, ...], ...], tuple[str, ...]]:  # noqa: FBT001
    """Entries of the map as functions of (n, real points or chance, ddof); None where zero.

    Parameters
    ----------
    mixture : bool
        Random composition: the second argument is the chance of a real point.
    """
    import sympy

    n, r, ddof, alpha = sympy.symbols("n r delta alpha")
    v, d2, d = sympy.symbols("v d2 d")
    a, e, real, model = sympy.symbols("a e Q_r Q_m")
    m = n - r
    mean = (r * a + m * (d + e)) / n
    squares = real + v * model + r * m / n * (d + e - a) ** 2
    rows = []
    for p, q in MONOMIALS:
        expression = sympy.expand((squares / (n - ddof)) ** p * mean ** (2 * q))
        expected = sympy.Integer(0)
        for term, coefficient in sympy.Poly(expression, a, e, real, model).terms():
            i, j, k, l = term
            if i % 2 or j % 2:
                continue
            noise = sympy.factorial2(i - 1) / r ** (i // 2) * sympy.factorial2(j - 1) * (v / m) ** (j // 2)
            expected += coefficient * noise * _chi_moment(r - 1, k) * _chi_moment(m - 1, l)
        polynomial = sympy.Poly(sympy.cancel(sympy.expand(expected.subs(d, sympy.sqrt(d2)))), v, d2)
        entries = {powers: sympy.cancel(c) for powers, c in polynomial.terms()}
        if mixture:
            entries = {powers: _over_composition(c, r, n, alpha) for powers, c in entries.items()}
        rows.append(entries)
    second = alpha if mixture else r
    matrix = tuple(
        tuple(
            sympy.lambdify((n, second, ddof), row[column], modules=[]) if row.get(column, 0) != 0 else None
            for column in MONOMIALS
        )
        for row in rows
    )
    return matrix, tuple(str(row) for row in rows)


def _chi_moment(df: Any, power: int) -> Any:
    """E Q^power of a chi-square for power 0, 1, 2."""
    return (1, df, df * (df + 2))[power]


def _over_composition(coefficient: Any, r: Any, n: Any, alpha: Any) -> Any:
    """Expectation over a binomial r of a polynomial in r (its denominators hold n and ddof only)."""
    import sympy

    numerator, denominator = sympy.fraction(sympy.together(coefficient))
    result = sympy.Integer(0)
    for (power,), c in sympy.Poly(sympy.expand(numerator), r).terms():
        falling = sum(
            sympy.functions.combinatorial.numbers.stirling(power, j) * sympy.ff(n, j) * alpha**j
            for j in range(power + 1)
        )
        result += c * sympy.expand_func(falling)
    return sympy.cancel(result / denominator)


def _exact_map(setting: Any, t: int) -> list[list[Fraction]]:
    n, ddof = int(setting.sizes(t)), Fraction(setting.family.ddof)
    mixture = isinstance(setting.regime, FreshMixture)
    second = Fraction(str(setting.regime.share)) if mixture else Fraction(int(setting.regime.fresh_points(n)))
    entries, _ = fourth_moment_map(mixture)
    return [[Fraction(0) if f is None else Fraction(f(Fraction(n), second, ddof)) for f in row] for row in entries]


def _std(of: tuple[int, int]) -> Any:
    row, linear = MONOMIALS.index((2 * of[0], 2 * of[1])), MONOMIALS.index(of)

    def value(setting: Any, t: Any) -> Any:
        import mpmath

        with mpmath.workdps(60):
            states = _states(setting, np.asarray(t))
            roots = [mpmath.sqrt(max(x[row] - x[linear] ** 2, mpmath.mpf(0))) for x in states]
            return np.array([float(setting.family.spread * root) for root in roots])

    return value


def _states(setting: Any, t: Any) -> list[Any]:
    import mpmath

    start = mpmath.matrix([1, 0, 0, 1, 0, 1])

    def numeric(matrix: list[list[Fraction]]) -> Any:
        return mpmath.matrix([[mpmath.mpf(x.numerator) / x.denominator for x in row] for row in matrix])

    if setting.sizes.constant:
        step = numeric(_exact_map(setting, 1))
        return [step ** int(g) * start for g in t]
    found, state = {}, start
    for g in range(1, int(max(t)) + 1):
        state = numeric(_exact_map(setting, g)) * state
        found[g] = state
    return [found[int(g)] for g in t]


def _std_limit(of: tuple[int, int]) -> Any:
    row, linear = MONOMIALS.index((2 * of[0], 2 * of[1])), MONOMIALS.index(of)

    def limit(setting: Any) -> float:
        """Stationary value; infinite when the fourth moments do not contract."""
        from collapse_theory.errors import NoClosedForm

        if not setting.sizes.constant:
            raise NoClosedForm("the limit under growing sample sizes has no closed form: evaluate at large t")
        matrix = np.array([[float(x) for x in r] for r in _exact_map(setting, 1)])
        if np.max(np.abs(np.linalg.eigvals(matrix[:5, :5]))) >= 1:
            return float(np.inf)
        x = np.append(np.linalg.solve(np.eye(5) - matrix[:5, :5], matrix[:5, 5]), 1.0)
        return float(setting.family.spread * np.sqrt(x[row] - x[linear] ** 2))

    return limit


GAUSSIAN_FRESH: tuple[Theorem, ...] = tuple(
    Theorem(
        title=f"standard deviation over runs of the {name} with fresh data",
        quantity=name.replace(" ", "_"),
        statistic="std",
        road="recurrence",
        statement=statement,
        conditions="Gaussian with fresh real data, fixed count or by chance; infinite in the limit where fourth moments diverge",
        source=PAGE,
        holds=holds,
        value=_std(of),
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
