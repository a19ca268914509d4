"""D5: all data are kept, but a fit sees a fixed number of them."""

from typing import Any

import collapse_theory as ct


def variance(case: ct.Case, ddof: int) -> Any:
    """Expected fitted variance of a sample of the pool, as a curve."""
    regime = ct.AccumulateSubsample(replacement=case.replacement)
    return ct.Recursion(ct.Gaussian(ddof=ddof), regime, sample_size=case.n).variance.mean


def margin(case: ct.Case) -> float:
    """Half of the expected variance at generation 100, less what is left in the end."""
    curve = variance(case, 0)
    return float(curve(100)) / 2 - float(curve.limit)


def growth(case: ct.Case) -> float:
    """Power of t with which the expected variance grows from generation 10³ to 10⁶, less 1/(2n)."""
    import math

    curve = variance(case, 1)
    return float((float(curve.log(10**6)) - float(curve.log(10**3))) / math.log(10**3) - 1 / (2 * case.n))


claim = ct.Claim(
    "Training on a fixed number of points of a growing pool degrades without end",
    ct.Cases(n=(2, 3, 5, 10, 20, 100), replacement=(False, True)),
    margin,
    expected="REFUTED",
    number="D5",
    said="Kazdan and others, 2024, of a slow and gradual degradation",
    statistic="mean",
    precisely=(
        "Gaussian, n points a generation added to a pool of which n are fitted, ddof = 0. More than half of the "
        "expected variance at generation 100 is lost later; the margin is half of it less the limit"
    ),
    because="the pool forgets like 1/t: its losses have a finite sum, and the expected variance has a positive limit",
    true_when="the divisor is not that of maximum likelihood: at ddof = 1 it grows, like t^(1/n) in the mean",
    corrected=ct.Claim(
        "At ddof = 1 the expected variance of such a fit grows without bound, about like t^(1/n)",
        ct.Cases(n=(2, 3, 5, 10, 20), replacement=(False, True)),
        growth,
        expected="HOLDS",
        statistic="mean",
        precisely="ddof = 1; the power of t with which it grows from generation 10³ to 10⁶, less 1/(2n).",
        because="a sample of the pool has its variance in expectation, and n new points add their own shifts to it",
    ),
)
