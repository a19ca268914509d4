r"""Detectors of synthetic points in a crawl: how many points of either kind they let pass, and which.

A detector flags a synthetic point with chance TPR and a real one with chance FPR; what is flagged is thrown away. Of a
crawl with synthetic share s a point passes with chance :math:`(1-s)(1-\mathrm{FPR}) + s(1-\mathrm{TPR})`, and the odds
that it is real are multiplied by the likelihood ratio :math:`(1-\mathrm{FPR})/(1-\mathrm{TPR})`: below 1 the filter
makes things worse. A detector that flags unusual real points more often than usual ones truncates the real data.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from collapse_theory.domain import POSITIVE, SHARE, AsCode, check_parameters, construction, inside


@dataclass(frozen=True)
class Screen:
    """A filter that a real point passes with one chance near the source's mean, and with another far from it.

    Parameters
    ----------
    beyond : float
        Where far begins, in standard deviations of a Gaussian source.
    near, far : float
        Chances to pass.
    """

    beyond: float
    near: float
    far: float

    @property
    def passed(self) -> float:
        """Share of the points of a Gaussian source that pass."""
        inside, outside = math.erf(self.beyond / math.sqrt(2)), math.erfc(self.beyond / math.sqrt(2))
        return self.near * inside + self.far * outside

    @property
    def variance(self) -> float:
        r"""Variance of a point that passed, in units of the source's; 1 where none passes.

        Of the second moment of a normal law the part :math:`P(\chi^2_3 \le b^2)` lies within b.
        """
        from scipy.special import gammainc, gammaincc

        if self.passed == 0:
            return 1.0
        half = self.beyond * self.beyond / 2
        return float((self.near * gammainc(1.5, half) + self.far * gammaincc(1.5, half)) / self.passed)


@dataclass(frozen=True, repr=False)
class Detector:
    """A detector that flags synthetic points, and some real ones.

    Parameters
    ----------
    tpr : float
        Chance that a synthetic point is flagged, the true-positive rate.
    fpr : float
        Chance that a real point is flagged, the false-positive rate.
    beyond : float, optional
        Distance from the source's mean, in its standard deviations, from which real points look unusual.
    tail_fpr : float, optional
        Chance that a real point farther away is flagged; ``fpr`` is then that of the others. For Gaussian sources.

    Raises
    ------
    ValueError
        For rates outside [0, 1], and for one of ``beyond`` and ``tail_fpr`` without the other.
    """

    tpr: float = field(metadata=inside(SHARE))
    fpr: float = field(metadata=inside(SHARE))
    beyond: float | None = field(default=None, metadata=inside(POSITIVE))
    tail_fpr: float | None = field(default=None, metadata=inside(SHARE))

    def __post_init__(self) -> None:
        if (self.beyond is None) != (self.tail_fpr is None):
            raise ValueError(f"beyond = {self.beyond!r}, tail_fpr = {self.tail_fpr!r}: give both of the two or none")
        check_parameters(self)

    def __repr__(self) -> str:
        return construction(self)

    _repr_pretty_ = AsCode()

    @classmethod
    def examples(cls) -> tuple[Detector, ...]:
        """Members that between them use every parameter."""
        return (cls(tpr=0.8, fpr=0.05), cls(tpr=0.5, fpr=0.1, beyond=2.0, tail_fpr=0.5))

    @classmethod
    def provenance(cls, coverage: float = 1.0) -> Detector:
        """Labels of provenance, or a watermark, on a share of the synthetic points: no false positives.

        Parameters
        ----------
        coverage : float
            Share of the synthetic points that carry the label; with all of them it is the perfect detector.
        """
        return cls(tpr=SHARE.check("coverage", coverage), fpr=0.0)

    @property
    def screen(self) -> Screen | None:
        """What real points have to pass where that depends on their place."""
        if self.beyond is None or self.tail_fpr is None:
            return None
        return Screen(self.beyond, 1 - self.fpr, 1 - self.tail_fpr)

    @property
    def passing(self) -> tuple[float, float]:
        """Chances with which a real and a synthetic point pass."""
        return 1 - self.fpr if self.screen is None else self.screen.passed, 1 - self.tpr

    @property
    def likelihood_ratio(self) -> float:
        """Factor on the odds of being real, (1 − FPR)/(1 − TPR); infinite where no synthetic point passes."""
        real, synthetic = self.passing
        return float(real / synthetic) if synthetic else math.inf

    def kept(self, ai_share: float) -> float:
        """Chance that a point of a crawl with this synthetic share passes."""
        real, synthetic = self.passing
        share = SHARE.check("ai_share", ai_share)
        return float((1 - share) * real + share * synthetic)

    def real_share(self, ai_share: float) -> float:
        """Share of real points among those that pass.

        Raises
        ------
        ValueError
            For a crawl of which nothing passes.
        """
        kept = self.kept(ai_share)
        if kept == 0:
            raise ValueError(f"{self!r} keeps nothing of a crawl with ai_share = {ai_share:g}")
        return float((1 - ai_share) * self.passing[0] / kept)

    def ai_share(self, ai_share: float) -> float:
        """Share of synthetic points among those that pass; errors as for :meth:`real_share`."""
        return 1 - self.real_share(ai_share)
