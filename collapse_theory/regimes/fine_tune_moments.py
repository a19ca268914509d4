r"""Expected variance and squared error of the mean under fine-tuning, in closed form.

With :math:`V_1 = (n-1)/(n-\delta)`, :math:`a = 1-\eta` and :math:`\rho = (n-\eta^2)/(n-\delta\eta^2)`: on new points
of the newest model

.. math:: V_t = V_1\rho^{t-1},\qquad M_t = \frac1n + \frac{\eta^2}nV_1\sum_{i<t-1}\rho^i ;

on one set of the base both have limits; and where every generation starts from the base, it is a set that is kept, with
the weight a.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

import numpy as np

from collapse_theory.gamma_ratios import geometric_sum, log_geometric_sum
from collapse_theory.regimes import kept_set
from collapse_theory.tableau.moments import ONE, M, V, second_moment_map
from collapse_theory.tableau.step import Step
from collapse_theory.theorem import Check, Theorem, proved_by_induction

PAGE = "docs/theory/finetune"


def _holds(data: str) -> Callable[[Any], bool]:
    return lambda setting: bool(setting.family.two_moments and setting.sizes.constant and setting.regime.data == data)


def _numbers(setting: Any) -> tuple[float, float, float]:
    return float(setting.sizes(1)), float(setting.regime.rate), float(setting.family.ddof)


def _first(setting: Any) -> float:
    """Expected variance of the base, V_1."""
    n, _, ddof = _numbers(setting)
    return (n - 1) / (n - ddof)


def _log_ratio(setting: Any) -> float:
    n, eta, ddof = _numbers(setting)
    return float(np.log1p((ddof - 1) * eta**2 / (n - ddof * eta**2))) if n > 1 or eta < 1 else -np.inf


def _symbols() -> tuple[Any, Any, Any]:
    """V_1, the factor of a generation and the stay 1 − η as sympy expressions."""
    from collapse_theory.symbols import ddof, eta, n

    return (n - 1) / (n - ddof), (n - eta**2) / (n - ddof * eta**2), 1 - eta


def _from_source(setting: Any, at_source: int, later: Any) -> Any:
    import sympy

    from collapse_theory.symbols import t

    return setting.family.spread_symbol * sympy.Piecewise((at_source, sympy.Eq(t, 0)), (later, True))


def _log_spread(setting: Any, t: Any) -> Any:
    with np.errstate(divide="ignore"):  # one point has no spread
        start = np.log(setting.family.spread) + np.log(_first(setting))
    later = np.asarray(t) - 1
    return start + np.where(later > 0, later * _log_ratio(setting), 0.0)


def _spread_formula(setting: Any) -> Any:
    from collapse_theory.symbols import t

    first, ratio, _ = _symbols()
    return _from_source(setting, 1, first * ratio ** (t - 1))


def _spread_limit(setting: Any) -> float:
    sign = setting.family.ddof - 1
    if sign == 0 or _first(setting) == 0:
        return float(setting.family.spread * _first(setting))
    return 0.0 if sign < 0 else float(np.inf)


def _error(setting: Any, t: Any) -> Any:
    n, eta, _ = _numbers(setting)
    summed = geometric_sum(_log_ratio(setting), np.asarray(t) - 1)
    return setting.family.spread / n * (1 + eta**2 * _first(setting) * summed)


def _log_error(setting: Any, t: Any) -> Any:
    n, eta, _ = _numbers(setting)
    with np.errstate(divide="ignore"):
        grown = np.log(eta**2 * _first(setting)) + log_geometric_sum(_log_ratio(setting), np.asarray(t) - 1)
    return np.log(setting.family.spread / n) + np.logaddexp(0.0, grown)


def _error_formula(setting: Any) -> Any:
    import sympy

    from collapse_theory.symbols import ddof, eta, n, t

    first, ratio, _ = _symbols()
    summed = sympy.Piecewise((t - 1, sympy.Eq(ddof, 1)), ((1 - ratio ** (t - 1)) / (1 - ratio), True))
    return _from_source(setting, 0, (1 + eta**2 * first * summed) / n)


def _error_limit(setting: Any) -> float:
    n, eta, ddof = _numbers(setting)
    if ddof >= 1:
        return float(np.inf)
    return float(setting.family.spread / n * (1 + _first(setting) * (n - ddof * eta**2) / (1 - ddof)))


def _stays(setting: Any, exponent: Any, log_factor: float = 0.0) -> Any:
    """Powers of (1 − η) times a factor."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(exponent == 0, 1.0, np.exp(exponent * (np.log1p(-setting.regime.rate) + log_factor)))


def _fixed_spread(setting: Any, t: Any) -> Any:
    n, eta, ddof = _numbers(setting)
    later, stay = np.asarray(t, dtype=float) - 1, 1 - eta
    cross, log_factor = 1 / (n + ddof * eta * stay), -float(np.log1p(-ddof * eta**2 / n))
    rest = (1 - ddof * eta) / (n - ddof * eta) + cross
    fading = rest * _stays(setting, later, log_factor)
    shares = (n - 1) / (n - ddof * eta) - cross * _stays(setting, 2 * later) + fading
    return setting.family.spread * _first(setting) * shares


def _fixed_spread_formula(setting: Any) -> Any:
    from collapse_theory.symbols import ddof, eta, n, t

    first, _, stay = _symbols()
    rest, cross = (n - 1) / (n - ddof * eta), 1 / (n + ddof * eta * stay)
    fading = (n * stay / (n - ddof * eta**2)) ** (t - 1)
    return _from_source(setting, 1, first * (rest - cross * stay ** (2 * (t - 1)) + (1 - rest + cross) * fading))


def _fixed_error(setting: Any, t: Any) -> Any:
    gone = 1 - _stays(setting, np.asarray(t, dtype=float) - 1)
    return setting.family.spread / _numbers(setting)[0] * (1 + gone**2 * _first(setting))


def _fixed_error_formula(setting: Any) -> Any:
    from collapse_theory.symbols import n, t

    first, _, stay = _symbols()
    return _from_source(setting, 0, (1 + (1 - stay ** (t - 1)) ** 2 * first) / n)


def _fixed_limits(setting: Any) -> tuple[float, float]:
    n, eta, ddof = _numbers(setting)
    first, spread = _first(setting), setting.family.spread
    return float(spread * first * (n - 1) / (n - ddof * eta)), float(spread / n * (1 + first))


def _mapped(step: Step, before: Mapping[Any, Any], row: Any) -> Any:
    from collapse_theory.symbols import ddof

    return sum(c * before[letter] for letter, c in second_moment_map(step, ddof)[row].items())


def _prove_regenerated() -> tuple[Check, ...]:
    """Induction from generation 1, with the step taken from the tableau."""
    import sympy

    from collapse_theory.symbols import ddof, eta, n, t

    first, ratio, stay = _symbols()
    v, m = sympy.symbols("V M", positive=True)
    step = Step(drawn=(0, n), weight=(0, 1), carried=n * stay / eta)
    spread, error = (sympy.simplify(_mapped(step, {V: v, M: m, ONE: 1}, row)) for row in (V, M))
    start = Step(drawn=(0, n), weight=(0, 1))
    base = [sympy.simplify(_mapped(start, {V: 1, M: 0, ONE: 1}, row)) for row in (V, M)]
    # Generation 1 is the 0 of the induction.
    rising = (1 + eta**2 * first * (1 - ratio**t) / (1 - ratio)) / n
    flat = (1 + eta**2 * t) / n
    return (
        Check("the tableau gives V' = ρV", sympy.simplify(spread - ratio * v) == 0),
        Check("the tableau gives M' = M + η²V/n", sympy.simplify(error - m - eta**2 * v / n) == 0),
        Check("V_1 and M_1", sympy.simplify(base[0] - first) == 0 and sympy.simplify(base[1] - 1 / n) == 0),
        *proved_by_induction(rising, t, 1 / n, lambda now: now + eta**2 * first * ratio**t / n, "M_{t+1}, ddof ≠ 1"),
        *proved_by_induction(flat, t, 1 / n, lambda now: now + eta**2 / n, "M_{t+1}, ddof = 1"),
        Check("V = 1 at ddof = 1", sympy.simplify((first * ratio**t).subs(ddof, 1)) == 1),
    )


def _prove_fixed() -> tuple[Check, ...]:
    """One set of the base, used in every generation: the forms against the step of the tableau."""
    import sympy

    from collapse_theory.symbols import ddof, eta, n, t

    first, _, stay = _symbols()
    gone = 1 - stay**t  # weight of the set after t tunings
    mean, noise = 1 / n, first / n
    rest, cross = (n - 1) / (n - ddof * eta), 1 / (n + ddof * eta * stay)
    fading = (n * stay / (n - ddof * eta**2)) ** t

    def spread(power: Any, fades: Any) -> Any:
        return first * (rest - cross * power**2 + (1 - rest + cross) * fades)

    step = Step(drawn=(0, 0), stored=(n,), weight=(0, 0, 1), keep=((2,),), carried=n * stay / eta)
    # The set has the base's mean beside a noise of its own; its sum of squares is n − 1 times the base's variance.
    before = {
        V: spread(stay**t, fading),
        M: mean + gone**2 * noise,
        ("C", 0, 1): mean + gone * noise,
        ("C", 1, 1): mean + noise,
        ("U", 1): (n - 1) * first,
        ONE: 1,
    }
    later = 1 - stay * stay**t
    factor = n * stay / (n - ddof * eta**2)

    def zero(difference: Any) -> bool:
        powers = {stay**t: sympy.Symbol("p"), fading: sympy.Symbol("q")}
        return bool(sympy.simplify(sympy.expand(difference.subs(powers))) == 0)

    return (
        Check("V_{t+1} from V_t", zero(_mapped(step, before, V) - spread(stay * stay**t, factor * fading))),
        Check("M_{t+1} from M_t", zero(_mapped(step, before, M) - mean - later**2 * noise)),
        Check("the fit beside the set", zero(_mapped(step, before, ("C", 0, 1)) - mean - later * noise)),
        Check("V_1", sympy.simplify(spread(1, 1) - first) == 0),
    )


def _set(setting: Any) -> kept_set.KeptSet:
    n = int(setting.sizes(1))
    return kept_set.KeptSet(n, 1 - Fraction(setting.regime.rate), n, Fraction(setting.family.ddof))


THEOREMS: tuple[Theorem, ...] = (
    Theorem(
        title="mean spread under fine-tuning on regenerated points",
        quantity="spread",
        statistic="mean",
        road="closed form",
        statement=r"V_t = V_1\Big(\frac{n-\eta^2}{n-\delta\eta^2}\Big)^{t-1},\quad V_1 = V_0\frac{n-1}{n-\delta}",
        conditions="fine-tuning on new points of the newest model, one sample size",
        source=PAGE,
        holds=_holds("regenerated"),
        value=lambda setting, t: np.exp(_log_spread(setting, t)),
        log_value=_log_spread,
        formula=_spread_formula,
        limit=_spread_limit,
        proof=_prove_regenerated,
    ),
    Theorem(
        title="mean squared location error under fine-tuning on regenerated points",
        quantity="squared_location",
        statistic="mean",
        road="closed form",
        statement=r"M_t = \frac{V_0 + \eta^2V_1\sum_{i<t-1}\rho^i}{n},\quad \rho = \frac{n-\eta^2}{n-\delta\eta^2}",
        conditions="fine-tuning on new points of the newest model, one sample size",
        source=PAGE,
        holds=_holds("regenerated"),
        value=_error,
        log_value=_log_error,
        formula=_error_formula,
        limit=_error_limit,
        proof=_prove_regenerated,
    ),
    Theorem(
        title="mean spread under fine-tuning on one set",
        quantity="spread",
        statistic="mean",
        road="closed form",
        statement=r"\frac{V_t}{V_1} = \nu - \kappa a^{2(t-1)} + (1-\nu+\kappa)"
        r"\Big(\frac{na}{n-\delta\eta^2}\Big)^{t-1},"
        r"\quad a = 1-\eta,\ \nu = \frac{n-1}{n-\delta\eta},\ \kappa = \frac1{n+\delta\eta a}",
        conditions="fine-tuning on one set of n points of the base, used for ever, one sample size",
        source=PAGE,
        holds=_holds("fixed"),
        value=_fixed_spread,
        formula=_fixed_spread_formula,
        limit=lambda setting: _fixed_limits(setting)[0],
        proof=_prove_fixed,
    ),
    Theorem(
        title="mean squared location error under fine-tuning on one set",
        quantity="squared_location",
        statistic="mean",
        road="closed form",
        statement=r"M_t = \frac{V_0 + (1-a^{t-1})^2V_1}{n},\quad a = 1-\eta",
        conditions="fine-tuning on one set of n points of the base, used for ever, one sample size",
        source=PAGE,
        holds=_holds("fixed"),
        value=_fixed_error,
        formula=_fixed_error_formula,
        limit=lambda setting: _fixed_limits(setting)[1],
        proof=_prove_fixed,
    ),
    *kept_set.closed_forms(
        of=_set,
        holds=lambda setting: setting.regime.data == "restart",
        regime="under fine-tuning that starts again from the base",
        source=f"docs/theory/golden; {PAGE}",
    ),
)
