"""F7: synthetic points weighed by how real they look."""

import collapse_theory as ct


def margin(case: ct.Case) -> float:
    """Twice the median variance of the model, in units of the source's, less 1: the weights then have a variance."""
    recursion = ct.Recursion(ct.Gaussian(ddof=case.ddof), ct.Replace(), sample_size=case.n)
    return 2 * float(recursion.variance.median(case.t)) - 1


def effective(case: ct.Case) -> float:
    """Share of the points of a model of variance v that the best weights are worth, 1/E w² = √(2v-1)/v."""
    import math

    return float(math.sqrt(2 * case.variance - 1) / case.variance)


def proof() -> list[ct.Check]:
    """E w² of w = N(0, 1)/N(0, v) under N(0, v), by integration."""
    import sympy

    x, y = sympy.Symbol("x", real=True), sympy.Symbol("y", positive=True)
    v = (1 + y) / 2  # any variance above 1/2

    def log_density(variance: sympy.Expr) -> sympy.Expr:
        return -(x**2) / (2 * variance) - sympy.log(2 * sympy.pi * variance) / 2

    exponent = 2 * log_density(sympy.Integer(1)) - log_density(v)
    second = sympy.integrate(
        sympy.exp(exponent.coeff(x, 0)) * sympy.exp(-(x**2) * y / (1 + y)), (x, -sympy.oo, sympy.oo)
    )
    return [
        ct.Check(
            "w² times the model's density decays like exp(-x² (2v-1)/(2v))",
            sympy.simplify(exponent.diff(x) / x + 2 * y / (1 + y)) == 0,
        ),
        ct.Check("E w² = v/√(2v-1)", sympy.simplify(second / (v / sympy.sqrt(y)) - 1) == 0),
    ]


claim = ct.Claim(
    "The weights of a perfect detector repair a model, whatever it has become",
    ct.Cases(n=(2, 3, 5, 10, 100), t=(1, 2, 10, 100), ddof=(0, 1)),
    margin,
    expected="REFUTED",
    number="F7",
    said="a broad reading of detector-weighted resampling (Drayson and Lampos, 2025, weigh in every generation)",
    statistic="median",
    precisely=(
        "Gaussian, t generations of plain replacement; the points of that model are then weighed by the ratio w of the "
        "source's density to the model's. At the median variance v of a run the weights have a finite variance, v > 1/2"
    ),
    because="of a model that is narrower than 1/√2 of the source the few outer points carry all of the weight",
    true_when="the model still has more than half of the source's variance",
    corrected=ct.Claim(
        "Above half of the source's variance the weights are worth a positive share of the points",
        ct.Cases(variance=(1.0, 0.9, 0.75, 0.6, 0.51, 1.5)),
        effective,
        proof=proof,
        expected="PROVED",
        statistic="population",
        precisely="Model N(0, v), source N(0, 1), v > 1/2; the share 1/E w² of effective points.",
        because="E w² = v/√(2v-1) under the model",
    ),
)
