"""A2: the fitted covariance of almost every run vanishes."""

import collapse_theory as ct
from collapse_theory.judgement import digamma_less_log


def margin(case: ct.Case) -> float:
    """Rate at which the trace of a typical run's covariance falls per generation."""
    identity = [[float(i == j) for j in range(case.d)] for i in range(case.d)]
    family = ct.MultivariateGaussian(mean=0, covariance=identity, ddof=1)
    return -float(ct.Recursion(family, ct.Replace(), sample_size=case.n).watch("trace").growth_rate)


def proof() -> list[ct.Check]:
    """Along a fixed direction u, u'Σu is the recursion of one dimension: its rate is ψ(x) - ln x at x = (n-1)/2."""
    import sympy

    x = sympy.Symbol("x", positive=True)
    _, above = digamma_less_log(x)
    half = sympy.Rational(1, 2)
    return [ct.positive_beyond(-above, x, half, what="ln x > ψ(x) for x = (n-1)/2, n ≥ 2, by an upper bound of ψ - ln")]


claim = ct.Claim(
    "The fitted covariance goes to zero almost surely",
    ct.Cases(n=range(2, 50), d=(1, 2, 3, 4)),
    margin,
    proof=proof,
    expected="PROVED",
    number="A2",
    said="Shumailov et al., Nature 2024, Theorem 3.1, and an encyclopaedia article",
    statistic="almost every run",
    precisely=(
        "Gaussian in d dimensions, replacement, n points in every generation, ddof = 1. The margin is minus the growth "
        "rate of the trace, which bounds every entry of the covariance."
    ),
    because=(
        "each diagonal entry is a product of independent χ²/(n-1), whose logarithm has a mean below 0; a covariance "
        "whose diagonal vanishes vanishes. The law of large numbers does the rest"
    ),
)
