"""E8: who can tell real from synthetic can weigh the difference away."""

from fractions import Fraction
from itertools import product

import collapse_theory as ct


def margin(case: ct.Case) -> float:
    """Minus the mean total variation between the source and the reweighted model: the mass of the types it lost."""
    words = ct.Categorical((0.5, 0.5))
    return -float(ct.Recursion(words, ct.Replace(), sample_size=case.n).lost_mass.mean(case.t))


def restored(case: ct.Case) -> Fraction:
    """Minus the largest difference of odds of the reweighted model from the source's, over all samples of n points."""
    total = sum(case.source)
    source = [Fraction(share, total) for share in case.source]
    worst = Fraction(0)
    for counts in product(range(case.n + 1), repeat=len(source)):
        if sum(counts) != case.n:
            continue
        model = [Fraction(count, case.n) for count in counts]
        alive = [i for i, share in enumerate(model) if share]
        weighted = [model[i] * (source[i] / model[i]) for i in alive]
        lost = 1 - sum(source[i] for i in alive)
        restricted = [source[i] / (1 - lost) for i in alive]
        worst = max(worst, *(abs(a / sum(weighted) - b) for a, b in zip(weighted, restricted, strict=True)))
    return -worst


claim = ct.Claim(
    "A perfect discriminator restores the law of the data",
    ct.Cases(n=range(2, 50), t=range(1, 50)),
    margin,
    boundary="holds",
    expected="REFUTED",
    number="E8",
    said="an argument from generative adversarial training",
    statistic="mean",
    precisely=(
        "Two equally likely types, replacement, n points; the model's points are weighed by source over model. The "
        "margin is minus the mean total variation from the source that is left."
    ),
    because="a type that the model has lost cannot be weighed back: no weight makes something of nothing",
    true_when="only types that the model still has are asked for",
    corrected=ct.Claim(
        "On the types that survived, the weights of a perfect discriminator give back the source's odds",
        ct.Cases(n=range(1, 6), source=((1, 1), (1, 3), (1, 2, 3), (1, 1, 1, 5))),
        restored,
        boundary="holds",
        expected="HOLDS",
        statistic="one run",
        precisely="All samples of n points are enumerated in fractions; shares among survivors, against the source's.",
        because="model times source over model is the source",
    ),
)
