"""Blocks of replicates: each a pure picklable job with its own stream, so that no schedule of work changes a bit."""

from __future__ import annotations

import math
import os
import warnings
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from functools import partial, reduce
from typing import Any

import numpy as np
from numpy.typing import NDArray

from collapse_theory.domain import COUNT, GENERATION, REAL, Choice, Domain, generations
from collapse_theory.errors import MemoryBudgetExceeded
from collapse_theory.simulation import estimate
from collapse_theory.simulation.chosen import Chosen, Summaries, Values
from collapse_theory.simulation.execution import in_order
from collapse_theory.simulation.runs import Runs
from collapse_theory.simulation.summaries import Moments, Summary

Seed = int | np.random.SeedSequence | np.random.Generator | None


@dataclass(frozen=True)
class Block:
    """One job: some replicates of a recursion, on one stream.

    Parameters
    ----------
    recursion : Recursion
        What is simulated.
    entropy : int
        Seed of the whole run; the block's index is the spawn key.
    index, replicates : int
        Which block, and how many replicates it holds.
    last : int
        Last generation to simulate.
    record : tuple of int
        Generations to keep, ascending.
    tilt : float
        Tilting exponent; 0 draws from the model itself.
    watch : tuple
        Times observed inside the loop.
    method : str
        ``"kernel"`` (compiled) or ``"plain"`` (the readable twin in numpy).
    """

    recursion: Any
    entropy: int
    index: int
    replicates: int
    last: int
    record: tuple[int, ...]
    tilt: float = 0.0
    watch: tuple[Any, ...] = ()
    method: str = "kernel"

    @property
    def stream(self) -> np.random.Generator:
        """The block's own stream, spawned from the seed by its index."""
        return np.random.Generator(np.random.PCG64(np.random.SeedSequence(self.entropy, spawn_key=(self.index,))))


@dataclass(frozen=True)
class BlockResult:
    """States of one block, each array of shape ``(replicates, kept)``, and what was watched."""

    states: tuple[NDArray[Any], ...]
    log_weights: NDArray[np.float64] | None = None
    times: NDArray[np.int64] | None = None

    @property
    def arrays(self) -> list[NDArray[Any]]:
        """All that is there, one row per replicate."""
        return [array for array in (*self.states, self.log_weights, self.times) if array is not None]


def run_block(block: Block) -> BlockResult:
    """States of one block; a function of the block alone."""
    result: BlockResult = block.recursion.family.run_block(block, block.stream)
    return result


def summarise(quantities: Sequence[Any], block: Block) -> Moments:
    """Moments of some quantities over one block, shape ``(quantities, kept)``."""
    result = run_block(block)
    values = [estimate.summands(quantity.measure(result.states), result.log_weights) for quantity in quantities]
    return Moments.of(np.stack(values, axis=1))


def measured(quantities: Sequence[Any], block: Block) -> BlockResult:
    """Values of some quantities on one block, in place of its states."""
    result = run_block(block)
    return replace(result, states=tuple(quantity.measure(result.states) for quantity in quantities))


def simulate(
    recursion: Any,
    last: int,
    replicates: int,
    *,
    rng: Seed = None,
    keep: str | Iterable[int] | Chosen = "last",
    tilt: float = 0.0,
    watch: Sequence[Any] = (),
    workers: int | None = None,
    executor: Executor | None = None,
    progress: bool = False,
    method: str = "kernel",
    max_bytes: int = 2**31,
) -> Runs | Summary:
    """Simulated runs of a recursion, or their summary; the public door is :meth:`Recursion.simulate`."""
    last = GENERATION.check("generations", last)
    replicates = COUNT.check("replicates", replicates)
    tilt = REAL.check("tilt", tilt)
    Choice(("kernel", "plain")).check("method", method)
    recursion.family.check(recursion.sizes, last)
    record = keep.kept(recursion, last) if isinstance(keep, Chosen) else _kept(keep, last)
    watch = _several(watch)
    _check_watch(watch, recursion, keep)
    size = recursion.family.replicates_per_block(recursion)
    total = math.ceil(replicates / size)
    threads = min(COUNT.check("workers", os.cpu_count() or 1 if workers is None else workers), total)
    entropy, bare = entropy_of(rng), replace(recursion)  # a copy without cached theorems
    timed = tuple(replace(time, recursion=bare) for time in watch)
    whole = Block(bare, entropy, 0, replicates, last, record, tilt, timed, method)
    blocks = (replace(whole, index=i, replicates=min(size, replicates - i * size)) for i in range(total))
    run = partial(in_order, jobs=blocks, total=total, threads=threads, executor=executor, progress=progress)
    if isinstance(keep, Summaries):
        _check_bytes(replace(whole, replicates=min(replicates, threads * size)), max_bytes)
        moments = _merged(run(partial(summarise, [replace(q, recursion=bare) for q in keep.quantities])))
        _warn_of_interrupt(moments.count, replicates)
        return Summary(recursion, keep.quantities, np.array(record, dtype=np.int64), moments, entropy, tilt)
    work, quantities = run_block, ()
    if isinstance(keep, Values):
        quantities = keep.quantities
        work = partial(measured, [replace(q, recursion=bare) for q in quantities])
        values = replicates * (8 * len(quantities) * len(record) + 8 * len(watch))
        _check_bytes(replace(whole, replicates=min(replicates, threads * size)), max_bytes, values)
    else:
        _check_bytes(whole, max_bytes)
    arrays = _joined(run(work), replicates)
    _warn_of_interrupt(len(arrays[0]), replicates)
    times = arrays.pop() if timed else None
    log_weights = arrays.pop() if tilt else None
    kept = np.array(record, dtype=np.int64)
    return Runs(recursion, kept, tuple(arrays), entropy, tilt, log_weights, last, tuple(watch), times, quantities)


def entropy_of(rng: Seed) -> int:
    """Entropy of a run as one integer: remembered by the runs, so that any run can be repeated."""
    if isinstance(rng, np.random.Generator):
        return int.from_bytes(rng.bytes(16), "little")
    if isinstance(rng, np.random.SeedSequence):
        return int.from_bytes(rng.generate_state(4, np.uint32).tobytes(), "little")
    if rng is None:
        entropy = np.random.SeedSequence().entropy
        assert isinstance(entropy, int)
        return entropy
    if rng not in Domain(low=0, integer=True):
        raise ValueError(f"rng = {rng!r} is outside its domain: an integer ≥ 0, a SeedSequence or a numpy Generator")
    return int(rng)


def _kept(keep: str | int | Iterable[int], last: int) -> tuple[int, ...]:
    if isinstance(keep, str):
        Choice(("last", "all")).check("keep", keep)
        return (last,) if keep == "last" else tuple(range(last + 1))
    several = list(keep) if isinstance(keep, Iterable) else [keep]
    chosen = np.unique(generations(np.atleast_1d(np.asarray(several)), "keep"))
    if chosen.size == 0 or chosen[-1] > last:
        raise ValueError(f"keep = {keep!r} is outside its domain: generations in [0, {last}], at least one")
    return tuple(int(t) for t in chosen)


def _several(watch: Any) -> tuple[Any, ...]:
    """Times to watch, of which a single one needs no brackets."""
    return tuple(watch) if isinstance(watch, Iterable) else (watch,)


def _check_watch(watch: Sequence[Any], recursion: Any, keep: Any) -> None:
    if watch and isinstance(keep, Summaries):
        raise ValueError(f"watch = {watch!r} is outside its domain: empty, as summaries hold no times of single runs")
    for time in watch:
        if not hasattr(time, "reached"):
            raise ValueError(
                f"watch = {time!r} is outside its domain: times such as recursion.time_until_sd_below(0.1)"
            )
        if time.recursion != recursion:
            raise ValueError(f"watch = {time!r} is outside its domain: times of {recursion!r}")


def _check_bytes(block: Block, budget: int, beside: int = 0) -> None:
    """Refusal of what would need more than the budget, with its size and what to do."""
    state = block.recursion.family.state_bytes(block.recursion, block.last) + (8 if block.tilt else 0)
    size = block.replicates * (state * len(block.record) + 8 * len(block.watch)) + beside
    if size > budget:
        raise MemoryBudgetExceeded(
            f"{block.replicates} replicates × {len(block.record)} kept generations need {size:,} bytes, more than "
            f"max_bytes = {budget:,}: keep fewer generations (keep='last'), some quantities (keep=ct.Values(…)) or "
            f"only their moments (keep=ct.Summaries(…)), use fewer replicates, or raise max_bytes"
        )


def _joined(results: Iterator[BlockResult], replicates: int) -> list[NDArray[Any]]:
    """Arrays of all blocks put in place one below the other; shorter when the blocks end early."""
    whole: list[NDArray[Any]] = []
    done = 0
    for result in results:
        whole = whole or [np.empty((replicates, *part.shape[1:]), part.dtype) for part in result.arrays]
        rows = len(result.arrays[0])
        for target, part in zip(whole, result.arrays, strict=True):
            target[done : done + rows] = part
        done += rows
    return [array[:done] for array in whole]


def _merged(results: Iterator[Moments]) -> Moments:
    """Moments of all blocks, merged in their order."""
    return reduce(Moments.merged, results)


def _warn_of_interrupt(done: int, replicates: int) -> None:
    if done < replicates:
        message = f"interrupted: the first {done} of {replicates} replicates are kept"
        warnings.warn(message, RuntimeWarning, stacklevel=4)
