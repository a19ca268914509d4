"""Errors add up, one per generation."""

import collapse_theory as ct


def margin(case: ct.Case) -> float:
    """Mean squared distance of the shares from the source's at generation 2t, over that at generation t, less 1.9."""
    recursion = ct.Recursion(ct.Categorical(case.source), ct.Replace(), sample_size=case.n)
    early, late = recursion.squared_distance.mean([case.t, 2 * case.t])
    return float(late / early) - 1.9


def wander(case: ct.Case) -> float:
    """1e-9 less the relative distance of the ratio from 2, for a mean of known variance."""
    recursion = ct.Recursion(ct.NormalMean(), ct.Replace(), sample_size=case.n)
    early, late = recursion.squared_location_error.mean([case.t, 2 * case.t])
    return float(1e-9 - abs(late / early - 2))


claim = ct.Claim(
    "The error grows linearly with the number of generations",
    ct.Cases(n=(100, 50, 20, 10, 5, 2), t=(1, 2, 5, 10, 20, 50), source=((0.5, 0.5), (0.5, 0.3, 0.2))),
    margin,
    expected="REFUTED",
    said="digests of theory papers",
    statistic="mean square",
    precisely=(
        "Types, replacement, n points. Doubling t multiplies the mean squared distance of the shares from the source's "
        "by 1.9 or more."
    ),
    because="it is G₀ (1 - (1 - 1/n)^t), which is bounded: shares cannot go further than to one type",
    true_when="t is small against n, or nothing bounds the parameter, as a mean of known variance",
    corrected=ct.Claim(
        "The mean squared error of a mean of known variance doubles with t",
        ct.Cases(n=(2, 10, 100), t=(1, 2, 10, 100)),
        wander,
        expected="HOLDS",
        statistic="mean square",
        precisely="Replacement, n points: t σ²/n.",
        because="every generation adds an independent error of variance σ²/n",
    ),
)
