"""F6: a filter by quality that likes synthetic pages."""

import collapse_theory as ct


def after(case: ct.Case) -> float:
    """Synthetic share of what passes a filter that lets synthetic pages pass r times as often."""
    return 1 - float(ct.Detector(tpr=0.0, fpr=1 - 1 / case.preference).real_share(case.ai_share))


def margin(case: ct.Case) -> float:
    """Synthetic share of what passes, less that of the crawl."""
    return float(after(case) - case.ai_share)


def proof() -> list[ct.Check]:
    """With r times the chance to pass, s becomes rs/(rs + 1 - s), above s for r > 1."""
    import sympy

    s, r, odds = sympy.symbols("s r x", positive=True)
    shift = r * s / (r * s + 1 - s) - s
    return [
        ct.Check(
            "s' - s = (r-1) s(1-s)/(rs+1-s)", sympy.simplify(shift - (r - 1) * s * (1 - s) / (r * s + 1 - s)) == 0
        ),
        ct.positive_beyond((1 / (r * s + 1 - s)).subs(s, odds / (1 + odds)), (r, odds), (1, 0), what="rs + 1 - s > 0"),
    ]


claim = ct.Claim(
    "Quality filters that prefer machine text raise its share",
    ct.Cases(preference=(2.3, 9.8, 1.1, 100.0), ai_share=(0.35, 0.1, 0.9)),
    margin,
    proof=proof,
    expected="PROVED",
    number="F6",
    said="a summary of a paper of 2026, with factors of 2.3 and 9.8 on two corpora",
    statistic="population",
    precisely=(
        "a crawl with synthetic share s, 0 < s < 1, and a filter that synthetic pages pass r > 1 times as often. Their "
        "share of what passes is larger than s; that real filters do so is a measurement"
    ),
    because="odds are multiplied by r: 35 % become 55 % at r = 2.3 and 84 % at r = 9.8",
)
