"""The atlas on a terminal."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from collapse_theory.theorem_atlas.layout import (
    LETTERS,
    MORE,
    Groups,
    across,
    anywhere,
    foldable,
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
from collapse_theory.theorem_atlas.rows import SIMULATION, UNDEFINED, Way

if TYPE_CHECKING:
    from rich.console import Console, ConsoleOptions, RenderableType
    from rich.table import Table
    from rich.text import Text

    from collapse_theory.theorem_atlas.report import Atlas

STYLES: Mapping[str, str] = {
    "closed form": "bold green",
    "recurrence": "cyan",
    "exact numeric": "blue",
    "bound": "magenta",
    "asymptotic": "magenta",
    SIMULATION: "dim",
    MORE: "",
    UNDEFINED: "dim",
}


def overview(atlas: Atlas) -> RenderableType:
    """A block for each family, quantities down and regimes or samplings across, and what the letters mean."""
    from rich.console import Group

    blocks = []
    for family in shown_families(atlas):
        pairs = {across(atlas, pair): pair for pair in atlas.pairs if pair.family == family}
        lines = {
            name: {column: roads(atlas, pair, name) for column, pair in pairs.items()}
            for name in atlas.quantities(family) or ("",)
        }
        blocks.append(Block(family, lines, len(atlas.shown) + 3))
    reasons = [_text(f"{name}: {why}") for name, why in without(atlas)]
    return Group(*blocks, _letters(key(atlas)), _text(legend(atlas)), *reasons)


def samplings(atlas: Atlas) -> RenderableType:
    """What exists: samplings down and families across, with the roads that are known in any regime."""
    from rich.console import Group

    lines = {
        sampling: {family: anywhere(atlas, family, sampling) for family in atlas.families}
        for sampling in atlas.samplings
    }
    return Group(Block("", lines, 8), _letters(key_of_samplings(atlas)), _text(legend_of_samplings()))


def _letters(meanings: Mapping[str, str]) -> Text:
    letters = _text("")
    for road, meaning in meanings.items():
        letters.append("   " if letters else "").append(LETTERS[road], STYLES[road]).append(f" {meaning}")
    return letters


@dataclass(frozen=True)
class Block:
    """A matrix of roads: a staircase of columns above the letters, in as many parts as the width demands.

    Parameters
    ----------
    corner : str
        What stands above the names of the lines.
    lines : mapping of str to mapping of str to tuple of str
        Roads by line and column.
    step : int
        Width of a column.
    """

    corner: str
    lines: Mapping[str, Mapping[str, tuple[str, ...]]]
    step: int

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[RenderableType]:
        columns = list(dict.fromkeys(column for cells in self.lines.values() for column in cells))
        first = max(map(len, (*self.lines, self.corner))) + 2
        for part in _parts(columns, first, self.step, options.max_width):
            yield from self._staircase(part, first)
            for name, cells in self.lines.items():
                yield self._line(name, [cells[column] for column in part], first)
            yield _text("")

    def _staircase(self, columns: Sequence[str], first: int) -> Iterator[Text]:
        for place, column in enumerate(columns):
            line = _text(("" if place else self.corner).ljust(first), "bold")
            yield line.append("│".ljust(self.step) * place, "not bold dim").append(column)

    def _line(self, name: str, cells: Sequence[tuple[str, ...]], first: int) -> Text:
        line = _text(name.ljust(first))
        for cell in cells:
            before = len(line)
            for road in cell:
                line.append(LETTERS[road], STYLES[road])
            line.append(" " * (self.step - len(line) + before))
        line.rstrip()
        return line


def _parts(columns: Sequence[str], first: int, step: int, width: int) -> Iterator[Sequence[str]]:
    """Runs of columns whose letters and names fit the width; a part has at least one."""
    part: list[str] = []
    for column in columns:
        if part and first + step * len(part) + max(len(column), step) > width:
            yield part
            part = []
        part.append(column)
    if part:
        yield part


def details(atlas: Atlas) -> RenderableType:
    """Statistics under family, regime and quantity, with theorems, conditions and sources."""
    from rich.console import Group

    parts: list[RenderableType] = []
    for section in sections(atlas):
        parts.append(_text(section.title, "bold underline"))
        if section.told:
            parts.append(_text(section.told))
        for name, groups in section.known:
            parts += [_text(name, "bold"), _table(groups)]
        if section.simulated:
            parts.append(_text(f"by {SIMULATION} only: ", "dim").append(", ".join(section.simulated), "not dim"))
        parts.append(_text(""))
    return Group(*parts, *(_text(line, "dim") for line in notes(atlas)))


def _table(groups: Groups) -> Table:
    from rich.table import Table

    table = Table(box=None, pad_edge=False, show_header=False, expand=True, padding=(0, 2, 0, 0))
    table.add_column(width=20, overflow="fold")
    table.add_column(width=16, overflow="fold")
    table.add_column(ratio=1, overflow="fold")
    for statistics, row in groups:
        words = [",\n".join(map(foldable, statistics)) if len(statistics) < 4 else ", ".join(statistics)]
        for way in row.ways:
            road = _text(way.road.replace(": ", "\n"), STYLES[way.theorem.road])
            table.add_row(_indented(words.pop() if words else ""), road, _told(way))
        if SIMULATION in row.roads:
            table.add_row(_indented(words.pop() if words else ""), _text(SIMULATION, STYLES[SIMULATION]))
    return table


def _told(way: Way) -> Text:
    """A theorem with its conditions, for which examples and sizes it was found to hold, and its source."""
    theorem = way.theorem
    told = _text(theorem.title).append(f"\nholds when: {theorem.conditions}", "dim")
    if way.scope:
        told.append("\nfound for: ", "dim").append(way.scope, "yellow")
    if theorem.accuracy:
        told.append(f"\naccuracy: {theorem.accuracy}", "dim")
    return told.append(f"\nsource: {theorem.source}", "dim")


def _indented(words: str) -> RenderableType:
    from rich.padding import Padding

    return Padding(_text(words), (0, 0, 0, 2))


def _text(words: str, style: str = "") -> Text:
    from rich.text import Text

    return Text(words, style=style)


LAYOUTS: Mapping[str, Callable[[Atlas], RenderableType]] = {
    "overview": overview,
    "details": details,
    "samplings": samplings,
}
