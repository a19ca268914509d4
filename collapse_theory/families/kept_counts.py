"""Numbers of points of a generation where each is kept by chance only, compiled."""

from __future__ import annotations

from numba import njit


@njit(cache=True, nogil=True)
def kept_counts(rng, drawn, kept, fewest):  # type: ignore[no-untyped-def] # pragma: no cover
    """Numbers of real and of model points that are kept, drawn until there are enough of both together."""
    if kept[0] == 1 and kept[1] == 1:
        return drawn[0], drawn[1]
    while True:
        real, model = rng.binomial(drawn[0], kept[0]), rng.binomial(drawn[1], kept[1])
        if real + model >= fewest:
            return real, model
