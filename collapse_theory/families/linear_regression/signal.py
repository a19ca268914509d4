"""How much of the true coefficients a regression that is refitted on its own labels still has."""

from __future__ import annotations

from typing import Any

import numpy as np

from collapse_theory import schedules
from collapse_theory.families.linear_regression.risk import MEANS, PAGE, interpolated, prove_interpolation, repeated
from collapse_theory.theorem import Theorem


def _unbiased(setting: Any) -> bool:
    """Rows enough for a first moment of the error, in a regime of known excess risk."""
    enough = setting.sizes.smallest_by(schedules.FORESEEN) > setting.family.dimension
    return bool(enough and any(theorem.holds(setting) for theorem in MEANS))


def _log_std(setting: Any, t: Any) -> Any:
    log_risk = np.asarray(setting.excess_risk.mean.log(t))
    return 0.5 * (log_risk - np.log(setting.family.dimension)) - np.log(setting.family.signal)


def _kept_limit(setting: Any) -> float:
    return float(np.sqrt(setting.excess_risk.mean.limit / setting.family.dimension) / setting.family.signal)


SIGNAL: tuple[Theorem, ...] = (
    Theorem(
        title="mean signal kept by regression",
        quantity="signal_kept",
        statistic="mean",
        road="closed form",
        statement=r"E\langle w_t,w^*\rangle = \|w^*\|^2",
        conditions="least squares, n ≥ d + 1, wherever the mean excess risk is known",
        source=PAGE,
        holds=_unbiased,
        value=lambda setting, t: np.ones(np.shape(t)),
        limit=lambda setting: 1.0,
    ),
    Theorem(
        title="standard deviation over runs of the signal kept by regression",
        quantity="signal_kept",
        statistic="std",
        road="closed form",
        statement=r"\frac1{\|w^*\|}\sqrt{\tfrac1d E\|w_t-w^*\|^2}",
        conditions="least squares, n ≥ d + 1, wherever the mean excess risk is known: errors have no direction",
        source=PAGE,
        holds=_unbiased,
        value=lambda setting, t: np.exp(_log_std(setting, t)),
        log_value=_log_std,
        limit=_kept_limit,
    ),
    Theorem(
        title="mean signal kept by interpolation under replacement",
        quantity="signal_kept",
        statistic="mean",
        road="closed form",
        statement=r"E\langle w_t,w^*\rangle = (n/d)^t\,\|w^*\|^2",
        conditions="least squares of minimum norm, replacement, new rows, one number of rows n < d",
        source=f"dohmatob2024 for the loss of the signal; {PAGE}",
        holds=interpolated,
        value=lambda setting, t: np.exp(t * np.log(setting.sizes(1) / setting.family.dimension)),
        log_value=lambda setting, t: t * np.log(setting.sizes(1) / setting.family.dimension),
        limit=lambda setting: 0.0,
        proof=prove_interpolation,
    ),
    Theorem(
        title="mean signal kept by interpolation of one design",
        quantity="signal_kept",
        statistic="mean",
        road="closed form",
        statement=r"E\langle w_t,w^*\rangle = \tfrac nd\,\|w^*\|^2",
        conditions="least squares of minimum norm, the same rows in all generations, n < d: nothing more is lost",
        source=PAGE,
        holds=lambda setting: repeated(setting) and setting.sizes(1) < setting.family.dimension,
        value=lambda setting, t: np.full(np.shape(t), setting.sizes(1) / setting.family.dimension),
        limit=lambda setting: float(setting.sizes(1) / setting.family.dimension),
    ),
)
