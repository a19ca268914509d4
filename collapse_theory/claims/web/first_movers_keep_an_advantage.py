"""F9: who crawled early has the better model."""

import collapse_theory as ct


def margin(case: ct.Case) -> float:
    """Squared error of the mean at generation t, less that of generation 1; n times both."""
    regime = ct.AccumulateFresh(real=case.real) if case.real else ct.Accumulate()
    location = ct.Recursion(ct.NormalMean(), regime, sample_size=case.n).squared_location_error.mean
    return float(case.n * (float(location(case.t)) - float(location(1))))


def proof() -> list[ct.Check]:
    """In a closed pool of N points the error grows in every generation, by n/(N+n)² of the variance."""
    import sympy

    from collapse_theory.tableau.moments import M, V, second_moment_map

    before, n = sympy.symbols("N n", positive=True)
    row = second_moment_map(ct.Step(drawn=(0, n), stored=(before,), weight=(0, 1, 1), keep=((1, 2),)), 0)[M]
    kept = sum(row[letter] for letter in (M, ("C", 0, 1), ("C", 1, 1)))
    return [
        ct.Check("all of the error is kept", sympy.cancel(kept - 1) == 0),
        ct.positive_beyond(row[V], (before, n), (1, 1), what="and n/(N+n)² of the variance is added"),
    ]


claim = ct.Claim(
    "First movers keep an advantage",
    ct.Cases(n=(2, 10, 100), t=(2, 10, 100, 10_000), real=(0, 1, 2)).where(lambda case: case.real <= case.n),
    margin,
    expected="REFUTED",
    number="F9",
    said="Shumailov et al., Nature 2024",
    statistic="mean square",
    precisely=(
        "mean of a normal law of known variance; a pool to which n points of the newest model are added in every "
        "generation, or n - r of them and r new real ones. The first fit, to n real points, has a smaller squared "
        "error than the fit to the whole pool of generation t"
    ),
    because="new real points, however few, let the pool learn: its error goes to 0, that of an early model does not",
    true_when="nothing real is added to the web",
    corrected=ct.Claim(
        "In a pool without new real data the first fit stays the best",
        ct.Cases(n=(2, 10, 100), t=(2, 10, 100, 10_000), real=(0,)),
        margin,
        proof=proof,
        expected="PROVED",
        statistic="mean square",
        precisely="The same pool with r = 0, every n and every t ≥ 2.",
        because="every generation adds the noise of its own sample, and nothing takes it away",
    ),
)
