"""D17: ever less real data."""

from typing import Any

import collapse_theory as ct


def error(case: ct.Case) -> Any:
    """Expected squared error of the mean where a share 1/t of generation t is real, as a curve."""
    shares = tuple(1 - 1 / t for t in range(1, case.t + 1))
    sizes = ct.schedules.power(case.n, case.growth) if case.growth else case.n
    return ct.Recursion(
        ct.NormalMean(), ct.Contaminated(ai_share=shares), sample_size=sizes
    ).squared_location_error.mean


def margin(case: ct.Case) -> float:
    """Error of the first fit, less that of generation t; n times both."""
    curve = error(case)
    return float(case.n * (float(curve(1)) - float(curve(case.t))))


claim = ct.Claim(
    "Even a vanishing share of real data recovers the target",
    ct.Cases(n=(10, 100, 1000), t=(2, 10, 100), growth=(0, 1, 2)),
    margin,
    expected="REFUTED",
    number="D17",
    said="Bakshi and Chakraborty, 2026, under rates",
    statistic="mean square",
    precisely=(
        "mean of a normal law of known variance; each of n t^p points of generation t is real with chance 1/t, or else "
        "of the newest model. The squared error is below that of the first fit"
    ),
    because="t² times the error grows by t²/n_t a generation: with a constant n it is about t/(3n)",
    true_when="samples grow, like the square of the generation for one",
    corrected=ct.Claim(
        "With samples that grow like t² a real share of 1/t recovers the target",
        ct.Cases(n=(10, 100, 1000), t=(2, 10, 50), growth=(2,)),
        margin,
        expected="HOLDS",
        statistic="mean square",
        precisely="The same loop with n t² points in generation t; the same margin.",
        because="t² times the error then grows by 1/n a generation, so that the error falls like 1/(nt)",
    ),
)
