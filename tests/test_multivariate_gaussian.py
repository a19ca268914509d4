"""A Gaussian in several dimensions: against dense linear algebra, exact products, points drawn one by one."""

from __future__ import annotations

import json
from typing import Any

import mpmath
import numpy as np
import pytest
from error_budget import critical_z
from numpy.typing import NDArray
from scipy.linalg import sqrtm
from scipy.special import digamma, gammainc

import collapse_theory as ct
from collapse_theory.families.multivariate_gaussian import frames, spectrum
from collapse_theory.families.multivariate_gaussian.factors import packed
from collapse_theory.families.multivariate_gaussian.measures import DEFINITIONS

Array = NDArray[np.float64]
TILTED = [[1.0, 0.5, 0.0], [0.5, 2.0, -0.3], [0.0, -0.3, 0.25]]
FAMILY = ct.MultivariateGaussian([1.0, -2.0, 0.5], TILTED)


def standard(d: int, n: Any, ddof: float = 1, regime: ct.Regime | None = None) -> ct.Recursion:
    return ct.Recursion(ct.MultivariateGaussian.standard(d, ddof), regime or ct.Replace(), sample_size=n)


def quantity(recursion: ct.Recursion, name: str) -> Any:
    return recursion.watch(name, *recursion.defined(name).typical)


# ---------------------------------------------------------------------------------------------------------- the value
@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"covariance": [[1, 0.5], [0.4, 1]]}, r"covariance\[0, 1\] = 0.5 and covariance\[1, 0\] = 0.4 differ"),
        ({"covariance": [[1, 1], [1, 1]]}, "covariance is singular"),
        ({"covariance": [[1, 2], [2, 1]]}, "covariance is indefinite, with -1 as smallest eigenvalue"),
        ({"covariance": [[1, 0], [0, 0]]}, r"covariance\[1, 1\] = 0 is outside its domain: a variance in"),
        ({"covariance": [[1, np.nan], [np.nan, 1]]}, r"covariance\[0, 1\] = nan is outside its domain: a real number"),
        ({"covariance": [1, 2]}, r"covariance has shape \(2,\), outside its domain: square"),
        ({"covariance": [[1, 0, 0], [0, 1, 0]]}, r"covariance has shape \(2, 3\), outside its domain: square"),
        ({"covariance": [[1, 0], [0]]}, "covariance = .* is outside its domain: rows of numbers"),
        ({"covariance": [["a", "b"], ["c", "d"]]}, "covariance = .* is outside its domain: rows of numbers"),
        ({"covariance": [[1j, 0], [0, 1]]}, "covariance = .* is outside its domain: rows of numbers"),
        ({"mean": [0, 0, 0]}, "mean has 3 entries, outside its domain: 2, one for each row of covariance"),
        ({"mean": [0, np.inf]}, r"mean\[1\] = inf is outside its domain"),
        ({"mean": "ab"}, r"mean\[0\] = 'ab' is outside its domain"),
        ({"ddof": np.nan}, "ddof = nan is outside its domain"),
    ],
)
def test_what_is_no_source_is_refused_by_name(given: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        ct.MultivariateGaussian(**given)


@pytest.mark.parametrize(
    ("rows", "ddof", "message"),
    [
        ([1.0, 2.0], 1, r"rows has shape \(2,\), outside its domain: a table"),
        ([[1.0, 2.0], [2.0, np.nan]], 1, r"rows\[1, 1\] = nan is outside its domain"),
        ([[1.0, 2.0], [2.0, 1.0]], 1, "rows has 2 points of 2 coordinates, outside its domain: more points than"),
        ([[1.0, 2.0], [2.0, 4.0], [3.0, 6.0]], 1, "covariance is singular"),
        ([[1.0, 2.0], [2.0, 1.0], [0.0, 0.0]], 3, "ddof = 3 is outside its domain: a real number below n = 3"),
    ],
)
def test_data_that_fit_no_covariance_are_refused_by_name(rows: Any, ddof: float, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        ct.MultivariateGaussian.from_data(rows, ddof)


def test_a_source_is_a_value() -> None:
    rows = np.random.default_rng(1).normal(size=(20, 3))
    family = ct.MultivariateGaussian.from_data(rows, ddof=1)
    assert np.asarray(family.covariance) == pytest.approx(np.cov(rows, rowvar=False), rel=1e-12)
    assert family.mean == pytest.approx(rows.mean(axis=0), rel=1e-12)
    recursion = ct.Recursion(family, ct.Window(2), sample_size=10)
    again = ct.Recursion.from_dict(json.loads(json.dumps(recursion.to_dict())))
    assert again == recursion
    assert hash(again) == hash(recursion)
    assert eval(repr(FAMILY), {"ct": ct}) == FAMILY  # the repr is our own code
    assert ct.MultivariateGaussian(covariance=np.eye(2)) == ct.MultivariateGaussian() == standard(2, 9).family
    assert "10 × 10" in repr(ct.MultivariateGaussian.standard(10))
    assert np.asarray(family.covariance.root @ family.covariance.root.T) == pytest.approx(np.asarray(family.covariance))
    with pytest.raises(AttributeError, match="cannot be set"):
        family.covariance.values = np.eye(3)
    with pytest.raises(ValueError, match="dimension = 0 is outside its domain"):
        ct.MultivariateGaussian.standard(0)
    with pytest.raises(ValueError, match="i = 4 is outside its domain"):
        ct.Recursion(FAMILY, ct.Replace(), sample_size=5).watch("log_eigenvalue", 4)


def test_sample_sizes_that_cannot_be_fitted_are_refused_by_name() -> None:
    with pytest.raises(ValueError, match="sample_size = 1 is outside its domain"):
        standard(2, 1)
    with pytest.raises(ValueError, match=r"ddof = 3\.0 is outside its domain: a real number below n = 3"):
        standard(2, 3, ddof=3)
    with pytest.raises(ct.NotDefined, match="a detector that looks at the place of a point"):
        standard(
            2, 10, regime=ct.Contaminated(0.5, detector=ct.Detector(0.5, 0.1, beyond=2, tail_fpr=0.5), refill=True)
        )
    with pytest.raises(ct.NotDefined, match="tilt is not defined"):
        standard(2, 10).simulate(1, 1, rng=1, tilt=1.0)


# ---------------------------------------------------------------------------------------------------------- measures
def fitted_state(covariances: Array, means: Array, root: Array) -> tuple[Array, ...]:
    """States of given covariances and errors of the mean, through dense linear algebra."""
    inverse = np.linalg.inv(root)
    factor = np.linalg.cholesky(inverse @ covariances @ inverse.T)
    pivots = np.einsum("...ii->...i", factor)
    return (means @ inverse.T, np.zeros(len(means)), np.log(pivots), packed(factor / pivots[:, None, :]))


def test_every_quantity_is_that_of_dense_linear_algebra() -> None:
    rng, source = np.random.default_rng(2), np.array(TILTED)
    factors = rng.normal(size=(40, 3, 3))
    covariances, errors = factors @ np.swapaxes(factors, 1, 2) + 0.01 * np.eye(3), rng.normal(size=(40, 3))
    state = fitted_state(covariances, errors, FAMILY.covariance.root)
    recursion = ct.Recursion(FAMILY, ct.Replace(), sample_size=10)
    eigenvalues = np.linalg.eigvalsh(covariances)[:, ::-1]
    inverse, root = np.linalg.inv(source), np.real(sqrtm(source))
    log_ratio = np.linalg.slogdet(covariances)[1] - np.linalg.slogdet(source)[1]
    overlap = [np.trace(np.real(sqrtm(root @ one @ root))) for one in covariances]
    back = np.linalg.inv(covariances)
    expected = {
        "trace": eigenvalues.sum(axis=1),
        "squared_trace": eigenvalues.sum(axis=1) ** 2,
        "trace_of_square": (eigenvalues**2).sum(axis=1),
        "determinant": eigenvalues.prod(axis=1),
        "log_determinant": np.log(eigenvalues).sum(axis=1),
        "largest_eigenvalue": eigenvalues[:, 0],
        "log_eigenvalue": np.log(eigenvalues[:, 0]),
        "log_condition_number": np.log(eigenvalues[:, 0] / eigenvalues[:, 2]),
        "effective_rank": eigenvalues.sum(axis=1) ** 2 / (eigenvalues**2).sum(axis=1),
        "rank": np.full(40, 3.0),
        "squared_location_error": (errors**2).sum(axis=1),
        "wasserstein2_squared": (errors**2).sum(axis=1)
        + eigenvalues.sum(axis=1)
        + np.trace(source)
        - 2 * np.array(overlap),
        "kl_model_source": 0.5
        * (
            np.einsum("ij,nji->n", inverse, covariances)
            + np.einsum("ni,ij,nj->n", errors, inverse, errors)
            - 3
            - log_ratio
        ),
        "kl_source_model": 0.5
        * (np.einsum("nij,ji->n", back, source) + np.einsum("ni,nij,nj->n", errors, back, errors) - 3 + log_ratio),
    }
    assert set(expected) == set(FAMILY.measures) > set(DEFINITIONS)
    for name, values in expected.items():
        assert quantity(recursion, name).measure(state) == pytest.approx(values, rel=1e-9), name


def test_the_source_is_at_no_distance_from_itself() -> None:
    recursion = ct.Recursion(FAMILY, ct.Replace(), sample_size=10)
    for name in ("kl_model_source", "kl_source_model", "squared_location_error", "wasserstein2_squared"):
        assert quantity(recursion, name).source_value == pytest.approx(0, abs=1e-14)
    assert quantity(recursion, "trace").mean(0) == pytest.approx(3.25)
    assert quantity(recursion, "effective_rank").source_value == pytest.approx(3.25**2 / np.sum(np.array(TILTED) ** 2))


def walked(n: int, d: int, generations: int) -> tuple[Array, Array, list[Any]]:
    """A model after so many steps of Bartlett's factors: its logarithms, its triangle, and the factors themselves."""
    rng, models, used = np.random.default_rng(3), frames.sources(1, d), []
    for _ in range(generations):
        factor = np.zeros((d, d))
        frames.bartlett(rng, n, models.present[0], factor)
        factor /= np.sqrt(n - 1)
        used.append(factor.copy())
        frames.advance(models, 0, factor, np.zeros(d), np.empty((2, d)))
    return models.log_scale.copy(), packed(models.lower), used


@pytest.mark.parametrize(("n", "generations"), [(5, 60), (5, 400), (12, 400)])
def test_every_axis_keeps_its_digits_however_thin_it_gets(n: int, generations: int) -> None:
    d, root = 4, np.linalg.cholesky(np.eye(4) + 0.3)
    log_scale, lower, used = walked(n, d, generations)
    found = np.empty((1, d))
    spectrum.log_axes(root, lower, log_scale, found)
    with mpmath.workdps(900):
        product = mpmath.matrix(root.tolist())
        for factor in used:
            product = product * mpmath.matrix(factor.tolist())
        eigenvalues = sorted(mpmath.eigsy(product * product.T, eigvals_only=True), reverse=True)
        exact = np.array([float(mpmath.log(value) / 2) for value in eigenvalues])
    assert found[0] == pytest.approx(exact, abs=2e-15 * generations + 2e-16 * np.abs(exact).max() + 1e-12)
    if (n, generations) == (5, 400):
        assert 2 * (exact[0] - exact[-1]) > 400 * np.log(10), "the condition number of the covariance"


# ---------------------------------------------------------------------------------------------------------- theorems
def test_printed_check_values() -> None:
    for d, n, ddof, value in (
        (2, 10, 1, 0.88888888888889),
        (3, 10, 1, 0.69135802469136),
        (10, 100, 1, 0.62511285243492),
        (10, 100, 0, 0.56534085859977),
    ):
        assert quantity(standard(d, n, ddof), "determinant").mean(1) == pytest.approx(value, rel=1e-13)
    ten, hundred = standard(3, 10), standard(10, 100)
    for i, rate in enumerate((-0.11520647041675, -0.24795972834447, -0.40092075613103), start=1):
        assert ten.watch("log_eigenvalue", i).growth_rate == pytest.approx(rate, rel=1e-12)
    assert quantity(ten, "log_determinant").growth_rate == pytest.approx(-0.76408695489225, rel=1e-13)
    assert hundred.watch("log_eigenvalue", 1).growth_rate == pytest.approx(-0.010135018848273, rel=1e-12)
    assert hundred.watch("log_eigenvalue", 10).growth_rate == pytest.approx(-0.10646244114708, rel=1e-12)
    assert quantity(hundred, "log_determinant").growth_rate == pytest.approx(-0.57611539116798, rel=1e-13)
    assert standard(50, 100).watch("log_eigenvalue", 50).growth_rate == pytest.approx(-0.70323015672267, rel=1e-12)
    assert quantity(ten, "trace_of_square").mean(5) == pytest.approx(12.52720621856424, rel=1e-13)
    assert quantity(ten, "squared_trace").mean(5) == pytest.approx(15.85677996240411, rel=1e-13)
    assert quantity(hundred, "trace_of_square").mean(100) == pytest.approx(284.7124550183575, rel=1e-13)
    assert quantity(hundred, "squared_trace").mean(100) == pytest.approx(317.3209398014499, rel=1e-13)
    assert hundred.kl_model_source.mean([1, 10]) == pytest.approx([0.33805769558399, 3.3805769558399], rel=1e-13)
    assert hundred.kl_source_model.mean([1, 10]) == pytest.approx([0.39319230441601, 9.36732263296293], rel=1e-13)


def test_the_setting_of_mad_in_a_hundred_dimensions() -> None:
    recursion = standard(100, 1000, regime=ct.Fresh(real=100))
    assert quantity(recursion, "trace").mean.limit / 100 == pytest.approx(1.004761904761905, rel=1e-14)
    assert recursion.squared_location_error.mean.limit / 100 == pytest.approx(0.005285714285714286, rel=1e-14)
    assert recursion.fate.verdict == "stationary"


@pytest.mark.parametrize("ddof", [0, 1, 2.5])
def test_second_moments_are_those_of_the_whole_tensor(ddof: float) -> None:
    """E Σ_ij Σ_kl through Isserlis' theorem, entry by entry, in place of the map of two traces."""
    recursion, m, c = ct.Recursion(ct.MultivariateGaussian(0, TILTED, ddof), ct.Replace(), sample_size=6), 5, 6 - ddof
    tensor = np.multiply.outer(np.array(TILTED), np.array(TILTED))
    for t in range(1, 6):
        swapped = np.transpose(tensor, (0, 2, 1, 3)) + np.transpose(tensor, (0, 2, 3, 1))
        tensor = (m**2 * tensor + m * swapped) / c**2
        squares, traces = np.einsum("ijji->", tensor), np.einsum("iijj->", tensor)
        assert quantity(recursion, "trace_of_square").mean(t) == pytest.approx(squares, rel=1e-12)
        assert quantity(recursion, "squared_trace").mean(t) == pytest.approx(traces, rel=1e-12)
        spread = traces - (3.25 * (m / c) ** t) ** 2
        assert quantity(recursion, "trace").std(t) == pytest.approx(spread**0.5, rel=1e-10)


def test_in_two_dimensions_the_root_of_the_volume_is_one_chi_square() -> None:
    law = quantity(
        ct.Recursion(ct.MultivariateGaussian(0, [[2, 0], [0, 3]], 0.5), ct.Replace(), sample_size=7), "determinant"
    )
    for x in (0.3, 2.0, 9.0):
        assert law.distribution(1).cdf(x) == pytest.approx(gammainc(5, 6.5 * np.sqrt(x / 6)), rel=1e-10)


@pytest.mark.parametrize("sizes", [5, ct.schedules.power(5, 1)], ids=repr)
def test_the_volume_walks_by_sums_over_axes_and_generations(sizes: Any) -> None:
    recursion = ct.Recursion(ct.MultivariateGaussian(0, TILTED, 0.25), ct.Replace(), sample_size=sizes)
    volume, start = quantity(recursion, "log_determinant"), np.linalg.slogdet(TILTED)[1]
    expected = start
    for t in range(1, 7):
        n = int(recursion.sizes(t))
        expected += sum(digamma((n - i) / 2) + np.log(2 / (n - 0.25)) for i in (1, 2, 3))
        assert volume.mean(t) == pytest.approx(expected, rel=1e-12)
        law = volume.distribution(t)
        assert law.cdf(volume.median(t)) == pytest.approx(0.5, abs=1e-10)
    det = quantity(recursion, "determinant")
    assert det.median(3) == pytest.approx(np.exp(volume.median(3)), rel=1e-10)
    if isinstance(sizes, int):
        assert det.carried_by_top(0.01, 50) > 0.9


def test_divergences_do_not_know_the_source() -> None:
    one, other = standard(3, 9), ct.Recursion(FAMILY, ct.Replace(), sample_size=9)
    for name in ("kl_model_source", "kl_source_model"):
        t = np.arange(0, 30)
        assert quantity(one, name).mean(t) == pytest.approx(quantity(other, name).mean(t), rel=1e-13)
    runs, others = (recursion.simulate(4, 50, rng=1) for recursion in (one, other))
    assert one.kl_source_model.values(runs) == pytest.approx(other.kl_source_model.values(others), rel=1e-14)


def test_where_the_divergence_from_the_source_exists() -> None:
    assert np.isinf(standard(3, 5).kl_source_model.mean(1))
    assert np.isfinite(standard(3, 6).kl_source_model.mean(1))
    assert np.isinf(standard(3, 3).kl_model_source.mean(1))
    assert np.isfinite(standard(3, 4).kl_model_source.mean(1))
    growth = standard(3, 6).kl_source_model.growth_rate
    assert growth == pytest.approx(-standard(3, 6).watch("log_eigenvalue", 3).growth_rate, rel=1e-14)


def test_the_distance_of_wasserstein_lies_between_bounds_that_meet() -> None:
    recursion = standard(3, 20, ddof=0)
    distance_ = recursion.wasserstein2_squared.mean
    assert distance_.bounds(120, "most") == pytest.approx(6, rel=1e-13)
    assert distance_.bounds(10_000, "least") == pytest.approx(6, rel=1e-10)
    runs = recursion.simulate(10, 4000, rng=3)
    values = recursion.wasserstein2_squared.values(runs)
    error = critical_z(1) * values.std() / 4000**0.5
    assert distance_.bounds(10, "least") - error < values.mean() < distance_.bounds(10, "most") + error


@pytest.mark.parametrize(
    "regime",
    [
        ct.Replace(),
        ct.Accumulate(),
        ct.Fresh(real=2),
        ct.FreshMixture(0.25),
        ct.Window(2),
        ct.Golden(4),
        ct.FineTune(0.5, "regenerated"),
    ],
    ids=repr,
)
@pytest.mark.parametrize("ddof", [0, 1, 1.9, 2.5])
def test_one_dimension_is_the_gaussian(regime: ct.Regime, ddof: float) -> None:
    many = ct.Recursion(ct.MultivariateGaussian([1], [[4]], ddof), regime, sample_size=8)
    wide = ct.Recursion(ct.MultivariateGaussian(0, 4 * np.eye(3), ddof), regime, sample_size=8)
    one = ct.Recursion(ct.Gaussian(mean=1, sd=2, ddof=ddof), regime, sample_size=8)
    t = np.array([0, 1, 2, 5, 20])
    for recursion, d in ((many, 1), (wide, 3)):
        assert quantity(recursion, "trace").mean(t) == pytest.approx(d * one.variance.mean(t), rel=1e-12)
        assert recursion.squared_location_error.mean(t) == pytest.approx(
            d * one.squared_location_error.mean(t), rel=1e-11, abs=1e-300
        )
        if not isinstance(regime, ct.Accumulate):
            assert recursion.loop_gain == pytest.approx(one.loop_gain, rel=1e-14)
        assert known(recursion) == known(one)
    if isinstance(regime, ct.Replace):
        assert quantity(many, "log_determinant").median(t) == pytest.approx(one.log_variance.median(t), rel=1e-11)
        assert quantity(many, "trace").std(t) == pytest.approx(one.variance.std(t), rel=1e-11)
        assert many.kl_model_source.mean(t) == pytest.approx(one.kl_model_source.mean(t), rel=1e-11, abs=1e-15)
        assert many.kl_source_model.mean(t) == pytest.approx(one.kl_source_model.mean(t), rel=1e-11, abs=1e-15)
        assert quantity(wide, "trace").growth_rate == pytest.approx(one.variance.growth_rate, rel=1e-12)
    if ddof == 0:
        assert wide.conservation_law.value(wide, t[1:]) == pytest.approx(12)


def known(recursion: ct.Recursion) -> Any:
    try:
        return recursion.fate
    except ct.NoClosedForm:
        return None


def test_growing_samples_save_the_volume_where_the_sum_of_reciprocals_converges() -> None:
    saved, lost = standard(3, ct.schedules.power(8, 2)), standard(3, ct.schedules.power(8, 1))
    assert (saved.fate.verdict, lost.fate.verdict) == ("settles", "collapses")
    assert quantity(lost, "log_determinant").mean.limit == -np.inf
    with pytest.raises(ct.NoClosedForm, match="evaluate at large t"):
        _ = quantity(saved, "log_determinant").mean.limit


@pytest.mark.parametrize(
    "variances",
    [(v, v) for v in (1e-158, 1e-200, 1e155, 1e200)] + [(1e-300, 1e300), (1e-200,), (3e-170, 5e-165, 1e-160)],
)
def test_covariances_whose_squares_leave_the_floats(variances: tuple[float, ...]) -> None:
    """Logs of the determinant and of the two-dimensional map of moments, stepped in mpmath."""
    family = ct.MultivariateGaussian(0, np.diag(variances), 0.5)
    exact = mpmath.fsum(mpmath.log(mpmath.mpf(v)) for v in variances)
    assert family.covariance.log_determinant == pytest.approx(float(exact), rel=1e-14, abs=1e-12)
    recursion, m, c = ct.Recursion(family, ct.Replace(), sample_size=10), mpmath.mpf(9), mpmath.mpf(9.5)
    assert recursion.log_determinant.mean(3) == pytest.approx(
        float(
            exact
            + 3
            * sum(mpmath.digamma((10 - mpmath.mpf(i)) / 2) + mpmath.log(2 / c) for i in range(1, len(variances) + 1))
        ),
        rel=1e-13,
    )
    with mpmath.workdps(60):
        square, trace = mpmath.fsum(mpmath.mpf(v) ** 2 for v in variances), mpmath.fsum(map(mpmath.mpf, variances))
        x, y = square, trace**2
        for t in range(1, 4):
            x, y = ((m * m + m) * x + m * y) / c**2, (2 * m * x + m * m * y) / c**2
            spread = mpmath.sqrt(y - (trace * (m / c) ** t) ** 2)
            assert recursion.trace_of_square.mean.log(t) == pytest.approx(float(mpmath.log(x)), rel=1e-13)
            assert recursion.squared_trace.mean.log(t) == pytest.approx(float(mpmath.log(y)), rel=1e-13)
            assert recursion.trace.std.log(t) == pytest.approx(float(mpmath.log(spread)), rel=1e-13)
            assert recursion.trace.std(t) == pytest.approx(float(spread), rel=1e-12)


def test_a_correlated_covariance_far_below_its_squares() -> None:
    far = ct.CovarianceMatrix(1e-180 * np.array(TILTED))
    near = ct.CovarianceMatrix(TILTED)
    assert far.log_determinant == pytest.approx(near.log_determinant - 540 * np.log(10), rel=1e-14)
    assert far.concentration == pytest.approx(near.concentration, rel=1e-14)
