"""Every quantity, defined once: its letter, its sentence, and a typed name on the recursion."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NoReturn, overload

import numpy as np
from numpy.typing import NDArray

from collapse_theory.curve import Distribution, LimitLaw, Moment, Quantile
from collapse_theory.definitions import Definition, Watched
from collapse_theory.domain import COUNT, POSITIVE, PROBABILITY, OfFamily, generation
from collapse_theory.errors import NoClosedForm, NotDefined
from collapse_theory.known import Number
from collapse_theory.simulation import Runs
from collapse_theory.simulation.runs import same_recursion
from collapse_theory.theorem import Theorem
from collapse_theory.times import Time

__all__ = ["DEFINITIONS", "Definition", "Quantities", "Quantity"]

LABEL = OfFamily("label")

_ALL = (
    Definition("variance", r"\sigma_t^2", "variance of the fitted model"),
    Definition("sd", r"\sigma_t", "standard deviation of the fitted model"),
    Definition("log_variance", r"\log\sigma_t^2", "logarithm of the fitted variance", light=True),
    Definition("location", r"\mu_t", "mean of the fitted model", seen_by="squared_location_error"),
    Definition("squared_location_error", r"(\mu_t-\mu_0)^2", "squared distance of the fitted mean from the source's"),
    Definition("wasserstein2_squared", r"W_2^2", "squared 2-Wasserstein distance between model and source"),
    Definition("kl_model_source", r"\mathrm{KL}(p_t\,\|\,p_0)", "KL(model‖source) in nats"),
    Definition("kl_source_model", r"\mathrm{KL}(p_0\,\|\,p_t)", "KL(source‖model) in nats"),
    Definition("total_variation", r"\mathrm{TV}", "total variation distance between model and source", light=True),
    Definition(
        "tail_mass",
        r"P_t(|X-\mu_0|>k\sigma_0)",
        "model's mass beyond k source sds of the source's centre",
        arguments=(("k", POSITIVE),),
        typical=(2.0,),
    ),
    Definition(
        "own_tail_mass",
        r"P_t(|X-\mu_t|>k\sigma_0)",
        "model's mass beyond k source sds of its own centre",
        arguments=(("k", POSITIVE),),
        typical=(2.0,),
    ),
    Definition("entropy_rate", r"h_t", "entropy rate of the fitted chain in nats", light=True),
    Definition("gini_simpson", r"1-\sum_i p_{t,i}^2", "chance that two independent points differ", light=True),
    Definition("state_count", r"|S_t|", "states in the data behind the fit", light=True),
    Definition("edge_count", r"|E_t|", "distinct transitions in the data behind the fit", light=True),
    Definition(
        "survival_of_state",
        r"1\{i\in S_t\}",
        "whether a state occurs in the data behind the fit",
        arguments=(("label", LABEL),),
        light=True,
    ),
    Definition(
        "survival_of_edge",
        r"1\{(a,b)\in E_t\}",
        "whether a transition occurs in the data behind the fit",
        arguments=(("a", LABEL), ("b", LABEL)),
        light=True,
    ),
    Definition(
        "transition_probability",
        r"P_t(a,b)",
        "fitted probability of a transition",
        arguments=(("a", LABEL), ("b", LABEL)),
        light=True,
    ),
    Definition(
        "self_transition", r"P_t(i,i)", "fitted probability of staying in a state", (("label", LABEL),), light=True
    ),
    Definition("stationary_probability", r"\pi_t(i)", "long-run share of a state", (("label", LABEL),), light=True),
    Definition(
        "stationary_total_variation",
        r"\mathrm{TV}(\pi_t,\pi_0)",
        "total variation distance between the long-run laws of model and source",
        light=True,
    ),
    Definition(
        "spectral_gap", r"1-|\lambda_2|", "1 less the second largest modulus of an eigenvalue of the chain", light=True
    ),
    Definition("kl_rate_model_source", r"\mathrm{KL}(P_t\,\|\,P_0)", "KL(model‖source) in nats per transition"),
    Definition("kl_rate_source_model", r"\mathrm{KL}(P_0\,\|\,P_t)", "KL(source‖model) in nats per transition"),
    Definition("cycle_length", r"L_t", "length of the cycle that a certain chain repeats; infinite before"),
    Definition(
        "effective_sample_size",
        r"n_\mathrm{eff}",
        "independent points that tell as much about the unigram law as a path of n transitions",
        arguments=(("n", COUNT),),
        typical=(100,),
    ),
    Definition("absorption_time", r"T", "first generation whose chain is certain and repeats a cycle"),
    Definition(
        "time_until_sd_below",
        r"\min\{t: \sigma_t\le\varepsilon\}",
        "first generation whose fitted standard deviation is at most the level",
        arguments=(("level", POSITIVE),),
        typical=(0.5,),
    ),
)
DEFINITIONS: Mapping[str, Definition] = {definition.name: definition for definition in _ALL}


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

    def quantile(self, q: float) -> Quantile:
        """Quantile over runs at probability q in (0, 1)."""
        return Quantile(self, "quantile", (PROBABILITY.check("q", q),))

    @property
    def distribution(self) -> Distribution:
        """Law over runs: ``distribution(t)`` is frozen, with cdf, sf, ppf, isf and pdf."""
        return Distribution(self, "distribution")

    @property
    def theorems(self) -> tuple[Theorem, ...]:
        """All theorems about this quantity that hold for the recursion."""
        roles = self.recursion.family.roles
        name = self.definition.name
        return tuple(th for th in self.recursion.theorems if roles.get(th.quantity, th.quantity) == name)

    @property
    def growth_rate(self) -> float:
        """Almost-sure exponential rate per generation along one run: the limit of log(quantity)/t.

        For ``log_variance``, a logarithm already, it is the limit of the quantity itself over t.
        """
        return Number(self, "growth_rate").value()

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
        for theorem in self.theorems:
            if theorem.statistic == "relative_second_moment":
                found = theorem.value(self.recursion, later, *self.numbers, tilt)
                return np.where(t > 0, found, 1.0)
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
    gini_simpson = _Named()
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
        """First generation whose chain is certain and repeats a cycle."""
        return self.time("absorption_time")

    def time_until_sd_below(self, level: float) -> Time:
        """First generation whose fitted standard deviation is at most the level."""
        return self.time("time_until_sd_below", level)

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
        found: Definition = DEFINITIONS.get(name) or family.definitions[name]
        return found.on(family)

    def _named(
        self, name: str, offered: Mapping[str, Any], arguments: tuple[Any, ...]
    ) -> tuple[Definition, tuple[Any, ...]]:
        if name not in offered:
            family = type(self.family).__name__  # type: ignore[attr-defined]
            raise NotDefined(f"{family} has no {name!r}; it has {', '.join(sorted(offered)) or 'none'}")
        definition = self.defined(name)
        return definition, definition.checked(arguments)
