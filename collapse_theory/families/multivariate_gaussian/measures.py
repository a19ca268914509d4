r"""The quantities of the Gaussian family in several dimensions, measured on fitted states.

A state is :math:`(u, e, \ell, L)`: with the source's root A, :math:`\Sigma_0 = AA^\top`,

.. math:: \mu = \mu_0 + e^{e} A u,\qquad \Sigma = A\,L D^2 L^\top A^\top,\quad D = \operatorname{diag} e^{\ell_j},

L unit lower triangular. A direction without spread has :math:`\ell_j = -\infty`. Divergences do not need A.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from collapse_theory.definition import Definition
from collapse_theory.domain import OfFamily
from collapse_theory.families.multivariate_gaussian.factors import unpacked

Array = NDArray[np.float64]
State = tuple[NDArray[Any], ...]


def _flat(function: Any, root: Array, state: State) -> Array:
    """A compiled function of the factors, over the axes of the state."""
    log_scale, lower = state[2], state[3]
    shape, d = log_scale.shape, log_scale.shape[-1]
    out = np.empty((int(np.prod(shape[:-1])), d))
    function(
        root, np.ascontiguousarray(lower.reshape(len(out), -1)), np.ascontiguousarray(log_scale.reshape(-1, d)), out
    )
    return out.reshape(shape)


def log_axes(root: Array, state: State) -> Array:
    """Logarithms of the singular values of the factor seen through a matrix, in descending order."""
    from collapse_theory.families.multivariate_gaussian import spectrum

    return _flat(spectrum.log_axes, root, state)


def log_trace(family: Any, state: State) -> Array:
    """Logarithm of the trace."""
    from collapse_theory.families.multivariate_gaussian import spectrum

    return np.asarray(np.logaddexp.reduce(2 * _flat(spectrum.log_columns, family.covariance.root, state), axis=-1))


def log_eigenvalues(family: Any, state: State) -> Array:
    """Logarithms of the eigenvalues in descending order."""
    return np.asarray(2 * log_axes(family.covariance.root, state))


def _exponential(logs: Array) -> Array:
    with np.errstate(over="ignore", under="ignore"):
        return np.asarray(np.exp(logs))


def trace(family: Any, state: State) -> Array:
    """Trace of the fitted covariance: the sum of the variances."""
    return _exponential(log_trace(family, state))


def squared_trace(family: Any, state: State) -> Array:
    """Square of the trace."""
    return _exponential(2 * log_trace(family, state))


def trace_of_square(family: Any, state: State) -> Array:
    """Sum of the squares of the eigenvalues."""
    return _exponential(np.logaddexp.reduce(2 * log_eigenvalues(family, state), axis=-1))


def log_determinant(family: Any, state: State) -> Array:
    """Logarithm of the determinant, −inf for a singular covariance."""
    return np.asarray(family.covariance.log_determinant + 2 * state[2].sum(axis=-1))


def determinant(family: Any, state: State) -> Array:
    """Determinant of the fitted covariance."""
    return _exponential(log_determinant(family, state))


def log_eigenvalue(family: Any, state: State, i: int) -> Array:
    """Logarithm of the i-th largest eigenvalue."""
    return np.asarray(log_eigenvalues(family, state)[..., i - 1])


def largest_eigenvalue(family: Any, state: State) -> Array:
    """Variance along the widest axis."""
    return _exponential(log_eigenvalue(family, state, 1))


def log_condition_number(family: Any, state: State) -> Array:
    """Logarithm of the ratio of the largest eigenvalue to the smallest, infinite for a singular covariance."""
    logs = log_eigenvalues(family, state)
    singular = np.isneginf(logs[..., -1])
    return np.where(singular, np.inf, logs[..., 0] - np.where(singular, 0.0, logs[..., -1]))


def rank(family: Any, state: State) -> Array:
    """Directions that have any spread."""
    return np.asarray(np.isfinite(state[2]).sum(axis=-1), dtype=float)


def effective_rank(family: Any, state: State) -> Array:
    """Square of the trace over the trace of the square: equal axes that would be spread as much; 0 without spread."""
    logs = log_eigenvalues(family, state)
    whole = np.logaddexp.reduce(logs, axis=-1)
    nothing = np.isneginf(whole)
    squares = np.logaddexp.reduce(2 * logs, axis=-1)
    return np.where(nothing, 0.0, _exponential(2 * np.where(nothing, 0.0, whole) - np.where(nothing, 0.0, squares)))


def _located(state: State) -> Array:
    """Location in units of the source, infinite beyond floats."""
    with np.errstate(over="ignore", invalid="ignore"):
        return np.asarray(np.where(state[0] == 0, 0.0, state[0] * np.exp(state[1])[..., None]))


def squared_location_error(family: Any, state: State) -> Array:
    """Squared distance of the fitted mean from the source's."""
    with np.errstate(over="ignore", under="ignore"):
        inside = np.sum((state[0] @ family.covariance.root.T) ** 2, axis=-1)
        return np.asarray(np.where(inside == 0, 0.0, inside * np.exp(state[1]) ** 2))


def wasserstein2_squared(family: Any, state: State) -> Array:
    r""":math:`|\mu-\mu_0|^2 + \operatorname{tr}\Sigma + \operatorname{tr}\Sigma_0 - 2\sum_i\sigma_i(A^\top A L D)`."""
    root = family.covariance.root
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        overlap = np.exp(log_axes(np.ascontiguousarray(root.T @ root), state)).sum(axis=-1)
        between = trace(family, state) + family.spread - 2 * overlap
        far = np.isinf(overlap) | np.isinf(between)
        found = squared_location_error(family, state) + np.where(far, np.inf, np.maximum(between, 0.0))
    return np.asarray(found)


def kl_model_source(family: Any, state: State) -> Array:
    r""":math:`\tfrac12(\operatorname{tr} S - d - \log\det S + \|u\|^2)`, as a sum of positive terms."""
    log_scale, lower = state[2], unpacked(state[3], state[2].shape[-1])
    below = np.tril(lower, -1)
    with np.errstate(over="ignore", under="ignore"):
        scales = np.exp(2 * log_scale)
        logs = np.where(np.isfinite(log_scale), np.expm1(2 * log_scale) - 2 * log_scale, np.inf).sum(axis=-1)
        squares = np.sum(below**2, axis=-2)
        mixed = np.where(squares == 0, 0.0, squares * np.where(squares == 0, 1.0, scales)).sum(axis=-1)
        return np.asarray(0.5 * (logs + mixed + np.sum(_located(state) ** 2, axis=-1)))


def kl_source_model(family: Any, state: State) -> Array:
    r""":math:`\tfrac12(\operatorname{tr} S^{-1} - d + \log\det S + u^\top S^{-1}u)`; infinite where S is singular."""
    d = state[2].shape[-1]
    singular = ~np.all(np.isfinite(state[2]), axis=-1)
    log_scale = np.where(singular[..., None], 0.0, state[2])
    inverse = np.linalg.inv(unpacked(state[3], d))
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        logs = (np.expm1(-2 * log_scale) + 2 * log_scale).sum(axis=-1)
        mixed = np.sum(np.tril(inverse, -1) ** 2, axis=-1)
        shifted = (inverse @ state[0][..., None])[..., 0]
        far = np.where(mixed == 0, 0.0, mixed * np.exp(-2 * log_scale)).sum(axis=-1)
        away = np.where(shifted == 0, 0.0, (shifted * np.exp(state[1][..., None] - log_scale)) ** 2).sum(axis=-1)
        found = 0.5 * (logs + far + away)
    return np.where(singular | np.isnan(found), np.inf, found)


AXIS = OfFamily("axis")

_OWN: tuple[tuple[Callable[..., Array], Definition], ...] = (
    (trace, Definition("trace", r"\operatorname{tr}\Sigma_t", "sum of the variances of the fitted model")),
    (
        squared_trace,
        Definition("squared_trace", r"(\operatorname{tr}\Sigma_t)^2", "square of the sum of the fitted variances"),
    ),
    (
        trace_of_square,
        Definition(
            "trace_of_square", r"\operatorname{tr}\Sigma_t^2", "sum of the squares of the eigenvalues of the covariance"
        ),
    ),
    (determinant, Definition("determinant", r"\det\Sigma_t", "determinant of the fitted covariance")),
    (
        log_determinant,
        Definition(
            "log_determinant", r"\log\det\Sigma_t", "logarithm of the determinant of the fitted covariance", light=True
        ),
    ),
    (
        largest_eigenvalue,
        Definition("largest_eigenvalue", r"\lambda_{t,1}", "variance of the fitted model along its widest axis"),
    ),
    (
        log_eigenvalue,
        Definition(
            "log_eigenvalue",
            r"\log\lambda_{t,i}",
            "logarithm of the variance along the i-th widest axis",
            arguments=(("i", AXIS),),
            light=True,
        ),
    ),
    (
        log_condition_number,
        Definition(
            "log_condition_number",
            r"\log(\lambda_{t,1}/\lambda_{t,d})",
            "logarithm of the ratio of the widest axis' variance to the narrowest one's",
            light=True,
        ),
    ),
    (
        effective_rank,
        Definition(
            "effective_rank",
            r"(\operatorname{tr}\Sigma_t)^2/\operatorname{tr}\Sigma_t^2",
            "number of equal axes that would be spread as evenly as those of the fitted model",
            light=True,
        ),
    ),
    (rank, Definition("rank", r"\operatorname{rank}\Sigma_t", "directions that have any spread", light=True)),
)
DEFINITIONS: Mapping[str, Definition] = {definition.name: definition for _, definition in _OWN}
MEASURES: Mapping[str, Any] = {
    **{definition.name: function for function, definition in _OWN},
    "squared_location_error": squared_location_error,
    "wasserstein2_squared": wasserstein2_squared,
    "kl_model_source": kl_model_source,
    "kl_source_model": kl_source_model,
}
