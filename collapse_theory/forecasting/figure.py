"""The picture of a forecast: spread, centre and tail."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from collapse_theory.forecasting.report import Forecast

BLUE, ORANGE, GREEN, GREY = "#0072B2", "#D55E00", "#009E73", "0.4"
DASHES = (0, (4, 3))
LOWEST_TAIL = 1e-12
DRAWN = (1e-300, 1e300)


def new_axes() -> Sequence[Axes]:
    """Three empty Axes side by side."""
    from matplotlib import pyplot

    axes: Sequence[Axes] = pyplot.subplots(1, 3, figsize=(12.5, 4.4), layout="constrained")[1]
    return axes


def plot_forecast(forecast: Forecast, axes: Sequence[Axes] | None = None) -> Sequence[Axes]:
    """Spread, centre and tail of a forecast, on three Axes (new ones by default), which are returned.

    Parameters
    ----------
    forecast : Forecast
        What is drawn; its arrays are the data of the picture.
    axes : sequence of three matplotlib Axes, optional
        Where to draw.
    """
    from matplotlib.ticker import MaxNLocator

    axes = new_axes() if axes is None else axes
    _draw_spread(forecast, axes[0])
    _draw_centre(forecast, axes[1])
    _draw_tail(forecast, axes[2])
    titles = (f"sd of {forecast.label}", f"centre of {forecast.label}", "mass beyond 3 source sds")
    for panel, title in zip(axes, titles, strict=True):
        panel.set_title(title, loc="left", fontsize=11)
        panel.set_xlabel("generation")
        panel.xaxis.set_major_locator(MaxNLocator(6, integer=True))
        panel.set_xlim(0, max(int(forecast.generations[-1]), 1))
        panel.spines[["top", "right"]].set_visible(False)
        panel.legend(frameon=False, fontsize=9, ncols=2, loc="upper center", bbox_to_anchor=(0.5, -0.16))
    return axes


def _draw_spread(forecast: Forecast, panel: Axes) -> None:
    t, sd = forecast.generations, forecast.sd
    panel.set_yscale("log")
    low, high = np.clip(sd.low, *DRAWN), np.clip(sd.high, *DRAWN)
    panel.fill_between(t, low, high, color=BLUE, alpha=0.16, linewidth=0, label="5-95 % of runs")
    panel.axhline(forecast.source.sd, color=GREY, linewidth=1, linestyle=DASHES, label="source")
    panel.plot(t, np.clip(sd.typical, *DRAWN), color=BLUE, linewidth=1.8, label="typical (median run)")
    if sd.expected is not None:
        panel.plot(t, np.clip(sd.expected, *DRAWN), color=ORANGE, linewidth=1.8, label="expected (mean)")
    _readable_logarithms(panel)


def _draw_centre(forecast: Forecast, panel: Axes) -> None:
    t, centre = forecast.generations, forecast.location
    panel.fill_between(t, centre.low, centre.high, color=BLUE, alpha=0.16, linewidth=0, label="5-95 % of runs")
    panel.axhline(forecast.source.mean, color=GREY, linewidth=1, linestyle=DASHES, label="source, typical, expected")


def _draw_tail(forecast: Forecast, panel: Axes) -> None:
    t, tail, own = forecast.generations, forecast.tail, forecast.own_tail
    panel.set_yscale("log")
    panel.axhline(tail.typical[0], color=GREY, linewidth=1, linestyle=DASHES, label="source")
    seen = [np.maximum(tail.typical, 1e-6), tail.typical[:1]]
    if tail.expected is not None:
        panel.plot(t, tail.expected, color=ORANGE, linewidth=1.8, label="expected, source's centre")
        seen.append(tail.expected)
    panel.plot(t, tail.typical, color=BLUE, linewidth=1.8, label="typical, source's centre")
    if own.expected is not None:
        panel.plot(t, own.expected, color=GREEN, linewidth=1.8, label="expected, own centre")
        seen.append(own.expected)
    lowest, highest = min(values.min() for values in seen), max(values.max() for values in seen)
    panel.set_ylim(max(lowest / 2, LOWEST_TAIL), min(2 * highest, 1.0))
    _readable_logarithms(panel)


def _readable_logarithms(panel: Axes) -> None:
    """Plain numbers as ticks where a logarithmic axis spans few decades."""
    from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullFormatter

    low, high = panel.get_ylim()
    if high / low >= 1e3:
        return
    panel.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)) if high / low > 8 else MaxNLocator(6))
    panel.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:.6g}"))
    panel.yaxis.set_minor_formatter(NullFormatter())
