"""Definitions 3, 4, 6, 7 and 8 for a Poisson law and for a Markov chain, of which less is known."""

from __future__ import annotations

from typing import Any

from collapse_theory.errors import NotDefined
from collapse_theory.meanings.categorical import diverging, falling, run, vanishing
from collapse_theory.meanings.gaussian import MEAN
from collapse_theory.meanings.long_run import fate_of, fate_theorem, long_run, shown, title
from collapse_theory.meanings.record import Over, Reading, Verdict
from collapse_theory.recursion import Recursion

EVERY: Over = "every model"
LARGE_COUNT = 10
"""Times the source's rate from which a count is far outside."""


def poisson(recursion: Recursion, t: int) -> Any:
    """Readings of definitions 3, 4, 6, 7 and 8 for a Poisson law, whose variance is its rate."""
    squared = diverging(recursion.squared_location_error.mean, t, "squared error of the rate")
    gone: dict[str, Verdict] = {"collapses": "yes"}
    variance = vanishing(recursion.rate.mean, t, "variance, the rate"), run(recursion, "variance, the rate", gone)
    tail = run(recursion, "mass of large counts", gone)
    told = "as in every run, by bounded convergence" if tail.verdict != "unknown" else tail.evidence
    return (
        (squared, run(recursion, "squared error of the rate", {"wanders": "unknown", "explodes": "yes"})),
        variance,
        (Reading("modes of the source", EVERY, "needs a mixture", "one Poisson law has one mode"),),
        (Reading(tail.what, MEAN, tail.verdict, told, None, tail.theorem), tail),
        _large_counts(recursion, t),
    )


def _large_counts(recursion: Recursion, t: int) -> tuple[Reading, ...]:
    """Mass of counts far above the source's: 0 in the end where the counts die out, else by Markov's inequality."""
    what, found = f"counts beyond {LARGE_COUNT} times the rate", long_run(recursion.rate.mean, t)
    fate, _ = fate_of(recursion)
    if fate is not None and fate.verdict == "collapses":
        return (Reading(what, MEAN, "no", "limit 0: counts die out in every run", 0.0, title(fate_theorem(recursion))),)
    if found.limit is None:
        return (Reading(what, MEAN, "unknown", found.told),)
    family: Any = recursion.family
    most = found.limit / (LARGE_COUNT * family.rate)
    return (
        Reading(what, MEAN, "bounded", f"at most {shown(most)} in the limit, by the mean rate", most, found.theorem),
    )


def markov_chain(recursion: Recursion, t: int) -> Any:
    """Readings of definitions 3, 4, 6, 7 and 8 for a Markov chain, whose modes are its states."""
    gone: dict[str, Verdict] = {"collapses": "yes"}
    few: dict[str, Verdict] = {"collapses": "unknown", "stationary": "unknown", "settles": "unknown"}
    return (
        (
            diverging(recursion.kl_rate_model_source.mean, t, "KL rate of model‖source"),
            diverging(recursion.kl_rate_source_model.mean, t, "KL rate of source‖model"),
        ),
        (vanishing(recursion.entropy_rate.mean, t, "entropy rate"), run(recursion, "entropy rate", gone)),
        (falling(recursion.state_count.mean, t, "states left"), run(recursion, "states left", few)),
        (falling(recursion.edge_count.mean, t, "transitions left"), run(recursion, "transitions left", gone)),
        (_invented_transitions(recursion),),
    )


def _invented_transitions(recursion: Recursion) -> Reading:
    what = "transitions new to the source"
    family: Any = recursion.family
    if family.smoothing is None and not recursion.sampling.honest:
        return Reading(what, EVERY, "unknown", "no theorem tells what the sampling brings in")
    if family.smoothing is None:
        return Reading(what, EVERY, "no", "impossible: no mass for what was not seen")
    try:
        missing = recursion.edge_count.source_value < recursion.state_count.source_value**2
    except NotDefined:
        return Reading(what, EVERY, "unknown", "the source's transitions are not counted")
    if missing:
        return Reading(what, EVERY, "yes", "smoothing gives mass to transitions that the source has not")
    return Reading(what, EVERY, "no", "impossible: all transitions are the source's")
