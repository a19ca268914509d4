"""E2, the second half: a filter for right answers, and how many different ones are left."""

import collapse_theory as ct


def _loop(case: ct.Case) -> ct.Recursion:
    """Ten right answers, equally likely, and a wrong one; a verifier that makes few mistakes."""
    answers = ct.Categorical((*(0.05,) * 10, 0.5), labels=(*range(10), "wrong"))
    verifier = ct.Verifier(tuple(range(10)), tpr=0.95, fpr=0.05, error=0.1)
    return ct.Recursion(answers, ct.Replace(), sample_size=case.n, sampling=verifier)


def margin(case: ct.Case) -> ct.SimulatedMargin:
    """Share of the ten right answers that are alive at generation 2n, less one half, in the mean."""
    loop = _loop(case)

    def alive(runs: ct.Runs) -> object:
        return sum(loop.survival_of(label).values(runs)[:, -1] for label in range(10)) / 10

    return ct.SimulatedMargin.of_runs(loop, 2 * case.n, alive, low=0, high=1, less=0.5)


def drift(case: ct.Case) -> float:
    """Mean diversity of the right answers that a perfect verifier leaves, as a share of what it was at generation 1."""
    right = ct.Categorical((1 / case.types,) * case.types)
    loop = ct.Recursion(right, ct.Replace(), sample_size=case.n)
    return float(0.5 - loop.gini_simpson.mean(1 + case.n) / loop.gini_simpson.mean(1))


def proof() -> list[ct.Check]:
    """The factor 1 - 1/n, whose n-th power is below one half by Bernoulli's inequality, for every n ≥ 2."""
    import sympy

    from collapse_theory.symbols import n, t

    mean = ct.Recursion(ct.Categorical((0.5, 0.5)), ct.Replace(), sample_size=10).gini_simpson.mean.symbolic
    factor = sympy.simplify(sympy.expand_power_base(mean.subs(t, t + 1) / mean, force=True))
    return [
        ct.Check("a generation leaves 1 - 1/n of it", sympy.simplify(factor - 1 + 1 / n) == 0),
        ct.positive_beyond(1 + n / (n - 1) - 2, n, 2, what="(1 + 1/(n-1))^n ≥ 1 + n/(n-1) > 2 for n ≥ 2"),
    ]


claim = ct.Claim(
    "A verifier keeps the answers diverse",
    ct.Cases(n=(10, 20, 50, 100)),
    margin,
    expected="REFUTED",
    number="E2b",
    said="forum threads and press articles",
    statistic="mean",
    precisely=(
        "Ten right answers and a wrong one, n points, TPR 0.95, FPR 0.05, a right answer goes wrong in 1 of 10 cases: "
        "accuracy 0.994 after the filter. At generation 2n half of the right answers are still alive, on average."
    ),
    because=(
        "a verifier does not tell right answers from each other: among them there is drift, and it thins the sample"
    ),
    true_when="never for longer than about n generations, even of a perfect verifier",
    corrected=ct.Claim(
        "Even a perfect verifier leaves less than half of the diversity after n generations",
        ct.Cases(n=(2, 3, 5, 10, 20, 50, 100, 1000), types=(2, 3, 10)),
        drift,
        proof=proof,
        expected="PROVED",
        statistic="mean",
        precisely=(
            "What it keeps are honest draws of the model's right answers, n of them: the Gini-Simpson index, n "
            "generations after the first fit, relative to that of the first fit; the margin is 1/2 less that."
        ),
        because="the factor is (1 - 1/n)^n < 1/e",
    ),
)
