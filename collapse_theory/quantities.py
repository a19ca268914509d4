"""Quantities of a recursion: random variables over runs, their statistics, and a typed name for each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, NoReturn, overload

import numpy as np
from numpy.typing import NDArray

from collapse_theory.curve import Distribution, LimitLaw, Moment, Population, Probability, Quantile
from collapse_theory.definition import Definition, Watched
from collapse_theory.domain import PROBABILITY, generation
from collapse_theory.errors import NoClosedForm, NotDefined
from collapse_theory.glossary import DEFINITIONS
from collapse_theory.known import Number
from collapse_theory.simulation import Runs
from collapse_theory.simulation.runs import same_recursion
from collapse_theory.theorem import first_about
from collapse_theory.times import Time

__all__ = ["Quantities", "Quantity"]


@dataclass(frozen=True, repr=False)
class Quantity(Watched):
    """A quantity of one recursion: a random variable over runs, of which a statistic must be named."""

    @property
    def mean(self) -> Moment:
        """Expectation over runs."""
        return Moment(self, "mean")

    @property
    def std(self) -> Moment:
        """Standard deviation over runs."""
        return Moment(self, "std")

    @property
    def median(self) -> Quantile:
        """Median over runs: the typical run."""
        return Quantile(self, "median")

    @property
    def population(self) -> Population:
        """Value as samples grow without bound in fixed proportions, the same in every run."""
        return Population(self, "population")

    def quantile(self, q: float) -> Quantile:
        """Quantile over runs at probability q in (0, 1)."""
        return Quantile(self, "quantile", (PROBABILITY.check("q", q),))

    @property
    def distribution(self) -> Distribution:
        """Law over runs: ``distribution(t)`` is frozen, with cdf, sf, ppf, isf and pdf."""
        return Distribution(self, "distribution")

    @property
    def probability_finite(self) -> Probability:
        """Probability over runs that the quantity is finite."""
        return Probability(self, "probability_finite")

    @property
    def growth_rate(self) -> float:
        """Almost-sure exponential rate per generation along one run: the limit of log(quantity)/t.

        For ``log_variance``, a logarithm already, it is the limit of the quantity itself over t.
        """
        return Number(self, "growth_rate").value()

    def asymptotic_growth_rate(self, name: str | None = None) -> float:
        """Growth rate by an asymptotic form; errors as for the asymptotic form of a curve."""
        number = Number(self, "growth_rate")
        return float(number.answer(number.approximation("asymptotic", name)))

    @property
    def slope(self) -> float:
        """Limit of mean/t, where the mean grows linearly."""
        return Number(self, "slope").value()

    @property
    def tail_index(self) -> float:
        """Index of the power tail of the limit law: moments below it are finite."""
        return Number(self, "tail_index").value()

    @property
    def almost_sure_limit(self) -> LimitLaw:
        """What one run converges to, a random variable over runs: ``almost_sure_limit.asymptotic()`` is a law."""
        return LimitLaw(self, "almost_sure_limit")

    def carried_by_top(self, fraction: float, t: int) -> float:
        """Share of the mean at generation t that is held by the given top fraction of the runs."""
        share = Number(self, "carried_by_top", (PROBABILITY.check("fraction", fraction),))
        return share.value(generation(t)) if generation(t) > 0 else share.arguments[0]

    def __call__(self, *_: Any) -> NoReturn:
        """Refusal: a quantity is random over runs, so a statistic must be named."""
        raise TypeError(f"{self} is random over runs: name a statistic, such as .mean(t), .median(t), .quantile(q)(t)")

    @property
    def source_value(self) -> float:
        """Value on the source itself, generation 0."""
        return float(self.measure(self.recursion.family.source(1))[0])

    def measure(self, state: tuple[NDArray[Any], ...]) -> NDArray[np.float64]:
        """Value on fitted states, one for each."""
        family = self.recursion.family
        result: NDArray[np.float64] = family.measures[self.definition.name](family, state, *self.numbers)
        return result

    def values(self, runs: Runs) -> NDArray[np.float64]:
        """Value on every run, shape ``(replicates, kept)``; ValueError for runs of another recursion."""
        same_recursion(runs, self.recursion)
        if runs.measured and self not in runs.measured:
            raise ValueError(f"{self} was not kept: these runs hold {', '.join(map(str, runs.measured))}")
        return runs.states[runs.measured.index(self)] if runs.measured else self.measure(runs.states)

    def relative_second_moment(self, t: NDArray[np.int64], tilt: float = 0.0) -> NDArray[np.float64] | None:
        """E X²/(E X)² of one (weighted) summand of a simulated mean, where theorems give it; else None."""
        definition = self.definition
        if definition.seen_by:
            return self.recursion.watch(definition.seen_by).relative_second_moment(t, tilt)  # type: ignore[no-any-return]
        if definition.light and tilt == 0:
            return np.ones(t.shape)
        later = np.maximum(t, 1)
        theorem = first_about(self.theorems, "relative_second_moment")
        if theorem is not None:
            return np.where(t > 0, theorem.value(self.recursion, later, *self.numbers, tilt), 1.0)
        if tilt != 0:
            return None
        try:
            with np.errstate(over="ignore"):
                std = np.asarray(self.std(later))
                mean = np.asarray(self.mean(later))
        except (NoClosedForm, OverflowError):
            return None
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            ratio = 1.0 + (std / mean) ** 2
        return np.where((t > 0) & (std > 0), np.where(np.isfinite(ratio), ratio, np.inf), 1.0)


class _Named:
    """A quantity without arguments, as a typed attribute of the recursion."""

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name
        self.__doc__ = f"{DEFINITIONS[name].sentence[0].upper()}{DEFINITIONS[name].sentence[1:]}."

    @overload
    def __get__(self, recursion: None, owner: type) -> _Named: ...
    @overload
    def __get__(self, recursion: Any, owner: type) -> Quantity: ...
    def __get__(self, recursion: Any, owner: type) -> Quantity | _Named:
        return self if recursion is None else recursion.watch(self.name)


class Quantities:
    """The quantities, as typed attributes; a recursion shows those that its family has."""

    variance = _Named()
    sd = _Named()
    log_variance = _Named()
    location = _Named()
    squared_location_error = _Named()
    wasserstein2_squared = _Named()
    kl_model_source = _Named()
    kl_source_model = _Named()
    total_variation = _Named()
    entropy_rate = _Named()
    entropy = _Named()
    perplexity = _Named()
    gini_simpson = _Named()
    squared_distance = _Named()
    support_size = _Named()
    lost_mass = _Named()
    hellinger_squared = _Named()
    chi_squared = _Named()
    missing_mass = _Named()
    rate = _Named()
    survival = _Named()
    scale = _Named()
    log_scale = _Named()
    exponent = _Named()
    log_exponent = _Named()
    model_mean = _Named()
    excess_risk = _Named()
    test_error = _Named()
    signal_kept = _Named()
    state_count = _Named()
    edge_count = _Named()
    stationary_total_variation = _Named()
    spectral_gap = _Named()
    kl_rate_model_source = _Named()
    kl_rate_source_model = _Named()
    cycle_length = _Named()

    def tail_mass(self, k: float) -> Quantity:
        """Model's mass beyond k source standard deviations of the source's centre."""
        return self.watch("tail_mass", k)

    def own_tail_mass(self, k: float) -> Quantity:
        """Model's mass beyond k source standard deviations of its own centre."""
        return self.watch("own_tail_mass", k)

    def upper_tail_mass(self, q: float) -> Quantity:
        """Model's mass beyond the point that the source exceeds with chance q."""
        return self.watch("upper_tail_mass", q)

    def survival_of(self, label: Any) -> Quantity:
        """Whether the fitted model can still give a type: 1 or 0."""
        return self.watch("survival_of", label)

    def probability_of(self, label: Any) -> Quantity:
        """Fitted probability of a type."""
        return self.watch("probability_of", label)

    def support_size_of(self, labels: Any) -> Quantity:
        """Types of a set that the fitted model can still give; beside :meth:`mass_of`, how varied it is among them."""
        return self.watch("support_size_of", labels)

    def mass_of(self, labels: Any) -> Quantity:
        """Fitted probability of a set of types: the accuracy of a model, of the right answers."""
        return self.watch("mass_of", labels)

    def rank_tail_mass(self, rank: int) -> Quantity:
        """Model's mass of the types beyond a rank in the source."""
        return self.watch("rank_tail_mass", rank)

    def rank_tail_support(self, rank: int) -> Quantity:
        """Types beyond a rank in the source that the fitted model can still give."""
        return self.watch("rank_tail_support", rank)

    def survival_of_state(self, label: Any) -> Quantity:
        """Whether a state occurs in the data behind the fit: 1 or 0, so that the mean is a probability."""
        return self.watch("survival_of_state", label)

    def survival_of_edge(self, a: Any, b: Any) -> Quantity:
        """Whether a transition occurs in the data behind the fit: 1 or 0."""
        return self.watch("survival_of_edge", a, b)

    def transition_probability(self, a: Any, b: Any) -> Quantity:
        """Fitted probability of going from one state to another."""
        return self.watch("transition_probability", a, b)

    def self_transition(self, label: Any) -> Quantity:
        """Fitted probability of staying in a state."""
        return self.watch("self_transition", label)

    def stationary_probability(self, label: Any) -> Quantity:
        """Long-run share of a state."""
        return self.watch("stationary_probability", label)

    @property
    def effective_sample_size(self) -> Quantity:
        """Independent points that tell as much about the unigram law as the path of the first generation."""
        return self.watch("effective_sample_size", self.sizes(1))  # type: ignore[attr-defined]

    @property
    def absorption_time(self) -> Time:
        """First generation whose model leaves nothing to chance: one type for ever, or a cycle of states."""
        return self.time("absorption_time")

    def loss_time(self, label: Any) -> Time:
        """First generation that has lost a type; ``.given("lost")`` is the time of those runs that lose it."""
        return self.time("loss_time", label)

    def fixation_time(self, label: Any) -> Time:
        """First generation that has no type but one; ``.given("fixed")`` is the time of the runs in which it wins."""
        return self.time("fixation_time", label)

    def time_until_support(self, k: int) -> Time:
        """First generation that has at most k types."""
        return self.time("time_until_support", k)

    @property
    def extinction_time(self) -> Time:
        """First generation whose rate is 0; ``.given("extinct")`` is the time of the runs that come to it."""
        return self.time("extinction_time")

    def time_until_sd_below(self, level: float) -> Time:
        """First generation whose fitted standard deviation is at most the level."""
        return self.time("time_until_sd_below", level)

    if not TYPE_CHECKING:  # the names above are typed; these are known when there is a family

        def __getattr__(self, name: str) -> Any:
            """A quantity or a time that only this family has; a function of its arguments where it has some."""
            family = self.__dict__.get("family")
            if family is None or name not in family.definitions:
                return super().__getattribute__(name)  # says what is wrong, of a property too
            ask = self.time if name in family.times else self.watch
            return partial(ask, name) if family.definitions[name].arguments else ask(name)

    def watch(self, name: str, *arguments: Any) -> Quantity:
        """Quantity by name, also a third party's.

        Raises
        ------
        NotDefined
            When the family does not have it; the message names what it has.
        """
        return Quantity(self, *self._named(name, self.family.measures, arguments))  # type: ignore[attr-defined]

    def time(self, name: str, *arguments: Any) -> Time:
        """Random time by name, also a third party's; NotDefined when the family does not have it."""
        return Time(self, *self._named(name, self.family.times, arguments))  # type: ignore[attr-defined]

    def defined(self, name: str) -> Definition:
        """Definition of a quantity or a time of the family."""
        family = self.family  # type: ignore[attr-defined]
        found: Definition = family.definitions.get(name) or DEFINITIONS[name]
        return found.on(family)

    def _named(
        self, name: str, offered: Mapping[str, Any], arguments: tuple[Any, ...]
    ) -> tuple[Definition, tuple[Any, ...]]:
        if name not in offered:
            family = type(self.family).__name__  # type: ignore[attr-defined]
            raise NotDefined(f"{family} has no {name!r}; it has {', '.join(sorted(offered)) or 'none'}")
        definition = self.defined(name)
        return definition, definition.checked(arguments)
