r"""What is known of tail masses under replacement: about the source's centre, and about the model's own.

About the source's centre the mass of generation t beyond k source sds is, in expectation,
:math:`E\,2\Phi(-k/\sqrt{S_t})` with the perpetuity :math:`S_t = 1/n + W S_{t-1}`, :math:`S_0 = 1`; about its
own centre it is :math:`E\,2\Phi(-k\sigma_0/\sigma_t)`. Both first *rise* for k beyond :math:`\sqrt3` or so,
while the typical run loses its tails at once: say which centre and which statistic.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from collapse_theory.errors import NoClosedForm
from collapse_theory.families.gaussian.location import scale_mixtures
from collapse_theory.families.gaussian.step import additive, drift_sign, log_law, plug_in, refitted, replaced
from collapse_theory.laws import Increasing
from collapse_theory.random_walk.expectation import expectation
from collapse_theory.theorem import Order, Theorem

PAGE = "docs/theory/tails"
LARGEST_INTEGRATED = 1000


def _tail_mean(setting: Any, t: Any, k: float) -> Any:
    return np.array([mixture.two_sided(k) for mixture in scale_mixtures(setting, t, 1.0)])


def _tail_std(setting: Any, t: Any, k: float) -> Any:
    from collapse_theory.families.gaussian.two_draws import tail_variance

    return np.sqrt(tail_variance(int(setting.sizes(1)), setting.family.ddof, [int(g) for g in t], k))


def _log_own_tail(k: float) -> Any:
    def at(log_ratio: Any) -> Any:
        from scipy.special import log_ndtr

        with np.errstate(over="ignore"):
            return np.log(2.0) + log_ndtr(-k * np.exp(-0.5 * log_ratio))

    return at


def _own_tail_mean(setting: Any, t: Any, k: float) -> Any:
    return np.array([log_law(setting, int(g), draw=True).sf(2 * np.log(k)) for g in t])


def _own_tail_std(setting: Any, t: Any, k: float) -> Any:
    log_tail, top = _log_own_tail(k), 2 * np.log(max(k, 1.0))

    def variance(law: Any, mean: float) -> float:
        second = expectation(law, lambda x: 2 * log_tail(x), top)
        if second > 2 * mean**2:
            return second - mean**2

        def log_squared_deviation(x: Any) -> Any:
            with np.errstate(divide="ignore"):
                return 2 * np.log(np.abs(np.exp(log_tail(x)) - mean))

        return expectation(law, log_squared_deviation, top)

    means = _own_tail_mean(setting, t, k)
    return np.sqrt([variance(log_law(setting, int(g)), mean) for g, mean in zip(t, means, strict=True)])


def _own_tail_reference(statistic: str) -> Any:
    def reference(setting: Any, t: int, k: float) -> Any:
        """After one refit: quadrature over the gamma density, in mpmath."""
        import mpmath

        n = int(setting.sizes(1))
        if t != 1 or n > LARGEST_INTEGRATED or not plug_in(setting):
            raise NoClosedForm("the quadrature is for one plug-in refit of a moderate sample")
        a, c = mpmath.mpf(n - 1) / 2, n - mpmath.mpf(setting.family.ddof)
        ends = [-60, -20, -5, *(mpmath.log(a) + step for step in (-2, 0, 2, 6))]

        def moment(power: int) -> Any:
            def integrand(x: Any) -> Any:
                tail = mpmath.erfc(k * mpmath.sqrt(c / mpmath.exp(x)) / 2)
                return mpmath.exp(a * x - mpmath.exp(x) - mpmath.loggamma(a)) * tail**power

            return mpmath.quad(integrand, ends)

        with mpmath.workdps(30):
            mean = moment(1)
            return mean if statistic == "mean" else mpmath.sqrt(moment(2) - mean**2)

    return reference


def _own_tail_laws(setting: Any, t: Any, k: float) -> list[Any]:
    from scipy.special import ndtr, ndtri

    def inverse(p: Any) -> Any:
        return -2 * np.log(-ndtri(p / 2) / k)

    def derivative(p: Any) -> Any:
        z = ndtri(np.asarray(p) / 2)
        density = np.exp(-0.5 * z**2) / np.sqrt(2 * np.pi)
        return -1 / (z * density)

    return [
        Increasing(
            log_law(setting, int(g)),
            forward=lambda y: 2 * ndtr(-k * np.exp(-0.5 * np.asarray(y))),
            inverse=inverse,
            derivative=derivative,
            low=0.0,
            high=1.0,
        )
        for g in t
    ]


def _own_tail_limit(below: float, driftless: float, above: float) -> Any:
    """Limit where every run's tail goes to 0, to either end with chance 1/2, or to 1."""

    def limit(setting: Any, k: float) -> float:
        sign = drift_sign(setting)
        return below if sign < 0 else above if sign > 0 else driftless

    return limit


def _slope(shift: float) -> Any:
    def value(setting: Any, t: Any, k: float) -> Any:
        density = np.exp(-0.5 * k**2) / np.sqrt(2 * np.pi)
        tau = additive(setting, t, lambda n: 1 / n)
        from scipy.special import ndtr

        return 2 * ndtr(-k) + k * density * (setting.family.ddof + shift + (k**2 - 3) / 2) * tau

    return value


TAILS: tuple[Theorem, ...] = (
    Theorem(
        title="mean tail mass about the source's centre",
        quantity="tail_mass",
        statistic="mean",
        road="exact numeric",
        statement=r"E\,2\Phi(-k/\sqrt{S_t}),\quad S_t \overset{d}{=} \tfrac1n + W S_{t-1},\; S_0 = 1",
        conditions="replacement, plug-in, any sample sizes",
        source=PAGE,
        holds=replaced,
        value=_tail_mean,
    ),
    Theorem(
        title="standard deviation over runs of the tail mass about the source's centre",
        quantity="tail_mass",
        statistic="std",
        road="exact numeric",
        statement=r"\sqrt{P(|X|>k,|X'|>k) - P(|X|>k)^2},\quad X, X' \text{ two draws from one model}",
        conditions="replacement, plug-in, one sample size",
        source=PAGE,
        holds=lambda setting: replaced(setting) and setting.sizes.constant,
        value=_tail_std,
    ),
    Theorem(
        title="small-t slope of the mean tail mass about the source's centre",
        quantity="tail_mass",
        statistic="mean",
        road="asymptotic",
        statement=r"2\Phi(-k) + \tfrac tn\,k\phi(k)\left[\delta + \tfrac{k^2-3}2\right]",
        conditions="replacement, plug-in, t ≪ n",
        source=PAGE,
        holds=replaced,
        value=_slope(0.0),
        name="small t/n",
        order=Order(2.0, along=lambda m: (20 * m, 2)),
    ),
    Theorem(
        title="mean tail mass about the model's own centre",
        quantity="own_tail_mass",
        statistic="mean",
        road="exact numeric",
        statement=r"E\,2\Phi(-k\sigma_0/\sigma_t) = P\left(\log\chi^2_1 + \log(\sigma_t^2/\sigma_0^2) > 2\log k\right)",
        conditions="replacement, any sample sizes; plug-in or posterior refit",
        source=PAGE,
        holds=refitted,
        value=_own_tail_mean,
        reference=_own_tail_reference("mean"),
        limit=_own_tail_limit(0.0, 0.5, 1.0),
    ),
    Theorem(
        title="standard deviation over runs of the tail mass about the model's own centre",
        quantity="own_tail_mass",
        statistic="std",
        road="exact numeric",
        statement=r"\sqrt{\operatorname{Var} 2\Phi(-k\sigma_0/\sigma_t)}",
        conditions="replacement, any sample sizes; plug-in or posterior refit",
        source=PAGE,
        holds=refitted,
        value=_own_tail_std,
        reference=_own_tail_reference("std"),
        limit=_own_tail_limit(0.0, 0.5, 0.0),
    ),
    Theorem(
        title="law of the tail mass about the model's own centre",
        quantity="own_tail_mass",
        statistic="distribution",
        road="exact numeric",
        statement=r"\text{law of } 2\Phi(-k\sigma_0/\sigma_t), \text{ increasing in } \sigma_t",
        conditions="replacement, any sample sizes; plug-in or posterior refit",
        source=PAGE,
        holds=refitted,
        value=_own_tail_laws,
    ),
    Theorem(
        title="small-t slope of the mean tail mass about the model's own centre",
        quantity="own_tail_mass",
        statistic="mean",
        road="asymptotic",
        statement=r"2\Phi(-k) + \tfrac tn\,k\phi(k)\left[\delta - 1 + \tfrac{k^2-3}2\right]",
        conditions="replacement, plug-in, t ≪ n",
        source=PAGE,
        holds=replaced,
        value=_slope(-1.0),
        name="small t/n",
        order=Order(2.0, along=lambda m: (20 * m, 2)),
    ),
)
