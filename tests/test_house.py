"""The house holds what is not built yet: families of other kinds and a regime of another shape.

A walk has no closed forms, a state of several parts, a path in place of independent points, and quantities that are
asked by label; a coin has one parameter and matches two moments all the same; an echo has several stored slots that
shift, and of which only the last is heard. All are written as a stranger would.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, ClassVar, NamedTuple

import numpy as np
import pytest
import sympy
from error_budget import critical_z, z_of_mean
from every import REGIMES, every_pair
from hypothesis import find
from matplotlib import pyplot

import collapse_theory as ct
from collapse_theory import symbols
from collapse_theory.domain import COUNT, POSITIVE, Choice, Domain, OfFamily, check_parameters, inside
from collapse_theory.families.family import Event, Measure, State
from collapse_theory.quantities import Definition
from collapse_theory.schedules import Schedule
from collapse_theory.tableau.moments import exact_second_moments
from collapse_theory.tableau.stepping import second_moments

LABELS = ("a", "b", "c")
CHANCE = sympy.Symbol("p_0", positive=True)


class Path(NamedTuple):
    """A path as sufficient statistics: how often it stayed in each place and went on, and where it ended."""

    counts: Any
    last: Any


@dataclass(frozen=True, repr=False)
class Walk(ct.Family):
    """A walk round a ring that goes on with a chance of its place, refitted from a path; unseen places keep theirs."""

    chance: float = field(default=0.6, metadata=inside(Domain(low=0, high=1)))

    label: ClassVar[Choice] = Choice(LABELS)
    headline: ClassVar[str] = "edge_count"
    measures: ClassVar[Mapping[str, Measure]] = {
        "edge_count": lambda family, state: ((state[0] > 0).astype(float) + (state[0] < 1)).sum(axis=-1),
        "self_transition": lambda family, state, label: 1 - state[0][..., LABELS.index(label)],
        "speed": lambda family, state, label, laps: laps / np.maximum(1 / state[0], 1)[..., LABELS.index(label)],
    }
    times: ClassVar[Mapping[str, Event]] = {
        "absorption_time": lambda family, state: np.all(state[0] == 1, axis=-1) | (_here(state) == 0),
    }
    definitions: ClassVar[Mapping[str, Definition]] = {
        "speed": Definition(
            "speed", "v_t", "laps by chance", arguments=(("label", OfFamily("label")), ("laps", COUNT)), typical=(2,)
        ),
    }

    def __post_init__(self) -> None:
        check_parameters(self)

    @classmethod
    def examples(cls) -> tuple[Walk, ...]:
        return (cls(),)

    def source(self, replicates: int) -> State:
        return np.full((replicates, len(LABELS)), self.chance), np.zeros(replicates, dtype=np.int64)

    def draw(self, state: State, count: Any, rng: np.random.Generator) -> Path:
        chances, now = state[0], state[1].copy()
        counts, steps = np.zeros((*chances.shape, 2)), np.broadcast_to(count, now.shape)
        for step in range(np.max(steps, initial=0)):
            rows = np.flatnonzero(steps > step)
            on = (rng.random(len(rows)) < chances[rows, now[rows]]).astype(np.int64)
            counts[rows, now[rows], on] += 1
            now[rows] = (now[rows] + on) % len(LABELS)
        return Path(counts, now)

    def pool(self, batches: Sequence[Path], weights: Sequence[Any] | None = None) -> Path:
        each = [1.0] * len(batches) if weights is None else weights
        return Path(sum(w * b.counts for w, b in zip(each, batches, strict=True)), batches[-1].last)

    def fit(self, pooled: Path, kish: Any, previous: State, rng: np.random.Generator) -> State:
        seen = pooled.counts.sum(axis=-1)
        return np.where(seen > 0, pooled.counts[..., 1] / np.maximum(seen, 1), previous[0]), pooled.last


def _here(state: State) -> Any:
    """Chance of going on from where a path ended."""
    return np.take_along_axis(state[0], state[1][..., None], axis=-1)[..., 0]


class Tosses(NamedTuple):
    """Tosses as sufficient statistics: how many, and how many of them heads."""

    count: Any
    heads: Any


@dataclass(frozen=True, repr=False)
class Coin(ct.Family):
    """A chance of heads refitted by the share of heads: the variance p(1 − p) is that of the fit set, at ddof = 0."""

    chance: float = field(default=0.3, metadata=inside(Domain(low=0, high=1, open_low=True, open_high=True)))

    headline: ClassVar[str] = "variance"
    ddof: ClassVar[float] = 0.0
    two_moments: ClassVar[bool] = True
    roles: ClassVar[Mapping[str, str]] = {"spread": "variance", "squared_location": "squared_location_error"}
    measures: ClassVar[Mapping[str, Measure]] = {
        "variance": lambda family, state: state[0] * (1 - state[0]),
        "squared_location_error": lambda family, state: (state[0] - family.chance) ** 2,
    }

    def __post_init__(self) -> None:
        check_parameters(self)

    @classmethod
    def examples(cls) -> tuple[Coin, ...]:
        return (cls(), cls(chance=0.5))

    @property
    def spread(self) -> float:
        return self.chance * (1 - self.chance)

    @property
    def spread_symbol(self) -> Any:
        return CHANCE * (1 - CHANCE)

    def symbols(self) -> Mapping[Any, Any]:
        return {CHANCE: self.chance, symbols.ddof: 0}

    def source(self, replicates: int) -> State:
        return (np.full(replicates, self.chance),)

    def draw(self, state: State, count: Any, rng: np.random.Generator) -> Tosses:
        return Tosses(np.broadcast_to(count, state[0].shape), rng.binomial(count, state[0]))

    def pool(self, batches: Sequence[Tosses], weights: Sequence[Any] | None = None) -> Tosses:
        each = [1] * len(batches) if weights is None else weights
        return Tosses(*(sum(w * x for w, x in zip(each, part, strict=True)) for part in zip(*batches, strict=True)))

    def fit(self, pooled: Tosses, kish: Any, previous: State, rng: np.random.Generator) -> State:
        return (pooled.heads / pooled.count,)


@dataclass(frozen=True, repr=False)
class Echo(ct.Regime):
    """The newest points and those of exactly so many generations before, which wait in between."""

    lag: int = field(metadata=inside(Domain(low=1, high=100, integer=True)))

    def __post_init__(self) -> None:
        check_parameters(self)

    @classmethod
    def examples(cls) -> tuple[Echo, ...]:
        return (cls(lag=1), cls(lag=2))

    @property
    def opening(self) -> int:
        return self.lag

    def step(self, t: Any, sizes: Schedule) -> ct.Step:
        before = range(1, self.lag + 1)
        return ct.Step(
            drawn=(0, sizes(t)),
            stored=tuple(sizes(t - j) for j in before),
            weight=(0, 1, *(int(j == self.lag) for j in before)),
            keep=tuple((j,) for j in before),
        )


EVERYWHERE = (*REGIMES, Echo(lag=2))


@every_pair(12, members=[Walk()], data=EVERYWHERE)
def test_a_walk_runs_through_every_regime(recursion: ct.Recursion) -> None:
    time = recursion.absorption_time
    runs = recursion.simulate(30, 200, rng=1, keep="all", watch=[time])
    edges = runs.values(recursion.edge_count)
    assert edges.shape == (200, 31)
    assert np.all(edges[:, 0] == 6)
    stays = runs.values(recursion.self_transition("a"))
    assert np.all((stays >= 0) & (stays <= 1))
    if recursion.tableau.replacement:
        assert np.all(np.diff(edges, axis=1) <= 0), "a lost transition never comes back"
        seen = runs.watched_times(time)
        reached = seen >= 0
        assert np.count_nonzero(reached) > 100
        certain = time.reached(runs.states)
        assert np.array_equal(certain.argmax(axis=1)[reached], seen[reached])


def test_a_walk_draws_as_many_points_as_each_replicate_asks_for() -> None:
    walk, asked = Walk(), np.array([0, 1, 5, 3])
    path = walk.draw(walk.source(4), asked, np.random.default_rng(1))
    assert np.array_equal(path.counts.sum(axis=(1, 2)), asked)


def test_a_walk_is_bit_identical_for_any_number_of_workers() -> None:
    recursion = ct.Recursion(Walk(), ct.Replace(), sample_size=5)
    one, two = (recursion.simulate(3, 5000, rng=3, workers=workers) for workers in (1, 2))
    assert np.array_equal(one.states[0], two.states[0])


def test_a_walk_says_what_it_has_and_has_not() -> None:
    recursion = ct.Recursion(Walk(), ct.Replace(), sample_size=5)
    assert repr(recursion) == "ct.Recursion(ct.Walk(chance=0.6), ct.Replace(), sample_size=5)"
    assert "variance" not in dir(recursion)
    assert "edge_count" in dir(recursion)
    assert "time_until_sd_below" not in dir(recursion)
    with pytest.raises(ct.NotDefined, match=r"Walk has no 'variance'; it has edge_count, self_transition, speed"):
        _ = recursion.variance
    with pytest.raises(ct.NotDefined, match="it has absorption_time"):
        recursion.time_until_sd_below(0.1)
    with pytest.raises(ValueError, match="label = 'z' is outside its domain: one of 'a', 'b', 'c'"):
        recursion.self_transition("z")
    with pytest.raises(ValueError, match="label = 'z' is outside its domain: one of 'a', 'b', 'c'"):
        recursion.watch("speed", "z", 2)
    with pytest.raises(ValueError, match="laps = 0 is outside its domain"):
        recursion.watch("speed", "b", 0)
    assert recursion.defined("speed").typical == ("a", 2)
    assert recursion.watch("speed", "b", 3).source_value == pytest.approx(1.8)
    with pytest.raises(ct.NoClosedForm, match="simulated"):
        recursion.edge_count.mean(3)
    with pytest.raises(ct.NoClosedForm):
        _ = recursion.fate
    assert recursion.family.state_bytes(recursion, 3) == 32
    assert str(recursion.self_transition("a")) == "self_transition(label='a')"
    assert "by simulation" in recursion._repr_html_()


def test_a_walk_is_estimated_from_runs() -> None:
    recursion = ct.Recursion(Walk(), ct.Replace(), sample_size=20)
    edges = recursion.edge_count
    runs = recursion.simulate(4, 2000, rng=5, keep=[1, 4])
    estimate = edges.mean.simulated(runs)
    assert estimate.values.shape == (2,)
    assert estimate.values[0] > estimate.values[1]


def test_an_echo_of_the_generation_before_is_a_window_of_two_and_one_not_yet_heard_replacement() -> None:
    for sizes in (ct.schedules.Constant(5), ct.schedules.power(4, 1)):
        assert exact_second_moments(Echo(lag=1), sizes, 1, 6) == exact_second_moments(
            ct.Window(generations=2), sizes, 1, 6
        )
        late = exact_second_moments(Echo(lag=5), sizes, 1, 6)
        assert late[:6] == exact_second_moments(ct.Replace(), sizes, 1, 5)
        assert late[6] != exact_second_moments(ct.Replace(), sizes, 1, 6)[6]


@pytest.mark.parametrize("lag", [1, 2, 4])
def test_an_echo_inherits_the_second_moments_and_the_conservation_law(lag: int) -> None:
    recursion = ct.Recursion(ct.Gaussian(ddof=0), Echo(lag=lag), sample_size=6)
    exact = exact_second_moments(recursion.regime, recursion.sizes, 0, 12)
    assert all(v + m == Fraction(1) for v, m in exact)
    t = np.arange(1, 13)
    spread, error = second_moments(recursion.regime, recursion.sizes, 0.0, t)
    assert spread == pytest.approx([float(v) for v, _ in exact[1:]], rel=1e-13)
    assert error == pytest.approx([float(m) for _, m in exact[1:]], rel=1e-13)
    assert recursion.conservation_law.exact


@pytest.mark.parametrize("method", ["kernel", "plain"])
def test_an_echo_is_simulated_by_kernel_and_plain_verbs_alike(method: str, seed: int) -> None:
    """Notices 4 % of the variance and of the squared error of the mean."""
    recursion, kept = ct.Recursion(ct.Gaussian(ddof=1), Echo(lag=2), sample_size=6), [1, 3, 8]
    runs = recursion.simulate(8, 40_000, rng=seed, keep=kept, method=method)
    assert simulated_moments_agree(recursion, runs)
    assert not simulated_moments_agree(recursion, runs, wrong=1)


def simulated_moments_agree(recursion: ct.Recursion, runs: ct.Runs, wrong: int = 0) -> bool:
    """Whether both mean moments are those of the exact map; with ``wrong`` = 1, of the map with n in place of n − 1."""
    family = recursion.family
    ddof = Fraction(family.ddof) - wrong
    exact = exact_second_moments(recursion.regime, recursion.sizes, ddof, int(runs.generations[-1]))
    z = [
        z_of_mean(runs.values(recursion.watch(name)), [family.spread * float(exact[t][i]) for t in runs.generations])
        for i, name in enumerate(family.roles.values())
    ]
    return bool(np.max(np.abs(z)) < critical_z(2 * len(runs.generations)))


# -------------------------------------------------------------------------------------------- what strangers inherit
T = np.arange(13)


@every_pair(5, 10, ct.schedules.power(4, 1), members=Coin.examples(), data=EVERYWHERE)
def test_a_coin_inherits_the_exact_spread_of_every_regime(recursion: ct.Recursion) -> None:
    exact = exact_second_moments(recursion.regime, recursion.sizes, 0, 12)
    spread = recursion.family.spread
    assert recursion.variance.mean(T) == pytest.approx([spread * float(v) for v, _ in exact], rel=1e-13)
    assert recursion.squared_location_error.mean(T) == pytest.approx([spread * float(m) for _, m in exact], rel=1e-13)
    assert recursion.conservation_law.exact


@every_pair(10, members=[Coin()], data=EVERYWHERE)
def test_a_coin_is_tossed_as_the_exact_map_says(recursion: ct.Recursion, seed: int) -> None:
    """Notices 2 % of the mean variance."""
    runs = recursion.simulate(8, 100_000, rng=seed, keep=[1, 2, 4, 8])
    assert simulated_moments_agree(recursion, runs)
    assert not simulated_moments_agree(recursion, runs, wrong=1)


def test_a_coin_has_formulas_in_its_own_letters() -> None:
    recursion = ct.Recursion(Coin(), ct.Replace(), sample_size=10)
    left = recursion.variance.mean.symbolic.subs(symbols.ddof, 0)
    assert sympy.simplify(left - CHANCE * (1 - CHANCE) * (1 - 1 / symbols.n) ** symbols.t) == 0
    with pytest.raises(ct.NoClosedForm):
        recursion.variance.median(3)


@pytest.mark.parametrize("ddof", [-1, 0, 1, 2])
@pytest.mark.parametrize("size", [5, ct.schedules.power(4, 1)], ids=repr)
def test_an_echo_answers_exactly_for_every_divisor(size: Any, ddof: int) -> None:
    recursion = ct.Recursion(ct.Gaussian(sd=2, ddof=ddof), Echo(lag=2), sample_size=size)
    exact = exact_second_moments(recursion.regime, recursion.sizes, ddof, 12)
    assert recursion.variance.mean(T) == pytest.approx([4 * float(v) for v, _ in exact], rel=1e-13)
    assert recursion.squared_location_error.mean(T) == pytest.approx([4 * float(m) for _, m in exact], rel=1e-13)


@pytest.mark.parametrize("family", [Coin, Walk])
def test_a_stranger_is_at_home_in_every_tool(family: type[ct.Family]) -> None:
    recursion = ct.Recursion(family.examples()[0], Echo(lag=2), sample_size=20)
    assert repr(recursion) == f"ct.Recursion({recursion.family!r}, ct.Echo(lag=2), sample_size=20)"
    headline = recursion.watch(family.headline)
    runs = recursion.simulate(10, 500, rng=1, keep="all")
    _, ax = pyplot.subplots()
    assert ct.plot(headline, runs, ax).lines
    pyplot.close("all")
    assert "Echo" in recursion._repr_html_()
    found = find(ct.strategies.recursions(families=family, regimes=Echo), lambda _: True)
    assert (type(found.family), type(found.regime)) == (family, Echo)
    report = ct.verify(depth="quick", family=family, regime=Echo)
    assert report.agrees, report.summary()
    assert bool(report.rows) is family.examples()[0].two_moments


def test_parameters_of_a_stranger_are_checked() -> None:
    with pytest.raises(ValueError, match=r"chance = 1 is outside its domain: a real number in \(0, 1\)"):
        Coin(chance=1)
    with pytest.raises(ValueError, match=r"chance = 2 is outside its domain: a real number in \[0, 1\]"):
        Walk(chance=2)
    with pytest.raises(ValueError, match="lag = 0 is outside its domain"):
        Echo(lag=0)
    with pytest.raises(ValueError, match="sd = 0 is outside its domain: a real number in"):
        ct.Gaussian(sd=0)
    assert POSITIVE.typical[0] > 0
