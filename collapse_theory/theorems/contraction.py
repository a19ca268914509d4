"""How fast second moments forget, and how many real points the long-run mean is worth."""

from __future__ import annotations

from typing import Any

import numpy as np

from collapse_theory.errors import NoClosedForm, NotDefined
from collapse_theory.regimes import Accumulate, Fresh, FreshMixture, Replace
from collapse_theory.regimes.linear_map import AffineMap, slotless


def loop_gain(setting: Any) -> float:
    """Spectral radius of the second-moment map, the common translation of the means removed."""
    if not setting.family.two_moments or not slotless(setting):
        raise NoClosedForm(f"loop_gain: {setting!r} has no constant second-moment map")
    exact = AffineMap.of(setting.regime, setting.sizes, setting.family.ddof)
    if setting.tableau.replacement:
        return float(exact.a[0][0])
    slow, fast = exact.gaps
    return max(abs(1 - slow), abs(1 - fast))


def relaxation_time(setting: Any) -> float:
    """−1/log of the loop gain, where the second moments are stationary."""
    if not setting.tableau.anchored:
        raise NotDefined(f"relaxation_time: {setting.regime!r} has no stationary second moments to relax to")
    gain = loop_gain(setting)
    exact = AffineMap.of(setting.regime, setting.sizes, setting.family.ddof)
    if exact.slow_gap <= 0:
        raise NotDefined(f"relaxation_time: the second moments of {setting!r} diverge, gain {gain:.6g}")
    return float(-1 / np.log1p(-exact.slow_gap)) if 0 < exact.slow_gap < 1 else 0.0


def effective_real_sample_size(setting: Any) -> float:
    r"""Inverse of the long-run :math:`E(\mu_t-\mu_0)^2/\sigma_0^2` when the variance is known.

    Fresh data: :math:`n\alpha(2-\alpha)`, that is :math:`n_r(k+2)/(k+1)` with k = real/synthetic. By chance:
    :math:`[1-(1-\alpha)^2]n - \alpha(1-\alpha)`. Accumulation: :math:`6n/\pi^2`. Replacement: 0.
    """
    sizes, regime = setting.sizes, setting.regime
    if isinstance(regime, Replace) and sizes.reciprocal_sum_converges is False:
        return 0.0
    if not sizes.constant:
        raise NoClosedForm(f"effective_real_sample_size: no closed form for n_t = {sizes!r}")
    n = float(sizes(1))
    if isinstance(regime, Accumulate):
        return float(6 * n / np.pi**2)
    if isinstance(regime, Fresh):
        real = float(regime.fresh_points(int(n)))
        return real * (2 - real / n)
    if isinstance(regime, FreshMixture):
        share = regime.share
        return float(n * share * (2 - share) - share * (1 - share))
    raise NoClosedForm(f"effective_real_sample_size: not known for {regime!r}")
