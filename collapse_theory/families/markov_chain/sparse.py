r"""Fitted chains of many states: one sparse matrix of counts each.

A row is :math:`P_i = S_i + b_i v` with sparse S and one law v, the uniform one or the sample's unigram, that smoothing
gives a share :math:`b_i` of the row to. Nothing here takes time or memory of the order of the square of the states.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from collapse_theory.errors import NotDefined
from collapse_theory.families.markov_chain.dense import (
    INVERTED,
    UNIT,
    fundamental_matrix,
    occupation_covariance,
    without_rounding,
)
from collapse_theory.families.markov_chain.stationary import reached_from, sparse_long_run
from collapse_theory.families.smoothing import AbsoluteDiscount, AddAlpha, BackOff

Array = NDArray[np.float64]

DENSELY_SOLVED = 200
"""Most states of a chain whose eigenvalues are all computed."""


@dataclass(frozen=True)
class SparseModel:
    """One fitted chain; the parameters as for :class:`DenseModels`, the counts in sparse rows."""

    chain: Any
    counts: Any
    occupancy: Array
    last: int

    @property
    def is_source(self) -> bool:
        """Whether it is the source itself."""
        return self.last < 0

    @cached_property
    def seen(self) -> Any:
        """Counts of the data behind the fit, without rows that were kept from earlier generations."""
        if self.is_source or self.chain.unseen_row != "previous":
            return self.counts
        return scaled(self.counts, (self.occupancy > 0).astype(float))

    @property
    def states_seen(self) -> NDArray[np.bool_]:
        """States in the data behind the fit; of the source, all."""
        if self.is_source:
            return np.ones(len(self.occupancy), dtype=bool)
        return np.asarray((self.seen.sum(axis=1) > 0) | (self.unigram > 0))

    @cached_property
    def unigram(self) -> Array:
        """Shares of the states among those that transitions enter."""
        into = np.asarray(self.seen.sum(axis=0), dtype=float)
        return np.asarray(into / into.sum())

    @cached_property
    def begun(self) -> Array:
        """Law of the state in which a path begins, before it is made stationary where that is asked for."""
        if self.chain.start == "fixed" or (self.chain.start == "last" and not self.is_source):
            law = np.zeros(len(self.occupancy))
            law[self.chain.first if self.chain.start == "fixed" else self.last] = 1
            return law
        return np.asarray(self.occupancy / self.occupancy.sum())

    @cached_property
    def _parts(self) -> tuple[Any, Array, Array]:
        """S, b and v."""
        chain, states = self.chain, len(self.occupancy)
        total = np.asarray(self.counts.sum(axis=1), dtype=float)
        nothing, uniform = np.zeros(states), np.full(states, 1.0 / states)
        if self.is_source:
            return self.counts, nothing, uniform
        if isinstance(chain.smoothing, AddAlpha):
            mass = total + states * chain.smoothing.alpha
            return scaled(self.counts, 1 / mass), states * chain.smoothing.alpha / mass, uniform
        if isinstance(chain.smoothing, BackOff):
            c = chain.smoothing.strength
            return scaled(self.counts + c * chain.matrix.rows, 1 / (total + c)), nothing, uniform
        of_total = np.divide(1.0, total, out=np.zeros(states), where=total > 0)
        if isinstance(chain.smoothing, AbsoluteDiscount):
            kept = self.counts.copy()
            kept.data = np.maximum(kept.data - chain.smoothing.discount, 0.0)
            kept = scaled(kept, of_total)
            return kept, 1 - np.asarray(kept.sum(axis=1)), self.unigram
        own, dead = scaled(self.counts, of_total), (total == 0).astype(float)
        if chain.unseen_row == "source":
            return own + scaled(chain.matrix.rows, dead), nothing, uniform
        if chain.unseen_row == "uniform":
            return own, dead, uniform
        return own, dead if chain.unseen_row in ("unigram", "cyclic") else nothing, self.unigram

    @property
    def rows(self) -> Any:
        """The part S of the transition matrix."""
        return self._parts[0]

    @cached_property
    def unending(self) -> tuple[Any, Array]:
        """S and b of a chain in which the few rows of a lone law that a path can visit are entries of S.

        A dead end is followed by a new path's first state.
        """
        from scipy import sparse

        own, back, law = self._parts
        dead = np.flatnonzero((np.asarray(own.sum(axis=1)) == 0) & (self.unigram > 0))
        everywhere = self.chain.unseen_row == "uniform" and dead.size > 0
        if self.is_source or everywhere or isinstance(self.chain.smoothing, (AddAlpha, AbsoluteDiscount)):
            return own, back
        filling = law if self.chain.unseen_row in ("unigram", "cyclic") else self.begun
        rows = sparse.csr_array(np.tile(filling, (dead.size, 1))) if dead.size else sparse.csr_array((0, len(law)))
        ends = np.searchsorted(dead, np.arange(len(law) + 1))
        placed = sparse.csr_array((rows.data, rows.indices, rows.indptr[ends]), shape=own.shape)
        return sparse.csr_array(own + placed), np.zeros(len(law))

    @property
    def filled(self) -> Any:
        """The transition matrix itself, of a chain that is not smoothed; the row of a dead end is 0.

        Raises
        ------
        NotDefined
            For a smoothed chain, whose rows are full.
        """
        from scipy import sparse

        own, back, law = self._parts
        if isinstance(self.chain.smoothing, (AddAlpha, AbsoluteDiscount)) and not self.is_source:
            raise NotDefined(f"the rows of a smoothed chain of {len(back)} states are full: {self.chain!r}")
        lent = sparse.csr_array(law[None, :])
        visited = sparse.csr_array(np.where(self.unigram > 0, back, 0.0)[:, None])
        return sparse.csr_array(own + visited @ lent) if np.any(back) else own

    @cached_property
    def long_run(self) -> Array:
        """Long-run law of the states in the paths of the model."""
        own, back = self.unending
        if not np.any(back):
            return sparse_long_run(own, self.begun)
        from scipy import sparse

        states = len(back)
        law = self._parts[2]
        parts: Any = [[own, back[:, None]], [law[None, :], None]]
        lent = sparse.block_array(parts, format="csr")
        found = sparse_long_run(lent, np.append(self.begun, 0.0))
        if found[-1] > 0:  # v as a state of its own, which takes no time
            joint = reached_from(lent, np.eye(1, states + 1, states)[0])
            found[joint] *= found[joint].sum() / (found[joint].sum() - found[-1])
        return np.asarray(found[:-1])

    @property
    def repeated(self) -> int:
        """States that a path from the likeliest first state goes on visiting."""
        first = np.zeros(len(self.occupancy))
        first[np.argmax(self._first)] = 1
        return int(np.count_nonzero(sparse_long_run(self.unending[0], first))) if self.certain else 0

    @property
    def certain(self) -> bool:
        """Whether every state that the next path can visit has one successor."""
        own, back, law = self._parts
        several = (np.diff(own.indptr) > 1) | ((back > 0) & (np.count_nonzero(law) > 1))
        if isinstance(self.chain.smoothing, (AddAlpha, AbsoluteDiscount)) and not self.is_source:
            return not np.any(several)
        return not np.any(several & (self._first > 0)) and not np.any(several[reached_from(own, self._first)])

    @property
    def _first(self) -> Array:
        """Law of the first state of the next path."""
        return self.long_run if self.chain.start == "stationary" else self.begun

    def probability(self, a: int, b: int) -> float:
        """Probability of one transition."""
        own, back, law = self._parts
        return float(own[a, b] + back[a] * law[b])

    @property
    def row_entropies(self) -> Array:
        """Entropy of every row in nats."""
        from scipy.special import entr

        own, back, law = self._parts
        i = _row_of(own)
        others = back[i] * law[own.indices]
        at_edges = np.bincount(i, entr(own.data + others) - entr(others), minlength=len(back))
        return np.asarray(at_edges + entr(back) + back * entr(law).sum())

    @property
    def row_kl_model_source(self) -> Array:
        """KL(model‖source) of every row; infinite where a row leads where the source's does not."""
        from scipy.special import rel_entr

        own, back, law = self._parts
        source = self.chain.matrix.rows
        i = _row_of(source)
        found = np.bincount(i, rel_entr(self._at_source, source.data), minlength=len(back))
        within = np.bincount(_row_of(own), _at(source, own) > 0, minlength=len(back))
        lent = np.bincount(i, law[source.indices] > 0, minlength=len(back))
        outside = (within < np.diff(own.indptr)) | ((back > 0) & (lent < np.count_nonzero(law)))
        return np.where(outside, np.inf, found)

    @property
    def row_kl_source_model(self) -> Array:
        """KL(source‖model) of every row; infinite where an edge is lost."""
        from scipy.special import rel_entr

        source = self.chain.matrix.rows
        lost = rel_entr(source.data, self._at_source)
        return np.asarray(np.bincount(_row_of(source), lost, minlength=source.shape[0]))

    @property
    def _at_source(self) -> Array:
        """Probabilities of the model at the edges of the source."""
        own, back, law = self._parts
        source = self.chain.matrix.rows
        return np.asarray(_at(own, source) + back[_row_of(source)] * law[source.indices])

    @property
    def spectral_gap(self) -> float:
        """1 less the largest modulus of an eigenvalue beside the first, among the states that a path can visit."""
        from scipy.sparse.linalg import ArpackNoConvergence, LinearOperator, eigs

        reached = self._reached
        if reached.size <= DENSELY_SOLVED:
            return _gap(np.linalg.eigvals(self._square(reached)))
        own, back = self.unending
        within, share, law = own[reached][:, reached], back[reached], self._parts[2][reached]
        product = LinearOperator(within.shape, matvec=lambda x: within @ x + share * (law @ x), dtype=float)
        start = np.linspace(1.0, 2.0, reached.size)
        try:
            return _gap(eigs(product, k=2, which="LM", v0=start, return_eigenvectors=False))
        except ArpackNoConvergence as slow:
            if reached.size > INVERTED:
                raise NotDefined(f"spectral_gap of {reached.size} states: no solver settles") from slow
            return _gap(np.linalg.eigvals(self._square(reached)))

    @property
    def wandering(self) -> float:
        """Trace of the asymptotic covariance of occupation shares, per transition; infinite with several classes.

        Raises
        ------
        NotDefined
            For more states than a dense inverse can take.
        """
        law = self.long_run
        visited = np.flatnonzero(law > 0)
        if visited.size > INVERTED:
            raise NotDefined(f"effective_sample_size of a chain of {visited.size} states: at most {INVERTED}")
        from scipy import sparse
        from scipy.sparse.csgraph import connected_components

        square = self._square(visited)
        if connected_components(sparse.csr_array(square), directed=True, connection="strong")[0] > 1:
            return np.inf
        covariance = occupation_covariance(fundamental_matrix(square, law[visited]), law[visited])
        return float(without_rounding(np.trace(covariance), law))

    @property
    def _reached(self) -> NDArray[np.int64]:
        """States that a path can visit."""
        own, back = self.unending
        return np.arange(len(back)) if np.any(back) else reached_from(own, self._first)

    def _square(self, members: NDArray[np.int64]) -> Array:
        own, back = self.unending
        square: Array = own[members][:, members].toarray() + back[members][:, None] * self._parts[2][members]
        return square


def _gap(eigenvalues: Any) -> float:
    moduli = np.sort(np.abs(eigenvalues))
    second = float(moduli[-2]) if len(moduli) > 1 else 0.0
    return 0.0 if second > 1 - UNIT else 1 - second


def _row_of(rows: Any) -> NDArray[np.int64]:
    return np.repeat(np.arange(rows.shape[0], dtype=np.int64), np.diff(rows.indptr))


def scaled(rows: Any, factors: Array) -> Any:
    """Rows times a factor each, without those that vanish."""
    found = rows.copy().astype(float)
    found.data = found.data * np.repeat(factors, np.diff(rows.indptr))
    found.eliminate_zeros()
    return found


def _at(rows: Any, edges: Any) -> Array:
    """Entries of one sparse matrix at the edges of another, 0 where it has none; both with sorted indices."""
    wanted = _row_of(edges) * rows.shape[1] + edges.indices
    there = _row_of(rows) * rows.shape[1] + rows.indices
    place = np.minimum(np.searchsorted(there, wanted), max(len(there) - 1, 0))
    return np.where(there[place] == wanted, rows.data[place], 0.0) if len(there) else np.zeros(len(wanted))


class SparseModels:
    """Fitted chains of many states, taken one by one, with the answers put together as those of dense ones."""

    def __init__(self, chain: Any, counts: Any, occupancy: Array, last: NDArray[np.int64]) -> None:
        self.shape = last.shape
        flat = zip(counts.ravel(), occupancy.reshape(-1, occupancy.shape[-1]), last.ravel(), strict=True)
        self.models = [SparseModel(chain, one, at, int(end)) for one, at, end in flat]

    def each(self, ask: Callable[[SparseModel], Any]) -> Any:
        """Answers of all models, of their shape."""
        found = np.array([ask(model) for model in self.models])
        return found.reshape(*self.shape, *found.shape[1:])

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return self.each(lambda model: getattr(model, name))

    def probability(self, a: int, b: int) -> Array:
        """Probability of one transition."""
        return np.asarray(self.each(lambda model: model.probability(a, b)))
