"""The expectation of a function of the walk, over the law of its position."""

from __future__ import annotations

from typing import Any

import numpy as np

NEGLIGIBLE = 45.0
"""Logarithm of an integrand, against its peak, below which it is left out."""
LEFT_OUT = 1e-20
"""Probability on each side of the first window."""
NODES = 600


def expectation(law: Any, log_function: Any, top: float) -> float:
    """Expectation of exp(log_function) over a law of the log-variance, by the trapezoidal rule.

    Parameters
    ----------
    law : LogGammaSum
        Law with an analytic density.
    log_function : callable
        Logarithm of a function that is flat above ``top``.
    top : float
        Where the function has nearly reached its limit.
    """
    low = min(law.mean - 14 * law.std, law.ppf(LEFT_OUT))
    high = max(law.mean, top) + max(14 * law.std, law.isf(LEFT_OUT) - law.mean)
    for _ in range(3):
        x = np.linspace(low, high, NODES)
        logs = law.logpdf(x) + log_function(x)
        if logs.max() == -np.inf:
            return 0.0
        heavy = np.flatnonzero(logs > logs.max() - NEGLIGIBLE)
        low, high = x[max(heavy[0] - 1, 0)], x[min(heavy[-1] + 1, NODES - 1)]
    return float(np.sum(np.exp(logs)) * (x[1] - x[0]))
