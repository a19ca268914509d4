"""The survey behind the atlas: which theorems hold for the examples of a family in a regime, under a sampling."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from collapse_theory import families, schedules
from collapse_theory.errors import NotDefined
from collapse_theory.families import Family
from collapse_theory.recursion import Recursion
from collapse_theory.regimes import Regime
from collapse_theory.sampling import Honest, Sampling
from collapse_theory.theorem import Theorem
from collapse_theory.theorem_atlas.rows import CORE, HONEST, Pair, Row, Way, answered, ordered

SIZES: tuple[schedules.Schedule, ...] = (
    schedules.as_schedule(12),
    schedules.power(12, 1),
    schedules.as_schedule(10**6),
    schedules.geometric(12, 2),
)
"""Sample sizes: small, growing so slowly that sum 1/n_t is infinite, large, and growing so fast that it is finite."""
EVERYWHERE = 2
"""So many sizes are tried with every example of the regime, the others with the first one that a theorem fits."""


@dataclass(frozen=True)
class Setting:
    """A recursion that exists: numbers of the examples of its parts, from 1; index of the sample size."""

    member: int
    way: int
    place: int
    size: int
    recursion: Recursion


@dataclass(frozen=True)
class Survey:
    """A pair and its examples.

    Parameters
    ----------
    family, regime : str
        Names in kebab-case.
    members : tuple of Family
        The family's examples.
    data : tuple of Regime
        The regime's examples.
    sampling : str
        Name of the sampling in kebab-case.
    samplings : tuple of tuple of Sampling, optional
        For each member the sampling's examples; honest draws by default.
    """

    family: str
    regime: str
    members: tuple[Family, ...]
    data: tuple[Regime, ...]
    sampling: str = HONEST
    samplings: tuple[tuple[Sampling, ...], ...] = ()

    def run(self) -> tuple[Pair, tuple[Row, ...]]:
        """The pair, and its rows: one for each statistic of each quantity and time of the family."""
        lacking = self._lacking()
        settings: list[Setting] = []
        refusals: dict[tuple[int, int, int], str] = {}
        for member, drawn in enumerate(self._drawn, 1):
            for way in range(1, len(drawn) + 1):
                if lacking:
                    refusals[member, way, 1] = lacking
                    continue
                first = len(settings)
                for place in range(1, len(self.data) + 1):
                    found = self._possible(member, way, place, range(EVERYWHERE), refusals)
                    if not found or len(settings) == first:
                        found += self._possible(member, way, place, range(EVERYWHERE, len(SIZES)), refusals)
                    settings += found
        axes = {
            "refused": _refused({one.member for one in settings}, {key[0]: why for key, why in refusals.items()}),
            "refused_samplings": _refused(
                {one.way for one in settings}, {key[1]: why for key, why in refusals.items()}
            ),
            "refused_regimes": _refused(
                {one.place for one in settings}, {key[2]: why for key, why in refusals.items()}
            ),
        }
        pair = Pair(
            self.family,
            self.regime,
            examples=tuple(map(repr, self.members)),
            regimes=tuple(map(repr, self.data)),
            sampling=self.sampling,
            samplings=tuple(self._written()),
            **axes,
        )
        return pair, tuple(self._rows(settings)) if settings else ()

    @property
    def _drawn(self) -> tuple[tuple[Sampling, ...], ...]:
        return self.samplings or ((Honest(),),) * len(self.members)

    def _lacking(self) -> str:
        """Why the family goes with the sampling in no regime, where it lacks a verb; else empty."""
        wrong = []
        for member, drawn in zip(self.members, self._drawn, strict=True):
            for one in drawn:
                try:
                    one.check_verbs(member, families.having)
                except NotDefined as refusal:
                    wrong.append(str(refusal))
                else:
                    return ""
        return wrong[0] if wrong else ""

    def _written(self) -> Iterator[str]:
        """The examples of the sampling as code, those of the first member where every member has its own."""
        for way, one in enumerate(self._drawn[0]):
            same = all(drawn[way : way + 1] == (one,) for drawn in self._drawn)
            yield repr(one) if same else f"{one!r} for family example 1, and so on"

    def _possible(
        self, member: int, way: int, place: int, sizes: Iterable[int], refusals: dict[tuple[int, int, int], str]
    ) -> list[Setting]:
        """Recursions of one example of each axis; where there are none, why: nonsense before bad sizes."""
        found: list[Setting] = []
        wrong: dict[bool, str] = {}
        for size in sizes:
            try:
                recursion = Recursion(
                    self.members[member - 1],
                    self.data[place - 1],
                    sample_size=SIZES[size],
                    sampling=self._drawn[member - 1][way - 1],
                )
            except (NotDefined, ValueError) as refusal:
                wrong.setdefault(isinstance(refusal, ValueError), str(refusal))
            else:
                found.append(Setting(member, way, place, size, recursion))
        if not found:
            refusals.setdefault((member, way, place), wrong[min(wrong)])
        return found

    def _rows(self, settings: Sequence[Setting]) -> Iterator[Row]:
        about: dict[str, dict[Theorem, list[Setting]]] = {}
        for setting in settings:
            roles = setting.recursion.family.roles
            for theorem in setting.recursion.theorems:
                theorems = about.setdefault(roles.get(theorem.quantity, theorem.quantity), {})
                theorems.setdefault(theorem, []).append(setting)
        family = self.members[settings[0].member - 1]
        for name in (*family.measures, *family.times):
            answers: dict[str, list[Way]] = {statistic: [] for statistic in CORE}
            for theorem, held in about.get(name, {}).items():
                way = self._way(theorem, held, settings)
                for statistic in answered(theorem, time=name in family.times):
                    answers.setdefault(statistic, []).append(way)
            for statistic in (*CORE, *sorted(answers.keys() - {*CORE})):
                yield Row(
                    self.family, self.regime, name, statistic, ordered(answers[statistic], statistic), self.sampling
                )

    def _way(self, theorem: Theorem, held: Sequence[Setting], settings: Sequence[Setting]) -> Way:
        """The theorem with the examples and sample sizes for which it holds, out of those that are defined."""
        members, ways, places = ({getattr(one, axis) for one in held} for axis in ("member", "way", "place"))
        tried = [one for one in settings if one.member in members and one.way in ways and one.place in places]
        if not any(one.size >= EVERYWHERE for one in tried):
            added = self._possible(held[0].member, held[0].way, held[0].place, range(EVERYWHERE, len(SIZES)), {})
            tried += added
            held = [*held, *(one for one in added if theorem.holds(one.recursion))]
        return Way(
            theorem,
            examples=tuple(sorted(members)),
            every_example=members == {one.member for one in settings},
            regimes=tuple(sorted(places)),
            every_regime=places == {one.place for one in settings},
            samplings=tuple(sorted(ways)),
            every_sampling=ways == {one.way for one in settings},
            sizes=in_words({one.size for one in held}, {one.size for one in tried}),
        )


def _refused(found: set[int], why: dict[int, str]) -> tuple[tuple[int, str], ...]:
    """Numbers of the examples of which there is no recursion, with a reason."""
    return tuple((number, reason) for number, reason in sorted(why.items()) if number not in found)


def in_words(held: set[int], tried: set[int]) -> str:
    """What the sample sizes for which a theorem holds have in common, out of those that were tried; empty for all."""
    constant = {size for size in tried if SIZES[size].constant}
    growing = tried - constant
    if held == tried:
        return ""
    if held <= growing:
        parts = ["samples that grow"] if constant else []
        return ", ".join([*parts, *_except(growing - held)])
    parts = ["one sample size"] if growing and held <= constant else _except(growing - held)
    return ", ".join([*parts, *_except(constant - held)])


def _except(missing: set[int]) -> list[str]:
    """What was tried in vain, in words; nothing where all was well."""
    return [f"not n_t = {' or '.join(written(SIZES[size]) for size in sorted(missing))}"] if missing else []


def written(size: schedules.Schedule) -> str:
    """A sample size as code, without the module."""
    return f"{size(1):,}".replace(",", " ") if size.constant else repr(size).removeprefix("ct.schedules.")
