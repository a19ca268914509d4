"""What is refitted: one file (or folder) per family."""

from collapse_theory.families.categorical import Categorical, ProbabilityVector
from collapse_theory.families.family import Family
from collapse_theory.families.gaussian import Gaussian
from collapse_theory.families.markov_chain import MarkovChain, TransitionMatrix
from collapse_theory.families.multivariate_gaussian import CovarianceMatrix, MultivariateGaussian
from collapse_theory.families.poisson import Poisson
from collapse_theory.families.smoothing import AbsoluteDiscount, AddAlpha, BackOff
from collapse_theory.naming import by_name

__all__ = [
    "Family",
    "Gaussian",
    "MultivariateGaussian",
    "CovarianceMatrix",
    "MarkovChain",
    "TransitionMatrix",
    "Categorical",
    "ProbabilityVector",
    "Poisson",
    "AddAlpha",
    "BackOff",
    "AbsoluteDiscount",
]

PARTS: tuple[type, ...] = (TransitionMatrix, ProbabilityVector, CovarianceMatrix, AddAlpha, BackOff, AbsoluteDiscount)
"""What a family may be made of."""


def named() -> dict[str, type[Family]]:
    """Every family under its name in kebab-case."""
    return by_name(Gaussian, MultivariateGaussian, MarkovChain, Categorical, Poisson)
