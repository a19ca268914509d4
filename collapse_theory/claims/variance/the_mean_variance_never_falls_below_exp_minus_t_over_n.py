"""A natural lower bound for the expected variance at the maximum-likelihood divisor, from the large-n clock."""

from typing import Any

import collapse_theory as ct
from collapse_theory.tableau.moments import exact_second_moments


def excess(case: ct.Case, scale: int) -> Any:
    """E σ_t²/σ₀² - exp(-t/scale), an exact number of sympy."""
    import sympy

    recursion = ct.Recursion(ct.Gaussian(ddof=0), ct.Replace(), sample_size=case.n)
    variance, _ = exact_second_moments(recursion.regime, recursion.sizes, 0, case.t)[-1]
    return sympy.Rational(variance.numerator, variance.denominator) - sympy.exp(-sympy.Rational(case.t, scale))


def margin(case: ct.Case) -> Any:
    """E σ_t²/σ₀² - exp(-t/n), exactly."""
    return excess(case, case.n)


def proof() -> list[ct.Check]:
    """1 - 1/n > exp(-1/(n-1)): with y = 1/(n-1), ln(1 + y) < y, as y - ln(1 + y) is 0 at 0 and rises by y/(1 + y)."""
    import sympy

    from collapse_theory.symbols import n, sigma0, t

    y = sympy.Symbol("y", positive=True)
    curve = ct.Recursion(ct.Gaussian(ddof=0), ct.Replace(), sample_size=2).variance.mean
    rises = sympy.diff(y - sympy.log(1 + y), y)
    return [
        ct.Check("E σ_t² = σ₀² (1 - 1/n)^t", sympy.simplify(curve.symbolic - sigma0**2 * ((n - 1) / n) ** t) == 0),
        ct.Check("1 - 1/n = 1/(1 + y) at y = 1/(n-1)", sympy.simplify(1 / (1 + 1 / (n - 1)) - (1 - 1 / n)) == 0),
        ct.Check(
            "ln(1 + y) < y: the difference is 0 at 0, its slope positive", sympy.simplify(rises - y / (1 + y)) == 0
        ),
    ]


SMALL = ct.Cases(n=range(2, 9), t=range(1, 9))

claim = ct.Claim(
    "At ddof = 0 the expected variance never falls below σ₀² exp(-t/n)",
    SMALL,
    margin,
    expected="REFUTED",
    statistic="mean",
    precisely="Gaussian, replacement, n points, ddof = 0; the margin is E σ_t²/σ₀² - exp(-t/n), exactly.",
    because="E σ_t² = σ₀² (1 - 1/n)^t, and ln(1 - 1/n) < -1/n: the exponential bounds it from above, at every n and t",
    true_when="the exponent is -t/(n-1)",
    corrected=ct.Claim(
        "At ddof = 0 the expected variance never falls below σ₀² exp(-t/(n-1))",
        SMALL,
        lambda case: excess(case, case.n - 1),
        proof=proof,
        expected="PROVED",
        statistic="mean",
    ),
)
