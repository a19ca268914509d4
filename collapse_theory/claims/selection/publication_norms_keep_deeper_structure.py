"""E13: what is published is selected, and it matters for what."""

import collapse_theory as ct


def margin(case: ct.Case) -> float:
    """Chance that the deep structure is the one that is left, less its share in the source."""
    texts = ct.Categorical((0.2, 0.8), labels=("deep", "shallow"))
    norm = ct.Verifier("deep", tpr=case.deep, fpr=case.shallow)
    loop = ct.Recursion(texts, ct.Replace(), sample_size=case.n, sampling=norm)
    return float(loop.probability_of("deep").mean.limit) - 0.2


PUBLISHED = (0.9, 0.7, 0.5, 0.3)

claim = ct.Claim(
    "Norms of publication keep deeper structure",
    ct.Cases(n=(10, 20, 50), deep=PUBLISHED, shallow=PUBLISHED).where(lambda case: case.deep != case.shallow),
    margin,
    expected="REFUTED",
    number="E13",
    said="Riis, 2026, of an ecology of n-gram models, without the condition",
    statistic="mean",
    precisely=(
        "A toy: texts of deep or shallow structure, published with one chance each, refitted by replacement with n "
        "points. The chance that deep structure is what is left, less its share in the source, which is drift's answer."
    ),
    because="a norm is a filter: it keeps what it publishes more often, whatever that is",
    true_when="the norm publishes deep texts more often than shallow ones",
    corrected=ct.Claim(
        "A norm that prefers deep structure keeps it more often than drift does",
        ct.Cases(n=(10, 20, 50), deep=PUBLISHED, shallow=PUBLISHED).where(lambda case: case.deep > case.shallow),
        margin,
        expected="HOLDS",
        statistic="mean",
        precisely="The same chance, less the share in the source.",
        because="it is selection with the advantage deep/shallow - 1 > 0",
    ),
)
