"""The second road: the numeric form of a theorem against mpmath at its stress points."""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from collapse_theory.errors import NoClosedForm, NotDefined
from collapse_theory.families import Gaussian
from collapse_theory.recursion import Recursion
from collapse_theory.regimes import Accumulate, Fresh, FreshMixture, Replace
from collapse_theory.theorem import Theorem, evaluate

TOLERANCE = 1e-13
"""Relative error allowed to a closed form; of its logarithm where the value leaves the floats."""
INVERSION = 1e-10
"""Absolute error allowed to an inverted distribution."""
LARGEST_INVERTED = 1000
"""Sample size up to which mpmath's incomplete gamma function is asked."""
LARGE = 300.0
"""Logarithms beyond this size (values beyond 1e±130) are compared as logarithms: half an ulp of the logarithm is by
then 3e-14 of the value, so that no form held as a double logarithm can state its accuracy on the value itself."""

SIZES = (2, 3, 10, 10**3, 10**6, 10**9)
TIMES = (0, 1, 10**3, 10**9)
DIVISORS = (-1.0, 0.0, 1.0, 1.5, 2.0, 3.0)


def stress_settings(depth: str) -> Iterator[Recursion]:
    """Recursions at the declared stress points, every regime and divisor."""
    sizes = SIZES if depth != "quick" else (2, 10, 10**9)
    divisors = DIVISORS if depth != "quick" else (0.0, 1.0, 2.0)
    for n in sizes:
        for ddof in divisors:
            if ddof < n:
                family = Gaussian(mean=0.5, sd=2.0, ddof=ddof)
                yield Recursion(family, Replace(), sample_size=n)
                yield Recursion(family, Accumulate(), sample_size=n)
                yield Recursion(family, Fresh(real=1), sample_size=n)
                yield Recursion(family, FreshMixture(share=0.25), sample_size=n)
        if n > 2:
            yield Recursion(Gaussian(sd=2.0, estimator="posterior"), Replace(), sample_size=n)


def checkable(theorem: Theorem) -> bool:
    """Whether the theorem has a form that mpmath can evaluate."""
    return theorem.exact and (theorem.formula is not None or theorem.reference is not None)


@lru_cache(maxsize=512)
def _formula(theorem: Theorem, setting: Recursion) -> Any:
    assert theorem.formula is not None
    return theorem.formula(setting)


def compare(theorem: Theorem, setting: Recursion, depth: str) -> Iterator[tuple[float, str]]:
    """Relative errors of one theorem in one setting, each with the point where it was found."""
    if theorem.statistic in ("distribution", "carried_by_top"):
        yield from (_compare_law if theorem.statistic == "distribution" else _compare_share)(theorem, setting)
        return
    roles = setting.family.roles
    quantity = setting.watch(roles.get(theorem.quantity, theorem.quantity))
    if theorem.statistic not in ("mean", "std", "median"):
        value = theorem.value(setting)
        yield _relative(value, _reference(theorem, setting, 0)), repr(setting)
        return
    curve = getattr(quantity, theorem.statistic)
    if theorem not in curve.theorems or curve.theorem is not theorem:
        return
    for t in TIMES if depth != "quick" else (1, 10**9):
        if (
            theorem.reference is not None
            and isinstance(setting.regime, Accumulate)
            and setting.family.ddof != 0
            and t > 10**4
        ):
            continue
        yield _curve_error(curve, theorem, setting, t), f"{setting!r}, t = {t}"


def _curve_error(curve: Any, theorem: Theorem, setting: Recursion, t: int) -> float:
    import mpmath

    if t == 0 and theorem.reference is not None:
        return 0.0
    with mpmath.workdps(60):
        exact = _reference(theorem, setting, t)
        size = mpmath.log(abs(exact)) if exact != 0 and mpmath.isfinite(exact) else mpmath.mpf(0)
        if abs(size) > LARGE:
            return float(abs(curve.log(t) - size) / max(1, abs(size)))
        return _relative(curve(t), exact)


def _reference(theorem: Theorem, setting: Recursion, t: int) -> Any:
    import mpmath

    from collapse_theory import symbols

    if theorem.reference is not None:
        with mpmath.workdps(80):
            return theorem.reference(setting, t)
    letters = {
        symbols.n: int(setting.sizes(1)),
        symbols.t: t,
        **setting.family.symbols(),
        **setting.regime.symbols(setting.sizes),
    }
    return evaluate(_formula(theorem, setting), letters)


def _relative(value: Any, exact: Any) -> float:
    import mpmath

    if mpmath.isinf(exact) or math.isinf(value):
        return 0.0 if mpmath.isinf(exact) and math.isinf(value) else math.inf
    if exact == 0:
        return abs(float(value))
    return float(abs(mpmath.mpf(value) - exact) / abs(exact))


def _compare_law(theorem: Theorem, setting: Recursion) -> Iterator[tuple[float, str]]:
    """Absolute error of an inverted cdf after one refit, scaled so that its tolerance reads like a closed form's."""
    if theorem.reference is None or not setting.sizes.constant or setting.sizes(1) > LARGEST_INVERTED:
        return
    law = theorem.value(setting, [1])[0]
    for q in (0.01, 0.5, 0.95):
        x = float(law.ppf(q))
        error = abs(law.cdf(x) - theorem.reference(setting, 1, x))
        yield float(error) * TOLERANCE / INVERSION, f"{setting!r}, t = 1, x = {x:.6g}"


def _compare_share(theorem: Theorem, setting: Recursion) -> Iterator[tuple[float, str]]:
    if theorem.reference is None or not setting.sizes.constant or setting.sizes(1) > LARGEST_INVERTED:
        return
    for fraction in (0.01, 0.5):
        error = abs(theorem.value(setting, 1, fraction) - theorem.reference(setting, 1, fraction))
        yield float(error) * TOLERANCE / INVERSION, f"{setting!r}, t = 1, fraction = {fraction}"


def errors(theorem: Theorem, settings: list[Recursion], depth: str) -> tuple[float, str, int]:
    """Worst error of a theorem over the settings, where it is, and the number of points."""
    worst, where, points = 0.0, "", 0
    for setting in settings:
        if theorem not in setting.theorems:
            continue
        try:
            for error, place in compare(theorem, setting, depth):
                points += 1
                if error > worst or not error == error:
                    worst, where = error, place
        except (NoClosedForm, NotDefined):
            continue
    return worst, where, points
