r"""Temperature: points from the law :math:`\propto p^{1/T}`, cooler or hotter than the model.

A normal law keeps its mean, and its **variance** is multiplied by T (its standard deviation by :math:`\sqrt T`); the
probabilities of types become :math:`p_i^{1/T}/\sum_j p_j^{1/T}`. So T < 1 is a bias that no amount of data
cures: accumulated over t generations of many points a variance is
:math:`\Gamma(t+T)/(\Gamma(t+1)\Gamma(1+T)) \sim t^{-(1-T)}`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from collapse_theory.domain import Domain, check_parameters, inside
from collapse_theory.sampling.sampling import LawSampling, Standard

HEAT = Domain(low=0, open_low=True, high=1e6, typical=(0.2, 3))


@dataclass(frozen=True, repr=False)
class Temperature(LawSampling):
    r"""Points from the model's law to the power 1/T.

    Parameters
    ----------
    temperature : float
        T > 0: of a normal law the factor of its variance; below 1 it favours what is likely.
    """

    temperature: float = field(metadata=inside(HEAT))

    def __post_init__(self) -> None:
        check_parameters(self)

    @classmethod
    def examples(cls) -> tuple[Temperature, ...]:
        return (cls(0.9), cls(1.2))

    @property
    def escaping_share(self) -> float:
        """Share of real data, with equally likely types, above which the uniform law attracts: 1 − T, at least 0."""
        return max(1 - self.temperature, 0.0)

    def trapping_share(self, types: int) -> float:
        r"""Share of real data up to which a law that is concentrated on one of the types can stay, T < 1.

        .. math:: m = 1 - \min_{z > 1} \frac{(z-1)(z^{1/T} + K - 1)}{(z^{1/T} - 1)(z + K - 1)}

        for K equally likely types: from three types on it is larger than 1 − T, so that between the two the loop stays
        where it is (hysteresis). At T = 1/2 it is :math:`K/(1 + \sqrt{K-1})^2`.
        """
        from scipy.optimize import minimize_scalar

        count, power = Domain(low=2, high=10**9, integer=True).check("types", types), 1 / self.temperature
        if power <= 1:
            return 0.0

        def kept(log_odds: float) -> float:
            """With z = exp(log_odds), multiplied out so that nothing overflows."""
            top = -math.expm1(-log_odds) * (1 + (count - 1) * math.exp(-power * log_odds))
            below = -math.expm1(-power * log_odds) * (1 + (count - 1) * math.exp(-log_odds))
            return float(top / below)

        grid = np.geomspace(1e-6, 60.0, 400)
        place = int(np.argmin([kept(float(x)) for x in grid]))
        around = (float(grid[max(place - 1, 0)]), float(grid[min(place + 1, len(grid) - 1)]))
        found = minimize_scalar(kept, bounds=around, method="bounded", options={"xatol": 1e-12})
        return float(max(1 - found.fun, 1 - self.temperature))

    @property
    def verbs(self) -> tuple[str, ...]:
        return ("temper",)

    @property
    def standard(self) -> Standard:
        return Standard(0.0, self.temperature, 3.0)

    def law(self, family: Any, state: Any) -> Any:
        return family.temper(state, self.temperature)

    def symbols(self) -> Mapping[Any, Any]:
        from collapse_theory.symbols import tau

        return {tau: self.temperature}
