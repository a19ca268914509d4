"""E5: what is unlikely is thrown away."""

import collapse_theory as ct


def margin(case: ct.Case) -> float:
    """Variance that one round of filtering leaves, as a share, less 0.9."""
    recursion = ct.Recursion(ct.Gaussian(), ct.Replace(), sample_size=50, sampling=ct.Truncation(case.sds))
    before, after = recursion.variance.population([1, 2])
    return float(after / before) - 0.9


claim = ct.Claim(
    "Quality filtering is safe",
    ct.Cases(sds=(4.0, 3.0, 2.0, 1.0)),
    margin,
    expected="REFUTED",
    number="E5",
    said="a public discussion",
    statistic="population",
    precisely=(
        "Gaussian, replacement, large samples; points beyond so many of the model's own standard deviations are "
        "dropped before the refit. A round costs at most a tenth of the variance."
    ),
    because="the factor is 1 - 2kφ(k)/(2Φ(k)-1): 0.97, 0.77 and 0.29 at k = 3, 2 and 1 standard deviations",
)
