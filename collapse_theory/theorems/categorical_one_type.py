r"""One type against all others: its count is a Markov chain of its own, in any regime without old batches, or with all.

From the probability x of a type follows its count among the points of the next generation, and from that its next
probability. The law of the count is carried forward over all counts that are not negligible. Sums over types of
functions of one probability, such as entropy or total variation, need no more (the additivity of such means), at the
cost of one such chain for each *different* probability of the source.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from collapse_theory.errors import NoClosedForm
from collapse_theory.families import AddAlpha, BackOff, Categorical
from collapse_theory.laws import Discrete
from collapse_theory.theorem import Theorem

Array = NDArray[np.float64]

PAGE = "docs/theory/categorical"
NEGLIGIBLE = 1e-22
"""Probability of a count that is not followed further."""
WORK = 4e8
"""Most cells of binomial rows that one answer may cost: some seconds."""
OF_A_GENERATION = 1e4
"""Cells that a generation costs beside its rows."""
CONDITIONS = "plugged in; replacement, accumulation, or fresh points beside the newest model's; any sample sizes"


def followed(setting: Any) -> bool:
    """Whether the count of one type is a Markov chain by itself."""
    family, tableau = setting.family, setting.tableau
    if not isinstance(family, Categorical) or family.estimator != "plug-in":
        return False
    return bool(tableau.replacement or tableau.mixture or (tableau.accumulation and family.smoothing is None))


@dataclass
class Work:
    """What an answer may still cost, in cells of binomial rows."""

    left: float = WORK

    def spend(self, cells: float) -> None:
        """Take some cells off; NoClosedForm where so many are not left."""
        self.left -= cells
        if self.left < 0:
            raise NoClosedForm("an exact law of the count of every type is too much work for so many points and types")


def probabilities(
    setting: Any, p: float, t: NDArray[np.int64], work: Work
) -> Iterator[tuple[int, Array, Array, Array]]:
    """Generation, counts, fitted probabilities and their chances, of a type of probability p."""
    asked = set(t.tolist())
    first, law, at = 0, np.ones(1), np.array([p])
    for generation in range(1, max(asked) + 1):
        step = setting.regime.step(generation, setting.sizes)
        real, model = (int(count) for count in step.drawn)
        share = float(step.share)
        chances = np.clip(share * p + (1 - share) * at, 0.0, 1.0)
        work.spend(OF_A_GENERATION + real + model + float(np.sum(20 * np.sqrt(model * chances * (1 - chances)) + 20)))
        kept = np.arange(first, first + len(law)) if step.stored else np.zeros(len(law), dtype=np.int64)
        first, law = _pushed(law, model, chances, kept)
        if real:
            least, fresh = _pushed(np.ones(1), real, np.array([p]), np.zeros(1, dtype=np.int64))
            first, law = first + least, np.convolve(law, fresh)
        law = law / law.sum()
        counts = np.arange(first, first + len(law), dtype=float)
        at = fitted(setting.family, p, counts, int(step.fitted))
        if generation in asked:
            yield generation, counts, at, law


def _pushed(law: Array, size: int, chances: Array, kept: NDArray[np.int64]) -> tuple[int, Array]:
    """The least count that is not negligible, and the law from there on."""
    from collapse_theory.wright_fisher.kernel import pushed

    found = pushed(law, size, chances, kept.astype(np.int64), NEGLIGIBLE)
    there = np.flatnonzero(found > NEGLIGIBLE)
    return int(there[0]), found[there[0] : there[-1] + 1]


def fitted(family: Any, p: float, counts: Any, size: int) -> Array:
    """Probability that is fitted to counts of a type of probability p."""
    added, total = 0.0, 0.0
    if isinstance(family.smoothing, AddAlpha):
        added, total = family.smoothing.alpha, family.smoothing.alpha * len(family.probabilities)
    elif isinstance(family.smoothing, BackOff):
        added, total = family.smoothing.strength * p, family.smoothing.strength
    return np.asarray((counts + added) / (size + total))


def _laws(setting: Any, t: Any, label: Any) -> list[Discrete]:
    p = setting.family.probability(label)
    found = {at: Discrete.of(x, chances) for at, _, x, chances in probabilities(setting, p, np.asarray(t), Work())}
    return [found[one] for one in np.asarray(t).tolist()]


def summed(term: Callable[..., Array]) -> Callable[..., Array]:
    """Mean of the sum over types of ``term(p, counts, x)`` at generations t."""

    def value(setting: Any, t: Any) -> Array:
        levels, found = setting.family.probabilities.levels, dict.fromkeys(np.unique(t).tolist(), 0.0)
        work = Work()
        for p, count in zip(levels.values.tolist(), levels.counts.tolist(), strict=True):
            for at, counts, x, chances in probabilities(setting, p, np.asarray(t), work):
                found[at] += count * float(chances @ term(p, counts, x))
        return np.array([found[one] for one in np.asarray(t).tolist()])

    return value


def _entropy(p: float, counts: Array, x: Array) -> Array:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(x > 0, -x * np.log(x), 0.0)


def _kl(p: float, counts: Array, x: Array) -> Array:
    if p == 0:
        return np.where(x > 0, np.inf, 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(x > 0, x * np.log(x / p), 0.0)


ADDITIVE: dict[str, Callable[..., Array]] = {
    "entropy": _entropy,
    "total_variation": lambda p, counts, x: np.maximum(x - p, 0.0),
    "hellinger_squared": lambda p, counts, x: 0.5 * (np.sqrt(x) - np.sqrt(p)) ** 2,
    "kl_model_source": _kl,
    "support_size": lambda p, counts, x: (x > 0).astype(float),
    "lost_mass": lambda p, counts, x: p * (x == 0),
    "squared_distance": lambda p, counts, x: (x - p) ** 2,
    "gini_simpson": lambda p, counts, x: x * (1 - x),
}
"""Quantities that are sums over types, with their terms."""


def _theorem(name: str) -> Theorem:
    return Theorem(
        title=f"mean {name.replace('_', ' ')}, type by type",
        quantity=name,
        statistic="mean",
        road="exact numeric",
        statement=r"E\sum_i f_i(p_{t,i}) = \sum_i\sum_N P(N_{t,i}=N)\,f_i(p(N))",
        conditions=CONDITIONS,
        source=PAGE,
        holds=followed,
        value=summed(ADDITIVE[name]),
    )


def _survival(setting: Any, t: Any, label: Any) -> Array:
    p = setting.family.probability(label)
    found = {at: float(chances[x > 0].sum()) for at, _, x, chances in probabilities(setting, p, np.asarray(t), Work())}
    return np.minimum([found[one] for one in np.asarray(t).tolist()], 1.0)


ONE_TYPE: tuple[Theorem, ...] = (
    *map(_theorem, ADDITIVE),
    Theorem(
        title="law of a probability",
        quantity="probability_of",
        statistic="distribution",
        road="exact numeric",
        statement=r"N_{t+1}\mid N_t \sim \mathrm{Binomial}(n_{t+1}, p(N_t))",
        conditions=CONDITIONS,
        source=PAGE,
        holds=followed,
        value=_laws,
    ),
    Theorem(
        title="survival of a type, by the law of its count",
        quantity="survival_of",
        statistic="mean",
        road="exact numeric",
        statement=r"P(p_{t,i} > 0)",
        conditions=CONDITIONS,
        source=PAGE,
        holds=followed,
        value=_survival,
    ),
)
