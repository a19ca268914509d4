"""Recursions side by side: one table and one figure of a quantity that all of them have."""

from __future__ import annotations

from collapse_theory.comparison.compared import Compared, Line
from collapse_theory.comparison.comparison import Comparison, compare

__all__ = ["Compared", "Comparison", "Line", "compare"]
