"""Pictures: the arrays behind them are the curves and the runs, and nothing in them overlaps."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

import matplotlib
import numpy as np
import pytest
from matplotlib import pyplot

import collapse_theory as ct
from collapse_theory.plotting import plot_data

UNBIASED = ct.Recursion(ct.Gaussian(mean=0, sd=2, ddof=1), ct.Replace(), sample_size=10)
POOLED = ct.Recursion(ct.Gaussian(ddof=0), ct.Accumulate(), sample_size=10)
TIME = UNBIASED.time_until_sd_below(0.2)


@pytest.fixture(autouse=True)
def _closed_figures() -> Iterator[None]:
    matplotlib.use("Agg")
    yield
    pyplot.close("all")


@pytest.fixture(scope="module")
def runs() -> ct.Runs:
    return UNBIASED.simulate(generations=40, replicates=500, rng=1, keep="all", watch=[TIME])


def by_kind(series: tuple, kind: str) -> list:
    return [one for one in series if one.kind == kind]


def test_importing_the_module_leaves_matplotlib_alone():
    program = "import sys, collapse_theory.plotting; sys.exit('matplotlib' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_draws_on_the_given_axes_and_returns_them(runs):
    _, ax = pyplot.subplots()
    assert ct.plot(UNBIASED.variance, runs, ax) is ax
    assert ct.plot(UNBIASED.variance) is not ax


def test_a_quantity_is_its_exact_mean_its_exact_median_and_single_runs(runs):
    series = plot_data(UNBIASED.variance, runs)
    mean, median = by_kind(series, "exact")
    (single,) = by_kind(series, "runs")
    np.testing.assert_array_equal(mean.values, UNBIASED.variance.mean(mean.generations))
    np.testing.assert_array_equal(median.values, UNBIASED.variance.median(median.generations))
    np.testing.assert_array_equal(single.values, runs.values(UNBIASED.variance)[:30])
    assert mean.generations[-1] == median.generations[-1] == single.generations[-1] == 40


def test_the_axes_hold_the_same_arrays(runs):
    ax = ct.plot(UNBIASED.variance, runs)
    drawn = {line.get_label(): line.get_ydata() for line in ax.lines}
    for one in plot_data(UNBIASED.variance, runs):
        np.testing.assert_array_equal(drawn[one.label], one.values[0] if one.kind == "runs" else one.values)


def test_runs_that_kept_the_last_generation_are_replayed_bit_for_bit():
    last = UNBIASED.simulate(generations=40, replicates=5_000, rng=1)
    (single,) = by_kind(plot_data(UNBIASED.variance, last), "runs")
    assert single.generations[0] == 0
    np.testing.assert_array_equal(single.values[:, -1], last.values(UNBIASED.variance)[:30, 0])


def test_what_has_no_exact_road_is_simulated_with_its_interval():
    runs = POOLED.simulate(generations=20, replicates=500, rng=2, keep=[1, 10, 20])
    series = plot_data(POOLED.variance, runs)
    (exact,), (estimate,) = by_kind(series, "exact"), by_kind(series, "simulated")
    assert (exact.statistic, estimate.statistic) == ("mean", "median")
    found = POOLED.variance.median.simulated(runs)
    np.testing.assert_array_equal(estimate.values, found.values)
    np.testing.assert_array_equal([estimate.low, estimate.high], [found.low, found.high])
    assert [one.kind for one in plot_data(POOLED.variance)] == ["exact"]


def test_a_refused_estimate_says_so_in_the_legend():
    tilted = UNBIASED.simulate(generations=10, replicates=200, rng=3, tilt=1)
    ax = ct.plot(UNBIASED.total_variation, tilted)
    labels = [text.get_text() for text in ax.get_legend().get_texts()]
    assert "simulated median: NotDefined" in labels
    assert "30 single runs, tilted by 1" in labels


def test_a_curve_is_drawn_alone_with_asymptotics_only_by_name():
    curve = UNBIASED.total_variation.mean
    with pytest.raises(ct.NoClosedForm, match="no exact road is known, and there are no runs to draw"):
        ct.plot(curve)
    (near,) = plot_data(curve, generations=[1, 5], asymptotic="small t/n")
    np.testing.assert_array_equal(near.values, curve.asymptotic(np.array([1, 5]), "small t/n"))
    with pytest.raises(ct.NoClosedForm, match="nonsense"):
        ct.plot(UNBIASED.variance.mean, asymptotic="nonsense")


def test_a_time_is_its_law(runs):
    exact, near, seen = plot_data(TIME, runs, asymptotic="inverse gaussian")
    np.testing.assert_array_equal(exact.values, TIME.distribution.cdf(exact.generations))
    np.testing.assert_array_equal(near.values, TIME.asymptotic("inverse gaussian").cdf(near.generations))
    times = runs.watched_times(TIME)
    assert seen.values[-1] == np.mean((times >= 0) & (times <= 40))
    assert plot_data(TIME)[0].values[-1] == pytest.approx(0.99, abs=0.01)
    with pytest.raises(ct.NotDefined, match="no law"):
        ct.plot(TIME, asymptotic="wald")


def test_the_note_says_who_carries_the_mean():
    ax = ct.plot(UNBIASED.variance, generations=[0, 100])
    share = UNBIASED.variance.carried_by_top(1e-3, 100)
    assert ax.get_legend().get_title().get_text() == f"At t = 100 one run in 1,000 carries {share:.1%} of the mean"
    late = ct.plot(UNBIASED.variance, generations=300).get_legend().get_title().get_text()
    assert late.startswith("At t = 300 fewer than one run in 1,000,000 carry 9")
    assert ct.plot(POOLED.variance, generations=10).get_legend().get_title().get_text() == ""
    assert ct.plot(UNBIASED.variance, generations=1).get_legend().get_title().get_text() == "", "nobody carries much"


@pytest.mark.parametrize(
    ("quantity", "scale"),
    [(UNBIASED.variance, "log"), (UNBIASED.location, "linear"), (POOLED.variance, "linear")],
)
def test_the_scale_is_logarithmic_where_values_span_decades(quantity, scale):
    assert ct.plot(quantity, generations=[0, 50, 100]).get_yscale() == scale


def test_values_that_leave_the_floats_do_not_stop_the_picture():
    exploding = ct.Recursion(ct.Gaussian(ddof=8), ct.Replace(), sample_size=10)
    mean, median = by_kind(plot_data(exploding.variance, generations=[0, 5, 50, 1000]), "exact")
    assert mean.values[-1] == np.inf
    assert median.values[-1] > 1
    assert ct.plot(exploding.variance, generations=[0, 5, 50, 1000]).get_yscale() == "log"


def test_generations_may_be_the_last_one_or_all():
    assert plot_data(UNBIASED.variance.mean, generations=7)[0].generations.tolist() == [*range(8)]
    assert plot_data(UNBIASED.variance.mean, generations=[9, 3])[0].generations.tolist() == [3, 9]
    with pytest.raises(ValueError, match="generations"):
        ct.plot(UNBIASED.variance, generations=-1)


def test_what_cannot_be_drawn_is_refused(runs):
    with pytest.raises(ValueError, match="another recursion"):
        ct.plot(POOLED.variance, runs)
    other = ct.Recursion(ct.Gaussian(mean=0, sd=3, ddof=1), ct.Replace(), sample_size=10)
    with pytest.raises(ValueError, match="another recursion"):
        ct.plot(UNBIASED.variance, other.simulate(generations=5, replicates=10, rng=1))
    with pytest.raises(ValueError, match=r"runs = 100 is outside its domain: Runs, as recursion\.simulate"):
        ct.plot(UNBIASED.variance, 100)
    with pytest.raises(ValueError, match="what = "):
        ct.plot(UNBIASED)


def test_runs_that_did_not_watch_a_time_leave_its_exact_law(runs):
    ax = ct.plot(UNBIASED.time_until_sd_below(0.3), runs)
    labels = [text.get_text() for text in ax.get_legend().get_texts()]
    assert labels == ["exact", "simulated: not watched in these runs"]
    with pytest.raises(ValueError, match="was not watched"):
        ct.plot(POOLED.time_until_sd_below(0.3), POOLED.simulate(generations=5, replicates=10, rng=1))


def test_runs_are_drawn_at_the_generations_that_are_asked_for(runs):
    for asked, drawn in (([0, 1, 10, 25], [0, 1, 10, 25]), (7, [*range(8)]), ([30, 400], [30])):
        (single,) = by_kind(plot_data(UNBIASED.variance, runs, generations=asked), "runs")
        assert single.generations.tolist() == drawn
        np.testing.assert_array_equal(single.values, runs.values(UNBIASED.variance)[:30, drawn])
    ax = ct.plot(UNBIASED.variance, runs, generations=[0, 1, 10, 25])
    assert ax.get_xlim() == (0, 25)
    assert ax.get_legend().get_title().get_text().startswith("At t = 25 ")
    last = UNBIASED.simulate(generations=40, replicates=500, rng=1)
    (single,) = by_kind(plot_data(UNBIASED.variance, last, generations=[0, 10]), "runs")
    np.testing.assert_array_equal(single.values, runs.values(UNBIASED.variance)[:30, [0, 10]])


def test_an_estimate_at_other_generations_says_so():
    last = POOLED.simulate(generations=20, replicates=200, rng=2)
    labels = [one.label for one in plot_data(POOLED.variance, last, generations=[0, 5])]
    assert labels == ["exact mean", "simulated median: these generations were not kept", "30 single runs"]


def test_a_point_alone_at_the_end_is_not_cut():
    ax = ct.plot(POOLED.variance, POOLED.simulate(generations=20, replicates=200, rng=2))
    assert ax.get_xlim()[1] > 20
    point = next(line for line in ax.lines if line.get_marker() == "o")
    assert point.get_xdata().tolist() == [20]


def test_a_single_run_is_one():
    labels = [one.label for one in plot_data(UNBIASED.variance, UNBIASED.simulate(generations=3, replicates=1, rng=1))]
    assert labels[-1] == "1 single run"


def test_the_mean_shows_around_the_median_where_both_coincide():
    mean, median = ct.plot(UNBIASED.location, generations=10).lines
    assert mean.get_linewidth() > median.get_linewidth() + 1
    assert mean.get_zorder() <= median.get_zorder()


@pytest.mark.parametrize("columns", [1, 2])
def test_title_legend_and_axes_never_meet(runs, columns):
    figure, axes = pyplot.subplots(1, columns, figsize=(6.4 * columns, 4.6), layout="constrained", squeeze=False)
    for ax in axes.flat:
        ct.plot(UNBIASED.wasserstein2_squared, runs, ax)
    figure.draw_without_rendering()
    for ax in axes.flat:
        title, legend, panel = ax._left_title.get_window_extent(), ax.get_legend().get_window_extent(), ax.bbox
        assert panel.y1 <= legend.y0 < legend.y1 <= title.y0
        assert max(title.x1, legend.x1) <= panel.x1


def test_a_picture_says_how_points_are_drawn() -> None:
    sampled = ct.Recursion(ct.Gaussian(), ct.Replace(), sample_size=8, sampling=ct.BestOf(4))
    ax = ct.plot(sampled.variance, generations=5)
    assert ax.get_legend().get_title().get_text() == "Points drawn by ct.BestOf(candidates=4)"
    plain = ct.plot(ct.Recursion(ct.Gaussian(), ct.Replace(), sample_size=8).location, generations=5)
    assert "drawn" not in plain.get_legend().get_title().get_text()
    path = ct.plot(sampled.location.population, generations=5)
    np.testing.assert_allclose(path.lines[0].get_ydata()[-1], sampled.location.population(5))


def test_generations_are_marked_by_whole_numbers() -> None:
    recursion = ct.Recursion(ct.Gaussian(), ct.Replace(), sample_size=10)
    ax = ct.plot(recursion.variance.mean, generations=20)
    ax.figure.canvas.draw()
    assert all(float(tick).is_integer() for tick in ax.get_xticks())
