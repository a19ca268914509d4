"""A random time of a recursion: numbers and a law, no t."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from collapse_theory.definition import Watched
from collapse_theory.domain import PROBABILITY, Choice
from collapse_theory.errors import NotDefined, Unseeable
from collapse_theory.known import Known
from collapse_theory.simulation import Estimate, Runs
from collapse_theory.simulation.runs import same_recursion


@dataclass(frozen=True)
class TimeLaw(Known):
    """What is known of the law of a time."""

    def instead(self) -> Iterator[str]:
        yield from (f"{self.quantity}.asymptotic({name!r})" for name in self.named("asymptotic"))
        yield f"{self.quantity}.simulated(runs)"


@dataclass(frozen=True, repr=False)
class Time(Watched):
    """The first generation of an event: ``mean``, ``median`` and ``std`` are numbers, ``distribution`` a frozen law."""

    def reached(self, state: tuple[NDArray[Any], ...]) -> NDArray[np.bool_]:
        """Whether the event holds on fitted states, one truth value per row."""
        family = self.recursion.family
        result: NDArray[np.bool_] = family.times[self.name](family, state, *self.numbers)
        return result

    @property
    def _law(self) -> TimeLaw:
        return TimeLaw(self, "distribution")

    def given(self, event: str) -> Any:
        """Law of the time in those runs in which it comes at all: ``loss_time(label).given("lost")``.

        Parameters
        ----------
        event : str
            The word for what happens, ``"lost"`` for a loss time, ``"fixed"`` for a fixation time.

        Returns
        -------
        law
            With ``mean``, ``std``, ``median``, ``cdf``, ``sf``, ``pmf`` and ``ppf``.

        Raises
        ------
        NotDefined
            For a time that comes in every run.
        NoClosedForm
            Where no exact road to its law is known.
        """
        happens = self.definition.happens
        if not happens:
            raise NotDefined(f"{self} has no event to be conditioned on: it comes in every run or is infinite")
        Choice((happens,)).check("event", event)
        return self.distribution.conditional

    @property
    def distribution(self) -> Any:
        """Frozen law: ``cdf``, ``sf``, ``pmf`` and ``ppf`` over generations."""
        return self._law.answer(self._law.theorem)

    @property
    def mean(self) -> float:
        """Expected time; infinite where it is."""
        return float(self.distribution.mean)

    @property
    def std(self) -> float:
        """Standard deviation of the time."""
        return float(self.distribution.std)

    @property
    def median(self) -> float:
        """Median time."""
        return float(self.distribution.median)

    def quantile(self, q: float) -> float:
        """Smallest generation by which the time has come with probability q."""
        return float(self.distribution.ppf(PROBABILITY.check("q", q)))

    def asymptotic(self, name: str | None = None) -> Any:
        """A named approximation: ``"wald"`` is a mean, ``"inverse gaussian"`` a law."""
        return self._law.answer(self._law.approximation("asymptotic", name))

    def simulated(self, runs: Runs, q: float = 0.5, level: float = 0.99) -> Estimate:
        """Quantile q of the time, estimated from runs that watched it.

        Raises
        ------
        Unseeable
            When the quantile lies beyond the last simulated generation.
        """
        same_recursion(runs, self.recursion)
        found = runs.watched_times(self)
        censored = np.where(found < 0, np.iinfo(np.int64).max, found).astype(float)[:, None]
        last = np.array([runs.last])
        what = f"{q:g}-quantile of {self}"
        estimate = Estimate.ordered(what, runs, censored, PROBABILITY.check("q", q), level, at=last)
        if estimate.high[0] > runs.last:
            raise Unseeable(f"the {what} may lie beyond the last generation, {runs.last}: simulate longer")
        return estimate
