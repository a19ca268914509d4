r"""The top fraction: of all points that a normal model draws, those with the highest scores are kept.

A score sees a point through noise. With :math:`z = \Phi^{-1}(1-q)`, :math:`i = \varphi(z)/q` and
:math:`k_q = i(i - z)` the selected points of a large sample have the mean :math:`\mu + \rho i\sigma` and the variance
:math:`\sigma^2(1 - \rho^2 k_q)`, :math:`\rho` being the correlation of score and point. Where that stays the same, the
variance falls geometrically and the mean comes to rest; where the noise stays the same, of standard deviation
:math:`\omega`, the score sees less and less of a shrinking model:
:math:`\sigma_t^2 \sim \omega^2/(k_q t)`, and the mean grows like :math:`(i\omega/k_q)\log t` without bound.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from collapse_theory.domain import POSITIVE_SHARE, SCALE, check_parameters, inside, whole
from collapse_theory.sampling.sampling import Sampling, summed
from collapse_theory.schedules import FORESEEN, Schedule


@dataclass(frozen=True, repr=False)
class TopFraction(Sampling):
    """The points with the highest scores.

    Parameters
    ----------
    fraction : float
        Share q of the drawn points that is kept, in (0, 1]: of n/q points the best n.
    score_correlation : float, optional
        Correlation of score and point in (0, 1], the same in every generation.
    score_noise : float, optional
        Standard deviation of what the score adds to the point, the same in every generation.

    Raises
    ------
    ValueError
        For a share or a correlation outside (0, 1], and unless just one of correlation and noise is given. In a
        recursion, for numbers of points that are no whole share of what would be drawn; where numbers are random, 1/q
        must be whole.
    """

    fraction: float = field(metadata=inside(POSITIVE_SHARE))
    score_correlation: float | None = field(default=None, metadata=inside(POSITIVE_SHARE))
    score_noise: float | None = field(default=None, metadata=inside(SCALE))

    def __post_init__(self) -> None:
        check_parameters(self)
        if (self.score_correlation is None) == (self.score_noise is None):
            raise ValueError(
                f"score_correlation = {self.score_correlation!r}, score_noise = {self.score_noise!r}: give one of them"
            )

    @classmethod
    def examples(cls) -> tuple[TopFraction, ...]:
        return (cls(0.5, score_correlation=1.0), cls(0.25, score_correlation=0.5), cls(0.5, score_noise=1.0))

    @property
    def verbs(self) -> tuple[str, ...]:
        return ("place",)

    @cached_property
    def intensity(self) -> float:
        """Mean i of the top share of a standard normal law."""
        if self.fraction == 1:
            return 0.0
        return float(np.exp(-(self._threshold**2) / 2) / np.sqrt(2 * np.pi) / self.fraction)

    @cached_property
    def shrinkage(self) -> float:
        """Share k of the variance of the score that its top share lacks."""
        return self.intensity * (self.intensity - self._threshold)

    @property
    def _threshold(self) -> float:
        from scipy.special import ndtri

        return float(-ndtri(self.fraction)) if self.fraction < 1 else 0.0

    def correlation(self, sd: Any) -> Any:
        """Correlation of score and point for models of these standard deviations."""
        if self.score_noise is None:
            return np.full(np.shape(sd), self.score_correlation)
        return 1 / np.hypot(1, self.score_noise / sd)

    def drawn(self, count: int) -> int:
        """Points of which so many are kept."""
        return whole("sample_size / fraction", count / self.fraction, "whole points are drawn")

    def check_counts(self, regime: Any, sizes: Schedule) -> None:
        super().check_counts(regime, sizes)
        for t in range(2, (regime.opening or 0) + 4 if sizes.constant else FORESEEN + 1):
            step = regime.step(t, sizes)
            self.drawn(1 if step.share or step.thinned else int(step.drawn[1]))

    def draw(self, family: Any, state: Any, count: Any, rng: np.random.Generator) -> Any:
        counts = np.broadcast_to(count, len(state[0]))
        rho = self.correlation(family.measures["sd"](family, state))
        mean, squares = np.zeros(counts.shape), np.zeros(counts.shape)
        for kept in np.unique(counts[counts > 0]):
            rows = counts == kept
            points = rng.standard_normal((int(rows.sum()), self.drawn(int(kept))))
            blind = np.sqrt(1 - rho[rows] ** 2)[:, None]
            scores = rho[rows, None] * points + blind * rng.standard_normal(points.shape)
            best = np.argpartition(scores, -int(kept), axis=1)[:, -int(kept) :]
            mean[rows], squares[rows] = summed(np.take_along_axis(points, best, axis=1), counts[rows])
        return family.place(state, counts, mean, squares)

    def expected(self, family: Any, state: Any, count: Any) -> Any:
        counts = np.broadcast_to(count, len(state[0]))
        rho = self.correlation(family.measures["sd"](family, state))
        if self.fraction == 1:
            return family.place(state, counts, np.zeros(counts.shape), counts * 1.0)
        return family.place(state, counts, rho * self.intensity, counts * (1 - rho**2 * self.shrinkage))
