"""The catalogue as a table: for a terminal, a notebook, and as plain data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from html import escape
from typing import TYPE_CHECKING, Any

from collapse_theory.claims.catalogue import named, subject
from collapse_theory.domain import Choice
from collapse_theory.judgement import Claim, NotAClaim, Verdict
from collapse_theory.judgement.report import COLOURS, STYLES
from collapse_theory.plain_text import plain_text

if TYPE_CHECKING:
    import pandas
    from rich.table import Table

WIDTH = 110
NONE = "no claim"


@dataclass(frozen=True)
class Entry:
    """One line of the catalogue.

    Parameters
    ----------
    name, number, subject, statement, statistic, said : str
        The claim.
    verdict : str
        What is known, or what came out where it was checked; ``"no claim"`` for a sentence that is none.
    note : str
        The condition under which it is true, or the reason why it is no claim.
    unexpected : bool
        Whether something else came out than is known.
    """

    name: str
    number: str
    subject: str
    statement: str
    statistic: str
    said: str
    verdict: str
    note: str
    unexpected: bool = False


@dataclass(frozen=True, repr=False)
class Listing:
    """The catalogue, or the part of it that was asked for; made by :func:`collapse_theory.claims.table`."""

    entries: tuple[Entry, ...]
    width: int = field(default=WIDTH, kw_only=True)

    def __iter__(self) -> Iterator[Entry]:
        return iter(self.entries)

    def __len__(self) -> int:
        return len(self.entries)

    def __repr__(self) -> str:
        return f"<Listing: {len(self)} claims; print it to see them>"

    @property
    def summary(self) -> str:
        """How many claims there are of each verdict."""
        counts = {verdict: sum(one.verdict == verdict for one in self) for verdict in (*STYLES, NONE)}
        return ", ".join(f"{number} {verdict}" for verdict, number in counts.items() if number)

    def table(self) -> Table:
        """Table for a terminal, a section for each subject."""
        from rich import box
        from rich.table import Table
        from rich.text import Text

        found = Table(
            box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, caption=Text(self.summary), caption_justify="left"
        )
        found.add_column(Text("no."), no_wrap=True)
        found.add_column(Text("claim"), ratio=3, overflow="fold")
        found.add_column(Text("of"), max_width=10)
        found.add_column(Text("verdict"), no_wrap=True)
        found.add_column(Text("true when, or why it is no claim"), ratio=2, overflow="fold")
        before = ""
        for one in self.entries:
            if one.subject != before:
                found.add_section()
                found.add_row("", Text(one.subject.replace("_", " "), style="bold"))
                before = one.subject
            told = Text(one.statement)
            told.append(f"\n{one.name}", style="dim")
            verdict = Text(one.verdict, style=STYLES.get(one.verdict, ""))
            if one.unexpected:
                verdict.append(" !", style="bold red")
            found.add_row(Text(one.number), told, Text(one.statistic), verdict, Text(one.note))
        return found

    def __str__(self) -> str:
        return plain_text(self.table(), self.width)

    def _repr_html_(self) -> str:
        left = "style='text-align:left;vertical-align:top'"
        heads = "".join(
            f"<th {left}>{name}</th>" for name in ("no.", "claim", "of", "verdict", "true when, or why not")
        )
        lines, before = [], ""
        for one in self.entries:
            if one.subject != before:
                lines.append(f"<tr><td colspan='5' {left}><b>{escape(one.subject.replace('_', ' '))}</b></td></tr>")
                before = one.subject
            verdict = f"<b style='color:{COLOURS.get(one.verdict, 'inherit')}'>{escape(one.verdict)}</b>"
            cells = (
                escape(one.number),
                f"{escape(one.statement)}<br><code>{escape(one.name)}</code>",
                escape(one.statistic),
                verdict,
                escape(one.note),
            )
            lines.append("<tr>" + "".join(f"<td {left}>{cell}</td>" for cell in cells) + "</tr>")
        return f"<div><table><tr>{heads}</tr>{''.join(lines)}</table><small>{escape(self.summary)}</small></div>"

    def to_dict(self) -> dict[str, Any]:
        """The entries as plain values."""
        from dataclasses import asdict

        return {"claims": [asdict(entry) for entry in self.entries]}

    def to_dataframe(self) -> pandas.DataFrame:
        """Table with a row for each claim; needs pandas."""
        try:
            import pandas
        except ImportError as missing:
            raise ImportError("to_dataframe needs pandas: pip install 'collapse-theory[dataframe]'") from missing
        return pandas.DataFrame(self.to_dict()["claims"])


def table(*, subject: str | None = None, verdicts: Mapping[str, Verdict] | None = None) -> Listing:
    """The catalogue as a table.

    Parameters
    ----------
    subject : str, optional
        Only this subject, such as ``"variance"``; all by default.
    verdicts : mapping, optional
        Verdicts by name, to be shown in place of what is known.
    """
    told = sorted(named().items(), key=lambda item: _place(item[0]))
    entries = tuple(_entry(name, claim, (verdicts or {}).get(name)) for name, claim in told)
    if subject is not None:
        Choice(tuple(dict.fromkeys(one.subject for one in entries))).check("subject", subject)
        entries = tuple(one for one in entries if one.subject == subject)
    return Listing(entries)


def _place(name: str) -> tuple[str, str, int, str]:
    """Where a claim stands in the table: subject, then letter and number of the claim as said, then name."""
    said = name.removesuffix(".corrected")
    number = named()[said].number
    digits = "".join(filter(str.isdigit, number))
    return subject(said), number[:1] or "Z", int(digits or 0), f"{number} {name}"


def _entry(name: str, claim: Claim | NotAClaim, verdict: Verdict | None) -> Entry:
    about = name, claim.number, subject(name.removesuffix(".corrected")), claim.statement
    if isinstance(claim, NotAClaim):
        return Entry(*about, "", claim.said, NONE, claim.reason)
    shown = (claim.expected or "") if verdict is None else verdict.status
    unexpected = verdict is not None and not verdict.as_expected
    return Entry(*about, claim.statistic, claim.said, shown, claim.true_when, unexpected)
