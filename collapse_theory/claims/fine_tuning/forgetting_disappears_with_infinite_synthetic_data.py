"""G3: more data against forgetting."""

from fractions import Fraction

import collapse_theory as ct


def margin(case: ct.Case) -> Fraction:
    """Weight of the base in the model of generation t, less a half; exact."""
    step = ct.FineTune(rate=case.rate, data="regenerated").step(2, ct.schedules.as_schedule(case.n))
    old, new = Fraction(step.carried), Fraction(step.weight[1] * step.drawn[1])
    return Fraction((old / (old + new)) ** (case.t - 1) - Fraction(1, 2))


def noise(case: ct.Case) -> float:
    """One thousandth, less the expected squared error of the mean."""
    regime = ct.FineTune(rate=case.rate, data="regenerated")
    recursion = ct.Recursion(ct.Gaussian(ddof=1), regime, sample_size=case.n)
    return 0.001 - float(recursion.squared_location_error.mean(case.t))


def proof() -> list[ct.Check]:
    """The error (1 + rate²(t-1))/n of generation t, from the tableau, goes to 0 with n."""
    import sympy

    from collapse_theory.tableau.moments import M, V, second_moment_map

    n, eta, t = sympy.symbols("n eta t", positive=True)
    rows = second_moment_map(ct.Step(drawn=(0, n), weight=(0, 1), carried=n * (1 - eta) / eta), 1)
    added = sympy.cancel(rows[M][V])
    return [
        ct.Check("M' = M + V·η²/n", sympy.cancel(rows[M][M]) == 1 and added == eta**2 / n),
        ct.Check("V' = V at the unbiased divisor", sympy.cancel(rows[V][V]) == 1),
        ct.Check("1/n + (t-1)·η²/n → 0", sympy.limit(1 / n + (t - 1) * added, n, sympy.oo) == 0),
    ]


claim = ct.Claim(
    "Forgetting disappears with infinite synthetic data",
    ct.Cases(t=(2, 5, 10, 100), n=(100, 10**4, 10**8), rate=(0.25, 0.1, 0.5)),
    margin,
    expected="REFUTED",
    number="G3",
    said="a public discussion",
    statistic="population",
    precisely=(
        "the model moved towards n new points of the newest model at a rate, in every generation. The base, generation "
        "1, has more than half of the weight in the model of generation t"
    ),
    because="the weight of the base is (1 - rate)^(t-1), in which n does not occur",
    true_when="the noise of the samples is meant, which is collapse and not forgetting",
    corrected=ct.Claim(
        "The sampling noise disappears with infinite synthetic data",
        ct.Cases(t=(2, 5, 10, 100), n=(10**5, 10**6, 10**8), rate=(0.25, 0.5, 0.1)),
        noise,
        proof=proof,
        expected="PROVED",
        statistic="mean square",
        precisely="Gaussian, ddof = 1, tuning on regenerated points; a thousandth less the squared error, at large n.",
        because="every generation adds rate²/n",
    ),
)
