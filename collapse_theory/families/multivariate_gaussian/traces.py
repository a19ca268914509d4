r"""Second moments of the covariance under replacement: traces of squares and squares of traces.

By Wishart's second moments :math:`x_t = E\operatorname{tr}\Sigma_t^2` and :math:`y_t = E(\operatorname{tr}\Sigma_t)^2`
obey a map of two dimensions for every :math:`\Sigma_0`, with :math:`m = n-1`,

.. math:: \binom{x}{y} \mapsto \frac1{(n-\delta)^2}\begin{pmatrix} m^2+m & m\\ 2m & m^2\end{pmatrix}\binom{x}{y},

whose eigenvectors (1, 1) and (1, −2) do not depend on n: eigenvalues :math:`m(m+2)` and :math:`m(m-1)` over
:math:`(n-\delta)^2`.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from collapse_theory.errors import NoClosedForm
from collapse_theory.families.multivariate_gaussian.step import PAGE, additive, exact_sum, replaced
from collapse_theory.gamma_ratios import log_quotient
from collapse_theory.theorem import Check, Theorem, in_mpmath, proved_by_induction

CONDITIONS = "replacement, any sample sizes, any covariance of the source"


def _log_moment(setting: Any, power: int) -> Any:
    """Log of the larger eigenvalue of the map, (m² + 2m)/(n − δ)², or of the square of the mean, m²/(n − δ)²."""
    ddof = setting.family.ddof
    if power == 2:
        return lambda n: log_quotient((n - 1) * (n + 1), (n - ddof) ** 2, 2 * n * ddof - ddof**2 - 1)
    return lambda n: 2 * log_quotient(n - 1, n - ddof, ddof - 1)


def _grown(setting: Any, t: Any) -> tuple[Any, Any, Any]:
    """Logs of the larger moment, of its ratio to the squared mean, and of the smaller moment's ratio to it."""
    large = additive(setting, t, _log_moment(setting, 2))
    above = additive(setting, t, lambda n: np.log1p(2 / (n - 1)))
    with np.errstate(divide="ignore"):
        below = additive(setting, t, lambda n: np.log1p(-1 / (n - 1)))
    return large, above, below


def _start(setting: Any) -> tuple[float, float]:
    """The trace of the square in units of the squared trace, and the log of the trace: squares may leave the floats."""
    covariance = setting.family.covariance
    return covariance.concentration, float(np.log(covariance.trace))


def _log_trace_of_square(setting: Any, t: Any) -> Any:
    x, unit = _start(setting)
    large, above, below = _grown(setting, t)
    return 2 * unit + large + np.log((2 * x + 1 - (1 - x) * np.exp(below - above)) / 3)


def _log_squared_trace(setting: Any, t: Any) -> Any:
    x, unit = _start(setting)
    large, above, below = _grown(setting, t)
    return 2 * unit + large + np.log((2 * x + 1 + 2 * (1 - x) * np.exp(below - above)) / 3)


def _log_std(setting: Any, t: Any) -> Any:
    """Half the log of y_t − (E tr)², in units of the squared mean: its two exponentials each less 1."""
    x, unit = _start(setting)
    _, above, below = _grown(setting, t)
    mean = additive(setting, t, _log_moment(setting, 1)) / 2
    far = above > 30
    small = (2 * x + 1) * np.expm1(np.where(far, 0.0, above)) + 2 * (1 - x) * np.expm1(below)
    large = above + np.log((2 * x + 1 - (3 - 2 * (1 - x) * np.exp(below)) * np.exp(-above)) / 3)
    return unit + mean + 0.5 * np.where(far, large, np.log(np.where(far, 3.0, small) / 3))


def _exponential(log_value: Any) -> Any:
    return lambda setting, t: np.exp(log_value(setting, t))


def _reference(index: int) -> Any:
    """The map of two moments, multiplied out in mpmath through its eigenvalues."""

    def reference(setting: Any, t: int) -> Any:
        import mpmath

        values = setting.family.covariance.values
        x, y = (
            mpmath.fsum(in_mpmath(v) ** 2 for v in values.ravel()),
            mpmath.fsum(map(in_mpmath, np.diag(values))) ** 2,
        )
        ddof = in_mpmath(setting.family.ddof)

        def grown(pivot: Any) -> Any:
            return mpmath.exp(exact_sum(setting, t, lambda n: _log(pivot(mpmath.mpf(n - 1)) / (n - ddof) ** 2)))

        large, small = grown(lambda m: m * (m + 2)), grown(lambda m: m * (m - 1))
        mean = grown(lambda m: m * m)
        if index == 0:
            return ((2 * x + y) * large - (y - x) * small) / 3
        squared = ((2 * x + y) * large + 2 * (y - x) * small) / 3
        return squared if index == 1 else mpmath.sqrt(squared - y * mean)

    return reference


def _log(value: Any) -> Any:
    import mpmath

    return mpmath.log(value) if value else -mpmath.inf


def _limit(setting: Any) -> float:
    if not setting.sizes.constant:
        raise NoClosedForm(
            "the limit of this moment under growing sample sizes has no closed form: evaluate at large t"
        )
    rate = float(_log_moment(setting, 2)(np.float64(setting.sizes(1))))
    if rate == 0:
        raise NoClosedForm("the second moment stays, the others fall: evaluate at large t")
    return 0.0 if rate < 0 else float(np.inf)


def _prove_map() -> tuple[Check, ...]:
    """The map from the moments of Bartlett's factor in two dimensions, its eigenvectors, and induction in t."""
    import sympy

    m, s1, s2 = sympy.symbols("m s_1 s_2", positive=True)
    a, b, c = sympy.symbols("a b c")  # T_11, T_21, T_22
    moments = {a: (m, m * (m + 2)), b: (1, 3), c: (m - 1, (m - 1) * (m + 1))}

    def mean(expression: Any) -> Any:
        found = 0
        for powers, coefficient in sympy.Poly(sympy.expand(expression), a, b, c).terms():
            term = coefficient
            for letter, power in zip((a, b, c), powers, strict=True):
                term *= 1 if power == 0 else 0 if power % 2 else moments[letter][power // 2 - 1]
            found += term
        return found

    one, both, other = a**2, a * b, b**2 + c**2
    x, y = s1**2 + s2**2, (s1 + s2) ** 2
    square = mean(s1**2 * one**2 + 2 * s1 * s2 * both**2 + s2**2 * other**2)
    trace = mean((s1 * one + s2 * other) ** 2)
    step = sympy.Matrix([[m**2 + m, m], [2 * m, m**2]])
    t = sympy.Symbol("t", nonnegative=True, integer=True)
    x0, y0 = sympy.symbols("x_0 y_0", positive=True)
    large, small = m * (m + 2), m * (m - 1)
    squares = ((2 * x0 + y0) * large**t - (y0 - x0) * small**t) / 3
    traces = ((2 * x0 + y0) * large**t + 2 * (y0 - x0) * small**t) / 3
    return (
        Check("E tr S² = (m² + m) x + m y, d = 2", sympy.expand(square - (m**2 + m) * x - m * y) == 0),
        Check("E (tr S)² = 2m x + m² y, d = 2", sympy.expand(trace - 2 * m * x - m**2 * y) == 0),
        Check(
            "(1, 1) belongs to m(m + 2)",
            sympy.expand(step * sympy.Matrix([1, 1])) == sympy.Matrix([large] * 2).expand(),
        ),
        Check(
            "(1, −2) belongs to m(m − 1)",
            sympy.expand(step * sympy.Matrix([1, -2])) == sympy.Matrix([small, -2 * small]).expand(),
        ),
        *proved_by_induction(squares, t, x0, lambda now: (m**2 + m) * now + m * traces, "E tr Σ_t²"),
        *proved_by_induction(traces, t, y0, lambda now: 2 * m * squares + m**2 * now, "E (tr Σ_t)²"),
    )


def _moment(title: str, quantity: str, statistic: str, statement: str, log_value: Any, index: int) -> Theorem:
    return Theorem(
        title=f"{title} under replacement",
        quantity=quantity,
        statistic=statistic,
        road="closed form",
        statement=statement,
        conditions=CONDITIONS,
        source=PAGE,
        holds=replaced,
        value=_exponential(log_value),
        log_value=log_value,
        reference=_reference(index),
        limit=_limit,
        proof=_prove_map,
    )


_LETTERS = r",\quad x = \operatorname{tr}\Sigma_0^2,\ y = (\operatorname{tr}\Sigma_0)^2,\ "
_LETTERS += r"q = \tfrac{m(m+2)}{(n-\delta)^2},\ p = \tfrac{m(m-1)}{(n-\delta)^2},\ m = n-1"

TRACES: tuple[Theorem, ...] = (
    _moment(
        "mean trace of the squared covariance",
        "trace_of_square",
        "mean",
        r"\tfrac13\left[(2x+y)q^t - (y-x)p^t\right]" + _LETTERS,
        _log_trace_of_square,
        0,
    ),
    _moment(
        "mean squared trace of the covariance",
        "squared_trace",
        "mean",
        r"\tfrac13\left[(2x+y)q^t + 2(y-x)p^t\right]" + _LETTERS,
        _log_squared_trace,
        1,
    ),
    _moment(
        "standard deviation of the trace",
        "trace",
        "std",
        r"\sqrt{E(\operatorname{tr}\Sigma_t)^2 - y\left(\tfrac{m}{n-\delta}\right)^{2t}}" + _LETTERS,
        _log_std,
        2,
    ),
)
