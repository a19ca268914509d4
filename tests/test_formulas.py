"""A formula is typed once: numbers repeat it where it is harmless, and leave it only where it fails.

Every theorem with a sympy formula has a second, stable form. At an ordinary point the two agree; at one declared stress
point at least the compiled formula loses digits, overflows or is no number, or else the second form is redundant.
"""

from __future__ import annotations

import math
from collections import defaultdict
from functools import cache
from typing import Any

import mpmath
import numpy as np
import pytest
import sympy
from every import possible

import collapse_theory as ct
from collapse_theory import symbols
from collapse_theory.theorem import evaluate
from collapse_theory.verification.settings import STRESS_SIZES, STRESS_TIMES

ORDINARY_SIZE, ORDINARY_TIME = 10, 5
LOST = 1e-13
CURVES = ("mean", "std", "median", "conservation")
CONSERVED = [
    f"{of}mean squared location error under {regime} where the variance of a point is conserved"
    for of in ("", "standard deviation of a Poisson rate: ")
    for regime in ("replacement", "accumulation")
]
SUMMED = {
    "standard deviation of the log-variance under replacement",
    *CONSERVED,
    "chance that a Poisson rate is above 0 under accumulation",
    "standard deviation of the survival of a Poisson rate under accumulation",
    "mean spread under fine-tuning on one set",
    "mean squared location error under fine-tuning on one set",
    "ledger of a mixture whose fitted variances are raised",
    "mean excess risk of interpolation under replacement",
    "mean excess risk of regression under accumulation of one design",
    "mean excess risk of regression under replacement",
    "mean scale of an exponential law under accumulation",
    "mean second moment about the source's mean of a kernel density under accumulation, fixed bandwidth",
    "mean second moment about the source's mean of a kernel density under replacement, fixed bandwidth",
    "mean test error of interpolation under replacement",
    "mean test error of regression under accumulation of new rows",
    "mean test error of regression under accumulation of one design",
    "mean test error of regression under replacement",
    "standard deviation over runs of the log-exponent of a Pareto law under replacement",
    "standard deviation over runs of the log-scale of an exponential law under replacement",
}
"""Theorems whose formula is harmless at every stress point, and whose numbers serve any schedule, or tiny rates."""


def with_formulas(*sizes: int) -> dict[ct.Theorem, list[ct.Recursion]]:
    """Theorems that have a formula, each with the recursions of which they hold."""
    found = defaultdict(list)
    for recursion in possible(sizes):
        for theorem in recursion.theorems:
            if theorem.formula is not None:
                found[theorem].append(recursion)
    return found


def letters(recursion: ct.Recursion, t: int) -> dict[Any, Any]:
    """Values of the letters of every formula about a recursion."""
    known = {**recursion.family.symbols(), **recursion.regime.symbols(recursion.sizes)}
    return {symbols.n: recursion.sample_size.n, symbols.t: t, **known}


@cache
def compiled(formula: Any) -> tuple[list[Any], Any]:
    given = sorted(formula.free_symbols, key=str)
    return given, sympy.lambdify(given, formula, modules=["scipy", "numpy"])


def by_formula(theorem: ct.Theorem, recursion: ct.Recursion, t: int) -> float:
    """Value of the compiled formula in double precision, NaN where it cannot be evaluated."""
    given, function = compiled(theorem.formula(recursion))
    values = letters(recursion, t)
    with np.errstate(all="ignore"):
        try:
            return float(function(*[np.float64(values[letter]) for letter in given]))
        except (OverflowError, ZeroDivisionError):
            return math.nan


def fails(theorem: ct.Theorem, recursion: ct.Recursion, t: int) -> bool:
    """Whether the compiled formula misses a value that floats can hold."""
    found = by_formula(theorem, recursion, t)
    exact = evaluate(theorem.formula(recursion), letters(recursion, t))
    if not 1e-300 < abs(exact) < 1e300:
        return False
    return not math.isfinite(found) or abs(mpmath.mpf(found) - exact) > LOST * abs(exact)


def times(theorem: ct.Theorem, generations: tuple[int, ...]) -> tuple[int, ...]:
    """Generations to ask a theorem about: any one of them where t does not enter."""
    return generations if theorem.statistic in CURVES else generations[:1]


ORDINARY = with_formulas(ORDINARY_SIZE)
STRESSED = with_formulas(*STRESS_SIZES)
every_theorem = pytest.mark.parametrize("theorem", STRESSED, ids=lambda theorem: theorem.title)


@every_theorem
def test_a_compiled_formula_gives_the_numbers(theorem: ct.Theorem) -> None:
    assert theorem in ORDINARY
    for recursion in ORDINARY[theorem]:
        t = (np.array([ORDINARY_TIME]),) if theorem.statistic in CURVES else ()
        value = float(np.squeeze(theorem.value(recursion, *t)))
        assert value == pytest.approx(by_formula(theorem, recursion, ORDINARY_TIME), rel=1e-9), recursion


@every_theorem
def test_a_second_form_stands_only_where_the_compiled_formula_fails(theorem: ct.Theorem) -> None:
    formulas = [theorem.formula(recursion) for recursion in STRESSED[theorem]]
    if all(formula.free_symbols.isdisjoint({symbols.n, symbols.t}) for formula in formulas):
        return  # a parameter of the source, as it is
    needed = any(fails(theorem, recursion, t) for recursion in STRESSED[theorem] for t in times(theorem, STRESS_TIMES))
    assert needed is (theorem.title not in SUMMED)
