"""What is refitted: one file (or folder) per family."""

from collapse_theory.families.categorical import Categorical, ProbabilityVector
from collapse_theory.families.custom import CustomFamily
from collapse_theory.families.exponential import Exponential
from collapse_theory.families.family import Family
from collapse_theory.families.gaussian import Gaussian
from collapse_theory.families.gaussian_mixture import GaussianMixture
from collapse_theory.families.histogram import Histogram
from collapse_theory.families.kernel_density import KernelDensity
from collapse_theory.families.linear_regression import LinearRegression
from collapse_theory.families.markov_chain import MarkovChain, TransitionMatrix
from collapse_theory.families.multivariate_gaussian import CovarianceMatrix, MultivariateGaussian
from collapse_theory.families.normal_mean import NormalMean
from collapse_theory.families.pareto import Pareto
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
    "NormalMean",
    "Exponential",
    "Pareto",
    "LinearRegression",
    "GaussianMixture",
    "KernelDensity",
    "Histogram",
    "CustomFamily",
    "AddAlpha",
    "BackOff",
    "AbsoluteDiscount",
]

PARTS: tuple[type, ...] = (TransitionMatrix, ProbabilityVector, CovarianceMatrix, AddAlpha, BackOff, AbsoluteDiscount)
"""What a family may be made of."""


def having(verb: str) -> tuple[str, ...]:
    """Names of the families that have a verb of their own."""
    return tuple(kind.__name__ for kind in named().values() if kind.has(verb))


def named() -> dict[str, type[Family]]:
    """Every family under its name in kebab-case, in the order of the story, but for the custom one."""
    exported = (globals()[name] for name in __all__)
    classes = (kind for kind in exported if isinstance(kind, type) and issubclass(kind, Family))
    return by_name(*(kind for kind in classes if kind not in (Family, CustomFamily)))
