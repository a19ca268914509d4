r"""Definitions 3, 4, 6, 7 and 8 for a Gaussian, from its two second moments and the fate of a run.

With :math:`V = E\sigma_t^2` and :math:`M = E(\mu_t-\mu_0)^2` in units of :math:`\sigma_0^2`:

* :math:`\max(M, (1-\sqrt V)^2) \le E W_2^2 \le M + V + 1`, so it diverges with one of the two, and only then;
* :math:`2\,\mathrm{KL}(\text{model}\|\text{source}) = A + \sigma_t^2 - 1 - \log\sigma_t^2`, whose mean diverges with V,
  with M, and where :math:`\sigma_t` goes to 0 or to infinity along almost every run (Fatou);
* the mean tail about the source's centre is at most :math:`(V+M)/k^2` (Chebyshev).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

from collapse_theory.meanings.long_run import (
    LongRun,
    exactly,
    fate_of,
    fate_theorem,
    long_run,
    shown,
    title,
)
from collapse_theory.meanings.record import Over, Reading, Verdict
from collapse_theory.quantities import Quantity
from collapse_theory.recursion import Recursion
from collapse_theory.regimes import AccumulateFresh
from collapse_theory.tableau.step import REAL, absent
from collapse_theory.theorems.fate import Fate

TAIL = 3.0
"""Source standard deviations from which a tail is counted."""
INVERTIBLE = 4
"""Points of which 1/SS has a finite mean."""
W2, TO_SOURCE, TO_MODEL = "squared Wasserstein distance", "KL(model‖source)", "KL(source‖model)"
OWN, FAR = "mass beyond 3 σ₀ of own centre", "mass beyond 3 σ₀ of the source"
MEAN: Over = "mean over runs"
RUN: Over = "one run"


@dataclass(frozen=True)
class Judged:
    """What a Gaussian recursion is judged by.

    Parameters
    ----------
    recursion : Recursion
        Of a Gaussian.
    horizon : int
        Generation whose exact values stand where limits are not known.
    """

    recursion: Recursion
    horizon: int

    @cached_property
    def spread(self) -> LongRun:
        """Long run of the expected variance."""
        return long_run(self.recursion.variance.mean, self.horizon)

    @cached_property
    def error(self) -> LongRun:
        """Long run of the expected squared error of the fitted mean."""
        return long_run(self.recursion.squared_location_error.mean, self.horizon)

    @cached_property
    def fate(self) -> tuple[Fate | None, str]:
        """Fate of a run, and in words."""
        return fate_of(self.recursion)

    @property
    def by(self) -> str:
        """Title of the theorem about the fate."""
        return title(fate_theorem(self.recursion))

    @property
    def becomes(self) -> str:
        """Verdict of the fate, empty where it is not known."""
        return "" if self.fate[0] is None else self.fate[0].verdict

    @property
    def bounded(self) -> bool | None:
        """Whether both second moments stay bounded."""
        if False in (self.spread.finite, self.error.finite):
            return False
        return True if self.spread.finite and self.error.finite else None

    def run(self, what: str, verdicts: dict[str, Verdict], told: str = "") -> Reading:
        """Reading along almost every run, by its fate; unknown where it wanders or no theorem decides it."""
        fate, words = self.fate
        verdict: Verdict = "unknown" if fate is None else verdicts.get(fate.verdict, "no")
        return Reading(what, RUN, verdict, told or words, None if fate is None else fate.value, self.by)

    # -------------------------------------------------------------------------------------------------- definition 3
    def diverging(self) -> tuple[Reading, ...]:
        """The squared Wasserstein distance and both divergences, in the mean and along a run."""
        ends: dict[str, Verdict] = {"collapses": "yes", "explodes": "yes", "wanders": "unknown"}
        to_model = self.run(TO_MODEL, ends)
        return (
            self._wasserstein(),
            self._wasserstein_of_a_run(),
            self._divergence(TO_SOURCE, self.recursion.kl_model_source, self._logs_bounded()),
            self.run(TO_SOURCE, ends),
            self._divergence(TO_MODEL, self.recursion.kl_source_model, self._precision_bounded()),
            to_model,
        )

    def _by_theorem(self, quantity: Quantity) -> LongRun | None:
        """Limit of a mean by a theorem that costs nothing, that is, not where the fate says that it settles."""
        if self.becomes == "settles":
            return None
        found = long_run(quantity.mean, self.horizon)
        return None if found.limit is None else found

    def _wasserstein(self) -> Reading:
        found = self._by_theorem(self.recursion.wasserstein2_squared)
        if found is not None and found.limit is not None:
            return Reading(W2, MEAN, "no" if found.finite else "yes", found.told, found.limit, found.theorem)
        if self.bounded is False:
            worse = self.spread if self.spread.finite is False else self.error
            name = "expected variance" if self.spread.finite is False else "squared error of the mean"
            return Reading(W2, MEAN, "yes", f"as the {name}: {worse.told}", math.inf, worse.theorem)
        if self.bounded:
            if self.spread.limit is None or self.error.limit is None:
                return Reading(W2, MEAN, "no", "at most V + M + 1, both of them finite", None, self.spread.theorem)
            most = self.spread.limit + self.error.limit + self.recursion.family.spread
            return Reading(W2, MEAN, "no", f"limit at most V + M + σ₀² = {shown(most)}", most, self.spread.theorem)
        return Reading(W2, MEAN, "unknown", self.error.told)

    def _wasserstein_of_a_run(self) -> Reading:
        if self.becomes and not self.recursion.sampling.keeps_means(self.recursion.family):
            return Reading(W2, RUN, "unknown", "the sampling moves the centre; no theorem tells how far")
        told = "the centre settles as the variance goes to 0" if self.becomes == "collapses" else ""
        return self.run(W2, {"explodes": "yes", "wanders": "unknown"}, told)

    def _divergence(self, what: str, quantity: Quantity, bounded: str) -> Reading:
        """A divergence in the mean: by its theorem, by Fatou's lemma, by its moments, or by a bound in words."""
        found = self._by_theorem(quantity)
        if found is not None and found.limit is not None:
            return Reading(what, MEAN, "no" if found.finite else "yes", found.told, found.limit, found.theorem)
        if self.becomes in ("collapses", "explodes"):
            return Reading(
                what, MEAN, "yes", "it diverges along every run, so its mean does (Fatou)", math.inf, self.by
            )
        if what == TO_SOURCE and self.bounded is False:
            return Reading(what, MEAN, "yes", "as the expected second moments", math.inf, self.spread.theorem)
        if self.bounded and bounded:
            return Reading(what, MEAN, "no", bounded, None, self.by)
        return Reading(what, MEAN, "unknown", "no theorem is known about this mean")

    def _logs_bounded(self) -> str:
        """Why E log σ_t² has a lower bound, empty where that is not known: real points in every fit, or a pool."""
        step, recursion = self.recursion.tableau, self.recursion
        if not (recursion.sampling.honest and recursion.sizes.constant) or self.spread.limit == 0:
            return ""
        if step.accumulation and self.becomes == "settles":
            return "the log-variance converges with its mean"
        if step.anchored:
            return "new real points bound E log σ² from below"
        return "a kept set bounds E log σ² from below" if self._held >= 2 else ""

    def _precision_bounded(self) -> str:
        """Why E (1 + A)/σ_t² is bounded, empty where it is not known: four points or more that stay in the fit."""
        recursion, step = self.recursion, self.recursion.tableau
        if not recursion.sampling.honest:
            return ""
        pooled = step.accumulation and recursion.sizes.constant and int(recursion.sizes(1)) >= INVERTIBLE
        if pooled and self.becomes == "settles":
            return "bounded for n ≥ 4: the factors of the pool's variance are independent"
        if not recursion.sizes.constant:
            return ""
        fresh = 0 if step.thinned or isinstance(recursion.regime, AccumulateFresh) else step.drawn[REAL]
        if not absent(fresh) and fresh >= INVERTIBLE:
            return "bounded: four new real points or more are in every fit"
        return "bounded: four kept points or more are in every fit" if self._held >= INVERTIBLE else ""

    @property
    def _held(self) -> int:
        """Points in slots that keep what they hold."""
        step = self.recursion.tableau
        return int(sum(step.stored[slot - 1] for slot in step.frozen))

    # -------------------------------------------------------------------------------------------------- definition 4
    def collapsing(self) -> tuple[Reading, ...]:
        """The variance in the mean and along a run, and the expected standard deviation where a run collapses."""
        found, name = self.spread, "variance"
        if found.limit is not None or found.finite is False:
            verdict: Verdict = "yes" if found.limit == 0 else "no"
            mean = Reading(
                name, MEAN, verdict, f"{found.told}; the source's {self._source}", found.limit, found.theorem
            )
        else:
            kept = self.becomes in ("settles", "stationary")
            why = "every run stays positive, so its mean does (Fatou)" if kept else found.told
            mean = Reading(name, MEAN, "no" if kept else "unknown", why, None, self.by if kept else "")
        sd = long_run(self.recursion.sd.mean, self.horizon) if self.becomes == "collapses" else None
        if sd is None or sd.limit is None or found.limit == 0:
            return mean, self.run(name, {"collapses": "yes"})
        root = Reading("standard deviation", MEAN, "yes" if sd.limit == 0 else "no", sd.told, sd.limit, sd.theorem)
        return mean, root, self.run(name, {"collapses": "yes"})

    @property
    def _source(self) -> str:
        return shown(float(self.recursion.family.spread))

    # -------------------------------------------------------------------------------------------------- definition 7
    def lost_tail(self) -> tuple[Reading, ...]:
        """The tail about the model's own centre: at once, in the mean and along a run."""
        quantity = self.recursion.own_tail_mass(TAIL)
        lost: dict[str, Verdict] = {"collapses": "yes"}
        run = self.run(OWN, lost)
        theorem = self._by_theorem(quantity)
        if theorem is not None and theorem.limit is not None:
            mean = Reading(
                run.what, MEAN, "yes" if theorem.limit == 0 else "no", theorem.told, theorem.limit, theorem.theorem
            )
        else:
            mean = Reading(run.what, MEAN, run.verdict, "as in every run, by bounded convergence", None, self.by)
            if run.verdict == "unknown":
                mean = Reading(run.what, MEAN, "unknown", self.fate[1])
        first, at_source = exactly(quantity.mean, 1), quantity.source_value
        if first is None or self.becomes != "collapses":
            return mean, run
        verdict: Verdict = "no" if first > at_source else "yes"
        change = f"{shown(100 * abs(first / at_source - 1))} %"
        moves = f"first rises by {change}" if verdict == "no" else f"falls by {change} at once"
        title_of = title(quantity.mean.theorem)
        return mean, run, Reading("own-centre mass at generation 1", MEAN, verdict, moves, first, title_of)

    # -------------------------------------------------------------------------------------------------- definition 8
    def invented(self) -> tuple[Reading, ...]:
        """The tail about the source's centre, in the mean and along a run."""
        quantity = self.recursion.tail_mass(TAIL)
        at_source = quantity.source_value
        value = exactly(quantity.mean, self.horizon) if self.recursion.sizes.constant else None
        mean = self._far(value, at_source, quantity)
        return mean, self._far_of_a_run(value)

    def _far(self, value: float | None, at_source: float, quantity: Quantity) -> Reading:
        what = FAR
        if self.becomes == "explodes":
            return Reading(what, MEAN, "yes", "limit 1, as every run's spread explodes", 1.0, self.by)
        if self.becomes == "recovers":
            return Reading(what, MEAN, "no", f"limit {shown(at_source)}, the source's own", at_source, self.by)
        if value is not None:
            told = f"{shown(value)} at generation {self.horizon}; source's {shown(at_source)}"
            verdict: Verdict = "yes" if value > at_source else "no"
            return Reading(what, MEAN, verdict, told, value, title(quantity.mean.theorem))
        if self.spread.limit is not None and self.error.limit is not None and self.bounded:
            most = (self.spread.limit + self.error.limit) / self.recursion.family.spread / TAIL**2
            if most < 1:
                told = f"at most (V + M)/9 = {shown(most)}; source's {shown(at_source)}"
                return Reading(what, MEAN, "bounded", told, most, self.spread.theorem)
        if self.bounded:
            return Reading(what, MEAN, "bounded", "by a moment: V and M stay finite", None, self.spread.theorem)
        return Reading(what, MEAN, "unknown", f"V: {self.spread.told}; M: {self.error.told}")

    def _far_of_a_run(self, value: float | None) -> Reading:
        what = FAR
        verdicts: dict[str, Verdict] = {"explodes": "yes", "wanders": "unknown", "collapses": "unknown"}
        if self.becomes in ("settles", "stationary"):
            verdicts[self.becomes] = "bounded"
        if self.becomes != "collapses":
            return self.run(what, verdicts)
        share = value
        told = f"all or nothing in the end; {shown(value or 0.0)} on average"
        if share is None and self.error.limit is not None:
            share = self.error.limit / self.recursion.family.spread / TAIL**2
            told = f"all or nothing in the end; at most {shown(share)} on average"
        if share is None or share >= 0.5:
            return Reading(what, RUN, "unknown", "all or nothing in the end; the chances are not known", None, self.by)
        return Reading(what, RUN, "no", told, share, self.by)


def modes() -> tuple[Reading, ...]:
    """Definition 6: one Gaussian has one mode."""
    return (Reading("modes of the source", "every model", "needs a mixture", "one Gaussian has one mode"),)
