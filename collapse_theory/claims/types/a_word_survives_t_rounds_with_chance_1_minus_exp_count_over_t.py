"""A bound of a theorem, taken for the value."""

import math

import collapse_theory as ct


def _chance(case: ct.Case) -> float:
    words = ct.Categorical((case.count / 1000, 1 - case.count / 1000), labels=("rare", "other"))
    return float(ct.Recursion(words, ct.Replace(), sample_size=1000).survival_of("rare").mean(case.t))


def margin(case: ct.Case) -> float:
    """0.05 less the distance of the chance to be alive from 1 - exp(-count/t)."""
    return 0.05 - abs(_chance(case) + math.expm1(-case.count / case.t))


def branching(case: ct.Case) -> float:
    """0.01 less the distance of the chance from 1 - exp(-count g_t), with g_1 = 1 and g_{t+1} = 1 - exp(-g_t)."""
    g = 1.0
    for _ in range(case.t - 1):
        g = -math.expm1(-g)
    return 0.01 - abs(_chance(case) + math.expm1(-case.count * g))


claim = ct.Claim(
    "A word survives t generations with the chance 1 - exp(-count/t)",
    ct.Cases(t=(1, 2, 3, 5, 10, 20), count=(1, 2, 5, 10, 20)),
    margin,
    expected="REFUTED",
    said="a reading of the bounds of Suresh et al., 2024",
    statistic="mean",
    precisely="A word of so many expected copies among n = 1000 points, replacement: the chance, within 0.05.",
    because="that is a lower bound; lineages that survive number g_t ≈ 2/t each, not 1/t",
    true_when="1/t is replaced by g_t, where g_1 = 1 and g_{t+1} = 1 - exp(-g_t)",
    corrected=ct.Claim(
        "A rare word survives t generations with the chance 1 - exp(-count g_t), g_{t+1} = 1 - exp(-g_t)",
        ct.Cases(t=(1, 2, 3, 5, 10, 20), count=(1, 2, 5, 10, 20)),
        branching,
        expected="HOLDS",
        statistic="mean",
        precisely="The same, within 0.01, as long as t is small against n.",
        because="copies of a rare word are a branching process with Poisson(1) offspring",
    ),
)
