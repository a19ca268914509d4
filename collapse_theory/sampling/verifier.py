r"""A verifier: what the model writes may go wrong, and a filter keeps right points more often than wrong ones.

A model that has learnt the right types to the share k writes right points with chance
:math:`g = (1-\varepsilon)k + d(1-k)` (a right one goes wrong with chance :math:`\varepsilon`, a wrong one is repaired
with chance d), and of these the filter keeps right ones with chance a and wrong ones with chance b:

.. math:: k' = \frac{ag}{ag + b(1-g)} .

g is the accuracy **before** the filter, k that **after** it, which is the fitted model's. Without repair the loop
comes to :math:`g^* = (a(1-\varepsilon) - b)/(a - b)` where :math:`(1-\varepsilon)a/b > 1`, else nothing right is left:
an error threshold. Verification does nothing for diversity: among the right types there is drift as before.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from collapse_theory.domain import POSITIVE_SHARE, SHARE, Domain, check_parameters, inside
from collapse_theory.errors import NotDefined
from collapse_theory.sampling.labelled import first_label, labels
from collapse_theory.sampling.sampling import LawSampling
from collapse_theory.schedules import Schedule

Array = NDArray[np.float64]

CANDIDATES = Domain(low=1, high=10**6, integer=True, typical=(1, 1000))
NEGLIGIBLE = 60.0
"""Exponent at which a power of e is lost in rounding."""


@dataclass(frozen=True, repr=False)
class Verifier(LawSampling):
    """Points kept by whether their type is right, refilled until there are enough.

    Parameters
    ----------
    good : label or sequence of labels
        The right types.
    tpr, fpr : float
        Chances that a right point, and a wrong one, is kept; tpr above 0.
    error, repair : float
        Chances that a right point goes wrong, and that a wrong one is repaired, when it is written. What has changed
        sides falls on the types of the other side as in the source, or evenly where the source has none of them.

    Raises
    ------
    ValueError
        For chances outside [0, 1], and a verifier that keeps nothing that is right.
    """

    good: Any
    tpr: float = field(kw_only=True, metadata=inside(SHARE))
    fpr: float = field(kw_only=True, metadata=inside(SHARE))
    error: float = field(default=0.0, kw_only=True, metadata=inside(SHARE))
    repair: float = field(default=0.0, kw_only=True, metadata=inside(SHARE))

    def __post_init__(self) -> None:
        check_parameters(self)
        object.__setattr__(self, "good", labels("good", self.good))
        if self.tpr == 0 or (self.fpr == 0 and self.error == 1 and self.repair == 0):
            raise ValueError(
                f"tpr = {self.tpr:g}, fpr = {self.fpr:g}, error = {self.error:g} keep nothing that is right: "
                "outside the domain of a verifier"
            )

    @classmethod
    def examples(cls) -> tuple[Verifier, ...]:
        return cls.examples_for(None)

    @classmethod
    def examples_for(cls, family: Any) -> tuple[Verifier, ...]:
        label = first_label(family)
        return (cls(label, tpr=0.9, fpr=0.3), cls(label, tpr=0.9, fpr=0.3, error=0.2, repair=0.05))

    @property
    def verbs(self) -> tuple[str, ...]:
        return ("tilt",) if not (self.error or self.repair) else ("remap",)

    @property
    def keeps_some(self) -> bool:
        return bool(self.fpr or self.repair)

    def check(self, family: Any, sizes: Schedule) -> None:
        right = self.right(family)
        if right.all():
            raise ValueError(f"good = {self.good!r} is outside its domain: labels of some types, not of all")
        if self.fpr == 0 and not np.any(family.probabilities.values[right]) and not self.repair:
            raise ValueError(f"good = {self.good!r}, fpr = 0: the source has no such types, so nothing is ever kept")

    def right(self, family: Any) -> NDArray[np.bool_]:
        """Which types of a family are right."""
        found = np.zeros(len(family.types), dtype=bool)
        found[[family.index(label) for label in self.good]] = True
        return found

    def fixed_weights(self, family: Any) -> Array | None:
        return None if self.error or self.repair else np.where(self.right(family), self.tpr, self.fpr)

    @property
    def resting_accuracy(self) -> tuple[float, float]:
        r"""Accuracy before and after the filter to which large samples come, from a model with right and wrong types.

        With the odds x before it, those after it are :math:`ax/b`, and x is the only root ≥ 0 that attracts of
        :math:`\varepsilon a\,x^2 + [(1-d)b - (1-\varepsilon)a]\,x - db = 0`; 0 where right types die out.
        """
        a, b, error, d = (Fraction(chance) for chance in (self.tpr, self.fpr, self.error, self.repair))
        if a == b and error + d == 0:
            raise NotDefined(f"{self!r} changes no accuracy: it stays where it starts")
        square, middle, constant = float(error * a), float((1 - d) * b - (1 - error) * a), float(d * b)
        # The form of the root that is a sum of numbers of one sign.
        total = abs(middle) + math.hypot(middle, 2 * math.sqrt(square) * math.sqrt(constant))
        if middle > 0:
            top, below = 2 * constant, total
        else:
            top, below = (total, 2 * square) if total else (float(constant > 0), 0.0 if constant else 1.0)
        if not top:
            return 0.0, 0.0
        return top / (top + below), self.tpr * top / (self.tpr * top + self.fpr * below)

    def written(self, share: Any) -> Any:
        """Accuracy before the filter of a model whose fitted share of right types is this."""
        return (1 - self.error) * share + self.repair * (1 - share)

    def kept(self, accuracy: Any) -> Any:
        """Accuracy after the filter of one before it."""
        return self.tpr * accuracy / (self.tpr * accuracy + self.fpr * (1 - accuracy))

    def diversity_loss(self, candidates: int, *, accuracy: float = 1.0) -> float:
        r"""Share of the diversity of the right types that a round costs where only what passes of its points is kept.

        .. math:: E\Big[\frac1M \Big| M \ge 1\Big] =
           \frac{\sum_{k=1}^n \bar q^{\,n-k}(1-\bar q^{\,k})/k}{1-\bar q^{\,n}},
           \qquad M \sim \mathrm{Binomial}(n, q),\quad \bar q = 1 - q,

        with the chance q = accuracy · tpr that a point is right and passes: among right types of equal chance to pass
        :math:`E G' = (1 - E[1/M])\,G`. Where points are written until n of them have passed it is 1/n, as without any
        verifier.

        Parameters
        ----------
        candidates : int
            Points n that the model writes.
        accuracy : float
            Share of them that is right, before the filter.

        Raises
        ------
        ValueError
            For a number of candidates or an accuracy outside its domain, 0 among them.
        """
        n = CANDIDATES.check("candidates", candidates)
        return expected_reciprocal(n, self.tpr * POSITIVE_SHARE.check("accuracy", accuracy))

    def law(self, family: Any, state: Any) -> Any:
        right = self.right(family)
        chances = np.where(right, self.tpr, self.fpr)
        if not (self.error or self.repair):
            return family.tilt(state, lambda places, shares: self._kept(shares, chances[places]))
        source = family.probabilities.values
        fallen, mended = _law_of(source, ~right), _law_of(source, right)

        def written_and_kept(shares: Array) -> Array:
            good = shares[..., right].sum(axis=-1, keepdims=True)
            stay = np.where(right, 1 - self.error, 1 - self.repair)
            written = stay * shares + self.error * good * fallen + self.repair * (1 - good) * mended
            return np.asarray(self._kept(written, chances) * written)

        return family.remap(state, written_and_kept)

    def _kept(self, shares: Array, chances: Array) -> Array:
        """Chances, where any point is kept at all; ValueError where none is."""
        if not self.fpr and not np.all(np.sum(shares * chances, axis=-1) > 0):
            raise ValueError(f"{self!r} keeps nothing of a model without right types: fpr = 0 is outside its domain")
        return chances


def expected_reciprocal(n: int, chance: float) -> float:
    """Mean of 1/M for a binomial number M, given that it is not 0."""
    if chance in (0, 1):
        return 1 / n if chance else 1.0
    log_missed = float(np.log1p(-chance))
    # Terms further from the last than this are lost in rounding.
    k = np.arange(max(1, n - int(NEGLIGIBLE / -log_missed)), n + 1, dtype=float)
    terms = np.exp((n - k) * log_missed) * -np.expm1(k * log_missed) / k
    return float(np.sum(terms) / -np.expm1(n * log_missed))


def _law_of(source: Array, side: NDArray[np.bool_]) -> Array:
    """The source's law given one side, even where it has nothing there."""
    there = np.where(side, source, 0.0)
    return np.asarray(there / there.sum() if there.sum() else side / side.sum())
