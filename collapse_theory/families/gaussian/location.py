r"""What is known of the fitted mean under replacement.

Given the variances, :math:`\mu_t \sim N(\mu_0, A_t)` with :math:`A_t = \sum_{i<t}\sigma_i^2/n_{i+1}`: the fitted
mean is a normal with a random scale. In law :math:`A_t` is the perpetuity :math:`S_t = 1/n + W S_{t-1}`,
:math:`S_0 = 0`, so its law follows by quadrature; it converges almost surely below the critical divisor, and for
large n the limit of :math:`\mu_t` is Student's t with :math:`2(2-\delta)` degrees of freedom.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from collapse_theory.errors import NoClosedForm
from collapse_theory.families.gaussian import direct_sums
from collapse_theory.families.gaussian.ladder import log_std_of, polynomial, std_of
from collapse_theory.families.gaussian.step import below_critical, drift, log_moment, plug_in, refitted, replaced
from collapse_theory.laws import Squared, affine_of
from collapse_theory.theorem import Order, Theorem

PAGE = "docs/theory/location"
SQUARED_ERROR = polynomial((1, 0, 1, 0))


def scale_mixtures(setting: Any, t: Any, start: float) -> list[Any]:
    """Laws of the random scale S_t with S_0 = start, one per generation, in units of the source."""
    from collapse_theory.random_walk.perpetuity import scale_law, scale_laws

    if setting.sizes.constant:
        return list(scale_laws(int(setting.sizes(1)), setting.family.ddof, [int(g) for g in t], start))
    return [scale_law(setting.sizes(np.arange(1, int(g) + 1)), setting.family.ddof, start) for g in t]


def _location_laws(setting: Any, t: Any) -> list[Any]:
    return [affine_of(mixture, setting.family.mean, setting.family.sd) for mixture in scale_mixtures(setting, t, 0.0)]


def _squared_laws(setting: Any, t: Any) -> list[Any]:
    return [affine_of(Squared(mixture), 0.0, setting.family.spread) for mixture in scale_mixtures(setting, t, 0.0)]


def student_limit(setting: Any) -> Any:
    """Law of the limit of the fitted mean for large n: Student's t, scaled (Dufresne's identity)."""
    from collapse_theory.families.gaussian.student import Student

    ddof = setting.family.ddof
    if ddof >= 2:
        raise NoClosedForm(f"ddof = {ddof:g}: the fitted mean converges only for ddof < 2 (large n)")
    return affine_of(Student(2 * (2 - ddof)), setting.family.mean, setting.family.sd / np.sqrt(2 - ddof))


def _student_limits(setting: Any, t: Any) -> list[Any]:
    return [student_limit(setting)] * np.size(t)


def scale_tail_index(setting: Any) -> float:
    """Kesten's exponent of the random scale: the root κ > 0 of E W^κ = 1."""
    from scipy.optimize import brentq

    n = np.float64(setting.sizes(1))
    if drift(setting)(n) >= 0:
        raise NoClosedForm("the fitted mean has no limit at or above the critical divisor")

    def moment(s: float) -> float:
        return float(log_moment(setting, s)(n))

    high = 1.0
    while moment(high) <= 0:
        high *= 2
    low = high / 2
    while moment(low) >= 0:
        low /= 2
    return float(brentq(moment, low, high, xtol=1e-14, rtol=1e-14)) if moment(high) else high


def _tail_index_reference(setting: Any, t: int) -> Any:
    """Twice the root of E W^κ = 1 by mpmath, started from the divisor's side of 1."""
    import mpmath

    del t
    n, ddof = int(setting.sizes(1)), mpmath.mpf(setting.family.ddof)
    a, c = mpmath.mpf(n - 1) / 2, n - ddof
    if drift(setting)(np.float64(n)) >= 0:
        raise NoClosedForm("no limit at or above the critical divisor")
    near = max(2 - ddof, mpmath.mpf("0.1"))

    def over_order(s: Any) -> Any:
        return (s * mpmath.log(2 / c) + mpmath.loggamma(a + s) - mpmath.loggamma(a)) / s * n

    return 2 * mpmath.findroot(over_order, (near, near + mpmath.mpf(1) / 4), tol=mpmath.mpf(10) ** -40)


def squared_error_std_limit(setting: Any) -> float:
    """Limit of the standard deviation of d², from the fixed points of E S and E S², S = 1/n + W S; infinite without."""
    if not setting.sizes.constant:
        raise NoClosedForm("the limit under growing sample sizes has no closed form: evaluate at large t")
    n = np.float64(setting.sizes(1))
    first, second = (float(log_moment(setting, s)(n)) for s in (1.0, 2.0))
    if second >= 0:
        return np.inf
    mean = 1 / (n * -np.expm1(first))
    square = (1 / n + 2 * np.exp(first) * mean) / (n * -np.expm1(second))
    return float(setting.family.spread * np.sqrt(3 * square - mean**2))


def _settled(setting: Any, t: int) -> Any:
    """Law of the fitted mean at a generation t at which it stands still."""
    return setting.location.distribution(t)


LOCATION: tuple[Theorem, ...] = (
    Theorem(
        title="mean of the fitted mean",
        quantity="location",
        statistic="mean",
        road="closed form",
        statement=r"E\,\mu_t = \mu_0",
        conditions="every regime of real and honestly drawn model points (unbiased draws); posterior refits need n ≥ 3",
        source="docs/theory/location",
        holds=lambda setting: plug_in(setting) or setting.sizes.smallest_by(1) > 2,
        value=lambda setting, t: np.full(np.shape(t), float(setting.family.mean)),
        formula=lambda setting: setting.family.location_symbol,
        limit=lambda setting: setting.family.mean,
    ),
    Theorem(
        title="standard deviation over runs of the fitted mean",
        quantity="location",
        statistic="std",
        road="recurrence",
        statement=r"\sqrt{E(\mu_t-\mu_0)^2}",
        conditions="wherever the mean of the squared location error is known",
        source="docs/theory/location",
        holds=lambda setting: plug_in(setting) or (refitted(setting) and setting.sizes.constant),
        value=lambda setting, t: np.sqrt(setting.squared_location_error.mean(t)),
        limit=lambda setting: float(np.sqrt(setting.squared_location_error.mean.limit)),
    ),
    Theorem(
        title="median of the fitted mean",
        quantity="location",
        statistic="median",
        road="closed form",
        statement=r"\operatorname{med}\mu_t = \mu_0",
        conditions="every regime: the law is symmetric about the source's mean",
        source="docs/theory/location",
        holds=lambda setting: True,
        value=lambda setting, t: np.full(np.shape(t), float(setting.family.mean)),
        limit=lambda setting: setting.family.mean,
    ),
    Theorem(
        title="law of the fitted mean under replacement",
        quantity="location",
        statistic="distribution",
        road="exact numeric",
        statement=r"\mu_t-\mu_0 \overset{d}{=} \sqrt{A_t}\,Z,\quad A_t \overset{d}{=} \tfrac1n + W A_{t-1}",
        conditions="replacement, plug-in, any sample sizes",
        source=PAGE,
        holds=replaced,
        value=_location_laws,
    ),
    Theorem(
        title="Student limit of the fitted mean",
        quantity="location",
        statistic="distribution",
        road="asymptotic",
        statement=r"\frac{\mu_\infty-\mu_0}{\sigma_0} \to \frac{t_{2(2-\delta)}}{\sqrt{2-\delta}}",
        conditions="replacement with one sample size n → ∞, t ≫ n, below the critical divisor",
        source="dufresne1990; " + PAGE,
        holds=below_critical,
        value=_student_limits,
        name="student limit",
        order=Order(1.0, along=lambda m: (m, 20 * m), against=_settled, when=lambda setting: setting.family.ddof < 1),
    ),
    Theorem(
        title="tail index of the limit of the fitted mean",
        quantity="location",
        statistic="tail_index",
        road="exact numeric",
        statement=r"P(|\mu_\infty-\mu_0| > x) \sim C x^{-2\kappa},\quad E W^\kappa = 1",
        conditions="replacement with one sample size, below the critical divisor; 2 exactly at ddof = 1",
        source="kesten1973; " + PAGE,
        holds=below_critical,
        value=lambda setting: 2 * scale_tail_index(setting),
        reference=_tail_index_reference,
    ),
    Theorem(
        title="almost-sure limit of the fitted mean",
        quantity="location",
        statistic="almost_sure_limit",
        road="asymptotic",
        statement=r"\mu_t \to \mu_\infty \text{ almost surely}",
        conditions="replacement with one sample size, below the critical divisor; the law returned is the large-n one",
        source="dufresne1990; " + PAGE,
        holds=below_critical,
        value=_student_limits,
        name="student limit",
        order=Order(1.0, along=lambda m: (m, 20 * m), against=_settled, when=lambda setting: setting.family.ddof < 1),
    ),
    Theorem(
        title="standard deviation over runs of the squared location error",
        quantity="squared_location_error",
        statistic="std",
        road="exact numeric",
        statement=r"\sqrt{3 E A_t^2 - (E A_t)^2}",
        conditions="replacement, plug-in, any sample sizes",
        source=PAGE,
        holds=replaced,
        value=lambda setting, t: std_of(SQUARED_ERROR, setting, t, setting.family.spread),
        log_value=lambda setting, t: log_std_of(SQUARED_ERROR, setting, t, setting.family.spread),
        reference=direct_sums.location,
        limit=squared_error_std_limit,
    ),
    Theorem(
        title="law of the squared location error under replacement",
        quantity="squared_location_error",
        statistic="distribution",
        road="exact numeric",
        statement=r"(\mu_t-\mu_0)^2 \overset{d}{=} A_t\,\chi^2_1",
        conditions="replacement, plug-in, any sample sizes",
        source=PAGE,
        holds=replaced,
        value=_squared_laws,
    ),
)
