"""The normal law of known variance: nothing but the mean is refitted."""

from collapse_theory.families.normal_mean.normal_mean import NormalMean

__all__ = ["NormalMean"]
