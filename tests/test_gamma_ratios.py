import math

import mpmath
import numpy as np
import pytest

from collapse_theory.gamma_ratios import (
    digamma_difference,
    digamma_minus_log,
    expm1_minus,
    geometric_sum,
    log1p_minus,
    log_gamma_ratio,
    log_gamma_remainder,
    log_geometric_sum,
)

TOLERANCE = 1e-14
X = [0.1, 0.5, 0.75, 1, 1.5, 2, 4.5, 10, 15, 16, 50, 5e2, 5e5, 5e8]
S = [1e-12, 1e-5, 0.1, 0.5, 0.9, 1 - 1e-9, 1 + 1e-9, 1.3, 1.5, 1.6, 2, 3.7, 10, 100, 1e4, 1e6, 5e8, -1e-10, -0.05]
SHARES = [-0.3, -0.9, -0.999999, 0.5, 1.0, 3.0]
SMALL = [1e-150, 1e-9, 1e-4, 0.1, 0.49, 0.51, 0.7, -1e-9, -0.01, -0.45, -0.55, -0.99, -1 + 1e-12]


@pytest.fixture(autouse=True)
def digits():
    with mpmath.workdps(60):
        yield


def ratio(x, s):
    x, s = mpmath.mpf(x), mpmath.mpmathify(s)
    return mpmath.loggamma(x + s) - mpmath.loggamma(x) - s * mpmath.log(x)


def error(value, exact):
    return float(abs(value / exact - 1)) if exact else float(abs(value))


def steps(x):
    return [s for s in S + [c * x for c in SHARES] if x + s > 0]


@pytest.mark.parametrize("x", X)
def test_log_gamma_ratio_to_the_last_digits(x):
    assert max(error(log_gamma_ratio(x, s), ratio(x, s)) for s in steps(x) if s != 1) < TOLERANCE


@pytest.mark.parametrize("x", X)
def test_log_gamma_ratio_on_vertical_lines(x):
    for c in (-0.9 * x, 0.0, 1.0, 2.2, x):
        for u in (1e-6, 1e-3, 0.1, 1, 20, 1e4, 1e6, 1e9):
            value, exact = log_gamma_ratio(x, complex(c, u)), ratio(x, complex(c, u))
            assert abs(value.real - exact.real) < TOLERANCE * max(1, abs(exact.real))
            assert abs(value.imag - exact.imag) < TOLERANCE * max(1, abs(exact.imag))
            assert log_gamma_ratio(x, complex(c, -u)) == pytest.approx(value.conjugate(), rel=1e-15)


def test_log_gamma_ratio_vanishes_exactly_at_0_and_1():
    assert (log_gamma_ratio(np.array(X)[:, None], np.array([0.0, 1.0])) == 0).all()


@pytest.mark.parametrize("x", X)
def test_log_gamma_remainder(x):
    for s in [*steps(x), 1e-3j * x, 1j * x, 50j, complex(-x - 5, 9), complex(-x - 30, 40)]:
        m = mpmath.mpmathify(s)
        exact = mpmath.loggamma(x + m) - mpmath.loggamma(x) - m * mpmath.psi(0, x)
        assert float(abs(log_gamma_remainder(x, s) - exact) / abs(exact)) < TOLERANCE


@pytest.mark.parametrize("x", X)
def test_digamma_difference(x):
    for s in steps(x):
        exact = mpmath.psi(0, mpmath.mpf(x) + mpmath.mpf(s)) - mpmath.psi(0, x)
        assert error(digamma_difference(x, s), exact) < TOLERANCE


@pytest.mark.parametrize("shift", [0, 0.5, 1, 0.3, -4])
def test_digamma_minus_log(shift):
    for x in [x for x in [*X, 1.2, 1.9, 1e12] if x > shift]:
        exact = mpmath.psi(0, x) - mpmath.log(mpmath.mpf(x) - mpmath.mpf(shift))
        assert error(digamma_minus_log(x, shift), exact) < TOLERANCE


@pytest.mark.parametrize("y", [*SMALL, 2.0, 1e9])
def test_log1p_minus(y):
    with mpmath.workdps(400):
        assert error(log1p_minus(y), mpmath.log(1 + mpmath.mpf(y)) - mpmath.mpf(y)) < TOLERANCE


@pytest.mark.parametrize("x", [*SMALL, 2.0, -30.0, 600.0])
def test_expm1_minus(x):
    with mpmath.workdps(400):
        assert error(expm1_minus(x), mpmath.exp(x) - 1 - mpmath.mpf(x)) < TOLERANCE


@pytest.mark.parametrize("rate", [-50.0, -0.3, -1e-3, -1e-12, 1e-15, 1e-9, 1e-3, 0.3, 30.0, 700.0])
@pytest.mark.parametrize("count", [1, 2, 3, 10, 10**6, 10**9])
def test_geometric_sums(rate, count):
    with mpmath.workdps(60):
        exact = mpmath.expm1(count * mpmath.mpf(rate)) / mpmath.expm1(rate)
        assert error(log_geometric_sum(rate, count), mpmath.log(exact) if count > 1 else 0) < TOLERANCE
        value = geometric_sum(rate, count)
        if exact < 1e300:
            assert error(value, exact) < TOLERANCE * max(1, count * rate)
        elif exact > 1e309:
            assert value == math.inf


def test_geometric_sums_at_their_ends():
    assert geometric_sum(0.0, 10**9) == 1e9
    assert log_geometric_sum(0.0, 10**9) == math.log(1e9)
    assert geometric_sum(-math.inf, [0, 1, 5]).tolist() == [0, 1, 1]
    assert log_geometric_sum([0.3, 0.0, -math.inf], 0).tolist() == [-math.inf] * 3
    assert geometric_sum([[-1.0], [1.0]], [1, 2, 3]).shape == (2, 3)


@pytest.mark.parametrize(
    ("naive", "stable", "exact"),
    [
        pytest.param(
            math.lgamma(5e8 + 0.5) - math.lgamma(5e8) - 0.5 * math.log(5e8),
            lambda: log_gamma_ratio(5e8, 0.5),
            lambda: ratio(5e8, 0.5),
            id="log_gamma_ratio",
        ),
        pytest.param(
            math.lgamma(5e8 + 30) - math.lgamma(5e8) - 30 * math.log(5e8),
            lambda: log_gamma_remainder(5e8, 30),
            lambda: mpmath.loggamma(5e8 + 30) - mpmath.loggamma(5e8) - 30 * mpmath.psi(0, 5e8),
            id="log_gamma_remainder",
        ),
        pytest.param(
            float(mpmath.psi(0, 5e8 + 1)) - float(mpmath.psi(0, 5e8)),
            lambda: digamma_difference(5e8, 1),
            lambda: 1 / mpmath.mpf(5e8),
            id="digamma_difference",
        ),
        pytest.param(
            float(mpmath.psi(0, 5e5)) - math.log(5e5 - 0.5),
            lambda: digamma_minus_log(5e5, 0.5),
            lambda: mpmath.psi(0, 5e5) - mpmath.log(5e5 - mpmath.mpf(0.5)),
            id="digamma_minus_log",
        ),
        pytest.param(
            math.log1p(1e-9) - 1e-9,
            lambda: log1p_minus(1e-9),
            lambda: mpmath.log(1 + mpmath.mpf(1e-9)) - mpmath.mpf(1e-9),
            id="log1p_minus",
        ),
        pytest.param(
            math.expm1(1e-9) - 1e-9,
            lambda: expm1_minus(1e-9),
            lambda: mpmath.expm1(mpmath.mpf(1e-9)) - mpmath.mpf(1e-9),
            id="expm1_minus",
        ),
        pytest.param(
            (1 - math.exp(-1e-12) ** 1000) / (1 - math.exp(-1e-12)),
            lambda: geometric_sum(-1e-12, 1000),
            lambda: mpmath.expm1(-1000 * mpmath.mpf(1e-12)) / mpmath.expm1(-mpmath.mpf(1e-12)),
            id="geometric_sum",
        ),
        pytest.param(
            math.log((1 - math.exp(-50.0) ** 3) / (1 - math.exp(-50.0))),
            lambda: log_geometric_sum(-50.0, 3),
            lambda: mpmath.log(1 + mpmath.exp(-50) + mpmath.exp(-100)),
            id="log_geometric_sum",
        ),
    ],
)
def test_the_plain_expression_fails_where_the_primitive_holds(naive, stable, exact):
    assert error(stable(), exact()) < TOLERANCE
    assert error(naive, exact()) > 1e-10


def test_numbers_in_numbers_out_and_arrays_broadcast():
    assert type(log_gamma_ratio(2, 0.5)) is float
    assert type(log_gamma_ratio(2, 0.5 + 1j)) is complex
    for function in (log1p_minus, expm1_minus, digamma_minus_log):
        assert type(function(2)) is float
    assert type(geometric_sum(0.1, 3)) is float
    grid = log_gamma_ratio(np.array([[0.1], [0.5], [30.0]]), np.array([0.2, 1.1]))
    assert grid.shape == (3, 2)
    assert grid[2, 1] == log_gamma_ratio(30.0, 1.1)
    assert digamma_minus_log(np.array([0.7, 3.0]), [[0.5], [0.0]])[1, 1] == digamma_minus_log(3.0)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: log_gamma_ratio(-1.0, 0.5), "x must be positive real numbers, got -1"),
        (lambda: log_gamma_ratio(math.nan, 0.5), "x must be finite"),
        (lambda: log_gamma_ratio([1.0, 2.0], [-0.5, -2.0]), r"s must be numbers with Re\(x \+ s\) > 0, got -2"),
        (lambda: log_gamma_ratio(1.0, complex(0, math.inf)), "s must be finite"),
        (lambda: digamma_minus_log(0.5, 0.5), "x must be positive real numbers above shift, got 0.5"),
        (lambda: log1p_minus(-1.0), "y must be real numbers above -1, got -1"),
        (lambda: expm1_minus(math.inf), "x must be finite"),
        (lambda: expm1_minus("a"), "x must be real numbers"),
        (lambda: geometric_sum(math.nan, 3), "log_ratio must be real numbers and -inf, got nan"),
        (lambda: geometric_sum(0.1, -1), "count must be whole numbers at least 0, got -1"),
        (lambda: log_geometric_sum(0.1, 2.5), "count must be whole numbers at least 0, got 2.5"),
    ],
)
def test_bad_input_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
