r"""The expected variance of a pool of which every fit sees a sample as large as a generation.

It is a product over generations of :math:`(t-x_1)(t-x_2)/[t(t-p)]`, hence a ratio of gamma functions.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from collapse_theory.gamma_ratios import digamma_difference, log_gamma_ratio

Array = NDArray[np.float64]

EXPANDED, DEGREE = 0.4, 26
"""Size of the roots below which the logarithms of the factors are expanded, and powers of the roots in them."""


@dataclass(frozen=True)
class Pool:
    """Expected variance of the points of a pool, as a function of the generation.

    Parameters
    ----------
    n : float
        Points that a generation adds, and that a fit sees.
    ddof : float
        The fitted variance is the sum of squares over n − ddof.
    replacement : bool
        Whether a point of the pool may be drawn twice.
    """

    n: float
    ddof: float
    replacement: bool

    @classmethod
    def of(cls, setting: Any) -> Pool:
        """Pool of a recursion."""
        return cls(float(setting.sizes(1)), float(setting.family.ddof), bool(setting.regime.replacement))

    @property
    def gain(self) -> float:
        """Fitted variance per variance of the pool, g."""
        return (self.n - 1) / (self.n - self.ddof)

    @property
    def exponent(self) -> float:
        """Exponent b of the growth."""
        return self.ddof * (self.n - 1) / (self.n * (self.n - self.ddof))

    @property
    def pole(self) -> float:
        """Root p of the divisor beside 0."""
        return 0.0 if self.replacement else 1 / self.n

    @property
    def product(self) -> float:
        """Product of the roots with its sign changed."""
        return (1 + self.gain) / self.n if self.replacement else (2 + self.gain) / self.n

    @property
    def sum(self) -> float:
        """Sum of the roots."""
        return -self.exponent if self.replacement else (1 - self.ddof) / (self.n - self.ddof)

    @property
    def roots(self) -> tuple[float, float]:
        """Both roots, without cancellation."""
        root = np.sqrt(self.sum**2 + 4 * self.product)
        large = (self.sum + np.copysign(root, self.sum)) / 2
        return float(large), float(-self.product / large)

    @property
    def _coefficients(self) -> Array:
        """Coefficients c_k, k ≥ 2, of the logarithm of a factor, −Σ c_k t^−k beside b/t."""
        powers = [2.0, self.sum]
        for _ in range(2, DEGREE):
            powers.append(self.sum * powers[-1] + self.product * powers[-2])
        k = np.arange(2, DEGREE)
        return np.asarray((np.array(powers[2:]) - self.pole**k) / k)

    @property
    def _small(self) -> bool:
        return max(map(abs, self.roots)) < EXPANDED

    def _ratio(self, at: Any) -> Any:
        x, y = self.roots
        return log_gamma_ratio(at, -x) + log_gamma_ratio(at, -y) - log_gamma_ratio(at, -self.pole)

    @property
    def log_first(self) -> float:
        """Logarithm of the fitted variance of generation 1, V_1 = g X_1."""
        first = np.log1p(-1 / self.n) if self.replacement else 0.0
        return float(first + np.log1p((self.ddof - 1) / (self.n - self.ddof)))

    @property
    def log_constant(self) -> float:
        """Logarithm of the constant in V_t ~ C t^b."""
        if self._small:
            from scipy.special import zeta

            k = np.arange(2, DEGREE)
            return float(
                self.log_first - self.exponent * (1 - np.euler_gamma) - np.sum(self._coefficients * zeta(k, 2.0))
            )
        return float(self.log_first - self._ratio(2.0) - self.exponent * np.log(2))

    def log_at(self, t: Any) -> Array:
        """Logarithm of the fitted variance V_t at real t ≥ 1.

        For large n the gamma functions cancel almost entirely; there the logarithms of the factors are summed by
        powers, ``b (ψ(t + 1) − ψ(2)) − Σ_k c_k (ζ(k, 2) − ζ(k, t + 1))``.
        """
        t = np.asarray(t, dtype=float)
        if self._small:
            from scipy.special import zeta

            terms = (c * (zeta(k, 2.0) - zeta(k, t + 1)) for k, c in enumerate(self._coefficients, start=2))
            return np.asarray(self.log_first + self.exponent * digamma_difference(2.0, t - 1) - sum(terms))
        drift = self.exponent * np.log((t + 1) / 2)
        return np.asarray(self.log_first + self._ratio(t + 1) - self._ratio(2.0) + drift)

    @property
    def log_limit(self) -> float:
        """Logarithm of the limit of V_t: finite at ddof = 0 alone."""
        return self.log_constant if self.exponent == 0 else float(np.copysign(np.inf, self.exponent))

    def added(self, t: Any) -> Any:
        """Growth of the squared error of the pool's mean in generation t > 1 per V_{t−1}."""
        seen = 1.0 if self.replacement else 1 - 1 / (t - 1)
        return (seen / self.gain + 1) / (self.n * t**2)

    def noise(self, t: Any) -> Any:
        """Squared error that a sample adds to the pool's, per V_t."""
        return (1 if self.replacement else 1 - 1 / t) / (self.gain * self.n)
