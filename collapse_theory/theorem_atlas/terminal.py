"""The atlas on a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from collapse_theory.theorem_atlas.layout import (
    LETTERS,
    MORE,
    Groups,
    foldable,
    key,
    legend,
    notes,
    roads,
    said,
    sections,
)
from collapse_theory.theorem_atlas.rows import SIMULATION, UNDEFINED, Pair, Way

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
    """A block for each family, quantities down and regimes across, and what the letters mean."""
    from rich.console import Group

    letters = _text("")
    for road, meaning in key(atlas).items():
        letters.append("   " if letters else "").append(LETTERS[road], STYLES[road]).append(f" {meaning}")
    reasons = [_text(f"{pair.family}, {pair.regime}: {said(pair)}") for pair in atlas.undefined]
    return Group(*(Block(atlas, family) for family in atlas.families), letters, _text(legend(atlas)), *reasons)


@dataclass(frozen=True)
class Block:
    """The overview of a family: a staircase of regimes above the letters, in as many parts as the width demands."""

    atlas: Atlas
    family: str

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[RenderableType]:
        pairs = {pair.regime: pair for pair in self.atlas.pairs if pair.family == self.family}
        quantities = self.atlas.quantities(self.family)
        first = max(map(len, (*quantities, self.family))) + 2
        step = len(self.atlas.shown) + 3
        for part in _parts([*pairs], first, step, options.max_width):
            yield from self._staircase(part, first, step)
            for name in quantities or ("",):
                yield self._line(name, [pairs[regime] for regime in part], first, step)
            yield _text("")

    def _staircase(self, regimes: Sequence[str], first: int, step: int) -> Iterator[Text]:
        for place, regime in enumerate(regimes):
            line = _text(("" if place else self.family).ljust(first), "bold")
            yield line.append("│".ljust(step) * place, "not bold dim").append(regime)

    def _line(self, name: str, pairs: Sequence[Pair], first: int, step: int) -> Text:
        line = _text(name.ljust(first))
        for pair in pairs:
            before = len(line)
            for road in roads(self.atlas, pair, name):
                line.append(LETTERS[road], STYLES[road])
            line.append(" " * (step - len(line) + before))
        line.rstrip()
        return line


def _parts(regimes: Sequence[str], first: int, step: int, width: int) -> Iterator[Sequence[str]]:
    """Runs of regimes whose columns and names fit the width; a part has at least one."""
    part: list[str] = []
    for regime in regimes:
        if part and first + step * len(part) + max(len(regime), step) > width:
            yield part
            part = []
        part.append(regime)
    if part:
        yield part


def details(atlas: Atlas) -> RenderableType:
    """Statistics under family, regime and quantity, with theorems, conditions and sources."""
    from rich.console import Group

    parts: list[RenderableType] = []
    for section in sections(atlas):
        pair = section.pair
        parts.append(_text(f"{pair.family}, {pair.regime}", "bold underline"))
        if pair.reason:
            parts.append(_text(said(pair)))
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
