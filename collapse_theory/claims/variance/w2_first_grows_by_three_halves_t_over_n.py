"""A6: the constant of the first-order growth of the expected squared W2 distance."""

import collapse_theory as ct


def margin(case: ct.Case) -> float:
    """What is left of the allowed remainder t(t+1)/n² of E W2² = (3/2) t/n + …, in units of the source's variance."""
    recursion = ct.Recursion(ct.Gaussian(ddof=1), ct.Replace(), sample_size=case.n)
    grown = float(recursion.wasserstein2_squared.mean(case.t))
    return float(case.t * (case.t + 1) / case.n**2 - abs(grown - 1.5 * case.t / case.n))


def proof() -> list[ct.Check]:
    """E W2² = t/n + 2(1-c^t), c = c4(n), and u = 1-c gives 2(1-c^t) within 2tu - t(t-1)u² and 2tu (Bonferroni).

    So 1/(4n) ≤ u ≤ 1/(4n) + 1/n² ≤ 1/n is enough. c² and both squared bounds tend to 1, c² between 1 - 1/(n-1) and 1 as
    ln Γ is convex. From n to n + 2 the square of c grows by n²/(n²-1), the upper bound by less, the lower one by more;
    so they stay on their sides for every n.
    """
    import sympy

    n, x = sympy.symbols("n x", positive=True)
    c_squared = (sympy.gamma(x + sympy.Rational(1, 2)) / sympy.gamma(x)) ** 2 / x
    grows = (sympy.expand_func(c_squared.subs(x, x + 1)) / c_squared).subs(x, (n - 1) / 2)
    low, high = (1 - 1 / (4 * n) - 1 / n**2) ** 2, (1 - 1 / (4 * n)) ** 2
    by = n**2 / (n**2 - 1)
    return [
        ct.Check(
            "c4(n+2)²/c4(n)² = n²/(n²-1), from c4² = Γ(x+1/2)²/(x Γ(x)²) at x = (n-1)/2",
            sympy.cancel(grows - by) == 0,
        ),
        ct.positive_beyond(by - high.subs(n, n + 2) / high, n, 2, what="c4 ≤ 1 - 1/(4n) for n ≥ 2"),
        ct.positive_beyond(low.subs(n, n + 2) / low - by, n, 2, what="c4 ≥ 1 - 1/(4n) - 1/n² for n ≥ 2"),
        ct.positive_beyond(1 / n - 1 / (4 * n) - 1 / n**2, n, 2, what="1/(4n) + 1/n² < 1/n for n ≥ 2"),
    ]


claim = ct.Claim(
    "The expected squared W2 distance to the data first grows by (3/2) σ₀² t/n",
    ct.Cases(t=range(1, 12), n=range(2, 12)),
    margin,
    proof=proof,
    expected="PROVED",
    number="A6",
    said="a preprint of 2023 and an encyclopaedia article",
    statistic="mean",
    precisely=(
        "Gaussian, replacement, n points, ddof = 1: E W2²/σ₀² is (3/2) t/n with a remainder of at most t(t+1)/n², for "
        "all n ≥ 2 and t ≥ 1. The margin is what is left of that remainder. For t ≫ n the slope is 1/n, not 3/(2n)."
    ),
    because=(
        "E W2² = σ₀²(t/n + 2(1 - c4^t)): a part t/n by the mean, and 2(1 - c4^t) ≈ t/(2n) by the standard deviation"
    ),
)
