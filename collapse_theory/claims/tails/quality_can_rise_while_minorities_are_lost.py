"""B10: better on the whole, worse for the few."""

from fractions import Fraction
from typing import Any

import collapse_theory as ct


def margin(case: ct.Case) -> Any:
    """The smaller of the gain in accuracy and of the loss of the minority, when answers are drawn more sharply."""
    p = Fraction(case.majority, case.of)
    sharp = p**case.power / (p**case.power + (1 - p) ** case.power)
    gain = p * sharp + (1 - p) * (1 - sharp) - (p * p + (1 - p) * (1 - p))
    return min(gain, (1 - p) - (1 - sharp))


def proof() -> list[ct.Check]:
    """With odds 1 + y > 1 and power 1 + b > 1 the majority grows by a positive factor, and so does the accuracy."""
    import sympy

    y, b = sympy.symbols("y b", positive=True)
    odds = 1 + y
    p = odds / (1 + odds)
    q = odds ** (1 + b) / (1 + odds ** (1 + b))
    grown = odds * (odds**b - 1) / ((1 + odds) * (1 + odds ** (1 + b)))
    accuracy = (p * q + (1 - p) * (1 - q)) - (p**2 + (1 - p) ** 2)
    return [
        ct.Check("q - p = x (x^b - 1)/((1+x)(1+x^(1+b))) at odds x", sympy.simplify(q - p - grown) == 0),
        ct.Check("log x^b = b log(1+y) > 0, so that q > p", bool((b * sympy.log(odds)).is_positive)),
        ct.Check("the accuracy gains (2p-1)(q-p)", sympy.simplify(accuracy - (2 * p - 1) * (q - p)) == 0),
        ct.Check("2p - 1 = y/(y+2) > 0", bool(sympy.simplify(2 * p - 1).is_positive)),
    ]


claim = ct.Claim(
    "Quality can rise on the whole while minorities are lost",
    ct.Cases(majority=range(2, 20), of=range(3, 21), power=(2, 3, 4)).where(
        lambda case: case.of < 2 * case.majority < 2 * case.of
    ),
    margin,
    proof=proof,
    expected="PROVED",
    number="B10",
    said="an encyclopaedia article, after later work",
    statistic="population",
    precisely=(
        "Two answers, the right one by chance p > 1/2 the first; a model that draws its answer from p is right with "
        "probability p² + (1-p)². Drawing at temperature T = 1/power < 1 makes it right more often and the second "
        "answer rarer, for every p and T; the margin is the smaller of the two changes"
    ),
    because="the accuracy is linear in the chance of the majority's answer, and grows as the minority's is given up",
)
