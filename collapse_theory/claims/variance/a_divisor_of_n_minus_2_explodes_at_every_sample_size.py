"""A14, the other side: two degrees of freedom too many are enough, at every sample size."""

import collapse_theory as ct
from collapse_theory.judgement import digamma_less_log


def margin(case: ct.Case) -> float:
    """Growth rate of a typical run's variance per generation at ddof = 2."""
    recursion = ct.Recursion(ct.Gaussian(ddof=2), ct.Replace(), sample_size=case.n)
    return float(recursion.variance.growth_rate)


def proof() -> list[ct.Check]:
    """ψ(x) > ln(x - 1/2) at x = (n-1)/2 > 1/2, as ln(x - 1/2) < ln x - 1/(2x) - 1/(8x²): two terms of the series."""
    import sympy

    x, s = sympy.Symbol("x", positive=True), sympy.Symbol("s", positive=True)
    below, _ = digamma_less_log(x)
    slope = sympy.diff(-sympy.log(1 - s) - s - s**2 / 2, s)
    return [
        ct.Check("-ln(1-s) > s + s²/2 on (0, 1): 0 at 0, slope s²/(1-s)", sympy.simplify(slope - s**2 / (1 - s)) == 0),
        ct.positive_beyond(
            below + 1 / (2 * x) + 1 / (8 * x**2), x, 1, what="ψ(x) > ln(x - 1/2) for x ≥ 1, n ≥ 3, with s = 1/(2x)"
        ),
    ]


claim = ct.Claim(
    "Dividing by n - 2 makes the variance of almost every run explode, at every sample size",
    ct.Cases(n=range(3, 10_000)),
    margin,
    proof=proof,
    expected="PROVED",
    statistic="almost every run",
    precisely=(
        "Gaussian, replacement, n ≥ 3 points, ddof = 2. The margin is the growth rate ψ((n-1)/2) - ln((n-2)/2). Its "
        "sign is that of 2 less the critical correction, which is therefore below 2 for every n."
    ),
    because="ψ(x) lies above ln(x - 1/2) by about 1/(24x²): the growth is as slow as 1/(6n²), and yet it is growth",
)
