"""The eight definitions judged: for each family, what is known of it by theorems and exact curves."""

from __future__ import annotations

from typing import Any

from collapse_theory.domain import Domain
from collapse_theory.families import Categorical, Gaussian, MarkovChain, Poisson
from collapse_theory.meanings import categorical, counts, gaussian, other, risk
from collapse_theory.meanings.record import Meaning, Meanings, Reading
from collapse_theory.recursion import Recursion

NAMES = (
    "catastrophic rise of risk",
    "any rise of risk",
    "diverging risk",
    "collapsing variance",
    "changed scaling law",
    "lost real modes",
    "lost tail",
    "invented data",
)
HORIZON = 100
RISE = Domain(low=1.0, open_low=True)
GENERATION = Domain(low=1, high=10**6, integer=True)


def definitions(recursion: Recursion, *, rise: float | None = None, horizon: int | None = None) -> Meanings:
    """The eight published meanings of "model collapse" for one recursion, each with its verdicts.

    One definition has several readings: the mean over runs and what almost every run does, one distance or another. A
    recursion can have collapsed in one of them and not in the next; readings that disagree are marked. Verdicts come
    from theorems and exact curves, limits and growth rates; where none is known the verdict is ``"unknown"``.

    Parameters
    ----------
    recursion : Recursion
        What is judged.
    rise : float, optional
        Factor from which a rise of the risk is called catastrophic, above 1: times the error of one fit on the same
        real points. Without it definition 1 has no verdict.
    horizon : int, optional
        Generation whose exact values stand beside the limits, and in place of those that are not known; by default 100.

    Returns
    -------
    Meanings
        Eight definitions, each with its readings; it prints as a table.

    Raises
    ------
    ValueError
        Naming parameter, value and domain.

    References
    ----------
    Schaeffer et al. (2025), key schaeffer2025; the derivations are under docs/meanings.

    Examples
    --------
    >>> print(ct.definitions(ct.Recursion(ct.Gaussian(ddof=1), ct.Replace(), sample_size=10)))
    """
    if not isinstance(recursion, Recursion):
        raise ValueError(f"recursion = {recursion!r} is outside its domain: a Recursion")
    factor = None if rise is None else float(RISE.check("rise", rise))
    t = HORIZON if horizon is None else int(GENERATION.check("horizon", horizon))
    readings = _readings(recursion, factor, t)
    meanings = (Meaning(i, name, found) for i, (name, found) in enumerate(zip(NAMES, readings, strict=True), start=1))
    return Meanings(recursion, tuple(meanings), factor, t)


def _readings(recursion: Recursion, rise: float | None, t: int) -> tuple[tuple[Reading, ...], ...]:
    """Readings of the eight definitions, in their order."""
    diverging, collapsing, modes, tail, invented = _of_the_family(recursion, t)
    return (
        risk.catastrophic(recursion, rise, t),
        risk.any_rise(recursion, t),
        diverging,
        collapsing,
        risk.scaling(recursion, t),
        modes,
        tail,
        invented,
    )


def _of_the_family(recursion: Recursion, t: int) -> Any:
    """Readings of definitions 3, 4, 6, 7 and 8."""
    family = recursion.family
    if isinstance(family, Gaussian):
        judged = gaussian.Judged(recursion, t)
        return judged.diverging(), judged.collapsing(), gaussian.modes(), judged.lost_tail(), judged.invented()
    if isinstance(family, Categorical):
        return categorical.readings(recursion, t)
    if isinstance(family, Poisson):
        return counts.poisson(recursion, t)
    if isinstance(family, MarkovChain):
        return counts.markov_chain(recursion, t)
    return other.readings(recursion, t)
