"""The forecast itself: every statistic by its exact road, or from one set of runs."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from collapse_theory.domain import COUNT, GENERATION, Domain
from collapse_theory.errors import NoClosedForm, Unseeable
from collapse_theory.families import Gaussian
from collapse_theory.families.gaussian import measures
from collapse_theory.forecasting.column import Normality, Source
from collapse_theory.forecasting.report import Course, Forecast
from collapse_theory.recursion import Recursion
from collapse_theory.regimes import Regime, Replace
from collapse_theory.simulation.blocks import Seed, entropy_of

if TYPE_CHECKING:
    from collapse_theory.simulation import Runs

Array = NDArray[np.float64]

BAND = (0.05, 0.5, 0.95)
TAIL = 3.0
POINTS = 61
EXACT_HORIZON = 1000
"""Last horizon at which the law of the centre is computed exactly; it takes minutes beyond and is simulated."""


def forecast(
    values: ArrayLike,
    *,
    sample_size: Any,
    generations: int,
    regime: Regime | None = None,
    ddof: float = 1.0,
    replicates: int = 20_000,
    bootstrap: int = 2000,
    rng: Seed = 0,
    label: str = "values",
    progress: bool = False,
) -> Forecast:
    """Forecast of a Gaussian that is refitted, generation after generation, on samples of itself.

    Generation 0 is the Gaussian fitted to the values. Every curve is exact where a theorem gives it and simulated
    where not, and says which; nothing is drawn when all that is asked for is exact.

    Parameters
    ----------
    values : array_like
        The data: at least two finite numbers, not all equal.
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
        Resamples behind the error of generation 0.
    rng : int, SeedSequence or Generator
        Seed of everything random here.
    label : str
        Name of the values in the report.
    progress : bool
        Show a progress bar while simulating.

    Raises
    ------
    ValueError
        Naming parameter, value and domain.
    """
    GENERATION.check("generations", generations)
    Domain(low=100, high=COUNT.high, integer=True).check("replicates", replicates)
    Domain(low=2, high=COUNT.high, integer=True).check("bootstrap", bootstrap)
    column = np.asarray(values, dtype=float).ravel()
    with np.errstate(over="ignore"):
        family = Gaussian.from_data(column, ddof)
    recursion = Recursion(family, Replace() if regime is None else regime, sample_size=sample_size)
    seed = entropy_of(rng)
    t = np.unique(np.linspace(0, generations, POINTS).round().astype(np.int64))
    ask = _Answers(recursion, t, replicates, seed, progress)
    sd = ask.course(recursion.sd)
    verdict, because = _fate(recursion)
    return Forecast(
        label=label,
        recursion=recursion,
        source=Source.of(column, family, bootstrap, _stream(seed, 1)),
        normality=Normality.of(column, _stream(seed, 2)),
        generations=t,
        variance=ask.follows(recursion.variance, sd, lambda x: x**2),
        sd=sd,
        location=ask.course(recursion.location, costly=True),
        tail=ask.course(recursion.tail_mass(TAIL), costly=True),
        own_tail=ask.follows(recursion.own_tail_mass(TAIL), sd, lambda x: _own_tail(family, x)),
        half_life=ask.half_life(sd),
        fate=verdict,
        because=because,
        replicates=replicates,
        seed=seed,
    )


@dataclass(frozen=True)
class _Answers:
    """Statistics at the generations t: exact where a theorem gives them, else from one set of runs."""

    recursion: Recursion
    t: NDArray[np.int64]
    replicates: int
    seed: int
    progress: bool

    @cached_property
    def runs(self) -> Runs:
        return self.simulated(self.t)

    def simulated(self, t: NDArray[np.int64]) -> Runs:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message="interrupted")
            runs = self.recursion.simulate(
                int(t[-1]), self.replicates, rng=self.seed, keep=[int(g) for g in t], progress=self.progress
            )
        if runs.replicates < self.replicates:
            raise KeyboardInterrupt
        return runs

    def course(self, quantity: Any, *, costly: bool = False) -> Course:
        expected, road = self.expected(quantity, costly=costly and quantity.definition.name == "tail_mass")
        ordered, ordered_road = self.quantiles(quantity, self.t, costly=costly)
        low, typical, high = ordered if ordered is not None else self.order_statistics(quantity, self.runs)
        return Course(expected, typical, low, high, road, ordered_road)

    def follows(self, quantity: Any, sd: Course, function: Any) -> Course:
        """Course of an increasing function of the sd: its quantiles are the function of the sd's."""
        expected, road = self.expected(quantity, costly=False)
        with np.errstate(over="ignore", under="ignore", divide="ignore"):
            low, typical, high = function(sd.low), function(sd.typical), function(sd.high)
        return Course(expected, typical, low, high, road, sd.typical_road)

    def expected(self, quantity: Any, *, costly: bool) -> tuple[Array | None, str]:
        if not (costly and self.t[-1] > EXACT_HORIZON):
            try:
                return self.floats(quantity.mean), "exact"
            except NoClosedForm:
                pass
        try:
            return np.asarray(quantity.mean.simulated(self.runs).values), "simulated"
        except Unseeable:
            return None, "unseeable"

    def floats(self, curve: Any) -> Array:
        try:
            return np.asarray(curve(self.t))
        except OverflowError:
            with np.errstate(over="ignore"):
                return np.asarray(np.exp(curve.log(self.t)))

    def quantiles(self, quantity: Any, t: NDArray[np.int64], *, costly: bool) -> tuple[Array | None, str]:
        """Exact quantiles, shape ``(3, len(t))``, or None where they have to be simulated."""
        if costly and t[-1] > EXACT_HORIZON:
            return None, "simulated"
        try:
            theorem = quantity.distribution.theorem
        except NoClosedForm:
            return None, "simulated"
        found = np.full((3, len(t)), quantity.source_value)
        later = np.flatnonzero(t > 0)
        laws = theorem.value(self.recursion, t[later], *quantity.numbers) if later.size else []
        for i, law in zip(later, laws, strict=True):
            found[:, i] = law.ppf(np.array(BAND))
        return found, "exact"

    def order_statistics(self, quantity: Any, runs: Runs) -> list[Array]:
        return [quantity.quantile(q).simulated(runs).values for q in BAND]

    def half_life(self, sd: Course) -> int | None:
        """First generation whose median sd is at most half the source's, searched ever more finely."""
        half = self.recursion.sd.source_value / 2
        reached = np.flatnonzero(sd.typical <= half)
        if not reached.size:
            return None
        low, high = int(self.t[reached[0] - 1]), int(self.t[reached[0]])
        while high - low > 1:
            exact = sd.typical_road == "exact"
            inner = np.unique(np.linspace(low, high, 3 if exact else POINTS).round().astype(np.int64))
            ordered, _ = self.quantiles(self.recursion.sd, inner, costly=not exact)
            if ordered is None:
                medians = self.recursion.sd.median.simulated(self.simulated(inner)).values
            else:
                medians = ordered[1]
            first = int(np.argmax(medians[1:] <= half)) + 1
            low, high = int(inner[first - 1]), int(inner[first])
        return high


def _fate(recursion: Recursion) -> tuple[str, str]:
    try:
        fate = recursion.fate
    except NoClosedForm as unknown:
        return "undecided", str(unknown)
    return fate.verdict, f"{fate.because} = {fate.value:.3g}" if fate.value else ""


def _own_tail(family: Gaussian, sd: Array) -> Array:
    return measures.own_tail_mass(family, (np.zeros(sd.shape), np.log(sd / family.sd)), TAIL)


def _stream(seed: int, key: int) -> np.random.Generator:
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(0, key)))
