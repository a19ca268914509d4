"""D21: number and share of the real points."""

from fractions import Fraction

import collapse_theory as ct


def left(n: int, real: int) -> Fraction:
    """Expected variance in the end in units of the source's, exact."""
    from collapse_theory.tableau.moments import exact_step_map, variance_at_rest

    recursion = ct.Recursion(ct.Gaussian(ddof=0), ct.Fresh(real=real), sample_size=n)
    return Fraction(variance_at_rest(exact_step_map(recursion.tableau, 0)))


def margin(case: ct.Case) -> Fraction:
    """What more is left with twice the points: of the same real share, or with the same number of real ones."""
    now = left(case.n, case.real)
    return min(left(2 * case.n, 2 * case.real) - now, left(2 * case.n, case.real) - now)


def proof() -> list[ct.Check]:
    """The same from the tableau, for r real points and m of the model."""
    import sympy

    from collapse_theory.tableau.moments import second_moment_map, variance_at_rest

    r, m = sympy.symbols("r m", positive=True)
    rest = variance_at_rest(second_moment_map(ct.Step(drawn=(r, m), weight=(1, 1)), 0))
    share = rest.subs({r: 2 * r, m: 2 * m}, simultaneous=True)
    return [
        ct.positive_beyond(share - rest, (r, m), (1, 1), what="same share, twice the points: more is left"),
        ct.positive_beyond(rest.subs(m, r + 2 * m) - rest, (r, m), (1, 1), what="same number of real points: more too"),
    ]


claim = ct.Claim(
    "Neither the number nor the share of real points decides alone",
    ct.Cases(n=(2, 3, 10, 100), real=(1, 2, 9)).where(lambda case: case.real < case.n),
    margin,
    proof=proof,
    expected="PROVED",
    number="D21",
    said="Kazdan and others, 2024",
    statistic="mean",
    precisely=(
        "Gaussian, r fresh real points of n, ddof = 0. The variance that is left in the end differs where the share is "
        "the same and the number is not, and where the number is the same and the share is not"
    ),
    because="with x = r(2 - r/n) it is (x - r/n)/(x + 1 - r/n): mostly the number decides, and the share a little",
)
