r"""The Pareto law of known minimum: its exponent, the index of its tail, is refitted.

With :math:`P(X > x) = (x/m)^{-\alpha}` beyond the minimum m, :math:`\log(X/m)` is exponential of scale
:math:`1/\alpha`. A generation draws n points and sets

.. math:: \alpha_t = \frac{n-\delta}{\sum_i \log(x_i/m)} .

:math:`\delta = 0` is maximum likelihood; the logarithm of its exponent drifts *up* by
:math:`\log n - \psi(n) \approx 1/(2n)`, so that tails get thinner for ever and every run collapses onto the minimum.
:math:`\delta = 1` leaves the exponent unbiased, :math:`E\,\alpha_t = \alpha_0`; its logarithm drifts *down* by
:math:`\psi(n) - \log(n-1) \approx 1/(2n)`, so that tails get heavier for ever and the mean of the model becomes
infinite in every run. The estimator decides whether the tail is lost or takes everything.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike

from collapse_theory.domain import SCALE, Domain, check_parameters, inside, real_numbers
from collapse_theory.families.family import Measure, State
from collapse_theory.families.scale import ScaleFamily, kl_model_source, kl_source_model, upper_tail_mass
from collapse_theory.families.scale_distances import shared
from collapse_theory.families.scale_laws import Power, laws, log_moments, moments
from collapse_theory.families.scale_walk import drift_sign, log_law, replaced
from collapse_theory.laws import Increasing
from collapse_theory.theorem import Theorem

PAGE = "docs/theory/pareto"
PARETO = "a Pareto law"


def _alpha() -> Any:
    from collapse_theory.symbols import alpha0

    return alpha0


def _log_alpha() -> Any:
    import sympy

    return sympy.log(_alpha())


EXPONENT = Power("exponent", r"\alpha_t", "exponent", PARETO, -1, -1, lambda family: family.exponent, _alpha, PAGE)
LOG_EXPONENT = Power(
    "log_exponent",
    r"\log\alpha_t",
    "log-exponent",
    PARETO,
    0,
    -1,
    lambda family: float(np.log(family.exponent)),
    _log_alpha,
    PAGE,
)


def model_mean(family: Any, state: State) -> Any:
    """Mean of the model, infinite where its exponent is at most 1."""
    return _mean_at(family, state[0])


def _mean_at(family: Any, log_ratio: Any) -> Any:
    """The mean where 1/α is that of the source times e to the power ``log_ratio``: m/(1 − 1/α)."""
    excess = np.log(family.exponent) - np.asarray(log_ratio)
    with np.errstate(divide="ignore", over="ignore"):
        return np.where(excess > 0, family.minimum / -np.expm1(-np.maximum(excess, 0.0)), np.inf)


def _mean_law(setting: Any, t: int) -> Increasing:
    family = setting.family

    def inverse(x: Any) -> Any:
        return np.log(family.exponent) + np.log1p(-family.minimum / x)

    return Increasing(
        log_law(setting, t),
        forward=lambda y: _mean_at(family, y),
        inverse=inverse,
        derivative=lambda x: family.minimum / (x * (x - family.minimum)),
        low=family.minimum,
    )


def _finite(setting: Any, t: Any) -> Any:
    """P(α_t > 1), that the walk of log 1/α has not passed log α_0."""
    return np.array([log_law(setting, int(g)).cdf(np.log(setting.family.exponent)) for g in t])


def _finite_limit(setting: Any) -> float:
    sign = drift_sign(setting)
    return 0.5 if sign == 0 else float(sign < 0)


KNOWN: tuple[Theorem, ...] = (
    *moments(EXPONENT),
    *log_moments(LOG_EXPONENT),
    *laws(EXPONENT),
    *laws(LOG_EXPONENT),
    *shared(PARETO, PAGE),
    Theorem(
        title="mean over runs of the mean of a Pareto model",
        quantity="model_mean",
        statistic="mean",
        road="closed form",
        statement=r"E\,\frac{\alpha_t m}{\alpha_t-1} = \infty",
        conditions="Pareto; replacement or accumulation, any exponent of the source: exponents about 1 have a density",
        source=PAGE,
        holds=lambda setting: replaced(setting) or setting.tableau.accumulation,
        value=lambda setting, t: np.full(np.shape(t), np.inf),
        limit=lambda setting: np.inf,
    ),
    Theorem(
        title="law of the mean of a Pareto model",
        quantity="model_mean",
        statistic="distribution",
        road="exact numeric",
        statement=r"\text{law of } m/(1 - r/\alpha_0), \text{ infinite from } r = \alpha_0 \text{ on}",
        conditions="replacement, any sample sizes above ddof",
        source=PAGE,
        holds=replaced,
        value=lambda setting, t: [_mean_law(setting, int(g)) for g in t],
    ),
    Theorem(
        title="chance that the mean of a Pareto model is finite",
        quantity="model_mean",
        statistic="probability_finite",
        road="exact numeric",
        statement=r"P(\alpha_t > 1) = P(\log r < \log\alpha_0)",
        conditions="replacement, any sample sizes above ddof",
        source=PAGE,
        holds=replaced,
        value=_finite,
        limit=_finite_limit,
    ),
)


@dataclass(frozen=True, repr=False)
class Pareto(ScaleFamily):
    r"""The Pareto law with its exponent unknown and its minimum known.

    Parameters
    ----------
    exponent : float
        Exponent :math:`\alpha_0 > 0` of the source: :math:`P(X > x) = (x/m)^{-\alpha_0}`.
    minimum : float
        Least value :math:`m > 0`.
    ddof : float
        The fitted exponent is n − ddof over the sum of the logarithms of the points over the minimum; any real number
        below n. 0 is maximum likelihood; 1 gives an unbiased exponent.
    """

    exponent: float = field(default=2.0, metadata=inside(SCALE))
    minimum: float = field(default=1.0, metadata=inside(SCALE))
    ddof: float = field(default=0.0, metadata=inside(Domain(typical=(-1, 2))))

    headline: ClassVar[str] = "exponent"
    roles: ClassVar[Mapping[str, str]] = {"refitted_scale": "exponent"}
    measures: ClassVar[Mapping[str, Measure]] = {
        "exponent": lambda family, state: family.exponent * np.exp(-state[0]),
        "log_exponent": lambda family, state: np.log(family.exponent) - state[0],
        "model_mean": model_mean,
        "upper_tail_mass": upper_tail_mass,
        "kl_model_source": kl_model_source,
        "kl_source_model": kl_source_model,
    }
    known: ClassVar[tuple[Theorem, ...]] = KNOWN

    def __post_init__(self) -> None:
        check_parameters(self)

    @classmethod
    def examples(cls) -> tuple[Pareto, ...]:
        return (cls(exponent=2.0, minimum=3.0), cls(exponent=2.0, minimum=3.0, ddof=1.0))

    @classmethod
    def from_data(cls, values: ArrayLike, minimum: float, ddof: float = 0) -> Pareto:
        """Source fitted to a column of numbers beyond a known minimum, with the same divisor as the recursion.

        Raises
        ------
        ValueError
            For no values at all, values below the minimum or not finite, values all equal to it, or ddof ≥ n.
        """
        column, least = real_numbers("values", values).ravel(), SCALE.check("minimum", minimum)
        if column.size == 0:
            raise ValueError("values has 0 numbers, outside its domain: at least 1")
        Domain(high=column.size, open_high=True).check("ddof", ddof)
        wrong = ~(np.isfinite(column) & (column >= least))
        if np.any(wrong):
            first = int(np.argmax(wrong))
            raise ValueError(f"values[{first}] = {column[first]:.12g} is outside its domain: a number ≥ {least:.12g}")
        total = float(np.log(column / least).sum())
        if total == 0:
            raise ValueError(f"values has nothing above the minimum, {least:.12g}: there is no exponent to refit")
        return cls(exponent=(column.size - ddof) / total, minimum=least, ddof=ddof)

    @property
    def scale_of_source(self) -> float:
        """Scale of the logarithms, the inverse of the exponent."""
        return 1 / self.exponent

    def symbols(self) -> Mapping[Any, Any]:
        from collapse_theory.symbols import alpha0

        return {**super().symbols(), alpha0: self.exponent}
