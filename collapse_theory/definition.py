"""What is watched on a fitted state: its definition, and the definition with arguments on one recursion."""

from __future__ import annotations

from abc import ABC
from dataclasses import dataclass, replace
from typing import Any

from collapse_theory.domain import Choice, Domain, OfFamily, Subset, written
from collapse_theory.theorem import Theorem


@dataclass(frozen=True)
class Definition:
    """What a quantity or a time is: name, LaTeX symbol, sentence, the domains of its arguments and typical ones.

    ``seen_by`` names the quantity whose relative second moment decides whether a simulated mean can be
    trusted; ``light`` marks light tails, whose means are always seen. ``happens`` is the word for the event of a time
    that may never come.
    """

    name: str
    symbol: str
    sentence: str
    arguments: tuple[tuple[str, Domain | Choice | Subset | OfFamily], ...] = ()
    typical: tuple[Any, ...] = ()
    seen_by: str = ""
    light: bool = False
    happens: str = ""

    def on(self, family: Any) -> Definition:
        """The definition with the domains that the family decides, and among them typical arguments."""
        if not any(isinstance(domain, OfFamily) for _, domain in self.arguments):
            return self
        arguments, typical = [], list(self.typical)
        for place, (name, domain) in enumerate(self.arguments):
            if isinstance(domain, OfFamily):
                choice = getattr(family, domain.name)
                domain = Subset(choice) if domain.several else choice
                typical.insert(place, domain.names[place % len(domain.names)])
            arguments.append((name, domain))
        return replace(self, arguments=tuple(arguments), typical=tuple(typical))

    def checked(self, values: tuple[Any, ...]) -> tuple[Any, ...]:
        """Arguments inside their domains; ValueError naming the one that is not."""
        if len(values) != len(self.arguments):
            names = ", ".join(name for name, _ in self.arguments) or "none"
            word = "argument" if len(self.arguments) == 1 else "arguments"
            raise ValueError(f"{self.name} takes {len(self.arguments)} {word} ({names}), not {len(values)}")
        pairs = zip(self.arguments, values, strict=True)
        return tuple(domain.check(name, value) for (name, domain), value in pairs if not isinstance(domain, OfFamily))

    def with_arguments(self, values: tuple[Any, ...]) -> str:
        """Name with its arguments, as code."""
        inside = ", ".join(f"{name}={written(value)}" for (name, _), value in zip(self.arguments, values, strict=True))
        return f"{self.name}({inside})" if inside else self.name


@dataclass(frozen=True, repr=False)
class Watched(ABC):
    """A quantity or a time of one recursion: a definition with its arguments.

    Parameters
    ----------
    recursion : Recursion
        Whose runs are watched.
    definition : Definition
        What is watched.
    numbers : tuple
        Arguments of the definition.
    """

    recursion: Any
    definition: Definition
    numbers: tuple[Any, ...] = ()

    def __str__(self) -> str:
        return self.definition.with_arguments(self.numbers)

    def __repr__(self) -> str:
        return f"<{self}: {self.definition.sentence}, of {self.recursion!r}>"

    @property
    def name(self) -> str:
        """Name of the quantity or the time."""
        return self.definition.name

    def to_dict(self) -> dict[str, Any]:
        """Name and arguments, for storage."""
        return {"name": self.name, "arguments": list(self.numbers)}

    @property
    def theorems(self) -> tuple[Theorem, ...]:
        """All theorems about it that hold for the recursion."""
        return self.theorems_about()

    def theorems_about(self, *statistics: str) -> tuple[Theorem, ...]:
        """Those about some of its statistics, about any where none is named."""
        roles, found = self.recursion.family.roles, self.recursion.theorems_where

        def chosen(theorem: Theorem) -> bool:
            named = not statistics or theorem.statistic in statistics
            return named and roles.get(theorem.quantity, theorem.quantity) == self.name

        return tuple(found(chosen))
