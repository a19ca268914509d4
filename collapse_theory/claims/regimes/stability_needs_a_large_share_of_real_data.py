"""D15: how much real data a stable loop needs."""

import collapse_theory as ct


def margin(case: ct.Case) -> float:
    """Gain of the loop on its second moments, less 1: positive where it is unstable."""
    return ct.Recursion(ct.Gaussian(ddof=case.ddof), ct.Fresh(real=1), sample_size=case.n).loop_gain - 1


def proof() -> list[ct.Check]:
    """At ddof = 2 the determinant of I - A is negative with one real point, and positive with two."""
    import sympy

    from collapse_theory.tableau.moments import M, V, second_moment_map

    m, gaps = sympy.Symbol("m", positive=True), []
    for real in (1, 2):
        rows = second_moment_map(ct.Step(drawn=(real, m), weight=(1, 1)), 2)
        gaps.append((1 - rows[V][V]) * (1 - rows[M][M]) - rows[V][M] * rows[M][V])
    return [
        ct.positive_beyond(-gaps[0], m, 2, what="det(I - A) < 0 with 1 real point, n ≥ 3: the loop is unstable"),
        ct.positive_beyond(gaps[1], m, 1, what="det(I - A) > 0 with 2 real points, n ≥ 3"),
    ]


claim = ct.Claim(
    "A stable loop needs a large share of real data",
    ct.Cases(n=(11, 100, 1000, 10_000), ddof=(0, 1)),
    margin,
    expected="REFUTED",
    number="D15",
    said="summaries of Bertrand and others, 2023, whose condition is a sufficient one",
    statistic="mean",
    precisely=(
        "Gaussian, one fresh real point of n ≥ 11 in every generation, variance SS/(n - ddof). The loop of expected "
        "second moments is unstable; the margin is its gain less 1"
    ),
    because="whatever the share is, fresh points pull, and at ddof ≤ 1 nothing else grows as fast (D7)",
    true_when="the estimator inflates the variance: at ddof = 2 one real point is too few, of any n",
    corrected=ct.Claim(
        "At ddof = 2 a loop with one fresh real point is unstable, for every n; with two it is not",
        ct.Cases(n=(3, 4, 10, 100, 1000), ddof=(2,)),
        margin,
        proof=proof,
        expected="PROVED",
        statistic="mean",
        precisely="Gaussian, n ≥ 3; gain of the loop with one real point, less 1.",
        because="a refit inflates the variance by (n-1)/(n-2), about as much as one real point of n takes away",
    ),
)
