"""E7: of several drafts the best is kept."""

from typing import Any

import collapse_theory as ct


def margin(case: ct.Case) -> Any:
    """Variance of the largest of N ≤ 3 standard normal points less 1, exactly: in terms of ∫φ² and ∫φ³."""
    import sympy

    x = sympy.Symbol("x", real=True)

    def of_power(k: int) -> Any:
        return sympy.integrate(sympy.exp(-k * x**2 / 2), (x, -sympy.oo, sympy.oo)) / sympy.sqrt(2 * sympy.pi) ** k

    n = case.candidates
    mean = n * (n - 1) * of_power(2) / sympy.Integer(2) ** (n - 2)
    second = 1 + sympy.Rational(n * (n - 1) * (n - 2), 2) * of_power(3)
    return sympy.simplify(second - mean**2 - 1)


def left(case: ct.Case) -> float:
    """Share of its variance that a model loses in a round of best of N, less 1/π."""
    sampling = ct.BestOf(case.candidates)
    recursion = ct.Recursion(ct.Gaussian(), ct.Replace(), sample_size=50, sampling=sampling)
    before, after = recursion.variance.population([case.t, case.t + 1])
    return float(1 - after / before) - 0.318


claim = ct.Claim(
    "Best of N keeps diversity",
    ct.Cases(candidates=(1, 2, 3)),
    margin,
    boundary="holds",
    expected="REFUTED",
    number="E7",
    said="a public discussion of self-distillation",
    statistic="population",
    precisely=(
        "Gaussian, large samples; of every N points that the model draws the largest is kept. A round leaves all of "
        "the variance; the margin is the variance of the largest of N standard normal points less 1, exactly."
    ),
    because="the largest of two has the second moment 1 and the mean 1/√π: the variance is 1 - 1/π = 0.682",
    true_when="N = 1, that is, nothing is chosen",
    corrected=ct.Claim(
        "Any choice between two drafts or more costs 31.8 % of the variance, or more, in every round",
        ct.Cases(candidates=(2, 3, 4, 8, 16, 64, 1000), t=(1, 2, 10)),
        left,
        expected="HOLDS",
        statistic="population",
        precisely="The margin is the share of the variance that a round costs, less 0.318; 1/π = 0.3183 at N = 2.",
        because="the larger N is, the narrower is the law of the largest of N",
    ),
)
