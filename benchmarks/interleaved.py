"""Timing in interleaved rounds of one process: a slow moment of the machine hits all tasks alike."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Timings:
    """Seconds of every task in every round."""

    seconds: Mapping[str, tuple[float, ...]]

    def median(self, task: str) -> float:
        """Median seconds of a task."""
        return statistics.median(self.seconds[task])

    def ratio(self, task: str, other: str) -> float:
        """Median over the rounds of how many times as long a task takes as another."""
        pairs = zip(self.seconds[task], self.seconds[other], strict=True)
        return statistics.median(one / two for one, two in pairs)


def rounds(tasks: Mapping[str, Callable[[], object]], *, count: int = 15) -> Timings:
    """Timings of the tasks, each once per round, after a round that does not count."""
    seconds: dict[str, list[float]] = {name: [] for name in tasks}
    for number in range(count + 1):
        for name, task in tasks.items():
            start = time.perf_counter()
            task()
            if number:
                seconds[name].append(time.perf_counter() - start)
    return Timings({name: tuple(taken) for name, taken in seconds.items()})


def show(title: str, rows: list[tuple[str, str, str, str]]) -> None:
    """A table on stdout: what, figure, target, verdict."""
    print(title)
    rows = [("what", "figure", "target", ""), *rows]
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    for row in rows:
        print("  " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def at_least(figure: float, target: float, unit: str = "×") -> tuple[str, str, str]:
    """Cells of a figure that should reach its target."""
    return f"{figure:.3g}{unit}", f"≥ {target:g}{unit}", "met" if figure >= target else "missed"


def at_most(figure: float, target: float, unit: str = " s") -> tuple[str, str, str]:
    """Cells of a figure that should stay within its target."""
    return f"{figure:.3g}{unit}", f"≤ {target:g}{unit}", "met" if figure <= target else "missed"
