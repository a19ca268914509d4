"""D8b: a little real data changes nothing."""

from fractions import Fraction

import collapse_theory as ct


def margin(case: ct.Case) -> Fraction:
    """A half, less the expected variance in the end in units of the source's; exact."""
    from collapse_theory.tableau.moments import exact_step_map, variance_at_rest

    recursion = ct.Recursion(ct.Gaussian(ddof=0), ct.FreshMixture(share=0.01), sample_size=case.n)
    return Fraction(1, 2) - Fraction(variance_at_rest(exact_step_map(recursion.tableau, 0)))


claim = ct.Claim(
    "One percent of real data is useless",
    ct.Cases(n=range(2, 200)),
    margin,
    expected="REFUTED",
    number="D8b",
    said="the opposite side of the same discussions",
    statistic="mean",
    precisely=(
        "Gaussian, n points a generation of which each is a fresh real one with chance 1/100, ddof = 0. In the end "
        "less than half of the source's variance is left in expectation"
    ),
    because="1 - 1/(1.99 n/100 + 0.9801) of it is left, more than a half from n = 52 on, and 0.995 at n = 10 000",
    true_when="a generation has at most 51 points",
    corrected=ct.Claim(
        "With at most 51 points a generation, one percent of real ones keeps less than half of the variance",
        ct.Cases(n=range(2, 52)),
        margin,
        complete=True,
        expected="PROVED",
        statistic="mean",
        precisely="Gaussian, fresh data by chance, ddof = 0, n = 2 … 51; the same margin.",
        because="there is then one real point in two generations, at most",
    ),
)
