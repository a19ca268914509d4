"""Generation 0 of a forecast: the Gaussian fitted to the data, its error, and how Gaussian the data look."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from collapse_theory.families import Gaussian

Array = NDArray[np.float64]

TAIL = 3.0
"""Source standard deviations beyond which a value lies in the tail."""

NULL_COLUMNS, NULL_SIZE = 2000, 500
SMALLEST_TESTED = 8
PLAUSIBLE, DOUBTFUL = 0.05, 0.005


@dataclass(frozen=True)
class Parameter:
    """A fitted parameter with its bootstrap error.

    Parameters
    ----------
    value : float
        The fit to the data themselves.
    standard_error : float
        Standard deviation of the fits to resampled data.
    interval : tuple of float
        Their 2.5 % and 97.5 % quantiles.
    """

    value: float
    standard_error: float
    interval: tuple[float, float]

    @classmethod
    def resampled(cls, value: float, fits: Array) -> Parameter:
        """The parameter from its fits to resampled data."""
        low, high = np.quantile(fits, [0.025, 0.975])
        return cls(value, float(fits.std(ddof=1)), (float(low), float(high)))


@dataclass(frozen=True)
class Source:
    """The fit of generation 0 to the data, with its own error.

    Parameters
    ----------
    count : int
        Number of values.
    mean, sd : Parameter
        Fitted mean and standard deviation.
    """

    count: int
    mean: Parameter
    sd: Parameter

    @classmethod
    def of(cls, column: Array, family: Gaussian, resamples: int, rng: np.random.Generator) -> Source:
        """The fit of a family to a column, its errors by resampling the column."""
        n = column.size
        unit = (column - family.mean) / family.sd
        moments = np.stack([unit, unit**2])
        drawn = (np.bincount(rng.integers(n, size=n), minlength=n) for _ in range(resamples))
        first, second = np.array([moments @ counts for counts in drawn]).T / n
        means = family.mean + family.sd * first
        sds = family.sd * np.sqrt(np.maximum(second - first**2, 0.0) * (n / (n - family.ddof)))
        return cls(n, Parameter.resampled(family.mean, means), Parameter.resampled(family.sd, sds))


@dataclass(frozen=True)
class Normality:
    """How well a Gaussian fits a column.

    Parameters
    ----------
    word : str
        ``"plausible"`` (p > 0.05), ``"doubtful"``, ``"poor"`` (p ≤ 0.005), or ``"untested"`` below 8 values.
    anderson_darling : float
        Statistic A² for fitted mean and variance, times 1 + 0.75/n + 2.25/n² (Stephens 1974).
    p_value : float
        Its Monte Carlo p-value.
    skewness, excess_kurtosis : float
        Standardised third and fourth moments; 0 for a Gaussian.
    outside : int
        Number of values beyond three standard deviations of the mean.
    """

    word: Literal["plausible", "doubtful", "poor", "untested"]
    anderson_darling: float
    p_value: float
    skewness: float
    excess_kurtosis: float
    outside: int

    @classmethod
    def of(cls, column: Array, family: Gaussian, rng: np.random.Generator) -> Normality:
        """Test of a column; the null law is simulated at its size, at 500 values where it is longer."""
        n = column.size
        unit = (column - family.mean) / family.sd
        observed = float(_anderson_darling(unit[None, :])[0])
        null = _anderson_darling(rng.standard_normal((NULL_COLUMNS, min(n, NULL_SIZE))))
        p = float((1 + np.count_nonzero(null >= observed)) / (1 + NULL_COLUMNS))
        moment = unit / np.sqrt(np.mean(unit**2))
        return cls(
            word=_word(n, p),
            anderson_darling=observed,
            p_value=p,
            skewness=float(np.mean(moment**3)),
            excess_kurtosis=float(np.mean(moment**4) - 3),
            outside=int(np.count_nonzero(np.abs(unit) > TAIL)),
        )


def _word(n: int, p: float) -> Literal["plausible", "doubtful", "poor", "untested"]:
    if n < SMALLEST_TESTED:
        return "untested"
    return "plausible" if p > PLAUSIBLE else "doubtful" if p > DOUBTFUL else "poor"


def _anderson_darling(columns: Array) -> Array:
    """Corrected Anderson–Darling statistic of each row against a Gaussian with fitted mean and variance."""
    from scipy.special import log_ndtr

    n = columns.shape[1]
    ordered = np.sort(columns, axis=1)
    z = (ordered - ordered.mean(axis=1, keepdims=True)) / ordered.std(axis=1, ddof=1, keepdims=True)
    weights = 2 * np.arange(1, n + 1) - 1
    plain = -n - np.sum(weights * (log_ndtr(z) + log_ndtr(-z[:, ::-1])), axis=1) / n
    return np.asarray(plain * (1 + 0.75 / n + 2.25 / n**2))
