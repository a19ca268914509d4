"""A verifier makes the loop converge, but not to what it is said to."""

import collapse_theory as ct


def margin(case: ct.Case) -> float:
    """Half a source standard deviation less the distance of the mean from the truth after 100 rounds."""
    verifier = ct.SoftVerifier(center=case.center, width=2.0)
    recursion = ct.Recursion(ct.Gaussian(), ct.Replace(), sample_size=50, sampling=verifier)
    return 0.5 - abs(float(recursion.location.population(101)))


claim = ct.Claim(
    "A good verifier makes the loop converge to the truth",
    ct.Cases(center=(0.0, 0.1, 0.2, 0.5, 1.0)),
    margin,
    expected="REFUTED",
    said="summaries of work on verified synthetic data",
    statistic="population",
    precisely=(
        "Gaussian with mean 0 and standard deviation 1, replacement, large samples, a soft verifier of width 2 about a "
        "centre. After 100 rounds the mean is within half a standard deviation of the truth."
    ),
    because="the loop converges to the verifier's centre: 0.96 of the way in 100 rounds at width 2",
    true_when="the verifier is centred at the truth, up to the error that one puts up with",
)
