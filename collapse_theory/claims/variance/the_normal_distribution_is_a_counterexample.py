"""A1, the conclusion: mean and variance are unbiased, so a normal law does not collapse."""

import collapse_theory as ct


def margin(case: ct.Case) -> float:
    """Share of runs that keep half of the source's variance at generation t, less one half."""
    recursion = ct.Recursion(ct.Gaussian(ddof=1), ct.Replace(), sample_size=case.n)
    return float(recursion.variance.distribution(case.t).sf(0.5)) - 0.5


claim = ct.Claim(
    "The normal law is a counterexample: its mean and variance are estimated without bias, so nothing collapses",
    ct.Cases(n=range(2, 100), t=range(1, 1000)),
    margin,
    expected="REFUTED",
    number="A1",
    said="a public discussion of the published experiments",
    statistic="one run",
    precisely=(
        "Gaussian, replacement, n points, ddof = 1. At any generation t at least half of the runs have kept half of "
        "the source's variance: the margin is P(σ_t² > σ₀²/2) - 1/2."
    ),
    because=(
        "E σ_t² = σ₀² is true and carried by ever fewer runs; ln σ_t² is a walk with the drift E ln Q < ln E Q = 0, so "
        "P(σ_t² > ε) → 0 for every ε, at every n"
    ),
)
