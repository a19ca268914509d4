"""F2: a detector that errs is worth nothing."""

import collapse_theory as ct


def margin(case: ct.Case) -> float:
    """Synthetic share of what passes the detector, less that of the crawl."""
    return float(1 - ct.Detector(tpr=case.tpr, fpr=case.fpr).real_share(case.ai_share)) - float(case.ai_share)


def proof() -> list[ct.Check]:
    """What is taken off the share s by rates p and q is s(1-s)(p-q) over the chance to pass."""
    import sympy

    s, p, q = sympy.symbols("s p q", positive=True)
    kept = s * (1 - p) + (1 - s) * (1 - q)
    off = s - s * (1 - p) / kept
    packaged = ct.Detector(tpr=0.75, fpr=0.25).real_share(0.5)
    return [
        ct.Check("s - s' = s(1-s)(p-q)/kept", sympy.simplify(off - s * (1 - s) * (p - q) / kept) == 0),
        ct.Check("as the detector has it, at s = 1/2", 1 - packaged == (s - off).subs({s: 0.5, p: 0.75, q: 0.25})),
    ]


claim = ct.Claim(
    "Detectors are unreliable, hence useless",
    ct.Cases(ai_share=(0.35, 0.1, 0.9), tpr=(0.9, 0.26, 0.5), fpr=(0.01, 0.09, 0.2)).where(
        lambda case: case.tpr > case.fpr
    ),
    margin,
    boundary="holds",
    expected="REFUTED",
    number="F2",
    said="a public discussion",
    statistic="population",
    precisely=(
        "a crawl with synthetic share s; synthetic pages are flagged with chance TPR, real ones with FPR, and what is "
        "flagged is thrown away. The synthetic share of what is left is not smaller"
    ),
    because="TPR 0.9 with FPR 0.01 leaves 5.2 % of the 35 %: odds are divided by (1 - FPR)/(1 - TPR), here 9.9",
    true_when="TPR is not above FPR",
    corrected=ct.Claim(
        "A detector whose TPR is not above its FPR does not lower the synthetic share",
        ct.Cases(ai_share=(0.35, 0.1, 0.9), tpr=(0.1, 0.2, 0.5), fpr=(0.1, 0.3, 0.61)).where(
            lambda case: case.tpr <= case.fpr
        ),
        margin,
        proof=proof,
        boundary="holds",
        expected="PROVED",
        statistic="population",
        precisely="The same crawl, 0 < s < 1; synthetic share of what passes, less that of the crawl.",
        because="s - s' = s(1-s)(TPR - FPR) over the chance to pass, which has the sign of TPR - FPR",
    ),
)
