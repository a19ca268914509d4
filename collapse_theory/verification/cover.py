"""Few recursions that between them show every theorem in every kind of regime."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Sequence

from collapse_theory.recursion import Recursion
from collapse_theory.theorem import Theorem
from collapse_theory.verification.confront import confronted
from collapse_theory.verification.settings import Depth

SHOWN: dict[Depth, int | None] = {"quick": 1, "default": 1, "deep": None}
"""How many recursions show the same; None for all there are."""


def cover(recursions: Sequence[Recursion], depth: Depth, extra: tuple[Theorem, ...] = ()) -> list[Recursion]:
    """The recursions, in their order, each of which shows something that too few before it have shown.

    A recursion shows a theorem about a kind of family in a kind of regime, with one sample size or a changing one; and
    a kind of family in a regime of these parameters, which is a regime of its own: with refill or without. In a quick
    look it is enough that a theorem is seen of each kind of family, and a regime of these parameters with any of them.
    """
    most = SHOWN[depth]
    if most is None:
        return list(recursions)
    quick = depth == "quick"
    shown: Counter[Hashable] = Counter()
    chosen = []
    for recursion in recursions:
        shows = _shows(recursion, extra, quick=quick)
        if any(shown[one] < most for one in shows):
            chosen.append(recursion)
            shown.update(shows)
    return chosen


def _shows(recursion: Recursion, extra: tuple[Theorem, ...], *, quick: bool) -> list[Hashable]:
    family, regime = type(recursion.family), type(recursion.regime)
    theorems = confronted(recursion, extra)
    if not theorems:
        return []
    if quick:
        return [*((theorem, family) for theorem in theorems), recursion.regime, (family, type(recursion.sampling))]
    shows: list[Hashable] = [(theorem, family, regime, recursion.sizes.constant) for theorem in theorems]
    return [*shows, (family, recursion.regime), (family, recursion.sampling)]
