"""Counts drawn from fitted laws: the compiled loop over a block."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from collapse_theory.errors import NotDefined
from collapse_theory.families.laid_out import LaidOut, laid_out
from collapse_theory.families.smoothing import AddAlpha, BackOff
from collapse_theory.simulation import Block, BlockResult

Array = NDArray[np.float64]

EVERYWHERE = 64
"""Most types that get each its own weight under smoothing; of more, counts and what is added are drawn apart."""
UNITS = 0.25, 1.0
"""Bounds of the unit of Poisson means."""


def run_kernel(family: Any, block: Block, rng: np.random.Generator) -> BlockResult:
    """Trajectories of one block.

    Raises
    ------
    NotDefined
        For a tilt.
    """
    from collapse_theory.families.categorical import kernel

    if block.tilt:
        raise NotDefined("tilt is not defined for a categorical law: simulate with tilt=0")
    types, replicates, kept = len(family.probabilities), block.replicates, len(block.record)
    plan, learner = laid_out(block), _learner(family)
    if np.any(plan.carried) and learner.added and not learner.everywhere:
        learner = learner._replace(everywhere=True)  # the law that is carried over has a weight for each type
    record = kernel.Record(
        plan.column,
        np.empty((replicates, kept, types if family.dense else 0)),
        np.zeros((replicates, kept), dtype=np.int64),
        np.empty((replicates, kept)),
        np.full((replicates, len(block.watch)), -1),
    )
    source = _law(family.probabilities.values)
    base = _law(np.ones(types)) if isinstance(family.smoothing, AddAlpha) else source
    unit, watch = _unit(plan, learner.added), _watch(family, block.watch)
    pairs = kernel.run(rng, source, base, learner, unit, _laid(family, plan), watch, record, types)
    laws: NDArray[Any] = record.laws if family.dense else _apart(pairs, record.ends)
    return BlockResult(states=(laws, record.once), times=record.times if block.watch else None)


def _laid(family: Any, plan: LaidOut) -> Any:
    """The tableau as the compiled loop takes it: the law itself is one batch more, of weight 1 and never stored."""
    from collapse_theory.families.categorical import kernel

    part, last = plan.step.subsample, np.zeros((len(plan.keep), 1))
    return kernel.Plan(
        plan.drawn.astype(np.int64),
        plan.kept,
        np.hstack([plan.weights, np.ones((len(plan.weights), 1))]),
        plan.share,
        plan.carried,
        (0 * plan.kish if part is None else plan.kish).astype(np.int64),
        np.hstack([plan.keep, last]),
        part is not None and part.replacement,
        family.fewest_points,
    )


def _law(weights: Array) -> Any:
    """The types of positive weight, ready for draws."""
    from collapse_theory.families.categorical import multinomial

    types = np.flatnonzero(weights)
    law = multinomial.Law(types.astype(np.int32), weights[types], np.empty(len(types)), np.empty(len(types), np.int32))
    multinomial.prepare(law.weights, law.cumulative, law.guide, len(types))
    return law


def _learner(family: Any) -> Any:
    """What a refit does, as the compiled loop takes it."""
    from collapse_theory.families.categorical import kernel

    types, added = len(family.probabilities), 0.0
    if isinstance(family.smoothing, AddAlpha):
        added = types * float(family.smoothing.alpha)
    elif isinstance(family.smoothing, BackOff):
        added = float(family.smoothing.strength)
    posterior = family.estimator == "posterior"
    everywhere = added > 0 and (posterior or types <= EVERYWHERE)
    return kernel.Learner(kernel.POSTERIOR if posterior else kernel.PLUG_IN, added, everywhere)


def _unit(plan: LaidOut, added: float) -> float:
    """Mean of the Poisson number of a count of 1, where sample and pool keep their sizes.

    It leaves room for the chance by which model points vary in number, so that one table serves all generations.
    """
    from collapse_theory.families.categorical import multinomial

    if len(plan.drawn) < 2:
        return UNITS[1]
    counts = np.concatenate([plan.drawn[-2], plan.stored[-2]])
    pool = float(plan.weights[-2] @ counts)
    points = plan.drawn[-1, 1] * plan.kept[-1, 1] * (1 - plan.share[-1]) * pool / (pool + added)
    variance = plan.drawn[-1, 1] - points
    return float(np.clip((points - multinomial.BELOW * np.sqrt(points + variance)) / pool, *UNITS))


def _watch(family: Any, times: tuple[Any, ...]) -> Any:
    """Watched times as the compiled loop takes them."""
    from collapse_theory.families.categorical import kernel

    kinds = {
        "absorption_time": kernel.ABSORBED,
        "loss_time": kernel.LOST,
        "fixation_time": kernel.FIXED,
        "time_until_support": kernel.REDUCED,
    }
    numbers = [_number(family, time) for time in times]
    return kernel.Watch(
        np.array([kinds[time.name] for time in times], dtype=np.int64), np.array(numbers, dtype=np.int64)
    )


def _number(family: Any, time: Any) -> int:
    """The number of types or the place of the type that a time is about."""
    if not time.numbers:
        return -1
    return int(time.numbers[0] if time.name == "time_until_support" else family.index(*time.numbers))


def _apart(pairs: Array, ends: NDArray[np.int64]) -> NDArray[Any]:
    """One array of types and probabilities for each kept state."""
    laws = np.empty(ends.size, dtype=object)
    places = [0, *ends.ravel().tolist()]
    laws[:] = [pairs[:, begin:end].copy() for begin, end in pairwise(places)]
    return laws.reshape(ends.shape)
