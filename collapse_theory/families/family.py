"""What any family must say: its source, how a state draws, how batches pool, how a pool is fitted."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from collapse_theory.errors import NotDefined
from collapse_theory.quantities import Definition
from collapse_theory.schedules import Schedule
from collapse_theory.simulation import Block, BlockResult
from collapse_theory.theorem import Theorem

State = tuple[NDArray[Any], ...]
Measure = Callable[..., NDArray[np.float64]]


class Family(ABC):
    """What is refitted, its source parameters and its estimator: abstract here, one frozen dataclass per file.

    A subclass gives the plain verbs (``source``, ``draw``, ``pool``, ``fit``), the ``measures`` of its
    quantities on a state, and what is ``known``. The plain verbs run the loop in numpy, which is the
    readable reference; a family with a compiled kernel overrides ``run_block``.
    """

    measures: ClassVar[Mapping[str, Measure]]
    definitions: ClassVar[Mapping[str, Definition]] = {}
    roles: ClassVar[Mapping[str, str]] = {}
    known: ClassVar[tuple[Theorem, ...]] = ()
    block_size: ClassVar[int] = 2000
    state_bytes: ClassVar[int] = 16

    @abstractmethod
    def source(self, replicates: int) -> State:
        """State of generation 0, one row per replicate."""

    @abstractmethod
    def draw(self, state: State, count: Any, rng: np.random.Generator) -> Any:
        """Batch of ``count`` points (a number, or one per replicate) from each replicate's model."""

    @abstractmethod
    def pool(self, batches: Sequence[Any], weights: Sequence[Any] | None = None) -> Any:
        """Union of batches as one batch, each point of a batch carrying its weight."""

    @abstractmethod
    def fit(self, pooled: Any, kish: Any, previous: State, rng: np.random.Generator) -> State:
        """Next state, from the pooled fit set and its Kish size."""

    def check(self, sizes: Schedule) -> None:
        """Refusal, with a ValueError, of a schedule that this estimator cannot fit."""

    def kept(self, state: State) -> State:
        """The state as runs store it; the state itself unless a family stores another form."""
        return state

    def run_block(self, block: Block, rng: np.random.Generator) -> BlockResult:
        """Trajectories of one block; the plain loop unless a family has a kernel."""
        return run_plain(self, block, rng)


def run_plain(family: Family, block: Block, rng: np.random.Generator) -> BlockResult:
    """The recursion in plain verbs: the readable twin of every kernel.

    Raises
    ------
    NotDefined
        For tilted or watched runs, which only kernels have.
    """
    if block.tilt or block.watch:
        raise NotDefined("tilt and watch need a compiled kernel: simulate with method='kernel'")
    recursion = block.recursion
    source = family.source(block.replicates)
    state = source
    slots: list[Any] = []
    kept: list[State] = [family.kept(state)] if 0 in block.record else []
    for t in range(1, block.record[-1] + 1):
        step = recursion.regime.step(t, recursion.sizes)
        real, model = step.drawn
        if step.share:
            from_source = rng.binomial(int(model), float(step.share), block.replicates)
            drawn = [family.draw(source, from_source, rng), family.draw(state, model - from_source, rng)]
            batches = [None, family.pool(drawn)]
        else:
            batches = [
                family.draw(source, int(real), rng) if real else None,
                family.draw(state, int(model), rng) if model else None,
            ]
        batches += slots or [None] * len(step.stored)
        used = [(b, w) for b, w in zip(batches, step.weight, strict=True) if b is not None and w]
        pooled = family.pool([b for b, _ in used], [w for _, w in used])
        state = family.fit(pooled, step.kish, state, rng)
        slots = [
            family.pool([batches[i] for i in kept_batches if batches[i] is not None]) for kept_batches in step.keep
        ]
        if t in block.record:
            kept.append(family.kept(state))
    return BlockResult(tuple(np.stack(arrays, axis=1) for arrays in zip(*kept, strict=True)))
