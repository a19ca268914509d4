r"""A refitted scale, of an exponential or a Pareto law: what becomes of a run, and accumulation.

A pool of :math:`N_{t-1}` points and n new ones have the scale :math:`\theta_t = \theta_{t-1}R_t` with
:math:`R_t = (N_{t-1}-\delta+G_t)/(N_t-\delta)`, of mean 1 after the first generation whatever the divisor. For
:math:`\delta = 0` and one sample size, :math:`E\,\theta_t^2/\theta_0^2 = \prod_j (1+\frac1{nj^2}) \to
\sinh(\pi/\sqrt n)/(\pi/\sqrt n)`, the mirror image of the Gaussian's product.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np

from collapse_theory.errors import NoClosedForm
from collapse_theory.families import Exponential, Pareto
from collapse_theory.families.scale_walk import AT_CRITICAL, drift, drift_sign, log_moment
from collapse_theory.gamma_ratios import digamma_minus_log
from collapse_theory.theorem import Check, Compiled, Theorem, in_mpmath
from collapse_theory.theorems.fate import Fate

PAGE = "docs/theory/exponential"
SINGLY = 200
"""Factors that are multiplied one by one; the logarithms of the rest are a series."""
TERMS = 6


def _scaled(setting: Any) -> bool:
    return isinstance(setting.family, (Exponential, Pareto))


def _word(setting: Any) -> str:
    return "scale" if isinstance(setting.family, Exponential) else "scale of the logarithms, 1/exponent"


def _replaced(setting: Any) -> bool:
    return _scaled(setting) and setting.tableau.replacement and setting.sizes.reciprocal_sum_converges is not None


def _replaced_fate(setting: Any) -> Fate:
    sizes, word = setting.sizes, _word(setting)
    if sizes.reciprocal_sum_converges:
        return Fate("settles", f"the sum of 1/n_t converges; drift in the end of the log of the {word}", 0.0)
    sign = drift_sign(setting)
    if not sizes.constant:
        return _by_sign(sign, f"the sum of 1/n_t diverges; sign of the drift of the {word}")
    rate = float(drift(setting)(np.float64(sizes(1)))) if sign else 0.0
    return _by_sign(rate, f"almost-sure growth rate of the {word}")


def _by_sign(value: float, because: str) -> Fate:
    return Fate("collapses" if value < 0 else "explodes" if value > 0 else "wanders", because, value)


def _fresh(setting: Any) -> bool:
    fixed = _scaled(setting) and setting.tableau.mixture and not setting.tableau.share
    return fixed and setting.sizes.constant and setting.tableau.drawn[1] > 0


def _fresh_fate(setting: Any) -> Fate:
    """θ' = (Gθ + G')/(n − δ): by Kesten stationary where E log G/(n − δ) < 0, G of the model's points alone."""
    model, n, ddof = float(setting.tableau.drawn[1]), float(setting.sizes(1)), setting.family.ddof
    rate = float(digamma_minus_log(model)) + float(np.log(model / (n - ddof)))
    because = f"log-drift that the model's points alone would give the {_word(setting)}"
    if abs(rate) * (n - ddof) < AT_CRITICAL * max(1.0, abs(ddof)):
        return Fate("undecided", because, 0.0)
    return Fate("stationary" if rate < 0 else "explodes", because, rate)


def _accumulated(setting: Any) -> bool:
    return isinstance(setting.family, Exponential) and bool(setting.tableau.accumulation)


def _accumulated_constant(setting: Any) -> bool:
    return _accumulated(setting) and bool(setting.sizes.constant)


def _first(setting: Any) -> float:
    """Log of the mean of the first scale, the only one that the divisor biases."""
    return float(log_moment(setting, 1)(np.float64(setting.sizes(1))))


def _log_growth(setting: Any, t: Any) -> Any:
    """Log of E θ_t²/(E θ_t)², the product of 1 + n/(nj − δ)² and of the first refit's 1 + 1/n."""
    n, x = float(setting.sizes(1)), setting.family.ddof / float(setting.sizes(1))
    t = np.asarray(t, dtype=float)
    early = np.arange(2.0, SINGLY + 1)
    running = np.concatenate(([0.0], np.cumsum(np.log1p(1 / (n * (early - x) ** 2)))))
    found = np.log1p(1 / n) + running[np.minimum(t, SINGLY).astype(int) - 1]
    return found + np.where(t > SINGLY, _tail(n, x, SINGLY) - _tail(n, x, np.maximum(t, SINGLY)), 0.0)


def _tail(n: float, x: float, last: Any) -> Any:
    """Sum of the logarithms of the factors beyond a late one."""
    from scipy.special import zeta

    return sum((-1) ** (k + 1) / k * n**-k * zeta(2.0 * k, np.asarray(last) + 1 - x) for k in range(1, TERMS))


def _std(setting: Any, t: Any) -> Any:
    return setting.family.scale * np.exp(_first(setting)) * np.sqrt(np.expm1(_log_growth(setting, t)))


def _square(setting: Any, t: Any) -> Any:
    return setting.family.scale**2 * np.exp(2 * _first(setting) + _log_growth(setting, t))


def _mean_formula(setting: Any) -> Any:
    import sympy

    from collapse_theory.symbols import ddof, n, t, theta0

    return sympy.Piecewise((theta0, sympy.Eq(t, 0)), (theta0 * n / (n - ddof), True))


def _exact(power: int) -> Any:
    """The product in mpmath, of a few factors."""

    def reference(setting: Any, t: int) -> Any:
        import mpmath

        if t > 1000:
            raise NoClosedForm("the product is multiplied out for few generations")
        n, ddof, scale = int(setting.sizes(1)), in_mpmath(setting.family.ddof), in_mpmath(setting.family.scale)
        first = n / (n - ddof)
        square = (1 + mpmath.mpf(1) / n) * mpmath.fprod(1 + n / (n * j - ddof) ** 2 for j in range(2, t + 1))
        return scale**2 * first**2 * square if power == 2 else scale * first * mpmath.sqrt(square - 1)

    return reference


def _limit(of: Any) -> Any:
    return lambda setting: float(of(setting, np.array([2.0**60]))[0])


def _prove_pool() -> tuple[Check, ...]:
    """Mean and second moment of one factor, and of three of them in fractions against the moments of the sums."""
    import sympy

    n, j, delta = sympy.symbols("n j delta", positive=True)
    before, after = n * (j - 1) - delta, n * j - delta
    mean = (before + n) / after
    second = (before**2 + 2 * before * n + n * (n + 1)) / after**2
    size = 3
    two = Fraction(size * (size + 1), size**2)  # E θ_1² and, from it, E θ_2² from the sums themselves
    again = (size**2 * two + 2 * size * size * two + size * (size + 1) * two) / Fraction(4 * size**2)
    return (
        Check("E R_j = 1 after the first refit", sympy.simplify(mean - 1) == 0),
        Check("E R_j² = 1 + n/(nj − δ)²", sympy.simplify(second - 1 - n / after**2) == 0),
        Check("two generations of three points", again == two * (1 + Fraction(size, (2 * size) ** 2))),
        Check("Π(1 + 1/(nj²)) = sinh(π/√n)/(π/√n), n = 1 … 10, to 30 digits", _is_hyperbolic()),
    )


def _is_hyperbolic() -> bool:
    """Products of so many factors, the rest by |Γ(1 + iy)|² in place of the sine's reflection, y = 1/√n."""
    import mpmath

    with mpmath.workdps(40):
        for n in range(1, 11):
            y = 1 / mpmath.sqrt(n)
            early = mpmath.fprod(1 + 1 / (mpmath.mpf(n) * j**2) for j in range(1, 21))
            rest = mpmath.gamma(21) ** 2 / abs(mpmath.gamma(mpmath.mpc(21, y))) ** 2
            if abs(early * rest - mpmath.sinh(mpmath.pi * y) / (mpmath.pi * y)) > mpmath.mpf(10) ** -30:
                return False
    return True


REFITTED_SCALE: tuple[Theorem, ...] = (
    Theorem(
        title="fate of a refitted scale under replacement",
        quantity="refitted_scale",
        statistic="fate",
        road="closed form",
        statement=r"\operatorname{sign}[\psi(n) - \log(n-\delta)] = \operatorname{sign}(\delta - \delta^*),\quad "
        r"\delta^* = n - e^{\psi(n)}",
        conditions="exponential or Pareto, replacement, a schedule whose sum of 1/n_t is known to converge or not",
        source=f"{PAGE}; docs/theory/pareto",
        holds=_replaced,
        value=_replaced_fate,
    ),
    Theorem(
        title="fate of a refitted scale under accumulation",
        quantity="refitted_scale",
        statistic="fate",
        road="closed form",
        statement=r"\theta_t \to \theta_\infty \in (0, \infty)",
        conditions="exponential or Pareto, accumulation, one sample size",
        source=PAGE,
        holds=lambda setting: _scaled(setting) and setting.tableau.accumulation and setting.sizes.constant,
        value=lambda setting: Fate("settles", f"growth of the log of the {_word(setting)} per generation", 0.0),
        proof=_prove_pool,
    ),
    Theorem(
        title="fate of a refitted scale with real points in every generation",
        quantity="refitted_scale",
        statistic="fate",
        road="closed form",
        statement=r"\operatorname{sign}[\psi(n-r) - \log(n-\delta)]",
        conditions="exponential or Pareto, r new real points among n in every generation, one sample size",
        source=f"kesten1973; {PAGE}",
        holds=_fresh,
        value=_fresh_fate,
    ),
    Theorem(
        title="mean scale of an exponential law under accumulation",
        quantity="scale",
        statistic="mean",
        road="closed form",
        statement=r"E\,\theta_t = \theta_0\,\frac{n_1}{n_1-\delta}",
        conditions="exponential, accumulation, any sample sizes",
        source=PAGE,
        holds=_accumulated,
        value=Compiled(_mean_formula),
        formula=_mean_formula,
        limit=lambda setting: float(Compiled(_mean_formula)(setting, 1)),
        proof=_prove_pool,
    ),
    Theorem(
        title="standard deviation over runs of the scale of an exponential law under accumulation",
        quantity="scale",
        statistic="std",
        road="closed form",
        statement=r"E\,\theta_t\sqrt{\bigl(1+\tfrac1n\bigr)\prod_{j=2}^t\Bigl[1+\frac n{(nj-\delta)^2}\Bigr] - 1}",
        conditions="exponential, accumulation, one sample size",
        source=PAGE,
        holds=_accumulated_constant,
        value=_std,
        reference=_exact(1),
        limit=_limit(_std),
        proof=_prove_pool,
    ),
    Theorem(
        title="mean variance of an exponential law under accumulation",
        quantity="variance",
        statistic="mean",
        road="closed form",
        statement=r"E\,\theta_t^2 = (E\,\theta_t)^2\bigl(1+\tfrac1n\bigr)\prod_{j=2}^t\Bigl[1+\frac n{(nj-\delta)^2}"
        r"\Bigr],\quad \delta = 0:\; \theta_0^2\prod_j\bigl(1+\tfrac1{nj^2}\bigr) \to \theta_0^2\,"
        r"\frac{\sinh(\pi/\sqrt n)}{\pi/\sqrt n}",
        conditions="exponential, accumulation, one sample size",
        source=PAGE,
        holds=_accumulated_constant,
        value=_square,
        reference=_exact(2),
        limit=_limit(_square),
        proof=_prove_pool,
    ),
)
