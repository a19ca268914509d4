"""D2a: how much accumulation keeps, however sample sizes change."""

import collapse_theory as ct


def margin(case: ct.Case) -> float:
    """Share of the first fit's expected diversity that is left, less n/(n+1), with n points in generation 1."""
    diversity = ct.Recursion(case.family, ct.Accumulate(), sample_size=case.size).watch(case.family.headline).mean
    first = int(ct.Recursion(case.family, ct.Accumulate(), sample_size=case.size).sizes(1))
    return float(diversity(case.t)) / float(diversity(1)) - first / (first + 1)


def proof() -> list[ct.Check]:
    """A generation that makes a pool of N points one of S = N + n keeps at least [N/(N+1)] / [S/(S+1)]."""
    import sympy

    from collapse_theory.tableau.moments import V, second_moment_map

    before, n = sympy.Symbol("N", positive=True), sympy.Symbol("n", positive=True)
    after = before + n
    pool = ct.Step(drawn=(0, n), stored=(before,), weight=(0, 1, 1), keep=((1, 2),))
    row = second_moment_map(pool, 0)[V]
    factor = sympy.cancel(row[V] + before * row["U", 1])  # the pool's sum of squares is its size times V
    ahead = sympy.factor((after**2 - n) * (before + 1) - before * after * (after + 1))
    return [
        ct.Check("a generation keeps 1 - n/S²", sympy.cancel(factor - (1 - n / after**2)) == 0),
        ct.Check("(S² - n)(N + 1) - N S (S + 1) = n (n - 1) ≥ 0", sympy.expand(ahead - n * (n - 1)) == 0),
        ct.positive_beyond(
            1 / (before / (before + 1)) - 1, before, 1, what="these multiply to [n/(n+1)] (N_t+1)/N_t > n/(n+1)"
        ),
    ]


claim = ct.Claim(
    "Accumulating keeps at least n/(n+1) of the first fit's diversity, under every schedule of sample sizes",
    ct.Cases(
        t=(2, 10, 1000),
        size=(2, 3, ct.schedules.geometric(2, 1.5), ct.schedules.power(2, 2), ct.schedules.geometric(3, 4), 20),
        family=(ct.Gaussian(ddof=0), ct.Categorical([0.2, 0.3, 0.5])),
    ).where(lambda case: case.t <= 10 or isinstance(case.size, int)),
    margin,
    proof=proof,
    expected="PROVED",
    number="D2a",
    statistic="mean",
    precisely=(
        "accumulation, n points in generation 1 and any numbers later; the expected variance of a Gaussian with ddof = "
        "0, or the expected Gini–Simpson index of a categorical law"
    ),
    because="factor by factor the loss is less than that of a pool that grows by one point at a time, which telescopes",
)
