r"""Kernel densities in closed form: replacement and accumulation, a fixed bandwidth and a rule of thumb."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from collapse_theory.errors import NoClosedForm
from collapse_theory.gamma_ratios import log_geometric_sum
from collapse_theory.schedules import additive
from collapse_theory.tableau.moments import ONE, SOURCE, Form, Letter, M, V, exact_step_map, mapped, second_moment_map
from collapse_theory.tableau.step import Step
from collapse_theory.theorem import Check, Compiled, Theorem, proved_by_induction
from collapse_theory.theorems.kernel_density.moment_map import (
    PAGE,
    PARTS,
    accumulated,
    constant,
    fixed,
    inflation,
    kernel_density,
    replaced,
    ruled,
)

Array = NDArray[np.float64]

SERIES = 40
"""Terms of the series that takes the place of a difference of nearly equal numbers."""


def _left(setting: Any, t: Any) -> tuple[Array, Array]:
    """What is left of the source's variance, (1 − 1/n)^t, and the sum of what is left of t kernels."""
    n = float(setting.sizes(1))
    with np.errstate(divide="ignore"):
        rate = np.log1p(-1 / n)
    return np.exp(np.multiply(t, rate)), -n * np.expm1(np.multiply(t, rate))


def _fixed_variance(setting: Any, t: Any) -> Any:
    left, kernels = _left(setting, t)
    return setting.family.spread * left + setting.family.bandwidth**2 * kernels


def _fixed_sample_variance(setting: Any, t: Any) -> Any:
    return (1 - 1 / float(setting.sizes(1))) * _fixed_variance(setting, np.asarray(t) - 1)


def _fixed_error(setting: Any, t: Any) -> Any:
    _, kernels = _left(setting, t)
    n, t = float(setting.sizes(1)), np.asarray(t, dtype=float)
    term = wandered = t * (t - 1) / (2 * n)  # t − kernels, of which the difference has no digits for t ≪ n
    for k in range(2, SERIES):
        term = np.where(2 * t <= n, term * -(t - k) / ((k + 1) * n), 0.0)
        wandered = wandered + term
    wandered = np.where(2 * t <= n, wandered, t - kernels)
    return setting.family.spread * kernels / n + setting.family.bandwidth**2 * wandered


def _letters() -> tuple[Any, ...]:
    from collapse_theory.symbols import h, n, sigma0, t

    return h, n, sigma0, t


def _variance_formula(setting: Any = None) -> Any:
    h, n, sigma0, t = _letters()
    return n * h**2 + (1 - 1 / n) ** t * (sigma0**2 - n * h**2)


def _sample_variance_formula(setting: Any = None) -> Any:
    import sympy

    h, n, sigma0, t = _letters()
    later = (n - 1) * h**2 + (1 - 1 / n) ** t * (sigma0**2 - n * h**2)
    return sympy.Piecewise((sigma0**2, sympy.Eq(t, 0)), (later, True))


def _error_formula(setting: Any = None) -> Any:
    h, n, sigma0, t = _letters()
    return h**2 * t + (sigma0**2 - n * h**2) * (1 - (1 - 1 / n) ** t)


def _second_moment_formula(setting: Any = None) -> Any:
    h, _, sigma0, t = _letters()
    return sigma0**2 + h**2 * t


def _symbolic_step(inflated: Any = 0) -> dict[Letter, Form]:
    """The map of replacement in letters, with V the model's variance."""
    h, n, _, _ = _letters()
    rows = second_moment_map(Step(drawn=(0, n), weight=(0, 1)), 0)
    model = {letter: (1 + inflated) * c for letter, c in rows[V].items()}
    if not inflated:
        model[ONE] = model.get(ONE, 0) + h**2
    return {**rows, V: model}


def _prove_fixed() -> tuple[Check, ...]:
    _, _, sigma0, t = _letters()
    rows = _symbolic_step()
    spread, error = _variance_formula(), _error_formula()
    return (
        *proved_by_induction(spread, t, sigma0**2, lambda now: rows[V][V] * now + rows[V][ONE], "V_t"),
        *proved_by_induction(error, t, 0, lambda now: rows[M][M] * now + rows[M][V] * spread, "M_t"),
    )


def _prove_second_moment() -> tuple[Check, ...]:
    _, _, sigma0, t = _letters()
    rows = _symbolic_step()
    formula = _second_moment_formula()
    step = proved_by_induction(formula, t, sigma0**2, lambda now: now + rows[V][ONE], "V_t + M_t")
    import sympy

    kept = sympy.simplify(rows[V][V] + rows[M][V] - 1) == 0 and sympy.simplify(rows[M][M] - 1) == 0
    return (Check("V + M is kept by the map but for h²", bool(kept)), *step)


def _pool_formula(setting: Any) -> Any:
    import sympy

    h, _, sigma0, t = _letters()
    return sigma0**2 + h**2 * (sympy.digamma(t + 1) + sympy.EulerGamma)


def _prove_pool() -> tuple[Check, ...]:
    """Second moments of the pool and of its density through the tableau, in exact fractions."""
    from collapse_theory.regimes import Accumulate
    from collapse_theory.schedules import Constant

    checks, squared = [], Fraction(1, 3)
    for size in (1, 2, 5):
        state, harmonic, kept = dict(SOURCE), Fraction(0), True
        for t in range(1, 13):
            rows = exact_step_map(Accumulate().step(t, Constant(size)), 0)
            state = mapped(rows, state)
            state[V] += squared
            harmonic += Fraction(1, t)
            kept = kept and state[V] + state[M] == 1 + squared * harmonic
        checks.append(Check(f"V_t + M_t = 1 + h² H_t, n = {size}, t = 1, …, 12", kept))
    return tuple(checks)


def _endless(setting: Any, start: float) -> float:
    return float(np.inf) if setting.family.bandwidth else start


def _closed(quantity: str, regime: str, statement: str, **given: Any) -> Theorem:
    what = PARTS[quantity][0]
    return Theorem(
        title=f"mean {what} of a kernel density under {regime}",
        quantity=quantity,
        statistic="mean",
        road="closed form",
        statement=statement,
        source=PAGE,
        **given,
    )


_FIXED = "replacement, one sample size; a fixed bandwidth"
_RULE = "replacement, any sample sizes; a rule of thumb, h = C s n^(−1/5)"

FIXED: tuple[Theorem, ...] = (
    _closed(
        "variance",
        "replacement, fixed bandwidth",
        r"nh^2 + (1-\tfrac1n)^t(\sigma_0^2 - nh^2)",
        conditions=_FIXED,
        holds=lambda setting: fixed(setting) and constant(setting),
        value=_fixed_variance,
        formula=_variance_formula,
        limit=lambda setting: setting.sizes(1) * setting.family.bandwidth**2,
        proof=_prove_fixed,
    ),
    _closed(
        "sample_variance",
        "replacement, fixed bandwidth",
        r"(n-1)h^2 + (1-\tfrac1n)^t(\sigma_0^2 - nh^2),\quad t \ge 1",
        conditions=_FIXED,
        holds=lambda setting: fixed(setting) and constant(setting),
        value=_fixed_sample_variance,
        formula=_sample_variance_formula,
        limit=lambda setting: (setting.sizes(1) - 1) * setting.family.bandwidth**2,
    ),
    _closed(
        "squared_location_error",
        "replacement, fixed bandwidth",
        r"h^2t + (\sigma_0^2 - nh^2)[1 - (1-\tfrac1n)^t]",
        conditions=_FIXED,
        holds=lambda setting: fixed(setting) and constant(setting),
        value=_fixed_error,
        formula=_error_formula,
        limit=lambda setting: _endless(setting, setting.family.spread),
        proof=_prove_fixed,
    ),
    _closed(
        "second_moment",
        "replacement, fixed bandwidth",
        r"\sigma_0^2 + h^2t",
        conditions="replacement, any sample sizes; a fixed bandwidth",
        holds=lambda setting: fixed(setting) and replaced(setting),
        value=Compiled(_second_moment_formula),
        formula=_second_moment_formula,
        limit=lambda setting: _endless(setting, setting.family.spread),
        proof=_prove_second_moment,
    ),
    _closed(
        "second_moment",
        "accumulation, fixed bandwidth",
        r"\sigma_0^2 + h^2H_t,\quad H_t = \sum_{s\le t}\tfrac1s",
        conditions="accumulation, one sample size; a fixed bandwidth",
        holds=lambda setting: fixed(setting) and accumulated(setting),
        value=Compiled(_pool_formula),
        formula=_pool_formula,
        proof=_prove_pool,
    ),
)


# ---------------------------------------------------------------------------------------- replacement: a rule of thumb
def _log_factor(setting: Any) -> Callable[[Any], Any]:
    constant = setting.family.constant
    return lambda n: np.log1p(constant**2 * n**-0.4 - 1 / n)


def _log_ruled(setting: Any, t: Any) -> Any:
    return np.log(setting.family.spread) + additive(setting.sizes, t, _log_factor(setting))


def _log_ruled_points(setting: Any, t: Any) -> Any:
    sizes = np.asarray(setting.sizes(np.asarray(t)), dtype=float)
    return _log_ruled(setting, t) - np.log1p(inflation(setting.family, sizes))


def _log_ruled_error(setting: Any, t: Any) -> Any:
    n = float(setting.sizes(1))
    return np.log(setting.family.spread / n) + log_geometric_sum(float(_log_factor(setting)(n)), t)


def _factor(setting: Any) -> Any:
    import sympy

    _, n, _, _ = _letters()
    return 1 - 1 / n + sympy.Rational(str(setting.family.constant)) ** 2 * n ** sympy.Rational(-2, 5)


def _ruled_points_formula(setting: Any) -> Any:
    import sympy

    _, n, sigma0, t = _letters()
    later = sigma0**2 * (1 - 1 / n) * _factor(setting) ** (t - 1)
    return sympy.Piecewise((sigma0**2, sympy.Eq(t, 0)), (later, True))


def _prove_ruled() -> tuple[Check, ...]:
    """The factor of the statement against the map, with C² n^(−2/5) a letter c."""
    import sympy

    _, n, _, t = _letters()
    c = sympy.Symbol("c", positive=True)
    rows = _symbolic_step(c * n / (n - 1))
    factor = 1 - 1 / n + c
    step = Check("the map multiplies V by 1 − 1/n + C² n^(−2/5)", sympy.simplify(rows[V][V] - factor) == 0)
    error = (factor**t - 1) / (factor - 1) / n
    return (
        step,
        *proved_by_induction(factor**t, t, 1, lambda now: factor * now, "V_t"),
        *proved_by_induction(error, t, 0, lambda now: now + rows[M][V] * factor**t, "M_t"),
    )


RULED: tuple[Theorem, ...] = (
    _closed(
        "variance",
        "replacement, rule of thumb",
        r"\sigma_0^2\prod_{s\le t}(1 - \tfrac1{n_s} + C^2n_s^{-2/5})",
        conditions=_RULE,
        holds=lambda setting: ruled(setting) and replaced(setting),
        value=lambda setting, t: np.exp(_log_ruled(setting, t)),
        log_value=_log_ruled,
        formula=lambda setting: _letters()[2] ** 2 * _factor(setting) ** _letters()[3],
        limit=lambda setting: _grown(setting),
        proof=_prove_ruled,
    ),
    _closed(
        "sample_variance",
        "replacement, rule of thumb",
        r"\sigma_0^2(1-\tfrac1{n_t})\prod_{s<t}(1 - \tfrac1{n_s} + C^2n_s^{-2/5}),\quad t \ge 1",
        conditions=_RULE,
        holds=lambda setting: ruled(setting) and replaced(setting),
        value=lambda setting, t: np.exp(_log_ruled_points(setting, t)),
        log_value=_log_ruled_points,
        formula=_ruled_points_formula,
        limit=lambda setting: _grown(setting),
    ),
    _closed(
        "squared_location_error",
        "replacement, rule of thumb",
        r"\frac{\sigma_0^2}n\sum_{i<t}(1 - \tfrac1n + C^2n^{-2/5})^i",
        conditions="replacement, one sample size; a rule of thumb, h = C s n^(−1/5)",
        holds=lambda setting: ruled(setting) and constant(setting),
        value=lambda setting, t: np.exp(_log_ruled_error(setting, t)),
        log_value=_log_ruled_error,
        formula=lambda setting: (
            _letters()[2] ** 2 / _letters()[1] * (_factor(setting) ** _letters()[3] - 1) / (_factor(setting) - 1)
        ),
        limit=lambda setting: float(np.inf),
        proof=_prove_ruled,
    ),
)


def _grown(setting: Any) -> float:
    if setting.sizes.constant:
        return float(np.inf)
    raise NoClosedForm("the limit under growing sample sizes is an infinite product: evaluate at large t")


LOCATION = Theorem(
    title="mean location of a kernel density",
    quantity="location",
    statistic="mean",
    road="closed form",
    statement=r"E\,\mu_t = \mu_0",
    conditions="a kernel density; any regime whose point weights do not depend on the values, any sample sizes",
    source=PAGE,
    holds=kernel_density,
    value=lambda setting, t: np.full(np.shape(t), setting.family.mean),
    formula=lambda setting: _mu0(),
    limit=lambda setting: setting.family.mean,
)


def _mu0() -> Any:
    from collapse_theory.symbols import mu0

    return mu0
