r"""One fixed direction of a Gaussian recursion in several dimensions: a Gaussian recursion of one dimension.

For a direction a the projected points :math:`a^\top x` are normal given the model, their fitted mean is
:math:`a^\top\mu_t` and their fitted variance :math:`a^\top\Sigma_t a`, in every regime that does not look at the place
of a point. So what is known of one variance holds for each; and the trace, a sum of d of them, collapses, explodes,
wanders or settles as they do.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from collapse_theory.families import Gaussian, MultivariateGaussian
from collapse_theory.schedules import Schedule


@dataclass(frozen=True)
class Along:
    """What a theorem may see of a recursion along one direction."""

    family: Gaussian
    regime: Any
    sizes: Schedule
    tableau: Any
    sampling: Any
    scheme: Any


def along(setting: Any) -> Any:
    """The recursion along one direction, of the mean variance of all; a recursion of one dimension as it is."""
    family = setting.family
    if not isinstance(family, MultivariateGaussian):
        return setting
    sd = float(np.sqrt(family.spread / family.dimension))
    one = Gaussian(sd=sd, ddof=family.ddof)
    return Along(one, setting.regime, setting.sizes, setting.tableau, setting.sampling, setting.scheme)
