"""A16: the expectation read off a simulation, judged from runs."""

import math

import collapse_theory as ct


def margin_of(case: ct.Case, tilt: float) -> ct.SimulatedMargin:
    """Mean of the variance at generation t over runs, less nine tenths of the source's."""
    recursion = ct.Recursion(ct.Gaussian(ddof=1), ct.Replace(), sample_size=case.n)
    return ct.SimulatedMargin.of_runs(
        recursion,
        case.t,
        lambda runs: recursion.variance.values(runs)[:, -1],
        low=0,
        high=math.inf,
        less=0.9,
        tilt=tilt,
    )


def margin(case: ct.Case) -> ct.SimulatedMargin:
    """The mean by plain runs."""
    return margin_of(case, tilt=0.0)


def tilted(case: ct.Case) -> ct.SimulatedMargin:
    """The mean by runs drawn where it lives, each times its likelihood ratio."""
    return margin_of(case, tilt=1.0)


claim = ct.Claim(
    "Plain runs show that the expected variance stays",
    ct.Cases(n=(10,), t=(150,)),
    margin,
    expected="UNDECIDED",
    said="a common exercise, and the error behind many refutations by simulation",
    statistic="mean",
    precisely="Gaussian, replacement, n = 10, ddof = 1, generation 150; simulated mean of the variance less 0.9",
    because="its relative second moment is (1 + 2/(n-1))^t, so a few runs in 10^13 hold most of the mean",
    true_when="runs are drawn where the mean lives, and weighed by their likelihood ratios",
    corrected=ct.Claim(
        "Tilted runs show that the expected variance stays",
        ct.Cases(n=(5, 10), t=(100, 200)),
        tilted,
        expected="HOLDS",
        statistic="mean",
        precisely="As above, with the chi-squares of each generation drawn from their size-biased law.",
    ),
)
