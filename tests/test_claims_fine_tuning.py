"""Claims about fine-tuning by second roads: runs of raw points in exact second moments, and recursions by hand."""

from __future__ import annotations

import math
from fractions import Fraction

import pytest

import collapse_theory as ct


def one_set(n: int, rate: Fraction, t: int) -> Fraction:
    """Squared error of the mean at ddof = 1: the base is x̄ and the set ȳ about it, μ = (1 - w) x̄ + w ȳ."""
    weight = Fraction(0)
    for _ in range(t - 1):
        weight += rate * (1 - weight)
    return Fraction(1, n) + weight**2 * Fraction(1, n)


def new_sets(n: int, rate: Fraction, t: int) -> Fraction:
    """The same with a new set of the newest model in every generation, whose expected variance stays 1."""
    error = Fraction(1, n)
    for _ in range(t - 1):
        error += rate**2 / n
    return error


def test_fixed_and_regenerated_sets_part_by_hand():
    claim = ct.claims.a_fixed_and_a_regenerated_set_fail_in_the_same_way
    found = claim.check().counterexample
    n, rate, t = found.case.n, Fraction(found.case.rate), found.case.t
    by_hand = math.log(2) - abs(math.log(new_sets(n, rate, t) / one_set(n, rate, t)))
    assert found.value == pytest.approx(by_hand, rel=1e-9)
    for case in claim.cases:
        if case == found.case:
            break
        assert claim.margin(case) > 0


@pytest.mark.parametrize("t", [2, 5, 20])
def test_one_set_is_worth_two_samples_at_most(t):
    rate = Fraction(1, 4)
    fixed, regenerated = (
        ct.Recursion(ct.Gaussian(ddof=1), ct.FineTune(rate=0.25, data=data), sample_size=10).squared_location_error.mean
        for data in ("fixed", "regenerated")
    )
    assert fixed(t) == pytest.approx(float(one_set(10, rate, t)), rel=1e-12)
    assert regenerated(t) == pytest.approx(float(new_sets(10, rate, t)), rel=1e-12)
    assert one_set(10, rate, t) < Fraction(2, 10)


def test_the_weight_of_the_base_is_a_power_in_which_n_does_not_occur():
    claim = ct.claims.forgetting_disappears_with_infinite_synthetic_data
    found = claim.check().counterexample
    assert found.case == ct.Case(t=5, n=100, rate=0.25)
    assert found.margin == Fraction(3, 4) ** 4 - Fraction(1, 2)
    assert claim.margin(ct.Case(t=5, n=10**8, rate=0.25)) == found.margin
    assert claim.margin(ct.Case(t=2, n=100, rate=0.25)) == Fraction(1, 4)


def test_noise_needs_many_points():
    claim = ct.claims.forgetting_disappears_with_infinite_synthetic_data.corrected
    assert claim.margin(ct.Case(t=100, n=10**5, rate=0.5)) == pytest.approx(0.001 - (1 + 99 / 4) / 10**5, rel=1e-9)
    assert claim.margin(ct.Case(t=100, n=10**4, rate=0.5)) < 0


def test_ten_percent_kept_by_hand():
    claim = ct.claims.keeping_ten_percent_of_the_original_data_is_enough
    # At rest, about a kept set of r points: V* = (1 - 1/r)/(1 + (1 - w)/(r(2 - w))) with w = 1/10.
    for kept in (2, 14, 15, 59):
        left = (1 - Fraction(1, kept)) / (1 + Fraction(9, 19 * kept))
        assert claim.margin(ct.Case(kept=kept)) == pytest.approx(float(left - Fraction(9, 10)), abs=1e-12)
    assert claim.margin(ct.Case(kept=14)) < 0 < claim.margin(ct.Case(kept=15))  # the condition is needed
    assert claim.check().counterexample.case == ct.Case(kept=2)


@pytest.mark.parametrize(
    "name",
    ["the_published_test_is_fine_tuning_on_one_fixed_set", "the_setup_is_unrealistic_as_laboratories_filter_and_mix"],
)
def test_readings_and_remarks_are_no_claims(name):
    with pytest.raises(ct.NotDefined, match="not a mathematical claim"):
        getattr(ct.claims, name).check()
