r"""What becomes of a refitted Poisson rate: its mean never moves, and under replacement every run dies out.

The total count is a branching process. What is exact here follows from its generating function
(``families/poisson/lineages``) and from the moment map of the tableau with the variance held at the source's.
"""

from collapse_theory.theorem import Theorem
from collapse_theory.theorems.poisson.extinction import EXTINCTION
from collapse_theory.theorems.poisson.fates import FATES, QUANTILE_LIMIT
from collapse_theory.theorems.poisson.rate import LAWS, RATE
from collapse_theory.theorems.poisson.survival import SURVIVAL

POISSON: tuple[Theorem, ...] = (*RATE, *LAWS, *SURVIVAL, *EXTINCTION, *FATES, QUANTILE_LIMIT)

__all__ = ["POISSON"]
