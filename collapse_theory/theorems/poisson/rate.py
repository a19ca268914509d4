"""The rate itself: its mean, its standard deviation, and its whole law where counts beget counts."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np

from collapse_theory import regimes
from collapse_theory.errors import NoClosedForm
from collapse_theory.families.poisson.extinction import Extinction
from collapse_theory.families.poisson.lineages import MOST_STEPS, Lineages, OutOfReach
from collapse_theory.laws import Discrete
from collapse_theory.regimes import Fresh, FreshMixture
from collapse_theory.schedules import Constant, power
from collapse_theory.theorem import Check, Compiled, Theorem, evaluate, values_of_letters
from collapse_theory.theorems.poisson.data import (
    PAGE,
    accumulated,
    expected,
    fresh,
    poisson,
    replaced,
    replaced_constant,
)
from collapse_theory.theorems.second_moments import CONSERVED_MOMENTS


def _prove_martingale() -> tuple[Check, ...]:
    """Means of the batches and slots through the tableau of every regime, in fractions, in units of the source."""
    checks = []
    for regime in (example for kind in regimes.named().values() for example in kind.examples()):
        for sizes in (Constant(4), power(4, 1)):
            if regime.tableau(sizes).screen is not None:
                continue
            mean, slots, unbiased = Fraction(1), [Fraction(0)] * len(regime.step(1, sizes).stored), True
            for t in range(1, 13):
                step = regime.step(t, sizes)
                share = Fraction(str(step.share))
                counts = [Fraction(count) for count in (*step.counts, step.carried)]
                weights = [Fraction(w) * c for w, c in zip((*step.weight, 1), counts, strict=True)]
                drawn = [Fraction(1), share + (1 - share) * mean, *slots, mean]
                slots = [_mean_of([drawn[b] for b in kept], [counts[b] for b in kept]) for kept in step.keep]
                mean = _mean_of(drawn, weights)
                unbiased = unbiased and mean == 1
            checks.append(Check(f"E λ_t = λ_0, {regime!r}, n_t = {sizes!r}", unbiased))
    return tuple(checks)


def _mean_of(means: Sequence[Fraction], weights: Sequence[Fraction]) -> Fraction:
    """Mean of a union of batches; 0 for one without points."""
    total = sum(weights, Fraction(0))
    return sum((w * m for w, m in zip(weights, means, strict=True)), Fraction(0)) / total if total else Fraction(0)


def _rate_formula(setting: Any) -> Any:
    from collapse_theory.symbols import lambda0

    return lambda0


def _sympy_root(formula: Any) -> Any:
    import sympy

    return sympy.sqrt(sympy.Abs(formula))  # at t = 0 a difference of ζ(2) and itself


def _root_of(theorem: Theorem) -> Theorem:
    """The standard deviation of the rate from a theorem on its mean squared error, as the rate is unbiased."""

    def function(of: Callable[..., Any] | None, root: Callable[[Any], Any]) -> Any:
        return None if of is None else lambda *given: root(of(*given))

    def evaluated(setting: Any, t: int) -> Any:
        assert theorem.formula is not None
        return evaluate(theorem.formula(setting), values_of_letters(setting, t))

    formula = function(theorem.formula, _sympy_root)

    return replace(
        theorem,
        title=f"standard deviation of a Poisson rate: {theorem.title}",
        quantity="rate",
        statistic="std",
        statement=rf"\sqrt{{M_t}},\quad {theorem.statement}",
        conditions=f"Poisson; {theorem.conditions}",
        holds=lambda setting: poisson(setting) and theorem.holds(setting),
        value=Compiled(formula) if isinstance(theorem.value, Compiled) else function(theorem.value, np.sqrt),
        log_value=None,
        formula=formula,
        reference=function(theorem.reference or evaluated, lambda number: number**0.5),
        limit=function(theorem.limit, math.sqrt),
    )


RATE: tuple[Theorem, ...] = (
    Theorem(
        title="mean Poisson rate",
        quantity="rate",
        statistic="mean",
        road="closed form",
        statement=r"E\,\lambda_t = \lambda_0",
        conditions="Poisson; any regime whose point weights do not depend on the values, any sample sizes",
        source=PAGE,
        holds=poisson,
        value=lambda setting, t: np.full(np.shape(t), setting.family.rate),
        formula=_rate_formula,
        limit=lambda setting: setting.family.rate,
        proof=_prove_martingale,
    ),
    *map(_root_of, (*CONSERVED_MOMENTS, Fresh.known[1], FreshMixture.known[1])),
)


def _law(setting: Any, t: int) -> Discrete:
    if replaced_constant(setting) and t > MOST_STEPS**0.5:
        raise NoClosedForm(f"the law of the rate at t = {t} reaches too far: totals of survivors are of the order of t")
    return Lineages.of(setting, t).law(t)


def _rates(setting: Any, t: Any) -> list[Any]:
    return [_rate(setting, int(generation)) for generation in t]


def _rate(setting: Any, t: int) -> Any:
    """The law of the rate, or what is known of it without the law: the chance that it is 0."""
    try:
        return _law(setting, t)
    except NoClosedForm as beyond:
        if replaced_constant(setting):
            return OutOfReach(float(Extinction(expected(setting)).cdf(t)), str(beyond))
        raise


def _errors(setting: Any, t: Any) -> list[Discrete]:
    rate, laws = setting.family.rate, [_law(setting, int(generation)) for generation in t]
    return [Discrete.of((law.values - rate) ** 2, law.probabilities) for law in laws]


def _reference_below(setting: Any, t: int, x: float) -> Any:
    """P(λ_1 ≤ x) by mpmath's incomplete gamma function."""
    import mpmath

    if t != 1:
        raise NoClosedForm("the reference is the Poisson law of the first fit")
    n = int(setting.sizes(1))
    return mpmath.gammainc(int(np.floor(x * n * (1 + 1e-12) + 1e-9)) + 1, n * setting.family.rate, regularized=True)


def _reference_error_below(setting: Any, t: int, x: float) -> Any:
    """P((λ_1 − λ_0)² ≤ x) as the difference of two such functions."""
    n, rate = int(setting.sizes(1)), setting.family.rate
    root = math.sqrt(x)
    lowest = math.ceil((rate - root) * n - 1e-6)
    below = _reference_below(setting, t, (lowest - 1) / n) if lowest > 0 else 0
    return _reference_below(setting, t, rate + root + 1e-6 / n) - below


LAWS: tuple[Theorem, ...] = tuple(
    Theorem(
        title=f"law of {what} by its generating function",
        quantity=quantity,
        statistic="distribution",
        road="exact numeric",
        statement=r"E\,z^{S_t} = e^{-\lambda_0[n_1 w_1 + \sum_{s\ge2} r_s w_s]},\quad w_t = 1 - z,\quad "
        r"w_{s-1} = 1 - (1-w_s)^{\kappa_s} e^{-\rho_s w_s},\quad S_t = \lambda_t N_t",
        conditions="Poisson; replacement, accumulation or a fixed number of fresh points; as many points of the "
        "generating function as the counts reach far, times generations, within a limit",
        source=f"{PAGE}; replacement: suresh2025 for the chance of 0",
        holds=lambda setting: replaced(setting) or accumulated(setting) or fresh(setting),
        value=value,
        reference=reference,
    )
    for what, quantity, value, reference in (
        ("a Poisson rate", "rate", _rates, _reference_below),
        ("the squared error of a Poisson rate", "squared_location_error", _errors, _reference_error_below),
    )
)
