"""The categorical family: how it is made, what it refuses, what its quantities are on a law, and its moments."""

from __future__ import annotations

import pickle
from pathlib import Path

import numpy as np
import pytest

import collapse_theory as ct
from collapse_theory import Categorical
from collapse_theory.families.categorical import categorical as module


def loop(family: Categorical, regime: ct.Regime | None = None, n=10) -> ct.Recursion:
    return ct.Recursion(family, regime or ct.Replace(), sample_size=n)


THREE = Categorical([0.5, 0.3, 0.2], labels=("a", "b", "c"))


@pytest.mark.parametrize(
    ("probabilities", "message"),
    [
        ([0.5, -0.1, 0.6], r"probabilities\[1\] = -0.1 is outside its domain: a real number in"),
        ([0.5, np.nan, 0.5], r"probabilities\[1\] = nan is outside its domain"),
        ([0.5, np.inf], r"probabilities\[1\] = inf is outside its domain"),
        ([0.5, 0.3], "probabilities sum to 0.8, 0.2 too little: they must sum to 1"),
        ([0.5, 0.6], "probabilities sum to 1.1, 0.1 too much"),
        ([1.0], "leave nothing to chance: at least two must be positive"),
        ([1.0, 0.0], "leave nothing to chance"),
        ([], "probabilities has no entries, outside its domain"),
        (["0.5", "0.5"], "is outside its domain: a sequence of numbers"),
        ([[0.5, 0.5]], r"probabilities has shape \(1, 2\), outside its domain: one number for each type"),
        ("ab", "probabilities = 'ab' is outside its domain: a sequence of numbers"),
        (0.5, r"probabilities has shape \(\)"),
    ],
)
def test_what_is_no_law_is_refused(probabilities, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Categorical(probabilities)


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        (("a", "a", "b"), "labels has 'a' twice, outside its domain: distinct labels"),
        (("a", "b"), "labels has 2 entries, outside its domain: one for each of 3 types"),
        (7, "labels = 7 is outside its domain: a sequence of hashable names"),
        (([], "b", "c"), "a sequence of hashable names"),
    ],
)
def test_labels_that_do_not_name_the_types_are_refused(labels, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Categorical([0.5, 0.3, 0.2], labels=labels)


def test_options_outside_their_domain_are_refused() -> None:
    with pytest.raises(ValueError, match=r"smoothing = ct.AbsoluteDiscount\(discount=0.5\) is outside its domain"):
        Categorical([0.5, 0.5], smoothing=ct.AbsoluteDiscount(0.5))
    with pytest.raises(ValueError, match="estimator = 'map' is outside its domain: one of 'plug-in', 'posterior'"):
        Categorical([0.5, 0.5], estimator="map")
    with pytest.raises(ValueError, match="sample_size = 0 is outside its domain: an integer in"):
        loop(THREE, n=0)


def test_an_unknown_label_or_rank_is_refused() -> None:
    recursion = loop(THREE)
    with pytest.raises(ValueError, match="label = 'd' is outside its domain: one of 'a', 'b', 'c'"):
        recursion.survival_of("d")
    with pytest.raises(ValueError, match="label = 0 is outside its domain"):
        recursion.loss_time(0)
    with pytest.raises(ValueError, match="rank = 0 is outside its domain: an integer in"):
        recursion.rank_tail_mass(0)
    with pytest.raises(ct.NotDefined, match="Categorical has no 'variance'; it has"):
        _ = recursion.variance


@pytest.mark.parametrize(
    ("counts", "message"),
    [
        ([3, -1, 2], r"counts\[1\] = -1 is outside its domain: an integer, at least 0"),
        ({"a": 3, "b": 1.5}, r"counts\['b'\] = 1.5 is outside its domain"),
        ([5, 0], "counts has 1 types that were seen, outside its domain: 2 or more"),
        ({}, "counts has 0 types that were seen"),
        ([[1, 2]], r"counts has shape \(1, 2\)"),
        ("abc", "counts = 'abc' is outside its domain: whole numbers"),
    ],
)
def test_what_are_no_counts_is_refused(counts, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Categorical.from_counts(counts)


def test_counts_become_shares_under_their_labels() -> None:
    family = Categorical.from_counts({"the": 6, "of": 3, "whale": 1}, smoothing=ct.AddAlpha(0.5))
    assert family.types == ("the", "of", "whale")
    assert family.probabilities.values.tolist() == [0.6, 0.3, 0.1]
    assert family.smoothing == ct.AddAlpha(0.5)
    assert Categorical.from_counts([6, 3, 1], labels="abc").types == ("a", "b", "c")
    with pytest.raises(ValueError, match="labels are the keys of the mapping"):
        Categorical.from_counts({"a": 1, "b": 2}, labels=("c", "d"))


def test_a_text_is_counted_by_words_or_characters(tmp_path: Path) -> None:
    text = "The whale, the Whale’s tail: the end."
    family = Categorical.from_text(text)
    assert dict(zip(family.types, family.probabilities.values * 7, strict=True)) == pytest.approx(
        {"the": 3, "whale": 1, "whale's": 1, "tail": 1, "end": 1}
    )
    assert family.types[0] == "the"
    file = tmp_path / "corpus.txt"
    file.write_text(text, encoding="utf-8")
    assert Categorical.from_file(file) == family
    assert set(Categorical.from_file(file, unit="character").types) == set(" ".join(text.split()))
    with pytest.raises(ValueError, match="has no words, outside its domain"):
        Categorical.from_text("... !")
    with pytest.raises(ValueError, match="string has one word only, 'again', outside its domain: two different ones"):
        Categorical.from_text("again again")
    file.write_text("", encoding="utf-8")
    with pytest.raises(ValueError, match="is empty"):
        Categorical.from_file(file)


def test_zipf_falls_with_the_rank() -> None:
    family = Categorical.zipf(50, 1.3)
    assert family.types == tuple(range(1, 51))
    assert family.probabilities.values[0] / family.probabilities.values[9] == pytest.approx(10**1.3)
    assert family.zipf_exponent == pytest.approx(1.3)
    assert THREE.zipf_exponent is None
    for size, exponent in ((1, 1.0), (10, 0.0), (10, np.nan)):
        with pytest.raises(ValueError, match="is outside its domain"):
            Categorical.zipf(size, exponent)


def test_ranks_of_equal_probabilities_go_by_place() -> None:
    assert Categorical([0.1, 0.4, 0.1, 0.4]).probabilities.ranks.tolist() == [3, 1, 4, 2]


def test_it_prints_as_the_code_that_makes_it() -> None:
    namespace = {"ct": ct}
    for member in Categorical.examples():
        assert eval(repr(member), namespace) == member
    assert repr(Categorical.zipf(100, 1, smoothing=ct.BackOff(3))) == (
        "ct.Categorical(<100 types>, smoothing=ct.BackOff(strength=3))"
    )


@pytest.mark.parametrize("family", [*Categorical.examples(), Categorical.zipf(300, 1.0)], ids=repr)
def test_it_is_a_value(family: Categorical) -> None:
    recursion = loop(family)
    assert ct.Recursion.from_dict(recursion.to_dict()) == recursion
    assert pickle.loads(pickle.dumps(recursion)) == recursion
    assert hash(pickle.loads(pickle.dumps(family))) == hash(family)
    with pytest.raises(AttributeError):
        family.probabilities.values = np.ones(2)
    with pytest.raises(ValueError, match="read-only"):
        family.probabilities.values[0] = 1.0


LAW = np.array([[0.5, 0.5, 0.0]])
BY_HAND = {
    "entropy": np.log(2),
    "perplexity": 2.0,
    "gini_simpson": 0.5,
    "squared_distance": 0.2**2 + 0.2**2,
    "support_size": 2.0,
    "lost_mass": 0.2,
    "total_variation": 0.2,
    "hellinger_squared": 1 - 0.5 - np.sqrt(0.15),
    "chi_squared": 0.04 / 0.3 + 0.2,
    "kl_model_source": 0.5 * np.log(5 / 3),
    "kl_source_model": np.inf,
    "missing_mass": 0.25,
}


@pytest.mark.parametrize("name", BY_HAND)
def test_quantities_of_a_law_by_hand(name: str) -> None:
    quantity = loop(THREE).watch(name)
    assert quantity.measure((LAW, np.array([0.25]))) == pytest.approx([BY_HAND[name]], abs=1e-15)
    pairs = np.empty(1, dtype=object)
    pairs[0] = np.array([[0.0, 1.0], [0.5, 0.5]])
    assert quantity.measure((pairs, np.array([0.25]))) == pytest.approx([BY_HAND[name]], abs=1e-15)


def test_quantities_with_arguments_by_hand() -> None:
    recursion, state = loop(THREE), (LAW, np.zeros(1))
    assert recursion.survival_of("c").measure(state) == [0]
    assert recursion.probability_of("b").measure(state) == [0.5]
    assert recursion.rank_tail_mass(1).measure(state) == [0.5]
    assert recursion.rank_tail_support(1).measure(state) == [1]
    assert recursion.rank_tail_support(2).measure(state) == [0]


def test_the_source_has_lost_nothing() -> None:
    recursion = loop(Categorical.zipf(400, 1.1))
    for name in (
        "lost_mass",
        "total_variation",
        "squared_distance",
        "kl_model_source",
        "kl_source_model",
        "chi_squared",
    ):
        assert recursion.watch(name).source_value == 0
    assert recursion.support_size.source_value == 400
    assert recursion.perplexity.source_value == pytest.approx(np.exp(recursion.entropy.source_value))


def test_a_type_of_the_smoothing_that_the_source_lacks_is_infinitely_far() -> None:
    family = Categorical([0.5, 0.5, 0.0], smoothing=ct.AddAlpha(1))
    runs = loop(family).simulate(1, 100, rng=1)
    assert np.all(np.isposinf(loop(family).chi_squared.values(runs)))
    assert np.all(np.isposinf(loop(family).kl_model_source.values(runs)))
    assert np.all(np.isfinite(loop(family).kl_source_model.values(runs)))


@pytest.mark.parametrize("regime", [ct.Replace(), ct.Accumulate(), ct.Fresh(real=2), ct.FreshMixture(0.25)], ids=repr)
@pytest.mark.parametrize("n", [8, ct.schedules.power(8, 1)], ids=repr)
def test_diversity_comes_from_the_tableau_as_for_the_gaussian(regime: ct.Regime, n) -> None:
    t = np.arange(6)
    words, numbers = loop(THREE, regime, n), ct.Recursion(ct.Gaussian(ddof=0), regime, sample_size=n)
    assert words.gini_simpson.mean(t) == pytest.approx(THREE.spread * numbers.variance.mean(t), rel=1e-13)
    assert words.squared_distance.mean(t) == pytest.approx(
        THREE.spread * numbers.squared_location_error.mean(t), rel=1e-13, abs=1e-16
    )
    assert words.gini_simpson.mean.theorem.title == numbers.variance.mean.theorem.title


def test_diversity_has_a_formula_and_a_conservation_law() -> None:
    recursion = loop(THREE)
    assert str(recursion.gini_simpson.mean.symbolic) == "G_0*((n - 1)/n)**t"
    assert recursion.conservation_law.prove()
    runs = recursion.simulate(5, 1000, rng=3)
    total = recursion.gini_simpson.values(runs) + recursion.squared_distance.values(runs)
    assert total.mean() == pytest.approx(THREE.spread, abs=0.05)


@pytest.mark.parametrize("regime", [ct.Replace(), ct.Accumulate(), ct.Fresh(real=2), ct.FreshMixture(0.25)], ids=repr)
def test_fates(regime: ct.Regime) -> None:
    verdicts = {"Replace": "collapses", "Accumulate": "settles", "Fresh": "stationary", "FreshMixture": "stationary"}
    assert loop(THREE, regime).fate.verdict == verdicts[type(regime).__name__]


def test_growing_samples_and_smoothing_have_other_fates() -> None:
    assert loop(THREE, n=ct.schedules.power(10, 2)).fate.verdict == "settles"
    assert loop(THREE, n=ct.schedules.power(10, 1)).fate.verdict == "collapses"
    assert loop(Categorical([0.5, 0.5], smoothing=ct.AddAlpha(1))).fate.verdict == "stationary"
    assert loop(Categorical([0.5, 0.5], estimator="posterior")).fate.verdict == "collapses"


def test_large_vocabularies_store_what_is_alive(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "DENSE", 2)
    runs = loop(THREE, n=5).simulate(3, 50, rng=1, keep="all")
    assert runs.states[0].dtype == object
    assert all(pairs.shape[0] == 2 and pairs[1].sum() == pytest.approx(1) for pairs in runs.states[0].ravel())
    with pytest.raises(ValueError, match=r"simulate with keep=ct.Values\(…\) to save values"):
        runs.save("nowhere.npz")


def test_runs_of_few_types_are_saved(tmp_path: Path) -> None:
    recursion = loop(THREE)
    runs = recursion.simulate(
        4, 20, rng=1, keep="all", watch=[recursion.loss_time("c"), recursion.time_until_support(2)]
    )
    runs.save(tmp_path / "runs.npz")
    again = ct.load_runs(tmp_path / "runs.npz")
    assert np.array_equal(recursion.entropy.values(again), recursion.entropy.values(runs))
    assert np.array_equal(again.watched_times(recursion.loss_time("c")), runs.watched_times(recursion.loss_time("c")))
