"""Definitions 3, 4, 6, 7 and 8 for families of which only means are read: divergences, a risk, a variance."""

from __future__ import annotations

from typing import Any

from collapse_theory.families import Exponential, MultivariateGaussian, NormalMean, Pareto
from collapse_theory.meanings.categorical import diverging, vanishing
from collapse_theory.meanings.counts import EVERY
from collapse_theory.meanings.gaussian import MEAN, TO_MODEL, TO_SOURCE
from collapse_theory.meanings.record import Reading
from collapse_theory.recursion import Recursion

RISKS = {"excess_risk": "excess risk", "kl_model_source": TO_SOURCE, "kl_source_model": TO_MODEL}
"""Quantities that may go to infinity, and their words."""
ONE_MODE = (MultivariateGaussian, NormalMean, Exponential, Pareto)


def readings(recursion: Recursion, t: int) -> Any:
    """Readings at a horizon: of what the family has, and otherwise that none is written."""
    family = recursion.family
    unread = (Reading("not read", MEAN, "unknown", f"no reading is written for {type(family).__name__}"),)
    risks = tuple(
        diverging(recursion.watch(name).mean, t, what) for name, what in RISKS.items() if name in family.measures
    )
    fixed = (Reading("variance", EVERY, "no", "it is known, and the source's"),)
    spread = family.roles.get("spread", "variance")
    falling = (vanishing(recursion.watch(spread).mean, t, spread),) if spread in family.measures else unread
    one = (Reading("modes of the source", EVERY, "needs a mixture", "the law has one mode"),)
    falling = fixed if isinstance(family, NormalMean) else falling
    return risks or unread, falling, one if isinstance(family, ONE_MODE) else unread, unread, unread
