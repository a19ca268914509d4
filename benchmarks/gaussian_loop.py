"""Rate of the compiled Gaussian loops, in the rate of bulk numpy draws of the same numbers; one thread."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from interleaved import at_least, rounds, show

import collapse_theory as ct

N, ROW, DRAWS = 50, 2000, 2_000_000


def simulated(regime: ct.Regime, generations: int) -> Callable[[], object]:
    recursion = ct.Recursion(ct.Gaussian(ddof=1), regime, sample_size=N)
    return lambda: recursion.simulate(generations, DRAWS // generations, rng=1, workers=1)


def bulk_normals_and_chi_squares() -> None:
    """As many draws of numpy as the loop needs, in rows that stay in the cache, which is the fastest way."""
    rng, out = np.random.default_rng(1), np.empty(ROW)
    for _ in range(DRAWS // ROW):
        rng.standard_normal(out=out)
        rng.chisquare(N - 1, ROW)


def bulk_chi_squares() -> None:
    rng = np.random.default_rng(1)
    for _ in range(DRAWS // ROW):
        rng.chisquare(N - 1, ROW)


def bulk_gammas() -> None:
    rng, out = np.random.default_rng(1), np.empty(ROW)
    for _ in range(DRAWS // ROW):
        rng.standard_gamma((N - 1) / 2, out=out)


def published(generations: int) -> None:
    """One run the way it is published: every sample drawn, its mean and std taken, in a Python loop."""
    rng, mean, sd = np.random.default_rng(1), 0.0, 1.0
    for _ in range(generations):
        sample = rng.normal(mean, sd, size=N)
        mean, sd = np.mean(sample), np.std(sample, ddof=1)


def main() -> None:
    for generations in (100, 1000):
        replicates = DRAWS // generations
        found = rounds(
            {
                "Replace": simulated(ct.Replace(), generations),
                "Accumulate": simulated(ct.Accumulate(), generations),
                "normals and chi-squares": bulk_normals_and_chi_squares,
                "chi-squares alone": bulk_chi_squares,
                "gammas alone": bulk_gammas,
                "published": lambda t=generations: published(t),
            }
        )
        targets = (
            ("Replace", "normals and chi-squares", 0.8),
            ("Accumulate", "normals and chi-squares", 0.7),
            ("Replace", "chi-squares alone", 0.75),
            ("Replace", "gammas alone", 0.75),
        )
        rows = [
            (f"{loop}, of bulk {draws}", *at_least(found.ratio(draws, loop), least)) for loop, draws, least in targets
        ]
        times_faster = replicates * found.ratio("published", "Replace")
        rows.append(("Replace, of the published way", *at_least(times_faster, 500)))
        rows.append(("Replace, per run and generation", f"{1e9 * found.median('Replace') / DRAWS:.3g} ns", "", ""))
        show(f"Gaussian loop, n = {N}, {replicates} runs × {generations} generations, one thread", rows)


if __name__ == "__main__":
    main()
