"""The exact law of a weighted sum of log-gamma variables, by contour inversion."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from collapse_theory.domain import elementwise, interval
from collapse_theory.random_walk.contour import log_tails
from collapse_theory.random_walk.cumulants import Cumulants

Array = NDArray[np.float64]


@dataclass(frozen=True)
class LogGammaSum:
    r"""Law of a sum of independent log-gamma variables.

    .. math:: L = c + \sum_j \sum_{i=1}^{m_j} \varepsilon_j \log\frac{G_{ji}}{a_j},
              \qquad G_{ji} \sim \Gamma(a_j, 1),

    with the cumulant function :math:`K(s) = cs + \sum_j m_j
    \log\{\Gamma(a_j+\varepsilon_j s)\,a_j^{-\varepsilon_j s}/\Gamma(a_j)\}`. Tails and density are
    integrals of :math:`e^{K(s)-sx}` along a hyperbola through the saddle point, in the direction of
    steepest descent, by the trapezoidal rule with halving, to a relative accuracy of about 1e-12 also
    far out, as far as `x` and the mean, rounded to doubles, fix them. Every method takes a number or an
    array and answers in kind.

    Parameters
    ----------
    shapes : float or sequence of float
        Shapes :math:`a_j > 0`, one to a group.
    counts : int or sequence of int
        Copies :math:`m_j \ge 0`; all zero leaves a point mass at `shift`.
    signs : int or sequence of int
        Signs :math:`\varepsilon_j`, +1 or -1.
    shift : float
        Constant :math:`c`.

    Raises
    ------
    ValueError
        If a parameter, or the argument of a method, is NaN or outside its domain, if lengths differ, or if
        a point mass is asked for a density or a saddle point.
    ArithmeticError
        If an inversion does not settle.
    """

    shapes: Any
    counts: Any
    signs: Any = 1
    shift: float = 0.0

    def __post_init__(self) -> None:
        shapes, counts, signs = (np.atleast_1d(np.asarray(v)) for v in (self.shapes, self.counts, self.signs))
        sizes = [v.size for v in (shapes, counts, signs)]
        if len({*sizes} - {1}) > 1:
            raise ValueError(f"shapes, counts and signs must have one length, got {sizes}")
        shapes, counts, signs = np.broadcast_arrays(shapes, counts, signs)
        for name, value, fine, domain in (
            ("shapes", shapes, lambda v: np.isfinite(v) & (v > 0), "positive real numbers"),
            ("counts", counts, lambda v: np.isfinite(v) & (v >= 0) & (v == np.floor(v)), "whole numbers at least 0"),
            ("signs", signs, lambda v: np.abs(v) == 1, "+1 or -1"),
            ("shift", np.asarray(self.shift), np.isfinite, "a finite real number"),
        ):
            if value.dtype.kind not in "iuf" or value.ndim > 1 or not np.all(fine(value)):
                raise ValueError(f"{name} must be {domain}, got {getattr(self, name)!r}")
        kept = tuple(map(float, shapes)), tuple(map(int, counts)), tuple(map(int, signs)), float(self.shift)
        for name, entry in zip(("shapes", "counts", "signs", "shift"), kept, strict=True):
            object.__setattr__(self, name, entry)

    @cached_property
    def _cumulants(self) -> Cumulants:
        """Cumulants of the groups that are not empty, without the shift."""
        columns = np.array([self.shapes, self.counts, self.signs], dtype=float)
        return Cumulants(*columns[:, columns[1] > 0, None])

    @property
    def _atom(self) -> bool:
        return not any(self.counts)

    @property
    def domain(self) -> tuple[float, float]:
        """Open interval of the real `s` at which ``E exp(s L)`` is finite."""
        return self._cumulants.domain

    @property
    def mean(self) -> float:
        """First cumulant, ``shift + sum_j m_j sign_j [digamma(a_j) - log a_j]``."""
        return self.shift + self._cumulants.mean

    @cached_property
    def variance(self) -> float:
        """Second cumulant, ``sum_j m_j trigamma(a_j)``."""
        return float(self._cumulants.cumulant(2, 0.0))

    @property
    def std(self) -> float:
        """Standard deviation, the root of :attr:`variance`."""
        return self._cumulants.std

    @cached_property
    def third_cumulant(self) -> float:
        """Third cumulant, ``sum_j m_j sign_j polygamma(2, a_j)``."""
        return float(self._cumulants.cumulant(3, 0.0))

    @cached_property
    def fourth_cumulant(self) -> float:
        """Fourth cumulant, ``sum_j m_j polygamma(3, a_j)``."""
        return float(self._cumulants.cumulant(4, 0.0))

    def cumulant_function(self, s: ArrayLike) -> Any:
        """Cumulant function ``K(s) = log E exp(s L)``, for real or complex `s` with real part in the domain."""
        points = np.asarray(s)
        low, high = self.domain
        if not np.all(np.isfinite(points) & (points.real > low) & (points.real < high)):
            raise ValueError(f"s must be finite with real part in ({low:g}, {high:g}), got {s!r}")
        return elementwise(lambda flat: flat * self.shift + self._cumulants.function(flat), points)

    log_moment = cumulant_function  # of exp(L)

    def tilted(self, theta: float) -> LogGammaSum:
        """Law with density proportional to ``exp(theta x) f(x)``, whose ``K`` is ``K(s + theta) - K(theta)``."""
        low, high = self.domain
        if not (math.isfinite(theta) and low < theta < high):
            raise ValueError(f"theta must lie in ({low:g}, {high:g}), got {theta!r}")
        shapes, counts, signs = (np.array(v, dtype=float) for v in (self.shapes, self.counts, self.signs))
        moved = np.where(counts > 0, shapes + signs * theta, shapes)
        shift = self.shift + math.fsum(counts * signs * np.log(moved / shapes))
        return LogGammaSum(tuple(moved), self.counts, self.signs, shift)

    def cdf(self, x: ArrayLike) -> Any:
        """Distribution function ``P(L <= x)``."""
        return elementwise(lambda points: np.exp(self._log_tails(points)[0]), interval("x", x))

    def sf(self, x: ArrayLike) -> Any:
        """Survival function ``P(L > x)``."""
        return elementwise(lambda points: np.exp(self._log_tails(points)[1]), interval("x", x))

    def logcdf(self, x: ArrayLike) -> Any:
        """Logarithm of ``P(L <= x)``, finite long after the probability underflows."""
        return elementwise(lambda points: self._log_tails(points)[0], interval("x", x))

    def logsf(self, x: ArrayLike) -> Any:
        """Logarithm of ``P(L > x)``, finite long after the probability underflows."""
        return elementwise(lambda points: self._log_tails(points)[1], interval("x", x))

    def pdf(self, x: ArrayLike) -> Any:
        """Density."""
        return elementwise(np.exp, np.asarray(self.logpdf(x)))

    def logpdf(self, x: ArrayLike) -> Any:
        """Logarithm of the density."""
        self._refuse_atom("density")
        return elementwise(lambda points: self._log_tails(points)[2], interval("x", x))

    def ppf(self, q: ArrayLike) -> Any:
        """Quantile function, the least `x` with ``P(L <= x) >= q``, to 1e-12 standard deviations."""
        return elementwise(lambda chance: self._quantile(chance, upper=False), interval("q", q, 0.0, 1.0))

    def isf(self, q: ArrayLike) -> Any:
        """Upper quantile function, where ``P(L > x) = q``, to 1e-12 standard deviations."""
        return elementwise(lambda chance: self._quantile(chance, upper=True), interval("q", q, 0.0, 1.0))

    @cached_property
    def median(self) -> float:
        """Median, ``ppf(1/2)``."""
        return float(self.ppf(0.5))

    def saddlepoint_sf(self, x: ArrayLike) -> Any:
        r"""Lugannani–Rice approximation to the survival function.

        .. math:: \bar\Phi(w) + \varphi(w)\Bigl(\frac1u - \frac1w\Bigr), \qquad
            w = \operatorname{sgn}\theta\sqrt{2(\theta x - K(\theta))}, \quad u = \theta\sqrt{K''(\theta)},

        at the saddle point :math:`K'(\theta) = x`; at the mean, its limit
        :math:`\frac12 - \kappa_3/(6\sigma^3\sqrt{2\pi})`.
        """
        self._refuse_atom("saddle point")
        return elementwise(self._saddlepoint, interval("x", x))

    def _saddlepoint(self, x: Array) -> Array:
        from scipy.special import ndtr

        excess = np.clip(x - self.mean, *self._cumulants.gains)
        theta = self._cumulants.tilt_of_gain(excess, 1e-14, 0 * excess)
        y, near = theta * self.std, np.abs(theta) * self.std < 1e-5
        safe = np.where(near, 1 / self.std, theta)
        w, u = self._cumulants.signed_root(safe), safe * np.sqrt(self._cumulants.cumulant(2, safe))
        l3, l4 = self.third_cumulant / self.std**3, self.fourth_cumulant / self.variance**2
        gap = np.where(near, -l3 / 6 + y * (5 * l3 * l3 / 24 - l4 / 8), 1 / u - 1 / w)
        w = np.where(near, y * (1 + l3 * y / 3), w)
        return np.asarray(ndtr(-w) + np.exp(-w * w / 2) / math.sqrt(2 * math.pi) * gap)

    def _refuse_atom(self, what: str) -> None:
        if self._atom:
            raise ValueError(f"counts must not all be 0 for a {what}: the law is a point mass at {self.shift:g}")

    def _log_tails(self, points: Array) -> Array:
        """Logarithms of the distribution function, of the survival function and of the density."""
        if self._atom or not points.size:
            return np.where([points >= self.shift, points < self.shift, points != points], 0.0, -np.inf)
        return log_tails(self._cumulants, points - self.mean)

    def _quantile(self, chance: Array, *, upper: bool) -> Array:
        """Quantiles, infinite at the ends."""
        out = np.where((chance == 0) == upper, np.inf, -np.inf)
        inside = (chance > 0) & (chance < 1)
        out[inside] = self.mean + self._newton(chance[inside], int(upper))
        return out

    def _newton(self, chance: Array, side: int) -> Array:
        """Points, less the mean, at which the tail on a `side` (0 below, 1 above) is `chance`.

        Newton's method on the logarithm of the smaller tail, which is concave.
        """
        from scipy.special import ndtri_exp

        if self._atom or not chance.size:
            return 0 * chance
        law = self._cumulants
        same = np.log(chance) <= log_tails(law, np.zeros(1))[side, 0]
        goal = np.where(same, np.log(chance), np.log1p(-chance))
        below = same == (side == 0)
        normal = np.minimum(ndtri_exp(goal), -0.01) * np.where(below, 1, -1)
        excess = np.asarray(law.gain(law.tilt_of_root(normal, 0.01, np.sign(normal) * 0.1 / self.std)))
        active = np.arange(goal.size)
        for _ in range(60):
            low, high, density = log_tails(law, excess[active])
            tail = np.where(below[active], low, high)
            move = (goal[active] - tail) * np.exp(tail - density) * np.where(below[active], 1, -1)
            excess[active] += move
            active = active[np.abs(move) > 1e-8 * self.std]
            if not active.size:
                return excess
        raise ArithmeticError(f"no quantile found at the log probability {goal[active[0]]:g}")
