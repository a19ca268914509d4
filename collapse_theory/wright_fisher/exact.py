"""The Wright–Fisher chain and its dual in exact fractions: laws of ancestors, moments, spectrum, times."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from functools import lru_cache
from itertools import pairwise, product
from math import comb, factorial, prod
from typing import Any

from collapse_theory.domain import COUNT

Law = dict[tuple[int, ...], Fraction]


@lru_cache(maxsize=256)
def occupancy_row(a: int, n: int) -> tuple[Fraction, ...]:
    """Chances that a balls fill 0, 1, …, n of n boxes."""
    row = [Fraction(1)] + [Fraction(0)] * n
    for _ in range(a):
        row = [row[b] * Fraction(b, n) + (row[b - 1] * Fraction(n - b + 1, n) if b else 0) for b in range(n + 1)]
    return tuple(row)


def ancestors_exactly(sizes: Sequence[int], lines: int | None = None) -> tuple[Fraction, ...]:
    """Law of the number of ancestors in generation 1 of a sample of the last of some generations.

    Parameters
    ----------
    sizes : sequence of int
        Points drawn in generations 1, 2, …, t.
    lines : int, optional
        Points of the sample; all of generation t when left out.

    Returns
    -------
    tuple of Fraction
        Chances of 0, 1, 2, … ancestors.
    """
    law = [Fraction(0)] * (sizes[-1] if lines is None else lines) + [Fraction(1)]
    for n in reversed(sizes[:-1]):
        rows = [occupancy_row(a, n) for a in range(len(law))]
        law = [sum((law[a] * rows[a][b] for a in range(len(law))), start=Fraction(0)) for b in range(n + 1)]
    return tuple(law)


def eigenvalue(j: int, n: int) -> Fraction:
    r"""Eigenvalue :math:`\lambda_j = \prod_{i<j}(1 - i/n)` of the chain of n points."""
    return prod((Fraction(n - i, n) for i in range(j)), start=Fraction(1))


def spectrum(n: int, types: int = 2) -> dict[Fraction, int]:
    """Eigenvalues of the chain of n points and K types with their multiplicities C(K + j − 2, j), from the largest.

    Parameters
    ----------
    n, types : int
        Points a generation; types, at least 2.

    Raises
    ------
    ValueError
        For numbers that are not whole or too small.
    """
    COUNT.check("n", n)
    COUNT.check("types", types)
    found: dict[Fraction, int] = {}
    for j in range(n + 1):
        value = eigenvalue(j, n)
        found[value] = found.get(value, 0) + comb(types + j - 2, j)
    return found


def moment(p: Any, k: int, n: int, t: int) -> Any:
    r""":math:`E\,p_t^k = E[p^{A_t}\mid A_0 = k]` of a type after t generations of n points; p may be a letter."""
    values = [p**a for a in range(max(k, n) + 1)]
    for _ in range(t):
        rows = [occupancy_row(a, n) for a in range(len(values))]
        values = [sum((row[b] * values[b] for b in range(len(row))), start=Fraction(0)) for row in rows]
    return values[k].expand() if hasattr(values[k], "expand") else values[k]


def mean_time(pending: Callable[[int], Fraction], n: int) -> Fraction:
    """W(n) with (I − P)W = g on the dual of n points."""
    found = [Fraction(0), Fraction(0)]
    for b in range(2, n + 1):
        row = occupancy_row(b, n)
        found.append((pending(b) + sum((row[a] * found[a] for a in range(b)), start=Fraction(0))) / (1 - row[b]))
    return found[n]


def tables(n: int, types: int) -> Iterator[tuple[int, ...]]:
    """All counts of n points of some types."""
    for counts in product(range(n + 1), repeat=types - 1):
        if sum(counts) <= n:
            yield (*counts, n - sum(counts))


def multinomial(n: int, chances: Sequence[Fraction]) -> Law:
    """Law of the counts of n draws."""
    return {
        counts: Fraction(factorial(n))
        * prod((p**c / factorial(c) for c, p in zip(counts, chances, strict=True)), start=Fraction(1))
        for counts in tables(n, len(chances))
    }


def counts_law(chances: Sequence[Fraction], sizes: Sequence[int]) -> Law:
    """Law of the counts of the last of some generations of replacement, by enumeration of all tables."""
    law = multinomial(sizes[0], chances)
    for before, n in pairwise(sizes):
        following: Law = dict.fromkeys(tables(n, len(chances)), Fraction(0))
        for counts, chance in law.items():
            for after, step in multinomial(n, [Fraction(c, before) for c in counts]).items():
                following[after] += chance * step
        law = following
    return law
