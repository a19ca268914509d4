"""C8: the perplexity of real text under the refitted model."""

import collapse_theory as ct


def margin(case: ct.Case) -> float:
    """Expected excess of the log perplexity on real text over its source's, at generation 10 n, less 100 nats."""
    source = ct.Categorical([0.5, 0.3, 0.2], smoothing=case.smoothing)
    return float(ct.Recursion(source, ct.Replace(), sample_size=case.n).kl_source_model.mean(10 * case.n)) - 100


def infinite(case: ct.Case) -> float:
    """Chance that the perplexity on real text is infinite at generation 10 n, less 99 %."""
    recursion = ct.Recursion(ct.Categorical([0.5, 0.3, 0.2]), ct.Replace(), sample_size=case.n)
    return 0.01 - float(recursion.kl_source_model.probability_finite(10 * case.n))


claim = ct.Claim(
    "Perplexity on real text explodes",
    ct.Cases(n=(2, 5, 10, 20), smoothing=(None, ct.AddAlpha(1), ct.AddAlpha(0.1))),
    margin,
    expected="REFUTED",
    number="C8",
    said="a common summary of the language-model experiments",
    statistic="mean",
    precisely=(
        "Categorical with three types, replacement by n points. The cross-entropy of real text under the model exceeds "
        "its entropy by KL(source‖model); its mean at generation 10 n is above 100 nats; the margin is that less 100"
    ),
    because="with α added to each count no probability is below α/(n+Kα), so that the excess is at most log((n+Kα)/α)",
    true_when="nothing is smoothed",
    corrected=ct.Claim(
        "Without smoothing the perplexity on real text becomes infinite in almost every run",
        ct.Cases(n=(2, 5, 10, 20, 50, 100)),
        infinite,
        expected="HOLDS",
        statistic="almost every run",
        precisely="The same without smoothing: by generation 10 n it is infinite with a chance above 99 %.",
        because="KL(source‖model) is infinite as soon as one type is lost, and all but one are lost in the end",
    ),
)
