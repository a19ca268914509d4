"""A3: the expected squared Wasserstein distance to the source passes every bound."""

import collapse_theory as ct


def margin(case: ct.Case) -> float:
    """By how much E W2² at generation level · n lies above the level, in units of the source's variance."""
    recursion = ct.Recursion(ct.Gaussian(ddof=case.ddof), ct.Replace(), sample_size=case.n)
    return float(recursion.wasserstein2_squared.mean(case.level * case.n) - case.level)


def proof() -> list[ct.Check]:
    """The part E(μ_t - μ₀)² of E W2² is tσ₀²/n; the other, E(σ_t - σ₀)², is positive."""
    from collapse_theory.symbols import n, sigma0, t

    curve = ct.Recursion(ct.Gaussian(ddof=1), ct.Replace(), sample_size=2).squared_location_error.mean
    reached = curve.symbolic - sigma0**2 * t / n
    return [ct.Check("E W2² > E(μ_t - μ₀)² = tσ₀²/n, which is the level at t = level · n", reached == 0)]


claim = ct.Claim(
    "The expected squared W2 distance to the data tends to infinity",
    ct.Cases(level=range(1, 10), n=range(2, 10), ddof=(1, 0)),
    margin,
    expected="REFUTED",
    number="A3",
    said="Shumailov et al., Nature 2024, Theorem 3.1, retold without the divisor",
    statistic="mean",
    precisely=(
        "Gaussian, replacement, n points, ddof = 0 or 1: E W2² at generation level · n exceeds the level times σ₀², "
        "for every level. The margin is the excess over the level."
    ),
    because="at ddof = 0 variance moves from inside the model to its mean, no more: E W2² = 2σ₀(σ₀ - E σ_t) < 2σ₀²",
    true_when="the variance is the unbiased one, as in the theorem",
    corrected=ct.Claim(
        "At ddof = 1 the expected squared W2 distance to the data tends to infinity",
        ct.Cases(level=range(1, 10), n=range(2, 10), ddof=(1,)),
        margin,
        proof=proof,
        expected="PROVED",
        statistic="mean",
    ),
)
