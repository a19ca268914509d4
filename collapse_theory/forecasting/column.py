"""A column of numbers: read from a file, with the error of its fit and how Gaussian it looks."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from collapse_theory.families import Gaussian

Array = NDArray[np.float64]

NULL_COLUMNS, NULL_SIZE = 2000, 500


def read_column(path: str | Path, column: str | None = None) -> Array:
    """Numbers of one column of a CSV file with a header line, in UTF-8 with or without byte-order mark.

    Parameters
    ----------
    path : str or Path
        The file; comma separated, blank lines are skipped.
    column : str, optional
        Name in the header; may be left out when there is only one column.

    Returns
    -------
    ndarray
        Shape ``(rows,)``; at least two numbers, not all equal.

    Raises
    ------
    ValueError
        In one line that names what is wrong, its value and row, and what belongs there.
    """
    file = Path(path)
    if not file.exists() or file.is_dir():
        raise ValueError(f"data = {str(path)!r} is outside its domain: an existing CSV file")
    try:
        with file.open(encoding="utf-8-sig", newline="") as lines:
            values = list(_numbers(csv.reader(lines, skipinitialspace=True), str(path), column))
    except UnicodeDecodeError as wrong:
        raise ValueError(
            f"data = {str(path)!r} is outside its domain: a CSV file in UTF-8 (byte {wrong.start})"
        ) from wrong
    except csv.Error as wrong:
        raise ValueError(f"data = {str(path)!r} is outside its domain: a CSV file ({wrong})") from wrong
    name = "the only column" if column is None else f"column {column!r}"
    if len(values) < 2:
        raise ValueError(f"{name} of {str(path)!r} has {len(values)} numbers, outside its domain: at least 2")
    if min(values) == max(values):
        raise ValueError(
            f"{name} of {str(path)!r} is {values[0]!r} in every row, outside its domain: at least 2 values"
        )
    return np.array(values)


def _numbers(rows: Iterator[list[str]], path: str, column: str | None) -> Iterator[float]:
    header = next((row for row in rows if row), None)
    if header is None:
        raise ValueError(f"data = {path!r} is empty, outside its domain: a header line and rows of numbers")
    names = [cell.strip() for cell in header]
    listed = ", ".join(map(repr, names))
    if column is None and len(names) == 1:
        column = names[0]
    if column is None or names.count(column) != 1:
        raise ValueError(
            f"column = {column!r} is outside its domain: one of the columns {listed} of {path!r}, once there"
        )
    place = names.index(column)
    for row in rows:
        if row:
            yield _number(row[place] if place < len(row) else "", column, rows.line_num)  # type: ignore[attr-defined]


def _number(cell: str, column: str, line: int) -> float:
    try:
        value = math.nan if "_" in cell else float(cell)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise ValueError(f"column {column!r}, row {line} of the file: {cell!r} is outside its domain: a finite number")
    return value


@dataclass(frozen=True)
class Source:
    """The fit of generation 0 to the data, with its own error: standard errors and 95 % bootstrap intervals."""

    count: int
    mean: float
    mean_error: float
    mean_interval: tuple[float, float]
    sd: float
    sd_error: float
    sd_interval: tuple[float, float]

    @classmethod
    def of(cls, column: Array, family: Gaussian, resamples: int, rng: np.random.Generator) -> Source:
        """Errors of a fit, by resampling the data."""
        unit = (column - family.mean) / family.sd
        means, sds = np.empty(resamples), np.empty(resamples)
        for i in range(resamples):
            drawn = unit[rng.integers(unit.size, size=unit.size)]
            means[i] = drawn.mean()
            sds[i] = np.sqrt(np.sum((drawn - means[i]) ** 2) / (unit.size - family.ddof))
        centre, spread = family.mean + family.sd * means, family.sd * sds
        return cls(
            count=column.size,
            mean=family.mean,
            mean_error=float(centre.std(ddof=1)),
            mean_interval=_between(centre),
            sd=family.sd,
            sd_error=float(spread.std(ddof=1)),
            sd_interval=_between(spread),
        )


def _between(values: Array) -> tuple[float, float]:
    low, high = np.quantile(values, [0.025, 0.975])
    return float(low), float(high)


@dataclass(frozen=True)
class Normality:
    """How well a Gaussian fits: one word, Anderson–Darling statistic, its Monte Carlo p-value, and the shape.

    The word is ``plausible`` (p > 0.05), ``doubtful``, ``poor`` (p ≤ 0.005), or ``untested`` below 8 values.
    """

    word: str
    anderson_darling: float
    p_value: float
    skewness: float
    excess_kurtosis: float

    @classmethod
    def of(cls, column: Array, rng: np.random.Generator) -> Normality:
        """Test of a column; the null law is simulated at its size, at 500 values where it is longer."""
        n = column.size
        unit = (column - column.mean()) / column.std()
        observed = float(_anderson_darling(unit[None, :])[0])
        null = _anderson_darling(rng.standard_normal((NULL_COLUMNS, min(n, NULL_SIZE))))
        reached = np.count_nonzero(null >= observed * (1 - 1e-12))
        p = float((1 + reached) / (1 + NULL_COLUMNS))
        word = "untested" if n < 8 else "plausible" if p > 0.05 else "doubtful" if p > 0.005 else "poor"
        return cls(word, observed, p, float(np.mean(unit**3)), float(np.mean(unit**4) - 3))


def _anderson_darling(columns: Array) -> Array:
    """Anderson–Darling statistic against a Gaussian with fitted parameters, corrected for size, per row."""
    from scipy.special import log_ndtr

    n = columns.shape[1]
    centred = np.sort(columns - columns.mean(axis=1, keepdims=True), axis=1)
    z = centred / np.sqrt(np.sum(centred**2, axis=1, keepdims=True) / (n - 1))
    weights = 2 * np.arange(1, n + 1) - 1
    plain = -n - np.sum(weights * (log_ndtr(z) + log_ndtr(-z[:, ::-1])), axis=1) / n
    return np.asarray(plain * (1 + 0.75 / n + 2.25 / n**2))
