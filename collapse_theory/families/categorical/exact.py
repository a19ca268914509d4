"""The dual against all tables of counts, in exact fractions."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from functools import lru_cache
from math import comb

from collapse_theory.theorem import Check
from collapse_theory.wright_fisher.exact import ancestors_exactly, counts_law, mean_time, multinomial

SOURCES = ((Fraction(3, 10), Fraction(7, 10)), (Fraction(1, 2), Fraction(1, 3), Fraction(1, 6)))
SIZES = ((4, 4, 4), (3, 5, 4))
TIMES = (Fraction(1, 4), Fraction(3, 10))


@lru_cache(maxsize=1)
def agreements() -> tuple[Check, ...]:
    """Checks that the set of types of a generation is that of its ancestors' draws, whatever the sample sizes."""
    checks = []
    for chances in SOURCES:
        for sizes in SIZES:
            counts, lines = counts_law(chances, sizes), ancestors_exactly(sizes)
            of = f"p = ({', '.join(map(str, chances))}), n_t = {', '.join(map(str, sizes))}"
            lost = [sum(weight for table, weight in counts.items() if table[i] == 0) for i in range(len(chances))]
            dual = [sum(weight * (1 - p) ** a for a, weight in enumerate(lines)) for p in chances]
            checks.append(Check(f"P(lost) = E(1 − p)^A exactly, {of}", lost == dual))
            alone = [
                sum(weight for table, weight in counts.items() if table[i] == sizes[-1]) for i in range(len(chances))
            ]
            fixed = [sum(weight * p**a for a, weight in enumerate(lines)) for p in chances]
            checks.append(Check(f"P(alone) = E p^A exactly, {of}", alone == fixed))
    checks += [
        Check("T(1/4) = 107/29 at n = 4", 1 + mean_time(_two_types(Fraction(1, 4)), 4) == Fraction(107, 29)),
        Check(
            "the mean time by tables, n = 4",
            all(_time_by_tables(p, 4) == 1 + mean_time(_two_types(p), 4) for p in TIMES),
        ),
        *_sample_sizes(),
    ]
    return tuple(checks)


def _two_types(p: Fraction) -> Callable[[int], Fraction]:
    return lambda a: 1 - p**a - (1 - p) ** a


def _time_by_tables(p: Fraction, n: int) -> Fraction:
    """Mean time until one of two types is left, from the linear system of the chain of counts."""
    import sympy

    step = sympy.Matrix(
        n - 1,
        n - 1,
        lambda i, j: (
            sympy.Rational(comb(n, j + 1))
            * sympy.Rational(i + 1, n) ** (j + 1)
            * sympy.Rational(n - i - 1, n) ** (n - j - 1)
        ),
    )
    times = (sympy.eye(n - 1) - step).solve(sympy.ones(n - 1, 1))
    first = multinomial(n, (p, 1 - p))
    return 1 + sum((first[j, n - j] * Fraction(str(times[j - 1])) for j in range(1, n)), start=Fraction(0))


def _sample_sizes() -> tuple[Check, ...]:
    """Generating functions of the two random sample sizes."""
    import sympy

    z = sympy.Symbol("z", positive=True)
    entropy, root = z + (1 - z) * sympy.log(1 - z), 1 - sympy.sqrt(1 - z)
    series = sympy.series(root, z, 0, 9).removeO()
    return (
        Check(
            "E z^J has the second derivative 1/(1 − z)", sympy.simplify(sympy.diff(entropy, z, 2) - 1 / (1 - z)) == 0
        ),
        Check("E z^J and its slope are 0 at 0", entropy.subs(z, 0) == 0 and sympy.diff(entropy, z).subs(z, 0) == 0),
        Check("1 − E(1 − x)^J − x = −x log x", sympy.simplify(1 - entropy.subs(z, 1 - z) - z + z * sympy.log(z)) == 0),
        Check(
            "the law of the roots has the weights C(2j, j)/((2j − 1)4^j)",
            all(series.coeff(z, j) == sympy.Rational(comb(2 * j, j), (2 * j - 1) * 4**j) for j in range(1, 9)),
        ),
    )
