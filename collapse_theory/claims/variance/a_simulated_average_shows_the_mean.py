"""A16: “my simulation shows that the expectation shrinks, so the argument by martingales is wrong”."""

import collapse_theory as ct

RUNS = 1000


def margin(case: ct.Case) -> float:
    """Upper bound of the probability that the average of 1000 runs is at least half of the mean, less one half."""
    recursion = ct.Recursion(ct.Gaussian(ddof=1), ct.Replace(), sample_size=case.n)
    top = 1 / (4 * RUNS)
    below = 1 - recursion.variance.carried_by_top(top, case.t)
    return min(1.0, RUNS * top + 2 * below) - 0.5


claim = ct.Claim(
    "The average of many simulated runs shows whether the mean shrinks",
    ct.Cases(n=(10,), t=(10, 30, 100, 200)),
    margin,
    expected="REFUTED",
    number="A16",
    said="a reply in a public discussion",
    statistic="mean",
    precisely=(
        "Gaussian, replacement, n = 10 points, ddof = 1: the average of σ_t² over 1000 runs is at least half of "
        "its mean σ₀², with probability 1/2 or more. With chance 3/4 or more no run is among the largest "
        "1/4000, and without those runs Markov's inequality bounds the average; the margin is that upper bound "
        "less 1/2, from exact laws."
    ),
    because=(
        "σ_t² is nearly log-normal, and its mean is carried by runs so rare that 1000 runs contain none of them. The "
        "fall is that of the typical run, and it says nothing about the mean"
    ),
)
