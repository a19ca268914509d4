"""D3: the constant of accumulation."""

import math

import collapse_theory as ct


def error(case: ct.Case) -> float:
    """Expected squared error of the mean in the end, in units of that of one fit to n real points."""
    location = ct.Recursion(case.family, ct.Accumulate(), sample_size=case.n).squared_location_error.mean
    return float(case.n * float(location.limit))


def margin(case: ct.Case) -> float:
    """One percent, less the relative gap of the error to π²/6."""
    return 0.01 - abs(error(case) / (math.pi**2 / 6) - 1)


def room(case: ct.Case) -> float:
    """How far the error is inside π²/6 - π⁴/(120 n) … π²/6."""
    missing = math.pi**2 / 6 - error(case)
    return float(min(missing, math.pi**4 / (120 * case.n) - missing))


def proof() -> list[ct.Check]:
    """With a_j = 1/(nj²): Σ a_j - Σ_{i<j} a_i a_j < 1 - Π (1 - a_j) < Σ a_j, the inequalities of Bonferroni."""
    import sympy

    from collapse_theory.tableau.moments import V, second_moment_map

    n, t, a, sums, pairs = sympy.symbols("n t a A B", positive=True)
    pool = ct.Step(drawn=(0, n), stored=(n * (t - 1),), weight=(0, 1, 1), keep=((1, 2),))
    row = second_moment_map(pool, 0)[V]
    factor = sympy.cancel(row[V] + n * (t - 1) * row["U", 1])
    second, fourth = sympy.zeta(2), sympy.zeta(4)
    return [
        ct.Check(
            "a generation keeps 1 - 1/(nt²); error = 1 - variance", sympy.cancel(factor - 1 + 1 / (n * t**2)) == 0
        ),
        ct.Check(
            "(1 - A)(1 - a) = 1 - (A + a) + aA", sympy.expand((1 - sums) * (1 - a) - (1 - sums - a) - a * sums) == 0
        ),
        ct.Check(
            "(1 - A + B)(1 - a) = 1 - (A + a) + (B + aA) - aB",
            sympy.expand((1 - sums + pairs) * (1 - a) - (1 - sums - a + pairs + a * sums) + a * pairs) == 0,
        ),
        ct.Check("Σ 1/j² = π²/6", second == sympy.pi**2 / 6),
        ct.Check("Σ_{i<j} 1/(i²j²) = π⁴/120", sympy.simplify((second**2 - fourth) / 2 - sympy.pi**4 / 120) == 0),
    ]


claim = ct.Claim(
    "Under accumulation the error grows by the factor π²/6, whatever is fitted",
    ct.Cases(n=(2, 3, 5, 10, 100, 1000), family=(ct.NormalMean(), ct.Gaussian(ddof=0))),
    margin,
    expected="REFUTED",
    number="D3",
    said="Dey and Donoho, 2024, who say it of many points",
    statistic="mean square",
    precisely=(
        "squared error of the mean in the end, in units of that of one fit to n real points, within one percent of "
        "π²/6; the mean of a normal law of known variance, or of a Gaussian whose variance is fitted too, ddof = 0"
    ),
    because="with few points the fitted variance falls as well, and later generations add less noise: 1 - sin(x)/x",
    true_when="samples are large",
    corrected=ct.Claim(
        "The factor of a Gaussian lies between π²/6 - π⁴/(120 n) and π²/6, for every n",
        ct.Cases(n=(2, 3, 5, 10, 100, 1000), family=(ct.Gaussian(ddof=0),)),
        room,
        proof=proof,
        expected="PROVED",
        statistic="mean square",
        precisely="Gaussian, accumulation, ddof = 0; distance of the factor to the nearer end of the interval.",
        because="the error is 1 - Π (1 - 1/(nj²)), between two of Bonferroni's sums",
    ),
)
