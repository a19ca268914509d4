"""D19: what a bad start is worth later."""

from fractions import Fraction

import collapse_theory as ct


def margin(case: ct.Case) -> Fraction:
    """One minus the weight of the newest model's mean in the next; exact."""
    from collapse_theory.tableau.moments import in_fractions, mean_map

    rows, _ = mean_map(
        in_fractions(ct.Recursion(ct.Gaussian(ddof=0), ct.Fresh(real=case.real), sample_size=case.n).tableau)
    )
    return 1 - Fraction(rows[0].get(0, 0))


def proof() -> list[ct.Check]:
    """That weight is m/(r+m) with r real points and m of the model, and its powers go to 0."""
    import sympy

    from collapse_theory.tableau.moments import mean_map

    r, m = sympy.symbols("r m", positive=True)
    rows, _ = mean_map(ct.Step(drawn=(r, m), weight=(1, 1)))
    return [
        ct.Check("the weight is m/(r+m) = 1 - r/n", sympy.cancel(rows[0][0] - m / (r + m)) == 0),
        ct.positive_beyond(1 - rows[0][0], (r, m), (1, 1), what="below 1 for r, m ≥ 1"),
    ]


claim = ct.Claim(
    "With fresh data a bad first model is forgotten",
    ct.Cases(n=(2, 3, 10, 100, 10_000), real=(1, 2, 5)).where(lambda case: case.real <= case.n),
    margin,
    proof=proof,
    expected="PROVED",
    number="D19",
    said="papers on loops with fresh data",
    statistic="mean",
    precisely=(
        "any family that fits the mean of its points, r fresh real ones of n. An error of the first mean has the "
        "weight (1 - r/n)^t after t generations; the margin is r/n, what a generation takes off"
    ),
    because="the next mean is r/n of the source's and 1 - r/n of the newest model's, in expectation",
)
