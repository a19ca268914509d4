"""A20: more dimensions, faster collapse."""

import collapse_theory as ct
from collapse_theory.judgement import digamma_less_log


def rate(n: int, d: int, axis: int) -> float:
    """Growth rate of the logarithm of an axis of the covariance, the largest first."""
    identity = [[float(i == j) for j in range(d)] for i in range(d)]
    family = ct.MultivariateGaussian(mean=0, covariance=identity, ddof=1)
    return float(ct.Recursion(family, ct.Replace(), sample_size=n).watch("log_eigenvalue", axis).growth_rate)


def margin(case: ct.Case) -> float:
    """By how much an axis falls faster in d dimensions than the only one in one, as a share, less 1 %."""
    axis = 1 if case.axis == "largest" else case.d
    return rate(case.n, case.d, axis) / rate(case.n, 1, 1) - 1.01


def proof() -> list[ct.Check]:
    """ψ(x + 1/2) > ψ(x) by more than 1 % of ln(x + 1/2) - ψ(x + 1/2), with x = (n-2)/2: d = 2, and more for d > 2."""
    import sympy

    x = sympy.Symbol("x", positive=True)
    (below, _), (_, above) = digamma_less_log(x + sympy.Rational(1, 2)), digamma_less_log(x)
    rises = 2 / (4 * x + 1) + below - above
    return [
        ct.positive_on(
            lambda x: 101 * (x + 0.5).digamma() - 100 * x.digamma() - (x + 0.5).log(),
            (0.5, 4),
            what="from x = 1/2 to 4",
        ),
        ct.positive_beyond(rises + below / 100, x, 4, what="from x = 4 on, by ln(1+s) > 2s/(2+s) and bounds of ψ - ln"),
    ]


SPACES = ct.Cases(d=(2, 3, 4), n=range(3, 40), axis=("smallest", "largest")).where(lambda case: case.d < case.n)

claim = ct.Claim(
    "Higher dimension collapses faster",
    SPACES,
    margin,
    expected="REFUTED",
    number="A20",
    statistic="almost every run",
    precisely=(
        "Gaussian in d dimensions, replacement, n > d points, ddof = 1. Every axis falls faster than the only "
        "one in one dimension, by 1 % or more: the margin is the ratio of the two rates, less 1.01."
    ),
    because=(
        "the i-th axis has the rate ψ((n-i)/2) + ln(2/(n-1)); for the largest, i = 1, it does not know d. The cloud "
        "becomes a line before it becomes a point; with n ≤ d it is singular at once"
    ),
    true_when="one looks at the smallest axis, and so at the volume",
    corrected=ct.Claim(
        "The smallest axis falls faster in d dimensions than in one, by more than 1 %",
        SPACES.where(lambda case: case.axis == "smallest"),
        margin,
        proof=proof,
        expected="PROVED",
        statistic="almost every run",
    ),
)
