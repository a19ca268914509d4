r"""What is known of a refitted scale under replacement, whatever it is to the family: tails and divergences.

With :math:`r = \theta_t/\theta_0` a tail is :math:`q^{1/r}`, and :math:`\mathrm{KL}(p_t\,\|\,p_0) = r - 1 - \log r`.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from collapse_theory.errors import NoClosedForm
from collapse_theory.families.scale_laws import ANY, exponential, settles, where_finite
from collapse_theory.families.scale_walk import (
    additive,
    drift_formula,
    drift_sign,
    log_law,
    log_moment,
    prove_moments,
    replaced,
    step_moment,
)
from collapse_theory.gamma_ratios import digamma_minus_log, expm1_minus
from collapse_theory.laws import Increasing
from collapse_theory.random_walk.expectation import expectation
from collapse_theory.schedules import FORESEEN
from collapse_theory.theorem import Theorem

LARGE = 40.0
"""Exponent from which on e^g − 1 − g is e^g."""


def _tail_law(setting: Any, t: int, q: float) -> Increasing:
    rate = -np.log(q)
    return Increasing(
        log_law(setting, t),
        forward=lambda y: np.exp(-rate * np.exp(-np.asarray(y))),
        inverse=lambda x: -np.log(-np.log(x) / rate),
        derivative=lambda x: -1 / (x * np.log(x)),
        low=0.0,
        high=1.0,
        log_forward=lambda y: -rate * np.exp(-np.asarray(y)),
    )


def _tail_mean(setting: Any, t: Any, q: float) -> Any:
    """E q^{1/r}, the chance that an exponential number times r is beyond −log q."""
    return np.array([log_law(setting, int(g), draw=True).sf(np.log(-np.log(q))) for g in t])


def _tail_std(setting: Any, t: Any, q: float) -> Any:
    rate = -np.log(q)

    def variance(g: int, mean: float) -> float:
        missed = float(log_law(setting, g, draw=True).cdf(np.log(rate)))
        second = float(log_law(setting, g, draw=True).sf(np.log(2 * rate)))
        if second > 2 * mean**2:
            return second - mean**2

        def log_squared_deviation(y: Any) -> Any:
            with np.errstate(divide="ignore", over="ignore"):
                below = -rate * np.exp(-y)  # the log of the tail, which for q near 1 hardly differs from 1
                return 2 * np.log(np.abs(np.expm1(below) + missed if missed < 0.5 else np.exp(below) - mean))

        return expectation(log_law(setting, g), log_squared_deviation, float(np.log(rate)) + 5)

    means = _tail_mean(setting, t, q)
    return np.sqrt([variance(int(g), mean) for g, mean in zip(t, means, strict=True)])


def _tail_reference(setting: Any, t: int, q: float) -> Any:
    """After one refit: the Laplace transform of an inverse gamma number, a Bessel function, in mpmath."""
    import mpmath

    n = int(setting.sizes(1))
    if t != 1 or n > 1000:
        raise NoClosedForm("the Bessel function is for one refit of a moderate sample")
    b = -mpmath.log(mpmath.mpf(q)) * (n - mpmath.mpf(setting.family.ddof))
    return 2 * b ** (mpmath.mpf(n) / 2) * mpmath.besselk(n, 2 * mpmath.sqrt(b)) / mpmath.gamma(n)


def _tail_limit(driftless: float, above: float) -> Any:
    def limit(setting: Any, q: float) -> float:
        sign = drift_sign(setting)
        return driftless if sign == 0 else above if sign > 0 else 0.0

    return limit


def _log_divergence(power: int) -> Any:
    """Log of the mean of r^p − 1 − p log r for p = ±1, which is e^g − 1 − g and what log E W^p is beyond p E log W."""
    shift = 0.0 if power > 0 else 1.0

    def value(setting: Any, t: Any) -> Any:
        if power < 0 and setting.sizes.smallest_by(FORESEEN) < 2:
            return np.full(np.shape(t), np.inf)
        growth = additive(setting, t, log_moment(setting, power))
        noise = additive(setting, t, lambda n: -power * digamma_minus_log(n, shift))
        with np.errstate(divide="ignore"):
            convex = np.where(growth > LARGE, growth, np.log(expm1_minus(np.minimum(growth, LARGE + 1))))
        return np.logaddexp(convex, np.log(noise))

    return value


def _divergence_formula(power: int) -> Any:
    def formula(setting: Any) -> Any:
        from collapse_theory.symbols import t

        return where_finite(step_moment(power) ** t - 1 - power * t * drift_formula(), power)

    return formula


def _infinite(setting: Any) -> float:
    settles(setting)
    return np.inf


def shared(family: str, page: str) -> tuple[Theorem, ...]:
    """Theorems about tails and divergences, which do not ask what the scale is to the family."""
    return (
        Theorem(
            title=f"mean upper tail mass of {family} under replacement",
            quantity="upper_tail_mass",
            statistic="mean",
            road="exact numeric",
            statement=r"E\,q^{1/r} = P(\log r + \log X > \log\log\tfrac1q),\quad X \sim \mathrm{Exp}(1)",
            conditions=ANY,
            source=page,
            holds=replaced,
            value=_tail_mean,
            reference=_tail_reference,
            limit=_tail_limit(0.5, 1.0),
        ),
        Theorem(
            title=f"standard deviation over runs of the upper tail mass of {family} under replacement",
            quantity="upper_tail_mass",
            statistic="std",
            road="exact numeric",
            statement=r"\sqrt{\operatorname{Var} q^{1/r}}",
            conditions=ANY,
            source=page,
            holds=replaced,
            value=_tail_std,
            limit=_tail_limit(0.5, 0.0),
        ),
        Theorem(
            title=f"law of the upper tail mass of {family} under replacement",
            quantity="upper_tail_mass",
            statistic="distribution",
            road="exact numeric",
            statement=r"\text{law of } q^{1/r}, \text{ increasing in } r",
            conditions=ANY,
            source=page,
            holds=replaced,
            value=lambda setting, t, q: [_tail_law(setting, int(g), q) for g in t],
        ),
        *(
            Theorem(
                title=f"mean KL({order}) of {family} under replacement",
                quantity=name,
                statistic="mean",
                road="closed form",
                statement=statement,
                conditions=ANY + ("" if power > 0 else "; infinite where n = 1"),
                source=page,
                holds=replaced,
                value=exponential(_log_divergence(power)),
                log_value=_log_divergence(power),
                formula=_divergence_formula(power),
                limit=_infinite,
                proof=prove_moments,
            )
            for name, order, power, statement in (
                ("kl_model_source", "model‖source", 1, r"G(1)^t - 1 - t\,[\psi(n) - \log(n-\delta)]"),
                ("kl_source_model", "source‖model", -1, r"G(-1)^t - 1 + t\,[\psi(n) - \log(n-\delta)]"),
            )
        ),
    )
