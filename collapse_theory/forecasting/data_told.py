"""What a regime does with the points of a generation, read from its tableau and told in plain words."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from collapse_theory.forecasting.words import counted_sizes
from collapse_theory.recursion import Recursion
from collapse_theory.tableau.step import FIRST_SLOT, MODEL, REAL, Step, absent


@dataclass(frozen=True)
class Data:
    """The data of a recursion's generations.

    Parameters
    ----------
    recursion : Recursion
        Whose regime and sample sizes these are.
    last : int
        Generation at which sizes that grow are told.
    """

    recursion: Recursion
    last: int

    @cached_property
    def first(self) -> Step:
        """Generation 1."""
        return self.recursion.regime.step(1, self.recursion.sizes)

    @property
    def later(self) -> Step:
        """A typical generation."""
        return self.recursion.tableau

    @property
    def opening(self) -> int:
        """Generations before those that are all alike."""
        return self.recursion.regime.opening or 0

    @property
    def renewed(self) -> bool:
        """Whether new real points never cease to come."""
        return self.later.anchored

    @cached_property
    def renewed_until(self) -> int:
        """Last generation, from the second on, into which new real points come where they cease; else 0."""
        if self.renewed:
            return 0
        steps = ((t, self.recursion.regime.step(t, self.recursion.sizes)) for t in range(2, self.opening + 1))
        return max((t for t, step in steps if step.anchored), default=0)

    @property
    def holding(self) -> int | None:
        """The stored slot, as a batch, that keeps what it holds and has a weight in the fit."""
        kept = (batch for batch, batches in enumerate(self.later.keep, start=FIRST_SLOT) if batch in batches)
        return next((batch for batch in kept if not absent(self.later.counts[batch], self.later.weight[batch])), None)

    @property
    def pooled(self) -> bool:
        """Whether what is drawn joins all that were drawn before."""
        return self.holding is not None and MODEL in self.later.keep[self.holding - FIRST_SLOT] and self.drawing

    @property
    def carried(self) -> bool:
        """Whether the model before has a weight in the fit."""
        return not absent(self.later.carried)

    @property
    def drawing(self) -> bool:
        """Whether later generations draw points at all."""
        return not (absent(self.later.drawn[REAL]) and absent(self.later.drawn[MODEL]))

    @property
    def held_from(self) -> int | None:
        """Generation from which on nothing that a model can give is lost; None where there is no such generation."""
        if self.carried:
            return 1
        return None if self.holding is None or self.later.subsample is not None else max(1, self.opening)

    @property
    def window(self) -> int:
        """Generations whose points are fitted, where older ones are thrown away; else 1."""
        weights = self.later.weight[FIRST_SLOT:]
        return 1 if self.holding is not None else 1 + sum(not absent(1, weight) for weight in weights)

    @property
    def even(self) -> bool:
        """Whether every point that is fitted counts the same."""
        step, drawn = self.later, range(FIRST_SLOT)
        batches = enumerate(zip(step.weight, step.counts, strict=True))
        weights = {float(w) for batch, (w, count) in batches if not absent(count, 1 if batch in drawn else w)}
        return not self.carried and len(weights) == 1

    @property
    def alone(self) -> bool:
        """Whether a generation is fitted to its own points only, all with the same weight."""
        return self.even and self.holding is None and self.window == 1 and self.later.subsample is None

    def drawn_told(self, what: str) -> str:
        """What the generations draw, ``what`` in the plural, and what they join it to."""
        return f"{self._drawn(what)}{self._joined(what)}"

    def shares_told(self, start: str, parts: str) -> str:
        """Of what the parts of the model are the shares, as the end of the sentence about what is drawn."""
        if self.alone and not self._by_chance():
            return f", whose shares{start} are its {parts}."
        pool = "this pool" if self.pooled else "all of these"
        if self.later.subsample is not None:
            pool = "this sample"
        elif self.alone or not (self.drawing or self.carried):
            pool = "these"
        elif not self.even:
            pool = "all of these, so weighed,"
        return f": the shares{start} {'of' if start else 'in'} {pool} are {'its' if self.drawing else 'the'} {parts}."

    def missing_told(self, unit: str) -> str:
        """What becomes of a type that a generation lacks."""
        a, kept = f"A {unit}", "drawn, or does not pass," if self.later.thinned else "drawn"
        pool = "pool" if self.pooled else "real set"
        if self.later.subsample is not None:
            lost = "" if self.renewed else " One that generation 1 does not draw is lost for good."
            return f"{a} that is not in the sample is missing, and may come back from the pool.{lost}"
        if self.held_from is not None and self.renewed:
            return f"{a} that the {pool} lacks is missing until real data bring it; what is in the {pool} stays."
        if self.carried:
            later = "a later generation does not draw" if self.drawing else f"generation {self.opening} does not draw"
            return (
                f"{a} that generation 1 does not draw is lost. One that {later} is not, but keeps only "
                f"{self._weight(self.later.carried)} of its share{'' if self.drawing else ', each time'}."
            )
        if self.held_from is not None:
            stays = f"what is in the {pool} stays" if self.drawing and self.opening <= 1 else "the others stay"
            return f"{a} that generation {self.held_from} does not draw is lost; {stays}."
        if self.renewed:
            return f"{a} that is not {kept} is missing, and may come back with real data."
        if self.renewed_until:
            return (
                f"{a} that is not {kept} is missing; it may come back with real data, of which the last are those of "
                f"generation {self.renewed_until}, and is lost after that."
            )
        if self.window > 1:
            return f"{a} that none of the newest {self.window} generations draws is lost."
        return f"{a} that is not {kept} is lost."

    def real_told(self, law: str, what: str) -> str:
        """What real points are taken to be, where some come in later generations or are kept: they follow a law."""
        held = self.holding is not None and REAL in self.first.keep[self.holding - FIRST_SLOT] and not self.pooled
        if not (self.renewed or self.renewed_until or held):
            return ""
        screened = "" if self.later.screen is None else ", before the detector throws some away"
        return f" Real {what} are taken to follow {law}{screened}."

    def _drawn(self, what: str) -> str:
        sizes, t = self.recursion.sizes, self.opening
        first = self.first.drawn[REAL] + self.first.drawn[MODEL]
        if not self.drawing:
            later = f"{sizes(t)} {'more' if sizes(t) == first else what}"
            return f"Generation 1 draws {counted_sizes(first, first, what)}, and generation {t} {later}"
        if first != sizes(1):
            later = counted_sizes(sizes(2), sizes(max(self.last, 2)), what)
            return f"Generation 1 draws {counted_sizes(first, first, what)}, every later one {later}"
        draws = counted_sizes(sizes(1), sizes(max(self.last, 1)), what)
        return f"Each generation draws {draws}{self._by_chance()}"

    def _by_chance(self) -> str:
        """What a detector lets pass, where numbers of points are random for it, and how likely a point is real."""
        step, told = self.later, []
        if step.thinned:
            passing = sum(float(count * chance) for count, chance in zip(step.drawn, step.kept, strict=True))
            told.append(f"of which the detector lets {_percent(passing / float(sum(step.drawn)))} pass on average")
        if not absent(step.share):
            told.append("all of them real" if step.share == 1 else f"each real with a chance of {_percent(step.share)}")
        since = f" (from generation {self.opening + 1} on)" if told and self.opening else ""
        return "".join(f", {one}" for one in told) + since

    def _joined(self, what: str) -> str:
        """What is fitted beside the points that are drawn."""
        step = self.later
        if not self.drawing:
            kept = (
                f", beside the model before, which has {self._weight(step.carried)} of the weight"
                if self.carried
                else ""
            )
            return f", to which that one and all later ones are fitted{kept}"
        if step.subsample is not None:
            again = "with" if step.subsample.replacement else "without"
            fitted = f"is fitted to {self._sampled(what)} of this pool, drawn {again} replacement"
            return f", which join all that were drawn before, and {fitted}"
        if self.pooled:
            return " and joins them to all that were drawn before"
        if self.carried:
            return f", and the model before has {self._weight(step.carried)} of the weight beside them"
        if self.holding is not None:
            count, weight = step.counts[self.holding], step.weight[self.holding]
            have = "has" if count == 1 else "have"
            weighed = "" if self.even else f", which {have} {self._weight(weight * count)} of the weight"
            return f" and joins them to the {_ones(count)} of generation 1{weighed}"
        if self.window > 1:
            before = (
                f"those of the {self.window - 1} generations before" if self.window > 2 else "those of the one before"
            )
            return f" and joins them to {before}"
        if not self.even:
            count = step.drawn[REAL]
            have = "has" if count == 1 else "have"
            return f", of which the {_ones(count)} {have} {self._weight(step.weight[REAL] * count)} of the weight"
        return ""

    def _sampled(self, what: str) -> str:
        """How many points of the pool are fitted."""
        steps = (self.recursion.regime.step(t, self.recursion.sizes).subsample for t in (2, max(self.last, 2)))
        first, last = (step.size for step in steps if step is not None)
        return counted_sizes(first, last, what) if first == last else "as many"

    def _weight(self, part: Any) -> str:
        """Share of a part of the fit set in its whole weight."""
        return _percent(part / self.later.fitted)


def _ones(count: Any) -> str:
    return "real one" if count == 1 else f"{count} real ones"


def _percent(share: Any) -> str:
    return f"{100 * float(share):.3g} %"
