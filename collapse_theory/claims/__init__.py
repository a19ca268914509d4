"""The catalogue of claims about model collapse: one file for each, whose name is the sentence.

>>> import collapse_theory as ct
>>> verdict = ct.claims.variation_always_shrinks.check()
>>> verdict.status
'REFUTED'

``ct.claims.table()`` lists them all, ``ct.claims.find("A12")`` looks one up by its number, ``ct.claims.check()`` gives
the verdicts on all of them.
"""

from __future__ import annotations

from typing import Any

from collapse_theory.claims.catalogue import find, load, named, names
from collapse_theory.claims.checking import check
from collapse_theory.claims.listing import Listing, table

__all__ = ["Listing", "check", "find", "named", "names", "table"]


def __dir__() -> list[str]:
    return [*__all__, *names()]


def __getattr__(name: str) -> Any:
    if name.startswith("_") or name not in names():
        raise AttributeError(f"module 'collapse_theory.claims' has no claim {name!r}; ct.claims.table() lists them")
    return load(name)
