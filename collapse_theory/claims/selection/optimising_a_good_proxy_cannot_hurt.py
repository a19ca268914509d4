"""A reward that stands for the truth, and nearly always agrees with it."""

import collapse_theory as ct

TRUTH, PROXY = {"good": 1.0, "fair": 0.0, "trick": -1.0}, {"good": 1.0, "fair": 0.0, "trick": 1.2}


def _expected(values: dict[str, float], rounds: int) -> float:
    answers = ct.Categorical((0.5, 0.499, 0.001), labels=tuple(TRUTH))
    loop = ct.Recursion(answers, ct.Replace(), sample_size=100, sampling=ct.Reward(PROXY))
    return float(sum(r * loop.probability_of(name).population(1 + rounds) for name, r in values.items()))


def margin(case: ct.Case) -> float:
    """True reward after so many rounds of optimising the proxy, less that of the source."""
    return _expected(TRUTH, case.rounds) - _expected(TRUTH, 0)


def proxy(case: ct.Case) -> float:
    """Rise of the expected proxy in a round."""
    return _expected(PROXY, case.rounds + 1) - _expected(PROXY, case.rounds)


claim = ct.Claim(
    "Optimising a good proxy cannot hurt",
    ct.Cases(rounds=range(1, 60)),
    margin,
    expected="REFUTED",
    said="a common defence of learnt rewards",
    statistic="population",
    precisely=(
        "Answers of true reward 1, 0, -1 and shares 0.5, 0.499, 0.001; the proxy is right but for the rare last one, "
        "to which it gives 1.2. Large samples, weights exp(proxy). True reward less that of the source."
    ),
    because="the truth rises to 0.984 in six rounds; then what fools the proxy takes over, and it falls to -0.71",
    true_when="hurting means the proxy itself",
    corrected=ct.Claim(
        "The proxy that is optimised rises in every round",
        ct.Cases(rounds=range(40)),
        proxy,
        expected="HOLDS",
        statistic="population",
        precisely="The rise of the expected proxy, of the same answers.",
        because="its rise is the covariance of proxy and weight, which rises with the proxy",
    ),
)
