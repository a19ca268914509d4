"""What the atlas shows, on a terminal as in a notebook: letters of cells, sections of details, and words beneath."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

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
    rows = atlas.cell(pair.family, pair.regime).get(quantity, {})
    best = tuple(rows[statistic].best for statistic in atlas.shown if statistic in rows)
    return (*best, MORE) if len(atlas.shown) > 1 and further(rows) else best


def further(rows: Mapping[str, Row]) -> tuple[str, ...]:
    """Statistics of a quantity, beyond those that all have, about which a theorem is known."""
    return tuple(statistic for statistic in rows if statistic not in CORE)


def key(atlas: Atlas) -> dict[str, str]:
    """Letters and what they mean, those that the overview has."""
    cells = ((pair, name) for pair in atlas.pairs for name in ("", *atlas.cell(pair.family, pair.regime)))
    marks = {road for pair, name in cells for road in roads(atlas, pair, name)}
    return {road: MEANING.get(road, road) for road in LETTERS if road in marks}


def legend(atlas: Atlas) -> str:
    """What a cell of the overview says, in words."""
    if len(atlas.shown) > 1:
        *others, last = atlas.shown
        letters = (
            f"The letters of a cell stand for {', '.join(others)} and {last}; the distribution gives quantiles, too."
        )
    else:
        letters = f"The letter of a cell stands for the {atlas.shown[0]}."
    return (
        f"{letters} A letter is the best road that is known for any example of family and regime and any sample size "
        "that was tried. Choose a quantity, or a family with a regime, to see conditions and sources. "
        f"{sampling(atlas)}"
    )


def sampling(atlas: Atlas) -> str:
    """How points are drawn from the models of the rows."""
    ways = dict.fromkeys(row.sampling for row in atlas.rows) or (HONEST,)
    return f"Sampling: {', '.join(ways)} draws."


Groups = tuple[tuple[tuple[str, ...], Row], ...]
"""Statistics that are known in the same ways, each group with the first of its rows."""


@dataclass(frozen=True)
class Section:
    """The details of one pair: quantities with what is known of their statistics, and those left to simulation."""

    pair: Pair
    known: tuple[tuple[str, Groups], ...]
    simulated: tuple[str, ...]


def sections(atlas: Atlas) -> Iterator[Section]:
    """The pairs of the atlas that it has rows of, or a reason why not."""
    for pair in atlas.pairs:
        known, simulated = [], []
        for name, rows in atlas.cell(pair.family, pair.regime).items():
            if any(row.ways for row in rows.values()):
                known.append((name, merged(rows)))
            else:
                simulated.append(name)
        if known or simulated or not pair.defined:
            yield Section(pair, tuple(known), tuple(simulated))


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
    named = dict.fromkeys(name for pair in atlas.pairs for name in (pair.family, pair.regime) if pair.defined)
    counted = {name: atlas.examples(name) for name in (*atlas.families, *atlas.regimes) if name in named}
    for name, examples in counted.items():
        if len(examples) == 1 and not examples[0].endswith("()"):
            lines.append(f"Example of {name}: {examples[0]}")
        if len(examples) > 1:
            lines.append(f"Examples of {name}:")
            lines += [f"  {number}  {example}" for number, example in enumerate(examples, 1)]
    return lines


def said(pair: Pair) -> str:
    """Why the pair, or some of the examples, are not defined."""
    return pair.reason if pair.defined else f"{UNDEFINED}: {pair.reason}"


def foldable(name: str) -> str:
    """A name of several words in lines of some 18 characters, broken after an underscore."""
    lines = [""]
    for word in name.replace("_", "_ ").split(" "):
        if lines[-1] and len(lines[-1]) + len(word) > 18:
            lines.append("")
        lines[-1] += word
    return "\n".join(lines)
