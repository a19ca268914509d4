"""Linear regression whose labels are written by its own previous fit."""

from collapse_theory.families.linear_regression.linear_regression import LinearRegression
from collapse_theory.families.linear_regression.mixed_labels import mixed_labels_risk

__all__ = ["LinearRegression", "mixed_labels_risk"]
