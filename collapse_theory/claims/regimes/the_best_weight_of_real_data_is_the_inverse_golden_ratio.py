"""D13: how to weigh as many real points as synthetic ones."""

import collapse_theory as ct


def error(weight: float, real: int) -> float:
    """Squared error of the mean in the end, in units of that of the real points of one generation."""
    recursion = ct.Recursion(ct.NormalMean(), ct.Weighted(real=real, weight=weight), sample_size=2 * real)
    return real * float(recursion.squared_location_error.mean.limit)


def margin(case: ct.Case) -> float:
    """Error with another weight, less that with the inverse golden ratio."""
    return error(case.weight, case.real) - error(ct.optimal_weight(1), case.real)


def proof() -> list[ct.Check]:
    """The only stationary weight between 0 and 1, where the error is smallest, and equal to the weight itself."""
    import sympy

    from collapse_theory.tableau.moments import ONE, M, V, second_moment_map

    r, w = sympy.symbols("r w", positive=True)
    row = second_moment_map(ct.Step(drawn=(r, r), weight=(w / r, (1 - w) / r)), 0)[M]
    risk = sympy.cancel(r * (row[V] + row[ONE]) / (1 - row[M]))  # at rest, V = 1
    inverse = 1 / sympy.GoldenRatio.expand(func=True)
    slope = sympy.fraction(sympy.cancel(risk.diff(w)))[0]
    roots = [root for root in sympy.roots(slope, w) if 0 < root < 1]
    return [
        ct.Check("one stationary weight in (0, 1)", len(roots) == 1),
        ct.Check("it is 1/φ = (√5 - 1)/2", sympy.simplify(roots[0] - inverse) == 0),
        ct.Check("there the error is 1/φ, less than 1 at w = 1", sympy.simplify(risk.subs(w, roots[0]) - inverse) == 0),
        ct.Check("and it has no bound at w = 0", sympy.limit(risk, w, 0, "+") == sympy.oo),
        ct.Check("ct.optimal_weight(1) is it", abs(ct.optimal_weight(1) - float(inverse)) < 1e-15),
    ]


claim = ct.Claim(
    "Beside as many synthetic points, the best weight of real data is the reciprocal golden ratio",
    ct.Cases(weight=(0.5, 0.6, 0.61, 0.62, 0.63, 0.7, 0.9, 0.1, 1.0), real=(1, 10, 1000)),
    margin,
    proof=proof,
    expected="PROVED",
    number="D13",
    said="He, Xu and Cheng, 2025",
    statistic="mean square",
    precisely=(
        "mean of a normal law of known variance; r fresh real points of total weight w beside r of the newest model. "
        "The squared error in the end is smallest at w = 0.618; for k real points to a synthetic one the weight solves "
        "w² = k(1 - w)"
    ),
    because="r M* = (w² + (1-w)²)/(w(2-w)) is stationary where w² = 1 - w, the equation of the golden ratio",
)
