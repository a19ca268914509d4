r"""What a pool keeps of the source where every fit sees a sample of it as large as a generation.

With :math:`g = (n-1)/(n-\delta)` the expected fitted variance is g times that of the pool, :math:`V_t = gX_t`, and

.. math:: \frac{X_t}{X_{t-1}} = \frac{(t-x_1)(t-x_2)}{t\,(t-p)},\qquad
          b = p - x_1 - x_2 = \frac{\delta\,(n-1)}{n\,(n-\delta)},

with :math:`p = 0,\ x_1x_2 = -(1+g)/n,\ X_1 = 1 - 1/n` where points are drawn with replacement, and
:math:`p = 1/n,\ x_1x_2 = -(2+g)/n,\ X_1 = 1` without. So :math:`X_t` is a ratio of gamma functions that grows like
:math:`t^b`: it comes to rest at :math:`\delta = 0` alone.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from collapse_theory.errors import NoClosedForm
from collapse_theory.regimes.subsample_pool import Pool
from collapse_theory.tableau.moments import M, V, second_moment_map
from collapse_theory.tableau.step import Step, Subsample
from collapse_theory.theorem import Check, Order, Theorem

PAGE = "docs/theory/subsample"
Array = NDArray[np.float64]

SUMMED = 20_000
"""Generations summed one by one before the rest of a sum is integrated (Euler–Maclaurin, error below 1e-16)."""
NODES = 16
"""Nodes of a Gauss–Legendre rule on each factor e of the generations."""
REST = 45.0
"""Logarithm of the generations after which nothing is left of a converging integral."""


def holds(setting: Any) -> bool:
    """A sample of n points of the pool, one sample size, by a family that matches two moments."""
    whole = setting.regime.size is None or setting.regime.size == setting.sizes(1)
    return bool(setting.family.two_moments and setting.sizes.constant and whole and setting.sizes(1) > 1)


def _log_spread(setting: Any, t: Any) -> Any:
    return np.log(setting.family.spread) + Pool.of(setting).log_at(t)


def _formula(setting: Any) -> Any:
    import sympy

    from collapse_theory.symbols import ddof, n, t

    g = (n - 1) / (n - ddof)
    b = ddof * (n - 1) / (n * (n - ddof))
    pole, first = (0, 1 - 1 / n) if setting.regime.replacement else (1 / n, 1)
    product, total = ((1 + g) / n if setting.regime.replacement else (2 + g) / n), pole - b
    root = sympy.sqrt(total**2 + 4 * product)
    x, y = (total + root) / 2, (total - root) / 2

    def ratio(at: Any) -> Any:
        return sympy.gamma(at - x) * sympy.gamma(at - y) / (sympy.gamma(at) * sympy.gamma(at - pole))

    later = g * first * ratio(t + 1) / ratio(sympy.Integer(2))
    return setting.family.spread_symbol * sympy.Piecewise((1, sympy.Eq(t, 0)), (later, True))


def _conserved(setting: Any) -> bool:
    return holds(setting) and setting.family.ddof == 0


def _other(setting: Any) -> bool:
    return holds(setting) and setting.family.ddof != 0


def _missing(setting: Any, t: Any) -> Any:
    return -setting.family.spread * np.expm1(Pool.of(setting).log_at(t))


def _missing_formula(setting: Any) -> Any:
    return setting.family.spread_symbol - _formula(setting)


def _summed(setting: Any, t: Any) -> Any:
    pool, t = Pool.of(setting), np.asarray(t)
    last = min(int(t.max()), SUMMED)
    j = np.arange(2, last + 1, dtype=float)
    top = pool.exponent * j - pool.product
    steps = np.log1p(top / (j * (j - pool.pole)))
    before = np.exp(pool.log_first + np.concatenate(([0.0], np.cumsum(steps[:-1])))) if last > 1 else np.empty(0)
    running = 1 / pool.n + np.concatenate(([0.0], np.cumsum(pool.added(j) * before)))
    error = running[np.minimum(t, last) - 1]
    if np.any(t > last):
        error[t > last] += _between(pool, last, np.log(t[t > last].astype(float)))
    found = setting.family.spread * (error + pool.noise(t.astype(float)) * np.exp(pool.log_at(t)))
    if not np.all(np.isfinite(found)):
        raise OverflowError(f"the mean squared error under {setting.regime!r} leaves the floats by t = {t.max()}")
    return found


def _between(pool: Pool, start: int, ends: Array) -> Array:
    """Error added to the pool's mean after the start and up to generations of these logarithms."""

    def term(s: Any) -> Any:
        j = np.exp(s)
        return np.exp(pool.log_at(j - 1)) * pool.added(j)

    low = np.log(float(start))
    panels = int(np.ceil(np.max(ends) - low)) + 1
    nodes, weights = np.polynomial.legendre.leggauss(NODES)
    width = (ends - low)[:, None] / panels
    at = low + width * (np.arange(panels)[:, None] + (1 + nodes) / 2).ravel()
    integral = np.sum(np.tile(weights, panels) * term(at) * np.exp(at), axis=1) * width[:, 0] / 2
    sides = [(term(s), (pool.exponent - 2) * term(s) / np.exp(s)) for s in (np.asarray(low), ends)]
    return np.asarray(integral + (sides[1][0] - sides[0][0]) / 2 + (sides[1][1] - sides[0][1]) / 12)


def _summed_limit(setting: Any) -> float:
    pool = Pool.of(setting)
    if pool.exponent > 0:
        return float(np.inf)
    start = _summed(setting, np.array([SUMMED]))[0] / setting.family.spread
    noise = pool.noise(float(SUMMED)) * np.exp(pool.log_at(SUMMED))
    rest = _between(pool, SUMMED, np.log(float(SUMMED)) + np.array([REST]))[0]
    return float(setting.family.spread * (start - noise + rest))


def _summed_reference(setting: Any, t: int) -> Any:
    """The recursion of the pool's variance and mean in mpmath."""
    import mpmath

    if t > 10_000:
        raise NoClosedForm("the reference sums at most 10 000 generations")
    n, ddof = mpmath.mpf(int(setting.sizes(1))), mpmath.mpf(setting.family.ddof)
    again = bool(setting.regime.replacement)
    g = (n - 1) / (n - ddof)
    x, error = (1 - 1 / n if again else mpmath.mpf(1)), 1 / n
    for j in range(2, t + 1):
        error += x * ((1 if again else 1 - mpmath.mpf(1) / (j - 1)) + g) / (n * j**2)
        if again:
            x *= 1 + ((1 - n + n * g) * j - (1 + g)) / (n * j**2)
        else:
            x *= (n * j**2 + n * (g - 1) * j - (2 + g)) / (j * (n * j - 1))
    return mpmath.mpf(setting.family.spread) * (error + x / n * (1 if again else 1 - mpmath.mpf(1) / t))


def _prove() -> tuple[Check, ...]:
    """The tableau's map closes on the pool's variance and mean, and the gamma product solves its recurrence."""
    return (*_proved(replacement=True), *_proved(replacement=False))


def _proved(*, replacement: bool) -> tuple[Check, ...]:
    import sympy

    from collapse_theory.symbols import ddof, n, t

    how = "with replacement" if replacement else "without replacement"
    g, b = (n - 1) / (n - ddof), ddof * (n - 1) / (n * (n - ddof))
    pole, product = (0, (1 + g) / n) if replacement else (1 / n, (2 + g) / n)
    factor = (t**2 + (b - pole) * t - product) / (t * (t - pole))
    x, p = sympy.symbols("X p", positive=True)

    def squares(variance: Any, at: Any) -> Any:
        return variance * (n * at if replacement else n * at - 1)

    def noise(variance: Any, at: Any) -> Any:
        return variance / n * (1 if replacement else 1 - 1 / at)

    step = Step(
        drawn=(0, n),
        stored=(n * (t - 1),),
        weight=(0, 1, 1),
        keep=((1, 2),),
        subsample=Subsample(n, replacement),
    )
    rows = second_moment_map(step, ddof)
    # Given the pool, the mean of a sample is right in expectation: times the pool's mean it is that one's square.
    before = {V: g * x, M: p + noise(x, t - 1), ("C", 0, 1): p, ("C", 1, 1): p, ("U", 1): squares(x, t - 1)}

    def mapped(row: Any) -> Any:
        return sum(c * before.get(letter, 1) for letter, c in rows[row].items())

    later = p + (n * noise(x, t - 1) + g * x) / (n * t**2)
    return (
        Check(f"the pool's sum of squares, {how}", sympy.simplify(mapped(("U", 1)) - squares(factor * x, t)) == 0),
        Check(f"V_t = g X_t, {how}", sympy.simplify(mapped(V) - g * factor * x) == 0),
        Check(f"the error of the pool's mean, {how}", sympy.simplify(mapped(("C", 1, 1)) - later) == 0),
        Check(f"the error of the fitted mean, {how}", sympy.simplify(mapped(M) - later - noise(factor * x, t)) == 0),
        Check(f"ddof = 0 keeps V + M, {how}", _kept(mapped(V) + mapped(M), x, p, noise(x, t - 1))),
    )


def _kept(total: Any, x: Any, p: Any, noise: Any) -> bool:
    import sympy

    from collapse_theory.symbols import ddof, n

    before = (n - 1) / n * x + p + noise
    return bool(sympy.simplify((total - before).subs(ddof, 0)) == 0)


THEOREMS: tuple[Theorem, ...] = (
    Theorem(
        title="mean spread under accumulation with a sample of the pool",
        quantity="spread",
        statistic="mean",
        road="closed form",
        statement=r"V_t = V_1\prod_{j=2}^t\frac{(j-x_1)(j-x_2)}{j(j-p)},\; p - x_1 - x_2 = b ="
        r" \frac{\delta(n-1)}{n(n-\delta)}:\quad V_t\sim C\,t^b",
        conditions="accumulation, every fit on n points of the pool, one sample size n ≥ 2; at ddof = 0, with"
        " replacement, V_t → V_0 sin(πc)/(πc), c = √(2n − 1)/n",
        source=f"kazdan2025 pose it; {PAGE}",
        holds=holds,
        value=lambda setting, t: np.exp(_log_spread(setting, t)),
        log_value=_log_spread,
        formula=_formula,
        limit=lambda setting: float(setting.family.spread * np.exp(Pool.of(setting).log_limit)),
        proof=_prove,
    ),
    Theorem(
        title="mean squared location error under accumulation with a sample of the pool, at the divisor n",
        quantity="squared_location",
        statistic="mean",
        road="closed form",
        statement=r"M_t = V_0 - V_t",
        conditions="accumulation, every fit on n points of the pool, one sample size n ≥ 2; ddof = 0",
        source=PAGE,
        holds=_conserved,
        value=_missing,
        formula=_missing_formula,
        limit=lambda setting: float(-setting.family.spread * np.expm1(Pool.of(setting).log_limit)),
        proof=_prove,
    ),
    Theorem(
        title="mean squared location error under accumulation with a sample of the pool",
        quantity="squared_location",
        statistic="mean",
        road="recurrence",
        statement=r"M_t = p_t + \frac{\epsilon_t X_t}{n},\quad"
        r" p_t = p_{t-1} + \frac{\epsilon_{t-1}X_{t-1}+V_{t-1}}{nt^2},"
        r"\quad \epsilon_t = 1 \text{ or, without replacement, } 1 - \tfrac1t",
        conditions="accumulation, every fit on n points of the pool, one sample size n ≥ 2; ddof other than 0",
        source=PAGE,
        holds=_other,
        value=_summed,
        reference=_summed_reference,
        limit=_summed_limit,
        proof=_prove,
    ),
    Theorem(
        title="power law of the mean spread under accumulation with a sample of the pool",
        quantity="spread",
        statistic="mean",
        road="asymptotic",
        name="power law",
        statement=r"V_t\sim C\,t^b,\quad b = \frac{\delta(n-1)}{n(n-\delta)}",
        conditions="accumulation, every fit on n points of the pool, one sample size n ≥ 2; late generations",
        source=PAGE,
        holds=holds,
        value=lambda setting, t: (
            setting.family.spread * np.exp(Pool.of(setting).log_constant + Pool.of(setting).exponent * np.log(t))
        ),
        order=Order(1, along=lambda m: (10, m)),
        proof=_prove,
    ),
)
