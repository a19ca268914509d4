"""The numbers of a forecast: against the exact curves, against raw samples refitted one by one, and by definition."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from error_budget import critical_z
from scipy.special import ndtr

import collapse_theory as ct
from collapse_theory import examples
from collapse_theory.forecasting import GaussianForecast, Statistic, gaussian

VALUES = examples.michelson_1879()
FEW = {"replicates": 1000, "bootstrap": 100}
QUANTILES = {"low": 0.05, "typical": 0.5, "high": 0.95}


def quantities(forecast: GaussianForecast) -> dict[str, Any]:
    recursion = forecast.recursion
    return {
        "variance": recursion.variance,
        "sd": recursion.sd,
        "location": recursion.location,
        "tail": recursion.tail_mass(3),
        "own_tail": recursion.own_tail_mass(3),
    }


def roads(forecast: GaussianForecast) -> dict[str, str]:
    """Roads to expected, typical, low and high by quantity, a letter for each."""
    return {
        name: "".join(known.road[0] for known in followed.statistics.values())
        for name, followed in forecast.courses.items()
    }


@pytest.fixture(scope="module")
def replaced() -> GaussianForecast:
    return ct.forecast(VALUES, sample_size=20, generations=8, **FEW)


def test_generation_0_is_the_fit_to_the_values(replaced: GaussianForecast) -> None:
    family = replaced.recursion.family
    assert isinstance(family, ct.Gaussian)
    assert (family.mean, family.sd, family.ddof) == (VALUES.mean(), VALUES.std(ddof=1), 1)
    assert replaced.source.count == 100
    assert (replaced.source.mean.value, replaced.source.sd.value) == (family.mean, family.sd)
    assert replaced.generations.tolist() == list(range(9))
    start = {"variance": VALUES.var(ddof=1), "sd": VALUES.std(ddof=1), "location": VALUES.mean()}
    start |= {"tail": 2 * ndtr(-3), "own_tail": 2 * ndtr(-3)}
    for name, followed in replaced.courses.items():
        for known in followed.statistics.values():
            assert known.seen[0] == pytest.approx(start[name], rel=1e-14)


def test_under_replacement_all_but_quantiles_of_the_tail_is_exact(replaced: GaussianForecast) -> None:
    assert roads(replaced) == {"sd": "eeee", "variance": "eeee", "location": "eeee", "tail": "esss", "own_tail": "eeee"}
    t = replaced.generations
    for name, quantity in quantities(replaced).items():
        followed = replaced.courses[name]
        assert followed.expected.seen == pytest.approx(quantity.mean(t), rel=1e-12)
        for statistic, q in QUANTILES.items():
            known = followed.statistics[statistic]
            if known.road == "exact":
                assert known.seen == pytest.approx(quantity.quantile(q)(t), rel=1e-9)


@pytest.mark.parametrize(
    ("regime", "sd", "expected_sd"),
    [(ct.Accumulate(), "esss", "exact"), (ct.Fresh(real=4), "ssss", ""), (ct.FreshMixture(share=0.2), "ssss", "")],
    ids=["accumulate", "fresh", "fresh mixture"],
)
def test_elsewhere_means_are_exact_where_a_theorem_gives_them(regime: ct.Regime, sd: str, expected_sd: str) -> None:
    found = ct.forecast(VALUES, sample_size=20, generations=8, regime=regime, **FEW)
    assert roads(found) == {"sd": sd, "variance": "esss", "location": "eess", "tail": "ssss", "own_tail": "ssss"}
    recursion, t = found.recursion, found.generations
    assert found.variance.expected.seen == pytest.approx(recursion.variance.mean(t), rel=1e-12)
    if expected_sd:
        assert found.sd.expected.seen == pytest.approx(recursion.sd.mean(t), rel=1e-12)
    assert found.location.typical.seen == pytest.approx(np.full(9, VALUES.mean()), rel=1e-14)
    runs = recursion.simulate(8, 1000, rng=0, keep="all")
    for name, quantity in quantities(found).items():
        for statistic, q in QUANTILES.items():
            known = found.courses[name].statistics[statistic]
            if known.road == "simulated":
                assert known.seen == pytest.approx(quantity.quantile(q).simulated(runs).values, rel=1e-12)


def refitted(rng: np.random.Generator, regime: ct.Regime, n: int, t: int, ddof: float, replicates: int) -> Any:
    """Mean and sd after t generations, from raw points of the standard normal law, fitted with numpy."""
    mean, sd = np.zeros(replicates), np.ones(replicates)
    pool = np.empty((0, replicates))
    for _ in range(t):
        points = mean + sd * rng.standard_normal((n, replicates))
        if isinstance(regime, ct.Fresh):
            points[: regime.real] = rng.standard_normal((regime.real, replicates))
        if isinstance(regime, ct.FreshMixture):
            real = rng.random(points.shape) < regime.share
            points[real] = rng.standard_normal(np.count_nonzero(real))
        pool = np.concatenate([pool, points]) if isinstance(regime, ct.Accumulate) else points
        mean, sd = pool.mean(axis=0), pool.std(axis=0, ddof=ddof)
    return mean, sd


@pytest.mark.parametrize(
    "regime",
    [ct.Replace(), ct.Accumulate(), ct.Fresh(real=3), ct.FreshMixture(share=0.3)],
    ids=["replace", "accumulate", "fresh", "fresh mixture"],
)
def test_raw_points_refitted_one_by_one_agree(regime: ct.Regime, seed: int) -> None:
    """Notices 1.5 % of probability in a quantile and 4 % of an expected tail; n in place of n − 1 is caught."""
    n, t, replicates = 10, 4, 200_000
    rng = np.random.default_rng(seed)
    mean, sd = refitted(rng, regime, n, t, 1, replicates)
    raw = {
        "sd": sd,
        "variance": sd**2,
        "location": mean,
        "tail": ndtr((-3 - mean) / sd) + ndtr((mean - 3) / sd),
        "own_tail": 2 * ndtr(-3 / sd),
    }
    standard = np.array([-1.0, 1.0]) * np.sqrt(0.5)
    found = ct.forecast(
        standard, sample_size=n, generations=t, regime=regime, replicates=replicates, bootstrap=2, rng=seed + 1
    )
    twin = ct.forecast(
        standard, sample_size=n, generations=t, regime=regime, replicates=replicates, bootstrap=2, rng=seed, ddof=0
    )
    limit = critical_z(5 * 4)
    assert max(deviations(found, raw)) < limit
    assert max(deviations(twin, raw)) > limit


def deviations(forecast: GaussianForecast, raw: dict[str, Any]) -> list[float]:
    """Deviations of raw values from every statistic at the last generation, in standard errors."""
    z = []
    for name, values in raw.items():
        followed, size = forecast.courses[name], len(values)
        for statistic, q in QUANTILES.items():
            known = followed.statistics[statistic]
            error = np.sqrt(q * (1 - q) / size * (1 if known.road == "exact" else 1 + size / forecast.replicates))
            z.append((np.mean(values <= known.seen[-1]) - q) / error)
        error = values.std() / np.sqrt(size) * (1 if followed.expected.road == "exact" else np.sqrt(2))
        z.append((values.mean() - followed.expected.seen[-1]) / error)
    return [abs(float(one)) for one in z]


@pytest.mark.parametrize(
    "sizes", [ct.schedules.power(6, 1), ct.schedules.geometric(6, 1.2)], ids=["power", "geometric"]
)
def test_the_two_roads_agree_where_sample_sizes_grow(
    sizes: ct.schedules.Schedule, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    """Notices 3 % of probability in a quantile of the mean, and a tenth of the expected tail."""
    exact = ct.forecast(VALUES, sample_size=sizes, generations=8, replicates=40_000, bootstrap=2, rng=seed)
    monkeypatch.setattr(gaussian, "LONGEST", 0)
    simulated = ct.forecast(VALUES, sample_size=sizes, generations=8, replicates=40_000, bootstrap=2, rng=seed)
    assert roads(exact)["location"] == "eeee"
    assert roads(simulated)["location"] == "eess"
    assert (roads(exact)["tail"], roads(simulated)["tail"]) == ("esss", "ssss")
    runs = exact.recursion.simulate(8, 40_000, rng=seed, keep="all")
    located, tail = runs.values(exact.recursion.location), runs.values(exact.recursion.tail_mass(3))
    limit = critical_z(3 * 8)
    for statistic, q in {"low": 0.05, "high": 0.95}.items():
        below = np.mean(located <= exact.location.statistics[statistic].seen, axis=0)
        assert np.all(np.abs(below - q)[1:] < limit * np.sqrt(q * (1 - q) / 40_000))
        assert simulated.location.statistics[statistic].seen == pytest.approx(np.quantile(located, q, axis=0), rel=5e-3)
    error = tail.std(axis=0)[1:] / 200
    assert np.all(np.abs(simulated.tail.expected.seen - exact.tail.expected.seen)[1:] < limit * error)


@pytest.mark.parametrize(("n", "ddof", "generations"), [(10, 1, 15), (20, 0, 18), (5, 1, 7), (2, 0, 3), (1000, 1, 0)])
def test_the_half_life_is_the_first_generation_whose_median_sd_is_at_most_half(
    n: int, ddof: float, generations: int
) -> None:
    found = ct.forecast(VALUES, sample_size=n, generations=generations, ddof=ddof, **FEW)
    median = found.recursion.sd.median
    assert found.half_life is not None
    assert median(found.half_life) <= found.source.sd.value / 2 < median(found.half_life - 1)


def test_a_simulated_half_life_is_that_of_the_runs() -> None:
    scarce = ct.FreshMixture(share=0.02)
    found = ct.forecast(VALUES, sample_size=10, generations=150, ddof=0, regime=scarce, **FEW)
    assert found.sd.typical.road == "simulated"
    runs = found.recursion.simulate(150, 1000, rng=0, keep="all")
    medians = found.recursion.sd.median.simulated(runs).values
    assert found.half_life == np.argmax(medians <= found.source.sd.value / 2)
    assert found.half_life not in found.generations


@pytest.mark.parametrize(
    "setting",
    [
        {"sample_size": 100, "regime": ct.Fresh(real=10)},
        {"sample_size": 10, "ddof": 3},
        {"sample_size": ct.schedules.power(100, 1)},
    ],
    ids=["fresh", "explodes", "growing"],
)
def test_there_is_no_half_life_where_the_spread_is_not_known_to_halve(setting: dict[str, Any]) -> None:
    assert ct.forecast(VALUES, generations=5, **setting, **FEW).half_life is None


def test_generation_0_alone_is_exact_and_needs_no_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: Any, **__: Any) -> None:
        raise AssertionError("simulated")

    monkeypatch.setattr(ct.Recursion, "simulate", never)
    found = ct.forecast(VALUES, sample_size=20, generations=0, regime=ct.Fresh(real=3), **FEW)
    assert set(roads(found).values()) == {"eeee"}
    assert found.generations.tolist() == [0]
    for followed in found.courses.values():
        assert len({float(known.seen[0]) for known in followed.statistics.values()}) == 1


@pytest.mark.parametrize("regime", [ct.Replace(), ct.Fresh(real=4)], ids=["replace", "fresh"])
def test_spreads_are_proportional_to_the_source_s_and_tails_do_not_depend_on_it(regime: ct.Regime) -> None:
    """What the report says about the error of the source."""
    one = ct.forecast(VALUES, sample_size=20, generations=6, regime=regime, **FEW)
    two = ct.forecast(5 - 3 * VALUES, sample_size=20, generations=6, regime=regime, **FEW)
    for statistic in ("expected", "typical", "low", "high"):
        a, b = one.sd.statistics[statistic].seen, two.sd.statistics[statistic].seen
        assert b == pytest.approx(3 * a, rel=1e-11)
        for name in ("tail", "own_tail"):
            a, b = one.courses[name].statistics[statistic].seen, two.courses[name].statistics[statistic].seen
            assert b == pytest.approx(a, rel=1e-9)
    assert two.source.sd.standard_error / two.source.sd.value == pytest.approx(
        one.source.sd.standard_error / one.source.sd.value, rel=1e-11
    )


def test_the_seed_decides_everything_random(replaced: GaussianForecast) -> None:
    again = ct.forecast(VALUES, sample_size=20, generations=8, **FEW)
    other = ct.forecast(VALUES, sample_size=20, generations=8, rng=1, **FEW)
    assert again.to_dict() == replaced.to_dict()
    assert again.seed == 0
    assert other.source.sd.standard_error != replaced.source.sd.standard_error
    assert other.normality.p_value != replaced.normality.p_value
    assert not np.array_equal(other.tail.typical.seen, replaced.tail.typical.seen)
    assert np.array_equal(other.sd.typical.seen, replaced.sd.typical.seen)
    drawn = ct.forecast(VALUES, sample_size=20, generations=1, rng=np.random.default_rng(5), **FEW)
    repeated = ct.forecast(VALUES, sample_size=20, generations=1, rng=drawn.seed, **FEW)
    assert repeated.to_dict() == drawn.to_dict()


def test_a_mean_that_the_runs_cannot_see_is_left_out() -> None:
    found = ct.forecast(VALUES, sample_size=10, generations=100, ddof=2, regime=ct.Fresh(real=1), **FEW)
    assert found.sd.expected.road == "unseeable"
    assert found.sd.expected.values is None
    assert found.sd.typical.road == "simulated"
    assert found.variance.expected.road == "exact"
    assert json.loads(json.dumps(found.to_dict(), allow_nan=False))["sd"]["expected"]["values"] is None


def test_a_spread_beyond_the_floats_is_infinite() -> None:
    found = ct.forecast(VALUES, sample_size=5, generations=1100, ddof=3, replicates=100, bootstrap=2)
    assert found.variance.expected.seen[-1] == np.inf
    assert found.to_dict()["variance"]["expected"]["values"][-1] == "Infinity"
    assert json.loads(json.dumps(found.to_dict(), allow_nan=False)) == found.to_dict()


def test_plain_values_survive_strict_json_to_the_last_bit(replaced: GaussianForecast) -> None:
    def refuse(constant: str) -> None:
        raise AssertionError(constant)

    about = json.loads(json.dumps(replaced.to_dict(), allow_nan=False), parse_constant=refuse)
    assert about == replaced.to_dict()
    assert eval(about["recursion"], {"ct": ct}) == replaced.recursion
    assert about["generations"] == list(range(9))
    for name, followed in replaced.courses.items():
        for statistic, known in followed.statistics.items():
            read = Statistic(about[name][statistic]["road"], np.array(about[name][statistic]["values"]))
            assert (read.road, read.seen.tolist()) == (known.road, known.seen.tolist())
    assert about["fate"]["verdict"] == "collapses"
    assert about["source"]["sd"]["interval"] == list(replaced.source.sd.interval)


@pytest.mark.parametrize(
    ("values", "setting", "complaint"),
    [
        ([[1, 2], [3, 4]], {}, r"values has shape \(2, 2\), outside its domain: a single column of numbers"),
        ([1.0], {}, "values has 1 numbers, outside its domain: at least 2"),
        ([], {}, "values has 0 numbers, outside its domain: at least 2"),
        ([1.0, np.nan], {}, r"values\[1\] = nan is outside its domain"),
        ([7.0, 7.0, 7.0], {}, "constant"),
        ([1.0, 2.0, 4.0], {"ddof": 3}, "ddof = 3.* is outside its domain: a real number below n = 3"),
        (VALUES, {"ddof": 20}, "ddof = 20.* is outside its domain: a real number below n = 20"),
        (VALUES, {"generations": -1}, "generations = -1 is outside its domain: an integer in"),
        (VALUES, {"generations": 1.5}, "generations = 1.5 is outside its domain: an integer in"),
        (VALUES, {"sample_size": 1}, "sample_size = 1 is outside its domain"),
        (VALUES, {"replicates": 99}, r"replicates = 99 is outside its domain: an integer in \[100, "),
        (VALUES, {"bootstrap": 1}, r"bootstrap = 1 is outside its domain: an integer in \[2, "),
        (VALUES, {"rng": -1}, "rng = -1 is outside its domain"),
        (VALUES, {"regime": "replace"}, "regime = 'replace' is outside its domain: a Regime"),
        (VALUES, {"regime": ct.Fresh(real=21)}, r"real = 21 is outside its domain: an integer in \[1, n\], n = 20"),
    ],
)
def test_what_is_outside_its_domain_is_named(values: Any, setting: dict[str, Any], complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        ct.forecast(values, **{"sample_size": 20, "generations": 3, **setting})


def test_a_data_frame_of_one_column_is_a_column() -> None:
    pandas = pytest.importorskip("pandas")
    setting = {"sample_size": 10, "generations": 2, "bootstrap": 20, "replicates": 200}
    values = [1.0, 2.0, 4.0, 7.0]
    framed = ct.forecast(pandas.DataFrame({"a": values}), **setting)
    assert framed.to_dict() == ct.forecast(values, **setting).to_dict()
    with pytest.raises(ValueError, match=r"shape \(4, 2\), outside its domain: a single column"):
        ct.forecast(pandas.DataFrame({"a": values, "b": values}), **setting)
