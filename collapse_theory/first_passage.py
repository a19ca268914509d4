"""First passage of the fitted log variance to a low level: law, moments and overshoot of the collapse time.

The fitted log variance walks by independent steps log W, W = chi2_{n-1} / (n - ddof), and the first generation with
sd <= level is T = min{t : L_t <= -b}, b = 2 log(sigma_0 / level).  With x = b + L the distance above the barrier and f
the density of a step, every quantity solves a Wiener-Hopf equation u = r + K u, (K u)(x) = int_0^inf u(y) f(y - x) dy.
Here u is a polynomial on each of a set of panels, which grow with the distance from the barrier.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.polynomial.legendre import leggauss, legvander
from numpy.typing import ArrayLike, NDArray

from collapse_theory.domain import POSITIVE, PROBABILITY, REAL, SHARE, Domain, generations
from collapse_theory.gamma_ratios import digamma_minus_log, log_gamma_ratio

Array = NDArray[np.float64]
Counts = NDArray[np.int64]

NODE_LIMIT = 3000
"""Largest accepted number of nodes (half a minute, 200 MB)."""

_TAIL = 1e-20  # probability left outside the reach of a step
_DEGREE = 16  # polynomials per panel, points per piece of a Gauss rule
_PIECE = 1.5  # length of a piece in standard deviations of a step
_GROWTH = 0.5  # panel width over its distance from the barrier, at most
_FRONT = 2.0  # panel width over the width of the front of survival, at most


@dataclass(frozen=True)
class LogStep:
    """Law of log W, W = chi2_{n-1} / (n - ddof).

    With a = (n - 1)/2 and c = n - ddof the density is exp(a (w + log(c/2)) - (c/2) e^w) / Gamma(a).  ValueError unless
    ``n`` is an integer of at least 2 and ``ddof`` a real number below it.
    """

    n: int
    ddof: float

    def __post_init__(self) -> None:
        n = Domain(low=2, high=2**53, integer=True).check("n", self.n)
        object.__setattr__(self, "n", n)
        object.__setattr__(self, "ddof", Domain(high=n, open_high=True).check("ddof", self.ddof))

    @property
    def shape(self) -> float:
        """Gamma shape a = (n - 1)/2."""
        return 0.5 * (self.n - 1)

    @property
    def log_mean(self) -> float:
        """Logarithm of E W = (n - 1)/(n - ddof)."""
        return math.log1p((self.ddof - 1.0) / (self.n - self.ddof))

    @cached_property
    def drift(self) -> float:
        """Mean psi(a) - log(c/2) of log W."""
        return float(digamma_minus_log(self.shape)) + self.log_mean

    @cached_property
    def std(self) -> float:
        """Standard deviation sqrt(psi'(a)) of log W."""
        from scipy.special import polygamma

        return math.sqrt(float(polygamma(1, self.shape)))

    def density(self, w: Array) -> Array:
        """Density of log W at ``w``."""
        v = w - self.log_mean
        return np.asarray(self._scale * np.exp(-self.shape * (np.expm1(np.minimum(v, 600.0)) - v)))

    @cached_property
    def _scale(self) -> float:
        # the trapezoidal rule is exact to rounding here, and spares the cancelling gamma function
        v, width = np.linspace(*self.reach, 4096, retstep=True)
        v -= self.log_mean
        return 1.0 / float(width * np.exp(-self.shape * (np.expm1(v) - v)).sum())

    def below(self, w: Array) -> Array:
        """Probability of log W <= w."""
        from scipy.special import gammainc

        return np.asarray(gammainc(self.shape, self.shape * np.exp(np.minimum(w - self.log_mean, 600.0))))

    def log_moment(self, s: Array) -> Array:
        """Logarithm of E W^s for s > -a."""
        return np.asarray(log_gamma_ratio(self.shape, s) + s * self.log_mean)

    @cached_property
    def reach(self) -> tuple[float, float]:
        """Interval outside which log W has mass below 1e-20 on each side, also weighted by W^2 on the right."""
        from scipy.special import gammainccinv, gammaincinv

        ends = float(gammaincinv(self.shape, _TAIL)), float(gammainccinv(self.shape + 2.0, _TAIL))
        return math.log(ends[0] / self.shape) + self.log_mean, math.log(ends[1] / self.shape) + self.log_mean


@dataclass(frozen=True)
class FirstPassage:
    """Law of T = min{t : L_t <= -b}, as built by `first_passage`.

    Parameters
    ----------
    step : LogStep
        Law of one step.
    barrier : float
        Height b; T = 0 when b <= 0.
    probability_finite : float
        P(T < inf); below 1 when the drift is positive.
    mean, variance : float
        Moments of T; infinite when the drift is not negative and b > 0.
    mean_overshoot : float
        E[-b - L_T] over the walks that arrive.
    chain : ndarray, shape (m + 1, m + 1)
        One step between the m panel coefficients, the last row and column being the collapsed state.
    start : ndarray, shape (m + 1,)
        The first step, from distance b.
    """

    step: LogStep
    barrier: float
    probability_finite: float
    mean: float
    variance: float
    mean_overshoot: float
    chain: Array = field(repr=False, compare=False)
    start: Array = field(repr=False, compare=False)

    @property
    def std(self) -> float:
        """Standard deviation of T."""
        return math.sqrt(self.variance)

    @property
    def median(self) -> float:
        """Smallest t with P(T <= t) >= 1/2, infinite when there is none."""
        return float(self.ppf(0.5))

    def survival(self, t: ArrayLike) -> float | Array:
        """P(T > t) for whole t >= 0, absolute error below 1e-10 for n up to 1e5."""
        if self.step.drift > 0.0:
            return 1.0 - self.cdf(t)
        return self._at(t, float(self.barrier > 0.0), lambda s: _evolve(*self._surviving, s))

    sf = survival

    def cdf(self, t: ArrayLike) -> float | Array:
        """P(T <= t) for whole t >= 0, accuracy as `survival`."""
        return self._at(t, float(self.barrier <= 0.0), lambda s: _evolve(*self._collapsing, s))

    def pmf(self, t: ArrayLike) -> float | Array:
        """P(T = t) for whole t >= 0, accuracy as `survival`."""
        alive, first, _ = self._surviving

        def values(s: Counts) -> Array:
            later = _evolve(alive, first, self.chain[:-1, -1], np.maximum(s - 1, 0))
            return np.where(s > 0, later, self.start[-1] if self.barrier > 0.0 else 0.0)

        return self._at(t, float(self.barrier <= 0.0), values)

    def ppf(self, q: ArrayLike) -> float | Array:
        """Smallest whole t with P(T <= t) >= q, q in [0, 1]; infinite when there is none."""
        levels = np.asarray(q, dtype=np.float64)
        lower, upper = _Search(*self._collapsing), _Search(*self._surviving)
        result = np.zeros(levels.shape)
        for index, level in np.ndenumerate(levels):
            SHARE.check("q", float(level))
            if self.barrier <= 0.0 or level == 0.0:
                continue
            if level == 1.0 or level >= self.probability_finite:
                result[index] = math.inf
            elif level < 0.5 or self.step.drift > 0.0:
                result[index] = lower.first(1.0, float(level))
            else:
                result[index] = upper.first(-1.0, float(level) - 1.0)
        return float(result) if levels.ndim == 0 else result

    @property
    def _surviving(self) -> tuple[Array, Array, Array]:
        return self.chain[:-1, :-1], self.start[:-1], _constant(self.start.size - 1)

    @property
    def _collapsing(self) -> tuple[Array, Array, Array]:
        return self.chain, self.start, np.append(np.zeros(self.start.size - 1), 1.0)

    def _at(self, t: ArrayLike, initial: float, values: Callable[[Counts], Array]) -> float | Array:
        """Probabilities at generations t: ``initial`` at 0, then ``values`` of the number of steps after the first."""
        times = generations(t)
        result = np.full(times.shape, initial)
        if np.any(times > 0):
            result[times > 0] = np.clip(values(times[times > 0] - 1), 0.0, 1.0)
        return float(result) if times.ndim == 0 else result


def first_passage(n: int, ddof: float, barrier: float, *, refine: float = 1.0) -> FirstPassage:
    """Law of the first generation with L_t, a sum of t copies of log W, at or below -barrier.

    The mean is (b + E O)/|d| by Wald's identity, O the overshoot and d the drift, and the variance
    (s^2 E T - Var O + 2 |d| Cov(O, T))/d^2 by his second, s^2 = Var log W: both rest on bounded solutions.

    Parameters
    ----------
    n : int
        Sample size, at least 2.
    ddof : float
        Real correction below ``n``.
    barrier : float
        b = 2 log(sigma_0 / level); T = 0 for b <= 0.
    refine : float
        Divisor of the panel widths, a check of the discretisation.

    Returns
    -------
    FirstPassage
        Relative error of the mean about 1e-12.

    Raises
    ------
    ValueError
        For a parameter outside its domain, or a barrier that needs more than ``NODE_LIMIT`` coefficients.
    """
    from scipy.linalg import lu_factor, lu_solve

    step = LogStep(n, ddof)
    b = float(REAL.check("barrier", barrier))
    edges = _edges(step, b, float(POSITIVE.check("refine", refine)))
    if b <= 0.0:
        return FirstPassage(step, b, 1.0, 0.0, 0.0, -b, np.ones((1, 1)), np.ones(1))
    table, first = _project(step, edges), _table(step, np.array([b]), edges)[0]
    m = table.shape[0]
    factors = lu_factor(np.eye(m) - table[:, :m])

    def solve(source: Array) -> Array:
        return np.asarray(lu_solve(factors, source), dtype=np.float64)

    # columns: the chance of arriving and, on arrival, the first two moments of the overshoot
    solution = solve(table[:, m:])
    arrival, overshoot, second = first[m:] + first[:m] @ solution
    overshoot, second = overshoot / arrival, second / arrival
    mean = variance = math.inf
    if step.drift < 0.0:
        far = _DEGREE * (int(np.searchsorted(edges, b + 30.0 * step.std)) - 1)
        centre = legvander(np.zeros(1), _DEGREE - 1)[0] @ solution[far : far + _DEGREE]
        limit = centre[1] / centre[0]  # the overshoot from far above
        local = arrival * (overshoot - limit) + first[:m] @ solve(solution[:, 1] - limit * solution[:, 0])
        mean = (b + overshoot) / -step.drift
        covariance = local + (limit - overshoot) * mean
        variance = (step.std**2 * mean - (second - overshoot**2) - 2.0 * step.drift * covariance) / step.drift**2
    chain = np.eye(m + 1)
    chain[:m] = table[:, : m + 1]
    finite = float(arrival) if step.drift > 0.0 else 1.0
    return FirstPassage(step, b, finite, float(mean), float(variance), float(overshoot), chain, first[: m + 1])


def _critical_order(step: LogStep) -> float:
    """Order k != 0 with E W^k = 1: positive for a negative drift, negative for a positive one."""
    from scipy.optimize import brentq

    guess = -2.0 * step.drift / step.std**2
    if abs(guess) * step.std < 1e-6:
        return guess

    def mean_power(k: float) -> float:
        return float(step.log_moment(np.array(k))) / k

    near, far = 1e-3 * guess, max(guess, -0.5 * step.shape)
    while mean_power(near) * mean_power(far) > 0.0:
        far = 2.0 * far if far > 0.0 else 0.5 * (far - step.shape)
    return float(brentq(mean_power, near, far, rtol=1e-6))


def _edges(step: LogStep, b: float, refine: float) -> Array:
    """Panel ends, up to a distance from which the walk surely falls back, or has surely escaped, within 1e-16."""
    order = max(abs(_critical_order(step)), 1e-300)
    top = b + max(60.0 * step.std, step.reach[1]) + min(37.0 / order, (1e8 if step.drift > 0.0 else 1e6) * step.std)
    ends = [0.0]
    while ends[-1] < top:
        x = ends[-1]
        front = step.std * math.sqrt(x / max(abs(step.drift), 1e-300))  # width of the front of survival at x
        ends.append(x + max(min(step.std, 1.0), min(_GROWTH * x, _FRONT * front)) / refine)
        if len(ends) * _DEGREE > NODE_LIMIT:
            raise ValueError(
                f"barrier = {b} with n = {step.n}, ddof = {step.ddof}, refine = {refine} needs more coefficients than "
                f"NODE_LIMIT = {NODE_LIMIT}"
            )
    return np.array(ends)


def _rule(low: Array, high: Array, piece: float) -> tuple[Array, Array]:
    """Points and weights of a composite Gauss rule with pieces of at most that length, one row per interval."""
    pieces = max(1, math.ceil(float(np.max(high - low, initial=0.0)) / piece))
    abscissae, weights = leggauss(_DEGREE)
    unit = ((np.arange(pieces)[:, None] + 0.5 * (1.0 + abscissae)) / pieces).ravel()
    length = (high - low)[:, None]
    return low[:, None] + length * unit, length * np.tile(0.5 * weights / pieces, pieces)


def _table(step: LogStep, x: Array, edges: Array) -> Array:
    """Rows at distances x: integrals of f(y - x) against the panel polynomials, P(exit), E O, E O^2 at this step.

    A walk above the last edge has escaped if the drift is positive and is reflected there if not, which keeps u = 1
    a solution without a layer; rows are scaled to the exact mass of u = 1.
    """
    left, right = step.reach
    last = edges.size - 2
    escape = step.drift > 0.0
    result = np.zeros((x.size, (last + 1) * _DEGREE + 3))
    mirrored = edges if escape else np.append(edges, 2.0 * edges[-1] - edges[-2])
    for p, (start, end) in enumerate(pairwise(mirrored.tolist())):
        low, high = np.maximum(start, x + left), np.minimum(end, x + right)
        near = np.flatnonzero(high > low)
        if near.size:
            y, mass = _rule(low[near], high[near], _PIECE * step.std)
            local = (2.0 * y - start - end) / (end - start if p <= last else start - end)
            mass = mass * step.density(y - x[near, None])
            column = min(p, last) * _DEGREE
            result[near, column : column + _DEGREE] += (mass[:, None, :] @ legvander(local, _DEGREE - 1))[:, 0]
    exits = step.below(-x)
    kept = (step.below(edges[-1] - x) if escape else 1.0) - exits
    result *= (kept / result[:, :-3:_DEGREE].sum(axis=1))[:, None]
    w, mass = _rule(np.full(x.shape, left), np.maximum(-x, left), _PIECE * step.std)
    mass, depth = mass * step.density(w), -x[:, None] - w
    result[:, -3:] = np.column_stack([exits, (mass * depth).sum(axis=1), (mass * depth**2).sum(axis=1)])
    return result


def _project(step: LogStep, edges: Array) -> Array:
    """Legendre coefficients, panel by panel, of the columns of `_table` as functions of x.

    The least-squares projection keeps the operator a contraction, which interpolation does not.
    """
    zone = max(-step.reach[0], step.reach[1])  # columns are smooth beyond this distance from the panel ends
    blocks = []
    for low, high in pairwise(edges.tolist()):
        inner = [low + zone, high - zone] if high - low > 2.0 * zone else []
        parts = [
            _rule(np.array([a]), np.array([z]), high if i == 1 else _PIECE * step.std)
            for i, (a, z) in enumerate(pairwise([low, *inner, high]))
        ]
        x, weights = np.concatenate([part[0][0] for part in parts]), np.concatenate([part[1][0] for part in parts])
        basis = legvander((2.0 * x - low - high) / (high - low), _DEGREE - 1) * (weights / (high - low))[:, None]
        blocks.append((2.0 * np.arange(_DEGREE) + 1.0)[:, None] * (basis.T @ _table(step, x, edges)))
    return np.concatenate(blocks)


def _constant(m: int) -> Array:
    """Coefficients of u = 1."""
    return np.where(np.arange(m) % _DEGREE == 0, 1.0, 0.0)


def _evolve(matrix: Array, row: Array, vector: Array, times: Counts) -> Array:
    """Values row M^t vector, by strides of about the root of the number of different times."""
    unique, inverse = np.unique(times, return_inverse=True)
    stride = max(1, math.isqrt(unique.size))
    rows = [row]
    for _ in range(stride - 1):
        rows.append(rows[-1] @ matrix)
    table = np.array(rows)
    squares: list[Array] = []
    values, position = np.empty(unique.size), 0
    strides, low = np.divmod(unique, stride)
    for target in np.unique(strides).tolist():
        for j in range((target - position).bit_length()):
            if j == len(squares):
                squares.append(squares[-1] @ squares[-1] if squares else np.linalg.matrix_power(matrix, stride))
            if (target - position) >> j & 1:
                vector = squares[j] @ vector
        position = target
        here = strides == target
        values[here] = table[low[here]] @ vector
    return values[inverse]


@dataclass(frozen=True)
class _Search:
    """Bisection over powers of a matrix, which are kept."""

    matrix: Array
    row: Array
    vector: Array
    squares: list[Array] = field(default_factory=list)

    def first(self, sign: float, level: float) -> float:
        """Generation t at which sign * (row M^(t-1) vector) first reaches the level; infinite beyond 2^50."""
        vector, steps, top = self.vector, 0, -1
        reached = sign * float(self.row @ vector) >= level
        while not reached:
            top += 1
            if top > 50:
                return math.inf
            if top == len(self.squares):
                self.squares.append(self.squares[-1] @ self.squares[-1] if top else self.matrix)
            reached = sign * float(self.row @ (self.squares[top] @ vector)) >= level
        for j in range(top - 1, -1, -1):
            ahead = self.squares[j] @ vector
            if sign * float(self.row @ ahead) < level:
                vector, steps = ahead, steps + 2**j
        return 1.0 if top < 0 else steps + 2.0


class InverseGaussian(NamedTuple):
    """Inverse Gaussian law by its mean and variance."""

    mean: float
    variance: float

    @property
    def std(self) -> float:
        """Standard deviation."""
        return math.sqrt(self.variance)

    @property
    def median(self) -> float:
        """Median."""
        return float(self.ppf(0.5))

    def cdf(self, t: ArrayLike) -> float | Array:
        """Distribution function at real t."""
        return 1.0 - self.sf(t)

    def sf(self, t: ArrayLike) -> float | Array:
        """Survival function at real t, absolute error 1e-15."""
        from scipy.special import log_ndtr, ndtr

        times = np.asarray(t, dtype=np.float64)
        if np.any(np.isnan(times)):
            raise ValueError(f"t = {t!r} is outside its domain: {REAL}")
        x = np.clip(times / self.mean, 1e-100, 1e100)
        root = math.sqrt(self.mean**2 / self.variance) / np.sqrt(x)
        late = np.exp(2.0 * self.mean**2 / self.variance + log_ndtr(-root * (x + 1.0)))
        result = np.asarray(ndtr(root * (1.0 - x)) - late)
        return float(result) if times.ndim == 0 else result

    def ppf(self, q: ArrayLike) -> float | Array:
        """Quantile of probability q in (0, 1)."""
        from scipy.optimize import brentq

        levels = np.asarray(q, dtype=np.float64)
        result = np.empty(levels.shape)
        for index, level in np.ndenumerate(levels):
            PROBABILITY.check("q", float(level))
            root = brentq(self._gap, -230.0, 230.0, args=(float(level),), xtol=1e-14)
            result[index] = self.mean * math.exp(root)
        return float(result) if levels.ndim == 0 else result

    def _gap(self, log_ratio: float, level: float) -> float:
        return float(self.cdf(self.mean * math.exp(log_ratio))) - level


def wald_mean(n: int, ddof: float, barrier: float) -> float:
    """Mean b/|E log W| of T without the overshoot; 0 for b <= 0, else infinite unless the drift is negative."""
    drift, b = LogStep(n, ddof).drift, float(REAL.check("barrier", barrier))
    return 0.0 if b <= 0.0 else b / -drift if drift < 0.0 else math.inf


def inverse_gaussian(n: int, ddof: float, barrier: float) -> InverseGaussian:
    """Diffusion limit of T, of mean b n/(2 - ddof) and variance 2 b n^2/(2 - ddof)^3, for ddof < 2 and b > 0."""
    size, b = LogStep(n, ddof).n, float(POSITIVE.check("barrier", barrier))
    gap = 2.0 - float(Domain(high=2.0, open_high=True).check("ddof", ddof))
    return InverseGaussian(b * size / gap, 2.0 * b * size**2 / gap**3)


def inverse_gaussian_cdf(t: ArrayLike, n: int, ddof: float, barrier: float) -> float | Array:
    """Distribution function at real t of the law of `inverse_gaussian`."""
    return inverse_gaussian(n, ddof, barrier).cdf(t)
