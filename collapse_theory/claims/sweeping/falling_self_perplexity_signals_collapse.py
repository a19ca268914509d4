"""H7: the model is ever less surprised by itself."""

import collapse_theory as ct

WORDS = ct.Categorical((0.5, 0.3, 0.2))
LOOPS = (
    ct.Recursion(WORDS, ct.Replace(), sample_size=10),
    ct.Recursion(WORDS, ct.Fresh(real=5), sample_size=10, sampling=ct.Temperature(0.8)),
)


def margin(case: ct.Case) -> float:
    """Mass of the source that the loop has lost where its entropy has fallen, less 0.01."""
    honest = case.loop.sampling.honest
    entropy, lost = case.loop.entropy, case.loop.lost_mass
    fallen = (entropy.mean if honest else entropy.population)([1, case.t])
    if fallen[1] >= fallen[0]:
        return 1.0
    return float((lost.mean if honest else lost.population)(case.t)) - 0.01


def told(case: ct.Case) -> float:
    """1e-9 less the distance of the fall of the mean entropy from the mean of KL(model‖source)."""
    loop = ct.Recursion(ct.Categorical(case.source), ct.Replace(), sample_size=case.n)
    start, now = loop.entropy.mean([0, case.t])
    return float(1e-9 - abs(start - now - loop.kl_model_source.mean(case.t)))


claim = ct.Claim(
    "Falling self-perplexity is the signal of collapse",
    ct.Cases(loop=LOOPS, t=(2, 5, 10, 50)),
    margin,
    expected="REFUTED",
    number="H7",
    said="a monitoring tool's description",
    statistic="mean",
    precisely=(
        "Three words; an honest closed loop of 10 points, and a loop with half of its data real and the rest cooled to "
        "temperature 0.8, in large samples. Where the entropy has fallen since the first fit, at least 1 % of the "
        "source's mass has no word any more."
    ),
    because="cooling lowers the entropy at once and forgets nothing beside real data: sensitive, but not specific",
    true_when="the loop is closed and its draws are honest",
    corrected=ct.Claim(
        "In a closed honest loop the mean entropy falls by the mean of KL(model‖source), exactly",
        ct.Cases(n=(2, 5, 10, 20), t=(1, 2, 5, 20), source=((0.5, 0.5), (0.5, 0.3, 0.2), (0.7, 0.1, 0.1, 0.1))),
        told,
        expected="HOLDS",
        statistic="mean",
        precisely="Types, replacement, n points; both sides from their own exact curves.",
        because="shares are martingales, so the cross-entropy with the source has the mean H₀",
    ),
)
