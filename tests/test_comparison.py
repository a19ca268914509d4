"""Comparisons: the lines are the curves, the words say which road they took, and nothing is confused or cut."""

from __future__ import annotations

import json
import math
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import FrozenInstanceError

import matplotlib
import numpy as np
import pytest
from matplotlib import pyplot

import collapse_theory as ct

MODEL = ct.Gaussian(mean=0, sd=2, ddof=1)
REPLACED, POOLED, FRESH, MIXED = (
    ct.Recursion(MODEL, regime, sample_size=10)
    for regime in (ct.Replace(), ct.Accumulate(), ct.Fresh(real=1), ct.FreshMixture(share=0.1))
)
LATER = ct.Recursion(MODEL, ct.Replace(), sample_size=40)
WORDS = ct.Recursion(ct.Categorical([0.5, 0.3, 0.2]), ct.Replace(), sample_size=20)
CHAIN = ct.Recursion(ct.MarkovChain([[0.7, 0.3], [0.4, 0.6]]), ct.Replace(), sample_size=20)
COUNTS = ct.Recursion(ct.Poisson(rate=2), ct.Replace(), sample_size=20)
SMOOTHED = ct.Recursion(ct.Categorical([0.5, 0.3, 0.2], smoothing=ct.AddAlpha(1)), ct.Replace(), sample_size=20)
LARGE = tuple(
    ct.Recursion(ct.Categorical(weights / weights.sum()), ct.Replace(), sample_size=9)
    for weights in (np.ones(40), np.arange(1.0, 41.0))
)
FEW = {"replicates": 200, "generations": 20}


@pytest.fixture(autouse=True)
def _closed_figures() -> Iterator[None]:
    matplotlib.use("Agg")
    yield
    pyplot.close("all")


@pytest.fixture(scope="module")
def four() -> ct.comparison.Comparison:
    return ct.compare(REPLACED, POOLED, FRESH, MIXED, generations=100, replicates=500, rng=3)


def drawn(panel) -> list:
    """The lines of the recursions; the dotted one of the source is last."""
    return [line for line in panel.get_lines() if line.get_linestyle() != ":"]


def test_importing_it_leaves_matplotlib_and_rich_alone():
    program = "import sys, collapse_theory.comparison; sys.exit(any(m in sys.modules for m in ('matplotlib', 'rich')))"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_exact_lines_are_the_curves_and_mean_and_median_keep_their_names(four):
    replaced = four.rows[0]
    for statistic, curve in (("mean", REPLACED.variance.mean), ("median", REPLACED.variance.median)):
        assert replaced.lines[statistic].road == "exact"
        np.testing.assert_array_equal(replaced.lines[statistic].values, curve(four.generations))
    # E σ_t² is 4 for ever at ddof = 1, and every run dies: the median's rate is the drift ψ(9/2) − log(9/2) < 0
    np.testing.assert_allclose(replaced.lines["mean"].values, 4.0, rtol=1e-12)
    assert replaced.lines["median"].values[-1] < 4 * math.exp(-0.1 * 100)
    assert replaced.replicates == 0


def test_simulated_lines_are_the_estimate_of_the_seed_whatever_is_beside_them(four):
    pooled = four.rows[1]
    runs = POOLED.simulate(100, 500, rng=four.seed, keep=four.generations.tolist())
    found = POOLED.variance.median.simulated(runs)
    line = pooled.lines["median"]
    assert (line.road, pooled.replicates) == ("simulated", 500)
    for seen, expected in ((line.values, found.values), (line.low, found.low), (line.high, found.high)):
        np.testing.assert_array_equal(seen, expected)
    again = ct.compare(POOLED, LATER, generations=100, replicates=500, rng=3).rows[0].lines["median"]
    np.testing.assert_array_equal([again.values, again.low, again.high], [line.values, line.low, line.high])
    other = ct.compare(POOLED, FRESH, generations=100, replicates=500, rng=4).rows[0].lines["median"]
    assert not np.array_equal(again.values, other.values)


def test_fate_and_numbers_are_those_of_the_recursion(four):
    assert [row.fate.verdict for row in four.rows] == ["collapses", "settles", "stationary", "stationary"]
    gains = [row.numbers["loop_gain"] for row in four.rows]
    assert gains == [1.0, None, FRESH.loop_gain, MIXED.loop_gain]
    assert [row.numbers["relaxation_time"] for row in four.rows][:3] == [None, None, FRESH.relaxation_time]
    sizes = [row.numbers["effective_real_sample_size"] for row in four.rows]
    assert sizes == [one.effective_real_sample_size for one in four.recursions]
    assert four.recursions == (REPLACED, POOLED, FRESH, MIXED)


def test_what_no_theorem_decides_is_said():
    custom = ct.Recursion(MODEL, ct.Replace(), sample_size=ct.schedules.custom(lambda t: 10 + t))
    found = ct.compare(REPLACED, custom, **FEW)
    assert found.rows[1].fate is None
    assert "decides it" in str(found)
    assert found.to_dict()["recursions"][1]["fate"] is None


@pytest.mark.parametrize(
    ("asked", "seen", "shown"),
    [
        (None, (0, 400), (1, 40, 400)),
        (20, (0, 20), (1, 2, 20)),
        (1, (0, 1), (1,)),
        ([0, 5, 50], (0, 50), (5, 50)),
        ([7], (7, 7), (7,)),
    ],
)
def test_generations_are_the_last_or_all(asked, seen, shown):
    found = ct.compare(REPLACED, LATER, generations=asked)
    t = found.generations
    assert (t[0], t[-1], found.shown) == (*seen, shown)
    assert set(shown) <= set(t.tolist())
    assert t.tolist() == sorted(set(t.tolist()))
    found.figure().draw_without_rendering()


@pytest.mark.parametrize(
    ("recursions", "options", "message"),
    [
        ((), {}, "at least two Recursions"),
        ((REPLACED,), {}, "at least two Recursions"),
        ((REPLACED, MODEL), {}, r"recursions = ct\.Gaussian.* is outside its domain: Recursions"),
        (([REPLACED, POOLED],), {}, r"as ct\.compare\(first, second"),
        ((REPLACED, POOLED, ct.Recursion(MODEL, ct.Replace(), sample_size=10)), {}, "twice, is outside its domain"),
        ((REPLACED, POOLED), {"labels": ["one"]}, r"labels = \['one'\] is outside its domain: 2 texts that differ"),
        ((REPLACED, POOLED), {"labels": ["one", "one"]}, "2 texts that differ"),
        ((REPLACED, POOLED), {"labels": ["one", " "]}, "2 texts that differ"),
        ((REPLACED, POOLED), {"labels": "ab"}, "2 texts that differ"),
        ((REPLACED, POOLED), {"labels": 2}, "2 texts that differ"),
        ((REPLACED, POOLED), {"quantity": "support_size"}, "quantity = 'support_size': not of Gaussian. All have: kl_"),
        ((REPLACED, POOLED), {"quantity": 3}, "quantity = 3 is outside its domain: a name, or a tuple"),
        ((REPLACED, POOLED), {"quantity": ()}, r"quantity = \(\) is outside its domain"),
        ((REPLACED, POOLED), {"quantity": "tail_mass"}, r"tail_mass takes 1 argument \(k\), not 0"),
        ((REPLACED, POOLED), {"quantity": ("tail_mass", -1.0)}, "k = -1.0 is outside its domain"),
        ((REPLACED, POOLED), {"generations": -1}, "generations = -1 is outside its domain"),
        ((REPLACED, POOLED), {"generations": 0}, "at least one generation from 1 on"),
        ((REPLACED, POOLED), {"generations": [0]}, "at least one generation from 1 on"),
        ((REPLACED, POOLED), {"generations": []}, "generations = "),
        ((REPLACED, POOLED), {"generations": [1, 2.5]}, "generations = 2.5 is outside its domain"),
        ((REPLACED, POOLED), {"replicates": 5}, "replicates = 5 is outside its domain"),
        ((REPLACED, POOLED), {"rng": -1}, "rng = -1 is outside its domain"),
    ],
)
def test_what_cannot_be_compared_is_refused(recursions, options, message):
    with pytest.raises(ValueError, match=message):
        ct.compare(*recursions, **options)


def test_a_mean_that_the_runs_cannot_see_is_said_and_not_shown():
    found = ct.compare(MIXED, REPLACED, quantity="kl_source_model", generations=60, replicates=1000)
    mixed = found.rows[0].lines
    assert (mixed["mean"].road, mixed["mean"].values) == ("unseeable", None)
    assert mixed["median"].road == "simulated"
    text = str(found)
    assert "? is decided by runs too rare to be seen: the mean of FreshMixture(share=0.1)" in text
    line = next(line for line in text.splitlines() if line.startswith("FreshMixture"))
    assert line.split()[-3:] == ["?", "?", "?"]
    left, right = found.figure().axes
    assert (len(drawn(left)), len(drawn(right))) == (1, 2)
    legend = [entry.get_text() for entry in found.figure().legends[0].get_texts()]
    assert legend[0] == "FreshMixture(share=0.1) (mean not shown)"
    table = found.to_dataframe()
    unseen = table[(table.recursion == "FreshMixture(share=0.1)") & (table.statistic == "mean")]
    assert set(unseen.road) == {"unseeable"}
    assert unseen[["value", "low", "high"]].isna().all(axis=None)


def test_infinite_runs_are_said():
    second = ct.Recursion(CHAIN.family, ct.Replace(), sample_size=30)
    found = ct.compare(CHAIN, second, quantity="cycle_length", generations=2, replicates=100)
    assert found.rows[0].lines["mean"].why == "infinite in some runs"
    assert "the source's is ∞" in str(found)
    assert "≈∞" in str(found) or " ∞" in str(found)
    found.figure().draw_without_rendering()
    json.dumps(found.to_dict(), allow_nan=False)


def test_the_table_shows_the_numbers(four):
    lines = str(four).splitlines()
    assert max(map(len, lines)) <= 100
    assert all(line == line.rstrip() for line in lines)
    place = next(i for i, line in enumerate(lines) if line.startswith("Replace "))
    mean, median = lines[place].split(), lines[place + 1].split()
    assert mean[:2] == ["Replace", "collapses"]
    assert mean[-4:] == ["mean", "4.00", "4.00", "4.00"]
    assert median[0] == "median"
    expected = [REPLACED.variance.median(t) for t in (1, 10, 100)]
    assert [float(cell) for cell in median[1:]] == pytest.approx(expected, rel=5e-3)
    pooled = lines[place + 3].split()
    assert all(cell.startswith("≈") for cell in pooled[1:])
    assert "≈ is simulated: 500 runs, seed 3; all other values are exact" in lines
    assert four.table().row_count == 4
    assert "all values are exact" in str(ct.compare(REPLACED, LATER, generations=5))


def test_eight_recursions_fit_a_hundred_columns_uncut():
    many = [
        ct.Recursion(ct.Gaussian(mean=0, sd=1 + ddof, ddof=ddof), recursion.regime, sample_size=10)
        for ddof in (0, 1)
        for recursion in (REPLACED, POOLED, FRESH, MIXED)
    ]
    found = ct.compare(*many, generations=100, replicates=100)
    text = str(found)
    assert max(map(len, text.splitlines())) <= 100
    assert "…" not in text
    assert found.relative, "in units of the source's, as the sources differ"
    assert f"{0.9**100:.3g}" in text, "E σ_t²/σ_0² = (1 − 1/n)^t at ddof = 0"
    figure = found.figure()
    figure.draw_without_rendering()
    legend = figure.legends[0].get_window_extent()
    assert legend.y1 <= min(ax.get_tightbbox().y0 for ax in figure.axes)
    assert figure.bbox.x0 <= legend.x0 < legend.x1 <= figure.bbox.x1
    colours = {line.get_color() for line in drawn(figure.axes[0])}
    assert len(colours) == 8


def test_values_that_leave_the_floats_are_told_by_their_logarithm():
    exploding = ct.Recursion(ct.Gaussian(ddof=8), ct.Replace(), sample_size=10)
    collapsing = ct.Recursion(ct.Gaussian(ddof=0), ct.Replace(), sample_size=10)
    found = ct.compare(exploding, collapsing, generations=[0, 10, 1000, 9000])
    assert f"exp({9000 * math.log(9 / 2):.4g})" in str(found), "E σ_t² = (9/(10 − 8))^t"
    assert f"exp({9000 * math.log(0.9):.4g})" in str(found)
    assert found.figure().axes[0].get_yscale() == "log"


def test_the_picture_shows_the_lines(four):
    figure = four.figure()
    left, right = figure.axes
    assert left.get_title("left") == "mean over runs"
    assert right.get_title("left") == "typical run (median)"
    assert left.get_ylim() == right.get_ylim()
    assert left.get_xlim() == right.get_xlim() == (0, 100)
    assert left.get_yscale() == right.get_yscale() == "log"
    assert len(figure.legends) == 1
    assert left.get_legend() is right.get_legend() is None
    for panel, statistic in ((left, "mean"), (right, "median")):
        lines = drawn(panel)
        for line, row in zip(lines, four.rows, strict=True):
            known = row.lines[statistic]
            np.testing.assert_array_equal(line.get_xdata(), four.generations)
            np.testing.assert_array_equal(line.get_ydata(), known.values)
            assert (line.get_linestyle() == "-") is (known.road == "exact")
        bands = panel.collections
        simulated = [row.lines[statistic] for row in four.rows if row.lines[statistic].road == "simulated"]
        assert len(bands) == len(simulated)
        for band, known in zip(bands, simulated, strict=True):
            heights = band.get_paths()[0].vertices[:, 1]
            assert (heights.min(), heights.max()) == (known.low.min(), known.high.max())
    widths = [line.get_linewidth() for line in drawn(left)]
    assert widths == sorted(widths, reverse=True)
    assert pyplot.get_fignums() == []


def test_axes_in_axes_out(four):
    figure, axes = pyplot.subplots(1, 2)
    assert four.plot(axes) is axes
    assert figure.legends == []
    assert axes[0].get_legend() is None
    assert len(axes[1].get_legend().get_texts()) == 6
    own = four.plot()
    assert len(own) == 2
    assert own[0].figure is not figure


def test_values_in_units_of_the_source_are_drawn_and_kept_as_they_are():
    wide = ct.Recursion(ct.Gaussian(mean=0, sd=3, ddof=1), ct.Replace(), sample_size=10)
    found = ct.compare(REPLACED, wide, generations=20)
    left, right = found.figure().axes
    for line in drawn(left):
        np.testing.assert_allclose(line.get_ydata(), 1.0, rtol=1e-12)
    first, second = drawn(right)
    np.testing.assert_allclose(first.get_ydata(), second.get_ydata(), rtol=1e-12)
    assert left.get_ylabel().endswith("/ source's")
    np.testing.assert_allclose(found.rows[1].lines["mean"].values, 9.0, rtol=1e-12)
    assert not ct.compare(REPLACED, wide, quantity="log_variance", generations=5).relative, "no ratio of logarithms"


def test_what_is_lost_for_good_has_a_linear_axis_and_far_apart_generations_a_logarithmic_one():
    pair = [ct.Recursion(ct.Categorical([0.3, 0.7]), ct.Replace(), sample_size=n) for n in (10, 20)]
    figure = ct.compare(*pair, generations=[0, 1, 10, 100, 1000], quantity="support_size").figure()
    assert figure.axes[0].get_xscale() == "symlog"
    assert ct.compare(*pair, generations=[1, 10, 100, 1000]).figure().axes[0].get_xscale() == "log"
    assert ct.compare(*pair, generations=100).figure().axes[1].get_yscale() == "linear"


def test_the_data_frame_holds_every_value(four):
    table = four.to_dataframe()
    assert list(table) == ["recursion", "statistic", "generation", "road", "value", "low", "high", "source"]
    assert len(table) == 4 * 2 * four.generations.size
    for row in four.rows:
        for statistic, line in row.lines.items():
            part = table[(table.recursion == row.label) & (table.statistic == statistic)]
            np.testing.assert_array_equal(part.generation, four.generations)
            np.testing.assert_array_equal(part.value, line.values)
            np.testing.assert_array_equal(part.low, line.values if line.low is None else line.low)
            assert set(part.source) == {4.0}


def test_the_dictionary_is_strict_json(four):
    found = json.loads(json.dumps(four.to_dict(), allow_nan=False))
    assert found["generations"] == four.generations.tolist()
    replaced, pooled, *_ = found["recursions"]
    assert replaced["recursion"] == repr(REPLACED)
    assert replaced["fate"]["verdict"] == "collapses"
    assert replaced["mean"]["values"] == four.rows[0].lines["mean"].values.tolist()
    assert (replaced["median"]["road"], pooled["median"]["road"]) == ("exact", "simulated")
    assert (replaced["relaxation_time"], replaced["replicates"], pooled["replicates"]) == (None, 0, 500)


def test_a_notebook_shows_the_table_and_one_light_picture(four):
    page = four._repr_html_()
    assert page.count("<tr>") == 5
    assert page.count("<img ") == page.count("data:image/svg+xml;base64,") == 1
    assert "4.00<br>" in page
    assert len(page) < 200_000
    assert pyplot.get_fignums() == []


def test_a_comparison_is_frozen_and_prints_what_it_compares(four):
    with pytest.raises(FrozenInstanceError):
        four.seed = 1
    assert repr(four) == (
        "<Comparison of variance to generation 100: Replace; Accumulate; Fresh(real=1); FreshMixture(share=0.1)>"
    )
