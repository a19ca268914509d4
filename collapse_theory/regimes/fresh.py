r"""Fresh data: every generation is fitted to r new real points and n − r points of the newest model.

With :math:`\alpha = r/n` and :math:`B = \alpha + (1-\alpha)V`, in units of the source variance,

.. math:: V' = \frac{(n-1)B + n\alpha(1-\alpha)M}{n-\delta}, \qquad M' = \frac{B}{n} + (1-\alpha)^2 M,

a contraction: the expectation is stationary, and what decides is the *count* r, not the share.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from collapse_theory.domain import COUNT, POSITIVE_SHARE, inside
from collapse_theory.regimes.real_points import check_real_points, real_points
from collapse_theory.regimes.regime import Regime
from collapse_theory.schedules import Schedule
from collapse_theory.tableau import linear_map
from collapse_theory.tableau.moments import ONE, M, V, second_moment_map
from collapse_theory.tableau.step import Step
from collapse_theory.theorem import Check, Theorem


def _prove() -> tuple[Check, ...]:
    """The printed map and the stationary values, against the tableau."""
    import sympy

    from collapse_theory.symbols import alpha, ddof, n

    rows = second_moment_map(Step(drawn=(alpha * n, (1 - alpha) * n), weight=(1, 1)), ddof)
    v, m = sympy.symbols("V M", positive=True)
    drawn = alpha + (1 - alpha) * v

    def mapped(row: Any) -> Any:
        return rows[row].get(V, 0) * v + rows[row].get(M, 0) * m + rows[row].get(ONE, 0)

    spread = ((n - 1) * drawn + n * alpha * (1 - alpha) * m) / (n - ddof)
    error = drawn / n + (1 - alpha) ** 2 * m
    x = (2 - alpha) * alpha * n
    fixed = {ddof: 0, v: (x - alpha) / (x + 1 - alpha), m: 1 / (x + 1 - alpha)}
    unbiased = {ddof: 1, v: (x - alpha) / (x - 1), m: (n - 1) / n / (x - 1)}
    return (
        Check("the tableau gives the printed map of V", sympy.simplify(mapped(V) - spread) == 0),
        Check("the tableau gives the printed map of M", sympy.simplify(mapped(M) - error) == 0),
        Check(
            "stationary at ddof = 0",
            all(sympy.simplify((mapped(row) - letter).subs(fixed)) == 0 for row, letter in ((V, v), (M, m))),
        ),
        Check(
            "stationary at ddof = 1",
            all(sympy.simplify((mapped(row) - letter).subs(unbiased)) == 0 for row, letter in ((V, v), (M, m))),
        ),
    )


@dataclass(frozen=True, repr=False)
class Fresh(Regime):
    """New real points every generation, in fixed number, beside points of the newest model.

    Parameters
    ----------
    real : int, optional
        Fresh real points per generation.
    share : float, optional
        Their share of the sample size instead; share · n must be a whole number.
    """

    real: int | None = field(default=None, metadata=inside(COUNT))
    share: float | None = field(default=None, metadata=inside(POSITIVE_SHARE))

    known: ClassVar[tuple[Theorem, ...]] = linear_map.closed_forms(
        holds=lambda setting: setting.tableau.mixture and not setting.tableau.share,
        regime="with fresh data in fixed number",
        spread=r"V' = \frac{(n-1)(\alpha + (1-\alpha)V) + n\alpha(1-\alpha)M}{n-\delta}",
        error=r"M' = \frac{\alpha + (1-\alpha)V}{n} + (1-\alpha)^2 M",
        source="alemohammad2024 observe it; docs/theory/fresh",
        proof=_prove,
    )

    def __post_init__(self) -> None:
        check_real_points(self)

    @classmethod
    def examples(cls) -> tuple[Fresh, ...]:
        return (cls(real=1), cls(share=0.5))

    def step(self, t: Any, sizes: Schedule) -> Step:
        n = sizes(t)
        real = real_points(self, n)
        return Step(drawn=(real, n - real), weight=(1, 1))

    def symbols(self, sizes: Schedule) -> Mapping[Any, Any]:
        from fractions import Fraction

        from collapse_theory.symbols import alpha

        n = int(sizes(1))
        return {alpha: Fraction(int(real_points(self, n)), n)}
