"""Theorems about a pair, a family with a regime, by subject."""

from collapse_theory.theorem import Theorem
from collapse_theory.theorems.categorical import FATE_OF_TYPES, POOL_OF_TYPES
from collapse_theory.theorems.categorical_fresh import FRESH_TYPES
from collapse_theory.theorems.categorical_one_type import ONE_TYPE
from collapse_theory.theorems.conservation import CONSERVATION
from collapse_theory.theorems.contraction import CONTRACTION
from collapse_theory.theorems.fate import FATES
from collapse_theory.theorems.gaussian_accumulate import GAUSSIAN_ACCUMULATE
from collapse_theory.theorems.gaussian_fresh import GAUSSIAN_FRESH
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
    *CONTRACTION,
    *GAUSSIAN_ACCUMULATE,
    *GAUSSIAN_FRESH,
    *POSTERIOR,
    *SECOND_MOMENTS,
    *CONSERVED_MOMENTS,
    *POISSON,
    *ONE_TYPE,
)

__all__ = ["PAIRS"]
