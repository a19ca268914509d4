r"""The quantities of the Gaussian family, measured on fitted states.

A state is :math:`(u, \ell) = ((\mu-\mu_0)/\max(\sigma_0, \sigma),\; \log(\sigma/\sigma_0))`: in units of the wider law
the location stays within the floats wherever :math:`\sigma` goes. All forms below keep their digits for
:math:`\sigma \to \sigma_0` and for :math:`\sigma \to 0`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
State = tuple[NDArray[Any], ...]


def variance(family: Any, state: State) -> Array:
    """Fitted variance."""
    with np.errstate(over="ignore", under="ignore"):
        return np.asarray(family.sd**2 * np.exp(2 * state[1]))


def sd(family: Any, state: State) -> Array:
    """Fitted standard deviation."""
    with np.errstate(over="ignore", under="ignore"):
        return np.asarray(family.sd * np.exp(state[1]))


def log_variance(family: Any, state: State) -> Array:
    """Logarithm of the fitted variance."""
    return np.asarray(2 * np.log(family.sd) + 2 * state[1])


def in_source_units(state: State) -> Array:
    """Location in units of the source's sd, infinite beyond floats."""
    with np.errstate(over="ignore"):
        return np.asarray(state[0] * np.exp(np.maximum(state[1], 0)))


def in_model_units(state: State) -> Array:
    """Location in units of the fitted sd, infinite beyond floats."""
    with np.errstate(over="ignore"):
        return np.asarray(state[0] * np.exp(-np.minimum(state[1], 0)))


def location(family: Any, state: State) -> Array:
    """Fitted mean."""
    return np.asarray(family.mean + family.sd * in_source_units(state))


def squared_location_error(family: Any, state: State) -> Array:
    """Squared distance of the fitted mean from the source's."""
    with np.errstate(over="ignore", under="ignore"):
        return np.asarray((family.sd * in_source_units(state)) ** 2)


def wasserstein2_squared(family: Any, state: State) -> Array:
    r""":math:`(\mu-\mu_0)^2 + (\sigma-\sigma_0)^2`."""
    with np.errstate(over="ignore", under="ignore"):
        return np.asarray(family.sd**2 * (in_source_units(state) ** 2 + np.expm1(state[1]) ** 2))


def kl_model_source(family: Any, state: State) -> Array:
    r""":math:`\tfrac12(v - 1 - \log v + u^2)` with :math:`v = \sigma^2/\sigma_0^2`."""
    with np.errstate(over="ignore", under="ignore"):
        return np.asarray(0.5 * (np.expm1(2 * state[1]) - 2 * state[1] + in_source_units(state) ** 2))


def kl_source_model(family: Any, state: State) -> Array:
    r""":math:`\tfrac12(1/v - 1 + \log v + u^2/v)`; infinite where it leaves the floats."""
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        found = 0.5 * (np.expm1(-2 * state[1]) + 2 * state[1] + in_model_units(state) ** 2)
    return np.where(np.isneginf(state[1]), np.inf, found)


def total_variation(family: Any, state: State) -> Array:
    r"""Half the :math:`L^1` distance: mass of the narrower law less mass of the wider one, between the crossings.

    Seen from the wider law, the narrower one is :math:`N(s, f^2)` with :math:`f = e^{-|\ell|} < 1`; the densities
    cross where :math:`(1-f^2)x^2 - 2sx + s^2 = 2f^2|\ell|`.
    """
    from scipy.special import ndtr

    narrowness = np.abs(np.asarray(state[1], dtype=float))
    f = np.exp(-narrowness)
    s = np.abs(state[0])
    gap = -np.expm1(-2 * narrowness)
    root = np.sqrt(s**2 + 2 * gap * narrowness)
    with np.errstate(divide="ignore", invalid="ignore"):
        inside = ndtr((s * f + root) / gap) - ndtr((s * f - root) / gap)
        outside = ndtr((s + f * root) / gap) - ndtr((s - f * root) / gap)
    found = np.where(gap < 1e-14, 2 * ndtr(s / 2) - 1, inside - outside)
    return np.where(np.isneginf(state[1]), 1.0, found)


def tail_mass(family: Any, state: State, k: float) -> Array:
    """Model's mass beyond k source standard deviations of the source's centre."""
    from scipy.special import ndtr

    with np.errstate(over="ignore", divide="ignore"):
        bound, narrowing = k * np.exp(-np.maximum(state[1], 0)), np.exp(-np.minimum(state[1], 0))
        return np.asarray(ndtr((state[0] - bound) * narrowing) + ndtr(-(state[0] + bound) * narrowing))


def own_tail_mass(family: Any, state: State, k: float) -> Array:
    """Model's mass beyond k source standard deviations of its own centre."""
    from scipy.special import ndtr

    with np.errstate(over="ignore"):
        return np.asarray(2 * ndtr(-k * np.exp(-state[1])))


MEASURES: Mapping[str, Any] = {
    function.__name__: function
    for function in (
        variance,
        sd,
        log_variance,
        location,
        squared_location_error,
        wasserstein2_squared,
        kl_model_source,
        kl_source_model,
        total_variation,
        tail_mass,
        own_tail_mass,
    )
}


def sd_at_most(family: Any, state: State, level: float) -> NDArray[np.bool_]:
    """Whether the fitted standard deviation is at most the level."""
    return np.asarray(state[1] <= np.log(level / family.sd))


EVENTS: Mapping[str, Any] = {"time_until_sd_below": sd_at_most}
