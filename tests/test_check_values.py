"""Check values of the theory, to their printed digits."""

from __future__ import annotations

from fractions import Fraction

import pytest

import collapse_theory as ct
from collapse_theory.tableau.moments import exact_second_moments


def replaced(n: int, ddof: float, **family: float) -> ct.Recursion:
    return ct.Recursion(ct.Gaussian(ddof=ddof, **family), ct.Replace(), sample_size=n)


CURVES = [
    # quantity, statistic, n, ddof, t, value
    ("variance", "std", 10, 1, 10, 6.438780726895881**0.5),
    ("variance", "std", 10, 0, 10, 0.7828054204182352**0.5),
    ("variance", "std", 100, 1, 100, 6.389548748651375**0.5),
    ("variance", "mean", 10, 0, 10, 0.3486784401),
    ("variance", "mean", 100, 0, 100, 0.3660323412732295),
    ("sd", "mean", 10, 1, 10, 0.7578919961163949),
    ("sd", "mean", 10, 0, 10, 0.44752764478677),
    ("sd", "mean", 100, 1, 100, 0.7768399310034017),
    ("sd", "mean", 100, 0, 100, 0.4699928714517634),
    ("squared_location_error", "mean", 10, 1, 10, 1.0),
    ("squared_location_error", "mean", 10, 0, 10, 0.6513215599),
    ("squared_location_error", "std", 10, 1, 10, (2.99235398130944 + 2) ** 0.5),
    ("wasserstein2_squared", "mean", 10, 1, 1, 0.1546814517568235),
    ("wasserstein2_squared", "mean", 10, 1, 10, 1.48421600776721),
    ("wasserstein2_squared", "mean", 10, 0, 10, 1.10494471042646),
    ("wasserstein2_squared", "mean", 100, 1, 1000, 11.8399169295005),
    ("wasserstein2_squared", "mean", 100, 0, 1000, 1.99894817689991),
    ("wasserstein2_squared", "mean", 100, 1, 11, 0.1647901270348408),
    ("wasserstein2_squared", "std", 10, 1, 1, 0.02566495736257657**0.5),
    ("wasserstein2_squared", "std", 10, 1, 10, 9.200524477754904**0.5),
    ("wasserstein2_squared", "std", 10, 0, 10, 1.935268469731077**0.5),
    ("wasserstein2_squared", "std", 100, 1, 100, 10.21705191862655**0.5),
    ("wasserstein2_squared", "std", 100, 0, 100, 2.135110832694398**0.5),
    ("kl_model_source", "mean", 10, 1, 10, 1.076032352083726),
    ("kl_model_source", "mean", 10, 0, 10, 1.102834930372857),
    ("kl_model_source", "mean", 100, 1, 100, 1.006750942413642),
    ("kl_model_source", "mean", 100, 0, 100, 1.009267735088714),
    ("kl_source_model", "mean", 4, 1, 1, 1.190512432935206),
    ("kl_source_model", "mean", 10, 1, 1, 0.1495396219344846),
    ("kl_source_model", "mean", 10, 1, 10, 7.64813646774799),
    ("kl_source_model", "mean", 10, 0, 10, 21.83138623390338),
    ("kl_source_model", "mean", 100, 1, 100, 4.499581758291478),
    ("kl_source_model", "mean", 100, 0, 100, 12.34365564200104),
]


@pytest.mark.parametrize(("name", "statistic", "n", "ddof", "t", "value"), CURVES)
def test_curve(name: str, statistic: str, n: int, ddof: float, t: int, value: float) -> None:
    curve = getattr(getattr(replaced(n, ddof), name), statistic)
    assert curve(t) == pytest.approx(value, rel=3e-13)


@pytest.mark.parametrize(
    ("n", "unbiased", "likelihood", "second_cumulant"),
    [
        (2, -1.27036284546148, -1.96351002602142, 4.93480220054468),
        (3, -0.577215664901533, -0.982680773009697, 1.64493406684823),
        (10, -0.115206470416745, -0.220566986074571, 0.24872510303901),
        (100, -0.0101350188482728, -0.0201853547017743, 0.02040745504688),
        (1000, -0.00100133500186847, -0.002001835335452, 0.00200400734535029),
    ],
)
def test_log_drift(n: int, unbiased: float, likelihood: float, second_cumulant: float) -> None:
    assert replaced(n, 1).variance.growth_rate == pytest.approx(unbiased, rel=1e-13)
    assert replaced(n, 0).variance.growth_rate == pytest.approx(likelihood, rel=1e-13)
    assert replaced(n, 1).log_variance.std(1) ** 2 == pytest.approx(second_cumulant, rel=1e-13)


@pytest.mark.parametrize(
    ("n", "value"),
    [
        (2, 1.71927025821656),
        (3, 1.87708103286623),
        (5, 1.94758977680827),
        (10, 1.97936090050777),
        (100, 1.99829942890234),
    ],
)
def test_critical_ddof(n: int, value: float) -> None:
    assert ct.critical_ddof(n) == pytest.approx(value, rel=1e-14)


def test_explosion_at_ddof_two() -> None:
    assert replaced(3, 2).variance.growth_rate == pytest.approx(0.115931515658412, rel=1e-13)
    assert replaced(100, 2).variance.growth_rate == pytest.approx(1.73526157451724e-5, rel=1e-13)
    assert replaced(3, 2).variance.distribution(1000).sf(1.0) == pytest.approx(0.9975725788, abs=1e-10)
    assert replaced(3, 2).fate.verdict == "explodes"
    assert replaced(3, 1).fate.verdict == "collapses"


@pytest.mark.parametrize(
    ("n", "ddof", "t", "x", "value"),
    [
        (10, 1, 1, 0.5, 0.124460974701662157),
        (10, 1, 3, 0.5, 0.32860095601630991),
        (10, 1, 10, 0.1, 0.228767439792634691),
        (10, 0, 10, 0.1, 0.465133173671033015),
        (100, 0, 100, 0.5, 0.82315912657941653),
        (5, 1, 5, 0.1, 0.282899110124057751),
        (2, 1, 5, 0.01, 0.601251140813237045),
    ],
)
def test_distribution(n: int, ddof: float, t: int, x: float, value: float) -> None:
    law = replaced(n, ddof).variance.distribution(t)
    assert law.cdf(x) == pytest.approx(value, abs=1e-13)
    assert law.ppf(value) == pytest.approx(x, rel=1e-11)
    assert replaced(n, ddof).sd.distribution(t).cdf(x**0.5) == pytest.approx(value, abs=1e-13)


@pytest.mark.parametrize(
    ("n", "ddof", "t", "median"),
    [
        (10, 1, 10, 0.329221760355836),
        (10, 0, 10, 0.114792529847849),
        (100, 1, 100, 0.364182228322469),
        (100, 0, 100, 0.133302473682975),
    ],
)
def test_median(n: int, ddof: float, t: int, median: float) -> None:
    assert replaced(n, ddof).variance.median(t) == pytest.approx(median, rel=1e-12)
    assert replaced(n, ddof).variance.median.log(t) == pytest.approx(
        replaced(n, ddof).log_variance.median(t), rel=1e-12
    )


@pytest.mark.parametrize(
    ("t", "value"),
    [(20, 0.848856093239), (40, 0.504822164898), (60, 0.277414332133), (100, 0.081562030538), (200, 0.0040383294372)],
)
def test_survival_curve_of_the_rate_paper(t: int, value: float) -> None:
    assert replaced(10, 1).sd.distribution(t).sf(0.1) == pytest.approx(value, abs=1e-12)


def test_published_demonstration_of_two_hundred_points() -> None:
    recursion = replaced(200, 1, mean=125.0, sd=30.0)
    law = recursion.sd.distribution(400)
    assert law.ppf(0.5) == pytest.approx(11.0, abs=0.1)
    assert law.ppf(0.05) == pytest.approx(2.1, abs=0.05)
    # 56.9 is reported from simulation; the exact quantile is 57.179.
    assert law.ppf(0.95) == pytest.approx(57.179, abs=1e-3)
    assert law.sf(30.0) == pytest.approx(0.16, abs=0.005)


def test_leading_term_of_the_wasserstein_distance_and_where_it_stops() -> None:
    curve = replaced(100, 1).wasserstein2_squared.mean
    assert curve.asymptotic(11) == pytest.approx(0.165)
    assert curve(11) == pytest.approx(0.165, rel=2e-3)
    assert curve.asymptotic(1000) == pytest.approx(15.0)
    assert curve(1000) < 12


def test_time_until_sd_below() -> None:
    time = replaced(10, 1).time_until_sd_below(0.1)
    assert time.mean == pytest.approx(43.0941658934, rel=1e-11)
    assert time.median == 36
    assert time.std == pytest.approx(28.30, abs=0.01)
    assert time.asymptotic("wald").mean == pytest.approx(39.9731904756, rel=1e-11)
    assert replaced(10, 0).time_until_sd_below(0.1).mean == pytest.approx(22.6130900159, rel=1e-11)


def test_posterior_refit_has_no_drift_and_an_exploding_mean() -> None:
    recursion = ct.Recursion(ct.Gaussian(estimator="posterior"), ct.Replace(), sample_size=10)
    assert recursion.variance.growth_rate == 0.0
    assert recursion.fate.verdict == "wanders"
    assert recursion.log_variance.std(20) ** 2 == pytest.approx(9.9490041215604, rel=1e-13)
    assert recursion.variance.median(50) == pytest.approx(1.0, rel=1e-12)
    assert recursion.variance.mean(3) == pytest.approx((9 / 7) ** 3, rel=1e-13)


def test_tails() -> None:
    assert replaced(10, 1).tail_mass(3).mean(1) == pytest.approx(0.008026893786363027, rel=1e-11)
    assert replaced(10, 0).tail_mass(3).mean(1) == pytest.approx(0.005810519092977368, rel=1e-11)
    assert replaced(10, 1).tail_mass(3).mean(10) == pytest.approx(0.0433498, abs=5e-8)
    assert replaced(10, 0).tail_mass(3).mean(10) == pytest.approx(0.0130149, abs=5e-8)
    assert replaced(10, 1).own_tail_mass(3).mean(1) == pytest.approx(0.00643134803229084, rel=1e-11)
    assert replaced(100, 1).own_tail_mass(3).mean(100) == pytest.approx(0.0188360899892522, rel=1e-11)
    assert replaced(100, 0).own_tail_mass(3).mean(100) == pytest.approx(0.00401667549402109, rel=1e-11)
    assert replaced(10, 1).own_tail_mass(3).mean(100) == pytest.approx(0.00200690732970728, rel=1e-11)
    assert replaced(100, 1).own_tail_mass(3).median(100) == pytest.approx(6.65372325576e-7, rel=1e-10)


def test_limit_of_the_mean_is_student() -> None:
    law = replaced(200, 1).location.distribution.asymptotic(name="student limit")
    assert 2 * law.sf(1.0) == pytest.approx(0.4226497308103742, rel=1e-12)
    assert 2 * replaced(200, 0).location.distribution.asymptotic(name="student limit").sf(1.0) == pytest.approx(
        0.230199641080499, rel=1e-12
    )
    assert replaced(10, 1).location.tail_index == pytest.approx(2.0, rel=1e-12)
    assert replaced(10, 0).location.tail_index == pytest.approx(2 * 2.05348562374305, rel=1e-12)
    assert replaced(2, 0).location.tail_index == pytest.approx(2 * 2.36514966497647, rel=1e-12)


@pytest.mark.parametrize(
    ("n", "limit"),
    [(2, 0.358187786013244018), (10, 0.843435857215593949), (100, 0.983631643083465967), (1000, 0.998355877484851378)],
)
def test_accumulation_at_ddof_zero(n: int, limit: float) -> None:
    recursion = ct.Recursion(ct.Gaussian(ddof=0), ct.Accumulate(), sample_size=n)
    assert recursion.variance.mean.limit == pytest.approx(limit, rel=1e-14)
    assert recursion.squared_location_error.mean.limit == pytest.approx(1 - limit, rel=1e-13)


def test_accumulation_elsewhere() -> None:
    def accumulated(n: int, ddof: float) -> ct.Recursion:
        return ct.Recursion(ct.Gaussian(ddof=ddof), ct.Accumulate(), sample_size=n)

    assert accumulated(2, 1).variance.mean.limit == pytest.approx(2 / 3, rel=1e-14)
    assert accumulated(10, 1).variance.mean.limit == pytest.approx(0.935140653684775081, rel=1e-14)
    assert accumulated(10, 0).variance.mean(10) == pytest.approx(0.851502062947372, rel=1e-14)
    assert accumulated(100, 0).variance.std.limit == pytest.approx(0.179757257301, rel=3e-12)
    assert accumulated(10, 0).variance.std.limit == pytest.approx(0.522560477938, rel=1e-12)


@pytest.mark.parametrize(("n", "ddof"), [(2, 0), (10, 0), (10, 1), (10, 3), (100, 1)])
def test_spread_between_runs_under_accumulation_in_fractions(n: int, ddof: int) -> None:
    """From E R_j² of the independent factors R_j, exactly."""
    t, square = 100, Fraction(1)
    for j in range(1, t + 1):
        kept, chi, share = (n * (j - 1) - ddof if j > 1 else 0), n - 1, Fraction(j - 1, j)
        mean = kept + chi + share
        square *= (mean**2 + 2 * chi + 2 * share**2) / (n * j - ddof) ** 2
    recursion = ct.Recursion(ct.Gaussian(ddof=ddof), ct.Accumulate(), sample_size=n)
    spread = exact_second_moments(recursion.regime, recursion.sizes, ddof, t)[t][0]
    assert recursion.variance.std(t) == pytest.approx(float(square - spread**2) ** 0.5, rel=1e-12)


@pytest.mark.parametrize(
    ("real", "n", "ddof", "variance", "error"),
    [
        (10, 100, 0, 0.949748743718593, 0.05025125628140704),
        (10, 100, 1, 1.05, 0.055),
        (1, 100, 0, 0.6644295302013423, 1 - 0.6644295302013423),
        (1, 100, 1, 2.0, 1.0),
        (5, 10, 0, 0.875, 0.125),
        (100, 1000, 1, 1.004761904761905, 0.005285714285714286),
    ],
)
def test_fresh_data(real: int, n: int, ddof: float, variance: float, error: float) -> None:
    recursion = ct.Recursion(ct.Gaussian(ddof=ddof), ct.Fresh(real=real), sample_size=n)
    assert recursion.variance.mean.limit == pytest.approx(variance, rel=1e-14)
    assert recursion.squared_location_error.mean.limit == pytest.approx(error, rel=1e-14)
    assert recursion.fate.verdict == "stationary"


def test_fresh_data_by_chance() -> None:
    for share, n, value in (
        (0.1, 100, 0.9495204442200909),
        (0.001, 100, 0.1652064736568381),
        (0.001, 1000, 0.666333110999963),
    ):
        recursion = ct.Recursion(ct.Gaussian(ddof=0), ct.FreshMixture(share=share), sample_size=n)
        assert recursion.variance.mean.limit == pytest.approx(value, rel=1e-13)


@pytest.mark.parametrize(
    ("real", "n", "ddof", "finite"),
    [(1, 10, 1, False), (1, 100, 1, False), (1, 100, 0, True), (2, 100, 1, True), (10, 100, 1, True)],
)
def test_fresh_data_can_have_infinite_fourth_moments(real: int, n: int, ddof: float, finite: bool) -> None:  # noqa: FBT001
    limit = ct.Recursion(ct.Gaussian(ddof=ddof), ct.Fresh(real=real), sample_size=n).variance.std.limit
    assert (limit < float("inf")) == finite


def test_one_real_point_at_ddof_two_diverges_and_two_suffice() -> None:
    for n in (4, 10, 100):
        assert ct.Recursion(ct.Gaussian(ddof=2), ct.Fresh(real=1), sample_size=n).variance.mean.limit == float("inf")
        assert ct.Recursion(ct.Gaussian(ddof=2), ct.Fresh(real=2), sample_size=n).variance.mean.limit < float("inf")


def test_growing_sample_sizes() -> None:
    def growing(exponent: float, ddof: float = 0) -> ct.Recursion:
        return ct.Recursion(ct.Gaussian(ddof=ddof), ct.Replace(), sample_size=ct.schedules.power(10, exponent))

    assert growing(0.5).variance.mean(100) == pytest.approx(0.154844322128, rel=1e-11)
    assert growing(1).variance.mean(1000) == pytest.approx(0.468979246695, rel=1e-11)
    assert growing(2).variance.mean(1000) == pytest.approx(0.843520162858, rel=1e-11)
    assert growing(1).fate.verdict == "collapses"
    assert growing(1.01).fate.verdict == "settles"
