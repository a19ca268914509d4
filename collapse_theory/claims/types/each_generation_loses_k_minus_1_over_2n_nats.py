"""The bias of the entropy of a sample, once per generation."""

import collapse_theory as ct


def margin(case: ct.Case) -> float:
    """A fifth of (K-1)/(2n) nats less the distance of what generation t loses, in the mean, from that rate."""
    types = ct.Categorical((1 / case.types,) * case.types)
    before, after = ct.Recursion(types, ct.Replace(), sample_size=case.n).entropy.mean([case.t - 1, case.t])
    rate = (case.types - 1) / (2 * case.n)
    return float(0.2 * rate - abs(before - after - rate))


claim = ct.Claim(
    "Each generation loses (K - 1)/(2n) nats of entropy",
    ct.Cases(t=(1, 2, 5, 10, 20, 50, 100), n=(100, 50, 20, 10), types=(2, 3, 5)),
    margin,
    expected="REFUTED",
    said="extrapolations of the Miller-Madow correction",
    statistic="mean",
    precisely=(
        "K equally likely types, replacement, n points: every generation lowers the mean entropy by (K-1)/(2n), within "
        "a fifth of that."
    ),
    because="the rate holds for the types that are still alive, and of them there are fewer and fewer",
    true_when="it is the first generation and n p is large for every type",
    corrected=ct.Claim(
        "The first generation loses (K - 1)/(2n) nats, if every type has twenty points",
        ct.Cases(t=(1,), n=(100, 200, 1000), types=(2, 3, 5)),
        margin,
        expected="HOLDS",
        statistic="mean",
        precisely="The same, of the first generation, with n/K ≥ 20.",
        because="the next term of the expansion is (Σ 1/p - 1)/(12 n²)",
    ),
)
