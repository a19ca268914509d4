r"""Human edits: some of the sampled points are replaced by corrected ones.

Each point is replaced with chance :math:`\rho` by one from another law q, so a sampled point has the law
:math:`(1-\rho)p + \rho q`: fresh data, but from where the editors would like to be, not from the source. In
expectation the probabilities of types, and the mean of a normal model, go to those of q like :math:`(1-\rho)^t`; for a
normal law the means V of the variance and D of the squared distance from the editors' mean follow

.. math:: \tau = \rho s^2 + (1-\rho)V + \rho(1-\rho)D,\qquad V' = \frac{n-1}{n-\delta}\,\tau,\qquad
   D' = (1-\rho)^2 D + \frac{\tau}{n},

with q of the variance :math:`s^2`.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from collapse_theory.domain import SHARE, check_parameters, inside
from collapse_theory.sampling.sampling import Sampling
from collapse_theory.schedules import Schedule


@dataclass(frozen=True, repr=False)
class HumanEdit(Sampling):
    """Points of which some are replaced by corrected ones.

    Parameters
    ----------
    rate : float
        Chance that a point is replaced.
    toward : Family
        A member of the family whose source corrected points come from.
    """

    rate: float = field(metadata=inside(SHARE))
    toward: Any = field(kw_only=True)

    def __post_init__(self) -> None:
        check_parameters(self)
        if not hasattr(self.toward, "as_seen_by"):
            raise ValueError(f"toward = {self.toward!r} is outside its domain: a family such as ct.Gaussian(mean=1)")

    @classmethod
    def examples(cls) -> tuple[HumanEdit, ...]:
        return ()

    @classmethod
    def examples_for(cls, family: Any) -> tuple[HumanEdit, ...]:
        return tuple(cls(0.2, toward=one) for one in dict.fromkeys((family, _elsewhere(family))))

    @property
    def verbs(self) -> tuple[str, ...]:
        return ("as_seen_by",)

    def check(self, family: Any, sizes: Schedule) -> None:
        if type(self.toward) is not type(family):
            raise ValueError(f"toward = {self.toward!r} is outside its domain: a {type(family).__name__}")
        self.toward.as_seen_by(family, 1)

    def draw(self, family: Any, state: Any, count: Any, rng: np.random.Generator) -> Any:
        edited = rng.binomial(count, self.rate, len(state[0]))
        corrected = family.draw(self.toward.as_seen_by(family, len(edited)), edited, rng)
        return family.pool([family.draw(state, count - edited, rng), corrected])

    def expected(self, family: Any, state: Any, count: Any) -> Any:
        corrected = family.expected(self.toward.as_seen_by(family, len(state[0])), self.rate * count)
        return family.pool([family.expected(state, (1 - self.rate) * count), corrected])


def _elsewhere(family: Any) -> Any:
    """A member with the mean a standard deviation further, or the probabilities of types in the other order."""
    if hasattr(family, "probabilities"):
        return replace(family, probabilities=family.probabilities.values[::-1])
    return replace(family, mean=family.mean + family.sd) if family.has("as_seen_by") else family
