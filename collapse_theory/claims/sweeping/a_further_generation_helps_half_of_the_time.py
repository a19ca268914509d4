"""Recursive training as a coin toss: the next model may be luckily better."""

from typing import Any

import collapse_theory as ct


def margin(case: ct.Case) -> Any:
    """Chance that so many further generations leave the fitted mean nearer to the truth, less one half, exactly."""
    import sympy

    recursion = ct.Recursion(ct.NormalMean(), ct.Replace(), sample_size=10)
    first, later = recursion.squared_location_error.mean([1, 1 + case.further])
    spread = sympy.sqrt(round(float(later / first)) - 1)  # of what is added, in units of the first error
    return sympy.atan(2 / spread) / sympy.pi - sympy.Rational(1, 2)


claim = ct.Claim(
    "A further generation helps half of the time",
    ct.Cases(further=(1, 2, 4, 9, 100)),
    margin,
    expected="REFUTED",
    said="a hopeful reading of random drift",
    statistic="law",
    precisely=(
        "A mean of known variance, replacement. The fitted mean is nearer to the truth after some further generations "
        "than it was after the first fit with a chance of one half; the margin is that chance less 1/2, exactly."
    ),
    because=(
        "the error X becomes X + sY, s² the number of further generations; |X + sY| < |X| needs Y/X between -2/s and "
        "0, which has the chance arctan(2/s)/π: 0.352 after one generation, 1/4 after four"
    ),
)
