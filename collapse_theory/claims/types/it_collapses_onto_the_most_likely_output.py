"""C2: the winner is the likeliest type."""

import collapse_theory as ct


def margin(case: ct.Case) -> float:
    """Chance that the likeliest type is the one that is left, less 99 %."""
    recursion = ct.Recursion(ct.Categorical.from_counts(case.counts), ct.Replace(), sample_size=case.n)
    return float(recursion.fixation_time(0).distribution.probability_finite) - 0.99


def cooled(case: ct.Case) -> float:
    """Probability of the likeliest type in generation 100 of cooler decoding without noise, less 99 %."""
    cooler = ct.Temperature(case.temperature)
    recursion = ct.Recursion(ct.Categorical.from_counts(case.counts), ct.Replace(), sample_size=1, sampling=cooler)
    return float(recursion.probability_of(0).population(100)) - 0.99


def proof() -> list[ct.Check]:
    """At T = e^-h the odds e^-d of any other type become exp(-d e^(ht)) after t rounds, which tends to 0."""
    import sympy

    d, h, t = sympy.symbols("d h t", positive=True)
    odds = sympy.exp(-d * sympy.exp(h * t))
    next_round = sympy.exp(sympy.log(odds) * sympy.exp(h))
    return [
        ct.Check("the power 1/T takes exp(-d e^(ht)) to t + 1", sympy.simplify(next_round / odds.subs(t, t + 1)) == 1),
        ct.Check("exp(-d e^(ht)) → 0 for all d, h > 0", sympy.limit(odds, t, sympy.oo) == 0),
    ]


COUNTS = ((2, 1), (2, 1, 1), (3, 1), (3, 2), (3, 2, 1), (5, 3, 2), (9, 1), (90, 10), (99, 1))

claim = ct.Claim(
    "It collapses onto the most likely output",
    ct.Cases(n=(2, 5, 10, 100), counts=COUNTS),
    margin,
    expected="REFUTED",
    number="C2",
    said="many explainers, among them a blog retelling of the Nature paper",
    statistic="one run",
    precisely=(
        "Categorical, replacement by n points, source probabilities in proportion to the counts. The type that is left "
        "in the end is the likeliest one with a chance of 99 % or more; the margin is that chance less 99 %"
    ),
    because="each probability is a martingale that ends at 0 or 1, so that a type wins with its initial probability",
    true_when="answers are decoded at a temperature below 1, from so many points that noise does not matter",
    corrected=ct.Claim(
        "Below temperature 1 the most likely output takes all",
        ct.Cases(temperature=(0.5, 0.7, 0.9), counts=COUNTS),
        cooled,
        proof=proof,
        expected="PROVED",
        statistic="population",
        precisely="Categorical, infinite samples, points from the law to the power 1/T, T < 1, one likeliest type.",
        because="log-odds are multiplied by 1/T > 1 in every round",
    ),
)
