"""Rate of the multivariate Gaussian loop: beside the published way, which draws every point; one thread."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from interleaved import at_least, rounds, show

import collapse_theory as ct

N, GENERATIONS, ENTRIES = 100, 50, 2_000_000


def simulated(d: int, regime: ct.Regime, replicates: int) -> Callable[[], object]:
    recursion = ct.Recursion(ct.MultivariateGaussian.standard(d), regime, sample_size=N)
    return lambda: recursion.simulate(GENERATIONS, replicates, rng=1, workers=1)


def published(d: int) -> Callable[[], object]:
    """One run the way it is published: every point drawn, mean and covariance taken of them, in a Python loop."""

    def task() -> None:
        rng, mean, covariance = np.random.default_rng(1), np.zeros(d), np.eye(d)
        for _ in range(GENERATIONS):
            points = rng.multivariate_normal(mean, covariance, size=N)
            mean, covariance = points.mean(axis=0), np.cov(points, rowvar=False)

    return task


def bulk(d: int, replicates: int) -> Callable[[], object]:
    """As many normals and chi-squares as Bartlett's factors and the means need, a generation at a time."""

    def task() -> None:
        rng, out, df = np.random.default_rng(1), np.empty((replicates, d * (d + 1) // 2)), N - np.arange(1, d + 1)
        for _ in range(GENERATIONS):
            rng.standard_normal(out=out)
            rng.chisquare(df, (replicates, d))

    return task


def main() -> None:
    for d, target in ((2, 50), (10, 50), (50, 1)):
        replicates = max(20, ENTRIES // (GENERATIONS * d * d))
        found = rounds(
            {
                "Replace": simulated(d, ct.Replace(), replicates),
                "Fresh": simulated(d, ct.Fresh(real=N // 2), replicates),
                "bulk": bulk(d, replicates),
                "published": published(d),
            },
            count=7,
        )
        refits = replicates * GENERATIONS
        rows = [
            ("Replace, of the published way", *at_least(replicates * found.ratio("published", "Replace"), target)),
            ("Replace, of numpy's draws of the same numbers", *at_least(found.ratio("bulk", "Replace"), 0.3)),
            *(
                (f"{loop}, per run and generation", f"{1e6 * found.median(loop) / refits:.3g} µs", "", "")
                for loop in ("Replace", "Fresh")
            ),
            ("published, per generation", f"{1e6 * found.median('published') / GENERATIONS:.3g} µs", "", ""),
        ]
        show(f"{d} dimensions, n = {N}, {replicates} runs × {GENERATIONS} generations, one thread", rows)


if __name__ == "__main__":
    main()
