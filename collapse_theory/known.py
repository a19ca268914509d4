"""What is known of one statistic: the theorems about it, cheapest road first, and their answers."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from collapse_theory.errors import NoClosedForm
from collapse_theory.theorem import ROADS, Road, Theorem, cheapest


@dataclass(frozen=True)
class Known(ABC):
    """The theorems about one statistic of a quantity or a time, and how to ask them.

    Parameters
    ----------
    quantity : Quantity or Time
        What the statistic is of.
    statistic : str
        ``"mean"``, ``"quantile"``, ``"distribution"``, ``"growth_rate"``, …
    arguments : tuple of float
        Arguments of the statistic, such as the probability of a quantile.
    """

    quantity: Any
    statistic: str
    arguments: tuple[float, ...] = ()

    def __str__(self) -> str:
        inside = ", ".join(f"{a:g}" for a in self.arguments)
        return f"{self.quantity}.{self.statistic}({inside})" if inside else f"{self.quantity}.{self.statistic}"

    @abstractmethod
    def instead(self) -> Iterator[str]:
        """What can be called where no exact road is known, as code."""

    def about(self, *statistics: str) -> tuple[Theorem, ...]:
        """Theorems about any of the statistics that hold for the recursion, cheapest road first."""
        found = self.quantity.theorems_about(*statistics)
        return tuple(
            sorted(found, key=lambda theorem: (ROADS.index(theorem.road), statistics.index(theorem.statistic)))
        )

    @property
    def theorems(self) -> tuple[Theorem, ...]:
        """All theorems about this statistic that hold for the recursion, cheapest road first."""
        return self.about(self.statistic)

    @property
    def theorem(self) -> Theorem:
        """The exact theorem that answers a call.

        Raises
        ------
        NoClosedForm
            Naming what exists instead.
        """
        found = cheapest(self.theorems)
        if found is None:
            there = ", ".join(self.instead())
            advice = f". What exists: {there}" if there else ""
            raise NoClosedForm(f"{self}: no exact road is known for {self.quantity.recursion!r}{advice}")
        return found

    def named(self, road: Road) -> tuple[str, ...]:
        """Names of the forms on an inexact road."""
        return tuple(theorem.name for theorem in self.theorems if theorem.road == road)

    def approximation(self, road: Road, name: str | None) -> Theorem:
        """The form of a name on an inexact road; without a name, the only one.

        Raises
        ------
        NoClosedForm
            When there is none of that name.
        ValueError
            When a name is needed.
        """
        found = [theorem for theorem in self.theorems if theorem.road == road and name in (None, theorem.name)]
        if len(found) == 1:
            return found[0]
        names = ", ".join(map(repr, self.named(road))) or "none"
        if not found:
            wanted = "" if name is None else f" named {name!r}"
            raise NoClosedForm(f"{self}: no {road} form{wanted}; known: {names}")
        raise ValueError(f"name = {name!r} is outside its domain: one of {names}")

    def answer(self, theorem: Theorem, *given: Any) -> Any:
        """Value of a theorem for this recursion and these arguments; ``given`` are its generations, if any."""
        recursion = self.quantity.recursion
        for t in given:
            if isinstance(t, np.ndarray) and t.size:
                recursion.family.check(recursion.sizes, int(t.max()))
        return theorem.value(recursion, *given, *self.quantity.numbers, *self.arguments)

    @property
    def symbolic(self) -> Any:
        """The formula as a sympy expression in the letters of ``symbols``, with this family's divisor put in."""
        for theorem in self.about(self.statistic):
            if theorem.formula is not None and theorem.exact:
                expression = theorem.formula(self.quantity.recursion, *self.quantity.numbers, *self.arguments)
                return self.quantity.recursion.family.simplified(expression)
        raise NoClosedForm(f"{self}: no symbolic formula is known for {self.quantity.recursion!r}")


@dataclass(frozen=True)
class Number(Known):
    """A statistic that is one number, such as a growth rate, or the share of the mean that few runs carry."""

    def instead(self) -> Iterator[str]:
        return (f"{self.quantity}.asymptotic_{self.statistic}({name!r})" for name in self.named("asymptotic"))

    def value(self, *given: Any) -> float:
        """The number, by the exact road."""
        return float(self.answer(self.theorem, *given))
