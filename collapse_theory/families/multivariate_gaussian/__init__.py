"""The Gaussian family in several dimensions."""

from collapse_theory.families.multivariate_gaussian.covariance import CovarianceMatrix
from collapse_theory.families.multivariate_gaussian.multivariate_gaussian import MultivariateGaussian

__all__ = ["CovarianceMatrix", "MultivariateGaussian"]
