"""The second road: the numeric form of a theorem against mpmath at its stress points."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from collapse_theory.errors import NoClosedForm, NotDefined
from collapse_theory.recursion import Recursion
from collapse_theory.theorem import Theorem, evaluate, values_of_letters

TOLERANCE = 1e-13
"""Relative error allowed to a closed form; of its logarithm where the value leaves the floats."""
INVERSION = 1e-10
"""Absolute error allowed to an inverted distribution."""
LARGEST_INVERTED = 1000
"""Sample size up to which mpmath's incomplete gamma function is asked."""
LARGE = 300.0
"""Logarithms beyond this size (values beyond 1e±130) are compared as logarithms: half an ulp of the logarithm is by
then 3e-14 of the value, so that no form held as a double logarithm can state its accuracy on the value itself."""
FAR = 10**12
"""Generation at which a curve stands for its limit, for sample sizes up to ``LARGEST_SETTLED``."""
LARGEST_SETTLED = 10
ARRIVED = 1e-5
"""Distance from a finite limit at which a curve has arrived; a driftless walk's tails get there like t^(-1/2)."""
BEYOND = 1e3
"""Size beyond which a value stands for infinity."""
STRIDE = 10**4
"""Factor between generations over which a slow curve must go on towards 0 or infinity, as a power of t does."""
PACE = 0.99
"""Share of its last stride, on a logarithmic scale, by which it must go on."""
PROBABILITIES = (0.01, 0.5, 0.95)
CURVES = ("mean", "std", "median")
FOLLOWED = (1, 2, 10, 100)
"""Generations to which the loop without noise is followed."""


@dataclass(frozen=True)
class Digits:
    """Worst error of a theorem, as a share of what is allowed, where it is, and the number of points."""

    worst: float = 0.0
    where: str = ""
    points: int = 0


def checkable(theorem: Theorem) -> bool:
    """Whether the theorem has a form that mpmath can evaluate."""
    second_road = theorem.formula is not None or theorem.reference is not None or theorem.statistic == "population"
    return theorem.exact and second_road


def digits(theorem: Theorem, settings: list[Recursion], times: tuple[int, ...], most: int | None = None) -> Digits:
    """Errors of a theorem over the settings, or over so many of them, first to last, and on until one shows."""
    worst, where, points = 0.0, "", 0
    held = [setting for setting in settings if theorem in setting.theorems]
    enough = len(held)
    if most is not None and len(held) > most:
        first = dict.fromkeys(int(place) for place in np.linspace(0, len(held) - 1, most))
        held, enough = [held[place] for place in dict.fromkeys([*first, *range(len(held))])], len(first)
    for place, setting in enumerate(held):
        if place >= enough and points:
            break
        for error, at in _errors(theorem, setting, times):
            points += 1
            if not error <= worst:
                worst, where = error, f"{setting!r}{at}"
    return Digits(worst, where, points)


def _errors(theorem: Theorem, setting: Recursion, times: tuple[int, ...]) -> Iterator[tuple[float, str]]:
    if theorem.statistic in CURVES:
        name = setting.family.roles.get(theorem.quantity, theorem.quantity)
        curve = getattr(setting.watch(name, *setting.defined(name).typical), theorem.statistic)
        formula = None if theorem.formula is None else theorem.formula(setting)
        for t in times:
            exact = _exact(theorem, setting, formula, t, curve.quantity.numbers)
            if exact is None:
                continue
            if curve.theorem is theorem:
                yield _curve_error(curve, exact, t), f", t = {t}"
            elif t > 0:
                value = theorem.value(setting, np.array([t]), *curve.quantity.numbers)[0]
                yield _relative(float(value), exact) / TOLERANCE, f", t = {t}"
        if curve.theorem is theorem and theorem.limit is not None and _reaches_far(theorem, setting):
            yield _limit_error(curve), f", limit against t = {FAR:.0e}"
    elif theorem.statistic == "population":
        quantity = setting.watch(theorem.quantity, *setting.defined(theorem.quantity).typical)
        closed, followed = quantity.population(FOLLOWED), quantity.population.along_the_path(FOLLOWED)
        for t, one, other in zip(FOLLOWED, closed, followed, strict=True):
            yield abs(one - other) / (t * TOLERANCE * max(abs(other), 1e-300)), f", t = {t}, without noise"
    elif theorem.statistic in ("distribution", "carried_by_top"):
        yield from _inversion_errors(theorem, setting)
    else:
        exact = _exact(theorem, setting, None if theorem.formula is None else theorem.formula(setting), 1)
        if exact is not None:
            given = (np.array([1]),) if theorem.statistic == "conservation" else ()
            yield _relative(float(np.squeeze(theorem.value(setting, *given))), exact) / TOLERANCE, ""


def _exact(theorem: Theorem, setting: Recursion, formula: Any, t: int, numbers: tuple[Any, ...] = ()) -> Any:
    """The value to 50 digits or more, or None where mpmath has no road at this point."""
    import mpmath

    if theorem.reference is not None:
        try:
            with mpmath.workdps(80):
                return theorem.reference(setting, t, *numbers) if t else None
        except (NoClosedForm, NotDefined):
            return None
    return evaluate(formula, values_of_letters(setting, t))


def _curve_error(curve: Any, exact: Any, t: int) -> float:
    import mpmath

    with mpmath.workdps(60):
        size = mpmath.log(abs(exact)) if exact != 0 and mpmath.isfinite(exact) else mpmath.mpf(0)
        if abs(size) > LARGE:
            return float(abs(curve.log(t) - size) / max(1, abs(size))) / TOLERANCE
        return _relative(curve(t), exact) / TOLERANCE


def _reaches_far(theorem: Theorem, setting: Recursion) -> bool:
    """Whether a generation that is as good as infinity can be evaluated."""
    early = theorem.road == "closed form" or setting.tableau.replacement
    return bool(early and setting.sizes.constant and setting.sizes(1) <= LARGEST_SETTLED)


def _limit_error(curve: Any) -> float:
    """0 where the curve at a far generation is at its limit (nearly, where that is finite), infinite where not."""
    limit = float(curve.limit)
    try:
        value = float(curve(FAR))
    except OverflowError:
        value = math.inf
    if math.isinf(limit):
        arrived = math.copysign(1.0, value) == math.copysign(1.0, limit) and abs(value) > BEYOND
    else:
        arrived = abs(value - limit) <= ARRIVED * max(abs(limit), 1.0)
    return 0.0 if arrived or _on_its_way(curve, limit) else math.inf


def _on_its_way(curve: Any, limit: float) -> bool:
    """Whether a curve goes to 0 or to infinity at the pace of a power of t."""
    if limit not in (0.0, math.inf):
        return False
    early, middle, late = (float(curve.log(t)) for t in (FAR // STRIDE**2, FAR // STRIDE, FAR))
    sign = 1.0 if limit else -1.0
    return sign * (late - middle) >= PACE * sign * (middle - early) > 0


def _relative(value: Any, exact: Any) -> float:
    import mpmath

    if mpmath.isinf(exact) or math.isinf(value):
        return 0.0 if mpmath.isinf(exact) and math.isinf(value) else math.inf
    if exact == 0:
        return abs(float(value))
    return float(abs(mpmath.mpf(value) - exact) / abs(exact))


def _inversion_errors(theorem: Theorem, setting: Recursion) -> Iterator[tuple[float, str]]:
    """Absolute errors of an inverted law, after the one refit for which incomplete gamma functions give it."""
    if theorem.reference is None or not setting.sizes.constant or setting.sizes(1) > LARGEST_INVERTED:
        return
    law = theorem.value(setting, np.array([1]))[0] if theorem.statistic == "distribution" else None
    for q in PROBABILITIES:
        point = q if law is None else float(law.ppf(q))
        try:
            exact = theorem.reference(setting, 1, point)
        except NoClosedForm:
            return
        value = theorem.value(setting, 1, point) if law is None else law.cdf(point)
        yield float(abs(value - exact)) / INVERSION, f", t = 1, at {point:.6g}"
