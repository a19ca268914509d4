"""The EM algorithm of scikit-learn, one fit for each replicate.

A component that has lost all its points is taken out, and the others are fitted again: the library would refuse the
fit, or set the component at 0 with the regularisation as its variance. A single component that is left needs no EM.
"""

from __future__ import annotations

import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import NDArray

from collapse_theory.families.points import Points

Array = NDArray[np.float64]
Row = tuple[Array, Array, Array]

EMPTY = 1e-9
"""Points' worth below which a component is empty."""
MISSING = (
    "GaussianMixture of 2 components or more needs scikit-learn for its fit: pip install 'collapse-theory[mixture]'"
)
_ONE_AT_A_TIME = threading.Lock()


def refitted(family: Any, points: Points, previous: tuple[Array, ...], rng: np.random.Generator) -> tuple[Array, ...]:
    """Next state, components in the order of their means and empty ones last."""
    seeds = rng.integers(2**31, size=len(points.values)) if family.initialisation == "kmeans" else np.zeros(0, int)
    with _library() as model_of:
        model = model_of(
            n_components=len(family.weights),
            reg_covar=family.regularisation,
            max_iter=family.max_iter,
            tol=family.tolerance,
            init_params="kmeans" if seeds.size else "random_from_data",
            random_state=0,
        )
        rows = []
        for i, (values, weight) in enumerate(zip(points.values, points.weight, strict=True)):
            if seeds.size:
                model.random_state = int(seeds[i])
            row = _fit(model, values[weight > 0], tuple(part[i] for part in previous))
            order = np.lexsort((row[1], row[0] == 0))
            rows.append([part[order] for part in row])
    return tuple(np.array(part) for part in zip(*rows, strict=True))


@contextmanager
def _library() -> Iterator[Any]:
    """The class, with its warnings of fits that have not converged silenced; these filters are one for all threads."""
    try:
        from sklearn import config_context
        from sklearn.exceptions import ConvergenceWarning
        from sklearn.mixture import GaussianMixture
    except ImportError as missing:
        raise ImportError(MISSING) from missing
    quick = config_context(assume_finite=True, skip_parameter_validation=True)
    with _ONE_AT_A_TIME, warnings.catch_warnings(), quick, np.errstate(all="ignore"):
        warnings.simplefilter("ignore", ConvergenceWarning)
        yield GaussianMixture


def _fit(model: Any, points: Array, start: Row) -> Row:
    """Weights, means and log sds fitted to one set of points; what is taken out has the weight 0."""
    anew = model.init_params == "kmeans"
    weights, means, log_sds = (part.copy() for part in start)
    precisions = np.exp(-2 * log_sds)
    free = np.ones(weights.shape, dtype=bool) if anew else (weights > 0) & np.isfinite(precisions)
    while np.count_nonzero(free) > 1:
        model.n_components = np.count_nonzero(free)
        if not anew:
            model.weights_init = weights[free] / weights[free].sum()
            model.means_init, model.precisions_init = means[free][:, None], precisions[free][:, None, None]
        try:
            model.fit(points[:, None])
        except ValueError:
            if np.all(model.covariances_ > 0):
                raise
        variances = model.covariances_[:, 0, 0]
        gone = ~((variances > 0) & (model.weights_ * len(points) > EMPTY))
        if not np.any(gone):
            weights[free], means[free], log_sds[free] = model.weights_, model.means_[:, 0], np.log(variances) / 2
            return np.where(free, weights, 0), means, log_sds
        free[np.flatnonzero(free)[gone]] = False
    only = int(np.argmax(free if free.any() else weights))
    means[only] = points[0] + np.mean(points - points[0])
    log_sds[only] = np.log(np.mean((points - means[only]) ** 2) + model.reg_covar) / 2
    return (np.arange(len(weights)) == only).astype(float), means, log_sds
