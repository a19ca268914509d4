r"""Accumulation: every generation adds n points of its model to a pool, and is fitted to the whole pool.

With :math:`N_t` points in the pool the fit of generation t moves by

.. math:: \sigma_t^2 = \sigma_{t-1}^2\,
          \frac{(N_{t-1}-\delta) + \chi^2_{n_t-1} + \frac{N_{t-1}}{N_t}\chi^2_1}{N_t-\delta},

independent factors again, of mean :math:`1 - \frac{n_t/N_t}{N_t-\delta}` from generation 2 on, ever closer to 1:
the variance has a positive random limit. For constant n the product of means is a ratio of gamma functions.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from collapse_theory.errors import NoClosedForm
from collapse_theory.gamma_ratios import log_gamma_ratio
from collapse_theory.regimes.regime import Regime
from collapse_theory.schedules import Schedule
from collapse_theory.tableau.moments import M, V, second_moment_map
from collapse_theory.tableau.step import Step
from collapse_theory.theorem import Check, Theorem

PAGE = "docs/theory/accumulate"
SUMMED = 100_000
"""Generations summed one by one before the rest of a sum is integrated (Euler–Maclaurin, error below 1e-16)."""

LATE, DEGREE = 40, 16
"""Generation from which the way to the limit is a polynomial in 1/(t + 1), and powers of the roots in it."""

BERNOULLI = (1 / 12, -1 / 720, 1 / 30240, -1 / 1209600)
"""Bernoulli numbers over factorials, B_2j/(2j)!."""

EXPANDED = 0.08
"""Size of the roots below which the logarithms of the factors are expanded."""


def holds(setting: Any) -> bool:
    """Accumulation, by a family that matches two moments."""
    return bool(setting.tableau.accumulation and setting.family.two_moments)


def holds_constant(setting: Any) -> bool:
    """The same with one sample size."""
    return holds(setting) and setting.sizes.constant


def _roots(n: float, ddof: float) -> tuple[float, float]:
    """Roots x of n x² − ddof x − 1, without cancellation."""
    root = np.sqrt(ddof**2 + 4 * n)
    large = (ddof + root) / (2 * n) if ddof >= 0 else (ddof - root) / (2 * n)
    return float(large), float(-1 / (n * large))


def _first(setting: Any) -> float:
    n, ddof = setting.sizes(1), setting.family.ddof
    with np.errstate(divide="ignore"):  # one point has no spread
        return float(np.log1p((ddof - 1) / np.float64(n - ddof)))


def log_ratio_at(setting: Any, t: Any) -> Any:
    """Logarithm of V_t/V_0 for constant n, at real t ≥ 1 (inf for the limit).

    Late generations are reached from the limit, ``log V_t = log V_∞ + Σ_k c_k ζ(k, t + 1)`` with
    ``c_k = (x^k + y^k − (ddof/n)^k)/k``, a polynomial in 1/(t + 1) by the Euler–Maclaurin expansion of zeta.
    """
    late = np.asarray(t, dtype=float)
    n, ddof = float(setting.sizes(1)), setting.family.ddof
    far = late >= LATE * max(1.0, *(abs(root) for root in _roots(n, ddof)), abs(ddof) / n)
    found = np.empty(late.shape)
    if np.any(far):
        found[far] = _early_log_ratio(setting, np.float64(np.inf)) + _missing(setting)(1 / (late[far] + 1))
    if not np.all(far):
        found[~far] = _early_log_ratio(setting, late[~far])
    return found


def _missing(setting: Any) -> np.polynomial.Polynomial:
    """Polynomial Σ_k c_k ζ(k, 1/u) in u, to double precision for u below 1/LATE."""
    n, ddof = float(setting.sizes(1)), setting.family.ddof
    x, y = _roots(n, ddof)
    coefficients = np.zeros(DEGREE + 10)
    for k in range(2, DEGREE + 1):
        c = (x**k + y**k - (ddof / n) ** k) / k
        coefficients[k - 1] += c / (k - 1)
        coefficients[k] += c / 2
        for j, bernoulli in enumerate(BERNOULLI):
            coefficients[k + 1 + 2 * j] += c * bernoulli * prod(range(k, k + 1 + 2 * j))
    return np.polynomial.Polynomial(coefficients)


def _early_log_ratio(setting: Any, late: Any) -> Any:
    """Logarithm of V_t/V_0 by gamma functions.

    For large n they cancel almost entirely; there the logarithms of the factors are expanded,
    ``−Σ_k c_k Σ_{j=2}^t j^−k``, with Hurwitz zeta functions for the inner sums.
    """
    n, ddof = float(setting.sizes(1)), setting.family.ddof
    x, y = _roots(n, ddof)
    if max(abs(x), abs(y)) < EXPANDED:
        from scipy.special import zeta

        powers = range(2, 16)
        terms = ((x**k + y**k - (ddof / n) ** k) / k * (zeta(k, 2.0) - zeta(k, late + 1)) for k in powers)
        return _first(setting) - sum(terms)

    def ratio(at: Any) -> Any:
        return log_gamma_ratio(at, -x) + log_gamma_ratio(at, -y) - log_gamma_ratio(at, -ddof / n)

    far = np.isinf(late)
    moved = np.where(far, 0.0, ratio(np.where(far, 2.0, late + 1)))
    return _first(setting) + moved - ratio(2.0)


def _log_ratio(setting: Any, t: Any) -> Any:
    if setting.sizes.constant:
        return log_ratio_at(setting, t)
    return _running_log_ratio(setting, int(np.max(t)))[np.asarray(t) - 1]


def _log_spread(setting: Any, t: Any) -> Any:
    return np.log(setting.family.spread) + _log_ratio(setting, t)


def _running_log_ratio(setting: Any, last: int) -> NDArray[np.float64]:
    """Logarithms of V_1/V_0 … V_last/V_0 by the product over generations."""
    generations = np.arange(2, last + 1)
    added = setting.sizes(generations).astype(float)
    total = setting.sizes.total(generations).astype(float)
    steps = np.log1p(-(added / total) / (total - setting.family.ddof))
    return _first(setting) + np.concatenate(([0.0], np.cumsum(steps)))


def _formula(setting: Any) -> Any:
    import sympy

    from collapse_theory.symbols import ddof, n, t

    root = sympy.sqrt(ddof**2 + 4 * n)
    x, y = (ddof + root) / (2 * n), (ddof - root) / (2 * n)

    def ratio(at: Any) -> Any:
        return sympy.gamma(at - x) * sympy.gamma(at - y) / (sympy.gamma(at) * sympy.gamma(at - ddof / n))

    later = (n - 1) / (n - ddof) * ratio(t + 1) / ratio(sympy.Integer(2))
    return setting.family.spread_symbol * sympy.Piecewise((1, sympy.Eq(t, 0)), (later, True))


def _spread_limit(setting: Any) -> float:
    if setting.sizes.constant:
        return float(setting.family.spread * np.exp(log_ratio_at(setting, np.inf)))
    raise NoClosedForm("the limit under growing sample sizes is an infinite product: evaluate at large t")


def _location(setting: Any, t: Any) -> Any:
    if setting.family.ddof == 0:
        return -setting.family.spread * np.expm1(_log_ratio(setting, t))
    last = int(np.max(t))
    near = last if not setting.sizes.constant else min(last, SUMMED)
    running = _running_location(setting, near)
    result = running[np.minimum(np.asarray(t), near) - 1]
    beyond = np.asarray(t) > near
    if np.any(beyond):
        result[beyond] += setting.family.spread * _location_between(setting, near, np.asarray(t)[beyond].astype(float))
    return result


def _running_location(setting: Any, last: int) -> NDArray[np.float64]:
    generations = np.arange(1, last + 1)
    weight = setting.sizes(generations) / setting.sizes.total(generations).astype(float) ** 2
    before = np.concatenate(([1.0], np.exp(_running_log_ratio(setting, last)[:-1])))
    return np.asarray(setting.family.spread * np.cumsum(weight * before))


def _location_between(setting: Any, start: int, ends: NDArray[np.float64]) -> NDArray[np.float64]:
    """Sum of V_{j−1}/(V_0 n j²) over j = start + 1 … end, by Euler–Maclaurin and Gauss–Legendre in 1/j."""
    n = float(setting.sizes(1))
    nodes, weights = np.polynomial.legendre.leggauss(24)

    def term(j: Any) -> Any:
        return np.exp(log_ratio_at(setting, j - 1)) / (n * j**2)

    low = np.where(np.isinf(ends), 0.0, 1 / ends)
    middle, half = (1 / start + low) / 2, (1 / start - low) / 2
    inverse = middle[:, None] + half[:, None] * nodes
    integral = np.sum(weights * np.exp(log_ratio_at(setting, 1 / inverse - 1)) / n, axis=1) * half
    last = np.where(np.isinf(ends), 0.0, term(np.where(np.isinf(ends), 1.0 + start, ends)))
    slopes = 2 * (
        term(float(start)) / start - np.where(np.isinf(ends), 0.0, last / np.where(np.isinf(ends), 1.0, ends))
    )
    return np.asarray(integral + (last - term(float(start))) / 2 + slopes / 12)


def _location_limit(setting: Any) -> float:
    if not setting.sizes.constant:
        raise NoClosedForm("the limit under growing sample sizes has no closed form: evaluate at large t")
    if setting.family.ddof == 0:
        return float(setting.family.spread - _spread_limit(setting))
    rest = _location_between(setting, SUMMED, np.array([np.inf]))[0]
    return float(_running_location(setting, SUMMED)[-1] + setting.family.spread * rest)


def _location_reference(setting: Any, t: int) -> Any:
    """The sum over generations in mpmath; for ddof = 0 what the conservation law leaves."""
    import mpmath

    from collapse_theory.symbols import ddof as delta
    from collapse_theory.symbols import n as size
    from collapse_theory.symbols import t as generation
    from collapse_theory.theorem import evaluate

    n, ddof = mpmath.mpf(int(setting.sizes(1))), mpmath.mpf(setting.family.ddof)
    if ddof == 0 and setting.sizes.constant:
        letters = {delta: 0, size: int(n), generation: t, **setting.family.symbols()}
        return mpmath.mpf(setting.family.spread) - evaluate(_formula(setting), letters, mpmath.mp.dps)
    if t > 10_000:
        raise NoClosedForm("the reference sums at most 10 000 generations")
    spread, error, total = mpmath.mpf(setting.family.spread), mpmath.mpf(0), mpmath.mpf(0)
    for j in range(1, t + 1):
        added = mpmath.mpf(int(setting.sizes(j)))
        total += added
        error += spread * added / total**2
        spread *= (added - 1) / (added - ddof) if j == 1 else 1 - added / total / (total - ddof)
    return error


def _prove() -> tuple[Check, ...]:
    """The tableau's map closes on V once the slot is the pool, and the gamma product solves its recurrence."""
    import sympy

    from collapse_theory.symbols import ddof, n, t

    total = n * (t - 1)
    rows = second_moment_map(Step(drawn=(0, n), stored=(total,), weight=(0, 1, 1), keep=((1, 2),)), ddof)
    # After a refit the slot is the fit set: its mean is the fitted mean, its sum of squares (N − ddof) V.
    pool = {("C", 0, 0): "M", ("C", 0, 1): "M", ("C", 1, 1): "M"}
    on_spread = rows[V].get(V, 0) + rows[V].get(("U", 1), 0) * (total - ddof)
    on_error = sum(rows[V].get(letter, 0) for letter in pool)
    factor = 1 - 1 / (t * (n * t - ddof))
    error_map = sum(rows[M].get(letter, 0) for letter in pool)
    quotient = n * t**2 - ddof * t - 1
    root = sympy.sqrt(ddof**2 + 4 * n)
    x, y = (ddof + root) / (2 * n), (ddof - root) / (2 * n)
    gamma_step = n * (t - x) * (t - y) / (t * (n * t - ddof))
    return (
        Check("the squared error does not enter V", sympy.simplify(on_error) == 0),
        Check("V_t = V_{t−1}(1 − 1/(t(nt − ddof)))", sympy.simplify(on_spread - factor) == 0),
        Check(
            "M_t = M_{t−1} + V_{t−1}/(n t²)",
            sympy.simplify(error_map - 1) == 0 and sympy.simplify(rows[M][V] - 1 / (n * t**2)) == 0,
        ),
        Check("the gamma ratio has this step", sympy.simplify(gamma_step - quotient / (t * (n * t - ddof))) == 0),
        Check("the factor is this quotient", sympy.simplify(factor - quotient / (t * (n * t - ddof))) == 0),
    )


@dataclass(frozen=True, repr=False)
class Accumulate(Regime):
    """Every point ever drawn, in one pool: generation 1 is real, later ones are the models'."""

    known: ClassVar[tuple[Theorem, ...]] = (
        Theorem(
            title="mean spread under accumulation",
            quantity="spread",
            statistic="mean",
            road="closed form",
            statement=r"V_t = V_0\frac{n-1}{n-\delta}\prod_{j=2}^t\left(1 - \frac1{j(nj-\delta)}\right)",
            conditions="accumulation, one sample size; → V_0 sin(π/√n)/(π/√n) at ddof = 0",
            source=f"kazdan2025 at ddof = 0; {PAGE}",
            holds=holds_constant,
            value=lambda setting, t: np.exp(_log_spread(setting, t)),
            log_value=_log_spread,
            formula=_formula,
            limit=_spread_limit,
            proof=_prove,
        ),
        Theorem(
            title="mean spread under accumulation of unequal batches",
            quantity="spread",
            statistic="mean",
            road="recurrence",
            statement=r"V_t = V_{t-1}\left(1 - \frac{n_t/N_t}{N_t-\delta}\right)",
            conditions="accumulation, any sample sizes",
            source=PAGE,
            holds=lambda setting: holds(setting) and not setting.sizes.constant,
            value=lambda setting, t: np.exp(_log_spread(setting, t)),
            limit=_spread_limit,
            proof=_prove,
        ),
        Theorem(
            title="mean squared location error under accumulation",
            quantity="squared_location",
            statistic="mean",
            road="recurrence",
            statement=r"M_t = M_{t-1} + \frac{n_t}{N_t^2} V_{t-1}",
            conditions="accumulation, any sample sizes; V_0 − V_t at ddof = 0",
            source=f"kazdan2025 at ddof = 0; {PAGE}",
            holds=holds,
            value=_location,
            reference=_location_reference,
            limit=_location_limit,
            proof=_prove,
        ),
    )

    @classmethod
    def examples(cls) -> tuple[Accumulate, ...]:
        return (cls(),)

    @property
    def opening(self) -> None:
        return None

    def step(self, t: Any, sizes: Schedule) -> Step:
        return Step(drawn=(0, sizes(t)), stored=(sizes.total(t - 1),), weight=(0, 1, 1), keep=((1, 2),))
