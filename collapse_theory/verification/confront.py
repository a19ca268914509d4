"""The third road: simulation against theorem, with one false-alarm budget for the whole run.

Each comparison is one number z that is standard normal when the theorem is true; the budget
``FALSE_ALARM`` is divided over all comparisons and the threshold is computed from it, never tuned.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from collapse_theory import schedules
from collapse_theory.errors import NoClosedForm, Unseeable
from collapse_theory.families import Gaussian
from collapse_theory.recursion import Recursion
from collapse_theory.regimes import Accumulate, Fresh, FreshMixture, Replace
from collapse_theory.simulation import Runs, estimate
from collapse_theory.theorem import Theorem

FALSE_ALARM = 1e-6
KEPT = (1, 2, 4, 8)
QUANTILES = (0.05, 0.5, 0.95)
REPLICATES = {"quick": 100_000, "default": 400_000, "deep": 2_000_000}
TAIL = 2.0
LEVEL = 0.5


@dataclass(frozen=True)
class Comparison:
    """One simulated statistic against one theorem."""

    theorem: Theorem
    where: str
    z: float
    smallest_seen: float
    """Relative deviation of the theorem that would have been noticed."""


def simulated_settings(depth: str) -> list[Recursion]:
    """Recursions that are simulated, every regime, divisors on both sides of the critical one."""
    source = {"mean": 1.0, "sd": 2.0}
    recursions = [
        Recursion(Gaussian(**source, ddof=1), Replace(), sample_size=10),
        Recursion(Gaussian(**source, ddof=0), Replace(), sample_size=10),
        Recursion(Gaussian(**source, ddof=1.5), Replace(), sample_size=200),
        Recursion(Gaussian(**source, ddof=1), Replace(), sample_size=schedules.power(10, 1)),
        Recursion(Gaussian(**source, estimator="posterior"), Replace(), sample_size=20),
        Recursion(Gaussian(**source, ddof=1), Accumulate(), sample_size=40),
        Recursion(Gaussian(**source, ddof=0), Accumulate(), sample_size=5),
        Recursion(Gaussian(**source, ddof=1), Accumulate(), sample_size=schedules.geometric(10, 1.5)),
        Recursion(Gaussian(**source, ddof=1), Fresh(real=60), sample_size=150),
        Recursion(Gaussian(**source, ddof=0), Fresh(real=3), sample_size=12),
        Recursion(Gaussian(**source, ddof=1), FreshMixture(share=0.3), sample_size=60),
    ]
    if depth == "deep":
        recursions += [
            Recursion(Gaussian(**source, ddof=-1), Replace(), sample_size=8),
            Recursion(Gaussian(**source, ddof=2), Replace(), sample_size=12),
            Recursion(Gaussian(**source, ddof=2), Fresh(real=6), sample_size=15),
            Recursion(Gaussian(**source, ddof=0), FreshMixture(share=0.5), sample_size=10),
        ]
    return recursions


def quantities(recursion: Recursion) -> list[Any]:
    """Every quantity of the recursion, tails at two source standard deviations."""
    names = recursion.family.measures
    return [recursion.watch(name, *([TAIL] if "tail_mass" in name else [])) for name in names]


def confront(recursion: Recursion, depth: str, seed: int, extra: tuple[Theorem, ...] = ()) -> list[Comparison]:
    """All comparisons of one simulated recursion."""
    time = recursion.time_until_sd_below(LEVEL)
    runs = recursion.simulate(KEPT[-1], REPLICATES[depth], rng=seed, keep=KEPT, watch=[time])
    found: list[Comparison] = []
    for quantity in quantities(recursion):
        values = quantity.values(runs)
        if not np.all(np.isfinite(values)):
            continue
        found += _means(quantity, runs, values)
        found += _laws(quantity, runs, values)
        found += _medians(quantity, runs, values)
    found += _times(time, runs)
    for theorem in extra:
        if theorem.holds(recursion) and theorem.statistic == "mean":
            quantity = recursion.watch(recursion.family.roles.get(theorem.quantity, theorem.quantity))
            found += _mean_of(theorem, quantity, runs, quantity.values(runs))
    return found


def _means(quantity: Any, runs: Runs, values: Any) -> Iterator[Comparison]:
    for statistic in ("mean", "std"):
        curve = getattr(quantity, statistic)
        try:
            theorem = curve.theorem
        except NoClosedForm:
            continue
        if statistic == "mean":
            yield from _mean_of(theorem, quantity, runs, values)
            continue
        exact = curve(runs.generations)
        spread, error = estimate.std(values)
        for i, t in enumerate(runs.generations):
            if np.isfinite(exact[i]) and _settled((values[:, i] - values[:, i].mean()) ** 2) and error[i] > 0:
                yield _compared(theorem, f"{curve}, {quantity.recursion!r}, t = {t}", spread[i], exact[i], error[i])


def _mean_of(theorem: Theorem, quantity: Any, runs: Runs, values: Any) -> Iterator[Comparison]:
    exact = np.asarray(theorem.value(quantity.recursion, runs.generations, *quantity.numbers))
    moment = quantity.relative_second_moment(runs.generations)
    middle, error = estimate.mean(values, None)
    for i, t in enumerate(runs.generations):
        column = values[:, i : i + 1]
        try:
            estimate.refuse_unseeable(
                "mean", runs.generations[i : i + 1], column, None if moment is None else moment[i : i + 1]
            )
        except Unseeable:
            continue
        if np.isfinite(exact[i]) and error[i] > 0 and _settled(values[:, i]):
            yield _compared(theorem, f"{quantity}.mean, {quantity.recursion!r}, t = {t}", middle[i], exact[i], error[i])


def _settled(terms: Any) -> bool:
    """Whether the central limit theorem reaches the threshold: skewness small against √R."""
    centred = terms - terms.mean()
    spread = terms.std()
    if spread == 0:
        return False
    return bool(abs(np.mean((centred / spread) ** 3)) < 0.02 * np.sqrt(len(terms)))


def _compared(theorem: Theorem, where: str, found: float, exact: float, error: float) -> Comparison:
    scale = abs(exact) if exact else 1.0
    return Comparison(theorem, where, float((found - exact) / error), float(error / scale))


def _laws(quantity: Any, runs: Runs, values: Any) -> Iterator[Comparison]:
    try:
        theorem = quantity.distribution.theorem
    except NoClosedForm:
        return
    for i, t in enumerate(runs.generations):
        law = quantity.distribution(int(t))
        try:
            points = law.ppf(np.array(QUANTILES))
        except ValueError:
            continue
        for q, x, p in zip(QUANTILES, points, law.cdf(points), strict=True):
            if abs(p - q) > 1e-6:
                continue
            below = float(np.mean(values[:, i] <= x))
            error = float(np.sqrt(q * (1 - q) / len(values)))
            where = f"{quantity}.quantile({q:g}), {quantity.recursion!r}, t = {t}"
            yield Comparison(theorem, where, (below - q) / error, error / min(q, 1 - q))


def _medians(quantity: Any, runs: Runs, values: Any) -> Iterator[Comparison]:
    """Medians known by themselves rather than through a law: half of the runs lie below."""
    for theorem in quantity.theorems:
        if theorem.statistic == "median" and theorem.exact:
            below = np.mean(values <= quantity.median(runs.generations), axis=0)
            error = 0.5 / float(np.sqrt(len(values)))
            for t, share in zip(runs.generations, below, strict=True):
                where = f"{quantity}.median, {quantity.recursion!r}, t = {t}"
                yield Comparison(theorem, where, float((share - 0.5) / error), 2 * error)


def _times(time: Any, runs: Runs) -> Iterator[Comparison]:
    try:
        law = time.distribution
    except NoClosedForm:
        return
    theorem = next(th for th in time.theorems if th.exact)
    seen = runs.watched_times(time)
    for t in KEPT:
        p = float(law.cdf(t))
        if p * runs.replicates < 100:
            continue
        came = float(np.mean((seen >= 0) & (seen <= t)))
        error = float(np.sqrt(p * (1 - p) / runs.replicates))
        yield Comparison(theorem, f"P({time} ≤ {t}), {time.recursion!r}", (came - p) / error, error / p)


def critical_value(comparisons: int) -> float:
    """Two-sided threshold on z for the whole budget."""
    return estimate.normal_quantile(1 - FALSE_ALARM / max(comparisons, 1))
