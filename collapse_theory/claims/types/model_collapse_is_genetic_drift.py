"""C13: the bag of words as a population of n haploid individuals."""

from collections import Counter
from fractions import Fraction
from itertools import product

import collapse_theory as ct


def offspring(counts: tuple[int, ...]) -> dict[tuple[int, ...], Fraction]:
    """Law of the types of n children that each choose one of n parents, by going through all n^n choices."""
    parents = [kind for kind, count in enumerate(counts) for _ in range(count)]
    n = len(parents)
    families = Counter(
        tuple(children.count(kind) for kind in range(len(counts))) for children in product(parents, repeat=n)
    )
    return {after: Fraction(number, n**n) for after, number in families.items()}


def margin(case: ct.Case) -> Fraction:
    """Minus the largest difference between the laws of the children's types and of the refitted model's sample."""
    n = sum(case.counts)
    children = offspring(case.counts)
    sample = ct.wright_fisher.exact.counts_law([Fraction(c, n) for c in case.counts], [n])
    return -max(abs(chance - children.get(after, Fraction(0))) for after, chance in sample.items())


claim = ct.Claim(
    "Model collapse is genetic drift",
    tuple(
        ct.Case(counts=counts) for n in range(2, 6) for counts in ct.wright_fisher.exact.tables(n, 3) if all(counts[:2])
    ),
    margin,
    boundary="holds",
    expected="HOLDS",
    number="C13",
    said="public discussions, by analogy",
    statistic="law",
    precisely=(
        "Categorical, replacement by n points. Sampling n points from the fit to n points has the law of n haploid "
        "children who each choose a parent at random (Wright and Fisher): enumerated, up to n = 5, for all counts"
    ),
    because="a point drawn from shares of counts is a copy of one of the counted points, each as likely as any other",
)
