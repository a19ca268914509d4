"""E8: who can tell real from synthetic can weigh the difference away."""

import collapse_theory as ct


def margin(case: ct.Case) -> float:
    """Minus the mean total variation between the source and the reweighted model: the mass of the types it lost."""
    words = ct.Categorical((0.5, 0.5))
    return -float(ct.Recursion(words, ct.Replace(), sample_size=case.n).lost_mass.mean(case.t))


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
    true_when="only types that the model still has are asked for: there model times source over model is the source",
)
