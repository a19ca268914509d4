"""Sampling from the likeliest words that hold 90 % of the mass, again and again."""

import collapse_theory as ct


def margin(case: ct.Case) -> float:
    """Types that are left after so many rounds, less half of the types."""
    words = ct.Categorical((1 / case.types,) * case.types)
    loop = ct.Recursion(words, ct.Replace(), sample_size=100, sampling=ct.Nucleus(0.9))
    return float(loop.support_size.population(1 + case.rounds) - case.types / 2)


def rest(case: ct.Case) -> int:
    """9 types less those left after 200 rounds, counted in integers: of k types ⌈9k/10⌉ are kept."""
    left = int(case.types)
    for _ in range(200):
        left = -(-9 * left // 10)
    return 9 - left


def proof() -> list[ct.Check]:
    """Ten words or more become fewer, nine stay: ⌈9k/10⌉ ≤ (9k + 9)/10 < k for k ≥ 10."""
    import sympy

    k = sympy.Symbol("k", positive=True)
    return [
        ct.positive_beyond(k - (9 * k + 9) / 10, k, 10, what="(9k + 9)/10 < k for k ≥ 10"),
        ct.Check("⌈9 · 9/10⌉ = 9", -(-9 * 9 // 10) == 9),
    ]


claim = ct.Claim(
    "The nucleus cuts off only the rarest words",
    ct.Cases(types=(10, 20, 50, 100), rounds=range(1, 60)),
    margin,
    expected="REFUTED",
    said="descriptions of top-p decoding",
    statistic="population",
    precisely=(
        "Equally likely words, large samples, of which the fewest that hold 90 % are kept in every round. Half of the "
        "words are left."
    ),
    because="what is left is the new whole, of which a tenth goes again: of k words ⌈0.9 k⌉ stay",
    true_when="it is done once",
    corrected=ct.Claim(
        "However many words there were, at most nine are left in the end",
        ct.Cases(types=(10, 50, 1000, 50_000, 10**6)),
        rest,
        proof=proof,
        boundary="holds",
        expected="PROVED",
        statistic="population",
        precisely="Integers: 9 less the number of equally likely words after 200 rounds of a 90 % nucleus.",
        because="⌈0.9 k⌉ = k first for k = 9, where a tenth is less than a word",
    ),
)
