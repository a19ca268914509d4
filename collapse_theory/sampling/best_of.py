r"""Best of N: of every N points that a normal model draws, the largest is kept.

In units of the model a winner has the mean :math:`e_N` and the variance :math:`v_N` of the largest of N standard
normal points; for N = 2 these are :math:`1/\sqrt\pi` and :math:`1 - 1/\pi`. The variance falls by the factor
:math:`v_N` in every generation and the mean climbs by :math:`e_N\sigma_t`, so that it comes to rest a finite way
above the source: selecting by the model's own spread spends it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from collapse_theory.domain import Domain, check_parameters, inside
from collapse_theory.sampling.sampling import PlacedSampling, Standard

CANDIDATES = Domain(low=1, high=10**6, integer=True, typical=(1, 16))
LEAST = 2.0**-80
"""Mass above a point in place of 0, which would be a point at infinity."""


@dataclass(frozen=True, repr=False)
class BestOf(PlacedSampling):
    """The largest of every so many points.

    Parameters
    ----------
    candidates : int
        Points N ≥ 1 of which the largest is kept.
    """

    candidates: int = field(metadata=inside(CANDIDATES))

    def __post_init__(self) -> None:
        check_parameters(self)

    @classmethod
    def examples(cls) -> tuple[BestOf, ...]:
        return (cls(2), cls(8))

    @cached_property
    def standard(self) -> Standard:
        """Moments of the largest of N standard normal points, by quadrature of its density."""
        return Standard(*largest_moments(self.candidates))

    def standard_points(self, shape: tuple[int, int], rng: np.random.Generator) -> NDArray[np.float64]:
        """Largest points by inverting their law from its upper tail."""
        from scipy.special import ndtri

        highest = -np.expm1(np.log1p(-rng.random(shape)) / self.candidates)
        return np.asarray(-ndtri(np.maximum(highest, LEAST)))

    def symbols(self) -> Mapping[Any, Any]:
        from collapse_theory.symbols import tau

        return {tau: self.standard.variance}


def largest_moments(candidates: int) -> tuple[float, float, float]:
    """Mean, variance and kurtosis of the largest of so many standard normal points."""
    from scipy.special import log_ndtr

    if candidates == 1:
        return 0.0, 1.0, 3.0
    x, step = np.linspace(-12.0, 14.0, 4001, retstep=True)
    # The trapezoidal rule of a smooth density that vanishes at both ends is exact to rounding.
    density = candidates * np.exp((candidates - 1) * log_ndtr(x) - x**2 / 2) / np.sqrt(2 * np.pi) * step
    mean = float(density @ x / density.sum())
    second, fourth = (float(density @ (x - mean) ** power / density.sum()) for power in (2, 4))
    return mean, second, fourth / second**2
