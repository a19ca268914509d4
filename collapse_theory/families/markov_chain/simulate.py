"""Paths drawn from fitted chains: the compiled loop over a block, and the plain verbs that it is compared with."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from collapse_theory.errors import NotDefined
from collapse_theory.families.laid_out import laid_out
from collapse_theory.families.smoothing import AbsoluteDiscount, AddAlpha, BackOff
from collapse_theory.simulation import Block, BlockResult

Array = NDArray[np.float64]
State = tuple[NDArray[Any], ...]


def run_kernel(family: Any, block: Block, rng: np.random.Generator) -> BlockResult:
    """Trajectories of one block of a chain of few states.

    Raises
    ------
    NotDefined
        For a tilt, and for times that the loop does not watch.
    """
    from collapse_theory.families.markov_chain import kernel

    if block.tilt:
        raise NotDefined("tilt is not defined for a Markov chain: simulate with tilt=0")
    unknown = [time for time in block.watch if time.name != "absorption_time"]
    if unknown:
        raise NotDefined(f"{unknown[0]} is not watched by the compiled loop: simulate with method='plain'")
    states, replicates, kept = family.matrix.states, block.replicates, len(block.record)
    plan = laid_out(block)
    record = kernel.Record(
        plan.column,
        np.empty((replicates, kept, states, states)),
        np.empty((replicates, kept, states)),
        np.empty((replicates, kept), dtype=np.int64),
        np.full((replicates, len(block.watch)), -1),
    )
    source = family.matrix.dense.copy(), family.stationary
    drawn = plan.drawn.astype(np.int64)
    laid = kernel.Plan(drawn, plan.kept, plan.weights, plan.share, plan.keep, family.fewest_points)
    kernel.run_dense(rng, *source, learner(family), laid, record)
    return BlockResult(
        states=(record.counts, record.occupancy, record.last), times=record.times if block.watch else None
    )


def learner(family: Any) -> Any:
    """What a refit does, as the compiled loops take it."""
    from collapse_theory.families.markov_chain import kernel

    unseen = {
        "unigram": kernel.UNIGRAM,
        "cyclic": kernel.UNIGRAM,
        "uniform": kernel.UNIFORM,
        "previous": kernel.PREVIOUS,
        "end": kernel.NOWHERE,
        "source": kernel.SOURCE,
    }
    fallback, kind, amount = unseen[family.unseen_row], kernel.PLAIN, 0.0
    if isinstance(family.smoothing, AddAlpha):
        fallback, kind, amount = kernel.UNIFORM, kernel.ADDED, family.smoothing.alpha
    elif isinstance(family.smoothing, BackOff):
        fallback, kind, amount = kernel.SOURCE, kernel.BACKED_OFF, family.smoothing.strength
    elif isinstance(family.smoothing, AbsoluteDiscount):
        fallback, kind, amount = kernel.UNIGRAM, kernel.DISCOUNTED, family.smoothing.discount
    start = ("occupancy", "stationary", "last", "fixed").index(family.start)
    first = -1 if family.first is None else family.first
    return kernel.Learner(fallback, kind, amount, family.unseen_row == "cyclic", start, first)


def draw_dense(
    family: Any, state: State, count: NDArray[np.int64], rng: np.random.Generator
) -> tuple[Array, NDArray[np.int64]]:
    """Counts and last states of one path of each replicate, all replicates a step at a time."""
    from collapse_theory.families.markov_chain.dense import DenseModels

    models = DenseModels(family, *state)
    now = _chosen(models.long_run if family.start == "stationary" else models.begun, rng)
    first, counts, every = now.copy(), np.zeros(state[0].shape), np.arange(len(now))
    alive, made = np.ones(len(now), dtype=bool), np.zeros(len(now), dtype=np.int64)
    for step in range(int(np.max(count, initial=0))):
        rows = models.rows[every, now]
        alive &= (step < count) & (rows.sum(axis=-1) > 0)
        following = _chosen(rows, rng)
        counts[every[alive], now[alive], following[alive]] += 1
        now = np.where(alive, following, now)
        made += alive
    walked = made > 0
    if family.unseen_row == "cyclic":
        counts[every[walked], now[walked], first[walked]] += 1
    return counts, np.where(walked, now, -1)


def _chosen(laws: Array, rng: np.random.Generator) -> NDArray[np.int64]:
    """A state drawn from each law; a law of no mass gives state 0."""
    cumulative = np.cumsum(laws, axis=-1)
    drawn = rng.random((len(laws), 1)) * cumulative[:, -1:]
    return np.asarray(np.minimum((drawn >= cumulative).sum(axis=-1), laws.shape[-1] - 1))


def draw_sparse(
    family: Any, state: State, count: NDArray[np.int64], rng: np.random.Generator
) -> tuple[NDArray[Any], NDArray[np.int64]]:
    """Counts, in sparse rows, and last states of one path of each replicate of a chain of many states."""
    counts, last = np.empty(len(count), dtype=object), np.full(len(count), -1, dtype=np.int64)
    for r, (own, occupancy, end, steps) in enumerate(zip(*state, count, strict=True)):
        counts[r], last[r] = _walked(family, own, occupancy, int(end), int(steps), rng)
    return counts, last


def _walked(family: Any, own: Any, occupancy: Array, end: int, steps: int, rng: np.random.Generator) -> tuple[Any, int]:
    """Counts and last state of one path through one chain."""
    from scipy import sparse

    from collapse_theory.families.markov_chain import kernel

    states = len(occupancy)
    if not steps:
        return sparse.csr_array((states, states)), -1
    first, (rows, backoff, fallback, unigram, source) = (
        _begun(family, own, occupancy, end, rng),
        prepared(family, own, occupancy, end),
    )
    hits, extra = np.zeros(len(rows.targets), dtype=np.int64), np.empty((steps, 2), dtype=np.int64)
    made, now, extras = kernel.walk(rng, rows, backoff, fallback, unigram, source, first, steps, hits, extra)
    used = hits > 0
    starts = np.concatenate(([0], np.cumsum(used)))[rows.starts]
    counts = sparse.csr_array((hits[used].astype(float), rows.targets[used], starts), shape=(states, states))
    beside = extra[:extras].tolist()
    if family.unseen_row == "cyclic" and made:
        beside.append([now, first])
    if beside:
        i, j = np.transpose(beside)
        counts = counts + sparse.csr_array((np.ones(len(i)), (i, j)), shape=(states, states))
    return sparse.csr_array(counts), int(now) if made else -1


def _begun(family: Any, own: Any, occupancy: Array, end: int, rng: np.random.Generator) -> int:
    """The first state of a path."""
    from collapse_theory.families.markov_chain.sparse import SparseModel

    if family.start == "fixed":
        return int(family.first)
    if family.start == "last" and end >= 0:
        return end
    law = occupancy
    if family.start == "stationary" and end >= 0:
        law = SparseModel(family, own, occupancy, end).long_run
    cumulative = np.cumsum(law)
    return int(np.searchsorted(cumulative, rng.random() * cumulative[-1], side="right"))


def prepared(family: Any, own: Any, occupancy: Array, end: int) -> tuple[Any, Array, int, Any, Any]:
    """A model as :func:`kernel.walk` takes it: rows, chances of the fallback, its kind, unigram and source."""
    from collapse_theory.families.markov_chain import kernel

    source = family.prepared_source
    how, states = learner(family), len(occupancy)
    if end < 0:
        itself = own is family.matrix.rows
        rows = (
            source if itself else kernel.inverted(own.indptr.astype(np.int64), own.indices.astype(np.int64), own.data)
        )
        return rows, (np.diff(own.indptr) == 0).astype(float), kernel.NOWHERE, source, source
    weights, backoff = own.data.astype(float), np.where(occupancy > 0, 0.0, 1.0)
    if how.fallback == kernel.PREVIOUS:
        backoff[:] = 0
    elif how.smoothing == kernel.ADDED:
        backoff = states * how.amount / (occupancy + states * how.amount)
    elif how.smoothing == kernel.BACKED_OFF:
        backoff = how.amount / (occupancy + how.amount)
    elif how.smoothing == kernel.DISCOUNTED:
        kept = np.maximum(weights - how.amount, 0.0)
        of = np.repeat(np.arange(states), np.diff(own.indptr))
        off = np.bincount(of, weights - kept, minlength=states)
        backoff, weights = np.where(occupancy > 0, off / np.maximum(occupancy, 1.0), 1.0), kept
    unigram = kernel.inverted(
        np.array([0, states]), np.arange(states), np.bincount(own.indices, own.data, minlength=states)
    )
    rows = kernel.inverted(own.indptr.astype(np.int64), own.indices.astype(np.int64), weights)
    return rows, backoff, how.fallback, unigram, source
