"""E6: what is chosen is preferred, and ever more of the same."""

import math

import collapse_theory as ct

REWARDS = {"a": 0.0, "b": 1.0, "c": 2.0}


def _law(case: ct.Case, t: int) -> list[float]:
    texts = ct.Categorical(case.source, labels=tuple(REWARDS))
    loop = ct.Recursion(texts, ct.Replace(), sample_size=100, sampling=ct.Reward(REWARDS))
    return [float(loop.probability_of(label).population(t)) for label in REWARDS]


def _moments(case: ct.Case, t: int) -> tuple[float, float]:
    law, rewards = _law(case, t), list(REWARDS.values())
    mean = sum(p * r for p, r in zip(law, rewards, strict=True))
    return mean, sum(p * (r - mean) ** 2 for p, r in zip(law, rewards, strict=True))


def margin(case: ct.Case) -> float:
    """Variance of the reward after so many rounds, relative to the source's, less one hundredth."""
    return _moments(case, 1 + case.rounds)[1] / _moments(case, 1)[1] - 0.01


def optimised(case: ct.Case) -> float:
    """The smaller of the rise of the expected reward in a round, and what keeps its variance below a falling bound."""
    (now, variance), (later, _) = _moments(case, 1 + case.rounds), _moments(case, 2 + case.rounds)
    bound = 4 * math.exp(-case.rounds) / case.source[-1]
    return float(min(later - now, bound - variance))


def proof() -> list[ct.Check]:
    """Three types of any shares and rewards: the rise is a covariance, the odds against the best fall geometrically."""
    import sympy

    p, w = sympy.symbols("p1:4", positive=True), sympy.symbols("w1:4", positive=True)
    r = [sympy.log(x) for x in w]
    total = sum(a * b for a, b in zip(p, w, strict=True))
    rise = sum(a * b * c for a, b, c in zip(p, w, r, strict=True)) * sum(p) - total * sum(
        a * c for a, c in zip(p, r, strict=True)
    )
    pairs = sum(p[i] * p[j] * (r[i] - r[j]) * (w[i] - w[j]) for i in range(3) for j in range(i))
    after = [a * b / total for a, b in zip(p, w, strict=True)]
    return [
        ct.Check(
            "the rise is Σ p_i p_j (r_i - r_j)(w_i - w_j)/Σ p w over pairs; no term is negative, as w = exp(r)",
            sympy.expand(rise - pairs) == 0,
        ),
        ct.Check(
            "a round multiplies the odds of one type against another by w_i/w_j",
            sympy.simplify(after[0] / after[1] - p[0] * w[0] / (p[1] * w[1])) == 0,
        ),
    ]


claim = ct.Claim(
    "Curation only picks what people like, the variety stays",
    ct.Cases(rounds=range(1, 40), source=((0.5, 0.3, 0.2), (0.9, 0.09, 0.01), (0.98, 0.01, 0.01))),
    margin,
    expected="REFUTED",
    number="E6",
    said="an argument for curated synthetic data",
    statistic="population",
    precisely=(
        "Three types of rewards 0, 1, 2, chosen with weights exp(reward) among many candidates, large samples. A "
        "hundredth of the variance of the reward, or more, is left."
    ),
    because="shares are multiplied by exp(reward) in every round, so that only the best rewarded types are left",
    true_when="variety is not asked for: curation optimises what is preferred",
    corrected=ct.Claim(
        "The expected reward rises in every round, and its variance dies geometrically",
        ct.Cases(rounds=range(15), source=((0.5, 0.3, 0.2), (0.9, 0.09, 0.01), (0.98, 0.01, 0.01))),
        optimised,
        proof=proof,
        expected="PROVED",
        said="Ferbach et al., 2024",
        statistic="population",
        precisely=(
            "The smaller of two margins: the rise of the expected reward, and (2²/p₀(best)) exp(-rounds) less the "
            "variance, the square of the range times the odds against the best type."
        ),
        because="the rise is the covariance of reward and weight over the mean weight (Fisher's theorem)",
    ),
)
