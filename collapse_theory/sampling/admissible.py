r"""How many sampled points may stand beside many real ones before the fit is worse than without them.

A normal model is refitted, at the divisor n − 1, to :math:`n_r` new real points and :math:`n_s` of its own, sampled
with the mean kept, the variance multiplied by v and the kurtosis :math:`\beta`. For :math:`n_r \to \infty` the gain of
order :math:`n_s/n_r^2` in :math:`E W_2^2` to the source stands against the squared bias
:math:`(1-v)^2n_s^2/(4n_r^2)`; they are equal at

.. math:: n_s^* = \frac{9 - v - (\beta-1)v^2}{(1-v)^2} .

A number that does not grow with that of the real points: a bias is not outweighed by more data.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from collapse_theory.errors import NotDefined


def admissible_points(sampling: Any) -> float:
    r"""Number of sampled points beside many new real ones up to which a normal fit is better for them.

    .. math:: n_s^* = \frac{9 - v - (\beta-1)v^2}{(1-v)^2},

    where sampled points keep the model's mean and have the variance v and the kurtosis β in its units, to leading order
    in :math:`1/n_r`, in the long run, by the mean of the squared 2-Wasserstein distance between model and source, at
    ``ddof=1``.

    Parameters
    ----------
    sampling : Sampling
        A temperature, v = T and β = 3, or a truncation.

    Returns
    -------
    float
        The number; infinite where the variance is kept, 0 where any such point does harm.

    Raises
    ------
    NotDefined
        For a sampling that does not place normal points independently about the model's mean.
    """
    law = getattr(sampling, "standard", None)
    if law is None or law.mean != 0:
        raise NotDefined(f"{sampling!r} does not keep the mean of a normal model and multiply its variance")
    gain = 9 - law.variance - (law.kurtosis - 1) * law.variance**2
    if law.variance == 1:
        return np.inf if gain > 0 else 0.0
    return float(max(gain, 0.0) / (1 - law.variance) ** 2)
