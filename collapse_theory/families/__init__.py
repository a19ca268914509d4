"""What is refitted: one file (or folder) per family."""

from collapse_theory.families.categorical import Categorical, ProbabilityVector
from collapse_theory.families.custom import CustomFamily
from collapse_theory.families.family import Family
from collapse_theory.families.gaussian import Gaussian
from collapse_theory.families.histogram import Histogram
from collapse_theory.families.kernel_density import KernelDensity
from collapse_theory.families.markov_chain import MarkovChain, TransitionMatrix
from collapse_theory.families.poisson import Poisson
from collapse_theory.families.smoothing import AbsoluteDiscount, AddAlpha, BackOff
from collapse_theory.naming import by_name

__all__ = [
    "Family",
    "Gaussian",
    "MarkovChain",
    "TransitionMatrix",
    "Categorical",
    "ProbabilityVector",
    "Poisson",
    "KernelDensity",
    "Histogram",
    "CustomFamily",
    "AddAlpha",
    "BackOff",
    "AbsoluteDiscount",
]

PARTS: tuple[type, ...] = (TransitionMatrix, ProbabilityVector, AddAlpha, BackOff, AbsoluteDiscount)
"""What a family may be made of."""


def named() -> dict[str, type[Family]]:
    """Every family under its name in kebab-case; not the custom one, which has no members of its own."""
    return by_name(Gaussian, MarkovChain, Categorical, Poisson, KernelDensity, Histogram)
