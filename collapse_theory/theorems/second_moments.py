r"""The exact moment map as a theorem about any regime, stepped generation by generation.

It holds for every family that matches two moments; and, with the variance held at the source's, for every family whose
models' points have that variance in expectation in every regime. For the latter it is a sum where the rest is simple:
:math:`M_t = V_0\sum_s 1/n_s` under replacement, :math:`V_0\sum_s n_s/N_s^2` under accumulation.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np

from collapse_theory.errors import NoClosedForm
from collapse_theory.regimes import Step
from collapse_theory.schedules import Geometric, Power, additive
from collapse_theory.tableau.feedback import pinned
from collapse_theory.tableau.linear_map import settled
from collapse_theory.tableau.moments import ONE, SOURCE, M, V, exact_step_map, letters, mapped, second_moment_map
from collapse_theory.tableau.stepping import log_spread, second_moments
from collapse_theory.theorem import Check, Compiled, Theorem, in_mpmath, proved_by_induction
from collapse_theory.theorems.information import INFORMATION, STATISTIC
from collapse_theory.theorems.raw_points import mean_reference


def holds(setting: Any) -> bool:
    """A family that matches two moments, in any regime, and points that keep the mean of their model."""
    return bool(setting.family.two_moments and setting.sampling.keeps_means(setting.family))


def _value(index: int) -> Any:
    def value(setting: Any, t: Any) -> Any:
        family = setting.family
        return family.spread * second_moments(setting.scheme, setting.sizes, family.ddof, t)[index]

    return value


EARLY, LATE = 2**58, 2**59
"""Generations that stand for late ones: what still doubles between them, or halves, has no other limit."""
MOST_LETTERS = 100
"""Most moments whose linear equations are solved in 60 digits."""
MOVING = 1.5
"""Factor between these two from which on a moment still grows or falls."""


def _settles(setting: Any) -> bool:
    return holds(setting) and settled(setting)


def _changes(setting: Any) -> bool:
    return holds(setting) and not settled(setting)


def _limit(index: int) -> Any:
    def limit(setting: Any) -> float:
        if index and setting.family.ddof == 0 and setting.tableau.screen is None and setting.sampling.honest:
            return float(setting.family.spread * (1 - _settled_limit(setting, 0)))
        return float(setting.family.spread * _settled_limit(setting, index))

    return limit


def _settled_limit(setting: Any, index: int) -> float:
    """Limit of V or of M in units of the source; infinite also where the growth is linear, at a gain of exactly 1."""
    if index and not pinned(setting.tableau):
        return float(np.inf) if _settled_limit(setting, 0) else _wandered(setting)
    times = np.array([EARLY, LATE])
    try:
        with np.errstate(over="ignore", invalid="ignore"):
            moments = second_moments(setting.scheme, setting.sizes, setting.family.ddof, times)
    except OverflowError:
        return float(np.inf)
    early, late = moments[index]
    if not np.isfinite(late) or late > MOVING * early:
        return float(np.inf)
    return float(late) if MOVING * late > early else 0.0


def _wandered(setting: Any) -> float:
    """Limit of M where V falls to nothing and nothing ties the means: what the moments add up to in it.

    All means are then shifted alike, so that the vector r of ones in the places of C is kept by the map. With the
    left vector l that it keeps, of l r = 1, the limit is l x, at any generation after the opening.
    """
    import mpmath

    order = [letter for letter in letters(len(setting.tableau.keep)) if letter != ONE]
    if len(order) > MOST_LETTERS:
        raise NoClosedForm(f"the limit of {len(order)} moments is more than is solved for: evaluate at large t")
    state = SOURCE
    for t in range(1, setting.scheme.opening + 1):
        state = mapped(exact_step_map(setting.scheme.step(t, setting.sizes), setting.family.ddof), state)
    rows = exact_step_map(setting.tableau, setting.family.ddof)

    with mpmath.workdps(60):
        # Column by column, (A − 1)ᵀ l = 0; one column follows from the others and gives its place to l r = 1.
        equations = [
            [in_mpmath(x[0] == "C") for x in order]
            if column == M
            else [in_mpmath(rows[row].get(column, 0) - (row == column)) for row in order]
            for column in order
        ]
        kept = mpmath.lu_solve(mpmath.matrix(equations), mpmath.matrix([int(column == M) for column in order]))
        return float(sum(c * in_mpmath(state.get(letter, 0)) for c, letter in zip(kept, order, strict=True)))


def _log_spread(setting: Any, t: Any) -> Any:
    family = setting.family
    return np.log(family.spread) + log_spread(setting.scheme, setting.sizes, family.ddof, t)


def _mapped(index: int, *, title: str, conditions: str, holding: Any, limit: Any = None) -> Theorem:
    name, role, letter = (("spread", "spread", "V"), ("squared location error", "squared_location", "C_{00}"))[index]
    return Theorem(
        title=f"mean {name} by the moment map of {title}",
        quantity=role,
        statistic="mean",
        road="recurrence",
        statement=r"x_t = A_t x_{t-1},\; x = (V, C_{ij}, U_i, 1):\quad "
        + (r"V_t" if index == 0 else r"M_t")
        + rf" = e_{{{letter}}}^\top x_t",
        conditions=f"{conditions}; a fit that matches the first two moments of its fit set; honest draws, or a "
        "sampling that keeps means and multiplies variances",
        source="docs/theory/tableau",
        holds=holding,
        value=_value(index),
        log_value=None if index else _log_spread,
        reference=mean_reference(1 - index, index),
        limit=limit,
        any_sampling=True,
    )


SECOND_MOMENTS: tuple[Theorem, ...] = tuple(
    theorem
    for index in (0, 1)
    for theorem in (
        _mapped(
            index,
            title="a tableau that settles",
            conditions="a step that no longer changes after some first generations, one sample size",
            holding=_settles,
            limit=_limit(index),
        ),
        _mapped(
            index,
            title="a tableau that changes",
            conditions="a step or a sample size that always changes",
            holding=_changes,
        ),
    )
)


def _conserved(setting: Any) -> bool:
    return bool(setting.family.conserved_spread)


def _replaced(setting: Any) -> bool:
    return _conserved(setting) and bool(setting.tableau.replacement)


def _accumulated(setting: Any) -> bool:
    return _conserved(setting) and bool(setting.tableau.accumulation) and setting.sizes.constant


def _replaced_limit(setting: Any) -> float:
    if setting.sizes.reciprocal_sum_converges is False:
        return float(np.inf)
    return float(setting.family.spread * _reciprocal_sum(setting.sizes))


def _reciprocal_sum(sizes: Any) -> float:
    """Sum of 1/n_t of sizes that need no rounding up: a zeta function, or a geometric series."""
    from scipy.special import zeta

    if isinstance(sizes, Power) and float(sizes.n0).is_integer() and float(sizes.exponent).is_integer():
        return float(zeta(sizes.exponent) / sizes.n0)
    if isinstance(sizes, Geometric) and float(sizes.n0).is_integer() and float(sizes.ratio).is_integer():
        return float(sizes.ratio / (sizes.ratio - 1) / sizes.n0)
    raise NoClosedForm("the limit under growing sample sizes is an infinite sum: evaluate at large t")


def _mapped_limit(setting: Any) -> float:
    """What an effective number of real points leaves; less and less where new ones are a share of growing samples."""
    for theorem in INFORMATION:
        if theorem.statistic == STATISTIC and theorem.holds(setting):
            size = theorem.value(setting)
            return float(setting.family.spread / size) if size else float(np.inf)
    sizes, step = setting.sizes, setting.scheme.step(np.arange(1, 3), setting.sizes)
    if setting.tableau.mixture and not sizes.constant and sizes.reciprocal_sum_converges is not None:
        real = np.broadcast_to(step.drawn[0], 2)
        if step.share or getattr(setting.regime, "share", None):
            return 0.0
        if real[0] == real[1] and not sizes.reciprocal_sum_converges:
            return float(setting.family.spread / (2 * real[0]))
    raise NoClosedForm("the limit of the moment map has no closed form here: evaluate at large t")


def _replaced_formula(setting: Any) -> Any:
    from collapse_theory.symbols import n, t

    return setting.family.spread_symbol * t / n


def _accumulated_formula(setting: Any) -> Any:
    import sympy

    from collapse_theory.symbols import n, t

    return setting.family.spread_symbol / n * (sympy.zeta(2) - sympy.zeta(2, t + 1))


def _conserved_reference(setting: Any, t: int) -> Any:
    """The map in exact fractions with V held at 1, generation by generation."""
    import mpmath

    if t > 12:
        raise NoClosedForm("fractions are stepped through 12 generations")
    state = SOURCE
    for generation in range(1, t + 1):
        rows = exact_step_map(setting.scheme.step(generation, setting.sizes), 0)
        state = mapped(rows, state) | {V: Fraction(1)}
    return mpmath.mpf(setting.family.spread) * in_mpmath(state[M])


def _prove_replaced() -> tuple[Check, ...]:
    from collapse_theory.symbols import n, t

    rows = second_moment_map(Step(drawn=(0, n), weight=(0, 1)), 0)
    return (
        Check("no constant enters M", ONE not in rows[M]),
        *proved_by_induction(t / n, t, 0 * t, lambda now: rows[M][M] * now + rows[M][V], "M_t = t/n"),
    )


def _prove_accumulated() -> tuple[Check, ...]:
    """The step of the tableau, and the sum of its squares by Hurwitz's zeta function."""
    import sympy

    from collapse_theory.symbols import n, t

    rows = second_moment_map(Step(drawn=(0, n), stored=(n * (t - 1),), weight=(0, 1, 1), keep=((1, 2),)), 0)
    # After a refit the slot is the fit set, so that its mean is the fitted mean.
    kept = sum(c for letter, c in rows[M].items() if letter[0] == "C")
    j = sympy.Symbol("j", positive=True, integer=True)
    total = sympy.summation(1 / j**2, (j, 1, sympy.oo))
    exact = [sum(Fraction(1, i**2) for i in range(1, last + 1)) for last in range(1, 13)]
    rest = [sympy.zeta(2) - sympy.expand_func(sympy.zeta(2, last + 1)) for last in range(1, 13)]
    return (
        Check("M_t = M_{t−1} + V/(n t²)", sympy.simplify(kept - 1) == 0 and sympy.simplify(rows[M][V] * n * t**2) == 1),
        Check("the sum of 1/j² is ζ(2)", total == sympy.zeta(2)),
        Check(
            "its first t terms are ζ(2) − ζ(2, t + 1), t = 1 … 12",
            all(
                sympy.simplify(a - sympy.Rational(b.numerator, b.denominator)) == 0
                for a, b in zip(rest, exact, strict=True)
            ),
        ),
    )


_KEEPING = "a family whose models' points keep the source's variance in expectation"

CONSERVED_MOMENTS: tuple[Theorem, ...] = (
    Theorem(
        title="mean squared location error under replacement where the variance of a point is conserved",
        quantity="squared_location",
        statistic="mean",
        road="closed form",
        statement=r"M_t = V_0\sum_{s=1}^t \frac1{n_s} = V_0\,t/n",
        conditions=f"replacement, any sample sizes; {_KEEPING}",
        source="docs/theory/poisson",
        holds=_replaced,
        value=lambda setting, t: setting.family.spread * additive(setting.sizes, t, lambda n: 1.0 / n),
        formula=_replaced_formula,
        limit=_replaced_limit,
        proof=_prove_replaced,
    ),
    Theorem(
        title="mean squared location error under accumulation where the variance of a point is conserved",
        quantity="squared_location",
        statistic="mean",
        road="closed form",
        statement=r"M_t = \frac{V_0}n\sum_{s=1}^t \frac1{s^2} = \frac{V_0}n\,[\zeta(2) - \zeta(2, t + 1)]"
        r"\to \frac{\pi^2}6\,\frac{V_0}n",
        conditions=f"accumulation, one sample size; {_KEEPING}",
        source="docs/theory/poisson",
        holds=_accumulated,
        value=Compiled(_accumulated_formula),
        formula=_accumulated_formula,
        limit=lambda setting: float(setting.family.spread / setting.sizes(1) * np.pi**2 / 6),
        proof=_prove_accumulated,
    ),
    Theorem(
        title="mean squared location error by the moment map where the variance of a point is conserved",
        quantity="squared_location",
        statistic="mean",
        road="recurrence",
        statement=r"x_t = A_t x_{t-1},\; V_t = V_0:\quad M_t = e_{C_{00}}^\top x_t",
        conditions=f"any regime and any sample sizes; {_KEEPING}",
        source="docs/theory/tableau; docs/theory/poisson",
        holds=_conserved,
        value=lambda setting, t: (
            setting.family.spread * second_moments(setting.scheme, setting.sizes, 0.0, t, known_variance=True)[1]
        ),
        reference=_conserved_reference,
        limit=_mapped_limit,
    ),
)
