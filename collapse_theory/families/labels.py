"""Names of the states or types of a family."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from typing import Any

import numpy as np


def distinct_labels(labels: Any, count: int, what: str) -> tuple[Any, ...]:
    """Labels as a tuple.

    Parameters
    ----------
    labels : iterable of hashable
        The names, numpy scalars as plain ones.
    count : int
        How many there must be.
    what : str
        What they name, in the plural.

    Raises
    ------
    ValueError
        For what is no sequence of names, and where they are not as many as needed or not distinct.
    """
    named = tuple(labels) if isinstance(labels, Iterable) else (labels,)
    found = tuple(label.item() if isinstance(label, np.generic) else label for label in named)
    if not isinstance(labels, Iterable) or not all(isinstance(label, Hashable) for label in found):
        raise ValueError(f"labels = {labels!r} is outside its domain: a sequence of hashable names")
    if len(found) != count:
        raise ValueError(f"labels has {len(found)} entries, outside its domain: one for each of {count} {what}")
    if len(set(found)) < count:
        seen: set[Any] = set()
        twice = next(label for label in found if label in seen or seen.add(label))  # type: ignore[func-returns-value]
        raise ValueError(f"labels has {twice!r} twice, outside its domain: distinct labels")
    return found
