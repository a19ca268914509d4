"""A9: a decay like an inverse square root of t, towards a floor."""

import collapse_theory as ct


def margin(case: ct.Case) -> float:
    """Median sd at generation 4t over that at generation t, less one half."""
    recursion = ct.Recursion(ct.Gaussian(ddof=1), ct.Replace(), sample_size=case.n)
    early, late = recursion.sd.median([case.t, 4 * case.t])
    return float(late / early) - 0.5


claim = ct.Claim(
    "The spread decays like an inverse square root of t, towards a positive floor",
    ct.Cases(n=(2, 5, 10, 20, 50, 100), t=(1, 2, 5, 10, 20, 50, 100, 200)),
    margin,
    expected="REFUTED",
    number="A9",
    said="a student's repository",
    statistic="median",
    precisely=(
        "Gaussian, replacement, n points, ddof = 1. A floor + c/√t, the floor not negative, at most halves while t "
        "becomes 4t: the margin is the ratio of the two median standard deviations, less 1/2."
    ),
    because="the decay is geometric: ln σ_t has a constant negative drift per generation, and there is no floor",
)
