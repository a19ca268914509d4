"""B9: the variance as a proxy for the tails."""

from fractions import Fraction

import collapse_theory as ct


def beyond_three(law: dict[Fraction, Fraction]) -> Fraction:
    """Mass beyond 3 standard deviations of a law of squared distances from the centre."""
    variance = sum((square * chance for square, chance in law.items()), start=Fraction(0))
    return sum((chance for square, chance in law.items() if square > 9 * variance), start=Fraction(0))


def margin(case: ct.Case) -> Fraction:
    """Mass beyond 3 standard deviations after cutting and stretching to the same variance, less half of that before."""
    rare = Fraction(1, case.odds)
    before = {Fraction(1): 1 - rare, Fraction(case.far) ** 2: rare}
    variance = (1 - rare) + rare * case.far**2
    return beyond_three({variance: Fraction(1)}) - beyond_three(before) / 2


claim = ct.Claim(
    "The variance tells what became of the tails",
    ct.Cases(far=range(2, 30), odds=range(2, 30)),
    margin,
    boundary="holds",
    expected="REFUTED",
    number="B9",
    said="implicit where the variance alone is reported",
    statistic="population",
    precisely=(
        "Points ±1, and with probability 1/odds ±far. The points ±far are cut off and the others stretched until the "
        "variance is as before: at least half of the mass beyond 3 standard deviations is left; the margin is the "
        "mass there after, less half of that before"
    ),
    because="two points at plus and minus one standard deviation have the same variance as any law, and no tail at all",
)
