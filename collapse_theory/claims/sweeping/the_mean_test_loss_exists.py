"""A loss on real data, averaged over runs."""

import collapse_theory as ct


def _mean(case: ct.Case) -> float:
    recursion = ct.Recursion(ct.Gaussian(ddof=case.ddof), ct.Replace(), sample_size=case.n)
    return float(recursion.kl_source_model.mean(1))


def margin(case: ct.Case) -> float:
    """1000 nats less the mean of KL(source‖model) after one fit."""
    return 1000 - _mean(case)


def proof() -> list[ct.Check]:
    """Near 0 the density of χ² times 1/x goes like x^((n-5)/2): integrable from n = 4 on."""
    import sympy

    x, n = sympy.symbols("x n", positive=True)
    density = x ** ((n - 3) / 2) * sympy.exp(-x / 2)  # of χ² with n - 1 degrees of freedom, up to a constant
    power = sympy.simplify(x * sympy.diff(density / x, x) / (density / x) + x / 2)
    m = sympy.Symbol("m", nonnegative=True)  # n = 4 + m
    y = sympy.Symbol("y", positive=True)  # n = 2y + 3
    mean = sympy.gamma(y) / (2 * sympy.gamma(y + 1))
    return [
        ct.Check("the power of x is (n-5)/2", sympy.simplify(power - (n - 5) / 2) == 0),
        ct.Check("it is above -1 for n ≥ 4", bool((power + 1).subs(n, 4 + m).simplify() > 0)),
        ct.Check("E 1/χ² = 1/(n-3)", sympy.gammasimp(mean) == 1 / (2 * y)),
    ]


claim = ct.Claim(
    "The mean test loss exists",
    ct.Cases(n=range(2, 200), ddof=(0, 1)),
    margin,
    expected="REFUTED",
    number="H2e",
    said="figures of averaged test losses",
    statistic="mean",
    precisely=(
        "Gaussian, n real points, one fit, the first. The mean over runs of KL(source‖model), by which the loss on "
        "real data exceeds the least possible one, is below 1000 nats."
    ),
    because="1/SS has no mean for n ≤ 3: a few runs are so sure of themselves that the average is infinite",
    true_when="n ≥ 4; in d dimensions, n ≥ d + 3",
    corrected=ct.Claim(
        "From four points on the mean test loss of a fit exists",
        ct.Cases(n=(4, 5, 6, 10, 20, 50, 100, 1000), ddof=(0, 1)),
        margin,
        proof=proof,
        expected="PROVED",
        statistic="mean",
        precisely="The same; E KL = ((n - ddof)(1 + 1/n)/(n-3) - 1 + ψ((n-1)/2) + ln(2/(n - ddof)))/2 is finite.",
        because="E 1/χ² with n - 1 degrees of freedom is 1/(n-3)",
    ),
)
