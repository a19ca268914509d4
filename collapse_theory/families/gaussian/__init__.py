"""The Gaussian family: the law, what is known of it under replacement, and its compiled loop."""

from collapse_theory.families.gaussian.gaussian import Gaussian

__all__ = ["Gaussian"]
