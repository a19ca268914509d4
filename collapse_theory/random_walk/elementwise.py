"""Functions of an array of numbers in an interval, applied to a number or to an array of any shape."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]


def interval(name: str, value: ArrayLike, low: float = -math.inf, high: float = math.inf) -> Array:
    """Value as an array of numbers in [low, high].

    Raises
    ------
    ValueError
        Naming the parameter, the first value outside, NaN included, and the interval.
    """
    array = np.asarray(value, dtype=np.float64)
    inside = (array >= low) & (array <= high)
    if not np.all(inside):
        raise ValueError(f"{name} = {array[~inside].flat[0]} is outside its domain: [{low}, {high}]")
    return array


def elementwise(function: Callable[[Any], Any], value: NDArray[Any]) -> Any:
    """Values of a function of one-dimensional arrays: a plain number for an array without axes, else its shape."""
    result = np.asarray(function(value.ravel()))
    return result[0].item() if value.ndim == 0 else result.reshape(value.shape)
