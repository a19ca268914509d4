"""Seconds of the exact categorical engine, beside a sparse solve, normal draws and simulated runs."""

from __future__ import annotations

import tracemalloc

import numpy as np
from interleaved import at_least, at_most, rounds, show
from scipy.sparse import csc_array
from scipy.sparse.linalg import splu
from scipy.special import gammaln

import collapse_theory as ct
from collapse_theory.wright_fisher import ancestors, kernel

EVEN = ct.Categorical([0.5, 0.5])
EXACT = 13859.38282980805
"""Mean absorption time of two equal types at n = 10 000."""


def forget() -> None:
    """Empty the caches, so that every round pays for everything."""
    ancestors.one_generation.cache_clear()
    ancestors.parents_of_random_sample.cache_clear()


def mean_time(n: int) -> float:
    forget()
    return ct.Recursion(EVEN, ct.Replace(), sample_size=n).absorption_time.mean


def sparse_solve(n: int) -> float:
    """The same from the transition matrix, its entries by log-gamma, and a sparse factorization."""
    rows, columns, entries = [], [], []
    k = np.arange(n + 1)
    ways = gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1)
    for i in range(1, n):
        x, width = i / n, int(9 * np.sqrt(i * (1 - i / n))) + 20
        j = np.arange(max(i - width, 1), min(i + width, n - 1) + 1)
        rows.append(np.full(len(j), i - 1))
        columns.append(j - 1)
        entries.append(np.exp(ways[j] + j * np.log(x) + (n - j) * np.log1p(-x)))
    places = np.concatenate(rows), np.concatenate(columns)
    step = csc_array((np.concatenate(entries), places), shape=(n - 1, n - 1))
    times = splu(csc_array(_identity(n - 1) - step)).solve(np.ones(n - 1))
    first = np.exp(ways[1:n] - n * np.log(2))
    return float(1 + first @ times)


def _identity(size: int) -> csc_array:
    places = np.arange(size)
    return csc_array((np.ones(size), (places, places)), shape=(size, size))


def absorption() -> None:
    n = 10_000
    found = rounds({"dual": lambda: mean_time(n), "splu": lambda: sparse_solve(n)}, count=3)
    exact = EXACT
    show(
        f"mean absorption time of two equal types, n = {n}",
        [
            ("dual", f"{found.median('dual'):.3g} s", "", ""),
            ("matrix and splu", f"{found.median('splu'):.3g} s", "", ""),
            ("speed of the dual", *at_least(found.ratio("splu", "dual"), 20)),
            ("relative error of the dual", *at_most(abs(mean_time(n) / exact - 1), 1e-12, "")),
            ("relative error of splu", f"{abs(sparse_solve(n) / exact - 1):.1g}", "", ""),
        ],
    )


def large_samples() -> None:
    rng = np.random.default_rng(1)

    def normals() -> None:
        for _ in range(20):
            rng.standard_normal(10_000_000)

    found = rounds({"n = 10^5": lambda: mean_time(100_000), "2·10^8 normals": normals}, count=3)
    gain = np.full((10**6 + 1, 1), 1.0)
    tracemalloc.start()
    kernel.streamed(10**6, gain, False)  # noqa: FBT003
    peak = tracemalloc.get_traced_memory()[1] / 8 / 10**6
    tracemalloc.stop()
    show(
        "mean absorption time of large samples",
        [
            ("n = 10^5", f"{found.median('n = 10^5'):.3g} s", "", ""),
            ("2·10^8 standard normals", f"{found.median('2·10^8 normals'):.3g} s", "", ""),
            ("n = 10^5, of the normals", *at_most(found.ratio("n = 10^5", "2·10^8 normals"), 1, "×")),
            ("n = 10^6 row by row, doubles per point", *at_most(peak, 10, "")),
        ],
    )


def vocabulary() -> None:
    words = ct.Categorical.zipf(100_000, 1.0)
    t = np.arange(101)

    def exact() -> None:
        forget()
        loop = ct.Recursion(words, ct.Replace(), sample_size=10_000)
        loop.support_size.mean(t), loop.lost_mass.mean(t), loop.entropy.mean(t)

    loop = ct.Recursion(words, ct.Replace(), sample_size=10_000)
    kept = ct.Values([loop.support_size, loop.lost_mass, loop.entropy], at=t.tolist())
    found = rounds({"exact": exact, "100 runs": lambda: loop.simulate(100, 100, rng=1, workers=1, keep=kept)}, count=3)
    show(
        "types, lost mass and entropy of 100 000 types by Zipf's law, n = 10 000, all t ≤ 100",
        [
            ("exact", f"{found.median('exact'):.3g} s", "", ""),
            ("100 simulated runs, one thread", f"{found.median('100 runs'):.3g} s", "", ""),
            ("exact, of the runs", *at_most(found.ratio("exact", "100 runs"), 10, "×")),
        ],
    )


def main() -> None:
    absorption()
    large_samples()
    vocabulary()


if __name__ == "__main__":
    main()
