"""The road of approximations: an asymptotic form must approach what is exact at its stated order, a bound must hold."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from collapse_theory import families, regimes
from collapse_theory.errors import NoClosedForm, NotDefined
from collapse_theory.families import Family
from collapse_theory.recursion import Recursion
from collapse_theory.theorem import Order, Theorem

DOUBLINGS = (10, 20, 40)
MISSED = 0.2
"""How far the order seen over the last doubling may fall short of the stated one, which holds in the limit."""
QUANTILES = np.array([0.05, 0.25, 0.5, 0.75, 0.95])
BOUND_SETTINGS = ((2, 3), (10, 1), (10, 50))
ROUNDING = 1e-12


@dataclass(frozen=True)
class Approach:
    """The slowest approach of an approximation over the examples of its family, or the worst violation of a bound."""

    stated: float = 0.0
    seen: float = math.inf
    where: str = ""
    cases: int = 0

    @property
    def kept(self) -> bool:
        """Whether the stated order is reached."""
        return self.seen >= self.stated - MISSED


def approach(theorem: Theorem, kinds: Sequence[type[Family]] | None = None) -> Approach:
    """Confrontation of one asymptotic form or bound with the exact road to the same statistic.

    Parameters
    ----------
    theorem : Theorem
        The form or the bound.
    kinds : sequence of type, optional
        Families whose examples are tried; all by default.
    """
    tried = tuple(families.named().values() if kinds is None else kinds)
    if theorem.order is not None:
        found = list(_orders(theorem, theorem.order, tried))
        stated = theorem.order.order
    elif theorem.road == "bound":
        found, stated = list(_margins(theorem, tried)), 0.0
    else:
        return Approach()
    slowest = min(found, default=(math.inf, ""))
    return Approach(stated, *slowest, cases=len(found))


def _settings(theorem: Theorem, kinds: Sequence[type[Family]], n: int) -> Iterator[Recursion]:
    return (one for kind in kinds for one in examples_of_size(kind, n) if theorem in one.theorems)


@lru_cache(maxsize=64)
def examples_of_size(kind: type[Family], n: int) -> tuple[Recursion, ...]:
    """Every example of a family with every example of a regime, where they accept the sample size."""
    found = []
    for member in kind.examples():
        for regime in (example for data in regimes.named().values() for example in data.examples()):
            with suppress(ValueError, NotDefined):
                found.append(Recursion(member, regime, sample_size=n))
    return tuple(found)


def _orders(theorem: Theorem, order: Order, kinds: Sequence[type[Family]]) -> Iterator[tuple[float, str]]:
    """Exponents at which the error falls over the last doubling, one per example."""
    for first in _settings(theorem, kinds, order.along(DOUBLINGS[0])[0]):
        if not order.when(first):
            continue
        errors = []
        for m in DOUBLINGS[-2:]:
            n, t = order.along(m)
            family = first.family if order.family is None else order.family(m)
            setting = Recursion(family, first.regime, sample_size=n)
            errors.append(_error(theorem, order, setting, t))
        seen = math.log2(errors[0] / errors[1]) if errors[1] > ROUNDING else math.inf
        yield seen, f"{setting!r}, t = {t}"


def _error(theorem: Theorem, order: Order, setting: Recursion, t: int) -> float:
    if theorem.quantity in setting.family.times:
        return _time_error(theorem, setting, t)
    name = setting.family.roles.get(theorem.quantity, theorem.quantity)
    quantity = setting.watch(name, *setting.defined(name).typical)
    at = np.array([t])
    if theorem.statistic in ("distribution", "almost_sure_limit"):
        exact = order.against(setting, t, *quantity.numbers) if order.against else quantity.distribution(t)
        points = exact.ppf(QUANTILES)
        return float(np.max(np.abs(theorem.value(setting, at, *quantity.numbers)[0].cdf(points) - QUANTILES)))
    approximate = float(theorem.value(setting, at, *quantity.numbers)[0])
    exact = order.against(setting, t, *quantity.numbers) if order.against else getattr(quantity, theorem.statistic)(t)
    return abs(approximate / float(exact) - 1)


def _time_error(theorem: Theorem, setting: Recursion, t: int) -> float:
    time = setting.time(theorem.quantity, *setting.defined(theorem.quantity).typical)
    approximate = theorem.value(setting, *time.numbers)
    if not hasattr(approximate, "cdf"):
        return abs(float(approximate.mean) / time.mean - 1)
    at = np.unique([max(t // 2, 1), t, 2 * t, 4 * t])
    return float(np.max(np.abs(approximate.cdf(at) - time.distribution.cdf(at))))


def _margins(theorem: Theorem, kinds: Sequence[type[Family]]) -> Iterator[tuple[float, str]]:
    """Least margins of a bound on a tail, rounding forgiven; negative where it is violated."""
    for n, t in BOUND_SETTINGS:
        for setting in _settings(theorem, kinds, n):
            name = setting.family.roles.get(theorem.quantity, theorem.quantity)
            quantity = setting.watch(name, *setting.defined(name).typical)
            try:
                exact = quantity.distribution(t)
            except NoClosedForm:
                continue
            points = exact.ppf(QUANTILES)
            bound = theorem.value(setting, np.array([t]), *quantity.numbers)[0]
            margins = [getattr(bound, tail)(points) - getattr(exact, tail)(points) + ROUNDING for tail in ("cdf", "sf")]
            least = float(np.min(margins))
            yield (math.inf if least >= 0 else -math.inf), f"{setting!r}, t = {t}"
