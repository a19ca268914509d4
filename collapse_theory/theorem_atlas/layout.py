"""What the atlas shows, on a terminal as in a notebook: letters of cells, sections of details, and words beneath."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from collapse_theory.theorem import ROADS
from collapse_theory.theorem_atlas.rows import CORE, HONEST, SIMULATION, UNDEFINED, Pair, Row
from collapse_theory.theorem_atlas.survey import SIZES, written

if TYPE_CHECKING:
    from collapse_theory.theorem_atlas.report import Atlas

MORE = "+"
LETTERS: Mapping[str, str] = {
    "closed form": "C",
    "recurrence": "R",
    "exact numeric": "E",
    "bound": "b",
    "asymptotic": "a",
    SIMULATION: "·",
    MORE: MORE,
    UNDEFINED: "×",
}
"""What a cell says of a statistic; capitals are exact."""
MEANING: Mapping[str, str] = {MORE: "further statistics"}


def roads(atlas: Atlas, pair: Pair, quantity: str) -> tuple[str, ...]:
    """The best roads of a cell, one for each statistic that is shown, and a mark for what else is known."""
    if not pair.defined:
        return (UNDEFINED,)
    rows = cell(atlas, pair).get(quantity, {})
    best = tuple(rows[statistic].best for statistic in atlas.shown if statistic in rows)
    return (*best, MORE) if len(atlas.shown) > 1 and further(atlas, rows) else best


def cell(atlas: Atlas, pair: Pair) -> Mapping[str, Mapping[str, Row]]:
    """Rows of a pair by quantity and statistic."""
    return atlas.cell(pair.family, pair.regime, pair.sampling)


def further(atlas: Atlas, rows: Mapping[str, Row]) -> tuple[str, ...]:
    """Statistics of a quantity, beyond those that all have and those that are shown, about which a theorem is known."""
    return tuple(statistic for statistic in rows if statistic not in (*CORE, *atlas.shown))


def across(atlas: Atlas, pair: Pair) -> str:
    """What a column of an overview is for: the regime, or the sampling where there are several."""
    return pair.sampling if len(atlas.samplings) > 1 and len(atlas.regimes) == 1 else pair.regime


def shown_families(atlas: Atlas) -> tuple[str, ...]:
    """Families that have a table: under a sampling, those that go with it."""
    return tuple(
        family for family in atlas.families if atlas.honest or any(pair.defined for pair in _of(atlas, family))
    )


def _of(atlas: Atlas, family: str) -> list[Pair]:
    return [pair for pair in atlas.pairs if pair.family == family]


def key(atlas: Atlas) -> dict[str, str]:
    """Letters and what they mean, those that the overview has."""
    cells = ((pair, name) for pair in atlas.pairs for name in ("", *cell(atlas, pair)))
    marks = {road for pair, name in cells for road in roads(atlas, pair, name)}
    return {road: MEANING.get(road, road) for road in LETTERS if road in marks}


def key_of_samplings(atlas: Atlas) -> dict[str, str]:
    """Letters of the table of samplings and what they mean."""
    marks = {road for family in atlas.families for one in atlas.samplings for road in anywhere(atlas, family, one)}
    meaning = {SIMULATION: "simulation alone"}
    return {road: meaning.get(road, road) for road in LETTERS if road in marks}


def anywhere(atlas: Atlas, family: str, sampling: str) -> tuple[str, ...]:
    """Roads by which anything at all is known of a family under a sampling, in any regime."""
    if not any(pair.defined for pair in _of(atlas, family) if pair.sampling == sampling):
        return (UNDEFINED,)
    rows = [row for row in atlas.rows if (row.family, row.sampling) == (family, sampling)]
    known = {way.theorem.road for row in rows for way in row.ways}
    return tuple(road for road in ROADS if road in known) or (SIMULATION,)


def legend(atlas: Atlas) -> str:
    """What a cell of the overview says, in words."""
    if len(atlas.shown) > 1:
        *others, last = atlas.shown
        quantiles = "the distribution gives quantiles, too"
        letters = f"The letters of a cell stand for {', '.join(others)} and {last}; {quantiles}."
        if not atlas.honest:
            letters += " A population has a letter where a theorem is known; elsewhere the loop without noise answers."
    else:
        letters = f"The letter of a cell stands for the {atlas.shown[0]}."
    sampled = "" if atlas.honest else ", of the sampling"
    return (
        f"{letters} A letter is the best road that is known for any example of family and regime{sampled} and any "
        "sample size that was tried. Choose a quantity, or a family with a regime, to see conditions and sources. "
        f"{sampling(atlas)}"
    )


def legend_of_samplings() -> str:
    """What a cell of the table of samplings says, in words."""
    return (
        "A cell has the roads by which any statistic of any quantity is known in any regime. Choose a sampling to see "
        "them by quantity and regime, and with it a family and a regime, or a quantity, to see conditions and sources."
    )


def sampling(atlas: Atlas) -> str:
    """How points are drawn from the models of the rows."""
    if atlas.honest:
        return f"Sampling: {HONEST} draws."
    return f"Sampling: {', '.join(atlas.samplings)}; the points of generation 1 are real and never sampled."


Groups = tuple[tuple[tuple[str, ...], Row], ...]
"""Statistics that are known in the same ways, each group with the first of its rows."""


@dataclass(frozen=True)
class Section:
    """The details of one pair: quantities with what is known of their statistics, and those left to simulation."""

    title: str
    told: str
    known: tuple[tuple[str, Groups], ...] = ()
    simulated: tuple[str, ...] = ()


def sections(atlas: Atlas) -> Iterator[Section]:
    """The pairs of the atlas that it has rows of, or a reason why not; once for a family that has not the sampling."""
    missing = dict(without(atlas))
    for pair in atlas.pairs:
        if not pair.defined:
            where = _outside(atlas, pair)
            if where in missing:
                yield Section(where, missing.pop(where))
            continue
        known, simulated = [], []
        for name, rows in cell(atlas, pair).items():
            if any(row.ways for row in rows.values()):
                known.append((name, merged(rows)))
            else:
                simulated.append(name)
        if known or simulated:
            yield Section(pair.name, pair.reason, tuple(known), tuple(simulated))


def without(atlas: Atlas) -> Iterator[tuple[str, str]]:
    """What is not defined, and why: a pair, or a family that goes with a sampling in no regime."""
    told: dict[str, list[Pair]] = {}
    for pair in atlas.undefined:
        told.setdefault(_outside(atlas, pair), []).append(pair)
    for name, pairs in told.items():
        yield name, f"{UNDEFINED}: {pairs[0].reason}"


def _outside(atlas: Atlas, pair: Pair) -> str:
    """Name of an undefined pair, without the regime where the sampling has none with this family."""
    if pair.sampling == HONEST:
        return pair.name
    somewhere = any(one.defined for one in _of(atlas, pair.family) if one.sampling == pair.sampling)
    return pair.name if somewhere else f"{pair.family}, {pair.sampling}"


def merged(rows: Mapping[str, Row]) -> Groups:
    """Statistics of a quantity that are known in the same ways, together, each with the first of their rows."""
    groups: dict[Any, list[str]] = {}
    for statistic, row in rows.items():
        groups.setdefault(row.ways, []).append(statistic)
    return tuple(
        (tuple(group), rows[group[0]]) for group in sorted(groups.values(), key=lambda one: not rows[one[0]].ways)
    )


def notes(atlas: Atlas) -> list[str]:
    """What the details count: the sample sizes that were tried, and the examples."""
    sizes = ", ".join(map(written, SIZES))
    lines = [
        f"Tried with samples of n_t = {sizes}; a theorem without a remark holds for all of them. {sampling(atlas)}"
    ]
    named = dict.fromkeys(
        name for pair in atlas.pairs for name in (pair.family, pair.regime, pair.sampling) if pair.defined
    )
    names = (*atlas.families, *atlas.regimes, *atlas.samplings)
    counted = {name: atlas.examples(name) for name in names if name in named and name != HONEST}
    for name, examples in counted.items():
        if len(examples) == 1 and not examples[0].endswith("()"):
            lines.append(f"Example of {name}: {examples[0]}")
        if len(examples) > 1:
            lines.append(f"Examples of {name}:")
            lines += [f"  {number}  {example}" for number, example in enumerate(examples, 1)]
    return lines


def foldable(name: str) -> str:
    """A name of several words in lines of some 18 characters, broken after an underscore."""
    lines = [""]
    for word in name.replace("_", "_ ").split(" "):
        if lines[-1] and len(lines[-1]) + len(word) > 18:
            lines.append("")
        lines[-1] += word
    return "\n".join(lines)
