"""Shares of types, in the last axis: their powers."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def powers(shares: Array, exponent: float) -> Array:
    """Powers of shares in units of the largest of each law; of a share of 0 as well 0."""
    alive = shares > 0
    with np.errstate(divide="ignore"):
        logs = np.log(np.where(alive, shares, 1.0)) - np.log(shares.max(axis=-1, keepdims=True))
    return np.where(alive, np.exp(exponent * logs), 0.0)
