"""Real data against a decoder that favours what is likely."""

from typing import Any

import collapse_theory as ct


def margin(case: ct.Case) -> Any:
    """The share 1 - T of real data, less the largest share at which a concentrated law persists, exactly at T = 1/2."""
    import sympy

    types = sympy.Integer(case.types)
    return sympy.Rational(1, 2) - types / (1 + sympy.sqrt(types - 1)) ** 2


def freed(case: ct.Case) -> float:
    """1e-6 less the excess of the likeliest type after 400 rounds, from a start at which it has 99.9 %."""
    share = ct.Temperature(0.5).trapping_share(case.types) + 0.05
    law = [0.999, *([0.001 / (case.types - 1)] * (case.types - 1))]
    for _ in range(400):
        total = sum(p**2 for p in law)
        law = [share / case.types + (1 - share) * p**2 / total for p in law]
    return float(1e-6 + 1 / case.types - law[0])


claim = ct.Claim(
    "With a share of 1 - T of real data a cooled loop comes back to all types",
    ct.Cases(types=range(2, 1001)),
    margin,
    boundary="holds",
    expected="REFUTED",
    said="a reading of the local stability condition",
    statistic="population",
    precisely=(
        "Equally likely types, large samples, temperature T = 1/2, a share m of real data. Around the uniform law "
        "deviations die for m > 1 - T. A law with one dominant type is at rest up to m = K/(1 + √(K-1))². The margin "
        "is the difference of the two, exactly."
    ),
    because="from three types on a second law attracts: a loop that has fallen to one type is trapped there",
    true_when="the share exceeds K/(1 + √(K-1))², which is 0.94 for a thousand types",
    corrected=ct.Claim(
        "Above the trapping share even a loop that has collapsed to one type comes back",
        ct.Cases(types=(2, 3, 5, 10, 30, 100)),
        freed,
        expected="HOLDS",
        statistic="population",
        precisely=(
            "T = 1/2, a start with 99.9 % on one type, a share 0.05 above; within 1e-6 of uniform after 400 rounds."
        ),
        because="no other law is at rest there",
    ),
)
