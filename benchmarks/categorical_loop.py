"""Rate of the categorical loop, beside numpy's multinomials of all replicates and draws of single points."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from interleaved import at_least, rounds, show

import collapse_theory as ct

ONE_THREAD = {"rng": 1, "workers": 1}


def multinomials(p: np.ndarray, n: int, generations: int, replicates: int) -> Callable[[], object]:
    """All replicates at a time, by ``Generator.multinomial``."""

    def task() -> None:
        rng, laws = np.random.default_rng(1), np.tile(p, (replicates, 1))
        for _ in range(generations):
            laws = rng.multinomial(n, laws) / n

    return task


def choices(p: np.ndarray, n: int, generations: int) -> Callable[[], object]:
    """One replicate, by ``Generator.choice`` and ``bincount``."""

    def task() -> None:
        rng, law = np.random.default_rng(1), p
        for _ in range(generations):
            law = np.bincount(rng.choice(len(p), size=n, p=law), minlength=len(p)) / n

    return task


def replaced(types: int, n: int, generations: int, replicates: int, targets: tuple[float, float] | None = None) -> None:
    family = ct.Categorical.zipf(types, 1.0)
    recursion = ct.Recursion(family, ct.Replace(), sample_size=n)
    p = family.probabilities.values
    tasks = {
        "loop": lambda: recursion.simulate(generations, replicates, **ONE_THREAD),
        "multinomial": multinomials(p, n, generations, replicates),
    }
    if n <= 10_000:
        tasks["choice"] = choices(p, n, generations)
    found = rounds(tasks, count=7 if types <= 1000 else 3)
    refits = {"loop": replicates, "multinomial": replicates, "choice": 1}
    rows = [
        (f"{name}, per refit", f"{1e6 * found.median(name) / (refits[name] * generations):.3g} µs", "", "")
        for name in tasks
    ]
    for name in list(tasks)[1:]:
        faster = found.ratio(name, "loop") * replicates / refits[name]
        target = targets[name == "choice"] if targets else None
        cells = at_least(faster, target) if target else (f"{faster:.3g}×", "", "")
        rows.append((f"speed of the loop, of {name}", *cells))
    show(f"{types} types by Zipf's law, n = {n}, {replicates} runs × {generations} generations, one thread", rows)


def other_regimes() -> None:
    rows = []
    for family in (ct.Categorical.zipf(1000, 1.0), ct.Categorical.zipf(1000, 1.0, smoothing=ct.BackOff(100.0))):
        for regime in (ct.Replace(), ct.Accumulate(), ct.Fresh(real=100), ct.FreshMixture(share=0.01)):
            recursion = ct.Recursion(family, regime, sample_size=10_000)
            found = rounds({"loop": lambda r=recursion: r.simulate(200, 20, **ONE_THREAD)}, count=3)
            taken = f"{1e6 * found.median('loop') / (20 * 200):.3g} µs"
            rows.append((f"{family.smoothing!r}, {regime!r}", taken, "", ""))
    show("1000 types by Zipf's law, n = 10000, 20 runs × 200 generations, a refit", rows)


if __name__ == "__main__":
    replaced(1000, 10_000, 200, 40, targets=(1.5, 30))
    replaced(3, 100, 100, 5000)
    replaced(100_000, 10_000, 100, 4)
    replaced(1_000_000, 10_000, 100, 4)
    replaced(1_000_000, 1_000_000, 20, 1)
    replaced(1_000_000, 100_000_000, 20, 1)
    other_regimes()
