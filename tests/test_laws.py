"""Laws at generation 0 and functions of laws: scalars and arrays, ends of the range, and what they refuse."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import collapse_theory as ct
from collapse_theory.laws import Discrete, Normal, PointMass, Squared, affine_of, exponential_of

NORMAL = Normal(0.0, 1.0)
LAWS = {
    "point mass": PointMass(2.0),
    "affine": affine_of(NORMAL, 1.0, 2.0),
    "exponential": exponential_of(NORMAL, 3.0, 0.5),
    "squared": Squared(NORMAL),
    "shifted square": affine_of(Squared(NORMAL), 4.0, 2.0),
}
SMOOTH = [law for name, law in LAWS.items() if name != "point mass"]


@pytest.mark.parametrize("law", LAWS.values(), ids=LAWS)
def test_numbers_in_numbers_out(law: Any) -> None:
    for function in (law.cdf, law.sf, law.ppf, law.isf):
        assert type(function(0.3)) is float
        assert function(np.array(0.3)) == function(0.3)
        assert function([[0.3, 0.4, 0.5]]).shape == (1, 3)
        assert function([[0.3, 0.4, 0.5]])[0, 0] == function(0.3)
        assert function([]).shape == (0,)


@pytest.mark.parametrize("law", LAWS.values(), ids=LAWS)
def test_nan_and_what_is_no_probability_are_named(law: Any) -> None:
    for function in (law.cdf, law.sf):
        with pytest.raises(ValueError, match=r"x = nan is outside its domain"):
            function(np.array([0.0, np.nan]))
    for function in (law.ppf, law.isf):
        for q in (-0.1, 1.1, np.nan):
            with pytest.raises(ValueError, match=rf"q = {q} is outside its domain: \[0, 1\]"):
                function(q)


@pytest.mark.parametrize("law", SMOOTH, ids=repr)
def test_the_inverse_undoes_the_law(law: Any) -> None:
    q = np.array([1e-6, 0.1, 0.5, 0.9, 1 - 1e-6])
    np.testing.assert_allclose(law.cdf(law.ppf(q)), q, rtol=1e-9, atol=1e-10)
    np.testing.assert_allclose(law.sf(law.isf(q)), q, rtol=1e-9, atol=1e-10)


@pytest.mark.parametrize("law", SMOOTH, ids=repr)
def test_the_density_is_the_slope_of_the_law(law: Any) -> None:
    x, h = law.ppf(np.array([0.2, 0.5, 0.8])), 1e-6
    np.testing.assert_allclose(law.pdf(x), (law.cdf(x + h) - law.cdf(x - h)) / (2 * h), rtol=1e-6)


def test_outside_its_range_a_law_is_certain() -> None:
    law = exponential_of(NORMAL)
    x = np.array([-np.inf, -1.0, 0.0, np.inf])
    assert law.cdf(x).tolist() == [0, 0, 0, 1]
    assert law.sf(x).tolist() == [1, 1, 1, 0]
    assert law.pdf(x).tolist() == [0, 0, 0, 0]


def test_a_point_mass_jumps_at_its_value() -> None:
    law = PointMass(2.0)
    assert law.cdf([1.9, 2.0, 2.1]).tolist() == [0, 1, 1]
    assert law.sf([1.9, 2.0, 2.1]).tolist() == [1, 0, 0]
    assert law.median == law.ppf(0.1) == law.isf(0.1) == 2
    assert law.log_ppf(0.1) == np.log(2)
    with pytest.raises(ValueError, match="point mass at 2 and has no density"):
        law.pdf(2.0)


def test_a_logarithm_is_exact_beyond_floats_and_refused_below_zero() -> None:
    assert exponential_of(NORMAL, 2.0, 1e4).log_ppf(0.5) == np.log(2)
    assert exponential_of(NORMAL, 1.0, 1e4).log_ppf(0.9) == pytest.approx(1e4 * NORMAL.ppf(0.9))
    assert affine_of(NORMAL, 0.0, 1.0).log_ppf(0.5) == -np.inf
    assert affine_of(NORMAL, 5.0, 1.0).log_ppf([0.5])[0] == np.log(5)
    for law in (affine_of(NORMAL, 0.0, 1.0), PointMass(-1.0)):
        with pytest.raises(ct.NotDefined, match=r"-1.* is negative and has no logarithm"):
            law.log_ppf(NORMAL.cdf(-1.0))


def test_a_discrete_law_joins_what_differs_by_rounding_only() -> None:
    law = Discrete.of([3.0, 1.0, 1.0 + 1e-15, np.inf, 7.0], [0.25, 0.125, 0.125, 0.5, 0.0])
    assert law.values.tolist() == [1.0, 3.0, np.inf]
    assert law.cdf([0.5, 1.0, 2.0, 3.0, np.inf]).tolist() == [0.0, 0.25, 0.25, 0.5, 1.0]
    assert law.sf([0.5, 1.0, 3.0, np.inf]).tolist() == [1.0, 0.75, 0.5, 0.0]
    assert law.ppf([0.0, 0.25, 0.26, 0.5, 0.51]).tolist() == [1.0, 1.0, 3.0, 3.0, np.inf]
    assert law.isf(0.75) == 1.0
    assert law.median == 3.0
    assert law.mean == np.inf
    assert law.pmf([1.0, 2.0, np.inf]).tolist() == [0.25, 0.0, 0.5]
    with pytest.raises(ValueError, match="discrete and has no density"):
        law.pdf(1.0)
