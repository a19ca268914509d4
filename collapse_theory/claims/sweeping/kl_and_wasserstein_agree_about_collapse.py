"""Two distances, and two verdicts."""

import math

import collapse_theory as ct


def margin(case: ct.Case) -> float:
    """Log of 1.5, less the difference of what doubling t does to the logs of the mean W2² and of the mean KL."""
    recursion = ct.Recursion(ct.Gaussian(ddof=case.ddof), ct.Replace(), sample_size=case.n)
    near, far = recursion.wasserstein2_squared.mean([case.t, 2 * case.t])
    low, high = recursion.kl_model_source.mean([case.t, 2 * case.t])
    return math.log(1.5) - abs(math.log(far / near) - math.log(high / low))


claim = ct.Claim(
    "Kullback-Leibler and Wasserstein distances agree about collapse",
    ct.Cases(n=(10, 20, 50, 100), t=(1, 2, 5, 10, 20, 50, 100, 200, 500), ddof=(1, 0)),
    margin,
    expected="REFUTED",
    number="H2d",
    said="papers that exchange one for the other",
    statistic="mean",
    precisely=(
        "Gaussian, replacement, n points. Doubling t multiplies the means of W2² and of KL(model‖source) by the same "
        "factor, within 50 %."
    ),
    because="at ddof = 0 the mean of W2² tends to 2σ₀², while that of KL(model‖source) grows like t/n for ever",
    true_when="t is small against n, where both grow like t/n",
)
