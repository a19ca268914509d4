"""Time of a loop of one's own functions, beside a bare loop that only calls them; one thread."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from interleaved import at_most, rounds, show

import collapse_theory as ct

MOST = 1.2
"""Largest allowed time, of that of the bare loop."""

Model = tuple[float, float]


def normal(model: Model, size: int, rng: np.random.Generator) -> Any:
    return rng.normal(model[0], model[1], size)


def moments(points: Any) -> Model:
    return float(points.mean()), float(points.std())


FAMILY = ct.CustomFamily(sample=normal, fit=moments, measures={"sd": lambda model: model[1]}, source=(0.0, 1.0))


def simulated(recursion: ct.Recursion, generations: int, replicates: int) -> Callable[[], object]:
    return lambda: recursion.simulate(generations, replicates, rng=1, workers=1)


def replaced(n: int, generations: int, replicates: int) -> None:
    rng = np.random.default_rng(1)
    for _ in range(replicates):
        model = (0.0, 1.0)
        for _ in range(generations):
            model = moments(normal(model, n, rng))


def accumulated(n: int, generations: int, replicates: int) -> None:
    rng = np.random.default_rng(1)
    for _ in range(replicates):
        model, pool = (0.0, 1.0), np.empty(0)
        for _ in range(generations):
            pool = np.concatenate([pool, normal(model, n, rng)])
            model = moments(pool)


def subsampled(n: int, generations: int, replicates: int) -> None:
    rng = np.random.default_rng(1)
    for _ in range(replicates):
        model, pool = (0.0, 1.0), np.empty(0)
        for _ in range(generations):
            pool = np.concatenate([pool, normal(model, n, rng)])
            model = moments(pool[rng.integers(len(pool), size=n)])


def mixed(n: int, generations: int, replicates: int) -> None:
    rng, real = np.random.default_rng(1), n // 10
    for _ in range(replicates):
        model = (0.0, 1.0)
        for t in range(generations):
            drawn = [normal((0.0, 1.0), real, rng), normal(model, n - real, rng)] if t else [normal(model, n, rng)]
            model = moments(np.concatenate(drawn))


if __name__ == "__main__":
    n, generations, replicates = 100, 50, 400
    rows = []
    for regime, bare in (
        (ct.Replace(), replaced),
        (ct.Fresh(real=10), mixed),
        (ct.Accumulate(), accumulated),
        (ct.AccumulateSubsample(replacement=True), subsampled),
    ):
        recursion = ct.Recursion(FAMILY, regime, sample_size=n)
        found = rounds(
            {
                "family": simulated(recursion, generations, replicates),
                "bare": lambda bare=bare: bare(n, generations, replicates),
            },
            count=9,
        )
        ratio = found.ratio("family", "bare")
        taken = f"{1e6 * found.median('bare') / (generations * replicates):.3g} µs"
        rows.append((f"{regime!r}, bare, a refit", taken, "", ""))
        target = bare is replaced
        rows.append(("time, of the bare loop", *(at_most(ratio, MOST, "×") if target else (f"{ratio:.3g}×", "", ""))))
    show(f"Normal by numpy, n = {n}, {replicates} runs × {generations} generations, one thread", rows)
