"""Curves and times: statistics of a quantity, exact where a theorem gives them, simulated where asked."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from collapse_theory.domain import generations as check_generations
from collapse_theory.errors import NoClosedForm, NotDefined
from collapse_theory.laws import PointMass
from collapse_theory.simulation import Estimate, Runs, Summary, estimate
from collapse_theory.simulation.runs import same_recursion
from collapse_theory.theorem import Theorem, cheapest


@dataclass(frozen=True)
class Known:
    """The theorems about one statistic of one quantity, and how to ask them."""

    quantity: Any
    statistic: str
    arguments: tuple[float, ...] = ()

    def __str__(self) -> str:
        inside = ", ".join(f"{a:g}" for a in self.arguments)
        return f"{self.quantity}.{self.statistic}({inside})" if inside else f"{self.quantity}.{self.statistic}"

    @property
    def theorems(self) -> tuple[Theorem, ...]:
        """All theorems about this statistic that hold for the recursion, cheapest road first."""
        return tuple(self._about(self.statistic))

    def _about(self, statistic: str) -> Iterator[Theorem]:
        return (th for th in self.quantity.theorems if th.statistic == statistic)

    @property
    def theorem(self) -> Theorem:
        """The exact theorem that answers a call.

        Raises
        ------
        NoClosedForm
            Naming what exists instead.
        """
        found = cheapest(self.theorems)
        if found is None:
            raise NoClosedForm(f"{self}: no exact road is known for {self.quantity.recursion!r}. {self._instead()}")
        return found

    def _instead(self) -> str:
        others = [f"{self}.asymptotic(t, {th.name!r})" for th in self.theorems if th.road == "asymptotic"]
        others += [
            f"{self}.bounds(t, {th.name!r})"
            for th in self.theorems
            if th.road == "bound" and th.statistic == self.statistic
        ]
        return "What exists: " + ", ".join([*others, f"{self}.simulated(runs)"])

    def _approximation(self, road: str, name: str | None) -> Theorem:
        found = [th for th in self.theorems if th.road == road and name in (None, th.name)]
        if len(found) == 1:
            return found[0]
        names = ", ".join(repr(th.name) for th in self.theorems if th.road == road) or "none"
        if not found:
            raise NoClosedForm(f"{self}: no {road} form named {name!r}; known: {names}")
        raise ValueError(f"name = {name!r} is outside its domain: one of {names}")

    def _ask(self, theorem: Theorem, *first: Any) -> Any:
        return theorem.value(self.quantity.recursion, *first, *self.quantity.numbers, *self.arguments)

    @property
    def symbolic(self) -> Any:
        """The formula as a sympy expression in the letters of ``symbols``, with this family's divisor put in."""
        for theorem in self.theorems:
            if theorem.formula is not None and theorem.exact:
                expression = theorem.formula(self.quantity.recursion, *self.quantity.numbers, *self.arguments)
                return self.quantity.recursion.family.simplified(expression)
        raise NoClosedForm(f"{self}: no symbolic formula is known for {self.quantity.recursion!r}")


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
        return self._evaluate(t, lambda theorem: theorem.value, self._source_value(), self._checked)

    def log(self, t: Any) -> Any:
        """Logarithm of the value, exact also where the value leaves the floats."""
        source = self._source_value()
        with np.errstate(divide="ignore"):
            start = float(np.log(source))

        def logarithm(theorem: Theorem) -> Callable[..., Any]:
            if theorem.log_value is not None:
                return theorem.log_value
            return lambda *args: np.log(theorem.value(*args))

        return self._evaluate(t, logarithm, start, lambda values, *_: values)

    def _evaluate(self, t: Any, form: Callable[[Theorem], Callable[..., Any]], source: float, checked: Any) -> Any:
        array = check_generations(t)
        theorem = self.theorem
        flat = np.atleast_1d(array).ravel()
        result = np.full(flat.shape, source)
        later = flat > 0
        if np.any(later):
            with np.errstate(over="ignore", under="ignore"):
                values = form(theorem)(self.quantity.recursion, flat[later], *self.quantity.numbers, *self.arguments)
            result[later] = checked(np.asarray(values, dtype=float), theorem, flat[later])
        if np.any(np.isnan(result)):
            raise ArithmeticError(f"{self} is NaN at t = {flat[np.isnan(result)][0]}")
        return float(result[0]) if np.ndim(t) == 0 else result.reshape(array.shape)

    def _checked(self, values: NDArray[np.float64], theorem: Theorem, t: NDArray[np.int64]) -> NDArray[np.float64]:
        beyond = np.isinf(values)
        if np.any(beyond) and theorem.log_value is not None:
            logs = theorem.log_value(self.quantity.recursion, t, *self.quantity.numbers, *self.arguments)
            finite = beyond & np.isfinite(logs)
            if np.any(finite):
                first = t[finite][0]
                raise OverflowError(f"{self} at t = {first} is finite but beyond floats: ask {self}.log({first})")
        return values

    def _source_value(self) -> float:
        return 0.0 if self.statistic == "std" else float(self.quantity.source_value)

    @property
    def limit(self) -> Any:
        """The limit of the curve as t grows, a number (``inf`` where it diverges)."""
        for theorem in self.theorems:
            if theorem.limit is not None:
                return theorem.limit(self.quantity.recursion, *self.quantity.numbers, *self.arguments)
        raise NoClosedForm(f"{self}: no theorem about t → ∞ for {self.quantity.recursion!r}")

    def asymptotic(self, t: Any, name: str | None = None) -> Any:
        """A named asymptotic form at generation t ≥ 1; never used silently."""
        return self._named("asymptotic", t, name)

    def bounds(self, t: Any, name: str | None = None) -> Any:
        """A named bound at generation t ≥ 1."""
        return self._named("bound", t, name)

    def _named(self, road: str, t: Any, name: str | None) -> Any:
        array = check_generations(t)
        theorem = self._approximation(road, name)
        values = np.asarray(self._ask(theorem, np.atleast_1d(array).ravel()), dtype=float)
        return float(values[0]) if np.ndim(t) == 0 else values.reshape(array.shape)

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
        NotDefined
            For an order statistic of tilted or summarised runs.
        """
        same_recursion(runs, self.quantity.recursion)
        if isinstance(runs, Summary):
            return self._summarised(runs, level)
        values = self.quantity.values(runs)
        width = estimate.normal_quantile(level)
        if self.statistic in ("mean", "std"):
            self._refuse_unseeable(runs, values)
        if self.statistic == "mean":
            middle, error = estimate.mean(values, runs.log_weights)
            low, high = middle - width * error, middle + width * error
        elif runs.log_weights is not None:
            raise NotDefined(f"{self}.simulated: tilted runs carry means only; simulate with tilt=0")
        elif self.statistic == "std":
            middle, error = estimate.std(values)
            low, high = np.maximum(middle - width * error, 0.0), middle + width * error
        else:
            q = self.arguments[0] if self.statistic == "quantile" else 0.5
            middle, low, high = estimate.quantile(values, q, level)
            error = np.zeros_like(middle)
        return Estimate(
            what=f"{self.statistic} of {self.quantity}",
            generations=runs.generations,
            values=middle,
            low=low,
            high=high,
            standard_error=error,
            level=level,
            replicates=runs.replicates,
            seed=runs.seed,
        )

    def _summarised(self, summary: Summary, level: float) -> Estimate:
        if self.statistic not in ("mean", "std"):
            raise NotDefined(f"{self}.simulated: a summary knows means and standard deviations only")
        return summary.mean(self.quantity, level) if self.statistic == "mean" else summary.std(self.quantity, level)

    def _refuse_unseeable(self, runs: Runs, values: NDArray[np.float64]) -> None:
        terms = estimate.summands(values, runs.log_weights)
        moment = self.quantity.relative_second_moment(runs.generations, runs.tilt)
        estimate.refuse_unseeable(f"the {self.statistic} of {self.quantity}", runs.generations, terms, moment)
        if self.statistic == "std":
            centred = (values - values.mean(axis=0)) ** 2
            estimate.refuse_unseeable(f"the std of {self.quantity}", runs.generations, centred, None)


@dataclass(frozen=True)
class Quantile(Curve):
    """A quantile curve, from its own theorem or by inverting the exact distribution."""

    @property
    def theorems(self) -> tuple[Theorem, ...]:
        """Theorems about the quantile, then those about the distribution that give it by inversion."""
        return (*self._about(self.statistic), *self._about("distribution"))

    @property
    def q(self) -> float:
        """The probability of the quantile."""
        return float(self.arguments[0]) if self.statistic == "quantile" else 0.5

    def __call__(self, t: Any) -> Any:
        if self.theorem.statistic != "distribution":
            return super().__call__(t)
        values = self._inverted(t, "ppf", float(self.quantity.source_value))
        beyond = (
            np.isinf(values) & np.isfinite(self._inverted(t, "log_ppf", 0.0)) if np.any(np.isinf(values)) else False
        )
        if np.any(beyond):
            first = np.asarray(t)[beyond].flat[0]
            raise OverflowError(f"{self} at t = {first} is finite but beyond floats: ask {self}.log({first})")
        return values

    def log(self, t: Any) -> Any:
        if self.theorem.statistic != "distribution":
            return super().log(t)
        source = float(self.quantity.source_value)
        return self._inverted(t, "log_ppf", float(np.log(source)) if source > 0 else -np.inf)

    def _inverted(self, t: Any, inverse: str, source: float) -> Any:
        """The quantile, or its logarithm, from the exact laws."""
        array = check_generations(t)
        asked = np.unique(array[array > 0])
        laws = self.theorem.value(self.quantity.recursion, asked, *self.quantity.numbers) if asked.size else []
        found = {
            0: source,
            **{int(g): float(getattr(law, inverse)(self.q)) for g, law in zip(asked, laws, strict=True)},
        }
        values = np.array([found[int(g)] for g in array.ravel()]).reshape(array.shape)
        return float(values) if array.ndim == 0 else values

    def _named(self, road: str, t: Any, name: str | None) -> Any:
        theorem = self._approximation(road, name)
        if theorem.statistic != "distribution":
            return super()._named(road, t, name)
        if road == "bound":
            raise NoClosedForm(f"{self}: the bound is one on the law: ask {self.quantity}.distribution.bounds(t)")
        array = check_generations(t)
        laws = [theorem.value(self.quantity.recursion, int(g), *self.quantity.numbers) for g in array.ravel()]
        values = np.array([float(law.ppf(self.q)) for law in laws]).reshape(array.shape)
        return float(values) if array.ndim == 0 else values

    @property
    def limit(self) -> Any:
        """The limit of the quantile as t grows."""
        for theorem in self.theorems:
            if theorem.limit is not None and theorem.statistic == self.statistic:
                return theorem.limit(self.quantity.recursion, *self.quantity.numbers, *self.arguments)
        for theorem in self._about("quantile_limit"):
            return theorem.value(self.quantity.recursion, *self.quantity.numbers, self.q)
        raise NoClosedForm(f"{self}: no theorem about t → ∞ for {self.quantity.recursion!r}")


@dataclass(frozen=True)
class Distribution(Known):
    """The law of a quantity as a function of the generation; call it with one t for a frozen law."""

    def __call__(self, t: Any) -> Any:
        """Frozen law at generation t, with cdf, sf, ppf, isf and pdf."""
        generation = check_generations(t)
        if generation.ndim:
            raise ValueError(f"t = {t!r} is outside its domain: one generation, not an array")
        if generation == 0:
            return PointMass(float(self.quantity.source_value))
        return self._ask(self.theorem, np.atleast_1d(generation))[0]

    def asymptotic(self, t: Any = None, name: str | None = None) -> Any:
        """A named approximating law at generation t (a limit law needs no t)."""
        return self._ask(self._approximation("asymptotic", name), None if t is None else int(check_generations(t)))

    def bounds(self, t: Any, name: str | None = None) -> Any:
        """A named bound on the law at generation t."""
        return self._ask(self._approximation("bound", name), int(check_generations(t)))
