"""E10: the judge is the author."""

from fractions import Fraction

import collapse_theory as ct


def margin(case: ct.Case) -> Fraction:
    """Share of right answers after the filter, less that before it, exactly."""
    kept, right = Fraction(case.kept, 10), Fraction(case.right, 10)
    return kept * right / (kept * right + kept * (1 - right)) - right


def outside(case: ct.Case) -> float:
    """The same for a verifier that knows more than the model: it keeps right answers with the larger chance."""
    verifier = ct.Verifier("right", tpr=case.tpr, fpr=case.fpr)
    return float(verifier.kept(case.right) - case.right)


claim = ct.Claim(
    "A model can verify itself",
    ct.Cases(kept=range(1, 11), right=range(1, 10)),
    margin,
    complete=True,
    expected="REFUTED",
    number="E10",
    said="proposals of self-rewarding loops",
    statistic="population",
    precisely=(
        "Its verdict depends on the answer by what the model believes, not by what is true: right and wrong answers "
        "are kept with one chance, TPR = FPR = kept/10. The margin is the gain of accuracy, of right/10 before."
    ),
    because="the odds of being right are multiplied by TPR/FPR = 1",
    true_when="it judges better than it writes, TPR > FPR",
    corrected=ct.Claim(
        "A verifier with TPR > FPR raises the accuracy",
        ct.Cases(right=(0.1, 0.3, 0.5, 0.7, 0.9), tpr=(1.0, 0.8, 0.6, 0.4), fpr=(0.0, 0.2, 0.4, 0.6, 0.8)).where(
            lambda case: case.tpr > case.fpr
        ),
        outside,
        expected="HOLDS",
        statistic="population",
        precisely="Accuracy after the filter less that before it, for accuracies strictly between 0 and 1.",
        because="the odds are multiplied by TPR/FPR > 1",
    ),
)
