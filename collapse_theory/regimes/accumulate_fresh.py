r"""Accumulation with new real points: every generation adds r real ones and n − r of the newest model to one pool.

The fit is consistent: the whole law comes back. How fast is another matter, for nothing in the pool says which points
are real. With real share :math:`\rho = r/n` the squared error of the mean is, in units of the source variance,

.. math:: M_t \sim \frac{1}{(2\rho-1)\,nt}\quad(\rho > \tfrac12),\qquad \frac{\log t}{nt}\quad(\rho = \tfrac12),\qquad
          c\,t^{-2\rho}\quad(\rho < \tfrac12),

where the real points alone would give :math:`1/(\rho n t)`: below one half it would be better, in order, to throw the
synthetic points away.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from collapse_theory.domain import COUNT, POSITIVE_SHARE, inside
from collapse_theory.errors import NoClosedForm
from collapse_theory.regimes.real_points import check_real_points, real_points
from collapse_theory.regimes.regime import Regime
from collapse_theory.schedules import Schedule
from collapse_theory.tableau.moments import ONE, M, V, second_moment_map
from collapse_theory.tableau.step import Step
from collapse_theory.tableau.stepping import CHUNK, FARTHEST
from collapse_theory.theorem import Check, Order, Theorem

PAGE = "docs/theory/subsample"
Array = NDArray[np.float64]


def _matches(setting: Any) -> bool:
    return bool(setting.family.two_moments and setting.sizes.constant)


def _rho(setting: Any) -> float:
    n = setting.sizes(1)
    return float(real_points(setting.regime, n) / n)


def _later(n: Any, r: Any, ddof: Any, t: Any) -> tuple[tuple[Any, Any, Any], tuple[Any, Any, Any]]:
    """Coefficients of V, M and 1 in V_t and in M_t, t ≥ 2; any arithmetic."""
    before, now, s = n * (t - 1), n * t, n - r
    spread = (before - ddof + s - s / now, (before + s) * r / now, r * (1 - 1 / now))
    return tuple(c / (now - ddof) for c in spread), (s / now**2, (before + s) ** 2 / now**2, r / now**2)


def _moments(setting: Any, t: Any) -> tuple[Array, Array]:
    """Values (V_t, M_t) in units of the source, stepped generation by generation."""
    from collapse_theory.tableau.scan import scan

    n, ddof, last = float(setting.sizes(1)), float(setting.family.ddof), int(np.max(t))
    if last > FARTHEST:
        raise NoClosedForm(f"the moments under {setting.regime!r} are stepped through {FARTHEST} generations")
    r = _rho(setting) * n
    asked, where = np.unique(t, return_inverse=True)
    found = np.empty((len(asked), 2))
    state = np.array([(n - 1) / (n - ddof), 1 / n, 1.0])
    found[asked == 1] = state[:2]
    for start in range(2, last + 1, CHUNK):
        generations = np.arange(start, min(start + CHUNK, last + 1))
        steps = np.zeros((len(generations), 3, 3))
        for row, coefficients in enumerate(_later(n, r, ddof, generations.astype(float))):
            for column, c in enumerate(coefficients):
                steps[:, row, column] = c
        steps[:, 2, 2] = 1.0
        path = scan(steps, state)
        inside_chunk = (asked >= start) & (asked <= generations[-1])
        found[inside_chunk] = path[asked[inside_chunk] - start][:, :2]
        state = path[-1].copy()
    return found[where, 0], found[where, 1]


def _reference(index: int) -> Any:
    def reference(setting: Any, t: int) -> Any:
        """The two-letter recursion in mpmath."""
        import mpmath

        if t > 10_000:
            raise NoClosedForm("the reference steps through at most 10 000 generations")
        size = int(setting.sizes(1))
        n, r, ddof = (
            mpmath.mpf(size),
            mpmath.mpf(int(real_points(setting.regime, size))),
            mpmath.mpf(setting.family.ddof),
        )
        state = [(n - 1) / (n - ddof), 1 / n]
        for j in range(2, t + 1):
            state = [a * state[0] + b * state[1] + c for a, b, c in _later(n, r, ddof, mpmath.mpf(j))]
        return mpmath.mpf(setting.family.spread) * state[index]

    return reference


def _slow_constant(setting: Any) -> float:
    """Limit of M_t t^(2ρ) below one half, at ddof = 0 or with the variance of a point known."""
    import mpmath

    n, rho = float(setting.sizes(1)), _rho(setting)
    apart = 0.0 if setting.family.conserved_spread else np.sqrt((1 - rho) / n)
    low, high = 2 - rho - apart, 2 - rho + apart
    summed = mpmath.hyp3f2(1, 1, 1, low, high, 1)
    return float(summed / (n * mpmath.gamma(low) * mpmath.gamma(high)))


def _falls_slowly(setting: Any) -> bool:
    closed = setting.family.conserved_spread or (setting.family.two_moments and setting.family.ddof == 0)
    return bool(closed and setting.sizes.constant) and _rho(setting) < 0.5


def _counted(setting: Any) -> bool:
    return bool((setting.family.two_moments or setting.family.conserved_spread) and setting.sizes.constant)


def _fast(setting: Any, t: Any) -> Any:
    return setting.family.spread / ((2 * _rho(setting) - 1) * setting.sizes(1) * np.asarray(t, dtype=float))


def _halfway(setting: Any, t: Any) -> Any:
    return setting.family.spread * np.log(t) / (setting.sizes(1) * np.asarray(t, dtype=float))


def _slow(setting: Any, t: Any) -> Any:
    return setting.family.spread * _slow_constant(setting) * np.asarray(t, dtype=float) ** (-2 * _rho(setting))


def _prove() -> tuple[Check, ...]:
    """The tableau's map closes on V and M, and forgets the source's likeness as stated."""
    import sympy

    from collapse_theory.symbols import ddof, n, t

    r, v, m = sympy.symbols("r V M", positive=True)
    before = n * (t - 1)
    step = Step(drawn=(r, n - r), stored=(before,), weight=(1, 1, 1), keep=((0, 1, 2),))
    rows = second_moment_map(step, ddof)
    # After a refit the slot is the fit set: its mean is the fitted mean, its sum of squares (N − ddof) V.
    state = {V: v, M: m, ("C", 0, 1): m, ("C", 1, 1): m, ("U", 1): (before - ddof) * v, ONE: 1}
    mapped = [sum(c * state[letter] for letter, c in rows[row].items()) for row in (V, M)]
    printed = [a * v + b * m + c for a, b, c in _later(n, r, ddof, t)]
    # D = V + M − 1 obeys nt D' = (nt − r) D + ddof (V' − V).
    lack = n * t * (printed[0] + printed[1] - 1) - (n * t - r) * (v + m - 1) - ddof * (printed[0] - v)
    rho = r / n
    q, c = (t - rho) ** 2 - (1 - rho) / n, 1 / (n * t**2)
    return (
        Check("the tableau gives the printed map of V", sympy.simplify(mapped[0] - printed[0]) == 0),
        Check("the tableau gives the printed map of M", sympy.simplify(mapped[1] - printed[1]) == 0),
        Check("V + M − 1 decays like t^−ρ", sympy.simplify(lack) == 0),
        Check(
            "M alone at ddof = 0",
            sympy.simplify(printed[1].subs(v, 1 - m) - q / t**2 * m - c) == 0,
        ),
    )


_RULE = r"N = n(t-1),\ N' = nt,\ s = n - r:\quad "


@dataclass(frozen=True, repr=False)
class AccumulateFresh(Regime):
    """Every point ever drawn, in one pool to which every generation adds real points and the newest model's.

    Parameters
    ----------
    real : int, optional
        Real points that a generation adds.
    share : float, optional
        Their share of the sample size instead; share · n must be a whole number.
    """

    real: int | None = field(default=None, metadata=inside(COUNT))
    share: float | None = field(default=None, metadata=inside(POSITIVE_SHARE))

    known: ClassVar[tuple[Theorem, ...]] = (
        Theorem(
            title="mean spread under accumulation with new real points",
            quantity="spread",
            statistic="mean",
            road="recurrence",
            statement=_RULE + r"V' = \frac{(N-\delta+s-s/N')V + (N+s)rM/N' + r(1-1/N')}{N'-\delta} \to 1",
            conditions="accumulation with r new real points of n, one sample size; the way to the limit is"
            " like t^−ρ, ρ = r/n, where ddof is not 0",
            source=PAGE,
            holds=_matches,
            value=lambda setting, t: setting.family.spread * _moments(setting, t)[0],
            reference=_reference(0),
            limit=lambda setting: float(setting.family.spread),
            proof=_prove,
        ),
        Theorem(
            title="mean squared location error under accumulation with new real points",
            quantity="squared_location",
            statistic="mean",
            road="recurrence",
            statement=_RULE + r"M' = \frac{(N+s)^2M + r + sV}{N'^2} \to 0",
            conditions="accumulation with r new real points of n, one sample size",
            source=PAGE,
            holds=_matches,
            value=lambda setting, t: setting.family.spread * _moments(setting, t)[1],
            reference=_reference(1),
            limit=lambda setting: 0.0,
            proof=_prove,
        ),
        Theorem(
            title="late squared location error under accumulation with more than half real",
            quantity="squared_location",
            statistic="mean",
            road="asymptotic",
            name="late generations",
            statement=r"M_t \sim \frac{V_0}{(2\rho-1)\,nt},\quad \rho = r/n",
            conditions="accumulation with r new real points of n, one sample size, ρ > 1/2; any divisor; relative error"
            " O(t^(1 − 2ρ))",
            source=PAGE,
            holds=lambda setting: _counted(setting) and _rho(setting) > 0.5,
            value=_fast,
            order=Order(0.5, along=lambda m: (4, 10_000 * m), when=lambda setting: _rho(setting) == 0.75),
            proof=_prove,
        ),
        Theorem(
            title="late squared location error under accumulation with half real",
            quantity="squared_location",
            statistic="mean",
            road="asymptotic",
            name="late generations",
            statement=r"M_t \sim \frac{V_0\log t}{nt}",
            conditions="accumulation with n/2 new real points of n, one sample size; any divisor;"
            " relative error O(1/log t)",
            source=PAGE,
            holds=lambda setting: _counted(setting) and _rho(setting) == 0.5,
            value=_halfway,
            order=Order(1, along=lambda m: (100, round(np.exp(0.3 * m)))),
            proof=_prove,
        ),
        Theorem(
            title="late squared location error under accumulation with less than half real",
            quantity="squared_location",
            statistic="mean",
            road="asymptotic",
            name="late generations",
            statement=r"M_t \sim \frac{V_0}{n}\,\frac{{}_3F_2(1,1,1;\,2-\rho-\kappa,\,2-\rho+\kappa;\,1)}"
            r"{\Gamma(2-\rho-\kappa)\,\Gamma(2-\rho+\kappa)}\,t^{-2\rho},\quad \kappa^2 = \frac{1-\rho}n",
            conditions="accumulation with r new real points of n, one sample size, ρ < 1/2; ddof = 0, or κ = 0 where"
            " the variance of a point is conserved",
            source=PAGE,
            holds=_falls_slowly,
            value=_slow,
            order=Order(0.5, along=lambda m: (12, 100 * m), when=lambda setting: _rho(setting) == 0.25),
            proof=_prove,
        ),
    )

    def __post_init__(self) -> None:
        check_real_points(self)

    @classmethod
    def examples(cls) -> tuple[AccumulateFresh, ...]:
        return (cls(real=3), cls(share=0.5))

    @property
    def opening(self) -> None:
        return None

    def step(self, t: Any, sizes: Schedule) -> Step:
        n = sizes(t)
        real = real_points(self, n)
        return Step(drawn=(real, n - real), stored=(sizes.total(t - 1),), weight=(1, 1, 1), keep=((0, 1, 2),))
