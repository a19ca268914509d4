"""A column of numbers, read from a CSV file."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterator
from pathlib import Path
from reprlib import repr as shortened

import numpy as np
from numpy.typing import NDArray

OTHER_SEPARATORS = ";\t|"


def read_column(path: str | Path, column: str | None = None) -> NDArray[np.float64]:
    """Numbers of one column of a comma-separated file with a header line.

    The file is UTF-8, with or without byte-order mark. Blank lines are skipped, but in a file of one column, where a
    blank line among the numbers is a missing value.

    Parameters
    ----------
    path : str or Path
        The file.
    column : str, optional
        Name in the header; may be left out when there is only one column.

    Returns
    -------
    ndarray
        Shape ``(rows,)``: at least two numbers, not all equal.

    Raises
    ------
    ValueError
        In one line that names what is wrong, its value and line, and what belongs there.
    """
    return named_column(path, column)[1]


def named_column(path: str | Path, column: str | None = None) -> tuple[str, NDArray[np.float64]]:
    """Name of a column in the header of a file, and its numbers as :func:`read_column` gives them."""
    name = f"data = {str(path)!r}"
    file = Path(path)
    if not file.exists():
        raise ValueError(f"{name} does not exist, outside its domain: a CSV file")
    if file.is_dir():
        raise ValueError(f"{name} is a directory, outside its domain: a CSV file")
    try:
        with file.open(encoding="utf-8-sig", newline="") as lines:
            rows = csv.reader(lines, skipinitialspace=True)
            header = _header(rows, name)
            place = _place(header, name, column)
            values = list(_numbers(rows, header, place, name))
    except UnicodeDecodeError as wrong:
        raise ValueError(f"{name} is not UTF-8, outside its domain: a CSV file in UTF-8") from wrong
    except csv.Error as wrong:
        raise ValueError(f"{name} is outside its domain: a CSV file ({wrong})") from wrong
    what = name if column is None else f"{name}, column {column!r},"
    if len(values) < 2:
        raise ValueError(f"{what} has {len(values)} numbers, outside its domain: at least 2")
    if min(values) == max(values):
        raise ValueError(f"{what} is {values[0]!r} in every row, outside its domain: at least 2 different numbers")
    return header[place], np.array(values)


def _header(rows: Iterator[list[str]], name: str) -> list[str]:
    """Names of the columns, from the first line that is not blank."""
    header = [cell.strip() for cell in next(filter(None, rows), [])]
    if not header:
        raise ValueError(f"{name} is empty, outside its domain: a header line and rows of numbers")
    if all(math.isfinite(_number(cell)) for cell in header):
        first = shortened(",".join(header))
        raise ValueError(f"{name} starts with the numbers {first}: the first line must name the columns")
    return header


def _numbers(rows: Iterator[list[str]], header: list[str], place: int, name: str) -> Iterator[float]:
    """Numbers of the column at a place; a blank line before further numbers is one that is missing."""
    blank = 0
    for row in rows:
        line = rows.line_num  # type: ignore[attr-defined]
        if not row:
            blank = blank or line
            continue
        missing = blank if len(header) == 1 else 0
        cell = row[place] if place < len(row) and not missing else ""
        value = _number(cell)
        if not math.isfinite(value):
            what = shortened(cell) if cell else "missing value ''"
            where = f"{name}, column {header[place]!r}, line {missing or line}"
            raise ValueError(f"{where}: {what} is outside its domain: a finite number")
        yield value


def _place(header: list[str], name: str, column: str | None) -> int:
    """Index of a column in the header, of the only one where none is named."""
    separated = len(header) > 1 or not any(mark in header[0] for mark in OTHER_SEPARATORS)
    if column is None and len(header) == 1 and separated:
        return 0
    places = [place for place, cell in enumerate(header) if cell == column]
    if len(places) == 1:
        return places[0]
    if not separated:
        raise ValueError(f"{name} has the header {header[0]!r}, outside its domain: names separated by commas")
    if places:
        raise ValueError(f"column = {column!r} names {len(places)} columns, outside its domain: a name of one column")
    names = ", ".join(map(repr, header))
    if column is None:
        raise ValueError(f"{name} has {len(header)} columns: choose with --column, or column = …, one of {names}")
    raise ValueError(f"column = {column!r} is outside its domain: one of {names} in the data")


def _number(cell: str) -> float:
    """The number in a cell, NaN where there is none."""
    try:
        return math.nan if "_" in cell else float(cell)
    except ValueError:
        return math.nan
