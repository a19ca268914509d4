r"""A contaminated crawl: pages of which some are the newest model's, filtered by a detector that errs.

A page that passes is real with chance :math:`\alpha' = (1-s)(1-\mathrm{FPR})/[(1-s)(1-\mathrm{FPR}) +
s(1-\mathrm{TPR})]`. Two questions that are often taken for one: with a *fixed crawl* the filter leaves fewer points, K
of n by chance, and in an unbiased loop it only harms; where pages are crawled until the *training size* is reached
again, the refit is one with fresh data by chance of share :math:`\alpha'`, and a detector of likelihood ratio above 1
helps. A crawl that leaves too few points for a fit is repeated.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

import numpy as np

from collapse_theory.domain import SHARE, Choice, Course, Flag, InstanceOf, check_parameters, inside, whole
from collapse_theory.regimes.detector import Detector
from collapse_theory.regimes.regime import Regime
from collapse_theory.schedules import Schedule
from collapse_theory.tableau import linear_map
from collapse_theory.tableau.moments import ONE, M, V, second_moment_map
from collapse_theory.tableau.step import Step
from collapse_theory.theorem import Check, Theorem


def _prove() -> tuple[Check, ...]:
    """The map of a random number of points against the mean of those of fixed numbers, in exact fractions."""
    from fractions import Fraction
    from math import comb

    n, share, chance, ddof = 6, Fraction(1, 3), Fraction(1, 4), Fraction(1, 2)
    total = sum(comb(n, k) * chance**k * (1 - chance) ** (n - k) for k in range(2, n + 1))
    averaged = second_moment_map(Step(drawn=(0, Fraction(n)), weight=(0, 1), share=share, kept=(1, chance)), ddof)
    expected: dict[Any, dict[Any, Fraction]] = {V: {}, M: {}}
    for k in range(2, n + 1):
        part = comb(n, k) * chance**k * (1 - chance) ** (n - k) / total
        rows = second_moment_map(Step(drawn=(0, Fraction(k)), weight=(0, 1), share=share), ddof)
        for row in (V, M):
            for letter in (V, M, ONE):
                expected[row][letter] = expected[row].get(letter, Fraction(0)) + part * rows[row].get(letter, 0)
    same = all(averaged[row].get(letter, 0) == expected[row][letter] for row in (V, M) for letter in (V, M, ONE))
    stay = 1 - share
    shares = [(k, comb(n, k) * chance**k * (1 - chance) ** (n - k) / total) for k in range(2, n + 1)]
    inverse, kept = sum(p / k for k, p in shares), sum(p * (k - 1) / (k - ddof) for k, p in shares)
    drawn = share / (1 - stay * kept - share * stay * inverse / (1 - stay**2))
    rest = {V: kept * drawn, M: inverse * drawn / (1 - stay**2), ONE: Fraction(1)}
    fixed = all(sum(averaged[row].get(letter, 0) * x for letter, x in rest.items()) == rest[row] for row in (V, M))
    return (
        Check("the map is the mean over numbers of points, n = 6", same),
        Check("it rests at the printed values, n = 6", fixed),
        Check("odds times LR", all(_odds_times_ratio(*rates) for rates in EIGHTHS)),
    )


EIGHTHS = ((0.75, 0.75, 0.25), (0.5, 0.75, 0.25), (0.75, 0.5, 0.5), (0.875, 0.875, 0.125))
"""Synthetic shares of a crawl with rates (TPR, FPR) of which floats hold the real share of what passes."""


def _odds_times_ratio(ai_share: float, tpr: float, fpr: float) -> bool:
    """Whether the odds of being real, among pages that pass, are those of the crawl times the likelihood ratio."""
    from fractions import Fraction

    detector = Detector(tpr=tpr, fpr=fpr)
    passed, crawled = Fraction(detector.real_share(ai_share)), 1 - Fraction(ai_share)
    return passed / (1 - passed) == crawled / (1 - crawled) * Fraction(detector.likelihood_ratio)


@dataclass(frozen=True, repr=False)
class Contaminated(Regime):
    """A crawl of the web, partly written by the newest model, and filtered where there is a detector.

    Parameters
    ----------
    ai_share : float or sequence of float
        Share s of a crawl that the newest model has written; or one for each generation from the first on, of which the
        last one stays. Generation 1 is fitted to real data in any case.
    detector : Detector, optional
        What is thrown away; by default nothing.
    refill : bool, optional
        Whether pages are crawled until the training set has the sample size again, or the crawl has that size and less
        is left. Without a default, as results differ; without meaning where nothing is thrown away.
    composition : {"random", "fixed"}
        Whether each page is the model's by chance, or exactly s · n pages are.

    Raises
    ------
    ValueError
        For shares outside [0, 1], a detector that keeps nothing, a fixed composition of no whole number, and a
        detector without ``refill``.
    """

    ai_share: Any = field(metadata=inside(Course(SHARE)))
    detector: Detector | None = field(default=None, metadata=inside(InstanceOf(Detector, optional=True)))
    refill: bool | None = field(default=None, metadata=inside(Flag()))
    composition: Literal["random", "fixed"] = field(default="random", metadata=inside(Choice(("random", "fixed"))))

    known: ClassVar[tuple[Theorem, ...]] = linear_map.closed_forms(
        holds=lambda setting: setting.tableau.thinned,
        regime="with a filtered crawl of fixed size",
        spread=r"V' = E\Big[\frac{K-1}{K-\delta}\Big]\,[\alpha' + (1-\alpha')V + \alpha'(1-\alpha')M]",
        error=r"M' = E\Big[\frac1K\Big]\,[\alpha' + (1-\alpha')V + \alpha'(1-\alpha')M] + (1-\alpha')^2 M",
        source="docs/theory/contamination",
        proof=_prove,
    )

    def __post_init__(self) -> None:
        check_parameters(self)
        if self.refill is None and self._filters:
            raise ValueError(
                "refill = None is outside its domain: True, to crawl until the training set is full, or False, for a "
                "crawl of fixed size"
            )
        if self.refill and self.composition == "fixed":
            raise ValueError("composition = 'fixed' has no meaning with refill=True: the number of pages is random")
        for share in self.shares:
            self.filter.real_share(share)

    @classmethod
    def examples(cls) -> tuple[Contaminated, ...]:
        rough, steep = Detector.examples()
        return (
            cls(ai_share=0.75),
            cls(ai_share=0.5, detector=rough, refill=False),
            cls(ai_share=0.75, detector=rough, refill=True),
            cls(ai_share=0.5, detector=rough, refill=False, composition="fixed"),
            cls(ai_share=(0.0, 0.25, 0.75), detector=rough, refill=False),
            cls(ai_share=0.5, detector=steep, refill=True),
        )

    @property
    def filter(self) -> Detector:
        """The detector, or one that flags nothing."""
        return Detector(tpr=0.0, fpr=0.0) if self.detector is None else self.detector

    @property
    def shares(self) -> tuple[float, ...]:
        """Shares in generations 1, 2, …, of which the last one stays."""
        return self.ai_share if isinstance(self.ai_share, tuple) else (self.ai_share,)

    @property
    def _filters(self) -> bool:
        return self.filter.passing != (1.0, 1.0)

    @property
    def opening(self) -> int:
        return len(self.shares) - 1

    def step(self, t: Any, sizes: Schedule) -> Step:
        n, last = sizes(t), len(self.shares) - 1
        share: Any = self.shares[0]
        if last and np.ndim(t) == 0:
            share = self.shares[min(int(t) - 1, last)]
        elif np.ndim(t) and (last or self.composition == "fixed"):
            share = np.array(self.shares)[np.minimum(np.asarray(t) - 1, last)]
        if self.composition == "fixed":
            return self._counted(n, np.asarray(share))
        real, kept = (self._of_each(function, share) for function in (self.filter.real_share, self.filter.kept))
        thinned = (1, 1) if self.refill or not self._filters else (1, kept)
        return Step(drawn=(0, n), weight=(0, 1), share=real, kept=thinned, screen=self.filter.screen)

    def _of_each(self, function: Any, share: Any) -> Any:
        """A function of the share in each generation; one number where there is one share."""
        if np.ndim(share) == 0:
            return float(function(share))
        different, places = np.unique(share, return_inverse=True)
        return np.array([function(one) for one in different])[places]

    def _counted(self, n: Any, share: Any) -> Step:
        """Tableau of a crawl with a fixed number of synthetic pages."""
        each, of = np.broadcast_to(n, share.shape).ravel(), share.ravel()
        model = np.array(
            [
                whole("ai_share · n", one * size, f"ai_share = {one:g}, n = {size}; composition='random' is by chance")
                if one
                else 0
                for one, size in zip(of.tolist(), each.tolist(), strict=True)
            ]
        ).reshape(share.shape)
        drawn = (int(n - model), int(model)) if share.ndim == 0 else (n - model, model)
        kept = self.filter.passing if self._filters else (1, 1)
        return Step(drawn=drawn, weight=(1, 1), kept=kept, screen=self.filter.screen)
