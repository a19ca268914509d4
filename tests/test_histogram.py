"""Histograms: a wrong shape is lost once where the bins are fixed, and again and again where they move."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from error_budget import critical_distance, critical_z, distance, z_of_mean
from every import every_pair
from scipy import integrate, stats

import collapse_theory as ct
from collapse_theory.families.points import PointFamily
from collapse_theory.tableau.moments import exact_second_moments

FIXED = ct.Histogram(edges=(-2, -0.5, 0, 1, 4), mean=0.5, sd=1.5)
MOVING = ct.Histogram(edges="data", bins=3)
GROWING = ct.schedules.power(5, 1)


def law(shares: Any, edges: Any) -> Any:
    return stats.rv_histogram((np.asarray(shares), np.asarray(edges)), density=False)


@pytest.mark.parametrize("shares", [[0.1, 0.2, 0.3, 0.4], [0, 0.5, 0.5, 0], [0, 0, 0, 1]])
def test_quantities_are_those_of_the_density(shares: list[float]) -> None:
    """Against quadrature over the source's density."""
    edges = np.array(FIXED.edges, dtype=float)
    state = np.array([shares]), edges[:1], edges[-1:]
    recursion = ct.Recursion(FIXED, ct.Replace(), sample_size=8)
    model, source = law(shares, edges), stats.norm(0.5, 1.5)
    found = {name: recursion.watch(name).measure(state)[0] for name in FIXED.measures}
    assert found["location"] == pytest.approx(model.mean(), rel=1e-12)
    assert found["variance"] == pytest.approx(model.var(), rel=1e-12)
    assert found["sd"] ** 2 == pytest.approx(found["variance"], rel=1e-14)
    assert found["squared_location_error"] == pytest.approx((model.mean() - 0.5) ** 2, rel=1e-12)
    assert found["support_size"] == np.count_nonzero(shares)

    def integral(function: Any) -> float:
        parts = zip([-20, *edges], [*edges, 20], strict=True)
        return sum(integrate.quad(function, low, high, limit=200)[0] for low, high in parts)

    density = np.array(shares) / np.diff(edges)

    def at(x: float) -> float:
        place = int(np.searchsorted(edges, x)) - 1
        return float(density[place]) if 0 <= place < 4 else 0.0

    assert found["total_variation"] == pytest.approx(integral(lambda x: abs(at(x) - source.pdf(x))) / 2, abs=1e-6)
    assert found["entropy"] == pytest.approx(integral(lambda x: -at(x) * math.log(at(x)) if at(x) else 0.0), rel=1e-8)
    ratio = integral(lambda x: at(x) * (math.log(at(x)) - source.logpdf(x)) if at(x) else 0.0)
    assert found["kl_model_source"] == pytest.approx(ratio, rel=1e-8)


def test_generation_0_is_the_normal_law_itself() -> None:
    for family in (FIXED, MOVING):
        recursion = ct.Recursion(family, ct.Replace(), sample_size=8)
        runs = recursion.simulate(2, 50, rng=1, keep="all")
        at_source = {name: runs.values(recursion.watch(name))[:, 0] for name in family.measures}
        assert np.all(at_source["variance"] == family.spread)
        assert np.all(at_source["kl_model_source"] == 0)
        assert np.all(at_source["total_variation"] == 0)
        assert at_source["entropy"] == pytest.approx(np.full(50, stats.norm(family.mean, family.sd).entropy()))
        assert np.all(np.isfinite(runs.values(recursion.entropy)))


def test_the_source_s_chances_of_the_bins_keep_their_digits() -> None:
    assert FIXED.chances == pytest.approx(np.diff(stats.norm(0.5, 1.5).cdf([-np.inf, -0.5, 0, 1, np.inf])), rel=1e-12)
    far = ct.Histogram(edges=(6, 7, 8, 9))
    assert far.chances[2] == pytest.approx(stats.norm.sf(8), rel=1e-12)
    assert far.chances.sum() == pytest.approx(1, rel=1e-15)
    assert ct.Histogram(edges="fixed", bins=4, mean=1, sd=2).fixed_edges == pytest.approx([-5, -2, 1, 4, 7])


# ---------------------------------------------------------------------------------------------------------- fixed bins
@every_pair(6, GROWING, members=[FIXED])
def test_fixed_bins_are_a_categorical_recursion(recursion: ct.Recursion) -> None:
    """Moments of the density from those of the bins in fractions; entropy and support from the categorical family."""
    words = ct.Recursion(ct.Categorical(FIXED.chances), recursion.regime, sample_size=recursion.sample_size)
    edges = np.array(FIXED.edges)
    middles, widths = (edges[1:] + edges[:-1]) / 2, np.diff(edges)
    mean = FIXED.chances @ middles
    between, within = FIXED.chances @ (middles - mean) ** 2, FIXED.chances @ widths**2 / 12
    exact = exact_second_moments(recursion.regime, recursion.sizes, 0, 6)
    for t in (1, 2, 6):
        spread, error = map(float, exact[t])
        assert recursion.location.mean(t) == pytest.approx(mean, rel=1e-13)
        assert recursion.variance.mean(t) == pytest.approx(between * spread + within, rel=1e-12)
        assert recursion.squared_location_error.mean(t) == pytest.approx((mean - 0.5) ** 2 + between * error, rel=1e-12)
        for name in ("support_size", "entropy"):
            try:
                expected = words.watch(name).mean(t)
            except ct.NoClosedForm:
                continue
            shift = FIXED.chances @ np.log(widths) if name == "entropy" else 0.0
            assert recursion.watch(name).mean(t) == pytest.approx(shift + expected, rel=1e-12)


def test_a_wrong_shape_is_lost_once() -> None:
    """E KL(model‖source) is the misfit of the projection and the drift of a bag of words, and nothing else."""
    recursion = ct.Recursion(FIXED, ct.Replace(), sample_size=40)
    words = ct.Recursion(ct.Categorical(FIXED.chances), ct.Replace(), sample_size=40)
    start = -(FIXED.chances @ np.log(FIXED.chances))
    for t in (1, 2, 30):
        drift = start - words.entropy.mean(t)
        assert recursion.kl_model_source.mean(t) == pytest.approx(FIXED.misspecification + drift, rel=1e-12)
    many = ct.Recursion(FIXED, ct.Replace(), sample_size=10**7)
    assert many.kl_model_source.mean(1) == pytest.approx(FIXED.misspecification, rel=1e-5)
    assert many.kl_model_source.mean(10) == pytest.approx(FIXED.misspecification, rel=1e-4)
    finer = [ct.Histogram(edges="fixed", bins=bins).misspecification for bins in (2, 8, 32)]
    assert finer[0] > finer[1] > finer[2] > 0


def test_support_theorems_are_those_of_types() -> None:
    recursion = ct.Recursion(FIXED, ct.Replace(), sample_size=6)
    words = ct.Recursion(ct.Categorical(FIXED.chances), ct.Replace(), sample_size=6)
    assert recursion.support_size.std(3) == pytest.approx(words.support_size.std(3), rel=1e-13)
    fresh, words_fresh = (
        ct.Recursion(one.family, ct.Fresh(real=2), sample_size=6).support_size.mean for one in (recursion, words)
    )
    assert fresh.limit == pytest.approx(words_fresh.limit, rel=1e-13)
    assert recursion.support_size.distribution(3).cdf(2) == pytest.approx(words.support_size.distribution(3).cdf(2))


@every_pair(6, GROWING, members=[FIXED])
def test_simulated_histograms_are_those_of_the_theorems(recursion: ct.Recursion, seed: int) -> None:
    """Notices 2 % of the variance; a fit with the divisor n − 1 between the bins is caught."""
    kept = [1, 2, 4]
    runs = recursion.simulate(4, 20_000, rng=seed, keep=kept)
    allowed, compared = critical_z(18), 0
    for name in FIXED.measures:
        try:
            exact = recursion.watch(name).mean(kept)
        except ct.NoClosedForm:
            continue
        compared += 1
        assert np.max(np.abs(z_of_mean(runs.values(recursion.watch(name)), exact))) < allowed, name
    assert compared >= 3
    wrong = recursion.squared_location_error.mean(1) * recursion.sizes(1) / (recursion.sizes(1) - 1)
    assert np.abs(z_of_mean(runs.values(recursion.squared_location_error)[:, :1], wrong))[0] > allowed


def test_counts_of_fixed_bins_are_drawn_as_single_points_are(seed: int) -> None:
    """The twin draws every point from its bin; with one point fewer it is caught."""
    state, rng = FIXED.source(30_000), np.random.default_rng(seed)
    state = FIXED.fit(FIXED.draw(state, 7, rng), 7, state, rng)

    def moved(points: Any) -> Any:
        fitted = FIXED.fit(points, 7, state, rng)
        return ct.Recursion(FIXED, ct.Replace(), sample_size=7).variance.measure(fitted)

    counted = moved(FIXED.draw(state, 7, rng))
    allowed = critical_distance(2, 30_000, 30_000)
    assert distance(counted, moved(PointFamily.draw(FIXED, state, 7, rng))) < allowed
    assert distance(counted, moved(PointFamily.draw(FIXED, state, 6, rng))) > allowed


# --------------------------------------------------------------------------------------------------------- moving bins
def test_one_moving_bin_is_a_uniform_law_that_shrinks_by_beta_factors(seed: int) -> None:
    """The range is multiplied by Beta(n − 1, 2) each time, of second moment n(n − 1)/((n + 1)(n + 2))."""
    n = 8
    recursion = ct.Recursion(ct.Histogram(edges="data", bins=1), ct.Replace(), sample_size=n)
    runs = recursion.simulate(4, 50_000, rng=seed, keep=[1, 2, 4])
    variance = runs.values(recursion.variance)
    once, twice = variance[:, 1] / variance[:, 0], variance[:, 2] / variance[:, 1]
    factor = Fraction(n * (n - 1), (n + 1) * (n + 2))
    allowed = critical_z(3)
    assert np.abs(z_of_mean(once[:, None], float(factor)))[0] < allowed
    assert np.abs(z_of_mean(twice[:, None], float(factor**2)))[0] < allowed
    assert np.abs(z_of_mean(once[:, None], (n - 1) / n))[0] > allowed
    range_ = np.sqrt(once)
    assert distance(range_, np.random.default_rng(seed).beta(n - 1, 2, 50_000)) < critical_distance(3, 50_000, 50_000)


@every_pair(6, members=[MOVING])
def test_moving_bins_lie_within_their_data(recursion: ct.Recursion) -> None:
    runs = recursion.simulate(6, 50, rng=1, keep="all")
    shares, low, high = runs.states
    assert shares.sum(axis=-1) == pytest.approx(np.ones((50, 7)))
    assert np.all(low[:, 1:] <= high[:, 1:])
    if recursion.tableau.replacement:
        assert np.all(np.diff(low[:, 1:], axis=1) >= 0)
        assert np.all(np.diff(high[:, 1:], axis=1) <= 0)
    assert np.all(runs.values(recursion.total_variation) <= 1)
    assert recursion.support_size.median.simulated(runs).values[-1] >= 1


def test_a_range_that_is_gone_is_a_point() -> None:
    recursion = ct.Recursion(MOVING, ct.Replace(), sample_size=2)
    runs = recursion.simulate(200, 20, rng=1)
    assert np.all(runs.values(recursion.variance) <= 1e-15)
    gone = np.array([[1.0, 0.0, 0.0]]), np.ones(1), np.ones(1)
    assert recursion.entropy.measure(gone)[0] == -math.inf
    assert recursion.kl_model_source.measure(gone)[0] == math.inf
    assert recursion.total_variation.measure(gone)[0] == 1
    assert np.all(MOVING.draw(gone, 3, np.random.default_rng(1)).values == 1)
    with pytest.raises(OverflowError, match="infinite"):
        recursion.entropy.mean.simulated(recursion.simulate(3000, 5, rng=1))


def test_moving_bins_have_no_theorem() -> None:
    recursion = ct.Recursion(MOVING, ct.Replace(), sample_size=8)
    with pytest.raises(ct.NoClosedForm, match="simulated"):
        recursion.variance.mean(3)
    with pytest.raises(ct.NotDefined, match="move with the data"):
        _ = MOVING.misspecification
    with pytest.raises(ct.NotDefined):
        _ = MOVING.chances


# ---------------------------------------------------------------------------------------------------------- parameters
@pytest.mark.parametrize("edges", ["moving", (1.0,), (1, 1), (2, 1), (0, math.inf), (0, math.nan), 3, None, ()])
def test_edges_ascend(edges: Any) -> None:
    with pytest.raises(ValueError, match=r"edges = .* is outside its domain: one of 'fixed', 'data', or at least two"):
        ct.Histogram(edges=edges)


def test_edges_say_how_many_bins_there_are() -> None:
    assert ct.Histogram(edges=[0, 1, 3]).bins == 2
    assert eval(repr(FIXED), {"ct": ct}) == FIXED
    recursion = ct.Recursion(FIXED, ct.Replace(), sample_size=3)
    assert ct.Recursion.from_dict(recursion.to_dict()) == recursion
    with pytest.raises(ValueError, match="bins = 3 beside 5 edges: leave it out"):
        ct.Histogram(edges=(-2, -1, 0, 1, 2), bins=3)
    with pytest.raises(ValueError, match="bins = 0 is outside its domain"):
        ct.Histogram(edges="data", bins=0)
