"""E1: what comes from the model alone can only be rearranged."""

import collapse_theory as ct


def margin(case: ct.Case) -> float:
    """By how much the share of right answers has fallen after one round of cooled self-training."""
    answers = ct.Categorical((case.right, 1 - case.right), labels=("right", "wrong"))
    recursion = ct.Recursion(answers, ct.Replace(), sample_size=100, sampling=ct.Temperature(0.5))
    first, second = recursion.probability_of("right").population([1, 2])
    return float(first - second)


def not_added(case: ct.Case) -> float:
    """Real points that came in by generation t, less those that the fitted mean of generation t is worth."""
    recursion = ct.Recursion(ct.NormalMean(), case.regime, sample_size=4)
    new = getattr(case.regime, "real", 0)
    return float(4 + (case.t - 1) * new - recursion.information.real_points(case.t))


claim = ct.Claim(
    "Without outside signal performance must fall, as synthetic data only rearrange what is there",
    ct.Cases(right=(0.1, 0.2, 0.3, 0.4, 0.6, 0.7, 0.8, 0.9)),
    margin,
    expected="REFUTED",
    number="E1",
    said="a public discussion, with an appeal to the data processing inequality",
    statistic="population",
    precisely=(
        "Answers are right or wrong; large samples of them are drawn at temperature 1/2, with no one to say which is "
        "which, and refitted. The margin is the share of right answers before, less that after."
    ),
    because="cooling favours the likelier answer, which is the right one as soon as more than half of them are right",
    true_when="performance is what is known about the source, as in the data processing inequality itself",
    corrected=ct.Claim(
        "A model is never worth more real points than came in",
        ct.Cases(
            regime=(ct.Replace(), ct.Accumulate(), ct.Window(3), ct.Fresh(real=1), ct.Weighted(real=2, weight=0.5)),
            t=(1, 2, 3, 5, 10, 20, 50),
        ),
        not_added,
        boundary="holds",
        expected="HOLDS",
        statistic="mean square",
        precisely=(
            "A mean of known variance, four points in every generation, all of them real in the first. What is lost: "
            "real points so far, less those whose mean has the same mean squared error; 0 at generation 1."
        ),
        because="every fitted mean is a weighted mean of real points plus noise that does not depend on them",
    ),
)
