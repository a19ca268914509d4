"""D2: nothing is lost where all data are kept."""

import collapse_theory as ct


def kept(case: ct.Case) -> float:
    """Share of the first fit's expected variance that is left in the end."""
    variance = ct.Recursion(ct.Gaussian(ddof=0), ct.Accumulate(), sample_size=case.n).variance.mean
    return float(variance.limit) / float(variance(1))


def margin(case: ct.Case) -> float:
    """Share that is left, less 99 %."""
    return kept(case) - 0.99


def proof() -> list[ct.Check]:
    """Factors 1 - 1/(nt²), of which the losses from generation 2 on add up to less than 1."""
    import sympy

    from collapse_theory.tableau.moments import V, second_moment_map

    n, t = sympy.symbols("n t", positive=True)
    pool = ct.Step(drawn=(0, n), stored=(n * (t - 1),), weight=(0, 1, 1), keep=((1, 2),))
    row = second_moment_map(pool, 0)[V]
    factor = sympy.cancel(row[V] + n * (t - 1) * row["U", 1])  # the pool's sum of squares is its size times V
    lost = (sympy.zeta(2) - 1) / n
    return [
        ct.Check("generation t keeps 1 - 1/(nt²)", sympy.cancel(factor - (1 - 1 / (n * t**2))) == 0),
        ct.Check("Σ_{t≥2} 1/(nt²) = (π²/6 - 1)/n < 1/2 for n ≥ 2", bool(lost.subs(n, 2) < sympy.Rational(1, 2))),
    ]


claim = ct.Claim(
    "Accumulating data prevents collapse entirely",
    ct.Cases(n=range(2, 30)),
    margin,
    expected="REFUTED",
    number="D2",
    said="pages of advice, after Gerstgrasser and others, 2024",
    statistic="mean",
    precisely=(
        "Gaussian, accumulation, n points a generation, ddof = 0. At least 99 % of the expected variance of the first "
        "fit is left in the end; the margin is the share that is left, less 0.99"
    ),
    because="the early refits are made on few points: sin(x)/x with x = π/√n of the source's variance is left",
    true_when="to prevent means that the expected variance does not go to 0",
    corrected=ct.Claim(
        "Under accumulation the expected variance has a positive limit, for every n",
        ct.Cases(n=range(2, 30)),
        kept,
        proof=proof,
        expected="PROVED",
        statistic="mean",
        precisely="Gaussian, accumulation, n ≥ 2, ddof = 0; the margin is the share that is left in the end.",
        because="a product of factors 1 - a is at least 1 - Σ a, and here the losses a = 1/(nt²) have a small sum",
    ),
)
