"""H4: what the loop of the theorem has to give up, one case each."""

import math

import collapse_theory as ct

EXITS = (
    ct.Recursion(ct.Gaussian(ddof=0), ct.Replace(), sample_size=ct.schedules.power(10, 2)),  # n_t = 10 t²
    ct.Recursion(ct.Gaussian(ddof=0), ct.Fresh(real=1), sample_size=10),  # a real point in every generation
    ct.Recursion(ct.Gaussian(ddof=0), ct.Golden(size=10), sample_size=10),  # ten real points kept
    ct.Recursion(ct.Gaussian(ddof=0), ct.Accumulate(), sample_size=10),  # nothing thrown away
    ct.Recursion(ct.Categorical((0.5, 0.5), smoothing=ct.BackOff(2)), ct.Replace(), sample_size=10),  # held by a base
)


def margin(case: ct.Case) -> float:
    """Share of the source's spread at generation 10 000, in the mean, less 1/10; -∞ where a run collapses."""
    spread = case.loop.variance if isinstance(case.loop.family, ct.Gaussian) else case.loop.gini_simpson
    if case.loop.fate.verdict == "collapses":
        return -math.inf
    return float(spread.mean(10_000) / case.loop.family.spread) - 0.1


claim = ct.Claim(
    "There are five ways out of collapse: growing samples, fresh data, a kept set, accumulation, an anchored estimate",
    ct.Cases(loop=EXITS),
    margin,
    expected="HOLDS",
    number="H4b",
    said="the literature on remedies, taken together",
    statistic="mean",
    precisely=(
        "A closed loop with one thing changed: samples of 10 t² points; one real point of ten; ten real points kept; "
        "nothing thrown away; shares smoothed towards the source's with the weight of two points. By the exact fate no "
        "run collapses, and the margin is the share of the source's spread that is there, less 1/10. A sixth way, a "
        "divisor past the critical one, ends in explosion and is no cure."
    ),
    because="either the losses, about 1/n_t each, add up to a finite number, or something real stays in every fit",
)
