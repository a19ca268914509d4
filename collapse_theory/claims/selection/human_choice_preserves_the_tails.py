"""E11: someone in the loop picks what goes on."""

import collapse_theory as ct


def _kept(case: ct.Case, advantage: float) -> float:
    """Chance that a type of the share 1/n is alive at generation n, with an advantage of one of the two types."""
    words = ct.Categorical((1 / case.n, 1 - 1 / case.n), labels=("rare", "usual"))
    choice = ct.FitnessAdvantage(advantage, of=case.liked)
    loop = ct.Recursion(words, ct.Replace(), sample_size=case.n, sampling=choice)
    return float(loop.survival_of("rare").mean(case.n))


def margin(case: ct.Case) -> float:
    """Chance that the rare type is alive at generation n with the chooser, less that without."""
    return _kept(case, case.advantage) - _kept(case, 0.0)


SIZES, ADVANTAGES = (2, 5, 10, 20, 50, 100), (0.01, 0.1, 0.5)

claim = ct.Claim(
    "A human who chooses preserves the tails",
    ct.Cases(liked=("rare", "usual"), advantage=ADVANTAGES, n=SIZES),
    margin,
    expected="REFUTED",
    number="E11",
    said="proposals of human oversight of the data",
    statistic="mean",
    precisely=(
        "Two types, the rare one with one copy expected among n points; the chooser draws the one that is liked 1 + s "
        "times as often as its share says. The margin is what that adds to the chance to be alive at generation n."
    ),
    because="choice is selection: what is liked gains, and most choosers like what is usual",
    true_when="the chooser likes what is rare",
    corrected=ct.Claim(
        "A chooser who likes what is rare preserves the tails",
        ct.Cases(liked=("rare",), advantage=ADVANTAGES, n=SIZES),
        margin,
        expected="HOLDS",
        statistic="mean",
        precisely="The same, of a chooser who likes the rare type.",
        because="the share of the rare type then grows, on average, in every round",
    ),
)
