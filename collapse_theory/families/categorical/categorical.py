r"""The categorical law, the bag of words: probabilities refitted on the counts of their own draws.

A generation draws n points from :math:`p_{t-1}`, counts how often each type came, and sets

.. math:: N_t \sim \mathrm{Multinomial}(n, p_{t-1}),\qquad p_{t,i} = N_{t,i}/n .

This is the neutral Wright–Fisher chain with n haploid individuals. Every probability is a martingale, so the mean tail
mass never moves; what dies is support. A type that is not drawn once is lost for ever, every second moment contracts by
:math:`1 - 1/n` a generation, and in the end one type is left: type i with probability :math:`p_{0,i}`, not the
likeliest one. Who is lost by when is told by the ancestors of a sample, which are the same for every type and every
vocabulary (``collapse_theory.wright_fisher``).

Smoothing is mutation: it keeps the support and forgets the source. ``estimator="posterior"`` draws the next law from
the Dirichlet posterior in place of its mean.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from collapse_theory.domain import POSITIVE, Choice, Domain, InstanceOf, check_parameters, inside
from collapse_theory.errors import NotDefined
from collapse_theory.families.categorical import tables
from collapse_theory.families.categorical.ancestral import ANCESTRAL
from collapse_theory.families.categorical.approximations import APPROXIMATIONS
from collapse_theory.families.categorical.enumerated import ENUMERATED
from collapse_theory.families.categorical.measures import EVENTS, MEASURES
from collapse_theory.families.categorical.neutral import NEUTRAL
from collapse_theory.families.categorical.pairs import alive_pairs, for_each, full_table
from collapse_theory.families.categorical.probabilities import ProbabilityVector, shares_of_counts
from collapse_theory.families.categorical.simulate import run_kernel
from collapse_theory.families.categorical.smoothed import SMOOTHED
from collapse_theory.families.categorical.tables import Counts
from collapse_theory.families.family import Event, Family, Measure, State, run_plain
from collapse_theory.families.labels import distinct_labels
from collapse_theory.families.shares import powers
from collapse_theory.families.smoothing import AddAlpha, BackOff, Smoothing
from collapse_theory.schedules import FORESEEN, Schedule
from collapse_theory.simulation import Block, BlockResult
from collapse_theory.theorem import Theorem

Array = NDArray[np.float64]

DENSE = 256
"""Most types of which every law is kept as a row of a table; beyond, the types that are alive are kept."""
CELLS = 500_000
"""Cells of the laws of one block."""
TYPES = Domain(low=2, high=2**31, integer=True)


@dataclass(frozen=True, repr=False)
class Categorical(Family):
    r"""Probabilities of types refitted on the counts of their own draws: the unigram model.

    Parameters
    ----------
    probabilities : array_like, shape (types,)
        The source's probabilities, which sum to 1.
    labels : sequence, optional
        Names of the types, by default 0, 1, ….
    smoothing : AddAlpha or BackOff, optional
        What is added to the counts: α to each, or c points as the source would give them; nothing by default. The
        support is kept and the source forgotten, or held, by smoothing.
    estimator : {"plug-in", "posterior"}
        Whether the next law is the smoothed share of each type, or is drawn from the posterior
        :math:`\mathrm{Dirichlet}(N + \text{what is added})`, of which that is the mean.

    Raises
    ------
    ValueError
        Naming the entry that is no probability, by how much the sum is not 1, and labels that are not distinct or not
        as many as the types.

    Examples
    --------
    >>> words = ct.Categorical([0.5, 0.3, 0.2], labels=("the", "of", "whale"))
    >>> loop = ct.Recursion(words, ct.Replace(), sample_size=10)
    >>> loop.support_size.mean([1, 2, 5, 10])
    """

    probabilities: Any = field(metadata=inside(InstanceOf(ProbabilityVector)))
    labels: Any = None
    smoothing: Smoothing | None = field(default=None, metadata=inside(InstanceOf(AddAlpha, BackOff, optional=True)))
    estimator: Literal["plug-in", "posterior"] = field(
        default="plug-in", metadata=inside(Choice(("plug-in", "posterior")))
    )

    measures: ClassVar[Mapping[str, Measure]] = MEASURES
    times: ClassVar[Mapping[str, Event]] = EVENTS
    headline: ClassVar[str] = "gini_simpson"
    roles: ClassVar[Mapping[str, str]] = {"spread": "gini_simpson", "squared_location": "squared_distance"}
    known: ClassVar[tuple[Theorem, ...]] = (*NEUTRAL, *SMOOTHED, *ANCESTRAL, *ENUMERATED, *APPROXIMATIONS)

    def __post_init__(self) -> None:
        object.__setattr__(self, "probabilities", ProbabilityVector(self.probabilities))
        check_parameters(self)
        if self.labels is not None:
            object.__setattr__(self, "labels", distinct_labels(self.labels, len(self.probabilities), "types"))

    def __repr__(self) -> str:
        if len(self.probabilities) <= 12:
            return super().__repr__()
        smoothed = "" if self.smoothing is None else f", smoothing={self.smoothing!r}"
        posterior = "" if self.estimator == "plug-in" else f", estimator={self.estimator!r}"
        return f"ct.Categorical({self.probabilities!r}{smoothed}{posterior})"

    @classmethod
    def examples(cls) -> tuple[Categorical, ...]:
        return (
            cls([0.3, 0.7]),
            cls([0.5, 0.3, 0.2], labels=("a", "b", "c")),
            cls([0.4, 0.3, 0.15, 0.1, 0.05]),
            cls([0.3, 0.7], smoothing=AddAlpha(1)),
            cls([0.5, 0.3, 0.2], smoothing=BackOff(2)),
            cls([0.3, 0.7], smoothing=AddAlpha(0.5), estimator="posterior"),
            cls([0.5, 0.3, 0.2], estimator="posterior"),
        )

    @classmethod
    def from_counts(cls, counts: Mapping[Any, int] | ArrayLike, **options: Any) -> Categorical:
        """Source whose probabilities are shares of counts.

        Parameters
        ----------
        counts : mapping or array_like
            How often each type was seen: under its label, or in its place.
        **options
            ``labels`` (not beside a mapping), ``smoothing``, ``estimator``.

        Raises
        ------
        ValueError
            For counts that are negative or not whole, and for fewer than two types that were seen.
        """
        if isinstance(counts, Mapping):
            if "labels" in options:
                raise ValueError("labels are the keys of the mapping of counts: leave them out")
            options["labels"] = tuple(counts)
        return cls(shares_of_counts(counts, options.get("labels")), **options)

    @classmethod
    def from_sequence(cls, sequence: Iterable[Hashable], **options: Any) -> Categorical:
        """Source whose probabilities are the shares of the members of a sequence, the most frequent first."""
        from collections import Counter

        try:
            counts = Counter(getattr(sequence, "tolist", lambda: sequence)())
        except TypeError as wrong:
            raise ValueError(f"sequence = {sequence!r:.80} is outside its domain: hashable members") from wrong
        return cls.from_counts(dict(counts.most_common()), **options)

    @classmethod
    def from_text(cls, string: str, unit: str = "word", **options: Any) -> Categorical:
        """Source fitted to a text: its words or its characters are the types, the most frequent first.

        A word is a maximal run of letters, marks and digits with inner apostrophes, in lower case; of characters, every
        run of white space counts as one space.

        Raises
        ------
        ValueError
            For a text without words, or with one word only.
        """
        from collapse_theory.text import token_counts

        if not isinstance(string, str):
            raise ValueError(f"string = {string!r:.60} is outside its domain: a text; a file is read by from_file")
        return cls._of_tokens("string", token_counts(string, unit), unit, options)

    @classmethod
    def from_file(cls, path: str | Path, unit: str = "word", **options: Any) -> Categorical:
        """Source fitted to a file of text in UTF-8, read in blocks; as by :meth:`from_text`.

        Raises
        ------
        ValueError
            For a file that is empty, binary or not in UTF-8, and as for :meth:`from_text`.
        """
        from collapse_theory.text import read_token_counts

        if not isinstance(path, (str, Path)):
            raise ValueError(f"path = {path!r:.60} is outside its domain: the path of a file")
        return cls._of_tokens(f"path = {str(path)!r}", read_token_counts(path, unit), unit, options)

    @classmethod
    def _of_tokens(cls, name: str, counts: Mapping[str, int], unit: str, options: Mapping[str, Any]) -> Categorical:
        if len(counts) < 2:
            only = next(iter(counts))
            raise ValueError(f"{name} has one {unit} only, {only!r}, outside its domain: two different ones at least")
        return cls.from_counts(counts, **options)

    @classmethod
    def zipf(cls, size: int, exponent: float, **options: Any) -> Categorical:
        r"""Source with :math:`p_i \propto i^{-s}`, i = 1 … size, named by their ranks.

        Parameters
        ----------
        size : int
            Number of types, at least 2.
        exponent : float
            The exponent s > 0.
        **options
            ``smoothing``, ``estimator``.
        """
        ranks = np.arange(1, TYPES.check("size", size) + 1)
        weights = ranks ** -POSITIVE.check("exponent", exponent)
        if weights[-1] == 0:
            raise ValueError(f"exponent = {exponent!r} is outside its domain: {size} to that power exceeds the floats")
        return cls(weights / weights.sum(), **{"labels": tuple(ranks.tolist()), **options})

    @property
    def types(self) -> tuple[Any, ...]:
        """Labels of the types."""
        return tuple(range(len(self.probabilities))) if self.labels is None else self.labels

    @cached_property
    def label(self) -> Choice:
        """Where a label lives."""
        return Choice(self.types)

    @cached_property
    def _places(self) -> Mapping[Any, int]:
        return {label: place for place, label in enumerate(self.types)}

    def index(self, label: Any) -> int:
        """Place of a label among the types; ValueError for one that is none."""
        if not isinstance(label, Hashable) or isinstance(label, bool) or label not in self._places:
            self.label.check("label", label)
        return self._places[label]

    def probability(self, label: Any) -> float:
        """Probability of a label in the source; ValueError for one that is none."""
        return float(self.probabilities.values[self.index(label)])

    @cached_property
    def zipf_exponent(self) -> float | None:
        """The exponent s where the probabilities fall exactly as i^(−s) with the rank, else None."""
        values = np.sort(self.probabilities.values)[::-1]
        if len(values) < 3 or values[0] <= values[1] or values[-1] == 0:
            return None
        exponent = float(np.log(values[0] / values[1]) / np.log(2))
        return (
            exponent if np.allclose(values, values[0] * np.arange(1, len(values) + 1) ** -exponent, 1e-9, 0) else None
        )

    @property
    def two_moments(self) -> bool:
        """Whether the fit matches the first two moments of its fit set: without smoothing, and plugged in."""
        return self.smoothing is None and self.estimator == "plug-in"

    @property
    def bounded_spread(self) -> bool:
        """Gini–Simpson indices are at most 1."""
        return True

    @property
    def ddof(self) -> float:
        """The mean of unit vectors divides by n."""
        return 0.0

    @property
    def spread(self) -> float:
        r"""Variance of a point, as a unit vector: :math:`1 - \sum_i p_i^2`."""
        return self.probabilities.gini_simpson  # type: ignore[no-any-return]

    @property
    def spread_symbol(self) -> Any:
        """The source's Gini–Simpson index as a sympy symbol."""
        from collapse_theory.symbols import G0

        return G0

    def symbols(self) -> Mapping[Any, Any]:
        """Values of the letters of its formulas."""
        from collapse_theory.symbols import G0, ddof

        return {ddof: 0, G0: self.spread}

    def simplified(self, expression: Any) -> Any:
        import sympy

        from collapse_theory.symbols import ddof

        return sympy.simplify(expression.subs(ddof, 0))

    def check(self, sizes: Schedule, last: int = FORESEEN) -> None:
        """Nothing: one point suffices."""

    @property
    def dense(self) -> bool:
        """Whether laws are kept as rows of a table; else the types that are alive are kept."""
        return len(self.probabilities) <= DENSE

    @property
    def block_size(self) -> int:
        """Replicates simulated on one stream: fewer of larger vocabularies."""
        return int(max(4, min(2000, CELLS // len(self.probabilities))))

    def state_bytes(self, recursion: Any, last: int) -> int:
        """Bytes of one kept state, at most."""
        types = len(self.probabilities)
        if self.dense or self.smoothing is not None:
            return 8 * (types + 1) if self.dense else 16 * types
        fitted = sum(float(np.max(part)) for part in recursion.regime.step(max(last, 1), recursion.sizes).counts)
        return int(8 + 16 * min(types, fitted))

    # The state: the law, and the share of the points behind the fit whose type occurs once (0 at generation 0).

    def source(self, replicates: int) -> State:
        law = self.probabilities.values
        if self.dense:
            return np.tile(law, (replicates, 1)), np.zeros(replicates)
        laws = np.empty(replicates, dtype=object)
        laws[:] = [alive_pairs(law)] * replicates
        return laws, np.zeros(replicates)

    def draw(self, state: State, count: Any, rng: np.random.Generator) -> Counts:
        return tables.drawn(state[0], count, rng)

    def pool(self, batches: Sequence[Counts], weights: Sequence[Any] | None = None) -> Counts:
        return tables.united(batches, weights, len(self.probabilities))

    def fit(self, pooled: Counts, kish: Any, previous: State, rng: np.random.Generator) -> State:
        if self.dense:
            once = (pooled.of == 1).sum(axis=-1)
            return self.fitted(pooled.of, rng), once / pooled.of.sum(axis=-1)
        size = len(self.probabilities)
        if self.smoothing is None:
            laws = for_each(lambda counts: np.stack([counts[0], self.fitted(counts[1], rng)]), pooled.of)
        else:
            laws = for_each(lambda counts: alive_pairs(self.fitted(full_table(counts, size), rng)), pooled.of)
        return laws, np.array([np.count_nonzero(c[1] == 1) / c[1].sum() for c in pooled.of])

    def expected(self, state: State, count: Any) -> Counts:
        return tables.times(state[0], count)

    def draw_points(self, state: State, count: int, rng: np.random.Generator) -> Counts:
        return self.draw(state, count, rng)

    def join(self, batches: Sequence[Counts]) -> Counts:
        return self.pool(batches)

    def subsample(self, points: Counts, size: int, rng: np.random.Generator, *, replacement: bool) -> Counts:
        return tables.sampled(points, size, rng, replacement=replacement)

    def temper(self, state: State, temperature: float) -> State:
        return self.tilt_by_share(state, lambda shares: powers(shares, 1 / temperature - 1))

    def tilt_by_share(self, state: State, weight: Callable[[Any], Any]) -> State:
        return self.tilt(state, lambda places, shares: weight(shares))

    def tilt(self, state: State, weight: Callable[[Any, Any], Any]) -> State:
        return tables.tilted(state[0], weight), state[1]

    def remap(self, state: State, law: Callable[[Any], Any]) -> State:
        if not self.dense:
            raise NotDefined(f"a law of more than {DENSE} types is not kept as a table of all of them: {self!r}")
        laws = law(state[0])
        return laws / laws.sum(axis=-1, keepdims=True), state[1]

    def distinct(self, batch: Counts) -> Counts:
        return tables.distinct(batch)

    def as_seen_by(self, other: Any, replicates: int) -> State:
        if self.types != other.types:
            raise ValueError(f"toward = {self!r} is outside its domain: a law of the same types")
        return self.source(replicates)

    def fitted(self, counts: Array, rng: np.random.Generator) -> Array:
        """Laws fitted to counts of the types in the last axis; where nothing is added, of any of the types."""
        weights = counts + tables.added(self.smoothing, self.probabilities.values)
        if self.estimator == "posterior":
            weights = rng.standard_gamma(weights)
        return np.asarray(weights / weights.sum(axis=-1, keepdims=True))

    def run_block(self, block: Block, rng: np.random.Generator) -> BlockResult:
        return run_plain(self, block, rng) if block.method == "plain" else run_kernel(self, block, rng)
