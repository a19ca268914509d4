"""The other side of A19: the smoothed bootstrap, in a typical run."""

import collapse_theory as ct


def margin(case: ct.Case) -> ct.SimulatedMargin:
    """Chance that a run is wider than the source at generation t, above one half."""
    recursion = ct.Recursion(ct.KernelDensity(bandwidth="silverman"), ct.Replace(), sample_size=case.n)
    return ct.SimulatedMargin.chance(
        recursion, case.t, lambda runs: recursion.variance.values(runs)[:, -1] > 1, above=0.5
    )


claim = ct.Claim(
    "A refitted kernel density only gets wider",
    ct.Cases(n=range(2, 30), t=(30,)),
    margin,
    expected="REFUTED",
    said="the other half of the quarrel about smoothed resampling",
    statistic="median",
    precisely=(
        "kernel density, bandwidth by Silverman's rule, replacement, n points, generation 30; probability that the "
        "variance is above the source's, less one half"
    ),
    because="with few points the logarithm of the variance drifts down although the mean variance grows",
    true_when="samples are not tiny",
    corrected=ct.Claim(
        "From 10 points on the typical run of a refitted kernel density gets wider",
        ct.Cases(n=(10, 20, 50, 100), t=(30,)),
        margin,
        expected="HOLDS",
        statistic="median",
        precisely="As above, n from 10 to 100.",
    ),
)
