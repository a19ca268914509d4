r"""A soft verifier: a point is accepted with a chance that falls with its distance from the verifier's centre.

A point x passes with chance :math:`e^{-(x-c)^2/(2s^2)}`, so the accepted points of a normal model are normal again:
precisions add, :math:`1/\sigma'^2 = 1/\sigma^2 + 1/s^2`, and the mean is their weighted mean. Large samples of what
was accepted, refitted t times, have

.. math:: \sigma^2 = \frac{\sigma_0^2 s^2}{s^2 + t\sigma_0^2},\qquad
   \mu = \frac{\mu_0 s^2 + t\sigma_0^2 c}{s^2 + t\sigma_0^2} :

the model comes to the verifier's centre and its variance falls like :math:`s^2/t`. A wide verifier only slows it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from collapse_theory.domain import REAL, SCALE, check_parameters, inside
from collapse_theory.sampling.sampling import LawSampling


@dataclass(frozen=True, repr=False)
class SoftVerifier(LawSampling):
    """Points accepted by their distance from a centre, refilled until there are enough.

    Parameters
    ----------
    center : float
        Where the verifier accepts everything.
    width : float
        Distance s at which it accepts 61 % of the points.
    """

    center: float = field(metadata=inside(REAL))
    width: float = field(metadata=inside(SCALE))

    def __post_init__(self) -> None:
        check_parameters(self)

    @classmethod
    def examples(cls) -> tuple[SoftVerifier, ...]:
        return (cls(center=2.0, width=4.0),)

    @property
    def verbs(self) -> tuple[str, ...]:
        return ("accept_near",)

    def law(self, family: Any, state: Any) -> Any:
        return family.accept_near(state, self.center, self.width)
