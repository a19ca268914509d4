"""A4: not the expectation alone, every single run is said to leave the source behind."""

import math

import collapse_theory as ct


def margin(case: ct.Case) -> float:
    """Upper bound of P(W2 > level) at generation 4 n level², less one half; lengths in units of the source's sd."""
    recursion = ct.Recursion(ct.Gaussian(ddof=1), ct.Replace(), sample_size=case.n)
    t = 4 * case.n * case.level**2
    apart = float(recursion.location.distribution(t).sf(math.sqrt(case.level**2 - 1)))
    wide = float(recursion.variance.distribution(t).sf(4))
    return min(1.0, 2 * apart + wide) - 0.5


claim = ct.Claim(
    "The W2 distance to the data grows without bound, with probability one",
    ct.Cases(level=range(2, 100), n=range(2, 100)),
    margin,
    expected="REFUTED",
    number="A4",
    said="a blog that retells the published theorem",
    statistic="one run",
    precisely=(
        "Gaussian, replacement, n points, ddof = 1: for every level, at least half of the runs have W2 > level · σ₀ at "
        "generation 4 n level², where E W2² is beyond 4 level² σ₀². W2² = (μ_t-μ₀)² + (σ_t-σ₀)², so that P(W2 > level) "
        "≤ P(|μ_t-μ₀| > √(level²-1) σ₀) + P(σ_t > 2σ₀); the margin is this bound, from the exact laws, less 1/2."
    ),
    because=(
        "σ_t falls geometrically, so the steps of the mean are summable: W2² converges to the random, finite "
        "(μ_∞-μ₀)² + σ₀². Its law has no mean, which is why the expectation diverges"
    ),
)
