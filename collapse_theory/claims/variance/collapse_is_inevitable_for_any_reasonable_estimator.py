"""A14: no estimator helps."""

import collapse_theory as ct


def margin(case: ct.Case) -> float:
    """By how much the divisor's correction stays below the critical one, beyond which almost every run explodes."""
    return float(ct.critical_ddof(case.n) - case.ddof)


claim = ct.Claim(
    "Collapse is inevitable for any reasonable estimator",
    ct.Cases(n=range(2, 10_000), ddof=(0, 1, 2, 3)).where(lambda case: case.ddof < case.n),
    margin,
    expected="REFUTED",
    number="A14",
    said="press articles, TechTarget among them",
    statistic="almost every run",
    precisely=(
        "Gaussian, replacement, n points, variance SS/(n - ddof): ddof = 0 is maximum likelihood, 1 the unbiased "
        "variance, 3 the unbiased precision and the posterior mean of the variance under the prior 1/σ². The margin is "
        "n - 2 exp ψ((n-1)/2) - ddof."
    ),
    because=(
        "the critical correction is below 2 for every n. Beyond it the drift is positive and the variance of almost "
        "every run explodes; the unbiased precision, ddof = 3, grows by 0.136 per generation at n = 10"
    ),
)
