"""On which data a refit is done: one file per regime."""

import re

from collapse_theory.regimes.accumulate import Accumulate
from collapse_theory.regimes.fresh import Fresh
from collapse_theory.regimes.fresh_mixture import FreshMixture
from collapse_theory.regimes.regime import Regime, Step
from collapse_theory.regimes.replace import Replace

__all__ = ["Accumulate", "Fresh", "FreshMixture", "Regime", "Replace", "Step"]


def named() -> dict[str, type[Regime]]:
    """Every kind of regime under its name in lower case, ``"fresh-mixture"`` for ``FreshMixture``."""
    kinds = (globals()[name] for name in __all__)
    return {
        re.sub(r"(?<=.)(?=[A-Z])", "-", kind.__name__).lower(): kind
        for kind in kinds
        if issubclass(kind, Regime) and kind is not Regime
    }
