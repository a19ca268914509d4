"""The forecast of a Markov chain, such as one fitted to a text, refitted on paths of itself."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from collapse_theory.domain import GENERATION
from collapse_theory.errors import NoClosedForm
from collapse_theory.families import MarkovChain
from collapse_theory.forecasting.affordable import REPLICATES, round_runs, sampled_generations
from collapse_theory.forecasting.chain_report import summary
from collapse_theory.forecasting.course import Course, Roads, Statistic, spread_over
from collapse_theory.forecasting.every_forecast import Forecast
from collapse_theory.forecasting.figure import Panel, single_runs
from collapse_theory.passage import drawn_path, loop_after, unit_of
from collapse_theory.recursion import Recursion
from collapse_theory.regimes import Regime
from collapse_theory.schedules import Schedule
from collapse_theory.simulation import Values
from collapse_theory.simulation.blocks import Seed, entropy_of

if TYPE_CHECKING:
    from collapse_theory.simulation import Runs

POINTS = 51
"""Generations that are looked at."""

AFFORDED, OF_A_LOOK = 8e8, 10
"""Transitions that some 15 seconds on one core can draw; how many a look at one edge of the source costs."""


@dataclass(frozen=True, eq=False)
class Loops:
    """The runs that repeat a cycle for ever at the horizon.

    Parameters
    ----------
    share : Statistic
        Their share among the runs, shape ``(1,)``.
    since : float or None
        Median generation in which they began, None where there are none or where they may break out again.
    lengths : tuple of float or None
        Quantiles of 5 %, 50 % and 95 % of the length of their cycles, in states; None where there are none.
    example : str or None
        What one of them repeats, whose cycle is of about the median length.
    """

    share: Statistic
    since: float | None = None
    lengths: tuple[float, float, float] | None = None
    example: str | None = None


@dataclass(frozen=True, eq=False, repr=False)
class ChainForecast(Forecast):
    """What is left of a Markov chain after generations of refitting; made by :func:`collapse_theory.forecast`.

    Parameters
    ----------
    label : str
        Name of the chain.
    recursion : Recursion
        The chain, the regime and the sample size.
    generations : ndarray of int
        Some fifty generations, the first 0 and the last the horizon.
    half_life : int or None
        First of these generations whose median entropy rate is at most half the source's; None where there is none.
    replicates, seed : int
        Runs behind everything that is simulated, and the seed of everything random.
    entropy_rate, state_count, edge_count : Course
        Entropy rate in nats, states and distinct transitions.
    loops : Loops
        The runs that repeat a cycle for ever.
    runs : Runs or None
        Values of the three quantities on every run; None where the horizon is 0.
    """

    entropy_rate: Course
    state_count: Course
    edge_count: Course
    loops: Loops
    runs: Runs | None

    @property
    def courses(self) -> dict[str, Course]:
        return {name: getattr(self, name) for name in ("entropy_rate", "state_count", "edge_count")}

    @property
    def chain(self) -> MarkovChain:
        """The chain of the recursion."""
        chain = self.recursion.family
        assert isinstance(chain, MarkovChain)
        return chain

    @property
    def unit(self) -> str:
        """What the states are: ``"character"`` or ``"word"``."""
        return unit_of(self.chain)

    @property
    def outcome(self) -> str:
        return f"{self.loops.share.seen[0]:.0%} of the runs repeat a cycle"

    def about(self) -> dict[str, Any]:
        matrix = self.chain.matrix
        return {
            "source": {
                "states": matrix.states,
                "edges": matrix.edges,
                "entropy_rate": self.entropy_rate.typical.seen[0],
            },
            "loops": {
                **asdict(self.loops),
                "share": {"road": self.loops.share.road, "value": self.loops.share.seen[0]},
            },
        }

    def panels(self) -> tuple[Panel, ...]:
        """Entropy rate, states and edges."""
        recursion = self.recursion
        rates, states, edges = (
            single_runs(self.runs, one) for one in (recursion.entropy_rate, recursion.state_count, recursion.edge_count)
        )
        return (
            Panel("entropy rate in nats", self.entropy_rate, rates, axis="rate"),
            Panel("states left", self.state_count, states, axis="count"),
            Panel("edges left (distinct transitions)", self.edge_count, edges, axis="count"),
        )

    def summary(self, width: int = 100) -> str:
        return summary(self, width)


def chain_forecast(
    chain: MarkovChain,
    *,
    sample_size: int | Schedule,
    generations: int,
    regime: Regime,
    replicates: int | None,
    rng: Seed,
    label: str | None,
    progress: bool,
) -> ChainForecast:
    """Forecast of a chain; the parameters are those of :func:`collapse_theory.forecast`."""
    horizon = GENERATION.check("generations", generations)
    if replicates is not None:
        replicates = REPLICATES.check("replicates", replicates)
    recursion = Recursion(chain, regime, sample_size=sample_size)
    t = spread_over(0, horizon, POINTS)
    runs = affordable(recursion, chain.matrix.edges * t.size, horizon) if replicates is None else replicates
    quantities = recursion.entropy_rate, recursion.state_count, recursion.edge_count
    roads = Roads(recursion, t, runs, entropy_of(rng), progress, quantities, (recursion.absorption_time,))
    entropy_rate, state_count, edge_count = map(roads.course, quantities)
    typical = entropy_rate.typical.seen
    halved = (typical <= typical[0] / 2) & (typical[0] > 0)
    return ChainForecast(
        label="the chain" if label is None else label,
        recursion=recursion,
        generations=t,
        half_life=int(t[np.argmax(halved)]) if np.any(halved) else None,
        replicates=runs,
        seed=roads.seed,
        entropy_rate=entropy_rate,
        state_count=state_count,
        edge_count=edge_count,
        loops=_loops(roads, chain),
        runs=roads.runs if horizon else None,
    )


def affordable(recursion: Recursion, looks: int, horizon: int) -> int:
    """Runs that take some 15 seconds on one core: at least 20, at most 1000, a round number."""
    t = sampled_generations(horizon)
    drawn = horizon * float(np.mean([float(sum(recursion.regime.step(int(one), recursion.sizes).drawn)) for one in t]))
    found = AFFORDED / (drawn + OF_A_LOOK * looks)
    return round_runs(found)


def _loops(roads: Roads, chain: MarkovChain) -> Loops:
    """The runs that repeat a cycle; they are simulated once more where there are some."""
    recursion, horizon = roads.recursion, int(roads.t[-1])
    cycle = recursion.cycle_length
    if horizon == 0:
        came, lengths = np.zeros(1, dtype=np.int64), np.array([cycle.source_value])
    else:
        came = roads.runs.watched_times(recursion.absorption_time)
        if np.all(came < 0):
            return Loops(_share(roads, 0.0))
        lengths = cycle.values(roads.simulated(roads.replicates, Values(cycle)))[:, 0]
    repeating = np.flatnonzero(np.isfinite(lengths))
    share = _share(roads, repeating.size / lengths.size)
    if not repeating.size:
        return Loops(share)
    low, middle, high = np.quantile(lengths[repeating], [0.05, 0.5, 0.95], method="inverted_cdf").tolist()
    since = None if recursion.tableau.anchored else float(np.median(came[repeating]))
    few = min(lengths.size, (repeating[0] // chain.block_size + 1) * chain.block_size)
    shown = repeating[repeating < few]
    run = shown[np.argmin(np.abs(lengths[shown] - middle))]
    states = roads.simulated(int(few), "last").states if horizon else tuple(p[:, None] for p in chain.source(1))
    return Loops(share, since, (low, middle, high), _example(chain, tuple(part[[run], 0] for part in states)))


def _share(roads: Roads, simulated: float) -> Statistic:
    """Share of the runs that repeat a cycle at the horizon."""
    horizon = int(roads.t[-1])
    try:
        return Statistic("exact", np.array([float(roads.recursion.absorption_time.distribution.cdf(horizon))]))
    except NoClosedForm:
        return Statistic("simulated" if horizon else "exact", np.array([simulated]))


def _example(chain: MarkovChain, state: tuple[Any, ...]) -> str | None:
    """What the chain of one run repeats."""
    (place,) = drawn_path(chain, state, 1, np.random.default_rng(0))
    return loop_after(chain, state, place, unit_of(chain))
