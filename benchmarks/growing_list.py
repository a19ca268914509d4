"""Rate of the loops that keep points, beside the published way, growing lists of raw points; one thread."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from interleaved import at_least, rounds, show

import collapse_theory as ct

N, GENERATIONS, REPLICATES, WIDTH, GOLDEN = 100, 1000, 2000, 5, 100
TARGET = 1000


def simulated(regime: ct.Regime) -> Callable[[], object]:
    recursion = ct.Recursion(ct.Gaussian(ddof=1), regime, sample_size=N)
    return lambda: recursion.simulate(GENERATIONS, REPLICATES, rng=1, workers=1)


def listed(newest: int, golden: int = 0) -> Callable[[], object]:
    """One run: a list of numbers that grows, the mean and the variance of its newest, with a golden set in front."""

    def task() -> None:
        rng, points, mean, sd = np.random.default_rng(1), [], 0.0, 1.0
        kept = list(rng.normal(size=golden))
        for _ in range(GENERATIONS):
            points.extend(rng.normal(mean, sd, size=N))
            pool = kept + points[-newest * N :]
            mean, sd = np.mean(pool), np.sqrt(np.var(pool, ddof=1))

    return task


def concatenated(newest: int, golden: int = 0) -> Callable[[], object]:
    """One run: a list of batches, of which the newest are put together, with a golden set in front, and refitted."""

    def task() -> None:
        rng, batches, mean, sd = np.random.default_rng(1), [], 0.0, 1.0
        kept = [rng.normal(size=golden)] if golden else []
        for _ in range(GENERATIONS):
            batches.append(rng.normal(mean, sd, size=N))
            pool = np.concatenate([*kept, *batches[-newest:]])
            mean, sd = np.mean(pool), np.sqrt(np.var(pool, ddof=1))

    return task


def main() -> None:
    regimes = {
        "Accumulate": ct.Accumulate(),
        f"Window({WIDTH})": ct.Window(generations=WIDTH),
        f"Golden({GOLDEN})": ct.Golden(size=GOLDEN),
    }
    parts = dict(zip(regimes, [(GENERATIONS,), (WIDTH,), (1, GOLDEN)], strict=True))
    tasks = {f"loop, {name}": simulated(regime) for name, regime in regimes.items()}
    tasks |= {f"list, {name}": listed(*part) for name, part in parts.items()}
    tasks |= {f"arrays, {name}": concatenated(*part) for name, part in parts.items()}
    found = rounds(tasks, count=3)
    rows = []
    for task in tasks:
        each = found.median(task) / (GENERATIONS * (REPLICATES if task.startswith("loop") else 1))
        rows.append((f"{task}, per refit", f"{1e6 * each:.3g} µs", "", ""))
    for task in list(tasks)[len(regimes) :]:
        way, name = task.split(", ")
        rows.append((f"{name}, of growing {way}", *at_least(found.ratio(task, f"loop, {name}") * REPLICATES, TARGET)))
    show(f"Gaussian, n = {N}, {REPLICATES} runs × {GENERATIONS} generations, one thread", rows)


if __name__ == "__main__":
    main()
