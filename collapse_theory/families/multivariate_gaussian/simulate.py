"""One block of the recursion through its compiled loops: the tableau laid out over generations."""

from __future__ import annotations

from typing import Any

import numpy as np

from collapse_theory.errors import NotDefined
from collapse_theory.families.laid_out import laid_out
from collapse_theory.simulation import Block, BlockResult


def run_kernel(family: Any, block: Block, rng: np.random.Generator) -> BlockResult:
    """Trajectories of one block; replacement takes the short loop.

    Raises
    ------
    NotDefined
        For tilted runs.
    """
    from collapse_theory.families.multivariate_gaussian import kernel

    if block.tilt:
        raise NotDefined("tilt is not defined for a Gaussian in several dimensions")
    plan, d = laid_out(block), family.dimension
    shape, packed = (block.replicates, len(block.record)), d * (d - 1) // 2
    record = kernel.Record(
        plan.column, np.empty((*shape, d)), np.empty(shape), np.empty((*shape, d)), np.empty((*shape, packed))
    )
    if plan.step.replacement and np.all(plan.weights[:, 1] == 1):
        kernel.run_chain(rng, plan.drawn[:, 1].copy(), float(family.ddof), record)
    elif plan.step.subsample is not None:
        from collapse_theory.families.multivariate_gaussian import pool_kernel

        size, replacement = plan.kish.astype(np.int64), plan.step.subsample.replacement
        pool_kernel.run_pool(rng, plan.drawn[:, 1].astype(np.int64), size, replacement, float(family.ddof), record)
    else:
        counts = plan.drawn.astype(np.int64), plan.kept, plan.weights, plan.share, plan.carried, plan.kish, plan.keep
        kernel.run_tableau(rng, kernel.Plan(*counts, family.fewest_points), float(family.ddof), record)
    return BlockResult(states=record[1:], times=None)
