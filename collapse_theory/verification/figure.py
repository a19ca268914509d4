"""The picture of a verification: a row per theorem, under the quantity that it is about, against what is allowed."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from collapse_theory.palette import BLUE, GREY, ORANGE

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from collapse_theory.verification.report import Report, Row

WIDTH, TALLEST, LINE, MARGINS = 12.5, 16.0, 0.19, 1.0
"""Inches."""
COLUMNS = (5.1, 3.5, 3.6, 1.5)
ERRORS = (1e-6, 1e2)
"""Errors that are drawn, as shares of what is allowed; one beyond is an arrowhead at the edge."""
FAR = 1.5
"""The largest z that is drawn, as a multiple of the critical one."""
SMALL, PALE, INK = 7, "0.95", "0.15"


@dataclass(frozen=True)
class Line:
    """A line of the picture: the name of a quantity, or a theorem with its row."""

    text: str
    row: Row | None = None


def figure_of(report: Report) -> Figure:
    """The picture of a report as a figure of its own, which pyplot does not know."""
    from matplotlib.figure import Figure

    lines = tuple(_lines(report))
    figure = Figure(figsize=(WIDTH, min(TALLEST, LINE * len(lines) + MARGINS)), layout="constrained")
    names, errors, zs, words = figure.subplots(1, 4, sharey=True, width_ratios=COLUMNS)
    outcome = "everything agrees" if report.agrees else f"{len(report.disagreements)} disagree"
    title = f"{len(report.rows)} theorems, {outcome}"
    _panel(names, lines, f"{title} (depth {report.depth}, seed {report.seed})")
    _panel(errors, lines, "worst error against 50 digits, 1 is allowed")
    _panel(zs, lines, f"z of simulated values, {report.critical:.1f} is allowed")
    _panel(words, lines, "proof, approximation")
    _ruler(errors, ERRORS, [1.0])
    errors.set_xscale("log")
    _ruler(zs, (-FAR * report.critical, FAR * report.critical), [-report.critical, report.critical])
    for panel in (names, words):
        panel.set(xlim=(0, 1), xticks=[])
    for place, line in enumerate(lines):
        if line.row is None:
            names.text(0, place, line.text, fontsize=SMALL, fontweight="bold", color=INK, va="center")
        else:
            colour = ORANGE if line.row.contradicted(report.critical) else BLUE
            ink = INK if colour == BLUE else ORANGE
            names.text(0.03, place, line.text, fontsize=SMALL, color=ink, va="center")
            words.text(0, place, _words(line.row, report.critical), fontsize=SMALL, color=ink, va="center")
            _dots([], line.row.digits.worst if line.row.digits.points else None, place, colour, errors)
            _dots(
                [one.z for one in line.row.comparisons], line.row.z if line.row.comparisons else None, place, colour, zs
            )
    return figure


def _lines(report: Report) -> Iterator[Line]:
    for quantity, rows in report.grouped().items():
        yield Line(quantity)
        yield from (Line(row.theorem.title, row) for row in rows)


def _panel(panel: Axes, lines: Sequence[Line], head: str) -> None:
    """A panel under its head: a pale band for every other theorem, a line above every quantity."""
    panel.set_ylim(len(lines) - 0.5, -0.5)
    panel.set_title(head, loc="left", fontsize=SMALL + 1, color=INK)
    panel.spines[:].set_visible(False)
    panel.tick_params(axis="y", length=0, labelleft=False)
    panel.tick_params(axis="x", which="both", labelsize=SMALL, color=GREY, labelcolor=INK)
    for place, line in enumerate(lines):
        if line.row is None:
            panel.axhline(place - 0.5, color=GREY, linewidth=0.5, zorder=0)
        elif place % 2:
            panel.axhspan(place - 0.5, place + 0.5, color=PALE, linewidth=0, zorder=0)


def _ruler(panel: Axes, edges: tuple[float, float], allowed: Sequence[float]) -> None:
    panel.set_xlim(edges)
    panel.spines["bottom"].set(visible=True, color=GREY)
    for value in allowed:
        panel.axvline(value, color=INK, linewidth=0.7, linestyle=(0, (1, 1.5)), zorder=1)


def _dots(values: Sequence[float], worst: float | None, place: int, colour: str, panel: Axes) -> None:
    """A tick for every value, a dot for the worst; an arrowhead at the edge for one beyond it, and for NaN."""
    if worst is None:
        return
    low, high = panel.get_xlim()
    inside = [value for value in values if low < value < high]
    panel.plot(inside, [place] * len(inside), "|", color=GREY, markersize=4.5, markeredgewidth=0.5, zorder=2)
    at = high if math.isnan(worst) else min(max(worst, low), high)
    marker = "<" if at == low else ">" if at == high else "o"
    panel.plot(at, place, marker, color=colour, markersize=4, clip_on=False, zorder=3)


def _words(row: Row, critical: float) -> str:
    """Steps of the proof and what an approximation showed; the verdict where there is nothing at all."""
    proof = f"{row.proved}/{len(row.proof)} steps" if row.proof else ""
    numbers = row.digits.points or row.comparisons
    return ", ".join(filter(None, (proof, row.approximation))) or ("" if numbers else row.verdict(critical))
