"""One block of the Gaussian recursion through its compiled loops: the tableau laid out over generations."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from collapse_theory.errors import NotDefined
from collapse_theory.families.laid_out import laid_out
from collapse_theory.gamma_ratios import log_gamma_ratio
from collapse_theory.simulation import Block, BlockResult

Array = NDArray[np.float64]


def run_kernel(family: Any, block: Block, rng: np.random.Generator) -> BlockResult:
    """Trajectories of one block; a pool that is its own fit set takes the short loop.

    Raises
    ------
    NotDefined
        For tilted posterior fits or random compositions, and for times that the loops do not watch.
    ValueError
        For a tilt at which a chi-square would have no law.
    """
    from collapse_theory.families.gaussian import batches, kernel

    plan = laid_out(block)
    step, drawn, weights = plan.step, plan.drawn, plan.weights
    tilt = batches.Tilt(*_tilted(family, block, drawn[:, 1], fixed=not (step.thinned or np.any(plan.share))))
    record = kernel.Record(*_record(family, block, plan.column))
    plug_in = family.estimator == "plug-in"
    if plug_in and step.replacement and np.all(weights[:, 1] == 1):
        kernel.run_chain(rng, drawn[:, 1].copy(), np.zeros(block.last), family.ddof, tilt, record)
    elif plug_in and step.accumulation:
        kernel.run_chain(rng, drawn[:, 1].copy(), plan.stored[:, 0].copy(), family.ddof, tilt, record)
    elif step.subsample is not None:
        from collapse_theory.families.gaussian import pool_kernel

        size, ddof = plan.kish.astype(np.int64), float(family.ddof)
        pool_kernel.run_pool(
            rng, drawn[:, 1].astype(np.int64), size, step.subsample.replacement, ddof, not plug_in, record
        )
    else:
        kernel.run_tableau(rng, _laid(family, plan), float(family.ddof), not plug_in, tilt, record)
    return BlockResult(
        states=(record.location, record.log_sd),
        log_weights=record.log_weight if block.tilt else None,
        times=record.times if block.watch else None,
    )


def _laid(family: Any, plan: Any) -> Any:
    """The tableau as the compiled loop takes it."""
    from collapse_theory.families.gaussian import batches

    screen = plan.step.screen
    passed = (0.0, 1.0, 1.0) if screen is None else (float(screen.beyond), float(screen.near), float(screen.far))
    counts = plan.drawn.astype(np.int64), plan.kept, plan.weights, plan.share, plan.carried, plan.kish, plan.keep
    return batches.Plan(*counts, family.fewest_points, *passed)


def _tilted(family: Any, block: Block, points: Array, *, fixed: bool) -> tuple[Array, Array]:
    """Tilting exponents per generation, 0 where the model draws no chi-square, and the normalisers of the ratios."""
    shape = np.maximum(points - 1, 0) / 2
    drawn = shape > 0
    exponent, normaliser = np.where(drawn, block.tilt, 0.0), np.zeros(len(points))
    if block.tilt:
        if family.estimator == "posterior" or not fixed or block.recursion.tableau.subsample:
            raise NotDefined("tilt is defined for plug-in fits to whole samples of a fixed composition")
        lowest = -np.min(shape[drawn], initial=np.inf)
        if block.tilt <= lowest:
            raise ValueError(f"tilt = {block.tilt:g} is outside its domain: a real number above {lowest:g} here")
        normaliser[drawn] = log_gamma_ratio(shape[drawn], block.tilt)
    return exponent, normaliser


def _record(family: Any, block: Block, column: NDArray[np.int64]) -> tuple[Any, ...]:
    """Empty output of one block."""
    unknown = [time for time in block.watch if time.name != "time_until_sd_below"]
    if unknown:
        raise NotDefined(f"{unknown[0]} is not watched by the compiled loop: simulate with method='plain'")
    shape = (block.replicates, len(block.record))
    levels = np.array([time.numbers[0] / family.sd for time in block.watch], dtype=float)
    weights = np.empty(shape if block.tilt else (block.replicates, 0))
    return column, np.empty(shape), np.empty(shape), weights, levels, np.full((block.replicates, len(levels)), -1)
