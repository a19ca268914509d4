"""A theorem: what is known of one statistic of one quantity, and how it is known.

A theorem is a frozen record. Its predicate reads fields only, so looking theorems up never runs sympy;
its formula is a function that builds the sympy expression when somebody asks for it; its numbers come from
the formula, ``Compiled``, or from a stable form that stands beside it in the file where both are written.
"""

from __future__ import annotations

import html
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from collapse_theory.schedules import Schedule

Road = Literal["closed form", "recurrence", "exact numeric", "bound", "asymptotic"]
ROADS: tuple[Road, ...] = ("closed form", "recurrence", "exact numeric", "bound", "asymptotic")
EXACT: frozenset[Road] = frozenset(ROADS[:3])


class Setting(Protocol):
    """What a theorem may see of a recursion."""

    @property
    def family(self) -> Any: ...
    @property
    def regime(self) -> Any: ...
    @property
    def sizes(self) -> Schedule: ...
    @property
    def tableau(self) -> Any: ...
    @property
    def sampling(self) -> Any: ...
    @property
    def scheme(self) -> Any: ...


@dataclass(frozen=True)
class Check:
    """One step of a proof that ran: what was shown, and whether it came out.

    Parameters
    ----------
    claim : str
        What was shown, in words.
    passed : bool
        Whether it came out; truth values of sympy and numpy become Python's.

    Raises
    ------
    TypeError
        For what is no truth value, such as a relation of sympy that is not decided.
    """

    claim: str
    passed: bool

    def __post_init__(self) -> None:
        if str(self.passed) not in ("True", "False"):
            raise TypeError(f"passed = {self.passed!r} is no truth value: {self.claim}")
        object.__setattr__(self, "passed", bool(self.passed))


@dataclass(frozen=True, eq=False)
class Order:
    """How an approximation approaches what is exact: its error is O(m^−order) along sizes n and generations t.

    Parameters
    ----------
    order : float
        The exponent.
    along : callable
        ``along(m)``: the sample size and the generation at m = 10, 20, 40, …
    against : callable, optional
        ``against(setting, t, *arguments)``: the exact value or law, where no exact theorem about the same statistic
        gives it.
    when : callable, optional
        Predicate on a setting: where the order is claimed.
    family : callable, optional
        ``family(m)``: the family at m, where it changes along with n and t.
    """

    order: float
    along: Callable[[int], tuple[int, int]]
    against: Callable[..., Any] | None = None
    when: Callable[[Any], bool] = lambda setting: True
    family: Callable[[int], Any] | None = None


@dataclass(frozen=True, eq=False)
class Theorem:
    r"""What is known of a statistic of a quantity.

    Parameters
    ----------
    title : str
        Name in words.
    quantity : str
        Name of a quantity, or a role (``"spread"``, ``"squared_location"``) that a family maps to one.
    statistic : str
        ``"mean"``, ``"std"``, ``"distribution"``, ``"growth_rate"``, …
    road : str
        ``"closed form"``, ``"recurrence"``, ``"exact numeric"``, ``"bound"`` or ``"asymptotic"``.
    statement : str
        The formula in LaTeX.
    conditions : str
        When it holds, in words.
    source : str
        Key in ``docs/references.bib`` with theorem number, or a page under ``docs/theory``.
    holds : callable
        Predicate on a setting (family, regime, schedule); reads fields only.
    value : callable
        ``value(setting, t, *arguments)`` with t an int64 array of generations ≥ 1; for statistics that
        are no function of t, ``value(setting, *arguments)``.
    log_value : callable, optional
        The logarithm of the value, where values leave the floats.
    formula : callable, optional
        ``formula(setting, *arguments)``: the sympy expression in the letters of ``symbols``.
    reference : callable, optional
        ``reference(setting, t, *arguments)``: the value by mpmath to the present precision, where the formula
        is no single expression.
    limit : callable, optional
        ``limit(setting, *arguments)``: the limit as t grows.
    proof : callable, optional
        Runs a symbolic or exact check now and returns its steps.
    name : str
        The name under which an asymptotic or a bound is asked for.
    order : Order, optional
        How fast the error of an asymptotic form vanishes.
    accuracy : str
        How far its numbers may be off, in words, where that is not rounding.
    any_sampling : bool
        Whether its predicate looks at the sampling; any other theorem is about honest draws.
    """

    title: str
    quantity: str
    statistic: str
    road: Road
    statement: str
    conditions: str
    source: str
    holds: Callable[[Any], bool]
    value: Callable[..., Any]
    log_value: Callable[..., Any] | None = None
    formula: Callable[..., Any] | None = None
    reference: Callable[..., Any] | None = None
    limit: Callable[..., Any] | None = None
    proof: Callable[[], tuple[Check, ...]] | None = None
    name: str = ""
    order: Order | None = None
    accuracy: str = ""
    any_sampling: bool = False

    @property
    def exact(self) -> bool:
        """Whether its numbers are exact up to rounding."""
        return self.road in EXACT

    def prove(self) -> tuple[Check, ...]:
        """Steps of the proof, run now; empty when the theorem has no symbolic check."""
        return () if self.proof is None else self.proof()

    def __repr__(self) -> str:
        return f"<Theorem: {self.title} [{self.road}]>"

    def __str__(self) -> str:
        accuracy = f"\n  accuracy: {self.accuracy}" if self.accuracy else ""
        return (
            f"{self.title} [{self.road}]\n  {self.statement}\n  holds when: {self.conditions}\n  source: {self.source}"
            f"{accuracy}"
        )

    def _repr_markdown_(self) -> str:
        return (
            f"**{self.title}** — *{self.road}*\n\n$${self.statement}$$\n\n"
            f"*Holds when* {self.conditions}. *Source:* {self.source}.{self._accuracy}"
        )

    def _repr_html_(self) -> str:
        return (
            f"<div><b>{html.escape(self.title)}</b> <i>({self.road})</i>"
            f"<p class='tex2jax_process'>$${self.statement}$$</p>"
            f"<p><i>Holds when</i> {html.escape(self.conditions)}. <i>Source:</i> {html.escape(self.source)}."
            f"{html.escape(self._accuracy)}</p></div>"
        )

    @property
    def _accuracy(self) -> str:
        return f" Accuracy: {self.accuracy}." if self.accuracy else ""


def first_about(theorems: Iterable[Theorem], statistic: str) -> Theorem | None:
    """The first theorem about a statistic, or None."""
    return next((theorem for theorem in theorems if theorem.statistic == statistic), None)


def cheapest(theorems: Iterable[Theorem]) -> Theorem | None:
    """The exact theorem with the cheapest road, or None."""
    exact = [theorem for theorem in theorems if theorem.exact]
    return min(exact, key=lambda theorem: ROADS.index(theorem.road), default=None)


def proved_by_induction(formula: Any, t: Any, start: Any, step: Callable[[Any], Any], what: str) -> tuple[Check, ...]:
    """Base case and induction step of a formula in t, simplified by sympy.

    Parameters
    ----------
    formula : sympy.Expr
        The claimed value at generation t.
    t : sympy.Symbol
        The generation.
    start : sympy.Expr
        The value at generation 0.
    step : callable
        Value at t + 1 from the value at t, taken from the definition of the recursion.
    what : str
        Name used in the reported checks.
    """
    import sympy

    base = sympy.simplify(formula.subs(t, 0) - start) == 0
    after = sympy.simplify(sympy.powsimp(sympy.expand(formula.subs(t, t + 1) - step(formula)), force=True)) == 0
    return (Check(f"{what}: base case t = 0", bool(base)), Check(f"{what}: step t → t + 1", bool(after)))


def identity(left: Any, right: Any, what: str) -> tuple[Check, ...]:
    """Equality of two sympy expressions, simplified."""
    import sympy

    return (Check(what, sympy.simplify(sympy.expand_func(left - right)) == 0),)


def evaluate(expression: Any, values: Mapping[Any, Any], digits: int = 50) -> Any:
    """Value of a sympy expression by mpmath, at the precision where its digits stop changing.

    The working precision is doubled until two results agree to ``digits``; cancellation costs time,
    never digits.
    """
    import mpmath

    letters, function = _compiled(expression, "mpmath")
    precision, before = 2 * digits, None
    while precision <= 64 * digits:
        with mpmath.workdps(precision):
            now = mpmath.mpf(function(*[in_mpmath(values[letter]) for letter in letters]))
            if before is not None and (now == before or abs(now - before) <= abs(now) * mpmath.mpf(10) ** -digits):
                return now
        before, precision = now, 2 * precision
    raise ArithmeticError(f"{expression} did not settle to {digits} digits")


@lru_cache(maxsize=256)
def _compiled(expression: Any, *modules: str) -> tuple[list[Any], Callable[..., Any]]:
    import sympy

    letters = sorted(expression.free_symbols, key=str)
    return letters, sympy.lambdify(letters, expression, list(modules))


def values_of_letters(setting: Any, t: Any) -> dict[Any, Any]:
    """Values of the letters of every formula about a setting at t, with n the first sample size."""
    from collapse_theory import symbols

    known = {**setting.family.symbols(), **setting.regime.symbols(setting.sizes), **setting.sampling.symbols()}
    return {symbols.n: int(setting.sizes(1)), symbols.t: t, **known}


@dataclass(frozen=True)
class Compiled:
    """The numbers of a theorem straight from its formula, in double precision.

    It serves where the formula loses no digits, and where it is the same for all sample sizes or is about one of them.
    """

    formula: Callable[..., Any]

    def __call__(self, setting: Any, t: Any = 1) -> NDArray[np.float64]:
        letters, function = _compiled(self.formula(setting), "scipy", "numpy")
        values = values_of_letters(setting, np.asarray(t, dtype=float))
        with np.errstate(all="ignore"):  # in the pieces that do not hold
            return np.full(np.shape(t), function(*[np.asarray(values[letter], dtype=float) for letter in letters]))


def in_mpmath(value: Any) -> Any:
    """An int, float or Fraction as a number of mpmath's present precision."""
    import mpmath

    return mpmath.mpf(value.numerator) / value.denominator if hasattr(value, "numerator") else mpmath.mpf(value)


def matrix_in_mpmath(rows: Iterable[Iterable[Any]]) -> Any:
    """A matrix of such numbers."""
    import mpmath

    return mpmath.matrix([[in_mpmath(value) for value in row] for row in rows])
