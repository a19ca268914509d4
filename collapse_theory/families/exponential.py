r"""The exponential law: its scale, which is its mean and its standard deviation, is refitted.

A generation draws :math:`x_1,\dots,x_n` from :math:`\mathrm{Exp}(\theta_{t-1})` and sets
:math:`\theta_t = \sum x_i/(n-\delta)`. The logarithm of the scale is a random walk,

.. math:: \log\theta_t = \log\theta_{t-1} + \log\frac{G_t}{n-\delta},\qquad G_t \sim \Gamma(n, 1),

of drift :math:`\psi(n) - \log(n-\delta)`. :math:`\delta = 0` is maximum likelihood and leaves the scale unbiased,
:math:`E\,\theta_t = \theta_0`: the drift is about :math:`-1/(2n)`, and every run collapses. :math:`\delta = 1` leaves
the rate :math:`1/\theta_t` unbiased: the drift is about :math:`+1/(2n)`, and every run explodes. Between them, just
below :math:`\delta = 1/2`, a run wanders.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike

from collapse_theory.domain import SCALE, Domain, check_parameters, inside, real_numbers
from collapse_theory.families.family import Event, Measure
from collapse_theory.families.scale import ScaleFamily, kl_model_source, kl_source_model, upper_tail_mass
from collapse_theory.families.scale_distances import shared
from collapse_theory.families.scale_laws import PAGE, Power, laws, log_moments, moments
from collapse_theory.families.scale_walk import replaced_constant
from collapse_theory.theorem import Theorem

EXPONENTIAL = "an exponential law"
TIME = "time_until_sd_below"


def _theta(power: int) -> Any:
    def letter() -> Any:
        from collapse_theory.symbols import theta0

        return theta0**power

    return letter


def _log_theta() -> Any:
    import sympy

    from collapse_theory.symbols import theta0

    return sympy.log(theta0)


SCALE_OF = Power("scale", r"\theta_t", "scale", EXPONENTIAL, 1, 1, lambda family: family.scale_of_source, _theta(1))
VARIANCE = Power(
    "variance", r"\theta_t^2", "variance", EXPONENTIAL, 2, 1, lambda family: family.scale_of_source**2, _theta(2)
)
LOG_SCALE = Power(
    "log_scale",
    r"\log\theta_t",
    "log-scale",
    EXPONENTIAL,
    0,
    1,
    lambda family: float(np.log(family.scale_of_source)),
    _log_theta,
)


def _passage(setting: Any, level: float) -> Any:
    """The walk is that of a Gaussian's variance fitted to 2n + 1 points with divisor 2(n − ddof)."""
    from collapse_theory.random_walk.first_passage import first_passage

    family, n = setting.family, int(setting.sizes(1))
    return first_passage(2 * n + 1, 1 + 2 * family.ddof, float(np.log(family.scale / level)))


KNOWN: tuple[Theorem, ...] = (
    *moments(SCALE_OF),
    *moments(VARIANCE),
    *log_moments(LOG_SCALE),
    *laws(SCALE_OF),
    *laws(VARIANCE),
    *laws(LOG_SCALE),
    *shared(EXPONENTIAL, PAGE),
    Theorem(
        title="law of the time until the scale of an exponential law falls to a level",
        quantity=TIME,
        statistic="distribution",
        road="exact numeric",
        statement=r"f_{t+1}(y) = \int_0^\infty f_t(x)\,f_{\log W}(y-x)\,dx,\quad P(T>t) = \int_0^\infty f_t",
        conditions="replacement, one sample size; the mean is infinite at and above the critical divisor",
        source=f"{PAGE}; docs/theory/first_passage",
        holds=replaced_constant,
        value=_passage,
    ),
)


@dataclass(frozen=True, repr=False)
class Exponential(ScaleFamily):
    r"""The exponential law with its scale unknown.

    Parameters
    ----------
    scale : float
        Scale :math:`\theta_0 > 0` of the source: its mean, its standard deviation, and the inverse of its rate.
    ddof : float
        The fitted scale is the sum of the points over n − ddof; any real number below n. 0 is maximum likelihood, with
        an unbiased scale; 1 gives an unbiased rate.
    """

    scale: float = field(default=1.0, metadata=inside(SCALE))
    ddof: float = field(default=0.0, metadata=inside(Domain(typical=(-1, 2))))

    headline: ClassVar[str] = "scale"
    roles: ClassVar[Mapping[str, str]] = {"refitted_scale": "scale"}
    measures: ClassVar[Mapping[str, Measure]] = {
        "scale": lambda family, state: family.scale * np.exp(state[0]),
        "variance": lambda family, state: family.scale**2 * np.exp(2 * state[0]),
        "log_scale": lambda family, state: np.log(family.scale) + state[0],
        "upper_tail_mass": upper_tail_mass,
        "kl_model_source": kl_model_source,
        "kl_source_model": kl_source_model,
    }
    times: ClassVar[Mapping[str, Event]] = {
        TIME: lambda family, state, level: state[0] <= np.log(level / family.scale),
    }
    known: ClassVar[tuple[Theorem, ...]] = KNOWN

    def __post_init__(self) -> None:
        check_parameters(self)

    @classmethod
    def examples(cls) -> tuple[Exponential, ...]:
        return (cls(scale=2.0), cls(scale=2.0, ddof=1.0))

    @classmethod
    def from_data(cls, values: ArrayLike, ddof: float = 0) -> Exponential:
        """Source fitted to a column of positive numbers with the same divisor as the recursion.

        Raises
        ------
        ValueError
            For no values at all, values that are not positive and finite, or ddof ≥ n.
        """
        column = real_numbers("values", values).ravel()
        if column.size == 0:
            raise ValueError("values has 0 numbers, outside its domain: at least 1")
        Domain(high=column.size, open_high=True).check("ddof", ddof)
        wrong = ~(np.isfinite(column) & (column > 0))
        if np.any(wrong):
            first = int(np.argmax(wrong))
            raise ValueError(f"values[{first}] = {column[first]:.12g} is outside its domain: a positive real number")
        return cls(scale=float(column.mean()) / (1 - ddof / column.size), ddof=ddof)

    @property
    def scale_of_source(self) -> float:
        return self.scale
