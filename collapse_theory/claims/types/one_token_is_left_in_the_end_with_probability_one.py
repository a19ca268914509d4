"""C1: point masses are the only states that absorb, and every run gets to one."""

from fractions import Fraction

import collapse_theory as ct


def margin(case: ct.Case) -> Fraction:
    """Least chance, over all laws that can be fitted, that the next generation has one type only."""
    fixing = [
        sum((Fraction(count, case.n) ** case.n for count in counts), start=Fraction(0))
        for counts in ct.wright_fisher.exact.tables(case.n, case.types)
    ]
    return min(fixing)


def proof() -> list[ct.Check]:
    """From any law that was fitted to n points the next generation is of one type with chance n^-n at least."""
    import sympy

    n, t = sympy.symbols("n t", positive=True)
    x = sympy.Symbol("x", positive=True)
    return [
        ct.Check(
            "a type that has a point is all that is drawn with chance (1/n)^n > 0 at least", bool((n**-n).is_positive)
        ),
        ct.Check("which for n > 1 is below 1: its log is -n log n < 0", bool(sympy.log(1 + n).is_positive)),
        ct.Check("(1 - c)^t = e^(-xt) → 0 for 1 - c = e^-x < 1", sympy.limit(sympy.exp(-x * t), t, sympy.oo) == 0),
    ]


claim = ct.Claim(
    "In the end one token is left, with probability one",
    ct.Cases(n=range(1, 9), types=(2, 3, 4)),
    margin,
    proof=proof,
    expected="PROVED",
    number="C1",
    said="Shumailov et al., Nature 2024, the discrete case",
    statistic="almost every run",
    precisely=(
        "Categorical, replacement by n points, no smoothing. From every law that can be fitted, a law of one type "
        "comes next with a chance that is bounded below; the margin is the smallest such chance. So nothing else "
        "absorbs, and the chance of not being there falls geometrically"
    ),
    because="the law of one type gives nothing but that type, and there is a path of one step to it from everywhere",
)
