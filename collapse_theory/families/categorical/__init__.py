"""The categorical family: a probability vector refitted on its own draws."""

from collapse_theory.families.categorical.categorical import Categorical
from collapse_theory.families.categorical.probabilities import ProbabilityVector

__all__ = ["Categorical", "ProbabilityVector"]
