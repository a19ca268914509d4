"""A formula is typed once: numbers repeat it where it is harmless, and leave it only where it fails.

The numbers of a theorem with a sympy formula are that formula, compiled, or a second, stable form. At an ordinary point
the two agree. A compiled formula keeps its digits at every declared stress point. A second form stands where the
formula loses digits, overflows or is no number at one of them, or is about one sample size and the theorem about any.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable
from functools import cache
from typing import Any

import mpmath
import numpy as np
import pytest
import sympy
from every import possible

import collapse_theory as ct
from collapse_theory import symbols
from collapse_theory.theorem import Compiled, evaluate, values_of_letters
from collapse_theory.verification.settings import STRESS_SIZES, STRESS_TIMES

ORDINARY_SIZE, ORDINARY_TIME = 10, 5
LOST = 1e-13
CURVES = ("mean", "std", "median", "conservation")
AT_THE_EDGE = [
    *possible([10**6], members=[ct.LinearRegression(dimension=10**6 - 2, noise=0.5)], data=[ct.Replace()]),
    *possible([10**6 - 5], members=[ct.LinearRegression(dimension=10**6)], data=[ct.Replace()]),
    *possible([10], data=[ct.FineTune(rate=1e-9, data="fixed")]),
]
"""More stress points, where no run could be simulated: rows nearly as many as coefficients, and a tiny rate."""


def with_formulas(recursions: Iterable[ct.Recursion]) -> dict[ct.Theorem, list[ct.Recursion]]:
    """Theorems that have a formula, each with the recursions of which they hold."""
    found = defaultdict(list)
    for recursion in recursions:
        for theorem in recursion.theorems:
            if theorem.formula is not None:
                found[theorem].append(recursion)
    return found


@cache
def compiled(formula: Any) -> tuple[list[Any], Any]:
    given = sorted(formula.free_symbols, key=str)
    return given, sympy.lambdify(given, formula, modules=["scipy", "numpy"])


def by_formula(theorem: ct.Theorem, recursion: ct.Recursion, t: int) -> float:
    """Value of the compiled formula in double precision, NaN where it cannot be evaluated."""
    given, function = compiled(theorem.formula(recursion))
    values = values_of_letters(recursion, t)
    with np.errstate(all="ignore"):
        try:
            return float(function(*[np.float64(values[letter]) for letter in given]))
        except (OverflowError, ZeroDivisionError):
            return math.nan


def fails(theorem: ct.Theorem, recursion: ct.Recursion, t: int) -> bool:
    """Whether the compiled formula misses a value that floats can hold."""
    found = by_formula(theorem, recursion, t)
    exact = evaluate(theorem.formula(recursion), values_of_letters(recursion, t))
    if not 1e-300 < abs(exact) < 1e300:
        return False
    return not math.isfinite(found) or abs(mpmath.mpf(found) - exact) > LOST * abs(exact)


def times(theorem: ct.Theorem, generations: tuple[int, ...]) -> tuple[int, ...]:
    """Generations to ask a theorem about: any one of them where t does not enter."""
    return generations if theorem.statistic in CURVES else generations[:1]


ORDINARY = with_formulas(possible([ORDINARY_SIZE]))
STRESSED = with_formulas([*possible(STRESS_SIZES), *AT_THE_EDGE])
SUMMED = with_formulas(possible([ct.schedules.power(10, 1)]))
"""Theorems that hold of growing samples too, where a formula in n is the case of one sample size."""
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
    fail = any(fails(theorem, recursion, t) for recursion in STRESSED[theorem] for t in times(theorem, STRESS_TIMES))
    summed = theorem in SUMMED and any(symbols.n in formula.free_symbols for formula in formulas)
    if isinstance(theorem.value, Compiled):
        assert not fail
    else:
        assert fail or summed, "redundant"
