r"""How many points are left where each is kept by chance: the law over which the moment map is averaged.

Of c points each is kept with chance q, so that :math:`\mathrm{Binomial}(c, q)` are. A generation that is left with too
few points for a fit is drawn again: the law is given that there are enough, at least
:math:`\max(2, \lfloor\delta\rfloor + 1)`. Wide laws are replaced by their Gauss rules, exact for polynomials of degree
31: the coefficients of the map are smooth functions of the counts.
"""

from __future__ import annotations

import math
from fractions import Fraction
from math import comb
from typing import Any

import numpy as np
from numpy.typing import NDArray

from collapse_theory.tableau.step import MODEL, REAL, Step, absent
from collapse_theory.wright_fisher.quadrature import NORMAL_FROM, gauss_rule, normal_rule

Array = NDArray[np.float64]

MOST_EXACT = 12
"""Most points of which the law is kept in exact fractions."""
WIDE = 12.0
"""Standard deviations beyond which counts have no chance left in double precision."""
SELDOM = 1e-6
"""Least chance that a crawl leaves enough points."""
SEPARATE = 512
"""Most different counts that are kept one by one."""


def fewest(ddof: Any) -> int:
    """Fewest points with which a generation is fitted; with fewer it is drawn again."""
    return max(2, int(ddof // 1) + 1)


def check_enough(step: Step, least: int) -> None:
    """Refusal, with a ValueError, of a step that all but never keeps so many points."""
    (real, p), (model, q) = (_kept(step.drawn[batch], step.kept[batch]) for batch in (REAL, MODEL))
    chance = float(np.sum(np.outer(p, q)[np.add.outer(np.asarray(real), np.asarray(model)) >= least]))
    if chance < SELDOM:
        raise ValueError(
            f"a crawl of {step.drawn[REAL] + step.drawn[MODEL]} points, of which the detector keeps {least} or more "
            f"with chance {chance:.2g}, is outside the domain of what can be fitted: a chance of at least {SELDOM:g}"
        )


def compositions(step: Step, least: int) -> tuple[Any, Any, Any]:
    """Numbers of real and of model points that are kept, given that there are so many, and their chances.

    Three arrays, of exact fractions where the counts of the step are fractions and few.
    """
    (real, p), (model, q) = (map(np.asarray, _kept(step.drawn[batch], step.kept[batch])) for batch in (REAL, MODEL))
    real, model, chances = np.repeat(real, len(model)), np.tile(model, len(real)), np.outer(p, q).ravel()
    enough = real + model >= least
    real, model, chances = real[enough], model[enough], chances[enough]
    return real, model, chances / chances.sum()


def _kept(count: Any, chance: Any) -> tuple[Any, Any]:
    """Values and chances of a binomial number."""
    if absent(count) or chance == 1:
        return [count], [1]
    if isinstance(count, Fraction) and count <= MOST_EXACT:
        n, q = int(count), Fraction(str(chance)) if isinstance(chance, float) else Fraction(chance)
        return [Fraction(k) for k in range(n + 1)], [comb(n, k) * q**k * (1 - q) ** (n - k) for k in range(n + 1)]
    return _in_floats(int(count), float(chance))


def _in_floats(n: int, q: float) -> tuple[Array, Array]:
    sd = math.sqrt(n * q * (1 - q))
    if sd >= NORMAL_FROM:
        return normal_rule(n * q, sd)
    values, chances = binomial(n, q)
    return (values, chances) if len(values) <= SEPARATE else gauss_rule(values, chances)


def binomial(n: int, q: float) -> tuple[Array, Array]:
    """Values and chances of a binomial number, by ratios from its mode, without those of no chance in floats."""
    mode, reach = min(n, int((n + 1) * q)), int(WIDE * (math.sqrt(n * q * (1 - q)) + WIDE)) + 1
    up = np.arange(mode, min(n, mode + reach), dtype=float)
    down = np.arange(mode, max(0, mode - reach), -1, dtype=float)
    above = np.cumprod((n - up) / (up + 1) * (q / (1 - q))) if q < 1 else np.empty(0)
    below = np.cumprod(down / (n - down + 1) * ((1 - q) / q)) if q > 0 else np.empty(0)
    chances = np.concatenate([below[::-1], [1.0], above])
    return np.arange(mode - len(below), mode + len(above) + 1, dtype=float), chances / chances.sum()
