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
from collapse_theory.tableau.feedback import refuse_many
from collapse_theory.tableau.linear_map import AffineMap, slotless
from collapse_theory.tableau.moments import (
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
from collapse_theory.tableau.scan import scan
from collapse_theory.tableau.step import Step
from collapse_theory.tableau.thinning import compositions
from collapse_theory.theorem import Theorem, in_mpmath

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


def kernel_density(setting: Any) -> bool:
    """A kernel density."""
    return isinstance(setting.family, KernelDensity)


def fixed(setting: Any) -> bool:
    """A kernel density with a fixed bandwidth."""
    return kernel_density(setting) and setting.family.constant is None


def ruled(setting: Any) -> bool:
    """A kernel density with a rule of thumb."""
    return kernel_density(setting) and setting.family.constant is not None


def replaced(setting: Any) -> bool:
    """Replacement."""
    return bool(setting.tableau.replacement)


def constant(setting: Any) -> bool:
    """Replacement with one sample size."""
    return replaced(setting) and bool(setting.sizes.constant)


def accumulated(setting: Any) -> bool:
    """Accumulation with one sample size."""
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
    "second_moment": (
        "second moment about the source's mean",
        "V_t + M_t",
        lambda spread, fitted, error: spread + error,
    ),
}


def _mapped(quantity: str) -> Theorem:
    what, letter, part = PARTS[quantity]

    def limit(setting: Any) -> float:
        if accumulated(setting) and added(setting.family) and quantity != "squared_location_error":
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
        holds=lambda setting: kernel_density(setting) and not (fixed(setting) and constant(setting)),
        value=lambda setting, t: setting.family.spread * part(*_moments(setting, t)),
        reference=reference,
        limit=limit,
    )


MAPPED: tuple[Theorem, ...] = tuple(map(_mapped, PARTS))
