"""What any family must say: its source, how a state draws, how batches pool, how a pool is fitted."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from collapse_theory.definition import Definition
from collapse_theory.domain import AsCode, construction
from collapse_theory.errors import NotDefined
from collapse_theory.schedules import FORESEEN, Schedule
from collapse_theory.simulation import Block, BlockResult
from collapse_theory.simulation.fit_set import pooled, present
from collapse_theory.theorem import Theorem

POOLED = 20_000
"""Points that one generation adds to the pools of a block, at most, where pools are held point by point."""

State = tuple[NDArray[Any], ...]
Measure = Callable[..., NDArray[np.float64]]
Event = Callable[..., NDArray[np.bool_]]


class Family(ABC):
    """What is refitted, its source parameters and its estimator: abstract here, one frozen dataclass per file.

    A subclass gives the plain verbs (``source``, ``draw``, ``pool``, ``fit``), the ``measures`` of its quantities
    and the events of its ``times`` on a state, and what is ``known``. The plain verbs run the loop in numpy, which
    is the readable reference; a family with a compiled kernel overrides ``run_block``.

    A state is a tuple of arrays, one row per replicate; what the rows hold is the family's affair. A batch, what
    ``draw`` returns, is sufficient statistics of any form.
    """

    measures: ClassVar[Mapping[str, Measure]] = {}
    """Quantities by name: ``measure(family, state, *arguments)``."""
    times: ClassVar[Mapping[str, Event]] = {}
    """Times by name: ``event(family, state, *arguments)``, the time being the first generation of the event."""
    definitions: ClassVar[Mapping[str, Definition]] = {}
    """Quantities and times that only this family has, beyond those of the package."""
    roles: ClassVar[Mapping[str, str]] = {}
    """Quantities that play a role (``spread``, ``squared_location``) in theorems that families inherit."""
    lacks: ClassVar[Mapping[str, str]] = {}
    """Why the family has no verb of some name, where that is no accident."""
    headline: ClassVar[str]
    """The quantity to show first."""
    known: ClassVar[tuple[Theorem, ...]] = ()
    """Theorems about the family alone."""

    @abstractmethod
    def source(self, replicates: int) -> State:
        """State of generation 0, one row per replicate."""

    @abstractmethod
    def draw(self, state: State, count: Any, rng: np.random.Generator) -> Any:
        """Batch of ``count`` points (a number, or one per replicate) from each replicate's model."""

    @abstractmethod
    def pool(self, batches: Sequence[Any], weights: Sequence[Any] | None = None) -> Any:
        """Union of batches as one batch, each point of a batch carrying its weight."""

    @abstractmethod
    def fit(self, pooled: Any, kish: Any, previous: State, rng: np.random.Generator) -> State:
        """Next state, from the pooled fit set, its Kish size and the previous state."""

    # What some regimes need beyond that: a family that lacks it has no such regime.

    def expected(self, state: State, count: Any) -> Any:
        """Batch of ``count`` points as the model has them in expectation, without sampling noise."""
        raise NotDefined(f"{type(self).__name__} has no batch without sampling noise")

    def draw_screened(self, state: State, count: Any, screen: Any, rng: np.random.Generator) -> Any:
        """Batch of points that passed a filter, which each does with a chance that depends on its place."""
        raise NotDefined(f"{type(self).__name__} has no points whose place could be screened")

    def draw_points(self, state: State, count: int, rng: np.random.Generator) -> Any:
        """Points that can be sampled again, not only sufficient statistics."""
        raise NotDefined(f"{type(self).__name__} has no points that could be sampled again")

    def join(self, batches: Sequence[Any]) -> Any:
        """Union of sets of points."""
        raise NotDefined(f"{type(self).__name__} has no points that could be sampled again")

    def subsample(self, points: Any, size: int, rng: np.random.Generator, *, replacement: bool) -> Any:
        """Batch of some of the points, drawn with or without replacement."""
        raise NotDefined(f"{type(self).__name__} has no points that could be sampled again")

    # What some samplings need beyond that.

    def temper(self, state: State, temperature: float) -> State:
        """Models whose law is the present one to the power 1/T."""
        raise NotDefined(f"{type(self).__name__} has no law to the power 1/T")

    def tilt_by_share(self, state: State, weight: Callable[[Any], Any]) -> State:
        """Models under which types are likelier by a weight of their share: ``weight(shares)``, types in the last axis.

        Of a model that has a law for every context it is each of these laws.
        """
        raise NotDefined(f"{type(self).__name__} has no types that could be weighed")

    def tilt(self, state: State, weight: Callable[[Any, Any], Any]) -> State:
        """Models under which each type is likelier by a weight: ``weight(places, shares)``, types in the last axis."""
        raise NotDefined(f"{type(self).__name__} has no types that could be weighed")

    def remap(self, state: State, law: Callable[[Any], Any]) -> State:
        """Models whose laws are, up to a factor, a function of the table of all shares, types in the last axis."""
        raise NotDefined(f"{type(self).__name__} has no table of types")

    def distinct(self, batch: Any) -> Any:
        """The distinct types of a batch, once each."""
        raise NotDefined(f"{type(self).__name__} has no types that could occur twice")

    def place(self, state: State, count: Any, mean: Any, squares: Any) -> Any:
        """Batch of ``count`` points at standardized places of each model: of that mean and sum of squares about it."""
        raise NotDefined(f"{type(self).__name__} has no standardized points")

    def place_points(self, state: State, points: Any) -> Any:
        """Points at standardized places of each model, shape ``(replicates, count)``, that can be sampled again."""
        raise NotDefined(f"{type(self).__name__} has no standardized points")

    def accept_near(self, state: State, center: float, width: float) -> State:
        r"""Models of the points x that are accepted with chance :math:`e^{-(x-c)^2/(2s^2)}`."""
        raise NotDefined(f"{type(self).__name__} has no law of the points accepted near a centre")

    def as_seen_by(self, other: Any, replicates: int) -> State:
        """The source of this member as a state of another member of the family."""
        raise NotDefined(f"{type(self).__name__} has no states that another member could read")

    @classmethod
    def has(cls, verb: str) -> bool:
        """Whether the family has a verb of its own."""
        return getattr(cls, verb) is not getattr(Family, verb, None)

    @classmethod
    @abstractmethod
    def examples(cls) -> tuple[Family, ...]:
        """Members that between them exercise every theorem: what ``verify`` and the tests run through."""

    def __repr__(self) -> str:
        return construction(self)

    _repr_pretty_ = AsCode()

    @property
    def two_moments(self) -> bool:
        """Whether the fit matches the first two moments of its fit set up to the divisor n − ddof.

        Such a family gives ``ddof``, ``spread``, ``spread_symbol`` and the ``roles``, and inherits every theorem on
        the mean of its spread and of its squared location error.
        """
        return False

    @property
    def conserved_spread(self) -> bool:
        """Whether the expected variance of a point of the model is the source's, in every generation of every regime.

        So it is where the fitted mean is that of the fit set and the variance is a linear function of it. Such a family
        gives ``spread``, ``spread_symbol`` and the role ``squared_location``, and inherits every theorem on the mean of
        its squared location error.
        """
        return False

    @property
    def normal(self) -> bool:
        """Whether every model is a normal law."""
        return False

    @property
    def bounded_spread(self) -> bool:
        """Whether the spread of any fitted model is below a bound, so that all its moments are finite."""
        return False

    @property
    def ddof(self) -> float:
        """Divisor n − ddof of the fitted spread, for a family that matches two moments."""
        raise NotDefined(f"{type(self).__name__} does not say what its divisor is")

    @property
    def spread(self) -> float:
        """Variance of a point of the source, for a family that matches two moments or conserves it."""
        raise NotDefined(f"{type(self).__name__} does not say what its spread is")

    @property
    def spread_symbol(self) -> Any:
        """The spread as a sympy expression."""
        raise NotDefined(f"{type(self).__name__} does not say what its spread is")

    @property
    def block_size(self) -> int:
        """Replicates simulated on one stream."""
        return 2000

    def replicates_per_block(self, recursion: Any) -> int:
        """Replicates of a recursion on one stream: fewer where every point of a growing pool is held."""
        if recursion.tableau.subsample is None:
            return self.block_size
        return max(4, min(self.block_size, POOLED // int(recursion.sizes(1))))

    def state_bytes(self, recursion: Any, last: int) -> int:
        """Bytes of one kept state of a recursion at a generation up to the last."""
        return sum(array.nbytes for array in self.kept(self.source(1)))

    def check(self, sizes: Schedule, last: int = FORESEEN) -> None:  # noqa: B027 (most families fit any sample size)
        """Refusal, with a ValueError, of a schedule that this estimator cannot fit in generations 1 to ``last``."""

    @property
    def fewest_points(self) -> int:
        """Fewest points with which a generation is fitted where their number is random."""
        return 2

    def check_step(self, step: Any) -> None:
        """Refusal of a step: NotDefined where the family lacks what it needs, ValueError where it cannot be fitted."""
        needs = (
            ("expected", step.carried, "a regime that carries the old model over"),
            ("draw_screened", step.screen, "a detector that looks at the place of a point"),
            ("subsample", step.subsample, "a regime that samples its pool again"),
        )
        for verb, needed, what in needs:
            if needed and not self.has(verb):
                raise NotDefined(f"{type(self).__name__} is not defined with {what}")

    def symbols(self) -> Mapping[Any, Any]:
        """Values of the letters of its formulas."""
        return {}

    def simplified(self, expression: Any) -> Any:
        """A formula with what is fixed about the family put in; the other letters stay."""
        return expression

    def kept(self, state: State) -> State:
        """The state as runs store it; the state itself unless a family stores another form."""
        return state

    def run_block(self, block: Block, rng: np.random.Generator) -> BlockResult:
        """Trajectories of one block; the plain loop unless a family has a kernel."""
        return run_plain(self, block, rng)


def run_plain(family: Family, block: Block, rng: np.random.Generator) -> BlockResult:
    """The recursion in plain verbs: the readable twin of every kernel.

    Raises
    ------
    NotDefined
        For tilted runs, which only kernels have.
    """
    if block.tilt:
        raise NotDefined("tilt needs a compiled kernel: simulate with method='kernel'")
    recursion = block.recursion
    source = family.source(block.replicates)
    state = source
    slots: list[Any] = []
    kept: list[State] = [family.kept(state)] if 0 in block.record else []
    times = np.full((block.replicates, len(block.watch)), -1, dtype=np.int64)
    _observe(block, state, 0, times)
    for t in range(1, block.last + 1):
        step = recursion.regime.step(t, recursion.sizes)
        sampling = recursion.sampling if t > 1 else recursion.sampling.of_real
        if step.subsample is None:
            state, slots = _refitted(family, step, sampling, source, state, slots, rng)
        else:
            state, slots = _refitted_to_some(family, step, sampling, state, slots, rng)
        _observe(block, state, t, times)
        if t in block.record:
            kept.append(family.kept(state))
    states = tuple(np.stack(arrays, axis=1) for arrays in zip(*kept, strict=True))
    return BlockResult(states, times=times if block.watch else None)


def _refitted(
    family: Family, step: Any, sampling: Any, source: State, state: State, slots: list[Any], rng: np.random.Generator
) -> tuple[State, list[Any]]:
    """Next state and slots, from a fit to the whole fit set."""
    real, model = _kept_counts(step, len(source[0]), family.fewest_points, rng)
    kish = real + model if step.thinned else step.kish
    if step.share:
        from_source = rng.binomial(model, float(step.share), len(source[0]))
        drawn = [
            _real(family, step, source, from_source, rng),
            sampling.draw(family, state, model - from_source, rng),
        ]
        batches = [None, family.pool(drawn)]
    else:
        batches = [
            _real(family, step, source, real, rng) if np.any(real) else None,
            sampling.draw(family, state, model, rng) if np.any(model) else None,
        ]
    carried = family.expected(state, step.carried) if step.carried else None
    fit_set, stored = pooled(family, step, batches, slots, carried)
    return family.fit(fit_set, kish, state, rng), stored


def _refitted_to_some(
    family: Family, step: Any, sampling: Any, state: State, slots: list[Any], rng: np.random.Generator
) -> tuple[State, list[Any]]:
    """Next state and slots, from a fit to a subsample of the fit set, points of equal weight."""
    real, model = step.drawn
    if real:
        raise NotDefined("a fit to a subsample of new real points is not defined")
    batches = [None, sampling.draw_points(family, state, int(model), rng), *(slots or [None] * len(step.stored))]
    part = step.subsample
    used = [i for i, (b, w) in enumerate(zip(batches, step.weight, strict=True)) if b is not None and w]
    points = family.join([batches[i] for i in used])
    some = family.subsample(points, int(part.size), rng, replacement=part.replacement)
    kept = [present(batches, held) for held in step.keep]
    joined = [points if held == used else family.join([batches[i] for i in held]) for held in kept]
    return family.fit(some, part.size, state, rng), joined


def _real(family: Family, step: Any, source: State, count: Any, rng: np.random.Generator) -> Any:
    return (
        family.draw(source, count, rng)
        if step.screen is None
        else family.draw_screened(source, count, step.screen, rng)
    )


def _kept_counts(step: Any, replicates: int, least: int, rng: np.random.Generator) -> tuple[Any, Any]:
    """Numbers of real and of model points, one for each replicate where they are random."""
    if not step.thinned:
        return int(step.drawn[0]), int(step.drawn[1])
    counts = np.zeros((2, replicates), dtype=np.int64)
    few = np.ones(replicates, dtype=bool)
    while np.any(few):
        for row, drawn, chance in zip(counts, step.drawn, step.kept, strict=True):
            row[few] = rng.binomial(int(drawn), float(chance), np.count_nonzero(few))
        few = counts.sum(axis=0) < least
    return counts[0], counts[1]


def _observe(block: Block, state: State, t: int, times: NDArray[np.int64]) -> None:
    """Note generation t for every watched time that comes now."""
    for column, time in zip(times.T, block.watch, strict=True):
        column[(column < 0) & time.reached(state)] = t
