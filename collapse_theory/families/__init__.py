"""What is refitted: one file (or folder) per family."""

from collapse_theory.families.family import Family
from collapse_theory.families.gaussian import Gaussian

__all__ = ["Family", "Gaussian"]


def named() -> dict[str, type[Family]]:
    """Every family under its name in lower case."""
    kinds = (globals()[name] for name in __all__)
    return {kind.__name__.lower(): kind for kind in kinds if kind is not Family}
