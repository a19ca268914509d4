r"""Large samples that are cooled, cut, selected or verified: closed forms of the loop without noise.

A sampling that multiplies the variance of a normal point by v gives :math:`\sigma_t^2 = v^{t-1}\sigma_0^2` under
replacement and :math:`\Gamma(t+v)/(\Gamma(t+1)\Gamma(1+v))\,\sigma_0^2 \sim t^{-(1-v)}` under accumulation, which
does not cure it; beside a share :math:`\alpha` of real points the variance comes to rest at
:math:`\alpha/(1 - (1-\alpha)v)`. Types that get likelier by fixed weights have the law
:math:`p_0 w^{t-1}`, renormalised.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from collapse_theory.families import Categorical, Gaussian
from collapse_theory.sampling import BestOf, SoftVerifier, Temperature, TopFraction
from collapse_theory.theorem import Check, Theorem

PAGE = "docs/theory/sampling"


def _gaussian(setting: Any) -> bool:
    return isinstance(setting.family, Gaussian) and bool(setting.family.two_moments)


def _scaled(setting: Any) -> bool:
    return _gaussian(setting) and setting.sampling.point_variance(setting.family) is not None


def _plain(setting: Any) -> Any:
    return setting.regime.tableau(setting.sizes)


def _factor(setting: Any) -> float:
    return float(setting.sampling.point_variance(setting.family))


def _pooled_log(setting: Any, t: Any) -> Any:
    """Log of Γ(t + v)/(Γ(t + 1)Γ(1 + v)) and of the source's variance."""
    from scipy.special import gammaln

    from collapse_theory.gamma_ratios import log_gamma_ratio

    v = _factor(setting)
    shapes = np.asarray(t, dtype=float) + 1
    ratio = log_gamma_ratio(shapes, v - 1) + (v - 1) * np.log(shapes)
    return np.log(setting.family.spread) + ratio - gammaln(1 + v)


def _scaled_limit(setting: Any) -> float:
    v = _factor(setting)
    return 0.0 if v < 1 else float(np.inf) if v > 1 else float(setting.family.spread)


def _share(setting: Any) -> float:
    step = _plain(setting)
    return float(step.share) if step.share else float(step.drawn[0] / (step.drawn[0] + step.drawn[1]))


def _mixed_value(setting: Any, t: Any) -> Any:
    alpha, v = _share(setting), _factor(setting)
    rest = alpha / (1 - (1 - alpha) * v)
    return setting.family.spread * (rest + (1 - rest) * ((1 - alpha) * v) ** (np.asarray(t, dtype=float) - 1))


def _selected(setting: Any) -> tuple[float, float]:
    """Mean and variance of a selected point, in units of the model, where they do not depend on it."""
    sampling = setting.sampling
    if isinstance(sampling, BestOf):
        return sampling.standard.mean, sampling.standard.variance
    rho = float(sampling.score_correlation)
    return rho * sampling.intensity, 1 - rho**2 * sampling.shrinkage


def _selects(setting: Any) -> bool:
    if not (_gaussian(setting) and _plain(setting).replacement):
        return False
    sampling = setting.sampling
    blind = isinstance(sampling, TopFraction) and sampling.score_noise is None and sampling.fraction < 1
    return blind or (isinstance(sampling, BestOf) and sampling.candidates > 1)


def _climbed(setting: Any, t: Any) -> Any:
    """μ_0 and a geometric sum of steps e σ."""
    e, v = _selected(setting)
    log_root = np.log(v) / 2
    steps = np.expm1((np.asarray(t, dtype=float) - 1) * log_root) / np.expm1(log_root)
    return setting.family.mean + setting.family.sd * e * steps


def _climb_limit(setting: Any) -> float:
    e, v = _selected(setting)
    return float(setting.family.mean + setting.family.sd * e / -np.expm1(np.log(v) / 2))


def _verified(setting: Any) -> bool:
    return isinstance(setting.sampling, SoftVerifier) and _gaussian(setting) and _plain(setting).replacement


def _verified_parts(setting: Any, t: Any) -> tuple[Any, Any]:
    """Weights of the source's precision and of the verifier's, each as its root, so that no square overflows."""
    root = np.sqrt(np.asarray(t, dtype=float) - 1) * (setting.family.sd / setting.sampling.width)
    whole = np.hypot(1.0, root)
    return 1 / whole, root / whole


def _verified_variance(setting: Any, t: Any) -> Any:
    return (setting.family.sd * _verified_parts(setting, t)[0]) ** 2


def _verified_mean(setting: Any, t: Any) -> Any:
    source, verifier = _verified_parts(setting, t)
    return setting.family.mean * source**2 + setting.sampling.center * verifier**2


def _weighed(setting: Any) -> bool:
    family = setting.family
    plain = isinstance(family, Categorical) and family.two_moments
    return plain and _plain(setting).replacement and setting.sampling.fixed_weights(family) is not None


def _log_tilted(setting: Any, t: Any) -> Any:
    """Logs of p_0 w^(t − 1), renormalised, shape (generations, types)."""
    from scipy.special import logsumexp

    with np.errstate(divide="ignore"):
        start, logs = (
            np.log(setting.family.probabilities.values),
            np.log(setting.sampling.fixed_weights(setting.family)),
        )
        later = np.asarray(t, dtype=float)[..., None] - 1
        found = start + np.where(later > 0, later * np.where(later > 0, logs, 0.0), 0.0)
    return found - logsumexp(found, axis=-1, keepdims=True)


def _tilted_value(setting: Any, t: Any, label: Any) -> Any:
    return np.exp(_log_tilted(setting, t)[..., setting.family.index(label)])


def _tilted_limit(setting: Any, label: Any) -> float:
    source, weights = setting.family.probabilities.values, setting.sampling.fixed_weights(setting.family)
    best = np.where(source > 0, weights, -np.inf) == weights[source > 0].max()
    share = source * best / (source * best).sum()
    return float(share[setting.family.index(label)])


def _cooled(setting: Any) -> bool:
    family = setting.family
    plain = isinstance(family, Categorical) and family.two_moments and isinstance(setting.sampling, Temperature)
    return plain and bool(_plain(setting).replacement)


def _cooled_value(setting: Any, t: Any, label: Any) -> Any:
    from scipy.special import logsumexp

    source = setting.family.probabilities.values
    alive = source > 0
    with np.errstate(over="ignore"):
        power = np.exp(-(np.asarray(t, dtype=float) - 1) * np.log(setting.sampling.temperature))
    relative = np.log(np.where(alive, source, source.max())) - np.log(source.max())
    logs = np.where(alive, np.minimum(power, 1e300)[..., None] * relative, -np.inf)
    return np.exp(logs[..., setting.family.index(label)] - logsumexp(logs, axis=-1))


def _cooled_limit(setting: Any, label: Any) -> float:
    """Even on the likeliest types where cooled, on all of them where heated."""
    source, heat = setting.family.probabilities.values, setting.sampling.temperature
    if heat == 1:
        return float(source[setting.family.index(label)])
    left = source == source.max() if heat < 1 else source > 0
    return float(left[setting.family.index(label)] / left.sum())


def _prove_accumulated() -> tuple[Check, ...]:
    """(t + 1)V_{t+1} = (t + v)V_t, and the gamma functions that solve it."""
    import sympy

    t, v = sympy.symbols("t v", positive=True)
    claimed = sympy.gamma(t + v) / (sympy.gamma(t + 1) * sympy.gamma(1 + v))
    step = sympy.gammasimp(claimed.subs(t, t + 1) * (t + 1) / (claimed * (t + v)))
    return (
        Check("V_1 = V_0", sympy.gammasimp(claimed.subs(t, 1)) == 1),
        Check("(t + 1)V_{t+1} = tV_t + vV_t", sympy.simplify(step - 1) == 0),
    )


def _prove_verified() -> tuple[Check, ...]:
    """Precisions add: one step of the claimed variance and mean."""
    import sympy

    t, s, v, m, c = sympy.symbols("t s v m c", positive=True)
    variance, mean = v * s**2 / (s**2 + t * v), (m * s**2 + t * v * c) / (s**2 + t * v)
    after = 1 / (1 / variance + 1 / s**2)
    moved = after * (mean / variance + c / s**2)
    return (
        Check("1/σ² gains 1/s²", sympy.simplify(variance.subs(t, t + 1) - after) == 0),
        Check("the mean is weighted by precisions", sympy.simplify(mean.subs(t, t + 1) - moved) == 0),
    )


def _prove_climb() -> tuple[Check, ...]:
    import sympy

    t, e, r = sympy.symbols("t e r", positive=True)
    claimed = e * (1 - r ** (t - 1)) / (1 - r)
    return (
        Check("generation 1 is the source's", claimed.subs(t, 1) == 0),
        Check("each step is e σ", sympy.simplify(claimed.subs(t, t + 1) - claimed - e * r ** (t - 1)) == 0),
    )


def _theorem(
    title: str, quantity: str, statement: str, conditions: str, holds: Callable[[Any], bool], value: Any, **more: Any
) -> Theorem:
    return Theorem(
        title=f"{title}, large samples",
        quantity=quantity,
        statistic="population",
        road="closed form",
        statement=statement,
        conditions=f"{conditions}; sample sizes that grow without bound, in fixed proportions",
        source=PAGE,
        holds=holds,
        value=value,
        any_sampling=True,
        **more,
    )


SAMPLED_POPULATION: tuple[Theorem, ...] = (
    _theorem(
        "variance of points whose variance is multiplied, replacement",
        "variance",
        r"\sigma_t^2 = v^{t-1}\sigma_0^2",
        "Gaussian, replacement, a sampling that keeps means and multiplies variances",
        lambda setting: _scaled(setting) and _plain(setting).replacement,
        lambda setting, t: setting.family.spread * _factor(setting) ** (np.asarray(t, dtype=float) - 1),
        log_value=lambda setting, t: (
            np.log(setting.family.spread) + (np.asarray(t, dtype=float) - 1) * np.log(_factor(setting))
        ),
        limit=lambda setting: _scaled_limit(setting),
    ),
    _theorem(
        "variance of points whose variance is multiplied, accumulation",
        "variance",
        r"\sigma_t^2 = \frac{\Gamma(t+v)}{\Gamma(t+1)\Gamma(1+v)}\,\sigma_0^2 \sim t^{-(1-v)}",
        "Gaussian, accumulation, one sample size, a sampling that keeps means and multiplies variances",
        lambda setting: _scaled(setting) and _plain(setting).accumulation and setting.sizes.constant,
        lambda setting, t: np.exp(_pooled_log(setting, t)),
        log_value=_pooled_log,
        limit=lambda setting: _scaled_limit(setting),
        proof=_prove_accumulated,
    ),
    _theorem(
        "variance of points whose variance is multiplied, beside real points",
        "variance",
        r"\sigma_t^2 = V^* + (1-V^*)[(1-\alpha)v]^{t-1},\quad V^* = \frac{\alpha}{1-(1-\alpha)v}",
        "Gaussian, new real points in every generation, one sample size, a sampling that keeps means and multiplies "
        "variances, (1 − α)v below 1",
        lambda setting: (
            _scaled(setting)
            and _plain(setting).mixture
            and setting.sizes.constant
            and (1 - _share(setting)) * _factor(setting) < 1
        ),
        _mixed_value,
        limit=lambda setting: setting.family.spread * _share(setting) / (1 - (1 - _share(setting)) * _factor(setting)),
    ),
    _theorem(
        "variance of selected points",
        "variance",
        r"\sigma_t^2 = v^{t-1}\sigma_0^2",
        "Gaussian, replacement, the largest of N points or a top share by a score of fixed correlation",
        _selects,
        lambda setting, t: setting.family.spread * _selected(setting)[1] ** (np.asarray(t, dtype=float) - 1),
        limit=lambda setting: 0.0,
    ),
    _theorem(
        "mean of selected points",
        "location",
        r"\mu_t = \mu_0 + e\sigma_0\,\frac{1 - v^{(t-1)/2}}{1-\sqrt v}",
        "Gaussian, replacement, the largest of N points or a top share by a score of fixed correlation",
        _selects,
        _climbed,
        limit=_climb_limit,
        proof=_prove_climb,
    ),
    _theorem(
        "variance of softly verified points",
        "variance",
        r"\sigma_t^2 = \frac{\sigma_0^2 s^2}{s^2 + (t-1)\sigma_0^2}",
        "Gaussian, replacement, acceptance by distance from a centre",
        _verified,
        _verified_variance,
        limit=lambda setting: 0.0,
        proof=_prove_verified,
    ),
    _theorem(
        "mean of softly verified points",
        "location",
        r"\mu_t = \frac{\mu_0 s^2 + (t-1)\sigma_0^2 c}{s^2 + (t-1)\sigma_0^2}",
        "Gaussian, replacement, acceptance by distance from a centre",
        _verified,
        _verified_mean,
        limit=lambda setting: float(setting.sampling.center),
        proof=_prove_verified,
    ),
    _theorem(
        "probability of a type that is weighed",
        "probability_of",
        r"p_{t,i} = \frac{p_{0,i}w_i^{t-1}}{\sum_j p_{0,j}w_j^{t-1}}",
        "categorical, replacement, types likelier by fixed weights: a reward without a bound on choices, a fitness "
        "advantage, a verifier of what is written without error",
        _weighed,
        _tilted_value,
        limit=_tilted_limit,
    ),
    _theorem(
        "probability of a type at a temperature",
        "probability_of",
        r"p_{t,i} \propto p_{0,i}^{T^{-(t-1)}}",
        "categorical, replacement, points of a temperature T",
        _cooled,
        _cooled_value,
        limit=_cooled_limit,
    ),
)
