"""The picture of a comparison: mean and typical run in a panel each, with a line for every recursion."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from collapse_theory.comparison.compared import Compared
from collapse_theory.palette import BLUE, GREEN, LINES, ORANGE, PURPLE
from collapse_theory.plotting import FLOOR_OF_UNDERFLOW, HIGHEST, LOGARITHMIC_FROM

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from collapse_theory.comparison.comparison import Comparison

Array = NDArray[np.float64]

PANELS = {"mean": "mean over runs", "median": "typical run (median)"}
COLOURS = (BLUE, ORANGE, GREEN, "#E69F00", "#56B4E9", PURPLE, "0.0", "#999933")
DARK = "0.35"
MARKERS = (None, "o", "s", "^", "v", "D")
"""What tells apart lines of the same colour, where there are more recursions than colours."""
WIDEST, THINNEST = 3.2, 1.2
"""Widths of the first line and the last: where lines coincide, the earlier ones show around the later ones."""
CHARACTERS = 120
"""Characters that a row of the legend holds."""


def plot_comparison(comparison: Comparison, axes: Sequence[Axes] | None = None) -> Sequence[Axes]:
    """Mean and median of a comparison on two Axes, which are returned; by default those of a new figure.

    Exact lines are solid; simulated ones are dashed, with a band, their pointwise 99 % interval. The legend is in the
    second of the given Axes, or below the new figure.
    """
    if axes is not None:
        first, second = axes
        _drawn(comparison, first, second)
        _legend(comparison, second, fontsize=8)
        return axes
    from matplotlib import pyplot

    figure = pyplot.figure(figsize=_size(comparison), layout="constrained")
    return _on(comparison, figure)


def figure_of(comparison: Comparison) -> Figure:
    """The picture of a comparison as a figure of its own, which pyplot does not know."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=_size(comparison), layout="constrained")
    _on(comparison, figure)
    return figure


def _on(comparison: Comparison, figure: Figure) -> Sequence[Axes]:
    first, second = figure.subplots(1, 2, sharex=True, sharey=True)
    _drawn(comparison, first, second)
    quantity = comparison.rows[0].quantity
    figure.suptitle(
        f"{quantity}: {quantity.definition.sentence}", fontsize=11, x=0.01, ha="left", color=DARK, parse_math=False
    )
    _legend(comparison, figure, loc="outside lower center", ncols=_columns(comparison), fontsize=9)
    return first, second


def _drawn(comparison: Comparison, *axes: Axes) -> None:
    """The lines of each statistic on Axes of its own, and scales that are common to both."""
    t = comparison.generations
    for ax, (statistic, title) in zip(axes, PANELS.items(), strict=True):
        for i, row in enumerate(comparison.rows):
            _line(comparison, i, row, statistic, ax)
        source = {row.quantity.source_value / comparison.unit(row) for row in comparison.rows}
        if len(source) == 1 and max(source) <= HIGHEST:
            ax.axhline(source.pop(), color=DARK, linewidth=1, linestyle=":", zorder=0)
        ax.set_title(title, loc="left", fontsize=10)
        ax.spines[["top", "right"]].set_visible(False)
        _generations_below(t, ax)
    unit = " / source's" if comparison.relative else ""
    axes[0].set_ylabel(f"${comparison.rows[0].quantity.definition.symbol}${unit}")
    for ax in axes:
        _scale(comparison, ax)


def _line(comparison: Comparison, i: int, row: Compared, statistic: str, ax: Axes) -> None:
    line, t, unit = row.lines[statistic], comparison.generations, comparison.unit(row)
    if line.values is None:
        return
    style = _style(comparison, i)
    alone = {"marker": "o"} if t.size == 1 else {}
    ax.plot(t, _drawable(line.values / unit), linestyle=LINES[line.road], zorder=3, **{**style, **alone})
    if line.low is not None and line.high is not None:
        low, high = (np.clip(end / unit, -HIGHEST, HIGHEST) for end in (line.low, line.high))
        ax.fill_between(t, low, high, color=style["color"], alpha=0.2, linewidth=0, zorder=2)


def _style(comparison: Comparison, i: int) -> dict[str, Any]:
    """Colour, width and marker of the i-th recursion."""
    last = max(len(comparison.rows) - 1, 1)
    marker = MARKERS[i // len(COLOURS) % len(MARKERS)]
    return {
        "color": COLOURS[i % len(COLOURS)],
        "linewidth": WIDEST + (THINNEST - WIDEST) * i / last,
        "marker": marker,
        "markersize": 5,
        "markevery": max(comparison.generations.size // 6, 1),
    }


def _drawable(values: Array) -> Array:
    """Values with a gap where they are too large to be drawn."""
    return np.where(np.abs(values) <= HIGHEST, values, np.nan)


def _generations_below(t: NDArray[np.int64], ax: Axes) -> None:
    """The horizontal axis: logarithmic from 1 on where the generations are spread like that."""
    from matplotlib.ticker import MaxNLocator

    ax.set_xlabel("generation")
    first, last, later = int(t[0]), int(t[-1]), t[t > 0]
    if last < LOGARITHMIC_FROM * later[0] or np.median(later) > last / 10:
        ax.xaxis.set_major_locator(MaxNLocator(6, integer=True))
        ax.set_xlim(0, last)
        return
    ax.set_xscale("log") if first else ax.set_xscale("symlog", linthresh=1, linscale=0.5)
    ax.set_xlim(first, last)


def _scale(comparison: Comparison, ax: Axes) -> None:
    """A logarithmic vertical axis where lines span decades; else one that starts at 0 where they come near it."""
    later = comparison.generations > 0
    drawn = [_drawable(line.values / comparison.unit(row)) for row, line in _seen(comparison)]
    values = np.concatenate([np.empty(0), *(one[later & np.isfinite(one)] for one in drawn)])
    positive = values[values > 0]
    if not positive.size or np.any(values < 0):
        return
    zero = bool(np.any(values == 0))
    if positive.max() < LOGARITHMIC_FROM * positive.min() or (
        zero and positive.min() > FLOOR_OF_UNDERFLOW * positive.max()
    ):
        if values.min() < values.max() / 2:
            ax.set_ylim(bottom=0)
        return
    tops = [float(one.max()) for one in (line[line > 0] for line in drawn) if one.size]
    low = FLOOR_OF_UNDERFLOW * min(tops) if zero else max(positive.min() / 1.5, 1 / HIGHEST)
    high = min(1.5 * max(tops), HIGHEST)
    ax.set_ylim(low, high)
    ax.set_yscale("log", nonpositive="mask")


def _seen(comparison: Comparison) -> Iterator[tuple[Compared, Any]]:
    return ((row, line) for row in comparison.rows for line in row.lines.values() if line.values is not None)


def _entries(comparison: Comparison) -> list[str]:
    """Texts of the legend: the labels, and which mean is not shown."""
    missing = [
        ", ".join(f"{name} not shown" for name, line in row.lines.items() if line.values is None)
        for row in comparison.rows
    ]
    texts = [f"{row.label} ({why})" if why else row.label for row, why in zip(comparison.rows, missing, strict=True)]
    roads = {line.road for _, line in _seen(comparison)}
    return [*texts, "source", *(["simulated, with 99 % interval"] if "simulated" in roads else [])]


def _legend(comparison: Comparison, where: Axes | Figure, **how: Any) -> None:
    """The one legend, whose texts are taken as they are: a label may begin with an underscore or hold a dollar sign."""
    from matplotlib.lines import Line2D

    handles = [Line2D([], [], **_style(comparison, i)) for i in range(len(comparison.rows))]
    handles.append(Line2D([], [], color=DARK, linewidth=1, linestyle=":"))
    handles.append(Line2D([], [], color=DARK, linewidth=1.6, linestyle=LINES["simulated"]))
    texts = _entries(comparison)
    legend = where.legend(handles[: len(texts)], [f"{i}" for i in range(len(texts))], frameon=False, **how)
    for entry, text in zip(legend.get_texts(), texts, strict=True):
        entry.set_parse_math(False)
        entry.set_text(text)


def _columns(comparison: Comparison) -> int:
    texts = _entries(comparison)
    return int(np.clip(CHARACTERS // (max(map(len, texts)) + 8), 1, min(4, len(texts))))


def _size(comparison: Comparison) -> tuple[float, float]:
    """Size in inches: a constant one for the panels, and a row of the legend below for so many entries."""
    rows = -(-len(_entries(comparison)) // _columns(comparison))
    return 9.6, 4.2 + 0.19 * rows
