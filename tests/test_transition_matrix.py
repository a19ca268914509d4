"""The transition matrix as a value: what it refuses, and that nothing changes it."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import numpy as np
import pytest
from scipy import sparse

import collapse_theory as ct

FAIR = ct.TransitionMatrix([[0.5, 0.5], [0.5, 0.5]])
ROUND = [[0.8, 0.2, 0], [0, 0.6, 0.4], [0.5, 0, 0.5]]


@pytest.mark.parametrize(
    ("matrix", "message"),
    [
        ([[0.5, 0.6], [0.5, 0.5]], r"matrix\[0\] sums to 1\.1, 0\.1 too much: every row must sum to 1"),
        ([[1, 0], [0.5, 0.25]], r"matrix\[1\] sums to 0\.75, 0\.25 too little"),
        ([[0.5, 0.5 - 1e-9], [1, 0]], r"matrix\[0\] sums to 0\.999999999, 1e-09 too little"),
        ([[1, 0], [0, 0]], r"matrix\[1\] sums to 0, 1 too little"),
        ([[1.5, -0.5], [0.5, 0.5]], r"matrix\[0, 1\] = -0\.5 is outside its domain: a probability, at least 0"),
        ([[0.5, 0.5], [np.nan, 1]], r"matrix\[1, 0\] = nan is outside its domain"),
        ([[np.inf, 0], [0, 1]], r"matrix\[0, 0\] = inf is outside its domain"),
        ([[0.5, 0.5]], r"matrix has shape \(1, 2\), outside its domain: square, with at least one state"),
        ([[1, 0], [1]], r"matrix = \[\[1, 0\], \[1\]\] is outside its domain: rows of numbers, all of one length"),
        ([], r"matrix has shape \(0,\), outside its domain"),
        ([[]], r"matrix has shape \(1, 0\), outside its domain"),
        (np.empty((0, 0)), r"matrix has shape \(0, 0\), outside its domain"),
        (np.full((2, 2, 2), 0.5), r"matrix has shape \(2, 2, 2\), outside its domain"),
        ("ab", "matrix = 'ab' is outside its domain: rows of numbers"),
        (None, "matrix has shape|matrix = None"),
        ([[1j, 0], [0, 1]], "is outside its domain: rows of numbers"),
        (sparse.csr_array(np.array([[0.5, 0.5, 0]])), r"matrix has shape \(1, 3\), outside its domain"),
        (sparse.csr_array(np.array([[0.5, 0.4], [1, 0]])), r"matrix\[0\] sums to 0\.9, 0\.1 too little"),
        (sparse.csr_array(np.array([[1.0, 0], [2, -1]])), r"matrix\[1, 1\] = -1 is outside its domain"),
    ],
)
def test_what_is_no_transition_matrix_is_refused(matrix: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        ct.TransitionMatrix(matrix)
    with pytest.raises(ValueError, match=message):
        ct.MarkovChain(matrix)


def test_rows_are_never_renormalised() -> None:
    nearly = [[0.5, 0.5 - 1e-11], [0.25, 0.75]]
    assert np.array_equal(ct.TransitionMatrix(nearly).dense, nearly)
    assert np.array_equal(np.asarray(ct.TransitionMatrix(nearly)), nearly)


def test_it_is_kept_by_its_edges() -> None:
    matrix = ct.TransitionMatrix(ROUND)
    assert (matrix.states, matrix.edges) == (3, 6)
    assert matrix.starts.tolist() == [0, 2, 4, 6]
    assert matrix.targets.tolist() == [0, 1, 1, 2, 0, 2]
    assert matrix.probabilities.tolist() == [0.8, 0.2, 0.6, 0.4, 0.5, 0.5]
    assert np.array_equal(matrix.rows.toarray(), ROUND)
    assert ct.TransitionMatrix(**matrix.to_dict()) == matrix


@pytest.mark.parametrize(
    "form",
    [
        np.array,
        lambda rows: tuple(map(tuple, rows)),
        ct.TransitionMatrix,
        sparse.csr_array,
        sparse.csc_array,
        sparse.coo_array,
        sparse.csr_matrix,
        sparse.lil_array,
    ],
)
def test_every_form_of_the_same_numbers_is_the_same_matrix(form: Any) -> None:
    one, other = ct.TransitionMatrix(ROUND), ct.TransitionMatrix(form(ROUND))
    assert one == other
    assert hash(one) == hash(other)
    assert len({one, other}) == 1


def test_another_number_or_another_shape_is_another_matrix() -> None:
    nudged = [[np.nextafter(0.8, 0), 0.2, 0], *ROUND[1:]]
    others = [ct.TransitionMatrix(matrix) for matrix in (nudged, [[1]], ROUND)]
    assert len({*others}) == 3
    assert FAIR.dense.tolist() != FAIR


@pytest.mark.parametrize("again", [lambda m: pickle.loads(pickle.dumps(m)), copy.deepcopy, copy.copy])
def test_a_copy_is_equal_and_as_unchangeable(again: Any) -> None:
    matrix = ct.TransitionMatrix(ROUND)
    assert matrix.dense.sum() == 3
    found = again(matrix)
    assert found == matrix
    assert hash(found) == hash(matrix)
    for part in (found.starts, found.targets, found.probabilities, found.dense):
        assert not part.flags.writeable


def test_nothing_changes_it() -> None:
    matrix = ct.TransitionMatrix(ROUND)
    for part in (matrix.starts, matrix.targets, matrix.probabilities, matrix.dense):
        with pytest.raises(ValueError, match="read-only"):
            part[0] = 0
    with pytest.raises(AttributeError):
        matrix.probabilities = np.ones(6)
    np.asarray(matrix)[0] = 0
    assert np.array_equal(matrix.dense, ROUND)


@pytest.mark.parametrize("form", [sparse.csr_array, sparse.csr_matrix])
def test_the_array_it_is_made_of_stays_apart_and_as_it_was(form: Any) -> None:
    table = np.array(ROUND)
    matrix = ct.TransitionMatrix(table)
    table[0] = [0, 1, 0]
    assert matrix == ct.TransitionMatrix(ROUND)
    doubled = form((np.array([0.5, 0.25, 0.25, 1, 0]), np.array([1, 0, 0, 0, 1]), np.array([0, 3, 5])), shape=(2, 2))
    before = [part.copy() for part in (doubled.data, doubled.indices, doubled.indptr)]
    assert ct.TransitionMatrix(doubled) == ct.TransitionMatrix([[0.5, 0.5], [1, 0]])
    for part, was in zip((doubled.data, doubled.indices, doubled.indptr), before, strict=True):
        assert np.array_equal(part, was)


@pytest.mark.parametrize(
    "edges",
    [
        ([0, 1, 2], [0, 5], [1, 1]),
        ([0, 1, 2], [0, -1], [1, 1]),
        ([0, 2, 1], [0, 1], [1, 1]),
        ([0, 1, 2], [1], [1]),
        ([0, 1, 2], [0, 1], [1, 0.5]),
    ],
)
def test_edges_that_lead_nowhere_are_refused(edges: Any) -> None:
    with pytest.raises(ValueError, match=r"."):
        ct.TransitionMatrix(edges=edges)


def test_edges_in_any_order_and_doubled_are_the_same_matrix() -> None:
    assert ct.TransitionMatrix(edges=([0, 3, 4], [1, 0, 1, 0], [0.25, 0.5, 0.25, 1])) == ct.TransitionMatrix(
        [[0.5, 0.5], [1, 0]]
    )


def test_it_prints_as_the_code_that_makes_it_while_it_is_small() -> None:
    matrix = ct.TransitionMatrix([[1 / 3, 2 / 3], [1, 0]])
    assert repr(matrix) == "[[0.3333333333333333, 0.6666666666666666], [1, 0]]"
    assert ct.TransitionMatrix(eval(repr(matrix))) == matrix
    tiny = ct.TransitionMatrix([[1 - 1e-12, 1e-12], [0.5, 0.5]])
    assert ct.TransitionMatrix(eval(repr(tiny))) == tiny
    assert repr(ct.TransitionMatrix(np.eye(9))) == "<9 states, 9 edges>"
