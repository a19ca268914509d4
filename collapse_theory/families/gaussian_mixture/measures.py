"""What is watched of a mixture. Nothing depends on how the components are numbered inside."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from collapse_theory.definition import Definition
from collapse_theory.domain import POSITIVE, POSITIVE_SHARE, OfFamily

Array = NDArray[np.float64]
State = tuple[NDArray[Any], ...]

SMALLEST = 1e-300
"""In place of a standard deviation of 0."""


def location(family: Any, state: State) -> Array:
    """Mean of the mixture."""
    weights, means, _ = state
    return np.asarray(np.sum(weights * means, axis=-1))


def squared_location_error(family: Any, state: State) -> Array:
    """Squared distance of the mean of the mixture from the source's."""
    return np.asarray((location(family, state) - family.centre) ** 2)


def variance(family: Any, state: State) -> Array:
    """Variance of the mixture."""
    weights, means, log_sds = state
    apart = means - location(family, state)[..., None]
    return np.asarray(np.sum(weights * (np.exp(2 * log_sds) + apart**2), axis=-1))


def smallest_sd(family: Any, state: State) -> Array:
    """Smallest standard deviation of the components that have weight."""
    weights, _, log_sds = state
    return np.asarray(np.exp(np.min(np.where(weights > 0, log_sds, np.inf), axis=-1)))


def mass_between(state: State, low: float, high: float) -> Array:
    """Mass of the mixture in an interval."""
    weights, means, log_sds = state
    sds = np.maximum(np.exp(log_sds), SMALLEST)
    with np.errstate(over="ignore"):
        inside = ndtr((high - means) / sds) - ndtr((low - means) / sds)
    return np.asarray(np.sum(weights * inside, axis=-1))


def mass_near(family: Any, state: State, component: int, k: float) -> Array:
    """Mass within k of its standard deviations of the mean of one of the source's components."""
    mean, sd = family.means[component - 1], family.sds[component - 1]
    return mass_between(state, mean - k * sd, mean + k * sd)


def kept(family: Any, state: State, component: int, k: float, share: float) -> NDArray[np.bool_]:
    """Whether the mass near a component of the source is at least a share of what the source has there."""
    had = mass_near(family, family.source(1), component, k)
    return np.asarray(mass_near(family, state, component, k) >= share * had[0], dtype=bool)


def modes_kept(family: Any, state: State, k: float, share: float) -> Array:
    """How many components of the source are kept."""
    found = [kept(family, state, component, k, share) for component in family.component.names]
    return np.asarray(np.sum(found, axis=0), dtype=float)


MEASURES: Mapping[str, Any] = {
    "variance": variance,
    "location": location,
    "squared_location_error": squared_location_error,
    "mixture_weight": lambda family, state, component: state[0][..., component - 1],
    "smallest_weight": lambda family, state: state[0].min(axis=-1),
    "smallest_sd": smallest_sd,
    "mass_near": mass_near,
    "modes_kept": modes_kept,
}
EVENTS: Mapping[str, Any] = {
    "time_until_mode_lost": lambda family, state, component, k, share: ~kept(family, state, component, k, share)
}

_COMPONENT = ("component", OfFamily("component"))
_ALL = (
    Definition(
        "mixture_weight",
        r"w_{t,j}",
        "weight of the fitted component that is j-th from the left, those without weight being last",
        arguments=(_COMPONENT,),
        light=True,
    ),
    Definition("smallest_weight", r"\min_j w_{t,j}", "smallest weight of a fitted component", light=True),
    Definition(
        "smallest_sd",
        r"\min\{\sigma_{t,j}: w_{t,j}>0\}",
        "smallest standard deviation of the fitted components that have weight",
    ),
    Definition(
        "mass_near",
        r"P_t(|X-\mu_{0,j}|\le k\sigma_{0,j})",
        "model's mass within k of its sds of the mean of a component of the source",
        arguments=(_COMPONENT, ("k", POSITIVE)),
        typical=(2.0,),
        light=True,
    ),
    Definition(
        "modes_kept",
        r"\#\{j: P_t(|X-\mu_{0,j}|\le k\sigma_{0,j})\ge s\,P_0(|X-\mu_{0,j}|\le k\sigma_{0,j})\}",
        "components of the source near which, within k of its sds, the model has at least a share of the source's mass",
        arguments=(("k", POSITIVE), ("share", POSITIVE_SHARE)),
        typical=(2.0, 0.1),
        light=True,
    ),
    Definition(
        "time_until_mode_lost",
        r"\min\{t: P_t(|X-\mu_{0,j}|\le k\sigma_{0,j})< s\,P_0(|X-\mu_{0,j}|\le k\sigma_{0,j})\}",
        "first generation that has less than a share of the source's mass near a component of the source",
        arguments=(_COMPONENT, ("k", POSITIVE), ("share", POSITIVE_SHARE)),
        typical=(2.0, 0.1),
        happens="lost",
    ),
)
DEFINITIONS: Mapping[str, Definition] = {definition.name: definition for definition in _ALL}
