"""E2: a filter for right answers; the first half, whether they stay right."""

import collapse_theory as ct


def margin(case: ct.Case) -> float:
    """Accuracy of the fitted model in the long run, less one half."""
    verifier = ct.Verifier("right", tpr=0.9, fpr=case.fpr, error=case.error)
    return verifier.resting_accuracy[1] - 0.5


def left(case: ct.Case) -> float:
    """Share of right answers after 40 rounds of large samples, from one right answer in a thousand."""
    answers = ct.Categorical((0.001, 0.999), labels=("right", "wrong"))
    verifier = ct.Verifier("right", tpr=0.9, fpr=case.fpr, error=case.error)
    recursion = ct.Recursion(answers, ct.Replace(), sample_size=100, sampling=verifier)
    return float(recursion.probability_of("right").population(41)) - 0.001


def proof() -> list[ct.Check]:
    """One round is affine in 1/accuracy, with the slope fpr/(tpr (1 - error)); below 1 it comes to its fixed point."""
    import sympy

    k, a, b, right = sympy.symbols("k a b r", positive=True)  # r = 1 - error
    after = a * right * k / (a * right * k + b * (1 - right * k))
    slope, constant = b / (a * right), 1 - b / a
    rest = sympy.simplify((1 - slope) / constant)
    surplus = sympy.Symbol("s", positive=True)  # a (1 - error) = b + s
    return [
        ct.Check("1/k' = 1 - b/a + (b/(a r)) (1/k)", sympy.simplify(1 / after - constant - slope / k) == 0),
        ct.Check("it rests at (a r - b)/(r (a - b))", sympy.simplify(rest - (a * right - b) / (right * (a - b))) == 0),
        ct.Check(
            "the slope is b/(b + s) < 1 where a r = b + s",
            bool((1 - slope.subs(a, (b + surplus) / right)).factor() > 0),
        ),
    ]


claim = ct.Claim(
    "A verifier prevents collapse: the answers stay right",
    ct.Cases(fpr=(0.1, 0.3, 0.5, 0.7, 0.8), error=(0.0, 0.05, 0.1, 0.2, 0.3)),
    margin,
    expected="REFUTED",
    number="E2",
    said="forum threads and press articles",
    statistic="population",
    precisely=(
        "Answers are right or wrong; the model spoils a right one with chance error, a verifier keeps right ones with "
        "chance 0.9 and wrong ones with chance fpr. The margin is the resting accuracy after the filter, less 1/2."
    ),
    because="a round multiplies the odds of few right answers by (TPR/FPR)(1 - error): below 1 they die out",
    true_when="(TPR/FPR)(1 - error) > 1, and only accuracy is asked for, not diversity",
    corrected=ct.Claim(
        "Right answers survive, however few they were, where (TPR/FPR)(1 - error) > 1",
        ct.Cases(fpr=(0.1, 0.3, 0.5, 0.7, 0.8), error=(0.0, 0.05, 0.1, 0.2, 0.3)).where(
            lambda case: 0.9 * (1 - case.error) > case.fpr + 0.01
        ),
        left,
        proof=proof,
        expected="PROVED",
        statistic="population",
        precisely="Large samples; the share of right answers after 40 rounds, from 0.001, is larger than it was.",
        because="in terms of 1/accuracy a round is a straight line of the slope FPR/(TPR (1 - error))",
    ),
)
