"""A11: two seeded runs of N(125, 30), n = 200, over 400 generations."""

import collapse_theory as ct


def picture(case: ct.Case) -> ct.Recursion:
    """The recursion of the picture."""
    return ct.Recursion(ct.Gaussian(mean=125, sd=30, ddof=1), ct.Replace(), sample_size=case.n)


def margin(case: ct.Case) -> float:
    """Share of the seeds whose last standard deviation is below the source's, less 95 %."""
    return float(picture(case).sd.distribution(case.t).cdf(30)) - 0.95


claim = ct.Claim(
    "Whatever the seed, the picture shows a distribution that shrinks",
    ct.Cases(n=(200,), t=(400,)),
    margin,
    expected="REFUTED",
    number="A11",
    said="what a reader takes from a tutorial on a statistics blog (SAS, The DO Loop, July 2024)",
    statistic="one run",
    precisely=(
        "N(125, 30²), replacement, n = 200 points, 400 generations, ddof = 1. “Whatever the seed” is read as 19 "
        "seeds in 20: the margin is P(σ_400 < 30) - 0.95. The two seeds of the tutorial do shrink."
    ),
    because=(
        "after 2n generations ln σ_t has a mean of about -1 and a standard deviation of 1: a sixth of the seeds grow"
    ),
    true_when="one speaks of the typical seed",
    corrected=ct.Claim(
        "In more than half of the seeds the last standard deviation is less than half of the first",
        ct.Cases(n=(200,), t=(400,)),
        lambda case: float(picture(case).sd.distribution(case.t).cdf(15)) - 0.5,
        expected="HOLDS",
        statistic="median",
    ),
)
