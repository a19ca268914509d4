"""Strategies for what a family is made of: probabilities, transition matrices, covariances."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st

from collapse_theory.families import CovarianceMatrix, ProbabilityVector, TransitionMatrix

MOST_STATES = 4
MOST_DIMENSIONS = 3
TENTHS = sorted(range(11), key=lambda tenths: abs(tenths - 5))


def transition_matrices(most_states: int = MOST_STATES) -> st.SearchStrategy[TransitionMatrix]:
    """Transition matrices of 2 states up to ``most_states``: tenths, or any numbers; a row may be certain.

    A counterexample shrinks to a fair coin, then to tenths.
    """
    return (
        st.integers(2, most_states)
        .flatmap(lambda states: st.lists(probabilities(states), min_size=states, max_size=states))
        .map(TransitionMatrix)
    )


def probability_vectors(most_types: int = MOST_STATES) -> st.SearchStrategy[ProbabilityVector]:
    """Probabilities of 2 types up to ``most_types``: tenths, or any numbers; at least two of them positive.

    A counterexample shrinks to a fair coin, then to tenths.
    """
    return (
        st.integers(2, most_types)
        .flatmap(probabilities)
        .filter(lambda row: sum(p > 0 for p in row) >= 2)
        .map(ProbabilityVector)
    )


def covariance_matrices(most_dimensions: int = MOST_DIMENSIONS) -> st.SearchStrategy[CovarianceMatrix]:
    """Covariance matrices of 1 dimension up to ``most_dimensions``, as squares of triangular ones; no narrow axes.

    A counterexample shrinks to the identity.
    """
    return st.integers(1, most_dimensions).flatmap(_triangle).map(CovarianceMatrix)


def _triangle(d: int) -> st.SearchStrategy[list[list[float]]]:
    below = d * (d - 1) // 2
    scales = st.lists(st.sampled_from([1.0, 2.0, 0.5]) | st.floats(0.25, 4), min_size=d, max_size=d)
    slopes = st.lists(st.sampled_from([0.0, 0.5, -1.0]) | st.floats(-1, 1), min_size=below, max_size=below)
    return st.tuples(scales, slopes).map(_squared)


def _squared(entries: tuple[list[float], list[float]]) -> list[list[float]]:
    scales, slopes = entries
    factor = np.diag(scales)
    factor[np.tril_indices(len(scales), -1)] = slopes
    square: list[list[float]] = (factor @ factor.T).tolist()
    return square


def probabilities(states: int) -> st.SearchStrategy[list[float]]:
    """Probabilities that sum to 1: the gaps between cuts of [0, 10], in tenths."""
    cut = st.sampled_from(TENTHS) | st.floats(0, 10, allow_subnormal=False)
    return st.lists(cut, min_size=states - 1, max_size=states - 1).map(_gaps)


def _gaps(cuts: list[float]) -> list[float]:
    inner = sorted(cuts)
    return [(b - a) / 10 for a, b in zip([0, *inner], [*inner, 10], strict=True)]
