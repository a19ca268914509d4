r"""A golden set: real points drawn once, and kept in every fit beside n new points of the newest model.

It anchors the loop, whatever its share: with :math:`\alpha = r/(r+n)` and the divisor n the expected variance comes to
rest at

.. math:: V^* = v_r\Big/\Big(1 + \frac{1-\alpha}{r(2-\alpha)}\Big) \ge v_r\,\frac{2r}{2r+1},

where :math:`v_r` is the variance of the golden set. What it cannot do is to forget the error of that set, or to bring
back what is not in it: it is no substitute for new data.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, ClassVar

from collapse_theory.domain import COUNT, POSITIVE_SHARE, check_parameters, inside
from collapse_theory.regimes import kept_set
from collapse_theory.regimes.regime import Regime
from collapse_theory.schedules import Schedule
from collapse_theory.tableau.step import Step, only_where
from collapse_theory.theorem import Theorem


def _set(setting: Any) -> kept_set.KeptSet:
    n, golden, weight = int(setting.sizes(1)), int(setting.regime.size), setting.regime.weight
    share = Fraction(golden, golden + n) if weight is None else Fraction(weight)
    return kept_set.KeptSet(golden, share, n, Fraction(setting.family.ddof))


@dataclass(frozen=True, repr=False)
class Golden(Regime):
    """A real set drawn once and reused for ever, beside points of the newest model.

    Parameters
    ----------
    size : int
        Points r of the golden set; generation 1 is fitted to them alone.
    weight : float, optional
        Weight of the whole set in the fit, in (0, 1]; by default every point counts the same.
    """

    size: int = field(metadata=inside(COUNT))
    weight: float | None = field(default=None, metadata=inside(POSITIVE_SHARE))

    known: ClassVar[tuple[Theorem, ...]] = kept_set.closed_forms(
        of=_set,
        holds=lambda setting: True,
        regime="with a golden set",
        source="docs/theory/golden",
    )

    def __post_init__(self) -> None:
        check_parameters(self)

    @classmethod
    def examples(cls) -> tuple[Golden, ...]:
        return (cls(size=4), cls(size=4, weight=0.5))

    @property
    def opening(self) -> int:
        return 1

    def step(self, t: Any, sizes: Schedule) -> Step:
        n, golden, model = sizes(t), 1, 1
        if self.weight is not None:
            own, other = self.weight / self.size, (1 - self.weight) / n
            kish = 1 / (self.weight * own + (1 - self.weight) * other)  # so much the fit set weighs
            golden, model = kish * own, kish * other
        return Step(
            drawn=(only_where(t == 1, self.size), only_where(t != 1, n)),
            stored=(only_where(t != 1, self.size),),
            weight=(1, model, golden),
            keep=((0, 2),),
        )
