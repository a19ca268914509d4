"""The table of a comparison: for a terminal, and for a notebook."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from collapse_theory.comparison.compared import NUMBERS, Compared, Line
from collapse_theory.forecasting.words import MARK, number
from collapse_theory.plain_text import plain_text

if TYPE_CHECKING:
    from rich.table import Table

    from collapse_theory.comparison.comparison import Comparison

UNKNOWN = "–"
UNDECIDED = "no theorem decides it"
LABEL, FATE = "recursion", "fate"
WORDS = (LABEL, FATE, "")
"""Headings of the columns that hold words."""
DIGITS = 3
PLAIN_FROM, PLAIN_TO = 100, 1e7
"""Sizes that are written to the unit."""
WIDEST_LABEL, WIDEST_FATE = 24, 11


def title(comparison: Comparison) -> str:
    """What is compared, and its value on the source."""
    quantity = comparison.rows[0].quantity
    sources = [row.quantity.source_value for row in comparison.rows]
    what = f"{quantity}: {quantity.definition.sentence}"
    if comparison.relative:
        return f"{what}, in units of the source's"
    if min(sources) != max(sources):
        return what
    return f"{what}; the source's is {_plainly(sources[0])}"


def columns(comparison: Comparison) -> dict[str, list[str]]:
    """Cells of the table, column by column, by heading; numbers that none of the recursions has are left out."""
    rows = comparison.rows
    found = {LABEL: [row.label for row in rows]}
    found[FATE] = [UNDECIDED if row.fate is None else row.fate.verdict for row in rows]
    for name in NUMBERS:
        if any(row.numbers[name] is not None for row in rows):
            found[name.replace("_", " ")] = [_plainly(row.numbers[name]) for row in rows]
    found[""] = ["\n".join(row.lines) for row in rows]
    for t in comparison.shown:
        found[f"t = {t}"] = ["\n".join(_cells(comparison, row, t)) for row in rows]
    return found


def notes(comparison: Comparison) -> Iterator[str]:
    """What mean and median are, what is exact, what is simulated by how many runs, and what these cannot see."""
    rows = comparison.rows
    yield "mean: over runs, which a few of them can carry; median: the typical run"
    counts = {row.label: row.replicates for row in rows if row.replicates}
    if not counts:
        yield "all values are exact"
        return
    runs = f"{max(counts.values()):,} runs"
    if len(set(counts.values())) > 1:
        runs = ", ".join(f"{count:,} runs of {label}" for label, count in counts.items())
    yield f"{MARK} is simulated: {runs}, seed {comparison.seed}; all other values are exact"
    for row in rows:
        for name, line in row.lines.items():
            if line.values is None:
                yield f"? is {line.why}: the {name} of {row.label}"


def table(comparison: Comparison) -> Table:
    """The table for a terminal."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    found = Table(
        title=Text(title(comparison)),
        caption=Text("\n".join(notes(comparison))),
        title_justify="left",
        caption_justify="left",
        title_style="bold",
        box=box.SIMPLE_HEAD,
        collapse_padding=True,
        pad_edge=False,
        show_edge=False,
    )
    cells = columns(comparison)
    widest = {LABEL: WIDEST_LABEL, FATE: WIDEST_FATE}
    for name, column in cells.items():
        words = [name] if name.startswith("t = ") else name.split()
        longest = max(map(len, [*words, *("" if name == LABEL else " ".join(column)).split()]))
        found.add_column(
            Text(name),
            justify="left" if name in WORDS else "right",
            min_width=longest,
            max_width=widest.get(name, longest),
            overflow="fold" if name in WORDS else "ellipsis",
        )
    for row in zip(*cells.values(), strict=True):
        found.add_row(Text(_broken(row[0])), *map(Text, row[1:]))
    return found


def _broken(label: str) -> str:
    """A label whose words fit its column, long ones broken after their bracket."""
    return " ".join(word if len(word) <= WIDEST_LABEL else word.replace("(", "(\n", 1) for word in label.split(" "))


def as_text(comparison: Comparison, width: int) -> str:
    """The table as plain text of a width in characters."""
    return plain_text(table(comparison), width)


def as_html(comparison: Comparison) -> str:
    """Table and picture for a notebook; the picture is an image of its own, so that no names in it can clash."""
    from base64 import b64encode
    from html import escape
    from io import BytesIO

    picture = BytesIO()
    comparison.figure().savefig(picture, format="svg", metadata={"Date": None})
    cells = columns(comparison)
    head = _html_row("th", tuple(cells))
    body = "".join(_html_row("td", row) for row in zip(*cells.values(), strict=True))
    below = "<br>".join(map(escape, notes(comparison)))
    image = f'<img alt="mean and median" src="data:image/svg+xml;base64,{b64encode(picture.getvalue()).decode()}">'
    return f"<div><b>{escape(title(comparison))}</b><table>{head}{body}</table>{below}<br>{image}</div>"


def _html_row(tag: str, cells: Sequence[str]) -> str:
    from html import escape

    return "<tr>" + "".join(f"<{tag}>{escape(cell).replace(chr(10), '<br>')}</{tag}>" for cell in cells) + "</tr>"


def _plainly(value: float | None) -> str:
    if value is None or math.isinf(value):
        return UNKNOWN if value is None else f"{value:g}".replace("inf", "∞")
    return f"{value:.0f}" if PLAIN_FROM <= abs(value) < PLAIN_TO else f"{value:.{DIGITS}g}"


def _cells(comparison: Comparison, row: Compared, t: int) -> Iterator[str]:
    """Mean and median of a recursion at generation t."""
    place = comparison.generations.tolist().index(t)
    for name, line in row.lines.items():
        yield "?" if line.values is None else _cell(line, float(line.values[place]), row, name, t, comparison.unit(row))


def _cell(line: Line, value: float, row: Compared, statistic: str, t: int, unit: float) -> str:
    """A value in words, marked where it is simulated; an exact one that leaves the floats by its logarithm."""
    if value == 0 or math.isinf(value):
        log = getattr(row.quantity, statistic).log(t) if line.road == "exact" and value >= 0 else -math.inf
        text = f"exp({log - math.log(unit):.4g})" if math.isfinite(log) else f"{value:g}".replace("inf", "∞")
    else:
        text = number(value / unit, DIGITS)
    return text if line.road == "exact" else MARK + text
