"""The exact law of a weighted sum of log-gamma variables, by contour inversion."""

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
_REACH = 0.6  # standard deviations a point may lie from the saddle of its contour
_POLE = 0.7  # least distance of a contour from 0, in inverse standard deviations
_SLOPE = 0.6  # of the contours' asymptotes against the vertical
_SPENT = -42.0  # log of the integrand, against its peak, where a contour ends
_HUGE = 1e60  # largest tilt
_HALVING = 1e-8  # change at which to stop halving: the error after a halving is its square before


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
    def _groups(self) -> tuple[Array, ...]:
        """Shapes, counts and signs of the groups that are not empty, as columns."""
        columns = np.array([self.shapes, self.counts, self.signs], dtype=float)
        return tuple(columns[:, columns[1] > 0, None])

    @cached_property
    def domain(self) -> tuple[float, float]:
        """Open interval of the real `s` at which ``E exp(s L)`` is finite."""
        shapes, _, signs = self._groups
        return -float(np.min(shapes[signs > 0], initial=np.inf)), float(np.min(shapes[signs < 0], initial=np.inf))

    @cached_property
    def mean(self) -> float:
        """First cumulant, ``shift + sum_j m_j sign_j [digamma(a_j) - log a_j]``."""
        shapes, counts, signs = self._groups
        return self.shift + math.fsum((counts * signs * digamma_minus_log(shapes)).ravel())

    @cached_property
    def variance(self) -> float:
        """Second cumulant, ``sum_j m_j trigamma(a_j)``."""
        return float(self._cumulant(2, 0.0))

    @cached_property
    def std(self) -> float:
        """Standard deviation, the root of :attr:`variance`."""
        return math.sqrt(self.variance)

    @cached_property
    def third_cumulant(self) -> float:
        """Third cumulant, ``sum_j m_j sign_j polygamma(2, a_j)``."""
        return float(self._cumulant(3, 0.0))

    @cached_property
    def fourth_cumulant(self) -> float:
        """Fourth cumulant, ``sum_j m_j polygamma(3, a_j)``."""
        return float(self._cumulant(4, 0.0))

    def cumulant_function(self, s: ArrayLike) -> Any:
        """Cumulant function ``K(s) = log E exp(s L)``, for real or complex `s` with real part in the domain."""
        points = np.asarray(s)
        low, high = self.domain
        if not np.all(np.isfinite(points) & (points.real > low) & (points.real < high)):
            raise ValueError(f"s must be finite with real part in ({low:g}, {high:g}), got {s!r}")
        return _like(s, points * self.shift + self._sum(lambda a, e, z: log_gamma_ratio(a, e * z), points))

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

    def _sum(self, term: Callable[..., Any], *nodes: Any) -> Any:
        """Sum over groups of count * term(shape, sign, *nodes), shaped as the nodes and in blocks of them."""
        shapes, counts, signs = self._groups
        flat, width = [np.ravel(node) for node in nodes], 1 + _BLOCK // max(1, len(shapes))
        out = np.zeros(flat[0].size, dtype=np.result_type(float, *flat))
        for start in range(0, out.size if len(shapes) else 0, width):
            part = slice(start, start + width)
            out[part] = np.sum(counts * term(shapes, signs, *(node[part] for node in flat)), axis=0)
        return out.reshape(np.shape(nodes[0]))

    def _cumulant(self, order: int, theta: ArrayLike) -> Any:
        """Cumulant of an order above 1 of the law tilted by `theta`."""
        from scipy.special import polygamma

        return self._sum(lambda a, e, t: e**order * polygamma(order - 1, a + e * t), theta)

    def _centred(self, theta: Array) -> Any:  # cumulant function of L less its mean
        return self._sum(lambda a, e, t: log_gamma_remainder(a, e * t), theta)

    def _gain(self, theta: Array) -> Any:  # mean of the law tilted by theta, less the mean
        return self._sum(lambda a, e, t: e * digamma_difference(a, e * t), theta)

    def cdf(self, x: ArrayLike) -> Any:
        """Distribution function ``P(L <= x)``."""
        return _like(x, np.exp(self._log_tails(x)[0]))

    def sf(self, x: ArrayLike) -> Any:
        """Survival function ``P(L > x)``."""
        return _like(x, np.exp(self._log_tails(x)[1]))

    def logcdf(self, x: ArrayLike) -> Any:
        """Logarithm of ``P(L <= x)``, finite long after the probability underflows."""
        return _like(x, self._log_tails(x)[0])

    def logsf(self, x: ArrayLike) -> Any:
        """Logarithm of ``P(L > x)``, finite long after the probability underflows."""
        return _like(x, self._log_tails(x)[1])

    def pdf(self, x: ArrayLike) -> Any:
        """Density."""
        return _like(x, np.exp(self.logpdf(x)))

    def logpdf(self, x: ArrayLike) -> Any:
        """Logarithm of the density."""
        self._refuse_atom("density")
        return _like(x, self._log_tails(x)[2])

    def ppf(self, q: ArrayLike) -> Any:
        """Quantile function, the least `x` with ``P(L <= x) >= q``, to 1e-12 standard deviations."""
        return self._quantile(q, upper=False)

    def isf(self, q: ArrayLike) -> Any:
        """Upper quantile function, where ``P(L > x) = q``, to 1e-12 standard deviations."""
        return self._quantile(q, upper=True)

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
        from scipy.special import ndtr

        self._refuse_atom("saddle point")
        excess = np.clip(_points(x) - self.mean, *self._ends[1])
        theta = self._solve(self._gain_slope, excess, 1e-14, 0 * excess)
        y, near = theta * self.std, np.abs(theta) * self.std < 1e-5
        safe = np.where(near, 1 / self.std, theta)
        w, u = self._signed_root(safe)[0], safe * np.sqrt(self._cumulant(2, safe))
        l3, l4 = self.third_cumulant / self.std**3, self.fourth_cumulant / self.variance**2
        gap = np.where(near, -l3 / 6 + y * (5 * l3 * l3 / 24 - l4 / 8), 1 / u - 1 / w)
        w = np.where(near, y * (1 + l3 * y / 3), w)
        value = ndtr(-w) + np.exp(-w * w / 2) / math.sqrt(2 * math.pi) * gap
        return _like(x, value.reshape(np.shape(x)))

    def _refuse_atom(self, what: str) -> None:
        if not len(self._groups[0]):
            raise ValueError(f"counts must not all be 0 for a {what}: the law is a point mass at {self.shift:g}")

    @cached_property
    def _ends(self) -> tuple[Array, Any]:
        """Ends of the domain, finite, and the gains in mean beyond which the tails are plain exponentials."""
        ends = np.clip(self.domain, -_HUGE, _HUGE)
        return ends, self._gain(ends * (1 - 1e-12))

    def _log_tails(self, x: ArrayLike) -> Array:
        """Logarithms of the distribution function, of the survival function and of the density."""
        points = _points(x)
        out = np.where([points >= self.shift, points < self.shift, points != points], 0.0, -np.inf)
        if len(self._groups[0]) and points.size:
            out = self._tails(points - self.mean)
        return out.reshape(3, *np.shape(x))

    def _tails(self, excess: Array) -> Array:
        """Logarithms of both tails and of the density at the mean plus `excess`."""
        tail, density = self._invert(excess)
        rest = np.where(tail > -0.69, np.log(-np.expm1(np.maximum(tail, -1.0))), 0.0 + np.log1p(-np.exp(tail)))
        return np.stack([np.where(excess <= 0, tail, rest), np.where(excess <= 0, rest, tail), density])

    def _invert(self, excess: Array) -> tuple[Array, Array]:
        """Logarithms of the tail on the side of `excess` (x less the mean), and of the density there."""
        held = np.clip(excess, *self._ends[1])
        left, right = self._gain(np.array([-_POLE, _POLE]) / self.std)  # the pole at 0 keeps its distance
        target = np.where(excess <= 0, np.minimum(held, left), np.maximum(held, right))
        order = np.argsort(target)
        target = target[order]
        knots = target[:: 1 + target.size // 64]
        start = np.interp(target, knots, self._solve(self._gain_slope, knots, 0.1, 0 * knots))
        saddle = self._solve(self._gain_slope, target, 0.1, start)
        chosen, shared = _share(target, np.sqrt(self._cumulant(2, saddle)))
        theta, line = saddle[chosen], shared[np.argsort(order)]
        tail, density = np.log(self._integrate(theta, line, held - self._gain(theta)[line]))
        with np.errstate(over="ignore"):
            exponent = self._centred(theta)[line] - theta[line] * excess
        return exponent + tail, exponent + density

    def _integrate(self, theta: Array, line: NDArray[np.intp], offset: Array) -> Array:
        """Contour integrals with and without the pole at 0, less their exponents at `theta`."""
        sigma = np.sqrt(self._cumulant(2, theta))
        bend = self._cumulant(3, theta) / (6 * sigma * sigma)
        radius = _SLOPE / 2 / np.maximum(np.abs(bend), 1e-6 * sigma)
        lean = np.where(bend < 0, -_SLOPE, _SLOPE)
        step = np.minimum(0.3, 1 / (sigma * radius))
        reach = np.zeros((theta.size, 1))
        np.maximum.at(reach[:, 0], line, np.abs(offset))

        def contour(row: NDArray[np.intp], w: Array) -> tuple[Any, Any, Any]:
            r, c = radius[row, None], lean[row, None]
            z = r * (1j * np.sinh(w) + 2 * c * np.sinh(w / 2) ** 2)
            tilt = np.repeat(theta[row], w.shape[1])
            log = self._sum(lambda a, e, t, v: log_gamma_remainder(a + e * t, e * v), tilt, z.ravel())
            return log.reshape(z.shape), z, r * (1j * np.cosh(w) + c * np.sinh(w))

        row, points, total = np.arange(theta.size), np.arange(offset.size), np.zeros((2, offset.size))
        for length in 24 << np.arange(10):
            w = np.minimum(step[:, None] * np.arange(length + 1), 300.0)
            log, z, velocity = contour(row, w)
            envelope = log.real + np.abs(z.real) * reach
            spent = ~(envelope > _SPENT)
            if spent.any(axis=1).all():
                break
        else:
            raise ArithmeticError(f"contour inversion found no end at the tilts {theta[~spent.any(axis=1)]}")
        end = np.take_along_axis(w, spent.argmax(axis=1)[:, None], axis=1)[:, 0]
        for _ in range(14):
            log, velocity = np.where(w <= end[row, None], log, -np.inf), np.where(w == 0, velocity / 2, velocity)
            pole = velocity / (theta[row, None] + z) * np.sign(theta[row, None])
            error = np.zeros(theta.shape)
            for part in np.array_split(points, 1 + points.size * w.shape[1] // _BLOCK):
                index = np.searchsorted(row, line[part])
                wave = np.exp(log[index] - z[index] * offset[part, None])
                value = np.stack([np.sum(wave * pole[index], axis=1).imag, np.sum(wave * velocity[index], axis=1).imag])
                finer = total[:, part] / 2 + value * step[line[part]] / np.pi
                np.maximum.at(error, line[part], np.max(np.abs(1 - total[:, part] / finer), axis=0))
                total[:, part] = finer
            row = row[error[row] > _HALVING]
            if not row.size:
                return total
            step[row] /= 2
            points = np.flatnonzero(np.isin(line, row))
            w = step[row, None] * (2 * np.arange(math.ceil(np.max(end[row] / step[row]) / 2)) + 1)
            log, z, velocity = contour(row, w)
        raise ArithmeticError(f"contour inversion did not settle at {offset[line == row[0]][0]:g} from its saddle")

    def _gain_slope(self, theta: Array) -> tuple[Array, Array, Array]:
        """Gain in mean by a tilt, its derivative, and the scale of its error."""
        slope = self._cumulant(2, theta)
        return self._gain(theta), slope, np.sqrt(slope)

    def _signed_root(self, theta: Array) -> tuple[Array, Array, Array]:
        """Signed root of twice the saddle-point exponent, off 0, its derivative, and the scale of its error."""
        root = np.copysign(np.sqrt(2 * (theta * self._gain(theta) - self._centred(theta))), theta)
        return root, theta * self._cumulant(2, theta) / root, np.ones_like(theta)

    def _solve(self, function: Callable[[Array], Any], target: Array, tolerance: float, start: Array) -> Array:
        """Tilts at which an increasing function is `target`: Newton in the log odds of the domain, bracketed."""
        low, high = (np.full(target.shape, end) for end in self._ends[0])
        theta, active = start.copy(), np.arange(target.size)
        for _ in range(200):
            now = theta[active]
            value, slope, scale = function(now)
            miss = target[active] - value
            low[active] = np.where(miss > 0, now, low[active])
            high[active] = np.where(miss < 0, now, high[active])
            left, right = now - self._ends[0][0], self._ends[0][1] - now
            odds = np.clip(miss / (slope * (left * right / (left + right))), -3, 3)
            new = now + np.expm1(odds) * left * right / (right + left * np.exp(odds))
            new = np.where((new > low[active]) & (new < high[active]), new, (low[active] + high[active]) / 2)
            moving = np.abs(miss) > tolerance * scale
            theta[active] = np.where(moving, new, now)
            active = active[moving & (new != now)]
            if not active.size:
                break
        return theta

    def _quantile(self, q: ArrayLike, *, upper: bool) -> Any:
        """Quantiles by Newton on the logarithm of the smaller tail, which is concave."""
        chance = np.asarray(q, dtype=float).ravel()
        if not np.all((chance >= 0) & (chance <= 1)):
            raise ValueError(f"q must be probabilities in [0, 1], got {q!r}")
        out = np.where((chance == 0) == upper, np.inf, -np.inf)
        inside = (chance > 0) & (chance < 1)
        out[inside] = self.mean + self._newton(chance[inside], int(upper))
        return _like(q, out.reshape(np.shape(q)))

    def _newton(self, chance: Array, side: int) -> Array:
        """Points, less the mean, at which the tail on a `side` (0 below, 1 above) is `chance`."""
        from scipy.special import ndtri_exp

        if not (len(self._groups[0]) and chance.size):
            return 0 * chance
        same = np.log(chance) <= self._tails(np.zeros(1))[side, 0]
        goal = np.where(same, np.log(chance), np.log1p(-chance))
        below = same == (side == 0)
        normal = np.minimum(ndtri_exp(goal), -0.01) * np.where(below, 1, -1)
        excess = np.asarray(self._gain(self._solve(self._signed_root, normal, 0.01, np.sign(normal) * 0.1 / self.std)))
        active = np.arange(goal.size)
        for _ in range(60):
            low, high, density = self._tails(excess[active])
            tail = np.where(below[active], low, high)
            move = (goal[active] - tail) * np.exp(tail - density) * np.where(below[active], 1, -1)
            excess[active] += move
            active = active[np.abs(move) > 1e-8 * self.std]
            if not active.size:
                return excess
        raise ArithmeticError(f"no quantile found at the log probability {goal[active[0]]:g}")


def _share(target: Array, sigma: Array) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Points that lend their saddle to a contour, and the contour of every point; `target` ascends."""
    chosen: list[int] = []
    line, start = np.empty(target.size, dtype=np.intp), 0
    while start < target.size:
        centre = max(start, int(np.searchsorted(target - _REACH * sigma, target[start], side="right")) - 1)
        stop = max(centre + 1, int(np.searchsorted(target, target[centre] + _REACH * sigma[centre], side="right")))
        line[start:stop] = len(chosen)
        chosen.append(centre)
        start = stop
    return np.array(chosen, dtype=np.intp), line


def _points(x: ArrayLike) -> Array:
    points = np.asarray(x, dtype=float).ravel()
    if np.isnan(points).any():
        raise ValueError(f"x must be real numbers, got {x!r}")
    return points


def _like(x: ArrayLike, value: Any) -> Any:
    return value if np.ndim(x) else np.asarray(value)[()].item()
