"""The picture of a forecast: a panel for each of its main quantities."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from textwrap import shorten, wrap
from typing import TYPE_CHECKING, Any, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from collapse_theory.forecasting.course import Course, Statistic
from collapse_theory.palette import GREY, LINES, MEAN, MEDIAN
from collapse_theory.quantities import Quantity

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from collapse_theory.forecasting.every_forecast import Forecast
    from collapse_theory.simulation import Runs

Array = NDArray[np.float64]

DARK = "0.35"
LEGEND: dict[str, Any] = {
    "frameon": False,
    "fontsize": 9,
    "ncols": 2,
    "loc": "upper center",
    "bbox_to_anchor": (0.5, -0.16),
}
LOGARITHMIC_FROM = 20.0
LARGEST = 1e200
"""Largest size that is drawn: matplotlib looks for ticks far beyond the ends of an axis, inside the floats."""
SINGLE_RUNS = 12
LONGEST_LABEL = 60
"""Characters of a label that the title of a picture shows."""
LONGEST_LINE = 110
"""Characters of a line of the title of a picture."""
NO_RUNS: Array = np.empty((0, 0))


class Drawn(Protocol):
    """Whatever a picture of a forecast shows on Axes of its own."""

    def draw(self, t: NDArray[np.int64], ax: Axes) -> None:
        """The panel on Axes; t are the generations of the forecast."""


@dataclass(frozen=True, eq=False)
class Panel:
    """One course of a forecast, as it is drawn.

    Parameters
    ----------
    title : str
        Its title.
    course : Course
        Band and lines.
    single_runs : ndarray
        Values on single runs, shape ``(runs, generations)``; none by default.
    unit : float
        Unit of the course on the vertical axis.
    axis : {"free", "size", "count", "rate"}
        The vertical axis: as matplotlib likes it; or for what is positive, or counted, logarithmic where the lines span
        much; or for what may be 0. The last two start at 0 otherwise.
    smallest : float
        Where a logarithmic axis starts at the lowest.
    symmetric : bool
        Whether mean and median are the same by symmetry.
    """

    title: str
    course: Course
    single_runs: Array = field(default_factory=lambda: NO_RUNS)
    unit: float = 1.0
    axis: Literal["free", "size", "count", "rate"] = "size"
    smallest: float = 0.0
    symmetric: bool = False

    def draw(self, t: NDArray[np.int64], ax: Axes) -> None:
        """Band, lines and the source's value of the course, and thin single runs."""
        _draw(self, t, ax)
        if self.axis != "free":
            _scale(self, ax)


def single_runs(runs: Runs | None, quantity: Quantity) -> Array:
    """Values of a quantity on the first few runs, shape ``(runs, generations)``, inside the floats."""
    if runs is None:
        return NO_RUNS
    with np.errstate(over="ignore"):
        return np.clip(quantity.values(runs)[:SINGLE_RUNS], -LARGEST, LARGEST)


def plot_forecast(forecast: Forecast, axes: Sequence[Axes] | None = None) -> Sequence[Axes]:
    """The panels of a forecast on as many Axes, which are returned.

    Solid lines are exact, dashed ones simulated; the courses of the forecast are the data of the picture, with a dozen
    single runs: a band alone hides what becomes of each run inside it.

    Parameters
    ----------
    forecast : Forecast
        What is drawn.
    axes : sequence of matplotlib Axes, optional
        Where to draw; by default on a new figure.
    """
    panels = forecast.panels()
    if axes is None:
        from matplotlib import pyplot

        shape, size = _layout(len(panels))
        figure, grid = pyplot.subplots(*shape, figsize=size, layout="constrained")
        axes = _titled(figure, forecast, grid.ravel())
    for panel, ax in zip(panels, axes, strict=True):
        panel.draw(forecast.generations, ax)
    return axes


def figure_of(forecast: Forecast) -> Figure:
    """The picture of a forecast as a figure of its own, which pyplot does not know."""
    from matplotlib.figure import Figure

    shape, size = _layout(len(forecast.panels()))
    figure = Figure(figsize=size, layout="constrained")
    plot_forecast(forecast, _titled(figure, forecast, figure.subplots(*shape).ravel()))
    return figure


def _titled(figure: Figure, forecast: Forecast, axes: Sequence[Axes]) -> Sequence[Axes]:
    """The Axes of a figure, which gets a title: what is forecast, in which regime, of what sample size, how far."""
    recursion, last = forecast.recursion, int(forecast.generations[-1])
    sizes = recursion.sizes
    n = f"{sizes(1)}" if sizes.constant else f"{sizes(1)} to {sizes(max(last, 1))}"
    label = shorten(_drawable(forecast.label), LONGEST_LABEL, placeholder="…") or "…"
    title = f"{label}, {recursion.regime!r}, n = {n}, to generation {last}"
    lines = wrap(title, LONGEST_LINE, break_long_words=False, break_on_hyphens=False)
    figure.suptitle("\n".join(lines), fontsize=11, color=DARK, parse_math=False)
    return axes


def _drawable(text: str) -> str:
    """A text whose characters are in the font of the picture, the others replaced by question marks."""
    from matplotlib.font_manager import FontProperties, findfont, get_font

    font = get_font(findfont(FontProperties()))
    return "".join(one if one.isspace() or font.get_char_index(ord(one)) else "?" for one in text)


def _layout(panels: int) -> tuple[tuple[int, int], tuple[float, float]]:
    """Rows and columns of Axes, and the size of the figure in inches: up to three side by side, else in two rows."""
    return ((1, panels), (12.5, 4.6)) if panels <= 3 else ((2, -(-panels // 2)), (10.5, 8.6))


def _draw(panel: Panel, t: NDArray[np.int64], ax: Axes) -> None:
    """Band, lines and the source's value of one course, and thin single runs."""
    last, course, unit = int(t[-1]), panel.course, panel.unit
    low, high = _values(course.low, unit), _values(course.high, unit)
    ax.fill_between(t, low, high, color=MEDIAN, alpha=0.16, linewidth=0, label="90 % of runs")
    if panel.symmetric:
        lines = [("typical and expected", course.typical, MEDIAN)]
    else:
        lines = [("typical (median)", course.typical, MEDIAN), ("expected (mean)", course.expected, MEAN)]
    lines = [(name, known, colour) for name, known, colour in lines if known.values is not None]
    for name, known, colour in lines:
        style, alone = LINES[known.road], "o" if last == 0 else None
        ax.plot(t, _values(known, unit), color=colour, linewidth=1.8, linestyle=style, marker=alone, label=name)
    source = float(_values(course.typical, unit)[0])
    ax.axhline(source, color=DARK, linewidth=1, linestyle=":", zorder=0, label="source")
    if panel.single_runs.size:
        thin = ax.plot(t, panel.single_runs.T, color=GREY, linewidth=0.6, zorder=1)
        thin[0].set_label(f"{len(panel.single_runs)} single runs")
    ax.set_title(panel.title, loc="left", fontsize=11)
    generations_below(ax, last, dashed=any(known.road == "simulated" for _, known, _ in lines))
    ax.legend(**LEGEND)


def generations_below(ax: Axes, last: int, *, dashed: bool) -> None:
    """The horizontal axis of what is drawn over the generations."""
    from matplotlib.ticker import MaxNLocator

    ax.set_xlabel("generation (dashed: simulated)" if dashed else "generation")
    ax.xaxis.set_major_locator(MaxNLocator(6, integer=True))
    ax.set_xlim(0, max(last, 1))
    ax.spines[["top", "right"]].set_visible(False)


def _values(known: Statistic, unit: float) -> Array:
    """Values in units of ``unit``, inside the floats."""
    return np.asarray(np.clip(known.seen / unit, -LARGEST, LARGEST))


def _scale(panel: Panel, ax: Axes) -> None:
    """A logarithmic vertical axis where the lines span much, else one that starts at 0 where the band comes near."""
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    course, unit, runs = panel.course, panel.unit, panel.single_runs
    low, high = _values(course.low, unit), _values(course.high, unit)
    lines = [_values(known, unit) for known in (course.typical, course.expected) if known.values is not None]
    top, bottom = float(max(np.max([*lines, high]), runs.max(initial=0))), float(np.min(lines))
    if panel.axis == "rate" or np.max(lines) < LOGARITHMIC_FROM * bottom:
        if panel.axis != "size" or low.min() < top / 2:
            ax.set_ylim(0, 1.05 * top if top > 0 else 1)
        if panel.axis == "count":
            ax.yaxis.set_major_locator(MaxNLocator(integer=True))
        return
    lowest = max(float(runs.min(initial=min(bottom, low.min()))), panel.smallest, 1 / LARGEST)
    ax.set_ylim(lowest / 2, 2 * top)
    ax.set_yscale("log")
    if top < 1e4 and lowest > 1e-4:
        ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
