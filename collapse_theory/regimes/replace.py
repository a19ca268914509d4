r"""Replacement: every generation is fitted to n points of the previous model, and to nothing else.

The fitted variance is multiplied by independent factors, so in units of the source

.. math:: V_t = r^t,\qquad M_t = \frac1n\sum_{i<t} r^i,\qquad r = \frac{n-1}{n-\delta}.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from collapse_theory.errors import NoClosedForm
from collapse_theory.gamma_ratios import log_geometric_sum, log_quotient
from collapse_theory.regimes.regime import Regime
from collapse_theory.schedules import Schedule, additive
from collapse_theory.tableau.moments import ONE, M, V, second_moment_map
from collapse_theory.tableau.step import Step
from collapse_theory.theorem import Check, Theorem, proved_by_induction

PAGE = "docs/theory/replace"


def holds(setting: Any) -> bool:
    """Replacement, by a family that matches two moments."""
    return bool(setting.tableau.replacement and setting.family.two_moments)


def _log_ratio(setting: Any) -> Any:
    ddof = setting.family.ddof

    def log_ratio(n: Any) -> Any:
        with np.errstate(divide="ignore"):  # one point has no spread
            return log_quotient(n - 1, n - ddof, ddof - 1)

    return log_ratio


def _ratio() -> Any:
    from collapse_theory.symbols import ddof, n

    return (n - 1) / (n - ddof)


def _spread_formula(setting: Any) -> Any:
    from collapse_theory.symbols import t

    return setting.family.spread_symbol * _ratio() ** t


def _log_spread(setting: Any, t: Any) -> Any:
    return np.log(setting.family.spread) + additive(setting.sizes, t, _log_ratio(setting))


def _spread_limit(setting: Any) -> float:
    sign = setting.family.ddof - 1
    if sign == 0:
        return float(setting.family.spread)
    if setting.sizes.reciprocal_sum_converges is None:
        raise NoClosedForm(f"{setting.sizes!r}: a custom schedule has no theorem about t → ∞")
    if setting.sizes.reciprocal_sum_converges:
        raise NoClosedForm("the limit under growing sample sizes is an infinite product: evaluate at large t")
    return 0.0 if sign < 0 else float(np.inf)


def _location_formula(setting: Any) -> Any:
    import sympy

    from collapse_theory.symbols import n, t

    r = _ratio()
    summed = sympy.Piecewise((t, sympy.Eq(r, 1)), ((1 - r**t) / (1 - r), True))
    return setting.family.spread_symbol * summed / n


def _location(setting: Any, t: Any) -> Any:
    return np.exp(_log_location(setting, t))


def _log_location(setting: Any, t: Any) -> Any:
    if setting.sizes.constant:
        n = np.float64(setting.sizes(1))
        return np.log(setting.family.spread / n) + log_geometric_sum(float(_log_ratio(setting)(n)), t)
    sizes = setting.sizes(np.arange(1, np.max(t) + 1)).astype(float)
    before = np.concatenate(([0.0], np.cumsum(_log_ratio(setting)(sizes))[:-1]))
    return np.log(setting.family.spread) + np.logaddexp.accumulate(before - np.log(sizes))[np.asarray(t) - 1]


def _location_limit(setting: Any) -> float:
    ddof = setting.family.ddof
    if setting.sizes.constant:
        return (
            setting.family.spread * (setting.sizes(1) - ddof) / (setting.sizes(1) * (1 - ddof)) if ddof < 1 else np.inf
        )
    if ddof == 0:
        return float(setting.family.spread - _spread_limit(setting))
    raise NoClosedForm("the limit under growing sample sizes has no closed form: evaluate at large t")


def _symbolic_step() -> Any:
    from collapse_theory.symbols import ddof, n

    return second_moment_map(Step(drawn=(0, n), weight=(0, 1)), ddof)


def _prove_spread() -> tuple[Check, ...]:
    """Induction with the step taken from the tableau, not from the formula."""
    import sympy

    from collapse_theory.symbols import t

    rows = _symbolic_step()
    factor = rows[V][V]
    formula = _ratio() ** t
    closed = all(letter == V or sympy.simplify(c) == 0 for letter, c in rows[V].items())
    steps = proved_by_induction(formula, t, sympy.Integer(1), lambda now: factor * now, "V_t = r^t")
    return (Check("the tableau maps V to itself alone", closed), *steps)


def _prove_location() -> tuple[Check, ...]:
    import sympy

    from collapse_theory.symbols import ddof, n, t

    rows = _symbolic_step()
    r = _ratio()
    generic = (1 - r**t) / (1 - r) / n
    step = proved_by_induction(
        generic, t, sympy.Integer(0), lambda now: rows[M][M] * now + rows[M][V] * r**t, "M_t, ddof ≠ 1"
    )
    flat = t / n
    one = proved_by_induction(flat, t, sympy.Integer(0), lambda now: now + rows[M][V].subs(ddof, 1), "M_t, ddof = 1")
    return (*step, *one, Check("no constant enters M", ONE not in rows[M]))


@dataclass(frozen=True, repr=False)
class Replace(Regime):
    """Only the newest model's points: n draws of it, the old data thrown away."""

    known: ClassVar[tuple[Theorem, ...]] = (
        Theorem(
            title="mean spread under replacement",
            quantity="spread",
            statistic="mean",
            road="closed form",
            statement=r"V_t = V_0\left(\frac{n-1}{n-\delta}\right)^t",
            conditions="replacement; any sample sizes, as a product over generations",
            source=PAGE,
            holds=holds,
            value=lambda setting, t: np.exp(_log_spread(setting, t)),
            log_value=_log_spread,
            formula=_spread_formula,
            limit=_spread_limit,
            proof=_prove_spread,
        ),
        Theorem(
            title="mean squared location error under replacement",
            quantity="squared_location",
            statistic="mean",
            road="closed form",
            statement=r"M_t = \frac{V_0}{n}\sum_{i<t}\left(\frac{n-1}{n-\delta}\right)^i",
            conditions="replacement; any sample sizes, as a sum over generations",
            source=f"shumailov2024 at ddof = 1 (there V_t + M_t with an unneeded O(2)); {PAGE}",
            holds=holds,
            value=_location,
            log_value=_log_location,
            formula=_location_formula,
            limit=_location_limit,
            proof=_prove_location,
        ),
    )

    @classmethod
    def examples(cls) -> tuple[Replace, ...]:
        return (cls(),)

    def step(self, t: Any, sizes: Schedule) -> Step:
        return Step(drawn=(0, sizes(t)), weight=(0, 1))
