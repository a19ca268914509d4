"""A10: as many generations as points."""

import collapse_theory as ct


def margin(case: ct.Case) -> float:
    """Share of the runs whose sd is below a tenth of the source's after so many times n generations, less one half."""
    recursion = ct.Recursion(ct.Gaussian(ddof=case.ddof), ct.Replace(), sample_size=case.n)
    return float(recursion.sd.distribution(case.times * case.n).cdf(0.1)) - 0.5


claim = ct.Claim(
    "The standard deviation is gone after roughly n generations",
    ct.Cases(n=(2, 5, 10, 20, 100, 1000), ddof=(1, 0), times=(1,)),
    margin,
    expected="REFUTED",
    number="A10",
    said="a short reading of Suresh et al., arXiv 2412.17646, where n is a time scale",
    statistic="median",
    precisely=(
        "Gaussian, replacement, n points. “Gone” is read as below a tenth of the source's in at least half of "
        "the runs: the margin is P(σ_t < σ₀/10) - 1/2 at t = n."
    ),
    because=(
        "n is a scale: for large n the typical standard deviation at t = n is e^(-1/2) = 61 % of the source's at "
        "ddof = 1, and e^(-1) = 37 % at ddof = 0"
    ),
    true_when="n is read as the time scale of an exponential decay, of which a tenth is left after some 5n generations",
    corrected=ct.Claim(
        "The standard deviation is below a tenth of the source's, in half of the runs, after 5n generations",
        ct.Cases(n=(2, 5, 10, 20, 100, 1000), ddof=(1, 0), times=(5,)),
        margin,
        expected="HOLDS",
        statistic="median",
    ),
)
