"""D1: a regression on its own labels, replaced or accumulated."""

import math

import collapse_theory as ct


def margin(case: ct.Case) -> float:
    """The smaller of what is left to π²/6 first risks under accumulation, and of 1e-9 less the gap to a line."""
    family = ct.LinearRegression(dimension=case.d, design=case.design)
    replaced, accumulated = (
        ct.Recursion(family, regime, sample_size=case.n).excess_risk.mean for regime in (ct.Replace(), ct.Accumulate())
    )
    first = float(replaced(1))
    off_the_line = abs(float(replaced(case.t)) / (case.t * first) - 1)
    return float(min(math.pi**2 / 6 - float(accumulated(case.t)) / first, 1e-9 - off_the_line))


def proof() -> list[ct.Check]:
    """The sum σ²d Σ 1/(i(in-d-1)) of new rows is below that of one design, first risk times Σ 1/i² = π²/6."""
    import sympy

    i, n, d, k = (sympy.Symbol(letter, positive=True) for letter in "indk")
    inverse = sympy.gammasimp(sympy.gamma(k / 2 - 1) / (2 * sympy.gamma(k / 2)))  # E 1/χ² of k degrees of freedom
    pool = ct.Recursion(ct.LinearRegression(dimension=2), ct.Accumulate(), sample_size=6).excess_risk.mean
    summed = sum(2 / (batch * (batch * 6 - 3)) for batch in (1, 2, 3))
    ahead = (i * n - d - 1) - i * (n - d - 1)
    return [
        ct.Check(
            "E tr (X'X)⁻¹ = d E 1/χ² = d/(n-d-1), n-d+1 degrees of freedom",
            inverse.subs(k, n - d + 1) == 1 / (n - d - 1),
        ),
        ct.Check("a pool has d Σ 1/(i(in-d-1)), as the curve does at n = 6, d = 2", abs(pool(3) - summed) < 1e-14),
        ct.Check("in - d - 1 = i(n-d-1) + (i-1)(d+1)", sympy.expand(ahead - (i - 1) * (d + 1)) == 0),
        ct.Check("Σ 1/i² = π²/6, of positive terms", sympy.zeta(2) == sympy.pi**2 / 6),
    ]


claim = ct.Claim(
    "Replacing labels lets the risk of a regression grow linearly, accumulating them keeps it below π²/6 first risks",
    ct.Cases(t=(1, 2, 10, 1000), n=(3, 4, 10, 100), d=(1, 8), design=("fresh", "repeated")).where(
        lambda case: case.n >= case.d + 2
    ),
    margin,
    proof=proof,
    expected="PROVED",
    number="D1",
    said="Gerstgrasser and others, 2024",
    statistic="mean",
    precisely=(
        "least squares on n standard normal rows of d coefficients, n ≥ d + 2, noise of the same variance in all "
        "labels; rows new in every generation or always the same. The excess risk is in units of that of one fit"
    ),
    because="every refit adds the risk of a first one, which in a pool of i batches counts 1/i² of it, at most",
)
