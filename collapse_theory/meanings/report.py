"""The eight definitions shown: for a terminal, and for a notebook."""

from __future__ import annotations

from typing import TYPE_CHECKING

from collapse_theory.plain_text import plain_text

if TYPE_CHECKING:
    from rich.table import Table

    from collapse_theory.meanings.record import Meaning, Meanings

TITLE = "What does “model collapse” mean here?"
HEADINGS = ("reading", "of", "collapse?", "what decides it")
OVER = {"mean over runs": "mean", "one run": "run", "every model": "all"}
COLOURS = {"yes": "#b00020", "no": "#1b7f3b", "bounded": "#1b7f3b"}
STYLES = {"yes": "bold red", "no": "bold green", "bounded": "green"}
WIDTHS = (34, 4, 9, None)
"""Widths of the columns in characters."""


def notes() -> tuple[str, ...]:
    """Who numbered the definitions so, and what the words of the table mean."""
    return (
        "mean: over runs, which a few can carry; run: almost every run, or the typical one; all: every model",
        "in the long run where no generation is named; ≠: readings of one definition disagree",
        "the eight definitions are those listed by Schaeffer et al. (2025), arXiv:2503.03150",
    )


def table(meanings: Meanings) -> Table:
    """The table for a terminal; a definition on which readings disagree is marked."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    found = Table(
        title=Text(f"{TITLE}\n{meanings.recursion!r}"),
        caption=Text("\n".join(("", *notes()))),
        title_justify="left",
        caption_justify="left",
        title_style="bold",
        box=box.SIMPLE_HEAD,
        pad_edge=False,
        show_edge=False,
        expand=False,
    )
    for name, width in zip(HEADINGS, WIDTHS, strict=True):
        found.add_column(Text(name), width=width)
    for meaning in meanings:
        style = "bold yellow" if meaning.disputed else "bold"
        mark = Text(f"≠ {meaning.summary}" if meaning.disputed else "", style=style)
        found.add_row(Text(f"{meaning.number}  {meaning.name}", style=style), "", "", mark)
        for reading in meaning.readings:
            found.add_row(
                Text(f"   {reading.what}"),
                Text(OVER[reading.over]),
                Text(reading.verdict, style=STYLES.get(reading.verdict, "")),
                Text(reading.evidence),
                end_section=reading is meaning.readings[-1],
            )
    return found


def as_text(meanings: Meanings, width: int) -> str:
    """The table as plain text of a width in characters."""
    return plain_text(table(meanings), width)


def as_html(meanings: Meanings) -> str:
    """The table for a notebook; a row under the pointer says the theorem that it rests on."""
    from html import escape

    body = "".join(_html_of(meaning) for meaning in meanings)
    head = "".join(f"<th style='text-align:left'>{escape(name)}</th>" for name in HEADINGS)
    below = "<br>".join(map(escape, notes()))
    return (
        f"<div><b>{escape(TITLE)}</b><br><code>{escape(repr(meanings.recursion))}</code>"
        f"<table><tr>{head}</tr>{body}</table><small>{below}</small></div>"
    )


def _html_of(meaning: Meaning) -> str:
    from html import escape

    mark = "≠ " if meaning.disputed else ""
    rows = [
        f"<tr><td colspan='4' style='text-align:left'><b>{meaning.number}&ensp;{escape(meaning.name)}</b>"
        f"&ensp;{mark}<i>{escape(meaning.summary)}</i></td></tr>"
    ]
    for reading in meaning.readings:
        colour = COLOURS.get(reading.verdict, "inherit")
        verdict = f"<b style='color:{colour}'>{escape(reading.verdict)}</b>"
        cells = escape(reading.what), OVER[reading.over], verdict, escape(reading.evidence)
        row = "".join(f"<td style='text-align:left'>{cell}</td>" for cell in cells)
        rows.append(f"<tr title='{escape(reading.theorem)}'>{row}</tr>")
    return "".join(rows)
