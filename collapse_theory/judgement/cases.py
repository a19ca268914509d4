"""Cases: finite domains run through by increasing size, so that the first counterexample is the smallest."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import count
from typing import Any

from collapse_theory.domain import AsCode


class Case:
    """One case: named values, read as attributes.

    Parameters
    ----------
    **values
        Such as ``n=3, ddof=2``.
    """

    def __init__(self, **values: Any) -> None:
        self.__dict__.update(values)

    def __setattr__(self, name: str, value: Any) -> None:
        raise AttributeError(f"a case is frozen: {name} cannot become {value!r}")

    def __getattr__(self, name: str) -> Any:
        there = ", ".join(self.__dict__)
        raise AttributeError(f"this case has no {name!r}; it has {there}")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Case) and self.__dict__ == other.__dict__

    def __hash__(self) -> int:
        return hash(frozenset(self.__dict__.items()))

    def __repr__(self) -> str:
        return f"ct.Case({', '.join(f'{name}={value!r}' for name, value in self.__dict__.items())})"

    _repr_pretty_ = AsCode()


class Cases:
    """All combinations of the values of some names, the smallest first.

    The size of a combination is the sum of the places that its values have on their axes. Those of one size follow
    each other in the order of the first axis, then of the second, and so on. Ranges may be as long as one likes.

    Parameters
    ----------
    **axes : sequence
        The values of each name, small and simple ones first: ``n=range(2, 10_000), ddof=(0, 1, 2)``.

    Raises
    ------
    ValueError
        For an axis that is no sequence or is empty.
    """

    def __init__(self, **axes: Sequence[Any]) -> None:
        if not axes:
            raise ValueError("axes = {} is outside its domain: at least one name with a sequence of values")
        given: dict[str, Any] = axes
        for name, values in given.items():
            if isinstance(values, str) or not isinstance(values, Sequence) or len(values) == 0:
                raise ValueError(
                    f"{name} = {values!r} is outside its domain: a sequence of values, such as range(2, 9)"
                )
        self._axes = dict(axes)
        self._conditions: tuple[Callable[[Any], bool], ...] = ()

    def where(self, condition: Callable[[Any], bool]) -> Cases:
        """The cases for which a condition is true."""
        found = Cases(**self._axes)
        found._conditions = (*self._conditions, condition)
        return found

    def __iter__(self) -> Iterator[Case]:
        lengths = [len(values) for values in self._axes.values()]
        for size in count():
            if size > sum(lengths) - len(lengths):
                return
            for places in _places(size, lengths):
                values = {name: axis[i] for (name, axis), i in zip(self._axes.items(), places, strict=True)}
                case = Case(**values)
                if all(condition(case) for condition in self._conditions):
                    yield case

    def __repr__(self) -> str:
        axes = ", ".join(f"{name}={values!r}" for name, values in self._axes.items())
        return f"ct.Cases({axes}){'.where(…)' * len(self._conditions)}"

    _repr_pretty_ = AsCode()


def _places(size: int, lengths: Sequence[int]) -> Iterator[tuple[int, ...]]:
    """Places on axes of some lengths, of a given sum, in the order of the first, then of the others."""
    first, *rest = lengths
    if not rest:
        if size < first:
            yield (size,)
        return
    most_elsewhere = sum(rest) - len(rest)
    for place in range(max(0, size - most_elsewhere), min(first - 1, size) + 1):
        for others in _places(size - place, rest):
            yield (place, *others)
