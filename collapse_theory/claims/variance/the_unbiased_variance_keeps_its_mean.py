"""A1, the premise: with the unbiased variance nothing happens to the expected variance."""

from fractions import Fraction

import collapse_theory as ct
from collapse_theory.tableau.moments import exact_second_moments


def margin(case: ct.Case) -> Fraction:
    """Minus the change of the expected variance by generation t, in units of the source's, in exact fractions."""
    recursion = ct.Recursion(ct.Gaussian(ddof=1), ct.Replace(), sample_size=case.n)
    variance, _ = exact_second_moments(recursion.regime, recursion.sizes, 1, case.t)[-1]
    return -abs(variance - 1)


def proof() -> list[ct.Check]:
    """One generation by the law of the sum of squares, all generations by the formula of the package."""
    import sympy
    from sympy.stats import ChiSquared, E

    from collapse_theory.symbols import sigma0

    m = sympy.Symbol("m", positive=True)
    curve = ct.Recursion(ct.Gaussian(ddof=1), ct.Replace(), sample_size=2).variance.mean
    return [
        ct.Check("E χ²(m)/m = 1 for every m = n - 1, by integration", sympy.simplify(E(ChiSquared("Q", m)) / m) == 1),
        *(curve.theorem.proof() if curve.theorem.proof else ()),
        ct.Check("the formula in n and t is σ₀²", curve.symbolic == sigma0**2),
    ]


claim = ct.Claim(
    "With the unbiased variance, the expected variance never moves",
    ct.Cases(n=range(2, 12), t=range(1, 12)),
    margin,
    proof=proof,
    boundary="holds",
    expected="PROVED",
    said="a public discussion of the published experiments",
    statistic="mean",
    precisely="Gaussian, replacement, n points, ddof = 1: E σ_t² = σ₀². The margin is -|E σ_t²/σ₀² - 1|, a fraction.",
    because="given the past, E σ_t² = σ_{t-1}²: a martingale. What single runs do is another question",
)
