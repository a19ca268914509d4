"""Smoothing of counts: what a learner adds to what it has seen, so that the unseen keeps a chance."""

from __future__ import annotations

from dataclasses import dataclass, field

from collapse_theory.domain import POSITIVE, PROBABILITY, AsCode, check_parameters, construction, inside


class Smoothing:
    """What is added to counts: one frozen dataclass for each way."""

    def __post_init__(self) -> None:
        check_parameters(self)

    def __repr__(self) -> str:
        return construction(self)

    _repr_pretty_ = AsCode()


@dataclass(frozen=True, repr=False)
class AddAlpha(Smoothing):
    r"""Every type counted α times more than it was: :math:`(N_j + \alpha)/(N + K\alpha)`.

    Parameters
    ----------
    alpha : float
        The pseudo-count; 1 is Laplace's rule of succession.
    """

    alpha: float = field(default=1.0, metadata=inside(POSITIVE))


@dataclass(frozen=True, repr=False)
class BackOff(Smoothing):
    r"""Counts of c points that the source would give are added: :math:`(N_j + c\,p_{0,j})/(N + c)`.

    Parameters
    ----------
    strength : float
        How many points c the source is worth.
    """

    strength: float = field(default=1.0, metadata=inside(POSITIVE))


@dataclass(frozen=True, repr=False)
class AbsoluteDiscount(Smoothing):
    r"""A discount d off every count, given to the sample's own unigram u: :math:`((N_j - d)^+ + d\,D\,u_j)/N`.

    D is the number of types that were seen, so that nothing is lost. It protects no support: what the whole sample
    lacks, its unigram lacks as well.

    Parameters
    ----------
    discount : float
        The discount d.
    """

    discount: float = field(default=0.5, metadata=inside(PROBABILITY))
