"""No theorem rests on its proof alone: verification confronts it with numbers, or a test of this suite does."""

from __future__ import annotations

import os
from dataclasses import replace

import numpy as np
import pytest
from error_budget import SEED_VARIABLE
from every import every_pair, possible

import collapse_theory as ct
from collapse_theory.verification.confront import _COMPARED
from collapse_theory.verification.digits import checkable

TESTED = {
    "fate": "below",
    "growth_rate": "below, where the variance settles",
    "quantile_limit": "below",
    "relative_second_moment": "below",
    "loop_gain": "test_control",
    "relaxation_time": "test_control",
    "effective_real_sample_size": "test_information",
    "almost_sure_limit": "test_markov_theory",
}
"""Statistics that neither digits, simulation nor an order can see, and where their numbers are tested."""


def test_every_theorem_has_a_road_to_numbers() -> None:
    known = dict.fromkeys(th for one in possible([10, ct.schedules.power(10, 2)]) for th in one.theorems)
    assert len(known) > 400
    assert [theorem for theorem in known if not has_a_road(theorem)] == []
    assert not has_a_road(replace(next(iter(known)), statistic="hue", formula=None, reference=None, order=None))


def has_a_road(theorem: ct.Theorem) -> bool:
    """Whether digits, simulation, an order or a test of its own confronts it."""
    seen = theorem.statistic in {*_COMPARED, *TESTED} or theorem.road == "bound"
    return bool(checkable(theorem) or seen or theorem.order)


@pytest.mark.deep
def test_verification_confronts_every_theorem_with_numbers() -> None:
    report = ct.verify(depth="default", seed=int(os.environ.get(SEED_VARIABLE) or 1))
    assert report.agrees, report.summary()
    unseen = [row for row in report.rows if not (row.digits.points or row.comparisons or row.approach.cases)]
    assert {row.theorem.statistic for row in unseen} <= TESTED.keys(), [row.theorem for row in unseen]


@pytest.mark.parametrize("name", ["variance", "sd"])
@every_pair(4, 10, members=ct.Gaussian.examples(), data=[ct.Replace()])
def test_the_relative_second_moment_is_that_of_mean_and_std(recursion: ct.Recursion, name: str) -> None:
    quantity, t = recursion.watch(name), np.array([1, 5, 20])
    with np.errstate(invalid="ignore"):
        expected = 1 + (quantity.std(t) / quantity.mean(t)) ** 2
    found = quantity.relative_second_moment(t)
    assert found == pytest.approx(np.where(np.isnan(expected), np.inf, expected), rel=1e-12)


@pytest.mark.parametrize("name", ["variance", "sd", "log_variance"])
@every_pair(4, 10, members=ct.Gaussian.examples(), data=[ct.Replace()])
def test_quantiles_go_where_their_limit_says(recursion: ct.Recursion, name: str) -> None:
    for q in (0.05, 0.95):
        curve = recursion.watch(name).quantile(q)
        near, far = (recursion.log_variance.quantile(q)(t) for t in (10**6, 10**8))
        falls = {0.0: True, -np.inf: True, np.inf: False}[curve.limit]
        assert (far < near < 0) if falls else (far > near > 0)


@pytest.mark.deep
@every_pair(10, ct.schedules.power(10, 2), members=ct.Gaussian.examples(), data=[ct.Accumulate(), ct.Replace()])
def test_growth_rate_and_fate_are_those_of_the_mean_log_variance_far_out(recursion: ct.Recursion) -> None:
    if not recursion.family.two_moments and not recursion.tableau.replacement:
        return  # nothing is known of the posterior refit of a pool
    early, late = (float(recursion.log_variance.mean(t)) for t in (500, 1000))
    rate = (late - early) / 500
    settled = abs(rate) < 1e-4
    grows = "explodes" if rate > 0 else "collapses"
    assert recursion.fate.verdict in ({"settles", "wanders"} if settled else {grows})
    if recursion.sizes.constant:
        assert recursion.log_variance.growth_rate == pytest.approx(rate, rel=1e-12, abs=1e-4 * settled)
