"""B2: in every run the tails vanish."""

from collections.abc import Iterable

import collapse_theory as ct

TOLERATED = 0.01


def margin(case: ct.Case) -> float:
    """1 % less the chance that the model has come to stand beyond 3 standard deviations of the source."""
    n = case.n
    centre = ct.Recursion(ct.Gaussian(ddof=1), ct.Replace(), sample_size=n).location.distribution(20 * n)
    return TOLERATED - float(centre.cdf(-3) + centre.sf(3))


def falls(case: ct.Case) -> float:
    """Rate at which the variance of almost every run falls, and with it the mass beyond any distance."""
    return -float(ct.Recursion(ct.Gaussian(ddof=case.ddof), ct.Replace(), sample_size=case.n).variance.growth_rate)


def proof() -> Iterable[ct.Check]:
    """The variance of almost every run falls at ddof = 0 and at ddof = 1, for every n."""
    shrinks: ct.Claim = ct.claims.variation_always_shrinks.corrected
    return shrinks.proof() if shrinks.proof else ()


claim = ct.Claim(
    "Tails vanish with probability one",
    ct.Cases(n=(2, 3, 5, 10, 20, 50)),
    margin,
    expected="REFUTED",
    number="B2",
    said="a discussion on a social network",
    statistic="one run",
    precisely=(
        "Gaussian, replacement, n points, ddof = 1, tails beyond 3 standard deviations of the source from its centre. "
        "The chance that more than half of the model lies in them tends to 0: at generation 20 n it is below 1 %. "
        "Whenever the model's centre lies beyond, more than half of the model does; the margin is 1 % less that chance"
    ),
    because=(
        "the centre of each run comes to rest at a point whose law, near Student's with 2 degrees of freedom for "
        "large n, puts more than 5 % beyond 3: there the run collapses into the tail"
    ),
    true_when="the tails are those beyond a fixed distance from the model's own centre, and ddof is 0 or 1",
    corrected=ct.Claim(
        "Beyond a fixed distance from its own centre the mass of almost every run vanishes",
        ct.Cases(n=range(2, 10_000), ddof=(0, 1)),
        falls,
        proof=proof,
        expected="PROVED",
        statistic="almost every run",
        precisely="Gaussian, replacement; the margin is the rate at which the variance of almost every run falls.",
        because="the variance falls geometrically, by the strong law of large numbers for its logarithm",
    ),
)
