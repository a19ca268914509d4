"""E6, greedy: the best tenth by a score, again and again."""

import math

import collapse_theory as ct


def _margin(sampling: ct.Sampling, t: int) -> float:
    recursion = ct.Recursion(ct.Gaussian(), ct.Replace(), sample_size=50, sampling=sampling)
    first, half, whole = recursion.variance.population([1, 1 + t, 1 + 2 * t])
    return 1e-9 + float(2 * math.log(half) - math.log(whole) - math.log(first))


def margin(case: ct.Case) -> float:
    """Twice the fall of the log-variance in the first t rounds, less that in 2t rounds, with the sign of a rise."""
    return _margin(ct.TopFraction(case.fraction, score_noise=case.noise), case.t)


def correlated(case: ct.Case) -> float:
    """The same where the score keeps its correlation with the point."""
    return _margin(ct.TopFraction(case.fraction, score_correlation=case.correlation), case.t)


claim = ct.Claim(
    "Selection of the best collapses exponentially fast",
    ct.Cases(t=(1, 2, 5, 10, 100), fraction=(0.5, 0.2, 0.1), noise=(1.0, 0.5, 0.1)),
    margin,
    expected="REFUTED",
    number="E6b",
    said="comments on self-training by a reward",
    statistic="population",
    precisely=(
        "Gaussian, large samples, the top fraction by a score that is the point plus noise of a fixed standard "
        "deviation. ln variance falls in 2t rounds by twice what it falls in t; the margin is minus the shortfall."
    ),
    because="the narrower the model, the blinder the score: 1/σ² grows by a constant per round, so σ² falls like 1/t",
    true_when="score and point keep their correlation however narrow the model is",
    corrected=ct.Claim(
        "At a fixed correlation of score and point selection collapses exponentially",
        ct.Cases(t=(1, 2, 5, 10, 100), fraction=(0.5, 0.2, 0.1), correlation=(1.0, 0.5, 0.1)),
        correlated,
        expected="HOLDS",
        statistic="population",
        precisely="The same; the margin is 1e-9 less the difference, which is 0 for a geometric fall.",
        because="every round multiplies the variance by 1 - ρ² i(i - z), z being the threshold and i the mean above it",
    ),
)
