"""F11: synthetic pages carry a mark."""

import collapse_theory as ct


def margin(case: ct.Case) -> float:
    """One percent, less the synthetic share of what is left when marked pages are thrown away."""
    return 0.01 - (1 - float(ct.Detector.provenance(case.coverage).real_share(case.ai_share)))


def proof() -> list[ct.Check]:
    """Of the share s, the part s(1-c)/(s(1-c) + 1-s) is left at coverage c; none at c = 1."""
    import sympy

    s, c = sympy.symbols("s c", positive=True)
    left = s * (1 - c) / (s * (1 - c) + 1 - s)
    packaged = 1 - ct.Detector.provenance(0.5).real_share(0.5)
    return [
        ct.Check("nothing is left at c = 1", left.subs(c, 1) == 0),
        ct.Check("as the detector has it, at s = c = 1/2", abs(packaged - left.subs({s: 0.5, c: 0.5})) < 1e-15),
    ]


claim = ct.Claim(
    "Watermarks solve it",
    ct.Cases(coverage=(1.0, 0.99, 0.9, 0.5), ai_share=(0.35, 0.1, 0.9)),
    margin,
    expected="REFUTED",
    number="F11",
    said="a public discussion",
    statistic="population",
    precisely=(
        "a crawl with synthetic share s of which the share c is marked, real pages never; marked pages are thrown "
        "away. At most one percent of what is left is synthetic"
    ),
    because="a mark is a detector with TPR = c and FPR = 0: at c = 0.9, 35 % become 5.1 %",
    true_when="every synthetic page is marked",
    corrected=ct.Claim(
        "Marks on every synthetic page leave nothing of them",
        ct.Cases(coverage=(1.0,), ai_share=(0.35, 0.1, 0.9)),
        margin,
        proof=proof,
        expected="PROVED",
        statistic="population",
        precisely="The same crawl at c = 1 and any s < 1.",
        because="the chance of a synthetic page to pass is 1 - c",
    ),
)
