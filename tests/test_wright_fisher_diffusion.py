"""Kimura's law and the corrected times against 50-digit series and the binomial matrix."""

from __future__ import annotations

from functools import lru_cache
from itertools import combinations
from typing import Any

import mpmath
import numpy as np
import pytest
from scipy.stats import binom

from collapse_theory.wright_fisher.branching import BOUNDARY
from collapse_theory.wright_fisher.diffusion import (
    LATE,
    absorption_time,
    fixation_time,
    fixation_time_of_types,
    fixed,
    loss_time,
    lost,
    lost_by,
    segregating,
    support_time,
)

THREE = [0.5, 0.3, 0.2]
FIVE = [0.4, 0.3, 0.15, 0.1, 0.05]


def kimura(p: float, tau: float) -> float:
    """The hypergeometric form, whose terms grow to e^(1/τ) or so before they cancel."""
    with mpmath.workdps(int(60 + 2 / tau**0.5 + 20)):
        q, x = 1 - mpmath.mpf(p), mpmath.mpf(tau)
        total, j = q, 1
        while j * (j + 1) * tau < 160:
            term = (2 * j + 1) * (-1) ** j * p * q * mpmath.hyp2f1(1 - j, j + 2, 2, q, zeroprec=2000)
            total += term * mpmath.exp(-j * (j + 1) * x / 2)
            j += 1
        return float(total)


@lru_cache(maxsize=4)
def chain(n: int) -> tuple[Any, Any, Any]:
    """The matrix of the counts, and from each count the mean time to an end and its part that ends in fixation."""
    i = np.arange(n + 1)
    step = binom.pmf(i[None, :], n, i[:, None] / n)
    inner = np.eye(n - 1) - step[1:-1, 1:-1]
    times, parts = np.zeros(n + 1), np.zeros(n + 1)
    times[1:-1], parts[1:-1] = np.linalg.solve(inner, np.column_stack((np.ones(n - 1), i[1:-1] / n))).T
    return step, times, parts


def exact_times(p: float, n: int) -> tuple[float, float]:
    """E T and E[T; fixation] from the model p, the first draw included."""
    _, times, parts = chain(n)
    first = binom.pmf(np.arange(n + 1), n, p)
    return float(1 + first @ times), float(p + first @ parts)


# --------------------------------------------------------------------------------------------------------------- law
@pytest.mark.parametrize("tau", [0.003, 0.0099999, 0.01, 0.03, 0.3, 2.0, 9.0])
def test_lost_is_kimuras_series(tau: float) -> None:
    for p in {0.0, min(0.3 * tau, 1.0), min(2 * tau, 1.0), min(8 * tau, 0.95), 0.5, 0.99, 1.0}:
        assert lost(p, tau) == pytest.approx(kimura(p, tau), abs=1e-14)


def test_both_forms_agree_where_they_meet() -> None:
    p = np.linspace(0, 1, 2001) ** 3
    assert lost(p, LATE * (1 - 1e-14)) == pytest.approx(lost(p, LATE), abs=1e-14)


@pytest.mark.parametrize("tau", [1e-3, 0.2])
def test_lost_solves_its_equation(tau: float) -> None:
    p, h, k = np.linspace(0.3, 3, 10) * min(tau, 0.25), 1e-3 * tau, 1e-3 * tau
    by_time = (lost(p, tau + k) - lost(p, tau - k)) / (2 * k)
    by_place = (lost(p + h, tau) - 2 * lost(p, tau) + lost(p - h, tau)) / h**2
    assert by_time * tau == pytest.approx(0.5 * p * (1 - p) * by_place * tau, abs=2e-6)


def test_known_value_and_ends() -> None:
    assert lost(0.01, 0.01) == pytest.approx(0.13398133191655, abs=1e-14)
    assert np.array_equal(lost([0.0, 1e-300, 0.4, 1.0], 0.0), [1.0, 0.0, 0.0, 0.0])
    assert lost(0.3, np.inf) == pytest.approx(0.7, abs=1e-15)
    assert lost(1e-12, 1e-12) == pytest.approx(np.exp(-2.0), abs=1e-11)
    assert lost([[0.1], [0.2]], [0.1, 0.2, 0.3]).shape == (2, 3)


@pytest.mark.parametrize("tau", [0.001, 0.02, 1.0])
def test_three_ends_make_one(tau: float) -> None:
    p = np.linspace(0, 1, 11)
    assert lost(p, tau) + fixed(p, tau) + segregating(p, tau) == pytest.approx(1.0, abs=1e-14)
    assert segregating(0.3, 400.0) == pytest.approx(6 * 0.21 * np.exp(-400.0), rel=1e-13)


# ------------------------------------------------------------------------------------------------- corrected clock
@pytest.mark.parametrize("n", [10, 30, 100, 300])
def test_error_of_the_corrected_clock(n: int) -> None:
    i, step = np.arange(n + 1), chain(n)[0]
    p = np.unique(np.concatenate((np.linspace(0, 1, 41), np.array([0.7, 2 - 2**0.5, 1, 1.5, 3, 4.4, 7]) / n)))
    p = p[p <= 1]
    first, absent = binom.pmf(i[None, :], n, p[:, None]), np.eye(n + 1)[0]
    corrected, plain_clock, double = [], [], []
    for t in range(1, 2 * n):
        exact = first @ absent
        absent = step @ absent
        corrected.append(np.abs(lost_by(p, n, t) - exact).max())
        plain_clock.append(np.abs(lost(p, t / n) - exact).max())
        double.append(np.abs(lost_by(p, 2 * n, t) - exact).max())
    assert 0.0768 < n * max(corrected) < 0.0785
    assert np.argmax(corrected) == 0
    assert n * max(corrected[3:]) < 0.0372
    assert max(plain_clock) > 0.249
    assert max(double) > 0.2


# ------------------------------------------------------------------------------------------------------------- times
@pytest.mark.parametrize(
    ("p", "n", "exact"),
    [
        (0.1, 10, 5.75327648696298946),
        (0.5, 10, 12.5905181977233337),
        (0.5, 1000, 1383.50097719391324),
        (0.1, 1000, 647.835978616452382),
        (0.001, 1000, 15.1669677760808646),
        (0.5, 1e5, 138625.107815335),
        (1e-5, 1e5, 24.3808757873532),
        (1e-6, 1e6, 28.9860915985),
    ],
)
def test_absorption_time_misses_a_quarter_of_one_over_n(p: float, n: float, exact: float) -> None:
    assert 0.18 < n * (absorption_time(p, n) - exact) < 0.25
    assert absorption_time(p, n, order=1) - exact > 0.6


@pytest.mark.parametrize("n", [2, 10, 100, 300])
def test_times_over_all_frequencies(n: int) -> None:
    for p in {0.01 / n, 0.5 / n, 1 / n, min(3 / n, 0.6), 0.2, 0.5, 0.8, 1 - 1 / n}:
        time, part = exact_times(p, n)
        assert n * abs(absorption_time(p, n) - time) < 0.3
        assert n * abs(fixation_time(p, n) - part / p) < 0.3
        assert n * abs(loss_time(p, n) - (time - part) / (1 - p)) < 0.3
        joined = p * fixation_time(p, n) + (1 - p) * loss_time(p, n)
        assert absorption_time(p, n) == pytest.approx(joined, rel=1e-12)


def test_known_conditional_times() -> None:
    assert 1000 * (fixation_time(0.01, 1000) - 1986.94540540882932) == pytest.approx(0.184, abs=0.002)
    exact = [17.7775753828, 74.7944598164, 136.8069577287, 530.4690307756]
    assert loss_time(np.array([1, 5, 10, 50]) / 1e4, 1e4) == pytest.approx(exact, abs=3e-5)
    large = absorption_time(0.3, 1e9, order=1) - (0.3 * np.log(0.7e9) + 0.7 * np.log(0.3e9)) / 3 + BOUNDARY
    assert absorption_time(0.3, 1e9) == pytest.approx(large, rel=1e-15)


def test_times_at_the_ends() -> None:
    for order in (1, 2):
        assert np.array_equal(absorption_time([0.0, 1.0], 50, order=order), [0.0, 0.0])
        assert loss_time(0.0, 50, order=order) == 0.0
        assert fixation_time(1.0, 50, order=order) == 0.0
        assert loss_time(1.0, 50, order=order) == pytest.approx(loss_time(1 - 1e-9, 50, order=order), rel=1e-8)
    with pytest.raises(ValueError, match="order = 3 is outside its domain"):
        absorption_time(0.5, 50, order=3)  # type: ignore[arg-type]


# ----------------------------------------------------------------------------------------------------- several types
@pytest.mark.parametrize(("n", "exact"), [(100, 196.741687799970388), (1000, 1995.975556302), (10**4, 19995.20816848)])
def test_fixation_of_as_many_types_as_points(n: int, exact: float) -> None:
    assert n * (fixation_time_of_types(np.full(n, 1 / n), n) - exact) == pytest.approx(0.184, abs=0.001)


def test_fixation_of_three_types() -> None:
    assert fixation_time_of_types([1 / 2, 1 / 3, 1 / 6], 6) == pytest.approx(8.05273539063563694, abs=0.04)
    assert fixation_time_of_types([1 / 2, 1 / 3, 1 / 6], 6, order=1) == pytest.approx(9.2258, abs=5e-5)
    assert fixation_time_of_types(THREE, 10) == pytest.approx(14.1574051740000642, abs=0.02)
    with pytest.raises(ValueError, match="one axis that sums to 1"):
        fixation_time_of_types([0.5, 0.4], 10)


def test_support_times_of_the_diffusion() -> None:
    found = [support_time(FIVE, 1000, k, order=1) for k in (5, 4, 3, 2, 1)]
    assert found == pytest.approx([0.0, 134.7981, 314.0198, 660.1006, 1675.7240], abs=5e-5)
    assert support_time([1 / 3] * 3, 1000, 2, order=1) == pytest.approx(575.364144903562, rel=1e-13)
    assert support_time([1 / 3] * 3, 1000, 1, order=1) == pytest.approx(1621.860432432673, rel=1e-13)


@pytest.mark.parametrize("most", [1, 2, 4, 6])
def test_support_times_by_the_subsets(most: int) -> None:
    """Inclusion and exclusion over what is fixed: c(m) counts each set of m types that may be all that is left."""
    p = np.arange(1, 8.0) / 28
    total = mpmath.mpf(0)
    with mpmath.workdps(40):
        for m in range(1, most + 1):
            weight = sum((-1) ** (j - m) * mpmath.binomial(7 - m, j - m) for j in range(m, most + 1))
            for some in combinations(range(7), m):
                rest = 1 - mpmath.mpf(sum(some) + m) / 28
                total -= weight * 2000 * rest * mpmath.log(rest)
    assert support_time(p, 1000, most, order=1) == pytest.approx(float(total), rel=1e-13)


def test_many_types_of_many_sizes() -> None:
    p = np.arange(1, 301) ** -2.0
    p = np.append(p / p.sum() * (1 - 1e-10), 1e-10)
    assert support_time(p, 1000, 1, order=1) == pytest.approx(fixation_time_of_types(p, 1000, order=1), rel=1e-13)
    assert support_time(p, 1000, 1) == pytest.approx(fixation_time_of_types(p, 1000), abs=2e-3)


@pytest.mark.parametrize("p", [(0.5, 0.3, 0.2), (0.9, 0.09, 0.01)])
@pytest.mark.parametrize("n", [10, 100, 300])
def test_first_extinction_of_three_types(p: tuple[float, ...], n: int) -> None:
    exact = [exact_times(x, n) for x in p]
    first = sum(time for time, _ in exact) - 2 * sum(part for _, part in exact)
    last = sum(part for _, part in exact)
    assert n * abs(support_time(p, n, 2) - first) < 0.65
    assert n * abs(support_time(p, n, 1) - last) < 0.75
    assert n * abs(support_time(p, n, 2, order=1) - first) > 4
    assert abs(support_time(p, n, 2) / (1 - 1 / (6 * n)) - first) > abs(support_time(p, n, 2) - first)


def test_first_extinction_known() -> None:
    assert support_time(THREE, 10, 2) == pytest.approx(4.26059433687454753, abs=0.05)
    assert support_time([1 / 2, 1 / 3, 1 / 6], 6, 2) == pytest.approx(2.30739795918367347, abs=0.08)
    with pytest.raises(ValueError, match="most = 0 is outside its domain"):
        support_time(THREE, 10, 0)
