r"""A sliding window: every generation is fitted to the points of the newest w generations, n of each.

Older points are thrown away, so nothing real is left from generation w + 1 on, and any finite memory forgets: with
known variance the squared error of the mean grows by :math:`4/(n(w+1)^2)` a generation, and the log-variance falls at
that rate times two (to leading order in n). A window delays collapse by the factor :math:`(w+1)^2/4`; it does not stop
it, as accumulation does.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from collapse_theory.domain import Domain, check_parameters, inside
from collapse_theory.regimes.regime import Regime
from collapse_theory.schedules import Schedule
from collapse_theory.tableau.step import Step

WIDTH = Domain(low=1, high=1000, integer=True, typical=(1, 4))


@dataclass(frozen=True, repr=False)
class Window(Regime):
    """The points of the newest generations only, so many generations of them.

    Parameters
    ----------
    generations : int
        Width w of the window; 1 is replacement.
    """

    generations: int = field(metadata=inside(WIDTH))

    def __post_init__(self) -> None:
        check_parameters(self)

    @classmethod
    def examples(cls) -> tuple[Window, ...]:
        return (cls(generations=2), cls(generations=3))

    @property
    def opening(self) -> int:
        return self.generations - 1

    def step(self, t: Any, sizes: Schedule) -> Step:
        before = range(1, self.generations)
        return Step(
            drawn=(0, sizes(t)),
            stored=tuple(sizes(t - j) for j in before),
            weight=(0, 1, *(1 for _ in before)),
            keep=tuple((j,) for j in before),
        )
