"""D10: a real set that is used again and again."""

import collapse_theory as ct


def margin(case: ct.Case) -> float:
    """A hundredth of the set's own variance, less the expected variance in the end."""
    variance = ct.Recursion(ct.Gaussian(ddof=0), ct.Golden(size=case.real), sample_size=case.n).variance.mean
    return float(variance(1)) / 100 - float(variance.limit)


def cooled(case: ct.Case) -> float:
    """Minus the expected variance at generation t, in units of the first fit's, plus a hundredth."""
    variance = ct.Recursion(
        ct.Gaussian(ddof=0), ct.Accumulate(), sample_size=case.n, sampling=ct.Temperature(case.temperature)
    ).variance.mean
    return 0.01 - float(variance(case.t)) / float(variance(1))


claim = ct.Claim(
    "Fixed real data only delay the decay",
    ct.Cases(real=(2, 3, 10, 100), n=(2, 10, 100, 1000)),
    margin,
    expected="REFUTED",
    number="D10",
    said="Alemohammad and others, 2023, of loops with a fixed real set",
    statistic="mean",
    precisely=(
        "Gaussian, r real points kept for ever beside n new ones of the newest model, honest draws, ddof = 0. In the "
        "end less than a hundredth of the variance of the set is left in expectation"
    ),
    because="the set has the same weight in every fit, and a pull that does not fade keeps 2r/(2r+1) of its variance",
    true_when="draws are cooled, and the weight of the real set fades, as in a pool that grows",
    corrected=ct.Claim(
        "In a growing pool of cooled draws the real data of the beginning do not stop the decay",
        ct.Cases(n=(2, 10, 100), temperature=(0.25, 0.1), t=(10_000, 40_000)),
        cooled,
        expected="HOLDS",
        statistic="mean",
        precisely="Gaussian, accumulation, ddof = 0, temperature T ≤ 1/4; a hundredth, less the share that is left.",
        because="the share that is left goes like t^(T-1)",
    ),
)
