"""The atlas: what is known of every family in every regime, read off the theorems themselves."""

from collapse_theory.theorem_atlas.answers import atlas
from collapse_theory.theorem_atlas.report import Atlas
from collapse_theory.theorem_atlas.rows import Pair, Row, Way

__all__ = ["Atlas", "Pair", "Row", "Way", "atlas"]
