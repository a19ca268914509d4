"""The third road: simulation against theorem, with one false-alarm budget for the whole run.

Each comparison is one number z that is standard normal when the theorem is true; the budget
``FALSE_ALARM`` is divided over all comparisons and the threshold is computed from it, never tuned.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from collapse_theory.errors import Unseeable
from collapse_theory.laws import Discrete
from collapse_theory.quantities import Quantity
from collapse_theory.recursion import Recursion
from collapse_theory.simulation import Runs, estimate
from collapse_theory.theorem import Theorem
from collapse_theory.verification.settings import Depth

Array = NDArray[np.float64]

FALSE_ALARM = 1e-6
KEPT = (1, 2, 4, 8)
QUANTILES = (0.05, 0.5, 0.95)
REPLICATES = {"quick": 50_000, "default": 100_000, "deep": 2_000_000}
LARGEST_SKEWNESS = 0.02
"""Skewness over the root of the replicates up to which the central limit theorem reaches the threshold."""
INVERTIBLE = 1e-6
"""Largest miss of cdf(ppf(q)) at which a quantile is used as a point of comparison."""
EXPECTED_EVENTS = 100
"""Least expected number of events behind a normal approximation of a proportion."""


@dataclass(frozen=True)
class Comparison:
    """One simulated statistic against one theorem."""

    theorem: Any
    where: str
    z: float
    smallest_seen: float
    """Relative deviation of the theorem that one standard error amounts to."""


def confronted(recursion: Recursion, extra: tuple[Theorem, ...] = ()) -> list[Theorem]:
    """Theorems about a recursion that its runs can contradict."""
    further = tuple(theorem for theorem in extra if theorem.holds(recursion))
    return [th for th in (*recursion.theorems, *further) if th.exact and th.statistic in _COMPARED]


def confront(recursion: Recursion, depth: Depth, seed: int, extra: tuple[Theorem, ...] = ()) -> list[Comparison]:
    """All comparisons of one simulated recursion."""
    theorems = confronted(recursion, extra)
    if not theorems:
        return []
    times = [recursion.time(name, *_typical(recursion, name)) for name in recursion.family.times]
    runs = recursion.simulate(KEPT[-1], REPLICATES[depth], rng=seed, keep=KEPT, watch=times, workers=1)
    seen = Seen(runs)
    return [one for theorem in theorems for one in _COMPARED[theorem.statistic](theorem, seen)]


def critical_value(comparisons: int) -> float:
    """Two-sided threshold on z for the whole budget."""
    return estimate.normal_quantile(1 - FALSE_ALARM / max(comparisons, 1))


def _typical(recursion: Recursion, name: str) -> tuple[Any, ...]:
    return recursion.defined(name).typical


@dataclass(frozen=True, eq=False)
class Sample:
    """Values over the runs, shape ``(replicates, kept)``, and what several theorems ask of them."""

    values: Array

    @cached_property
    def finite(self) -> bool:
        """Whether all are."""
        return bool(np.all(np.isfinite(self.values)))

    @cached_property
    def mean(self) -> tuple[Array, Array]:
        """Mean and its standard error per generation."""
        return estimate.mean(self.values, None)

    @cached_property
    def std(self) -> tuple[Array, Array]:
        """Standard deviation and its standard error per generation."""
        return estimate.std(self.values)

    @cached_property
    def settled(self) -> tuple[bool, ...]:
        """Whether the central limit theorem reaches the threshold of the mean, per generation."""
        return tuple(_settled(column) for column in self.values.T)

    @cached_property
    def squares_settled(self) -> tuple[bool, ...]:
        """The same of the squared deviations from the mean."""
        return tuple(_settled((column - column.mean()) ** 2) for column in self.values.T)


@dataclass(frozen=True)
class Seen:
    """Runs with the values of their quantities, each computed once."""

    runs: Runs
    kept: dict[Quantity, Sample] = field(default_factory=dict)

    @property
    def recursion(self) -> Recursion:
        """What was simulated."""
        found: Recursion = self.runs.recursion
        return found

    def quantity(self, name: str) -> Quantity:
        """The quantity of that name or role, at typical arguments."""
        own = self.recursion.family.roles.get(name, name)
        return self.recursion.watch(own, *_typical(self.recursion, own))

    def sample(self, quantity: Quantity) -> Sample:
        """Its values and their summaries."""
        if quantity not in self.kept:
            self.kept[quantity] = Sample(quantity.values(self.runs))
        return self.kept[quantity]

    def values(self, quantity: Quantity) -> Array:
        """Its values, shape ``(replicates, kept)``."""
        return self.sample(quantity).values

    def at(self, t: int) -> str:
        """Where a comparison stands, in words."""
        return f"{self.recursion!r}, t = {t}"


def _mean(theorem: Theorem, seen: Seen) -> Iterator[Comparison]:
    quantity = seen.quantity(theorem.quantity)
    sample = seen.sample(quantity)
    if sample.finite:
        moment = quantity.relative_second_moment(seen.runs.generations)
        yield from _averages(theorem, f"{quantity}.mean", seen, sample, moment, quantity.numbers)


def _averages(
    theorem: Theorem, what: str, seen: Seen, sample: Sample, moment: Array | None, numbers: tuple[Any, ...] = ()
) -> Iterator[Comparison]:
    generations = seen.runs.generations
    exact = np.asarray(theorem.value(seen.recursion, generations, *numbers), dtype=float)
    middle, error = sample.mean
    for i, t in enumerate(generations):
        at = slice(i, i + 1)
        try:
            estimate.refuse_unseeable(
                "mean", generations[at], sample.values[:, at], None if moment is None else moment[at]
            )
        except Unseeable:
            continue
        if np.isfinite(exact[i]) and error[i] > 0 and sample.settled[i]:
            yield _compared(theorem, f"{what}, {seen.at(t)}", middle[i], exact[i], error[i])


def _std(theorem: Theorem, seen: Seen) -> Iterator[Comparison]:
    quantity = seen.quantity(theorem.quantity)
    sample = seen.sample(quantity)
    if not sample.finite:
        return
    exact = np.asarray(theorem.value(seen.recursion, seen.runs.generations, *quantity.numbers), dtype=float)
    spread, error = sample.std
    for i, t in enumerate(seen.runs.generations):
        if np.isfinite(exact[i]) and error[i] > 0 and sample.squares_settled[i]:
            yield _compared(theorem, f"{quantity}.std, {seen.at(t)}", spread[i], exact[i], error[i])


def _finite(theorem: Theorem, seen: Seen) -> Iterator[Comparison]:
    """The share of the runs in which a quantity is finite."""
    quantity = seen.quantity(theorem.quantity)
    exact = theorem.value(seen.recursion, seen.runs.generations, *quantity.numbers)
    shares, replicates = np.mean(np.isfinite(seen.values(quantity)), axis=0), seen.runs.replicates
    for t, share, p in zip(seen.runs.generations, shares, exact, strict=True):
        if min(p, 1 - p) * replicates > EXPECTED_EVENTS:
            yield _proportion(
                theorem, f"{quantity}.probability_finite, {seen.at(t)}", float(share), float(p), replicates
            )


def _conservation(theorem: Theorem, seen: Seen) -> Iterator[Comparison]:
    """The two sides of the ledger, added up in every run."""
    parts = [seen.quantity(role) for role in ("spread", "squared_location")]
    total = seen.values(parts[0]) + seen.values(parts[1])
    yield from _averages(theorem, " + ".join(map(str, parts)), seen, Sample(total), None)


def _law(theorem: Theorem, seen: Seen) -> Iterator[Comparison]:
    if theorem.quantity in seen.recursion.family.times:
        yield from _time(theorem, seen)
        return
    quantity = seen.quantity(theorem.quantity)
    laws = theorem.value(seen.recursion, seen.runs.generations, *quantity.numbers)
    for column, t, law in zip(seen.values(quantity).T, seen.runs.generations, laws, strict=True):
        points = law.ppf(np.array(QUANTILES))
        for q, x, p in zip(QUANTILES, points, law.cdf(points), strict=True):
            where = f"{quantity}.quantile({q:g}), {seen.at(t)}"
            if isinstance(law, Discrete) and min(p, 1 - p) * len(column) > EXPECTED_EVENTS:
                yield _proportion(theorem, where, law.share_up_to(column, x), p, len(column))
            elif abs(p - q) < INVERTIBLE:
                yield _proportion(theorem, where, float(np.mean(column <= x)), q, len(column))


def _median(theorem: Theorem, seen: Seen) -> Iterator[Comparison]:
    """Medians known by themselves rather than through a law: half of the runs lie below."""
    quantity = seen.quantity(theorem.quantity)
    below = np.mean(seen.values(quantity) <= theorem.value(seen.recursion, seen.runs.generations), axis=0)
    for t, share in zip(seen.runs.generations, below, strict=True):
        yield _proportion(theorem, f"{quantity}.median, {seen.at(t)}", share, 0.5, seen.runs.replicates)


def _time(theorem: Theorem, seen: Seen) -> Iterator[Comparison]:
    time = next(time for time in seen.runs.watched if time.name == theorem.quantity)
    law, observed = theorem.value(seen.recursion, *time.numbers), seen.runs.watched_times(time)
    replicates = seen.runs.replicates
    for t in KEPT:
        p = float(law.cdf(t))
        if EXPECTED_EVENTS <= p * replicates <= replicates - EXPECTED_EVENTS:
            came = float(np.mean((observed >= 0) & (observed <= t)))
            yield _proportion(theorem, f"P({time} ≤ {t}), {seen.recursion!r}", came, p, replicates)


def _settled(terms: Array) -> bool:
    """Whether the central limit theorem reaches the threshold: skewness small against √R."""
    centred = terms - terms.mean()
    square = centred * centred
    second = square.mean()
    if second == 0:
        return False
    skewness = (square * centred).mean() / second**1.5
    return bool(abs(skewness) < LARGEST_SKEWNESS * np.sqrt(len(terms)))


def _compared(theorem: Theorem, where: str, found: float, exact: float, error: float) -> Comparison:
    scale = abs(exact) if exact else 1.0
    return Comparison(theorem, where, float((found - exact) / error), float(error / scale))


def _proportion(theorem: Theorem, where: str, share: float, exact: float, replicates: int) -> Comparison:
    error = float(np.sqrt(exact * (1 - exact) / replicates))
    return Comparison(theorem, where, float((share - exact) / error), error / min(exact, 1 - exact))


_COMPARED: Mapping[str, Callable[[Theorem, Seen], Iterator[Comparison]]] = {
    "mean": _mean,
    "std": _std,
    "distribution": _law,
    "median": _median,
    "conservation": _conservation,
    "probability_finite": _finite,
}
