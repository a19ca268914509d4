"""Blocks of replicates: each a pure picklable job with its own stream, run by any executor in any order."""

from __future__ import annotations

import math
import os
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ThreadPoolExecutor, wait
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from collapse_theory.domain import COUNT, GENERATION, REAL, generations, one_of
from collapse_theory.errors import MemoryBudgetExceeded
from collapse_theory.simulation.runs import Runs

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
    record: tuple[int, ...]
    tilt: float = 0.0
    watch: tuple[Any, ...] = ()
    method: str = "kernel"


@dataclass(frozen=True)
class BlockResult:
    """States of one block, each array of shape ``(replicates, kept)``, and what was watched."""

    states: tuple[NDArray[Any], ...]
    log_weights: NDArray[np.float64] | None = None
    times: NDArray[np.int64] | None = None


def run_block(block: Block) -> BlockResult:
    """States of one block; a function of the block alone."""
    stream = np.random.SeedSequence(block.entropy, spawn_key=(block.index,))
    result = block.recursion.family.run_block(block, np.random.Generator(np.random.PCG64(stream)))
    assert isinstance(result, BlockResult)
    return result


def simulate(
    recursion: Any,
    last: int,
    replicates: int,
    *,
    rng: Seed = None,
    keep: str | Iterable[int] = "last",
    tilt: float = 0.0,
    watch: Sequence[Any] = (),
    workers: int | None = None,
    executor: Executor | None = None,
    progress: bool = False,
    method: str = "kernel",
    max_bytes: int = 2**31,
) -> Runs:
    """Simulated runs of a recursion; the public door is :meth:`Recursion.simulate`."""
    last = GENERATION.check("generations", last)
    replicates = COUNT.check("replicates", replicates)
    tilt = REAL.check("tilt", tilt)
    one_of("method", method, ("kernel", "plain"))
    record = _kept(keep, last)
    size = recursion.family.state_bytes * replicates * len(record)
    if size > max_bytes:
        raise MemoryBudgetExceeded(
            f"{replicates} replicates × {len(record)} kept generations need {size:,} bytes, more than "
            f"max_bytes = {max_bytes:,}: keep fewer generations (keep='last'), use fewer replicates, or raise max_bytes"
        )
    entropy = entropy_of(rng)
    per_block = recursion.family.block_size
    blocks = [
        Block(recursion, entropy, i, min(per_block, replicates - i * per_block), record, tilt, tuple(watch), method)
        for i in range(math.ceil(replicates / per_block))
    ]
    results, interrupted = _run_all(blocks, workers, executor, progress)
    if not results:
        raise KeyboardInterrupt
    if interrupted:
        done = sum(result.states[0].shape[0] for result in results)
        warnings.warn(f"interrupted: {done} of {replicates} replicates are kept", RuntimeWarning, stacklevel=3)
    return Runs(
        recursion=recursion,
        generations=np.array(record, dtype=np.int64),
        states=tuple(np.concatenate(arrays) for arrays in zip(*(r.states for r in results), strict=True)),
        seed=entropy,
        tilt=tilt,
        log_weights=None
        if tilt == 0
        else np.concatenate([r.log_weights for r in results if r.log_weights is not None]),
        last=last,
        watched=tuple(watch),
        times=np.concatenate([r.times for r in results if r.times is not None]) if watch else None,
    )


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
    if isinstance(rng, (int, np.integer)) and not isinstance(rng, bool) and rng >= 0:
        return int(rng)
    raise ValueError(f"rng = {rng!r} is outside its domain: an integer ≥ 0, a SeedSequence or a numpy Generator")


def _kept(keep: str | Iterable[int], last: int) -> tuple[int, ...]:
    if isinstance(keep, str):
        one_of("keep", keep, ("last", "all"))
        return (last,) if keep == "last" else tuple(range(last + 1))
    chosen = np.unique(generations(np.atleast_1d(np.asarray(list(keep))), "keep"))
    if chosen.size == 0 or chosen[-1] > last:
        raise ValueError(f"keep = {keep!r} is outside its domain: generations in [0, {last}], at least one")
    return tuple(int(t) for t in chosen)


def _run_all(
    blocks: list[Block], workers: int | None, executor: Executor | None, progress: bool
) -> tuple[list[BlockResult], bool]:
    threads = COUNT.check("workers", workers) if workers is not None else min(os.cpu_count() or 1, len(blocks))
    done: dict[int, BlockResult] = {}
    interrupted = False
    with _progress(progress, len(blocks)) as advance:
        try:
            if executor is None and (threads == 1 or len(blocks) == 1):
                for block in blocks:
                    done[block.index] = run_block(block)
                    advance()
            else:
                own = ThreadPoolExecutor(threads) if executor is None else nullcontext(executor)
                with own as pool:
                    for index, result in _as_they_come(pool, blocks, window=4 * max(threads, 8)):
                        done[index] = result
                        advance()
        except KeyboardInterrupt:
            interrupted = True
    return [done[i] for i in sorted(done)], interrupted


def _as_they_come(pool: Executor, blocks: list[Block], window: int) -> Iterator[tuple[int, BlockResult]]:
    waiting = iter(blocks)
    pending: dict[Future[BlockResult], int] = {}
    try:
        while True:
            while len(pending) < window and (block := next(waiting, None)) is not None:
                pending[pool.submit(run_block, block)] = block.index
            if not pending:
                return
            finished, _ = wait(pending, return_when=FIRST_COMPLETED)
            for future in finished:
                yield pending.pop(future), future.result()
    finally:
        for future in pending:
            future.cancel()


class _progress:
    """A rich progress bar over blocks, or nothing; its value is a function that advances it by one."""

    def __init__(self, shown: bool, total: int) -> None:
        self.shown, self.total = shown, total

    def __enter__(self) -> Callable[[], None]:
        if not self.shown:
            return lambda: None
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

        self.bar = Progress(TextColumn("simulating"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        self.bar.start()
        task = self.bar.add_task("blocks", total=self.total)
        return lambda: self.bar.advance(task)

    def __exit__(self, *exception: object) -> None:
        if self.shown:
            self.bar.stop()
