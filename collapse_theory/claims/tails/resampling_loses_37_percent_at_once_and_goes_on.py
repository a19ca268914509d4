"""B8: the bootstrap of a bootstrap."""

import collapse_theory as ct


def margin(case: ct.Case) -> float:
    """By how much the distance between the share of items left and the law of critical branching is below 1/n."""
    items = ct.Categorical([1 / case.n] * case.n)
    left = ct.Recursion(items, ct.Replace(), sample_size=case.n).support_size.mean(case.t) / case.n
    return float(1 / case.n - abs(left - ct.wright_fisher.line_survival(case.t + 1)))


claim = ct.Claim(
    "Resampling a data set loses 37 % of its items at once, and goes on to lose them",
    ct.Cases(n=(2, 3, 5, 10, 30, 100, 300, 1000), t=(1, 2, 3, 4, 5, 10, 30, 100)),
    margin,
    expected="HOLDS",
    number="B8",
    said="textbooks on the bootstrap, extended to many generations",
    statistic="mean",
    precisely=(
        "n distinct items, n draws with replacement from the last generation. The expected share of items left after t "
        "generations is g_{t+1} = .632, .469, .374, .312, …, about 2/t, within 1/n, where g₁ = 1 and g' = 1 - exp(-g)"
    ),
    because="the number of copies of one item is close to a critical branching process with Poisson offspring",
)
