"""Every family, regime and pair of them, through their own examples: a new file is picked up by the tests.

Of all pairs only those that differ in kind are taken. Every family meets the basic regimes; one member of each family
meets every regime; and members with other divisors meet one regime of each kind. Where each of them costs a simulation
an ordinary run takes a cover: every member, every regime, and every kind of family in every basic regime; the others
are deep.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

import pytest

import collapse_theory as ct
from collapse_theory import families, regimes

FAMILIES = tuple(member for kind in families.named().values() for member in kind.examples())
REGIMES = tuple(member for kind in regimes.named().values() for member in kind.examples())
BASIC = (ct.Replace, ct.Accumulate, ct.Fresh, ct.FreshMixture)

every_family = pytest.mark.parametrize("family", FAMILIES, ids=repr)
every_regime = pytest.mark.parametrize("regime", REGIMES, ids=repr)


def can_be_tilted(regime: ct.Regime) -> bool:
    """Whether the fit set of a regime has a fixed composition of whole batches."""
    step = regime.tableau(ct.schedules.Constant(12))
    return not (step.share or step.thinned or step.subsample)


def pairs(members: Sequence[ct.Family], data: Sequence[ct.Regime]) -> Iterator[tuple[ct.Family, ct.Regime]]:
    """Pairs of the members and the data that between them are of every kind."""
    kinds = {type(family): family for family in reversed(members)}.values()
    divisors = {
        (type(family), getattr(family, "ddof", None), family.two_moments): family for family in reversed(members)
    }.values()
    first = {type(regime): regime for regime in reversed(data)}.values()
    for family in members:
        for regime in data:
            one_of_a_kind = family in kinds or (family in divisors and regime in first)
            if isinstance(regime, BASIC) or one_of_a_kind:
                yield family, regime


def possible(
    sizes: Sequence[Any], members: Sequence[ct.Family] = FAMILIES, data: Sequence[ct.Regime] = REGIMES
) -> Iterator[ct.Recursion]:
    """Recursions of the members on the data, pairs of every kind, with each of the sample sizes that a pair accepts."""
    for family, regime in pairs(members, data):
        for size in sizes:
            recursion = _made(family, regime, size, repr((family, regime, size)))
            if recursion is not None:
                yield recursion


@cache
def _made(family: ct.Family, regime: ct.Regime, size: Any, written: str) -> ct.Recursion | None:
    """The recursion, with the theorems that another file of tests has looked up, or None where it is refused.

    Of members that are equal, such as those of 1 and 1.0, each has its own, by the way it is written.
    """
    try:
        return ct.Recursion(family, regime, sample_size=size)
    except (ValueError, ct.NotDefined):
        return None


def every_pair(
    *sizes: Any, members: Sequence[ct.Family] = FAMILIES, data: Sequence[ct.Regime] = REGIMES
) -> pytest.MarkDecorator:
    """Parametrization of a test by ``recursion``: pairs of every kind with each of the sample sizes they accept."""
    return pytest.mark.parametrize("recursion", list(possible(sizes, members, data)), ids=repr)


def cover(recursions: Sequence[ct.Recursion]) -> list[Any]:
    """The recursions as parameters, of which those are deep that show no member, regime or pair of kinds first."""
    seen: set[Any] = set()
    found: list[Any] = []
    for recursion in recursions:
        family, regime = recursion.family, recursion.regime
        shows = {family, regime, (type(family), type(regime)) if isinstance(regime, BASIC) else regime}
        found.append(recursion if shows - seen else pytest.param(recursion, marks=pytest.mark.deep))
        seen |= shows
    return found


def covering_pairs(
    *sizes: Any, members: Sequence[ct.Family] = FAMILIES, data: Sequence[ct.Regime] = REGIMES
) -> pytest.MarkDecorator:
    """The same of a cover of the pairs, the others only in depth."""
    return pytest.mark.parametrize("recursion", cover(list(possible(sizes, members, data))), ids=repr)


def one_in(count: int, values: Sequence[Any]) -> list[Any]:
    """The values as parameters, of which all but every so manyth are deep."""
    return [
        value if place % count == 0 else pytest.param(*_parts(value), marks=pytest.mark.deep)
        for place, value in enumerate(values)
    ]


def _parts(value: Any) -> tuple[Any, ...]:
    return value if isinstance(value, tuple) else (value,)
