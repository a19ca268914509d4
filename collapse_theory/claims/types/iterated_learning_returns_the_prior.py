"""Learners in a row, each with the same prior."""

from typing import Literal

import collapse_theory as ct


def _distance(case: ct.Case, estimator: Literal["plug-in", "posterior"]) -> float:
    """Distance of the mean Gini-Simpson index in the long run from that of the prior Dirichlet(α, …)."""
    smoothed = ct.Categorical((1 / case.types,) * case.types, smoothing=ct.AddAlpha(case.alpha), estimator=estimator)
    loop = ct.Recursion(smoothed, ct.Replace(), sample_size=case.n)
    total = case.types * case.alpha
    return float(abs(loop.gini_simpson.mean.limit - total * (1 - 1 / case.types) / (total + 1)))


def margin(case: ct.Case) -> float:
    """0.01 less the distance, of learners who take the posterior mean."""
    return 0.01 - _distance(case, "plug-in")


def sampling(case: ct.Case) -> float:
    """1e-9 less the distance, of learners who draw from their posterior."""
    return 1e-9 - _distance(case, "posterior")


CASES = ct.Cases(n=(10, 20, 50), alpha=(1.0, 0.5, 2.0), types=(2, 3, 5))

claim = ct.Claim(
    "Iterated learning returns the prior",
    CASES,
    margin,
    expected="REFUTED",
    said="summaries of work on cultural transmission",
    statistic="mean",
    precisely=(
        "Types, replacement, n points, a prior Dirichlet(α, …); the next law is the posterior mean, that is, add-α "
        "smoothing. In the long run the mean Gini-Simpson index is the prior's, within 0.01."
    ),
    because="posterior means vary less than the posterior: the law in the long run is close to Dirichlet(2α, …)",
    true_when="each learner draws its law from the posterior",
    corrected=ct.Claim(
        "Learners who draw from their posterior return the prior",
        CASES,
        sampling,
        expected="HOLDS",
        said="Griffiths and Kalish, 2007",
        statistic="mean",
        precisely="The same index, within 1e-9, for every n.",
        because="it is Gibbs sampling of the joint law of parameter and data, whose margin is the prior",
    ),
)
