"""Fitted chains of few states: many at once, as square tables."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from collapse_theory.families.markov_chain.stationary import long_runs
from collapse_theory.families.smoothing import AbsoluteDiscount, AddAlpha, BackOff

Array = NDArray[np.float64]

INVERTED = 4000
"""Most states of a chain whose fundamental matrix is computed."""
UNIT = 1e-12
"""How far the modulus of an eigenvalue may be from 1 and still count as 1."""
SMALLEST = 1e-14
"""Variance of shares below which it is nothing but rounding."""
ROUNDING = 1e-9
"""Share of the unigram diversity, or distance of two laws, up to which a difference is nothing but rounding."""


@dataclass(frozen=True)
class DenseModels:
    """Fitted chains in square tables, behind any leading axes.

    Parameters
    ----------
    chain : MarkovChain
        The family.
    counts : ndarray
        Transitions of the fit set, shape ``(…, states, states)``; the source's rows at generation 0.
    occupancy : ndarray
        Transitions that leave each state, shape ``(…, states)``.
    last : ndarray
        Where the last path ended; −1 for the source.
    """

    chain: Any
    counts: Array
    occupancy: Array
    last: NDArray[np.int64]

    @property
    def is_source(self) -> NDArray[np.bool_]:
        """Which of them are the source itself."""
        return self.last < 0

    @cached_property
    def seen(self) -> NDArray[np.bool_]:
        """Edges in the data behind the fit; of the source, those of positive probability."""
        return (self.counts > 0) & (self.is_source[..., None] | (self.occupancy > 0))[..., None]

    @property
    def states_seen(self) -> NDArray[np.bool_]:
        """States in the data behind the fit; of the source, all."""
        return self.is_source[..., None] | self.seen.any(axis=-1) | self.seen.any(axis=-2)

    @cached_property
    def begun(self) -> Array:
        """Law of the state in which a path begins, before it is made stationary where that is asked for."""
        states = self.counts.shape[-1]
        shares = np.asarray(self.occupancy / self.occupancy.sum(axis=-1, keepdims=True))
        if self.chain.start == "fixed":
            return np.broadcast_to(np.eye(states)[self.chain.first], shares.shape)
        if self.chain.start == "last":
            return np.where(self.is_source[..., None], shares, np.eye(states)[self.last])
        return shares

    @cached_property
    def rows(self) -> Array:
        """Transition probabilities, smoothed and with the fallback rows; the row of a dead end is 0."""
        chain, states = self.chain, self.counts.shape[-1]
        total = self.counts.sum(axis=-1, keepdims=True)
        own = np.divide(self.counts, total, out=np.zeros(self.counts.shape), where=total > 0)
        into = np.where(self.seen, self.counts, 0.0).sum(axis=-2)
        unigram = into / np.maximum(into.sum(axis=-1, keepdims=True), 1e-300)
        fallback = {
            "unigram": unigram[..., None, :],
            "cyclic": unigram[..., None, :],
            "uniform": np.full(states, 1.0 / states),
            "source": chain.matrix.dense,
        }.get(chain.unseen_row, np.zeros(states))
        fitted = np.where(total > 0, own, fallback)
        if isinstance(chain.smoothing, AddAlpha):
            alpha = chain.smoothing.alpha
            fitted = (self.counts + alpha) / (total + states * alpha)
        elif isinstance(chain.smoothing, BackOff):
            c = chain.smoothing.strength
            fitted = (self.counts + c * chain.matrix.dense) / (total + c)
        elif isinstance(chain.smoothing, AbsoluteDiscount):
            kept = np.maximum(self.counts - chain.smoothing.discount, 0.0)
            off = total - kept.sum(axis=-1, keepdims=True)
            smooth = (kept + off * unigram[..., None, :]) / np.maximum(total, 1e-300)
            fitted = np.where(total > 0, smooth, unigram[..., None, :])
        return np.where(self.is_source[..., None, None], self.counts, fitted)

    @cached_property
    def unending(self) -> Array:
        """Transition probabilities in which a dead end is followed by a new path's first state."""
        dead = self.rows.sum(axis=-1, keepdims=True) == 0
        return np.where(dead, self.begun[..., None, :], self.rows)

    @cached_property
    def long_run(self) -> Array:
        """Long-run law of the states in the paths of the model."""
        return long_runs(self.unending, self.begun)

    @cached_property
    def reached(self) -> NDArray[np.bool_]:
        """States that a path can visit."""
        found = (self.long_run if self.chain.start == "stationary" else self.begun) > 0
        for _ in range(self.counts.shape[-1]):
            wider = found | np.any(found[..., :, None] & (self.rows > 0), axis=-2)
            if np.array_equal(wider, found):
                break
            found = wider
        return found

    @property
    def certain(self) -> NDArray[np.bool_]:
        """Whether every state that the next path can visit has one successor."""
        several = np.count_nonzero(self.rows > 0, axis=-1) > 1
        return np.asarray(~np.any(several & self.reached, axis=-1))

    @property
    def repeated(self) -> NDArray[np.int64]:
        """States that a path from the likeliest first state goes on visiting."""
        law = self.long_run if self.chain.start == "stationary" else self.begun
        first = np.eye(self.counts.shape[-1])[np.argmax(law, axis=-1)]
        return np.asarray(np.count_nonzero(long_runs(self.unending, first) > 0, axis=-1))

    def probability(self, a: int, b: int) -> Array:
        """Probability of one transition."""
        return np.asarray(self.rows[..., a, b])

    @property
    def row_entropies(self) -> Array:
        """Entropy of every row in nats."""
        from scipy.special import entr

        return np.asarray(entr(self.rows).sum(axis=-1))

    @property
    def row_kl_model_source(self) -> Array:
        """KL(model‖source) of every row; 0 for a dead end."""
        from scipy.special import rel_entr

        return np.asarray(rel_entr(self.rows, self.chain.matrix.dense).sum(axis=-1))

    @property
    def row_kl_source_model(self) -> Array:
        """KL(source‖model) of every row."""
        from scipy.special import rel_entr

        return np.asarray(rel_entr(self.chain.matrix.dense, self.rows).sum(axis=-1))

    @property
    def spectral_gap(self) -> Array:
        """1 less the largest modulus of an eigenvalue beside the first, among the states that a path can visit."""
        within = self.reached[..., :, None] & self.reached[..., None, :]
        moduli = np.abs(np.linalg.eigvals(np.where(within, self.unending, 0.0)))
        moduli.sort(axis=-1)
        second = moduli[..., -2] if moduli.shape[-1] > 1 else np.zeros(moduli.shape[:-1])
        return np.where(second > 1 - UNIT, 0.0, 1 - second)

    @property
    def wandering(self) -> Array:
        """Trace of the asymptotic covariance of occupation shares, per transition; infinite with several classes."""
        law, states = self.long_run, self.counts.shape[-1]
        elsewhere = long_runs(self.unending, np.eye(states)[np.argmax(law, axis=-1)])
        several = np.abs(elsewhere - law).sum(axis=-1) > ROUNDING
        settled = np.where((several[..., None] | (law == 0))[..., None], law[..., None, :], self.unending)
        covariance = np.trace(occupation_covariance(fundamental_matrix(settled, law), law), axis1=-2, axis2=-1)
        return np.where(several, np.inf, without_rounding(covariance, law))


def without_rounding(variance: Any, law: Array) -> Any:
    """A variance of shares that is 0 where it is nothing but rounding."""
    diversity = 1 - (law**2).sum(axis=-1)
    return np.where(variance <= np.maximum(ROUNDING * diversity, SMALLEST), 0.0, variance)


def fundamental_matrix(matrix: Array, law: Array) -> Array:
    r""":math:`Z = (I - P + \mathbf 1\pi^\top)^{-1}`, behind any leading axes."""
    return np.asarray(np.linalg.inv(np.eye(law.shape[-1]) - matrix + law[..., None, :]))


def occupation_covariance(fundamental: Array, law: Array) -> Array:
    r"""Asymptotic covariance of occupation shares times the length of the path, from the fundamental matrix Z.

    .. math:: \Gamma_{ij} = \pi_i Z_{ij} + \pi_j Z_{ji} - \pi_i\delta_{ij} - \pi_i\pi_j
    """
    flow = law[..., :, None] * fundamental
    outer = law[..., :, None] * law[..., None, :]
    return np.asarray(flow + np.swapaxes(flow, -1, -2) - law[..., :, None] * np.eye(law.shape[-1]) - outer)
