"""Laws of large vocabularies, kept as the types that are alive: arrays of type and value, one for each replicate."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def alive_pairs(values: Array, types: Array | None = None) -> Array:
    """The types of positive value and their values, shape ``(2, types)``."""
    places = np.flatnonzero(values)
    return np.stack([places if types is None else types[places], values[places]]).astype(float)


def full_table(pairs: Array, size: int) -> Array:
    """Values of all types from those of some."""
    return np.bincount(pairs[0].astype(np.int64), pairs[1], minlength=size).astype(float)


def for_each(function: Any, *columns: Any) -> NDArray[Any]:
    """An array of what a function makes of each replicate."""
    found = np.empty(len(columns[0]), dtype=object)
    found[:] = [function(*row) for row in zip(*columns, strict=True)]
    return found
