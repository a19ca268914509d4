"""C10: n-gram models end like bags of words."""

from fractions import Fraction

import collapse_theory as ct

EVEN = {2: [[0.5, 0.5], [0.5, 0.5]], 3: [[0.4, 0.3, 0.3], [0.3, 0.4, 0.3], [0.3, 0.3, 0.4]]}


def ends(case: ct.Case) -> dict[tuple[int, ...], Fraction]:
    """Exact chances of the cycles in which the bigram recursion ends."""
    return dict(ct.MarkovChain(EVEN[case.states]).ends(case.n).probabilities)


def margin(case: ct.Case) -> Fraction:
    """Minus the chance that the recursion ends in a cycle of two states or more."""
    return -sum((chance for cycle, chance in ends(case).items() if len(cycle) > 1), start=Fraction(0))


def certain(case: ct.Case) -> Fraction:
    """Minus the chance that it does not end in a cycle."""
    return sum(ends(case).values(), start=Fraction(0)) - 1


claim = ct.Claim(
    "A Markov model ends in a point mass too",
    ct.Cases(n=range(1, 5), states=(2, 3)).where(lambda case: case.n + case.states < 7),
    margin,
    boundary="holds",
    expected="REFUTED",
    number="C10",
    said="a common extension of the theorem on discrete laws",
    statistic="almost every run",
    precisely=(
        "Bigram model of 2 or 3 states, replacement by one path of n transitions, a row that was not left filled with "
        "the shares of the states. In the end one state repeats; the margin is minus the chance of a longer cycle"
    ),
    because="a model whose every row has one successor repeats its path: any cycle is as absorbing as a single state",
    true_when="any cycle counts, the loop of repeated phrases with it",
    corrected=ct.Claim(
        "A Markov model ends in a cycle of states, with probability one",
        ct.Cases(n=range(1, 5), states=(2, 3)).where(lambda case: case.n + case.states < 7),
        certain,
        boundary="holds",
        expected="HOLDS",
        statistic="almost every run",
        precisely="The same; minus the chance of ending in no cycle of one state or more, in fractions.",
        because="certain models alone absorb, and from every model one can be reached",
    ),
)
