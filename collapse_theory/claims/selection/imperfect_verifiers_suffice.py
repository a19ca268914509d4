"""E3: a verifier that errs is good enough, until all at once it is not."""

import collapse_theory as ct


def margin(case: ct.Case) -> float:
    """Accuracy of what is kept of answers with an error rate, less one half."""
    verifier = ct.Verifier("right", tpr=case.tpr, fpr=case.fpr)
    return float(verifier.kept(1 - case.error)) - 0.5


def proof() -> list[ct.Check]:
    """Kept answers are mostly right if and only if the error rate is below TPR/(TPR + FPR)."""
    import sympy

    a, b, e, s = sympy.symbols("a b e s", positive=True)
    half = sympy.Rational(1, 2)
    threshold = a / (a + b)
    kept = a * (1 - e) / (a * (1 - e) + b * e)
    odds = a * (1 - e) / (b * e)
    return [
        ct.Check("at the threshold one half is right", sympy.simplify(kept.subs(e, threshold)) == half),
        ct.Check("the accuracy is an increasing function of the odds", sympy.simplify(kept - odds / (1 + odds)) == 0),
        ct.Check("the odds fall as the error rate rises", sympy.simplify(odds.diff(e) * b * e**2 / a) == -1),
        ct.Check(
            "any TPR = FPR + s has a threshold above one half", bool((threshold - half).subs(a, b + s).factor() > 0)
        ),
    ]


claim = ct.Claim(
    "Imperfect verifiers suffice, below a sharp threshold of the error rate",
    ct.Cases(
        error=(0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9),
        tpr=(1.0, 0.9, 0.7, 0.5),
        fpr=(0.1, 0.2, 0.3, 0.5, 0.8),
    ).where(lambda case: case.error * (case.tpr + case.fpr) < case.tpr - 1e-9),
    margin,
    proof=proof,
    expected="PROVED",
    number="E3",
    said="Feng et al., 2024, of classifiers of Gaussian mixtures",
    statistic="population",
    precisely=(
        "One round: answers with an error rate below TPR/(TPR + FPR) are mostly right once a verifier has kept some of "
        "them; at the threshold one half is right, above it less. The margin is the accuracy kept, less 1/2."
    ),
    because="the verifier multiplies the odds of being right by TPR/FPR, so they pass 1 at one error rate",
)
