"""H1: eight definitions are in use."""

import collapse_theory as ct


def margin(case: ct.Case) -> int:
    """Minus the number of the eight definitions of which one reading says yes and another says no."""
    return -len(ct.definitions(ct.Recursion(ct.Gaussian(ddof=case.ddof), ct.Replace(), sample_size=case.n)).disputed)


claim = ct.Claim(
    "Model collapse means one thing",
    ct.Cases(ddof=(0, 1, 2), n=(5, 10, 50)),
    margin,
    boundary="holds",
    expected="REFUTED",
    number="H1",
    said="titles and summaries, against which Schaeffer et al., 2025, list eight definitions",
    statistic="law",
    precisely=(
        "Gaussian, replacement, n points, variance SS/(n - ddof). The eight published definitions, read for the mean "
        "over runs and for almost every run, agree with themselves. The margin is minus the number of those that do "
        "not."
    ),
    because="the mean over runs and the typical run differ, and so do distances: one may diverge, the next is bounded",
    true_when="the definition, the quantity and the statistic over runs are said",
)
