"""F4: throwing out what looks synthetic cannot do harm."""

import collapse_theory as ct


def margin(case: ct.Case) -> float:
    """Synthetic share of a crawl, less that of what passes the detector."""
    return float(float(ct.Detector(tpr=case.tpr, fpr=case.fpr).real_share(case.ai_share)) - (1 - case.ai_share))


claim = ct.Claim(
    "Any detector is better than none",
    ct.Cases(tpr=(0.9, 0.7, 0.5, 0.3), fpr=(0.01, 0.3, 0.61), ai_share=(0.35, 0.5, 0.9)),
    margin,
    expected="REFUTED",
    number="F4",
    said="a public discussion",
    statistic="population",
    precisely=(
        "a crawl with synthetic share s; synthetic pages are flagged with chance TPR, real ones with FPR, and what is "
        "flagged is thrown away. The synthetic share of what is left is smaller"
    ),
    because="a detector that flags more of the real pages than of the synthetic ones turns 35 % into 41 %",
    true_when="TPR is above FPR",
    corrected=ct.Claim(
        "Any detector with TPR above FPR is better than none",
        ct.Cases(tpr=(0.9, 0.7, 0.5, 0.3), fpr=(0.01, 0.3, 0.61), ai_share=(0.35, 0.5, 0.9)).where(
            lambda case: case.tpr > case.fpr
        ),
        margin,
        proof=lambda: ct.claims.detectors_are_unreliable_hence_useless.corrected.proof(),
        expected="PROVED",
        statistic="population",
        precisely="The same crawl, 0 < s < 1.",
        because="s - s' = s(1-s)(TPR - FPR) over the chance to pass",
    ),
)
