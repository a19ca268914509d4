"""G5: a tenth of the original data is kept."""

import collapse_theory as ct


def margin(case: ct.Case) -> float:
    """Expected variance in the end in units of the source's, less 9/10."""
    regime = ct.Golden(size=case.kept, weight=0.1)
    recursion = ct.Recursion(ct.Gaussian(ddof=0), regime, sample_size=9 * case.kept)
    return float(recursion.variance.mean.limit) - 0.9


def proof() -> list[ct.Check]:
    """The rest of the loop from its tableau, with r points kept and 9r new ones."""
    import sympy

    from collapse_theory.tableau.moments import ONE, M, V, second_moment_map

    r, v, m = sympy.symbols("r V M", positive=True)
    rows = second_moment_map(ct.Step(drawn=(0, 9 * r), stored=(r,), weight=(0, 1, 1), keep=((2,),)), 0)
    # The set's mean has the squared error 1/r, the fitted mean is right about it; its sum of squares stays r - 1.
    state = {V: v, M: m, ("C", 0, 1): 1 / r, ("C", 1, 1): 1 / r, ("U", 1): r - 1, ONE: 1}
    change = [sum(c * state[letter] for letter, c in rows[row].items()) - state[row] for row in (V, M)]
    rest = sympy.solve(change, [v, m], dict=True)[0]
    return [ct.positive_beyond(rest[v] - sympy.Rational(9, 10), r, 15, what="V* > 9/10 for r ≥ 15")]


claim = ct.Claim(
    "Keeping ten percent of the original data leaves only minor degradation",
    ct.Cases(kept=range(2, 60)),
    margin,
    expected="REFUTED",
    number="G5",
    said="Shumailov et al., Nature 2024, and the press after it",
    statistic="mean",
    precisely=(
        "Gaussian, r original points kept for ever beside 9r of the newest model, ddof = 0. In the end at least 90 % "
        "of the source's variance is left in expectation"
    ),
    because="what counts is how many points are kept: a set of two has lost half of the variance itself",
    true_when="at least 15 points are kept",
    corrected=ct.Claim(
        "Keeping ten percent of the data leaves 90 percent of the variance where these are 15 points or more",
        ct.Cases(kept=range(15, 60)),
        margin,
        proof=proof,
        expected="PROVED",
        statistic="mean",
        precisely="The same loop and margin, r ≥ 15.",
        because="the set has 1 - 1/r of the variance, and the loop about it loses 9/19 of 1/r more, at most",
    ),
)
