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
from collapse_theory.theorems.gaussian_sampled import GAUSSIAN_SAMPLED
from collapse_theory.theorems.gaussian_tempered import TEMPERED
from collapse_theory.theorems.gaussian_window import GAUSSIAN_WINDOW
from collapse_theory.theorems.histogram import HISTOGRAM
from collapse_theory.theorems.information import INFORMATION
from collapse_theory.theorems.kernel_density import KERNEL_DENSITY
from collapse_theory.theorems.linear_regression import LINEAR_REGRESSION
from collapse_theory.theorems.markov_chain import MARKOV_FATES
from collapse_theory.theorems.markov_sampled import MARKOV_SAMPLED
from collapse_theory.theorems.multivariate_gaussian import MULTIVARIATE_GAUSSIAN
from collapse_theory.theorems.normal_mean import NORMAL_MEAN
from collapse_theory.theorems.poisson import POISSON
from collapse_theory.theorems.posterior import POSTERIOR
from collapse_theory.theorems.refitted_scale import REFITTED_SCALE
from collapse_theory.theorems.sampled_population import SAMPLED_POPULATION
from collapse_theory.theorems.second_moments import CONSERVED_MOMENTS, SECOND_MOMENTS
from collapse_theory.theorems.set_of_types import SETS_OF_TYPES
from collapse_theory.theorems.two_types_sampled import TWO_TYPES_SAMPLED

PAIRS: tuple[Theorem, ...] = (
    CONSERVATION,
    *FATE_OF_TYPES,
    *POOL_OF_TYPES,
    *FRESH_TYPES,
    *TEMPERED,
    *FATES,
    *MARKOV_FATES,
    *CONTROL,
    *INFORMATION,
    *GAUSSIAN_ACCUMULATE,
    *GAUSSIAN_FINE_TUNE,
    *GAUSSIAN_FRESH,
    *GAUSSIAN_WINDOW,
    *MULTIVARIATE_GAUSSIAN,
    *POSTERIOR,
    *SECOND_MOMENTS,
    *CONSERVED_MOMENTS,
    *POISSON,
    *KERNEL_DENSITY,
    *HISTOGRAM,
    *ONE_TYPE,
    *GAUSSIAN_SAMPLED,
    *TWO_TYPES_SAMPLED,
    *SAMPLED_POPULATION,
    *MARKOV_SAMPLED,
    *SETS_OF_TYPES,
    *NORMAL_MEAN,
    *REFITTED_SCALE,
    *LINEAR_REGRESSION,
)

__all__ = ["PAIRS"]
