r"""How fast second moments forget, and how many real points the long-run mean is worth.

A map :math:`x' = Ax + b` of :math:`x = (V, M)` forgets by the factor :math:`\rho(A)` a generation. With the variance
held at the source's (:math:`V = 1`, known variance) the last row alone has the stationary error
:math:`M^* = (A_{MV} + b_M)/(1 - A_{MM})`, and :math:`1/M^*` real points have a mean of the same error.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from collapse_theory.errors import NoClosedForm, NotDefined
from collapse_theory.regimes.linear_map import AffineMap, slotless
from collapse_theory.theorem import Check, Theorem


def _map(setting: Any) -> AffineMap:
    return AffineMap.of(setting.regime, setting.sizes, setting.family.ddof)


def _constant_map(setting: Any) -> bool:
    return bool(setting.family.two_moments and slotless(setting))


def _gain(setting: Any) -> float:
    exact = _map(setting)
    if setting.tableau.replacement:
        return float(exact.a[0][0])
    return max(abs(1 - gap) for gap in exact.gaps)


def _relaxation(setting: Any) -> float:
    gap = _map(setting).slow_gap
    return float(-1 / np.log1p(-gap)) if gap < 1 else 0.0


def _effective(setting: Any) -> float:
    exact = _map(setting)
    forgotten, entering = 1 - exact.a[1][1], exact.a[1][0] + exact.b[1]
    return float(forgotten / entering)


def _reference(setting: Any, t: int) -> Any:
    """Spectral radius by mpmath's eigenvalues, under replacement without the translation of the mean."""
    import mpmath

    exact = _map(setting)
    if setting.tableau.replacement:
        return mpmath.mpf(exact.a[0][0].numerator) / exact.a[0][0].denominator
    matrix = mpmath.matrix([[mpmath.mpf(x.numerator) / x.denominator for x in row] for row in exact.a])
    return max(abs(value) for value in mpmath.eig(matrix, left=False, right=False))


def _relaxation_reference(setting: Any, t: int) -> Any:
    import mpmath

    gain = _reference(setting, t)
    return -1 / mpmath.log(gain) if gain else mpmath.mpf(0)


def _prove_divergence() -> tuple[Check, ...]:
    """The harmonic series, the slowest growth that a schedule of known end with an infinite sum can have."""
    import sympy

    j = sympy.Symbol("j", positive=True, integer=True)
    return (Check("the sum of 1/j is infinite", sympy.summation(1 / j, (j, 1, sympy.oo)) == sympy.oo),)


def _prove_sizes() -> tuple[Check, ...]:
    """The quotient against the printed sizes of every regime."""
    import sympy

    from collapse_theory.regimes import Step
    from collapse_theory.regimes.moments import ONE, M, V, second_moment_map
    from collapse_theory.symbols import alpha, ddof, n

    def size(step: Step) -> Any:
        row = second_moment_map(step, ddof)[M]
        return (1 - row.get(M, 0)) / (row.get(V, 0) + row.get(ONE, 0))

    j = sympy.Symbol("j", positive=True, integer=True)
    fixed = size(Step(drawn=(alpha * n, (1 - alpha) * n), weight=(1, 1)))
    chance = size(Step(drawn=(0, n), weight=(0, 1), share=alpha))
    kept = sympy.summation(1 / (n * j**2), (j, 1, sympy.oo))
    return (
        Check("fixed count: n α(2 − α)", sympy.simplify(fixed - n * alpha * (2 - alpha)) == 0),
        Check(
            "by chance: [1 − (1 − α)²]n − α(1 − α)",
            sympy.simplify(chance - (n * alpha * (2 - alpha) - alpha * (1 - alpha))) == 0,
        ),
        Check("accumulation: 6n/π²", sympy.simplify(1 / kept - 6 * n / sympy.pi**2) == 0),
        Check("replacement: 0", sympy.simplify(size(Step(drawn=(0, n), weight=(0, 1)))) == 0),
    )


def _asked(setting: Any, statistic: str) -> float:
    for theorem in setting.theorems:
        if theorem.statistic == statistic:
            return float(theorem.value(setting))
    raise NoClosedForm(f"{statistic}: no theorem is known for {setting!r}")


def loop_gain(setting: Any) -> float:
    """Spectral radius of the second-moment map, the common translation of the means removed."""
    return _asked(setting, "loop_gain")


def relaxation_time(setting: Any) -> float:
    """−1/log of the loop gain, where the second moments are stationary."""
    if not setting.tableau.anchored:
        raise NotDefined(f"relaxation_time: {setting.regime!r} has no stationary second moments to relax to")
    if _constant_map(setting) and _map(setting).slow_gap <= 0:
        raise NotDefined(f"relaxation_time: the second moments of {setting!r} diverge, gain {_gain(setting):.6g}")
    return _asked(setting, "relaxation_time")


def effective_real_sample_size(setting: Any) -> float:
    r"""Inverse of the long-run :math:`E(\mu_t-\mu_0)^2/\sigma_0^2` when the variance is known."""
    return _asked(setting, "effective_real_sample_size")


CONTRACTION: tuple[Theorem, ...] = (
    Theorem(
        title="contraction factor of the second moments",
        quantity="spread",
        statistic="loop_gain",
        road="closed form",
        statement=r"\rho(A),\quad (V, M)' = A (V, M) + b",
        conditions="no stored slots, one sample size; under replacement the factor of V alone",
        source="docs/theory/fresh",
        holds=_constant_map,
        value=_gain,
        reference=_reference,
    ),
    Theorem(
        title="relaxation time of the second moments",
        quantity="spread",
        statistic="relaxation_time",
        road="closed form",
        statement=r"-1/\log\rho(A)",
        conditions="new real points in every generation, no stored slots, one sample size, a map that contracts",
        source="docs/theory/fresh",
        holds=lambda setting: _constant_map(setting) and setting.tableau.anchored and _map(setting).slow_gap > 0,
        value=_relaxation,
        reference=_relaxation_reference,
    ),
    Theorem(
        title="effective real sample size",
        quantity="squared_location",
        statistic="effective_real_sample_size",
        road="closed form",
        statement=r"\frac{1 - A_{MM}}{A_{MV} + b_M}",
        conditions="known variance; no stored slots, one sample size; 0 under replacement",
        source="docs/theory/fresh",
        holds=_constant_map,
        value=_effective,
        proof=_prove_sizes,
    ),
    Theorem(
        title="effective real sample size under replacement with growing samples",
        quantity="squared_location",
        statistic="effective_real_sample_size",
        road="closed form",
        statement=r"\Big(\sum_t 1/n_t\Big)^{-1} = 0",
        conditions="known variance; replacement, sum of 1/n_t infinite",
        source="docs/theory/replace",
        holds=lambda setting: (
            setting.family.two_moments
            and setting.tableau.replacement
            and not setting.sizes.constant
            and setting.sizes.reciprocal_sum_converges is False
        ),
        value=lambda setting: 0.0,
        proof=_prove_divergence,
    ),
    Theorem(
        title="effective real sample size under accumulation",
        quantity="squared_location",
        statistic="effective_real_sample_size",
        road="closed form",
        statement=r"\Big(\sum_t \frac{n}{(nt)^2}\Big)^{-1} = \frac{6n}{\pi^2}",
        conditions="known variance; accumulation, one sample size",
        source="docs/theory/accumulate",
        holds=lambda setting: setting.family.two_moments and setting.tableau.accumulation and setting.sizes.constant,
        value=lambda setting: 6 * setting.sizes(1) / np.pi**2,
        proof=_prove_sizes,
    ),
)
