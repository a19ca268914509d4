"""C7: every refit lowers the entropy."""

from collections.abc import Iterator
from math import prod

import collapse_theory as ct


def steps(largest: int) -> Iterator[ct.Case]:
    """All counts of 2, 3, … points of at most three types, with all counts that can follow them."""
    for n in range(2, largest + 1):
        for before in sorted({tuple(sorted(counts)) for counts in ct.wright_fisher.exact.tables(n, min(n, 3))}):
            alive = tuple(count for count in before if count)
            yield from (ct.Case(before=alive, after=after) for after in ct.wright_fisher.exact.tables(n, len(alive)))


def margin(case: ct.Case) -> int:
    """Product of c^c over the counts after, less that before: the entropy is log n - (1/n) log Π c^c."""
    before, after = (prod(int(c) ** int(c) for c in counts) for counts in (case.before, case.after))
    return int(after - before)


def falls_on_average(case: ct.Case) -> float:
    """By how much the expected entropy of the next fit is below that of the present one."""
    entropy = ct.Recursion(ct.Categorical.from_counts(case.before), ct.Replace(), sample_size=case.n).entropy.mean
    return float(entropy(0) - entropy(1))


def proof() -> list[ct.Check]:
    """Jensen: -x log x is strictly concave, and each share N/n keeps its mean p and is not certain."""
    import sympy

    n, p, s, x = sympy.symbols("n p s x", positive=True)
    mean = sympy.diff((1 - p + p * s) ** n, s).subs(s, 1) / n
    return [
        ct.Check("(-x log x)'' = -1/x < 0 for x > 0", sympy.diff(-x * sympy.log(x), x, 2).is_negative is True),
        ct.Check("E N/n = p for every n and p", sympy.simplify(mean - p) == 0),
    ]


claim = ct.Claim(
    "Entropy falls monotonically",
    tuple(steps(5)),
    margin,
    boundary="holds",
    expected="REFUTED",
    number="C7",
    said="Zenil, 2026",
    statistic="one run",
    precisely=(
        "Categorical, replacement by n points. Whatever counts follow, the entropy of the fit does not rise; the "
        "margin is the product of c^c over the counts after less that before, whole numbers"
    ),
    because="a sample can be more even than the law that it is drawn from",
    true_when="its expectation over the next sample is meant",
    corrected=ct.Claim(
        "The expected entropy of the next fit is below that of the present one",
        ct.Cases(n=(1, 2, 3, 4, 10, 50), before=((1, 1), (1, 3), (1, 1, 1), (1, 1, 4), (1, 2, 3, 4))),
        falls_on_average,
        proof=proof,
        expected="PROVED",
        statistic="mean",
        precisely="Categorical with two types or more, replacement by n points; the margin is the expected loss.",
        because="the entropy is strictly concave, and the law is a martingale",
    ),
)
