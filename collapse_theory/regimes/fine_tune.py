r"""Fine-tuning: the old model stays in the fit with weight 1 − η, new points have the weight η.

In moments, with :math:`\bar x` and :math:`s^2` of the new points and Kish's size :math:`K = n/\eta^2`,

.. math:: \mu' = (1-\eta)\mu + \eta\bar x,\qquad
          \sigma'^2 = \frac{K}{K-\delta}\,[(1-\eta)\sigma^2 + \eta s^2 + \eta(1-\eta)(\bar x-\mu)^2].

Generation 1, the base, is fitted to n real points. What happens then depends on two things that are often taken for
one. *Collapse* is the noise of new samples: it adds up, :math:`\eta^2/n` a generation, where each generation sees a new
sample of the newest model; it is bounded where one synthetic set is used for ever, and where every generation starts
again from the base. *Forgetting* is the weight of the base in the parameters, :math:`(1-\eta)^{t-1}`, unless every
generation starts from it; more points do not change it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, ClassVar, Literal

from collapse_theory.domain import POSITIVE_SHARE, Choice, check_parameters, inside
from collapse_theory.regimes import fine_tune_moments
from collapse_theory.regimes.regime import Regime
from collapse_theory.schedules import Schedule
from collapse_theory.tableau.step import Step, only_where
from collapse_theory.theorem import Theorem

DATA = ("fixed", "regenerated", "restart")


@dataclass(frozen=True, repr=False)
class FineTune(Regime):
    """The newest model moved towards synthetic points at some rate, not fitted to them anew.

    Parameters
    ----------
    rate : float
        Weight η of the new points, in (0, 1]; at 1 the old model is forgotten at once.
    data : {"fixed", "regenerated", "restart"}
        One set of points of the base, used for ever; a new set of the newest model in every generation; or such a set
        on which the base, not the newest model, is tuned. In moments the base is its n real points, kept.
    """

    rate: float = field(metadata=inside(POSITIVE_SHARE))
    data: Literal["fixed", "regenerated", "restart"] = field(metadata=inside(Choice(DATA)))

    known: ClassVar[tuple[Theorem, ...]] = fine_tune_moments.THEOREMS

    def __post_init__(self) -> None:
        check_parameters(self)

    @classmethod
    def examples(cls) -> tuple[FineTune, ...]:
        return (*(cls(rate=0.5, data=data) for data in DATA), cls(rate=0.25, data="regenerated"))  # type: ignore[arg-type]

    @property
    def opening(self) -> int:
        return 2 if self.data == "fixed" else 1

    def step(self, t: Any, sizes: Schedule) -> Step:
        n, new, old = sizes(t), 1 / self.rate, (1 - self.rate) / self.rate**2  # the fit set weighs Kish's size
        if self.data == "regenerated":
            own = only_where(t == 1, 1) + only_where(t > 1, new)
            return Step(drawn=(0, n), weight=(0, own), carried=only_where(t > 1, n * old))
        if self.data == "fixed":
            tuned = sizes(2)
            return Step(
                drawn=(only_where(t == 1, n), only_where(t == 2, tuned)),
                stored=(only_where(t > 2, tuned),),
                weight=(1, new, new),
                keep=((1, 2),),
                carried=only_where(t > 1, tuned * old),
            )
        base, rate = sizes(1), self.rate
        kish = 1 / (rate**2 / n + (1 - rate) ** 2 / base)
        return Step(
            drawn=(only_where(t == 1, n), only_where(t > 1, n)),
            stored=(only_where(t > 1, base),),
            weight=(1, kish * rate / n, kish * (1 - rate) / base),
            keep=((0, 2),),
        )

    def symbols(self, sizes: Schedule) -> Mapping[Any, Any]:
        from collapse_theory.symbols import eta

        return {eta: Fraction(self.rate)}
