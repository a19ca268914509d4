"""The Gaussian mixture: components that are lost, and a floor that a library puts under their variances."""

from collapse_theory.families.gaussian_mixture.gaussian_mixture import GaussianMixture

__all__ = ["GaussianMixture"]
