"""A million runs of a thousand generations with a progress bar: seconds and peak memory."""

from __future__ import annotations

import resource
import sys
import time

from interleaved import show

import collapse_theory as ct

REPLICATES, GENERATIONS = 1_000_000, 1000


def peak_megabytes() -> float:
    """Largest resident size so far; Linux counts in KiB, macOS in bytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)


def main() -> None:
    recursion = ct.Recursion(ct.Gaussian(ddof=1), ct.Replace(), sample_size=50)
    recursion.simulate(1, 1, rng=1)
    rows = []
    ways = (
        ("last generation kept", "last"),
        ("summaries at ten", ct.Summaries(recursion.log_variance, at=range(100, 1001, 100))),
    )
    for name, keep in ways:
        before, start = peak_megabytes(), time.perf_counter()
        recursion.simulate(GENERATIONS, REPLICATES, rng=1, keep=keep, progress=True)
        seconds = time.perf_counter() - start
        rows.append((name, f"{seconds:.3g} s", f"{peak_megabytes() - before:.3g} MiB more at the peak", ""))
    show(f"{REPLICATES} replicates × {GENERATIONS} generations", rows)


if __name__ == "__main__":
    main()
