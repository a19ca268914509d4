"""The conservation law: at the maximum-likelihood divisor variance moves from inside the model to between runs."""

from fractions import Fraction

import collapse_theory as ct
from collapse_theory.tableau.moments import exact_second_moments


def margin(case: ct.Case) -> Fraction:
    """Minus the distance of E σ_t² + E(μ_t-μ₀)² from the source's variance, in exact fractions."""
    recursion = ct.Recursion(ct.Gaussian(ddof=0), case.regime, sample_size=case.n)
    inside, between = exact_second_moments(recursion.regime, recursion.sizes, 0, case.t)[-1]
    return -abs(inside + between - 1)


def proof() -> list[ct.Check]:
    """One fit in letters, and then induction over the generations.

    Points of weights w that add up to 1 have a mean m = Σwx and a second moment s = Σwx²; the fit is m with s - m². If
    every point has E(x-μ₀)² = σ₀², then so has Σw(x-μ₀)² = (s - m²) + (m-μ₀)², and so has a draw from that fit.
    """
    import sympy

    m, s, mu0 = sympy.symbols("m s mu0", real=True)
    about = s - 2 * mu0 * m + mu0**2
    return [
        ct.Check(
            "Σw(x-μ₀)² = σ_t² + (μ_t-μ₀)², however many points", sympy.expand(s - m**2 + (m - mu0) ** 2 - about) == 0
        )
    ]


claim = ct.Claim(
    "At ddof = 0, what the expected variance loses the mean gains as squared error",
    ct.Cases(
        n=range(2, 7),
        t=range(1, 7),
        regime=(ct.Replace(), ct.Accumulate(), ct.Window(2), ct.Golden(3), ct.Fresh(1)),
    ),
    margin,
    proof=proof,
    boundary="holds",
    expected="PROVED",
    statistic="population",
    precisely=(
        "Gaussian, ddof = 0, any regime whose weights do not look at the values and add up to 1, honest draws: "
        "E σ_t² + E(μ_t-μ₀)² = σ₀² for all t. The margin is minus the distance of the sum from σ₀², a fraction."
    ),
    because="real or synthetic, a single draw keeps its variance about the source's mean; the fit only divides it up",
)
