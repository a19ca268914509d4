"""A4 in simulation: a typical run's distance from the source settles."""

import collapse_theory as ct


def margin(case: ct.Case) -> ct.SimulatedMargin:
    """Chance that a run is farther than two source standard deviations away at generation t, above one half."""
    recursion = ct.Recursion(ct.Gaussian(ddof=1), ct.Replace(), sample_size=case.n)
    return ct.SimulatedMargin.chance(
        recursion, case.t, lambda runs: recursion.wasserstein2_squared.values(runs)[:, -1] > 4, above=0.5
    )


claim = ct.Claim(
    "A typical run strays ever farther from the source in Wasserstein distance",
    ct.Cases(n=(5, 10), t=(100, 200, 1000)),
    margin,
    expected="REFUTED",
    said="a blog's retelling of a theorem about the mean",
    statistic="median",
    precisely="Gaussian, replacement, n points, ddof = 1; chance that W2 exceeds 2 sds at generation t, less one half",
    because="W2² converges in every run, to (μ_∞ - μ_0)² + σ_0²; only its mean diverges, held by few runs",
    true_when="the mean over runs is meant",
    corrected=ct.Claim(
        "The mean over runs of the squared Wasserstein distance grows without bound",
        ct.Cases(n=(5, 10), t=(100, 200, 1000)),
        lambda case: (
            ct.Recursion(ct.Gaussian(ddof=1), ct.Replace(), sample_size=case.n).wasserstein2_squared.mean(case.t)
            - case.t / case.n
        ),
        expected="HOLDS",
        statistic="mean",
        precisely="As above; expected W2² less t/n.",
    ),
)
