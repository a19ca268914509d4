"""Curves: statistics of a quantity over the generations, exact where a theorem gives them, simulated where asked."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from collapse_theory.domain import Array, Generations, elementwise, generation, generations
from collapse_theory.errors import NoClosedForm, NotDefined
from collapse_theory.known import Known
from collapse_theory.laws import PointMass, logarithm
from collapse_theory.simulation import Estimate, Runs, Summary, estimate
from collapse_theory.simulation.population import path
from collapse_theory.simulation.runs import same_recursion
from collapse_theory.theorem import Theorem, cheapest


@dataclass(frozen=True)
class Curve(Known):
    """A statistic as a function of the generation; call it with t, an integer or an array of integers."""

    def __call__(self, t: Any) -> Any:
        """Exact value at generation t; scalar in, scalar out.

        Raises
        ------
        NoClosedForm
            When no exact road is known.
        OverflowError
            When the value is finite but beyond floats; ``curve.log(t)`` has it.
        ValueError
            For a negative or fractional t.
        """
        theorem = self.theorem

        def values(later: Generations) -> Array:
            found = self._values(theorem, later)
            beyond = np.isposinf(found)
            if np.any(beyond):
                finite = np.isfinite(self._logs(theorem, later[beyond]))
                if np.any(finite):
                    first = later[beyond][finite][0]
                    raise OverflowError(f"{self} at t = {first} is finite but beyond floats: ask {self}.log({first})")
            return found

        return self._over(t, values)

    def log(self, t: Any) -> Any:
        """Logarithm of the value, exact also where the value leaves the floats; −inf where it is 0.

        Raises
        ------
        NotDefined
            Where the value is negative; else as for the value.
        """
        theorem = self.theorem
        try:
            return self._over(t, lambda later: self._logs(theorem, later), logarithm)
        except NotDefined as negative:
            raise NotDefined(f"{self}.log: {negative}") from None

    def asymptotic(self, t: Any, name: str | None = None) -> Any:
        """A named asymptotic form at generation t; never used silently."""
        theorem = self.approximation("asymptotic", name)
        return self._over(t, lambda later: self._values(theorem, later))

    def bounds(self, t: Any, name: str | None = None) -> Any:
        """A named bound at generation t."""
        theorem = self.approximation("bound", name)
        return self._over(t, lambda later: self._values(theorem, later))

    def _over(self, t: Any, later: Callable[[Generations], Array], at_source: Callable[[float], float] = float) -> Any:
        """Values at generations t: at t = 0 from the source, later from a function of all of these generations."""

        def fill(flat: Generations) -> Array:
            result = np.empty(flat.shape)
            refitted = flat > 0
            if not np.all(refitted):
                result[~refitted] = at_source(self._source_value)
            if np.any(refitted):
                with np.errstate(over="ignore", under="ignore"):
                    result[refitted] = later(flat[refitted])
            undefined = np.isnan(result)
            if np.any(undefined):
                raise ArithmeticError(f"{self} is NaN at t = {flat[undefined][0]}")
            return result

        return elementwise(fill, generations(t))

    @property
    def _source_value(self) -> float:
        return float(self.quantity.source_value)

    def _values(self, theorem: Theorem, t: Generations) -> Array:
        """Values of a theorem at generations t ≥ 1."""
        return np.asarray(self.answer(theorem, t), dtype=float)

    def _logs(self, theorem: Theorem, t: Generations) -> Array:
        """Logarithms of the values of a theorem at generations t ≥ 1."""
        if theorem.log_value is None:
            return np.asarray(logarithm(self._values(theorem, t)))
        return np.asarray(
            theorem.log_value(self.quantity.recursion, t, *self.quantity.numbers, *self.arguments), dtype=float
        )

    @property
    def limit(self) -> Any:
        """The limit of the curve as t grows, a number (``inf`` where it diverges), by the cheapest exact road."""
        for theorem in self.about(self.statistic):
            if theorem.exact and theorem.limit is not None:
                return theorem.limit(self.quantity.recursion, *self.quantity.numbers, *self.arguments)
        raise NoClosedForm(f"{self}: no theorem about t → ∞ for {self.quantity.recursion!r}")

    def instead(self) -> Iterator[str]:
        yield from _forms(self)
        sampling = self.quantity.recursion.sampling
        if self.statistic in ("mean", "median") and sampling.noiseless and not sampling.honest:
            yield f"{self.quantity}.population(t)"
        yield f"{self}.simulated(runs)"

    def simulated(self, runs: Runs | Summary, level: float = 0.99) -> Estimate:
        """The statistic estimated from runs, with pointwise intervals.

        Parameters
        ----------
        runs : Runs or Summary
            Runs of the same recursion; a summary of them knows means and standard deviations.
        level : float
            Coverage of each interval.

        Raises
        ------
        ValueError
            For runs of another recursion.
        Unseeable
            For a mean that so many runs cannot see.
        ArithmeticError
            For a sample with NaN.
        NotDefined
            For an order statistic of tilted or summarised runs.
        """
        same_recursion(runs, self.quantity.recursion)
        return self._estimated(runs, level)

    @abstractmethod
    def _estimated(self, runs: Runs | Summary, level: float) -> Estimate:
        """Estimate from runs of this recursion."""


@dataclass(frozen=True)
class Moment(Curve):
    """The mean or the standard deviation over runs."""

    @property
    def _source_value(self) -> float:
        return 0.0 if self.statistic == "std" else super()._source_value

    def _estimated(self, runs: Runs | Summary, level: float) -> Estimate:
        if isinstance(runs, Summary):
            return runs.mean(self.quantity, level) if self.statistic == "mean" else runs.std(self.quantity, level)
        if self.statistic == "std" and runs.log_weights is not None:
            raise NotDefined(f"{self}.simulated: tilted runs carry means only; simulate with tilt=0")
        what, values = f"{self.statistic} of {self.quantity}", self.quantity.values(runs)
        terms = estimate.summands(values, runs.log_weights)
        moment = self.quantity.relative_second_moment(runs.generations, runs.tilt)
        estimate.refuse_unseeable(f"the {what}", runs.generations, terms, moment)
        if self.statistic == "mean":
            return Estimate.normal(what, runs, *estimate.mean(values, runs.log_weights), level)
        estimate.refuse_unseeable(f"the {what}", runs.generations, (values - values.mean(axis=0)) ** 2, None)
        return Estimate.normal(what, runs, *estimate.std(values), level, floor=0.0)


@dataclass(frozen=True)
class Probability(Curve):
    """The probability over runs that a quantity is finite."""

    @property
    def _source_value(self) -> float:
        return float(np.isfinite(super()._source_value))

    def _estimated(self, runs: Runs | Summary, level: float) -> Estimate:
        if isinstance(runs, Summary) or runs.log_weights is not None:
            raise NotDefined(f"{self}.simulated: needs the values of plain runs")
        what, values = f"{self.statistic} of {self.quantity}", self.quantity.values(runs)
        estimate.refuse_undefined(what, runs.generations, values)
        return Estimate.normal(what, runs, *estimate.mean(np.isfinite(values).astype(float), None), level)


@dataclass(frozen=True)
class Population(Curve):
    """The value as samples grow without bound, in fixed proportions: the same in every run."""

    def __call__(self, t: Any) -> Any:
        """Value at generation t, by a closed form or else by the loop without noise; scalar in, scalar out.

        Raises
        ------
        NotDefined
            For a family or a sampling without a batch in expectation.
        NoClosedForm
            For a regime that has none, and where the loop would have to be followed too far.
        OverflowError
            For values beyond floats: ask ``.log(t)``, where a closed form is known.
        """
        return super().__call__(t) if cheapest(self.theorems) else self.along_the_path(t)

    def along_the_path(self, t: Any) -> Any:
        """The value by the loop without noise, whatever closed form is known."""

        def values(later: Generations) -> Array:
            asked, places = np.unique(later, return_inverse=True)
            found = np.empty(len(asked))
            for place, state in enumerate(path(self.quantity.recursion, asked)):
                with np.errstate(over="ignore", invalid="ignore"):
                    found[place] = self.quantity.measure(state)[0]
                beyond = np.isinf(found[place]) and self.quantity.recursion.family.normal
                if np.isnan(found[place]) or beyond:
                    raise OverflowError(
                        f"{self} leaves the floats by t = {asked[place]}: ask for an earlier generation, or for "
                        f"{self}.log(t) where a closed form is known"
                    )
            return found[places]

        return self._over(t, values)

    def _estimated(self, runs: Runs | Summary, level: float) -> Estimate:
        raise NotDefined(f"{self}.simulated: no statistic of runs; their median comes near it as n grows")

    def instead(self) -> Iterator[str]:
        yield f"{self}.along_the_path(t)"


@dataclass(frozen=True)
class Quantile(Curve):
    """A quantile over runs, from its own theorem or by inverting a law."""

    @property
    def q(self) -> float:
        """The probability of the quantile."""
        return float(self.arguments[0]) if self.statistic == "quantile" else 0.5

    @property
    def theorems(self) -> tuple[Theorem, ...]:
        """Theorems about the quantile, and those about the law whose inverse it is, cheapest road first."""
        found = self.about(self.statistic, "distribution")
        return tuple(th for th in found if th.statistic == self.statistic or th.road != "bound")

    def _values(self, theorem: Theorem, t: Generations) -> Array:
        if theorem.statistic != "distribution":
            return super()._values(theorem, t)
        return self._inverted(theorem, t, lambda law: law.ppf(self.q))

    def _logs(self, theorem: Theorem, t: Generations) -> Array:
        if theorem.statistic != "distribution":
            return super()._logs(theorem, t)
        return self._inverted(theorem, t, lambda law: law.log_ppf(self.q))

    def _inverted(self, theorem: Theorem, t: Generations, inverse: Callable[[Any], float]) -> Array:
        """A function of the laws at generations t, each law made once."""
        asked, places = np.unique(t, return_inverse=True)
        laws = theorem.value(self.quantity.recursion, asked, *self.quantity.numbers)
        return np.array([float(inverse(law)) for law in laws])[places]

    @property
    def limit(self) -> Any:
        """The limit of the quantile as t grows."""
        for theorem in self.about("quantile_limit"):
            return theorem.value(self.quantity.recursion, *self.quantity.numbers, self.q)
        return super().limit

    def _estimated(self, runs: Runs | Summary, level: float) -> Estimate:
        if isinstance(runs, Summary):
            raise NotDefined(f"{self}.simulated: a summary knows means and standard deviations only")
        if runs.log_weights is not None:
            raise NotDefined(f"{self}.simulated: tilted runs carry means only; simulate with tilt=0")
        what = f"{self.statistic} of {self.quantity}"
        return Estimate.ordered(what, runs, self.quantity.values(runs), self.q, level)


@dataclass(frozen=True)
class Distribution(Known):
    """The law of a quantity as a function of the generation; call it with one t for a frozen law."""

    def __call__(self, t: Any) -> Any:
        """Frozen law at generation t, with cdf, sf, ppf, isf and pdf."""
        return self._at(t, lambda: self.theorem)

    def asymptotic(self, t: Any = None, name: str | None = None) -> Any:
        """A named approximating law at generation t; one that is the same at every t ≥ 1 needs no t."""
        theorem = self.approximation("asymptotic", name)
        if t is not None:
            return self._at(t, lambda: theorem)
        early, late = self.answer(theorem, np.array([1, 2]))
        if early != late:
            raise ValueError(f"t = None is outside its domain: {theorem.name!r} is another law at each generation")
        return early

    def bounds(self, t: Any, name: str | None = None) -> Any:
        """A named bound on the law at generation t; the law itself at t = 0."""
        theorem = self.approximation("bound", name)
        return self._at(t, lambda: theorem)

    def _at(self, t: Any, theorem: Callable[[], Theorem]) -> Any:
        """The law at generation t: of the source at t = 0, later by a theorem."""
        found = generation(t)
        return self.answer(theorem(), np.array([found]))[0] if found else PointMass(float(self.quantity.source_value))

    def instead(self) -> Iterator[str]:
        yield from _forms(self)
        yield f"{self.quantity}.quantile(q).simulated(runs)"


@dataclass(frozen=True)
class LimitLaw(Known):
    """What one run converges to, a random variable over runs."""

    def __call__(self) -> Any:
        """Frozen law, by the exact road; NoClosedForm where none is known."""
        return self.answer(self.theorem, np.array([1]))[0]

    def asymptotic(self, name: str | None = None) -> Any:
        """A named approximation to its law."""
        return self.answer(self.approximation("asymptotic", name), np.array([1]))[0]

    def instead(self) -> Iterator[str]:
        return (f"{self}.asymptotic({name!r})" for name in self.named("asymptotic"))


def _forms(known: Known) -> Iterator[str]:
    """The named forms as functions of t, as code."""
    yield from (f"{known}.asymptotic(t, {name!r})" for name in known.named("asymptotic"))
    yield from (f"{known}.bounds(t, {name!r})" for name in known.named("bound"))
