"""D8: a little real data is all that it takes."""

from fractions import Fraction

import collapse_theory as ct


def margin(case: ct.Case) -> Fraction:
    """Expected variance in the end, in units of the source's, less 9/10; exact."""
    from collapse_theory.tableau.moments import exact_step_map, variance_at_rest

    recursion = ct.Recursion(ct.Gaussian(ddof=0), ct.Fresh(share=0.01), sample_size=100 * case.hundreds)
    return Fraction(variance_at_rest(exact_step_map(recursion.tableau, 0))) - Fraction(9, 10)


def proof() -> list[ct.Check]:
    """The same with n = 100 k points, k of them real."""
    import sympy

    from collapse_theory.tableau.moments import second_moment_map, variance_at_rest

    k = sympy.Symbol("k", positive=True)
    rest = variance_at_rest(second_moment_map(ct.Step(drawn=(k, 99 * k), weight=(1, 1)), 0))
    return [ct.positive_beyond(rest - sympy.Rational(9, 10), k, 5, what="V* > 9/10 for n = 100 k, k ≥ 5")]


claim = ct.Claim(
    "One percent of real data is enough",
    ct.Cases(hundreds=range(1, 100)),
    margin,
    expected="REFUTED",
    number="D8",
    said="summaries of papers on fresh data",
    statistic="mean",
    precisely=(
        "Gaussian, n = 100, 200, … points a generation, one percent of them fresh real ones, ddof = 0. In the end at "
        "least 90 % of the source's variance is left in expectation"
    ),
    because="what counts is the number of real points, not their share: about 1/(2r+1) is lost with r of them",
    true_when="a generation has 500 points or more",
    corrected=ct.Claim(
        "From 500 points on, one percent of fresh real ones keeps 90 % of the variance",
        ct.Cases(hundreds=range(5, 100)),
        margin,
        proof=proof,
        expected="PROVED",
        statistic="mean",
        precisely="Gaussian, fresh data in fixed number, ddof = 0; the same margin.",
        because="with 5 real points a generation less than a tenth of the variance is lost, and more points help",
    ),
)
