"""C4: the time until one token is left."""

from fractions import Fraction

import collapse_theory as ct


def margin(case: ct.Case) -> Fraction:
    """Minus the distance of the exact mean from 2(n - 1), by the ancestors of the n points."""
    n: int = case.n
    mean: Fraction = 1 + ct.wright_fisher.exact.mean_time(lambda lines: 1 - Fraction(1, n ** (lines - 1)), n)
    return -abs(mean - 2 * (n - 1))


def relative(case: ct.Case) -> float:
    """5 % less the relative distance of the mean from 2(n - 1)."""
    distinct = ct.Categorical([1 / case.n] * case.n)
    mean = float(ct.Recursion(distinct, ct.Replace(), sample_size=case.n).absorption_time.mean)
    return float(0.05 - abs(mean / (2 * case.n - 2) - 1))


claim = ct.Claim(
    "It takes 2(n - 1) generations until one token is left",
    ct.Cases(n=range(2, 60)),
    margin,
    boundary="holds",
    expected="REFUTED",
    number="C4",
    said="the formula of the coalescent, as it is quoted for n distinct tokens",
    statistic="mean",
    precisely=(
        "Categorical, n types of equal probability, replacement by n points. The expected first generation with one "
        "type is 2(n-1); the margin is minus the distance, in fractions. Generation 1 is the first draw"
    ),
    because="more than two lines can meet in one generation, which saves about (log n)/3 generations in all",
    true_when="it is meant as an approximation, within 5 %",
    corrected=ct.Claim(
        "It takes 2(n - 1) generations until one token is left, but for 5 %",
        ct.Cases(n=(2, 3, 4, 5, 10, 20, 50, 100, 300, 1000)),
        relative,
        expected="HOLDS",
        statistic="mean",
        precisely="The same, for the relative distance; the mean is near 2n - 1 - (log n)/3 - 0.72 for large n.",
        because="most of the time passes while two lines are left, which meet with chance 1/n in a generation",
    ),
)
