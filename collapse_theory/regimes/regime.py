"""What any regime must say: its step, its examples, and which sample sizes it can split."""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar

from collapse_theory.domain import AsCode, construction
from collapse_theory.schedules import FORESEEN, Schedule
from collapse_theory.tableau.scheme import Scheme
from collapse_theory.theorem import Theorem


class Regime(Scheme):
    """The data a refit sees: abstract here, one frozen dataclass per file.

    A subclass gives ``step``; the simulation, the moment maps and the conservation law follow from it.
    """

    known: ClassVar[tuple[Theorem, ...]] = ()

    @classmethod
    @abstractmethod
    def examples(cls) -> tuple[Regime, ...]:
        """Members that between them exercise every theorem, each possible from n = 4 on."""

    def check(self, sizes: Schedule) -> None:
        """Refusal, with a ValueError, of a schedule that this regime cannot split in its first generations."""
        for t in range(1, 2 if sizes.constant else FORESEEN + 1):
            drawn = self.step(t, sizes).drawn
            if min(drawn) < 0:
                raise ValueError(f"{self!r} cannot split n = {sizes(t)} points at t = {t}: it would draw {drawn}")

    @property
    def story(self) -> str:
        """One line for a card: the first line of the docstring."""
        return (type(self).__doc__ or "").split("\n", 1)[0].rstrip(".")

    def __repr__(self) -> str:
        return construction(self)

    _repr_pretty_ = AsCode()
