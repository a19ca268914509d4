"""B4: the tail of a heavy-tailed law gets thinner."""

from fractions import Fraction

import collapse_theory as ct
from collapse_theory.judgement import digamma_less_log


def margin(case: ct.Case) -> float:
    """Rate at which the exponent of almost every run grows, which makes the tail thinner."""
    recursion = ct.Recursion(ct.Pareto(ddof=case.ddof), ct.Replace(), sample_size=case.n)
    return float(recursion.exponent.growth_rate)


def proof() -> list[ct.Check]:
    """The rate log n - ψ(n) is positive for every n ≥ 1."""
    import sympy

    x = sympy.Symbol("x", positive=True)
    _, above = digamma_less_log(x)
    return [
        ct.positive_on(lambda x: x.log() - x.digamma(), (Fraction(1), 64), what="log n > ψ(n) on [1, 64]"),
        ct.positive_beyond(-above, x, 64, what="log n > ψ(n) from 64 on, by an upper bound of ψ(n) - log n"),
    ]


claim = ct.Claim(
    "Heavy-tailed data lose their tail",
    ct.Cases(n=range(2, 10_000), ddof=(0, 1)),
    margin,
    expected="REFUTED",
    number="B4",
    said="a common extension of the Gaussian result",
    statistic="almost every run",
    precisely=(
        "Pareto of known minimum, replacement, n points, exponent (n - ddof)/Σ log(x/m). The exponent of almost every "
        "run grows without bound, so that tails get thinner; the margin is its growth rate log(n - ddof) - ψ(n)"
    ),
    because="at ddof = 1 the exponent is unbiased, so that its logarithm drifts down: tails get heavier for ever",
    true_when="the exponent is fitted by maximum likelihood, ddof = 0",
    corrected=ct.Claim(
        "By maximum likelihood the tail of a Pareto law gets thinner in almost every run, for every n",
        ct.Cases(n=range(1, 10_000)),
        lambda case: margin(ct.Case(n=case.n, ddof=0)),
        proof=proof,
        expected="PROVED",
        statistic="almost every run",
        precisely="Pareto, replacement, ddof = 0; the margin is the growth rate of the exponent, log n - ψ(n).",
        because="the fitted exponent is α n/Γ_n with a gamma variable of mean n, and E log Γ_n = ψ(n) < log n",
    ),
)
