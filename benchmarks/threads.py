"""Speed of two threads over one, on the same runs; the machine must be quiet."""

from __future__ import annotations

import os

from interleaved import at_least, rounds, show

import collapse_theory as ct

REPLICATES, GENERATIONS = 64_000, 500


def main() -> None:
    recursion = ct.Recursion(ct.Gaussian(ddof=1), ct.Replace(), sample_size=50)
    found = rounds(
        {str(n): lambda n=n: recursion.simulate(GENERATIONS, REPLICATES, rng=1, workers=n) for n in (1, 2)}, count=7
    )
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else float("nan")
    show(
        f"Threads, {REPLICATES} replicates × {GENERATIONS} generations, {os.cpu_count()} cores, load {load:.2f}",
        [("two threads over one", *at_least(found.ratio("1", "2"), 1.7))],
    )


if __name__ == "__main__":
    main()
