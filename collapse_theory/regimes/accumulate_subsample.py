r"""Accumulation at a fixed cost: every point goes into a pool, and the fit sees a sample of the pool only.

Each generation adds n points of the newest model and is fitted to k points of the pool, by default n. Drawn with
replacement or without, these are different regimes: at ddof = 0 the expected variance comes to rest in both, at
n = 10 and without replacement at 0.739 of the source's, with replacement at 0.715; the price of the pool is then
bounded. At ddof = 1 it grows without bound, like :math:`t^{1/n}`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np

from collapse_theory.domain import COUNT, Flag, check_parameters, inside
from collapse_theory.regimes import subsample_moments
from collapse_theory.regimes.regime import Regime
from collapse_theory.schedules import Schedule
from collapse_theory.tableau.step import Step, Subsample
from collapse_theory.theorem import Theorem


@dataclass(frozen=True, repr=False)
class AccumulateSubsample(Regime):
    """Every point ever drawn, in one pool of which every fit sees a sample.

    Parameters
    ----------
    replacement : bool
        Whether a point of the pool may be drawn twice; there is no default, as results differ.
    size : int, optional
        Points k that are fitted, by default the sample size; without replacement at most as many.
    """

    replacement: bool = field(metadata=inside(Flag()))
    size: int | None = field(default=None, metadata=inside(COUNT))

    known: ClassVar[tuple[Theorem, ...]] = subsample_moments.THEOREMS

    def __post_init__(self) -> None:
        check_parameters(self)

    @classmethod
    def examples(cls) -> tuple[AccumulateSubsample, ...]:
        return (cls(replacement=False), cls(replacement=True), cls(replacement=False, size=3))

    @property
    def opening(self) -> None:
        return None

    def step(self, t: Any, sizes: Schedule) -> Step:
        n = sizes(t)
        if self.size is not None and not self.replacement and np.any(sizes.total(t) < self.size):
            domain = f"without replacement an integer in [1, n], n = {np.min(n)}"
            raise ValueError(f"size = {self.size} is outside its domain: {domain}")
        return Step(
            drawn=(0, n),
            stored=(sizes.total(t - 1),),
            weight=(0, 1, 1),
            keep=((1, 2),),
            subsample=Subsample(n if self.size is None else self.size, self.replacement),
        )
