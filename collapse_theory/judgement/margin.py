"""Margins read: what counts as a number, how exact it is, and what is no number."""

from __future__ import annotations

import math
import numbers
from typing import Any, Literal

import numpy as np

from collapse_theory.errors import MarginError

Exactness = Literal["exact", "exact up to rounding", "simulated"]
MOST_DIGITS = 1000
"""Digits to which a constant of sympy is worked out before it is suspected to be 0."""


def number(value: Any, about: str) -> tuple[Any, Exactness]:
    """A margin as a number that compares with 0, and how exact it is.

    Ints, Fractions and constants of sympy are exact; floats are exact up to rounding, infinities among them.

    Raises
    ------
    MarginError
        For NaN, an array, a truth value, a complex number, an expression with letters in it, or anything else.
    """
    if isinstance(value, np.ndarray) and value.ndim > 0:
        raise MarginError(f"{about} is an array of shape {value.shape}, not a number")
    if isinstance(value, np.ndarray | np.generic):
        value = value.item()
    if isinstance(value, bool):
        raise MarginError(f"{about} is {value}, not a number: say by how much the claim holds")
    if isinstance(value, numbers.Rational):
        return value, "exact"
    if isinstance(value, numbers.Real):
        found = float(value)
        if math.isnan(found):
            raise MarginError(f"{about} is NaN")
        return found, "exact up to rounding"
    return _constant(value, about)


def _constant(value: Any, about: str) -> tuple[Any, Exactness]:
    """A constant of sympy whose sign is decided; MarginError for anything else.

    The assumptions of sympy take a sum that vanishes for positive where roundings say so: digits are asked as well.
    """
    import sympy
    from sympy.core.evalf import PrecisionExhausted

    if not isinstance(value, sympy.Expr):
        raise MarginError(f"{about} is {value!r}, not a number")
    if value.free_symbols or value.is_extended_real is False or value is sympy.nan:
        raise MarginError(f"{about} is {value!r}, not a real number")
    if value.has(sympy.Float):
        return number(float(value), about)
    if value.is_infinite:
        return value, "exact"
    try:
        digits = value.evalf(MOST_DIGITS // 100, maxn=MOST_DIGITS, strict=True)
    except PrecisionExhausted:
        digits = sympy.Integer(0)
    if digits == 0 and (value.is_zero or value.equals(0)):
        return 0, "exact"
    if not ((digits > 0 and value.is_extended_positive) or (digits < 0 and value.is_extended_negative)):
        raise MarginError(f"{about} is {value!r}, whose sign sympy does not decide")
    return value, "exact"


def as_float(value: Any) -> float:
    """A margin as a float; beyond the floats as an infinity of its sign."""
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf
