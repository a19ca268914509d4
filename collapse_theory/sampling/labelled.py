"""Numbers under the labels of types: the values of a reward, the members of a set."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from collapse_theory.domain import REAL


def numbers(name: str, values: Any) -> tuple[tuple[Any, float], ...]:
    """Pairs of label and number, from a mapping, from such pairs, or from numbers of the labels 0, 1, ….

    Raises
    ------
    ValueError
        Naming the label whose number is none, and for no labels at all.
    """
    if isinstance(values, Mapping):
        pairs = list(values.items())
    else:
        given = list(values) if isinstance(values, Iterable) and not isinstance(values, (str, bytes)) else []
        paired = bool(given) and all(isinstance(one, (tuple, list)) and len(one) == 2 for one in given)
        pairs = [tuple(one) for one in given] if paired else list(enumerate(given))
    if not pairs:
        raise ValueError(f"{name} = {values!r} is outside its domain: a number for each label")
    return tuple((label, REAL.check(f"{name}[{label!r}]", value)) for label, value in pairs)


def labels(name: str, given: Any) -> tuple[Hashable, ...]:
    """Distinct labels; a single one may stand by itself. ValueError for none at all."""
    single = isinstance(given, (str, bytes)) or not isinstance(given, Iterable)
    found = (given,) if single else tuple(given)
    if not found or len(set(found)) < len(found):
        raise ValueError(f"{name} = {given!r} is outside its domain: one or more distinct labels")
    return found


def first_label(family: Any) -> Any:
    """First label of a family's types, for examples; 0 for a family without types."""
    return next(iter(getattr(family, "types", ())), 0)


def in_order(family: Any, pairs: tuple[tuple[Any, float], ...], other: float) -> NDArray[np.float64]:
    """Numbers in the order of a family's types, ``other`` for those without one."""
    found = np.full(len(family.types), other)
    for label, value in pairs:
        found[family.index(label)] = value
    return found
