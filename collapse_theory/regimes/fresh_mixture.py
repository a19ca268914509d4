r"""Fresh data by chance: each of the n points is real with chance α, and the model's otherwise.

The count of real points is binomial, the points are independent given the model, and with
:math:`B = \alpha + (1-\alpha)V`, in units of the source variance,

.. math:: V' = \frac{n-1}{n-\delta}\,[B + \alpha(1-\alpha)M], \qquad
          M' = \frac{B + \alpha(1-\alpha)M}{n} + (1-\alpha)^2 M .
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from collapse_theory.domain import POSITIVE_SHARE, check_parameters, inside
from collapse_theory.regimes.regime import Regime
from collapse_theory.schedules import Schedule
from collapse_theory.tableau import linear_map
from collapse_theory.tableau.moments import ONE, M, V, second_moment_map
from collapse_theory.tableau.step import Step
from collapse_theory.theorem import Check, Theorem


def _prove() -> tuple[Check, ...]:
    """The printed map, and the stationary value at ddof = 0, against the tableau."""
    import sympy

    from collapse_theory.symbols import alpha, ddof, n

    rows = second_moment_map(Step(drawn=(0, n), weight=(0, 1), share=alpha), ddof)
    v, m = sympy.symbols("V M", positive=True)
    point = alpha + (1 - alpha) * v + alpha * (1 - alpha) * m

    def mapped(row: Any) -> Any:
        return rows[row].get(V, 0) * v + rows[row].get(M, 0) * m + rows[row].get(ONE, 0)

    stationary = (1 - 1 / n) * alpha * n * (2 - alpha) / (alpha * n * (2 - alpha) + (1 - alpha) ** 2)
    fixed = {ddof: 0, v: stationary, m: 1 - stationary}
    return (
        Check("the tableau gives the printed map of V", sympy.simplify(mapped(V) - (n - 1) / (n - ddof) * point) == 0),
        Check(
            "the tableau gives the printed map of M", sympy.simplify(mapped(M) - point / n - (1 - alpha) ** 2 * m) == 0
        ),
        Check(
            "stationary at ddof = 0",
            all(sympy.simplify((mapped(row) - letter).subs(fixed)) == 0 for row, letter in ((V, v), (M, m))),
        ),
    )


@dataclass(frozen=True, repr=False)
class FreshMixture(Regime):
    """Real points mixed in by chance: each point is real with the given chance.

    Parameters
    ----------
    share : float
        Chance that a point comes from the source, in (0, 1].
    """

    share: float = field(metadata=inside(POSITIVE_SHARE))

    known: ClassVar[tuple[Theorem, ...]] = linear_map.closed_forms(
        holds=lambda setting: setting.tableau.mixture and bool(setting.tableau.share),
        regime="with fresh data by chance",
        spread=r"V' = \frac{n-1}{n-\delta}\left[\alpha + (1-\alpha)V + \alpha(1-\alpha)M\right]",
        error=r"M' = \frac{\alpha + (1-\alpha)V + \alpha(1-\alpha)M}{n} + (1-\alpha)^2 M",
        source="docs/theory/fresh",
        proof=_prove,
    )

    def __post_init__(self) -> None:
        check_parameters(self)

    @classmethod
    def examples(cls) -> tuple[FreshMixture, ...]:
        return (cls(share=0.25),)

    def step(self, t: Any, sizes: Schedule) -> Step:
        return Step(drawn=(0, sizes(t)), weight=(0, 1), share=self.share)

    def symbols(self, sizes: Schedule) -> Mapping[Any, Any]:
        from collapse_theory.symbols import alpha

        return {alpha: self.share}
