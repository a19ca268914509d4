"""D11b: what a kept set of real points cannot do."""

import collapse_theory as ct


def margin(case: ct.Case) -> float:
    """Expected squared error of the set's own mean, less that of the fitted mean in the end."""
    location = ct.Recursion(ct.Gaussian(ddof=0), ct.Golden(size=case.real), sample_size=case.n).squared_location_error
    return float(1 / case.real - float(location.mean.limit))


def between(case: ct.Case) -> float:
    """How far the error is inside 1/r … 3/(2r)."""
    return float(min(-margin(case), margin(case) + 0.5 / case.real))


def proof() -> list[ct.Check]:
    """M* = 1 - V* lies below 1 - (1 - 1/r) 2r/(2r+1) = 3/(2r+1), and above 1/r by the noise of the n points."""
    import sympy

    from collapse_theory.claims.regimes.a_golden_set_stops_collapse import at_rest

    r, n, _, error = at_rest()
    above = 1 - (1 - 1 / r) * 2 * r / (2 * r + 1)
    return [
        *ct.claims.a_golden_set_stops_collapse.proof(),
        ct.Check("1 - (1 - 1/r) 2r/(2r+1) = 3/(2r+1)", sympy.simplify(above - 3 / (2 * r + 1)) == 0),
        ct.positive_beyond(3 / (2 * r) - above, r, 1, what="3/(2r+1) < 3/(2r)"),
        ct.positive_beyond(error - 1 / r, (r, n), (2, 1), what="M* > 1/r for r ≥ 2, n ≥ 1"),
    ]


claim = ct.Claim(
    "A golden set brings the model back to the truth",
    ct.Cases(real=(2, 3, 10, 100), n=(2, 10, 1000, 10**6)),
    margin,
    expected="REFUTED",
    number="D11b",
    said="the same advice, taken further",
    statistic="mean square",
    precisely=(
        "Gaussian, r real points kept for ever beside n new ones of the newest model, ddof = 0. The squared error of "
        "the mean falls below that of the set itself, 1/r of the source's variance"
    ),
    because="the loop comes to rest about the golden set, whose own error is drawn once and never averaged out",
    true_when="the truth means what the golden set says, up to half of its own squared error",
    corrected=ct.Claim(
        "The squared error of the mean comes to rest between 1 and 3/2 times that of the golden set",
        ct.Cases(real=(2, 3, 10, 100), n=(2, 10, 1000, 10**6)),
        between,
        proof=proof,
        expected="PROVED",
        statistic="mean square",
        precisely="Gaussian, ddof = 0, r ≥ 2 kept points and any number of new ones; distance to the nearer end.",
        because="V + M is conserved at ddof = 0, and 2r/(2r+1) of the set's variance is left",
    ),
)
