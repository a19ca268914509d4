"""The catalogue read: every module in the folders by subject holds one claim."""

from __future__ import annotations

import pkgutil
from collections.abc import Iterator
from dataclasses import replace
from difflib import get_close_matches
from functools import cache
from importlib import import_module
from pathlib import Path

from collapse_theory.judgement import Claim, NotAClaim

PACKAGE = "collapse_theory.claims"


def folder() -> Path:
    """Folder of the catalogue, which has one for each subject."""
    return Path(__file__).parent


@cache
def _modules() -> dict[str, str]:
    """Module of each claim, by its name, in the order of the folders."""
    found: dict[str, str] = {}
    for room in pkgutil.iter_modules([str(folder())]):
        if room.ispkg:
            for module in pkgutil.iter_modules([str(folder() / room.name)]):
                found[module.name] = f"{PACKAGE}.{room.name}.{module.name}"
    return found


def names() -> tuple[str, ...]:
    """Names of all claims: the sentences, as names of files."""
    return tuple(_modules())


def subject(name: str) -> str:
    """Subject of a claim: the folder that it is in."""
    return _modules()[name].split(".")[-2]


@cache
def load(name: str) -> Claim | NotAClaim:
    """The claim of a name, which it is told."""
    claim: Claim | NotAClaim = import_module(_modules()[name]).claim
    if claim.corrected is None:
        return replace(claim, name=name)
    return replace(claim, name=name, corrected=replace(claim.corrected, name=f"{name}.corrected"))


def named() -> dict[str, Claim | NotAClaim]:
    """All claims by name, those under a condition among them: ``"name.corrected"``."""
    return dict(_all())


def _all() -> Iterator[tuple[str, Claim | NotAClaim]]:
    for name in names():
        claim = load(name)
        yield name, claim
        if claim.corrected is not None:
            yield claim.corrected.name, claim.corrected


def find(name: str) -> Claim | NotAClaim:
    """Claim of a name, or of a number of the catalogue such as ``"A12"``.

    Raises
    ------
    ValueError
        For what is neither.
    """
    known = named()
    numbers = {
        claim.number.upper(): key for key, claim in known.items() if claim.number and not key.endswith(".corrected")
    }
    key = numbers.get(name.upper(), name)
    if key not in known:
        near = get_close_matches(key, known, n=3)
        told = f"; near it are {', '.join(near)}" if near else ""
        raise ValueError(f"name = {name!r} is outside its domain: a name or number in ct.claims.table(){told}")
    return known[key]
