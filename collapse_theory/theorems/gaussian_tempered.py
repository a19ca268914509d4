r"""A Gaussian at a temperature is an honest one with another divisor: theorems carried over, not proved again.

Let :math:`\tau_t^2 = T\sigma_t^2` be the variance of the points that generation t draws, :math:`\tau_0^2 = \sigma_0^2`
as real points are not cooled. Under replacement

.. math:: \tau_t^2 = \tau_{t-1}^2\,\frac{T\chi^2_{n-1}}{n-\delta} = \tau_{t-1}^2\,\frac{\chi^2_{n-1}}{n-\delta'},
   \qquad n - \delta' = \frac{n-\delta}{T},

and the fitted mean moves by a normal of variance :math:`\tau_{t-1}^2/n`: :math:`(\mu_t, \tau_t)` is the honest
recursion with the divisor :math:`n - \delta'`. So the fitted mean has its law, and :math:`\sigma_t^2` that of a
recursion whose source has the variance :math:`\sigma_0^2/T`. Cooling is dividing by more. Moments and drifts of the
spread are taken from :math:`\sigma_t^2(T) = T^{t-1}\sigma_t^2(1)` instead, where no digit of the divisor is lost.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from types import MappingProxyType
from typing import Any

import numpy as np

from collapse_theory.families import Gaussian
from collapse_theory.families.gaussian.location import LOCATION
from collapse_theory.families.gaussian.spread import SPREAD
from collapse_theory.regimes import Replace
from collapse_theory.sampling import Honest, Temperature
from collapse_theory.theorem import Check, Theorem
from collapse_theory.theorems.fate import FATES

POWERS = MappingProxyType({"variance": 1.0, "spread": 1.0, "sd": 0.5})
"""Powers of T by which the quantity grows beyond that of the honest recursion, per generation."""
SPREADS = ("variance", "sd", "log_variance", "spread")
LOCATIONS = ("location", "squared_location_error", "squared_location")


def tempered(setting: Any) -> bool:
    """A plug-in Gaussian at a temperature, every fit to points of the newest model, one sample size."""
    return (
        isinstance(setting.sampling, Temperature)
        and isinstance(setting.family, Gaussian)
        and bool(setting.family.two_moments and setting.regime.tableau(setting.sizes).replacement)
        and bool(setting.sizes.constant)
    )


@lru_cache(maxsize=512)
def equivalent(setting: Any, *, of_spread: bool) -> Any:
    """The honest recursion that has the law of the fitted means, or of the fitted variances from generation 1 on."""
    family, n, heat = setting.family, int(setting.sizes(1)), setting.sampling.temperature
    sd = family.sd / heat**0.5 if of_spread else family.sd
    divisor = (family.ddof + n * (heat - 1)) / heat  # δ' = n − (n − δ)/T, with the digits of δ where T is near 1
    return replace(setting, family=replace(family, sd=sd, ddof=divisor), sampling=Honest())


def unheated(setting: Any) -> Any:
    """The same recursion without the temperature."""
    return replace(setting, sampling=Honest())


def _heat(setting: Any, t: Any = 2) -> Any:
    """Log of T^(t − 1)."""
    return (np.asarray(t) - 1) * np.log(setting.sampling.temperature)


def _by_factor(theorem: Theorem) -> dict[str, Any]:
    """Values as honest ones times powers of T, where these are their moments and their drift."""
    power, log_value = POWERS.get(theorem.quantity), theorem.log_value
    if power is not None and theorem.statistic in ("mean", "std") and log_value is not None:

        def grown(setting: Any, t: Any) -> Any:
            return log_value(unheated(setting), t) + power * _heat(setting, t)

        return {"value": lambda setting, t: np.exp(grown(setting, t)), "log_value": grown}
    if power is not None and theorem.statistic == "growth_rate":
        return {"value": lambda setting: float(theorem.value(unheated(setting)) + power * _heat(setting))}
    if (theorem.quantity, theorem.statistic) == ("log_variance", "mean"):
        return {"value": lambda setting, t: theorem.value(unheated(setting), t) + _heat(setting, t)}
    return {}


def _carried(theorem: Theorem) -> Theorem:
    of_spread = theorem.quantity in SPREADS

    def on(function: Callable[..., Any] | None) -> Callable[..., Any] | None:
        if function is None:
            return None
        return lambda setting, *arguments: function(equivalent(setting, of_spread=of_spread), *arguments)

    def formula(setting: Any, *arguments: Any) -> Any:
        import sympy

        from collapse_theory.symbols import ddof, n, sigma0, tau

        assert theorem.formula is not None
        honest = theorem.formula(equivalent(setting, of_spread=of_spread), *arguments)
        source = {sigma0: sigma0 / sympy.sqrt(tau)} if of_spread else {}
        return honest.subs({ddof: n - (n - ddof) / tau, **source}, simultaneous=True)

    carried = replace(
        theorem,
        title=f"{theorem.title}, at a temperature",
        statement=r"\delta \to n - (n-\delta)/T"
        + (r",\; \sigma_0^2 \to \sigma_0^2/T" if of_spread else "")
        + rf":\quad {theorem.statement}",
        conditions=f"points of a temperature T, Gaussian, one sample size; {theorem.conditions}",
        source=f"docs/theory/sampling; {theorem.source}",
        holds=lambda setting: tempered(setting) and theorem.holds(equivalent(setting, of_spread=of_spread)),
        value=lambda setting, *rest: theorem.value(equivalent(setting, of_spread=of_spread), *rest),
        log_value=on(theorem.log_value),
        formula=formula if theorem.formula is not None else None,
        reference=on(theorem.reference),
        limit=on(theorem.limit),
        proof=_prove_equivalence,
        any_sampling=True,
    )
    return replace(carried, **_by_factor(theorem))


def _prove_equivalence() -> tuple[Check, ...]:
    """The multiplier of the sampled variance, cooled, is that of the other divisor."""
    import sympy

    from collapse_theory.symbols import ddof, n, tau

    chi, other = sympy.Symbol("chi", positive=True), n - (n - ddof) / tau
    return (
        Check("T χ²/(n − δ) = χ²/(n − δ′)", sympy.simplify(tau * chi / (n - ddof) - chi / (n - other)) == 0),
        Check("δ′ = δ at T = 1", sympy.simplify(other.subs(tau, 1) - ddof) == 0),
    )


TEMPERED: tuple[Theorem, ...] = tuple(
    _carried(theorem)
    for theorem in (*SPREAD, *LOCATION, *Replace.known, FATES[0])
    if theorem.exact and theorem.quantity in (*SPREADS, *LOCATIONS)
)
