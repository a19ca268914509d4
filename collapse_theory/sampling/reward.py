r"""A reward: of several candidates one is chosen, the better rewarded the likelier.

From K candidates of the model one is chosen with chances :math:`\propto e^{r/\tau}` (Bradley–Terry, Plackett–Luce), so
that a chosen point has the law

.. math:: p'(x) = p(x)\,E\,\frac{K w_x}{w_x + W_{K-1}} = K p(x) w_x \int_0^\infty e^{-u w_x}
   \Big(\sum_j p_j e^{-u w_j}\Big)^{K-1} du,\qquad w = e^{r/\tau},

:math:`W_{K-1}` being the weights of the other candidates. Without a bound on K it is the tilted law
:math:`\propto p\,w`: t rounds of it are :math:`p_0 w^t`, the expected reward rises by
:math:`\mathrm{Var}(w)/E(w)` a round and what is left in the end are the best rewarded types alone. A reward that only
stands for the truth raises itself, not the truth.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from collapse_theory.domain import Domain, check_parameters, inside
from collapse_theory.sampling.labelled import in_order, numbers
from collapse_theory.sampling.sampling import LawSampling
from collapse_theory.schedules import Schedule

Array = NDArray[np.float64]

SOFTNESS = Domain(low=1e-3, high=1e6, typical=(0.3, 5))
CANDIDATES = Domain(low=1, high=10**6, integer=True, typical=(1, 16))
NODES = np.linspace(-40.0, 7.0, 801)
"""Logarithms of u, in units of the largest weight, at which the trapezoidal rule adds up the integral."""


@dataclass(frozen=True, repr=False)
class Reward(LawSampling):
    """Points chosen among candidates by a reward of their type.

    Parameters
    ----------
    values : mapping or sequence
        Reward of each label, 0 for one that is not named; a sequence is of the labels 0, 1, ….
    temperature : float
        τ > 0, in which rewards are measured.
    choices : int, optional
        Candidates K among which one is chosen; as many as there could be by default.
    """

    values: Any
    temperature: float = field(default=1.0, metadata=inside(SOFTNESS))
    choices: int | None = field(default=None, metadata=inside(CANDIDATES))

    def __post_init__(self) -> None:
        check_parameters(self)
        object.__setattr__(self, "values", numbers("values", self.values))

    def __repr__(self) -> str:
        values = dict(self.values)
        few = "" if self.choices is None else f", choices={self.choices}"
        return f"ct.Reward({values!r}, temperature={self.temperature:.12g}{few})"

    @classmethod
    def examples(cls) -> tuple[Reward, ...]:
        return (cls({0: 0.2}), cls({0: 0.2}, choices=3))

    @property
    def verbs(self) -> tuple[str, ...]:
        return ("tilt",)

    def check(self, family: Any, sizes: Schedule) -> None:
        in_order(family, self.values, 0.0)

    def rewards(self, family: Any) -> Array:
        """Reward of each type of a family."""
        return in_order(family, self.values, 0.0)

    def weights(self, family: Any) -> Array:
        """Weights of each type of a family, the largest 1."""
        logs = self.rewards(family) / self.temperature
        return np.asarray(np.exp(logs - logs.max()))

    def fixed_weights(self, family: Any) -> Array | None:
        return self.weights(family) if self.choices is None else None

    def law(self, family: Any, state: Any) -> Any:
        weights = self.weights(family)
        if self.choices is None:
            return family.tilt(state, lambda places, shares: weights[places])
        return family.tilt(state, lambda places, shares: chosen(shares, weights[places], self.choices))


def chosen(shares: Array, weights: Array, choices: int | None) -> Array:
    """Factors by which choosing among so many candidates multiplies the chances of the types, in the last axis."""
    if choices is None or choices == 1:
        return np.broadcast_to(weights if choices is None else np.ones(weights.shape), shares.shape)
    u = np.exp(NODES)
    measure = u * (NODES[1] - NODES[0])
    fallen = np.exp(-u[:, None] * weights)  # (nodes, types)
    others = shares @ fallen.T  # (…, nodes)
    return np.asarray(choices * weights * ((others ** (choices - 1) * measure) @ fallen))


def resting_law(values: Any, family: Any, share: float, temperature: float = 1.0) -> Array:
    r"""Law at which curation beside a share of real data comes to rest, for large samples.

    With the weights w and the share α of real points it is
    :math:`p_i = \alpha p^*_i/(1 - (1-\alpha)w_i/W)`, W the root above all :math:`(1-\alpha)w_i` at which these sum to 1
    (Kingman's house of cards): the one attracting point from every start with all types.

    Parameters
    ----------
    values : mapping or sequence
        Reward of each label.
    family : Categorical
        The source :math:`p^*`.
    share : float
        α in (0, 1].
    temperature : float
        In which rewards are measured.
    """
    from scipy.optimize import brentq

    from collapse_theory.domain import POSITIVE_SHARE

    alpha = POSITIVE_SHARE.check("share", share)
    weights = Reward(values, temperature).weights(family)
    source = family.probabilities.values
    alive = source > 0

    def excess(scale: float) -> float:
        return float(np.sum(alpha * source[alive] / (1 - (1 - alpha) * weights[alive] / scale)) - 1)

    largest = (1 - alpha) * float(weights[alive].max())
    root = 1.0 if alpha == 1 else brentq(excess, largest * (1 + 1e-15) + 1e-300, 1.0 + largest, xtol=1e-300, rtol=1e-15)
    return np.asarray(alpha * source / (1 - (1 - alpha) * np.where(alive, weights, 0.0) / root))


def expected_reward(values: Mapping[Any, float], family: Any, law: Array) -> Array:
    """Expected reward of laws whose types, in the order of the family's, are in the last axis."""
    return np.asarray(law @ in_order(family, numbers("values", values), 0.0))
