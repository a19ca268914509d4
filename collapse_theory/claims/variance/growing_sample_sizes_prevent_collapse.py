"""A7, as it is often shortened: take more points in every generation."""

import collapse_theory as ct


def margin(case: ct.Case) -> float:
    """Sign of the drift of ln σ_t² that remains in the end: -1, or 0 where the variance settles above 0."""
    sizes = ct.schedules.power(10, case.power)
    return ct.Recursion(ct.Gaussian(ddof=1), ct.Replace(), sample_size=sizes).fate.value


POWERS = (0.25, 0.5, 0.75, 1, 1.25, 1.5, 1.75, 2)

claim = ct.Claim(
    "Sample sizes that grow prevent collapse",
    ct.Cases(power=POWERS),
    margin,
    boundary="holds",
    expected="REFUTED",
    said="many explainers",
    statistic="almost every run",
    precisely=(
        "Gaussian, replacement, ddof = 1, n_t = ⌈10 t^power⌉. The variance of almost every run stays above 0: "
        "the margin is the sign of the drift of ln σ_t² in the end, and 0 where it settles."
    ),
    because="generation t takes about 1/n_t from ln σ², and Σ t^(-power) diverges up to a power of 1",
    true_when="the power is above 1",
    corrected=ct.Claim(
        "Sample sizes that grow by a power above 1 prevent collapse",
        ct.Cases(power=tuple(power for power in POWERS if power > 1)),
        margin,
        boundary="holds",
        expected="HOLDS",
        statistic="almost every run",
    ),
)
