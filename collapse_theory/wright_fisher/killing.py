r"""Fresh points in the dual: lines that meet one have no parents, and each tells that its type came from the source.

Of the b points that are parents of a sample, those that were drawn from the source go no further. For a type of
probability p, the chance that none of the points behind a sample is of that type is the mean of :math:`(1-p)^L`, with L
the real ancestors of n lines. So it is the coalescent with killing, a function :math:`u(a; p)` for each type,

.. math:: u_t(a) = E\bigl[(1-p)^H\,u_{t-1}(B-H)\bigr],

with B the parents of a lines, and H the fresh points among them: binomial where each point is fresh by chance,
hypergeometric where their number is fixed. Means over H are sums, or, where lines are many, Gauss rules of sixteen
nodes for its law, which are exact for polynomials of degree 31 in it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from collapse_theory.wright_fisher.ancestors import EXACT, Lines
from collapse_theory.wright_fisher.log_nodes import log_absence
from collapse_theory.wright_fisher.quadrature import GAUSS, NORMAL_FROM, gauss_rule, normal_rule

Array = NDArray[np.float64]

REACH = 10.5
"""Standard deviations to either side that count."""


@dataclass(frozen=True, eq=False)
class ByChance:
    """Each point fresh with a chance of its own.

    Parameters
    ----------
    share : float
        The chance.
    chances : ndarray
        Probabilities p of the types that are looked for.
    """

    share: float
    chances: Array

    def __call__(self, lines: Lines, t: int, values: Array) -> Array:
        """Mean over the lines that go on from parents among the points of generation t, shape ``(nodes, types)``."""
        return _fresh_by_chance(lines.most, self.share)(self.chances, values)

    def sample(self, lines: Lines, t: int, values: Array) -> Array:
        """The same from all points of generation t, shape ``(types,)``."""
        return np.asarray(self(lines, t, values)[-1])

    def matrix(self, lines: Lines, t: int, place: int) -> Array:
        """The mean over the lines that go on, for the type at a place, shape ``(nodes, nodes)``."""
        return _fresh_by_chance(lines.most, self.share).matrix(float(self.chances[place]))


@dataclass(frozen=True, eq=False)
class InNumber:
    """A fixed number of fresh points in every generation.

    Parameters
    ----------
    real : callable
        ``real(t)``: fresh points of generation t.
    chances : ndarray
        Probabilities p of the types that are looked for.
    """

    real: Callable[[int], int]
    chances: Array

    def __call__(self, lines: Lines, t: int, values: Array) -> Array:
        """Mean over the lines that go on from parents among the points of generation t, shape ``(nodes, types)``."""
        return _fresh_in_number(lines.most, self.real(t))(self.chances, values)

    def sample(self, lines: Lines, t: int, values: Array) -> Array:
        """The same from all points of generation t, shape ``(types,)``."""
        real = self.real(t)
        return np.asarray(np.exp(real * log_absence(self.chances)) * lines.at(lines.most - real, values))

    def matrix(self, lines: Lines, t: int, place: int) -> Array:
        """The mean over the lines that go on, for the type at a place, shape ``(nodes, nodes)``."""
        return _fresh_in_number(lines.most, self.real(t)).matrix(float(self.chances[place]))


@dataclass(frozen=True, eq=False)
class Rule:
    """Means over the fresh points among numbers of parents.

    Parameters
    ----------
    starts : ndarray of int
        Where the nodes of each number of parents begin.
    fresh, weight : ndarray
        Nodes and weights of the means, one after the other.
    near : ndarray of int
        Lines that go on, where they are few.
    far : ndarray, shape (others, nodes)
        Weights of the nodes in the value at the lines that go on, where they are many.
    """

    starts: NDArray[np.int64]
    fresh: Array
    weight: Array
    few: NDArray[np.bool_]
    near: NDArray[np.int64]
    far: Array

    @classmethod
    def of(cls, lines: Lines, law: Callable[[int], tuple[Array, Array]]) -> Rule:
        """Rules from the law of the fresh points among b parents."""
        each = []
        for b in lines.nodes.astype(np.int64).tolist():
            values, chances = law(b)
            if len(values) > 4 * GAUSS and b - values[-1] > EXACT:
                values, chances = gauss_rule(values, chances)
            each.append(np.stack([values, chances, b - values]))
        fresh, weight, left = np.concatenate(each, axis=1)
        starts = np.concatenate(([0], np.cumsum([rule.shape[1] for rule in each])[:-1]))
        few = left <= EXACT
        return cls(starts, fresh, weight, few, left[few].astype(np.int64), lines.weights(left[~few]))

    def __call__(self, chances: Array, values: Array) -> Array:
        """Means of the values after killing, shape ``(nodes, types)``."""
        terms = np.exp(np.outer(self.fresh, log_absence(chances)))
        terms *= self.weight[:, None]
        terms[self.few] *= values[self.near]
        terms[~self.few] *= self.far @ values
        return np.asarray(np.add.reduceat(terms, self.starts, axis=0))

    def matrix(self, chance: float) -> Array:
        """The means as a matrix, shape ``(nodes, nodes)``."""
        weights = self.weight * np.exp(self.fresh * log_absence(np.array(chance)))
        owner = np.searchsorted(self.starts, np.arange(len(weights)), side="right") - 1
        found = np.zeros((len(self.starts), self.far.shape[1]))
        np.add.at(found, (owner[self.few], self.near), weights[self.few])
        np.add.at(found, owner[~self.few], weights[~self.few, None] * self.far)
        return found


def _binomial(b: int, share: float) -> tuple[Array, Array]:
    if share == 1:
        return np.array([float(b)]), np.ones(1)
    sd = np.sqrt(b * share * (1 - share))
    if sd > NORMAL_FROM:
        return normal_rule(b * share, sd)
    low, high = max(int(b * share - REACH * sd) - 25, 0), min(int(b * share + REACH * sd) + 25, b)
    h = np.arange(low, high + 1.0)
    ratios = np.log((b - h[:-1]) / (h[:-1] + 1)) + np.log(share) - np.log1p(-share)
    return _scaled(h, ratios)


def _hypergeometric(b: int, real: int, n: int) -> tuple[Array, Array]:
    mean = b * real / n
    sd = np.sqrt(max(mean * (1 - real / n) * (n - b) / max(n - 1, 1), 0.0))
    if sd > NORMAL_FROM:
        return normal_rule(mean, sd)
    low = max(int(mean - REACH * sd) - 25, 0, b - (n - real))
    high = min(int(mean + REACH * sd) + 25, b, real)
    h = np.arange(low, high + 1.0)
    at = h[:-1]
    ratios = np.log((b - at) * (real - at)) - np.log((at + 1) * (n - real - b + at + 1))
    return _scaled(h, ratios)


def _scaled(values: Array, log_ratios: Array) -> tuple[Array, Array]:
    """A law from the logarithms of its successive ratios."""
    logs = np.concatenate(([0.0], np.cumsum(log_ratios)))
    chances = np.exp(logs - logs.max())
    return values, chances / chances.sum()


@lru_cache(maxsize=16)
def _fresh_by_chance(most: int, share: float) -> Rule:
    lines = Lines(most)
    return Rule.of(lines, lambda b: _binomial(b, share))


@lru_cache(maxsize=64)
def _fresh_in_number(most: int, real: int) -> Rule:
    lines = Lines(most)
    return Rule.of(lines, lambda b: _hypergeometric(b, real, most))
