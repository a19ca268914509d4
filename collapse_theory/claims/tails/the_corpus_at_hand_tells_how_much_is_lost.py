"""Good and Turing, asked about the language."""

import collapse_theory as ct


def margin(case: ct.Case) -> float:
    """0.05 less the distance of the mean Good-Turing estimate from the mass of the source that is lost, in the mean."""
    loop = ct.Recursion(ct.Categorical.zipf(case.types, 1.0), ct.Replace(), sample_size=case.types)
    return float(0.05 - abs(loop.missing_mass.mean(case.t) - loop.lost_mass.mean(case.t)))


claim = ct.Claim(
    "The Good-Turing estimate from the corpus at hand tells how much of the language is lost",
    ct.Cases(t=(1, 2, 5, 10, 50), types=(100, 1000)),
    margin,
    expected="REFUTED",
    said="proposals for monitoring",
    statistic="mean",
    precisely=(
        "K words by Zipf's law, replacement, n = K points. The share of words seen once among the n points behind a "
        "fit is the mass of the source's words without a chance, within 0.05, in the mean."
    ),
    because="it estimates what the corpus misses of the previous model, which has forgotten already",
    true_when="the corpus is drawn from the language itself, in generation 1",
    corrected=ct.Claim(
        "Of real data the Good-Turing estimate tells what the first model misses",
        ct.Cases(t=(1,), types=(10, 100, 1000, 10_000)),
        margin,
        expected="HOLDS",
        statistic="mean",
        precisely="The same, of generation 1.",
        because="E N₁/n = Σ p (1-p)^(n-1), against Σ p (1-p)^n",
    ),
)
