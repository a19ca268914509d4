"""A19, the other side: with a rule of thumb the expected variance grows, at every sample size."""

from fractions import Fraction

import collapse_theory as ct


def margin(case: ct.Case) -> float:
    """Growth of the expected variance from the first generation to the second, as a share."""
    recursion = ct.Recursion(ct.KernelDensity(bandwidth=case.bandwidth), ct.Replace(), sample_size=case.n)
    before, after = recursion.variance.mean([1, 2])
    return float(after / before) - 1


def proof() -> list[ct.Check]:
    """The factor in the package's own formula, then its sign with k = n^(1/5)."""
    import sympy

    from collapse_theory.symbols import n, sigma0, t

    k, steps = sympy.Symbol("k", positive=True), []
    scott, silverman = ct.KernelDensity(bandwidth="scott"), ct.KernelDensity(bandwidth="silverman")
    for family, c in ((scott, sympy.Integer(1)), (silverman, sympy.Rational(53, 50))):
        curve = ct.Recursion(family, ct.Replace(), sample_size=2).variance.mean
        factor = 1 - 1 / n + c**2 * n ** sympy.Rational(-2, 5)
        steps.append(
            ct.Check(
                f"{family.bandwidth}: E σ_t² = σ₀² (1 - 1/n + C² n^(-2/5))^t, C = {c}",
                sympy.simplify(curve.symbolic - sigma0**2 * factor**t) == 0,
            )
        )
    start = Fraction(8, 7)
    return [
        *steps,
        ct.Check("(8/7)^5 < 2, so that k = n^(1/5) ≥ 8/7 for every n ≥ 2", start**5 < 2),
        ct.positive_beyond(1 / k**2 - 1 / k**5, k, start, what="n^(-2/5) > 1/n, and C ≥ 1: the factor is above 1"),
    ]


claim = ct.Claim(
    "With a bandwidth by a rule of thumb the expected variance of a kernel density grows, at every sample size",
    ct.Cases(n=range(2, 10_000), bandwidth=("silverman", "scott")),
    margin,
    proof=proof,
    expected="PROVED",
    statistic="mean",
    precisely="Kernel density, replacement, n points, bandwidth C s n^(-1/5); the margin is the growth per generation.",
    because="the kernel adds C² n^(-2/5) of the variance, the divisor n takes 1/n of it, which is less for every n ≥ 2",
)
