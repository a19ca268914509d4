r"""Kernel density estimation: the expected variance and the wandering of the mean, in every regime.

Drawing from a density keeps the mean of the points behind it and adds :math:`h^2` to their variance v. So the moment
map of a fit that matches two moments (ddof = 0) serves, with the variance of the model in place of that of the fit:

.. math:: V = v + h^2\quad\text{(fixed bandwidth)},\qquad V = v\,(1 + c_N),\;
    c_N = C^2N^{-2/5}\tfrac{N}{N-1}\quad\text{(rule of thumb)},

N being Kish's size of the fit set. Both are affine, so the map stays exact in every regime.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from collapse_theory.errors import NoClosedForm
from collapse_theory.families import KernelDensity
from collapse_theory.gamma_ratios import log_geometric_sum
from collapse_theory.regimes.feedback import refuse_many
from collapse_theory.regimes.linear_map import AffineMap, slotless
from collapse_theory.regimes.moments import (
    ONE,
    SOURCE,
    Form,
    Letter,
    M,
    V,
    exact_step_map,
    letters,
    mapped,
    matrices,
    second_moment_map,
)
from collapse_theory.regimes.regime import Step
from collapse_theory.regimes.scan import scan
from collapse_theory.regimes.thinning import compositions
from collapse_theory.schedules import additive
from collapse_theory.theorem import Check, Theorem, in_mpmath, proved_by_induction

Array = NDArray[np.float64]

PAGE = "docs/theory/kernel_density"
CHUNK = 1024
FARTHEST = 10**6
"""Generations up to which a map that changes, or that has slots, is stepped."""
STEPPED = 4096
"""Generations up to which a map that never changes is stepped all the same."""
REFERENCED = 30
"""Generations up to which exact fractions are the reference."""
LARGEST = 1e300
SERIES = 40
"""Terms of the series that takes the place of a difference of nearly equal numbers."""


def kernel_density(setting: Any) -> bool:
    """A kernel density."""
    return isinstance(setting.family, KernelDensity)


def _fixed(setting: Any) -> bool:
    return kernel_density(setting) and setting.family.constant is None


def _ruled(setting: Any) -> bool:
    return kernel_density(setting) and setting.family.constant is not None


def _replaced(setting: Any) -> bool:
    return bool(setting.tableau.replacement)


def _constant(setting: Any) -> bool:
    return _replaced(setting) and bool(setting.sizes.constant)


def _accumulated(setting: Any) -> bool:
    return bool(setting.tableau.accumulation and setting.sizes.constant)


# ------------------------------------------------------------------------------------------------ the map, any regime
def inflation(family: Any, size: Any) -> Any:
    """What a rule of thumb adds to a fitted variance of 1 at a Kish size; 0 for a fixed bandwidth."""
    return 0.0 if family.constant is None else family.squared_bandwidth(1.0, size)


def added(family: Any) -> float:
    """What a fixed bandwidth adds to the variance, in units of the source; 0 for a rule of thumb."""
    return float(family.squared_bandwidth(1.0, 2)) if family.constant is None else 0.0


def _stepped(setting: Any, last: int) -> tuple[Array, Array, Array]:
    """Expected V of the model, v of its points and M, at generations 1 to last, in units of the source."""
    refuse_many(setting.tableau)
    if last > FARTHEST:
        raise NoClosedForm(f"the moment map of {setting.regime!r} is stepped through {FARTHEST} generations")
    order = letters(len(setting.tableau.keep))
    state = np.array([float(SOURCE.get(letter, 0)) for letter in order])
    alone = len(setting.tableau.keep) + (setting.regime.opening or 0) + 1
    found, start = np.empty((3, last)), 1
    while start <= last:
        stop = start if start <= alone or setting.tableau.thinned else min(start + CHUNK - 1, last)
        fitted, model = _matrices(setting, np.arange(start, stop + 1), order)
        path = scan(model, state)
        before = np.vstack([state, path[:-1]])
        found[0, start - 1 : stop] = path[:, order.index(V)]
        found[1, start - 1 : stop] = np.einsum("tl,tl->t", fitted, before)
        found[2, start - 1 : stop] = path[:, order.index(M)]
        state, start = path[-1].copy(), stop + 1
    return found[0], found[1], found[2]


def _matrices(setting: Any, t: NDArray[np.int64], order: list[Letter]) -> tuple[Array, Array]:
    """Rows of the fitted variance, and whole maps, of generations in a row."""
    family, row, one = setting.family, order.index(V), order.index(ONE)
    step = setting.regime.step(t if len(t) > 1 else int(t[0]), setting.sizes)
    maps = matrices(setting.regime, setting.sizes, 0.0, t)
    fitted = maps[:, row].copy()
    if step.thinned and family.constant is not None:
        maps[0, row] = _averaged_row(step, family, order)
    else:
        kish = 2 if step.thinned else step.kish
        maps[:, row] *= np.broadcast_to(1 + inflation(family, np.asarray(kish, dtype=float)), len(t))[:, None]
    maps[:, row, one] += added(family)
    return fitted, maps


def _averaged_row(step: Step, family: Any, order: list[Letter]) -> Array:
    """Row of the model's variance by a rule of thumb, over the numbers of points that are kept."""
    real, model, chances = compositions(step, family.fewest_points)
    rows = second_moment_map(replace(step, drawn=(real * 1.0, model * 1.0), kept=(1, 1)), 0)
    factor = chances * (1 + inflation(family, (real + model).astype(float)))
    return np.array([np.sum(factor * rows[V].get(letter, 0.0)) for letter in order])


def _affine(setting: Any) -> AffineMap:
    """The same 2 × 2 map of every generation."""
    step, family = setting.tableau, setting.family
    rows = _exact_rows(step, family)[1]

    def entry(row: Letter, column: Letter) -> Fraction:
        return Fraction(rows[row].get(column, 0))

    return AffineMap(((entry(V, V), entry(V, M)), (entry(M, V), entry(M, M))), (entry(V, ONE), entry(M, ONE)))


def _exact_rows(step: Step, family: Any) -> tuple[Form, dict[Letter, Form]]:
    """Form of the fitted variance, and the whole map, in exact fractions."""
    rows = exact_step_map(step, 0)
    fitted, factor = rows[V], Fraction(float(1 + inflation(family, float(step.kish))))
    model = {letter: factor * c for letter, c in fitted.items()}
    model[ONE] = model.get(ONE, Fraction(0)) + Fraction(added(family))
    return fitted, {**rows, V: model}


def _slotless(setting: Any) -> bool:
    return slotless(setting) and not setting.tableau.thinned


def _moments(setting: Any, t: Any) -> tuple[Array, Array, Array]:
    """Expected V, v and M at generations t ≥ 1, in units of the source."""
    t = np.asarray(t, dtype=np.int64)
    if not t.size:
        return np.empty(t.shape), np.empty(t.shape), np.empty(t.shape)
    far = t > STEPPED if _slotless(setting) else np.zeros(t.shape, dtype=bool)
    with np.errstate(over="ignore", invalid="ignore"):
        near = np.where(far, 1, t)
        found = np.stack(_stepped(setting, int(near.max())))[:, near - 1]
        if np.any(far):
            found[:, far] = np.transpose([_squared(setting, int(when)) for when in t[far]])
    if not np.all(np.isfinite(found)):
        raise OverflowError(f"the second moments of {setting.regime!r} leave the floats by t = {t.max()}")
    return found[0], found[1], found[2]


def _squared(setting: Any, t: int) -> tuple[float, float, float]:
    """The same at a late generation of a map that does not change, by squares of what it adds to the identity."""
    exact = _affine(setting)
    shift = np.zeros((3, 3))
    for i, (row, constant) in enumerate(zip(exact.a, exact.b, strict=True)):
        shift[i] = [*(float(c - (i == j)) for j, c in enumerate(row)), float(constant)]
    state, before = np.array([1.0, 0.0, 1.0]), t - 1
    while before:
        if before & 1:
            state = state + shift @ state
        shift = 2 * shift + shift @ shift
        before >>= 1
    v, m, _ = state
    last = np.array([[float(c) for c in (*row, one)] for row, one in zip(exact.a, exact.b, strict=True)])
    spread, error = last @ state
    return float(spread), _fitted_after(setting, float(v), float(m)), float(error)


def _fitted_after(setting: Any, spread: float, error: float) -> float:
    """Expected v from the moments one generation before."""
    fitted = _exact_rows(setting.tableau, setting.family)[0]
    v, m, one = (float(fitted.get(letter, 0)) for letter in (V, M, ONE))
    return v * spread + m * error + one


def _exact(setting: Any, t: int) -> tuple[Any, Any, Any]:
    """The same at one generation, in exact fractions of the rounded bandwidth."""
    if t > REFERENCED and _slotless(setting):
        return _late(setting, t)
    if t > REFERENCED or setting.tableau.thinned or setting.tableau.subsample is not None:
        raise NoClosedForm(f"exact fractions are for whole batches and up to {REFERENCED} generations")
    state, fitted = dict(SOURCE), Fraction(1)
    for generation in range(1, t + 1):
        form, rows = _exact_rows(setting.regime.step(generation, setting.sizes), setting.family)
        fitted = sum((Fraction(c) * state.get(letter, Fraction(0)) for letter, c in form.items()), start=Fraction(0))
        state = mapped(rows, state)
    return state[V], fitted, state[M]


def _late(setting: Any, t: int) -> tuple[Any, Any, Any]:
    """The same by powers of the exact map in mpmath."""
    spread, error, _ = _affine(setting).in_mpmath(t)
    if spread > LARGEST:
        raise NoClosedForm(f"the second moments leave the floats by t = {t}")
    v, m, _ = _affine(setting).in_mpmath(t - 1)
    fitted = _exact_rows(setting.tableau, setting.family)[0]
    a, b, c = (in_mpmath(Fraction(fitted.get(letter, 0))) for letter in (V, M, ONE))
    return spread, a * v + b * m + c, error


Part = Callable[[Any, Any, Any], Any]
"""A quantity from V, v and M."""

PARTS: dict[str, tuple[str, str, Part]] = {
    "variance": ("variance", "V_t", lambda spread, fitted, error: spread),
    "sample_variance": ("variance of the points", "v_t", lambda spread, fitted, error: fitted),
    "squared_location_error": ("squared location error", "M_t", lambda spread, fitted, error: error),
    "second_moment": ("second moment about the source's mean", "V_t + M_t", lambda spread, fitted, error: spread + error),
}


def _mapped(quantity: str) -> Theorem:
    what, letter, part = PARTS[quantity]

    def limit(setting: Any) -> float:
        if _accumulated(setting) and added(setting.family) and quantity != "squared_location_error":
            return float(np.inf)
        if not _slotless(setting):
            raise NoClosedForm("the limit of a map that changes, or that has slots, is not known: evaluate at large t")
        spread, error = _affine(setting).stationary
        fitted = _fitted_after(setting, spread, error) if np.isfinite(spread) else spread
        return float(setting.family.spread * part(spread, fitted, error))

    def reference(setting: Any, t: int) -> Any:
        return in_mpmath(part(*_exact(setting, t))) * in_mpmath(setting.family.spread)

    return Theorem(
        title=f"mean {what} of a kernel density by the moment map",
        quantity=quantity,
        statistic="mean",
        road="recurrence",
        statement=rf"x_t = A_t x_{{t-1}} + b_t,\; V_t = v_t + h_t^2:\quad {letter}",
        conditions="a kernel density; any regime without a screen and without an old model that is carried over, any "
        "sample sizes; not replacement with one sample size at a fixed bandwidth, which has closed forms",
        source=f"{PAGE}; docs/theory/tableau",
        holds=lambda setting: kernel_density(setting) and not (_fixed(setting) and _constant(setting)),
        value=lambda setting, t: setting.family.spread * part(*_moments(setting, t)),
        reference=reference,
        limit=limit,
    )


# ---------------------------------------------------------------------------------------- replacement: a fixed bandwidth
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
    left, kernels = _left(setting, t)
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
    h, _, sigma0, t = _letters()
    rows = _symbolic_step()
    formula = sigma0**2 + h**2 * t
    step = proved_by_induction(formula, t, sigma0**2, lambda now: now + rows[V][ONE], "V_t + M_t")
    import sympy

    kept = sympy.simplify(rows[V][V] + rows[M][V] - 1) == 0 and sympy.simplify(rows[M][M] - 1) == 0
    return (Check("V + M is kept by the map but for h²", bool(kept)), *step)


def _pool_formula(setting: Any) -> Any:
    import sympy

    h, _, sigma0, t = _letters()
    return sigma0**2 + h**2 * sympy.harmonic(t)


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


def _pool_value(setting: Any, t: Any) -> Any:
    from scipy.special import digamma

    return setting.family.spread + setting.family.bandwidth**2 * (digamma(np.asarray(t) + 1.0) + np.euler_gamma)


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
        holds=lambda setting: _fixed(setting) and _constant(setting),
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
        holds=lambda setting: _fixed(setting) and _constant(setting),
        value=_fixed_sample_variance,
        formula=_sample_variance_formula,
        limit=lambda setting: (setting.sizes(1) - 1) * setting.family.bandwidth**2,
    ),
    _closed(
        "squared_location_error",
        "replacement, fixed bandwidth",
        r"h^2t + (\sigma_0^2 - nh^2)[1 - (1-\tfrac1n)^t]",
        conditions=_FIXED,
        holds=lambda setting: _fixed(setting) and _constant(setting),
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
        holds=lambda setting: _fixed(setting) and _replaced(setting),
        value=lambda setting, t: setting.family.spread + setting.family.bandwidth**2 * np.asarray(t, dtype=float),
        formula=lambda setting: _letters()[2] ** 2 + _letters()[0] ** 2 * _letters()[3],
        limit=lambda setting: _endless(setting, setting.family.spread),
        proof=_prove_second_moment,
    ),
    _closed(
        "second_moment",
        "accumulation, fixed bandwidth",
        r"\sigma_0^2 + h^2H_t,\quad H_t = \sum_{s\le t}\tfrac1s",
        conditions="accumulation, one sample size; a fixed bandwidth",
        holds=lambda setting: _fixed(setting) and _accumulated(setting),
        value=_pool_value,
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
        holds=lambda setting: _ruled(setting) and _replaced(setting),
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
        holds=lambda setting: _ruled(setting) and _replaced(setting),
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
        holds=lambda setting: _ruled(setting) and _constant(setting),
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


KERNEL_DENSITY: tuple[Theorem, ...] = (LOCATION, *FIXED, *RULED, *map(_mapped, PARTS))
