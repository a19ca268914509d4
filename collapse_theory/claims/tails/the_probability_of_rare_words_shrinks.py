"""What shrinks in the tail, and what does not."""

import collapse_theory as ct


def _loop(case: ct.Case) -> ct.Recursion:
    return ct.Recursion(ct.Categorical.zipf(case.types, 1.0), ct.Replace(), sample_size=case.types)


def margin(case: ct.Case) -> float:
    """One half less the share of its probability that the tail has at generation t, in the mean."""
    start, now = _loop(case).rank_tail_mass(case.types // 10).mean([0, case.t])
    return 0.5 - float(now / start)


def words(case: ct.Case) -> float:
    """One half less the share of its words that the tail has at generation t, in the mean."""
    start, now = _loop(case).rank_tail_support(case.types // 10).mean([0, case.t])
    return 0.5 - float(now / start)


claim = ct.Claim(
    "The probability of rare words shrinks",
    ct.Cases(t=(10, 100, 1000), types=(10, 100, 1000)),
    margin,
    expected="REFUTED",
    said="explainers of early collapse",
    statistic="mean",
    precisely=(
        "K words by Zipf's law, replacement, n = K points. By generation 10 the words beyond the first tenth of the "
        "ranks have lost half of their probability, in the mean."
    ),
    because="the probability of any fixed set of words is a martingale: its mean never moves",
    true_when="what is meant is the number of rare words",
    corrected=ct.Claim(
        "The number of rare words shrinks",
        ct.Cases(t=(10, 100, 1000), types=(10, 100, 1000)),
        words,
        expected="HOLDS",
        statistic="mean",
        precisely="The same, of the number of words beyond the first tenth that are alive.",
        because="a few of them come to hold the probability of all",
    ),
)
