"""The atlas in a notebook: HTML that reads on light and dark ground."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING

from collapse_theory.palette import BLUE, GREEN, ORANGE, PURPLE
from collapse_theory.theorem_atlas.layout import (
    LETTERS,
    Groups,
    across,
    anywhere,
    cell,
    further,
    key,
    key_of_samplings,
    legend,
    legend_of_samplings,
    notes,
    roads,
    sections,
    shown_families,
    without,
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
    """A table for each family, quantities down and regimes or samplings across, and what the letters mean."""
    reasons = "".join(f"<p>{escape(f'{name}: {why}')}</p>" for name, why in without(atlas))
    tables = []
    for family in shown_families(atlas):
        pairs = [pair for pair in atlas.pairs if pair.family == family]
        lines = {
            name: [_cell(roads(atlas, pair, name), _spoken(atlas, pair, name)) for pair in pairs]
            for name in atlas.quantities(family) or ("",)
        }
        tables.append(_matrix(family, [across(atlas, pair) for pair in pairs], lines))
    return _page("".join(tables), key(atlas), legend(atlas), reasons)


def samplings(atlas: Atlas) -> str:
    """What exists: samplings down and families across, with the roads that are known in any regime."""
    lines = {
        sampling: [_cell(found := anywhere(atlas, family, sampling), ", ".join(found)) for family in atlas.families]
        for sampling in atlas.samplings
    }
    return _page(_matrix("", atlas.families, lines), key_of_samplings(atlas), legend_of_samplings())


def _page(tables: str, meanings: Mapping[str, str], words: str, reasons: str = "") -> str:
    letters = " &emsp; ".join(f"{_mark(road)} {escape(meaning)}" for road, meaning in meanings.items())
    return f"<div style='overflow-x:auto'>{tables}<p>{letters}</p><p>{escape(words)}</p>{reasons}</div>"


def _matrix(corner: str, columns: Sequence[str], lines: Mapping[str, Sequence[str]]) -> str:
    head = "".join(
        f"<th style='{NARROW};vertical-align:bottom'><span style='{UPRIGHT}'>{escape(column)}</span></th>"
        for column in columns
    )
    body = "".join(
        f"<tr><th style='{NARROW};font-weight:normal'>{escape(name)}</th>{''.join(cells)}</tr>"
        for name, cells in lines.items()
    )
    first = f"<th style='{NARROW};vertical-align:bottom;min-width:14em'>{escape(corner)}</th>"
    return f"<table style='font-size:0.9em'><thead><tr>{first}{head}</tr></thead><tbody>{body}</tbody></table>"


def _cell(found: Sequence[str], spoken: str) -> str:
    marks = "".join(map(_mark, found))
    return f"<td style='{NARROW};font-family:monospace;min-width:3em' title='{escape(spoken)}'>{marks}</td>"


def _spoken(atlas: Atlas, pair: Pair, name: str) -> str:
    """What a cell says, in words."""
    rows = cell(atlas, pair).get(name, {})
    named = [f"{statistic}: {', '.join(rows[statistic].roads)}" for statistic in atlas.shown if statistic in rows]
    return "; ".join([*named, *(further(atlas, rows) if len(atlas.shown) > 1 else ())])


def _mark(road: str) -> str:
    if road in COLOURS:
        return f"<b style='color:{COLOURS[road]};font-family:monospace'>{LETTERS[road]}</b>"
    return f"<span style='{FAINT};font-family:monospace'>{LETTERS[road]}</span>"


def details(atlas: Atlas) -> str:
    """Statistics of every quantity with theorems, conditions and sources; a theorem unfolds to its formula."""
    parts = []
    for section in sections(atlas):
        parts.append(f"<p><b>{escape(section.title)}</b></p>")
        if section.told:
            parts.append(f"<p>{escape(section.told)}</p>")
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


LAYOUTS: Mapping[str, Callable[[Atlas], str]] = {"overview": overview, "details": details, "samplings": samplings}
