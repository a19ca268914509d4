"""Chains of many states, kept in sparse rows: the same laws and the same measures as in square tables.

``DENSE`` = 0 sends chains of any size along the sparse road, so that both roads see the same chain.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from error_budget import critical_distance, critical_z, distance
from numpy.typing import NDArray
from scipy import sparse
from test_markov_kernel import (
    CONVENTIONS,
    REGIMES,
    ROUND,
    chain,
    every_convention,
    run,
    some_conventions,
    values,
    worst_against,
)

import collapse_theory as ct
from collapse_theory.families.markov_chain import kernel
from collapse_theory.families.markov_chain.dense import DenseModels
from collapse_theory.families.markov_chain.measures import EVENTS, MEASURES
from collapse_theory.families.markov_chain.simulate import prepared
from collapse_theory.families.markov_chain.sparse import SparseModel

Array = NDArray[np.float64]

FOUR = [[0.5, 0.5, 0, 0], [0, 0.2, 0.8, 0], [0, 0, 0.6, 0.4], [1, 0, 0, 0]]


@contextmanager
def sparse_road() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("collapse_theory.families.markov_chain.markov_chain.DENSE", 0)
        yield


def in_rows(counts: Array) -> NDArray[Any]:
    """Square tables as sparse rows, one object each."""
    found = np.empty(counts.shape[:-2], dtype=object)
    for place in np.ndindex(found.shape):
        found[place] = sparse.csr_array(counts[place])
    return found


def in_tables(states: Any) -> tuple[Array, Array, NDArray[np.int64]]:
    """Sparse rows as square tables."""
    counts, occupancy, last = states
    flat = np.array([one.toarray() for one in counts.ravel()])
    return flat.reshape(*counts.shape, *flat.shape[1:]), occupancy, last


# ----------------------------------------------------------------------------------------------------------- measures
def fitted(family: ct.MarkovChain, seed: int) -> tuple[Array, Array, NDArray[np.int64]]:
    """Models that paths leave in four generations: early ones, and after collapse; and the source."""
    kept = []
    for n, regime in ((1, ct.Replace()), (2, ct.Replace()), (6, ct.Accumulate()), (40, ct.Replace())):
        recursion = ct.Recursion(family, regime, sample_size=n)
        states = recursion.simulate(5, 3, rng=seed, keep="all").states
        kept.append([part.reshape(-1, *part.shape[2:]) for part in states])
    return tuple(np.concatenate(parts) for parts in zip(*kept, strict=True))  # type: ignore[return-value]


def arguments(name: str) -> tuple[Any, ...]:
    return {"effective_sample_size": (10,), "survival_of_edge": (0, 1), "transition_probability": (2, 0)}.get(
        name, (1,) if name in ("survival_of_state", "self_transition", "stationary_probability") else ()
    )


@some_conventions
def test_every_measure_is_that_of_the_square_table(convention: dict[str, Any]) -> None:
    family = chain(FOUR, convention)
    state = fitted(family, 1)
    rows = (in_rows(state[0]), *state[1:])
    for name, measure in MEASURES.items():
        table, found = (measure(family, one, *arguments(name)) for one in (state, rows))
        np.testing.assert_allclose(found, table, rtol=1e-12, atol=1e-12, err_msg=name)
    (certain,) = EVENTS.values()
    assert np.array_equal(certain(family, state), certain(family, rows))


@every_convention
def test_both_roads_draw_from_the_same_rows(convention: dict[str, Any]) -> None:
    family = chain(FOUR, convention)
    for counts, occupancy, last in zip(*fitted(family, 2), strict=True):
        own, end = sparse.csr_array(counts), int(last)
        rows, backoff, fallback, unigram, _ = prepared(family, own, occupancy, end)
        table = DenseModels(family, counts[None], occupancy[None], np.array([end]))
        other = {
            kernel.UNIGRAM: lambda _, unigram=unigram: np.diff(unigram.cumulative, prepend=0.0),
            kernel.UNIFORM: lambda _: np.full(4, 0.25),
            kernel.SOURCE: lambda i: family.matrix.dense[i],
        }.get(fallback, lambda _: np.zeros(4))
        for i in range(4):
            mixed = backoff[i] * other(i)
            at = slice(rows.starts[i], rows.starts[i + 1])
            mixed[rows.targets[at]] += (1 - backoff[i]) * np.diff(rows.cumulative[at], prepend=0.0)
            np.testing.assert_allclose(mixed, table.rows[0, i], rtol=1e-12, atol=1e-14)
        model = SparseModel(family, own, occupancy, end)
        np.testing.assert_allclose(model.begun, table.begun[0], rtol=1e-14)


# ------------------------------------------------------------------------------------------------------------- in law
@pytest.mark.parametrize("runs", [100, pytest.param(5000, marks=pytest.mark.deep)])
@some_conventions
def test_both_roads_agree_in_law(convention: dict[str, Any], runs: int, seed: int) -> None:
    """Notices a spread of a mean, half of the certain models, and 3 n in place of n; in depth in every regime."""
    checks = 15 * len(REGIMES)
    family, turn = chain(ROUND, convention), CONVENTIONS.index(convention)
    for regime in REGIMES if runs > 100 else [REGIMES[turn % 4]]:
        recursion = ct.Recursion(family, regime, sample_size=6)
        with sparse_road():
            found = run(recursion, runs, seed)
            assert found.states[0].dtype == object
        ours = values(recursion, in_tables(found.states))
        many = max(2000, runs)
        table = run(recursion, many, seed + 1)
        assert worst_against(ours, values(recursion, table.states)) < critical_z(checks)
        times = [np.where(one.times < 0, 99, one.times)[:, 0] for one in (found, table)]
        assert distance(*times) < critical_distance(checks, runs, many)
        wrong = run(replace(recursion, sample_size=18), many, seed + 1)
        assert worst_against(ours, values(recursion, wrong.states)) > critical_z(checks)


@pytest.mark.deep
def test_states_that_are_never_reached_change_nothing(seed: int) -> None:
    """A chain of 130 states, of which three are visited, is that chain of three; notices a third of a spread."""
    matrix = np.zeros((130, 130))
    matrix[:3, :3], matrix[3:, 0] = ROUND, 1
    large = ct.Recursion(ct.MarkovChain(matrix, start="fixed", first_state=0), ct.Replace(), sample_size=7)
    small = ct.Recursion(ct.MarkovChain(ROUND, start="fixed", first_state=0), ct.Replace(), sample_size=7)
    assert not large.family.dense
    ours = values(large, large.simulate(3, 400, rng=seed, keep=[1, 3]).states)
    theirs = values(small, small.simulate(3, 20_000, rng=seed, keep=[1, 3]).states)
    wrong = values(small, small.simulate(7, 20_000, rng=seed, keep=[3, 7]).states)
    assert worst_against(ours, theirs) < critical_z(14)
    assert worst_against(ours, wrong) > critical_z(14)


@pytest.mark.deep
def test_the_sparse_road_is_the_same_for_any_number_of_workers() -> None:
    recursion = ct.Recursion(ct.MarkovChain(FOUR), ct.FreshMixture(share=0.3), sample_size=9)
    with sparse_road():
        one, two = (recursion.simulate(3, 2100, rng=1, workers=workers) for workers in (1, 2))
    assert np.array_equal(in_tables(one.states)[0], in_tables(two.states)[0])


@pytest.mark.deep
def test_the_rows_of_a_large_chain_need_no_memory_of_the_order_of_its_square() -> None:
    import tracemalloc

    states = 2000
    ring = sparse.csr_array(
        (np.full(2 * states, 0.5), np.arange(2 * states) // 2 % states, np.arange(states + 1) * 2), shape=(states,) * 2
    )
    ring.indices = ((np.arange(2 * states) // 2 + np.arange(2 * states) % 2) % states).astype(ring.indices.dtype)
    recursion = ct.Recursion(ct.MarkovChain(ring, start="fixed", first_state=0), ct.Replace(), sample_size=1000)
    kept = ct.Values([recursion.entropy_rate, recursion.edge_count, recursion.state_count])
    recursion.simulate(1, 1, rng=1, keep=kept)
    tracemalloc.start()
    recursion.simulate(3, 2, rng=1, keep=kept, workers=1)
    assert tracemalloc.get_traced_memory()[1] < 8 * states**2 / 10
    tracemalloc.stop()
