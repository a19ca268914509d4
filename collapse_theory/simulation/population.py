r"""The loop without noise: what a run becomes as its samples grow without bound, in fixed proportions.

Every batch is what its model is in expectation, and the counts of the tableau are proportions. So a run is one path,
the same for all, and mean, median and every quantile are its values.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from collapse_theory.errors import NoClosedForm
from collapse_theory.simulation.fit_set import pooled, united

WITHOUT_DIVISOR = 2.0**900
"""Kish's size of a sample in which the divisor no longer counts."""
MANY = 2.0**200
"""Points in place of one, so many that smoothing and a posterior's noise are lost in rounding."""
FARTHEST = 10**6
"""Most generations that are followed."""


def path(recursion: Any, generations: Any) -> Iterator[Any]:
    """States of one replicate at ascending generations.

    Raises
    ------
    NotDefined
        For a family or a sampling without a batch in expectation.
    NoClosedForm
        Beyond ``FARTHEST`` generations.
    OverflowError
        Where a model leaves the floats.
    """
    asked = [int(t) for t in generations]
    if asked and asked[-1] > FARTHEST:
        raise NoClosedForm(f"the loop without noise is followed through {FARTHEST} generations, not {asked[-1]}")
    family = recursion.family
    source = family.source(1)
    slots: list[Any] = []
    state, t = source, 0
    for wanted in asked:
        while t < wanted:
            t += 1
            with np.errstate(over="ignore", invalid="ignore"):
                state, slots = _refitted(recursion, t, source, state, slots)
            _check_finite(recursion, state, t)
        yield family.kept(state)


def _check_finite(recursion: Any, state: Any, t: int) -> None:
    for part in state:
        if part.dtype.kind == "f" and (np.any(np.isnan(part)) or np.any(part == np.inf)):
            raise OverflowError(
                f"the loop without noise of {recursion!r} leaves the floats by t = {t}: ask for an earlier generation, "
                "or for population.log(t) of a quantity that has a closed form"
            )


def _refitted(recursion: Any, t: int, source: Any, state: Any, slots: list[Any]) -> tuple[Any, list[Any]]:
    family, step = recursion.family, recursion.regime.step(t, recursion.sizes)
    sampling = recursion.sampling if t > 1 else recursion.sampling.of_real
    if step.screen is not None:
        raise NoClosedForm(f"{recursion.regime!r} has no batch of real points without noise")
    real, model = (MANY * float(count) * float(chance) for count, chance in zip(step.drawn, step.kept, strict=True))
    if step.share:
        real, model = model * float(step.share), model * (1 - float(step.share))
    drawn = [
        family.expected(source, real) if real else None,
        sampling.expected(family, state, model) if model else None,
    ]
    # A random composition is one batch, the model's.
    batches = [None, united(family, drawn)] if step.share else drawn
    carried = family.expected(state, MANY * float(step.carried)) if step.carried else None
    fit_set, stored = pooled(family, step, batches, slots, carried)
    return family.fit(fit_set, WITHOUT_DIVISOR, state, np.random.default_rng(0)), stored
