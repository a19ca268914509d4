"""Rigorous signs: a function is positive on a box of real parameters, by ball arithmetic.

Every value is enclosed in a ball, rounding included (the Arb library, through python-flint). A box on which the ball
of values does not lie above 0 is halved, until all do, or one is found on which the function is not positive.
"""

from __future__ import annotations

import numbers
from collections.abc import Callable, Sequence
from typing import Any

from collapse_theory.domain import REAL
from collapse_theory.plain_text import counted
from collapse_theory.theorem import Check

BITS = 128


def positive_on(
    function: Callable[..., Any], *box: tuple[Any, Any], what: str, boxes: int = 20_000, bits: int = BITS
) -> Check:
    """Whether a function is positive on a whole box, rigorously.

    Parameters
    ----------
    function : callable
        ``function(x, y, …)`` of balls (``flint.arb``), which gives a ball: ``x.digamma() - x.log()``.
    *box : tuple of numbers
        Ends of the interval of each parameter, ints, Fractions or exact floats; the ends belong to it.
    what : str
        What is shown, in words.
    boxes : int
        Pieces that may be looked at.
    bits : int
        Precision.

    Returns
    -------
    Check
        Passed where every piece has a positive ball; failed where one is not positive, or the pieces are spent.

    Raises
    ------
    ValueError
        For a function that gives no ball, and for ends that are not finite.
    """
    import flint

    before, flint.ctx.prec = flint.ctx.prec, bits
    try:
        waiting: list[Sequence[tuple[Any, Any]]] = [[(_exact(low), _exact(high)) for low, high in box]]
        for looked_at in range(1, boxes + 1):
            piece = waiting.pop()
            value = function(*(_ball(low, high) for low, high in piece))
            if not isinstance(value, flint.arb):
                raise ValueError(f"function gives {value!r}, which is outside its domain: a ball, flint.arb")
            if value > 0:
                if not waiting:
                    return Check(f"{what} (ball arithmetic, {counted(looked_at, 'piece')})", passed=True)
                continue
            if value <= 0:
                where = ", ".join(f"[{float(low.mid()):g}, {float(high.mid()):g}]" for low, high in piece)
                return Check(f"{what}: not positive on {where}", passed=False)
            waiting.extend(_halves(piece))
        return Check(f"{what}: not decided by {boxes} pieces", passed=False)
    finally:
        flint.ctx.prec = before


def positive_beyond(expression: Any, letter: Any, start: Any, *, what: str) -> Check:
    """Whether a rational function is positive on [start, ∞): around ``start`` no coefficient of it is negative.

    Parameters
    ----------
    expression : sympy.Expr
        Rational in the letters, with rational coefficients.
    letter : sympy.Symbol or tuple of them
        Its letters.
    start : int, Fraction or tuple of them
        Where the half-line begins; for each letter of several.
    what : str
        What is shown, in words.
    """
    import sympy

    letters, starts = (letter, start) if isinstance(letter, tuple) else ((letter,), (start,))
    beyond = [sympy.Dummy(f"y{i}", nonnegative=True) for i in range(len(letters))]
    moved = {x: sympy.Rational(low) + y for x, low, y in zip(letters, starts, beyond, strict=True)}
    shifted = sympy.together(sympy.sympify(expression, strict=True).subs(moved, simultaneous=True))
    parts = [sympy.Poly(part, *beyond) for part in sympy.fraction(shifted)]
    flip = -1 if parts[1].coeff_monomial(1) < 0 else 1
    positive = all(min(flip * c for c in part.coeffs()) >= 0 and flip * part.coeff_monomial(1) > 0 for part in parts)
    where = f"({', '.join(map(str, starts))})" if isinstance(letter, tuple) else start
    return Check(f"{what} (no negative coefficient around {where})", passed=bool(positive))


def digamma_less_log(x: Any) -> tuple[Any, Any]:
    """Bounds of ψ(x) - ln x for x > 0: successive sums of Stirling's series, which envelop it.

    Source: dlmf, section 5.11(ii).
    """
    import sympy

    x = sympy.sympify(x, strict=True)
    below = -1 / (2 * x) - 1 / (12 * x**2)
    return below, below + 1 / (120 * x**4)


def _exact(value: Any) -> Any:
    import flint

    if isinstance(value, numbers.Rational):
        return flint.arb(flint.fmpq(int(value.numerator), int(value.denominator)))
    if not isinstance(value, flint.arb):
        value = flint.arb(float(REAL.check("box", value)))
    return value


def _ball(low: Any, high: Any) -> Any:
    return low.union(high)


def _halves(piece: Sequence[tuple[Any, Any]]) -> list[list[tuple[Any, Any]]]:
    """A piece cut across its longest side."""
    longest = max(range(len(piece)), key=lambda i: float((piece[i][1] - piece[i][0]).mid()))
    low, high = piece[longest]
    middle = ((low + high) / 2).mid()
    first, second = list(piece), list(piece)
    first[longest], second[longest] = (low, middle), (middle, high)
    return [second, first]
