"""H4: certain, and provable, of some loops."""

import collapse_theory as ct

CLOSED = tuple(ct.Recursion(ct.Gaussian(ddof=ddof), ct.Replace(), sample_size=10) for ddof in (0, 1))
OUT = ct.claims.there_are_five_ways_out_of_collapse


def margin(case: ct.Case) -> float:
    """Rate at which the spread of a run falls, where it goes to 0; else a tenth less the share that is left of it."""
    fate = case.loop.fate
    return -fate.value if fate.verdict == "collapses" else -float(OUT.margin(case))


def closed(case: ct.Case) -> float:
    """Rate at which a run's variance falls per generation."""
    return -float(ct.Recursion(ct.Gaussian(ddof=case.ddof), ct.Replace(), sample_size=case.n).variance.growth_rate)


claim = ct.Claim(
    "Model collapse is inevitable",
    ct.Cases(loop=(*CLOSED, *(case.loop for case in OUT.cases))),
    margin,
    expected="REFUTED",
    number="H4",
    said="a co-author in Nature News; TechCrunch, TechTarget",
    statistic="almost every run",
    precisely=(
        "Closed loops first, then five ways out. Where almost every run loses its spread the margin is the rate of "
        "that, else one tenth less the share of the source's spread that is there, in the mean, at generation 10 000."
    ),
    because=(
        "the theorem needs a closed loop, bounded samples, replacement and maximum likelihood or the unbiased "
        "variance; any one of these given up, a loop may stay away from collapse"
    ),
    true_when="the loop is closed, samples are bounded and replaced, and the variance is SS/n or SS/(n-1)",
    corrected=ct.Claim(
        "A closed loop of a Gaussian collapses under replacement by n points, at ddof = 0 and 1, for every n",
        ct.Cases(n=range(2, 10_000), ddof=(0, 1)),
        closed,
        proof=ct.claims.variation_always_shrinks.corrected.proof,
        expected="PROVED",
        statistic="almost every run",
        precisely="The rate ln((n - ddof)/2) - ψ((n-1)/2) at which the log-variance of almost every run falls.",
        because="ln x > ψ(x), by Jensen's inequality",
    ),
)
