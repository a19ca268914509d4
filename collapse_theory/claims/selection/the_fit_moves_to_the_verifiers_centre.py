"""E4: gains come to an end where the verifier's knowledge does."""

import collapse_theory as ct


def margin(case: ct.Case) -> float:
    """The smaller of the shares by which the distance to the centre, and the standard deviation, fall in a round."""
    verifier = ct.SoftVerifier(center=case.center, width=case.width)
    recursion = ct.Recursion(ct.Gaussian(), ct.Replace(), sample_size=50, sampling=verifier)
    before, after = abs(recursion.location.population([case.t, case.t + 1]) - case.center)
    wide, narrow = recursion.sd.population([case.t, case.t + 1])
    return float(min(1 - after / before, 1 - narrow / wide))


def proof() -> list[ct.Check]:
    """A round adds 1/s² to the precision and keeps precision times distance, for any centre and width."""
    import sympy

    x, m, c = sympy.symbols("x m c", real=True)
    v, s, t = sympy.symbols("v s t", positive=True)
    exponent = -((x - m) ** 2) / (2 * v) - (x - c) ** 2 / (2 * s**2)
    precision = -exponent.diff(x, 2)
    mean = sympy.solve(exponent.diff(x), x)[0]
    return [
        ct.Check("precisions add", sympy.simplify(precision - 1 / v - 1 / s**2) == 0),
        ct.Check("precision × distance to c is kept", sympy.simplify((mean - c) * precision - (m - c) / v) == 0),
        ct.Check("so the distance tends to 0", sympy.limit(((m - c) / v) / (1 / v + t / s**2), t, sympy.oo) == 0),
        ct.Check("and the variance falls like s²/t", sympy.limit(t / (1 / v + t / s**2), t, sympy.oo) == s**2),
    ]


claim = ct.Claim(
    "The fit moves to the verifier's centre, and goes on getting narrower",
    ct.Cases(t=(1, 2, 5, 10, 100), center=(1.0, -3.0), width=(0.5, 1.0, 2.0, 10.0)),
    margin,
    proof=proof,
    expected="PROVED",
    number="E4",
    said="Yi et al., ICLR 2026, of regression with a verifier",
    statistic="population",
    precisely=(
        "Gaussian, replacement, large samples; a point is accepted with chance exp(-(x-c)²/(2s²)). In every round the "
        "mean comes nearer to c and the standard deviation falls; the margin is the smaller share of the two."
    ),
    because="accepted points of a normal law are normal, and the verifier's precision 1/s² is added in every round",
)
