"""H5: whatever is refitted on itself loses variation."""

from fractions import Fraction

import collapse_theory as ct
from collapse_theory.judgement import digamma_less_log


def margin(case: ct.Case) -> float:
    """Rate at which a typical run's variance falls per generation."""
    recursion = ct.Recursion(ct.Gaussian(ddof=case.ddof), ct.Replace(), sample_size=case.n)
    return -float(recursion.variance.growth_rate)


def proof() -> list[ct.Check]:
    """Falling rates for every n ≥ 2: ln x > ψ(x) for x = (n-1)/2 is ddof = 1, and ddof = 0 falls faster."""
    import sympy

    x, n = sympy.Symbol("x", positive=True), sympy.Symbol("n", positive=True)
    _, above = digamma_less_log(x)
    return [
        ct.positive_on(lambda x: x.log() - x.digamma(), (Fraction(1, 2), 64), what="ln x > ψ(x) on [1/2, 64]"),
        ct.positive_beyond(-above, x, 64, what="ln x > ψ(x) from 64 on, by an upper bound of ψ(x) - ln x"),
        ct.positive_beyond(n / (n - 1) - 1, n, 2, what="ddof = 0 falls faster, by ln(n/(n-1)) > 0, for n ≥ 2"),
    ]


claim = ct.Claim(
    "Variation always shrinks",
    ct.Cases(n=range(2, 10_000), ddof=(0, 1, 2, 3)).where(lambda case: case.ddof < case.n),
    margin,
    expected="REFUTED",
    number="H5",
    said="IBM Think, an explainer on model collapse",
    statistic="almost every run",
    precisely="Gaussian, replacement, n points, variance SS/(n - ddof); minus the growth rate of almost every run.",
    because="at ddof = 2 the divisor is past the critical one, n - 2 exp ψ((n-1)/2) < 2: almost every run explodes",
    true_when="the divisor is that of maximum likelihood or the unbiased one",
    corrected=ct.Claim(
        "At ddof = 0 and ddof = 1 the variance of almost every run shrinks, for every n",
        ct.Cases(n=range(2, 10_000), ddof=(0, 1)),
        margin,
        proof=proof,
        expected="PROVED",
        statistic="almost every run",
    ),
)
