"""What becomes of a curve in the long run: its limit, whether it is finite, and what tells so."""

from __future__ import annotations

import math
import sys
from dataclasses import dataclass
from typing import Any

from collapse_theory.curve import Curve
from collapse_theory.errors import NoClosedForm, NotDefined
from collapse_theory.forecasting.words import number
from collapse_theory.recursion import Recursion, known_fate
from collapse_theory.theorem import Theorem, first_about
from collapse_theory.theorems.conservation import CONSERVATION
from collapse_theory.theorems.control import holds, slow_gap
from collapse_theory.theorems.fate import Fate

DIGITS, LARGEST_WHOLE = 3, 10**6
SAME = 1e-9
"""Relative difference below which two exact values are one value."""
FADED, FURTHEST = 40, 10**6
"""Relaxation times after which exp(−40) of a transient is left; the last generation looked at for that."""
RATES = {"rate of the variance": ", rate {}", "factor of the expected variance": ", its mean at the rate {}"}
"""What is told of the value of a reason, by how the reason ends."""
SPREADS = {"Gaussian": "variance", "Categorical": "diversity", "Poisson": "rate", "MarkovChain": "entropy rate"}
WORDS = {
    "collapses": "every run's {} goes to 0",
    "explodes": "every run's {} goes to infinity",
    "wanders": "a run has no limit, it visits every level",
    "settles": "every run's {} settles, positive",
    "recovers": "every run comes back to the source",
    "stationary": "a run's {} keeps one law, positive",
    "undecided": "no theorem decides what a run does",
}


@dataclass(frozen=True)
class LongRun:
    """The long run of a curve.

    Parameters
    ----------
    limit : float, optional
        The limit, ``inf`` where it diverges; None where it is not known.
    finite : bool, optional
        Whether the curve stays bounded, None where that is not known.
    told : str
        The number and the road to it, in words.
    theorem : str
        Title of the theorem that it rests on.
    """

    limit: float | None
    finite: bool | None
    told: str
    theorem: str = ""


def shown(value: float) -> str:
    """A number to three digits, or to the unit where it is whole; ∞ for an infinite one."""
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    whole = round(value)
    if abs(value - whole) <= SAME * abs(whole) and abs(whole) < LARGEST_WHOLE:
        return f"{whole}".replace("-", "−")
    return number(value, DIGITS).replace("-", "−")


def exactly(curve: Curve, t: int) -> float | None:
    """Exact value at generation t, the largest float where it is beyond, None where no exact road is known."""
    try:
        return float(curve(t))
    except OverflowError:
        return sys.float_info.max
    except (NoClosedForm, NotDefined):
        return None


def title(theorem: Theorem | None) -> str:
    """Title of a theorem, if there is one."""
    return "" if theorem is None else theorem.title


def fate_theorem(recursion: Recursion) -> Theorem | None:
    """The theorem that decides what becomes of a run."""
    return first_about(recursion.theorems, "fate")


def fate_of(recursion: Recursion) -> tuple[Fate | None, str]:
    """Fate of a run, None where it is not known or not decided; and in words."""
    fate = known_fate(recursion)
    if fate is None:
        return None, "no theorem is known about a run"
    words = WORDS[fate.verdict].format(SPREADS.get(type(recursion.family).__name__, "spread"))
    if fate.verdict in ("collapses", "explodes"):
        words += "".join(told.format(shown(fate.value)) for end, told in RATES.items() if fate.because.endswith(end))
    return (None if fate.verdict == "undecided" else fate), words


def long_run(curve: Curve, horizon: int) -> LongRun:
    """Limit of a curve by a theorem; else of a map that contracts, or that nothing holds; else what is known at t."""
    for theorem in curve.about(curve.statistic):
        if theorem.exact and theorem.limit is not None:
            try:
                limit = float(curve.limit)
            except NoClosedForm:
                break
            return LongRun(limit, finite=math.isfinite(limit), told=f"limit {shown(limit)}", theorem=theorem.title)
    found = _by_the_map(curve)
    return _at(curve, horizon) if found is None else found


def _at(curve: Curve, horizon: int) -> LongRun:
    """What is known without a limit: the value at the horizon, and that the two second moments keep their sum."""
    recursion: Any = curve.quantity.recursion
    value = exactly(curve, horizon)
    told = "no exact curve" if value is None else f"{shown(value)} at generation {horizon}; limit not known"
    conserved = CONSERVATION in recursion.theorems and curve.quantity.name in recursion.family.roles.values()
    return LongRun(None, finite=conserved or None, told=told, theorem=CONSERVATION.title if conserved else "")


def _by_the_map(curve: Curve) -> LongRun | None:
    """Limit of a mean spread or squared error that follows a map with a known gain or a known fate."""
    recursion: Any = curve.quantity.recursion
    roles = {name: role for role, name in recursion.family.roles.items()}
    role = roles.get(curve.quantity.name)
    if curve.statistic != "mean" or role is None:
        return None
    fate = known_fate(recursion)
    if fate is not None and fate.verdict == "recovers":
        limit = float(recursion.family.spread) if role == "spread" else 0.0
        return LongRun(limit, finite=True, told=f"limit {shown(limit)}", theorem=title(fate_theorem(recursion)))
    if not holds(recursion):
        return None
    gain = first_about(recursion.theorems, "loop_gain")
    gap = slow_gap(recursion)
    if recursion.control.stationary:
        late = FADED * max(recursion.relaxation_time, 1.0) + (recursion.regime.opening or 0) + 1
        value = exactly(curve, math.ceil(late)) if late < FURTHEST else None
        told = "finite: the second moments contract" if value is None else f"limit {shown(value)}"
        return LongRun(value, finite=True, told=told, theorem=title(gain))
    if gap < 0:
        told = f"limit ∞: gain {shown(1 - gap)} of the second moments"
        return LongRun(math.inf, finite=False, told=told, theorem=title(gain))
    if gap > 0 and role == "spread":
        return LongRun(0.0, finite=True, told=f"limit 0: factor {shown(1 - gap)} a generation", theorem=title(gain))
    if gap > 0:
        told = "finite: the expected variances have a finite sum"
        return LongRun(None, finite=True, told=told, theorem=title(gain))
    return None
