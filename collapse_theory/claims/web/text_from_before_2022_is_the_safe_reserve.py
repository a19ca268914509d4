"""F8: an old and clean reserve, in a world that moves."""

import collapse_theory as ct


def margin(case: ct.Case) -> float:
    """Squared error about today's mean with the crawl, less that with the reserve."""
    lag, drift = 0.0, case.drift
    crawl, reserve = ct.Contaminated(ai_share=0.35), ct.Golden(size=1000)
    for _ in range(case.t):
        lag = 0.35 * (lag + drift)  # of the crawl, 35 % are of the newest model, and the rest of today's world
    noise = [
        float(ct.Recursion(ct.NormalMean(), regime, sample_size=100).squared_location_error.mean(case.t))
        for regime in (crawl, reserve)
    ]
    return float((noise[0] + lag**2) - (noise[1] + (drift * case.t) ** 2))


claim = ct.Claim(
    "Text from before 2022 is the safe reserve",
    ct.Cases(t=(2, 5, 10, 50, 100), drift=(0.0, 0.001, 0.01, 0.1)),
    margin,
    expected="REFUTED",
    number="F8",
    said="press articles",
    statistic="mean square",
    precisely=(
        "mean of a normal law of known variance 1, which moves by a drift in every generation. A reserve of 1000 old "
        "points, kept beside 100 of the newest model, has a smaller squared error about today's mean than 100 pages "
        "crawled today, 35 % of them by the newest model"
    ),
    because="the reserve errs by the whole way that the world has gone, a crawl by half of a generation's step",
    true_when="the world does not move",
    corrected=ct.Claim(
        "In a world that stands still the reserve is better",
        ct.Cases(t=(2, 5, 10, 50, 100), drift=(0.0,)),
        margin,
        expected="HOLDS",
        statistic="mean square",
        precisely="The same two loops without drift.",
        because="the set has 15 times as many real points, and the noise of the model's own fades in both",
    ),
)
