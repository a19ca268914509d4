"""What becomes of a run, and the sign that decides it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from collapse_theory.errors import NoClosedForm
from collapse_theory.families import Gaussian
from collapse_theory.families.gaussian.step import AT_CRITICAL, drift_sign
from collapse_theory.gamma_ratios import digamma_minus_log
from collapse_theory.regimes import Fresh
from collapse_theory.regimes.linear_map import AffineMap, slotless
from collapse_theory.schedules import Constant
from collapse_theory.theorem import Check, Theorem

Verdict = Literal["collapses", "wanders", "explodes", "settles", "stationary", "undecided"]


@dataclass(frozen=True)
class Fate:
    """The almost-sure fate of a run's spread.

    Parameters
    ----------
    verdict : str
        ``collapses`` (to 0), ``wanders`` (recurrent, no limit), ``explodes`` (to infinity), ``settles`` (to a
        positive random limit), ``stationary`` (a law that no longer moves), or ``undecided``.
    because : str
        The quantity whose sign decides it.
    value : float
        Its value.
    """

    verdict: Verdict
    because: str
    value: float

    def __str__(self) -> str:
        return f"{self.verdict}: {self.because} = {self.value:.6g}"

    def __repr__(self) -> str:
        return f"<Fate: {self}>"


def critical_ddof(n: Any) -> Any:
    r"""Divisor at which the log-variance has no drift, :math:`\delta^* = n - 2e^{\psi((n-1)/2)}`.

    Below it every run collapses, above it every run explodes, at it the run wanders. It is below 2 for every n and
    :math:`2 - \frac1{6(n-2)} + \dots` for large n.

    Parameters
    ----------
    n : int or array of int
        Sample size, at least 2.

    Returns
    -------
    float or ndarray
        The critical divisor.
    """
    from collapse_theory.domain import Domain

    sizes = np.asarray(n)
    for size in np.atleast_1d(sizes).ravel():
        Domain(low=2, high=2**53, integer=True).check("n", size.item())
    a = (np.atleast_1d(sizes).astype(float) - 1) / 2
    inside = np.maximum(a, 1.0)
    small = 2 * a + 1 - 2 * a * np.exp(digamma_minus_log(a))
    found = np.where(a < 1, small, 2 - (2 * inside - 1) * np.expm1(digamma_minus_log(inside, 0.5)))
    return float(found[0]) if sizes.ndim == 0 else found.reshape(sizes.shape)


def _replaced(setting: Any) -> bool:
    return isinstance(setting.family, Gaussian) and setting.tableau.replacement and _known_to_the_end(setting)


def _known_to_the_end(setting: Any) -> bool:
    return setting.sizes.reciprocal_sum_converges is not None


def _replaced_fate(setting: Any) -> Fate:
    sizes, family = setting.sizes, setting.family
    if not sizes.constant:
        if sizes.reciprocal_sum_converges:
            return Fate(
                "settles", "the sum of 1/n_t converges, so the log-variance stops growing; its rate per generation", 0.0
            )
        return _by_sign(drift_sign(setting), "the sum of 1/n_t diverges; sign of the drift in the end")
    if not family.two_moments:
        return Fate("wanders", "log-drift of the posterior refit", 0.0)
    away = family.ddof - critical_ddof(int(sizes(1)))
    if abs(away) < AT_CRITICAL * max(1.0, abs(family.ddof)):
        return Fate("wanders", "almost-sure growth rate of the variance", 0.0)
    rate = setting.log_variance.growth_rate
    return _by_sign(rate if rate * away > 0 else away, "almost-sure growth rate of the variance")


def _by_sign(value: float, because: str) -> Fate:
    verdict: Verdict = "collapses" if value < 0 else "explodes" if value > 0 else "wanders"
    return Fate(verdict, because, value)


def _anchored(setting: Any) -> bool:
    return bool(setting.tableau.anchored and setting.family.two_moments and slotless(setting))


def _anchored_fate(setting: Any) -> Fate:
    gap = AffineMap.of(setting.regime, setting.sizes, setting.family.ddof).slow_gap
    if gap > 0:
        return Fate("stationary", "new real points pull it back, by a share per generation", gap)
    return Fate("undecided", "the expected variance diverges; pull per generation", gap)


def _prove_critical_divisor() -> tuple[Check, ...]:
    """The drift vanishes at the critical divisor and grows with the divisor, so it has the sign of their difference."""
    import sympy

    psi = sympy.Symbol("psi", real=True)
    inside = sympy.Symbol("c", positive=True)  # n − ddof, which falls as the divisor grows
    drift = psi + sympy.log(2 / inside)
    at_critical = sympy.expand_log(drift.subs(inside, 2 * sympy.exp(psi)), force=True)
    return (
        Check("E log W = 0 where n − ddof = 2 exp ψ((n − 1)/2)", sympy.simplify(at_critical) == 0),
        Check("E log W falls with n − ddof", bool(sympy.diff(drift, inside).is_negative)),
    )


def _prove_settling() -> tuple[Check, ...]:
    """Kolmogorov's series: mean and variance of the relative step of the variance fall like j⁻²."""
    import sympy

    from collapse_theory.symbols import ddof, n

    j = sympy.Symbol("j", positive=True)
    weight = (j - 1) / j
    shortfall = 1 / (j * (n * j - ddof))
    variance = (2 * (n - 1) + 2 * weight**2) / (n * j - ddof) ** 2
    return (
        Check("j²(1 − E R_j) has a finite limit", sympy.limit(j**2 * shortfall, j, sympy.oo) == 1 / n),
        Check("j² Var R_j has a finite limit", sympy.simplify(sympy.limit(j**2 * variance, j, sympy.oo) - 2 / n) == 0),
    )


def _prove_anchoring() -> tuple[Check, ...]:
    """Where one fresh point in n suffices, and where it does not: exact fractions, n = 4 … 60."""

    def contracts(real: int, ddof: int, n: int) -> bool:
        (a, b), (c, d) = AffineMap.of(Fresh(real=real), Constant(n), ddof).a
        return (1 - a) + (1 - d) > 0 and (1 - a) * (1 - d) - b * c > 0

    sizes = range(4, 61)
    return (
        Check(
            "one fresh point contracts at ddof 0 and 1", all(contracts(1, ddof, n) for n in sizes for ddof in (0, 1))
        ),
        Check("one fresh point does not at ddof = 2", not any(contracts(1, 2, n) for n in sizes)),
        Check("two fresh points do at ddof = 2", all(contracts(2, 2, n) for n in sizes)),
    )


def _bounded(setting: Any) -> bool:
    """A plug-in Gaussian whose log-variance keeps its law: accumulation, or a contraction to fresh data."""
    if not (isinstance(setting.family, Gaussian) and setting.family.two_moments):
        return False
    if setting.tableau.accumulation:
        return bool(setting.sizes.constant)
    return _anchored(setting) and _anchored_fate(setting).value > 0


def _prove_boundedness() -> tuple[Check, ...]:
    """A log-variance that settles, and one whose second moments contract, both grow by nothing in the long run."""
    return (*_prove_settling(), *_prove_anchoring())


def _no_growth(name: str) -> Theorem:
    return Theorem(
        title=f"almost-sure growth rate of the fitted {name.replace('_', '-')} where it settles",
        quantity=name,
        statistic="growth_rate",
        road="closed form",
        statement=r"\lim_t \tfrac1t \log\sigma_t^2 = 0",
        conditions="Gaussian, accumulation, or fresh data with a second-moment map that contracts; one sample size",
        source="docs/theory/accumulate; docs/theory/fresh",
        holds=_bounded,
        value=lambda setting: 0.0,
        proof=_prove_boundedness,
    )


FATES: tuple[Theorem, ...] = (
    Theorem(
        title="fate of the spread under replacement",
        quantity="spread",
        statistic="fate",
        road="closed form",
        statement=r"\operatorname{sign} E\log W = \operatorname{sign}(\delta - \delta^*),\quad "
        r"\delta^* = n - 2e^{\psi((n-1)/2)}",
        conditions="Gaussian, replacement, a schedule whose sum of 1/n_t is known to converge or not",
        source="docs/theory/replace",
        holds=_replaced,
        value=_replaced_fate,
        proof=_prove_critical_divisor,
    ),
    Theorem(
        title="fate of the spread under accumulation",
        quantity="spread",
        statistic="fate",
        road="closed form",
        statement=r"\sigma_t^2 \to \sigma_\infty^2 \in (0, \infty)",
        conditions="Gaussian, accumulation, a schedule that is known to the end",
        source="docs/theory/accumulate",
        holds=lambda setting: (
            isinstance(setting.family, Gaussian)
            and setting.family.two_moments
            and setting.tableau.accumulation
            and _known_to_the_end(setting)
        ),
        value=lambda setting: Fate("settles", "growth of the log-variance per generation", 0.0),
        proof=_prove_settling,
    ),
    Theorem(
        title="fate of the spread with fresh data",
        quantity="spread",
        statistic="fate",
        road="closed form",
        statement=r"\text{stationary where the second-moment map contracts}",
        conditions="new real points in every generation, one sample size",
        source="docs/theory/fresh",
        holds=_anchored,
        value=_anchored_fate,
        proof=_prove_anchoring,
    ),
    *map(_no_growth, ("variance", "sd", "log_variance")),
)


def fate(setting: Any) -> Fate:
    """Fate of a recursion's spread; NoClosedForm where no theorem about t → ∞ is known."""
    for theorem in setting.theorems:
        if theorem.statistic == "fate":
            found: Fate = theorem.value(setting)
            return found
    why = "" if _known_to_the_end(setting) else ": a custom schedule has no theorem about t → ∞"
    raise NoClosedForm(f"fate: no theorem about t → ∞ is known for {setting!r}{why}")
