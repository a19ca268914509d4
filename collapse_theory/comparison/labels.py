"""What tells recursions apart, in a few words each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import fields
from textwrap import shorten
from typing import Any

from collapse_theory.families import Family
from collapse_theory.recursion import Recursion
from collapse_theory.sampling import Sampling
from collapse_theory.schedules import Schedule

LONGEST_LABEL = 40
LONGEST_VALUE = 28
"""Characters of a parameter of a family that is written out."""


def labels_of(recursions: Sequence[Recursion]) -> tuple[str, ...]:
    """A label for each recursion, from the parts in which they differ; numbered where that is not enough.

    A regime or a sampling is told with its parameters. Of families of one kind only the parameters are told in which
    they differ, and none where the labels would be too long.
    """
    parts = [[getattr(recursion, f.name) for recursion in recursions] for f in fields(Recursion)]
    varying = [part for part in parts if len(set(part)) > 1]
    places = range(len(recursions))
    told = [", ".join(_told(part, i, at_length=True) for part in varying) for i in places]
    if max(map(len, told)) > LONGEST_LABEL:
        told = [", ".join(_told(part, i, at_length=False) for part in varying) for i in places]
    short = [shorten(label, LONGEST_LABEL, placeholder="…") for label in told]
    return tuple(
        f"{label} ({short[: i + 1].count(label)})" if short.count(label) > 1 else label for i, label in enumerate(short)
    )


def _told(part: Sequence[Any], i: int, *, at_length: bool) -> str:
    """One part of one recursion: its schedule, its regime or sampling as code, or what tells its family from others."""
    value = part[i]
    if isinstance(value, Schedule):
        return f"n = {_code(value)}"
    if isinstance(value, Sampling) and value.honest:
        return "honest draws"
    if not isinstance(value, Family):
        return _code(value)
    kind = type(value).__name__
    alike = [other for other in part if type(other) is type(value)]
    inside = ", ".join(_differing(value, alike)) if at_length else ""
    if not inside:
        return kind
    return inside if len(alike) == len(part) else f"{kind}({inside})"


def _code(value: Any) -> str:
    return repr(value).replace("ct.schedules.", "").replace("ct.", "").removesuffix("()").strip("<>")


def _differing(family: Any, alike: Sequence[Any]) -> Iterator[str]:
    """The short ones among the parameters in which families of one kind differ."""
    for f in fields(family):
        value = getattr(family, f.name)
        if any(getattr(other, f.name) != value for other in alike):
            text = f"no {f.name}" if value is None else _argument(f.name, value)
            if len(text) <= LONGEST_VALUE:
                yield text


def _argument(name: str, value: Any) -> str:
    """A parameter as code: numbers and names with the parameter's name, all else tells by itself what it is."""
    if isinstance(value, float):
        return f"{name}={value:g}"
    return f"{name}={value!r}" if isinstance(value, (int, str)) else _code(value)
