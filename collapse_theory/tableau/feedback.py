r"""The loop that a regime closes: what comes back of an error, and of a bias, in the next generation.

Means follow a linear map: those of the fit and of the stored slots are mixtures of present ones and of the source's.
Second moments do too. Of both, what has no feedback is removed: a common translation of all means where nothing ties
them to the source (they are then taken from the model's), and slots that keep what they hold, which are inputs. The
spectral radius of what is left is the gain of the loop.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from collapse_theory.errors import NoClosedForm
from collapse_theory.schedules import Schedule
from collapse_theory.tableau.moments import Form, Letter, V, exact_step_map, in_fractions, letters, mean_map
from collapse_theory.tableau.scheme import Scheme
from collapse_theory.tableau.step import FIRST_SLOT, REAL, Step, absent
from collapse_theory.tableau.thinning import compositions

Array = NDArray[np.float64]

MOST_BIASED = 10**6
"""Most generations through which a bias is followed."""
MOST_SLOTS = 24
"""Most stored batches whose second moments are followed; their number grows with the square."""


def pinned(step: Step) -> bool:
    """Whether the loop is tied to something that does not move: new real points, or a slot that keeps what it holds."""
    return step.anchored or any(not absent(step.weight[slot + FIRST_SLOT - 1]) for slot in step.frozen)


def refuse_many(step: Step) -> None:
    """NoClosedForm for a step with more stored slots than have their second moments followed."""
    if not few(step):
        raise NoClosedForm(
            f"the second moments of {len(step.keep)} stored batches are too many to be followed: at most {MOST_SLOTS}"
        )


def few(step: Step) -> bool:
    """Whether the second moments of all stored slots are followed."""
    return len(step.keep) <= MOST_SLOTS


def moving(step: Step) -> list[Letter]:
    """Second moments that have feedback, V first; of a loose loop they are those of means taken from the model's."""
    loose, frozen = not pinned(step), set(step.frozen)

    def moves(letter: Letter) -> bool:
        kind, *places = letter
        if kind == "C":
            return not (loose and 0 in places) and not set(places) <= frozen
        return letter == V or (kind == "U" and places[0] not in frozen)

    return [letter for letter in letters(len(step.keep)) if moves(letter)]


def from_the_model(letter: Letter) -> tuple[tuple[int, Letter], ...]:
    """A second moment of means taken from the model's, as signed second moments of means taken from the source's."""
    if letter[0] != "C":
        return ((1, letter),)
    i, j = letter[1:]
    return (1, letter), (-1, ("C", 0, i)), (-1, ("C", 0, j)), (1, ("C", 0, 0))


def second_moment_feedback(step: Step, ddof: Any) -> list[list[Fraction]]:
    """The matrix A of the feedback of the :func:`moving` second moments of a step that stays the same."""
    rows, kept = exact_step_map(step, ddof), moving(step)
    if not pinned(step):
        rows = {letter: combined(rows, from_the_model(letter)) for letter in kept}
    return [[Fraction(rows[row].get(column, 0)) for column in kept] for row in kept]


def combined(rows: dict[Letter, Form], parts: tuple[tuple[int, Letter], ...]) -> Form:
    """Sum of signed rows of a map as one form."""
    total: Form = {}
    for sign, part in parts:
        for column, c in rows[part].items():
            total[column] = total.get(column, 0) + sign * c
    return total


def second_moment_gaps(step: Step, ddof: Any) -> NDArray[np.complex128]:
    """Eigenvalues of I − A, A being the feedback of the second moments."""
    feedback = second_moment_feedback(step, ddof)
    gaps = np.array([[float((i == j) - a) for j, a in enumerate(row)] for i, row in enumerate(feedback)])
    return np.asarray(np.linalg.eigvals(gaps), dtype=np.complex128)


def slow_gap(step: Step, ddof: Any) -> float:
    """What the slowest of the second moments loses in a generation, 1 − ρ(A); negative where they grow."""
    gaps = second_moment_gaps(step, ddof)
    real = (gaps.imag == 0) & (gaps.real < 1)
    return float(np.min(np.where(real, gaps.real, 1 - np.abs(1 - gaps)), initial=1.0))


def mean_gain(step: Step, ddof: Any = 0) -> float:
    """Spectral radius of the map of the means, 1 where nothing ties them to the source or to a stored slot."""
    if not pinned(step):
        return 1.0
    free, matrix = _free(step), averaged_means(step, ddof)[0]
    return float(np.max(np.abs(np.linalg.eigvals(matrix[np.ix_(free, free)]))))


def _free(step: Step) -> list[int]:
    """Means that move: those of the model and of the slots that do not keep what they hold."""
    return [i for i in range(len(step.keep) + 1) if i not in step.frozen]


def averaged_means(step: Step, ddof: Any = 0) -> tuple[Array, Array]:
    """Matrix of the map of the means, and what a bias of the model's points adds; over random numbers of points."""
    if step.thinned:
        from collapse_theory.tableau.thinning import fewest

        real, model, chances = compositions(step, fewest(ddof))
        drawn = (0 if absent(step.drawn[REAL]) else real, model)
        rows, biased = mean_map(replace(step, drawn=drawn, kept=(1, 1)))
        rows = [{i: np.sum(chances * c) for i, c in row.items()} for row in rows]
        biased = [np.sum(chances * b) for b in biased]
    else:
        rows, biased = mean_map(step)
    matrix = np.zeros((len(rows), len(rows)))
    for i, row in enumerate(rows):
        for j, c in row.items():
            matrix[i, j] = float(c)
    return matrix, np.array([float(b) for b in biased])


def bias_response(regime: Scheme, sizes: Schedule, t: Any, ddof: Any = 0) -> Array:
    """Error of the fitted mean at generations t ≥ 0 when every point drawn from a model is off by 1.

    Generation 1 is fitted to real points, which have no bias.
    """
    asked = np.asarray(t, dtype=np.int64)
    path = _biased_means(regime, sizes, int(asked.max(initial=0)), ddof)
    return np.asarray(path[asked, 0])


def _biased_means(regime: Scheme, sizes: Schedule, last: int, ddof: Any) -> Array:
    """Means of the model and of the slots in generations 0 to last, shape ``(last + 1, means)``."""
    if last > MOST_BIASED:
        raise NoClosedForm(f"a bias is followed through {MOST_BIASED} generations, step by step; here {last}")
    same = regime.settles(sizes)
    path = np.zeros((last + 1, len(regime.tableau(sizes).keep) + 1))
    matrix, biased = np.zeros(path.shape[1:] * 2), np.zeros(path.shape[1])
    for t in range(1, last + 1):
        if not same or t <= (regime.opening or 0) + 1:
            matrix, biased = averaged_means(regime.step(t, sizes), ddof)
        path[t] = matrix @ path[t - 1] + (biased if t > 1 else 0.0)
    return path


def long_run_bias(regime: Scheme, sizes: Schedule, ddof: Any = 0) -> float:
    """Limit of :func:`bias_response` where the step stays the same; infinite where nothing ties the loop."""
    step = regime.tableau(sizes)
    if not pinned(step):
        return float(np.inf)
    free = _free(step)
    matrix, biased = averaged_means(step, ddof)
    held = _biased_means(regime, sizes, (regime.opening or 0) + 1, ddof)[-1]
    held[free] = 0.0
    entering = (biased + matrix @ held)[free]
    rows = mean_map(in_fractions(step))[0] if not step.thinned else [dict(enumerate(row)) for row in matrix]
    gaps = [[float((i == j) - Fraction(rows[i].get(j, 0))) for j in free] for i in free]
    return float(np.linalg.solve(np.array(gaps), entering)[0])
