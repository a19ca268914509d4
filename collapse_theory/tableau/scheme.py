"""The steps of all generations, and what is common to them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from collapse_theory.schedules import Schedule
from collapse_theory.tableau.step import Step


class Scheme(ABC):
    """Which points are drawn, stored and fitted in every generation: abstract; a regime, or one under a sampling."""

    @abstractmethod
    def step(self, t: Any, sizes: Schedule) -> Step:
        """Tableau of generation t ≥ 1; t an int, an array of ints or a sympy symbol."""

    @property
    def opening(self) -> int | None:
        """Generations after which the step is always the same when the sample size is; None where it never is."""
        return 0

    def settles(self, sizes: Schedule) -> bool:
        """Whether the step is the same in every generation after the opening."""
        return self.opening is not None and sizes.constant

    def tableau(self, sizes: Schedule) -> Step:
        """Structure of a typical generation: the second after the opening."""
        before = self.opening or 0
        return replace(self.step(before + 2, sizes), opened=before > 0)

    def symbols(self, sizes: Schedule) -> Mapping[Any, Any]:
        """Values of the letters that its formulas use beyond n, t and the family's."""
        return {}
