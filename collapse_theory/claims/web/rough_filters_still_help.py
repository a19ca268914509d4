"""F3: a weak filter is better than none, in the loop."""

import collapse_theory as ct


def margin(case: ct.Case) -> float:
    """Squared error of the mean in the end without the filter, less that with it; n times both."""
    rough = ct.Detector(tpr=0.26, fpr=0.09)
    crawls = (
        ct.Contaminated(ai_share=case.ai_share),
        ct.Contaminated(ai_share=case.ai_share, detector=rough, refill=case.refill),
    )
    plain, filtered = (
        ct.Recursion(ct.Gaussian(ddof=0), crawl, sample_size=case.n).squared_location_error.mean for crawl in crawls
    )
    return float(case.n * (float(plain.limit) - float(filtered.limit)))


def proof() -> list[ct.Check]:
    """The error in the end, from the tableau with real share α by chance, falls with α for every n ≥ 2."""
    import sympy

    from collapse_theory.tableau.moments import second_moment_map, variance_at_rest

    n, odds = sympy.symbols("n x", positive=True)
    share = odds / (1 + odds)
    rows = second_moment_map(ct.Step(drawn=(0, n), weight=(0, 1), share=share), 0)
    error = sympy.cancel(1 - variance_at_rest(rows))  # V + M = 1
    # Odds of being real from 0 on; a filter multiplies them by (1 - FPR)/(1 - TPR).
    return [
        ct.positive_beyond(sympy.cancel(-error.diff(odds)), (n, odds), (2, 0), what="the error falls with the odds"),
        ct.Check("the filter raises the odds", ct.Detector(tpr=0.26, fpr=0.09).likelihood_ratio > 1),
    ]


claim = ct.Claim(
    "Rough filters still help",
    ct.Cases(n=(10, 20, 100, 1000), ai_share=(0.35, 0.75), refill=(True, False)),
    margin,
    expected="REFUTED",
    number="F3",
    said="a public discussion",
    statistic="mean square",
    precisely=(
        "Gaussian, ddof = 0, a crawl of n pages with synthetic share s by chance; a detector with TPR 0.26, FPR 0.09; "
        "either pages are crawled until n have passed, or what is left of n is fitted. The filter lowers the squared "
        "error of the mean in the end"
    ),
    because="of a fixed crawl the filter leaves fewer points; in an unbiased loop these cost more than purity gains",
    true_when="pages are crawled until the training set has its size again",
    corrected=ct.Claim(
        "At a fixed size of the training set the rough filter lowers the error",
        ct.Cases(n=(10, 20, 100, 1000), ai_share=(0.35, 0.75), refill=(True,)),
        margin,
        proof=proof,
        expected="PROVED",
        statistic="mean square",
        precisely="The same loop with refilling, n ≥ 2, 0 < s < 1; a weak filter does little: 35 % become 30.5 %.",
        because="the fit is then one with more fresh data by chance, and the error falls with their share",
    ),
)
