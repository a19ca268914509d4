"""The atlas in a notebook: HTML that reads on light and dark ground."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from html import escape
from typing import TYPE_CHECKING

from collapse_theory.palette import BLUE, GREEN, ORANGE, PURPLE
from collapse_theory.theorem_atlas.layout import (
    LETTERS,
    Groups,
    further,
    key,
    legend,
    notes,
    roads,
    said,
    sections,
)
from collapse_theory.theorem_atlas.rows import SIMULATION, Pair, Way

if TYPE_CHECKING:
    from collapse_theory.theorem_atlas.report import Atlas

COLOURS: Mapping[str, str] = {
    "closed form": GREEN,
    "recurrence": BLUE,
    "exact numeric": PURPLE,
    "bound": ORANGE,
    "asymptotic": ORANGE,
}
FAINT = "opacity:0.65"
LEFT = "text-align:left;vertical-align:top;padding:0.1em 1em 0.1em 0"
NARROW = "text-align:left;padding:0.1em 0.6em 0.1em 0"
UPRIGHT = "writing-mode:vertical-rl;transform:rotate(180deg);white-space:nowrap;font-weight:normal"

WIDTHS = ("10em", "8em", "24em")
"""Least widths of the columns of the details: statistics, road, theorem."""


def overview(atlas: Atlas) -> str:
    """A table for each family, quantities down and regimes across, and what the letters mean."""
    letters = " &emsp; ".join(f"{_mark(road)} {escape(meaning)}" for road, meaning in key(atlas).items())
    reasons = "".join(f"<p>{escape(f'{pair.family}, {pair.regime}: {said(pair)}')}</p>" for pair in atlas.undefined)
    tables = "".join(_matrix(atlas, family) for family in atlas.families)
    return f"<div style='overflow-x:auto'>{tables}<p>{letters}</p><p>{escape(legend(atlas))}</p>{reasons}</div>"


def _matrix(atlas: Atlas, family: str) -> str:
    pairs = [pair for pair in atlas.pairs if pair.family == family]
    head = "".join(
        f"<th style='{NARROW};vertical-align:bottom'><span style='{UPRIGHT}'>{escape(pair.regime)}</span></th>"
        for pair in pairs
    )
    lines = []
    for name in atlas.quantities(family) or ("",):
        line = "".join(_cell(atlas, pair, name) for pair in pairs)
        lines.append(f"<tr><th style='{NARROW};font-weight:normal'>{escape(name)}</th>{line}</tr>")
    first = f"<th style='{NARROW};vertical-align:bottom;min-width:14em'>{escape(family)}</th>"
    return (
        f"<table style='font-size:0.9em'><thead><tr>{first}{head}</tr></thead><tbody>{''.join(lines)}</tbody></table>"
    )


def _cell(atlas: Atlas, pair: Pair, name: str) -> str:
    marks = "".join(map(_mark, roads(atlas, pair, name)))
    spoken = escape(_spoken(atlas, pair, name))
    return f"<td style='{NARROW};font-family:monospace;min-width:3em' title='{spoken}'>{marks}</td>"


def _spoken(atlas: Atlas, pair: Pair, name: str) -> str:
    """What a cell says, in words."""
    rows = atlas.cell(pair.family, pair.regime).get(name, {})
    named = [f"{statistic}: {', '.join(rows[statistic].roads)}" for statistic in atlas.shown if statistic in rows]
    return "; ".join([*named, *(further(rows) if len(atlas.shown) > 1 else ())])


def _mark(road: str) -> str:
    if road in COLOURS:
        return f"<b style='color:{COLOURS[road]};font-family:monospace'>{LETTERS[road]}</b>"
    return f"<span style='{FAINT};font-family:monospace'>{LETTERS[road]}</span>"


def details(atlas: Atlas) -> str:
    """Statistics of every quantity with theorems, conditions and sources; a theorem unfolds to its formula."""
    parts = []
    for section in sections(atlas):
        pair = section.pair
        parts.append(f"<p><b>{escape(f'{pair.family}, {pair.regime}')}</b></p>")
        if pair.reason:
            parts.append(f"<p>{escape(said(pair))}</p>")
        if section.known:
            lines = "".join(line for name, groups in section.known for line in _lines(name, groups))
            parts.append(f"<table><tbody>{lines}</tbody></table>")
        if section.simulated:
            parts.append(f"<p>by {SIMULATION} only: {escape(', '.join(section.simulated))}</p>")
    beneath = "".join(f"<div>{escape(line).replace('  ', '&emsp;')}</div>" for line in notes(atlas))
    return f"<div style='overflow-x:auto'>{''.join(parts)}<div style='{FAINT}'>{beneath}</div></div>"


def _lines(name: str, groups: Groups) -> Iterator[str]:
    yield f"<tr><th colspan='3' style='{LEFT};padding-top:0.6em'>{escape(name)}</th></tr>"
    for statistics, row in groups:
        words = [escape(", ".join(statistics)).replace("_", "_<wbr>")]
        told = [_told(way) for way in row.ways]
        if SIMULATION in row.roads:
            told.append((f"<span style='{FAINT}'>{SIMULATION}</span>", ""))
        for columns in told:
            cells = (words.pop() if words else "", *columns)
            yield f"<tr>{''.join(_column(cell, width) for cell, width in zip(cells, WIDTHS, strict=True))}</tr>"


def _column(cell: str, width: str) -> str:
    return f"<td style='{LEFT};min-width:{width}'>{cell}</td>"


def _told(way: Way) -> tuple[str, str]:
    """Road; and theorem with conditions, what it was found for, accuracy and source."""
    theorem = way.theorem
    road = f"<span style='color:{COLOURS[theorem.road]}'>{escape(way.road)}</span>"
    formula = f"<span class='tex2jax_process'>$${escape(theorem.statement)}$$</span>"
    lines = [f"holds when: {escape(theorem.conditions)}"]
    lines += [f"found for: <i>{escape(way.scope)}</i>"] if way.scope else []
    lines += [f"accuracy: {escape(theorem.accuracy)}"] if theorem.accuracy else []
    lines += [f"source: {escape(theorem.source)}"]
    small = f"<div style='{FAINT};font-size:0.9em'>{'<br>'.join(lines)}</div>"
    return road, f"<details><summary>{escape(theorem.title)}</summary>{formula}</details>{small}"
