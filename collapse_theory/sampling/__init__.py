"""What happens between a model and the data drawn from it: one file per way of sampling."""

from collapse_theory.naming import by_name
from collapse_theory.sampling.admissible import admissible_points
from collapse_theory.sampling.best_of import BestOf
from collapse_theory.sampling.deduplicate import Deduplicate
from collapse_theory.sampling.fitness_advantage import FitnessAdvantage
from collapse_theory.sampling.human_edit import HumanEdit
from collapse_theory.sampling.nucleus import Nucleus
from collapse_theory.sampling.reward import Reward
from collapse_theory.sampling.sampling import Honest, Sampling
from collapse_theory.sampling.soft_verifier import SoftVerifier
from collapse_theory.sampling.temperature import Temperature
from collapse_theory.sampling.top_fraction import TopFraction
from collapse_theory.sampling.truncation import Truncation
from collapse_theory.sampling.verifier import Verifier

__all__ = [
    "Sampling",
    "Honest",
    "Temperature",
    "Truncation",
    "Nucleus",
    "BestOf",
    "TopFraction",
    "Verifier",
    "SoftVerifier",
    "Reward",
    "FitnessAdvantage",
    "Deduplicate",
    "HumanEdit",
    "admissible_points",
]


def named() -> dict[str, type[Sampling]]:
    """Every sampling under its name in kebab-case, in the order of the story."""
    exported = (globals()[name] for name in __all__)
    return by_name(*(kind for kind in exported if isinstance(kind, type) and kind is not Sampling))
