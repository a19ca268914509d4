"""How many runs a forecast can afford, where the caller does not say."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from collapse_theory.domain import COUNT, Domain

REPLICATES = Domain(low=20, high=COUNT.high, integer=True)
"""Runs of a forecast whose states are large."""
MOST_REPLICATES = 1000


def round_runs(found: float) -> int:
    """Runs that can be afforded as a round number, at least 20 and at most 1000."""
    return int(np.clip(round_down(found), REPLICATES.low, MOST_REPLICATES))


def round_down(found: float) -> float:
    """A number with its first digit alone, below 1 nothing."""
    digit = 10 ** max(int(np.log10(found)), 0)
    return float(found // digit * digit)


def sampled_generations(horizon: int) -> NDArray[np.int64]:
    """Generations that stand for all up to the horizon when work is estimated."""
    return np.unique(np.linspace(1, max(horizon, 1), 101).round().astype(np.int64))
