"""A17: at the scale of the web, 1/n is as good as nothing."""

import collapse_theory as ct
from collapse_theory.judgement import digamma_less_log


def margin(case: ct.Case) -> float:
    """5 % less what a typical run loses of ln σ² in t generations."""
    recursion = ct.Recursion(ct.Gaussian(ddof=1), ct.Replace(), sample_size=case.n)
    return float(0.05 + case.t * recursion.variance.growth_rate)


def proof() -> list[ct.Check]:
    """In t ≤ n/25 generations a run loses at most (n/25)(ln x - ψ(x)), x = (n-1)/2: below 5 % for every n ≥ 10."""
    import sympy

    n = sympy.Symbol("n", positive=True)
    below, _ = digamma_less_log((n - 1) / 2)
    return [ct.positive_beyond(sympy.Rational(1, 20) + n / 25 * below, n, 10, what="5 % > (n/25)(ln x - ψ(x)), n ≥ 10")]


SIZES = (10**6, 10**9, 10**12)

claim = ct.Claim(
    "With samples at the scale of the web, collapse is negligible",
    ct.Cases(n=SIZES, t=tuple(10**k for k in range(14))),
    margin,
    expected="REFUTED",
    number="A17",
    said="a public discussion",
    statistic="almost every run",
    precisely=(
        "Gaussian, replacement, n points, ddof = 1. “Negligible” is read as a loss of ln σ_t² below 0.05 after t "
        "generations, at the almost sure rate: the margin is what is left of that."
    ),
    because="the rate is about 1/n per generation, so t against n decides, and not n alone",
    true_when=(
        "there are at most n/25 generations, and of variance alone: rare words and biased decoding have other scales"
    ),
    corrected=ct.Claim(
        "In t ≤ n/25 generations a typical run loses less than 5 % of ln σ²",
        ct.Cases(n=SIZES, t=tuple(10**k for k in range(11))).where(lambda case: 25 * case.t <= case.n),
        margin,
        proof=proof,
        expected="PROVED",
        statistic="almost every run",
    ),
)
