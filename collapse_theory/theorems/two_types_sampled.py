r"""Two types under any sampling of their law: the Wright–Fisher chain with selection, solved as it is.

If a model gives the first type the share i/n, a sampled point is of it with chance :math:`s_i`, so the counts are a
Markov chain with the rows :math:`\mathrm{Binomial}(n, s_i)`: with a fitness advantage
:math:`s_i = (1+s)i/(n + si)`. Generation 1 is real, :math:`\mathrm{Binomial}(n, p_0)`. Means follow by powers of the
matrix, limits by the elimination of Grassmann, Taksar and Heyman (1985), which subtracts nothing: where heat keeps both
types for ages, the equations themselves are singular to floats.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from collapse_theory.errors import NoClosedForm
from collapse_theory.families import Categorical
from collapse_theory.sampling.sampling import LawSampling
from collapse_theory.theorem import Theorem

Array = NDArray[np.float64]

PAGE = "docs/theory/sampling"
LARGEST = 500
"""Largest sample whose chain is kept as a matrix."""


def holds(setting: Any) -> bool:
    """Two types, plain shares, points of the newest model by a law of their own, one size that is not large."""
    family, sizes = setting.family, setting.sizes
    plain = isinstance(family, Categorical) and family.two_moments and len(family.probabilities) == 2
    law = (
        isinstance(setting.sampling, LawSampling)
        and setting.sampling.keeps_some
        and setting.regime.tableau(sizes).replacement
    )
    return bool(plain and law and sizes.constant and sizes(1) <= LARGEST)


def binomial_rows(n: int, chances: Array, others: Array | None = None) -> Array:
    """Rows of binomial probabilities, each from its mode by ratios; ``others`` are 1 − chances, by themselves."""
    rows = np.zeros((len(chances), n + 1))
    counts = np.arange(1.0, n + 1)
    for row, p, q in zip(rows, chances, 1 - chances if others is None else others, strict=True):
        mode = min(int((n + 1) * p), n)
        row[mode] = 1.0
        if p > 0 and q > 0:
            ratios = (n + 1 - counts) / counts * (p / q)
            row[mode + 1 :] = np.cumprod(ratios[mode:])
            row[:mode] = np.cumprod(1 / ratios[:mode][::-1])[::-1]
    return np.asarray(rows / rows.sum(axis=1, keepdims=True))


@lru_cache(maxsize=64)
def _chain(setting: Any) -> tuple[Array, Array]:
    """The matrix of the counts of the first type, and the law of generation 1."""
    n = int(setting.sizes(1))
    shares = np.arange(n + 1) / n
    state = np.stack([shares, 1 - shares], axis=1), np.zeros(n + 1)
    sampled, source = setting.sampling.law(setting.family, state)[0], setting.family.probabilities.values
    return binomial_rows(n, sampled[:, 0], sampled[:, 1]), binomial_rows(n, source[:1], source[1:])[0]


def _laws(setting: Any, t: Any) -> Array:
    """Laws of the counts at generations t, shape (generations, n + 1), each from the one before."""
    matrix, law = _chain(setting)
    asked, places = np.unique(np.ravel(t), return_inverse=True)
    squares, now, found = [matrix], 1, []
    for when in asked.tolist():
        for place, bit in enumerate(reversed(f"{when - now:b}")):
            if place == len(squares):
                square = squares[-1] @ squares[-1]
                squares.append(square / square.sum(axis=1, keepdims=True))
            if bit == "1":
                law = law @ squares[place]
        found.append(law)
        now = when
    return np.stack(found)[places]


def _of(setting: Any, label: Any, values: Array) -> Array:
    """A function of the share of the first type, as one of the share of the label."""
    return values if setting.family.index(label) == 0 else values[::-1]


def _share_mean(setting: Any, t: Any, label: Any) -> Array:
    n = int(setting.sizes(1))
    return np.reshape(_laws(setting, t) @ _of(setting, label, np.arange(n + 1) / n), np.shape(t))


def _alive_mean(setting: Any, t: Any, label: Any) -> Array:
    alive = (np.arange(int(setting.sizes(1)) + 1) > 0).astype(float)
    return np.reshape(_laws(setting, t) @ _of(setting, label, alive), np.shape(t))


def _gini_mean(setting: Any, t: Any) -> Array:
    shares = np.arange(int(setting.sizes(1)) + 1) / setting.sizes(1)
    return np.reshape(_laws(setting, t) @ (2 * shares * (1 - shares)), np.shape(t))


def fixation_chances(setting: Any) -> Array:
    """Chances that the first type is the one that is left, from each count of it.

    Raises
    ------
    NoClosedForm
        Where a type that is lost can come back.
    """
    return _absorbed(setting)[:, 1]


@lru_cache(maxsize=64)
def _absorbed(setting: Any) -> Array:
    """Chances that none and that all are of the first type in the end, shape (n + 1, 2)."""
    matrix, _ = _chain(setting)
    if matrix[0, 0] < 1 or matrix[-1, -1] < 1:
        raise NoClosedForm(f"{setting.sampling!r} brings lost types back: no type is fixed")
    left, last = matrix.copy(), len(matrix) - 1
    for k in range(1, last):
        # From k to a count that is not eliminated yet, by no subtraction from 1.
        left[k, 1 : k + 1] = 0.0
        left[k] /= left[k].sum()
        left[k + 1 : last] += np.outer(left[k + 1 : last, k], left[k])
    found = np.zeros((last + 1, 2))
    found[0, 0] = found[last, 1] = 1.0
    for k in range(last - 1, 0, -1):
        found[k] = left[k] @ found
    return found


def _share_limit(setting: Any, label: Any) -> float:
    return float(_chain(setting)[1] @ _absorbed(setting)[:, 1 - setting.family.index(label)])


def _fixed(setting: Any) -> float:
    """0, as one type is left in the end; NoClosedForm where lost types come back."""
    fixation_chances(setting)
    return 0.0


def _theorem(title: str, quantity: str, statement: str, value: Any, limit: Any) -> Theorem:
    return Theorem(
        title=f"{title} of two types under a sampling",
        quantity=quantity,
        statistic="mean",
        road="exact numeric",
        statement=statement,
        conditions=f"two types without smoothing, replacement, one sample size up to {LARGEST}, points from a law "
        "that the shares determine, whatever they are",
        source=f"{PAGE}; kimura1962; grassmann1985",
        holds=holds,
        value=value,
        limit=limit,
        accuracy="1e-12, absolute",
        any_sampling=True,
    )


TWO_TYPES_SAMPLED: tuple[Theorem, ...] = (
    _theorem("mean share", "probability_of", r"e_{p_0}^\top B^{t-1}\,(i/n)", _share_mean, _share_limit),
    _theorem("survival", "survival_of", r"e_{p_0}^\top B^{t-1}\,1\{i > 0\}", _alive_mean, _share_limit),
    _theorem(
        "mean Gini–Simpson index",
        "gini_simpson",
        r"e_{p_0}^\top B^{t-1}\,2\tfrac in(1-\tfrac in)",
        _gini_mean,
        _fixed,
    ),
)
