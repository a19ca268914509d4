"""How many of the points of a generation are real: a count, or a share that gives a whole number."""

from __future__ import annotations

from typing import Any

import numpy as np

from collapse_theory.domain import COUNT, check_parameters, whole


def check_real_points(regime: Any) -> None:
    """Refusal, with a ValueError, of a regime that has not exactly one of ``real`` and ``share``, or a bad one."""
    if (regime.real is None) == (regime.share is None):
        raise ValueError(f"real = {regime.real!r}, share = {regime.share!r}: give exactly one of the two")
    if isinstance(regime.real, float) and 0 < regime.real < 1:
        raise ValueError(
            f"real = {regime.real!r} is outside its domain: {COUNT}; a share is written share={regime.real!r}"
        )
    check_parameters(regime)


def real_points(regime: Any, n: Any) -> Any:
    """Real points among n by the ``real`` or the ``share`` of a regime; an int, an array or a sympy expression like n.

    Raises
    ------
    ValueError
        For more real points than n, and for a share of n that is no whole number.
    """
    if hasattr(n, "free_symbols"):
        return regime.real if regime.real is not None else regime.share * n
    if regime.real is not None:
        if np.any(np.asarray(n) < regime.real):
            raise ValueError(f"real = {regime.real} is outside its domain: an integer in [1, n], n = {np.min(n)}")
        return regime.real if np.ndim(n) == 0 else np.full(np.shape(n), regime.real)
    if np.ndim(n) == 0:
        return whole("share · n", regime.share * n, f"share = {regime.share:g}, n = {n}; use FreshMixture for chance")
    return np.array([real_points(regime, int(size)) for size in np.asarray(n)])
