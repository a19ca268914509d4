"""C5: twice the count, twice the time."""

import collapse_theory as ct

COUNTS, SIZES = (5, 10, 20, 50), (1000, 10_000)


def doubled(case: ct.Case, statistic: str) -> float:
    """10 % less the relative distance from 2 of the ratio of the times of a token with 2k copies and with k."""
    few, many = (_loss(case.n, k, statistic) for k in (case.k, 2 * case.k))
    return 0.1 - abs(many / (2 * few) - 1)


def _loss(n: int, k: int, statistic: str) -> float:
    source = ct.Categorical.from_counts([k, n - k])
    return float(getattr(ct.Recursion(source, ct.Replace(), sample_size=n).loss_time(0).given("lost"), statistic))


claim = ct.Claim(
    "The time to forget a token is linear in its count",
    ct.Cases(n=SIZES, k=COUNTS),
    lambda case: doubled(case, "mean"),
    expected="REFUTED",
    number="C5",
    said="Suresh et al., 2024",
    statistic="mean",
    precisely=(
        "Categorical, replacement by n points, a token with k copies among them, in the runs that lose it. With twice "
        "the count the mean time until it is lost is twice as long, within 10 %; the margin is 10 % less the distance"
    ),
    because="the mean is near 2k log(n/k): it grows with the corpus, as a few runs first make the token frequent",
    true_when="the median is meant, and k is small against n",
    corrected=ct.Claim(
        "The median time to forget a token is linear in its count",
        ct.Cases(n=(10_000,), k=COUNTS),
        lambda case: doubled(case, "median"),
        expected="HOLDS",
        statistic="median",
        precisely="The same for the median, 2k/log 2 generations or a little less.",
        because="a token of k copies is lost by t with chance near exp(-2k/t)",
    ),
)
