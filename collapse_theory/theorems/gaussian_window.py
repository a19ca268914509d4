r"""The Gaussian family with a sliding window: the rate at which a run forgets, for many points."""

from __future__ import annotations

from typing import Any

from collapse_theory.families import Gaussian
from collapse_theory.regimes import Window
from collapse_theory.theorem import Theorem

MANY_POINTS = "many points"


def _holds(setting: Any) -> bool:
    window = isinstance(setting.regime, Window) and setting.sizes.constant
    return bool(window and isinstance(setting.family, Gaussian) and setting.family.two_moments)


def rate(setting: Any) -> float:
    """Growth of the log-variance of a run per generation, to leading order in 1/n."""
    w, n, ddof = setting.regime.generations, setting.sizes(1), setting.family.ddof
    return float((2 * ddof / (w * (w + 1)) - 8 / (w + 1) ** 2) / n)


GAUSSIAN_WINDOW: tuple[Theorem, ...] = tuple(
    Theorem(
        title=f"almost-sure growth rate of the fitted {name.replace('_', '-')} with a window, for many points",
        quantity=name,
        statistic="growth_rate",
        road="asymptotic",
        statement=r"-\frac1n\Big[\frac{8}{(w+1)^2} - \frac{2\delta}{w(w+1)}\Big]"
        + (r",\text{ halved}" * (name == "sd")),
        conditions="Gaussian, the newest w generations, one sample size, n → ∞; an error of order n⁻²",
        source="docs/theory/window",
        holds=_holds,
        value=lambda setting, half=name == "sd": rate(setting) * (0.5 if half else 1.0),
        name=MANY_POINTS,
    )
    for name in ("variance", "log_variance", "sd")
)
