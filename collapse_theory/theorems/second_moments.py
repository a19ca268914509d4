"""The exact moment map as a theorem about any regime: stepped generation by generation, for every two-moment family."""

from __future__ import annotations

from typing import Any

from collapse_theory.regimes.linear_map import second_moments
from collapse_theory.theorem import Theorem
from collapse_theory.theorems.raw_points import mean_reference


def holds(setting: Any) -> bool:
    """A family that matches two moments, in any regime."""
    return bool(setting.family.two_moments)


def _value(index: int) -> Any:
    def value(setting: Any, t: Any) -> Any:
        family = setting.family
        return family.spread * second_moments(setting.regime, setting.sizes, family.ddof, t)[index]

    return value


SECOND_MOMENTS: tuple[Theorem, ...] = tuple(
    Theorem(
        title=f"mean {name} by the moment map of the tableau",
        quantity=role,
        statistic="mean",
        road="recurrence",
        statement=statement,
        conditions="any regime and any sample sizes; a fit that matches the first two moments of its fit set",
        source="docs/theory/tableau",
        holds=holds,
        value=_value(index),
        reference=mean_reference(*powers),
    )
    for index, (name, role, powers, statement) in enumerate(
        (
            ("spread", "spread", (1, 0), r"x_t = A_t x_{t-1},\; x = (V, C_{ij}, U_i, 1):\quad V_t = e_V^\top x_t"),
            (
                "squared location error",
                "squared_location",
                (0, 1),
                r"x_t = A_t x_{t-1},\; x = (V, C_{ij}, U_i, 1):\quad M_t = e_{C_{00}}^\top x_t",
            ),
        )
    )
)
