"""The picture of a forecast: spread, mean and tail."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from collapse_theory.forecasting.course import Course, Statistic
from collapse_theory.palette import GREY, LINES, MEAN, MEDIAN
from collapse_theory.quantities import Quantity

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from collapse_theory.forecasting.gaussian import Forecast

DARK = "0.35"
LAYOUT: dict[str, Any] = {"figsize": (12.5, 4.6), "layout": "constrained"}
LOGARITHMIC_FROM = 20.0
SMALLEST_TAIL = 1e-6
LARGEST = 1e200
"""Largest size that is drawn: matplotlib looks for ticks far beyond the ends of an axis, inside the floats."""

Array = NDArray[np.float64]
NO_RUNS: Array = np.empty((0, 0))


def plot_forecast(forecast: Forecast, axes: Sequence[Axes] | None = None) -> Sequence[Axes]:
    """Spread, mean and tail of a forecast on three Axes, which are returned.

    Solid lines are exact, dashed ones simulated; the courses of the forecast are the data of the picture, with a dozen
    single runs on the first two Axes: a band alone hides what becomes of each run inside it.

    Parameters
    ----------
    forecast : Forecast
        What is drawn.
    axes : sequence of three matplotlib Axes, optional
        Where to draw; by default on a new figure.
    """
    if axes is None:
        from matplotlib import pyplot

        axes = pyplot.subplots(1, 3, **LAYOUT)[1]
    spread, mean, tail = axes
    sds = _single_runs(forecast, forecast.recursion.sd)
    means = _single_runs(forecast, forecast.recursion.location)
    _draw(forecast, forecast.sd, spread, f"standard deviation of {forecast.label}", single_runs=sds)
    _draw(forecast, forecast.location, mean, f"mean of {forecast.label}", single_runs=means)
    _draw(forecast, forecast.tail, tail, "% beyond 3 source sds of the source's mean", unit=0.01)
    _scale(forecast.sd, spread, single_runs=sds)
    _scale(forecast.tail, tail, unit=0.01, smallest=SMALLEST_TAIL)
    return axes


def figure_of(forecast: Forecast) -> Figure:
    """The picture of a forecast as a figure of its own, which pyplot does not know."""
    from matplotlib.figure import Figure

    figure = Figure(**LAYOUT)
    plot_forecast(forecast, figure.subplots(1, 3))
    return figure


def _single_runs(forecast: Forecast, quantity: Quantity) -> Array:
    """Values of a quantity on the single runs, shape ``(runs, generations)``, inside the floats."""
    if forecast.single_runs is None:
        return np.empty((0, len(forecast.generations)))
    with np.errstate(over="ignore"):
        return np.clip(quantity.values(forecast.single_runs), -LARGEST, LARGEST)


def _draw(
    forecast: Forecast, course: Course, panel: Axes, title: str, *, unit: float = 1.0, single_runs: Array = NO_RUNS
) -> None:
    """Band, lines and the source's value of one course, in units of ``unit``, and thin single runs."""
    from matplotlib.ticker import MaxNLocator

    t, last = forecast.generations, int(forecast.generations[-1])
    low, high = _values(course.low, unit), _values(course.high, unit)
    panel.fill_between(t, low, high, color=MEDIAN, alpha=0.16, linewidth=0, label="90 % of runs")
    if course is forecast.location:
        lines = [("typical and expected", course.typical, MEDIAN)]
    else:
        lines = [("typical (median)", course.typical, MEDIAN), ("expected (mean)", course.expected, MEAN)]
    lines = [(name, known, colour) for name, known, colour in lines if known.values is not None]
    for name, known, colour in lines:
        style, alone = LINES[known.road], "o" if last == 0 else None
        panel.plot(t, _values(known, unit), color=colour, linewidth=1.8, linestyle=style, marker=alone, label=name)
    source = float(_values(course.typical, unit)[0])
    panel.axhline(source, color=DARK, linewidth=1, linestyle=":", zorder=0, label="source")
    if single_runs.size:
        thin = panel.plot(t, single_runs.T, color=GREY, linewidth=0.6, zorder=1)
        thin[0].set_label(f"{len(single_runs)} single runs")
    panel.set_title(title, loc="left", fontsize=11)
    dashed = any(known.road == "simulated" for _, known, _ in lines)
    panel.set_xlabel("generation (dashed: simulated)" if dashed else "generation")
    panel.xaxis.set_major_locator(MaxNLocator(6, integer=True))
    panel.set_xlim(0, max(last, 1))
    panel.spines[["top", "right"]].set_visible(False)
    panel.legend(frameon=False, fontsize=9, ncols=2, loc="upper center", bbox_to_anchor=(0.5, -0.16))


def _values(known: Statistic, unit: float) -> Array:
    """Values in units of ``unit``, inside the floats."""
    return np.asarray(np.clip(known.seen / unit, -LARGEST, LARGEST))


def _scale(
    course: Course, panel: Axes, *, unit: float = 1.0, smallest: float = 0.0, single_runs: Array = NO_RUNS
) -> None:
    """A logarithmic vertical axis where the lines span much, else one that starts at 0 where the band comes near."""
    from matplotlib.ticker import FuncFormatter

    low, high = _values(course.low, unit), _values(course.high, unit)
    lines = [_values(known, unit) for known in (course.typical, course.expected) if known.values is not None]
    top, bottom = float(max(np.max([*lines, high]), single_runs.max(initial=0))), float(np.min(lines))
    if np.max(lines) < LOGARITHMIC_FROM * bottom:
        if low.min() < top / 2:
            panel.set_ylim(0, 1.05 * top)
        return
    lowest = max(float(single_runs.min(initial=min(bottom, low.min()))), smallest, 1 / LARGEST)
    panel.set_ylim(lowest / 2, 2 * top)
    panel.set_yscale("log")
    if top < 1e4 and lowest > 1e-4:
        panel.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
