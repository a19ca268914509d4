"""The recursion and its curves: the words of the design, what they refuse, and how they look."""

from __future__ import annotations

import pickle
from typing import Any

import numpy as np
import pytest
import sympy
from scipy.special import digamma

import collapse_theory as ct
from collapse_theory.symbols import n, sigma0, t

RECURSION = ct.Recursion(ct.Gaussian(mean=0, sd=2, ddof=1), ct.Replace(), sample_size=10)


def halved(generation: int) -> int:
    return 10 + generation % 2


class TestWords:
    def test_the_first_example_of_the_design(self) -> None:
        assert RECURSION.variance.mean(100) == 4.0
        assert 3e-5 < RECURSION.variance.median(100) < 5e-5
        assert RECURSION.variance.mean.symbolic == sigma0**2
        assert RECURSION.variance.growth_rate == pytest.approx(digamma(4.5) + np.log(2 / 9), rel=1e-14)
        assert RECURSION.fate.verdict == "collapses"
        assert 0.98 < RECURSION.variance.carried_by_top(0.01, 100) < 1

    def test_a_scalar_gives_a_scalar_and_an_array_an_array_of_its_shape(self) -> None:
        curve = RECURSION.sd.mean
        assert isinstance(curve(3), float)
        assert curve([[1, 2], [3, 4]]).shape == (2, 2)
        assert curve([[1, 2], [3, 4]])[1, 0] == curve(3)
        assert curve(np.array([], dtype=int)).shape == (0,)

    def test_a_symbolic_formula_keeps_the_letters(self) -> None:
        recursion = ct.Recursion(ct.Gaussian(ddof=0), ct.Replace(), sample_size=10)
        assert sympy.simplify(recursion.variance.mean.symbolic - sigma0**2 * ((n - 1) / n) ** t) == 0

    def test_the_limit_of_every_curve_is_a_number(self) -> None:
        for ddof, mean, median in ((0, 0.0, 0.0), (1, 4.0, 0.0), (2, np.inf, np.inf)):
            recursion = ct.Recursion(ct.Gaussian(sd=2, ddof=ddof), ct.Replace(), sample_size=10)
            assert recursion.variance.mean.limit == mean
            assert recursion.variance.median.limit == median

    def test_posterior_refit_wanders(self) -> None:
        recursion = ct.Recursion(ct.Gaussian(estimator="posterior"), ct.Replace(), sample_size=10)
        assert recursion.variance.growth_rate == 0
        assert recursion.fate.verdict == "wanders"
        assert recursion.variance.median(50) == pytest.approx(1, rel=1e-12)

    def test_the_chain_of_a_million_generations_is_an_array(self) -> None:
        recursion = ct.Recursion(ct.Gaussian(ddof=0), ct.Fresh(real=1), sample_size=100)
        mean = recursion.variance.mean(np.arange(1_000_000))
        assert mean[-1] == pytest.approx(recursion.variance.mean.limit, rel=1e-12)


class TestRefusals:
    @pytest.mark.parametrize(
        ("make", "words"),
        [
            (lambda: ct.Gaussian(sd=0), "sd = 0 is outside its domain"),
            (lambda: ct.Gaussian(mean=float("nan")), "mean = nan is outside its domain"),
            (lambda: ct.Gaussian(estimator="bayes"), "estimator = 'bayes' is outside its domain: one of"),  # type: ignore[arg-type]
            (lambda: ct.Gaussian(ddof=0, estimator="posterior"), "ddof = 0 has no meaning"),
            (lambda: ct.Fresh(), "give exactly one"),
            (lambda: ct.Fresh(real=1, share=0.5), "give exactly one"),
            (lambda: ct.Fresh(share=1.5), r"share = 1.5 is outside its domain: a real number in \(0, 1\]"),
            (lambda: ct.Fresh(real=2.5), "real = 2.5 is outside its domain: an integer"),  # type: ignore[arg-type]
            (lambda: ct.FreshMixture(0), r"share = 0 is outside its domain: a real number in \(0, 1\]"),
            (lambda: ct.Recursion(ct.Gaussian(), ct.Fresh(share=0.15), sample_size=10), "is not a whole number"),
            (lambda: ct.Recursion(ct.Gaussian(), ct.Fresh(real=11), sample_size=10), "real = 11 is outside its domain"),
            (lambda: ct.Recursion(ct.Gaussian(ddof=10), ct.Replace(), sample_size=10), "ddof = 10.0 is outside"),
            (lambda: ct.Recursion(ct.Gaussian(), ct.Replace(), sample_size=1), "sample_size = 1 is outside"),
            (lambda: ct.Recursion(ct.Gaussian(), ct.Replace(), sample_size=2.5), "sample_size = 2.5 is outside"),
            (lambda: ct.Recursion("gauss", ct.Replace(), sample_size=10), "family = 'gauss' is outside its domain"),  # type: ignore[arg-type]
            (lambda: ct.Recursion(ct.Gaussian(), "replace", sample_size=10), "regime = 'replace' is outside"),  # type: ignore[arg-type]
            (lambda: RECURSION.tail_mass(0), "k = 0 is outside its domain"),
            (lambda: RECURSION.variance.quantile(1), "q = 1 is outside its domain"),
            (lambda: RECURSION.variance.carried_by_top(2, 3), "fraction = 2 is outside its domain"),
            (lambda: RECURSION.variance.carried_by_top(0.1, -3), "t = -3 is outside its domain"),
            (lambda: RECURSION.time_until_sd_below(-1), "level = -1 is outside its domain"),
            (lambda: ct.Fresh(real=0.1), r"a share is written share=0\.1"),  # type: ignore[arg-type]
            (lambda: ct.Recursion(ct.Gaussian(), ct.Replace(), sample_size=[1, 2]), "ct.schedules.power"),
            (lambda: ct.Recursion(ct.Gaussian(), ct.Replace(), sample_size=10**400), "sample_size = 1000"),
            (
                lambda: RECURSION.simulate(10, 5, keep=200),
                r"keep = 200 is outside its domain: generations in \[0, 10\]",
            ),
            (lambda: RECURSION.simulate(10, 5, watch=["x"]), "watch = 'x' is outside its domain: times"),
            (lambda: RECURSION.variance.median.simulated(100), "runs = 100 is outside its domain"),
            (lambda: RECURSION.simulate(-1, 5), "generations = -1 is outside its domain"),
            (lambda: RECURSION.simulate(1, 0), "replicates = 0 is outside its domain"),
            (lambda: RECURSION.simulate(1, 1, rng=-1), "rng = -1 is outside its domain"),
            (lambda: RECURSION.variance.distribution([1, 2]), "one generation, not an array"),
            (lambda: ct.critical_ddof(1), "n = 1 is outside its domain"),
        ],
    )
    def test_nonsense_is_a_value_error_that_names_parameter_value_and_domain(self, make: Any, words: str) -> None:
        with pytest.raises(ValueError, match=words):
            make()

    @pytest.mark.parametrize("bad", [-1, 0.5, float("nan"), "3", True])
    def test_every_statistic_refuses_a_bad_generation(self, bad: Any) -> None:
        v = RECURSION.variance
        for ask in (v.mean, v.std, v.median, v.quantile(0.1), v.distribution, v.mean.log, v.median.log):
            with pytest.raises(ValueError, match=r"t = .* is outside its domain: an integer"):
                ask(bad)
        with pytest.raises(ValueError, match=r"t = .* is outside its domain: an integer"):
            v.carried_by_top(0.1, bad)

    def test_ignorance_is_an_exception_that_names_what_exists(self) -> None:
        recursion = ct.Recursion(ct.Gaussian(), ct.Accumulate(), sample_size=10)
        with pytest.raises(
            ct.NoClosedForm, match=r"variance.median: no exact road .* variance.median.simulated\(runs\)"
        ):
            recursion.variance.median(3)
        with pytest.raises(ct.NoClosedForm, match=r"asymptotic\(t, 'small t/n'\)"):
            RECURSION.total_variation.mean(3)

    def test_nothing_falls_back_silently_to_an_approximation(self) -> None:
        exact = RECURSION.variance.distribution(5).cdf(1.0)
        assert RECURSION.variance.distribution.asymptotic(5, "universal clock").cdf(1.0) != exact
        with pytest.raises(
            ValueError, match="name = None is outside its domain: one of 'universal clock', 'saddlepoint'"
        ):
            RECURSION.variance.distribution.asymptotic(5)
        with pytest.raises(ct.NoClosedForm, match="no asymptotic form named 'edgeworth'"):
            RECURSION.variance.distribution.asymptotic(5, "edgeworth")

    def test_a_finite_value_beyond_floats_is_told_and_its_log_is_there(self) -> None:
        recursion = ct.Recursion(ct.Gaussian(ddof=3), ct.Replace(), sample_size=4)
        with pytest.raises(OverflowError, match=r"finite but beyond floats: ask .*\.log\(10000\)"):
            recursion.variance.mean(10_000)
        assert recursion.variance.mean.log(10_000) == pytest.approx(10_000 * np.log(3), rel=1e-14)

    def test_a_quantity_without_a_statistic_is_no_number(self) -> None:
        with pytest.raises(TypeError, match="variance is random over runs: name a statistic"):
            RECURSION.variance(3)

    def test_infinity_is_a_value(self) -> None:
        recursion = ct.Recursion(ct.Gaussian(), ct.Replace(), sample_size=3)
        assert recursion.kl_source_model.mean(1) == np.inf
        assert recursion.kl_source_model.mean(0) == 0

    def test_a_custom_schedule_has_no_theorem_about_the_end(self) -> None:
        recursion = ct.Recursion(ct.Gaussian(), ct.Replace(), sample_size=ct.schedules.custom(halved))
        assert recursion.variance.mean(4) == 1
        for ask in (lambda: recursion.fate, lambda: recursion.variance.median.limit):
            with pytest.raises(ct.NoClosedForm, match="custom schedule"):
                ask()
        assert "no theorem decides it" in recursion._repr_html_()

    def test_relaxation_needs_something_to_relax_to(self) -> None:
        with pytest.raises(ct.NotDefined, match="no stationary second moments"):
            _ = RECURSION.relaxation_time
        with pytest.raises(ct.NotDefined, match="diverge"):
            _ = ct.Recursion(ct.Gaussian(ddof=2), ct.Fresh(real=1), sample_size=10).relaxation_time
        with pytest.raises(ct.NotDefined, match="needs ddof = 0"):
            _ = RECURSION.conservation_law


def shrinking(generation: int) -> int:
    return 10 if generation < 30 else 3


class TestCustomSchedules:
    def test_a_size_too_small_for_the_fit_is_refused_when_it_is_reached(self) -> None:
        recursion = ct.Recursion(ct.Gaussian(ddof=3), ct.Replace(), sample_size=ct.schedules.custom(shrinking))
        assert recursion.variance.mean(29) == pytest.approx((9 / 7) ** 29, rel=1e-12)
        for ask in (
            lambda: recursion.variance.mean(30),
            lambda: recursion.variance.distribution(40),
            lambda: recursion.simulate(30, 5, rng=1),
        ):
            with pytest.raises(ValueError, match=r"ddof = 3.* is outside its domain: a real number below n = 3"):
                ask()
        with pytest.raises(ValueError, match="below n = 9"):
            ct.Recursion(ct.Gaussian(ddof=9), ct.Replace(), sample_size=ct.schedules.custom(lambda t: 12 - t % 4))

    def test_moments_that_a_late_small_sample_makes_infinite(self) -> None:
        recursion = ct.Recursion(ct.Gaussian(), ct.Replace(), sample_size=ct.schedules.custom(shrinking))
        assert np.isfinite(recursion.kl_source_model.mean(29))
        assert recursion.kl_source_model.mean(30) == np.inf
        assert recursion.kl_source_model.std(30) == np.inf


class TestLooks:
    def test_the_card_tells_what_it_is_its_fate_and_the_typical_run(self) -> None:
        card = RECURSION.card()
        assert card["recursion"] == "ct.Recursion(ct.Gaussian(mean=0, sd=2, ddof=1), ct.Replace(), sample_size=10)"
        assert card["fate"].startswith("collapses")
        assert [row[0] for row in card["rows"]] == [1, 10, 100]
        assert card["rows"][2][1] == "4"
        assert card["rows"][2][2] == f"{RECURSION.variance.median(100):.4g}"
        html = RECURSION._repr_html_()
        assert html.count("<tr>") == 4

    def test_a_theorem_shows_statement_conditions_and_source(self) -> None:
        theorem = RECURSION.variance.mean.theorem
        for shown in (theorem._repr_html_(), theorem._repr_markdown_()):
            assert theorem.statement in shown
            assert "Holds when" in shown
            assert "Source" in shown
        assert "closed form" in repr(theorem)

    def test_ipython_and_hypothesis_print_objects_as_code_and_classes_as_classes(self) -> None:
        from hypothesis.vendor import pretty

        for thing in (RECURSION, RECURSION.family, RECURSION.regime, RECURSION.sizes, ct.schedules.power(10, 1)):
            assert pretty.pretty(thing) == repr(thing)
            written: list[str] = []
            printer = type("Printer", (), {"text": lambda self, text, written=written: written.append(text)})()
            type(thing)._repr_pretty_(thing, printer, False)  # noqa: FBT003 (as IPython calls it)
            assert written == [repr(thing)]
        assert "Gaussian" in pretty.pretty(ct.Gaussian)

    def test_tab_completion_shows_what_the_family_has(self) -> None:
        assert {"variance", "tail_mass", "time_until_sd_below", "fate"} <= set(dir(RECURSION))

    def test_public_names_are_importable_and_listed(self) -> None:
        for name in ct.__all__:
            assert getattr(ct, name) is not None
        assert {"Recursion", "plot", "forecast", "verify", "strategies"} <= set(dir(ct))
        with pytest.raises(AttributeError, match="no attribute 'collapse'"):
            _ = ct.collapse  # type: ignore[attr-defined]


class TestStorage:
    @pytest.mark.parametrize(
        "size",
        [10, ct.schedules.power(10, 1.5), ct.schedules.geometric(10, 1.2), ct.schedules.custom(halved)],
        ids=repr,
    )
    def test_a_recursion_is_frozen_hashable_and_picklable(self, size: Any) -> None:
        recursion = ct.Recursion(ct.Gaussian(), ct.Accumulate(), sample_size=size)
        assert recursion.theorems
        again = pickle.loads(pickle.dumps(recursion))
        assert again == recursion
        assert hash(again) == hash(recursion)
        with pytest.raises(AttributeError):
            recursion.sample_size = 3  # type: ignore[misc]

    def test_a_recursion_is_written_as_plain_values(self) -> None:
        recursion = ct.Recursion(ct.Gaussian(ddof=0), ct.Fresh(share=0.5), sample_size=ct.schedules.power(10, 1))
        assert ct.Recursion.from_dict(recursion.to_dict()) == recursion
        with pytest.raises(ValueError, match="cannot be written to a file"):
            ct.Recursion(ct.Gaussian(), ct.Replace(), sample_size=ct.schedules.custom(halved)).to_dict()
        bad = {**recursion.to_dict(), "family": {"type": "system"}}
        with pytest.raises(ValueError, match="type = 'system' is no family"):
            ct.Recursion.from_dict(bad)


class TestData:
    def test_a_source_is_fitted_to_a_column(self) -> None:
        values = np.array([1.0, 2.0, 4.0, 7.0])
        family = ct.Gaussian.from_data(values, ddof=0)
        assert family.mean == pytest.approx(values.mean(), rel=1e-15)
        assert family.sd == pytest.approx(values.std(), rel=1e-15)
        assert ct.Gaussian.from_data(values).sd == pytest.approx(values.std(ddof=1), rel=1e-15)
        assert ct.Gaussian.from_data(values * 1e-140).sd == pytest.approx(values.std(ddof=1) * 1e-140, rel=1e-14)

    @pytest.mark.parametrize(
        ("values", "words"),
        [
            ([1.0], "at least 2"),
            ([1.0, np.nan], r"values\[1\] = nan is outside its domain"),
            ([0.1] * 3, "values are all 0.1: a constant column"),
        ],
    )
    def test_a_column_without_spread_is_refused(self, values: list[float], words: str) -> None:
        with pytest.raises(ValueError, match=words):
            ct.Gaussian.from_data(values)

    def test_a_divisor_needs_more_values(self) -> None:
        with pytest.raises(ValueError, match=r"ddof = 3.* is outside its domain: a real number below n = 3"):
            ct.Gaussian.from_data([1.0, 2.0, 3.0], ddof=3)


def test_a_card_tells_the_sampling() -> None:
    recursion = ct.Recursion(ct.Gaussian(), ct.Replace(), sample_size=8, sampling=ct.BestOf(4))
    card = recursion.card()
    assert card["sampling"] == "The largest of every so many points"
    assert card["fate"] == "no theorem decides it"
    assert "<b>Sampling:</b> The largest of every so many points." in recursion._repr_html_()
    assert "Sampling" not in ct.Recursion(ct.Gaussian(), ct.Replace(), sample_size=8)._repr_html_()
