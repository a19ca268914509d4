"""H2: the order of the arguments."""

from fractions import Fraction
from typing import Any

import collapse_theory as ct


def margin(case: ct.Case) -> float:
    """10 less the factor between the mean KL(source‖model) and the mean KL(model‖source)."""
    recursion = ct.Recursion(ct.Gaussian(ddof=case.ddof), ct.Replace(), sample_size=case.n)
    return 10 - float(recursion.kl_source_model.mean(case.t) / recursion.kl_model_source.mean(case.t))


def exponential(case: ct.Case) -> float:
    """Growth of the mean KL(source‖model) in a generation, as a factor, less (n-1)/(n-3)."""
    recursion = ct.Recursion(ct.Gaussian(ddof=1), ct.Replace(), sample_size=case.n)
    before, after = recursion.kl_source_model.mean([case.t, case.t + 1])
    return float(after / before - (case.n - 1) / (case.n - 3))


def proof() -> list[ct.Check]:
    """With h = (n-1)/(n-3) the mean K_t = (a (hᵗ - 1) - c t)/2 has K_{t+1} > h K_t, for every n ≥ 4 and t ≥ 0."""
    import sympy

    from collapse_theory.judgement import digamma_less_log

    x, h, a, c, t = sympy.symbols("x h a c t", positive=True)  # x = (n-1)/2, c = ln x - ψ(x), a = 3/2 - 1/(2n) > 1

    def mean(t: Any) -> Any:
        return (a * (h**t - 1) - c * t) / 2

    gain = sympy.expand(mean(t + 1) - h * mean(t), power_exp=True)
    known = ct.Recursion(ct.Gaussian(ddof=1), ct.Replace(), sample_size=10).kl_source_model.mean
    values = {a: 1.45, h: 9 / 7, c: -2 * float(known(1)) + 1.45 * 2 / 7}
    near = max(abs(float(mean(k).subs(values)) / float(known(k)) - 1) for k in (2, 5, 20))
    return [
        ct.Check(
            "K_{t+1} - h K_t = ((h-1)(a + c t) - c)/2", sympy.simplify(gain - ((h - 1) * (a + c * t) - c) / 2) == 0
        ),
        ct.positive_beyond(
            1 / (x - 1) + digamma_less_log(x)[0], x, Fraction(3, 2), what="h - 1 = 1/(x-1) > c, for n ≥ 4"
        ),
        ct.Check("the mean has that form, at n = 10", near < 1e-12),
    ]


claim = ct.Claim(
    "Both Kullback-Leibler divergences tell the same story",
    ct.Cases(n=(10, 20, 50, 100), t=(1, 2, 5, 10, 20, 50, 100, 200, 500), ddof=(1, 0)),
    margin,
    expected="REFUTED",
    number="H2b",
    said="texts that write KL without its arguments",
    statistic="mean",
    precisely=(
        "Gaussian, replacement, n points. The mean of KL(source‖model), which a test loss on real data measures, is at "
        "most ten times that of KL(model‖source)."
    ),
    because="KL(model‖source) has a mean that is linear in t; KL(source‖model) holds 1/σ_t², whose mean is exponential",
    true_when="t is small against n",
    corrected=ct.Claim(
        "The mean of KL(source‖model) grows by the factor (n-1)/(n-3), or more, in every generation",
        ct.Cases(n=(4, 5, 10, 20, 50), t=(1, 2, 5, 10, 20)),
        exponential,
        proof=proof,
        expected="PROVED",
        statistic="mean",
        precisely="Gaussian, replacement, n ≥ 4, ddof = 1: the factor of a generation, less (n-1)/(n-3).",
        because="(n-1)/(n-3) is the mean of the factor of 1/σ²; what is subtracted in the mean grows only linearly",
    ),
)
