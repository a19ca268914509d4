r"""What becomes of a refitted chain: certain under replacement, for ever random where something brings edges back."""

from __future__ import annotations

from typing import Any

from collapse_theory.families import AddAlpha, BackOff, MarkovChain
from collapse_theory.families.markov_chain.exact_ends import ends
from collapse_theory.theorem import Check, Theorem
from collapse_theory.theorems.fate import Fate


def _losing(setting: Any) -> bool:
    """Replacement whose fits keep no chance for what a sample lacks, by paths that can go round the longest cycle."""
    family = setting.family
    return (
        isinstance(family, MarkovChain)
        and setting.tableau.replacement
        and setting.sizes.constant
        and not isinstance(family.smoothing, (AddAlpha, BackOff))
        and (family.unseen_row in ("previous", "end") or setting.sizes(1) >= family.matrix.states)
    )


def _mutating(setting: Any) -> bool:
    """Replacement in which every fit gives a chance to every transition of an irreducible source of several ways."""
    family = setting.family
    if not (isinstance(family, MarkovChain) and setting.tableau.replacement and setting.sizes.constant):
        return False
    matrix = family.matrix
    if isinstance(family.smoothing, BackOff):
        return bool(matrix.states > 1 and matrix.irreducible and matrix.rows.diagonal().any())
    return isinstance(family.smoothing, AddAlpha) and bool(matrix.states > 1 and setting.sizes(1) > 1)


def _prove_the_end() -> tuple[Check, ...]:
    """Exact fractions over every rule that brings nothing back, and over smoothing that does."""
    matrix = [[0.7, 0.3], [0.4, 0.6]]
    rules: list[dict[str, Any]] = [
        {"unseen_row": row} for row in ("unigram", "uniform", "previous", "end", "cyclic", "source")
    ]
    rules += [{"start": start} for start in ("stationary", "last")]
    chains = [MarkovChain(matrix, **options) for options in rules]
    kept = [MarkovChain(matrix, smoothing=smoothing) for smoothing in (AddAlpha(1), BackOff(2))]
    ended = {chain: sum(ends(chain, 4).probabilities.values()) for chain in (*chains, *kept)}
    return (
        *(Check(f"every run of {chain!r} ends, n = 4", ended[chain] == 1) for chain in chains),
        *(Check(f"no run of {chain!r} ends, n = 4", ended[chain] == 0) for chain in kept),
    )


MARKOV_FATES: tuple[Theorem, ...] = (
    Theorem(
        title="fate of a chain that is refitted on its own path",
        quantity="entropy_rate",
        statistic="fate",
        road="closed form",
        statement=r"h_t = 0 \text{ from some generation on}",
        conditions="replacement, one sample size, no smoothing or a discount to the sample's own unigram; paths at "
        "least as long as there are states, unless the unseen row is the previous one or none",
        source="docs/theory/markov_chain",
        holds=_losing,
        value=lambda setting: Fate("collapses", "entropy rate in the end", 0.0),
        proof=_prove_the_end,
    ),
    Theorem(
        title="fate of a smoothed chain",
        quantity="entropy_rate",
        statistic="fate",
        road="closed form",
        statement=r"\text{the tables of counts are an irreducible, aperiodic chain}",
        conditions="replacement, one sample size, several states; add-alpha with paths of two transitions or more, or "
        "backing off to an irreducible source that can stay in some state",
        source="docs/theory/markov_chain",
        holds=_mutating,
        value=lambda setting: Fate("stationary", "number of transitions that can be lost for ever", 0.0),
        proof=_prove_the_end,
    ),
)
