"""C9: adding pseudo-counts as the cure."""

import numpy as np

import collapse_theory as ct


def source(case: ct.Case) -> ct.Categorical:
    """Two types with odds 9 to 1, and α added to each count."""
    return ct.Categorical([0.9, 0.1], smoothing=ct.AddAlpha(case.alpha))


def margin(case: ct.Case) -> float:
    """Share of the difference between the source and the uniform law that is left at generation 3 n, less a half."""
    likely = ct.Recursion(source(case), ct.Replace(), sample_size=case.n).probability_of(0).mean
    return float((likely(3 * case.n) - 0.5) / (likely(0) - 0.5)) - 0.5


def least(case: ct.Case) -> float:
    """Probability that the fit gives to a type which was not drawn at all."""
    return float(source(case).fitted(np.array([case.n, 0.0]), np.random.default_rng(0)).min())


def proof() -> list[ct.Check]:
    """A type with no count has probability α/(n + K α) > 0, for every n, K and α."""
    import sympy

    n, types, alpha = sympy.symbols("n K alpha", positive=True)
    return [ct.Check("α/(n + K α) > 0 for all positive n, K, α", (alpha / (n + types * alpha)).is_positive is True)]


claim = ct.Claim(
    "Smoothing prevents collapse",
    ct.Cases(n=(2, 5, 10, 100, 1000), alpha=(1, 0.5)),
    margin,
    expected="REFUTED",
    number="C9",
    said="a common reply for n-gram models",
    statistic="mean",
    precisely=(
        "Categorical, replacement by n points, α added to each count of K = 2 types. The expected law keeps half of "
        "its distance from the uniform law until generation 3 n; the margin is the share (n/(n+Kα))^t kept, less a half"
    ),
    because="smoothing is mutation toward the uniform law: it keeps the support and forgets the source",
    true_when="only the support is meant",
    corrected=ct.Claim(
        "With smoothing no type is ever lost",
        ct.Cases(n=(1, 2, 5, 10, 100, 1000), alpha=(1, 0.5)),
        least,
        proof=proof,
        expected="PROVED",
        statistic="almost every run",
        precisely="The same; the margin is the least probability that a type can have.",
        because="a type without a count is still given α/(n+Kα)",
    ),
)
