"""What of the atlas is asked for: families and regimes by class, member or name, quantities and statistics by name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from inspect import isabstract
from typing import Any, TypeVar

from collapse_theory.naming import by_name

Kind = TypeVar("Kind")


def examples_of(parameter: str, wanted: Any, base: Any, named: dict[str, type[Kind]]) -> dict[str, tuple[Kind, ...]]:
    """Examples to look at, by name: all for None, those of a class or a name, or the one member that is given.

    Raises
    ------
    ValueError
        Naming what exists.
    """
    if isinstance(wanted, base):
        return {_name(type(wanted)): (wanted,)}
    if wanted is None:
        kinds = named
    elif isinstance(wanted, type) and issubclass(wanted, base) and not isabstract(wanted):
        kinds = {_name(wanted): wanted}
    elif isinstance(wanted, str) and (found := _spelt(wanted, named)):
        kinds = {found: named[found]}
    else:
        kind = base.__name__
        raise ValueError(f"{parameter} = {wanted!r} is outside its domain: a {kind}, or one of {_listed(named)}")
    return {name: tuple(kind.examples()) for name, kind in kinds.items()}  # type: ignore[attr-defined]


def quantities_of(wanted: Any, members: Mapping[str, Sequence[Any]]) -> dict[str, frozenset[str]]:
    """Names of the quantity or time in each family: one, unless members fill a role in different ways; perhaps none.

    Raises
    ------
    ValueError
        Naming what the families have.
    """
    name = getattr(wanted, "name", wanted)
    found = {
        family: frozenset(one.roles.get(name, name) for one in some) & {*_offered(some)}
        for family, some in members.items()
        if isinstance(name, str)
    }
    if not any(found.values()):
        everybody = [one for some in members.values() for one in some]
        known = dict.fromkeys((*_offered(everybody), *(role for one in everybody for role in one.roles)))
        raise ValueError(f"quantity = {wanted!r} is outside its domain: one of {_listed(known)}")
    return found


def _offered(members: Iterable[Any]) -> tuple[str, ...]:
    return tuple(name for one in members for name in (*one.measures, *one.times))


def statistic_of(wanted: Any, known: Sequence[str]) -> str:
    """The statistic that is asked for; ValueError naming those that the chosen rows have."""
    if not isinstance(wanted, str) or wanted not in known:
        raise ValueError(f"statistic = {wanted!r} is outside its domain: one of {_listed(known)}")
    return wanted


def _name(kind: type) -> str:
    return next(iter(by_name(kind)))


def _spelt(wanted: str, named: Iterable[str]) -> str:
    """The name that is meant, in kebab-case, in snake_case or as the class is written; empty when there is none."""
    return next((name for name in named if _letters(name) == _letters(wanted)), "")


def _letters(name: str) -> str:
    return name.replace("-", "").replace("_", "").lower()


def _listed(names: Iterable[str]) -> str:
    return ", ".join(map(repr, names))
