"""The house holds what is not built yet: a family of another kind and a regime of another shape.

A Markov chain has no closed forms, a state that is a matrix, a path in place of independent points, and quantities that
are asked by label; a window has several stored slots that shift. Both are written as a stranger would.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, ClassVar, NamedTuple

import numpy as np
import pytest

import collapse_theory as ct
from collapse_theory.domain import POSITIVE, Choice, Domain, check_parameters, inside
from collapse_theory.families.family import Event, Measure, State
from collapse_theory.quantities import Definition
from collapse_theory.regimes.linear_map import second_moments
from collapse_theory.regimes.moments import exact_second_moments
from collapse_theory.schedules import Schedule

LABELS = ("a", "b", "c")


class Path(NamedTuple):
    """A path as sufficient statistics: counts of its transitions, and where it ended."""

    counts: Any
    last: Any


@dataclass(frozen=True, repr=False)
class MarkovChain(ct.Family):
    """A transition matrix refitted from one path; a state that was never left keeps its row."""

    stay: float = field(default=0.4, metadata=inside(Domain(low=0, high=1)))

    headline: ClassVar[str] = "edge_count"
    measures: ClassVar[Mapping[str, Measure]] = {
        "edge_count": lambda family, state: np.count_nonzero(state[0], axis=(-2, -1)).astype(float),
        "self_transition": lambda family, state, label: state[0][..., LABELS.index(label), LABELS.index(label)],
    }
    times: ClassVar[Mapping[str, Event]] = {
        "absorption_time": lambda family, state: np.all(np.isin(state[0], (0.0, 1.0)), axis=(-2, -1)),
    }
    definitions: ClassVar[Mapping[str, Definition]] = {
        "edge_count": Definition("edge_count", "|E_t|", "number of possible transitions"),
        "self_transition": Definition(
            "self_transition", "P_t(a, a)", "chance of staying", arguments=(("label", Choice(LABELS)),), typical=("a",)
        ),
        "absorption_time": Definition("absorption_time", "T", "first generation in which every row is certain"),
    }

    def __post_init__(self) -> None:
        check_parameters(self)

    @classmethod
    def examples(cls) -> tuple[MarkovChain, ...]:
        return (cls(),)

    def source(self, replicates: int) -> State:
        away = (1 - self.stay) / (len(LABELS) - 1)
        matrix = np.full((len(LABELS), len(LABELS)), away)
        np.fill_diagonal(matrix, self.stay)
        return np.tile(matrix, (replicates, 1, 1)), np.zeros(replicates, dtype=np.int64)

    def draw(self, state: State, count: Any, rng: np.random.Generator) -> Path:
        matrix, now = state[0], state[1].copy()
        counts = np.zeros(matrix.shape)
        rows = np.arange(len(now))
        for _ in range(int(count)):
            cumulative = np.cumsum(matrix[rows, now], axis=1)
            following = np.minimum((rng.random((len(now), 1)) > cumulative).sum(axis=1), len(LABELS) - 1)
            counts[rows, now, following] += 1
            now = following
        return Path(counts, now)

    def pool(self, batches: Sequence[Path], weights: Sequence[Any] | None = None) -> Path:
        each = [1.0] * len(batches) if weights is None else weights
        return Path(sum(w * b.counts for w, b in zip(each, batches, strict=True)), batches[-1].last)

    def fit(self, pooled: Path, kish: Any, previous: State, rng: np.random.Generator) -> State:
        left = pooled.counts.sum(axis=2, keepdims=True)
        return np.where(left > 0, pooled.counts / np.maximum(left, 1e-300), previous[0]), pooled.last


@dataclass(frozen=True, repr=False)
class Window(ct.Regime):
    """The newest points and those of the generations before, w generations in all."""

    generations: int = field(metadata=inside(Domain(low=1, high=100, integer=True)))
    homogeneous: ClassVar[bool] = False

    def __post_init__(self) -> None:
        check_parameters(self)

    @classmethod
    def examples(cls) -> tuple[Window, ...]:
        return (cls(generations=2), cls(generations=3))

    def step(self, t: Any, sizes: Schedule) -> ct.Step:
        before = range(1, self.generations)
        return ct.Step(
            drawn=(0, sizes(t)),
            stored=tuple(sizes(t - j) for j in before),
            weight=(0, 1, *(1 for _ in before)),
            keep=tuple((j,) for j in before),
        )


def test_a_chain_runs_through_every_regime() -> None:
    for regime in (ct.Replace(), ct.Accumulate(), ct.Fresh(real=6), Window(generations=3)):
        recursion = ct.Recursion(MarkovChain(), regime, sample_size=12)
        time = recursion.time("absorption_time")
        runs = recursion.simulate(30, 200, rng=1, keep="all", watch=[time])
        edges = runs.values(recursion.watch("edge_count"))
        assert edges.shape == (200, 31)
        assert np.all(edges[:, 0] == 9)
        stays = runs.values(recursion.watch("self_transition", "a"))
        assert np.all((stays >= 0) & (stays <= 1))
        if isinstance(regime, ct.Replace):
            assert np.all(np.diff(edges, axis=1) <= 0), "a lost transition never comes back"
            seen = runs.watched_times(time)
            reached = seen >= 0
            assert np.count_nonzero(reached) > 100
            certain = np.all(np.isin(runs.states[0], (0.0, 1.0)), axis=(-2, -1))
            assert np.array_equal(certain.argmax(axis=1)[reached], seen[reached])


def test_a_chain_is_bit_identical_for_any_number_of_workers() -> None:
    recursion = ct.Recursion(MarkovChain(), ct.Replace(), sample_size=5)
    one, two = (recursion.simulate(3, 5000, rng=3, workers=workers) for workers in (1, 2))
    assert np.array_equal(one.states[0], two.states[0])


def test_a_chain_says_what_it_has_and_has_not() -> None:
    recursion = ct.Recursion(MarkovChain(), ct.Replace(), sample_size=5)
    assert repr(recursion) == "ct.Recursion(ct.MarkovChain(stay=0.4), ct.Replace(), sample_size=5)"
    assert "variance" not in dir(recursion)
    assert "time_until_sd_below" not in dir(recursion)
    with pytest.raises(ct.NotDefined, match=r"MarkovChain has no 'variance'; it has edge_count, self_transition"):
        _ = recursion.variance
    with pytest.raises(ct.NotDefined, match="it has absorption_time"):
        recursion.time_until_sd_below(0.1)
    with pytest.raises(ValueError, match="label = 'z' is outside its domain: one of 'a', 'b', 'c'"):
        recursion.watch("self_transition", "z")
    with pytest.raises(ct.NoClosedForm, match="simulated"):
        recursion.watch("edge_count").mean(3)
    with pytest.raises(ct.NoClosedForm):
        _ = recursion.fate
    assert recursion.family.state_bytes == 80
    assert str(recursion.watch("self_transition", "a")) == "self_transition(label='a')"
    assert "by simulation" in recursion._repr_html_()


def test_a_chain_is_estimated_from_runs() -> None:
    recursion = ct.Recursion(MarkovChain(), ct.Replace(), sample_size=20)
    edges = recursion.watch("edge_count")
    runs = recursion.simulate(4, 2000, rng=5, keep=[1, 4])
    estimate = edges.mean.simulated(runs)
    assert estimate.values.shape == (2,)
    assert estimate.values[0] > estimate.values[1]


def test_a_window_of_one_is_replacement_and_a_wide_one_accumulation() -> None:
    for sizes in (ct.schedules.Constant(5), ct.schedules.power(4, 1)):
        assert exact_second_moments(Window(generations=1), sizes, 1, 6) == exact_second_moments(
            ct.Replace(), sizes, 1, 6
        )
        assert exact_second_moments(Window(generations=7), sizes, 1, 6) == exact_second_moments(
            ct.Accumulate(), sizes, 1, 6
        )


@pytest.mark.parametrize("width", [2, 3, 5])
def test_a_window_inherits_the_second_moments_and_the_conservation_law(width: int) -> None:
    recursion = ct.Recursion(ct.Gaussian(ddof=0), Window(generations=width), sample_size=6)
    exact = exact_second_moments(recursion.regime, recursion.sizes, 0, 12)
    assert all(v + m == Fraction(1) for v, m in exact)
    t = np.arange(1, 13)
    spread, error = second_moments(recursion.regime, recursion.sizes, 0.0, t)
    assert spread == pytest.approx([float(v) for v, _ in exact[1:]], rel=1e-13)
    assert error == pytest.approx([float(m) for _, m in exact[1:]], rel=1e-13)
    assert recursion.conservation_law.exact


@pytest.mark.parametrize("method", ["kernel", "plain"])
def test_a_window_is_simulated_by_kernel_and_plain_verbs_alike(method: str) -> None:
    recursion = ct.Recursion(ct.Gaussian(ddof=1), Window(generations=3), sample_size=6)
    exact = exact_second_moments(recursion.regime, recursion.sizes, 1, 8)
    runs = recursion.simulate(8, 40_000, rng=11, keep=[1, 3, 8], method=method)
    variance, error = runs.values(recursion.variance), runs.values(recursion.squared_location_error)
    for column, t in enumerate((1, 3, 8)):
        for values, value in ((variance, exact[t][0]), (error, exact[t][1])):
            z = (values[:, column].mean() - float(value)) / (values[:, column].std() / 200)
            assert abs(z) < 5.4, (t, z)  # 12 comparisons at a false-alarm rate of 1e-6


def test_parameters_of_a_stranger_are_checked() -> None:
    with pytest.raises(ValueError, match=r"stay = 2 is outside its domain: a real number in \[0, 1\]"):
        MarkovChain(stay=2)
    with pytest.raises(ValueError, match="generations = 0 is outside its domain"):
        Window(generations=0)
    with pytest.raises(ValueError, match="sd = 0 is outside its domain: a real number in"):
        ct.Gaussian(sd=0)
    assert POSITIVE.typical[0] > 0
