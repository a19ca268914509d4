"""The time at which the rate becomes 0 for ever, and when that is certain."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from collapse_theory.families.poisson.extinction import Extinction, SlowExtinction, UncertainExtinction
from collapse_theory.families.poisson.lineages import MOST_GENERATIONS
from collapse_theory.schedules import Geometric
from collapse_theory.theorem import Check, Theorem
from collapse_theory.theorems.poisson.data import (
    PAGE,
    accumulated,
    diverging,
    expected,
    replaced_constant,
    replaced_varying,
)
from collapse_theory.theorems.poisson.survival import last_growing, log_absent, prove_survival


def _slow(setting: Any) -> SlowExtinction:
    return SlowExtinction(lambda t: log_absent(setting, t), MOST_GENERATIONS)


def _supercritical(setting: Any) -> UncertainExtinction:
    last = last_growing(setting.sizes)
    return UncertainExtinction.of(log_absent(setting, np.arange(1, last + 1)))


def prove_certainty() -> tuple[Check, ...]:
    """Bounds v' + 1/(2n_s) ≤ v ≤ v' + 1/n_s for v = 1/(n_s u_s): u goes to 0 just where the sum of 1/n_s diverges."""
    import sympy

    x = sympy.Symbol("x", positive=True)
    inverse = 1 / (1 - sympy.exp(-x))
    half = sympy.Rational(1, 2)
    hyperbolic = (sympy.coth(x / 2) / 2 + half).rewrite(sympy.exp)
    low, high = x - sympy.tanh(x), 1 - sympy.exp(-x) * (1 + x)
    return (
        Check("1/(1 − e^(−x)) = 1/2 + coth(x/2)/2", sympy.simplify(inverse - hyperbolic) == 0),
        Check(
            "tanh x ≤ x, so 1/(1 − e^(−x)) ≥ 1/x + 1/2",
            low.subs(x, 0) == 0 and sympy.simplify(sympy.diff(low, x) - sympy.tanh(x) ** 2) == 0,
        ),
        Check(
            "e^(−x)(1 + x) ≤ 1, so 1/(1 − e^(−x)) ≤ 1/x + 1",
            high.subs(x, 0) == 0 and sympy.simplify(sympy.diff(high, x) - x * sympy.exp(-x)) == 0,
        ),
        *prove_survival(),
    )


def _extinction(title: str, statement: str, conditions: str, holds: Any, value: Any, road: Any) -> Theorem:
    return Theorem(
        title=f"time of extinction of a Poisson rate {title}",
        quantity="extinction_time",
        statistic="distribution",
        road=road,
        statement=statement,
        conditions=f"Poisson; {conditions}",
        source=f"suresh2025 Theorem 2, with bounds for g; {PAGE}",
        holds=holds,
        value=value,
        proof=prove_certainty,
    )


EXTINCTION: tuple[Theorem, ...] = (
    _extinction(
        "under replacement",
        r"P(T \le t) = e^{-n\lambda_0 g_t},\quad P(T < \infty) = 1,\quad E\,T = \infty",
        "replacement, one sample size",
        replaced_constant,
        lambda setting: Extinction(expected(setting)),
        "closed form",
    ),
    _extinction(
        "under replacement with slowly growing samples",
        r"P(T \le t) = e^{-n_1\lambda_0 u_1},\quad P(T < \infty) = 1,\quad E\,T = \infty",
        "replacement, samples that grow with an infinite sum of 1/n_t",
        lambda setting: diverging(setting) and not setting.sizes.constant,
        _slow,
        "recurrence",
    ),
    _extinction(
        "under replacement with geometric growth",
        r"P(T \le t) = e^{-n_1\lambda_0 u_1},\quad P(T < \infty) < 1",
        "replacement, samples that grow geometrically: a supercritical branching process",
        lambda setting: (
            replaced_varying(setting)
            and isinstance(setting.sizes, Geometric)
            and bool(setting.sizes.reciprocal_sum_converges)
        ),
        _supercritical,
        "recurrence",
    ),
    _extinction(
        "under accumulation",
        r"P(T = 1) = e^{-n_1\lambda_0} = 1 - P(T = \infty)",
        "accumulation, any sample sizes",
        accumulated,
        lambda setting: UncertainExtinction(np.array([math.exp(-expected(setting))])),
        "closed form",
    ),
)
