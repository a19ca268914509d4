"""D18: how fast a contaminated pool learns."""

import collapse_theory as ct


def margin(case: ct.Case) -> float:
    """A tenth, less the gap between the power with which the error falls and min(1/2, share)."""
    import math

    regime = ct.AccumulateFresh(real=case.real)
    location = ct.Recursion(ct.Gaussian(ddof=0), regime, sample_size=20).squared_location_error.mean
    power = math.log2(float(location(case.t)) / float(location(2 * case.t))) / 2
    return float(0.1 - abs(power - min(0.5, case.real / 20)))


claim = ct.Claim(
    "The rate is the smaller of the base rate and the real share",
    ct.Cases(t=(1000, 4000), real=(1, 2, 5, 8, 10, 12, 15, 19)),
    margin,
    expected="HOLDS",
    number="D18",
    said="Wang, Niu and Li, 2026",
    statistic="mean square",
    precisely=(
        "Gaussian, ddof = 0, every generation adds r real points of 20 to one unlabelled pool. The root of the squared "
        "error of the mean falls like t^(-min(1/2, r/20)), measured over a doubling of t, within a tenth"
    ),
    because="real points average like t^(-1/2), and an error of the model fades from the pool like t^(-share)",
)
