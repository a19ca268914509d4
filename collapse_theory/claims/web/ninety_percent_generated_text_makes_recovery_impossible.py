"""F12: nine pages of ten are synthetic."""

from fractions import Fraction

import collapse_theory as ct


def margin(case: ct.Case) -> Fraction:
    """A half, less the expected variance in the end in units of the source's; exact."""
    from collapse_theory.tableau.moments import exact_step_map, variance_at_rest

    recursion = ct.Recursion(ct.Gaussian(ddof=0), ct.FreshMixture(share=0.1), sample_size=case.n)
    return Fraction(1, 2) - Fraction(variance_at_rest(exact_step_map(recursion.tableau, 0)))


claim = ct.Claim(
    "With 90 percent of generated text recovery is impossible",
    ct.Cases(n=range(2, 100)),
    margin,
    expected="REFUTED",
    number="F12",
    said="a forum post",
    statistic="mean",
    precisely=(
        "Gaussian, n points a generation of which each is a fresh real one with chance 1/10, ddof = 0. In the end less "
        "than half of the source's variance is left in expectation"
    ),
    because="1 - 1/(0.19 n + 0.81) of it is left, nearly all for large n",
    true_when="a generation has at most 6 points",
    corrected=ct.Claim(
        "With at most 6 points a generation, 90 percent of generated ones take more than half of the variance",
        ct.Cases(n=range(2, 7)),
        margin,
        complete=True,
        expected="PROVED",
        statistic="mean",
        precisely="Gaussian, fresh data by chance, ddof = 0, n = 2 … 6; the same margin.",
        because="with so few points most generations have no real one",
    ),
)
