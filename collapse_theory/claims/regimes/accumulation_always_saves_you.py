"""D4: keep everything, and nothing can go wrong."""

import collapse_theory as ct


def margin(case: ct.Case) -> float:
    """Share of the first fit's expected variance that is left, less a tenth."""
    variance = ct.Recursion(
        ct.Gaussian(ddof=0), ct.Accumulate(), sample_size=case.n, sampling=ct.Temperature(case.temperature)
    ).variance.mean
    return float(variance(case.t)) / float(variance(1)) - 0.1


def proof() -> list[ct.Check]:
    """Accumulation keeps n/(n+1) of it, which is 2/3 at least."""
    import sympy

    n = sympy.Symbol("n", positive=True)
    return [
        *ct.claims.accumulating_keeps_n_over_n_plus_1_under_every_schedule.proof(),
        ct.positive_beyond(n / (n + 1) - sympy.Rational(1, 10), n, 2, what="n/(n+1) > 1/10 for n ≥ 2"),
    ]


claim = ct.Claim(
    "Accumulation always saves you",
    ct.Cases(t=(10, 100, 1000), temperature=(1.0, 0.9, 0.5), n=(2, 5, 20)),
    margin,
    expected="REFUTED",
    number="D4",
    said="popular summaries; against it Barzilai and Shamir, 2025, who build laws for which maximum likelihood fails",
    statistic="mean",
    precisely=(
        "Gaussian, accumulation, n points, ddof = 0, points drawn from the model at a temperature T, which has T times "
        "its variance. A tenth of the expected variance of the first fit is left after t generations"
    ),
    because="a bias of the draws adds up in the pool: its variance goes like t^(T-1), to 0 for every T below 1",
    true_when="points are honest draws of the model, and the divisor is that of maximum likelihood",
    corrected=ct.Claim(
        "With honest draws a tenth is always left",
        ct.Cases(t=(10, 100, 1000), temperature=(1.0,), n=(2, 3, 5, 20)),
        margin,
        proof=proof,
        expected="PROVED",
        statistic="mean",
        precisely="Gaussian, accumulation, n ≥ 2, ddof = 0; the same margin.",
        because="the loss of a generation is that of n points among nt, which adds up to a finite sum",
    ),
)
