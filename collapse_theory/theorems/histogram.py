r"""Histograms with fixed bins: a categorical recursion over the bins, and what it says of the density.

The shares of the bins have the mean :math:`\pi` and, in every regime, the covariance
:math:`M_t(\operatorname{diag}\pi - \pi\pi^\top)`, :math:`M_t` from the moment map at ddof = 0. So the mean of the
model, :math:`\sum_b p_b c_b` with the middles :math:`c_b`, has the variance :math:`s^2M_t`, and

.. math:: E\,\sigma_t^2 = s^2(1 - M_t) + \tfrac1{12}\sum_b\pi_bw_b^2,\qquad s^2 = \sum_b\pi_bc_b^2 - (\sum_b\pi_bc_b)^2.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np

from collapse_theory.families import Categorical, Histogram
from collapse_theory.families.categorical.enumerated import ENUMERATED
from collapse_theory.schedules import Schedule
from collapse_theory.tableau.stepping import second_moments
from collapse_theory.theorem import Theorem
from collapse_theory.theorems.categorical import POOL_OF_TYPES
from collapse_theory.theorems.categorical_fresh import FRESH_TYPES
from collapse_theory.theorems.categorical_one_type import ONE_TYPE

PAGE = "docs/theory/histogram"


@dataclass(frozen=True)
class Bins:
    """The categorical recursion over the bins of a histogram, as theorems see it."""

    family: Categorical
    regime: Any
    sizes: Schedule

    @property
    def tableau(self) -> Any:
        """Structure of a typical generation."""
        return self.regime.tableau(self.sizes)


def fixed(setting: Any) -> bool:
    """A histogram of several fixed bins, of which the source fills at least two."""
    family = setting.family
    return isinstance(family, Histogram) and family.fixed and bool(np.count_nonzero(family.chances) > 1)


def _bins(setting: Any) -> Bins:
    return Bins(_categorical(setting.family), setting.regime, setting.sizes)


@lru_cache(maxsize=64)
def _categorical(family: Histogram) -> Categorical:
    return Categorical(family.chances / family.chances.sum())


def _inherited(theorem: Theorem) -> Theorem:
    """A theorem about the number of types as one about the number of bins."""

    def on_bins(function: Any) -> Any:
        return None if function is None else lambda setting, *given: function(_bins(setting), *given)

    return replace(
        theorem,
        title=f"{theorem.title}, the bins of a histogram",
        conditions=f"a histogram of fixed bins; of the recursion over them: {theorem.conditions}",
        source=f"{PAGE}; {theorem.source}",
        holds=lambda setting: fixed(setting) and theorem.holds(_bins(setting)),
        value=on_bins(theorem.value),
        log_value=on_bins(theorem.log_value),
        formula=None,
        reference=None,
        limit=on_bins(theorem.limit),
    )


def _shifted(theorem: Theorem, quantity: str, what: str, sign: int, shift: Any, statement: str) -> Theorem:
    """A theorem about the mean entropy of the bins as one about that of the density, or about a divergence."""
    inherited, limit = _inherited(theorem), theorem.limit
    return replace(
        inherited,
        title=f"mean {what} by: {theorem.title}, the bins of a histogram",
        quantity=quantity,
        statement=statement,
        value=lambda setting, t: shift(setting.family) + sign * theorem.value(_bins(setting), t),
        log_value=None,
        limit=limit and (lambda setting: shift(setting.family) + sign * limit(_bins(setting))),
    )


def _mean_log_width(family: Histogram) -> float:
    """Σ π log w: entropy of the density less that of the bins, in expectation."""
    return float(family.chances @ np.log(np.diff(family.fixed_edges)))


def _without_entropy(family: Histogram) -> float:
    """E KL(model‖source) and the mean entropy of the bins in sum: it does not change."""
    from scipy.special import xlogy

    return family.misspecification - float(xlogy(family.chances, family.chances).sum())


def _about(quantity: str, *statistics: str) -> list[Theorem]:
    """Exact theorems of a categorical recursion; enumerations of all tables of counts are left to it."""
    known = (theorem for theorem in Categorical.known if theorem not in ENUMERATED)
    everything = dict.fromkeys((*known, *POOL_OF_TYPES, *FRESH_TYPES, *ONE_TYPE))
    return [th for th in everything if th.quantity == quantity and th.statistic in statistics and th.exact]


# ------------------------------------------------------------------------------------------- moments in every regime
def _middles(family: Histogram) -> tuple[float, float, float]:
    """Mean and variance of the middle of the source's bin, and the mean variance within a bin."""
    edges = family.fixed_edges
    apart, chances = (edges[1:] + edges[:-1]) / 2 - family.mean, family.chances
    shift = float(chances @ apart)
    return shift, float(chances @ (apart - shift) ** 2), float(chances @ np.diff(edges) ** 2) / 12


def _drift(setting: Any, t: Any) -> Any:
    return second_moments(setting.regime, setting.sizes, 0.0, t)[1]


def _variance(setting: Any, t: Any) -> Any:
    _, between, within = _middles(setting.family)
    return between * second_moments(setting.regime, setting.sizes, 0.0, t)[0] + within


def _squared_error(setting: Any, t: Any) -> Any:
    shift, between, _ = _middles(setting.family)
    return shift**2 + between * _drift(setting, t)


_CONDITIONS = "a histogram of fixed bins; any regime that has no screen and carries no old model over, any sample sizes"

MOMENTS: tuple[Theorem, ...] = (
    Theorem(
        title="mean location of a histogram of fixed bins",
        quantity="location",
        statistic="mean",
        road="closed form",
        statement=r"E\,\mu_t = \sum_b\pi_bc_b",
        conditions=_CONDITIONS,
        source=PAGE,
        holds=fixed,
        value=lambda setting, t: np.full(np.shape(t), setting.family.mean + _middles(setting.family)[0]),
        limit=lambda setting: setting.family.mean + _middles(setting.family)[0],
    ),
    Theorem(
        title="mean variance of a histogram of fixed bins",
        quantity="variance",
        statistic="mean",
        road="recurrence",
        statement=r"E\,\sigma_t^2 = s^2(1 - M_t) + \tfrac1{12}\sum_b\pi_bw_b^2",
        conditions=_CONDITIONS,
        source=f"{PAGE}; docs/theory/tableau",
        holds=fixed,
        value=_variance,
    ),
    Theorem(
        title="mean squared location error of a histogram of fixed bins",
        quantity="squared_location_error",
        statistic="mean",
        road="recurrence",
        statement=r"(\sum_b\pi_bc_b - \mu_0)^2 + s^2M_t",
        conditions=_CONDITIONS,
        source=f"{PAGE}; docs/theory/tableau",
        holds=fixed,
        value=_squared_error,
    ),
)

HISTOGRAM: tuple[Theorem, ...] = (
    *MOMENTS,
    *map(_inherited, _about("support_size", "mean", "std", "distribution")),
    *(
        _shifted(th, "entropy", "entropy", 1, _mean_log_width, rf"\sum_b\pi_b\log w_b + H_t,\quad {th.statement}")
        for th in _about("entropy", "mean")
    ),
    *(
        _shifted(
            th,
            "kl_model_source",
            "KL(model‖source)",
            -1,
            _without_entropy,
            r"\mathrm{KL}(\Pi\,\|\,P_0) - \sum_b\pi_b\log\pi_b - H_t,\quad " + th.statement,
        )
        for th in _about("entropy", "mean")
    ),
)
