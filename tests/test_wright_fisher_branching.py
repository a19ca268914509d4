"""Branching numbers against 40-digit recursions, and the sums that define their constants."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest
from scipy.stats import binom

from collapse_theory.wright_fisher.branching import (
    BOUNDARY,
    KAPPA,
    abel_slope,
    effective_sample_size,
    effective_time,
    effective_time_bounds,
    excess_time,
    line_survival,
    loss_quantile,
    median_loss_time,
    survival,
    survivals,
    survivals_of,
)

KNOWN = {
    2: 0.632120558828558,
    3: 0.468536394613384,
    5: 0.312079709975056,
    10: 0.172254624906056,
    50: 0.0383766691942947,
    100: 0.019542610477096,
    1000: 0.00199381556256587,
}


def by_40_digits(last: int) -> list[mpmath.mpf]:
    with mpmath.workdps(40):
        lives = [mpmath.mpf(1)]
        for _ in range(last - 1):
            lives.append(-mpmath.expm1(-lives[-1]))
    return lives


# ------------------------------------------------------------------------------------------------------------ numbers
@pytest.mark.parametrize("t", KNOWN)
def test_known_values(t: int) -> None:
    assert line_survival(t) == pytest.approx(KNOWN[t], rel=3e-15)


def test_every_generation_has_full_precision() -> None:
    exact = by_40_digits(20000)
    found = survivals(20000)
    assert max(abs(float(f / e - 1)) for f, e in zip(found, exact, strict=True)) < 5e-16
    assert np.array_equal(found, line_survival(np.arange(1, 20001)))


@pytest.mark.parametrize("t", [64, 65, 10**4, 10**7 - 1, 10**12])
def test_one_step_leads_from_each_generation_to_the_next(t: int) -> None:
    assert line_survival(t + 1) == pytest.approx(-np.expm1(-line_survival(t)), rel=5e-16)
    if t < 10**7:
        gained = effective_time(t + 1) - effective_time(t)
        assert gained == pytest.approx(1.0 / abel_slope(effective_time(t) + 0.5), abs=1e-6)


def test_far_out_the_constant_is_kappa() -> None:
    """A printed 0.7982483777 at 1e7 is still ln(k)/(9k) above it."""
    assert effective_time(10**7) - 10**7 - np.log(1e7) / 3 == pytest.approx(0.7982483777, abs=5e-8)
    with mpmath.workdps(40):
        y = 2 / by_40_digits(5000)[-1]
        psi = y - mpmath.log(y) / 3 + 1 / (18 * y) + 1 / (135 * y**2) - 1 / (972 * y**3) - mpmath.mpf(71) / 27216 / y**4
        assert abs(float(psi - 5000 - mpmath.mpf("0.79824815423138766245"))) < 3e-18
        boundary = mpmath.mpf(1) / 2 - (psi - 5000) - (mpmath.log(2) + mpmath.euler) / 3
    assert float(psi - 5000) == pytest.approx(KAPPA, abs=1e-16)
    assert float(boundary) == pytest.approx(BOUNDARY, abs=1e-16)
    assert pytest.approx(-0.7217024, abs=5e-8) == BOUNDARY


def test_effective_time_lies_between_its_bounds() -> None:
    t = np.unique(np.geomspace(1, 1e12, 200).astype(np.int64))
    low, high = effective_time_bounds(t)
    assert np.all(low <= effective_time(t))
    assert np.all(effective_time(t) <= high * (1 + 1e-15))
    assert (low[0], high[0]) == (2.0, pytest.approx(2.0, abs=1e-15))
    assert np.all(effective_time(t[1:]) > t[1:] + 1 + 0.1)


def test_generation_zero_is_the_source() -> None:
    assert line_survival(0) == np.inf
    assert effective_time(0) == 0.0
    assert np.array_equal(survival([0.0, 1e-9, 3.0], 0), [0.0, 1.0, 1.0])
    assert effective_sample_size(50, [1, 2]) == pytest.approx([50, 50 * KNOWN[2]])


# ----------------------------------------------------------------------------------------------------- rare types
@pytest.mark.parametrize("factor", [1.0, 2.0])
def test_survival_is_the_limit_of_the_chain(factor: float) -> None:
    """The wrong twin counts 2n copies, as diploids are counted."""
    worst = 0.0
    n, i = 200, np.arange(201)
    step = binom.pmf(i[None, :], n, i[:, None] / n)
    absent = np.eye(n + 1)[0]
    for t in range(1, 12):
        exact = 1.0 - binom.pmf(i, n, 3 / n) @ absent
        worst = max(worst, abs(exact - survival(factor * 3.0, t)))
        absent = step @ absent
    assert (worst < 1.0 / n) == (factor == 1.0)


def test_varying_sizes() -> None:
    assert survivals_of([7.0] * 50) == pytest.approx(survivals(50), rel=1e-15)
    sizes = [30, 60, 20, 90]
    by_hand = 1.0
    for s in (2, 1, 0):
        by_hand = 1.0 - np.exp(-by_hand * sizes[s + 1] / sizes[s])
    assert survivals_of(sizes)[3] == pytest.approx(by_hand, rel=1e-15)
    assert survivals_of(sizes)[:2] == pytest.approx([1.0, 1.0 - np.exp(-2.0)])
    with pytest.raises(ValueError, match="sizes has shape"):
        survivals_of([[1, 2]])


@pytest.mark.parametrize(("expected", "median"), [(1, 2), (5, 13), (10, 27), (50, 142), (0, 0)])
def test_median_loss_time(expected: int, median: int) -> None:
    """The chain with n = 10⁴ has the same medians but for 143 at 50."""
    assert median_loss_time(expected) == median


@pytest.mark.parametrize("q", [0.01, 0.5, 0.9])
def test_loss_quantile_is_the_first_time(q: float) -> None:
    expected = np.array([0.02, 0.7, 8.0, 21.0, 23.0, 900.0, 1e6])
    t = loss_quantile(expected, q)
    assert np.all(1.0 - survival(expected, t) >= q)
    before = t >= 1
    assert np.all(1.0 - survival(expected[before], t[before] - 1) < q)
    assert loss_quantile(3.0, 1.0) == np.inf


# ------------------------------------------------------------------------------------------------------ excess time
def test_excess_time_is_the_difference_of_two_lifetimes() -> None:
    """By a plain sum to T and the closed integral, whose difference ends like ∑ (2/3) λ ln(s)/s²."""
    last, copies = 2_000_000, np.array([0.05, 1.0, 7.0])
    t = np.arange(1, last)
    for x in copies:
        total = 1.0 + survival(x, t).sum() + survival(x, last) / 2
        with mpmath.workdps(30):
            z = 2 * mpmath.mpf(x) / last
            integral = float(last * -mpmath.expm1(-z) + 2 * x * mpmath.e1(z))
        tail = -2 * x / last * (np.log(last) / 3 + 1 / 3 + KAPPA)
        assert excess_time(x) == pytest.approx(total - integral + tail, abs=2e-9)


def test_excess_time_at_its_ends() -> None:
    assert excess_time(0.0) == 1.0
    assert excess_time(1.0) == pytest.approx(1.3550764 - 2, abs=5e-8)
    x = np.array([300.0, 1e4, 1e9, 1e90])
    assert excess_time(x) == pytest.approx(BOUNDARY - np.log(x) / 3 + 1 / (36 * x), abs=5e-8)
    assert excess_time(x[2:]) == pytest.approx(BOUNDARY - np.log(x[2:]) / 3, abs=1e-10)
    assert excess_time([[0.5], [2.0]]).shape == (2, 1)
