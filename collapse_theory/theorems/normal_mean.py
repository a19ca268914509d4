"""What becomes of a mean that is refitted with known variance."""

from __future__ import annotations

from typing import Any

from collapse_theory.families import NormalMean
from collapse_theory.regimes import AccumulateFresh
from collapse_theory.tableau import feedback
from collapse_theory.tableau.linear_map import settled
from collapse_theory.tableau.step import MODEL, absent
from collapse_theory.theorem import Theorem
from collapse_theory.theorems.fate import Fate

PAGE = "docs/theory/normal_mean"


def _normal(setting: Any) -> bool:
    return isinstance(setting.family, NormalMean) and not setting.tableau.screen


def _diverging(setting: Any) -> bool:
    return _normal(setting) and setting.tableau.replacement and setting.sizes.reciprocal_sum_converges is False


def _converging(setting: Any) -> bool:
    return _normal(setting) and setting.tableau.replacement and bool(setting.sizes.reciprocal_sum_converges)


def _accumulated(setting: Any) -> bool:
    return _normal(setting) and bool(setting.tableau.accumulation)


def _tied(setting: Any) -> bool:
    return _normal(setting) and settled(setting) and feedback.pinned(setting.tableau)


def _loose(setting: Any) -> bool:
    free = _normal(setting) and settled(setting) and not setting.tableau.replacement
    return free and not feedback.pinned(setting.tableau)


def _tied_fate(setting: Any) -> Fate:
    step = setting.tableau
    because = "real points, new or kept, hold its squared error at a multiple of the variance"
    verdict: Any = "settles" if not step.anchored and absent(step.drawn[MODEL]) else "stationary"
    return Fate(verdict, because, float(setting.squared_location_error.mean.limit / setting.family.spread))


def _fate(title: str, statement: str, conditions: str, holds: Any, value: Any) -> Theorem:
    return Theorem(
        title=f"fate of a mean of known variance {title}",
        quantity="location",
        statistic="fate",
        road="closed form",
        statement=statement,
        conditions=f"known variance; {conditions}",
        source=PAGE,
        holds=holds,
        value=value,
    )


NORMAL_MEAN: tuple[Theorem, ...] = (
    _fate(
        "under replacement",
        r"\limsup_t \mu_t = \infty,\ \liminf_t \mu_t = -\infty",
        "replacement, an infinite sum of 1/n_t",
        _diverging,
        lambda setting: Fate("wanders", "the sum of 1/n_t diverges; drift of the mean per generation", 0.0),
    ),
    _fate(
        "under replacement with fast growing samples",
        r"\mu_t \to \mu_\infty,\ \operatorname{Var}\mu_\infty = \sigma^2\sum_t 1/n_t",
        "replacement, a finite sum of 1/n_t",
        _converging,
        lambda setting: Fate("settles", "the sum of 1/n_t converges; drift of the mean per generation", 0.0),
    ),
    _fate(
        "under accumulation",
        r"\mu_t \to \mu_\infty,\ \operatorname{Var}\mu_\infty \le 2\sigma^2/n_1",
        "accumulation, any sample sizes",
        _accumulated,
        lambda setting: Fate("settles", "the sum of n_t/N_t² converges; drift of the mean per generation", 0.0),
    ),
    _fate(
        "with real points, new or kept",
        r"\text{a linear map of means whose gain is below 1}",
        "real points in every generation or a kept set of them, one sample size",
        _tied,
        _tied_fate,
    ),
    _fate(
        "where nothing real is kept",
        r"\text{a random walk, seen through a window}",
        "no real points and no kept slot, one sample size, a step that does not change any more",
        _loose,
        lambda setting: Fate("wanders", "nothing ties the mean to the source; drift of the mean per generation", 0.0),
    ),
    _fate(
        "of a pool with new real points",
        r"M_t \to 0",
        "accumulation with new real points, one sample size",
        lambda setting: _normal(setting) and isinstance(setting.regime, AccumulateFresh) and setting.sizes.constant,
        lambda setting: Fate(
            "recovers",
            "the pool fills with real points; their share of each batch",
            float(setting.regime.step(2, setting.sizes).drawn[0] / setting.sizes(1)),
        ),
    ),
)
