"""Rigorous signs: ball arithmetic on boxes, coefficients on half-lines, Stirling's envelope."""

from __future__ import annotations

import math
from fractions import Fraction

import mpmath
import numpy as np
import pytest
import sympy

import collapse_theory as ct
from collapse_theory.judgement import digamma_less_log

x = sympy.Symbol("x", positive=True)


def test_what_is_positive_is_proved() -> None:
    found = ct.positive_on(lambda a: a.log() - a.digamma(), (Fraction(1, 2), 10), what="ln x > ψ(x)")
    assert found.passed
    assert found.claim.startswith("ln x > ψ(x) (ball arithmetic, ")


def test_boxes_of_several_parameters() -> None:
    assert ct.positive_on(lambda a, b: a * a + b * b - a * b, (1, 2), (-2, 2), what="a definite form").passed
    assert not ct.positive_on(lambda a, b: a * a + b * b - 3 * a * b, (1, 2), (-2, 2), what="an indefinite one").passed


def test_a_wrong_twin_is_not_proved_and_says_where() -> None:
    found = ct.positive_on(lambda a: a.log() - a.digamma() - 1 / (2 * a) - 1 / (11 * a * a), (1, 2), what="too much")
    assert not found.passed
    assert "too much: not positive on [" in found.claim


def test_what_is_no_ball_and_no_end() -> None:
    with pytest.raises(ValueError, match=r"function gives 1\.0, which is outside its domain"):
        ct.positive_on(lambda x: 1.0, (0, 1), what="a float")
    with pytest.raises(ValueError, match="box = inf is outside its domain"):
        ct.positive_on(lambda x: x, (1, math.inf), what="a half-line")
    assert ct.positive_on(lambda x: x, (np.int64(1), np.float64(2)), what="x > 0 on [1, 2]").passed


def test_a_zero_is_not_decided() -> None:
    found = ct.positive_on(lambda a: a * a, (-1, 1), what="a square", boxes=500)
    assert (found.passed, found.claim) == (False, "a square: not decided by 500 pieces")


@pytest.mark.parametrize(
    ("expression", "start", "positive"),
    [
        (1 / (2 * x) - 1 / (3 * x**2), 1, True),
        (1 / (2 * x) - 1 / (3 * x**2), Fraction(1, 2), False),
        (-(x**2) + 100, 1, False),
        ((x - 1) / (-x), 2, False),
        ((1 - x) / (-x), 2, True),
        (x - 2, 2, False),
    ],
)
def test_half_lines(expression: sympy.Expr, start: Fraction, positive: object) -> None:
    assert ct.positive_beyond(expression, x, start, what="it").passed is positive


@pytest.mark.parametrize("value", [0.05, 0.5, 1, 7, 200])
def test_stirlings_series_envelops_digamma(value: float) -> None:
    below, above = (float(bound.subs(x, value)) for bound in digamma_less_log(x))
    with mpmath.workdps(40):
        assert below < mpmath.digamma(value) - mpmath.log(value) < above
