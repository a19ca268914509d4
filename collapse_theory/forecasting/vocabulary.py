"""The forecast of a vocabulary, such as the words of a corpus, refitted on samples of itself."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from collapse_theory.domain import GENERATION
from collapse_theory.errors import NoClosedForm
from collapse_theory.families import Categorical
from collapse_theory.families.categorical.ancestral import ANCESTRAL
from collapse_theory.families.smoothing import AddAlpha
from collapse_theory.forecasting.affordable import REPLICATES, round_runs, sampled_generations
from collapse_theory.forecasting.course import Course, Roads, Statistic, first_at_most, spread_over
from collapse_theory.forecasting.data_told import Data
from collapse_theory.forecasting.every_forecast import Forecast
from collapse_theory.forecasting.figure import Drawn, Panel, single_runs
from collapse_theory.forecasting.survival import EvenChance, Survival, exact_survival, simulated_survival
from collapse_theory.forecasting.vocabulary_figure import RankPanel, SharesPanel, SurvivalPanel
from collapse_theory.forecasting.vocabulary_report import summary
from collapse_theory.plotting import exact_values
from collapse_theory.recursion import Recursion, known_fate
from collapse_theory.regimes import Regime
from collapse_theory.schedules import Schedule
from collapse_theory.simulation.blocks import Seed, entropy_of
from collapse_theory.theorem import Theorem
from collapse_theory.theorems.fate import Fate

if TYPE_CHECKING:
    from collapse_theory.simulation import Runs

Array = NDArray[np.float64]
Places = NDArray[np.int64]

POINTS = 41
"""Generations that are looked at, beside the landmarks 1, 2, 5, 10, 20, 50, …"""

AFFORDED = 3e8
"""Counts, one for each type in each generation, that some 15 seconds on one core can draw."""
A_GENERATION, OF_A_LOOK = 20, 3
"""Counts that can be drawn while a generation begins, and while all quantities look at one type."""
SURVIVORS, FEWEST = 200_000, 4
"""Types, in all runs whose laws are kept, that show their chances well enough; and the fewest of these runs."""
LATEST_HALF_LIFE = 2**40
MOST_GROWING = 100
"""Generations of growing samples whose ancestors are followed, each by a matrix of its own."""


@dataclass(frozen=True, eq=False)
class Law:
    """A fitted law as the types that it can give.

    Parameters
    ----------
    types : ndarray of int
        Places of these types in the source.
    probabilities : ndarray
        Their probabilities.
    """

    types: Places
    probabilities: Array


@dataclass(frozen=True, eq=False, repr=False)
class VocabularyForecast(Forecast):
    """What is left of a vocabulary after generations of refitting; made by :func:`collapse_theory.forecast`.

    Parameters
    ----------
    label : str
        Name of the vocabulary.
    recursion : Recursion
        The law of its types, the regime and the sample size.
    generations : ndarray of int
        Some fifty generations, the first 0 and the last the horizon.
    half_life : int or None
        First generation in which at most half of the types are expected to be left; where that is simulated, among the
        generations looked at. None where it is not found.
    replicates, seed : int
        Runs behind everything that is simulated, and the seed of everything random.
    support_size, lost_mass, entropy, perplexity : Course
        Types left, the source's mass of the others, entropy in nats, and its exponential.
    survival : Survival
        Chance of a type to be left at the horizon, by its share in the source.
    even_chance : EvenChance or None
        The rarest types that are at least as likely left as lost at the horizon; None where there are none.
    law : Law
        The law of a typical run at the horizon.
    fate : Fate or None
        What becomes of a run as t → ∞; None where no theorem says.
    ends : float or None
        Expected generation from which a run has one type only; None where that is not known.
    runs : Runs or None
        Values of types left, lost mass and entropy on every run; None where the horizon is 0.
    """

    support_size: Course
    lost_mass: Course
    entropy: Course
    perplexity: Course
    survival: Survival
    even_chance: EvenChance | None
    law: Law
    fate: Fate | None
    ends: float | None
    runs: Runs | None

    @property
    def courses(self) -> dict[str, Course]:
        return {name: getattr(self, name) for name in ("support_size", "lost_mass", "entropy", "perplexity")}

    @property
    def words(self) -> Categorical:
        """The vocabulary of the recursion."""
        words = self.recursion.family
        assert isinstance(words, Categorical)
        return words

    @property
    def unit(self) -> str:
        """What the types are: ``"word"``, ``"character"`` where all labels are single ones, else ``"type"``."""
        if not all(isinstance(label, str) for label in self.words.types):
            return "type"
        return "character" if all(len(label) == 1 for label in self.words.types) else "word"

    @property
    def corpus(self) -> int | None:
        """How many points the source's probabilities are shares of; None where that is not known."""
        total: int | None = getattr(self.words.probabilities, "total", None)
        return total

    @property
    def unseen(self) -> float | None:
        """Good and Turing's estimate of the mass of types that the corpus lacks: the share of those seen once."""
        if self.corpus is None:
            return None
        return float(np.count_nonzero(np.rint(self.words.probabilities.values * self.corpus) == 1) / self.corpus)

    @property
    def outcome(self) -> str:
        left, source = self.support_size.typical.seen[[-1, 0]]
        return f"{left:.0f} of {source:.0f} {self.unit}s left in a typical run"

    def about(self) -> dict[str, Any]:
        words, even = self.words.probabilities, self.even_chance
        return {
            "source": {
                "unit": self.unit,
                "types": words.support,
                "entropy": words.entropy,
                "corpus": self.corpus,
                "unseen": self.unseen,
            },
            "fate": None if self.fate is None else asdict(self.fate),
            "ends": self.ends,
            "survival": asdict(self.survival),
            "even_chance": None if even is None else asdict(even),
        }

    def panels(self) -> tuple[Drawn, ...]:
        """Shares by rank, survival by share, types left, and what is lost of mass and entropy."""
        left = single_runs(self.runs, self.recursion.support_size)
        return (
            RankPanel(self.words.probabilities.values, self.law.types, self.law.probabilities, self.unit),
            SurvivalPanel(self.survival, self.even_chance, self.unit),
            Panel(f"distinct {self.unit}s left", self.support_size, left, axis="count"),
            SharesPanel({"mass of what is lost": self.lost_mass, "entropy that is left": self.entropy}),
        )

    def summary(self, width: int = 100) -> str:
        return summary(self, width)


def vocabulary_forecast(
    words: Categorical,
    *,
    sample_size: int | Schedule,
    generations: int,
    regime: Regime,
    replicates: int | None,
    rng: Seed,
    label: str | None,
    progress: bool,
) -> VocabularyForecast:
    """Forecast of a vocabulary; the parameters are those of :func:`collapse_theory.forecast`."""
    horizon = GENERATION.check("generations", generations)
    if replicates is not None:
        replicates = REPLICATES.check("replicates", replicates)
    recursion = Recursion(words, regime, sample_size=sample_size)
    t = np.union1d(spread_over(0, horizon, POINTS), landmarks(horizon))
    runs = affordable(recursion, words, t.size, horizon) if replicates is None else replicates
    quantities = recursion.support_size, recursion.lost_mass, recursion.entropy
    avoided = too_much_work(recursion, horizon)
    roads = Roads(recursion, t, runs, entropy_of(rng), progress, quantities, avoided=avoided)
    nothing_lost = words.smoothing is not None
    support_size = _certain(t, recursion, words) if nothing_lost else roads.course(recursion.support_size)
    lost_mass = _constant(np.zeros(t.size)) if nothing_lost else roads.course(recursion.lost_mass)
    entropy = roads.course(recursion.entropy)
    fate, known = known_fate(recursion), exact_survival(roads, words)
    laws = _laws(roads, words, SURVIVORS if known is None else 0)
    survival, even_chance = known or simulated_survival(words, [law.types for law in laws])
    return VocabularyForecast(
        label="the vocabulary" if label is None else label,
        recursion=recursion,
        generations=t,
        half_life=_half_life(roads, support_size.expected, fate),
        replicates=runs,
        seed=roads.seed,
        support_size=support_size,
        lost_mass=lost_mass,
        entropy=entropy,
        perplexity=_perplexity(roads, entropy),
        survival=survival,
        even_chance=even_chance,
        law=_typical(laws, support_size),
        fate=fate,
        ends=_ends(recursion, fate),
        runs=roads.runs if horizon else None,
    )


def landmarks(last: int) -> Places:
    """Generations 0, 1, 2, 5, 10, 20, 50, … to the last, which is one of them; beyond 1000 powers of ten only."""
    steps = (1, 2, 5) if last <= 1000 else (1,)
    series = [step * 10**power for power in range(len(str(last))) for step in steps]
    return np.array([0, *(one for one in series if one < last), last], dtype=np.int64)


def affordable(recursion: Recursion, words: Categorical, looks: int, horizon: int) -> int:
    """Runs that take some 15 seconds on one core: at least 20, at most 1000, a round number."""
    t = sampled_generations(horizon)
    types = words.probabilities.support if words.smoothing is None else len(words.probabilities)
    steps = [recursion.regime.step(int(one), recursion.sizes) for one in t]
    fitted = [np.inf if step.carried else sum(map(float, step.counts)) for step in steps]
    alive = types if words.smoothing is not None else float(np.mean(np.minimum(types, fitted)))
    found = AFFORDED / (horizon * (alive + A_GENERATION) + looks * OF_A_LOOK * alive)
    return round_runs(found)


def too_much_work(recursion: Recursion, horizon: int) -> tuple[Theorem, ...]:
    """Theorems whose answers to all that is asked would take longer than some seconds."""
    return ANCESTRAL if not recursion.sizes.constant and horizon > MOST_GROWING else ()


def _half_life(roads: Roads, expected: Statistic, fate: Fate | None) -> int | None:
    """First generation in which at most half of the types are expected to be left.

    An exact mean is followed beyond the horizon where every run is known to end with one type. No mean falls below
    one type, nor to it where any run can have two: half of two types is reached by a sample of one point only.
    """
    curve, half = roads.recursion.support_size.mean, roads.recursion.support_size.source_value / 2
    if half <= 1:
        return 1 if half == 1 and _single(roads.recursion) else None
    if expected.road != "exact":
        few = expected.seen <= half
        return int(roads.t[np.argmax(few)]) if np.any(few) else None
    lost = Data(roads.recursion, int(roads.t[-1])).held_from is None
    certain = lost and roads.recursion.sizes.constant and fate is not None and fate.verdict == "collapses"
    return first_at_most(roads, curve, expected, half, beyond=certain, points=POINTS, latest=LATEST_HALF_LIFE)


def _single(recursion: Recursion) -> bool:
    """Whether generation 1 is fitted to one point only."""
    first = recursion.regime.step(1, recursion.sizes)
    fitted = sum(count for weight, count in zip(first.weight, first.counts, strict=True) if weight)
    return bool((fitted if first.subsample is None else first.subsample.size) == 1)


def _certain(t: Places, recursion: Recursion, words: Categorical) -> Course:
    """Course of the number of types under smoothing: all that it adds to, from the first refit on."""
    later = len(words.types) if isinstance(words.smoothing, AddAlpha) else words.probabilities.support
    return _constant(np.where(t == 0, recursion.support_size.source_value, float(later)))


def _constant(values: Array) -> Course:
    """Course of what is the same in every run."""
    return Course(*[Statistic("exact", values)] * 4)


def _ends(recursion: Recursion, fate: Fate | None) -> float | None:
    """Expected generation from which a run has one type only."""
    if fate is None or fate.verdict != "collapses" or not recursion.sizes.constant:
        return None
    try:
        return float(recursion.absorption_time.mean)
    except NoClosedForm:
        return None


def _perplexity(roads: Roads, entropy: Course) -> Course:
    """Course of the exponential of the entropy: its quantiles are that of the entropy's."""
    mean, known = roads.recursion.perplexity.mean, (entropy.typical, entropy.low, entropy.high)
    quantiles = [Statistic(one.road, np.exp(one.seen)) for one in known]
    if roads.t[-1] == 0:
        return Course(quantiles[0], *quantiles)
    exact = roads.exactly(mean, lambda: exact_values(mean, roads.t), math.inf)
    if exact is not None:
        return Course(Statistic("exact", exact), *quantiles)
    values = np.exp(roads.recursion.entropy.values(roads.runs))
    return Course(Statistic("simulated", values.mean(axis=0)), *quantiles)


def _laws(roads: Roads, words: Categorical, least: int) -> list[Law]:
    """Laws of the first runs at the horizon: as many as a number of types need, all where these are few."""
    horizon = int(roads.t[-1])
    if horizon == 0:
        return [_law_of(words.probabilities.values)]
    few = int(np.clip(least // words.probabilities.support, FEWEST, roads.replicates))
    (laws, *_) = roads.simulated(few, "last").states
    return [_law_of(law) for law in laws[:, 0]]


def _law_of(stored: Any) -> Law:
    """A law from all probabilities, or from the types that it can give and their probabilities."""
    if stored.ndim == 2:
        return Law(stored[0].astype(np.int64), stored[1])
    types = np.flatnonzero(stored)
    return Law(types, stored[types])


def _typical(laws: list[Law], support_size: Course) -> Law:
    """The law whose number of types is next to that of the typical run."""
    return min(laws, key=lambda law: abs(law.types.size - float(support_size.typical.seen[-1])))
