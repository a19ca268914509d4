r"""The ancestors of a sample, the dual of the Wright–Fisher chain, in a few hundred numbers.

Follow a lines backwards through a generation that was drawn n times: each line chooses one of n points, so a lines have
as many parents as a balls fill of n boxes,

.. math:: P(a\to b) = \binom nb\, \frac{b!\,S(a,b)}{n^a},

whatever the types are. A generation of n points has in generation 1 the ancestors :math:`A_{t-1}`, which are
independent draws from the source. So its *set of types* has the law of the set of types among :math:`A_{t-1}`
independent draws, and the mean of anything that hangs on this set is :math:`E\,f(A_{t-1})`, where f(a) is its mean
among a draws. One chain, without types, serves every token of every vocabulary.

As a function of the number of lines that it starts from, such a mean, :math:`u_t(a) = E[f(A_t)\mid A_0 = a]`, is smooth
in log a. It is kept at every a up to ``EXACT`` and at Chebyshev nodes of log a beyond, where polynomial interpolation
converges geometrically, so that one generation is a square matrix of that order, made once for each n:
:math:`u_t = \Pi_n u_{t-1}`. Against other roads the error is some 1e-13 of the largest value.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import pairwise
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from collapse_theory.errors import NoClosedForm
from collapse_theory.random_walk.matrix_powers import stochastic_power
from collapse_theory.schedules import Schedule
from collapse_theory.wright_fisher.cauchy import half_circle
from collapse_theory.wright_fisher.log_nodes import LogInterpolation, chebyshev
from collapse_theory.wright_fisher.quadrature import GAUSS, NORMAL_FROM, gauss_rule, normal_rule

Array = NDArray[np.float64]
Generations = NDArray[np.int64]
Function = Callable[[Array], Array]

EXACT = 128
"""Numbers of lines of which each is a node."""
NODES_PER_UNIT, FEWEST = 11.0, 32
"""Chebyshev nodes for a unit of the logarithm, and the fewest."""
OCCUPIED = 40
"""Balls for each box with which all boxes are filled."""
FULL = 700.0
"""Balls for each box beyond which an empty one is as unlikely as 1e-290."""
ONE_BY_ONE = 16384
"""Sizes of a random sample that count one by one."""
LARGEST = 10**11
"""Largest sample that is followed."""
MOST_STEPS = 20_000
"""Most generations that are followed one by one."""
SETTLED = 1e-17
"""Change of a probability in one generation with which fresh data have fixed it."""
WIDTH = 10.5
"""Standard deviations to either side that a row holds."""


@dataclass(frozen=True)
class Lines:
    """Numbers of lines at which functions of them are kept.

    Parameters
    ----------
    most : int
        Most lines; all nodes are whole numbers.

    Raises
    ------
    NoClosedForm
        Beyond 4e12 lines.
    """

    most: int

    def __post_init__(self) -> None:
        if self.most > OCCUPIED * LARGEST:
            raise NoClosedForm(
                f"samples of more than {LARGEST:g} points are too large to be followed exactly: ask for the branching "
                "or the diffusion form, whose errors are O(1/n)"
            )

    @cached_property
    def nodes(self) -> Array:
        """The nodes: 0, 1, …, 128, and beyond those that are about Chebyshev's in the logarithm."""
        return np.concatenate((np.arange(min(EXACT, self.most) + 1.0), self.far))

    @cached_property
    def far(self) -> Array:
        """The nodes beyond ``EXACT``; all numbers, where they are few."""
        count = max(int(NODES_PER_UNIT * np.log(max(self.most / EXACT, 1.0))), FEWEST)
        if self.most <= EXACT + count:
            return np.arange(EXACT + 1.0, self.most + 1)
        return np.unique(np.round(chebyshev(EXACT + 1, self.most, count + 1)))

    @cached_property
    def _between(self) -> LogInterpolation:
        return LogInterpolation(self.far)

    def weights(self, lines: Array) -> Array:
        """Weights of the nodes in the value at other numbers of lines, shape ``(lines, nodes)``."""
        found = np.zeros((len(lines), len(self.nodes)))
        near = lines <= EXACT
        found[np.flatnonzero(near), lines[near].astype(np.int64)] = 1.0
        if not np.all(near):
            found[~near, EXACT + 1 :] = self._between.weights(lines[~near])
        return found

    def at(self, lines: float, values: Array) -> Array:
        """Value of a function at a number of lines from its values at the nodes, shape ``(nodes, …)``."""
        return np.asarray(self.weights(np.array([float(lines)]))[0] @ values)

    def parents(self, lines: Array) -> Array:
        """Mean over the parents of some lines, among as many points as there can be lines, as weights of the nodes."""
        n = self.most
        found = np.zeros((len(lines), len(self.nodes)))
        near = lines <= EXACT
        first = _first_rows(n)[lines[near].astype(np.int64)]
        width = min(len(self.nodes), EXACT + 1)
        found[np.flatnonzero(near), :width] = first[:, :width]
        for place in np.flatnonzero(~near):
            boxes, chances = few_parents(int(lines[place]), n)
            found[place] = chances @ self.weights(boxes)
        return found


@lru_cache(maxsize=256)
def _first_rows(n: int) -> Array:
    """Rows of 0, 1, …, 128 lines, by the chance that one more ball falls into an empty box."""
    rows = np.zeros((EXACT + 1, EXACT + 1))
    rows[0, 0] = 1.0
    b = np.arange(EXACT + 1)
    empty = np.maximum(n - b, 0) / n
    for a in range(1, EXACT + 1):
        rows[a] = rows[a - 1] * (np.minimum(b, n) / n)
        rows[a, 1:] += (rows[a - 1] * empty)[:-1]
    return rows


def few_parents(a: int, n: int) -> tuple[Array, Array]:
    """Nodes and weights for the mean over the boxes that a balls fill of n: all boxes, or a Gauss rule for many."""
    mean, sd = _filled(a, n)
    if sd > NORMAL_FROM:
        return normal_rule(mean, sd)
    boxes, chances = occupancy(a, n)
    return gauss_rule(boxes, chances) if len(boxes) > 8 * GAUSS and boxes[0] > EXACT else (boxes, chances)


def _filled(a: int, n: int) -> tuple[float, float]:
    """Mean of the number of filled boxes, exactly, and its standard deviation but for O(1/n)."""
    if n == 1:
        return 1.0, 0.0
    z = a / n
    left = np.exp(-z)
    return float(-n * np.expm1(a * np.log1p(-1 / n))), float(np.sqrt(max(n * left * (1 - left - z * left), 0.0)))


def occupancy(a: int, n: int) -> tuple[Array, Array]:
    r"""Numbers of boxes that a balls fill of n, and their chances, where these are not negligible.

    With :math:`z = a/n` and the generating function :math:`\binom nb(e^y-1)^b` of the balls, Cauchy's integral over
    :math:`y = z e^{i\theta}` is

    .. math:: P(a\to b) \propto \binom nb (1-e^{-z})^b e^{-z(n-b)}\;
        \frac1{2\pi}\int_{-\pi}^{\pi} e^{b\log\frac{e^y-1}{e^z-1} - ia\theta}\,d\theta,

    the binomial law of filled boxes when balls come at random times, and the correction for their number. The integrand
    is periodic and analytic, so that a few dozen equidistant angles give it to rounding.
    """
    z = a / n
    if z > FULL:
        return np.array([float(n)]), np.ones(1)
    filled = -np.expm1(-z)
    mean, (_, sd) = n * filled, _filled(a, n)
    low = max(int(mean - WIDTH * sd) - 25, 1)
    high = min(int(mean + WIDTH * sd) + 25, a, n)
    b = np.arange(low, high + 1)
    steps = np.log((n - b[:-1]) / (b[:-1] + 1.0)) + np.log(np.expm1(z))
    log_binomial = np.concatenate(([0.0], np.cumsum(steps)))
    at = z / filled
    truncated = mean * (at * (1 + z) - at**2)
    count = int(at * (WIDTH * sd + 25) + 12 * np.sqrt(max(truncated, 0.0))) + 60
    theta, weights = half_circle(count, truncated)
    # e^y − 1 over e^z − 1, less 1, without cancellation for small angles
    turn = z * (np.expm1(1j * theta))
    delta = np.log1p(np.exp(z) * np.expm1(turn) / np.expm1(z))
    middle = np.round(mean)
    phases = np.exp((middle * delta - 1j * a * theta)[None, :] + (b - middle)[:, None] * delta[None, :]).real
    chances = np.exp(log_binomial - log_binomial.max()) * np.maximum(phases @ weights, 0.0)
    return b.astype(float), chances / chances.sum()


class SampleSize(NamedTuple):
    """Law of a random sample size J: S(x) with S(m − 1/2) = P(J ≥ m), and its density −S′(x) for large x."""

    tail: Callable[[Array], Array]
    density: Callable[[Array], Array]


def _root_tail(x: Array) -> Array:
    from scipy.special import poch

    return np.asarray(1 / (poch(x, 0.5) * np.sqrt(np.pi)))


FOR_ENTROPY = SampleSize(lambda x: 1 / np.maximum(x - 0.5, 1.0), lambda x: 1 / (x - 0.5) ** 2)
r"""P(J = j) = 1/(j(j − 1)), j ≥ 2: as :math:`x\log\frac1x = E[1-(1-x)^J] - x`, the mean number of distinct types in
such a sample is the entropy plus 1."""

FOR_ROOT = SampleSize(_root_tail, lambda x: _root_tail(x) * (1 / (2 * x) + 1 / (8 * x**2)))
r"""Sibuya's law of index 1/2, for which :math:`\sqrt x = E[1-(1-x)^J]`."""


class Killing(Protocol):
    """What becomes of lines that meet fresh points, which have no parents: a step between two generations."""

    def __call__(self, lines: Lines, t: int, values: Array) -> Array:
        """Mean over the lines that go on from parents among the points of generation t, shape ``(nodes, types)``."""

    def sample(self, lines: Lines, t: int, values: Array) -> Array:
        """The same from all points of generation t, shape ``(types,)``."""

    def matrix(self, lines: Lines, t: int, place: int) -> Array:
        """The mean over the lines that go on, for the type at a place, shape ``(nodes, nodes)``."""


@dataclass(frozen=True, eq=False)
class Ancestry:
    """Means over the ancestors of a sample, of functions of their number.

    A function is vectorised over numbers of lines, and may have several columns.

    Parameters
    ----------
    sizes : Schedule
        Points drawn in generations 1, 2, ….
    killing : Killing, optional
        What fresh points do to lines; nothing where there are none.
    """

    sizes: Schedule
    killing: Killing | None = None

    def of_sample(self, function: Function, t: Generations, fewer: int = 0) -> Array:
        """Means over the number of ancestors in generation 1 of the sample of generation t.

        Parameters
        ----------
        function : callable
            What is to be averaged.
        t : ndarray of int
            Generations, at least 1.
        fewer : int
            Points of the sample that are left out; none beside fresh ones.
        """

        def seen(lines: Lines, generation: int, values: Array) -> Array:
            if self.killing is not None:
                return self.killing.sample(lines, generation, values)
            return lines.at(max(lines.most - fewer, 0), values)

        return self._seen(function, t, seen)

    def of_random_sample(self, function: Function, t: Generations, size: SampleSize) -> Array:
        """Means as of a sample of a random size J from the model of generation t.

        Parameters
        ----------
        function : callable
            What is to be averaged.
        t : ndarray of int
            Generations, at least 1.
        size : SampleSize
            Law of J: ``FOR_ENTROPY`` or ``FOR_ROOT``.
        """

        def seen(lines: Lines, generation: int, values: Array) -> Array:
            going_on = values if self.killing is None else self.killing(lines, generation, values)
            return np.asarray(parents_of_random_sample(lines.most, size) @ going_on)

        return self._seen(function, t, seen)

    def long_run(self, types: int, size: SampleSize | None = None) -> Array:
        """Means in the long run, where fresh points end every line: of all points, or of a random sample.

        Parameters
        ----------
        types : int
            Types that the killing looks for.
        size : SampleSize, optional
            Law of the random sample; all points of a generation when left out.
        """
        assert self.killing is not None
        lines = Lines(int(self.sizes(1)))
        back = one_generation(lines.most, lines.most)
        values = np.ones((len(lines.nodes), types))
        for place in range(types):
            step = back @ self.killing.matrix(lines, 1, place)
            values[1:, place] = np.linalg.solve(np.eye(len(step) - 1) - step[1:, 1:], step[1:, 0])
        if size is None:
            return self.killing.sample(lines, 1, values)
        return np.asarray(parents_of_random_sample(lines.most, size) @ self.killing(lines, 1, values))

    def _seen(self, function: Function, t: Generations, seen: Callable[[Lines, int, Array], Array]) -> Array:
        """What is seen, at each of the generations, of the function carried back from there to generation 1."""
        lines, at, found = Lines(int(self.sizes(1))), 1, {}
        values = function(lines.nodes)
        for generation in np.unique(t).tolist():
            if self.killing is None and self.sizes.constant and generation - at > 2 * len(values):
                step = one_generation(lines.most, lines.most)
                values, at = stochastic_power(step, generation - at) @ values, generation
            last = at + MOST_STEPS
            while at < generation:
                if at == last:
                    raise NoClosedForm(
                        f"{generation} generations are too many to be followed one by one: ask for the limit"
                    )
                going_on = values if self.killing is None else self.killing(lines, at, values)
                following = Lines(int(self.sizes(at + 1)))
                before, values = values, one_generation(following.most, lines.most) @ going_on
                lines, at = following, at + 1
                if self.killing is not None and self.sizes.constant and np.abs(values - before).max() < SETTLED:
                    at = generation  # nothing moves any more
            found[generation] = seen(lines, generation, values)
        return np.array([found[one] for one in t.tolist()])


@lru_cache(maxsize=256)
def one_generation(most: int, n: int) -> Array:
    r"""One generation of n points backwards, :math:`\Pi_n`, from the nodes up to ``most`` to those up to n."""
    step = Lines(n).parents(Lines(most).nodes)
    return np.asarray(step / step.sum(axis=1, keepdims=True))


@lru_cache(maxsize=256)
def parents_of_random_sample(n: int, size: SampleSize) -> Array:
    """Mean over the parents among n points of J lines, as weights of the nodes.

    Each size up to 16384 counts by itself; from there on the sum over j is an integral over the density, by
    Gauss–Legendre panels in the logarithm, up to where every point is a parent.
    """
    samples = Lines(max(OCCUPIED * n, 2 * EXACT))
    top, each = float(samples.most), np.arange(1.0, ONE_BY_ONE + 1)
    weight = (size.tail(each - 0.5) - size.tail(each + 0.5)) @ samples.weights(np.minimum(each, top))
    start = ONE_BY_ONE + 0.5
    edges = np.linspace(np.log(start), np.log(max(top, start)), 2 + int(np.log(max(top / start, 1.0))))
    gauss, gauss_weights = np.polynomial.legendre.leggauss(24)
    for low, high in pairwise(edges):
        x = np.exp((low + high) / 2 + (high - low) / 2 * gauss)
        weight += ((high - low) / 2 * gauss_weights * x * size.density(x)) @ samples.weights(np.minimum(x, top))
    weight[-1] += float(size.tail(np.array([max(top, start)]))[0])
    return np.asarray(weight @ Lines(n).parents(samples.nodes))
