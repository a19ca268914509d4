"""B6: one refit is enough to lose rare words."""

from fractions import Fraction

import collapse_theory as ct


def margin(case: ct.Case) -> Fraction:
    """Chance that a word which was seen once among n is not drawn again in n draws, less a quarter."""
    n: int = case.n
    return Fraction((n - 1) ** n, n**n) - Fraction(1, 4)


def proof() -> list[ct.Check]:
    """(1-1/n)^n is 1/4 at n = 2 and grows with n, by Bernoulli's inequality."""
    import sympy

    n = sympy.Symbol("n", positive=True)
    base = 1 + 1 / (n**2 - 1)
    ratio = (1 - 1 / (n + 1)) / (1 - 1 / n)
    bernoulli = n / (n + 1) * (1 + n / (n**2 - 1))
    return [
        ct.Check("(1-1/2)² = 1/4", Fraction(1, 2) ** 2 == Fraction(1, 4)),
        ct.Check("from n to n + 1 it grows by n/(n+1) (1 + 1/(n²-1))^n", sympy.simplify(ratio - base) == 0),
        ct.positive_beyond(bernoulli - 1, n, 2, what="which is at least n/(n+1) (1 + n/(n²-1)) > 1 for n ≥ 2"),
    ]


claim = ct.Claim(
    "One generation already loses rare words",
    ct.Cases(n=range(2, 200)),
    margin,
    proof=proof,
    boundary="holds",
    expected="PROVED",
    number="B6",
    said="a common observation, in the sense of Good and Turing",
    statistic="mean",
    precisely=(
        "Categorical, replacement, n points. A word that was seen once is lost by the next generation with probability "
        "(1-1/n)^n, from 1/4 at n = 2 up to 1/e: of all words seen once at least a quarter goes at once, on average"
    ),
    because="of n draws each misses it with probability 1 - 1/n, and (1-1/n)^n grows to 1/e",
)
