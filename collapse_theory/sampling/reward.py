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

from collapse_theory.domain import Domain, check_parameters, inside, written
from collapse_theory.errors import NotDefined
from collapse_theory.sampling.labelled import first_label, in_order, numbers
from collapse_theory.sampling.sampling import LawSampling
from collapse_theory.schedules import Schedule

Array = NDArray[np.float64]

SOFTNESS = Domain(low=1e-3, high=1e6, typical=(0.3, 5))
WIDEST = 700.0
"""Largest difference of r/τ between which a bounded number of choices is told apart."""
CANDIDATES = Domain(low=1, high=10**6, integer=True, typical=(1, 16))
STEP = 0.15
"""Step of the trapezoidal rule in log u; it errs by about exp(−π²/STEP), as the integrand is analytic below π/2."""


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

    Raises
    ------
    ValueError
        For no rewards, a reward that is no number, a temperature or a number of choices outside its domain, and
        rewards that differ by more than 700 τ where the number of choices is bounded.
    """

    values: Any
    temperature: float = field(default=1.0, metadata=inside(SOFTNESS))
    choices: int | None = field(default=None, metadata=inside(CANDIDATES))

    def __post_init__(self) -> None:
        check_parameters(self)
        object.__setattr__(self, "values", numbers("values", self.values))
        given = [0.0, *(reward for _, reward in self.values)]
        if self.choices is not None and (max(given) - min(given)) / self.temperature > WIDEST:
            raise ValueError(
                f"values = {dict(self.values)!r} is outside its domain: rewards within {WIDEST:g} temperatures of each "
                f"other, and of 0, where choices = {self.choices}"
            )

    def __repr__(self) -> str:
        values = dict(self.values)
        few = "" if self.choices is None else f", choices={self.choices}"
        return f"ct.Reward({values!r}, temperature={written(self.temperature)}{few})"

    @classmethod
    def examples(cls) -> tuple[Reward, ...]:
        return cls.examples_for(None)

    @classmethod
    def examples_for(cls, family: Any) -> tuple[Reward, ...]:
        label = first_label(family)
        return (cls({label: 0.2}), cls({label: 0.2}, choices=3))

    @property
    def verbs(self) -> tuple[str, ...]:
        return ("tilt",)

    def check(self, family: Any, sizes: Schedule) -> None:
        in_order(family, self.values, 0.0)

    def rewards(self, family: Any) -> Array:
        """Reward of each type of a family."""
        return in_order(family, self.values, 0.0)

    def weights(self, family: Any) -> Array:
        """Weights of each type of a family, the largest among the types of the source 1; 0 for types without chance."""
        return weighed(family.probabilities.values, self.rewards(family) / self.temperature)

    def fixed_weights(self, family: Any) -> Array | None:
        return self.weights(family) if self.choices is None else None

    def resting_law(self, family: Any, share: float) -> Array:
        """Law at which a loop that is curated by this reward, beside a share of real data, comes to rest.

        Parameters
        ----------
        family : Categorical
            The source.
        share : float
            Share of real points, in (0, 1].

        Raises
        ------
        NotDefined
            For a bounded number of choices, whose weights depend on the shares.
        """
        if self.choices is not None:
            raise NotDefined(f"{self!r} has no fixed weights, from which its resting law would follow")
        return resting_law(self.values, family, share, self.temperature)

    def law(self, family: Any, state: Any) -> Any:
        logs = self.rewards(family) / self.temperature
        if self.choices is None:
            return family.tilt(state, lambda places, shares: weighed(shares, logs[places]))
        return family.tilt(state, lambda places, shares: chosen(shares, logs[places], self.choices))


def weighed(shares: Array, logs: Array) -> Array:
    """Weights with these logarithms, in units of the largest of a type that has a share; 0 for types without one."""
    alive = shares > 0
    largest = np.max(np.where(alive, logs, -np.inf), axis=-1, keepdims=True)
    return np.asarray(np.where(alive, np.exp(np.minimum(logs - largest, 0.0)), 0.0))


def chosen(shares: Array, logs: Array, choices: int) -> Array:
    """Factors by which choosing among so many candidates multiplies the chances of types, in the last axis."""
    if choices == 1:
        return np.ones(shares.shape)
    logs = logs - logs.max()
    # Below the first node, and beyond the last, less is left than rounding takes.
    log_u = np.arange(-40.0 - np.log(choices), 4.0 - logs.min(), STEP)
    fallen = np.exp(-np.exp(log_u[:, None] + logs))  # (nodes, types)
    others = shares @ fallen.T  # (…, nodes)
    density = fallen * np.exp(log_u[:, None] + logs)
    return np.asarray(choices * STEP * (others ** (choices - 1) @ density))


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

    Raises
    ------
    ValueError
        For a family without types, a share or a temperature outside its domain, and what is no reward.
    """
    from scipy.optimize import brentq

    from collapse_theory.domain import POSITIVE_SHARE

    if not (hasattr(family, "has") and family.has("tilt")):
        raise ValueError(f"family = {family!r} is outside its domain: a Categorical")
    alpha, one = POSITIVE_SHARE.check("share", share), Reward(values, temperature)
    source, logs = family.probabilities.values, one.rewards(family) / temperature
    weights, best = one.weights(family), np.max(logs[source > 0])
    # With W = 1 − α + αz, and so that nothing cancels where α is small: Σ p w/(z + (1 − α)(1 − w)/α) = 1.
    with np.errstate(over="ignore"):
        apart = (1 - alpha) * -np.expm1(np.minimum(logs - best, 0.0)) / alpha

    def excess(log_z: float) -> float:
        return float(np.log(np.sum(source * weights / (np.exp(log_z) + apart))))

    lowest, highest = np.log(source[logs == best].sum()), np.log(np.sum(source * weights))
    z = np.exp(brentq(excess, lowest - 1e-12, highest + 1e-12, xtol=1e-15, rtol=1e-15))
    return np.asarray(source * (1 - alpha + alpha * z) / (z + apart))


def expected_reward(values: Mapping[Any, float], family: Any, law: Array) -> Array:
    """Expected reward of laws whose types, in the order of the family's, are in the last axis."""
    return np.asarray(law @ in_order(family, numbers("values", values), 0.0))
