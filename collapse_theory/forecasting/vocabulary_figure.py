"""The panels in the picture of a vocabulary's forecast that are not the course of one quantity."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from collapse_theory.forecasting.course import Course
from collapse_theory.forecasting.figure import DARK, LEGEND, generations_below
from collapse_theory.forecasting.survival import EvenChance, Survival
from collapse_theory.palette import BLUE, GREEN, LINES, MEDIAN, PURPLE

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Array = NDArray[np.float64]
Places = NDArray[np.int64]

MOST_DRAWN = 2000
"""Ranks of a law that are drawn, evenly spread in logarithms."""


@dataclass(frozen=True, eq=False)
class RankPanel:
    """Shares by rank, of the source and of a typical run at the horizon, on logarithmic axes.

    Parameters
    ----------
    source : ndarray
        Probabilities of all types.
    types : ndarray of int
        The types that the run has left.
    probabilities : ndarray
        Their probabilities there.
    unit : str
        What the types are.
    """

    source: Array
    types: Places
    probabilities: Array
    unit: str

    def draw(self, t: NDArray[np.int64], ax: Axes) -> None:
        """Both laws, each by its own ranks, and every type that is left at the rank that it had."""
        before, after = np.sort(self.source[self.source > 0])[::-1], np.sort(self.probabilities)[::-1]
        order = np.argsort(-self.source, kind="stable")
        ranks = np.empty(order.size, dtype=np.int64)
        ranks[order] = np.arange(order.size)
        now = np.zeros(order.size)
        now[ranks[self.types]] = self.probabilities
        drawn = _few(order.size)
        drawn = drawn[now[drawn] > 0]
        ax.plot(
            drawn + 1,
            now[drawn],
            color=MEDIAN,
            alpha=0.45,
            linewidth=0,
            marker=".",
            markersize=4.5,
            markeredgewidth=0,
            label=f"the same {self.unit}s, at their old rank",
        )
        for law, label, colour, style in (
            (before, "source", DARK, ":"),
            (after, f"a typical run at generation {t[-1]}", MEDIAN, "-"),
        ):
            places = _few(law.size)
            ax.plot(places + 1, law[places], color=colour, linestyle=style, linewidth=1.8, label=label)
        ax.set_xscale("log")
        ax.set_yscale("log")
        ax.set_title(f"share of the {self.unit}s, by rank", loc="left", fontsize=11)
        ax.set_xlabel("rank")
        ax.spines[["top", "right"]].set_visible(False)
        ax.legend(**LEGEND)


@dataclass(frozen=True, eq=False)
class SurvivalPanel:
    """Chance to be left at the horizon, by the share in the source.

    Parameters
    ----------
    survival : Survival
        The chances.
    even_chance : EvenChance or None
        What has an even chance.
    unit : str
        What the types are.
    """

    survival: Survival
    even_chance: EvenChance | None
    unit: str

    def draw(self, t: NDArray[np.int64], ax: Axes) -> None:
        """An exact curve, or simulated points with twice their standard errors; an even chance where some are lost."""
        known, even = self.survival, self.even_chance
        percent = 100 * known.values
        if known.road == "exact":
            ax.plot(known.shares, percent, color=BLUE, linewidth=1.8, marker=".", label="chance to be left")
        else:
            low = np.minimum(200 * known.errors, percent)
            high = np.minimum(200 * known.errors, 100 - percent)
            label = "chance to be left, simulated"
            ax.errorbar(known.shares, percent, [low, high], color=BLUE, fmt=".", linewidth=1, label=label)
        some_lost = bool(np.any(known.values < 1))
        if some_lost:
            ax.axhline(50, color=DARK, linewidth=1, linestyle=":", zorder=0, label="even chance")
        if some_lost and even is not None:
            ax.axvline(even.share, color=DARK, linewidth=1, linestyle=":", zorder=0)
        ax.set_xscale("log")
        ax.set_ylim(-2, 102)
        ax.set_title(f"% of the {self.unit}s of a share left at generation {t[-1]}", loc="left", fontsize=11)
        ax.set_xlabel("share in the source")
        ax.spines[["top", "right"]].set_visible(False)
        ax.legend(**LEGEND)


@dataclass(frozen=True, eq=False)
class SharesPanel:
    """Several courses in percent: of themselves, or of their value on the source where that is not 0.

    Parameters
    ----------
    courses : mapping of str to Course
        At most two, under their names.
    """

    courses: Mapping[str, Course]

    def draw(self, t: NDArray[np.int64], ax: Axes) -> None:
        """The typical course of each, and a band that holds 90 % of the runs."""
        dashed = False
        for (name, course), colour in zip(self.courses.items(), (PURPLE, GREEN), strict=False):
            known = course.typical
            unit = float(known.seen[0] or 1.0) / 100
            ax.fill_between(t, course.low.seen / unit, course.high.seen / unit, color=colour, alpha=0.16, linewidth=0)
            style, alone = LINES[known.road], "o" if t[-1] == 0 else None
            ax.plot(t, known.seen / unit, color=colour, linewidth=1.8, linestyle=style, marker=alone, label=name)
            dashed |= known.road == "simulated"
        ax.set_ylim(0, None)
        ax.set_title("% of the source's mass and entropy, and 90 % of runs", loc="left", fontsize=11)
        generations_below(ax, int(t[-1]), dashed=dashed)
        ax.legend(**LEGEND)


def _few(size: int) -> Places:
    """Places of some ranks."""
    found: Places = np.unique(np.geomspace(1, size, MOST_DRAWN).round().astype(np.int64)) - 1
    return found
