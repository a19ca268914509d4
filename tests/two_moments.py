"""A Gaussian in a regime, its two mean moments, and their limits."""

from __future__ import annotations

from typing import Any

import collapse_theory as ct


def recursion(regime: ct.Regime, n: int, ddof: float = 0) -> ct.Recursion:
    return ct.Recursion(ct.Gaussian(ddof=ddof), regime, sample_size=n)


def moments(found: ct.Recursion, t: Any) -> tuple[Any, Any]:
    return found.variance.mean(t), found.squared_location_error.mean(t)


def limits(found: ct.Recursion) -> tuple[float, float]:
    return found.variance.mean.limit, found.squared_location_error.mean.limit
