"""C15: what feeds on its own output drifts."""

import collapse_theory as ct


def margin(case: ct.Case) -> float:
    """Share of an error of the mean that comes back in the next generation, less 1."""
    return float(ct.Recursion(ct.NormalMean(), case.regime, sample_size=10).control.mean_gain - 1)


def wander(case: ct.Case) -> float:
    """1e-9 less the relative distance of the expected squared error of the mean from t/n, that of a random walk."""
    recursion = ct.Recursion(ct.NormalMean(), ct.Replace(), sample_size=case.n)
    return float(1e-9 - abs(recursion.squared_location_error.mean(case.t) * case.n / case.t - 1))


def proof() -> list[ct.Check]:
    """The expected squared error under replacement grows without bound, for every n."""
    import sympy

    from collapse_theory.symbols import n, sigma0, t

    error = ct.Recursion(ct.NormalMean(), ct.Replace(), sample_size=10).squared_location_error.mean.symbolic
    return [
        ct.Check("the expected squared error is t σ²/n", sympy.simplify(error - t * sigma0**2 / n) == 0),
        ct.Check("it tends to infinity", sympy.limit(error, t, sympy.oo) == sympy.oo),
    ]


claim = ct.Claim(
    "Closed loops always drift",
    ct.Cases(regime=(ct.Replace(), ct.Window(2), ct.Fresh(real=1), ct.Fresh(real=5), ct.Golden(size=10))),
    margin,
    boundary="holds",
    expected="REFUTED",
    number="C15",
    said="a public discussion, with an appeal to control theory",
    statistic="mean",
    precisely=(
        "A mean of known variance, refitted on n = 10 points. Whatever enters the loop, an error of the mean comes "
        "back undiminished, so that errors add up without bound; the margin is the gain of the mean less 1"
    ),
    because="with r of n points real an error shrinks to 1 - r/n of itself in a generation: the loop contracts",
    true_when="no real point enters the loop after the first generation, as under replacement",
    corrected=ct.Claim(
        "With nothing but its own samples the mean drifts without bound, in mean square",
        ct.Cases(n=(1, 2, 10, 100), t=(1, 10, 100, 1000)),
        wander,
        proof=proof,
        expected="PROVED",
        statistic="mean square",
        precisely="A mean of known variance, replacement by n points: the expected squared error is t σ²/n.",
        because="each refit adds an independent error of variance σ²/n, and nothing pulls back",
    ),
)
