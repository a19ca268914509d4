"""What of the atlas is asked for: families, regimes, samplings by class, member or name, and what of them by name."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from inspect import isabstract
from typing import Any, TypeVar

from collapse_theory import sampling as samplings
from collapse_theory.naming import by_name
from collapse_theory.sampling import Honest, Sampling

Kind = TypeVar("Kind")
Examples = Callable[[Any], tuple[Sampling, ...]]
"""Examples of a sampling, for a member of a family."""

EVERY = "every"
"""The name that stands for all samplings."""


def examples_of(parameter: str, wanted: Any, base: Any, named: dict[str, type[Kind]]) -> dict[str, tuple[Kind, ...]]:
    """Examples to look at, by name: all for None, those of a class or a name, or the one member that is given.

    Raises
    ------
    ValueError
        Naming what exists.
    """
    if isinstance(wanted, base):
        return {_name(type(wanted)): (wanted,)}
    kinds = named if wanted is None else _kinds(parameter, wanted, base, named)
    return {name: tuple(kind.examples()) for name, kind in kinds.items()}  # type: ignore[attr-defined]


def samplings_of(wanted: Any) -> dict[str, Examples]:
    """What gives the samplings to look at, by name: honest draws for None, the one that is given, a class or all.

    Raises
    ------
    ValueError
        Naming what exists.
    """
    if wanted is None or isinstance(wanted, Sampling):
        only = Honest() if wanted is None else wanted
        return {_name(type(only)): lambda member: (only,)}
    named = samplings.named()
    kinds = named if isinstance(wanted, str) and wanted == EVERY else _kinds("sampling", wanted, Sampling, named, EVERY)
    return {name: kind.examples_for for name, kind in kinds.items()}


def _kinds(parameter: str, wanted: Any, base: Any, named: dict[str, type[Kind]], *more: str) -> dict[str, type[Kind]]:
    """The class that is given, or that of a name."""
    if isinstance(wanted, type) and issubclass(wanted, base) and not isabstract(wanted):
        return {_name(wanted): wanted}
    if isinstance(wanted, str) and (found := _spelt(wanted, named)):
        return {found: named[found]}
    known = _listed((*named, *more))
    raise ValueError(f"{parameter} = {wanted!r} is outside its domain: a {base.__name__}, or one of {known}")


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
