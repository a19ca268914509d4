"""Strategies registered with Hypothesis, whichever of the two is imported first."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import collapse_theory as ct


@settings(deadline=None, max_examples=20)
@given(st.from_type(ct.Recursion), st.from_type(ct.Family), st.from_type(ct.Fresh))
def test_types_are_drawn_by_the_strategies(recursion: ct.Recursion, family: ct.Family, fresh: ct.Fresh) -> None:
    assert isinstance(recursion, ct.Recursion)
    assert isinstance(family, ct.Family)
    assert isinstance(fresh, ct.Fresh)


@pytest.mark.parametrize(
    "first",
    [
        "from hypothesis import strategies as st; import collapse_theory as ct; ct.Gaussian",
        "import collapse_theory as ct; ct.Gaussian; from hypothesis import strategies as st",
        "from collapse_theory import strategies; import collapse_theory as ct; from hypothesis import strategies as st",
    ],
)
def test_in_either_order(first: str) -> None:
    found = "from hypothesis import find; find(st.from_type(ct.Gaussian), lambda drawn: drawn.ddof != 1)"
    program = f"{first}; {found}"  # unregistered, the type would give the default member alone
    subprocess.run([sys.executable, "-W", "ignore", "-c", program], check=True)


def test_hypothesis_alone_does_not_load_the_package() -> None:
    program = (
        "import sys, hypothesis; assert 'collapse_theory.recursion' not in sys.modules and 'numba' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
