r"""Whether the stationary variance of a Gaussian has a variance: the gain of the fourth moments.

In the fit the real part weighs w, the model's m points :math:`u = 1 - w`. With d the model's mean from the anchor, v
its variance, K Kish's size and :math:`A = uK/(K-\delta)`, one generation maps :math:`E(v^2, vd^2, d^4)`, but for terms
of lower order, by

.. math:: \begin{pmatrix}
   A^2\frac{m^2-1+2w(m-1)+3w^2}{m^2} & A^2\frac{2w(m-1)+6w^2}{m} & A^2w^2\\
   Au^2\frac{m-1+3w}{m^2} & Au^2\frac{m-1+6w}{m} & Au^2w\\
   \frac{3u^4}{m^2} & \frac{6u^4}{m} & u^4\end{pmatrix}.

The second moment of the stationary variance is finite exactly where its spectral radius is below 1.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from collapse_theory.errors import NoClosedForm
from collapse_theory.families import Gaussian
from collapse_theory.tableau.step import FIRST_SLOT, MODEL, REAL
from collapse_theory.theorems.along import along
from collapse_theory.theorems.gaussian_fresh import holds as mixed
from collapse_theory.theorems.gaussian_fresh import leading_map


def fourth_moment_gain(setting: Any) -> float:
    """Spectral radius of the map of the fourth moments of a plug-in Gaussian, in any number of dimensions.

    Raises
    ------
    NoClosedForm
        For other families, and for regimes that are not of one anchor and one batch of the model.
    """
    setting = along(setting)
    plain = isinstance(setting.family, Gaussian) and setting.family.two_moments and setting.sampling.honest
    if plain and setting.sizes.constant:
        step = setting.tableau
        if step.share and mixed(setting):
            return _radius(np.array([[float(x) for x in row] for row in leading_map(setting)]))
        if _two_parts(step):
            return _radius(_matrix(step, float(setting.family.ddof)))
    raise NoClosedForm(f"fourth_moment_gain: no theorem is known for {setting!r}")


def _two_parts(step: Any) -> bool:
    """Whether the fit is made of whole batches: an anchor, and points of the newest model."""
    whole = step.subsample is None and not step.thinned and not step.carried and not step.share
    if not whole or step.screen is not None or not step.drawn[MODEL]:
        return False
    fresh = bool(step.drawn[REAL]) and not step.stored
    kept = not step.drawn[REAL] and len(step.stored) == 1 and step.frozen == (1,)
    return fresh or kept


def _matrix(step: Any, ddof: float) -> Any:
    anchor = REAL if step.drawn[REAL] else FIRST_SLOT
    m = float(step.drawn[MODEL])
    w = float(step.weight[anchor] * step.counts[anchor] / step.fitted)
    u, kish = 1 - w, float(step.kish)
    a = u * kish / (kish - ddof)
    return np.array(
        [
            [
                a**2 * (m**2 - 1 + 2 * w * (m - 1) + 3 * w**2) / m**2,
                a**2 * (2 * w * (m - 1) + 6 * w**2) / m,
                a**2 * w**2,
            ],
            [a * u**2 * (m - 1 + 3 * w) / m**2, a * u**2 * (m - 1 + 6 * w) / m, a * u**2 * w],
            [3 * u**4 / m**2, 6 * u**4 / m, u**4],
        ]
    )


def _radius(matrix: Any) -> float:
    return float(np.max(np.abs(np.linalg.eigvals(matrix))))
