"""Sample sizes: closed forms of the schedules, their totals, and what they refuse."""

from __future__ import annotations

import math

import numpy as np
import pytest

import collapse_theory as ct
from collapse_theory import schedules


def test_before_the_first_generation_nothing_is_drawn() -> None:
    for schedule in (schedules.Constant(5), schedules.power(5, 1), schedules.geometric(5, 2)):
        assert schedule(0) == 0
        assert schedule.total(0) == 0
        assert schedule.total(-3) == 0
        assert schedule(np.array([-1, 0, 1])).tolist() == [0, 0, 5]


@pytest.mark.parametrize(("n0", "exponent"), [(10, 0.5), (3, 2.0), (7.3, 1.1)])
def test_power_is_the_ceiling_of_its_law(n0: float, exponent: float) -> None:
    schedule = schedules.power(n0, exponent)
    t = np.arange(1, 200)
    assert schedule(t).tolist() == [math.ceil(n0 * i**exponent - 1e-9) for i in t.tolist()]
    assert schedule.total(t).tolist() == np.cumsum(schedule(t)).tolist()


def test_exact_powers_are_never_rounded_up() -> None:
    assert schedules.power(10, 0.5)(4) == 20
    assert schedules.power(1, 3)(100) == 10**6
    assert schedules.geometric(3, 3)(20) == 3**20


def test_what_decides_the_end_is_the_sum_of_reciprocals() -> None:
    assert schedules.Constant(4).reciprocal_sum_converges is False
    assert schedules.power(4, 1).reciprocal_sum_converges is False
    assert schedules.power(4, 1.01).reciprocal_sum_converges is True
    assert schedules.geometric(4, 1).reciprocal_sum_converges is False
    assert schedules.geometric(4, 1.01).reciprocal_sum_converges is True
    assert schedules.custom(lambda t: 4).reciprocal_sum_converges is None


def test_bad_sizes_are_refused_by_name() -> None:
    with pytest.raises(ValueError, match=r"n0 = -1 is outside its domain"):
        schedules.power(-1, 1)
    with pytest.raises(ValueError, match=r"ratio = 0\.5 is outside its domain"):
        schedules.geometric(10, 0.5)
    with pytest.raises(ValueError, match="function = 3 is outside its domain"):
        schedules.custom(3)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="sample_size at t = 2 = 0 is outside its domain"):
        schedules.custom(lambda t: 2 - t)(np.array([1, 2]))
    with pytest.raises(OverflowError, match="exceeds"):
        schedules.geometric(10, 10)(100)


@pytest.mark.parametrize(
    "schedule",
    [
        schedules.power(1 / 3, 1),
        schedules.power(10, 1.5),
        schedules.power(2**53 - 1, 0),
        schedules.geometric(1e-20, 1 + 2**-52),
        schedules.Constant(7),
    ],
    ids=repr,
)
def test_a_schedule_is_written_as_the_code_that_makes_it(schedule: schedules.Schedule) -> None:
    again = eval(repr(schedule), {"ct": ct})
    assert schedules.as_schedule(again) == schedule


def test_the_public_spelling() -> None:
    assert repr(schedules.power(10, 1.5)) == "ct.schedules.power(10, 1.5)"
    assert repr(schedules.geometric(n0=10, ratio=1.5)) == "ct.schedules.geometric(10, 1.5)"
    assert repr(schedules.custom(math.isqrt)) == "ct.schedules.custom(isqrt)"


@pytest.mark.parametrize(
    "schedule", [schedules.power(9.5, 0), schedules.geometric(9.5, 1), schedules.Constant(10)], ids=repr
)
def test_what_does_not_grow_is_constant(schedule: schedules.Schedule) -> None:
    assert schedule.constant
    assert schedule(np.array([1, 10, 10**9])).tolist() == [10] * 3
    assert schedule.total(10**12) == 10**13
    assert schedule.total(np.array([-1, 0, 3])).tolist() == [0, 0, 30]
    with pytest.raises(OverflowError, match="exceed"):
        schedule.total(10**18)
    plain, same = (ct.Recursion(ct.Gaussian(ddof=1.99), ct.Replace(), sample_size=size) for size in (10, schedule))
    assert plain.fate.verdict == "explodes"
    assert same.fate == plain.fate
    assert same.variance.growth_rate == plain.variance.growth_rate


def test_what_grows_or_may_is_not_constant() -> None:
    for schedule in (schedules.power(10, 1e-3), schedules.geometric(10, 1.001), schedules.custom(lambda t: 10)):
        assert not schedule.constant


def test_a_custom_schedule_alone_can_fall_below_its_first_size() -> None:
    assert schedules.custom(lambda t: 10 - t).smallest_by(5) == 5
    assert schedules.power(10, 1).smallest_by(5) == 10
    assert schedules.custom(lambda t: 10 - t)(5) == 5
    with pytest.raises(ValueError, match="function = 'ten' is outside its domain"):
        schedules.Custom("ten")  # type: ignore[arg-type]
