"""H2: KL(model‖source), a straight line."""

from typing import Any

import collapse_theory as ct


def margin(case: ct.Case) -> float:
    """1e-9 less the relative distance of the mean at generation t from t times that at generation 1."""
    recursion = ct.Recursion(ct.Gaussian(ddof=1), ct.Replace(), sample_size=case.n)
    first, later = recursion.kl_model_source.mean([1, case.t])
    return float(1e-9 - abs(later / (case.t * first) - 1))


def proof() -> list[ct.Check]:
    """The formula is t times a constant, and the constant is positive for every n ≥ 2."""
    import sympy

    from collapse_theory.judgement import digamma_less_log
    from collapse_theory.symbols import n, t

    mean = ct.Recursion(ct.Gaussian(ddof=1), ct.Replace(), sample_size=10).kl_model_source.mean.symbolic
    x = sympy.Symbol("x", positive=True)  # (n-1)/2
    slope = (1 / n + sympy.log((n - 1) / 2) - sympy.digamma((n - 1) / 2)) / 2

    def twice(x: Any) -> Any:
        return 1 / (2 * x + 1) + x.log() - x.digamma()

    return [
        ct.Check("the mean is t (1/n + ln x - ψ(x))/2 with x = (n-1)/2", _same(mean, t * slope)),
        ct.positive_on(twice, (sympy.Rational(1, 2), 32), what="the slope is positive on x in [1/2, 32]"),
        ct.positive_beyond(1 / (2 * x + 1) - digamma_less_log(x)[1], x, 32, what="and from x = 32 on"),
    ]


def _same(one: Any, other: Any) -> bool:
    import sympy

    difference = sympy.expand_log(sympy.expand_func(one - other), force=True)
    return bool(sympy.simplify(difference.replace(sympy.polygamma, lambda k, x: sympy.Symbol("psi"))) == 0)


claim = ct.Claim(
    "The mean of KL(model‖source) grows linearly for ever",
    ct.Cases(n=(2, 3, 5, 10, 100), t=(2, 10, 100, 1000)),
    margin,
    proof=proof,
    expected="PROVED",
    number="H2c",
    said="a sharp form of the statement that the error diverges",
    statistic="mean",
    precisely=(
        "Gaussian, replacement, n points, ddof = 1: E KL(N_t‖N_0) = t (1/n + ln x - ψ(x))/2, x = (n-1)/2, about t/n. "
        "The margin is 1e-9 less the relative distance from a straight line."
    ),
    because="E σ² stays, E(μ-μ₀)² = tσ₀²/n, and E ln σ² falls by the same amount in every generation",
)
