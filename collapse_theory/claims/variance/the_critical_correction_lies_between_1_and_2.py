"""A14, where the watershed lies: between the unbiased variance and a divisor of n - 2."""

import collapse_theory as ct
from collapse_theory.judgement import digamma_less_log


def margin(case: ct.Case) -> float:
    """Distance of the critical correction from the nearer of 1 and 2."""
    critical = float(ct.critical_ddof(case.n))
    return min(critical - 1, 2 - critical)


def proof() -> list[ct.Check]:
    """With x = (n-1)/2 it is 2x + 1 - 2 exp ψ(x): above 1 as ψ(x) < ln x, below 2 as ψ(x) > ln(x - 1/2)."""
    import sympy

    x = sympy.Symbol("x", positive=True)
    half = sympy.Rational(1, 2)
    below, above = digamma_less_log(x)
    return [
        ct.positive_beyond(-above, x, half, what="ψ(x) < ln x for x ≥ 1/2: above 1 for n ≥ 2"),
        ct.positive_beyond(
            below + 1 / (2 * x) + 1 / (8 * x**2),
            x,
            1,
            what="ψ(x) > ln x - 1/(2x) - 1/(8x²) > ln(x - 1/2): below 2, n ≥ 3",
        ),
        ct.positive_on(lambda x: 1 - 2 * x + 2 * x.digamma().exp(), (0.5, 0.5), what="below 2 at x = 1/2, n = 2"),
    ]


claim = ct.Claim(
    "The critical correction of the divisor lies between 1 and 2, at every sample size",
    ct.Cases(n=range(2, 10_000)),
    margin,
    proof=proof,
    expected="PROVED",
    statistic="constant",
    precisely=(
        "Gaussian, replacement, n points, variance SS/(n - ddof). Below n - 2 exp ψ((n-1)/2) almost every run "
        "collapses, above it almost every run explodes. The margin is its distance from the nearer of 1 and 2."
    ),
    because="E ln χ²(m) = ψ(m/2) + ln 2 lies strictly between ln(m-1) and ln m, by the envelopes of Stirling's series",
)
