"""Seconds of exact curves over a million generations and of the exact law, in named numpy operations."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from interleaved import Timings, at_most, rounds, show

import collapse_theory as ct

GENERATIONS = np.arange(1, 1_000_001)
SHRINKING = ct.Gaussian(ddof=0)


def curve(regime: ct.Regime, size: object, family: ct.Gaussian = SHRINKING) -> Callable[[], object]:
    """A mean over all generations, with nothing cached from before."""
    return lambda: ct.Recursion(family, regime, sample_size=size).variance.mean(GENERATIONS)


def law() -> Callable[[], object]:
    points = np.geomspace(0.01, 10, 1000)
    return lambda: ct.Recursion(ct.Gaussian(), ct.Replace(), sample_size=10).variance.distribution(100).cdf(points)


def main() -> None:
    numbers = GENERATIONS.astype(float)
    found = rounds(
        {
            "np.exp": lambda: np.exp(-numbers),
            "Replace": curve(ct.Replace(), 100),
            "Accumulate": curve(ct.Accumulate(), 100),
            "Fresh, one size": curve(ct.Fresh(real=2), 100),
            "Replace, growing sizes": curve(ct.Replace(), ct.schedules.power(10, 0.5)),
            "Accumulate, growing sizes": curve(ct.Accumulate(), ct.schedules.power(10, 0.5)),
            "Fresh, growing sizes": curve(ct.Fresh(real=2), ct.schedules.power(10, 0.5), ct.Gaussian(ddof=1)),
            "cdf": law(),
        },
        count=5,
    )

    def row(name: str, target: float) -> tuple[str, str, str, str]:
        return (f"{name}: {in_exps(found, name)} np.exp of 10⁶", *at_most(found.median(name), target))

    show(
        f"Exact curves; np.exp of 10⁶ numbers takes {1e3 * found.median('np.exp'):.3g} ms",
        [
            *(row(name, 0.02) for name in ("Replace", "Accumulate", "Fresh, one size")),
            *(row(name, 0.02) for name in ("Replace, growing sizes", "Accumulate, growing sizes")),
            row("Fresh, growing sizes", 0.5),
            (
                f"variance.distribution(100).cdf at 1000 points: {in_exps(found, 'cdf')}",
                *at_most(found.median("cdf"), 0.2),
            ),
        ],
    )


def in_exps(found: Timings, name: str) -> str:
    return f"{found.ratio(name, 'np.exp'):.3g} ×"


if __name__ == "__main__":
    main()
