"""Closed forms of Zipf vocabularies against sums over the vocabulary and the binomial matrix."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.special import gamma
from scipy.stats import binom

from collapse_theory.wright_fisher.branching import effective_sample_size, survival
from collapse_theory.wright_fisher.zipf import zipf_lost_mass, zipf_scale, zipf_support

T = np.array([1, 2, 5, 10, 50, 100])


def zipf(s: float, vocabulary: int) -> NDArray[np.float64]:
    p = np.arange(1.0, vocabulary + 1.0) ** -s
    return np.asarray(p / p.sum())


def sums(s: float, vocabulary: int, n: int, t: int) -> tuple[float, float]:
    """Expected support and lost mass of the branching, type by type."""
    p = zipf(s, vocabulary)
    present = survival(n * p, t)
    return float(present.sum()), float(p @ (1.0 - present))


# --------------------------------------------------------------------------------------------------------- closed forms
@pytest.mark.parametrize("t", [1, 10, 100])
@pytest.mark.parametrize(
    ("s", "vocabulary", "n", "digits"),
    [
        (0.5, 20000, 50000, 1e-3),
        (1.0, 10**4, 10**4, 1e-7),
        (1.1, 1000, 10**4, 1e-7),
        (1.5, 10**5, 10**4, 1e-8),
        (2.0, 20000, 2000, 5e-5),
        (2.0, 60, 2000, 5e-5),
        (4.0, 10**4, 1000, 0.02),
    ],
)
def test_closed_forms_are_the_sums(s: float, vocabulary: int, n: int, digits: float, t: int) -> None:
    support, mass = sums(s, vocabulary, n, t)
    assert zipf_support(s, vocabulary, n, t) == pytest.approx(support, abs=digits)
    assert zipf_lost_mass(s, vocabulary, n, t) == pytest.approx(mass, abs=digits)
    if s == 1.0:
        assert abs(zipf_support(s, vocabulary, 2 * n, t) - support) > 50


@pytest.mark.parametrize(("s", "n"), [(1.5, 3000), (2.0, 2000)])
def test_error_falls_as_the_docstring_says(s: float, n: int) -> None:
    for t in (3, 10, 30):
        a = zipf_scale(s, 10**5) * effective_sample_size(n, t)
        power = (s * a / (2 * np.pi)) ** (1 / (s + 1))
        error = abs(zipf_support(s, 10**5, n, t) - sums(s, 10**5, n, t)[0])
        assert error < 10 * np.exp(-2 * np.pi * (1 + 1 / s) * np.sin(np.pi / (2 * s + 2)) * power) + 1e-11


def test_exact_values() -> None:
    """Exact values of the chain, to which the branching is close within a quarter of a type."""
    support = [2813.4910878442, 2062.7581158612, 1238.1384381257, 786.5974378459, 233.6334463768, 132.3062339722]
    mass = [0.184265191804, 0.227439167226, 0.296280074688, 0.355538668565, 0.507421388887, 0.576003768329]
    assert zipf_support(1, 10**4, 10**4, T) == pytest.approx(support, abs=0.25)
    assert zipf_lost_mass(1, 10**4, 10**4, T) == pytest.approx(mass, abs=4e-4)
    assert np.max(np.abs(zipf_support(1, 10**4, 10**4, T - 1) - support)) > 700
    steep = [631.8489970713, 198.6293939330, 46.7359555169]
    assert zipf_support(1.5, 10**5, 10**4, [1, 10, 100]) == pytest.approx(steep, abs=0.08)
    assert zipf_support(2, 20000, 2000, [1, 10, 100]) == pytest.approx([61.24788, 25.15882, 8.19408], abs=0.06)
    assert zipf_lost_mass(2, 20000, 2000, [1, 10, 100]) == pytest.approx([0.0154179, 0.037153, 0.109307], abs=1.2e-3)


def test_closed_forms_against_the_chain() -> None:
    n, p, i = 300, zipf(1.3, 400), np.arange(301)
    step = binom.pmf(i[None, :], n, i[:, None] / n)
    first = binom.pmf(i[None, :], n, p[:, None])
    absent = np.eye(n + 1)[0]
    for t in range(1, 31):
        gone = first @ absent
        assert zipf_support(1.3, 400, n, t) == pytest.approx((1 - gone).sum(), abs=0.2)
        assert zipf_lost_mass(1.3, 400, n, t) == pytest.approx(p @ gone, abs=0.01)
        absent = step @ absent


# ----------------------------------------------------------------------------------------------------------- power laws
@pytest.mark.parametrize(("s", "vocabulary", "n"), [(1.5, 10**5, 10**4), (2.0, 20000, 2000)])
def test_power_laws(s: float, vocabulary: int, n: int) -> None:
    """The tail that is never seen belongs to the lost mass as to the support; without it 6 % are missing at s = 1.5."""
    c = zipf_scale(s, vocabulary)
    for t in (1, 10):
        a = c * effective_sample_size(n, t)
        r = a * vocabulary**-s
        support = gamma(1 - 1 / s) * a ** (1 / s) - 0.5 - a * vocabulary ** (1 - s) / (s - 1)
        mass = c / s * gamma(1 - 1 / s) * a ** (1 / s - 1)
        tail = c * vocabulary ** (1 - s) / (s - 1)
        assert zipf_support(s, vocabulary, n, t) == pytest.approx(support, abs=vocabulary * r**2 + r)
        assert zipf_lost_mass(s, vocabulary, n, t) == pytest.approx(mass - tail, abs=tail * r + c * vocabulary**-s)
        assert abs(zipf_lost_mass(s, vocabulary, n, t) - mass) > 0.9 * tail


def test_growth_by_powers_of_t() -> None:
    early, late = zipf_lost_mass(2.0, np.inf, 10**8, [10**4, 10**6])
    assert np.log(late / early) / np.log(100) == pytest.approx(0.5, abs=1e-3)
    early, late = zipf_support(2.0, np.inf, 10**10, [10**4, 10**6])
    assert np.log(late / early) / np.log(100) == pytest.approx(-0.5, abs=1e-3)


# --------------------------------------------------------------------------------------------------------------- domain
@pytest.mark.parametrize("s", [0.5, 1.0, 1.0 + 1e-9, 1.5, 3.0])
@pytest.mark.parametrize("vocabulary", [1, 2, 999, 1001, 10**5])
def test_scale(s: float, vocabulary: int) -> None:
    assert zipf_scale(s, vocabulary) == pytest.approx(zipf(s, vocabulary)[0], rel=1e-13)


def test_ends() -> None:
    assert zipf_scale(2, np.inf) == pytest.approx(6 / np.pi**2, rel=1e-15)
    assert zipf_support(2, 50, 10, 0) == 50.0
    assert zipf_support(2, np.inf, 10, 0) == np.inf
    assert zipf_lost_mass(2, np.inf, 10, 0) == 0.0
    assert zipf_support(2, np.inf, 2000, 3) == pytest.approx(zipf_support(2, 10**8, 2000, 3), rel=1e-6)
    assert zipf_support(1.5, 100, 1000, [[1, 2]]).shape == (1, 2)
    with pytest.raises(ValueError, match="vocabulary = inf is outside its domain"):
        zipf_support(1.0, np.inf, 10, 1)
