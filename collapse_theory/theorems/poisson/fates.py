"""What becomes of a run in the end."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

from collapse_theory.regimes import Fresh, FreshMixture
from collapse_theory.schedules import Constant
from collapse_theory.tableau.linear_map import AffineMap, slotless
from collapse_theory.tableau.moments import M, exact_step_map
from collapse_theory.theorem import Check, Theorem
from collapse_theory.theorems.fate import Fate
from collapse_theory.theorems.poisson.data import (
    PAGE,
    accumulated,
    diverging,
    expected,
    poisson,
    replaced,
)
from collapse_theory.theorems.poisson.extinction import prove_certainty


def _prove_kept() -> tuple[Check, ...]:
    """Relative variance that a single count has still to gather, at most 1: its line keeps a positive share."""
    import sympy

    total, added = sympy.symbols("N n", positive=True)
    gathered = added / (total + added) ** 2
    bound = 1 / total - 1 / (total + added)
    excess = sympy.simplify((bound - gathered) * total * (total + added) ** 2 / added**2)
    return (
        Check("n_j/N_j² ≤ 1/N_{j−1} − 1/N_j", excess == 1),
        Check(
            "so P(share > 0) ≥ 1/(1 + Var) ≥ 1/2", sympy.limit(total * (1 / total - 1 / added), added, sympy.oo) == 1
        ),
    )


def _prove_pull() -> tuple[Check, ...]:
    """The part of an error that one generation leaves, in fractions: below 1 with any fresh data."""
    checks = []
    for regime in (Fresh(real=1), Fresh(share=0.5), FreshMixture(share=0.25)):
        for n in (4, 10, 60):
            step = regime.step(2, Constant(n))
            share = Fraction(str(step.share)) or Fraction(int(step.drawn[0]), n)
            exact = exact_step_map(step, 0)[M][M]
            noise = share * (1 - share) / n if step.share else 0
            checks.append(Check(f"{regime!r}, n = {n}", exact == (1 - share) ** 2 + noise < 1))
    return tuple(checks)


def _fate(title: str, statement: str, conditions: str, holds: Any, value: Any, proof: Any) -> Theorem:
    return Theorem(
        title=f"fate of a Poisson rate {title}",
        quantity="rate",
        statistic="fate",
        road="closed form",
        statement=statement,
        conditions=f"Poisson; {conditions}",
        source=PAGE,
        holds=holds,
        value=value,
        proof=proof,
    )


FATES: tuple[Theorem, ...] = (
    _fate(
        "under replacement",
        r"\lambda_t = 0 \text{ from some generation on}",
        "replacement, an infinite sum of 1/n_t",
        diverging,
        lambda setting: Fate("collapses", "the sum of 1/n_t diverges; chance that the rate is above 0 for ever", 0.0),
        prove_certainty,
    ),
    _fate(
        "under replacement with fast growing samples",
        r"\lambda_t \to \lambda_\infty,\quad P(\lambda_\infty > 0) > 0",
        "replacement, a finite sum of 1/n_t; the limit is 0 in the runs that die out",
        lambda setting: replaced(setting) and bool(setting.sizes.reciprocal_sum_converges),
        lambda setting: Fate(
            "settles",
            "the sum of 1/n_t converges, so a run that has not died out stops moving; drift per generation",
            0.0,
        ),
        prove_certainty,
    ),
    _fate(
        "under accumulation",
        r"\lambda_t \to \lambda_\infty,\quad P(\lambda_\infty = 0) = e^{-n_1\lambda_0}",
        "accumulation, any sample sizes; above 0 unless the first sample is all zeros",
        accumulated,
        lambda setting: Fate(
            "settles", "chance that the first sample is all zeros and the rate 0 for ever", math.exp(-expected(setting))
        ),
        _prove_kept,
    ),
    _fate(
        "with fresh data",
        r"\text{stationary, } E(\lambda_t-\lambda_0)^2 \text{ bounded}",
        "new real points in every generation, one sample size",
        lambda setting: poisson(setting) and setting.tableau.mixture and slotless(setting),
        lambda setting: Fate(
            "stationary",
            "new real points pull it back, by a share of its squared error per generation",
            AffineMap.of_family(setting).slow_gap,
        ),
        _prove_pull,
    ),
)

QUANTILE_LIMIT = Theorem(
    title="limit of the quantiles of a Poisson rate under replacement",
    quantity="rate",
    statistic="quantile_limit",
    road="closed form",
    statement=r"\lim_t Q_q(\lambda_t) = 0",
    conditions="Poisson; replacement, an infinite sum of 1/n_t",
    source=PAGE,
    holds=diverging,
    value=lambda setting, q: 0.0,
    proof=prove_certainty,
)
