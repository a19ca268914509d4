r"""The exact linear map of the second moments, written once for every regime and every divisor.

In units of the source variance, about the source mean, the state is

.. math:: x = (V,\; C_{ij},\; U_i,\; 1),

where :math:`V = E\,\sigma_t^2` is the expected fitted variance, :math:`C_{ij}` are the second moments of
the means of the fit (index 0) and of the stored slots (1, 2, …), and :math:`U_i` the expected sum of
squares inside slot i. Drawing adds to the mean of a batch of c points a noise of variance
:math:`\tau/c`, with per-point variance :math:`\tau = 1` for real points and
:math:`\tau = \alpha + (1-\alpha)\lambda V + \alpha(1-\alpha)C_{00}` for model points of which each comes from
the source with chance :math:`\alpha`; :math:`\lambda` is 1 but for a sampling that changes the variance of a point.
A union of batches with point weights :math:`w_b`, total :math:`W = \sum w_b c_b`, has mean
:math:`\sum w_b c_b \bar x_b/W` and sum of squares

.. math:: \sum_b w_b SS_b + \sum_b w_b c_b (\bar x_b - \bar x)^2 ,

and the fit divides by W after the correction :math:`K/(K-\delta)`, K being Kish's size. The current model itself,
where it is carried over, is a batch without noise: its mean is the fitted one and its sum of squares cV. A
subsample of k of W points has the mean of the fit set, a noise of variance :math:`S(1/k - 1/W)/(W-1)`, S being the sum
of squares, and a sum of squares of :math:`(k-1)S/(W-1)` in expectation; with replacement :math:`S/(kW)` and
:math:`(k-1)S/W`. Where numbers of points are random, the map is averaged over them. Nothing but the
first two moments of the drawn points enters, so the map serves every family that matches two moments.
The arithmetic is generic: Fractions give exact values, sympy gives formulas, arrays give all generations.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from collapse_theory.schedules import Schedule
from collapse_theory.tableau.scheme import Scheme
from collapse_theory.tableau.step import MODEL, REAL, Step, Subsample, absent
from collapse_theory.tableau.thinning import compositions, fewest

Letter = tuple[Any, ...]
Form = dict[Letter, Any]

V: Letter = ("V",)
M: Letter = ("C", 0, 0)
ONE: Letter = ("1",)
SOURCE: Mapping[Letter, Fraction] = MappingProxyType({V: Fraction(1), ONE: Fraction(1)})
"""State of generation 0; what is not in it is 0."""


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
    share, real, sampled = step.share, 1 if step.screen is None else step.screen.variance, step.point_variance
    mixed: Form = {V: sampled}
    if not absent(share):
        mixed = {ONE: share * real, V: (1 - share) * sampled, M: share * (1 - share)}
    model_mean = {0: 1} if absent(share) else {0: 1 - share}
    drawn = [_Batch(step.drawn[REAL], {}, {ONE: real}, {}), _Batch(step.drawn[MODEL], model_mean, mixed, {})]
    slots = [_Batch(c, {i: 1}, {}, {("U", i): 1}) for i, c in enumerate(step.stored, start=1)]
    return [*drawn, *slots, _Batch(step.carried, {0: 1}, {}, {V: step.carried})]


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
    if step.thinned:
        return _averaged(step, ddof)
    batches = _batches(step)
    fit = _union(batches, [*step.weight, 1])
    slots = [_union(batches, [1 if b in kept else 0 for b in range(len(batches))]) for kept in step.keep]
    means = [fit, *slots]
    result: dict[Letter, Form] = {V: {}}
    spread, noise = _factors(fit.total, step.kish, step.subsample, ddof)
    _add(result[V], fit.squares, spread)
    for i, left in enumerate(means):
        for j, right in enumerate(means):
            if i <= j:
                result["C", i, j] = _second_moment(batches, left, right)
    if step.subsample is not None:
        _add(result[M], fit.squares, noise)
    for i, slot in enumerate(slots, start=1):
        result["U", i] = slot.squares
    result[ONE] = {ONE: 1}
    return result


def _factors(total: Any, kish: Any, subsample: Subsample | None, ddof: Any) -> tuple[Any, Any]:
    """What the fitted variance, and the noise of a subsample's mean, are of the sum of squares of the fit set."""
    if subsample is None:
        return kish / ((kish - ddof) * total), 0
    size, of = subsample.size, total if subsample.replacement else total - 1
    lost = 0 if subsample.replacement else 1 / total
    return (size - 1) / ((size - ddof) * of), (1 / size - lost) / of


def _averaged(step: Step, ddof: Any) -> dict[Letter, Form]:
    """Mean of the maps over the numbers of points that are kept."""
    real, model, chances = compositions(step, fewest(ddof))
    drawn = (0 if absent(step.drawn[REAL]) else real, 0 if absent(step.drawn[MODEL]) else model)
    rows = second_moment_map(replace(step, drawn=drawn, kept=(1, 1)), ddof)
    return {row: {letter: np.sum(chances * c) for letter, c in form.items()} for row, form in rows.items()}


def mean_map(step: Step) -> tuple[list[dict[int, Any]], list[Any]]:
    """Next means of the fit and of the slots as linear forms in the present ones, the source's being 0.

    Returns
    -------
    rows : list of dict
        Coefficients of the means of the model (0) and of the slots (1, 2, …).
    biased : list
        Share of points drawn from the model: what a bias of all of them adds.
    """
    if step.thinned:
        raise ValueError("the mean map is that of fixed numbers of points: average it over them")
    batches = _batches(step)
    every = range(len(batches))
    unions = [_union(batches, [*step.weight, 1])]
    unions += [_union(batches, [1 if b in kept else 0 for b in every]) for kept in step.keep]
    drawn, chance = step.drawn[MODEL], 1 - step.share
    return (
        [union.mean for union in unions],
        [0 if absent(drawn, u.weights[MODEL]) else u.weights[MODEL] * drawn * chance / u.total for u in unions],
    )


def exact_second_moments(
    regime: Scheme, sizes: Schedule, ddof: Fraction | int, generations: int
) -> list[tuple[Fraction, Fraction]]:
    r"""Exact :math:`(E\sigma_t^2, E(\mu_t-\mu_0)^2)` in units of the source variance, t = 0, 1, …, as Fractions."""
    state, found = SOURCE, [(Fraction(1), Fraction(0))]
    for t in range(1, generations + 1):
        state = mapped(exact_step_map(regime.step(t, sizes), ddof), state)
        found.append((state[V], state[M]))
    return found


def mapped(rows: Mapping[Letter, Form], state: Mapping[Letter, Fraction]) -> dict[Letter, Fraction]:
    """The next state by an exact map."""
    return {
        row: sum((Fraction(c) * state.get(letter, Fraction(0)) for letter, c in form.items()), start=Fraction(0))
        for row, form in rows.items()
    }


def exact_step_map(step: Step, ddof: Any) -> dict[Letter, Form]:
    """The map of one generation with Fraction coefficients; a share such as 0.1 means exactly 1/10."""
    return second_moment_map(in_fractions(step), Fraction(ddof))


def variance_at_rest(rows: Mapping[Letter, Form]) -> Any:
    """Expected variance in the end, in units of the source's, by the map of a loop at ddof = 0 that stores nothing.

    There V + M = 1, so that V = aV + b(1 - V) + c comes to rest at (b + c)/(1 - a + b): exact, also in letters.
    """
    row = rows[V]
    return (row[M] + row[ONE]) / (1 - row[V] + row[M])


def in_fractions(step: Step) -> Step:
    """The step with its numbers as fractions; a share such as 0.1 is exactly 1/10."""

    def exact(numbers: Iterable[Any]) -> tuple[Any, ...]:
        return tuple(
            Fraction(x) if isinstance(x, float) else int(x) if isinstance(x, np.integer) else x for x in numbers
        )

    share = Fraction(str(step.share)) if isinstance(step.share, float) else step.share
    drawn, stored, carried = (
        [0 if absent(c) else Fraction(c) for c in exact(part)] for part in (step.drawn, step.stored, [step.carried])
    )
    part = step.subsample and replace(step.subsample, size=Fraction(step.subsample.size))
    return replace(
        step,
        drawn=(drawn[0], drawn[1]),
        weight=exact(step.weight),
        stored=tuple(stored),
        share=share,
        carried=carried[0],
        subsample=part,
        point_variance=exact([step.point_variance])[0],
    )


def matrices(regime: Scheme, sizes: Schedule, ddof: float, t: NDArray[np.int64]) -> NDArray[np.float64]:
    """One-step matrices of generations t (all ≥ 2 or a single one), shape ``(len(t), letters, letters)``."""
    step = regime.step(t if len(t) > 1 else int(t[0]), sizes)
    if step.thinned and len(t) > 1:
        return np.concatenate([matrices(regime, sizes, ddof, t[i : i + 1]) for i in range(len(t))])
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

    drawn = real(step.drawn)
    return replace(step, drawn=(drawn[0], drawn[1]), weight=real(step.weight), stored=real(step.stored))
