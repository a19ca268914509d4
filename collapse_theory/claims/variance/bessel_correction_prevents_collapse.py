"""A12: dividing by n - 1 in place of n is the cure."""

import collapse_theory as ct


def margin(case: ct.Case) -> float:
    """Growth rate of a typical run's variance per generation, with the unbiased divisor."""
    recursion = ct.Recursion(ct.Gaussian(ddof=1), ct.Replace(), sample_size=case.n)
    return float(recursion.variance.growth_rate)


claim = ct.Claim(
    "Bessel's correction prevents collapse",
    ct.Cases(n=range(2, 10_000)),
    margin,
    expected="REFUTED",
    number="A12",
    said="a common reply to the published experiments",
    statistic="almost every run",
    precisely=(
        "Gaussian, replacement, n points, ddof = 1. The variance of almost every run does not vanish: "
        "its growth rate ψ((n-1)/2) + ln(2/(n-1)) is not negative. The margin is that rate."
    ),
    because="the mean of the factor Q = χ²/(n-1) is 1, but E ln Q < ln E Q = 0; the rate is halved, no more",
)
