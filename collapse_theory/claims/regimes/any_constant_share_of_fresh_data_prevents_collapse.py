"""D7: a little that is new in every generation."""

import collapse_theory as ct


def margin(case: ct.Case) -> float:
    """One minus the gain of the loop on its second moments, the factor of what is left of a disturbance."""
    return 1 - ct.Recursion(ct.Gaussian(ddof=case.ddof), ct.Fresh(real=case.real), sample_size=case.n).loop_gain


def proof() -> list[ct.Check]:
    """A nonnegative map of (V, M) contracts where 1 minus its diagonal and the determinant of I - A are positive."""
    import sympy

    from collapse_theory.tableau.moments import M, V, second_moment_map

    r, m = sympy.symbols("r m", positive=True)
    steps = []
    for ddof in (0, 1):
        rows = second_moment_map(ct.Step(drawn=(r, m), weight=(1, 1)), ddof)
        (a, b), (c, d) = ((rows[row][V], rows[row][M]) for row in (V, M))
        for what, value in (("1 - a", 1 - a), ("det(I - A)", (1 - a) * (1 - d) - b * c)):
            steps.append(ct.positive_beyond(value, (r, m), (1, 1), what=f"{what} > 0 at ddof = {ddof}, for r, m ≥ 1"))
    return steps


claim = ct.Claim(
    "Any constant share of fresh data prevents collapse",
    ct.Cases(n=(3, 4, 10, 100, 1000), real=(1, 2), ddof=(0, 1, 2)).where(lambda case: case.real < case.n),
    margin,
    expected="REFUTED",
    number="D7",
    said="Borkar, 2025, of any outside source, however small",
    statistic="mean",
    precisely=(
        "Gaussian, r fresh real points of n in every generation, the variance SS/(n - ddof). The expected variance and "
        "squared error come to rest, neither at 0 nor at infinity; the margin is 1 less the gain of the loop"
    ),
    because="at ddof = 2 a fit inflates the variance by (n-1)/(n-2), more than one real point of n pulls it back",
    true_when="the divisor is that of maximum likelihood or the unbiased one",
    corrected=ct.Claim(
        "At ddof = 0 and ddof = 1 any number of fresh real points, one at least, keeps the expected variance at rest",
        ct.Cases(n=(2, 3, 4, 10, 100, 1000), real=(1, 2), ddof=(0, 1)).where(lambda case: case.real < case.n),
        margin,
        proof=proof,
        expected="PROVED",
        statistic="mean",
        precisely="Gaussian, r ≥ 1 fresh points and m ≥ 1 of the model; at rest V > 0, as the real points enter it.",
        because="the pull of the real points on mean and variance beats what a refit adds",
    ),
)
