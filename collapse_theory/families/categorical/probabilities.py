"""A probability vector as a value: checked once, never changed, compared by its numbers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from collapse_theory.domain import COUNT, written

Array = NDArray[np.float64]
Places = NDArray[np.int64]

ROUNDING = 1e-10
"""How far the sum may be from 1."""
WRITTEN_OUT = 12
"""Most types of a vector that is printed entry by entry."""


class Levels(NamedTuple):
    """The distinct probabilities, ascending, with the number of types at each, and the level of every type."""

    values: Array
    counts: Places
    of: Places


class ProbabilityVector:
    """Probabilities of types, at least two of them positive.

    Parameters
    ----------
    probabilities : array_like, shape (types,)
        Numbers that sum to 1. They are not renormalised.
    total : int, optional
        Number of points whose shares they are, where they come from counts; no part of what makes two vectors equal.

    Raises
    ------
    ValueError
        For what is no vector, entries that are negative or no numbers, a sum that is not 1, and fewer than two types
        of positive probability.
    """

    values: Array

    total: int | None

    def __init__(self, probabilities: Any, *, total: int | None = None) -> None:
        if isinstance(probabilities, ProbabilityVector):
            self.__setstate__(probabilities.__getstate__())
            return
        size = None if total is None else COUNT.check("total", total)
        self.__setstate__({"values": _checked(probabilities), "total": size})

    def __len__(self) -> int:
        return len(self.values)

    @cached_property
    def levels(self) -> Levels:
        """The distinct probabilities."""
        values, of, counts = np.unique(self.values, return_inverse=True, return_counts=True)
        return Levels(_frozen(values), _frozen(counts), _frozen(of))

    @cached_property
    def support(self) -> int:
        """Types of positive probability."""
        return int(np.count_nonzero(self.values))

    @cached_property
    def ranks(self) -> Places:
        """Rank of every type, 1 for the likeliest; of equally likely ones the first comes first."""
        order = np.argsort(-self.values, kind="stable")
        found = np.empty(len(order), dtype=np.int64)
        found[order] = np.arange(1, len(order) + 1)
        found.flags.writeable = False
        return found

    @cached_property
    def gini_simpson(self) -> float:
        r""":math:`1 - \sum_i p_i^2`, as a sum of positive terms."""
        return float(self.values @ (1.0 - self.values))

    @cached_property
    def entropy(self) -> float:
        r""":math:`-\sum_i p_i\log p_i`."""
        positive = self.values[self.values > 0]
        return float(-(positive @ np.log(positive)))

    def to_dict(self) -> dict[str, Any]:
        """Parameters that make it again, as plain numbers."""
        return {"probabilities": self.values.tolist(), "total": self.total}

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Array:  # noqa: FBT001 (numpy's protocol)
        return np.array(self.values, dtype=dtype)

    def __getstate__(self) -> dict[str, Any]:
        return {"values": self.values, "total": self.total}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(values=_frozen(np.ascontiguousarray(state["values"], dtype=float)), total=state["total"])

    def __setattr__(self, name: str, value: Any) -> None:
        raise AttributeError(f"{name} of a probability vector cannot be set: make another vector")

    @cached_property
    def _hash(self) -> int:
        return hash(self.values.tobytes())

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ProbabilityVector) and np.array_equal(self.values, other.values)

    def __hash__(self) -> int:
        return self._hash

    def __repr__(self) -> str:
        if len(self) > WRITTEN_OUT:
            return f"<{len(self)} types>"
        return f"[{', '.join(map(written, self.values.tolist()))}]"


def shares_of_counts(counts: Any, labels: Any = None) -> ProbabilityVector:
    """Shares of counts, in a mapping or one for each type in its place, with their total; ValueError for what is none.

    A wrong count is told under its label, where there are labels.
    """
    try:
        numbers = np.asarray(list(counts.values()) if isinstance(counts, Mapping) else counts, dtype=float)
    except (TypeError, ValueError, OverflowError) as wrong:
        raise ValueError(f"counts = {counts!r:.80} is outside its domain: whole numbers, at least 0") from wrong
    if numbers.ndim != 1:
        raise ValueError(f"counts has shape {numbers.shape}, outside its domain: one number for each type")
    bad = ~(np.isfinite(numbers) & (numbers >= 0) & (numbers == np.floor(numbers)))
    if np.any(bad):
        first = int(np.argmax(bad))
        name = first if labels is None else labels[first]
        raise ValueError(f"counts[{name!r}] = {numbers[first]:g} is outside its domain: an integer, at least 0")
    if np.count_nonzero(numbers) < 2:
        raise ValueError(f"counts has {np.count_nonzero(numbers)} types that were seen, outside its domain: 2 or more")
    return ProbabilityVector(numbers / numbers.sum(), total=int(numbers.sum()))


def _frozen(array: Any) -> Any:
    array.flags.writeable = False
    return array


def _checked(probabilities: Any) -> Array:
    try:
        values = np.array(list(probabilities) if _generator(probabilities) else probabilities, dtype=float)
    except (TypeError, ValueError) as wrong:
        raise ValueError(
            f"probabilities = {probabilities!r:.80} is outside its domain: a sequence of numbers"
        ) from wrong
    if np.asarray(probabilities).dtype.kind not in "iuf" and not _generator(probabilities):
        raise ValueError(f"probabilities = {probabilities!r:.80} is outside its domain: a sequence of numbers")
    if values.ndim != 1:
        raise ValueError(f"probabilities has shape {values.shape}, outside its domain: one number for each type")
    bad = ~(np.isfinite(values) & (values >= 0))
    if np.any(bad):
        first = int(np.argmax(bad))
        raise ValueError(f"probabilities[{first}] = {values[first]:g} is outside its domain: a real number in [0, 1]")
    if not values.size:
        raise ValueError("probabilities has no entries, outside its domain: one for each type, at least 2")
    total = float(values.sum())
    if abs(total - 1) > ROUNDING:
        way = "little" if total < 1 else "much"
        raise ValueError(
            f"probabilities sum to {total:.12g}, {abs(total - 1):.3g} too {way}: they must sum to 1 and are not "
            "renormalised silently; counts are given to ct.Categorical.from_counts"
        )
    if np.count_nonzero(values) < 2:
        raise ValueError(
            f"probabilities = {values.tolist()!r:.80} leave nothing to chance: at least two must be positive"
        )
    return values


def _generator(values: Any) -> bool:
    return isinstance(values, Iterable) and not hasattr(values, "__len__")
