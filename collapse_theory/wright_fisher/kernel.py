"""Compiled loops: the streaming dual for times, and binomial rows of the two-type chain."""

from __future__ import annotations

import numpy as np
from numba import njit

NEGLIGIBLE = 1e-25
"""Probability below which the ends of a row are cut off."""


@njit(cache=True, nogil=True, fastmath={"reassoc", "contract"})
def streamed(n, gain, second):
    r"""Solutions of :math:`(I-P)W = g` and :math:`(I-P)U = W` on the dual of n points, in O(n) memory.

    P(b → a) is the chance that b balls leave a of n boxes occupied, one row made from the row before; W(1) = U(1) = 0.
    Every term is positive where the gain is, and what a row has lost to rounding is given back by its own sum, which is
    the chance :math:`1 - \prod_{i<b}(1 - i/n)` that b balls meet.

    Parameters
    ----------
    n : int
        Number of points.
    gain : ndarray, shape (n + 1, columns)
        g(b) in row b; rows 0 and 1 are not used.
    second : bool
        Whether U is asked for; it is 0 otherwise.

    Returns
    -------
    first, second : ndarray
        W(n) and U(n), shape ``(columns,)``.
    """
    columns = gain.shape[1]
    w, u = np.zeros((columns, n + 1)), np.zeros((columns, n + 1 if second else 1))
    old, new = np.zeros(n + 2), np.zeros(n + 2)
    old[1] = 1.0
    low = high = 1
    staying = 0.0
    for b in range(2, n + 1):
        staying += np.log1p(-(b - 1) / n)
        new[low] = old[low] * low / n
        for a in range(low + 1, high + 1):
            new[a] = old[a] * (a / n) + old[a - 1] * ((n - a + 1) / n)
        if old[high] * (n - high) / n > NEGLIGIBLE:
            new[high + 1] = old[high] * (n - high) / n
            high += 1
        while new[low] < NEGLIGIBLE:
            new[low] = 0.0
            low += 1
        old, new = new, old
        if low > 1:
            new[low - 1] = 0.0
            old[low - 1] = 0.0
        leaving = -np.expm1(staying)
        top = min(high, b - 1)
        mass = 0.0
        for a in range(low, top + 1):
            mass += old[a]
        for c in range(columns):
            total = 0.0
            for a in range(low, top + 1):
                total += old[a] * w[c, a]
            w[c, b] = gain[b, c] / leaving + total / mass
            if second:
                total = 0.0
                for a in range(low, top + 1):
                    total += old[a] * u[c, a]
                u[c, b] = w[c, b] / leaving + total / mass
    first, after = np.empty(columns), np.zeros(columns)
    for c in range(columns):
        first[c] = w[c, n]
        if second:
            after[c] = u[c, n]
    return first, after


@njit(cache=True, nogil=True)
def binomial_row(size, chance, row):
    """Binomial probabilities of a number of trials, by ratios from the mode; returns the first and the last in ``row``.

    The row is scaled to sum to 1, so that no logarithm of a factorial enters.
    """
    if chance <= 0.0 or size == 0:
        row[0] = 1.0
        return 0, 0
    if chance >= 1.0:
        row[size] = 1.0
        return size, size
    mode = min(int((size + 1) * chance), size)
    odds = chance / (1.0 - chance)
    row[mode] = total = 1.0
    low = high = mode
    value = 1.0
    while low > 0:
        value *= low / ((size - low + 1) * odds)
        if value < NEGLIGIBLE:
            break
        low -= 1
        row[low] = value
        total += value
    value = 1.0
    while high < size:
        value *= (size - high) / (high + 1) * odds
        if value < NEGLIGIBLE:
            break
        high += 1
        row[high] = value
        total += value
    for j in range(low, high + 1):
        row[j] /= total
    return low, high


@njit(cache=True, nogil=True)
def pushed(law, size, chances, shift, negligible):
    """Law of a count after one generation: from state j it is ``shift[j]`` plus binomial with ``chances[j]``.

    States of probability below ``negligible`` are passed over; the result starts at 0.
    """
    longest = 0
    for j in range(len(law)):
        longest = max(longest, shift[j])
    found, row = np.zeros(size + longest + 1), np.empty(size + 1)
    for j in range(len(law)):
        if law[j] > negligible:
            low, high = binomial_row(size, chances[j], row)
            for k in range(low, high + 1):
                found[shift[j] + k] += law[j] * row[k]
    return found


@njit(cache=True, nogil=True)
def pulled(values, size, chances):
    """Mean of values of a binomial count, shape ``(states, columns)``: one backward step of the two-type chain."""
    columns = values.shape[1]
    found, row = np.zeros((len(chances), columns)), np.empty(size + 1)
    for j in range(len(chances)):
        low, high = binomial_row(size, chances[j], row)
        for k in range(low, high + 1):
            for c in range(columns):
                found[j, c] += row[k] * values[k, c]
    return found
