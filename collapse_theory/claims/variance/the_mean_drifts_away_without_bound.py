"""A18: the fitted mean is a random walk, so it goes anywhere."""

from fractions import Fraction

import collapse_theory as ct
from collapse_theory.tableau.moments import exact_second_moments


def margin(case: ct.Case) -> float:
    """Share of the runs whose mean is further off than level · σ₀ at generation 10 n level², less one half."""
    recursion = ct.Recursion(ct.Gaussian(ddof=1), ct.Replace(), sample_size=case.n)
    return 2 * float(recursion.location.distribution(10 * case.n * case.level**2).sf(case.level)) - 0.5


def in_mean_square(case: ct.Case) -> Fraction:
    """Excess of E(μ_t-μ₀)² over level² σ₀² at generation 10 n level², in exact fractions."""
    recursion = ct.Recursion(ct.Gaussian(ddof=1), ct.Replace(), sample_size=case.n)
    _, apart = exact_second_moments(recursion.regime, recursion.sizes, 1, 10 * case.n * case.level**2)[-1]
    return apart - Fraction(case.level**2)


def proof() -> list[ct.Check]:
    """In letters: E(μ_t-μ₀)² = tσ₀²/n, which is 10 level² σ₀² at generation 10 n level²."""
    from collapse_theory.symbols import n, sigma0, t

    curve = ct.Recursion(ct.Gaussian(ddof=1), ct.Replace(), sample_size=2).squared_location_error.mean
    return [ct.Check("E(μ_t-μ₀)² = tσ₀²/n for all n and t", curve.symbolic - sigma0**2 * t / n == 0)]


claim = ct.Claim(
    "The mean drifts away without bound",
    ct.Cases(level=(1, 2, 3), n=(2, 3, 5, 10)),
    margin,
    expected="REFUTED",
    number="A18",
    said="summaries of Zenil, arXiv 2601.05280, which has a random walk bounded by the diameter of the support alone",
    statistic="one run",
    precisely=(
        "Gaussian, replacement, n points, ddof = 1: for every level, at least half of the runs have |μ_t-μ₀| > "
        "level · σ₀ at generation 10 n level², where E(μ_t-μ₀)² = 10 level² σ₀². The margin is that probability "
        "less 1/2."
    ),
    because=(
        "the steps of the mean shrink with σ_t, geometrically, so that the mean converges in almost every run; "
        "its limit has no variance (Student with 2 degrees of freedom for large n), and only the mean square "
        "diverges"
    ),
    true_when="one means the mean square over runs",
    corrected=ct.Claim(
        "The mean drifts without bound in mean square",
        ct.Cases(level=(1, 2), n=(2, 3, 5)),
        in_mean_square,
        proof=proof,
        expected="PROVED",
        statistic="mean square",
    ),
)
