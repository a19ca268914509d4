"""Generation 0: bootstrap errors against classical formulas, normality against scipy and against tables."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from error_budget import critical_z
from numpy.typing import NDArray
from scipy.special import ndtri

import collapse_theory as ct
from collapse_theory import examples
from collapse_theory.forecasting import Normality, Source

Array = NDArray[np.float64]

COLUMNS: dict[str, Array] = {
    "Michelson": examples.michelson_1879(),
    "normal scores": ndtri((np.arange(1, 41) - 0.5) / 40),
    "exponential scores": -np.log((np.arange(1, 121) - 0.5) / 120),
    "uniform scores": np.arange(60.0),
    "two outliers": np.concatenate([ndtri((np.arange(1, 99) - 0.5) / 98), [-6.0, 6.0]]),
}


def source(column: Array, ddof: float, resamples: int, seed: int) -> Source:
    return Source.of(column, ct.Gaussian.from_data(column, ddof), resamples, np.random.default_rng(seed))


def normality(column: Array, seed: int = 0) -> Normality:
    return Normality.of(column, ct.Gaussian.from_data(column), np.random.default_rng(seed))


def standard_error_of_sd(column: Array) -> float:
    """Classical large-sample error s/2 √((κ − 1)/n) with the kurtosis κ of the column."""
    unit = (column - column.mean()) / column.std()
    return float(column.std() / 2 * np.sqrt((np.mean(unit**4) - 1) / len(column)))


@pytest.mark.parametrize("name", ["Michelson", "exponential scores"])
def test_bootstrap_errors_are_the_classical_ones(name: str, seed: int) -> None:
    """Notices 4 % of the error of the mean; of the sd's, beyond its O(1/n) bias, 8 % of the error.

    An error that takes the exponential scores for normal, s/√(2n), is caught.
    """
    resamples, column = 20_000, COLUMNS[name]
    n, sd = len(column), column.std()
    found = source(column, 1, resamples, seed)
    noise = critical_z(2) * np.sqrt((2 + 3 / n) / (4 * resamples))
    assert found.mean.standard_error == pytest.approx(sd / np.sqrt(n), rel=noise)
    classical = standard_error_of_sd(column)
    assert found.sd.standard_error == pytest.approx(classical, rel=2 * noise + 4 / n)
    if name == "exponential scores":
        assert found.sd.standard_error != pytest.approx(sd / np.sqrt(2 * n), rel=2 * noise + 4 / n)


@pytest.mark.parametrize("ddof", [0, 1, 2.5])
def test_the_error_is_that_of_the_same_estimator(ddof: float) -> None:
    column, resamples = COLUMNS["Michelson"], 500
    found = source(column, ddof, resamples, 3)
    rng = np.random.default_rng(3)
    drawn = np.array([column[rng.integers(100, size=100)] for _ in range(resamples)])
    means = drawn.mean(axis=1)
    sds = np.sqrt(((drawn - means[:, None]) ** 2).sum(axis=1) / (100 - ddof))
    for parameter, fits in ((found.mean, means), (found.sd, sds)):
        assert parameter.standard_error == pytest.approx(fits.std(ddof=1), rel=1e-10)
        assert parameter.interval == pytest.approx(tuple(np.quantile(fits, [0.025, 0.975])), rel=1e-10)
    assert found.mean.value == column.mean()
    assert found.sd.value == pytest.approx(np.sqrt(((column - column.mean()) ** 2).sum() / (100 - ddof)), rel=1e-14)


def test_a_resample_of_one_value_has_no_spread() -> None:
    found = source(np.array([1.0, 2.0, 4.0]), 1, 2000, 1)
    assert found.sd.interval[0] == 0
    assert found.sd.interval[1] == pytest.approx(np.std([1, 4, 4], ddof=1))


@pytest.mark.parametrize("name", COLUMNS)
def test_the_statistic_is_scipy_s_with_stephens_correction(name: str) -> None:
    from scipy.stats import anderson

    column = COLUMNS[name]
    n = len(column)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)
        plain = float(anderson(column, "norm").statistic)
    assert normality(column).anderson_darling == pytest.approx(plain * (1 + 0.75 / n + 2.25 / n**2), rel=1e-11)


def tabulated_p(statistic: float) -> float:
    """D'Agostino and Stephens (1986), table 4.9, for statistics below 13."""
    a = statistic
    if a < 0.2:
        return float(1 - np.exp(-13.436 + 101.14 * a - 223.73 * a**2))
    if a < 0.34:
        return float(1 - np.exp(-8.318 + 42.796 * a - 59.938 * a**2))
    if a < 0.6:
        return float(np.exp(0.9177 - 4.279 * a - 1.38 * a**2))
    return float(np.exp(1.2937 - 5.709 * a + 0.0186 * a**2))


@pytest.mark.parametrize("bend", [0.0, 0.05, 0.1, 0.12, 0.15, 0.18])
def test_p_values_are_those_of_the_tables(bend: float, seed: int) -> None:
    """Notices 7 % of probability, and less in the tail; the tables are good to 1 %."""
    scores = ndtri((np.arange(1, 101) - 0.5) / 100)
    found = normality(scores + bend * scores**2, seed)
    p = tabulated_p(found.anderson_darling)
    assert abs(found.p_value - p) < critical_z(1) * np.sqrt(p * (1 - p) / 2000) + 0.01


@pytest.mark.parametrize(("bend", "word"), [(0.0, "plausible"), (0.12, "plausible"), (0.15, "doubtful"), (0.2, "poor")])
def test_the_word_follows_from_the_p_value(bend: float, word: str) -> None:
    scores = ndtri((np.arange(1, 101) - 0.5) / 100)
    column = scores + bend * scores**2
    found = normality(column)
    assert found.word == word
    assert (found.p_value > 0.05, found.p_value > 0.005) == (word == "plausible", word != "poor")
    assert found.skewness == pytest.approx(np.mean((column - column.mean()) ** 3) / column.std() ** 3, abs=1e-12)


def test_few_values_tell_nothing() -> None:
    column = np.array([0.0, 0, 0, 0, 0, 0, 9])
    assert normality(column).word == "untested"
    assert normality(np.append(column, 0.0)).word == "poor"


def test_a_long_column_is_compared_with_500_values() -> None:
    scores = ndtri((np.arange(1, 20_001) - 0.5) / 20_000)
    found = normality(scores)
    assert (found.word, found.outside) == ("plausible", 2 * np.count_nonzero(scores > 3 * scores.std(ddof=1)))
    assert found.excess_kurtosis == pytest.approx(0, abs=0.01)


def test_values_in_the_tails_are_counted() -> None:
    assert normality(COLUMNS["two outliers"]).outside == 2
    assert normality(COLUMNS["Michelson"]).outside == 0
