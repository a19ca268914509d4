"""Less of what models wrote is better, it seems."""

import collapse_theory as ct


def _error(case: ct.Case, *, refill: bool) -> float:
    """Mean squared error of the fitted mean in the long run, with a detector of machine text."""
    crawl = ct.Contaminated(case.share, detector=ct.Detector(tpr=case.tpr, fpr=0.05), refill=refill)
    loop = ct.Recursion(ct.Gaussian(ddof=0), crawl, sample_size=1000)
    return float(loop.squared_location_error.mean.limit)


def _unfiltered(case: ct.Case) -> float:
    loop = ct.Recursion(ct.Gaussian(ddof=0), ct.Contaminated(case.share), sample_size=1000)
    return float(loop.squared_location_error.mean.limit)


def margin(case: ct.Case) -> float:
    """By how much filtering a crawl of 1000 pages lowers the error, as a share."""
    return 1 - _error(case, refill=False) / _unfiltered(case)


def refilled(case: ct.Case) -> float:
    """The same where one crawls on until there are 1000 pages again."""
    return 1 - _error(case, refill=True) / _unfiltered(case)


CASES = ct.Cases(share=(0.9, 0.5, 0.1), tpr=(0.8, 0.5, 0.95))

claim = ct.Claim(
    "Filtering out machine text always helps",
    CASES,
    margin,
    expected="REFUTED",
    said="usual advice",
    statistic="mean square",
    precisely=(
        "Gaussian, ddof = 0, a crawl of 1000 pages of which a share is the newest model's, a detector with FPR 0.05 "
        "whose finds are thrown away. The mean squared error of the mean is lower in the long run than without it."
    ),
    because=(
        "an honest model's pages still carry what earlier real pages said; a filter throws that away, and real pages"
    ),
    true_when="the crawl goes on until the training set is as large as before",
    corrected=ct.Claim(
        "At a fixed size of the training set filtering helps",
        CASES,
        refilled,
        expected="HOLDS",
        statistic="mean square",
        precisely="The same, where what was thrown away is replaced by further filtered pages.",
        because="there are then more real pages among as many",
    ),
)
