"""Theorems about kernel densities."""

from collapse_theory.theorem import Theorem
from collapse_theory.theorems.kernel_density.closed_forms import FIXED, LOCATION, RULED
from collapse_theory.theorems.kernel_density.moment_map import MAPPED

KERNEL_DENSITY: tuple[Theorem, ...] = (LOCATION, *FIXED, *RULED, *MAPPED)

__all__ = ["KERNEL_DENSITY"]
