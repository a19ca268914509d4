"""The Poisson family: counts, whose rate is refitted by their mean."""

from collapse_theory.families.poisson.poisson import Poisson

__all__ = ["Poisson"]
