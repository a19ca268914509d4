r"""Fresh data by weight: r new real points carry the share w of the fit, n − r points of the newest model the rest.

With the real batch weighed by w and the synthetic one by :math:`u = 1 - w`, m = n − r, at the divisor of maximum
likelihood the squared error of the mean comes to rest at

.. math:: \frac{M^*}{V_0} = \frac{w^2/r + u^2/m}{1 - u^2(1 - 1/m)},

least where :math:`M^* = w/r`: for much data at :math:`w = (\sqrt{k^2+4k}-k)/2` with k = r/m, the inverse golden ratio
for k = 1. Any weight above 0 stops collapse; none makes synthetic points worth more than :math:`\sqrt{rm}` real ones.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar

from collapse_theory.domain import COUNT, POSITIVE, POSITIVE_SHARE, check_parameters, inside
from collapse_theory.regimes.real_points import real_points
from collapse_theory.regimes.regime import Regime
from collapse_theory.schedules import Schedule
from collapse_theory.tableau import linear_map
from collapse_theory.tableau.moments import ONE, M, V, second_moment_map
from collapse_theory.tableau.step import Step
from collapse_theory.theorem import Check, Theorem

__all__ = ["Weighted", "optimal_weight"]


def optimal_weight(ratio: float, *, synthetic: int | None = None) -> float:
    r"""Weight of the fresh real points that makes the squared error of the mean in the long run smallest.

    .. math:: w^* = \frac{\sqrt{k^2+4k}-k}{2},\qquad (w^*)^2 = k(1-w^*),

    for k real points to each synthetic one and so many points that their own noise does not count; with m synthetic
    points exactly :math:`u^* = \big[1+B+k-\sqrt{(1+B+k)^2-4B}\big]/(2B)`, B = 1 − 1/m, u = 1 − w, at the divisor of
    maximum likelihood. The error is then that of :math:`r/w^*` real points.

    Parameters
    ----------
    ratio : float
        Fresh real points per synthetic point, k > 0; for k = 1 the weight is the inverse golden ratio, 0.618.
    synthetic : int, optional
        Number m of synthetic points a generation; unlimited by default.

    Returns
    -------
    float
        The weight, in (0, 1].

    Raises
    ------
    ValueError
        For a ratio that is not positive, and for a number of points that is no count.
    """
    k = POSITIVE.check("ratio", ratio)
    m = None if synthetic is None else COUNT.check("synthetic", synthetic)
    # w solves B w² + (1 − B + k) w − k = 0: no cancellation in its positive root.
    b = 1.0 if m is None else 1 - 1 / m
    middle = k if m is None else k + 1 / m
    return float(2 * k / (middle + (middle**2 + 4 * b * k) ** 0.5))


def _prove() -> tuple[Check, ...]:
    """The stationary error of the tableau against the printed one, and its minimum."""
    import sympy

    r, m, w = sympy.symbols("r m w", positive=True)
    u = 1 - w
    rows = second_moment_map(Step(drawn=(r, m), weight=(w / r, u / m)), 0)
    gain, source = rows[M][M], {column: rows[M].get(column, 0) for column in (V, ONE)}
    # At ddof = 0 the conservation law V = 1 − M closes the row.
    stationary = (source[V] + source[ONE]) / (1 - gain + source[V])
    printed = (w**2 / r + u**2 / m) / (1 - u**2 * (1 - 1 / m))
    k, b = r / m, 1 - 1 / m
    best = sympy.fraction(sympy.together(sympy.diff(printed, w)))[0]
    condition = b * w**2 + (1 - b + k) * w - k
    conserved = sum(sympy.simplify(rows[V].get(letter, 0) + rows[M].get(letter, 0)) for letter in (V, M, ONE))
    return (
        Check("V + M = 1 is kept", sympy.simplify(rows[V].get(V, 0) + rows[M].get(V, 0) - rows[V][M] - gain) == 0),
        Check("V + M = 1 is kept by a generation", sympy.simplify(conserved - rows[V][M] - gain - 1) == 0),
        Check("the stationary error", sympy.simplify(stationary - printed) == 0),
        Check("it is smallest at the root", sympy.rem(sympy.expand(best), sympy.expand(condition * m), w) == 0),
        Check("where it is w/r", sympy.rem(sympy.fraction(sympy.together(printed - w / r))[0], condition * m, w) == 0),
        *_prove_every_divisor(),
    )


def _prove_every_divisor() -> tuple[Check, ...]:
    """The map and the values at rest, for any ddof."""
    import sympy

    from collapse_theory.symbols import ddof

    r, m, w, v, d = sympy.symbols("r m w V M", positive=True)
    u, kish = 1 - w, 1 / (w**2 / r + (1 - w) ** 2 / m)
    f = kish / (kish - ddof)
    rows = second_moment_map(Step(drawn=(r, m), weight=(w / r, u / m)), ddof)
    mapped = [sum(c * {V: v, M: d, ONE: 1}[letter] for letter, c in rows[row].items()) for row in (V, M)]
    spread = f * (w * (1 - 1 / r) + u * (1 - 1 / m) * v + w * u * (1 / r + v / m + d))
    error = w**2 / r + u**2 * (d + v / m)
    at_rest = f * w * (1 - w / (r * (1 + u))) / (1 - f * u * (1 - u / (m * (1 + u))))
    fixed = {d: (w**2 / r + u**2 * v / m) / (1 - u**2)}
    return (
        Check("the tableau gives the map of V", sympy.simplify(mapped[0] - spread) == 0),
        Check("the tableau gives the map of M", sympy.simplify(mapped[1] - error) == 0),
        Check("M* at rest", sympy.simplify((error - d).subs(fixed)) == 0),
        Check("V* at rest", sympy.simplify((spread - v).subs(fixed).subs(v, at_rest)) == 0),
    )


@dataclass(frozen=True, repr=False)
class Weighted(Regime):
    """New real points of a given total weight, beside points of the newest model.

    Parameters
    ----------
    real : int
        Fresh real points per generation, fewer than the sample size.
    weight : float
        Their weight w in the fit, in (0, 1]; the model's points have 1 − w. See :func:`optimal_weight`.
    """

    real: int = field(metadata=inside(COUNT))
    weight: float = field(metadata=inside(POSITIVE_SHARE))

    share: ClassVar[None] = None
    known: ClassVar[tuple[Theorem, ...]] = linear_map.closed_forms(
        holds=lambda setting: isinstance(setting.regime, Weighted),
        regime="with fresh data by weight",
        spread=r"V' = f\Big[w(1-\tfrac1r) + u(1-\tfrac1m)V + wu\Big(\tfrac1r + \tfrac Vm + M\Big)\Big],"
        r"\quad f = \frac{K}{K-\delta},\; K = \Big(\frac{w^2}{r} + \frac{u^2}{m}\Big)^{-1}",
        error=r"M' = \frac{w^2}{r} + \frac{u^2}{m} V + u^2 M,\quad u = 1 - w,\; m = n - r",
        source="he2026 for one parameter; docs/theory/golden",
        proof=_prove,
    )

    def __post_init__(self) -> None:
        check_parameters(self)

    @classmethod
    def examples(cls) -> tuple[Weighted, ...]:
        return (cls(real=2, weight=0.5), cls(real=1, weight=0.3))

    def step(self, t: Any, sizes: Schedule) -> Step:
        n = sizes(t)
        real = real_points(self, n)
        model = n - real
        if not hasattr(n, "free_symbols") and not (model > 0 if isinstance(model, int) else (model > 0).all()):
            raise ValueError(f"real = {self.real} is outside its domain: an integer in [1, n - 1], n = {n}")
        own, other = self.weight / real, (1 - self.weight) / model
        kish = 1 / (self.weight * own + (1 - self.weight) * other)  # so much the fit set weighs
        return Step(drawn=(real, model), weight=(kish * own, kish * other))
