"""Every family, regime and pair of them, through their own examples: a new file is picked up by the tests."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import pytest

import collapse_theory as ct
from collapse_theory import families, regimes

FAMILIES = tuple(member for kind in families.named().values() for member in kind.examples())
REGIMES = tuple(member for kind in regimes.named().values() for member in kind.examples())

every_family = pytest.mark.parametrize("family", FAMILIES, ids=repr)
every_regime = pytest.mark.parametrize("regime", REGIMES, ids=repr)


def possible(
    sizes: Sequence[Any], members: Sequence[ct.Family] = FAMILIES, data: Sequence[ct.Regime] = REGIMES
) -> Iterator[ct.Recursion]:
    """Recursions of every member on all data with each of the sample sizes that the pair accepts."""
    for family in members:
        for regime in data:
            for size in sizes:
                try:
                    yield ct.Recursion(family, regime, sample_size=size)
                except ValueError:
                    continue


def every_pair(
    *sizes: Any, members: Sequence[ct.Family] = FAMILIES, data: Sequence[ct.Regime] = REGIMES
) -> pytest.MarkDecorator:
    """Parametrization of a test by ``recursion``: the pairs with each of the sample sizes that they accept."""
    return pytest.mark.parametrize("recursion", list(possible(sizes, members, data)), ids=repr)
