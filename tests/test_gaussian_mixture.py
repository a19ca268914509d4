"""The Gaussian mixture: what EM keeps of its points, the floor that a library puts in, and modes that are lost."""

from __future__ import annotations

import sys
from fractions import Fraction
from typing import Any

import mpmath
import numpy as np
import pytest
from error_budget import critical_z, z_of_mean
from every import every_pair
from numpy.typing import NDArray
from scipy.special import gammaincc, logsumexp
from sklearn import mixture as library
from sklearn.exceptions import ConvergenceWarning

import collapse_theory as ct
from collapse_theory import symbols
from collapse_theory.families.points import Points
from collapse_theory.tableau.moments import exact_second_moments
from collapse_theory.theorem import evaluate

Array = NDArray[np.float64]

ONE = ct.GaussianMixture(weights=(1,), means=(1,), sds=(2,))
RAISED = ct.GaussianMixture(weights=(1,), means=(1,), sds=(2,), regularisation=0.05)
T = np.arange(13)


def two(**options: Any) -> ct.GaussianMixture:
    return ct.GaussianMixture(weights=(0.3, 0.7), means=(-2, 2), sds=(1, 0.5), **options)


def replaced(family: ct.GaussianMixture, n: Any = 12) -> ct.Recursion:
    return ct.Recursion(family, ct.Replace(), sample_size=n)


def refit(family: ct.GaussianMixture, values: Array, weight: Array | None = None) -> ct.families.family.State:
    points = Points(values, np.ones(values.shape) if weight is None else weight)
    return family.fit(points, values.shape[1], family.source(len(values)), np.random.default_rng(1))


# ---------------------------------------------------------------------------------------------- what EM keeps, exactly
@pytest.mark.parametrize("regularisation", [0, 0.2])
@pytest.mark.parametrize("max_iter", [1, 100])
@pytest.mark.parametrize("initialisation", ["previous", "kmeans"])
def test_the_mixture_has_the_mean_and_the_variance_of_its_points(
    initialisation: Any, max_iter: int, regularisation: float
) -> None:
    family = ct.GaussianMixture(
        weights=(0.2, 0.3, 0.5),
        means=(-1, 0, 4),
        sds=(1, 2, 1),
        regularisation=regularisation,
        initialisation=initialisation,
        max_iter=max_iter,
    )
    values = np.random.default_rng(7).normal(3, 2, (4, 30))
    state, recursion = refit(family, values), replaced(family)
    assert recursion.location.measure(state) == pytest.approx(values.mean(axis=1), rel=1e-12)
    assert recursion.variance.measure(state) == pytest.approx(values.var(axis=1) + regularisation, rel=1e-11)
    assert np.all(np.diff(state[1], axis=1) > 0)
    assert state[0].sum(axis=1) == pytest.approx(np.ones(4), rel=1e-12)


@pytest.mark.parametrize("regularisation", [0, 0.2])
def test_one_component_is_what_the_library_says(regularisation: float) -> None:
    family = ct.GaussianMixture(weights=(1,), means=(0,), sds=(1,), regularisation=regularisation)
    values = np.random.default_rng(3).normal(100, 2, (5, 9))
    _, means, log_sds = refit(family, values)
    for row, mean, log_sd in zip(values, means, log_sds, strict=True):
        fit = library.GaussianMixture(1, reg_covar=regularisation).fit(row[:, None])
        assert mean[0] == pytest.approx(fit.means_[0, 0], rel=1e-13)
        assert np.exp(2 * log_sd[0]) == pytest.approx(fit.covariances_[0, 0, 0], rel=1e-12)


def test_five_steps_of_the_library_are_five_steps_of_the_textbook() -> None:
    family = two(tolerance=0, max_iter=5, regularisation=0.01)
    values = np.random.default_rng(5).normal(1, 2, (3, 20))
    state = refit(family, values)
    for row, *found in zip(values, *state, strict=True):
        weights, means, variances = np.array(family.weights), np.array(family.means), np.array(family.sds) ** 2
        for _ in range(5):
            logs = np.log(weights) - np.log(variances) / 2 - (row[:, None] - means) ** 2 / (2 * variances)
            chances = np.exp(logs - logsumexp(logs, axis=1, keepdims=True))
            worth = chances.sum(axis=0)
            means = (chances * row[:, None]).sum(axis=0) / worth
            variances = (chances * (row[:, None] - means) ** 2).sum(axis=0) / worth + 0.01
            weights = worth / len(row)
        order = np.argsort(means)
        for mine, theirs in zip((weights, means, np.log(variances) / 2), found, strict=True):
            assert theirs == pytest.approx(mine[order], rel=1e-9)


def test_points_without_weight_are_not_seen() -> None:
    values = np.random.default_rng(2).normal(0, 2, (3, 12))
    weight = np.ones((3, 12))
    weight[1, 5:] = 0
    several, alone = refit(two(), values, weight), refit(two(), values[1:2, :5])
    assert all(np.array_equal(a[1], b[0]) for a, b in zip(several, alone, strict=True))
    assert refit(ONE, values, weight)[1][1, 0] == pytest.approx(values[1, :5].mean(), rel=1e-13)


def test_a_component_without_points_is_taken_out() -> None:
    """The library refuses such a fit, or sets the component at 0 with the regularisation as its variance."""
    values = np.random.default_rng(4).normal(60, 1, (1, 10))
    for regularisation in (0, 1e-6):
        family = ct.GaussianMixture((0.5, 0.5), (0, 60), (1, 1), regularisation=regularisation)
        weights, means, log_sds = refit(family, values)
        assert weights.tolist() == [[1, 0]]
        assert means[0, 0] == pytest.approx(values.mean(), rel=1e-14)
        assert np.exp(2 * log_sds[0, 0]) == pytest.approx(values.var() + regularisation, rel=1e-12)
        again = family.fitted(Points(values, np.ones((1, 10))), 10, (weights, means, log_sds), np.random.default_rng(1))
        assert again[0].tolist() == [[1, 0]]


@pytest.mark.parametrize("initialisation", ["previous", "kmeans"])
@pytest.mark.parametrize("where", [0.0, 3.0])
def test_points_that_are_all_alike_are_one_place(where: float, initialisation: Any) -> None:
    state = refit(two(initialisation=initialisation), np.full((2, 6), where))
    recursion = replaced(two())
    assert recursion.location.measure(state) == pytest.approx([where] * 2, abs=1e-12)
    assert recursion.variance.measure(state) == pytest.approx([0, 0], abs=1e-24)
    drawn = two().sampled(state, 5, np.random.default_rng(1))
    assert drawn == pytest.approx(np.full((2, 5), where), abs=1e-12)
    assert recursion.watch("mass_near", 2, 2.1).measure(state) == pytest.approx([float(where == 3)] * 2)


# -------------------------------------------------------------------------------------------------- the floor, exactly
def exact(n: int, source: Fraction, added: Fraction, last: int) -> list[tuple[Fraction, Fraction]]:
    """Mean variance and squared error: a sample keeps (n − 1)/n of the variance, and its mean moves by the rest."""
    found = [(source, Fraction(0))]
    for _ in range(last):
        spread, error = found[-1]
        found.append((spread * Fraction(n - 1, n) + added, error + spread / n))
    return found


@pytest.mark.parametrize("n", [2, 3, 12, 10**6])
@pytest.mark.parametrize("family", [RAISED, two(regularisation=0.25)], ids=repr)
def test_the_mean_floor_is_that_of_exact_fractions(family: ct.GaussianMixture, n: int) -> None:
    recursion = replaced(family, n)
    spread = Fraction(family.spread)
    moments = exact(n, spread, Fraction(family.regularisation), 12)
    assert recursion.variance.mean(T) == pytest.approx([float(v) for v, _ in moments], rel=1e-14)
    assert recursion.squared_location_error.mean(T) == pytest.approx([float(m) for _, m in moments], rel=1e-14)
    unbiased = [float(v + Fraction(family.spread) / n) for v, _ in moments]
    assert recursion.variance.mean(T) != pytest.approx(unbiased, rel=1e-9)
    assert recursion.variance.mean.limit == n * family.regularisation
    assert recursion.squared_location_error.mean.limit == np.inf
    ledger = next(theorem for theorem in recursion.theorems if theorem.statistic == "conservation")
    assert ledger.value(recursion, T) == pytest.approx([float(v + m) for v, m in moments], rel=1e-14)


@pytest.mark.parametrize("n", [2, 10, 10**5, 10**9])
@pytest.mark.parametrize("t", [1, 2, 7, 1000, 10**5, 10**9])
def test_the_floor_has_all_its_digits(n: int, t: int) -> None:
    recursion = replaced(RAISED, n)
    for curve in (recursion.variance.mean, recursion.squared_location_error.mean):
        found = evaluate(curve.symbolic, {**RAISED.symbols(), symbols.n: n, symbols.t: t})
        assert mpmath.mpf(curve(t)) == pytest.approx(found, rel=1e-13)


def test_check_values_by_hand() -> None:
    """Two points: half of the variance is kept. From 4, with 1/2 added, 5/2, then 7/4; the fixed point is 2/2."""
    recursion = replaced(ct.GaussianMixture((1,), (0,), (2,), regularisation=0.5), 2)
    assert recursion.variance.mean([0, 1, 2]).tolist() == [4, 2.5, 1.75]
    assert recursion.squared_location_error.mean([0, 1, 2]).tolist() == [0, 2, 3.25]
    assert recursion.variance.mean.limit == 1


def test_without_it_a_mixture_inherits_what_is_known_of_two_moments() -> None:
    recursion = ct.Recursion(two(), ct.Fresh(real=3), sample_size=12)
    moments = exact_second_moments(recursion.regime, recursion.sizes, 0, 12)
    assert recursion.variance.mean(T) == pytest.approx([two().spread * float(v) for v, _ in moments], rel=1e-13)
    assert recursion.conservation_law.exact
    assert two().spread == pytest.approx(0.3 + 0.7 * 0.25 + 0.3 * 0.7 * 16, rel=1e-15)


# ------------------------------------------------------------------------------------------------ the floor, simulated
def test_the_mean_floor_of_one_component_is_simulated(seed: int) -> None:
    """Notices 5 % of what is added."""
    recursion = replaced(RAISED, 10)
    kept = [1, 3, 6, 10]
    runs = recursion.simulate(10, 40_000, rng=seed, keep=kept)
    for name, wrong in (("variance", 0.0), ("squared_location_error", 0.05)):
        values, mean = runs.values(recursion.watch(name)), recursion.watch(name).mean(kept)
        assert np.max(np.abs(z_of_mean(values, mean))) < critical_z(8)
        shifted = mean + (4 / 10 if name == "variance" else wrong) * np.sqrt(kept)  # n in place of n − 1; one ρ more
        assert np.max(np.abs(z_of_mean(values, shifted))) > critical_z(8)


@every_pair(6, members=[ONE])
def test_without_it_points_have_the_moments_of_the_exact_map(recursion: ct.Recursion, seed: int) -> None:
    """Notices half of what a sample loses, n in place of n − 1 among the rest."""
    runs = recursion.simulate(3, 20_000, rng=seed)
    exact_ = exact_second_moments(recursion.regime, recursion.sizes, 0, 3)[3]
    names = ("variance", "squared_location_error")
    z = [z_of_mean(runs.values(recursion.watch(n)), [4 * float(m)]) for n, m in zip(names, exact_, strict=True)]
    assert np.max(np.abs(z)) < critical_z(2)
    unbiased = exact_second_moments(recursion.regime, recursion.sizes, 1, 3)[3][0]
    assert np.abs(z_of_mean(runs.values(recursion.variance), [4 * float(unbiased)])) > critical_z(2)


def test_two_components_have_the_same_mean_variance(seed: int) -> None:
    """Notices a variance that keeps all of itself, n in place of n − 1."""
    recursion = replaced(two(regularisation=0.5), 6)
    values = recursion.simulate(3, 200, rng=seed).values(recursion.variance)
    assert np.abs(z_of_mean(values, recursion.variance.mean([3]))) < critical_z(1)
    assert np.abs(z_of_mean(values, [two().spread + 3 * 0.5])) > critical_z(1)


def test_the_typical_floor_is_below_the_mean(seed: int) -> None:
    """Long after the start V/(nρ) is nearly an inverse gamma variable of shape 2: 2/e of the runs are below its mean.

    That is a limit of large n; 0.03 is allowed for n = 30. A symmetric law, with half of the runs below, is noticed.
    """
    recursion = replaced(ct.GaussianMixture((1,), (0,), (0.03**0.5,), regularisation=1e-3), 30)
    variance = recursion.simulate(180, 3000, rng=seed).values(recursion.variance)
    below, noise = np.mean(variance < 30 * 1e-3), critical_z(1) * np.sqrt(0.25 / 3000)
    expected = gammaincc(2, 1)
    assert expected == pytest.approx(2 / np.e, rel=1e-14)
    assert abs(below - expected) < 0.03 + noise
    assert abs(below - 0.5) > 0.03 + noise


def test_the_regularisation_of_the_library_stops_collapse(seed: int) -> None:
    """Two components, 12 points: without it the sds fall to less than 1e-5; with it none is below its root, 1e-3.

    The log sd of one component falls by 0.09 a generation, with a standard deviation of 0.22, and faster where there
    are two: at t = 300 it is above log 1e-5 with a chance below 1e-3 a run. The mean variance is nρ, so that it is
    above 200 nρ in at most 0.5 % of the runs (Markov). Half of 12 runs do so with a chance below 1e-10.
    """
    found = {}
    for regularisation in (0, 1e-6):
        recursion = replaced(ct.GaussianMixture((0.5, 0.5), (-3, 3), (1, 1), regularisation=regularisation))
        runs = recursion.simulate(300, 12, rng=seed)
        found[regularisation] = runs.values(recursion.watch("smallest_sd"))
    assert np.median(found[0]) < 1e-5
    assert np.all(found[1e-6] >= 1e-3)
    assert np.median(found[1e-6]) < (200 * 12 * 1e-6) ** 0.5


# ---------------------------------------------------------------------------------------------------------- lost modes
def test_a_rare_mode_is_lost_as_a_rare_type_is(seed: int) -> None:
    """Far apart, the weights are counts over n and drift as those of types; notices 2n in place of n."""
    n, runs, t = 10, 300, np.array([1, 2, 4])
    recursion = replaced(ct.GaussianMixture((0.25, 0.75), (0, 40), (1, 1)), n)
    time = recursion.time("time_until_mode_lost", 1, 8.0, 0.1)
    simulated = recursion.simulate(4, runs, rng=seed, keep=t, watch=[time])
    counts = n * simulated.states[0]
    assert counts == pytest.approx(np.round(counts), abs=1e-9)
    came = simulated.watched_times(time)[:, None]
    share = np.mean((came >= 0) & (came <= t), axis=0)

    def z(points: int) -> float:
        types = ct.Recursion(ct.Categorical([0.25, 0.75]), ct.Replace(), sample_size=points)
        lost = types.loss_time(0).distribution.cdf(t)
        return float(np.max(np.abs(share - lost) / np.sqrt(lost * (1 - lost) / runs)))

    assert z(n) < critical_z(3)
    assert z(2 * n) > critical_z(3)
    kept = simulated.values(recursion.watch("modes_kept", 8.0, 0.1))
    assert np.all(kept[(came >= 0) & (came <= t)] <= 1)


def test_a_mode_is_kept_by_its_mass() -> None:
    family = ct.GaussianMixture((0.5, 0.5), (0, 10), (1, 1))
    recursion = replaced(family)
    at_source = recursion.watch("mass_near", 1, 1.0).source_value
    assert at_source == pytest.approx(0.5 * 0.682689492137086, rel=1e-12)
    state = tuple(np.array([row, row]) for row in ([0.9, 0.1], [0.0, 10.0], [0.0, 0.0]))
    assert recursion.watch("mass_near", 2, 1.0).measure(state) == pytest.approx([0.1 * 0.682689492137086] * 2)
    assert recursion.watch("modes_kept", 1.0, 0.19).measure(state).tolist() == [2, 2]
    assert recursion.watch("modes_kept", 1.0, 0.21).measure(state).tolist() == [1, 1]
    assert recursion.time("time_until_mode_lost", 2, 1.0, 0.21).reached(state).tolist() == [True, True]
    assert recursion.time("time_until_mode_lost", 1, 1.0, 0.21).reached(state).tolist() == [False, False]
    assert recursion.watch("smallest_weight").measure(state).tolist() == [0.1, 0.1]
    assert recursion.watch("mixture_weight", 1).measure(state).tolist() == [0.9, 0.9]


def test_quantities_do_not_depend_on_the_labels() -> None:
    recursion = replaced(two())
    state = recursion.simulate(2, 8, rng=2).states
    swapped = tuple(part[..., ::-1] for part in state)
    for name in (*recursion.family.measures,):
        if name != "mixture_weight":  # of which the order from left to right is part
            quantity = recursion.watch(name, *recursion.defined(name).typical)
            assert quantity.measure(state) == pytest.approx(quantity.measure(swapped), rel=1e-12)


# ----------------------------------------------------------------------------------------------------------- the house
@every_pair(8, members=[ONE, RAISED])
def test_one_component_runs_in_every_regime_without_the_library(
    recursion: ct.Recursion, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "sklearn", None)
    runs = recursion.simulate(3, 20, rng=1, keep="all")
    assert all(np.all(np.isfinite(part)) for part in runs.states)


@every_pair(8, members=[two()], data=(ct.Replace(), ct.FreshMixture(share=0.25)))
def test_two_components_run_in_kinds_of_regimes(recursion: ct.Recursion) -> None:
    one, several = (recursion.simulate(2, 60, rng=1, keep="all", workers=workers) for workers in (1, 2))
    assert all(np.array_equal(a, b) for a, b in zip(one.states, several.states, strict=True))
    assert not any(np.any(np.isnan(part)) for part in one.states)
    assert not np.any(np.isnan(one.values(recursion.variance)))


def test_clusters_are_repeated_by_their_seed() -> None:
    recursion = replaced(two(initialisation="kmeans"))
    one, other = (recursion.simulate(2, 4, rng=5) for _ in range(2))
    assert all(np.array_equal(a, b) for a, b in zip(one.states, other.states, strict=True))


def test_a_missing_library_is_named_when_it_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sklearn", None)
    recursion = replaced(two())
    assert recursion.variance.mean(1) > 0
    with pytest.raises(ImportError, match=r"needs scikit-learn for its fit: pip install 'collapse-theory\[mixture\]'"):
        recursion.simulate(1, 1, rng=0)


def test_fits_that_do_not_converge_say_nothing() -> None:
    with pytest.warns(ConvergenceWarning):
        library.GaussianMixture(2, max_iter=1, random_state=0).fit(np.random.default_rng(1).normal(size=(20, 1)))
    replaced(two(max_iter=1)).simulate(1, 2, rng=0)


@pytest.mark.parametrize(
    ("regime", "says"),
    [
        (ct.Weighted(real=4, weight=0.5), "points of unequal weight: ct.Weighted"),
        (ct.Golden(size=4, weight=0.9), "points of unequal weight"),
        (ct.FineTune(rate=0.5, data="regenerated"), "carries the old model over"),
    ],
)
@pytest.mark.parametrize("family", [ONE, two()], ids=repr)
def test_regimes_of_unequal_weights_are_not_defined(family: ct.GaussianMixture, regime: ct.Regime, says: str) -> None:
    with pytest.raises(ct.NotDefined, match=says):
        ct.Recursion(family, regime, sample_size=12)


def test_equal_weights_are_no_weights() -> None:
    recursion = ct.Recursion(two(), ct.Weighted(real=4, weight=0.25), sample_size=16)
    same = ct.Recursion(two(), ct.Fresh(real=4), sample_size=16)
    assert recursion.variance.mean(T) == pytest.approx(same.variance.mean(T), rel=1e-13)
    assert np.all(np.isfinite(recursion.simulate(2, 4, rng=1).values(recursion.variance)))


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"weights": (0.5, 0.4)}, r"weights = \(0\.5, 0\.4\) is outside its domain: numbers that sum to 1"),
        ({"weights": (1.0, 0.0)}, r"weights\[1\] = 0\.0 is outside its domain: a real number in \(0, 1\]"),
        ({"weights": 1.0}, r"weights = 1\.0 is outside its domain: a sequence of numbers"),
        ({"weights": "ab"}, r"weights = 'ab' is outside its domain: a sequence"),
        ({"weights": ()}, r"weights = \(\) is outside its domain: a sequence"),
        ({"weights": (1.0,)}, r"one for each component; here 1 weights, 2 means and 2 sds"),
        ({"means": (1.0, -1.0)}, r"means = \(1\.0, -1\.0\) is outside its domain: numbers from left to right"),
        ({"means": (0.0, np.nan)}, r"means\[1\] = nan is outside its domain: a real number"),
        ({"sds": (1.0, 0.0)}, r"sds\[1\] = 0\.0 is outside its domain: a real number in \[1e-150, 1e\+150\]"),
        ({"sds": (1.0, -1.0)}, r"sds\[1\] = -1\.0 is outside its domain"),
        ({"regularisation": -1e-6}, r"regularisation = -1e-06 is outside its domain"),
        ({"initialisation": "random"}, r"initialisation = 'random' is outside its domain: one of 'previous', 'kmeans'"),
        ({"max_iter": 0}, r"max_iter = 0 is outside its domain: an integer"),
        ({"tolerance": -1.0}, r"tolerance = -1\.0 is outside its domain"),
    ],
)
def test_bad_parameters_are_named(given: dict[str, Any], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        ct.GaussianMixture(**{"weights": (0.5, 0.5), "means": (-1.0, 1.0), "sds": (1.0, 1.0), **given})


def test_too_few_points_are_refused() -> None:
    three = ct.GaussianMixture((0.2, 0.3, 0.5), (0, 1, 2), (1, 1, 1))
    with pytest.raises(ValueError, match=r"sample_size = 2 is outside its domain: an integer ≥ 3 for 3 components"):
        replaced(three, 2)
    with pytest.raises(ValueError, match=r"sample_size = 1 is outside its domain: an integer ≥ 2 for 1 components"):
        replaced(ONE, 1)
    with pytest.raises(ValueError, match=r"a fit to 2 points is outside the domain of a mixture: at least 3 points"):
        ct.Recursion(three, ct.AccumulateSubsample(size=2, replacement=False), sample_size=8)
    with pytest.raises(ValueError, match=r"component = 3 is outside its domain: one of 1, 2"):
        replaced(two()).watch("mass_near", 3, 1.0)


def test_it_prints_as_the_code_that_makes_it() -> None:
    for family in (*ct.GaussianMixture.examples(), two(initialisation="kmeans")):
        assert eval(repr(family), {"ct": ct}) == family
        assert ct.Recursion.from_dict(replaced(family).to_dict()) == replaced(family)
    listed = ct.GaussianMixture(weights=[0.5, 0.5], means=np.array([0, 1]), sds=[1, 1])  # type: ignore[arg-type]
    assert listed == ct.GaussianMixture((0.5, 0.5), (0, 1), (1, 1))
