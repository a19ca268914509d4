"""Rate of the loops whose fit sees a subsample of a growing pool, beside numpy's concatenate and choice; one thread."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from interleaved import at_least, rounds, show

import collapse_theory as ct

TARGET = 30


def simulated(recursion: ct.Recursion, generations: int, replicates: int) -> Callable[[], object]:
    return lambda: recursion.simulate(generations, replicates, rng=1, workers=1)


def published_gaussian(n: int, generations: int, *, replacement: bool) -> None:
    """One run the way it is published: a pool that is put together anew, a sample of it, its mean and std."""
    rng, pool, mean, sd = np.random.default_rng(1), np.empty(0), 0.0, 1.0
    for _ in range(generations):
        pool = np.concatenate([pool, rng.normal(mean, sd, size=n)])
        sample = rng.choice(pool, n, replace=replacement)
        mean, sd = np.mean(sample), np.std(sample)


def published_categorical(p: np.ndarray, n: int, generations: int, *, replacement: bool) -> None:
    """The same with types, point by point."""
    rng, pool, law = np.random.default_rng(1), np.empty(0, dtype=np.int64), p
    for _ in range(generations):
        pool = np.concatenate([pool, rng.choice(len(p), size=n, p=law)])
        sample = rng.choice(pool, n, replace=replacement)
        law = np.bincount(sample, minlength=len(p)) / n


def counted_categorical(p: np.ndarray, n: int, generations: int, *, replacement: bool) -> None:
    """The same with numpy's draws of counts."""
    rng, pool, law = np.random.default_rng(1), np.zeros(len(p), dtype=np.int64), p
    for _ in range(generations):
        pool += rng.multinomial(n, law)
        sample = (
            rng.multinomial(n, pool / pool.sum())
            if replacement
            else rng.multivariate_hypergeometric(pool, n, method="marginals")
        )
        law = sample / n


def row(what: str, faster: float, *, target: bool = False) -> tuple[str, str, str, str]:
    return (what, *(at_least(faster, TARGET) if target else (f"{faster:.3g}×", "", "")))


def gaussian(n: int, generations: int, replicates: int, *, target: bool = False) -> None:
    rows = []
    for replacement in (False, True):
        regime = ct.AccumulateSubsample(replacement=replacement)
        recursion = ct.Recursion(ct.Gaussian(ddof=0), regime, sample_size=n)
        found = rounds(
            {
                "loop": simulated(recursion, generations, replicates),
                "published": lambda how=replacement: published_gaussian(n, generations, replacement=how),
            },
            count=7,
        )
        taken = f"{1e6 * found.median('loop') / (generations * replicates):.3g} µs"
        rows.append((f"{regime!r}, a refit", taken, "", ""))
        rows.append(
            row("speed, of concatenate and choice", replicates * found.ratio("published", "loop"), target=target)
        )
    show(f"Gaussian, n = {n}, {replicates} runs × {generations} generations, one thread", rows)


def categorical(types: int, n: int, generations: int, replicates: int) -> None:
    family, rows = ct.Categorical.zipf(types, 1.0), []
    p = family.probabilities.values
    for replacement in (False, True):
        regime = ct.AccumulateSubsample(replacement=replacement)
        recursion = ct.Recursion(family, regime, sample_size=n)
        found = rounds(
            {
                "loop": simulated(recursion, generations, replicates),
                "points": lambda how=replacement: published_categorical(p, n, generations, replacement=how),
                "counts": lambda how=replacement: counted_categorical(p, n, generations, replacement=how),
            },
            count=5,
        )
        taken = f"{1e6 * found.median('loop') / (generations * replicates):.3g} µs"
        rows.append((f"{regime!r}, a refit", taken, "", ""))
        rows.append(row("speed, of concatenate and choice", replicates * found.ratio("points", "loop")))
        rows.append(row("speed, of numpy's counts", replicates * found.ratio("counts", "loop")))
    show(f"{types} types by Zipf's law, n = {n}, {replicates} runs × {generations} generations, one thread", rows)


if __name__ == "__main__":
    gaussian(100, 1000, 50, target=True)
    gaussian(1000, 100, 50)
    categorical(100, 100, 1000, 50)
    categorical(1000, 10_000, 100, 10)
