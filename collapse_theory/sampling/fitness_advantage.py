r"""A fitness advantage: one type is drawn 1 + s times as often as its share says.

.. math:: p' = \frac{p(1+s)}{1+sp}

is the Wright–Fisher model with haploid selection. Against drift it takes :math:`n\log(1+s) \gg 1`: the type is fixed
with probability close to :math:`(1 - e^{-2n\sigma p})/(1 - e^{-2n\sigma})`, :math:`\sigma = \log(1+s)` (Kimura).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from collapse_theory.domain import Domain, check_parameters, inside
from collapse_theory.sampling.labelled import first_label, labels
from collapse_theory.sampling.sampling import LawSampling
from collapse_theory.schedules import Schedule

ADVANTAGE = Domain(low=-1, open_low=True, high=1e6, typical=(-0.5, 1))


@dataclass(frozen=True, repr=False)
class FitnessAdvantage(LawSampling):
    """Points of one type drawn 1 + s times as often.

    Parameters
    ----------
    advantage : float
        s > −1.
    of : label
        The type.
    """

    advantage: float = field(metadata=inside(ADVANTAGE))
    of: Any = field(kw_only=True)

    def __post_init__(self) -> None:
        check_parameters(self)
        labels("of", self.of)

    @classmethod
    def examples(cls) -> tuple[FitnessAdvantage, ...]:
        return cls.examples_for(None)

    @classmethod
    def examples_for(cls, family: Any) -> tuple[FitnessAdvantage, ...]:
        label = first_label(family)
        return (cls(0.1, of=label),)

    @property
    def verbs(self) -> tuple[str, ...]:
        return ("tilt",)

    def check(self, family: Any, sizes: Schedule) -> None:
        family.index(self.of)

    def fixed_weights(self, family: Any) -> np.ndarray[Any, Any]:
        return np.where(np.arange(len(family.types)) == family.index(self.of), 1 + self.advantage, 1.0)

    def law(self, family: Any, state: Any) -> Any:
        place = family.index(self.of)
        return family.tilt(state, lambda places, shares: np.where(places == place, 1 + self.advantage, 1.0))
