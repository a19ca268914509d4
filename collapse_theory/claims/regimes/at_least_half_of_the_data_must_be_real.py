"""D14: half and half, as a rule."""

import collapse_theory as ct


def margin(case: ct.Case) -> float:
    """Squared error of the mean in the end, less that of the real points of one generation alone; r times both."""
    regime = ct.Weighted(real=case.real, weight=case.weight)
    location = ct.Recursion(ct.NormalMean(), regime, sample_size=2 * case.real).squared_location_error.mean
    return float(case.real * float(location.limit) - 1)


def growth(case: ct.Case) -> float:
    """Log₂ of the factor of t times the error from generation 10³ to twice that."""
    import math

    location = ct.Recursion(
        ct.Gaussian(ddof=0), ct.AccumulateFresh(real=case.real), sample_size=case.n
    ).squared_location_error.mean
    return math.log2(2 * float(location(2000)) / float(location(1000)))


claim = ct.Claim(
    "At least half of the data must be real",
    ct.Cases(real=(1, 10, 100), weight=(0.45, 0.4, 0.35, 0.3)),
    margin,
    expected="REFUTED",
    number="D14",
    said="a summary of a paper on regression with more parameters than rows",
    statistic="mean square",
    precisely=(
        "mean of a normal law of known variance; r fresh real points with a weight w below 1/2 beside r of the newest "
        "model. The loop is then worse than the real points alone: the margin is its excess error"
    ),
    because="the synthetic points pay from a weight of a third on (D12); one half is a number of another model",
    true_when="all points go into one pool without labels, and the error has to fall like 1/t",
    corrected=ct.Claim(
        "In an unlabelled pool that is less than half real, t times the squared error of the mean grows for ever",
        ct.Cases(n=(20, 100, 1000), real=(1, 4, 8)),
        growth,
        expected="HOLDS",
        statistic="mean square",
        precisely="Gaussian, ddof = 0, r of n new points real, 2r < n; log₂ of the growth factor over t = 1000 … 2000.",
        because="the error of the model decays like t^(-2r/n), as the pool hands it back",
    ),
)
