"""On which data a Poisson rate is refitted: what the theorems about it ask of a recursion."""

from __future__ import annotations

from typing import Any

from collapse_theory.families import Poisson

PAGE = "docs/theory/poisson"


def poisson(setting: Any) -> bool:
    """A Poisson family."""
    return isinstance(setting.family, Poisson)


def replaced(setting: Any) -> bool:
    """Replacement."""
    return poisson(setting) and setting.tableau.replacement


def replaced_constant(setting: Any) -> bool:
    """Replacement with one sample size."""
    return replaced(setting) and setting.sizes.constant


def replaced_varying(setting: Any) -> bool:
    """Replacement with samples that vary."""
    return replaced(setting) and not setting.sizes.constant


def accumulated(setting: Any) -> bool:
    """Accumulation."""
    return poisson(setting) and setting.tableau.accumulation


def fresh(setting: Any) -> bool:
    """Fresh points in fixed number."""
    return poisson(setting) and setting.tableau.mixture and not setting.tableau.share


def mixed(setting: Any) -> bool:
    """Fresh points by chance."""
    return poisson(setting) and setting.tableau.mixture and bool(setting.tableau.share)


def diverging(setting: Any) -> bool:
    """Replacement with samples of which it is known that the sum of 1/n_t is infinite."""
    return replaced(setting) and setting.sizes.reciprocal_sum_converges is False


def expected(setting: Any) -> float:
    """Expected total count of generation 1."""
    return float(setting.sizes(1) * setting.family.rate)
