"""A7: samples that grow faster than the generation are said to be enough."""

import math

import numpy as np

import collapse_theory as ct
from collapse_theory.judgement import digamma_less_log


def margin(case: ct.Case) -> float:
    """3/4 less the ratio of two losses of E ln σ_t²: in generations 65 … 4096, and in generations 9 … 64."""

    def size(t: int) -> int:
        return math.ceil(float(50 * t**case.power * math.log(t + 1) ** case.logs))

    recursion = ct.Recursion(ct.Gaussian(ddof=1), ct.Replace(), sample_size=ct.schedules.custom(size))
    _, before, after = np.diff(recursion.log_variance.mean([0, 8, 64, 4096]))
    return 0.75 - float(after / before)


def proof() -> list[ct.Check]:
    """The loss of one generation is below 3/n_t in mean, its variance below 13/n_t: both series converge with Σ 1/n_t.

    Then ln σ_t² converges in almost every run (Kolmogorov's series), and its limit is finite: σ_t² stays above 0. The
    bound of the variance ψ'(x) = Σ 1/(x+k)² is that of its first term and an integral, 1/x² + 1/x.
    """
    import sympy

    n, x, y = sympy.symbols("n x y", positive=True)
    below, _ = digamma_less_log((n - 1) / 2)
    spread = (1 / x**2 + 1 / x).subs(x, (n - 1) / 2)
    slowest = sympy.integrate(1 / (y * sympy.log(y) ** 2), (y, 2, sympy.oo))
    return [
        ct.positive_beyond(3 / n + below, n, 2, what="0 < ln x - ψ(x) < 3/n for x = (n-1)/2, n ≥ 2"),
        ct.Check("the integral of 1/y² from x on is 1/x", sympy.integrate(1 / y**2, (y, x, sympy.oo)) == 1 / x),
        ct.positive_beyond(13 / n - spread, n, 2, what="1/x² + 1/x < 13/n"),
        ct.Check("Σ 1/(t ln² t) converges, by its integral 1/ln 2", sympy.simplify(slowest - 1 / sympy.log(2)) == 0),
    ]


SUPERLINEAR = ct.Cases(power=(1, 1.5, 2), logs=(0, 1, 2, 3)).where(lambda case: case.power > 1 or case.logs > 0)

claim = ct.Claim(
    "Sample sizes that grow superlinearly prevent collapse",
    SUPERLINEAR,
    margin,
    expected="REFUTED",
    number="A7",
    said="an encyclopaedia article; with a power above 1, Xu et al., arXiv 2505.13947",
    statistic="almost every run",
    precisely=(
        "Gaussian, replacement, ddof = 1, n_t = ⌈50 t^power ln(t+1)^logs⌉. The loss of E ln σ_t² from "
        "generation T to T² falls below 3/4 of that from √T to T, at T = 64: the margin is 3/4 less that ratio. "
        "It is 2 for n_t ~ t, 1 for t ln t, 1/2 for t ln² t, and tends to 0 for a power above 1."
    ),
    because=(
        "a limit above 0 needs Σ 1/n_t < ∞ (Kakutani), and Σ 1/(t ln t) diverges, by ln 2 from every T to T². "
        "It is slow: with 50 t ln(t+1), ln σ_t² has lost less than a tenth after 20 000 generations"
    ),
    true_when="the sum of 1/n_t converges: any power above 1, or t ln² t; superlinear growth is only necessary",
    corrected=ct.Claim(
        "Sample sizes with a convergent sum of reciprocals prevent collapse",
        SUPERLINEAR.where(lambda case: case.power > 1 or case.logs > 1),
        margin,
        proof=proof,
        expected="PROVED",
        statistic="almost every run",
        precisely=(
            "What is proved: where Σ 1/n_t converges, ln σ_t² has a finite limit in almost every run. The margin, the "
            "same as above, shows it at T = 64 and is not part of the proof."
        ),
    ),
)
