"""Numbers at the edges: many generations, tiny probabilities, types that the source lacks, work that is refused."""

from __future__ import annotations

import numpy as np
import pytest

import collapse_theory as ct
from collapse_theory import Categorical

EDGES = [
    Categorical([1.2e-206, 1.0]),
    Categorical([1e-15, 1 - 1e-15]),
    Categorical([0.5, 0.0, 0.5]),
    Categorical([0.2, 0.3, 0.5]),
    Categorical([1e-15, 1 - 1e-15], smoothing=ct.BackOff(1)),
]
REGIMES = [
    ct.Replace(),
    ct.Accumulate(),
    ct.Fresh(real=1),
    ct.Fresh(share=1.0),
    ct.FreshMixture(1.0),
    ct.FreshMixture(0.3),
]


@pytest.mark.parametrize("family", EDGES, ids=repr)
@pytest.mark.parametrize("regime", REGIMES, ids=repr)
@pytest.mark.parametrize("size", [1, 2, 10, 150, ct.schedules.power(3, 1)], ids=repr)
def test_nothing_at_the_edges_is_nan_or_warns(family: Categorical, regime: ct.Regime, size) -> None:
    recursion = ct.Recursion(family, regime, sample_size=size)
    for name in family.measures:
        quantity = recursion.watch(name, *recursion.defined(name).typical)
        for curve in (quantity.mean, quantity.std, quantity.median, quantity.probability_finite):
            try:
                values = curve(np.array([0, 1, 2, 5, 5, 1]))
            except ct.NoClosedForm:
                continue
            assert not np.any(np.isnan(values)), curve
            assert values[1] == values[5]
            assert np.all(values[1:] >= 0), curve
    for name in family.times:
        time = recursion.time(name, *recursion.defined(name).typical)
        try:
            assert time.mean >= 0
        except ct.NoClosedForm:
            continue
        assert np.all(np.diff(time.distribution.cdf([0, 1, 5, 50])) >= 0)


@pytest.mark.parametrize("n", [10, 10**4, 10**8])
def test_what_is_certain_in_the_end_stays_certain(n: int) -> None:
    recursion = ct.Recursion(Categorical([0.3, 0.7]), ct.Replace(), sample_size=n)
    for t in (10**12, 10**15):
        assert recursion.support_size.mean(t) == pytest.approx(1, abs=1e-12)
        assert recursion.survival_of(0).mean(t) == pytest.approx(0.3, abs=1e-12)
        assert recursion.support_size.std(t) < 1e-6


def test_a_smoothed_law_stays_where_it_is() -> None:
    recursion = ct.Recursion(Categorical([0.2, 0.3, 0.5], smoothing=ct.AddAlpha(1)), ct.Replace(), sample_size=10)
    assert recursion.entropy.mean(10**15) == pytest.approx(recursion.entropy.mean(2000), rel=1e-12)
    assert recursion.probability_of(0).mean(10**15) == pytest.approx(1 / 3)


def test_a_rare_word_of_the_source_is_kept_by_backing_off() -> None:
    family = Categorical([1e-15, 1 - 1e-15], smoothing=ct.BackOff(1))
    for regime in (ct.Replace(), ct.Fresh(real=2), ct.FreshMixture(0.1)):
        recursion = ct.Recursion(family, regime, sample_size=1000)
        assert recursion.survival_of(0).mean([1, 5]) == pytest.approx(1)


def test_laws_on_tiny_scales_keep_their_values_apart() -> None:
    rate = ct.Recursion(ct.Poisson(1e-13), ct.Replace(), sample_size=10**13).rate
    assert rate.quantile(0.9)(1) == pytest.approx(2e-13)
    assert rate.distribution(1).cdf(0) == pytest.approx(np.exp(-1))
    lost = ct.Recursion(Categorical([1 - 1e-13, 1e-13]), ct.Replace(), sample_size=2).lost_mass
    assert lost.quantile(0.5)(1) == pytest.approx(1e-13, rel=1e-3)


def test_a_type_of_probability_0_is_no_infinite_surprise() -> None:
    recursion = ct.Recursion(Categorical([0.5, 0.5, 0.0]), ct.Replace(), sample_size=2)
    assert recursion.chi_squared.std(1) == pytest.approx(0.5)
    assert recursion.kl_model_source.std(1) == pytest.approx(np.log(2) / 2)


def test_an_end_that_may_not_come_has_no_mean_however_likely_it_is() -> None:
    time = ct.Recursion(ct.Poisson(1e-14), ct.Accumulate(), sample_size=10).extinction_time
    assert time.mean == time.std == np.inf
    assert time.given("extinct").mean == 1


def test_relative_accuracy_of_a_tiny_chance() -> None:
    recursion = ct.Recursion(Categorical([1e-15, 1 - 1e-15]), ct.Replace(), sample_size=100)
    assert recursion.survival_of(0).mean(1) == pytest.approx(1e-13, rel=1e-12)
    assert recursion.survival_of(0).mean(10**6) == pytest.approx(1e-15, rel=1e-3)


def test_the_law_of_many_types_is_refused_and_not_interpolated() -> None:
    recursion = ct.Recursion(Categorical(np.full(200, 1 / 200)), ct.Replace(), sample_size=4000)
    assert recursion.support_size.std(2) == pytest.approx(0.02507, rel=1e-3)
    for ask in (recursion.support_size.distribution, recursion.kl_source_model.probability_finite):
        with pytest.raises(ct.NoClosedForm):
            ask(2)


@pytest.mark.deep
def test_work_without_end_is_refused() -> None:
    growing = ct.Recursion(Categorical([0.5, 0.5]), ct.Replace(), sample_size=ct.schedules.power(10, 1))
    with pytest.raises(ct.NoClosedForm, match="too many to be summed one by one"):
        growing.gini_simpson.mean(10**9)
    with pytest.raises(ct.NoClosedForm, match="lies beyond generation"):
        _ = growing.absorption_time.median
    large = ct.Recursion(Categorical.zipf(1000, 1.1), ct.Accumulate(), sample_size=10**8)
    with pytest.raises(ct.NoClosedForm, match="too much work"):
        large.total_variation.mean(10)
    fresh = ct.Recursion(Categorical([0.5, 0.5]), ct.Fresh(real=2), sample_size=100)
    assert fresh.support_size.mean(10**9) == pytest.approx(fresh.support_size.mean.limit)
