"""The forecast of a chain: its numbers against the runs, the exact laws and raw paths; its words; its picture."""

from __future__ import annotations

import json
from collections import Counter
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from error_budget import critical_z
from matplotlib import pyplot

import collapse_theory as ct
from collapse_theory.forecasting import ChainForecast
from collapse_theory.forecasting.chain import affordable
from collapse_theory.forecasting.chain_report import _count, _rate

TEXT = "the cat sat on the mat. the dog sat on the log. a cat and a dog met on the mat."
CHAIN = ct.MarkovChain.from_text(TEXT)
TINY = ct.MarkovChain([[0.7, 0.3], [0.4, 0.6]], labels=("a", "b"))
WIDE = ct.MarkovChain(np.full((40, 40), 1 / 40))
NAMES = ("entropy_rate", "state_count", "edge_count")
STATISTICS = {"low": 0.05, "typical": 0.5, "high": 0.95}


@pytest.fixture(scope="module")
def found() -> ChainForecast:
    return ct.forecast(CHAIN, sample_size=100, generations=120, replicates=200, rng=3, label="cats")


@pytest.fixture(scope="module")
def runs(found: ChainForecast) -> ct.Runs:
    return found.recursion.simulate(
        120, 200, rng=3, keep=found.generations.tolist(), watch=[found.recursion.absorption_time]
    )


def words(forecast: ChainForecast) -> str:
    return " ".join(forecast.summary().split())


def test_the_courses_are_those_of_the_runs(found: ChainForecast, runs: ct.Runs) -> None:
    assert (found.replicates, found.seed, found.generations[0], found.generations[-1]) == (200, 3, 0, 120)
    assert len(found.generations) == 51
    for name in NAMES:
        values, course = runs.values(found.recursion.watch(name)), found.courses[name]
        assert course.expected.seen == pytest.approx(values.mean(axis=0), rel=1e-12)
        for statistic, q in STATISTICS.items():
            known = course.statistics[statistic]
            assert known.road == "simulated"
            np.testing.assert_array_equal(known.seen, np.quantile(values, q, axis=0, method="inverted_cdf"))


def test_generation_0_is_the_chain(found: ChainForecast) -> None:
    edges = len(set(pairwise(TEXT)))
    assert found.about()["source"] == {
        "states": len(set(TEXT)),
        "edges": edges,
        "entropy_rate": pytest.approx(found.recursion.entropy_rate.source_value),
    }
    for course, value in ((found.state_count, len(set(TEXT))), (found.edge_count, edges)):
        assert {float(known.seen[0]) for known in course.statistics.values()} == {value}


def test_the_half_life_is_the_first_generation_at_half_the_entropy_rate(found: ChainForecast) -> None:
    typical = found.entropy_rate.typical.seen
    place = int(np.flatnonzero(typical <= typical[0] / 2)[0])
    assert found.half_life == found.generations[place]
    short = ct.forecast(CHAIN, sample_size=1000, generations=2, replicates=20)
    assert short.half_life is None
    assert "is not down to half by generation 2." in words(short)


def test_the_loops_are_those_of_the_last_states(found: ChainForecast, runs: ct.Runs) -> None:
    lengths = runs.values(found.recursion.cycle_length)[:, -1]
    repeating = np.isfinite(lengths)
    assert 0.5 < np.mean(repeating) < 1
    assert found.loops.share.seen.tolist() == [np.mean(repeating)]
    assert found.loops.lengths == tuple(
        np.quantile(lengths[repeating], [0.05, 0.5, 0.95], method="inverted_cdf").tolist()
    )
    assert found.loops.since == np.median(runs.watched_times(found.recursion.absorption_time)[repeating])
    assert found.loops.example is not None
    assert len(found.loops.example) == found.loops.lengths[1]
    assert f"One of them says '{found.loops.example}' again and again." in words(found)
    assert " Sooner or later every run does." in words(found)


@pytest.mark.deep
def test_an_example_comes_from_the_first_block_with_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """States of all runs might not fit into memory."""
    kept = []
    simulate = ct.Recursion.simulate

    def noted(self: ct.Recursion, generations: int, replicates: int, **given: Any) -> Any:
        if given["keep"] == "last":
            kept.append(replicates)
        return simulate(self, generations, replicates, **given)

    monkeypatch.setattr(ct.Recursion, "simulate", noted)
    many = ct.forecast(CHAIN, sample_size=40, generations=80, replicates=4500)
    assert kept == [CHAIN.block_size]
    assert kept[0] < 4500
    assert many.loops.example is not None
    assert many.loops.lengths is not None
    assert len(many.loops.example) == many.loops.lengths[1]


def test_a_tiny_chain_is_exact() -> None:
    tiny = ct.forecast(TINY, sample_size=5, generations=6, replicates=50)
    recursion, t = tiny.recursion, tiny.generations
    for name in NAMES:
        course, quantity = tiny.courses[name], recursion.watch(name)
        assert {known.road for known in course.statistics.values()} == {"exact"}
        assert course.expected.seen == pytest.approx(quantity.mean(t), rel=1e-12)
        assert course.typical.seen == pytest.approx(quantity.median(t), rel=1e-12)
    assert tiny.loops.share.road == "exact"
    assert tiny.loops.share.seen[0] == pytest.approx(recursion.absorption_time.distribution.cdf(6), rel=1e-12)
    table = tiny.summary().split("At generation 6")[1].split("Expected is")[0]
    assert "≈" not in table
    assert tiny.loops.since is not None
    assert f"for ever since generation ≈{tiny.loops.since:.0f}: a cycle of 1 to 2 states" in words(tiny)
    assert "≈ is simulated: 50 runs" in tiny.summary()
    start = ct.forecast(TINY, sample_size=5, generations=0)
    assert start.summary().endswith("All of it is exact.")
    assert "≈" not in start.summary()


def refitted(rng: np.random.Generator, n: int, t: int) -> tuple[int, int]:
    """States and edges after t generations, from raw sequences refitted by counting pairs."""
    pairs, starts = Counter(pairwise(TEXT)), Counter(TEXT[:-1])
    law = np.array([CHAIN.stationary[CHAIN.index(letter)] for letter in starts])
    now = str(rng.choice(list(starts), p=law))
    for _ in range(t):
        path = [now]
        unigram = Counter(b for _, b in pairs.elements())
        for _ in range(n):
            row = {b: count for (a, b), count in pairs.items() if a == path[-1]} or unigram
            weights = np.array(list(row.values()), dtype=float)
            path.append(list(row)[int(np.searchsorted(np.cumsum(weights), rng.random() * weights.sum(), side="right"))])
        pairs = Counter(pairwise(path))
        now = path[int(rng.integers(n))]
    return len({letter for pair in pairs for letter in pair}), len(pairs)


def test_raw_sequences_refitted_by_counting_agree(seed: int) -> None:
    """Notices 7 % of the states and of the edges; a generation more or less is caught."""
    n, replicates = 30, 300
    rng = np.random.default_rng(seed)
    raw = {t: np.array([refitted(rng, n, t) for _ in range(replicates)]) for t in (3,)}[3]
    found = ct.forecast(CHAIN, sample_size=n, generations=4, replicates=4000, rng=seed)
    error = raw.std(axis=0) / np.sqrt(replicates) * np.sqrt(1 + replicates / 4000)
    at = {
        t: [course.expected.seen[found.generations == t][0] for course in (found.state_count, found.edge_count)]
        for t in (2, 3, 4)
    }
    z = {t: np.abs(raw.mean(axis=0) - at[t]) / error for t in at}
    assert np.max(z[3]) < critical_z(2)
    assert min(np.max(z[2]), np.max(z[4])) > critical_z(2)


def test_a_mean_is_seen_by_fewer_than_a_hundred_runs() -> None:
    few = ct.forecast(CHAIN, sample_size=50, generations=5, replicates=20)
    values = few.runs.values(few.recursion.edge_count) if few.runs is not None else None
    assert few.edge_count.expected.road == "simulated"
    assert few.edge_count.expected.seen == pytest.approx(np.mean(values, axis=0), rel=1e-12)


def test_a_chain_of_many_states_is_forecast_without_its_states() -> None:
    rng = np.random.default_rng(1)
    chain = ct.MarkovChain.from_sequence([f"w{i}" for i in rng.zipf(1.4, 4000) % 500])
    assert not chain.dense
    large = ct.forecast(chain, sample_size=400, generations=6, replicates=20)
    assert [array.dtype for array in large.runs.states] == [float] * 3 if large.runs is not None else False
    assert np.all(np.diff(large.state_count.typical.seen) <= 0)
    assert "None of 20 runs repeats itself by generation 6." in words(large)


def test_a_source_that_is_a_cycle_repeats_itself() -> None:
    for horizon in (0, 3):
        cycle = ct.forecast(ct.MarkovChain.from_text("abababab"), sample_size=10, generations=horizon, replicates=20)
        assert cycle.loops.share.seen.tolist() == [1.0]
        assert cycle.loops.lengths == (2, 2, 2)
        assert cycle.loops.example in ("ab", "ba")
        assert cycle.half_life is None
        text = words(cycle)
        assert "2 edges (distinct transitions), and no chance in it: it repeats itself." in text
        assert f"{'≈' if horizon else ''}100 % of the runs repeat the same for ever since generation " in text
        assert ": a cycle of 2 states. One of them says '" in text
        assert "There is no entropy rate that could fall." in text


def test_runs_on_real_data_may_break_out_again() -> None:
    chain = ct.MarkovChain([[0.99, 0.01], [0.99, 0.01]], labels=("a", "b"))
    fresh = ct.forecast(chain, sample_size=20, generations=5, regime=ct.Fresh(real=10), replicates=100)
    assert 0 < fresh.loops.share.seen[0] < 1
    assert fresh.loops.since is None
    assert "Real transitions are taken to follow the source." in words(fresh)
    assert "Sooner or later" not in words(fresh)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({}, "A state that they never leave has the shares of all states in the sample as its row."),
        ({"unseen_row": "end"}, "A state that they never leave ends the path."),
        ({"smoothing": ct.AddAlpha(0.5)}, "To every count 0.5 is added."),
        ({"smoothing": ct.BackOff(5)}, "To every row 5 transitions are added as the source would give them."),
        ({"smoothing": ct.AbsoluteDiscount(0.5)}, "Of every count 0.5 is taken and shared out"),
    ],
)
def test_the_estimator_is_told(options: dict[str, Any], sentence: str) -> None:
    chain = ct.MarkovChain.from_text(TEXT, **options)
    text = words(ct.forecast(chain, sample_size=30, generations=2, replicates=20))
    assert sentence in text
    endless = isinstance(options.get("smoothing"), (ct.AddAlpha, ct.BackOff))
    assert ("Sooner or later" in text) is not endless


def test_generation_0_alone_needs_no_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: Any, **__: Any) -> None:
        raise AssertionError("simulated")

    monkeypatch.setattr(ct.Recursion, "simulate", never)
    start = ct.forecast(CHAIN, sample_size=20, generations=0)
    assert start.runs is None
    assert "The source does not repeat itself." in words(start)
    assert all(panel.get_lines()[0].get_marker() == "o" for panel in start.figure().axes)


def test_as_many_runs_as_can_be_afforded() -> None:
    counts = [
        affordable(ct.Recursion(CHAIN, regime, sample_size=n), 51 * CHAIN.matrix.edges, 100)
        for regime, n in ((ct.Replace(), 10), (ct.Replace(), 20_000), (ct.Accumulate(), 20_000), (ct.Replace(), 10**9))
    ]
    assert counts[0] == 1000
    assert counts[-1] == 20
    assert counts == sorted(counts, reverse=True)
    assert all(str(count).strip("0") in "123456789" for count in counts)
    assert counts[1] == counts[2]


@pytest.mark.parametrize(
    ("setting", "complaint"),
    [
        ({"replicates": 19}, r"replicates = 19 is outside its domain: an integer in \[20, "),
        ({"generations": -1}, "generations = -1 is outside its domain: an integer in"),
        ({"sample_size": 0}, "sample_size = 0 is outside its domain: an integer in"),
        ({"rng": -1}, "rng = -1 is outside its domain"),
        ({"regime": ct.Fresh(real=21)}, r"real = 21 is outside its domain: an integer in \[1, n\], n = 20"),
        ({"ddof": 0}, "ddof = 0 has no meaning for MarkovChain: leave it out"),
        ({"bootstrap": 5}, "bootstrap = 5 has no meaning for MarkovChain: leave it out"),
        ({"source": ct.Gaussian()}, r"source = ct.Gaussian\(.*\) is outside its domain: a column of numbers, or a"),
    ],
)
def test_what_is_outside_its_domain_is_named(setting: dict[str, Any], complaint: str) -> None:
    given = {"source": CHAIN, "sample_size": 20, "generations": 3, **setting}
    with pytest.raises(ValueError, match=complaint):
        ct.forecast(given.pop("source"), **given)


def test_plain_values_survive_strict_json(found: ChainForecast) -> None:
    about = json.loads(json.dumps(found.to_dict(), allow_nan=False))
    assert about == found.to_dict()
    assert about["loops"]["share"] == {"road": "simulated", "value": found.loops.share.seen[0]}
    assert about["edge_count"]["typical"]["values"] == found.edge_count.typical.seen.tolist()


def test_the_same_seed_gives_the_same_forecast(found: ChainForecast) -> None:
    again = ct.forecast(CHAIN, sample_size=100, generations=120, replicates=200, rng=3, label="cats")
    other = ct.forecast(CHAIN, sample_size=100, generations=120, replicates=200, rng=4, label="cats")
    assert again.to_dict() == found.to_dict()
    assert not np.array_equal(other.entropy_rate.expected.seen, found.entropy_rate.expected.seen)


@pytest.mark.parametrize("width", [80, 100])
def test_the_words_fit_the_width(width: int, found: ChainForecast) -> None:
    lines = found.summary(width).splitlines()
    assert width - 12 < max(map(len, lines)) <= width
    assert lines[0] == "cats: a chain of 14 states, forecast to generation 120"
    assert not any(line.lstrip().startswith("%") for line in lines)
    edges = next(line for line in lines if line.startswith("edges ")).split()
    ends = (found.edge_count.low, found.edge_count.high)
    assert edges[1] == f"{found.edge_count.typical.seen[0]:.0f}"
    assert edges[3] == f"≈{found.edge_count.typical.seen[-1]:.0f}"
    assert edges[4:] == [f"≈{ends[0].seen[-1]:.0f}", "to", f"{ends[1].seen[-1]:.0f}"]
    assert repr(found).endswith("% of the runs repeat a cycle>")
    assert found._repr_html_().startswith("<pre>cats: a chain of 14 states")


def test_rates_are_written_to_sensible_digits() -> None:
    shown = [_rate(value, 3) for value in (2.4431, 0.24431, 0.0612, 0.0012, 0.0002, 0.0)]
    assert shown == ["2.44", "0.244", "0.061", "0.001", "<0.001", "0"]
    assert [_count(value, 3) for value in (3.0, 43.25, 276.4, 1121.0)] == ["3", "43.2", "276", "1121"]


def test_the_picture_shows_the_courses(found: ChainForecast) -> None:
    panels = found.figure().axes
    assert [panel.get_title("left") for panel in panels] == [
        "entropy rate in nats",
        "states left",
        "edges left (distinct transitions)",
    ]
    for panel, name in zip(panels, NAMES, strict=True):
        typical, expected, source, *single = panel.get_lines()
        course = found.courses[name]
        np.testing.assert_array_equal(typical.get_ydata(), course.typical.seen)
        np.testing.assert_array_equal(expected.get_ydata(), course.expected.seen)
        assert np.unique(source.get_ydata()) == course.typical.seen[0]
        assert found.runs is not None
        drawn = [line.get_ydata() for line in single]
        np.testing.assert_array_equal(drawn, found.runs.values(found.recursion.watch(name))[:12])
        assert panel.get_ylim()[0] == 0
        assert panel.get_ylim()[1] >= course.high.seen.max()
    assert pyplot.get_fignums() == []


def test_counts_start_at_0_or_span_decades() -> None:
    few = ct.forecast(TINY, sample_size=5, generations=20, replicates=50).figure().axes
    assert all(panel.get_ylim()[0] == 0 and panel.get_yscale() == "linear" for panel in few)
    for panel in few[1:]:
        assert all(tick == round(tick) for tick in panel.get_yticks())
    wide = ct.forecast(WIDE, sample_size=60, generations=20, replicates=50)
    rate, _, edges = wide.figure().axes
    assert (rate.get_yscale(), edges.get_yscale()) == ("linear", "log")
    assert edges.get_ylim()[0] < wide.edge_count.low.seen.min()
    still = ct.forecast(ct.MarkovChain.from_text("abababab"), sample_size=9, generations=3, replicates=20)
    assert still.figure().axes[0].get_ylim() == (0, 1)
