r"""Linear regression whose labels are written by its own previous fit.

Rows are :math:`x \sim N(0, I_d)`, real labels :math:`y = x^\top w^* + N(0, \sigma^2)`. Generation t labels n rows with
:math:`x^\top w_{t-1} + N(0, \sigma^2)` and fits :math:`w_t` by least squares, of minimum norm where rows are fewer than
coefficients. The rows are new in every generation, or always the same. Its error beyond the noise is
:math:`\|w_t-w^*\|^2`. For n ≥ d + 2 every refit adds the error of a first one,

.. math:: E\|w_t-w^*\|^2 = \frac{\sigma^2 d}{n-d-1}\,t \text{ under replacement},\qquad
          \frac{\sigma^2 d}{n-d-1}\sum_{i\le t}\frac1{i^2} \text{ under accumulation of one design},

and with new rows accumulation does better still: :math:`\sigma^2 d\sum_{i\le t} 1/[i(in-d-1)]`. For n ≤ d − 2 a fit
sees the labels only along n directions out of d, and the signal itself is lost, by the factor n/d in a generation.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from collapse_theory.domain import SCALE, Choice, Domain, check_parameters, inside
from collapse_theory.errors import NotDefined
from collapse_theory.families.family import Family, Measure, State
from collapse_theory.families.linear_regression.risk import RISK
from collapse_theory.families.linear_regression.signal import SIGNAL
from collapse_theory.schedules import FORESEEN, Schedule
from collapse_theory.theorem import Theorem

Array = NDArray[np.float64]

HELD = 4_000_000
"""Entries of the Gram matrices of a block, at most."""


class Batch(NamedTuple):
    r"""Rows as normal equations.

    Parameters
    ----------
    rows : ndarray
        Number of independent rows of each replicate, of which the rank follows.
    gram : ndarray
        :math:`X^\top X`, shape ``(replicates, d, d)``.
    moment : ndarray
        :math:`X^\top(y - Xw^*)`, shape ``(replicates, d)``.
    root, labels : ndarray or None
        For a repeated design, and for fewer rows than coefficients: rows that say the same, less the span of whose
        transpose nothing is known, and what their labels are above :math:`w^*`; shapes ``(replicates, d, min(n, d))``
        and ``(replicates, min(n, d))``.
    """

    rows: Array
    gram: Array
    moment: Array
    root: Array | None
    labels: Array | None


@dataclass(frozen=True, repr=False)
class LinearRegression(Family):
    r"""Least squares on standard normal rows, its coefficients unknown and its noise known.

    Parameters
    ----------
    dimension : int
        Number d of coefficients.
    noise : float
        Standard deviation :math:`\sigma \ge 0` of every label, real or written by a model.
    design : {"fresh", "repeated"}
        Whether every generation labels new rows, or all of them the same n rows.
    signal : float
        Norm :math:`\|w^*\| > 0` of the true coefficients; it matters where rows are fewer than coefficients.
    """

    dimension: int = field(default=2, metadata=inside(Domain(low=1, high=10**6, integer=True, typical=(1, 6))))
    noise: float = field(default=1.0, metadata=inside(Domain(low=0, high=1e150, typical=(0.01, 100))))
    design: Literal["fresh", "repeated"] = field(default="fresh", metadata=inside(Choice(("fresh", "repeated"))))
    signal: float = field(default=1.0, metadata=inside(SCALE))

    headline: ClassVar[str] = "excess_risk"
    measures: ClassVar[Mapping[str, Measure]] = {
        "excess_risk": lambda family, state: (state[0] ** 2).sum(axis=-1),
        "test_error": lambda family, state: family.noise**2 + (state[0] ** 2).sum(axis=-1),
        "signal_kept": lambda family, state: 1 + state[0][..., 0] / family.signal,
    }
    known: ClassVar[tuple[Theorem, ...]] = (*RISK, *SIGNAL)

    def __post_init__(self) -> None:
        check_parameters(self)

    @classmethod
    def examples(cls) -> tuple[LinearRegression, ...]:
        return (cls(), cls(design="repeated", noise=2.0), cls(dimension=14, noise=0.5))

    @property
    def repeated(self) -> bool:
        """Whether all generations label the same rows."""
        return self.design == "repeated"

    def symbols(self) -> Mapping[Any, Any]:
        from collapse_theory.symbols import d, sigma0, w0

        return {d: self.dimension, sigma0: self.noise, w0: self.signal}

    @property
    def fewest_points(self) -> int:
        """One row, of which least squares of minimum norm makes something."""
        return 1

    def check(self, sizes: Schedule, last: int = FORESEEN) -> None:
        """ValueError for a repeated design of rows whose number changes."""
        if self.repeated and not sizes.constant:
            raise ValueError(
                f"sample_size = {sizes!r} is outside its domain: one number of rows for all generations, as "
                "design='repeated'"
            )

    def check_step(self, step: Any) -> None:
        """NotDefined for a repeated design where a generation has other rows than those of the model."""
        super().check_step(step)
        if self.repeated and (step.drawn[0] or step.share or step.thinned or step.carried):
            raise NotDefined(
                "LinearRegression(design='repeated') is not defined with real rows of their own: use design='fresh'"
            )

    def replicates_per_block(self, recursion: Any) -> int:
        """Replicates on one stream: fewer where their matrices are large."""
        return max(4, min(super().replicates_per_block(recursion), HELD // self.dimension**2))

    # The state: the error w − w*, where w* points along the first axis; and the design where it is repeated.

    def source(self, replicates: int) -> State:
        error = np.zeros((replicates, self.dimension))
        return (error, np.zeros((replicates, self.dimension, 0))) if self.repeated else (error,)

    def kept(self, state: State) -> State:
        return state[:1]

    def draw(self, state: State, count: Any, rng: np.random.Generator) -> Batch:
        error = state[0]
        rows = np.broadcast_to(count, len(error)).astype(float)
        root = state[1] if self.repeated and state[1].shape[2] else _bartlett(rows, self.dimension, rng)
        noise = self.noise * rng.standard_normal((len(error), root.shape[2], 1))
        labels = root.transpose(0, 2, 1) @ error[:, :, None] + noise
        gram, moment = root @ root.transpose(0, 2, 1), (root @ labels)[:, :, 0]
        few = self.repeated or np.max(rows) < self.dimension
        return Batch(rows, gram, moment, *((root, labels[:, :, 0]) if few else (None, None)))

    def pool(self, batches: Sequence[Batch], weights: Sequence[Any] | None = None) -> Batch:
        each = [1.0] * len(batches) if weights is None else weights
        gram = np.sum([w * batch.gram for w, batch in zip(each, batches, strict=True)], axis=0)
        moment = np.sum([w * batch.moment for w, batch in zip(each, batches, strict=True)], axis=0)
        rows = [batch.rows for batch in batches]
        total = np.max(rows, axis=0) if self.repeated else np.sum(rows, axis=0)
        return Batch(total, gram, moment, *self._joined(batches, each, few=bool(np.max(total) < self.dimension)))

    def fit(self, pooled: Batch, kish: Any, previous: State, rng: np.random.Generator) -> State:
        error = self._least_squares(pooled)
        return (error, pooled.root) if self.repeated and pooled.root is not None else (error,)

    def expected(self, state: State, count: Any) -> Batch:
        error = state[0]
        points = np.broadcast_to(count, len(error)).astype(float)
        gram = points[:, None, None] * np.eye(self.dimension)
        return Batch(np.full(len(error), np.inf), gram, points[:, None] * error, None, None)

    def _joined(
        self, batches: Sequence[Batch], weights: Sequence[Any], *, few: bool
    ) -> tuple[Array | None, Array | None]:
        """Root and labels of a union: of one design the mean labels, of other rows all of them while they are few."""
        parts = [(batch.root, batch.labels) for batch in batches]
        roots, labels = [root for root, _ in parts if root is not None], [h for _, h in parts if h is not None]
        if self.repeated and roots:
            passes = [w * np.trace(batch.gram, axis1=1, axis2=2) for w, batch in zip(weights, batches, strict=True)]
            return roots[0], np.sum([p[:, None] * h for p, h in zip(passes, labels, strict=True)], axis=0) / np.sum(
                passes, axis=0
            )[:, None]
        if not few or len(roots) < len(batches):
            return None, None
        scales = np.sqrt(np.asarray(weights, dtype=float))
        return (
            np.concatenate([scale * root for scale, root in zip(scales, roots, strict=True)], axis=2),
            np.concatenate([scale * h for scale, h in zip(scales, labels, strict=True)], axis=1),
        )

    def _least_squares(self, pooled: Batch) -> Array:
        """Error of the solution of the normal equations, of minimum norm where they are singular."""
        d, root, labels = self.dimension, pooled.root, pooled.labels
        same = root is not None and np.min(pooled.rows) == np.max(pooled.rows) == root.shape[2]
        if same and root is not None and labels is not None and root.shape[2] < d:
            return self._interpolation(root, labels)
        error, full = np.empty(pooled.moment.shape), pooled.rows >= d
        if np.any(full):
            error[full] = np.linalg.solve(pooled.gram[full], pooled.moment[full][:, :, None])[:, :, 0]
        if not np.all(full):
            values, vectors = np.linalg.eigh(pooled.gram[~full])
            seen = np.arange(d) >= d - pooled.rows[~full][:, None]
            along = np.einsum("rij,ri->rj", vectors, pooled.moment[~full])
            lost = -self.signal * vectors[:, 0]
            parts = np.where(seen, along / np.where(seen, values, 1.0), lost)
            error[~full] = np.einsum("rij,rj->ri", vectors, parts)
        return error

    def _interpolation(self, root: Array, labels: Array) -> Array:
        """Error of the solution of minimum norm of as many rows as columns of the root."""
        transposed = root.transpose(0, 2, 1)
        seen = labels + self.signal * root[:, 0]  # the labels themselves
        error = (root @ np.linalg.solve(transposed @ root, seen[:, :, None]))[:, :, 0]
        error[:, 0] -= self.signal
        return np.asarray(error)


def _bartlett(rows: Array, d: int, rng: np.random.Generator) -> Array:
    """Roots L of Wishart matrices LLᵀ of so many rows, lower trapezoidal, shape ``(replicates, d, min(n, d))``."""
    columns = int(min(np.max(rows), d))
    freedom = rows[:, None] - np.arange(columns)
    root = np.tril(rng.standard_normal((len(rows), d, columns)), -1)
    root[:, np.arange(columns), np.arange(columns)] = np.sqrt(2 * rng.standard_gamma(np.maximum(freedom, 0) / 2))
    return root if np.all(freedom > 0) else root * (freedom > 0)[:, None, :]
