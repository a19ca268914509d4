r"""A family of one's own: three plain Python functions in place of mathematics.

A generation samples from the current model, :math:`x = \mathrm{sample}(m_{t-1}, n, \mathrm{rng})`, and fits the next,
:math:`m_t = \mathrm{fit}(x)`; a model is any Python object, and what is watched are functions of it. The functions know
one run at a time and nothing of replicates, pools or regimes. No theorem is known of them: everything is simulated, at
the speed of the functions, and a mean over runs is refused where one run holds more than a tenth of it.

Points are arrays whose first axis counts them, of shape ``(size,)`` or ``(size, …)``.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from collapse_theory.definition import Definition
from collapse_theory.domain import Flag
from collapse_theory.errors import NotDefined
from collapse_theory.families.family import POOLED, Family, Measure, State
from collapse_theory.families.points import HELD

Points = NDArray[Any]


class Batch(NamedTuple):
    """Points of each replicate, None where it has none, and their weights, None where all are 1."""

    points: list[Points | None]
    weights: list[NDArray[np.float64] | None] | None = None


@dataclass(frozen=True)
class Measured:
    """A function of one model as a measure of the models of many runs.

    Parameters
    ----------
    name : str
        Name of the quantity.
    function : callable
        ``function(model)``: a number; infinity is one, NaN is not.
    """

    name: str
    function: Callable[[Any], float]

    def __call__(self, family: Any, state: State) -> NDArray[np.float64]:
        models, generations = state
        flat = models.ravel().tolist()
        try:
            values = [self.function(model) for model in flat]
            found = np.array(values)
        except Exception:  # whatever it was, the search for the first culprit meets it again
            return self._searched(flat, generations.ravel(), models.shape)
        if found.shape != (len(flat),) or found.dtype.kind not in "biuf" or np.isnan(found).any():
            return self._searched(flat, generations.ravel(), models.shape)
        return found.astype(float).reshape(models.shape)

    def _searched(
        self, models: list[Any], generations: NDArray[np.int64], shape: tuple[int, ...]
    ) -> NDArray[np.float64]:
        """Values one by one; ValueError for the first that is no number."""
        found = np.empty(len(models))
        for i, model in enumerate(models):
            where = f"measures[{self.name!r}] = {_named(self.function)}, at generation {generations[i]},"
            try:
                value = self.function(model)
            except Exception as wrong:
                raise ValueError(f"{where} raised {type(wrong).__name__}: {wrong}") from wrong
            number = np.asarray(value)
            if number.ndim or number.dtype.kind not in "biuf" or np.isnan(number):
                raise ValueError(
                    f"{where} returned {_shown(value)} in place of a number, for the model {_shown(model)}"
                )
            found[i] = number
        return found.reshape(shape)


@dataclass(frozen=True)
class Measures(Mapping[str, Measure]):
    """Measures by name, hashable: functions are compared by identity."""

    several: tuple[Measured, ...]

    def __getitem__(self, name: str) -> Measure:
        for measured in self.several:
            if measured.name == name:
                return measured
        raise KeyError(name)

    def __iter__(self) -> Iterator[str]:
        return (measured.name for measured in self.several)

    def __len__(self) -> int:
        return len(self.several)

    def __repr__(self) -> str:
        return f"{{{', '.join(f'{one.name!r}: {_named(one.function)}' for one in self.several)}}}"


@dataclass(frozen=True, init=False, repr=False)
class CustomFamily(Family):
    """A model that one's own functions sample, fit and measure, of one run at a time.

    Parameters
    ----------
    sample : callable
        ``sample(model, size, rng)``: that many points of a model, an array whose first axis counts them; all that is
        random comes from ``rng``, a numpy Generator.
    fit : callable
        ``fit(points)``: the next model, any object but None; ``fit(points, weights)`` where ``weighted``.
    measures : mapping
        Quantities by name, each a function of a model: ``{"median": lambda model: model[0]}``; the first is shown
        first. A number is a float, an int or a bool.
    source : object
        Model of generation 0.
    weighted : bool
        Whether ``fit`` takes weights of the points as its second argument, so that regimes that weigh them are defined.

    Raises
    ------
    ValueError
        At construction for what is no function or no name; in a simulation where a function raises or returns what it
        should not, naming the function and the generation.

    Notes
    -----
    Equal are families of the same functions and of equal sources, hashed by the functions alone. Runs keep models as
    objects; ``keep=ct.Values(…)`` keeps numbers. Neither can be written to a file, which would have to hold code.
    """

    sampler: Callable[..., Any]
    fitter: Callable[..., Any]
    measures: Measures = field()  # type: ignore[misc]  # of each instance, where other families share them
    origin: Any
    weighted: bool

    def __init__(
        self,
        *,
        sample: Callable[[Any, int, np.random.Generator], Any],
        fit: Callable[..., Any],
        measures: Mapping[str, Callable[[Any], float]],
        source: Any,
        weighted: bool = False,
    ) -> None:
        for name, function in (("sample", sample), ("fit", fit)):
            if not callable(function):
                raise ValueError(f"{name} = {function!r} is outside its domain: a function")
        if source is None:
            raise ValueError("source = None is outside its domain: the model of generation 0, any other object")
        given = {
            "sampler": sample,
            "fitter": fit,
            "measures": _measures(measures),
            "origin": source,
            "weighted": Flag().check("weighted", weighted),
        }
        for name, value in given.items():
            object.__setattr__(self, name, value)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, CustomFamily):
            return NotImplemented
        functions = ((one.sampler, one.fitter, one.measures, one.weighted, type(one.origin)) for one in (self, other))
        return next(functions) == next(functions) and _same(self.origin, other.origin)

    def __hash__(self) -> int:
        return hash((self.sampler, self.fitter, self.measures, self.weighted))

    def __repr__(self) -> str:
        weighted = ", weighted=True" if self.weighted else ""
        return (
            f"ct.CustomFamily(sample={_named(self.sampler)}, fit={_named(self.fitter)}, measures={self.measures!r}, "
            f"source={_shown(self.origin)}{weighted})"
        )

    @classmethod
    def examples(cls) -> tuple[CustomFamily, ...]:
        """None: the functions are one's own."""
        return ()

    @property
    def headline(self) -> str:  # type: ignore[override]
        """The first of the quantities."""
        return next(iter(self.measures))

    @property
    def definitions(self) -> Mapping[str, Definition]:  # type: ignore[override]
        """What the quantities are: functions of the model."""
        return {
            name: Definition(name, rf"\mathrm{{{name.replace('_', ' ')}}}_t", f"{name} of the fitted model")
            for name in self.measures
        }

    def check_step(self, step: Any) -> None:
        """NotDefined for weights that the fit does not take."""
        super().check_step(step)
        weights = {float(w) for w, count in zip(step.weight, step.counts, strict=True) if w and count}
        if len(weights) > 1 and not self.weighted:
            raise NotDefined(
                "a fit without weights is not defined with a regime that weighs its points: give weighted=True and "
                "fit(points, weights)"
            )

    def replicates_per_block(self, recursion: Any) -> int:
        step = recursion.tableau
        held = POOLED if step.stored or step.subsample is not None else HELD
        return max(4, min(self.block_size, held // int(recursion.sizes(1))))

    def state_bytes(self, recursion: Any, last: int) -> int:
        """Bytes of one kept model, as far as Python tells, and of its generation."""
        return 16 + sys.getsizeof(self.origin)

    # The state: the models, as objects, and their generation.

    def source(self, replicates: int) -> State:
        return _objects([self.origin] * replicates), np.zeros(replicates, dtype=np.int64)

    def draw(self, state: State, count: Any, rng: np.random.Generator) -> Batch:
        models = state[0].tolist()
        if np.ndim(count) == 0:
            sample, size = self.sampler, int(count)
            counts = [size] * len(models)
            try:
                points = [sample(model, size, rng) for model in models] if size else [None] * len(models)
            except Exception as wrong:
                raise ValueError(f"{self._sampling(state)} raised {type(wrong).__name__}: {wrong}") from wrong
        else:
            counts = np.asarray(count).tolist()
            try:
                points = [
                    self.sampler(model, size, rng) if size else None for model, size in zip(models, counts, strict=True)
                ]
            except Exception as wrong:
                raise ValueError(f"{self._sampling(state)} raised {type(wrong).__name__}: {wrong}") from wrong
        return Batch([self._checked(x, size, state) for x, size in zip(points, counts, strict=True)])

    def _sampling(self, state: State) -> str:
        return f"sample = {_named(self.sampler)}, from the model of generation {state[1][0]},"

    def _checked(self, points: Any, size: int, state: State) -> Points | None:
        """Points as an array of the length that was asked for."""
        if type(points) is np.ndarray and points.ndim and points.shape[0] == size:
            return points
        if size == 0:
            return None
        array = np.asarray(points)
        if array.ndim == 0 or len(array) != size:
            raise ValueError(f"{self._sampling(state)} returned {_shown(points)} in place of {size} points")
        return array

    def pool(self, batches: Sequence[Batch], weights: Sequence[Any] | None = None) -> Batch:
        each = [1.0] * len(batches) if weights is None else [float(weight) for weight in weights]
        if len(set(each)) == 1 and all(batch.weights is None for batch in batches):
            if len(batches) == 1:
                return batches[0]
            return Batch([_union(parts) for parts in zip(*(batch.points for batch in batches), strict=True)])
        every = [_weights(batch, weight) for batch, weight in zip(batches, each, strict=True)]
        return Batch(
            [_union(parts) for parts in zip(*(batch.points for batch in batches), strict=True)],
            [_union(parts) for parts in zip(*every, strict=True)],
        )

    def fit(self, pooled: Batch, kish: Any, previous: State, rng: np.random.Generator) -> State:
        fit, generation = self.fitter, int(previous[1][0]) + 1
        try:
            if self.weighted:
                weights = pooled.weights or _weights(pooled, 1.0)
                models = [fit(x, w) for x, w in zip(pooled.points, weights, strict=True)]
            else:
                models = [fit(x) for x in pooled.points]
        except Exception as wrong:
            raise ValueError(
                f"fit = {_named(fit)}, of generation {generation}, raised {type(wrong).__name__}: {wrong}"
            ) from wrong
        if any(model is None for model in models):
            raise ValueError(f"fit = {_named(fit)}, of generation {generation}, returned None in place of a model")
        return _objects(models), np.full(len(models), generation)

    def draw_points(self, state: State, count: int, rng: np.random.Generator) -> Batch:
        return self.draw(state, count, rng)

    def join(self, batches: Sequence[Batch]) -> Batch:
        return self.pool(batches)

    def subsample(self, points: Batch, size: int, rng: np.random.Generator, *, replacement: bool) -> Batch:
        held = [x for x in points.points if x is not None]
        if replacement:
            return Batch([x[rng.integers(len(x), size=size)] for x in held])
        return Batch([x[rng.choice(len(x), size=size, replace=False, shuffle=False)] for x in held])


def _measures(given: Any) -> Measures:
    """Functions by name as measures; ValueError for what is none."""
    if isinstance(given, Measures):
        return given
    if not isinstance(given, Mapping) or not given:
        raise ValueError(f"measures = {given!r} is outside its domain: functions of a model by name, at least one")
    for name, function in given.items():
        if not (isinstance(name, str) and name.isidentifier()):
            raise ValueError(f"measures has the name {name!r}, outside its domain: a word such as 'median'")
        if not callable(function):
            raise ValueError(f"measures[{name!r}] = {function!r} is outside its domain: a function of a model")
    return Measures(tuple(Measured(name, function) for name, function in given.items()))


def _objects(models: list[Any]) -> NDArray[Any]:
    """Models as an array of objects, whatever shape they have themselves."""
    return np.fromiter(models, dtype=object, count=len(models))


def _union(parts: Sequence[Any]) -> Any:
    """Points of several batches of one replicate in one array."""
    present = [part for part in parts if part is not None]
    return np.concatenate(present) if len(present) > 1 else present[0] if present else None


def _weights(batch: Batch, weight: float) -> list[Any]:
    """Weights of the points of every replicate."""
    if batch.weights is None:
        return [None if x is None else np.full(len(x), weight) for x in batch.points]
    return [None if w is None else weight * w for w in batch.weights]


def _same(one: Any, other: Any) -> bool:
    """Whether two models are equal; models that cannot tell are equal only to themselves."""
    try:
        return one is other or bool(one == other)
    except ValueError:  # arrays have no truth value
        return False


def _named(function: Any) -> str:
    """A function as it is called in code, without the address that no reader needs."""
    return getattr(function, "__qualname__", None) or type(function).__qualname__


def _shown(value: Any) -> str:
    """A value as code, cut where it is long."""
    text = " ".join(repr(value).split())
    return text if len(text) <= SHOWN else f"{text[: SHOWN - 1]}…"


SHOWN = 60
"""Letters of a value that a message or a repr shows."""
