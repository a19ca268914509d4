"""D6: a rolling crawl of the newest generations."""

from fractions import Fraction

import collapse_theory as ct


def margin(case: ct.Case) -> Fraction:
    """Expected variance with a window of w generations, less that under accumulation."""
    from collapse_theory.tableau.moments import exact_second_moments

    sizes = ct.schedules.as_schedule(case.n)
    rolled, pooled = (
        exact_second_moments(regime, sizes, 0, case.t)[case.t][0] for regime in (ct.Window(case.w), ct.Accumulate())
    )
    return Fraction(rolled - pooled)


def delay(case: ct.Case) -> float:
    """One twentieth, less the relative gap between the delay against replacement and (w+1)²/4."""
    window, replaced = (
        ct.Recursion(ct.Gaussian(ddof=0), regime, sample_size=case.n).variance.mean
        for regime in (ct.Window(case.w), ct.Replace())
    )
    early, late = 10 * case.n, 11 * case.n
    rates = [float(curve.log(late)) - float(curve.log(early)) for curve in (replaced, window)]
    return float(0.05 - abs(rates[0] / rates[1] / ((case.w + 1) ** 2 / 4) - 1))


claim = ct.Claim(
    "A rolling window over the newest generations is as good as accumulation",
    ct.Cases(w=range(2, 7), n=range(2, 7), t=range(1, 9)),
    margin,
    boundary="holds",
    expected="REFUTED",
    number="D6",
    said="a common reply about web crawls",
    statistic="mean",
    precisely=(
        "Gaussian, n points a generation, fitted to the newest w generations or to all, ddof = 0; expected variance "
        "with the window, less that under accumulation, exact"
    ),
    because="from generation w + 1 on nothing real is left in the window, and what is finite forgets for ever",
    true_when="the window still reaches back to the real data; later it delays collapse, (w+1)²/4 times",
    corrected=ct.Claim(
        "A window of w generations delays collapse by the factor (w+1)²/4",
        ct.Cases(w=(1, 2, 3, 5), n=(100, 300)),
        delay,
        expected="HOLDS",
        statistic="mean",
        precisely="Gaussian, ddof = 0, n ≥ 100; rate at which the expected variance falls, replacement over window.",
        because="an error of one generation ends as a shift by 2/(w+1) of itself",
    ),
)
