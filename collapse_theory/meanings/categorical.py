"""Definitions 3, 4, 6, 7 and 8 for a categorical law, whose modes are its types."""

from __future__ import annotations

import math
from typing import Any

from collapse_theory.curve import Curve
from collapse_theory.meanings.gaussian import MEAN, RUN, TO_MODEL, TO_SOURCE
from collapse_theory.meanings.long_run import SAME, exactly, fate_of, fate_theorem, long_run, shown, title
from collapse_theory.meanings.record import Over, Reading, Verdict
from collapse_theory.recursion import Recursion

EVERY: Over = "every model"


def readings(recursion: Recursion, t: int) -> Any:
    """Readings of definitions 3, 4, 6, 7 and 8 at a horizon."""
    return _diverging(recursion), diversity(recursion, t), _modes(recursion, t), _tail(recursion, t), _new(recursion)


def _of(recursion: Recursion) -> Any:
    """The categorical law of a recursion."""
    return recursion.family


def run(recursion: Recursion, what: str, verdicts: dict[str, Verdict]) -> Reading:
    """Reading along almost every run, by its fate."""
    fate, words = fate_of(recursion)
    verdict: Verdict = "unknown" if fate is None else verdicts.get(fate.verdict, "no")
    return Reading(what, RUN, verdict, words, None if fate is None else fate.value, title(fate_theorem(recursion)))


def vanishing(curve: Curve, t: int, what: str) -> Reading:
    """Whether a mean goes to 0."""
    found = long_run(curve, t)
    if found.limit is None:
        return Reading(what, MEAN, "unknown", found.told)
    verdict: Verdict = "yes" if found.limit == 0 else "no"
    source = shown(curve.quantity.source_value)
    return Reading(what, MEAN, verdict, f"{found.told}; the source's {source}", found.limit, found.theorem)


def falling(curve: Curve, t: int, what: str) -> Reading:
    """Whether a mean is below the source's in the long run, or at a generation where no limit is known."""
    found, source = long_run(curve, t), float(curve.quantity.source_value)
    value = found.limit if found.limit is not None else exactly(curve, t)
    if value is None:
        return Reading(what, MEAN, "unknown", "no exact curve")
    when = "in the limit" if found.limit is not None else f"at generation {t}"
    verdict: Verdict = "yes" if value < source * (1 - SAME) else "no"
    theorem = found.theorem or title(curve.theorem)
    return Reading(what, MEAN, verdict, f"{shown(value)} {when}; the source's {shown(source)}", value, theorem)


def diverging(curve: Curve, t: int, what: str) -> Reading:
    """Whether a mean goes to infinity."""
    found = long_run(curve, t)
    if found.limit is None and found.finite is None:
        return Reading(what, MEAN, "unknown", found.told)
    return Reading(what, MEAN, "no" if found.finite else "yes", found.told, found.limit, found.theorem)


def _diverging(recursion: Recursion) -> tuple[Reading, ...]:
    family = _of(recursion)
    source = family.probabilities.values
    least = float(source[source > 0].min())
    bound = math.log(1 / least)
    covered = bool((source > 0).all()) or (family.smoothing is None and recursion.sampling.honest)
    return (
        Reading("total variation", EVERY, "no", "at most 1 by definition", 1.0),
        Reading(TO_SOURCE, EVERY, "no", f"at most log(1/p) of the rarest type, {shown(bound)}", bound)
        if covered
        else Reading(TO_SOURCE, EVERY, "unknown", "the sampling may give mass where the source has none")
        if family.smoothing is None
        else Reading(TO_SOURCE, EVERY, "yes", "infinite: smoothing gives mass where the source has none", math.inf),
        _lost_for_ever(recursion),
        _lost_in_a_run(recursion),
    )


def _lost_for_ever(recursion: Recursion) -> Reading:
    """KL(source‖model) is infinite as soon as one run in all has lost a type."""
    curve = recursion.kl_source_model.mean
    found = long_run(curve, 1)
    if found.limit is None:
        return Reading(TO_MODEL, MEAN, "unknown", found.told)
    told = "infinite: one lost type in one run is enough" if found.limit == math.inf else found.told
    return Reading(TO_MODEL, MEAN, "no" if found.finite else "yes", told, found.limit, found.theorem)


def _lost_in_a_run(recursion: Recursion) -> Reading:
    fate, words = fate_of(recursion)
    if fate is None:
        return Reading(TO_MODEL, RUN, "unknown", words)
    if fate.verdict == "collapses":
        return Reading(TO_MODEL, RUN, "yes", "infinite once a type is lost, as it is in every run", math.inf)
    never, family = None, _of(recursion)
    if family.smoothing is None and not recursion.tableau.anchored and recursion.sampling.honest:
        finite: Any = recursion.kl_source_model.probability_finite
        never = exactly(finite, 1)
    if never is None:
        return Reading(TO_MODEL, RUN, "unknown", "the chance to lose a type is not known")
    verdict: Verdict = "yes" if never < 0.5 else "unknown"
    told = f"no type is lost in generation 1 in {shown(100 * never)} % of runs; what is lost is gone"
    return Reading(TO_MODEL, RUN, verdict, told, never)


def diversity(recursion: Recursion, t: int) -> tuple[Reading, ...]:
    """Definition 4: the Gini–Simpson diversity, the variance of a categorical law."""
    what = "diversity (Gini–Simpson)"
    return vanishing(recursion.gini_simpson.mean, t, what), run(recursion, what, {"collapses": "yes"})


def _modes(recursion: Recursion, t: int) -> tuple[Reading, ...]:
    lost: dict[str, Verdict] = {"collapses": "yes", "settles": "unknown", "stationary": "unknown"}
    mean = falling(recursion.support_size.mean, t, "types that can be given")
    if _of(recursion).smoothing is not None and mean.verdict == "no":
        lost = {}
    return mean, run(recursion, "types that can be given", lost)


def _tail(recursion: Recursion, t: int) -> tuple[Reading, ...]:
    """The rarer half of the types: its mass, and how many of them are left."""
    types = int(_of(recursion).probabilities.support)
    rank = max(types // 2, 1)
    if types < 2:
        return (Reading("rarer types", EVERY, "no", "the source has one type"),)
    mass, left = recursion.rank_tail_mass(rank), recursion.rank_tail_support(rank)
    name = f"types beyond rank {rank}"
    found = falling(mass.mean, t, f"mass of the {name}"), falling(left.mean, t, f"{name} left")
    fate, _ = fate_of(recursion)
    if fate is None or fate.verdict != "collapses":
        return (*found, run(recursion, f"mass of the {name}", {"settles": "unknown", "stationary": "unknown"}))
    share = found[0].value if recursion.sampling.honest else None
    if share is None:
        return (*found, Reading(f"mass of the {name}", RUN, "unknown", "one type is left; the chances are not known"))
    told = f"one type is left in the end, one of these in {shown(100 * share)} % of runs"
    return (*found, Reading(f"mass of the {name}", RUN, "yes" if share < 0.5 else "no", told, share))


def _new(recursion: Recursion) -> tuple[Reading, ...]:
    what = "types new to the source"
    family = _of(recursion)
    if (family.probabilities.values > 0).all() and (family.smoothing is not None or not recursion.sampling.honest):
        return (Reading(what, EVERY, "no", "impossible: all types of the vocabulary are the source's"),)
    if family.smoothing is None and recursion.sampling.honest:
        return (Reading(what, EVERY, "no", "impossible: no mass for what was not drawn"),)
    if family.smoothing is None:
        return (Reading(what, EVERY, "unknown", "the sampling may give mass where the source has none"),)
    return (Reading(what, EVERY, "yes", "smoothing gives mass to types of probability 0 in the source"),)
