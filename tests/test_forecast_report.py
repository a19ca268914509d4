"""What a forecast says and draws: words that fit their place, numbers that fit their column, pictures of the arrays."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from matplotlib import pyplot

import collapse_theory as ct
from collapse_theory import examples
from collapse_theory.forecasting import GaussianForecast, plot_forecast
from collapse_theory.forecasting.gaussian_report import FATES
from collapse_theory.forecasting.words import number, percent

VALUES = examples.michelson_1879()
FEW = {"replicates": 500, "bootstrap": 50}
SETTINGS: dict[str, dict[str, Any]] = {
    "collapses": {"sample_size": 10, "generations": 20},
    "settles": {"sample_size": 20, "generations": 10, "regime": ct.Accumulate()},
    "stationary": {"sample_size": 20, "generations": 10, "regime": ct.Fresh(real=4)},
    "explodes": {"sample_size": 5, "generations": 12, "ddof": 3},
    "wanders": {"sample_size": 10, "generations": 10, "ddof": ct.critical_ddof(10)},
    "undecided": {"sample_size": 10, "generations": 100, "ddof": 2, "regime": ct.Fresh(real=1)},
}

REGIMES = {"settles": "accumulate", "stationary": "fresh (real = 4)", "undecided": "fresh (real = 1)"}


@pytest.fixture(scope="module")
def forecasts() -> dict[str, GaussianForecast]:
    return {verdict: ct.forecast(VALUES, label="velocity", **setting, **FEW) for verdict, setting in SETTINGS.items()}


@pytest.mark.parametrize("verdict", SETTINGS)
def test_the_summary_says_what_becomes_of_a_run(verdict: str, forecasts: dict[str, GaussianForecast]) -> None:
    found = forecasts[verdict]
    assert found.fate is not None
    assert found.fate.verdict == verdict
    text = " ".join(found.summary().split())
    assert FATES[verdict] in text
    assert f"velocity: 100 values, forecast to generation {found.generations[-1]}" in text
    assert f"Regime {REGIMES.get(verdict, 'replace')}: " in text
    assert "(): " not in text
    assert ("Real points are taken to follow the fitted Gaussian" in text) is (verdict in ("stationary", "undecided"))
    assert ("≈" in text) is ("simulated" in text)
    assert ("? is a mean" in text) is (verdict == "undecided")
    assert ("in the long run" in text) is (verdict in ("collapses", "explodes"))


def test_the_rate_is_said_in_percent_a_generation(forecasts: dict[str, GaussianForecast]) -> None:
    for verdict, word in (("collapses", "shrinks"), ("explodes", "grows")):
        found = forecasts[verdict]
        change = abs(math.exp(found.recursion.variance.growth_rate) - 1)
        assert f"{word} by {100 * change:.2g} % a generation" in " ".join(found.summary().split())


def test_a_custom_schedule_has_no_known_fate() -> None:
    found = ct.forecast(VALUES, sample_size=ct.schedules.custom(lambda t: 20 + t), generations=3, **FEW)
    assert found.fate is None
    assert found.to_dict()["fate"] is None
    text = " ".join(found.summary().split())
    assert "No theorem says what becomes of a run" in text
    assert "draws 21 points at first, 23 at the last" in text
    assert "undecided" in repr(found)


@pytest.mark.parametrize(
    ("verdict", "sentence"),
    [("collapses", "is down to half at generation"), ("stationary", "is not down to half by generation 10.")],
)
def test_the_half_life_is_said(verdict: str, sentence: str, forecasts: dict[str, GaussianForecast]) -> None:
    found = forecasts[verdict]
    half = "" if found.half_life is None else f" {found.half_life}."
    assert sentence + half in " ".join(found.summary().split())


@pytest.mark.parametrize("width", [80, 100, 120])
@pytest.mark.parametrize("verdict", SETTINGS)
def test_the_words_fit_the_width(verdict: str, width: int, forecasts: dict[str, GaussianForecast]) -> None:
    lines = forecasts[verdict].summary(width).splitlines()
    assert max(map(len, lines)) <= width
    assert max(map(len, lines)) > width - 12, "the width is used"
    assert all(line == line.rstrip() for line in lines)


def test_the_tables_show_the_numbers(forecasts: dict[str, GaussianForecast]) -> None:
    found = forecasts["collapses"]
    lines = found.summary().splitlines()
    spread = next(line for line in lines if line.startswith("standard deviation"))
    sd = found.sd
    shown = [found.source.sd.value, *(known.seen[-1] for known in sd.statistics.values())]
    assert [float(word) for word in spread.split()[2:] if word != "to"] == pytest.approx(shown, rel=1e-3)
    tail = next(line for line in lines if line.startswith("tail, fixed centre"))
    assert f"{100 * found.tail.expected.seen[-1]:.2f} %" in tail
    assert f"{100 * found.tail.expected.seen[-1]:.2f} %" not in tail.split("≈", 1)[1]
    start = next(line for line in lines if line.startswith("0 "))
    assert "≈" not in start
    rows = [line.split()[0] for line in lines[lines.index("") :] if line[:1].isdigit()]
    assert rows == ["0", "4", "8", "12", "16", "20"]


def test_the_summary_of_generation_0_is_exact_and_has_one_table() -> None:
    text = ct.forecast(VALUES, sample_size=20, generations=0, **FEW).summary()
    assert text.endswith("All of it is exact.")
    assert "≈" not in text
    assert "typical tail" not in text


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        (VALUES, "A plausible description of the values: Anderson-Darling p = 0."),
        (VALUES[:5], "Too few values to tell: Anderson-Darling p ="),
        (
            np.exp(VALUES / 50),
            "the forecast speaks about the fitted Gaussian, not about them: Anderson-Darling p < 0.001",
        ),
        (VALUES, "0 of 100 lie beyond 3 standard deviations, where a Gaussian would put 0.27."),
        (np.append(VALUES, 2000), "1 of 101 lie beyond 3 standard deviations, where a Gaussian would put 0.27."),
    ],
)
def test_the_fit_is_judged_in_words(values: Any, sentence: str) -> None:
    text = ct.forecast(values, sample_size=20, generations=1, **FEW).summary()
    assert sentence in " ".join(text.split())


def test_a_notebook_shows_the_summary_with_any_label_escaped() -> None:
    found = ct.forecast(VALUES, sample_size=20, generations=1, label="<b>", **FEW)
    assert found._repr_html_().startswith("<pre>&lt;b&gt;: 100 values")
    assert repr(found).startswith("<Forecast of <b> to generation 1: ct.Recursion(")
    assert repr(found).endswith("collapses>")


@pytest.mark.parametrize(
    ("value", "digits", "scale", "text"),
    [
        (79.0105, 4, None, "79.01"),
        (852.4, 4, 79.0, "852.40"),
        (852.4, 2, 7.9, "852.4"),
        (299852.4, 3, 79.0, "299852.4"),
        (-3.14159, 3, 100.0, "-3"),
        (-0.004, 3, 79.0, "0.0"),
        (0.0, 3, 2.0, "0.00"),
        (1234567.0, 3, None, "1230000"),
        (0.00012345, 3, None, "0.000123"),
        (0.000012345, 3, None, "1.23e-05"),
        (2.5e9, 3, None, "2.50e+09"),
        (2.99e11, 4, 79.0, "2.9900000000000e+11"),
        (-2.37e100, 4, 79.0, "-2.370e+100"),
        (1e-7, 3, 1e-9, "1.0000e-07"),
        (1e-310, 3, None, "<1e-307"),
        (0.0, 3, None, "<1e-307"),
        (math.inf, 3, None, ">1e308"),
        (-math.inf, 3, 2.0, "<-1e308"),
    ],
)
def test_numbers_are_written_to_the_digits_of_their_scale(
    value: float, digits: int, scale: float | None, text: str
) -> None:
    assert number(value, digits, scale) == text


def test_numbers_beside_a_large_one_have_its_form() -> None:
    large, small = 1000000000.001533, 999999999.999956
    shown = [number(value, 4, 0.001, largest=large) for value in (large, small)]
    assert shown == ["1.000000000001533e+09", "9.99999999999956e+08"]
    text = ct.forecast(1e9 + VALUES, sample_size=10, generations=20, **FEW).summary()
    row = next(line for line in text.splitlines() if line.startswith("mean "))
    assert [cell.count("e+") for cell in row.split() if cell[0].isdigit()] == [1] * 5


@pytest.mark.filterwarnings("error")
@pytest.mark.deep
def test_what_leaves_the_floats_is_said_without_a_warning(tmp_path: Path) -> None:
    found = ct.forecast(VALUES, sample_size=10, generations=5000, ddof=8, **FEW)
    text = " ".join(found.summary().split())
    assert ">1e308 to >1e308" in text
    assert "inf" not in text
    assert "does not fall: at generation 5000 it is >1e308 times the source's." in text
    found.figure().savefig(tmp_path / "exploding.png")


@pytest.mark.parametrize(
    ("share", "text"),
    [(0.0026998, "0.270 %"), (0.5, "50.0 %"), (2.5e-8, "2.50e-06 %"), (1e-13, "<1e-10 %"), (0, "<1e-10 %")],
)
def test_shares_are_written_in_percent(share: float, text: str) -> None:
    assert percent(share, 3) == text


@pytest.mark.parametrize(("ending", "start"), [("png", b"\x89PNG"), ("svg", b"<?xml"), ("pdf", b"%PDF")])
def test_the_figure_is_written_in_any_format(
    ending: str, start: bytes, forecasts: dict[str, GaussianForecast], tmp_path: Path
) -> None:
    file = tmp_path / f"forecast.{ending}"
    forecasts["collapses"].figure().savefig(file)
    content = file.read_bytes()
    assert content.startswith(start)
    assert len(content) > 10_000
    assert pyplot.get_fignums() == []


def test_the_picture_shows_the_courses(forecasts: dict[str, GaussianForecast]) -> None:
    found = forecasts["collapses"]
    panels = found.figure().axes
    assert [panel.get_title("left") for panel in panels] == [
        "standard deviation of velocity",
        "mean of velocity",
        "% beyond 3 source sds of the source's mean",
    ]
    for panel, course, unit in ((panels[0], found.sd, 1.0), (panels[2], found.tail, 0.01)):
        typical, expected, source, *single = panel.get_lines()
        assert len(single) == (12 if panel is panels[0] else 0)
        assert typical.get_ydata() == pytest.approx(course.typical.seen / unit)
        assert expected.get_ydata() == pytest.approx(course.expected.seen / unit)
        assert np.unique(source.get_ydata()) == pytest.approx(course.typical.seen[:1] / unit)
        band = panel.collections[0].get_paths()[0].vertices[:, 1]
        assert (band.min(), band.max()) == pytest.approx((course.low.seen.min() / unit, course.high.seen.max() / unit))
        dashed = [line.get_linestyle() != "-" for line in (typical, expected)]
        assert dashed == [known.road == "simulated" for known in (course.typical, course.expected)]
        assert panel.get_xlabel() == ("generation (dashed: simulated)" if any(dashed) else "generation")
    assert panels[2].get_yscale() == "log"
    legend = [text.get_text() for text in panels[0].get_legend().get_texts()]
    assert legend == ["90 % of runs", "typical (median)", "expected (mean)", "source", "12 single runs"]
    assert found.single_runs is not None
    for panel, quantity in zip(panels[:2], (found.recursion.sd, found.recursion.location), strict=True):
        drawn = [line.get_ydata() for line in panel.get_lines()[-12:]]
        np.testing.assert_array_equal(drawn, quantity.values(found.single_runs))
    assert found.single_runs.seed == found.seed


def test_a_mean_that_nobody_sees_is_not_drawn(forecasts: dict[str, GaussianForecast]) -> None:
    spread = forecasts["undecided"].figure().axes[0]
    labels = [line.get_label() for line in spread.get_lines()]
    assert labels[:3] == ["typical (median)", "source", "12 single runs"]


@pytest.mark.deep
def test_a_far_horizon_is_drawn_without_single_runs() -> None:
    found = ct.forecast(VALUES, sample_size=1000, generations=200_000, ddof=0, **FEW)
    assert found.single_runs is None


@pytest.mark.parametrize("verdict", SETTINGS)
@pytest.mark.parametrize("panel", [0, 2])
def test_the_axis_holds_the_lines(verdict: str, panel: int, forecasts: dict[str, GaussianForecast]) -> None:
    axes = forecasts[verdict].figure().axes[panel]
    low, high = axes.get_ylim()
    drawn = np.concatenate([np.asarray(line.get_ydata(), dtype=float) for line in axes.get_lines()])
    assert np.all(drawn <= high)
    assert np.all(drawn[drawn > 1e-6] >= low)
    assert axes.get_xlim() == (0, forecasts[verdict].generations[-1])


def test_it_is_drawn_on_the_axes_that_are_given(forecasts: dict[str, GaussianForecast]) -> None:
    figure, axes = pyplot.subplots(1, 3)
    try:
        assert plot_forecast(forecasts["settles"], axes) is axes
        assert all(len(panel.get_lines()) >= 2 for panel in axes)
        own = forecasts["settles"].plot()
        assert len(own) == 3
        assert own[0].figure is not figure
    finally:
        pyplot.close("all")


def test_generation_0_alone_is_drawn_as_points(tmp_path: Path) -> None:
    figure = ct.forecast(VALUES, sample_size=20, generations=0, **FEW).figure()
    figure.savefig(tmp_path / "points.png")
    for panel in figure.axes:
        assert panel.get_lines()[0].get_marker() == "o"
        assert panel.get_xlim() == (0, 1)
        assert np.ptp(panel.get_ylim()) > 0
