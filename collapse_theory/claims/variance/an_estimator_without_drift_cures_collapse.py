"""A15: choose the divisor so that ln σ has no drift."""

import collapse_theory as ct


def margin(case: ct.Case) -> float:
    """Share of the runs whose variance is within a factor of 10 of the source's at generation t, less one half."""
    family = ct.Gaussian(ddof=ct.critical_ddof(case.n))
    law = ct.Recursion(family, ct.Replace(), sample_size=case.n).variance.distribution(case.t)
    return float(law.cdf(10)) - float(law.cdf(0.1)) - 0.5


claim = ct.Claim(
    "An estimator calibrated so that ln σ has no drift cures collapse",
    ct.Cases(n=(2, 5, 10, 20, 50, 100), t=(1, 2, 3, 10, 30, 100, 300, 1000)),
    margin,
    expected="REFUTED",
    number="A15",
    statistic="one run",
    precisely=(
        "Gaussian, replacement, n points, the critical divisor. At any generation t at least half of the runs have a "
        "variance within a factor of 10 of the source's: the margin is P(1/10 ≤ σ_t²/σ₀² ≤ 10) - 1/2."
    ),
    because=(
        "ln σ_t² is then a walk of mean zero, which leaves every interval: lower limit 0, upper limit ∞ in "
        "almost every run, while E σ_t² grows exponentially"
    ),
)
