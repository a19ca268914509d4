"""D16: strong model collapse."""

import collapse_theory as ct


def margin(case: ct.Case) -> float:
    """Exact risk with 1 row in 1000 labelled by a wrong model at distance 1, less the floor 10⁻⁶; 10⁶ times both."""
    from collapse_theory.families.linear_regression import mixed_labels_risk

    n = 1000 * case.thousands
    return 1e6 * mixed_labels_risk(n, case.thousands, case.d, noise=1.0, shift=1.0) - 1


def proof() -> list[ct.Check]:
    """The error kept of the wrong labels is above p², for n ≥ d + 2 rows of which the share p = 1/1000 is wrong."""
    import sympy

    from collapse_theory.families.linear_regression.mixed_labels import kept_error, noise_factor

    n, d = sympy.symbols("n d", positive=True)
    p, more = sympy.Rational(1, 1000), sympy.Symbol("y", positive=True)
    above = [what.subs(n, d + 2 + more) for what in (kept_error(n, p * n, d) - p**2, noise_factor(n, d))]
    return [
        ct.positive_beyond(above[0], (d, more), (1, 0), what="γ > p² for n ≥ d + 2, d ≥ 1"),
        ct.positive_beyond(above[1], (d, more), (1, 0), what="and the noise adds to it"),
        ct.Check("γ → p² as n → ∞", sympy.limit(kept_error(n, p * n, d), n, sympy.oo) == p**2),
    ]


claim = ct.Claim(
    "One synthetic row in a thousand stops scaling",
    ct.Cases(thousands=(1, 10, 100, 10_000), d=(1, 2, 10, 100)),
    margin,
    proof=proof,
    expected="PROVED",
    number="D16",
    said="Dohmatob and others, 2024, strong model collapse",
    statistic="mean",
    precisely=(
        "least squares on n standard normal rows of d coefficients; one row in 1000 has labels of coefficients at "
        "distance 1 from the true ones, whatever n is. The risk stays above 10⁻⁶, the square of their share"
    ),
    because="the fit converges to the mixture of the two coefficients, and no number of rows tells them apart",
)
