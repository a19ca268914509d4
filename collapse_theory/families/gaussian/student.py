"""Student's t with any positive real degrees of freedom, without the weight of scipy.stats."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Student:
    """Student's t."""

    df: float

    def cdf(self, x: Any) -> Any:
        """P(X ≤ x)."""
        from scipy.special import stdtr

        return stdtr(self.df, x)

    def sf(self, x: Any) -> Any:
        """P(X > x)."""
        from scipy.special import stdtr

        return stdtr(self.df, -np.asarray(x))

    def pdf(self, x: Any) -> Any:
        """Density."""
        from scipy.special import beta

        x = np.asarray(x)
        return (1 + x**2 / self.df) ** (-(self.df + 1) / 2) / (np.sqrt(self.df) * beta(0.5, self.df / 2))

    def ppf(self, q: Any) -> Any:
        """Quantile."""
        from scipy.special import stdtrit

        return stdtrit(self.df, q)

    def isf(self, q: Any) -> Any:
        """Value exceeded with probability q."""
        return -np.asarray(self.ppf(q))
