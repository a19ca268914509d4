"""D12: the best is to train on real data alone."""

import collapse_theory as ct


def margin(case: ct.Case) -> float:
    """Squared error of the mean in the end, less that of the real points of one generation alone; r times both."""
    regime = ct.Weighted(real=case.real, weight=case.weight)
    location = ct.Recursion(ct.NormalMean(), regime, sample_size=2 * case.real).squared_location_error.mean
    return float(case.real * float(location.limit) - 1)


def proof() -> list[ct.Check]:
    """The error at rest from the tableau: above 1/r where the real points weigh less than a third."""
    import sympy

    from collapse_theory.tableau.moments import ONE, M, V, second_moment_map

    r, w, s = sympy.symbols("r w s", positive=True)
    row = second_moment_map(ct.Step(drawn=(r, r), weight=(w / r, (1 - w) / r)), 0)[M]
    error = (row[V] + row[ONE]) / (1 - row[M])  # at rest, V = 1
    excess = sympy.cancel(r * error - 1)
    other = sympy.cancel(excess / (1 - 3 * w))
    return [
        ct.Check("r M* - 1 = (1 - 3w) times (1 - w)/(w(2 - w))", sympy.cancel(other - (1 - w) / (w * (2 - w))) == 0),
        ct.positive_beyond(other.subs(w, 1 / s), s, 3, what="the second is positive for w ≤ 1/3"),
    ]


claim = ct.Claim(
    "Synthetic data always hurt",
    ct.Cases(real=(1, 2, 10, 100), weight=(0.5, 0.75, 0.25, 0.9, 0.1)),
    margin,
    expected="REFUTED",
    number="D12",
    said="a popular belief",
    statistic="mean square",
    precisely=(
        "mean of a normal law of known variance; r fresh real points with the weight w beside r of the newest model. "
        "The squared error in the end is larger than 1/r, that of the real points alone"
    ),
    because="the newest model remembers earlier real points, and averages over them: 2/3 of the error at equal weights",
    true_when="the real points have less than a third of the weight",
    corrected=ct.Claim(
        "Synthetic data hurt where the real points, as many, have less than a third of the weight",
        ct.Cases(real=(1, 2, 10, 100), weight=(0.33, 0.25, 0.1)),
        margin,
        proof=proof,
        expected="PROVED",
        statistic="mean square",
        precisely="The same loop and margin, w < 1/3.",
        because="r M* - 1 = (1 - 3w)(1 - w) / (w(2 - w))",
    ),
)
