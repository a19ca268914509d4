"""A scheme whose models' points have another variance than the model: what a sampling does to second moments."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from collapse_theory.schedules import Schedule
from collapse_theory.tableau.scheme import Scheme
from collapse_theory.tableau.step import Step


@dataclass(frozen=True)
class Sampled(Scheme):
    """The scheme of a sampling that keeps a point's mean and multiplies its variance, from generation 2 on.

    Parameters
    ----------
    regime : Scheme
        On which data.
    point_variance : float
        Variance of a sampled point in units of the model's.
    """

    regime: Scheme
    point_variance: float

    def step(self, t: Any, sizes: Schedule) -> Step:
        step = self.regime.step(t, sizes)
        first = not hasattr(t, "__len__") and t == 1
        return step if first else replace(step, point_variance=self.point_variance)

    @property
    def opening(self) -> int | None:
        before = self.regime.opening
        return None if before is None else max(before, 1)

    def symbols(self, sizes: Schedule) -> Mapping[Any, Any]:
        return self.regime.symbols(sizes)
