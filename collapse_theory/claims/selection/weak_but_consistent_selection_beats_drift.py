"""E12: a small advantage, for ever."""

import math

import collapse_theory as ct


def margin(case: ct.Case) -> float:
    """Chance that the favoured one of two equal types is the one that is left, less 0.95."""
    words = ct.Categorical((0.5, 0.5), labels=("favoured", "other"))
    choice = ct.FitnessAdvantage(case.advantage, of="favoured")
    loop = ct.Recursion(words, ct.Replace(), sample_size=case.n, sampling=choice)
    return float(loop.probability_of("favoured").mean.limit) - 0.95


claim = ct.Claim(
    "Weak but consistent selection beats drift",
    ct.Cases(advantage=(0.1, 0.05, 0.02, 0.01), n=(10, 20, 50, 100, 200, 400)),
    margin,
    expected="REFUTED",
    number="E12",
    said="a public discussion",
    statistic="mean",
    precisely=(
        "Two types of equal share, one of them drawn 1 + s times as often, replacement, n points; it is the one that "
        "is left with a chance of 0.95 or more. The chance is solved from the chain of the counts."
    ),
    because="the chance is close to 1/(1 + (1+s)^-n): drift decides where n s is not large",
    true_when="n ln(1+s) is large: 4 is enough for 95 %",
    corrected=ct.Claim(
        "From n ln(1+s) = 4 on the favoured type wins with a chance of 95 %",
        ct.Cases(advantage=(0.1, 0.05, 0.02, 0.01), n=(42, 50, 82, 100, 202, 400, 402)).where(
            lambda case: case.n * math.log1p(case.advantage) >= 4
        ),
        margin,
        expected="HOLDS",
        statistic="mean",
        precisely="The same chance, less 0.95.",
        because="1/(1 + e^-4) = 0.982 (Kimura's formula), less what the first generation, drawn honestly, costs",
    ),
)
