r"""The exact linear map of the second moments, written once for every regime and every divisor.

In units of the source variance, about the source mean, the state is

.. math:: x = (V,\; C_{ij},\; U_i,\; 1),

where :math:`V = E\,\sigma_t^2` is the expected fitted variance, :math:`C_{ij}` are the second moments of
the means of the fit (index 0) and of the stored slots (1, 2, …), and :math:`U_i` the expected sum of
squares inside slot i. Drawing adds to the mean of a batch of c points a noise of variance
:math:`\tau/c`, with per-point variance :math:`\tau = 1` for real points and
:math:`\tau = \alpha + (1-\alpha)V + \alpha(1-\alpha)C_{00}` for model points of which each comes from the
source with chance :math:`\alpha`. A union of batches with point weights :math:`w_b`, total
:math:`W = \sum w_b c_b`, has mean :math:`\sum w_b c_b \bar x_b/W` and sum of squares

.. math:: \sum_b w_b SS_b + \sum_b w_b c_b (\bar x_b - \bar x)^2 ,

and the fit divides by W after the correction :math:`K/(K-\delta)`, K being Kish's size. Nothing but the
first two moments of the drawn points enters, so the map serves every family that matches two moments.
The arithmetic is generic: Fractions give exact values, sympy gives formulas, arrays give all generations.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from collapse_theory.regimes.regime import MODEL, REAL, Regime, Step, absent
from collapse_theory.schedules import Schedule

Letter = tuple[Any, ...]
Form = dict[Letter, Any]

V: Letter = ("V",)
M: Letter = ("C", 0, 0)
ONE: Letter = ("1",)


def letters(slots: int) -> list[Letter]:
    """Letters of the state, in order: V, C_ij with i ≤ j, U_i, 1."""
    means = range(slots + 1)
    products = [("C", i, j) for i in means for j in means if i <= j]
    return [V, *products, *(("U", i) for i in means if i > 0), ONE]


@dataclass(frozen=True)
class _Batch:
    count: Any
    mean: dict[int, Any]
    point_variance: Form
    within: Form


def _batches(step: Step) -> list[_Batch]:
    share = step.share
    mixed: Form = {V: 1} if absent(share) else {ONE: share, V: 1 - share, M: share * (1 - share)}
    model_mean = {0: 1} if absent(share) else {0: 1 - share}
    drawn = [_Batch(step.drawn[REAL], {}, {ONE: 1}, {}), _Batch(step.drawn[MODEL], model_mean, mixed, {})]
    slots = [_Batch(c, {i: 1}, {}, {("U", i): 1}) for i, c in enumerate(step.stored, start=1)]
    return drawn + slots


@dataclass(frozen=True)
class _Union:
    weights: list[Any]
    total: Any
    mean: dict[int, Any]
    squares: Form


def _union(batches: list[_Batch], weights: list[Any]) -> _Union:
    size = [0 if absent(b.count, w) else w * b.count for b, w in zip(batches, weights, strict=True)]
    total = sum(size, start=0)
    present = [b for b in range(len(batches)) if not absent(size[b])]
    mean: dict[int, Any] = {}
    for b in present:
        for letter, c in batches[b].mean.items():
            mean[letter] = mean.get(letter, 0) + size[b] * c / total
    squares: Form = {}
    for b in present:
        batch, weight = batches[b], weights[b]
        _add(squares, batch.within, weight)
        _add(squares, batch.point_variance, weight * (batch.count - size[b] / total))
        apart = {i: batch.mean.get(i, 0) - mean.get(i, 0) for i in {*batch.mean, *mean}}
        _add(squares, _quadratic(apart, apart), size[b])
    return _Union([weights[b] if b in present else 0 for b in range(len(batches))], total, mean, squares)


def _quadratic(left: dict[int, Any], right: dict[int, Any]) -> Form:
    form: Form = {}
    for i, a in left.items():
        for j, b in right.items():
            _add(form, {("C", min(i, j), max(i, j)): a * b}, 1)
    return form


def _add(into: Form, form: Form, factor: Any) -> None:
    for letter, coefficient in form.items():
        into[letter] = into.get(letter, 0) + factor * coefficient


def _second_moment(batches: list[_Batch], left: _Union, right: _Union) -> Form:
    form = _quadratic(left.mean, right.mean)
    for batch, u, v in zip(batches, left.weights, right.weights, strict=True):
        if not (absent(u) or absent(v)):
            _add(form, batch.point_variance, u * v * batch.count / (left.total * right.total))
    return form


def second_moment_map(step: Step, ddof: Any) -> dict[Letter, Form]:
    """Expected next value of every letter, as a linear form in the present letters.

    Parameters
    ----------
    step : Step
        Tableau of the generation; ints or Fractions give exact coefficients.
    ddof : number
        The fitted variance is the sum of squares over (size − ddof).

    Returns
    -------
    dict
        ``map[row][column]`` with the letters of :func:`letters`; zeros are left out.
    """
    batches = _batches(step)
    fit = _union(batches, list(step.weight))
    slots = [_union(batches, [1 if b in kept else 0 for b in range(len(batches))]) for kept in step.keep]
    means = [fit, *slots]
    result: dict[Letter, Form] = {}
    kish = step.kish
    result[V] = {}
    _add(result[V], fit.squares, kish / ((kish - ddof) * fit.total))
    for i, left in enumerate(means):
        for j, right in enumerate(means):
            if i <= j:
                result["C", i, j] = _second_moment(batches, left, right)
    for i, slot in enumerate(slots, start=1):
        result["U", i] = slot.squares
    result[ONE] = {ONE: 1}
    return result


def exact_second_moments(
    regime: Regime, sizes: Schedule, ddof: Fraction | int, generations: int
) -> list[tuple[Fraction, Fraction]]:
    r"""Exact :math:`(E\sigma_t^2, E(\mu_t-\mu_0)^2)` in units of the source variance, t = 0, 1, …, as Fractions."""
    state: dict[Letter, Fraction] = {V: Fraction(1), ONE: Fraction(1)}
    found = [(Fraction(1), Fraction(0))]
    for t in range(1, generations + 1):
        rows = exact_step_map(regime.step(t, sizes), ddof)
        state = {
            row: sum((Fraction(c) * state.get(letter, Fraction(0)) for letter, c in form.items()), start=Fraction(0))
            for row, form in rows.items()
        }
        found.append((state[V], state[M]))
    return found


def exact_step_map(step: Step, ddof: Any) -> dict[Letter, Form]:
    """The map of one generation with Fraction coefficients; a share such as 0.1 means exactly 1/10."""
    return second_moment_map(_in_fractions(step), Fraction(ddof))


def _in_fractions(step: Step) -> Step:
    def exact(numbers: Iterable[Any]) -> tuple[Any, ...]:
        return tuple(
            Fraction(x) if isinstance(x, float) else int(x) if isinstance(x, np.integer) else x for x in numbers
        )

    weight = exact(step.weight)
    share = Fraction(str(step.share)) if isinstance(step.share, float) else step.share
    drawn, stored = ([0 if absent(c) else Fraction(c) for c in exact(part)] for part in (step.drawn, step.stored))
    return Step((drawn[0], drawn[1]), weight, tuple(stored), step.keep, share)


def matrices(regime: Regime, sizes: Schedule, ddof: float, t: NDArray[np.int64]) -> NDArray[np.float64]:
    """One-step matrices of generations t (all ≥ 2 or a single one), shape ``(len(t), letters, letters)``."""
    step = regime.step(t if len(t) > 1 else int(t[0]), sizes)
    order = letters(len(step.keep))
    found = np.zeros((len(t), len(order), len(order)))
    place = {letter: i for i, letter in enumerate(order)}
    for row, form in second_moment_map(_in_floats(step), ddof).items():
        for column, coefficient in form.items():
            found[:, place[row], place[column]] = coefficient
    return found


def _in_floats(step: Step) -> Step:
    def real(numbers: Iterable[Any]) -> tuple[Any, ...]:
        return tuple(x.astype(float) if isinstance(x, np.ndarray) else x for x in numbers)

    return Step(real(step.drawn), real(step.weight), real(step.stored), step.keep, step.share)
