"""On which data a refit is done: one file per regime."""

from collapse_theory.naming import by_name
from collapse_theory.regimes.accumulate import Accumulate
from collapse_theory.regimes.fresh import Fresh
from collapse_theory.regimes.fresh_mixture import FreshMixture
from collapse_theory.regimes.regime import Regime, Step
from collapse_theory.regimes.replace import Replace

__all__ = ["Accumulate", "Fresh", "FreshMixture", "Regime", "Replace", "Step"]


def named() -> dict[str, type[Regime]]:
    """Every regime under its name in kebab-case, ``"fresh-mixture"`` for ``FreshMixture``."""
    return by_name(Replace, Accumulate, Fresh, FreshMixture)
