"""Rate of the Markov chain's loops: beside QuantEcon's algorithm, beside bulk uniforms, and refits beside draws."""

from __future__ import annotations

import importlib.util
import resource
import sys
from collections.abc import Callable

import numpy as np
from interleaved import at_least, at_most, rounds, show
from numba import njit
from scipy import sparse

import collapse_theory as ct
from collapse_theory.families.markov_chain import kernel
from collapse_theory.families.markov_chain.simulate import prepared

STEPS, STATES, MANY = 1_000_000, 10, 10_000
ONE_THREAD = {"rng": 1, "workers": 1}


@njit(cache=True, nogil=True)
def searched(cumulative, first, uniforms, path):
    """QuantEcon's algorithm: a path by bisection in the cumulative rows, one number drawn beforehand for each step."""
    path[0] = first
    for t in range(len(path) - 1):
        path[t + 1] = np.searchsorted(cumulative[path[t]], uniforms[t], side="right")


def random_matrix(states: int) -> np.ndarray:
    return np.random.default_rng(1).dirichlet(np.ones(states), states)


def walked(rows: kernel.Rows) -> Callable[[], object]:
    """The walk alone, with its counts."""
    states = len(rows.starts) - 1
    backoff, extra = np.zeros(states), np.empty((STEPS, 2), np.int64)

    def task() -> object:
        hits = np.zeros(len(rows.targets), np.int64)
        rng = np.random.default_rng(1)
        return kernel.walk(rng, rows, backoff, kernel.PREVIOUS, rows, rows, 0, STEPS, hits, extra)

    return task


def one_path() -> None:
    matrix = random_matrix(STATES)
    chain = ct.MarkovChain(matrix)
    cumulative, path = np.cumsum(matrix, axis=1), np.empty(STEPS + 1, np.int64)
    recursion = ct.Recursion(chain, ct.Replace(), sample_size=STEPS)

    def reference() -> None:
        searched(cumulative, 0, np.random.default_rng(1).random(STEPS), path)

    tasks = {
        "a generation": lambda: recursion.simulate(1, 1, **ONE_THREAD),
        "walk": walked(chain.prepared_source),
        "searchsorted": reference,
        "uniforms": lambda: np.random.default_rng(1).random(STEPS),
    }
    if importlib.util.find_spec("quantecon"):
        from quantecon import MarkovChain

        theirs = MarkovChain(matrix)
        tasks["QuantEcon.py"] = lambda: theirs.simulate(STEPS + 1, init=0, random_state=np.random.default_rng(1))
    found = rounds(tasks)
    rows = [(f"{name}, per step", f"{1e9 * found.median(name) / STEPS:.3g} ns", "", "") for name in tasks]
    for name in ("searchsorted", "QuantEcon.py"):
        if name in tasks:
            rows.append((f"speed of a generation, of {name}", *at_least(found.ratio(name, "a generation"), 1)))
    show(f"{STEPS} steps of a chain of {STATES} states, one path, one thread", rows)


def text_like(edges: int = 100) -> ct.MarkovChain:
    """A chain of many states with rows by Zipf's law, to targets that are themselves frequent by it."""
    rng = np.random.default_rng(1)
    popular = 1.0 / np.arange(1, MANY + 1)
    targets = np.searchsorted(np.cumsum(popular) / popular.sum(), rng.random((MANY, edges)))
    targets[:, 0] = (np.arange(MANY) + 1) % MANY
    weights = np.tile(1.0 / np.arange(1, edges + 1), MANY)
    table = sparse.csr_array((weights, targets.ravel(), np.arange(MANY + 1) * edges), shape=(MANY, MANY))
    table.sum_duplicates()
    table.data /= np.repeat(table.sum(axis=1), np.diff(table.indptr))
    return ct.MarkovChain(table)


def peak_megabytes() -> float:
    """Largest resident size so far; Linux counts in KiB, macOS in bytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)


def text() -> None:
    chain = text_like()
    before = peak_megabytes()
    source = chain.source(1)
    count = np.array([STEPS])
    path = chain.draw(source, count, np.random.default_rng(1))
    state = chain.fit(path, STEPS, source, np.random.default_rng(1))
    recursion = ct.Recursion(chain, ct.Replace(), sample_size=STEPS)

    def refit() -> None:
        fitted = chain.fit(path, STEPS, source, np.random.default_rng(1))
        prepared(chain, fitted[0][0], fitted[1][0], int(fitted[2][0]))

    found = rounds(
        {
            "walk": walked(chain.prepared_source),
            "draw from the source": lambda: chain.draw(source, count, np.random.default_rng(1)),
            "draw from a model": lambda: chain.draw(state, count, np.random.default_rng(1)),
            "refit": refit,
            "measures": lambda: [recursion.watch(name).measure(state) for name in ("entropy_rate", "state_count")],
            "a generation": lambda: recursion.simulate(1, 1, **ONE_THREAD),
        },
        count=7,
    )
    rows = [(name, f"{1e3 * found.median(name):.3g} ms", "", "") for name in found.seconds]
    rows.append(("refit, of the draw", *at_most(found.ratio("refit", "draw from the source"), 3, "×")))
    rows.append(("peak memory", f"{peak_megabytes() - before:.3g} MiB more", "", ""))
    show(f"{STEPS} transitions of a chain of {MANY} states and {chain.matrix.edges} edges", rows)


def many_runs() -> None:
    for states, n in ((2, 100), (10, 100), (30, 1000)):
        generations = 100
        replicates = 4_000_000 // (n * generations)
        recursion = ct.Recursion(ct.MarkovChain(random_matrix(states)), ct.Replace(), sample_size=n)
        draws = replicates * generations * n

        def bulk(draws: int = draws) -> None:
            rng, out = np.random.default_rng(1), np.empty(2000)
            for _ in range(draws // 2000):
                rng.random(out=out)

        found = rounds(
            {
                "loop": lambda r=recursion, m=replicates: r.simulate(100, m, **ONE_THREAD),
                "bulk": bulk,
            },
            count=7,
        )
        rate = replicates * generations / found.median("loop")
        show(
            f"{states} states, n = {n}, {replicates} runs × {generations} generations, one thread",
            [
                ("refits per second", f"{rate:.3g}", "", ""),
                ("per transition", f"{1e9 * found.median('loop') / draws:.3g} ns", "", ""),
                ("of bulk uniforms", *at_least(found.ratio("bulk", "loop"), 0.1)),
            ],
        )


if __name__ == "__main__":
    one_path()
    text()
    many_runs()
