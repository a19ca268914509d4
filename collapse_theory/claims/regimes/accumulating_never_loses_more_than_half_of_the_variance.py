"""D2b: a simple bound that is almost true."""

from fractions import Fraction

import collapse_theory as ct


def margin(case: ct.Case) -> Fraction:
    """Expected variance at generation t in units of the source's, less a half."""
    from collapse_theory.tableau.moments import exact_second_moments

    recursion = ct.Recursion(ct.Gaussian(ddof=0), ct.Accumulate(), sample_size=case.n)
    variance, _ = exact_second_moments(recursion.regime, recursion.sizes, 0, case.t)[case.t]
    return Fraction(variance - Fraction(1, 2))


def proof() -> list[ct.Check]:
    """Factors 1 - 1/(nt²), which grow with n: three of them at n = 3, and at most the rest of Σ 1/t² for the others."""
    import sympy

    from collapse_theory.tableau.moments import V, second_moment_map

    n, t = sympy.symbols("n t", positive=True)
    pool = ct.Step(drawn=(0, n), stored=(n * (t - 1),), weight=(0, 1, 1), keep=((1, 2),))
    row = second_moment_map(pool, 0)[V]
    factor = sympy.cancel(row[V] + n * (t - 1) * row["U", 1])  # the pool's sum of squares is its size times V
    early = sympy.prod([factor.subs({n: 3, t: early}) for early in (1, 2, 3)])
    late = sympy.zeta(2) - sum(sympy.Rational(1, early**2) for early in (1, 2, 3))
    return [
        ct.Check("generation t keeps 1 - 1/(nt²)", sympy.cancel(factor - (1 - 1 / (n * t**2))) == 0),
        ct.Check("its slope in n is 1/(nt)² > 0", sympy.cancel(factor.diff(n) - 1 / (n * t) ** 2) == 0),
        ct.Check(
            f"at n = 3: {early} of it, times 1 - (π²/6 - 49/36)/3, is > 1/2", bool(2 * early * (1 - late / 3) > 1)
        ),
    ]


claim = ct.Claim(
    "Accumulating never loses more than half of the variance",
    ct.Cases(n=range(2, 12), t=range(1, 12)),
    margin,
    boundary="holds",
    expected="REFUTED",
    number="D2b",
    statistic="mean",
    precisely="Gaussian, accumulation, n points, ddof = 0; expected variance in units of the source's, less 1/2.",
    because="a fit to two points has half of the variance at once, and the second generation takes an eighth of that",
    true_when="a generation has at least 3 points",
    corrected=ct.Claim(
        "With 3 points or more a generation, accumulating never loses more than half of the variance",
        ct.Cases(n=range(3, 12), t=range(1, 12)),
        margin,
        proof=proof,
        expected="PROVED",
        statistic="mean",
        precisely="Gaussian, accumulation, n ≥ 3, ddof = 0; expected variance, less half of the source's.",
        because="the share that is left, sin(x)/x with x = π/√n, grows with n, and at n = 3 it is 0.535",
    ),
)
