"""C6: the mean time until the first type is lost, from types that do not know of each other."""

import collapse_theory as ct

LAWS = ((1, 1, 1), (2, 1, 1), (5, 3, 2), (4, 3, 2, 1))


def margin(case: ct.Case) -> float:
    """3 % less the relative error of the mean time that independent diffusions give."""
    total = sum(case.counts)
    law, types = [count / total for count in case.counts], len(case.counts)
    recursion = ct.Recursion(ct.Categorical(law), ct.Replace(), sample_size=case.n)
    exact = float(recursion.time_until_support(types - 1).mean)
    return 0.03 - abs(ct.wright_fisher.support_time(law, case.n, types - 1, order=1) / exact - 1)


claim = ct.Claim(
    "Independent types tell the mean time until the first of them is lost",
    ct.Cases(n=(2, 5, 10, 20, 50, 100), counts=LAWS),
    margin,
    expected="REFUTED",
    number="C6",
    said="Benati et al., 2025",
    statistic="mean",
    precisely=(
        "Categorical with 3 or 4 types, replacement by n points. The mean time until the first type is lost is that of "
        "independent square-root diffusions, one for each type, within 3 %; the margin is 3 % less the distance"
    ),
    because="the identity is one of diffusions, and at small n the time is only a few whole generations",
    true_when="n is large: the two agree in the limit of diffusion, in the mean, not in the law",
    corrected=ct.Claim(
        "From n = 1000 on independent types tell the mean time until the first of them is lost",
        ct.Cases(n=(1000,), counts=LAWS),
        margin,
        expected="HOLDS",
        statistic="mean",
        precisely="The same from n = 1000 on; the exact mean is by the dual of the chain.",
        because="independent diffusions are the chain's diffusion on another clock, a martingale of mean one",
    ),
)
