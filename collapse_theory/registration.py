"""The strategies registered with Hypothesis, so that ``from_type(ct.Recursion)`` draws recursions.

Hypothesis calls :func:`register_loaded` when it is imported (entry point ``hypothesis``); that must cost next to
nothing, so it looks at what is already there. What is imported later is registered when ``ct`` hands it out.
"""

from __future__ import annotations

import sys
from functools import cache, partial
from typing import Any


def register_loaded() -> None:
    """Register the classes of this package that are loaded already."""
    rooms = ("recursion", "families", "regimes", "sampling")
    for room in rooms:
        module = sys.modules.get(f"collapse_theory.{room}")
        for found in list(vars(module).values()) if module else []:
            if isinstance(found, type):
                register(found)


@cache
def register(kind: type) -> None:
    """Register a class, once, if there is a strategy for it: a recursion, a family, a regime or a sampling."""
    name = _strategy_of(kind)
    if name:
        from hypothesis.strategies import register_type_strategy

        register_type_strategy(kind, partial(_strategy, name))


def _strategy_of(kind: type) -> str:
    """Name of the strategy that draws members of a class, empty where there is none."""
    if not kind.__module__.startswith("collapse_theory."):
        return ""
    bases = {base.__name__: base.__module__ for base in kind.__mro__}
    for base, module, strategy in (
        ("Recursion", "collapse_theory.recursion", "recursions"),
        ("Family", "collapse_theory.families.family", "families"),
        ("Regime", "collapse_theory.regimes.regime", "regimes"),
        ("Sampling", "collapse_theory.sampling.sampling", "samplings"),
    ):
        if bases.get(base) == module and (base == kind.__name__ or hasattr(kind, "examples")):
            return strategy
    return ""


def _strategy(name: str, kind: Any) -> Any:
    from collapse_theory import strategies

    whole = kind.__name__ in ("Recursion", "Family", "Regime", "Sampling")
    drawn: Any = getattr(strategies, name)
    return drawn() if whole else drawn(kind)
