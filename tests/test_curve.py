"""Curves, laws and times of a quantity: the source at t = 0, logarithms, refusals, and what they advise."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

import collapse_theory as ct
from collapse_theory.curve import Curve, Distribution, LimitLaw
from collapse_theory.laws import PointMass
from collapse_theory.theorem import ROADS, Road, Theorem

RECURSION = ct.Recursion(ct.Gaussian(mean=0, sd=2, ddof=1), ct.Replace(), sample_size=10)
UNKNOWN = ct.Recursion(ct.Gaussian(), ct.Accumulate(), sample_size=10)


def made_up(statistic: str = "mean", road: Road = "closed form", **forms: Any) -> Theorem:
    """A theorem about the variance."""
    return Theorem("made up", "variance", statistic, road, "", "", "", lambda setting: True, **forms)


def with_theorems(*theorems: Theorem) -> Any:
    """The variance of a recursion about which only these theorems are known."""
    recursion = ct.Recursion(ct.Gaussian(), ct.Replace(), sample_size=10)
    recursion.__dict__["_holding"] = dict.fromkeys(theorems, True)
    return recursion.variance


class TestSource:
    """At t = 0 the curve answers with the source; no formula is asked."""

    @pytest.mark.parametrize("name", ["universal clock", "saddlepoint"])
    def test_an_approximate_law(self, name: str) -> None:
        assert RECURSION.variance.distribution.asymptotic(0, name) == PointMass(4.0)

    def test_a_bound_on_a_law(self) -> None:
        assert RECURSION.variance.distribution.bounds(0) == PointMass(4.0)

    @pytest.mark.parametrize("name", ["universal clock", "saddlepoint"])
    def test_an_approximate_quantile(self, name: str) -> None:
        found = RECURSION.variance.quantile(0.05).asymptotic([0, 5, 0], name)
        assert found[[0, 2]].tolist() == [4, 4]
        law = RECURSION.variance.distribution.asymptotic(5, name)
        assert found[1] == law.ppf(0.05)
        assert RECURSION.variance.quantile(0.05).asymptotic(0, name) == 4

    def test_an_approximate_mean(self) -> None:
        mean = RECURSION.wasserstein2_squared.mean
        assert mean.asymptotic([0, 1]).tolist() == [0, pytest.approx(0.6)]

    def test_a_formula_sees_no_generation_0(self) -> None:
        def later(setting: Any, t: Any) -> Any:
            assert np.all(t > 0)
            return t + 0.5

        variance = with_theorems(
            made_up(value=later),
            made_up(road="asymptotic", name="near", value=later),
            made_up(road="bound", name="above", value=later),
        )
        t = np.array([[0, 1], [2, 0]])
        for ask in (variance.mean, variance.mean.asymptotic, variance.mean.bounds):
            assert ask(t).tolist() == [[1, 1.5], [2.5, 1]]
            assert ask(0) == 1

    def test_no_spread_and_every_share(self) -> None:
        assert RECURSION.variance.std(0) == 0
        assert RECURSION.variance.std.log(0) == -np.inf
        assert RECURSION.variance.carried_by_top(0.25, 0) == 0.25
        with pytest.raises(ValueError, match="one generation, not an array"):
            RECURSION.variance.carried_by_top(0.25, [1, 2])  # type: ignore[arg-type]


class TestLogarithm:
    @pytest.mark.parametrize(
        "make",
        [
            lambda: RECURSION.location.quantile(0.05).log(5),
            lambda: RECURSION.location.quantile(0.05).log([0, 5]),
            lambda: ct.Recursion(ct.Gaussian(mean=-3), ct.Replace(), sample_size=10).location.mean.log(5),
            lambda: ct.Recursion(ct.Gaussian(mean=-3), ct.Replace(), sample_size=10).location.mean.log(0),
            lambda: RECURSION.log_variance.median.log(100),
        ],
    )
    def test_a_negative_value_has_none(self, make: Callable[[], Any]) -> None:
        with pytest.raises(ct.NotDefined, match=r"(location|log_variance)\.\S+\.log: -\S+ is negative and has no log"):
            make()

    def test_of_zero_it_is_minus_infinity(self) -> None:
        assert RECURSION.location.mean.log([0, 5]).tolist() == [-np.inf] * 2
        assert RECURSION.squared_location_error.median.log(0) == -np.inf

    def test_where_the_source_is_negative_but_not_asked(self) -> None:
        recursion = ct.Recursion(ct.Gaussian(sd=0.9, ddof=5), ct.Replace(), sample_size=10)
        assert recursion.log_variance.mean.log(9) == np.log(recursion.log_variance.mean(9))

    @pytest.mark.parametrize("statistic", ["mean", "std", "median"])
    def test_is_that_of_the_value(self, statistic: str) -> None:
        for quantity in (RECURSION.variance, RECURSION.sd, RECURSION.squared_location_error):
            curve = getattr(quantity, statistic)
            t = np.array([1, 2, 30, 2])
            np.testing.assert_allclose(curve.log(t), np.log(curve(t)), rtol=1e-12, atol=1e-13)

    def test_beyond_floats_it_is_what_is_left(self) -> None:
        for curve in (RECURSION.variance.std, ct.Recursion(ct.Gaussian(ddof=3), ct.Replace(), sample_size=4).sd.median):
            with pytest.raises(OverflowError, match=re.escape(f"{curve} at t = 100000 is finite but beyond floats")):
                curve([1, 100_000])
            assert curve.log(100_000) > 710


class TestNaN:
    def test_never_comes_out(self) -> None:
        def undefined(setting: Any, t: Any) -> Any:
            return np.where(t == 7, np.nan, 1.0)

        def laws(setting: Any, t: Any) -> Any:
            return [PointMass(np.nan if g == 7 else 1.0) for g in t]

        of_value = with_theorems(
            made_up(value=undefined),
            made_up(road="asymptotic", name="near", value=undefined),
            made_up(road="bound", name="above", value=undefined),
        ).mean
        of_log = with_theorems(made_up(value=lambda setting, t: 1.0 + 0 * t, log_value=undefined)).mean
        of_law = with_theorems(
            made_up("distribution", value=laws), made_up("distribution", "asymptotic", name="near", value=laws)
        ).median
        roads = (of_value, of_value.log, of_value.asymptotic, of_value.bounds, of_log.log)
        for ask in (*roads, of_law, of_law.log, of_law.asymptotic):
            assert np.all(np.isfinite(ask([0, 1])))
            with pytest.raises(ArithmeticError, match=r"variance\.(mean|median) is NaN at t = 7"):
                ask([0, 1, 7])


class TestAdvice:
    """What a refusal advises exists."""

    @pytest.mark.parametrize(
        ("ask", "advice"),
        [
            (lambda: UNKNOWN.variance.median(3), "variance.median.simulated(runs)"),
            (lambda: UNKNOWN.variance.quantile(0.1)(3), "variance.quantile(0.1).simulated(runs)"),
            (lambda: UNKNOWN.variance.distribution(3), "variance.quantile(q).simulated(runs)"),
            (lambda: UNKNOWN.variance.carried_by_top(0.1, 3), None),
            (lambda: UNKNOWN.variance.slope, None),
            (lambda: UNKNOWN.location.tail_index, None),
            (lambda: UNKNOWN.time_until_sd_below(0.5).mean, "time_until_sd_below(level=0.5).simulated(runs)"),
            (
                lambda: RECURSION.total_variation.mean(3),
                "total_variation.mean.asymptotic(t, 'small t/n'), total_variation.mean.simulated(runs)",
            ),
        ],
    )
    def test_names_what_can_be_called(self, ask: Callable[[], Any], advice: str | None) -> None:
        with pytest.raises(ct.NoClosedForm, match="no exact road is known") as refusal:
            ask()
        found = str(refusal.value).partition(" What exists: ")[2]
        assert found == (advice or "")

    def test_of_laws_and_times_names_their_forms(self) -> None:
        variance = with_theorems(
            made_up("distribution", "asymptotic", name="near", value=lambda setting, t: [PointMass(1.0)] * len(t)),
            made_up("distribution", "bound", name="above", value=lambda setting, t: [PointMass(1.0)] * len(t)),
        )
        asymptotic, bound, simulated = variance.distribution.instead()
        assert asymptotic == "variance.distribution.asymptotic(t, 'near')"
        assert bound == "variance.distribution.bounds(t, 'above')"
        assert simulated == "variance.quantile(q).simulated(runs)"
        assert list(variance.median.instead()) == [
            "variance.median.asymptotic(t, 'near')",
            "variance.median.simulated(runs)",
        ]
        with pytest.raises(ct.NoClosedForm, match="no bound form; known: none"):
            variance.median.bounds(3)

    def test_every_call_of_it_can_be_made(self) -> None:
        runs = UNKNOWN.simulate(3, 500, rng=1, keep="all", watch=[UNKNOWN.time_until_sd_below(0.99)])
        assert UNKNOWN.variance.median.simulated(runs).values.shape == (4,)
        assert UNKNOWN.variance.quantile(0.3).simulated(runs).values.shape == (4,)


class TestRoads:
    def test_theorems_come_cheapest_road_first(self) -> None:
        for name in RECURSION.family.measures:
            quantity = RECURSION.watch(name, *RECURSION.defined(name).typical)
            for known in (quantity.mean, quantity.std, quantity.median, quantity.distribution):
                roads = [ROADS.index(theorem.road) for theorem in known.theorems]
                assert roads == sorted(roads)

    def test_a_limit_is_the_cheapest_exact_one(self) -> None:
        def known(road: Road, limit: float | None) -> Theorem:
            form = None if limit is None else lambda setting: limit
            return made_up(road=road, name=road, value=lambda setting, t: 1.0 + 0 * t, limit=form)

        variance = with_theorems(
            known("asymptotic", 3.0), known("exact numeric", 2.0), known("closed form", None), known("recurrence", 1.0)
        )
        assert variance.mean.limit == 1
        with pytest.raises(ct.NoClosedForm, match="no theorem about t → ∞"):
            _ = with_theorems(known("asymptotic", 3.0), known("bound", 3.0)).mean.limit

    def test_a_limit_law_needs_no_generation(self) -> None:
        location = RECURSION.location
        limit = location.almost_sure_limit
        assert isinstance(limit, LimitLaw)
        laws = (
            location.distribution.asymptotic(5, "student limit"),
            location.distribution.asymptotic(name="student limit"),
            limit.asymptotic(),
            limit.asymptotic("student limit"),
        )
        assert len({law.ppf(0.05) for law in laws}) == 1
        assert list(limit.instead()) == ["location.almost_sure_limit.asymptotic('student limit')"]
        with pytest.raises(ValueError, match=r"t = None is outside its domain: 'universal clock' is another law"):
            RECURSION.variance.distribution.asymptotic(name="universal clock")

    def test_a_law_is_asked_once_per_generation(self) -> None:
        asked: list[list[int]] = []

        def laws(setting: Any, t: Any) -> Any:
            asked.append(t.tolist())
            return [PointMass(float(g)) for g in t]

        median = with_theorems(made_up("distribution", value=laws)).median
        assert median([[3, 0], [1, 3]]).tolist() == [[3, 1], [1, 3]]
        assert asked == [[1, 3]]


class TestLooks:
    def test_names_are_the_code_that_asks(self) -> None:
        assert str(RECURSION.variance.mean) == "variance.mean"
        assert str(RECURSION.tail_mass(2).quantile(0.1)) == "tail_mass(k=2).quantile(0.1)"
        assert str(RECURSION.variance.distribution) == "variance.distribution"

    def test_a_quantity_and_a_time_print_alike(self) -> None:
        time = RECURSION.time_until_sd_below(0.5)
        assert str(time) == "time_until_sd_below(level=0.5)"
        assert repr(time) == f"<{time}: {time.definition.sentence}, of {RECURSION!r}>"
        assert repr(RECURSION.variance) == f"<variance: variance of the fitted model, of {RECURSION!r}>"
        assert time.name == "time_until_sd_below"

    def test_equal_questions_are_equal(self) -> None:
        assert RECURSION.variance.mean == RECURSION.variance.mean
        assert RECURSION.variance.quantile(0.5) != RECURSION.variance.median
        assert len({RECURSION.sd.mean, RECURSION.sd.mean, RECURSION.sd.std}) == 2
        assert RECURSION.variance.mean != replace(RECURSION.variance.mean, statistic="std")
        assert isinstance(RECURSION.variance.median, Curve)
        assert not isinstance(RECURSION.variance.distribution, Curve)
        assert isinstance(RECURSION.variance.distribution, Distribution)
