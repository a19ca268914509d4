import math

import mpmath
import numpy as np
import pytest
from scipy.special import kv

from collapse_theory.random_walk.log_gamma_sum import LogGammaSum

GRID = [
    (0.5, 1),
    (0.5, 5),
    (1, 1000),
    (4.5, 1),
    (4.5, 10),
    (4.5, 200),
    (49.5, 100),
    (5e2, 1000),
    (5e5, 1),
    (5e8, 1),
    (5e8, 10**9),
    (0.5, 10**6),
]
MIXES = [
    LogGammaSum((0.5, 0.5), (100, 100), (1, -1)),
    LogGammaSum((3.0, 1e4), (7, 1000), (1, -1), 0.3),
    LogGammaSum((2.0, 7.5, 1e6), (3, 40, 10**6), 1, -2.0),
]


def product(n, t, ddof=1):
    """Law of the log of a product of t multipliers chi2_{n-1} / (n - ddof)."""
    return LogGammaSum((n - 1) / 2, t, shift=t * math.log((n - 1) / (n - ddof)))


def reference(law, x, *, density=False):
    """Logarithm of the smaller tail by mpmath: the plain vertical line, at a bisected saddle, to 40 digits."""
    with mpmath.workdps(40):
        x = mpmath.mpf(x) - mpmath.mpf(law.shift)
        groups = [(mpmath.mpf(a), m, e) for a, m, e in zip(law.shapes, law.counts, law.signs, strict=True)]

        def cumulant(s):
            return mpmath.fsum(
                m * (mpmath.loggamma(a + e * s) - mpmath.loggamma(a) - e * s * mpmath.log(a)) for a, m, e in groups
            )

        def slope(s):
            return mpmath.fsum(m * e * (mpmath.psi(0, a + e * s) - mpmath.log(a)) for a, m, e in groups)

        deviation = mpmath.sqrt(mpmath.fsum(m * mpmath.psi(1, a) for a, m, _ in groups))
        left = x <= slope(0)
        target = min(x, slope(0) - deviation) if left else max(x, slope(0) + deviation)
        low, high = (mpmath.mpf(v) if math.isfinite(v) else None for v in law.domain)
        low, high = low if low is not None else mpmath.mpf(-1), high if high is not None else mpmath.mpf(1)
        while math.isinf(law.domain[1]) and slope(high) < target:
            high *= 2
        ends = low, high
        for _ in range(50):
            middle = (low + high) / 2
            low, high = (low, middle) if slope(middle) > target else (middle, high)
        local = mpmath.sqrt(mpmath.fsum(m * mpmath.psi(1, a + e * low) for a, m, e in groups))
        room = [
            abs(low),
            *(abs(low - end) for end, limit in zip(ends, law.domain, strict=True) if math.isfinite(limit)),
        ]
        step = min(1 / local / 8, min(room) / 9)
        top, total, k, value = cumulant(low) - low * x, mpmath.mpf(0), 0, mpmath.mpf(1)
        while k < 4 or abs(value) > mpmath.mpf(10) ** -18:
            s = low + 1j * k * step
            value = mpmath.exp(cumulant(s) - s * x - top)
            total += (value if density else value * low / s).real / (2 if k == 0 else 1)
            k += 1
            assert k < 3000
        scale = 1 if density else 1 / abs(low)
        return mpmath.log(total * scale * step / mpmath.pi) + top


def tail(law, x):
    return law.logcdf(x) if x <= law.mean else law.logsf(x)


@pytest.mark.parametrize(
    ("n", "t", "ddof", "x", "expected"),
    [
        (10, 1, 1, 0.5, 0.124460974701662157),
        (10, 2, 1, 0.5, 0.243912992657589486),
        (10, 3, 1, 0.5, 0.32860095601630991),
        (10, 10, 1, 0.1, 0.228767439792634691),
        (10, 10, 0, 0.1, 0.465133173671033015),
        (100, 100, 1, 0.5, 0.587840627162072024),
        (100, 100, 0, 0.5, 0.82315912657941653),
        (5, 5, 1, 0.1, 0.282899110124057751),
        (2, 5, 1, 0.01, 0.601251140813237045),
    ],
)
def test_products_of_chi_squares_below(n, t, ddof, x, expected):
    assert product(n, t, ddof).cdf(math.log(x)) == pytest.approx(expected, rel=1e-14)


@pytest.mark.parametrize(
    ("n", "t", "ddof", "x", "expected", "digits"),
    [
        (100, 100, 1, 1, 0.239382192925179, 1e-14),
        (100, 100, 0, 1, 0.0784750260826468, 1e-14),
        (10, 100, 1, 1, 0.00946089146098004, 1e-14),
        (3, 1000, 2, 1, 0.9975725788, 1e-10),
        (10, 200, 1, 0.01, 0.0040383294372, 1e-11),
        (10, 20, 1, 0.01, 0.848856093239, 1e-11),
    ],
)
def test_products_of_chi_squares_above(n, t, ddof, x, expected, digits):
    assert product(n, t, ddof).sf(math.log(x)) == pytest.approx(expected, rel=digits)


def test_quantiles_of_products():
    assert math.exp(product(10, 10).median) == pytest.approx(0.329221760355836, rel=1e-14)
    assert math.exp(product(10, 10, 0).median) == pytest.approx(0.114792529847849, rel=1e-13)
    assert math.exp(product(100, 100).median) == pytest.approx(0.364182228322469, rel=1e-14)
    assert math.exp(product(100, 100, 0).median) == pytest.approx(0.133302473682975, rel=1e-14)
    ends = np.exp(product(10, 10).ppf([0.05, 0.95]))
    assert ends == pytest.approx([0.0220625894794364, 3.93448472823553], rel=1e-14)


def test_saddlepoint_approximation_is_itself():
    assert 1 - product(10, 10).saddlepoint_sf(math.log(0.1)) == pytest.approx(0.228739819, abs=1e-9)
    assert product(10, 200).saddlepoint_sf(math.log(0.01)) == pytest.approx(0.00403833963, abs=1e-11)
    law = product(10, 10)
    limit = 0.5 - law.third_cumulant / (6 * law.std**3 * math.sqrt(2 * math.pi))
    assert law.saddlepoint_sf(law.mean) == pytest.approx(limit, rel=1e-12)
    near = law.saddlepoint_sf(law.mean + law.std * np.array([0.99e-5, 1.01e-5]))
    assert np.diff(near)[0] == pytest.approx(-2e-7 * law.std * law.pdf(law.mean), rel=1e-2)
    assert law.saddlepoint_sf([-math.inf, -1e9, 1e9, math.inf]).tolist() == [1, 1, 0, 0]


@pytest.mark.parametrize(("shape", "count"), GRID)
def test_both_tails_and_the_density_keep_their_relative_accuracy(shape, count):
    law = LogGammaSum(shape, count)
    far = 1e-300 if shape > 10 or count >= 200 else 1e-9 if count > 1 or shape > 1 else 0.05
    for x in (law.ppf(far), law.ppf(0.3), law.isf(0.3), law.isf(1e-60), law.isf(1e-300)):
        rounding = 2.3e-16 * max(abs(x), abs(law.mean)) * math.exp(law.logpdf(x) - tail(law, x))
        assert tail(law, x) == pytest.approx(float(reference(law, x)), abs=2e-12 + rounding, rel=0)
    assert law.logpdf(x) == pytest.approx(float(reference(law, x, density=True)), abs=2e-12 + rounding, rel=0)


@pytest.mark.parametrize("law", MIXES)
def test_mixed_groups_against_the_vertical_line(law):
    for x in (law.ppf(1e-60), law.ppf(0.4), law.isf(1e-60)):
        assert tail(law, x) == pytest.approx(float(reference(law, x)), abs=1e-11, rel=0)


@pytest.mark.parametrize(
    ("shape", "xs"), [(0.5, [-1380, -100, -20, -1, 1, 5, 7]), (4.5, [-150, -20, 1, 4]), (500.0, [-2, -0.1, 0.1, 1])]
)
def test_one_variable_is_the_incomplete_gamma_function(shape, xs):
    law = LogGammaSum(shape, 1)
    for x in xs:
        with mpmath.workdps(50):
            z = shape * mpmath.exp(x)
            ends = (0, z) if x <= law.mean else (z, mpmath.inf)
            exact = float(mpmath.log(mpmath.gammainc(shape, *ends, regularized=True)))
        assert tail(law, x) == pytest.approx(exact, abs=3e-12, rel=0)


@pytest.mark.parametrize("shape", [0.5, 4.5])
def test_two_variables_are_a_bessel_integral(shape):
    nodes, weights = np.polynomial.legendre.leggauss(30)
    law = LogGammaSum(shape, 2)
    for x in (-20.0, -2.0, 0.5, 3.0):
        # y = e^r in the density 2 y^(a-1) K_0(2 sqrt y) / Gamma(a)^2 of a product of two gammas
        top = 2 * math.log(shape) + x
        cuts = np.linspace(top - 40 / shape if x <= law.mean else top, top if x <= law.mean else max(top, 1) + 7, 41)
        r = cuts[:-1, None] + np.diff(cuts)[:, None] * (nodes + 1) / 2
        area = np.diff(cuts) @ (np.exp(shape * r) * kv(0, 2 * np.exp(r / 2)) @ weights)
        exact = math.log(area) - 2 * math.lgamma(shape)
        assert tail(law, x) == pytest.approx(exact, abs=1e-12, rel=0)


@pytest.mark.parametrize(("a", "b"), [(0.5, 0.5), (0.5, 10), (4.5, 4.5), (50, 0.5)])
def test_a_ratio_is_an_incomplete_beta_function(a, b):
    law = LogGammaSum((a, b), (1, 1), (1, -1))
    for x in (-20.0, -1.0, 0.0, 0.3, 2.0, 30.0):
        with mpmath.workdps(50):
            r = mpmath.mpf(a) / b * mpmath.exp(x)
            ends = (a, b, 0, r / (1 + r)) if x <= law.mean else (b, a, 0, 1 / (1 + r))
            exact = float(mpmath.log(mpmath.betainc(*ends, regularized=True)))
        assert tail(law, x) == pytest.approx(exact, abs=2e-12, rel=0)


def test_characteristic_function_by_quadrature():
    law = LogGammaSum((1.5, 3.0), (2, 3), (1, -1), 0.2)
    for x in (-1.0, 0.4, 2.0):
        with mpmath.workdps(25):

            def integrand(u, x=x):
                k = 2 * (mpmath.loggamma(1.5 + 1j * u) - mpmath.loggamma(1.5) - 1j * u * mpmath.log(1.5))
                k += 3 * (mpmath.loggamma(3 - 1j * u) - mpmath.loggamma(3) + 1j * u * mpmath.log(3))
                return (mpmath.exp(k + 1j * u * (mpmath.mpf(0.2) - x)) / u).imag

            exact = 0.5 - mpmath.quad(integrand, [0, 1, 3, 8, 20]) / mpmath.pi
        assert law.cdf(x) == pytest.approx(float(exact), abs=1e-13)


@pytest.mark.parametrize(("shape", "count"), GRID)
def test_the_curve_of_many_points_is_that_of_single_ones(shape, count):
    law = LogGammaSum(shape, count)
    x = law.mean + law.std * np.linspace(-8, 6, 301)
    cdf, sf = law.cdf(x), law.sf(x)
    assert (np.diff(cdf) >= -1e-15).all()
    assert cdf + sf == pytest.approx(np.ones_like(x), abs=1e-15)
    for k in (0, 100, 171, 300):
        assert law.logcdf(x)[k] == pytest.approx(law.logcdf(x[k]), rel=1e-11)
        assert law.logpdf(x)[k] == pytest.approx(law.logpdf(x[k]), rel=1e-11, abs=1e-11)
    assert np.trapezoid(law.pdf(x), x) == pytest.approx(cdf[-1] - cdf[0], abs=2e-5)


@pytest.mark.parametrize(("shape", "count"), GRID)
def test_quantiles_return(shape, count):
    law = LogGammaSum(shape, count)
    q = np.array([1e-300, 1e-12, 0.01, 0.3, 0.5, 0.7, 0.99])
    assert law.cdf(law.ppf(q)) == pytest.approx(q, rel=1e-11)
    assert law.sf(law.isf(q)) == pytest.approx(q, rel=1e-11)
    assert law.ppf([0, 1]).tolist() == [-math.inf, math.inf] == law.isf([1, 0]).tolist()
    assert law.ppf(0.3) == pytest.approx(law.isf(0.7), abs=1e-12 * law.std + 1e-15 * abs(law.mean))


def test_moments():
    law = LogGammaSum((4.5, 20.0), (10, 3), (1, -1), 0.7)
    with mpmath.workdps(60):

        def cumulant(s):
            k = 10 * (mpmath.loggamma(4.5 + s) - mpmath.loggamma(4.5) - s * mpmath.log(4.5)) + mpmath.mpf(0.7) * s
            return k + 3 * (mpmath.loggamma(20 - s) - mpmath.loggamma(20) + s * mpmath.log(20))

        exact = [float(v) for v in mpmath.taylor(cumulant, 0, 4)]
        assert law.cumulant_function(1.3) == pytest.approx(float(cumulant(1.3)), rel=1e-13)
        assert law.log_moment(1.3 + 2j) == pytest.approx(complex(cumulant(1.3 + 2j)), rel=1e-13)
    found = [law.mean, law.variance / 2, law.third_cumulant / 6, law.fourth_cumulant / 24]
    assert found == pytest.approx(exact[1:], rel=1e-12)
    assert law.std == math.sqrt(law.variance)
    assert law.domain == (-4.5, 20.0)


def test_moments_of_huge_shapes():
    law = LogGammaSum(5e8, 10**9)
    assert law.mean == pytest.approx(-1 - 1 / 3e9, rel=1e-15)
    assert law.variance == pytest.approx(2 + 2e-9, rel=1e-14)
    assert law.third_cumulant == pytest.approx(-4e-9 * (1 + 2e-9), rel=1e-13)
    assert law.fourth_cumulant == pytest.approx(1.6e-17, rel=1e-8)


def test_tilting():
    law = LogGammaSum((4.5, 20.0), (10, 3), (1, -1), 0.7)
    tilted = law.tilted(2.5)
    s = np.array([-3.0, 0.4, 2.0 + 5j])
    assert tilted.cumulant_function(s) == pytest.approx(
        law.cumulant_function(s + 2.5) - law.cumulant_function(2.5), rel=1e-13
    )
    expected = law.logpdf(1.3) + 2.5 * 1.3 - law.cumulant_function(2.5)
    assert tilted.logpdf(1.3) == pytest.approx(expected, rel=1e-12)


def test_hundreds_of_groups():
    sizes = np.unique(np.round(10 * 1.04 ** np.arange(200)))
    law = LogGammaSum((sizes - 1) / 2, 1)
    x = law.mean + law.std * np.linspace(-6, 6, 25)
    assert (np.diff(law.logcdf(x)) > 0).all()
    assert law.sf(x) == pytest.approx(law.saddlepoint_sf(x), rel=2e-3)


def test_no_copies_are_a_point_mass():
    law = LogGammaSum((4.5, 2.0), 0, 1, 0.7)
    assert law.cdf([0.6, 0.7, 0.8]).tolist() == [0, 1, 1]
    assert law.sf([0.6, 0.7, 0.8]).tolist() == [1, 0, 0]
    assert law.logsf(0.8) == -math.inf
    assert law.ppf([0, 0.1, 1]).tolist() == [-math.inf, 0.7, math.inf]
    assert (law.mean, law.variance, law.third_cumulant, law.median) == (0.7, 0, 0, 0.7)
    assert law.domain == (-math.inf, math.inf)
    assert law.tilted(9.0) == law
    assert law.cumulant_function(2.0) == 1.4
    for function in (law.pdf, law.logpdf, law.saddlepoint_sf):
        with pytest.raises(ValueError, match=r"counts must not all be 0 for a .*point mass at 0\.7"):
            function(0.7)


@pytest.mark.parametrize("law", [LogGammaSum(4.5, 10), LogGammaSum(1e-3, 1), LogGammaSum(5e8, 10**9), *MIXES])
def test_the_ends_of_the_line(law):
    x = np.array([-math.inf, -1e300, -1e17, -1e5, 1e5, 1e17, 1e300, math.inf])
    for value in (law.logcdf(x), law.logsf(x), law.logpdf(x), law.saddlepoint_sf(x)):
        assert not np.isnan(value).any()
    assert law.logcdf(x)[0] == -math.inf == law.logsf(x)[-1]
    assert (law.logcdf(x)[1:] >= law.logcdf(x)[:-1]).all()
    assert (law.logsf(x)[1:] <= law.logsf(x)[:-1]).all()


def test_numbers_in_numbers_out():
    law = LogGammaSum(4.5, 10)
    for function in (law.cdf, law.sf, law.logcdf, law.logsf, law.pdf, law.logpdf, law.ppf, law.isf, law.saddlepoint_sf):
        assert type(function(0.3)) is float
        assert function([[0.3, 0.4, 0.5]]).shape == (1, 3)
    assert law.cdf([]).shape == (0,)
    assert type(law.cumulant_function(0.3)) is float
    assert type(law.cumulant_function(0.3j)) is complex
    assert law == LogGammaSum((4.5,), (10,), (1,), 0)
    assert hash(law) == hash(LogGammaSum([4.5], [10]))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: LogGammaSum(0.0, 1), "shapes must be positive real numbers, got 0.0"),
        (lambda: LogGammaSum([1.0, math.nan], 1), "shapes must be positive"),
        (lambda: LogGammaSum(1.0, -1), "counts must be whole numbers at least 0, got -1"),
        (lambda: LogGammaSum(1.0, 1.5), "counts must be whole numbers"),
        (lambda: LogGammaSum(1.0, 1, 0), r"signs must be \+1 or -1, got 0"),
        (lambda: LogGammaSum(1.0, 1, 1, math.inf), "shift must be a finite real number, got inf"),
        (lambda: LogGammaSum([1.0, 2.0], [1, 2, 3]), "must have one length"),
        (lambda: LogGammaSum(1.0, 1).cdf(math.nan), "x = nan is outside its domain"),
        (lambda: LogGammaSum(1.0, 1).ppf(1.1), "q = 1.1 is outside its domain"),
        (lambda: LogGammaSum(1.0, 1).isf(math.nan), "q = nan is outside its domain"),
        (lambda: LogGammaSum(1.0, 1).cumulant_function(-1.0), r"s must be finite with real part in \(-1, inf\)"),
        (lambda: LogGammaSum(1.0, 1, -1).tilted(1.0), r"theta must lie in \(-inf, 1\), got 1.0"),
    ],
)
def test_bad_input_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_a_contour_that_would_grow_again_past_its_end():
    law = LogGammaSum((8.581486731141682, 0.01174832955252298, 1.3630970830127291), (14, 2, 510), (1, -1, 1))
    x = np.concatenate([law.ppf([1e-200, 1e-3, 0.4]), law.isf([0.4, 1e-3, 1e-200])])
    assert law.cdf(x[:3]) == pytest.approx([1e-200, 1e-3, 0.4], rel=1e-10)
    assert law.sf(x[3:]) == pytest.approx([0.4, 1e-3, 1e-200], rel=1e-10)
    assert (np.diff(law.logcdf(law.mean + law.std * np.linspace(-6, 6, 40))) >= 0).all()
