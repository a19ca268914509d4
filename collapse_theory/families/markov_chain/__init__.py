"""The Markov chain: matrix, estimator, kernel, and what is known of its refits."""

from collapse_theory.families.markov_chain.markov_chain import MarkovChain
from collapse_theory.families.markov_chain.matrix import TransitionMatrix

__all__ = ["MarkovChain", "TransitionMatrix"]
