"""The forecast of a Gaussian fitted to a column of numbers and refitted on samples of itself."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from collapse_theory.domain import COUNT, GENERATION, Domain
from collapse_theory.families import Gaussian
from collapse_theory.forecasting.affordable import round_down, sampled_generations
from collapse_theory.forecasting.course import Course, Roads, Statistic, first_at_most, spread_over
from collapse_theory.forecasting.every_forecast import Forecast
from collapse_theory.forecasting.figure import SINGLE_RUNS, Panel, single_runs
from collapse_theory.forecasting.gaussian_report import summary
from collapse_theory.forecasting.source import TAIL, Normality, Source
from collapse_theory.quantities import Quantity
from collapse_theory.recursion import Recursion, known_fate
from collapse_theory.regimes import Regime
from collapse_theory.schedules import Schedule
from collapse_theory.simulation.blocks import Seed, entropy_of
from collapse_theory.tableau.step import MODEL
from collapse_theory.theorems.fate import Fate

if TYPE_CHECKING:
    from collapse_theory.simulation import Runs

POINTS, POINTS_GROWING = 51, 21
"""Generations that are looked at, and how many where sample sizes grow, which makes each of them dear."""

LONGEST = 1000
"""Generations, in all, of the quadratures for mean and tail beyond which these are simulated: some three seconds."""

REPLICATES = Domain(low=100, high=COUNT.high, integer=True)
DEFAULT_REPLICATES, FEWEST_REPLICATES = 20_000, 1000
AFFORDED = 4e8
"""Points, drawn and fitted, that some 15 seconds on one core can handle one by one."""
RESAMPLES = Domain(low=2, high=COUNT.high, integer=True)
LATEST_HALF_LIFE = 2**40
LONGEST_SINGLE_RUNS = 100_000
"""Horizon beyond which single runs would take too long for the picture."""
SMALLEST_TAIL = 1e-6


@dataclass(frozen=True, eq=False, repr=False)
class GaussianForecast(Forecast):
    """What is left of a column of numbers after generations of refitting; made by :func:`collapse_theory.forecast`.

    Parameters
    ----------
    label : str
        Name of the column.
    recursion : Recursion
        The law fitted to the data, the regime and the sample size.
    generations : ndarray of int
        Some fifty generations (twenty where sample sizes grow), the first 0 and the last the horizon.
    half_life : int or None
        First generation whose median standard deviation is at most half the source's; None where that is not known
        to happen.
    replicates, seed : int
        Runs behind everything that is simulated, and the seed of everything random.
    source, normality : Source, Normality
        The error of that fit, and whether a Gaussian is a fair description of the data.
    variance, sd, location : Course
        Fitted variance, standard deviation and mean.
    tail, own_tail : Course
        The model's mass beyond 3 source standard deviations of the source's centre, and of its own.
    fate : Fate or None
        What becomes of a run as t → ∞; None where no theorem says.
    """

    source: Source
    normality: Normality
    variance: Course
    sd: Course
    location: Course
    tail: Course
    own_tail: Course
    fate: Fate | None

    @property
    def courses(self) -> dict[str, Course]:
        return {name: getattr(self, name) for name in ("sd", "variance", "location", "tail", "own_tail")}

    @property
    def outcome(self) -> str:
        return "undecided" if self.fate is None else self.fate.verdict

    def about(self) -> dict[str, Any]:
        fate = None if self.fate is None else asdict(self.fate)
        return {"source": asdict(self.source), "normality": asdict(self.normality), "fate": fate}

    @cached_property
    def single_runs(self) -> Runs | None:
        """A dozen runs for the picture, at the generations looked at; None where the horizon is 0 or very far."""
        last = int(self.generations[-1])
        if not 0 < last <= LONGEST_SINGLE_RUNS:
            return None
        found: Runs = self.recursion.simulate(last, SINGLE_RUNS, rng=self.seed, keep=self.generations.tolist())
        return found

    def panels(self) -> tuple[Panel, ...]:
        """Spread, mean and tail."""
        sds = single_runs(self.single_runs, self.recursion.sd)
        means = single_runs(self.single_runs, self.recursion.location)
        tail = "% beyond 3 source sds of the source's mean"
        return (
            Panel(f"standard deviation of {self.label}", self.sd, sds),
            Panel(f"mean of {self.label}", self.location, means, axis="free", symmetric=True),
            Panel(tail, self.tail, unit=0.01, smallest=SMALLEST_TAIL),
        )

    def summary(self, width: int = 100) -> str:
        return summary(self, width)


def gaussian_forecast(
    values: ArrayLike,
    *,
    sample_size: int | Schedule,
    generations: int,
    regime: Regime,
    replicates: int | None,
    rng: Seed,
    label: str | None,
    progress: bool,
    ddof: float = 1.0,
    bootstrap: int = 1000,
) -> GaussianForecast:
    """Forecast of the Gaussian fitted to a column; the parameters are those of :func:`collapse_theory.forecast`."""
    horizon = GENERATION.check("generations", generations)
    if replicates is not None:
        replicates = REPLICATES.check("replicates", replicates)
    RESAMPLES.check("bootstrap", bootstrap)
    column = np.asarray(values, dtype=float)
    if column.ndim == 2 and column.shape[1] == 1:
        column = column[:, 0]
    if column.ndim != 1:
        raise ValueError(f"values has shape {column.shape}, outside its domain: a single column of numbers")
    with np.errstate(over="ignore", invalid="ignore"):
        family = Gaussian.from_data(column, ddof)
    recursion = Recursion(family, regime, sample_size=sample_size)
    runs = affordable(recursion, horizon) if replicates is None else replicates
    seed = entropy_of(rng)
    points = POINTS if recursion.sizes.constant else POINTS_GROWING
    roads = Roads(recursion, spread_over(0, horizon, points), runs, seed, progress)
    sd = roads.course(recursion.sd)
    fate = known_fate(recursion)
    return GaussianForecast(
        label="the values" if label is None else label,
        recursion=recursion,
        source=Source.of(column, family, bootstrap, np.random.default_rng([seed, 1])),
        normality=Normality.of(column, family, np.random.default_rng([seed, 2])),
        generations=roads.t,
        variance=_course_after(roads, sd, recursion.variance),
        sd=sd,
        location=roads.course(recursion.location, longest=LONGEST),
        tail=roads.course(recursion.tail_mass(TAIL), longest=LONGEST),
        own_tail=_course_after(roads, sd, recursion.own_tail_mass(TAIL)),
        half_life=_half_life(roads, sd, fate),
        fate=fate,
        replicates=runs,
        seed=seed,
    )


def affordable(recursion: Recursion, horizon: int) -> int:
    """Runs by default: 20 000, and where points are kept one by one, as many as take some 15 seconds on one core."""
    if recursion.tableau.subsample is None or horizon == 0:
        return DEFAULT_REPLICATES
    steps = [recursion.regime.step(int(t), recursion.sizes) for t in sampled_generations(horizon)]
    found = AFFORDED / (horizon * float(np.mean([float(step.drawn[MODEL]) + float(step.kish) for step in steps])))
    return int(np.clip(round_down(found), FEWEST_REPLICATES, DEFAULT_REPLICATES))


def _course_after(roads: Roads, sd: Course, quantity: Quantity) -> Course:
    """Course of an increasing function of the sd: its quantiles are that function of the sd's."""

    def put_in(known: Statistic) -> Statistic:
        with np.errstate(divide="ignore", over="ignore"):
            state = (np.zeros(known.seen.shape), np.log(known.seen / roads.recursion.sd.source_value))
        return Statistic(known.road, quantity.measure(state))

    return Course(
        expected=roads.statistic(quantity.mean),
        typical=put_in(sd.typical),
        low=put_in(sd.low),
        high=put_in(sd.high),
    )


def _half_life(roads: Roads, sd: Course, fate: Fate | None) -> int | None:
    """First generation whose median sd is at most half the source's.

    Where every run is known to collapse and the median has an exact road, it is sought beyond the horizon as well.
    """
    certain = roads.recursion.sizes.constant and fate is not None and fate.verdict == "collapses"
    half, median = roads.recursion.sd.source_value / 2, roads.recursion.sd.median
    return first_at_most(roads, median, sd.typical, half, beyond=certain, points=POINTS, latest=LATEST_HALF_LIFE)
