"""Long-run laws against linear algebra, many powers, exact fractions, and the sparse road against the dense one."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import sparse

import collapse_theory as ct
from collapse_theory.families.markov_chain.stationary import ELIMINATED, long_runs, reached_from, sparse_long_run

Array = NDArray[np.float64]


def random_chain(states: int, seed: int, holes: float = 0.0) -> Array:
    rng = np.random.default_rng(seed)
    matrix = rng.random((states, states)) * (rng.random((states, states)) >= holes)
    matrix[np.arange(states), (np.arange(states) + 1) % states] += 0.1
    return matrix / matrix.sum(axis=1, keepdims=True)


def by_algebra(matrix: Array) -> Array:
    """Stationary law of an irreducible chain, from its equations."""
    states = len(matrix)
    system = np.vstack([matrix.T - np.eye(states), np.ones(states)])
    return np.linalg.lstsq(system, np.append(np.zeros(states), 1), rcond=None)[0]


def by_powers(matrix: Array, start: Array, doublings: int = 40) -> Array:
    """Average of 2^doublings powers, begun with a law."""
    mean, power = np.eye(len(matrix)), matrix
    for _ in range(doublings):
        mean = 0.5 * (mean + mean @ power)
        power = power @ power
        power /= power.sum(axis=1, keepdims=True)
    return start @ mean


def in_fractions(matrix: list[list[Fraction]]) -> list[Fraction]:
    """Stationary law of an irreducible chain, by Gaussian elimination in fractions."""
    states = len(matrix)
    rows = [[matrix[j][i] - (i == j) for j in range(states)] + [Fraction(0)] for i in range(states)]
    rows[-1] = [Fraction(1)] * (states + 1)
    for column in range(states):
        pivot = next(r for r in range(column, states) if rows[r][column])
        rows[column], rows[pivot] = rows[pivot], rows[column]
        rows[column] = [x / rows[column][column] for x in rows[column]]
        for other in range(states):
            if other != column and rows[other][column]:
                factor = rows[other][column]
                rows[other] = [x - factor * y for x, y in zip(rows[other], rows[column], strict=True)]
    return [row[-1] for row in rows]


BLOCKS = np.array(
    [
        [0.2, 0.3, 0.1, 0.1, 0.1, 0.2],
        [0.5, 0, 0.2, 0, 0.3, 0],
        [0, 0, 0.9, 0.1, 0, 0],
        [0, 0, 0.4, 0.6, 0, 0],
        [0, 0, 0, 0, 0, 1],
        [0, 0, 0, 0, 1, 0],
    ]
)
"""Two transient states, a closed class that mixes and one that swaps."""
REDUCIBLE = {
    "two classes": BLOCKS,
    "identity": np.eye(4),
    "cycle": np.roll(np.eye(5), 1, axis=1),
    "absorbing": np.array([[0.5, 0.25, 0.25], [0, 1, 0], [0, 0, 1]]),
    "tail of a cycle": np.array([[0, 1.0, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1], [0, 1, 0, 0]]),
    "one state": np.ones((1, 1)),
}


@pytest.mark.parametrize("states", [2, 3, 10, 60])
@pytest.mark.parametrize("holes", [0.0, 0.7])
def test_an_irreducible_chain_has_the_law_of_its_equations(states: int, holes: float) -> None:
    for seed in range(5):
        matrix = random_chain(states, seed, holes)
        start = np.random.default_rng(seed).dirichlet(np.ones(states))
        law = long_runs(matrix, start)
        np.testing.assert_allclose(law, by_algebra(matrix), rtol=1e-10, atol=1e-13)
        np.testing.assert_allclose(law @ matrix, law, rtol=1e-12)
        assert law.sum() == pytest.approx(1, abs=1e-14)


@pytest.mark.parametrize("matrix", REDUCIBLE.values(), ids=REDUCIBLE)
def test_a_reducible_or_periodic_chain_has_the_average_of_many_powers(matrix: Array) -> None:
    states = len(matrix)
    for start in (*np.eye(states), np.full(states, 1 / states)):
        law = long_runs(matrix, start)
        np.testing.assert_allclose(law, by_powers(matrix, start), atol=1e-11)
        np.testing.assert_allclose(sparse_long_run(sparse.csr_array(matrix), start), law, atol=1e-12)


def test_transient_states_have_exactly_no_share() -> None:
    law = long_runs(BLOCKS, np.full(6, 1 / 6))
    assert np.all(law[:2] == 0)
    assert law[4] == law[5]


def test_a_law_depends_on_where_the_chain_begins() -> None:
    laws = long_runs(np.tile(BLOCKS, (6, 1, 1)), np.eye(6))
    assert laws[2] == pytest.approx([0, 0, 0.8, 0.2, 0, 0], rel=1e-14)
    assert laws[4] == pytest.approx([0, 0, 0, 0, 0.5, 0.5], rel=1e-14)
    chance = (0.2 + 0.3 * 0.2) / (1 - 0.2 - 0.15)  # of the first class, from the first state
    assert laws[0, 2:4].sum() == pytest.approx(chance, rel=1e-14)
    assert not np.allclose(laws[0], laws[2])


def test_many_chains_at_once_are_each_alone() -> None:
    matrices = np.array([[random_chain(4, seed, 0.5) for seed in range(3)] for _ in range(2)])
    starts = np.full((2, 3, 4), 0.25)
    found = long_runs(matrices, starts)
    assert found.shape == (2, 3, 4)
    assert np.array_equal(found[1, 2], long_runs(matrices[1, 2], starts[1, 2]))


@pytest.mark.parametrize("rate", [1e-6, 1e-12, 1e-100])
def test_a_nearly_decomposable_chain_keeps_all_digits(rate: float) -> None:
    """Two pairs of states joined by tiny rates; equations solved in floats lose up to all digits."""
    matrix = np.array(
        [
            [0.75, 0.25, 0, 0],
            [0.5, 0.5, 3 * rate, 0],
            [0, 0, 0.25, 0.75],
            [rate, 0, 0.125, 0.875],
        ]
    )
    fractions = [[Fraction(x) for x in row] for row in matrix.tolist()]
    for i, row in enumerate(fractions):
        row[i] += 1 - sum(row)  # the diagonal takes up what the floats have no digits for
    exact = [float(x) for x in in_fractions(fractions)]
    law = long_runs(matrix, np.full(4, 0.25))
    np.testing.assert_allclose(law, exact, rtol=1e-14)
    np.testing.assert_allclose(sparse_long_run(sparse.csr_array(matrix), np.full(4, 0.25)), exact, rtol=1e-14)
    if rate < 1e-6:
        assert np.max(np.abs(by_algebra(matrix) / exact - 1)) > 1e-10


def test_a_rare_way_out_of_transient_states_keeps_all_digits() -> None:
    """A state that is left with chance 3e-14 only, to two absorbing ones in the ratio 1 to 2."""
    out = 1e-14
    matrix = np.array([[1 - 3 * out, out, 2 * out], [0, 1, 0], [0, 0, 1]])
    assert long_runs(matrix, np.array([1.0, 0, 0])) == pytest.approx([0, 1 / 3, 2 / 3], rel=1e-14)


# -------------------------------------------------------------------------------------------------------- sparse rows
@pytest.mark.parametrize("states", [5, 50, ELIMINATED + 100])
def test_sparse_rows_have_the_law_of_the_square_table(states: int) -> None:
    matrix = random_chain(states, 1, 0.9)
    start = np.eye(states)[0]
    found = sparse_long_run(sparse.csr_array(matrix), start)
    np.testing.assert_allclose(found, long_runs(matrix, start), rtol=1e-9, atol=1e-12)


def test_sparse_rows_of_several_classes() -> None:
    rng = np.random.default_rng(1)
    matrix = np.zeros((60, 60))
    for begin in (10, 30, 40):
        matrix[begin : begin + 10, begin : begin + 10] = random_chain(10, begin)
    matrix[:10] = rng.dirichlet(np.full(60, 0.1), 10)
    matrix[20:30, 40:] = rng.dirichlet(np.ones(20), 10)
    matrix[50:, 20:30] = rng.dirichlet(np.ones(10), 10)
    assert matrix.sum(axis=1) == pytest.approx(np.ones(60))
    for start in (np.full(60, 1 / 60), np.eye(60)[0], np.eye(60)[25]):
        np.testing.assert_allclose(
            sparse_long_run(sparse.csr_array(matrix), start), long_runs(matrix, start), rtol=1e-11, atol=1e-14
        )


@pytest.mark.deep
def test_a_large_periodic_class_settles() -> None:
    states = ELIMINATED + 2
    ring = sparse.csr_array(np.roll(np.eye(states), 1, axis=1))
    law = sparse_long_run(ring, np.eye(states)[0])
    np.testing.assert_allclose(law, 1 / states, rtol=1e-9)


@pytest.mark.parametrize(("start", "reached"), [([0], [0, 1, 2, 3, 4, 5]), ([2], [2, 3]), ([4, 2], [2, 3, 4, 5])])
def test_what_is_reached(start: Any, reached: Any) -> None:
    law = np.zeros(6)
    law[start] = 1
    assert reached_from(sparse.csr_array(BLOCKS), law).tolist() == reached


def test_tiny_transitions_are_neither_lost_nor_cancelled() -> None:
    sticky = np.eye(200)
    sticky[0, :3] = [1 - 1e-13, 0.3e-13, 0.7e-13]
    law = ct.MarkovChain(sticky).stationary
    assert law.sum() == pytest.approx(1, rel=1e-13)
    assert 200 * law[:3] == pytest.approx([0, 1.3, 1.7], rel=1e-12)
    small = 1e-200
    assert ct.MarkovChain([[0, 0, 1], [small, 0, 1], [0, small, 1]]).stationary.tolist() == [0, 1e-200, 1]


@pytest.mark.parametrize("states", [100, 200])
def test_independent_points_are_worth_themselves_however_rare(states: int) -> None:
    rows = np.full((states, states), (1 - 1e-9) / (states - 1))
    rows[:, 0] = 1e-9
    recursion = ct.Recursion(ct.MarkovChain(rows), ct.Replace(), sample_size=1000)
    assert recursion.effective_sample_size.source_value == pytest.approx(1000)


@pytest.mark.deep
def test_large_chains_that_drift_or_hardly_mix_are_solved_by_elimination() -> None:
    states = 700
    drift = np.zeros((states, states))
    for i in range(states):
        drift[i, min(i + 1, states - 1)] += 0.1
        drift[i, max(i - 1, 0)] += 0.9
    assert ct.MarkovChain(drift).stationary[20] == pytest.approx((8 / 9) * (1 / 9) ** 20, rel=1e-12)
    ring = np.roll(np.eye(300), 1, axis=1)
    assert ct.Recursion(ct.MarkovChain(ring), ct.Replace(), sample_size=9).spectral_gap.source_value == 0


def test_a_gap_and_an_effective_size_may_be_tiny() -> None:
    rare = 1e-10
    even, slow = [[1 - rare, rare], [1 - rare, rare]], [[1 - rare, rare], [rare, 1 - rare]]
    first, second = (ct.Recursion(ct.MarkovChain(rows), ct.Replace(), sample_size=1000) for rows in (even, slow))
    assert first.effective_sample_size.source_value == pytest.approx(1000, rel=1e-5)
    assert second.spectral_gap.source_value == pytest.approx(2e-10, rel=1e-5)
