"""Theorems about a pair, a family with a regime, by subject."""

from collapse_theory.theorem import Theorem
from collapse_theory.theorems.categorical import FATE_OF_TYPES, POOL_OF_TYPES
from collapse_theory.theorems.categorical_fresh import FRESH_TYPES
from collapse_theory.theorems.categorical_one_type import ONE_TYPE
from collapse_theory.theorems.conservation import CONSERVATION
from collapse_theory.theorems.control import CONTROL
from collapse_theory.theorems.fate import FATES
from collapse_theory.theorems.gaussian_accumulate import GAUSSIAN_ACCUMULATE
from collapse_theory.theorems.gaussian_fine_tune import GAUSSIAN_FINE_TUNE
from collapse_theory.theorems.gaussian_fresh import GAUSSIAN_FRESH
from collapse_theory.theorems.gaussian_window import GAUSSIAN_WINDOW
from collapse_theory.theorems.histogram import HISTOGRAM
from collapse_theory.theorems.information import INFORMATION
from collapse_theory.theorems.kernel_density import KERNEL_DENSITY
from collapse_theory.theorems.markov_chain import MARKOV_FATES
from collapse_theory.theorems.poisson import POISSON
from collapse_theory.theorems.posterior import POSTERIOR
from collapse_theory.theorems.second_moments import CONSERVED_MOMENTS, SECOND_MOMENTS

PAIRS: tuple[Theorem, ...] = (
    CONSERVATION,
    *FATE_OF_TYPES,
    *POOL_OF_TYPES,
    *FRESH_TYPES,
    *FATES,
    *MARKOV_FATES,
    *CONTROL,
    *INFORMATION,
    *GAUSSIAN_ACCUMULATE,
    *GAUSSIAN_FINE_TUNE,
    *GAUSSIAN_FRESH,
    *GAUSSIAN_WINDOW,
    *POSTERIOR,
    *SECOND_MOMENTS,
    *CONSERVED_MOMENTS,
    *POISSON,
    *KERNEL_DENSITY,
    *HISTOGRAM,
    *ONE_TYPE,
)

__all__ = ["PAIRS"]
