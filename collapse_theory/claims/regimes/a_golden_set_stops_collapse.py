"""D11: real points drawn once and kept in every fit."""

from typing import Any

import collapse_theory as ct


def margin(case: ct.Case) -> float:
    """Expected variance in the end, less 2r/(2r+1) of that of the set of r points."""
    variance = ct.Recursion(ct.Gaussian(ddof=0), ct.Golden(size=case.real), sample_size=case.n).variance.mean
    return float(float(variance.limit) - float(variance(1)) * 2 * case.real / (2 * case.real + 1))


def at_rest() -> tuple[Any, Any, Any, Any]:
    """Letters r and n, and the expected variance and the squared error where the loop rests, from its tableau."""
    import sympy

    from collapse_theory.tableau.moments import ONE, M, V, second_moment_map

    r, n, v, m = sympy.symbols("r n V M", positive=True)
    fit = ct.Step(drawn=(0, n), stored=(r,), weight=(0, 1, 1), keep=((2,),))
    rows = second_moment_map(fit, 0)
    # The set's mean has the squared error 1/r, the fitted mean is right about it; its sum of squares stays r - 1.
    state = {V: v, M: m, ("C", 0, 1): 1 / r, ("C", 1, 1): 1 / r, ("U", 1): r - 1, ONE: 1}
    change = [sum(c * state[letter] for letter, c in rows[row].items()) - state[row] for row in (V, M)]
    rest = sympy.solve(change, [v, m], dict=True)[0]
    return r, n, rest[v], rest[m]


def proof() -> list[ct.Check]:
    """The variance where the loop rests, and its distance to the bound, for all r ≥ 2 and n ≥ 1."""
    import sympy

    r, n, variance, error = at_rest()
    bound = (1 - 1 / r) * 2 * r / (2 * r + 1)
    return [
        ct.Check("V + M = 1 at rest", sympy.simplify(variance + error - 1) == 0),
        ct.positive_beyond(variance - bound, (r, n), (2, 1), what="V* > (1 - 1/r) 2r/(2r+1) for r ≥ 2, n ≥ 1"),
    ]


claim = ct.Claim(
    "A golden set stops collapse",
    ct.Cases(real=(2, 3, 10, 100), n=(2, 10, 1000, 10**6)),
    margin,
    proof=proof,
    expected="PROVED",
    number="D11",
    said="advice to keep a clean reserve",
    statistic="mean",
    precisely=(
        "Gaussian, r ≥ 2 real points kept for ever beside n new ones of the newest model, however many, ddof = 0. At "
        "least 2r/(2r+1) of the expected variance of the set is left in the end"
    ),
    because="the model is pulled to the set in every generation by the same share r/(r+n)",
)
