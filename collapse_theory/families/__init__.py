"""What is refitted: one file (or folder) per family."""

from collapse_theory.families.family import Family
from collapse_theory.families.gaussian import Gaussian

__all__ = ["Family", "Gaussian"]
