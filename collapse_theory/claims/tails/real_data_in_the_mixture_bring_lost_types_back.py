"""B3: a share of real data undoes the loss."""

from fractions import Fraction

import collapse_theory as ct


def margin(case: ct.Case) -> Fraction:
    """Chance that a type which neither the model nor the stored data have is drawn in the next generation."""
    recursion = ct.Recursion(ct.Categorical([1 / case.odds, 1 - 1 / case.odds]), case.regime, sample_size=10)
    fresh = int(recursion.tableau.drawn[0])
    return 1 - (1 - Fraction(1, case.odds)) ** fresh


def proof() -> list[ct.Check]:
    """1 - (1-p)^r ≥ p > 0 for every r ≥ 1: by induction on r."""
    import sympy

    r, p = sympy.Symbol("r", positive=True, integer=True), sympy.Symbol("p", positive=True)
    drawn = 1 - (1 - p) ** r
    gain = sympy.simplify(drawn.subs(r, r + 1) - drawn - p * (1 - p) ** r)
    return [
        ct.Check("one fresh point: the chance is p > 0", sympy.simplify(drawn.subs(r, 1) - p) == 0),
        ct.Check("one more fresh point adds p (1-p)^r ≥ 0", gain == 0),
    ]


REAL = (ct.Fresh(real=1), ct.Fresh(real=5), ct.Golden(size=1), ct.Golden(size=100))

claim = ct.Claim(
    "Real data in the mixture bring lost types back",
    ct.Cases(regime=REAL, odds=(2, 10, 100, 1000)),
    margin,
    expected="REFUTED",
    said="a common reply: a small share of real data is enough",
    statistic="almost every run",
    precisely=(
        "Categorical, n = 10 points a generation, a type of probability 1/odds in the source that neither the model "
        "nor any stored point has any more. It returns in the next generation with the chance that is the margin"
    ),
    because="a golden set is drawn once: it lacks a type with chance (1-p)^r, and what it lacks it never gives back",
    true_when="the real points are drawn anew in every generation, be it one of them",
    corrected=ct.Claim(
        "Fresh real points bring every lost type back, however few they are",
        ct.Cases(regime=tuple(ct.Fresh(real=r) for r in range(1, 10)), odds=(2, 10, 100, 1000)),
        margin,
        proof=proof,
        expected="PROVED",
        statistic="almost every run",
        precisely="Categorical; r fresh points a generation, of which each has the type with probability p > 0.",
        because="1 - (1-p)^r is the same in all generations, so that the waiting time is geometric",
    ),
)
