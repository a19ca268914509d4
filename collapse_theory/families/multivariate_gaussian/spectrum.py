r"""Principal axes of graded factors, compiled: singular values of A L D by rotations of columns, in logarithms.

A covariance is held as :math:`\Sigma = A L D^2 L^\top A^\top` with L unit lower triangular and the logarithms of D. The
columns of :math:`A L D` may differ in length by any factor; that factor stays in the logarithms, and a rotation of
two columns (Hestenes 1958, one-sided Jacobi) needs their ratio :math:`\rho \le 1` only:

.. math:: b \leftarrow b + \tau a,\quad a \leftarrow a - \tau\rho^2 b,\qquad
    \tau = \frac{-2c}{1-\rho^2+\sqrt{(1-\rho^2)^2+4\rho^2c^2}},

for columns of length 1 with the cosine c. Every singular value, however small, has a relative error of about machine
precision times the condition of A L (Demmel and Veselić 1992).
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit

SWEEPS = 60
"""Most sweeps over all pairs of columns; about six are needed."""


@njit(cache=True, nogil=True)
def log_columns(root, lower, log_scale, out):  # type: ignore[no-untyped-def] # pragma: no cover
    """Logarithms of the lengths of the columns of A L D, one row for each of many factors; −inf for a missing one."""
    d = root.shape[0]
    columns = np.empty((d, d))
    for i in range(len(log_scale)):
        _lay_out(root, lower[i], log_scale[i], columns, out[i])


@njit(cache=True, nogil=True)
def log_axes(root, lower, log_scale, out):  # type: ignore[no-untyped-def] # pragma: no cover
    """Logarithms of the singular values of A L D in descending order, one row for each of many factors.

    Parameters
    ----------
    root : ndarray, shape (d, d)
        The matrix A.
    lower : ndarray, shape (factors, d(d − 1)/2)
        Entries of L below its diagonal, row by row.
    log_scale : ndarray, shape (factors, d)
        Logarithms of D; −inf for a direction without spread.
    out : ndarray, shape (factors, d)
        Output.
    """
    d = root.shape[0]
    columns = np.empty((d, d))
    for i in range(len(log_scale)):
        logs = out[i]
        _lay_out(root, lower[i], log_scale[i], columns, logs)
        _sort(columns, logs)
        for _ in range(SWEEPS):
            largest = 0.0
            for p in range(d - 1):
                for q in range(p + 1, d):
                    if math.isfinite(logs[p]) and math.isfinite(logs[q]):
                        one, other = (p, q) if logs[p] >= logs[q] else (q, p)
                        largest = max(largest, _rotate(columns, logs, one, other))
            if largest <= 2.3e-16 * d:
                break
        logs[:] = -np.sort(-logs)


@njit(cache=True, nogil=True)
def _lay_out(root, lower, log_scale, columns, logs):  # type: ignore[no-untyped-def] # pragma: no cover
    """Columns of A L D, as the rows of an array: their directions, and the logarithms of their lengths."""
    d = root.shape[0]
    for j in range(d):
        total = 0.0
        for i in range(d):
            entry = root[i, j]
            for k in range(j + 1, d):
                entry += root[i, k] * lower[k * (k - 1) // 2 + j]
            columns[j, i] = entry
            total = max(total, abs(entry))
        squares = 0.0
        for i in range(d):
            columns[j, i] /= total
            squares += columns[j, i] ** 2
        length = math.sqrt(squares)
        for i in range(d):
            columns[j, i] /= length
        logs[j] = log_scale[j] + math.log(total) + math.log(length)


@njit(cache=True, nogil=True)
def _sort(columns, logs):  # type: ignore[no-untyped-def] # pragma: no cover
    """Columns by descending length."""
    order = np.argsort(-logs)
    columns[:] = columns[order].copy()
    logs[:] = logs[order].copy()


@njit(cache=True, nogil=True)
def _rotate(columns, logs, one, other):  # type: ignore[no-untyped-def] # pragma: no cover
    """Two columns, the longer one first, turned until they are orthogonal; returns the cosine they had."""
    d = len(logs)
    longer, shorter = columns[one], columns[other]
    cosine = 0.0
    for i in range(d):
        cosine += longer[i] * shorter[i]
    if abs(cosine) <= 2.3e-16 * d:
        return 0.0
    ratio = math.exp(logs[other] - logs[one])
    gap = (1.0 - ratio) * (1.0 + ratio)
    turn = -2.0 * cosine / (gap + math.hypot(gap, 2.0 * ratio * cosine))
    back = turn * ratio * ratio
    long_squares, short_squares = 0.0, 0.0
    for i in range(d):
        a, b = longer[i], shorter[i]
        longer[i], shorter[i] = a - back * b, b + turn * a
        long_squares += longer[i] ** 2
        short_squares += shorter[i] ** 2
    shrunk = -0.5 * math.log1p((turn * ratio) ** 2)
    for row, squares in ((one, long_squares), (other, short_squares)):
        length = math.sqrt(squares)
        logs[row] += shrunk + (math.log(length) if length > 0.0 else -np.inf)
        if length > 0.0:
            for i in range(d):
                columns[row, i] /= length
    return abs(cosine)
