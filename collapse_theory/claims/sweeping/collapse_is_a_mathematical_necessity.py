"""H8: it is said to lie in the nature of probability distributions."""

import collapse_theory as ct


def margin(case: ct.Case) -> float:
    """One half less the share of the mean spread that the loop keeps in the long run."""
    loop = ct.Recursion(case.law, case.regime, sample_size=10)
    spread = loop.variance if isinstance(case.law, ct.Gaussian) else loop.gini_simpson
    return 0.5 - float(spread.mean.limit / case.law.spread)


claim = ct.Claim(
    "Collapse is a mathematical necessity of probability distributions",
    ct.Cases(law=(ct.Gaussian(ddof=0), ct.Categorical((0.5, 0.3, 0.2))), regime=(ct.Replace(), ct.Accumulate())),
    margin,
    expected="REFUTED",
    number="H8",
    said="an aggregator's page",
    statistic="mean",
    precisely=(
        "n = 10, plain estimates. Whatever is done with the data of a distribution, more than half of its spread is "
        "lost in the long run, in the mean: the variance, or the Gini-Simpson index."
    ),
    because="the same law loses everything under replacement and keeps 84 % where data accumulate: it lies in the loop",
    true_when="models are refitted on their predecessor's points alone, see H4",
)
