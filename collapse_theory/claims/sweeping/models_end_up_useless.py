"""H6: useless, it is not said for what."""

import collapse_theory as ct


def margin(case: ct.Case) -> float:
    """One half less the share of its usefulness that a model has after 20 n generations, in the mean."""
    answers = ct.Categorical((0.75, 0.25), labels=("right", "wrong"))
    loop = ct.Recursion(answers, ct.Replace(), sample_size=case.n)
    use = loop.gini_simpson if case.use == "variety" else loop.probability_of("right")
    start, end = use.mean([0, 20 * case.n])
    return 0.5 - float(end / start)


claim = ct.Claim(
    "Models end up useless",
    ct.Cases(n=(2, 5, 10, 50), use=("variety", "a right answer")),
    margin,
    expected="REFUTED",
    number="H6",
    said="IBM Think, an explainer on model collapse",
    statistic="mean",
    precisely=(
        "Two answers, right with probability 3/4, replacement, n points. After 20 n generations less than half of the "
        "mean usefulness is left: the Gini-Simpson index, or the chance that a drawn answer is right."
    ),
    because=(
        "shares are martingales: three of four loops end with right answers only, and the mean accuracy never moves"
    ),
    true_when="a model is used for its variety",
    corrected=ct.Claim(
        "For variety models end up useless",
        ct.Cases(n=(2, 5, 10, 50, 100), use=("variety",)),
        margin,
        expected="HOLDS",
        statistic="mean",
        precisely="The same, of the Gini-Simpson index alone.",
        because="its mean falls by the factor 1 - 1/n per generation",
    ),
)
