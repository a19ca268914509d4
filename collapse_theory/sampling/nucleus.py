r"""Nucleus (top-p) sampling: only the likeliest types, the fewest that hold a given mass, are sampled.

Of k equally likely types :math:`\lceil\rho k\rceil` are left, and large samples refitted again and again stop at the
largest :math:`k < 1/(1-\rho)`: at 9 types for :math:`\rho = 0.9`. It is not the truncation of a normal law, which cuts
at a number of standard deviations.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from collapse_theory.domain import POSITIVE_SHARE, check_parameters, inside
from collapse_theory.sampling.sampling import LawSampling

ROUNDING = 1e-12
"""Mass by which the nucleus may fall short: that of rounding."""


@dataclass(frozen=True, repr=False)
class Nucleus(LawSampling):
    """Points from the fewest likeliest types that hold a mass; types of equal chance in their order.

    Parameters
    ----------
    mass : float
        The mass, in (0, 1]; 1 cuts nothing.
    """

    mass: float = field(metadata=inside(POSITIVE_SHARE))

    def __post_init__(self) -> None:
        check_parameters(self)

    @classmethod
    def examples(cls) -> tuple[Nucleus, ...]:
        return (cls(0.9),)

    @property
    def verbs(self) -> tuple[str, ...]:
        return ("tilt_by_share",)

    def law(self, family: Any, state: Any) -> Any:
        return family.tilt_by_share(state, lambda shares: nucleus(shares, self.mass))


def nucleus(shares: NDArray[np.float64], mass: float) -> NDArray[np.float64]:
    """1 for the types of the nucleus and 0 for the others, the types in the last axis."""
    if mass == 1:
        return np.ones(shares.shape)
    order = np.argsort(-shares, axis=-1, kind="stable")
    held = np.cumsum(np.take_along_axis(shares, order, axis=-1), axis=-1)
    before = held - np.take_along_axis(shares, order, axis=-1)
    inside = (before < mass - ROUNDING).astype(float)
    inside[..., 0] = 1.0
    result = np.empty_like(inside)
    np.put_along_axis(result, order, inside, axis=-1)
    return result
