"""G2: tuned again and again, on one set or on new ones."""

import collapse_theory as ct


def errors(case: ct.Case) -> tuple[float, float]:
    """Expected squared error of the mean on one set and on regenerated ones, in units of the first fit's."""
    curves = [
        ct.Recursion(
            ct.Gaussian(ddof=1), ct.FineTune(rate=case.rate, data=data), sample_size=case.n
        ).squared_location_error.mean
        for data in ("fixed", "regenerated")
    ]
    return case.n * float(curves[0](case.t)), case.n * float(curves[1](case.t))


def margin(case: ct.Case) -> float:
    """Log 2, less the log of the ratio of the two errors, either way."""
    import math

    fixed, regenerated = errors(case)
    return math.log(2) - abs(math.log(regenerated / fixed))


def apart(case: ct.Case) -> float:
    """What is left to 2 on one set, or 1e-9 less the relative gap to a line on regenerated ones, the smaller."""
    fixed, regenerated = errors(case)
    return float(min(2 - fixed, 1e-9 - abs(regenerated / (1 + case.rate**2 * (case.t - 1)) - 1)))


def proof() -> list[ct.Check]:
    """One set: n M_t = 1 + (1 - p)² with p = (1 - rate)^(t-1); new sets: a line. Both from the tableau."""
    import sympy

    from collapse_theory.tableau.moments import M, V, second_moment_map

    n, eta, p = sympy.symbols("n eta p", positive=True)
    fixed, regenerated = (
        second_moment_map(
            ct.Step(drawn=(0, new), stored=kept, weight=(0, *weight), keep=keep, carried=n * (1 - eta) / eta), 1
        )
        for new, kept, weight, keep in ((0, (n,), (0, 1), ((2,),)), (n, (), (1,), ()))
    )
    state = {M: (1 + (1 - p) ** 2) / n, ("C", 0, 1): (1 + (1 - p)) / n, ("C", 1, 1): 2 / n}
    tuned = [sum(c * state[letter] for letter, c in fixed[row].items()) for row in state]
    later = [value.subs(p, (1 - eta) * p) for value in state.values()]
    return [
        ct.Check(
            "n M = 1 + (1-p)² beside the set is kept, p' = (1-η)p",
            all(map(sympy.Eq, map(sympy.factor, tuned), map(sympy.factor, later))),
        ),
        ct.Check("2 - [1 + (1-p)²] = p(2-p) > 0 for 0 < p ≤ 1", sympy.expand(1 - (1 - p) ** 2 - p * (2 - p)) == 0),
        ct.Check(
            "regenerated: M' = M + η²V/n",
            sympy.cancel(regenerated[M][V] - eta**2 / n) == 0 == sympy.cancel(regenerated[M][M] - 1),
        ),
        ct.Check("where V' = V at the unbiased divisor", sympy.cancel(regenerated[V][V]) == 1),
    ]


claim = ct.Claim(
    "A fixed and a regenerated synthetic set fail in the same way",
    ct.Cases(t=(2, 3, 5, 10, 100, 1000), n=(2, 10, 100), rate=(0.5, 0.25, 0.1)),
    margin,
    expected="REFUTED",
    number="G2",
    said="a public discussion",
    statistic="mean square",
    precisely=(
        "Gaussian, ddof = 1, the model moved towards n synthetic points at a rate: one set of the base for ever, or a "
        "new set of the newest model in every generation. The squared errors of the mean differ at most by the factor 2"
    ),
    because="the model converges to a fixed set, two sampling errors away; regenerated sets add up to a random walk",
    true_when="to fail means no more than that the error rises above that of the base",
    corrected=ct.Claim(
        "On one set the squared error stays below 2/n, on regenerated ones it grows by rate²/n a generation",
        ct.Cases(t=(2, 3, 10, 20), n=(2, 10, 100), rate=(0.5, 0.25, 0.1)),
        apart,
        proof=proof,
        expected="PROVED",
        statistic="mean square",
        precisely="Gaussian, ddof = 1, 0 < rate < 1, every n ≥ 2; in units of the source's variance.",
        because="one set is one more sample; new sets are one more in every generation",
    ),
)
