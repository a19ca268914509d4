"""C3: the expected chance that two draws agree is 1 - (1 - 1/n)^t (1 - S_0)."""

from fractions import Fraction

import collapse_theory as ct


def margin(case: ct.Case) -> Fraction:
    """Minus the distance of the expected sum of squares from the formula, by enumeration of all tables of counts."""
    n, total = case.n, sum(case.counts)
    source = [Fraction(c, total) for c in case.counts]
    law = ct.wright_fisher.exact.counts_law(source, [n] * case.t)
    expected = sum(
        (chance * Fraction(sum(c * c for c in counts), n * n) for counts, chance in law.items()), Fraction(0)
    )
    formula: Fraction = 1 - Fraction(n - 1, n) ** case.t * (1 - sum(p * p for p in source))
    return -abs(expected - formula)


def proof() -> list[ct.Check]:
    """One step, for every n and p: E N² = n p (1-p) + n² p², from the generating function; then induction on t."""
    import sympy

    n, p, q, s = sympy.symbols("n p q s", positive=True)
    generating = (1 - p + p * s) ** n
    first = sympy.diff(generating, s).subs(s, 1)
    second = sympy.diff(generating, s, 2).subs(s, 1)
    square = sympy.simplify((first + second) / n**2)
    types = (p, q, 1 - p - q)
    after = 1 - sum(square.subs(p, x) for x in types)
    before = 1 - sum(x**2 for x in types)
    return [
        ct.Check("E (N/n)² = p² + p(1-p)/n", sympy.simplify(square - p**2 - p * (1 - p) / n) == 0),
        ct.Check("one step multiplies 1 - Σp² by 1 - 1/n", sympy.simplify(after - (1 - 1 / n) * before) == 0),
    ]


claim = ct.Claim(
    "Diversity falls by the factor 1 - 1/n in every generation, on average",
    ct.Cases(n=(1, 2, 3, 4), t=(1, 2, 3), counts=((1, 1), (1, 2), (1, 2, 3))),
    margin,
    proof=proof,
    boundary="holds",
    expected="PROVED",
    number="C3",
    said="Seddik et al., 2024",
    statistic="mean",
    precisely=(
        "Categorical, replacement by n points. With S the sum of squared probabilities, "
        "E S_t = 1 - (1-1/n)^t (1-S_0); the margin is minus the distance, enumerated in fractions"
    ),
    because="two of n points have the same parent with chance 1/n, and else they are independent draws",
)
