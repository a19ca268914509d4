r"""What is known of a mean refitted with known variance: its normal law, and the distances to the source.

All are functions of :math:`y = (\mu_t-\mu_0)^2/\sigma^2 \sim M_t\,\chi^2_1`.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from collapse_theory.laws import Increasing, Normal, Squared, affine_of
from collapse_theory.theorem import Check, Theorem, identity

PAGE = "docs/theory/normal_mean"
HALVINGS = 80
"""Steps of the bisection that inverts a tail mass."""
FARTHEST = 60.0
"""Distance of the means, in standard deviations, at which everything is tail."""


def tail(y: Any, k: float) -> Any:
    """Mass beyond k about the source's centre of a model whose centre has the squared distance y from it."""
    from scipy.special import ndtr

    return ndtr(np.sqrt(y) - k) + ndtr(-np.sqrt(y) - k)


def total_variation(y: Any) -> Any:
    """Total variation between normals whose means have the squared distance y."""
    from scipy.special import erf

    return erf(np.sqrt(np.asarray(y) / 8))


def _normal(setting: Any) -> bool:
    """Fixed numbers of points, all of which are fitted: the fitted mean is normal."""
    step = setting.tableau
    return not (step.share or step.thinned or step.subsample or step.screen)


def _fixed(setting: Any, t: Any) -> Any:
    """M_t, the variance of the fitted mean in units of the source's."""
    return setting.squared_location_error.mean(t) / setting.family.spread


def _location_laws(setting: Any, t: Any) -> list[Any]:
    family = setting.family
    return [Normal(family.mean, family.sd * float(np.sqrt(m))) for m in np.atleast_1d(_fixed(setting, t))]


def _square_laws(setting: Any, t: Any, scale: float = 1.0) -> list[Any]:
    """Laws of the squared distance of the means in units of the variance, times a scale."""
    square = Squared(Normal(0.0, 1.0))
    return [affine_of(square, 0.0, scale * float(m)) for m in np.atleast_1d(_fixed(setting, t))]


def _variation_laws(setting: Any, t: Any) -> list[Any]:
    from scipy.special import erfinv

    def derivative(x: Any) -> Any:
        root = erfinv(x)
        return 8 * np.sqrt(np.pi) * root * np.exp(root**2)

    return [
        Increasing(law, total_variation, lambda x: 8 * erfinv(x) ** 2, derivative, low=0.0, high=1.0)
        for law in _square_laws(setting, t)
    ]


def _tail_laws(setting: Any, t: Any, k: float) -> list[Any]:
    def inverse(p: Any) -> Any:
        low, high = np.zeros(np.shape(p)), np.full(np.shape(p), FARTHEST + k)
        for _ in range(HALVINGS):
            middle = (low + high) / 2
            above = tail(middle**2, k) > p
            low, high = np.where(above, low, middle), np.where(above, middle, high)
        return ((low + high) / 2) ** 2

    def derivative(p: Any) -> Any:
        root = np.sqrt(inverse(p))
        rise = (np.exp(-((root - k) ** 2) / 2) - np.exp(-((root + k) ** 2) / 2)) / np.sqrt(2 * np.pi)
        return 2 * root / rise

    return [
        Increasing(law, lambda y: tail(np.asarray(y), k), inverse, derivative, low=float(tail(0.0, k)), high=1.0)
        for law in _square_laws(setting, t)
    ]


def _limit_of_error(setting: Any) -> float:
    return float(setting.squared_location_error.mean.limit / setting.family.spread)


def _quantile_limit(scale: Any) -> Any:
    def limit(setting: Any, q: float) -> float:
        return float(scale(setting) * _limit_of_error(setting) * Normal(0.0, 1.0).reach(q) ** 2)

    return limit


def _mean_variation(variance: Any) -> Any:
    return 2 / np.pi * np.arctan(np.sqrt(variance) / 2)


def _mean_tail(variance: Any, k: float) -> Any:
    from scipy.special import ndtr

    return 2 * ndtr(-k / np.sqrt(1 + np.asarray(variance)))


def _prove_squares() -> tuple[Check, ...]:
    """Moments of the square of a normal, and the divergence of two normals of one variance, by integration."""
    import sympy

    x, z = sympy.symbols("x z", real=True)
    s = sympy.Symbol("s", positive=True)

    def density(at: Any) -> Any:
        return sympy.exp(-(at**2) / 2) / sympy.sqrt(2 * sympy.pi)

    second, fourth = (sympy.integrate(x**p * density(x), (x, -sympy.oo, sympy.oo)) for p in (2, 4))
    gap = sympy.expand((x**2 - (x - z) ** 2) / 2)  # log of N(0, 1) against N(z, 1), to be averaged over N(0, 1)
    divergence = sympy.integrate(sympy.expand(-gap * density(x)), (x, -sympy.oo, sympy.oo))
    angle = sympy.diff(2 / sympy.pi * sympy.atan(s / 2), s)
    ratio = 2 / (sympy.pi * s**2) / (1 + 4 / s**2) * 2  # twice the Cauchy density at 2/s, times 2/s²
    return (
        *identity(second, sympy.Integer(1), "E Z² = 1"),
        *identity(fourth, sympy.Integer(3), "E Z⁴ = 3, so that Z² has the standard deviation √2"),
        *identity(divergence, z**2 / 2, "KL of normals z standard deviations apart is z²/2, either way"),
        *identity(angle, ratio, "P(|Z'| < s|Z|/2) = (2/π) arctan(s/2)"),
    )


def _of_square(name: str, symbol: str, scale: Any, *, with_mean: bool) -> tuple[Theorem, ...]:
    """Theorems about a multiple of the squared distance of the means."""
    words = name.replace("_", " ")
    fixed = "known variance; fixed numbers of points, all of them fitted"

    def curve(factor: float) -> dict[str, Any]:
        return {
            "value": lambda setting, t: factor * scale(setting) * np.asarray(_fixed(setting, t)),
            "limit": lambda setting: factor * scale(setting) * _limit_of_error(setting),
        }

    mean = Theorem(
        title=f"mean {words} with known variance",
        quantity=name,
        statistic="mean",
        road="recurrence",
        statement=rf"E\,{symbol} = \tfrac12 M_t" if name.startswith("kl") else rf"E\,{symbol} = \sigma^2 M_t",
        conditions="known variance; any regime in which the mean squared location error is known",
        source=PAGE,
        holds=lambda setting: True,
        proof=_prove_squares,
        **curve(1.0),
    )
    return (
        *([mean] if with_mean else []),
        Theorem(
            title=f"standard deviation over runs of the {words} with known variance",
            quantity=name,
            statistic="std",
            road="recurrence",
            statement=rf"\sqrt2\,E\,{symbol}",
            conditions=fixed,
            source=PAGE,
            holds=_normal,
            proof=_prove_squares,
            **curve(float(np.sqrt(2))),
        ),
        Theorem(
            title=f"law of the {words} with known variance",
            quantity=name,
            statistic="distribution",
            road="recurrence",
            statement=rf"{symbol} \sim E[{symbol}]\,\chi^2_1",
            conditions=fixed,
            source=PAGE,
            holds=_normal,
            value=lambda setting, t: _square_laws(setting, t, scale(setting)),
        ),
        Theorem(
            title=f"limit of the quantiles of the {words} with known variance",
            quantity=name,
            statistic="quantile_limit",
            road="closed form",
            statement=rf"\lim_t E[{symbol}]\;F^{{-1}}_{{\chi^2_1}}(q)",
            conditions=fixed,
            source=PAGE,
            holds=_normal,
            value=_quantile_limit(scale),
        ),
    )


def _variance_scale(setting: Any) -> float:
    return float(setting.family.spread)


def _half(setting: Any) -> float:
    return 0.5


KNOWN: tuple[Theorem, ...] = (
    Theorem(
        title="mean of the fitted mean with known variance",
        quantity="location",
        statistic="mean",
        road="closed form",
        statement=r"E\,\mu_t = \mu_0",
        conditions="known variance; every regime whose weights do not look at the values",
        source=PAGE,
        holds=lambda setting: True,
        value=lambda setting, t: np.full(np.shape(t), setting.family.mean),
        formula=lambda setting: setting.family.location_symbol,
        limit=lambda setting: setting.family.mean,
    ),
    Theorem(
        title="median of the fitted mean with known variance",
        quantity="location",
        statistic="median",
        road="closed form",
        statement=r"\operatorname{med}\mu_t = \mu_0",
        conditions="known variance; every regime: the law is symmetric about the source's mean",
        source=PAGE,
        holds=lambda setting: True,
        value=lambda setting, t: np.full(np.shape(t), setting.family.mean),
        limit=lambda setting: setting.family.mean,
    ),
    Theorem(
        title="standard deviation over runs of the fitted mean with known variance",
        quantity="location",
        statistic="std",
        road="recurrence",
        statement=r"\sigma\sqrt{M_t}",
        conditions="known variance; any regime in which the mean squared location error is known",
        source=PAGE,
        holds=lambda setting: True,
        value=lambda setting, t: setting.family.sd * np.sqrt(_fixed(setting, t)),
        limit=lambda setting: setting.family.sd * float(np.sqrt(_limit_of_error(setting))),
    ),
    Theorem(
        title="law of the fitted mean with known variance",
        quantity="location",
        statistic="distribution",
        road="recurrence",
        statement=r"\mu_t \sim N(\mu_0, \sigma^2 M_t)",
        conditions="known variance; fixed numbers of points, all of them fitted",
        source=PAGE,
        holds=_normal,
        value=_location_laws,
    ),
    *_of_square("squared_location_error", r"(\mu_t-\mu_0)^2", _variance_scale, with_mean=False),
    *_of_square("kl_model_source", r"\mathrm{KL}(p_t\,\|\,p_0)", _half, with_mean=True),
    *_of_square("kl_source_model", r"\mathrm{KL}(p_0\,\|\,p_t)", _half, with_mean=True),
    Theorem(
        title="mean total variation with known variance",
        quantity="total_variation",
        statistic="mean",
        road="recurrence",
        statement=r"E\,\mathrm{TV} = \tfrac2\pi\arctan\tfrac{\sqrt{M_t}}2",
        conditions="known variance; fixed numbers of points, all of them fitted",
        source=PAGE,
        holds=_normal,
        value=lambda setting, t: _mean_variation(_fixed(setting, t)),
        limit=lambda setting: float(_mean_variation(_limit_of_error(setting))),
        proof=_prove_squares,
    ),
    Theorem(
        title="law of the total variation with known variance",
        quantity="total_variation",
        statistic="distribution",
        road="recurrence",
        statement=r"\mathrm{TV} = 2\Phi(\sqrt y/2) - 1,\quad y \sim M_t\,\chi^2_1",
        conditions="known variance; fixed numbers of points, all of them fitted",
        source=PAGE,
        holds=_normal,
        value=_variation_laws,
    ),
    Theorem(
        title="mean tail mass about the source's centre with known variance",
        quantity="tail_mass",
        statistic="mean",
        road="recurrence",
        statement=r"E\,P_t(|X-\mu_0|>k\sigma) = 2\Phi\bigl(-k/\sqrt{1+M_t}\bigr)",
        conditions="known variance; fixed numbers of points, all of them fitted",
        source=PAGE,
        holds=_normal,
        value=lambda setting, t, k: _mean_tail(_fixed(setting, t), k),
        limit=lambda setting, k: float(_mean_tail(_limit_of_error(setting), k)),
    ),
    Theorem(
        title="law of the tail mass about the source's centre with known variance",
        quantity="tail_mass",
        statistic="distribution",
        road="exact numeric",
        statement=r"\Phi(\sqrt y-k) + \Phi(-\sqrt y-k),\quad y \sim M_t\,\chi^2_1",
        conditions="known variance; fixed numbers of points, all of them fitted",
        source=PAGE,
        holds=_normal,
        value=_tail_laws,
    ),
)
