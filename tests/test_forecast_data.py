"""What a forecast says of the data of each regime: true of simulated runs, and told in the words of the regime."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from every import REGIMES

import collapse_theory as ct
from collapse_theory import examples
from collapse_theory.forecasting.data_told import Data
from collapse_theory.forecasting.gaussian import affordable

EIGHT = ct.Categorical([1 / 8] * 8)
SIZE, GENERATIONS, REPLICATES = 8, 12, 300
DETECTOR = ct.Detector(tpr=0.8, fpr=0.05)
OTHERS: tuple[ct.Regime, ...] = (
    ct.Window(generations=1),
    ct.Golden(size=4, weight=1),
    ct.Weighted(real=2, weight=1),
    ct.Contaminated(ai_share=0),
    ct.Contaminated(ai_share=1),
    ct.Contaminated(ai_share=(0, 0.5, 1)),
    ct.FineTune(rate=1, data="fixed"),
    ct.FineTune(rate=1, data="regenerated"),
    ct.FineTune(rate=1, data="restart"),
)


def defined(regime: ct.Regime) -> bool:
    try:
        ct.Recursion(EIGHT, regime, sample_size=SIZE)
    except ct.NotDefined:
        return False
    return True


on_every_regime = pytest.mark.parametrize("regime", [one for one in (*REGIMES, *OTHERS) if defined(one)], ids=repr)


def data_of(regime: ct.Regime, size: Any = SIZE, family: ct.Family = EIGHT) -> Data:
    return Data(ct.Recursion(family, regime, sample_size=size), GENERATIONS)


@on_every_regime
def test_what_dies_and_what_comes_back_is_so_in_runs(regime: ct.Regime, seed: int) -> None:
    """What is excluded never happens; what may happen does, by generation 5 in one run of 20, so in one of 300."""
    data = data_of(regime)
    runs = data.recursion.simulate(GENERATIONS, REPLICATES, rng=seed, keep="all")
    there = runs.states[0] > 0
    before, after = there[:, :-1], there[:, 1:]
    lost, back = np.any(before > after, axis=(0, 2)), np.any(before < after, axis=(0, 2))
    later, held, pooled = np.arange(1, GENERATIONS + 1), data.held_from, data.later.subsample is not None
    assert lost[0]
    assert not np.any(lost[later > held]) if held else np.all(lost[[data.window, data.window + 1]])
    ceases = GENERATIONS if data.renewed or pooled else data.renewed_until
    assert not np.any(back[later > max(ceases, 1)])
    assert np.all(back[2 if pooled else 1 : min(ceases, 5)])


def test_a_pool_brings_back_only_what_generation_1_had(seed: int) -> None:
    """Without replacement the first fit sees the whole pool."""
    data = data_of(ct.AccumulateSubsample(replacement=False))
    there = data.recursion.simulate(GENERATIONS, REPLICATES, rng=seed, keep="all").states[0] > 0
    assert not np.any(there[:, 2:] > there[:, 1:2])


LOST = "A word that is not drawn is lost."
BACK = "and may come back with real data."
FOUND = {
    ct.Replace(): f"Each generation draws 8 words, whose shares are its probabilities. {LOST}",
    ct.Accumulate(): (
        "Each generation draws 8 words and joins them to all that were drawn before: the shares in this pool are its "
        "probabilities. A word that generation 1 does not draw is lost; what is in the pool stays."
    ),
    ct.AccumulateSubsample(replacement=False, size=3): (
        "Each generation draws 8 words, which join all that were drawn before, and is fitted to 3 words of this pool, "
        "drawn without replacement: the shares in this sample are its probabilities. A word that is not in the sample "
        "is missing, and may come back from the pool. One that generation 1 does not draw is lost for good."
    ),
    ct.AccumulateFresh(real=1): (
        "A word that the pool lacks is missing until real data bring it; what is in the pool stays."
    ),
    ct.Window(generations=2): (
        "Each generation draws 8 words and joins them to those of the one before: the shares in all of these are its "
        "probabilities. A word that none of the newest 2 generations draws is lost."
    ),
    ct.Window(generations=4): "joins them to those of the 3 generations before",
    ct.Weighted(real=1, weight=0.3): (
        "Each generation draws 8 words, of which the real one has 30 % of the weight: the shares in all of these, so "
        f"weighed, are its probabilities. A word that is not drawn is missing, {BACK}"
    ),
    ct.Golden(size=4): (
        "Generation 1 draws 4 words, every later one 8 words and joins them to the 4 real ones of generation 1: the "
        "shares in all of these are its probabilities. A word that generation 1 does not draw is lost; what is in the "
        "real set stays."
    ),
    ct.Golden(size=1, weight=0.5): (
        "Generation 1 draws 1 word, every later one 8 words and joins them to the real one of generation 1, which has "
        "50 % of the weight"
    ),
    ct.Contaminated(ai_share=0.5, detector=DETECTOR, refill=True): (
        "Each generation draws 8 words, each real with a chance of 82.6 %: the shares in these are its probabilities."
    ),
    ct.Contaminated(ai_share=0.5, detector=DETECTOR, refill=False): (
        "of which the detector lets 57.5 % pass on average, each real with a chance of 82.6 %: the shares in these are "
        f"its probabilities. A word that is not drawn, or does not pass, is missing, {BACK}"
    ),
    ct.Contaminated(ai_share=(0, 0.5, 0.75)): "each real with a chance of 25 % (from generation 3 on)",
    ct.Contaminated(ai_share=(0, 0.5, 1)): (
        "A word that is not drawn is missing; it may come back with real data, of which the last are those of "
        "generation 2, and is lost after that."
    ),
    ct.Contaminated(ai_share=0): "Each generation draws 8 words, all of them real: the shares in these are",
    ct.FineTune(rate=0.25, data="regenerated"): (
        "Each generation draws 8 words, and the model before has 75 % of the weight beside them: the shares in all of "
        "these, so weighed, are its probabilities. A word that generation 1 does not draw is lost. One that a later "
        "generation does not draw is not, but keeps only 75 % of its share."
    ),
    ct.FineTune(rate=0.25, data="fixed"): (
        "Generation 1 draws 8 words, and generation 2 8 more, to which that one and all later ones are fitted, beside "
        "the model before, which has 75 % of the weight"
    ),
    ct.FineTune(rate=1, data="fixed"): (
        "the shares in these are the probabilities. A word that generation 2 does not draw is lost; the others stay."
    ),
    ct.FineTune(rate=0.25, data="restart"): (
        "joins them to the 8 real ones of generation 1, which have 75 % of the weight"
    ),
}


@pytest.mark.parametrize(("regime", "expected"), list(FOUND.items()), ids=map(repr, FOUND))
def test_the_words_for_the_data(regime: ct.Regime, expected: str) -> None:
    data = data_of(regime)
    told = f"{data.drawn_told('words')}{data.shares_told('', 'probabilities')} {data.missing_told('word')}"
    assert expected in told


def test_the_words_for_samples_that_grow() -> None:
    growing = ct.schedules.power(8, 1)
    for regime, expected in (
        (ct.Golden(size=4), "Generation 1 draws 4 words, every later one 16 words at first, 96 at the last and joins"),
        (ct.FineTune(rate=0.5, data="fixed"), "Generation 1 draws 8 words, and generation 2 16 words, to which"),
        (ct.AccumulateSubsample(replacement=True), "is fitted to as many of this pool, drawn with replacement"),
        (ct.AccumulateSubsample(replacement=True, size=5), "is fitted to 5 words of this pool, drawn with replacement"),
        (ct.Window(generations=2), "Each generation draws 8 words at first, 96 at the last and joins them"),
    ):
        assert expected in data_of(regime, growing).drawn_told("words")


@on_every_regime
def test_real_points_are_told_where_they_come_or_stay(regime: ct.Regime) -> None:
    kept = ct.Golden, ct.AccumulateFresh, ct.Fresh, ct.FreshMixture, ct.Weighted
    crawl = isinstance(regime, ct.Contaminated) and regime.shares != (1.0,)
    based = isinstance(regime, ct.FineTune) and regime.data == "restart" and regime.rate < 1
    assert bool(data_of(regime).real_told("the source", "words")) is (isinstance(regime, kept) or crawl or based)


def test_a_detector_of_tails_is_named_beside_the_law() -> None:
    steep = ct.Detector(tpr=0.5, fpr=0.1, beyond=2.0, tail_fpr=0.5)
    data = data_of(ct.Contaminated(ai_share=0.5, detector=steep, refill=True), family=ct.Gaussian())
    assert data.real_told("the fitted Gaussian", "points") == (
        " Real points are taken to follow the fitted Gaussian, before the detector throws some away."
    )


def words_of(regime: ct.Regime, source: Any = EIGHT, **given: Any) -> str:
    asked = {"sample_size": SIZE, "generations": 3, "replicates": 100, "regime": regime, **given}
    return " ".join(ct.forecast(source, **asked).summary().split())


@on_every_regime
def test_the_end_of_a_vocabulary_agrees_with_what_its_regime_keeps(regime: ct.Regime) -> None:
    told, data = words_of(regime, replicates=20), data_of(regime)
    end = told.split("In the end")[1].split("Half-life")[0]
    held = data.held_from is not None and not data.renewed
    assert ("nothing more is lost" in end or "is lost at once" in end or "none is lost after" in end) is held
    assert ("for ever, on average" in end or "for ever. It" in end) <= (not held and not data.renewed)
    assert ("comes back" in end) <= data.renewed
    if held:
        assert "is never down to half: it does not" in told or "is down to half" in told
    if isinstance(regime, ct.Fresh):
        assert "a type that is lost comes back with real data, and none is lost for good." in end
    if isinstance(regime, ct.AccumulateFresh):
        assert "Every run comes back to the source: no type is missing for ever" in end
    if isinstance(regime, ct.AccumulateSubsample):
        assert "The pool of every run settles, with another law in each run; the fits, samples of it" in end


@pytest.mark.parametrize(
    ("regime", "variance"),
    [
        (ct.Replace(), "its variance is the sum of squares over (n - 1)."),
        (ct.FreshMixture(share=0.5), "its variance is the sum of squares over (n - 1)."),
        (ct.Golden(size=4), "over (N - 1), N being the number of points that are fitted."),
        (ct.AccumulateSubsample(replacement=False), "over (N - 1), N being the number of points that are fitted."),
        (ct.Contaminated(ai_share=0.5, detector=DETECTOR, refill=False), "over (N - 1), N being the number"),
        # K = 1 / (0.5²/2 + 0.5²/6) and 8/0.5²
        (ct.Weighted(real=2, weight=0.5), "the weighted mean square, times K/(K - 1), where K = 6.00 is Kish's size"),
        (ct.FineTune(rate=0.5, data="regenerated"), "times K/(K - 1), where K = 32.0 is Kish's size of the weights."),
        (ct.FineTune(rate=0.5, data="fixed"), "the variance is the weighted mean square, times K/(K - 1)"),
    ],
    ids=repr,
)
def test_how_the_variance_is_fitted(regime: ct.Regime, variance: str) -> None:
    assert variance in words_of(regime, examples.michelson_1879())
    if "Kish" in variance:
        assert "is the weighted mean square. Regime" in words_of(regime, examples.michelson_1879(), ddof=0)


def test_the_fates_of_a_column() -> None:
    column = examples.michelson_1879()
    assert "Every run comes back to the source, its spread and its mean alike." in words_of(
        ct.AccumulateFresh(real=2), column
    )
    assert "The pool of every run settles, with another spread in each run; the fits" in words_of(
        ct.AccumulateSubsample(replacement=True), column, ddof=0
    )
    unknown = words_of(ct.AccumulateSubsample(replacement=True), column)
    assert "No theorem says what becomes of a run. Half-life" in unknown
    grown = words_of(ct.Fresh(real=2), column, sample_size=ct.schedules.power(8, 1))
    assert "No theorem says what becomes of a run under these sample sizes. Half-life" in grown


@pytest.mark.parametrize(
    ("regime", "told"),
    [
        (
            ct.Contaminated(ai_share=(0, 0.5), detector=DETECTOR, refill=False),
            "Regime contaminated (ai_share = 0, 0.5; detector = tpr 0.8, fpr 0.05; refill = no): a crawl of the web",
        ),
        (ct.Contaminated(ai_share=0.5, composition="fixed"), "(ai_share = 0.5; composition = fixed): a crawl"),
        (ct.AccumulateSubsample(replacement=True, size=4), "(replacement = yes; size = 4): every point ever drawn"),
        (ct.FineTune(rate=0.5, data="restart"), "Regime fine-tune (rate = 0.5; data = restart): the newest model"),
        (ct.Accumulate(), "Regime accumulate: every point"),
    ],
    ids=repr,
)
def test_a_regime_is_named_with_its_parameters_in_words(regime: ct.Regime, told: str) -> None:
    assert told in words_of(regime)


@pytest.mark.parametrize(
    ("source", "regime", "message"),
    [
        (
            ct.MarkovChain([[0.5, 0.5], [0.5, 0.5]]),
            ct.FineTune(rate=0.5, data="regenerated"),
            r"MarkovChain is not .* carries the old model over: ct\.FineTune\(rate=0\.5, data='regenerated'\)$",
        ),
        (
            ct.MarkovChain([[0.5, 0.5], [0.5, 0.5]]),
            ct.AccumulateSubsample(replacement=True),
            r"MarkovChain is not .* its pool again: ct\.AccumulateSubsample\(replacement=True\)$",
        ),
        (
            EIGHT,
            ct.Contaminated(
                ai_share=0.5, detector=ct.Detector(tpr=0.5, fpr=0.1, beyond=2.0, tail_fpr=0.5), refill=True
            ),
            r"Categorical is not .* the place of a point: ct\.Contaminated\(ai_share=0\.5, .*\)$",
        ),
    ],
    ids=["fine-tune", "subsample", "detector"],
)
def test_a_pair_that_does_not_exist_names_both(source: Any, regime: ct.Regime, message: str) -> None:
    with pytest.raises(ct.NotDefined, match=message):
        ct.forecast(source, sample_size=SIZE, generations=2, regime=regime)


def test_a_chain_in_a_loop_is_set_free_only_by_what_is_new() -> None:
    chain = ct.MarkovChain([[0.5, 0.5], [0.5, 0.5]])
    for regime, free in ((ct.Window(generations=2), False), (ct.Golden(size=4), False), (ct.Fresh(real=1), True)):
        told = words_of(regime, chain, sample_size=6, generations=40, replicates=200)
        assert "of the runs repeat the same over and over" in told
        assert ("New transitions can break it again." in told) is free
    assert "the shares in each row of all of these are its chances" in words_of(ct.Window(generations=2), chain)


def test_one_point_is_half_of_two_types() -> None:
    two = ct.Categorical([0.5, 0.5])
    for regime, single in (
        (ct.Golden(size=1), True),
        (ct.AccumulateSubsample(replacement=True, size=1), True),
        (ct.Golden(size=2), False),
        (ct.Replace(), False),
    ):
        found = ct.forecast(two, sample_size=SIZE, generations=2, regime=regime, replicates=20)
        assert found.half_life == (1 if single else None)


def test_the_title_of_a_picture_has_as_many_lines_as_it_needs() -> None:
    long = ct.Contaminated(ai_share=(0, 0.3, 0.9), detector=DETECTOR, refill=False)
    for regime, lines in ((ct.Replace(), 1), (long, 2)):
        found = ct.forecast(EIGHT, sample_size=SIZE, generations=2, regime=regime, replicates=20, label="eight types")
        title = found.figure().get_suptitle()
        assert title.count("\n") == lines - 1
        assert max(map(len, title.splitlines())) <= 110
        assert repr(regime) in title.replace("\n", " ")


def test_runs_are_fewer_where_points_are_kept_one_by_one() -> None:
    for regime, size, horizon, runs in (
        (ct.Replace(), 100, 1000, 20_000),
        (ct.AccumulateSubsample(replacement=True), 100, 0, 20_000),
        (ct.AccumulateSubsample(replacement=True), 100, 10, 20_000),
        # 4e8 points / (1000 generations of 100 drawn and 20 or 100 fitted)
        (ct.AccumulateSubsample(replacement=True, size=20), 100, 1000, 3000),
        (ct.AccumulateSubsample(replacement=False), 100, 1000, 2000),
        (ct.AccumulateSubsample(replacement=False), 100, 100_000, 1000),
    ):
        assert affordable(ct.Recursion(ct.Gaussian(), regime, sample_size=size), horizon) == runs
