"""Named approximating laws of the log-variance, beside the normal: saddlepoint, and the Chernoff bound."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from collapse_theory.random_walk.log_gamma_sum import LogGammaSum


@dataclass(frozen=True)
class Saddlepoint:
    """Lugannani and Rice's tail formula for a sum of log-gamma variables."""

    law: LogGammaSum

    def sf(self, x: Any) -> Any:
        """P(X > x), approximately."""
        return self.law.saddlepoint_sf(x)

    def cdf(self, x: Any) -> Any:
        """P(X ≤ x), approximately."""
        return 1.0 - np.asarray(self.law.saddlepoint_sf(x))

    def ppf(self, q: Any) -> Any:
        """Quantile, by root finding on the approximate law."""
        from scipy.optimize import brentq

        def one(p: float) -> float:
            centre, width = float(self.law.ppf(p)), self.law.std
            return float(brentq(lambda x: self.sf(x) - (1 - p), centre - 2 * width, centre + 2 * width, xtol=1e-13))

        return one(float(q)) if np.ndim(q) == 0 else np.array([one(float(p)) for p in np.ravel(q)])


@dataclass(frozen=True)
class Chernoff:
    """Chernoff's upper bounds on both tails, exp of minus the large-deviation rate."""

    law: LogGammaSum

    def _rate(self, x: float) -> float:
        from scipy.optimize import minimize_scalar

        low, high = self.law.domain
        low, high = max(low, -1e6), min(high, 1e6)
        inside = (0.0, high) if x > self.law.mean else (low, 0.0)
        found = minimize_scalar(
            lambda s: float(np.real(self.law.cumulant_function(s))) - s * x,
            bounds=inside,
            method="bounded",
            options={"xatol": 1e-12},
        )
        return min(float(found.fun), 0.0)

    def _bound(self, x: Any, *, above: bool) -> Any:
        flat = np.atleast_1d(np.asarray(x, dtype=float))
        values = [float(np.exp(self._rate(v))) if (v > self.law.mean) == above else 1.0 for v in flat]
        return values[0] if np.ndim(x) == 0 else np.array(values)

    def sf(self, x: Any) -> Any:
        """Upper bound on P(X > x), 1 below the mean."""
        return self._bound(x, above=True)

    def cdf(self, x: Any) -> Any:
        """Upper bound on P(X ≤ x), 1 above the mean."""
        return self._bound(x, above=False)
