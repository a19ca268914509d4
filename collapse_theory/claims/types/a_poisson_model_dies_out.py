"""C12: the refitted rate becomes 0."""

import math

import collapse_theory as ct


def margin(case: ct.Case) -> float:
    """Chance that the rate is 0 by generation t, less its lower bound exp(-2 n λ/(t+1)), which tends to 1."""
    recursion = ct.Recursion(ct.Poisson(rate=case.rate), ct.Replace(), sample_size=case.n)
    extinct = float(recursion.extinction_time.distribution.cdf(case.t))
    return extinct - math.exp(-2 * case.n * case.rate / (case.t + 1))


def proof() -> list[ct.Check]:
    """P(extinct by t) = exp(-n λ g_t) with g_1 = 1, g' = 1 - exp(-g); by induction g_t ≤ 2/(t+1), which tends to 0."""
    import sympy

    x, t = sympy.symbols("x t", positive=True)
    taylor = 1 - x + x**2 / 2 - x**3 / 6  # below exp(-x), as its remainder is exp(-y) x⁴/24
    slack = sympy.factor(2 * x / (2 + x) - (1 - taylor))
    following = sympy.simplify((2 * x / (2 + x)).subs(x, 2 / (t + 1)) - 2 / (t + 2))
    return [
        ct.Check("exp(-x) exceeds its cubic by a positive remainder", (sympy.exp(-x) * x**4 / 24).is_positive is True),
        ct.Check(
            "2x/(2+x) - (x - x²/2 + x³/6) = x³(1-x)/(6(2+x)) ≥ 0 on [0, 1], so that 1 - exp(-x) ≤ 2x/(2+x)",
            sympy.simplify(slack - x**3 * (1 - x) / (6 * (2 + x))) == 0,
        ),
        ct.Check("2x/(2+x) takes 2/(t+1) to 2/(t+2), and 2/(1+1) = g_1", following == 0),
        ct.Check("exp(-2nλ/(t+1)) → 1", sympy.limit(sympy.exp(-2 * x / (t + 1)), t, sympy.oo) == 1),
    ]


claim = ct.Claim(
    "A Poisson model dies out",
    ct.Cases(n=(1, 2, 5), rate=(0.1, 1.0), t=(2, 5, 10, 100, 1000)),
    margin,
    proof=proof,
    expected="PROVED",
    number="C12",
    said="Suresh et al., 2024",
    statistic="almost every run",
    precisely=(
        "Poisson, replacement by n points, rate λ. The chance exp(-n λ g_t) that the fitted rate is 0 by generation t "
        "tends to 1, at least as fast as exp(-2nλ/(t+1)); the margin is the difference of the two"
    ),
    because="the sum of the points is a branching process with Poisson offspring of mean 1, which dies out",
)
