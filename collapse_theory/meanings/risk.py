r"""Definitions 1, 2 and 5: the risk against one fit on the same real points, and how it scales with their number.

One fit on R real points has an expected squared error of :math:`\sigma_0^2/R`. R is what a generation has of real
points: the new ones where there are any, else those that generation 1 was fitted to.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, fields, replace
from typing import Any

from collapse_theory.curve import Curve
from collapse_theory.errors import NoClosedForm
from collapse_theory.meanings.long_run import SAME, LongRun, exactly, long_run, shown, title
from collapse_theory.meanings.record import Reading, Verdict
from collapse_theory.recursion import Recursion
from collapse_theory.regimes import AccumulateFresh
from collapse_theory.tableau.step import MODEL, REAL
from collapse_theory.theorem import first_about
from collapse_theory.theorems.information import STATISTIC

SCALED_AT = 10
"""Generation at which the error is looked at along growing samples."""
LARGE, DOUBLINGS = 10**5, 3
"""Least sample size per 10 generations from which exponents are taken, and the sizes on from there."""
EXPONENT = 1e-3
"""How far the exponent of a power law may be off at that size."""
COUNTS = ("real", "size")
"""Fields of a regime that count points."""
ERROR = "squared error of the mean"


@dataclass(frozen=True)
class OneFit:
    """One fit on the real points that a generation has."""

    points: float
    error: float

    def __str__(self) -> str:
        return f"one fit on {shown(self.points)} real point{'' if self.points == 1 else 's'}"


def squared_error(recursion: Recursion) -> Curve | None:
    """Mean squared location error of the family, None where it has none."""
    name = recursion.family.roles.get("squared_location")
    return None if name is None else recursion.watch(name).mean


def name_of(recursion: Recursion) -> str:
    """The squared error in words."""
    names = {"squared_distance": "squared distance", "squared_location_error": ERROR}
    return names.get(recursion.family.roles.get("squared_location", ""), "risk")


def one_fit(recursion: Recursion, t: int) -> OneFit | None:
    """One fit on the real points of generation t; None where its error is not known."""
    family, regime, sizes = recursion.family, recursion.regime, recursion.sizes
    first, curve = regime.step(1, sizes), squared_error(recursion)
    if curve is None:
        return None
    if not recursion.tableau.anchored:
        points = float(sum(first.drawn))
        if _moments(recursion):
            return OneFit(points, float(family.spread) / points)
        error = exactly(curve, 1)
        return None if error is None else OneFit(points, error)
    if not _moments(recursion):
        return None
    step = regime.step(max(t, 2, (regime.opening or 0) + 1), sizes)
    points = float(step.drawn[REAL] * step.kept[REAL] + step.share * step.drawn[MODEL] * step.kept[MODEL])
    if isinstance(regime, AccumulateFresh):
        points = float(sum(first.drawn)) + sum(float(regime.step(j, sizes).drawn[REAL]) for j in range(2, t + 1))
    passed = 1.0 if step.screen is None else float(step.screen.variance)
    return OneFit(points, float(family.spread) * passed / points)


def catastrophic(recursion: Recursion, rise: float | None, horizon: int) -> tuple[Reading, ...]:
    """Definition 1: the rise of the error against one fit, in the long run and at the horizon."""
    curve, what = squared_error(recursion), name_of(recursion)
    fit = one_fit(recursion, horizon)
    if curve is None or fit is None:
        verdict: Verdict = "needs a threshold" if rise is None else "unknown"
        return (Reading(what, "mean over runs", verdict, _missing(curve)),)
    late, now = _comparable(recursion, curve, horizon), exactly(curve, horizon)
    found = []
    if late is not None and late.limit is not None:
        found.append(_risen(what, late.limit / fit.error, fit, rise, late.theorem))
    if now is not None:
        theorem = title(curve.theorem)
        found.append(
            _risen(f"{what.removesuffix(' of the mean')} at generation {horizon}", now / fit.error, fit, rise, theorem)
        )
    if not found:
        verdict = "needs a threshold" if rise is None else "unknown"
        found.append(Reading(what, "mean over runs", verdict, "no exact curve"))
    return tuple(found)


def _missing(curve: Curve | None) -> str:
    return "no squared error of a mean is read of this family" if curve is None else "the error of one fit is not known"


def _risen(what: str, factor: float, fit: OneFit, rise: float | None, theorem: str) -> Reading:
    verdict: Verdict = "needs a threshold" if rise is None else "yes" if factor >= rise else "no"
    told = f"{shown(factor)} × the error of {fit}" + ("" if rise is None else f"; asked for {shown(rise)}")
    return Reading(what, "mean over runs", verdict, told, factor, theorem)


def _comparable(recursion: Recursion, curve: Curve, horizon: int) -> LongRun | None:
    """The long run where the real points of a generation stay the same for ever, else None."""
    growing = recursion.tableau.anchored and not recursion.sizes.constant
    if growing or isinstance(recursion.regime, AccumulateFresh):
        return None
    return long_run(curve, horizon)


def any_rise(recursion: Recursion, horizon: int) -> tuple[Reading, ...]:
    """Definition 2: the error, and what the mean is worth in real points, against one fit on those real points."""
    curve, what, fit = squared_error(recursion), name_of(recursion), one_fit(recursion, horizon)
    if curve is None or fit is None:
        return (Reading(what, "mean over runs", "unknown", _missing(curve)),)
    return (_worth(recursion, fit, horizon), _against(recursion, curve, what, fit, horizon))


def _against(recursion: Recursion, curve: Curve, what: str, fit: OneFit, horizon: int) -> Reading:
    late = _comparable(recursion, curve, horizon)
    if late is not None and (late.limit is not None or late.finite is False):
        factor, when, theorem = (math.inf if late.limit is None else late.limit) / fit.error, "", late.theorem
    else:
        now = exactly(curve, horizon)
        if now is None:
            return Reading(what, "mean over runs", "unknown", "no exact curve")
        factor, when, theorem = now / fit.error, f"; generation {horizon}", title(curve.theorem)
    told = f"{shown(factor)} × the error of {fit}{when}"
    return Reading(what, "mean over runs", "yes" if factor > 1 + SAME else "no", told, factor, theorem)


def _worth(recursion: Recursion, fit: OneFit, horizon: int) -> Reading:
    """Effective real sample size: what the fitted mean is worth in real points when the variance is known."""
    what = "worth in real points"
    if not recursion.sampling.honest:
        return Reading(what, "mean over runs", "unknown", "the sampling is a bias, which no number of points has")
    screened = recursion.tableau.screen is not None and recursion.tableau.screen.variance != 1
    if screened:
        return Reading(what, "mean over runs", "unknown", "the detector changes the law of real points")
    try:
        found = first_about(recursion.theorems, STATISTIC)
        growing = recursion.tableau.anchored and not recursion.sizes.constant
        if found is None or growing or isinstance(recursion.regime, AccumulateFresh):
            size, when, theorem = float(recursion.information.real_points(horizon)), f"; generation {horizon}", ""
        else:
            size, when, theorem = recursion.information.limit, "", found.title
    except NoClosedForm:
        return Reading(what, "mean over runs", "unknown", "the family does not match two moments")
    verdict: Verdict = "yes" if size < fit.points * (1 - SAME) else "no"
    told = f"{shown(size)} with known variance, one fit {shown(fit.points)}{when}"
    return Reading(what, "mean over runs", verdict, told, size, theorem)


def scaling(recursion: Recursion, horizon: int) -> tuple[Reading, ...]:
    """Definition 5: the exponent of the error along n, with all counts of points growing alike, and n alone."""
    curve, what = squared_error(recursion), name_of(recursion)
    if curve is None or not recursion.sizes.constant or not _moments(recursion):
        told = "no one n" if not recursion.sizes.constant else "no squared error that is known at every n"
        return (Reading(what, "mean over runs", "unknown", told),)
    t, n = min(SCALED_AT, horizon), int(recursion.sizes(1))
    sizes = [math.ceil(LARGE * t / SCALED_AT / n) * 2**k for k in range(DOUBLINGS)]
    found = [_at_generation(recursion, t, sizes), _in_the_limit(recursion, horizon, sizes)]
    if getattr(recursion.regime, "real", None) is not None or _kept_count(recursion):
        found.append(_alone(recursion, horizon, sizes))
    return tuple(reading for reading in found if reading is not None)


def _moments(recursion: Recursion) -> bool:
    return bool(recursion.family.two_moments or recursion.family.conserved_spread)


def _kept_count(recursion: Recursion) -> bool:
    """Whether a count of real points that are kept for ever stands beside the sample size."""
    return bool(recursion.tableau.frozen) and getattr(recursion.regime, "size", None) is not None


def scaled(recursion: Recursion, factor: int, *, alone: bool = False) -> Recursion:
    """The recursion with so many times its sample size, and of every count of points unless n grows alone."""
    regime: Any = recursion.regime
    names = [field.name for field in fields(regime) if field.name in COUNTS]
    counts = {name: getattr(regime, name) * factor for name in names if isinstance(getattr(regime, name), int)}
    regime = regime if alone or not counts else replace(regime, **counts)
    return replace(recursion, regime=regime, sample_size=int(recursion.sizes(1)) * factor)


def _exponent(values: list[float | None]) -> float | None:
    """Exponent of the last doubling, None where a value is not known or not positive and finite."""
    last = values[-2:]
    if any(value is None or not 0 < value < math.inf for value in last):
        return None
    before, after = (float(value) for value in last if value is not None)
    return math.log2(after / before)


def _at_generation(recursion: Recursion, t: int, sizes: list[int]) -> Reading:
    def error(factor: int) -> float | None:
        curve = squared_error(scaled(recursion, factor))
        return None if curve is None else exactly(curve, t)

    exponent, near = _exponent([*map(error, sizes)]), _exponent([*map(error, (2, 4))])
    name = f"exponent in n at generation {t}"
    if exponent is None or near is None:
        return Reading(name, "mean over runs", "unknown", "no exact curve")
    verdict: Verdict = "no" if abs(exponent + 1) <= EXPONENT else "yes"
    told = f"{_power(exponent)} for large n, {_power(near)} at this n; one fit −1"
    return Reading(name, "mean over runs", verdict, told, exponent)


def _power(exponent: float) -> str:
    return shown(round(exponent, 3) + 0.0)


def _in_the_limit(recursion: Recursion, horizon: int, sizes: list[int]) -> Reading | None:
    limits = _limits(recursion, horizon, sizes, alone=False)
    name = "exponent in n, long run"
    if limits and all(limit == 0 for limit in limits):
        return None
    return _along(name, limits)


def _alone(recursion: Recursion, horizon: int, sizes: list[int]) -> Reading | None:
    limits = _limits(recursion, horizon, sizes, alone=True)
    if limits and all(limit == 0 for limit in limits):
        return None
    return _along("exponent in n, same real points", limits)


def _limits(recursion: Recursion, horizon: int, sizes: list[int], *, alone: bool) -> list[float | None]:
    found = []
    for factor in sizes[-2:]:
        curve = squared_error(scaled(recursion, factor, alone=alone))
        found.append(None if curve is None else long_run(curve, horizon).limit)
    return found


def _along(name: str, limits: list[float | None]) -> Reading:
    if all(limit == math.inf for limit in limits):
        return Reading(name, "mean over runs", "yes", "the error is infinite at every n", math.inf)
    exponent = _exponent(limits)
    if exponent is None:
        return Reading(name, "mean over runs", "unknown", "no exact limit is known")
    verdict: Verdict = "no" if abs(exponent + 1) <= EXPONENT else "yes"
    return Reading(name, "mean over runs", verdict, f"{_power(exponent)} for large n; one fit −1", exponent)
