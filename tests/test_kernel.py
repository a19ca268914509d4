"""The compiled loops against numpy's draws, the plain verbs, single points, exact moments and exact laws."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from error_budget import confidence, critical_distance, critical_z, distance, z_of_mean
from every import REGIMES, can_be_tilted, covering_pairs, every_pair, possible
from numpy.typing import NDArray

import collapse_theory as ct
from collapse_theory.families.gaussian import kernel
from collapse_theory.tableau.moments import exact_second_moments

Array = NDArray[np.float64]

GAUSSIANS = ct.Gaussian.examples()
PLUG_IN = tuple(family for family in GAUSSIANS if family.two_moments)
DATA = (*REGIMES, ct.Fresh(real=3))


def draws_in_turn(regime: ct.Regime) -> bool:
    """Whether no point is thrown away, sampled again or screened."""
    step = regime.tableau(ct.schedules.Constant(12))
    return not (step.thinned or step.subsample or step.screen)


KINDS = tuple({type(regime): regime for regime in reversed(REGIMES)}.values())
IN_TURN = tuple(regime for regime in DATA if draws_in_turn(regime))
"""Data for which the loop draws the same numbers in the same order as the plain verbs."""
FIXED = tuple(regime for regime in DATA if can_be_tilted(regime))
"""Data whose composition is fixed: what can be tilted."""

gaussians = pytest.mark.parametrize("family", GAUSSIANS, ids=repr)
regimes = pytest.mark.parametrize("regime", DATA, ids=repr)
depths = pytest.mark.parametrize("runs", [20_000, pytest.param(400_000, marks=pytest.mark.deep)])


def wrong(recursion: ct.Recursion) -> ct.Recursion:
    """The twin that every statistical test must catch: n in place of n − 1, or the posterior plugged in."""
    family = recursion.family
    twin = {"estimator": "plug-in"} if family.estimator == "posterior" else {"ddof": family.ddof - 1}
    return replace(recursion, family=replace(family, **twin))


# ---------------------------------------------------------------------------------------------------------- numpy
@pytest.mark.parametrize("df", [0.5, 1.0, 2.0, 2.5, 9.0, 49.5, 1e6])
def test_draws_are_those_of_numpy_bit_for_bit(df: float) -> None:
    compiled, numpy = np.random.default_rng(7), np.random.default_rng(7)
    out = np.empty(5000)
    for _ in range(2):
        kernel.draw_normals(compiled, out)
        assert np.array_equal(out, numpy.standard_normal(5000))
        kernel.draw_chi_squares(compiled, df, out)
        np.testing.assert_allclose(out, numpy.chisquare(df, 5000), rtol=0 if df >= 2 else 1e-14)
    assert compiled.bit_generator.state == numpy.bit_generator.state


@covering_pairs(6, ct.schedules.power(6, 1), members=GAUSSIANS, data=IN_TURN)
def test_kernel_repeats_the_plain_verbs_run_by_run(recursion: ct.Recursion) -> None:
    compiled, plain = (recursion.simulate(15, 2100, rng=3, keep="all", method=how) for how in ("kernel", "plain"))
    for ours, theirs in zip(compiled.states, plain.states, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-10, atol=1e-10)


# -------------------------------------------------------------------------------------------------------- in law
@depths
@covering_pairs(6, members=GAUSSIANS, data=DATA)
def test_kernel_and_plain_verbs_agree_in_law(recursion: ct.Recursion, runs: int, seed: int) -> None:
    """Notices a shift of the log sd by a tenth of its spread, and in depth by a fortieth."""
    kept = [1, 2, 6]
    compiled = recursion.simulate(6, runs, rng=seed, keep=kept)
    threshold = critical_distance(2 * len(kept), runs, runs)
    for twin, agrees in ((recursion, True), (wrong(recursion), False)):
        plain = twin.simulate(6, runs, rng=seed + 1, keep=kept, method="plain")
        found = [
            distance(ours, theirs)
            for one, other in zip(compiled.states, plain.states, strict=True)
            for ours, theirs in zip(one.T, other.T, strict=True)
        ]
        assert (max(found) < threshold) is agrees


def point_by_point(recursion: ct.Recursion, generations: int, replicates: int, seed: int) -> tuple[Array, Array]:
    """Fitted mean and log sd of a twin that draws, thins, stores, samples again and fits every single point."""
    rng = np.random.default_rng(seed)
    family, regime, sizes = recursion.family, recursion.regime, recursion.sizes
    assert isinstance(family, ct.Gaussian)
    rows = (replicates, 1)
    mean, sd = np.full(rows, family.mean), np.full(rows, family.sd)
    slots: list[Array] = []
    for t in range(1, generations + 1):
        step = regime.step(t, sizes)
        real = source_points(family, step, (replicates, step.drawn[0]), rng)
        model = rng.normal(mean, sd, (replicates, step.drawn[1]))
        swapped = rng.random(model.shape) < step.share
        model[swapped] = source_points(family, step, (int(swapped.sum()),), rng)
        batches = [real, model, *(slots or [np.empty((replicates, 0))] * len(step.stored))]
        points = np.concatenate(batches, axis=1)
        weights = np.concatenate(
            [np.full(b.shape, float(w)) for b, w in zip(batches, step.weight, strict=True)], axis=1
        )
        if step.thinned:
            weights *= passing(step, replicates, max(2, int(family.ddof) + 1), rng)
        if step.subsample is not None:
            places = rng.random((replicates, len(points.T))).argsort(axis=1)[:, : step.subsample.size]
            if step.subsample.replacement:
                places = rng.integers(len(points.T), size=(replicates, step.subsample.size))
            points, weights = (np.take_along_axis(x, places, axis=1) for x in (points, weights))
        total, carried = weights.sum(axis=1, keepdims=True) + step.carried, mean
        kish = total**2 / (weights**2).sum(axis=1, keepdims=True)
        mean = ((weights * points).sum(axis=1, keepdims=True) + step.carried * carried) / total
        squares = (weights * (points - mean) ** 2).sum(axis=1, keepdims=True)
        squares = (squares + step.carried * (sd**2 + (carried - mean) ** 2)) * kish / total
        if family.estimator == "posterior":
            sd = np.sqrt(squares / rng.chisquare(kish - 1))
            mean = rng.normal(mean, sd / np.sqrt(kish))
        else:
            sd = np.sqrt(squares / (kish - family.ddof))
        slots = [np.concatenate([batches[b] for b in kept], axis=1) for kept in step.keep]
    return (mean[:, 0] - family.mean) / np.maximum(sd[:, 0], family.sd), np.log(sd[:, 0] / family.sd)


def source_points(family: ct.Gaussian, step: ct.Step, shape: tuple[int, ...], rng: np.random.Generator) -> Array:
    """Points of the source that have passed the screen, by rejection."""
    points = rng.normal(family.mean, family.sd, shape)
    screen: Any = step.screen
    again = np.full(shape, screen is not None)
    while np.any(again):
        points[again] = rng.normal(family.mean, family.sd, int(again.sum()))
        far = np.abs(points - family.mean) > screen.beyond * family.sd
        again &= rng.random(shape) >= np.where(far, screen.far, screen.near)
    return points


def passing(step: ct.Step, replicates: int, least: int, rng: np.random.Generator) -> Array:
    """1 for each drawn point that is kept, else 0; rows with too few are drawn again."""
    chances = np.repeat(step.kept, step.drawn)
    kept = rng.random((replicates, len(chances))) < chances
    while np.any(short := kept.sum(axis=1) < least):
        kept[short] = rng.random((int(short.sum()), len(chances))) < chances
    return kept.astype(float)


@depths
@covering_pairs(6, members=GAUSSIANS, data=DATA)
def test_kernel_agrees_with_drawing_every_point(recursion: ct.Recursion, runs: int, seed: int) -> None:
    """Notices a shift of the log sd by a tenth of its spread, and in depth by a fortieth."""
    compiled = recursion.simulate(4, runs, rng=seed)
    threshold = critical_distance(2, runs, runs)
    for twin, agrees in ((recursion, True), (wrong(recursion), False)):
        points = point_by_point(twin, 4, runs, seed + 1)
        found = [distance(ours[:, 0], theirs) for ours, theirs in zip(compiled.states, points, strict=True)]
        assert (max(found) < threshold) is agrees


# ------------------------------------------------------------------------------------------------ exact moments
@pytest.mark.parametrize("runs", [100_000, pytest.param(1_000_000, marks=pytest.mark.deep)])
@covering_pairs(10, ct.schedules.power(10, 1), members=PLUG_IN, data=DATA)
def test_means_are_those_of_the_exact_moment_map(recursion: ct.Recursion, runs: int, seed: int) -> None:
    """Notices 3 % of the variance and of the squared error of the mean, and in depth 1 %."""
    kept, family = [1, 2, 4, 8], recursion.family
    simulated = recursion.simulate(kept[-1], runs, rng=seed, keep=kept)
    limit = critical_z(2 * len(kept))

    def worst(ddof: float) -> float:
        exact = exact_second_moments(recursion.regime, recursion.sizes, Fraction(ddof), kept[-1])
        variance, error = zip(*(exact[t] for t in kept), strict=True)
        scale = family.sd**2
        z_variance = z_of_mean(recursion.variance.values(simulated), scale * np.array(variance, dtype=float))
        z_error = z_of_mean(recursion.squared_location_error.values(simulated), scale * np.array(error, dtype=float))
        return float(np.max(np.abs([z_variance, z_error])))

    assert worst(family.ddof) < limit < worst(family.ddof - 1)


@every_pair(5, ct.schedules.geometric(5, 1.5), members=GAUSSIANS, data=[ct.Replace()])
def test_medians_under_replacement_are_exact(recursion: ct.Recursion, seed: int) -> None:
    """Notices a shift of the log variance by 3 % of its spread."""
    kept, family = [1, 3, 10], recursion.family
    runs = recursion.simulate(10, 50_000, rng=seed, keep=kept)
    found = recursion.variance.median.simulated(runs, level=confidence(len(kept)))
    assert np.all(found.contains(recursion.variance.median(kept)))
    shifted = recursion.variance.values(runs) * (5 - family.ddof) / (6 - family.ddof)
    if family.estimator == "plug-in":
        assert not np.all(found.contains(np.median(shifted, axis=0)))


def test_mean_log_variance_is_exact_where_floats_have_long_ended(seed: int) -> None:
    recursion = ct.Recursion(ct.Gaussian(ddof=0), ct.Replace(), sample_size=2)
    runs = recursion.simulate(5000, 4000, rng=seed)
    z = z_of_mean(recursion.log_variance.values(runs), recursion.log_variance.mean(5000))
    assert recursion.log_variance.mean(5000) < -5000
    assert abs(z) < critical_z(1)
    other = ct.Recursion(ct.Gaussian(ddof=-1), ct.Replace(), sample_size=2)
    assert abs(z_of_mean(recursion.log_variance.values(runs), other.log_variance.mean(5000))) > critical_z(1)


# ----------------------------------------------------------------------------------------------------- watched times
@regimes
def test_watched_times_are_those_of_the_path(regime: ct.Regime) -> None:
    levels = (1.5, 1.0, 0.5, 1e-3, 1e-120, 1e-250)
    recursion = ct.Recursion(ct.Gaussian(mean=1.0, sd=2.0, ddof=-1), regime, sample_size=4)
    times = [recursion.time_until_sd_below(2 * level) for level in levels]
    runs = recursion.simulate(1500, 50, rng=1, keep="all", watch=times)
    for time, level in zip(times, levels, strict=True):
        below = runs.states[1] <= np.log(level)
        first = np.where(below.any(axis=1), below.argmax(axis=1), -1)
        assert np.array_equal(runs.watched_times(time), first)
    if regime == ct.Replace():
        assert np.all(runs.times >= 0)


@pytest.mark.parametrize("ddof", [-1.0, 0.0, 1.0])
def test_watched_times_follow_the_exact_law(ddof: float, seed: int) -> None:
    """Notices 1 % of probability."""
    runs, t = 100_000, np.arange(1, 41)
    time = ct.Recursion(ct.Gaussian(ddof=ddof), ct.Replace(), sample_size=10).time_until_sd_below(0.5)
    found = time.recursion.simulate(40, runs, rng=seed, watch=[time]).watched_times(time)
    observed = ((found[:, None] >= 0) & (found[:, None] <= t)).mean(axis=0)
    twin = wrong(time.recursion).time_until_sd_below(0.5)
    for law, agrees in ((time.distribution, True), (twin.distribution, False)):
        assert bool(np.max(np.abs(observed - law.cdf(t))) < critical_distance(1, runs)) is agrees


# ---------------------------------------------------------------------------------------------------------- extremes
EXTREMES = [
    recursion
    for n, ddof in ((2, -1.0), (2, 0.0), (2, 1.0), (2, 1.9), (4, 3.0), (4, 3.99), (4, -1e6))
    for recursion in possible([n], [ct.Gaussian(ddof=ddof)], (*KINDS, ct.FreshMixture(share=0.001)))
]


@pytest.mark.parametrize("recursion", EXTREMES, ids=repr)
def test_no_run_leaves_the_numbers(recursion: ct.Recursion) -> None:
    runs = recursion.simulate(5000, 30, rng=5, keep=[0, 1, 2500, 5000])
    location, log_sd = runs.states
    assert np.all(np.isfinite(log_sd))
    assert np.all(np.isfinite(location))
    for name in recursion.family.measures:
        quantity = recursion.watch(name, *recursion.defined(name).typical)
        assert not np.any(np.isnan(quantity.values(runs))), name


def test_real_points_alone_bring_back_a_model_above_the_floats() -> None:
    recursion = ct.Recursion(ct.Gaussian(ddof=2.999), ct.FreshMixture(share=0.1), sample_size=3)
    runs = recursion.simulate(4000, 200, rng=5, keep="all")
    location, log_sd = recursion.location.values(runs), runs.states[1]
    fallen = np.argwhere(np.diff(log_sd, axis=1) < -500)
    assert len(fallen) > 10
    for run, t in fallen:
        assert abs(log_sd[run, t + 1] - np.log(1 / 0.001) / 2) < 5
        assert abs(location[run, t + 1]) < 5


def test_real_points_bring_back_a_model_below_the_floats() -> None:
    recursion = ct.Recursion(ct.Gaussian(ddof=0), ct.FreshMixture(share=0.001), sample_size=2)
    log_sd = recursion.simulate(4000, 200, rng=5, keep="all").states[1]
    risen = np.diff(log_sd, axis=1)
    assert np.min(log_sd) < np.log(1e-300)
    assert np.max(risen) > 300
    assert np.max(log_sd) < 3


def test_an_explosion_beyond_floats_keeps_its_logarithm_and_signs(seed: int) -> None:
    recursion = ct.Recursion(ct.Gaussian(ddof=3), ct.Replace(), sample_size=4)
    runs = recursion.simulate(5000, 2000, rng=seed)
    z = z_of_mean(recursion.log_variance.values(runs), recursion.log_variance.mean(5000))
    assert abs(z) < critical_z(1)
    assert set(np.sign(runs.states[0]).ravel()) == {-1.0, 1.0}


# ----------------------------------------------------------------------------------------------------------- tilting
@pytest.mark.parametrize("tilt", [-0.75, pytest.param(0.75, marks=pytest.mark.deep)])
@covering_pairs(10, members=PLUG_IN, data=FIXED)
def test_tilted_means_are_those_of_the_exact_moment_map(recursion: ct.Recursion, tilt: float, seed: int) -> None:
    """Notices 3 % of the variance, and that the ratios are left out."""
    kept, runs, family = [1, 2, 4], 100_000, recursion.family
    simulated = recursion.simulate(kept[-1], runs, rng=seed, keep=kept, tilt=tilt)
    assert simulated.log_weights is not None
    values, ratios = recursion.variance.values(simulated), np.exp(simulated.log_weights)
    limit = critical_z(3 * len(kept))

    def worst(sample: Array, ddof: float) -> float:
        exact = exact_second_moments(recursion.regime, recursion.sizes, Fraction(ddof), kept[-1])
        expected = [family.sd**2 * float(exact[t][0]) for t in kept]
        return float(np.max(np.abs(z_of_mean(sample, expected))))

    tilted = ratios.std(axis=0) > 0  # generation 1 of some regimes draws no model's points
    assert np.any(tilted)
    assert np.all(ratios[:, ~tilted] == 1)
    assert np.max(np.abs(z_of_mean(ratios[:, tilted], 1.0))) < limit
    assert worst(values * ratios, family.ddof) < limit
    assert worst(values * ratios, family.ddof - 1) > limit
    assert worst(values, family.ddof) > limit


def test_tilt_needs_a_chi_square_that_exists() -> None:
    recursion = ct.Recursion(ct.Gaussian(), ct.Replace(), sample_size=3)
    assert recursion.simulate(2, 5, tilt=-0.9, rng=1).replicates == 5
    with pytest.raises(ValueError, match="tilt = -1 is outside its domain: a real number above -1"):
        recursion.simulate(2, 5, tilt=-1.0)
    for family, regime in (
        (ct.Gaussian(estimator="posterior"), ct.Replace()),
        (ct.Gaussian(), ct.FreshMixture(share=0.5)),
    ):
        with pytest.raises(ct.NotDefined, match="whole samples of a fixed composition"):
            ct.Recursion(family, regime, sample_size=3).simulate(2, 5, tilt=0.5)
