"""Finite domains of cases: every combination once, by increasing size."""

from __future__ import annotations

from itertools import islice, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import collapse_theory as ct


@settings(deadline=None)
@given(st.lists(st.integers(1, 4), min_size=1, max_size=4))
def test_every_combination_comes_once_and_the_smallest_first(lengths: list[int]) -> None:
    axes = {f"x{i}": range(length) for i, length in enumerate(lengths)}
    found = [tuple(vars(case).values()) for case in ct.Cases(**axes)]
    assert sorted(found) == sorted(product(*axes.values()))
    assert found == sorted(found, key=lambda places: (sum(places), places))


def test_ranges_may_be_as_long_as_one_likes() -> None:
    cases = ct.Cases(n=range(2, 10**12), ddof=range(10**12))
    assert [(case.n, case.ddof) for case in islice(cases, 6)] == [(2, 0), (2, 1), (3, 0), (2, 2), (3, 1), (4, 0)]


def test_conditions_add_up() -> None:
    cases = ct.Cases(n=range(10)).where(lambda case: case.n % 2 == 0).where(lambda case: case.n > 4)
    assert [case.n for case in cases] == [6, 8]
    assert repr(cases) == "ct.Cases(n=range(0, 10)).where(…).where(…)"


def test_a_case_is_code_frozen_and_equal_by_value() -> None:
    case = ct.Case(n=3, ddof=2)
    assert eval(repr(case), {"ct": ct}) == case
    assert hash(case) == hash(ct.Case(n=3, ddof=2))
    assert case != ct.Case(n=3)
    with pytest.raises(AttributeError, match="a case is frozen: n cannot become 4"):
        case.n = 4
    with pytest.raises(AttributeError, match="this case has no 'm'; it has n, ddof"):
        _ = case.m


@pytest.mark.parametrize("values", ["abc", [], 3, iter([1])])
def test_an_axis_is_a_sequence(values: object) -> None:
    with pytest.raises(ValueError, match=r"n = .* is outside its domain: a sequence of values"):
        ct.Cases(n=values)  # type: ignore[arg-type]


def test_no_axis_is_no_domain() -> None:
    with pytest.raises(ValueError, match=r"axes = \{\} is outside its domain"):
        ct.Cases()
