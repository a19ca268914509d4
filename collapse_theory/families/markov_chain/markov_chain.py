r"""The Markov chain, the smallest language model: a transition matrix refitted on its own path.

A generation walks a path :math:`x_0, x_1,\dots,x_n` through the chain :math:`P_{t-1}`, counts the transitions
:math:`N_{ij}`, and sets

.. math:: P_{t,ij} = N_{ij}/N_i,\qquad N_i = \sum_j N_{ij}.

The rows are no independent populations: how often a state is left, and by which way it is reached again, is random too.
So self-transitions shrink by :math:`P_{ii}(1-\pi_i)/(n\pi_i)` a generation, the entropy rate by
:math:`(|E|-|S|)/(2n)`, and the shares of the states drift as if a path were shorter than it is. What is lost, an edge
or a state, is lost for ever, and in the end every row is certain: the chain repeats a cycle, of one state or of more.

What is done about the one state that a path can visit without leaving it, its last, is a choice that changes results
and is a visible field, as is the smoothing of rows and the law of the state in which the next path begins.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path as FilePath
from typing import Any, ClassVar, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from collapse_theory.domain import Choice, InstanceOf, check_parameters, inside
from collapse_theory.errors import NotDefined
from collapse_theory.families.family import Event, Family, Measure, State, run_plain
from collapse_theory.families.labels import distinct_labels
from collapse_theory.families.markov_chain.asymptotics import ASYMPTOTICS
from collapse_theory.families.markov_chain.enumerated import ENUMERATED
from collapse_theory.families.markov_chain.exact_ends import Ends
from collapse_theory.families.markov_chain.matrix import TransitionMatrix
from collapse_theory.families.markov_chain.measures import EVENTS, MEASURES
from collapse_theory.families.markov_chain.simulate import draw_dense, draw_sparse, run_kernel
from collapse_theory.families.markov_chain.tilted import expected, tilted
from collapse_theory.families.shares import powers
from collapse_theory.families.smoothing import AbsoluteDiscount, AddAlpha, BackOff, Smoothing
from collapse_theory.schedules import FORESEEN, Schedule
from collapse_theory.simulation import Block, BlockResult
from collapse_theory.theorem import Theorem

DENSE = 128
"""Most states of a chain whose counts are kept in square tables."""
CELLS = 500_000
"""Cells, or edges, of the models of one block."""

UnseenRow = Literal["unigram", "uniform", "previous", "end", "cyclic", "source"]
Start = Literal["occupancy", "stationary", "last", "fixed"]
UNSEEN_ROWS = ("unigram", "uniform", "previous", "end", "cyclic", "source")
STARTS = ("occupancy", "stationary", "last", "fixed")


class Path(NamedTuple):
    """Paths as sufficient statistics: counts of their transitions, and where they ended (−1: nowhere)."""

    counts: Any
    last: NDArray[np.int64]


@dataclass(frozen=True, repr=False)
class MarkovChain(Family):
    r"""A transition matrix refitted on the transitions of its own path: the bigram model.

    Parameters
    ----------
    matrix : array_like, shape (states, states), or scipy.sparse matrix
        The source's transition probabilities; every row sums to 1.
    labels : sequence, optional
        Names of the states, by default 0, 1, ….
    smoothing : AddAlpha, BackOff or AbsoluteDiscount, optional
        What is added to the counts of every row; nothing by default.
    unseen_row : {"unigram", "uniform", "previous", "end", "cyclic", "source"}
        The row of a state that was never left: the shares of the states in the sample, equal chances for all states
        (which can bring lost ones back), the row that it had before, none (a path that gets there ends, so that the
        sample is shorter), a transition from the end of the path back to its beginning (an artefact: then only some
        lengths of cycles can last), or the source's row. None of them prevents collapse, as only the last state of a
        path can lack a row. A smoothed row is never unseen.
    start : {"occupancy", "stationary", "last", "fixed"}
        Where the next path begins: in a state drawn from those that the last sample left, in one drawn from the
        long-run law of the new model begun there (with several closed classes, each counts as often as it is reached),
        where the last path ended (the fresh real one, where there is one), or in ``first_state``. The source's paths
        begin in its stationary law, or in ``first_state``; that law is begun with equal chances, should the matrix have
        several closed classes.
    first_state : label, optional
        The state in which every path begins, for ``start="fixed"``.

    Raises
    ------
    ValueError
        Naming the row that does not sum to 1 and by how much, the entry that is no probability, a shape that is not
        square, labels that are not distinct or too few, and options that exclude each other.

    Examples
    --------
    >>> chain = ct.MarkovChain([[0.7, 0.3], [0.4, 0.6]], labels=("a", "b"))
    >>> recursion = ct.Recursion(chain, ct.Replace(), sample_size=100)
    >>> recursion.entropy_rate.mean.asymptotic(10)
    """

    matrix: Any = field(metadata=inside(InstanceOf(TransitionMatrix)))
    labels: Any = None
    smoothing: Smoothing | None = field(
        default=None, metadata=inside(InstanceOf(AddAlpha, BackOff, AbsoluteDiscount, optional=True))
    )
    unseen_row: UnseenRow = field(default="unigram", metadata=inside(Choice(UNSEEN_ROWS)))
    start: Start = field(default="occupancy", metadata=inside(Choice(STARTS)))
    first_state: Any = None

    measures: ClassVar[Mapping[str, Measure]] = MEASURES
    times: ClassVar[Mapping[str, Event]] = EVENTS
    headline: ClassVar[str] = "entropy_rate"
    known: ClassVar[tuple[Theorem, ...]] = (*ENUMERATED, *ASYMPTOTICS)

    def __post_init__(self) -> None:
        object.__setattr__(self, "matrix", TransitionMatrix(self.matrix))
        check_parameters(self)
        if self.labels is not None:
            object.__setattr__(self, "labels", distinct_labels(self.labels, self.matrix.states, "states"))
        if self.smoothing is not None and self.unseen_row != "unigram":
            raise ValueError(
                f"unseen_row = {self.unseen_row!r} has no meaning beside smoothing = {self.smoothing!r}, "
                "which gives every state a row: leave it out"
            )
        if self.unseen_row == "end" and self.start in ("last", "stationary"):
            raise ValueError(
                f"start = {self.start!r} is outside its domain for unseen_row = 'end', where a path may have ended for "
                "good: 'occupancy' or 'fixed'"
            )
        if (self.start == "fixed") != (self.first_state is not None):
            raise ValueError(f"first_state = {self.first_state!r} beside start = {self.start!r}: give it for 'fixed'")
        if self.first_state is not None:
            self.label.check("first_state", self.first_state)

    def __repr__(self) -> str:
        if self.matrix.states <= 8:
            return super().__repr__()
        options = [f", {name}={getattr(self, name)!r}" for name in ("smoothing", "unseen_row", "start", "first_state")]
        defaults = (", smoothing=None", ", unseen_row='unigram'", ", start='occupancy'", ", first_state=None")
        told = "".join(option for option, default in zip(options, defaults, strict=True) if option != default)
        return f"ct.MarkovChain({self.matrix!r}{told})"

    @classmethod
    def examples(cls) -> tuple[MarkovChain, ...]:
        two, cycle = [[0.7, 0.3], [0.4, 0.6]], [[0.8, 0.2, 0], [0, 0.6, 0.4], [0.5, 0, 0.5]]
        return (
            cls(two),
            cls([[0.5, 0.5], [0.5, 0.5]], labels=("a", "b"), unseen_row="previous"),
            cls(cycle, labels=("a", "b", "c")),
            cls(two, smoothing=AddAlpha(1)),
            cls(two, smoothing=BackOff(2)),
            cls(two, smoothing=AbsoluteDiscount(0.5)),
        )

    @classmethod
    def from_sequence(
        cls, sequence: Iterable[Hashable], *, max_states: int | None = None, **options: Any
    ) -> MarkovChain:
        """Source fitted to a sequence of states by its transition counts.

        A last state that is never left has no row: the sequence is cut before it, as often as needed.

        Parameters
        ----------
        sequence : iterable
            States in their order.
        max_states : int, optional
            The most frequent states keep their names; the others become one state ``"<other>"``.
        **options
            ``smoothing``, ``unseen_row``, ``start``, ``first_state``.

        Raises
        ------
        ValueError
            For a sequence with fewer than two distinct states, or one that never comes back to a state.
        """
        from scipy import sparse

        from collapse_theory.text import encode

        if "labels" in options or "matrix" in options:
            raise ValueError("labels and matrix come from the sequence: leave them out")
        if not isinstance(sequence, Iterable):
            raise ValueError(f"sequence = {sequence!r} is outside its domain: states in their order")
        members = list(getattr(sequence, "tolist", lambda: sequence)())
        if len(members) < 2 or not all(isinstance(member, Hashable) for member in members):
            raise ValueError(f"sequence = {members[:3]!r} is outside its domain: two hashable states at least")
        codes, labels = encode(members, max_states)
        codes = _returning(codes)
        if len(set(codes.tolist())) < 2:
            raise ValueError(
                f"sequence stays in {labels[codes[0]]!r}, outside its domain: at least two distinct states"
            )
        kept, codes = np.unique(codes, return_inverse=True)
        states = len(kept)
        places: Any = (np.ones(len(codes) - 1), (codes[:-1], codes[1:]))
        counts: Any = sparse.csr_array(places, shape=(states, states))
        counts.sum_duplicates()
        left: Any = counts.sum(axis=1)
        counts.data = counts.data / np.repeat(left, np.diff(counts.indptr))
        return cls(counts, labels=tuple(labels[i] for i in kept), **options)

    @classmethod
    def from_text(
        cls, string: str, unit: str = "character", *, max_states: int | None = None, **options: Any
    ) -> MarkovChain:
        """Source fitted to a text: its characters or its words are the states; errors as for :meth:`from_sequence`.

        A word is a maximal run of letters, marks and digits with inner apostrophes, in lower case; of characters, every
        run of white space counts as one space.
        """
        from collapse_theory.text import tokens

        return cls.from_sequence(tokens(string, unit), max_states=max_states, **options)

    @classmethod
    def from_file(
        cls, path: str | FilePath, unit: str = "character", *, max_states: int | None = None, **options: Any
    ) -> MarkovChain:
        """Source fitted to a file of text in UTF-8, as by :meth:`from_text`.

        Raises
        ------
        ValueError
            For a file that is empty, or binary, and as for :meth:`from_sequence`.
        """
        from collapse_theory.text import read_tokens

        return cls.from_sequence(read_tokens(path, unit), max_states=max_states, **options)

    def ends(self, n: int) -> Ends:
        """Cycles in which replacement by paths of n transitions ends, with their exact chances and the mean time.

        Raises
        ------
        NoClosedForm
            For a chain or a path that leaves too many fitted models for exact fractions.
        """
        from collapse_theory.families.markov_chain.exact_ends import ends

        found = ends(self, n)
        named = {tuple(self.states[i] for i in cycle): chance for cycle, chance in found.probabilities.items()}
        return replace(found, probabilities=named)

    @property
    def states(self) -> tuple[Any, ...]:
        """Labels of the states."""
        return tuple(range(self.matrix.states)) if self.labels is None else self.labels

    @cached_property
    def label(self) -> Choice:
        """Where a label lives."""
        return Choice(self.states)

    @cached_property
    def _places(self) -> Mapping[Any, int]:
        return {label: place for place, label in enumerate(self.states)}

    def index(self, label: Any) -> int:
        """Place of a label among the states; ValueError for one that is none."""
        self.label.check("label", label)
        return self._places[label]

    @property
    def first(self) -> int | None:
        """Place of the fixed first state."""
        return None if self.first_state is None else self._places[self.first_state]

    @cached_property
    def stationary(self) -> NDArray[np.float64]:
        """Stationary law of the source."""
        from collapse_theory.families.markov_chain.stationary import long_runs, sparse_long_run

        even = np.full(self.matrix.states, 1.0 / self.matrix.states)
        return long_runs(self.matrix.dense, even) if self.dense else sparse_long_run(self.matrix.rows, even)

    @cached_property
    def prepared_source(self) -> Any:
        """Rows of the source, ready for inversion."""
        from collapse_theory.families.markov_chain import kernel

        return kernel.inverted(self.matrix.starts, self.matrix.targets, self.matrix.probabilities)

    @property
    def dense(self) -> bool:
        """Whether counts are kept in square tables; in sparse rows otherwise."""
        return bool(self.matrix.states <= DENSE)

    @property
    def block_size(self) -> int:
        """Replicates simulated on one stream: fewer of larger chains."""
        cells = self.matrix.states**2 if self.dense else self.matrix.edges
        return int(max(1, min(2000, CELLS // cells)))

    def state_bytes(self, recursion: Any, last: int) -> int:
        """Bytes of one kept state, of a sparse one at most."""
        states = self.matrix.states
        if self.dense:
            return int(8 * (states**2 + states + 1))
        fitted = sum(float(np.max(part)) for part in recursion.regime.step(max(last, 1), recursion.sizes).counts)
        return int(8 * (states + 1) + 12 * max(self.matrix.edges, min(fitted, states**2)))

    def check(self, sizes: Schedule, last: int = FORESEEN) -> None:
        """Nothing: one transition can be fitted."""

    # The state: counts of the fit set (at generation 0 the source's rows), transitions that leave each state, and
    # where the last path ended, −1 at generation 0.

    def source(self, replicates: int) -> State:
        if self.dense:
            counts = np.tile(self.matrix.dense, (replicates, 1, 1))
        else:
            counts = np.empty(replicates, dtype=object)
            counts[:] = [self.matrix.rows] * replicates
        return counts, np.tile(self.stationary, (replicates, 1)), np.full(replicates, -1, dtype=np.int64)

    def draw(self, state: State, count: Any, rng: np.random.Generator) -> Path:
        drawn = draw_dense if self.dense else draw_sparse
        return Path(*drawn(self, state, np.broadcast_to(count, state[2].shape), rng))

    def pool(self, batches: Sequence[Path], weights: Sequence[Any] | None = None) -> Path:
        each = [1.0] * len(batches) if weights is None else weights
        last = batches[0].last
        for batch in batches[1:]:
            last = np.where(last < 0, batch.last, last)
        return Path(sum(w * b.counts for w, b in zip(each, batches, strict=True)), last)

    def fit(self, pooled: Path, kish: Any, previous: State, rng: np.random.Generator) -> State:
        if self.dense:
            left = pooled.counts.sum(axis=-1)
        else:
            left = np.array([np.asarray(counts.sum(axis=1)) for counts in pooled.counts])
        counts = pooled.counts
        if self.unseen_row == "previous":
            counts = _with_old_rows(counts, left, previous[0])
        return counts, left, pooled.last

    def expected(self, state: State, count: Any) -> Path:
        return Path(*expected(self, state, count))

    def tilt_by_share(self, state: State, weight: Callable[[Any], Any]) -> State:
        return tilted(self, state, weight)

    def temper(self, state: State, temperature: float) -> State:
        return tilted(self, state, lambda shares: powers(shares, 1 / temperature - 1))

    def check_step(self, step: Any) -> None:
        """Nothing more than any family, but that a path does not go on in the model that is carried over."""
        super().check_step(step)
        if step.carried:
            raise NotDefined(f"{type(self).__name__} is not defined with a regime that carries the old model over")

    def run_block(self, block: Block, rng: np.random.Generator) -> BlockResult:
        if block.method == "plain" or not self.dense:
            return run_plain(self, block, rng)
        return run_kernel(self, block, rng)


def _returning(codes: NDArray[np.int64]) -> NDArray[np.int64]:
    """The sequence up to the last state that was there before; ValueError where there is none."""
    first = np.full(int(codes.max(initial=0)) + 1, len(codes))
    np.minimum.at(first, codes, np.arange(len(codes)))
    again = np.flatnonzero(first[codes] < np.arange(len(codes)))
    if not again.size:
        raise ValueError(f"sequence of {len(codes)} states never meets one again, outside its domain: one that does")
    return codes[: again[-1] + 1]


def _with_old_rows(counts: Any, left: Any, previous: Any) -> Any:
    """Counts in which a state that was not left has the row that it had before."""
    if counts.dtype != object:
        return np.where((left > 0)[..., None], counts, previous)
    from collapse_theory.families.markov_chain.sparse import scaled

    found = np.empty(counts.shape, dtype=object)
    found[:] = [new + scaled(old, (at == 0).astype(float)) for new, old, at in zip(counts, previous, left, strict=True)]
    return found
