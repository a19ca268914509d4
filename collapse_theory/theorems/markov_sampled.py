r"""A chain at a temperature: the log-odds of every row are multiplied by 1/T, round after round.

The path of generation t ≥ 2 is walked through the rows :math:`P_{ij}^{1/T}/\sum_k P_{ik}^{1/T}`. A long path refits
them, so that :math:`P_{t,ij} \propto P_{0,ij}^{T^{-(t-1)}}`. Rows keep their zeros and get no others: what can happen
to a table of counts, and with it whether a run ends, is the same at every temperature.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from collapse_theory.families import MarkovChain
from collapse_theory.sampling import Temperature
from collapse_theory.theorem import Check, Theorem
from collapse_theory.theorems.markov_chain import MARKOV_FATES

PAGE = "docs/theory/sampling"


def _tempered(setting: Any) -> bool:
    return isinstance(setting.family, MarkovChain) and isinstance(setting.sampling, Temperature)


def _long_paths(setting: Any) -> bool:
    """Replacement by long paths of an irreducible source, which leave every state and need no fallback."""
    return _tempered(setting) and bool(setting.regime.tableau(setting.sizes).replacement) and _irreducible(setting)


def _irreducible(setting: Any) -> bool:
    return bool(setting.family.matrix.irreducible)


def _row(setting: Any, a: Any) -> Any:
    row = np.zeros(setting.family.matrix.states)
    matrix, i = setting.family.matrix, setting.family.index(a)
    span = slice(matrix.starts[i], matrix.starts[i + 1])
    row[matrix.targets[span]] = matrix.probabilities[span]
    return row


def _value(setting: Any, t: Any, a: Any, b: Any) -> Any:
    from scipy.special import logsumexp

    row, j = _row(setting, a), setting.family.index(b)
    if not row[j]:
        return np.zeros(np.shape(t))
    with np.errstate(over="ignore"):
        power = np.exp(-(np.asarray(t, dtype=float) - 1) * np.log(setting.sampling.temperature))
    alive = row > 0
    relative = np.log(row[alive] / row.max())
    logs = np.minimum(power, 1e300)[..., None] * relative
    place = np.count_nonzero(alive[:j])
    return np.exp(logs[..., place] - logsumexp(logs, axis=-1))


def _limit(setting: Any, a: Any, b: Any) -> float:
    """Even on the likeliest targets where cooled, on all of them where heated."""
    row, j, heat = _row(setting, a), setting.family.index(b), setting.sampling.temperature
    if heat == 1:
        return float(row[j])
    left = row == row.max() if heat < 1 else row > 0
    return float(left[j] / left.sum())


def _prove_log_odds() -> tuple[Check, ...]:
    """One round on the claimed rows, and what it does to the odds."""
    import sympy

    p, q, r, heat = sympy.symbols("p q r T", positive=True)
    t = sympy.Symbol("t", positive=True)

    def row(power: Any) -> list[Any]:
        parts = [x**power for x in (p, q, r)]
        return [part / sum(parts) for part in parts]

    before, after = row(heat ** (1 - t)), row(heat**-t)
    cooled = [x ** (1 / heat) for x in before]
    odds, claimed = (sympy.expand_log(sympy.log(x[0] / x[1]), force=True) for x in (cooled, after))
    return (
        Check("log-odds are multiplied by 1/T", sympy.simplify(sympy.expand(odds - claimed)) == 0),
        Check("P_1 = P_0", [x.subs(t, 1) for x in before] == [x / (p + q + r) for x in (p, q, r)]),
    )


def _prove_support() -> tuple[Check, ...]:
    """The same edges at every temperature, and the ends of the honest chain."""
    chain = MarkovChain([[0.8, 0.2, 0], [0, 0.6, 0.4], [0.5, 0, 0.5]])
    honest = chain.matrix.dense > 0
    same = (bool(np.all((chain.temper(chain.source(1), heat)[0][0] > 0) == honest)) for heat in (0.2, 0.9, 5.0))
    proof = MARKOV_FATES[0].proof
    assert proof is not None
    return (Check("rows to the power 1/T have the same edges, T = 0.2, 0.9, 5", all(same)), *proof())


def _long(title: str, quantity: str, statement: str, value: Any, limit: Any) -> Theorem:
    return Theorem(
        title=f"{title} at a temperature, long paths",
        quantity=quantity,
        statistic="population",
        road="closed form",
        statement=statement,
        conditions="Markov chain, irreducible source, replacement, paths through rows of a temperature T; sample sizes "
        "that grow without bound, in fixed proportions",
        source=PAGE,
        holds=_long_paths,
        value=value,
        limit=limit,
        proof=_prove_log_odds,
        any_sampling=True,
    )


def _at_a_temperature(theorem: Theorem) -> Theorem:
    return replace(
        theorem,
        title=f"{theorem.title}, at a temperature",
        conditions=f"paths through rows of a temperature T; {theorem.conditions}",
        source=PAGE,
        holds=lambda setting: _tempered(setting) and theorem.holds(setting),
        proof=_prove_support,
        any_sampling=True,
    )


MARKOV_SAMPLED: tuple[Theorem, ...] = (
    _long(
        "probability of a transition",
        "transition_probability",
        r"P_{t,ij} = \frac{P_{0,ij}^{T^{-(t-1)}}}{\sum_k P_{0,ik}^{T^{-(t-1)}}}",
        _value,
        _limit,
    ),
    _long(
        "probability of staying",
        "self_transition",
        r"P_{t,ii} = \frac{P_{0,ii}^{T^{-(t-1)}}}{\sum_k P_{0,ik}^{T^{-(t-1)}}}",
        lambda setting, t, label: _value(setting, t, label, label),
        lambda setting, label: _limit(setting, label, label),
    ),
    *(_at_a_temperature(theorem) for theorem in MARKOV_FATES),
)
