"""F5: what a detector does to unusual human pages."""

import collapse_theory as ct


def margin(case: ct.Case) -> float:
    """Variance in the end without a detector, less that with one, in a crawl without any synthetic page."""
    bias = ct.Detector(tpr=0.9, fpr=0.0, beyond=case.beyond, tail_fpr=case.tail_fpr)
    plain, filtered = (
        ct.Recursion(ct.Gaussian(ddof=1), crawl, sample_size=100).variance.mean
        for crawl in (ct.Contaminated(ai_share=0.0), ct.Contaminated(ai_share=0.0, detector=bias, refill=True))
    )
    return float(plain.limit) - float(filtered.limit)


def proof() -> list[ct.Check]:
    """Within k lies the share P of a normal law, and I of its variance; I < P, so that a filter of the rest narrows."""
    import sympy

    k, within, beyond, inside, variance = sympy.symbols("k f g P I", positive=True)
    density = sympy.exp(-(k**2) / 2) / sympy.sqrt(2 * sympy.pi)
    part = sympy.erf(k / sympy.sqrt(2)) - 2 * k * density  # with the slope 2k²φ(k) of I, from 0
    passed = (1 - within) * inside + (1 - beyond) * (1 - inside)
    left = ((1 - within) * variance + (1 - beyond) * (1 - variance)) / passed
    return [
        ct.Check("I = P - 2kφ(k) < P", part.subs(k, 0) == 0 == sympy.simplify(part.diff(k) - 2 * k**2 * density)),
        ct.Check(
            "1 - variance left = (g - f)(P - I)/passed, for rates f within and g beyond",
            sympy.simplify(1 - left - (beyond - within) * (inside - variance) / passed) == 0,
        ),
    ]


claim = ct.Claim(
    "Detectors can bias the human data",
    ct.Cases(beyond=(1.0, 2.0, 3.0), tail_fpr=(0.1, 0.5, 1.0)),
    margin,
    proof=proof,
    expected="PROVED",
    number="F5",
    said="a public discussion",
    statistic="mean",
    precisely=(
        "Gaussian source, ddof = 1, a crawl without a single synthetic page and refilled; real pages farther than k "
        "standard deviations from the mean are flagged with a larger chance than others. The variance in the end falls"
    ),
    because="the far pages carry more variance than others: 4.6 % lie beyond k = 2, with 26 % of the variance",
)
