"""One generation of a tableau over batches of any form: what is fitted, and what is stored for later."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


def pooled(family: Any, step: Any, drawn: Sequence[Any], slots: Sequence[Any], carried: Any = None) -> tuple[Any, Any]:
    """Fit set and next slots of a generation.

    Parameters
    ----------
    family : Family
        Whose ``pool`` unites batches.
    step : Step
        The tableau of the generation.
    drawn : sequence
        The batches of real and of model points; None for one that does not exist.
    slots : sequence
        The stored batches; empty before the first generation.
    carried : object, optional
        A batch of the current model itself, of weight 1.

    Returns
    -------
    tuple
        The pooled fit set, and the list of the slots, None for one that nothing is put into.
    """
    batches = [*drawn, *(slots or [None] * len(step.stored))]
    used = [
        i for i, (batch, weight) in enumerate(zip(batches, step.weight, strict=True)) if batch is not None and weight
    ]
    several, weights = [batches[i] for i in used], [step.weight[i] for i in used]
    if carried is not None:
        several, weights = [*several, carried], [*weights, 1]
    fit_set = family.pool(several, weights)
    whole = used if carried is None and all(weight == 1 for weight in weights) else None
    return fit_set, [
        fit_set if present(batches, held) == whole else united(family, [batches[i] for i in held]) for held in step.keep
    ]


def present(batches: Sequence[Any], held: Sequence[int]) -> list[int]:
    """Those of some batches that exist."""
    return [i for i in held if batches[i] is not None]


def united(family: Any, batches: Sequence[Any]) -> Any:
    """Union of the batches that exist, None when none does."""
    there = [batch for batch in batches if batch is not None]
    return family.pool(there) if there else None
