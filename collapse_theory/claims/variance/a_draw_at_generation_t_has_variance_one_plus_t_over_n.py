"""A5: the variance of one draw, over all runs, grows while the variance of every model vanishes."""

from fractions import Fraction

import collapse_theory as ct
from collapse_theory.tableau.moments import exact_second_moments


def margin(case: ct.Case) -> Fraction:
    """Minus the distance of the variance of a draw from 1 + t/n, in units of the source's, in exact fractions."""
    recursion = ct.Recursion(ct.Gaussian(ddof=1), ct.Replace(), sample_size=case.n)
    inside, between = exact_second_moments(recursion.regime, recursion.sizes, 1, case.t)[-1]
    return -abs(inside + between - (1 + Fraction(case.t, case.n)))


def proof() -> list[ct.Check]:
    """The law of total variance: inside the models and between them, in letters."""
    import sympy

    from collapse_theory.symbols import n, sigma0, t

    recursion = ct.Recursion(ct.Gaussian(ddof=1), ct.Replace(), sample_size=2)
    total = recursion.variance.mean.symbolic + recursion.squared_location_error.mean.symbolic
    grown = sympy.expand(total - sigma0**2 * (1 + t / n))
    return [ct.Check("E σ_t² + E(μ_t-μ₀)² = σ₀²(1 + t/n) for all n and t", grown == 0)]


claim = ct.Claim(
    "A draw from the model of generation t has variance σ₀²(1 + t/n)",
    ct.Cases(n=range(2, 12), t=range(1, 12)),
    margin,
    proof=proof,
    boundary="holds",
    expected="PROVED",
    number="A5",
    said="a preprint of 2023 and an encyclopaedia article, to first order",
    statistic="law",
    precisely=(
        "Gaussian, replacement, n points, ddof = 1; one draw, its variance over all runs. It is exact, without a "
        "remainder. The margin is -|Var/σ₀² - (1 + t/n)|, a fraction. At ddof = 0 the variance is σ₀² for all t."
    ),
    because="total variance = mean variance inside the models, σ₀², + variance of their means between runs, tσ₀²/n",
)
