"""Cumulants of a weighted sum of log-gamma variables, tilted by an exponential."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from collapse_theory.gamma_ratios import digamma_difference, digamma_minus_log, log_gamma_ratio, log_gamma_remainder

Array = NDArray[np.float64]

_BLOCK = 20_000  # groups times nodes held at once
_HUGE = 1e60  # largest tilt


@dataclass(frozen=True, eq=False)
class Cumulants:
    r"""Cumulants of a sum of signed log-gamma variables, one group to a shape.

    .. math:: L = \sum_j \sum_{i=1}^{m_j} \varepsilon_j \log\frac{G_{ji}}{a_j}, \qquad G_{ji} \sim \Gamma(a_j, 1)

    The law tilted by :math:`\theta` has density proportional to :math:`e^{\theta x}f(x)`: it is again such a sum, of
    the shapes :math:`a_j + \varepsilon_j\theta`, but for a shift.

    Parameters
    ----------
    shapes, counts, signs : ndarray, shape (groups, 1)
        Shapes a > 0, copies m > 0 and signs of the groups.
    """

    shapes: Array
    counts: Array
    signs: Array

    @cached_property
    def domain(self) -> tuple[float, float]:
        """Open interval of the real tilts at which ``E exp(theta L)`` is finite."""
        shapes, signs = self.shapes, self.signs
        return -float(np.min(shapes[signs > 0], initial=np.inf)), float(np.min(shapes[signs < 0], initial=np.inf))

    @cached_property
    def mean(self) -> float:
        """First cumulant."""
        return math.fsum((self.counts * self.signs * digamma_minus_log(self.shapes)).ravel())

    @cached_property
    def std(self) -> float:
        """Root of the second cumulant."""
        return math.sqrt(self.cumulant(2, 0.0))

    def function(self, s: Any) -> Any:
        """Cumulant function ``K(s) = log E exp(s L)`` at real or complex s."""
        return self._sum(lambda a, e, z: log_gamma_ratio(a, e * z), s)

    def remainder(self, s: Any) -> Any:
        """Cumulant function of ``L - E L``."""
        return self._sum(lambda a, e, z: log_gamma_remainder(a, e * z), s)

    def tilted_remainder(self, theta: Any, s: Any) -> Any:
        """Cumulant function of L less its mean under the tilt theta."""
        return self._sum(lambda a, e, t, z: log_gamma_remainder(a + e * t, e * z), theta, s)

    def cumulant(self, order: int, theta: ArrayLike) -> Any:
        """Cumulant of an order above 1 under the tilt theta."""
        from scipy.special import polygamma

        return self._sum(lambda a, e, t: e**order * polygamma(order - 1, a + e * t), theta)

    def gain(self, theta: Any) -> Any:
        """Mean under the tilt theta, less the mean."""
        return self._sum(lambda a, e, t: e * digamma_difference(a, e * t), theta)

    def signed_root(self, theta: Any) -> Any:
        """Signed root of twice the saddle-point exponent, ``2 (theta K'(theta) - K(theta))``, off 0."""
        return np.copysign(np.sqrt(2 * (theta * self.gain(theta) - self.remainder(theta))), theta)

    @cached_property
    def ends(self) -> Array:
        """Ends of the domain, finite."""
        return np.clip(self.domain, -_HUGE, _HUGE)

    @cached_property
    def gains(self) -> Array:
        """Gains in mean beyond which the tails are plain exponentials."""
        return np.asarray(self.gain(self.ends * (1 - 1e-12)))

    def tilt_of_gain(self, gain: Array, tolerance: float, start: Array) -> Array:
        """Tilts with the given gains, to a tolerance in standard deviations of the tilted law."""

        def gain_slope(theta: Array) -> tuple[Array, Array, Array]:
            slope = self.cumulant(2, theta)
            return self.gain(theta), slope, np.sqrt(slope)

        return self._solve(gain_slope, gain, tolerance, start)

    def tilt_of_root(self, root: Array, tolerance: float, start: Array) -> Array:
        """Tilts with the given signed roots, to a tolerance."""

        def root_slope(theta: Array) -> tuple[Array, Array, Array]:
            value = self.signed_root(theta)
            return value, theta * self.cumulant(2, theta) / value, np.ones_like(theta)

        return self._solve(root_slope, root, tolerance, start)

    def _sum(self, term: Callable[..., Any], *nodes: Any) -> Any:
        """Sum over groups of count * term(shape, sign, *nodes), shaped as the nodes and in blocks of them."""
        groups = len(self.shapes)
        flat, width = [np.ravel(node) for node in nodes], 1 + _BLOCK // max(1, groups)
        out = np.zeros(flat[0].size, dtype=np.result_type(float, *flat))
        for start in range(0, out.size if groups else 0, width):
            part = slice(start, start + width)
            values = term(self.shapes, self.signs, *(node[part] for node in flat))
            out[part] = np.sum(self.counts * values, axis=0)
        return out.reshape(np.shape(nodes[0]))

    def _solve(self, function: Callable[[Array], Any], target: Array, tolerance: float, start: Array) -> Array:
        """Tilts at which an increasing function is `target`: Newton in the log odds of the domain, bracketed.

        The function gives its values, its derivatives and the scales of the tolerance.
        """
        low, high = (np.full(target.shape, end) for end in self.ends)
        theta, active = start.copy(), np.arange(target.size)
        for _ in range(200):
            now = theta[active]
            value, slope, scale = function(now)
            miss = target[active] - value
            low[active] = np.where(miss > 0, now, low[active])
            high[active] = np.where(miss < 0, now, high[active])
            left, right = now - self.ends[0], self.ends[1] - now
            odds = np.clip(miss / (slope * (left * right / (left + right))), -3, 3)
            new = now + np.expm1(odds) * left * right / (right + left * np.exp(odds))
            new = np.where((new > low[active]) & (new < high[active]), new, (low[active] + high[active]) / 2)
            moving = np.abs(miss) > tolerance * scale
            theta[active] = np.where(moving, new, now)
            active = active[moving & (new != now)]
            if not active.size:
                break
        return theta
