"""B1: the tails are what is lost first."""

import collapse_theory as ct


def margin(case: ct.Case) -> float:
    """Share of the mass beyond 3 standard deviations that is lost, on average over runs; negative where it grows."""
    mass = ct.Recursion(ct.Gaussian(ddof=1), ct.Replace(), sample_size=case.n).tail_mass(3).mean
    return 1 - float(mass(case.t)) / float(mass(0))


def far_beyond_near(case: ct.Case) -> float:
    """Log of the share left beyond 2 of the source's standard deviations over that beyond 3, in the median run."""
    from scipy.special import log_ndtr

    spread = ct.Recursion(ct.Gaussian(ddof=1), ct.Replace(), sample_size=case.n).sd.median(case.t)
    near, far = (log_ndtr(-k / spread) - log_ndtr(-k) for k in (2.0, 3.0))
    return float(near - far)


claim = ct.Claim(
    "Tails go first",
    ct.Cases(n=(2, 3, 5, 10, 20, 50, 100), t=(1, 5, 20, 40)),
    margin,
    expected="REFUTED",
    number="B1",
    said="Shumailov et al., Nature 2024, as early collapse; IBM Think, an explainer; course notes",
    statistic="mean",
    precisely=(
        "Gaussian, replacement, n points, ddof = 1, read as: the far tail is lost on the average. The expected mass "
        "of the model beyond 3 standard deviations of the source, about the source's centre, is "
        "smaller at generation t than in the source; the margin is the share lost"
    ),
    because=(
        "near the source the mass beyond k standard deviations is convex in the variance for k > √3, so that the runs "
        "that widen or wander add more to the average than the others lose"
    ),
    true_when="a typical run is meant, and its tails are measured from its own centre",
    corrected=ct.Claim(
        "In the median run the mass beyond 3 standard deviations falls by a larger share than that beyond 2",
        ct.Cases(n=(2, 10, 50), t=(1, 10)),
        far_beyond_near,
        expected="HOLDS",
        statistic="median",
        precisely="Gaussian, replacement, ddof = 1; beyond k source standard deviations from the model's own centre.",
        because="the median standard deviation falls, and of a normal law the far tail falls faster than the near one",
    ),
)
