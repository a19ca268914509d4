"""No sample size, however large, takes the drift away: the sign of E ln Q at the unbiased variance."""

import collapse_theory as ct
from collapse_theory.judgement import digamma_less_log


def margin(case: ct.Case) -> float:
    """Rate at which a typical run's variance falls per generation, over 1/n."""
    recursion = ct.Recursion(ct.Gaussian(ddof=1), ct.Replace(), sample_size=case.n)
    return float(-case.n * recursion.variance.growth_rate - 1)


def proof() -> list[ct.Check]:
    """n(ln x - ψ(x)) > 1 at x = (n-1)/2, by an upper bound of ψ(x) - ln x."""
    import sympy

    n = sympy.Symbol("n", positive=True)
    _, above = digamma_less_log((n - 1) / 2)
    return [ct.positive_beyond(-n * above - 1, n, 2, what="n(ln x - ψ(x)) > 1 at x = (n-1)/2 for n ≥ 2")]


claim = ct.Claim(
    "With the unbiased variance the typical run collapses at every sample size, by over 1/n of ln σ² per generation",
    ct.Cases(n=range(2, 10_000)),
    margin,
    proof=proof,
    expected="PROVED",
    statistic="almost every run",
    precisely=(
        "Gaussian, replacement, n points, ddof = 1. The margin is the almost sure rate of the fall of ln σ_t², "
        "in units of 1/n, less 1: it is 1.54 at n = 2 and falls to 0 like 4/(3n)."
    ),
    because="ln x - ψ(x) > 1/(2x) at x = (n-1)/2, by Stirling's series: a rate above 1/(n-1), at every n",
)
