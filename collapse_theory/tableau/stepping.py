r"""Second moments of any regime, generation by generation, and late ones by squaring the map.

Once the step no longer changes, late generations are reached by squaring :math:`B = A - I`, which comes from exact
Fractions and has no rounding at the start: :math:`(I+B)^2 = I + (2B + B^2)`.

Where nothing ties the means to the source, V falls to nothing while the moments of the means do not. There it is
stepped with the means taken from the model's, so that it keeps its digits; and powers of A take the place of those of
B once they are small.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from collapse_theory.errors import NoClosedForm
from collapse_theory.schedules import Schedule
from collapse_theory.tableau.feedback import (
    combined,
    from_the_model,
    moving,
    pinned,
    refuse_many,
    second_moment_feedback,
)
from collapse_theory.tableau.linear_map import AffineMap
from collapse_theory.tableau.moments import ONE, Form, Letter, M, V, exact_step_map, letters, matrices

CHUNK = 4096
ENTRIES = 2 * 10**7
"""Most entries of the maps that are laid out at once."""
STEPPED = 20_000
"""Generations up to which a map with slots is stepped where it could be squared."""
FARTHEST = 2 * 10**7
"""Generations up to which a map that always changes is stepped."""
HALF = 0.5
"""Largest entry of a power from which on it is kept as itself, not as its distance from the identity."""
Array = NDArray[np.float64]


def second_moments(
    regime: Any, sizes: Schedule, ddof: float, t: Any, *, known_variance: bool = False
) -> tuple[Array, Array]:
    """Values (V_t, M_t) in units of the source variance at an array of generations t ≥ 1, for any regime.

    With ``known_variance`` the model's points have the source's variance, V = 1, whatever is fitted.

    Raises
    ------
    NoClosedForm
        Beyond ``FARTHEST`` generations of a map that always changes.
    OverflowError
        Where late values leave the floats.
    """
    t = np.asarray(t, dtype=np.int64)
    if not t.size:
        return np.empty(t.shape), np.empty(t.shape)
    refuse_many(regime.tableau(sizes))
    if regime.settles(sizes) and regime.opening == 0 and not regime.tableau(sizes).stored:
        spread, error = _slotless(regime, sizes, ddof, known_variance=known_variance).at(t)
    else:
        spread, error = _near_and_far(regime, sizes, ddof, t, known_variance=known_variance)
    if not (np.all(np.isfinite(spread)) and np.all(np.isfinite(error))):
        raise OverflowError(f"the second moments of {regime!r} leave the floats by t = {t.max()}")
    return spread, error


def _near_and_far(
    regime: Any, sizes: Schedule, ddof: float, t: NDArray[np.int64], *, known_variance: bool
) -> tuple[Array, Array]:
    same = regime.settles(sizes)
    far = t > regime.opening + STEPPED if same else np.zeros(t.shape, dtype=bool)
    if not same and t.max() > FARTHEST:
        raise NoClosedForm(f"the moment map of {regime!r} always changes and is stepped through {FARTHEST} generations")
    with np.errstate(over="ignore", invalid="ignore"):
        spread, error = _stepped(regime, sizes, ddof, np.where(far, 1, t), known_variance=known_variance)
        if np.any(far):
            start, power = _opened(regime, sizes, ddof, known_variance=known_variance)
            late = [power(int(when) - regime.opening) @ start for when in t[far]]
            spread[far], error[far] = np.transpose([(x[0], x[1]) for x in late])
            if not (known_variance or pinned(regime.tableau(sizes))):
                spread[far] = np.exp(_log_fallen(regime, sizes, ddof, t[far]))
    return spread, error


def _slotless(regime: Any, sizes: Schedule, ddof: Any, *, known_variance: bool) -> AffineMap:
    return AffineMap.of_known_variance(regime, sizes) if known_variance else AffineMap.of(regime, sizes, ddof)


def limits(regime: Any, sizes: Schedule, ddof: float, *, known_variance: bool = False) -> tuple[float, float]:
    """Values (V, M) of a map with slots after 2^60 generations; infinite beyond the floats."""
    start, power = _opened(regime, sizes, ddof, known_variance=known_variance)
    with np.errstate(over="ignore", invalid="ignore"):
        state = power(2**60) @ start
    return tuple(float(x) if np.isfinite(x) else float(np.inf) for x in state[:2])  # type: ignore[return-value]


def _opened(regime: Any, sizes: Schedule, ddof: float, *, known_variance: bool) -> tuple[Array, Callable[[int], Array]]:
    """State after the opening, (V, M) first; and powers of the map that then stays the same."""
    found = letters(len(regime.tableau(sizes).keep))
    order = [V, M, *(letter for letter in found if letter not in (V, M))]
    rows, loose = exact_step_map(regime.tableau(sizes), ddof), not pinned(regime.tableau(sizes))
    if loose:
        rows = {row: _of_differences(_difference(rows, row)) for row in order}
    shift = np.array(
        [[float(Fraction(rows[row].get(column, 0)) - (row == column)) for column in order] for row in order]
    )
    if known_variance:
        shift[0] = 0.0
    state, squares = _after_opening(regime, sizes, ddof, found, known_variance=known_variance), [shift]

    def power(exponent: int) -> Array:
        result = np.eye(len(order))
        for j in range(exponent.bit_length()):
            if j == len(squares):
                squares.append(2 * squares[-1] + squares[-1] @ squares[-1])
            if exponent >> j & 1:
                result = result + squares[j] @ result
        return np.asarray(result)

    now: dict[Any, Form] = {letter: {ONE: value} for letter, value in zip(found, state, strict=True)}
    start = [(_difference(now, letter) if loose else now[letter])[ONE] for letter in order]
    return np.array(start), power


def _difference(rows: dict[Any, Form], letter: Letter) -> Form:
    """The form of a second moment of means taken from the model's, of the model's own from the source's."""
    if letter == M or letter[0] != "C":
        return rows[letter]
    return combined(rows, ((1, letter), (-1, M)) if letter[1] == 0 else from_the_model(letter))


def _of_differences(form: Form) -> Form:
    """A form in second moments as one in those of the differences: a shift of all means alike is then in M alone."""
    found: Form = {}
    for column, c in form.items():
        parts = [column]
        if column != M and column[0] == "C":
            parts += [M, *(("C", 0, k) for k in column[1:] if column[1] != 0)]
        for part in parts:
            found[part] = found.get(part, 0) + c
    return found


def log_spread(regime: Any, sizes: Schedule, ddof: float, t: Any) -> Array:
    """Logarithms of V_t at an array of generations t ≥ 1, also beyond the floats where nothing ties the loop."""
    t = np.asarray(t, dtype=np.int64)
    loose = regime.settles(sizes) and not pinned(regime.tableau(sizes))
    later = t > regime.opening if loose else np.zeros(t.shape, dtype=bool)
    found = np.empty(t.shape)
    with np.errstate(divide="ignore"):
        found[~later] = np.log(second_moments(regime, sizes, ddof, t[~later])[0])
    if np.any(later):
        found[later] = _log_fallen(regime, sizes, ddof, t[later])
    return found


def _log_fallen(regime: Any, sizes: Schedule, ddof: float, t: NDArray[np.int64]) -> Array:
    """Logarithms of V_t of a loop that nothing ties, after its opening."""
    step = regime.tableau(sizes)
    exact = second_moment_feedback(step, Fraction(ddof))
    shift = np.array([[float(a - (i == j)) for j, a in enumerate(row)] for i, row in enumerate(exact)])
    start = _signs(step) @ _after_opening(regime, sizes, ddof, letters(len(step.keep)))
    squares: list[tuple[Array, float, bool]] = [(shift, 0.0, True)]
    values = np.empty(len(t))
    for place, exponent in enumerate((t - regime.opening).tolist()):
        now, scale = start, 0.0
        for j in range(exponent.bit_length()):
            if j == len(squares):
                squares.append(_squared(*squares[-1]))
            matrix, log_unit, shifted = squares[j]
            if exponent >> j & 1:
                now = (now if shifted else 0.0) + matrix @ now
                size = np.max(np.abs(now))
                now, scale = now / size, scale + log_unit + np.log(size)
        values[place] = np.log(now[0]) + scale
    return values


def _signs(step: Any) -> Array:
    """Second moments of means taken from the model's, V first, as sums of those of means taken from the source's."""
    order, kept = letters(len(step.keep)), moving(step)
    signs = np.zeros((len(kept), len(order)))
    for row, letter in enumerate(kept):
        for sign, part in from_the_model(letter):
            signs[row, order.index(part)] += sign
    return signs


def _squared(matrix: Array, log_unit: float, shifted: bool) -> tuple[Array, float, bool]:  # noqa: FBT001 (of a matrix)
    """Square of I + B as a B or, once it is far from the identity, of A itself in units of its own."""
    if shifted:
        shift = 2 * matrix + matrix @ matrix
        power = np.eye(len(matrix)) + shift
        size = float(np.max(np.abs(power)))
        if HALF <= size <= 1 / HALF:
            return shift, 0.0, True
    else:
        power = matrix @ matrix
        size = float(np.max(np.abs(power)))
    return power / size, 2 * log_unit + float(np.log(size)), False


def _after_opening(
    regime: Any, sizes: Schedule, ddof: float, found: list[Any], *, known_variance: bool = False
) -> Array:
    state = _source(found)
    for t in range(1, regime.opening + 1):
        state = _path(regime, sizes, ddof, np.array([t]), state, known_variance=known_variance)[-1]
    return state


def _source(order: list[Any]) -> Array:
    """State of generation 0."""
    state = np.zeros(len(order))
    state[order.index(V)] = state[order.index(ONE)] = 1.0
    return state


def _path(
    regime: Any, sizes: Schedule, ddof: float, t: NDArray[np.int64], state: Array, *, known_variance: bool
) -> Array:
    """States after each of some generations in a row."""
    steps = _laid(regime, sizes, ddof, t)
    if known_variance:
        row = letters(len(regime.tableau(sizes).keep)).index(V)
        steps[:, row] = np.eye(steps.shape[1])[row]
    return _scanned(steps, state, len(t))


def _spread_path(regime: Any, sizes: Schedule, ddof: float, t: NDArray[np.int64], state: Array, signs: Array) -> Array:
    """The same with means taken from the model's, of which the moments alone come back to V."""
    step = regime.tableau(sizes)
    order = letters(len(step.keep))
    columns = [order.index(letter) for letter in moving(step)]
    return _scanned(np.ascontiguousarray((signs @ _laid(regime, sizes, ddof, t))[:, :, columns]), state, len(t))


def _laid(regime: Any, sizes: Schedule, ddof: float, t: NDArray[np.int64]) -> Array:
    """Matrices of generations in a row, only one where all are the same."""
    same = regime.settles(sizes) and t[0] > regime.opening + 1
    return matrices(regime, sizes, ddof, t[:1] if same else t)


def _scanned(steps: Array, state: Array, generations: int) -> Array:
    from collapse_theory.tableau.scan import scan, scan_same

    if len(steps) == generations:
        return np.asarray(scan(steps, state))
    return np.asarray(scan_same(np.ascontiguousarray(steps[0]), state, generations))


def _stepped(
    regime: Any, sizes: Schedule, ddof: float, t: NDArray[np.int64], *, known_variance: bool
) -> tuple[Array, Array]:
    step = regime.tableau(sizes)
    slots, opening = len(step.keep), regime.opening or 0
    loose = not (known_variance or pinned(step))
    order = letters(slots)
    state = _source(order)
    signs = _signs(step) if loose else np.empty((0, len(order)))
    moments = signs @ state
    asked, where = np.unique(t, return_inverse=True)
    found = np.empty((len(asked), 2))
    start, last = 1, int(asked[-1])
    while start <= last:
        # One by one until every slot is filled: until then the structure changes.
        single = start <= max(slots, opening) + 1
        chunk = 1 if single else max(1, min(CHUNK, ENTRIES // len(order) ** 2))
        stop = min(start + chunk - 1, last)
        generations = np.arange(start, stop + 1)
        path = _path(regime, sizes, ddof, generations, state, known_variance=known_variance)
        state = path[-1].copy()
        inside = (asked >= start) & (asked <= stop)
        found[inside] = path[asked[inside] - start][:, [order.index(V), order.index(M)]]
        if loose and start > opening:
            spread = _spread_path(regime, sizes, ddof, generations, moments, signs)
            moments = spread[-1].copy()
            found[inside, 0] = spread[asked[inside] - start, 0]
        else:  # real points may come in as long as it opens
            moments = signs @ state
        start = stop + 1
    return found[where, 0], found[where, 1]
