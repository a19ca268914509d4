"""What becomes of a run, and the sign that decides it."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import Any, Literal

import numpy as np

from collapse_theory.errors import NoClosedForm
from collapse_theory.families import Gaussian
from collapse_theory.families.gaussian.step import AT_CRITICAL, drift, drift_sign
from collapse_theory.gamma_ratios import digamma_minus_log
from collapse_theory.regimes import AccumulateFresh, AccumulateSubsample, Fresh, Window
from collapse_theory.schedules import Constant
from collapse_theory.tableau import feedback
from collapse_theory.tableau.linear_map import AffineMap
from collapse_theory.tableau.step import MODEL, absent
from collapse_theory.theorem import Check, Theorem, first_about
from collapse_theory.theorems import control
from collapse_theory.theorems.along import along
from collapse_theory.theorems.gaussian_fine_tune import critical_divisor, growth_rate
from collapse_theory.theorems.gaussian_fine_tune import holds as tuned

Verdict = Literal["collapses", "wanders", "explodes", "settles", "recovers", "stationary", "undecided"]


@dataclass(frozen=True)
class Fate:
    """The almost-sure fate of a run's spread.

    Parameters
    ----------
    verdict : str
        ``collapses`` (to 0), ``wanders`` (recurrent, no limit), ``explodes`` (to infinity), ``settles`` (to a random
        limit of positive mean or, where fits are samples of a pool, with its pool about one), ``recovers`` (to the
        source), ``stationary`` (a law that no longer moves), or ``undecided``.
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
    gaussian = isinstance(along(setting).family, Gaussian)
    return gaussian and setting.tableau.replacement and _known_to_the_end(setting)


def _known_to_the_end(setting: Any) -> bool:
    return setting.sizes.reciprocal_sum_converges is not None


def _replaced_fate(setting: Any) -> Fate:
    sizes, family = setting.sizes, setting.family
    if not sizes.constant:
        if sizes.reciprocal_sum_converges:
            return Fate(
                "settles", "the sum of 1/n_t converges, so the log-variance stops growing; its rate per generation", 0.0
            )
        return _by_sign(drift_sign(along(setting)), "the sum of 1/n_t diverges; sign of the drift in the end")
    if not family.two_moments:
        return Fate("wanders", "log-drift of the posterior refit", 0.0)
    away = family.ddof - critical_ddof(int(sizes(1)))
    if abs(away) < AT_CRITICAL * max(1.0, abs(family.ddof)):
        return Fate("wanders", "almost-sure growth rate of the variance", 0.0)
    rate = float(drift(along(setting))(np.float64(sizes(1))))
    return _by_sign(rate if rate * away > 0 else away, "almost-sure growth rate of the variance")


def _by_sign(value: float, because: str) -> Fate:
    verdict: Verdict = "collapses" if value < 0 else "explodes" if value > 0 else "wanders"
    return Fate(verdict, because, value)


def _tuned_fate(setting: Any) -> Fate:
    """By the sign of the drift of the log-variance, the same for every generation from the second on."""
    setting = along(setting)
    away = setting.family.ddof - critical_divisor(setting)
    if abs(away) < AT_CRITICAL * max(1.0, abs(setting.family.ddof)):
        return Fate("wanders", "almost-sure growth rate of the variance", 0.0)
    rate = growth_rate(setting)
    return _by_sign(rate if rate * away > 0 else away, "almost-sure growth rate of the variance")


def _pinned(setting: Any) -> bool:
    return control.holds(setting) and feedback.pinned(setting.tableau)


def _pinned_fate(setting: Any) -> Fate:
    gap, step = control.slow_gap(setting), setting.tableau
    if gap <= 0:
        return Fate("undecided", "the expected variance diverges; pull per generation", gap)
    if control.rests_at_nothing(setting):
        return Fate("collapses", "what is kept, or new, is a single point without a spread; the spread it keeps", 0.0)
    if step.anchored:
        return Fate("stationary", "new real points pull it back, by a share per generation", gap)
    if absent(step.drawn[MODEL]):
        return Fate("settles", "one set of points, used for ever, pulls it to itself, by a share per generation", gap)
    return Fate("stationary", "the kept real points pull it back, by a share per generation", gap)


def _loose(setting: Any) -> bool:
    """Nothing real stays, and the expected variance falls by a factor: so does the variance of every run."""
    settled = control.holds(setting) and not feedback.pinned(setting.tableau) and not setting.tableau.replacement
    return settled and control.slow_gap(setting) > 0


def _loose_fate(setting: Any) -> Fate:
    return Fate("collapses", "log of the factor of the expected variance", float(np.log1p(-control.slow_gap(setting))))


def _recovers(setting: Any) -> bool:
    return setting.family.two_moments and isinstance(setting.regime, AccumulateFresh) and setting.sizes.constant


def _sampled(setting: Any) -> bool:
    pool = isinstance(setting.regime, AccumulateSubsample) and setting.sizes.constant
    return pool and bool(setting.family.two_moments and setting.family.ddof == 0)


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


def _prove_falling() -> tuple[Check, ...]:
    """A window forgets: at the divisors of maximum likelihood and of the unbiased variance its gain is below 1."""
    windows = [(w, n, ddof) for w in (2, 3, 5) for n in (2, 4, 20) for ddof in (0, 1)]
    return (
        Check(
            "the gain of a window is below 1, w = 2, 3, 5, n = 2, 4, 20, ddof = 0, 1",
            all(feedback.slow_gap(Window(w).tableau(Constant(n)), ddof) > 0 for w, n, ddof in windows),
        ),
    )


def _prove_recovery() -> tuple[Check, ...]:
    """The map of the pool tends to the identity as 1 − c/t, c > 0: products of it vanish, for each divisor."""
    from collapse_theory.tableau.moments import exact_second_moments

    late = exact_second_moments(AccumulateFresh(real=1), Constant(4), 0, 160)
    errors = [late[t][1] for t in (20, 40, 80, 160)]
    return (
        Check("the squared error falls, n = 4, one real point", all(a > b for a, b in pairwise(errors))),
        Check("by a power of t", errors[3] / errors[2] < errors[1] / errors[0] * Fraction(11, 10)),
    )


def _prove_sampling() -> tuple[Check, ...]:
    """What a sample of the pool adds leaves the mean second moment of the pool as it is."""
    from collapse_theory.tableau.moments import exact_second_moments

    kept = [
        v + m == 1
        for replacement in (False, True)
        for v, m in exact_second_moments(AccumulateSubsample(replacement=replacement), Constant(4), 0, 12)
    ]
    return (Check("the second moment of the pool is a martingale: V_t + M_t = 1", all(kept)),)


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
    if not (isinstance(along(setting).family, Gaussian) and setting.family.two_moments):
        return False
    if setting.tableau.accumulation or isinstance(setting.regime, AccumulateFresh):
        return bool(setting.sizes.constant)
    return _pinned(setting) and control.slow_gap(setting) > 0


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
        conditions="Gaussian, accumulation, or real points, new or kept, with a second-moment map that contracts; one "
        "sample size",
        source="docs/theory/accumulate; docs/theory/fresh",
        holds=lambda setting: name in setting.family.measures and _bounded(setting),
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
            isinstance(along(setting).family, Gaussian)
            and setting.family.two_moments
            and setting.tableau.accumulation
            and _known_to_the_end(setting)
        ),
        value=lambda setting: Fate("settles", "growth of the log-variance per generation", 0.0),
        proof=_prove_settling,
    ),
    Theorem(
        title="fate of the spread under fine-tuning on new points",
        quantity="spread",
        statistic="fate",
        road="exact numeric",
        statement=r"\operatorname{sign} E\log F = \operatorname{sign}(\delta - \delta^*),\quad "
        r"\delta^* = (n - e^{E\log\eta X})/\eta^2",
        conditions="Gaussian, fine-tuning on new points of the newest model, one sample size",
        source="docs/theory/finetune",
        holds=lambda setting: tuned(along(setting)),
        value=_tuned_fate,
    ),
    Theorem(
        title="fate of the spread with real points, new or kept",
        quantity="spread",
        statistic="fate",
        road="closed form",
        statement=r"\text{stationary where the second-moment map contracts}",
        conditions="new real points in every generation or a kept slot, one sample size, a step that does not change "
        "any more; settles where nothing new is drawn",
        source="docs/theory/control",
        holds=_pinned,
        value=_pinned_fate,
        proof=_prove_anchoring,
        any_sampling=True,
    ),
    Theorem(
        title="fate of the spread where nothing real is kept",
        quantity="spread",
        statistic="fate",
        road="closed form",
        statement=r"\rho(A) < 1 \Rightarrow \sum_t E\,\sigma_t^2 < \infty \Rightarrow \sigma_t^2 \to 0",
        conditions="no real points and no kept slot, one sample size, a step that does not change any more, an "
        "expected variance that falls",
        source="docs/theory/window",
        holds=_loose,
        value=_loose_fate,
        proof=_prove_falling,
        any_sampling=True,
    ),
    Theorem(
        title="fate of the spread of a pool with new real points",
        quantity="spread",
        statistic="fate",
        road="closed form",
        statement=r"V_t \to V_0,\; M_t \to 0",
        conditions="accumulation with new real points, one sample size",
        source="docs/theory/subsample",
        holds=_recovers,
        value=lambda setting: Fate(
            "recovers",
            "the pool fills with real points; their share of each batch",
            float(setting.regime.step(2, setting.sizes).drawn[0] / setting.sizes(1)),
        ),
        proof=_prove_recovery,
    ),
    Theorem(
        title="fate of the spread fitted to samples of a pool",
        quantity="spread",
        statistic="fate",
        road="closed form",
        statement=r"\text{the mean and the second moment of the pool are martingales and converge}",
        conditions="accumulation, every fit sees a sample of the pool, ddof = 0, one sample size",
        source="docs/theory/subsample",
        holds=_sampled,
        value=lambda setting: Fate(
            "settles",
            "the pool settles, and the fit is a sample of it; power of t with which its mean spread goes",
            0.0,
        ),
        proof=_prove_sampling,
    ),
    *map(_no_growth, ("variance", "sd", "log_variance", "trace")),
)


def fate(setting: Any) -> Fate:
    """Fate of a recursion's spread; NoClosedForm where no theorem about t → ∞ is known."""
    theorem = first_about(setting.theorems, "fate")
    if theorem is not None:
        found: Fate = theorem.value(setting)
        return found
    why = "" if _known_to_the_end(setting) else ": a custom schedule has no theorem about t → ∞"
    raise NoClosedForm(f"fate: no theorem about t → ∞ is known for {setting!r}{why}")
