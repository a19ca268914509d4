r"""Deduplication: every type that occurs in the sample counts once.

Refitted on its distinct types the model is uniform on them. Of k equally likely types a sample of n points sees

.. math:: E k' = k\,(1 - (1 - 1/k)^n)

so where :math:`k e^{-n/k} \ll 1` almost nothing is lost in a generation: flattening keeps the support far longer than
honest resampling, at the price of the source's frequencies, which are gone at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from collapse_theory.sampling.sampling import Sampling


@dataclass(frozen=True, repr=False)
class Deduplicate(Sampling):
    """The distinct types of a sample, once each."""

    @classmethod
    def examples(cls) -> tuple[Deduplicate, ...]:
        return (cls(),)

    @property
    def verbs(self) -> tuple[str, ...]:
        return ("distinct",)

    def draw(self, family: Any, state: Any, count: Any, rng: np.random.Generator) -> Any:
        return family.distinct(family.draw(state, count, rng))


def expected_distinct(types: int, size: int) -> float:
    """Expected number of distinct types in a sample of so many points, of so many equally likely types."""
    return float(-types * np.expm1(size * np.log1p(-1 / types))) if types > 1 else 1.0
