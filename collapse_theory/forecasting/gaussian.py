"""The forecast of a Gaussian fitted to a column of numbers and refitted on samples of itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from collapse_theory.domain import COUNT, GENERATION, Domain
from collapse_theory.families import Gaussian
from collapse_theory.forecasting.course import Course, Roads
from collapse_theory.forecasting.report import summary
from collapse_theory.forecasting.source import TAIL, Normality, Source
from collapse_theory.recursion import Recursion, known_fate
from collapse_theory.regimes import Regime, Replace
from collapse_theory.schedules import Schedule
from collapse_theory.simulation.blocks import Seed, entropy_of
from collapse_theory.theorems.fate import Fate

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from collapse_theory.simulation import Runs

POINTS, POINTS_GROWING = 51, 21
"""Generations that are looked at, and how many where sample sizes grow, which makes each of them dear."""

LONGEST = 1000
"""Generations, in all, of the quadratures for mean and tail beyond which these are simulated: some three seconds."""

REPLICATES = Domain(low=100, high=COUNT.high, integer=True)
RESAMPLES = Domain(low=2, high=COUNT.high, integer=True)
LATEST_HALF_LIFE = 2**40
SINGLE_RUNS, LONGEST_SINGLE_RUNS = 12, 100_000
"""Single runs in the picture, and the horizon beyond which simulating them would take too long for it."""


@dataclass(frozen=True, eq=False)
class Forecast:
    """What is left of a column of numbers after generations of refitting; made by :func:`forecast`.

    Parameters
    ----------
    label : str
        Name of the column.
    recursion : Recursion
        The law fitted to the data, the regime and the sample size.
    source, normality : Source, Normality
        The error of that fit, and whether a Gaussian is a fair description of the data.
    generations : ndarray of int
        Some fifty generations (twenty where sample sizes grow), the first 0 and the last the horizon.
    variance, sd, location : Course
        Fitted variance, standard deviation and mean.
    tail, own_tail : Course
        The model's mass beyond 3 source standard deviations of the source's centre, and of its own.
    half_life : int or None
        First generation whose median standard deviation is at most half the source's; None where that is not known
        to happen.
    fate : Fate or None
        What becomes of a run as t → ∞; None where no theorem says.
    replicates, seed : int
        Runs behind everything that is simulated, and the seed of everything random.
    """

    label: str
    recursion: Recursion
    source: Source
    normality: Normality
    generations: NDArray[np.int64]
    variance: Course
    sd: Course
    location: Course
    tail: Course
    own_tail: Course
    half_life: int | None
    fate: Fate | None
    replicates: int
    seed: int

    @property
    def courses(self) -> dict[str, Course]:
        """The five courses by name."""
        return {name: getattr(self, name) for name in ("sd", "variance", "location", "tail", "own_tail")}

    @cached_property
    def single_runs(self) -> Runs | None:
        """A dozen runs for the picture, at the generations looked at; None where the horizon is 0 or very far."""
        last = int(self.generations[-1])
        if not 0 < last <= LONGEST_SINGLE_RUNS:
            return None
        found: Runs = self.recursion.simulate(last, SINGLE_RUNS, rng=self.seed, keep=self.generations.tolist())
        return found

    def __repr__(self) -> str:
        fate = "undecided" if self.fate is None else self.fate.verdict
        return f"<Forecast of {self.label} to generation {self.generations[-1]}: {self.recursion!r}, {fate}>"

    def _repr_html_(self) -> str:
        import html

        return f"<pre>{html.escape(self.summary())}</pre>"

    def summary(self, width: int = 100) -> str:
        """The forecast in plain words and two small tables, the words wrapped to a width in characters."""
        return summary(self, width)

    def to_dict(self) -> dict[str, Any]:
        """The forecast as plain values for strict JSON; an infinity is the text ``"Infinity"``."""
        report: dict[str, Any] = _plain(
            {
                "label": self.label,
                "recursion": repr(self.recursion),
                "source": asdict(self.source),
                "normality": asdict(self.normality),
                "fate": None if self.fate is None else asdict(self.fate),
                "half_life": self.half_life,
                "replicates": self.replicates,
                "seed": self.seed,
                "generations": self.generations,
                **{
                    name: {statistic: vars(known) for statistic, known in course.statistics.items()}
                    for name, course in self.courses.items()
                },
            }
        )
        return report

    def plot(self, axes: Sequence[Axes] | None = None) -> Sequence[Axes]:
        """Spread, mean and tail on three Axes, by default those of a new figure, which are returned."""
        from collapse_theory.forecasting.figure import plot_forecast

        return plot_forecast(self, axes)

    def figure(self) -> Figure:
        """The picture of :meth:`plot` as a figure of its own, to be written to a file."""
        from collapse_theory.forecasting.figure import figure_of

        return figure_of(self)


def forecast(
    values: ArrayLike,
    *,
    sample_size: int | Schedule,
    generations: int,
    regime: Regime | None = None,
    ddof: float = 1.0,
    replicates: int = 20_000,
    bootstrap: int = 1000,
    rng: Seed = 0,
    label: str = "the values",
    progress: bool = False,
) -> Forecast:
    """Forecast of a Gaussian that is refitted, generation after generation, on samples of itself.

    Generation 0 is the Gaussian fitted to the values. Every statistic is exact where a theorem gives it and simulated
    where not, and says which; nothing is simulated when all that is asked for is exact.

    Parameters
    ----------
    values : array_like
        The data, shape ``(values,)`` or, as in a data frame of one column, ``(values, 1)``: at least two finite
        numbers, not all equal.
    sample_size : int or Schedule
        Points drawn per generation.
    generations : int
        The horizon.
    regime : Regime, optional
        On which data each generation is fitted; ``Replace()`` by default.
    ddof : float
        The fitted variance is the sum of squares over n − ddof, in the data as in every generation.
    replicates : int
        Runs behind what is simulated, at least 100.
    bootstrap : int
        Resamples behind the error of generation 0, at least 2.
    rng : int, SeedSequence or Generator
        Seed of everything random here.
    label : str
        Name of the values in the report.
    progress : bool
        Show a progress bar while simulating.

    Returns
    -------
    Forecast
        Numbers, words and a picture.

    Raises
    ------
    ValueError
        Naming parameter, value and domain.
    """
    horizon = GENERATION.check("generations", generations)
    REPLICATES.check("replicates", replicates)
    RESAMPLES.check("bootstrap", bootstrap)
    column = np.asarray(values, dtype=float)
    if column.ndim == 2 and column.shape[1] == 1:
        column = column[:, 0]
    if column.ndim != 1:
        raise ValueError(f"values has shape {column.shape}, outside its domain: a single column of numbers")
    with np.errstate(over="ignore", invalid="ignore"):
        family = Gaussian.from_data(column, ddof)
    recursion = Recursion(family, Replace() if regime is None else regime, sample_size=sample_size)
    seed = entropy_of(rng)
    points = POINTS if recursion.sizes.constant else POINTS_GROWING
    roads = Roads(recursion, _grid(0, horizon, points), replicates, seed, progress)
    sd = roads.course(recursion.sd)
    fate = known_fate(recursion)
    return Forecast(
        label=label,
        recursion=recursion,
        source=Source.of(column, family, bootstrap, np.random.default_rng([seed, 1])),
        normality=Normality.of(column, family, np.random.default_rng([seed, 2])),
        generations=roads.t,
        variance=roads.course_after(sd, recursion.variance),
        sd=sd,
        location=roads.course(recursion.location, longest=LONGEST),
        tail=roads.course(recursion.tail_mass(TAIL), longest=LONGEST),
        own_tail=roads.course_after(sd, recursion.own_tail_mass(TAIL)),
        half_life=_half_life(roads, sd, fate),
        fate=fate,
        replicates=replicates,
        seed=seed,
    )


def _grid(first: int, last: int, points: int) -> NDArray[np.int64]:
    """Whole generations from the first to the last, evenly spread."""
    return np.unique(np.linspace(first, last, points).round().astype(np.int64))


def _half_life(roads: Roads, sd: Course, fate: Fate | None) -> int | None:
    """First generation whose median sd is at most half the source's, bracketed ever more closely.

    Where every run is known to collapse and the median has an exact road, it is sought beyond the horizon as well.
    """
    half = roads.recursion.sd.source_value / 2
    exact = sd.typical.road == "exact"
    certain = exact and roads.recursion.sizes.constant and fate is not None and fate.verdict == "collapses"
    t, typical = roads.t, sd.typical.seen
    while not np.any(typical <= half):
        if not certain or t[-1] > LATEST_HALF_LIFE:
            return None
        t = np.array([t[-1], 2 * t[-1] + 1])
        typical = _median_sd(roads, t)
    while True:
        first = int(np.argmax(typical <= half))
        if t[first] == t[first - 1] + 1:
            return int(t[first])
        t = _grid(t[first - 1], t[first], 3 if exact else POINTS)
        typical = _median_sd(roads, t)


def _median_sd(roads: Roads, t: NDArray[np.int64]) -> NDArray[np.float64]:
    return replace(roads, t=t).statistic(roads.recursion.sd.median).seen


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(inner) for inner in value]
    if isinstance(value, np.ndarray):
        return _plain(value.tolist())
    return str(value).replace("inf", "Infinity") if value in (np.inf, -np.inf) else value
