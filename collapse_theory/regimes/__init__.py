"""On which data a refit is done: one file per regime."""

from collapse_theory.naming import by_name
from collapse_theory.regimes.accumulate import Accumulate
from collapse_theory.regimes.accumulate_fresh import AccumulateFresh
from collapse_theory.regimes.accumulate_subsample import AccumulateSubsample
from collapse_theory.regimes.contaminated import Contaminated
from collapse_theory.regimes.detector import Detector
from collapse_theory.regimes.fine_tune import FineTune
from collapse_theory.regimes.fresh import Fresh
from collapse_theory.regimes.fresh_mixture import FreshMixture
from collapse_theory.regimes.golden import Golden
from collapse_theory.regimes.regime import Regime
from collapse_theory.regimes.replace import Replace
from collapse_theory.regimes.weighted import Weighted, optimal_weight
from collapse_theory.regimes.window import Window
from collapse_theory.tableau.step import Step, Subsample

__all__ = [
    "Replace",
    "Accumulate",
    "AccumulateSubsample",
    "AccumulateFresh",
    "Window",
    "Fresh",
    "FreshMixture",
    "Weighted",
    "Golden",
    "Contaminated",
    "FineTune",
    "Detector",
    "Regime",
    "Step",
    "Subsample",
    "optimal_weight",
]

BASIC: tuple[type[Regime], ...] = (Replace, Accumulate, Fresh, FreshMixture)
"""Regimes whose theorems hold for every regime of the same tableau."""

PARTS: tuple[type, ...] = (Detector,)
"""Classes of which parameters of regimes are instances."""


def named() -> dict[str, type[Regime]]:
    """Every regime under its name in kebab-case, in the order of the story: ``"fresh-mixture"`` for FreshMixture."""
    exported = (globals()[name] for name in __all__)
    classes = (kind for kind in exported if isinstance(kind, type))
    return by_name(*(kind for kind in classes if issubclass(kind, Regime) and kind is not Regime))
