"""The dual: occupancy rows, means over ancestors, random samples, killing; against recurrences, tables and bands."""

from __future__ import annotations

from fractions import Fraction

import mpmath
import numpy as np
import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st

import collapse_theory as ct
from collapse_theory.schedules import Constant, custom, power
from collapse_theory.wright_fisher.ancestors import (
    EXACT,
    FOR_ENTROPY,
    FOR_ROOT,
    Ancestry,
    Lines,
    occupancy,
    one_generation,
)
from collapse_theory.wright_fisher.branching import survival
from collapse_theory.wright_fisher.exact import ancestors_exactly, eigenvalue, moment, occupancy_row, spectrum
from collapse_theory.wright_fisher.kernel import binomial_row, pulled
from collapse_theory.wright_fisher.killing import ByChance, InNumber
from collapse_theory.wright_fisher.quadrature import gauss_rule, normal_rule


def row_by_balls(a: int, n: int) -> np.ndarray:
    """Occupancy law by throwing one ball after another."""
    row = np.zeros(n + 1)
    row[0] = 1.0
    boxes = np.arange(n + 1)
    for _ in range(a):
        row = row * boxes / n + np.concatenate(([0.0], (row * (n - boxes) / n)[:-1]))
    return row


@pytest.mark.parametrize(
    ("a", "n"), [(150, 200), (200, 200), (129, 5000), (700, 5000), (875, 5000), (2500, 5000), (5000, 5000), (9000, 300)]
)
def test_a_row_by_cauchys_integral_is_that_of_balls_thrown_one_by_one(a: int, n: int) -> None:
    boxes, chances = occupancy(a, n)
    expected = row_by_balls(a, n)
    assert np.abs(chances - expected[boxes.astype(int)]).max() < 1e-12
    assert 1 - expected[boxes.astype(int)].sum() < 1e-13


@pytest.mark.parametrize("n", [10**5, 10**7, 10**8])
@pytest.mark.parametrize("share", [0.01, 0.17, 1.0, 8.0])
def test_a_row_of_a_large_sample_has_the_exact_mean_and_variance(n: int, share: float) -> None:
    a = int(share * n)
    boxes, chances = occupancy(a, n)
    with mpmath.workdps(60):
        one, two = (1 - mpmath.mpf(1) / n) ** a, (1 - mpmath.mpf(2) / n) ** a
        mean, variance = float(n * (1 - one)), float(n * one + n * (n - 1) * two - (n * one) ** 2)
    middle = boxes @ chances
    assert middle == pytest.approx(mean, rel=1e-13)
    assert ((boxes - middle) ** 2) @ chances == pytest.approx(variance, rel=1e-8)


def test_all_numbers_of_lines_of_a_small_sample_are_nodes() -> None:
    assert Lines(EXACT + 20).nodes.tolist() == list(range(EXACT + 21))


def test_functions_of_lines_are_interpolated_to_rounding() -> None:
    lines = Lines(10**6)
    asked = np.unique(np.round(np.geomspace(EXACT + 1, 10**6, 500)))
    for p in (1e-6, 1e-4, 0.01, 0.3):
        assert np.abs(lines.weights(asked) @ np.exp(-p * lines.nodes) - np.exp(-p * asked)).max() < 1e-12


def misses(*chances: float):
    return lambda lines: np.exp(np.outer(lines, np.log1p(-np.array(chances))))


@pytest.mark.parametrize(
    ("n", "p", "t", "absent"),
    [
        (10, 0.1, (1, 2, 5, 10), (0.3486784401, 0.506253324912717888, 0.700468468678933192, 0.806157789074085005)),
        (10, 0.3, (5,), (0.310622488141278707,)),
        (100, 0.01, (2, 10, 100), (0.529052926095, 0.838610644675, 0.976955911261)),
        (1000, 0.01, (10, 100), (0.176968924368, 0.819184297502)),
    ],
)
def test_absence_has_its_check_values(n: int, p: float, t: tuple[int, ...], absent: tuple[float, ...]) -> None:
    found = Ancestry(Constant(n)).of_sample(misses(p), np.array(t))[:, 0]
    assert found == pytest.approx(absent, rel=2e-12)
    assert Ancestry(Constant(2 * n)).of_sample(misses(p), np.array(t))[:, 0] != pytest.approx(absent, rel=1e-3)


@pytest.mark.parametrize(
    ("n", "p", "alive"),
    [
        (10**4, 0.001, (0.9559416641492, 0.8215532586374, 0.3190221456720)),
        (100, 0.01, (0.2710071172473, 0.1613893553251, 0.0411218424020)),
    ],
)
def test_the_two_survival_figures_of_the_rate_paper(n: int, p: float, alive: tuple[float, ...]) -> None:
    assert 1 - Ancestry(Constant(n)).of_sample(misses(p), np.array([5, 10, 50]))[:, 0] == pytest.approx(
        alive, rel=1e-12
    )


@pytest.mark.parametrize("sizes", [Constant(5), power(2, 1.5), custom(lambda t: (7, 3, 5, 2, 6)[t - 1])])
def test_the_dual_is_exact_in_fractions_for_any_sizes(sizes) -> None:
    p = Fraction(3, 10)
    for t in range(1, 6):
        law = ancestors_exactly([int(sizes(s)) for s in range(1, t + 1)])
        expected = sum(weight * (1 - p) ** a for a, weight in enumerate(law))
        found = Ancestry(sizes).of_sample(misses(0.3), np.array([t]))[0, 0]
        assert found == pytest.approx(float(expected), rel=1e-14)


def banded(n: int, chances: np.ndarray, values: np.ndarray, generations: int) -> np.ndarray:
    """Means of a function of the frequency after some generations, by binomial rows backwards."""
    grid = np.arange(n + 1) / n
    now = values[:, None]
    for _ in range(generations - 1):
        now = pulled(now, n, grid)
    return pulled(now, n, chances)[:, 0]


@pytest.mark.parametrize("t", [1, 3, 40])
def test_absence_entropy_and_roots_are_those_of_the_banded_chain(t: int) -> None:
    n, chances = 2000, np.array([0.0005, 0.01, 0.4])
    grid = np.arange(n + 1) / n
    ancestry = Ancestry(Constant(n))
    absent = ancestry.of_sample(misses(*chances), np.array([t]))[0]
    assert absent == pytest.approx(banded(n, chances, (grid == 0).astype(float), t), abs=2e-13)
    with np.errstate(divide="ignore", invalid="ignore"):
        x_log_x = np.where(grid > 0, -grid * np.log(grid), 0.0)
    seen = 1 - ancestry.of_random_sample(misses(*chances), np.array([t]), FOR_ENTROPY)[0]
    assert seen - chances == pytest.approx(banded(n, chances, x_log_x, t), abs=2e-13)
    roots = 1 - ancestry.of_random_sample(misses(*chances), np.array([t]), FOR_ROOT)[0]
    assert roots == pytest.approx(banded(n, chances, np.sqrt(grid), t), abs=2e-11)  # the tail of J has index 1/2


def test_one_generation_keeps_what_it_has() -> None:
    step = one_generation(10**4, 10**4)
    assert step.sum(axis=1) == pytest.approx(1.0, abs=1e-13)
    assert step[2, 2] == pytest.approx(1 - 1e-4, rel=1e-15)


def test_many_generations_by_powers_are_many_generations() -> None:
    ancestry, late = Ancestry(Constant(60)), 700
    step = one_generation(60, 60)
    values = misses(0.2)(Lines(60).nodes)[:, 0]
    for _ in range(late - 1):
        values = step @ values
    assert ancestry.of_sample(misses(0.2), np.array([late]))[0, 0] == pytest.approx(values[-1], rel=1e-12)


def test_the_spectrum_of_ten_points() -> None:
    printed = "1 1 9/10 18/25 63/125 189/625 189/1250 189/3125 567/31250 567/156250 567/1562500"
    assert [eigenvalue(j, 10) for j in range(11)] == [Fraction(x) for x in printed.split()]
    n = 10
    matrix = np.array([occupancy_row(a, n) for a in range(n + 1)], dtype=float)
    chain = pulled(np.eye(n + 1), n, np.arange(n + 1) / n)
    expected = sorted((float(v) for v, m in spectrum(n).items() for _ in range(m)), reverse=True)
    assert sorted(np.linalg.eigvals(chain).real, reverse=True) == pytest.approx(expected, abs=1e-12)
    assert np.diag(matrix) == pytest.approx([float(Fraction(x)) for x in printed.split()])


def test_three_types_have_the_printed_multiplicities() -> None:
    assert list(spectrum(6, 3).values()) == [3, 3, 4, 5, 6, 7]


def test_moments_have_their_check_values() -> None:
    p = Fraction(3, 10)
    found = [moment(p, k, 10, 5) for k in (1, 2, 3, 4)]
    assert found == [p, Fraction("0.1759971"), Fraction("0.1221223040544"), Fraction("0.0936489880200797184")]


def test_moments_are_polynomials_in_a_letter() -> None:
    p = sympy.Symbol("p")
    two, three = (sympy.Rational(str(eigenvalue(j, 10))) for j in (2, 3))
    for t in (1, 4):
        third = p - sympy.Rational(3, 2) * p * (1 - p) * two**t + p * (1 - p) * (1 - 2 * p) * three**t / 2
        assert sympy.expand(moment(p, 3, 10, t) - third) == 0
        assert sympy.expand(moment(p, 2, 10, t) - (p - p * (1 - p) * two**t)) == 0


@settings(deadline=None, max_examples=30)
@given(size=st.integers(1, 400), chance=st.floats(0, 1))
def test_a_binomial_row_is_that_of_the_beta_function(size: int, chance: float) -> None:
    from scipy.special import bdtr

    row = np.zeros(size + 1)
    low, high = binomial_row(size, chance, row)
    expected = np.diff(bdtr(np.arange(size + 1), size, chance), prepend=0.0) if 0 < chance < 1 else row
    assert np.abs(row[low : high + 1] - expected[low : high + 1]).max() < 1e-12


def count_chain(n: int, real: int, share: float, p: float, generations: int) -> list[np.ndarray]:
    """Laws of the count of one type, by the full matrix of its chain."""
    first, fresh = pulled(np.eye(n + 1), n, np.array([p]))[0], pulled(np.eye(real + 1), real, np.array([p]))[0]
    x = share * p + (1 - share) * np.arange(n + 1) / n
    rows = pulled(np.eye(n - real + 1), n - real, x)
    step = np.array([np.convolve(fresh, row) for row in rows])
    laws = [first]
    for _ in range(generations - 1):
        laws.append(laws[-1] @ step)
    return laws


@pytest.mark.parametrize(("n", "real", "share"), [(6, 2, 0.0), (300, 60, 0.0), (300, 0, 0.15), (700, 1, 0.0)])
def test_killing_is_the_chain_with_fresh_points(n: int, real: int, share: float) -> None:
    chances, t = np.array([0.3, 0.004]), np.array([1, 2, 3, 8])
    killing = InNumber(lambda _: real, chances) if real else ByChance(share, chances)
    ancestry = Ancestry(Constant(n), killing)
    found = ancestry.of_sample(misses(*chances), t)
    rooted = 1 - ancestry.of_random_sample(misses(*chances), t, FOR_ENTROPY) - chances
    grid = np.arange(n + 1) / n
    with np.errstate(divide="ignore", invalid="ignore"):
        x_log_x = np.where(grid > 0, -grid * np.log(grid), 0.0)
    for column, p in enumerate(chances):
        laws = count_chain(n, real, share, float(p), 8)
        assert found[:, column] == pytest.approx([laws[s - 1][0] for s in t], abs=1e-13)
        assert rooted[:, column] == pytest.approx([laws[s - 1] @ x_log_x for s in t], abs=1e-12)


@pytest.mark.parametrize(
    ("n", "p", "share", "absent"), [(10, 0.3, 0.1, 0.234964122872462434), (10, 0.1, 0.5, 0.397767255852953354)]
)
def test_absence_in_the_long_run_has_its_check_values(n: int, p: float, share: float, absent: float) -> None:
    assert Ancestry(Constant(n), ByChance(share, np.array([p]))).long_run(1)[0] == pytest.approx(absent, rel=1e-13)


@pytest.mark.parametrize(("share", "types"), [(0.05, 131.00825354), (0.5, 305.59675794)])
def test_types_in_the_long_run_have_their_check_values(share: float, types: float) -> None:
    loop = ct.Recursion(ct.Categorical.zipf(1000, 1), ct.FreshMixture(share), sample_size=1000)
    assert loop.support_size.mean.limit == pytest.approx(types, rel=1e-9)


@pytest.mark.parametrize("n", [10**6, 10**8, 10**10])
def test_large_samples_are_within_one_over_n_of_their_limit(n: int) -> None:
    rare, t = 5.0 / n, np.array([1, 2, 10, 100])
    lives = 1 - Ancestry(Constant(n)).of_sample(misses(rare), t)[:, 0]
    limit = survival(5.0, t)
    assert np.abs(lives - limit).max() < 2.0 / n * 100 + 1e-12
    assert lives[0] == pytest.approx(-np.expm1(n * np.log1p(-rare)), rel=1e-13)


def test_a_normal_rule_has_the_moments_of_its_law() -> None:
    nodes, weights = normal_rule(3.0, 2.0)
    assert weights @ nodes == pytest.approx(3)
    assert weights @ (nodes - 3) ** 4 == pytest.approx(48)


def test_samples_beyond_all_measure_are_refused() -> None:
    with pytest.raises(ct.NoClosedForm, match="too large to be followed exactly"):
        Ancestry(Constant(10**13)).of_sample(misses(0.1), np.array([1]))


def test_a_gauss_rule_is_exact_for_polynomials() -> None:
    values = np.arange(200.0)
    chances = np.exp(-(((values - 90) / 20) ** 2))
    chances /= chances.sum()
    nodes, weights = gauss_rule(values, chances)
    for degree in (1, 7, 15, 31):
        expected = ((values - 90) / 100) ** degree @ chances
        assert weights @ ((nodes - 90) / 100) ** degree == pytest.approx(expected, rel=1e-12, abs=1e-16)


def test_a_sample_a_thousand_times_larger_than_the_one_before_has_all_of_its_points_as_parents():
    boxes, chances = occupancy(10**6, 1000)
    assert boxes.tolist() == [1000.0]
    assert chances.tolist() == [1.0]
    grown = custom(lambda t: 1000 if t == 1 else 10**6)
    lost = ct.Recursion(ct.Categorical.zipf(50, 1.5), ct.Replace(), sample_size=grown).lost_mass.mean([1, 2])
    assert lost[1] == pytest.approx(lost[0], rel=1e-12)
