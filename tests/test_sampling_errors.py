"""Samplings as objects: refusals, files, pickles, code, and which families they are defined for."""

from __future__ import annotations

import json
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import collapse_theory as ct
from collapse_theory import families, sampling

TYPES = ct.Categorical([0.5, 0.3, 0.2])
WORDS = ct.Categorical([0.5, 0.3, 0.2], labels=("good", "bad", "ugly"))
REPLACE = ct.Replace()
MEMBERS = [member for kind in families.named().values() for member in kind.examples()]
DEFINED = {
    ct.Gaussian: {"Temperature", "Truncation", "BestOf", "TopFraction", "SoftVerifier", "HumanEdit"},
    ct.MarkovChain: {"Temperature", "Nucleus"},
    ct.Poisson: set(),
    ct.Categorical: {
        *("Temperature", "Nucleus", "Verifier", "Reward", "FitnessAdvantage", "Deduplicate", "HumanEdit"),
    },
}


def every() -> list[ct.Recursion]:
    found = []
    for kind in sampling.named().values():
        for member in (ct.Gaussian(mean=1, sd=2, ddof=0), TYPES, ct.Categorical([0.3, 0.7])):
            for one in kind.examples_for(member):
                if not one.honest and all(member.has(verb) for verb in one.verbs):
                    found.append(ct.Recursion(member, REPLACE, sample_size=16, sampling=one))
    return found


every_sampling = pytest.mark.parametrize("recursion", every(), ids=repr)


@every_sampling
def test_what_is_written_is_read_again(recursion: ct.Recursion, tmp_path: Path) -> None:
    assert ct.Recursion.from_dict(json.loads(json.dumps(recursion.to_dict()))) == recursion
    again = pickle.loads(pickle.dumps(recursion))
    assert again == recursion
    assert hash(again) == hash(recursion)
    assert eval(repr(recursion), {"ct": ct}) == recursion
    assert eval(repr(recursion.sampling), {"ct": ct}) == recursion.sampling
    runs = recursion.simulate(2, 3, rng=1)
    runs.save(tmp_path / "runs.npz")
    loaded = ct.load_runs(tmp_path / "runs.npz")
    assert loaded.recursion == recursion
    assert all(np.array_equal(a, b) for a, b in zip(loaded.states, runs.states, strict=True))


@every_sampling
def test_generation_one_is_that_of_real_points(recursion: ct.Recursion) -> None:
    honest = ct.Recursion(recursion.family, REPLACE, sample_size=16)
    sampled, plain = recursion.simulate(1, 5, rng=3), honest.simulate(1, 5, rng=3, method="plain")
    assert all(np.array_equal(a, b) for a, b in zip(sampled.states, plain.states, strict=True))


@pytest.mark.parametrize("kind", sampling.named().values(), ids=lambda kind: kind.__name__)
@pytest.mark.parametrize("member", MEMBERS, ids=repr)
def test_a_pair_is_defined_where_the_verbs_are(kind: Any, member: ct.Family) -> None:
    if kind is sampling.Honest:
        return
    one = kind.examples_for(member)[0]
    if all(member.has(verb) for verb in one.verbs):
        runs = ct.Recursion(member, REPLACE, sample_size=16, sampling=one).simulate(3, 4, rng=2)
        assert np.all(np.isfinite(np.asarray(runs.recursion.watch(member.headline).measure(runs.states), dtype=float)))
        return
    with pytest.raises(ct.NotDefined, match="has no verb"):
        ct.Recursion(member, REPLACE, sample_size=16, sampling=one)


@pytest.mark.parametrize(("family", "names"), DEFINED.items(), ids=lambda value: getattr(value, "__name__", ""))
def test_these_pairs_are_defined(family: Any, names: set[str]) -> None:
    member = family.examples()[0]
    found = {
        kind.__name__
        for kind in sampling.named().values()
        if kind is not sampling.Honest and all(member.has(verb) for verb in kind.examples_for(member)[0].verbs)
    }
    assert found == names


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: ct.Temperature(0), "temperature = 0 is outside"),
        (lambda: ct.Temperature(-1), "temperature = -1 is outside"),
        (lambda: ct.Temperature(float("nan")), "temperature = nan is outside"),
        (lambda: ct.Truncation(0), "sds = 0 is outside"),
        (lambda: ct.Nucleus(0), "mass = 0 is outside"),
        (lambda: ct.Nucleus(1.1), r"mass = 1\.1 is outside"),
        (lambda: ct.BestOf(0), "candidates = 0 is outside"),
        (lambda: ct.BestOf(1.5), r"candidates = 1\.5 is outside"),
        (lambda: ct.TopFraction(0, score_noise=1), "fraction = 0 is outside"),
        (lambda: ct.TopFraction(0.5), "give one of them"),
        (lambda: ct.TopFraction(0.5, score_correlation=0.5, score_noise=1), "give one of them"),
        (lambda: ct.Verifier(0, tpr=0, fpr=0), "keep nothing"),
        (lambda: ct.Verifier(0, tpr=1, fpr=0, error=1), "keep nothing"),
        (lambda: ct.Verifier((), tpr=1, fpr=0), r"good = \(\) is outside"),
        (lambda: ct.Verifier((0, 0), tpr=1, fpr=0), "distinct labels"),
        (lambda: ct.Verifier(0, tpr=1.2, fpr=0), r"tpr = 1\.2 is outside"),
        (lambda: ct.SoftVerifier(0, 0), "width = 0 is outside"),
        (lambda: ct.Reward({}), r"values = \{\} is outside"),
        (lambda: ct.Reward({0: "much"}), "'much' is outside"),
        (lambda: ct.Reward({0: 1}, temperature=0), "temperature = 0 is outside"),
        (lambda: ct.Reward({0: 1}, choices=0), "choices = 0 is outside"),
        (lambda: ct.Reward({0: 800}, choices=2), "within 700 temperatures"),
        (lambda: ct.FitnessAdvantage(-1, of=0), "advantage = -1 is outside"),
        (lambda: ct.HumanEdit(1.5, toward=TYPES), r"rate = 1\.5 is outside"),
        (lambda: ct.HumanEdit(-0.1, toward=TYPES), r"rate = -0\.1 is outside"),
        (lambda: ct.HumanEdit(0.1, toward=3), "toward = 3 is outside"),
    ],
)
def test_parameters_outside_their_domains(make: Any, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        make()


@pytest.mark.parametrize(
    ("family", "one", "said"),
    [
        (TYPES, ct.Verifier(7, tpr=0.9, fpr=0.1), "label = 7 is outside"),
        (TYPES, ct.Verifier((0, 1, 2), tpr=0.9, fpr=0.1), "labels of some types, not of all"),
        (ct.Categorical([0, 0.5, 0.5]), ct.Verifier(0, tpr=0.9, fpr=0), "nothing is ever kept"),
        (TYPES, ct.Reward({"x": 1}), "label = 'x' is outside"),
        (TYPES, ct.FitnessAdvantage(0.1, of="x"), "label = 'x' is outside"),
        (TYPES, ct.HumanEdit(0.1, toward=ct.Gaussian()), "a Categorical"),
        (ct.Gaussian(), ct.HumanEdit(0.1, toward=TYPES), "a Gaussian"),
        (TYPES, ct.HumanEdit(0.1, toward=WORDS), "the same types"),
        (ct.Gaussian(), ct.TopFraction(0.3, score_noise=1), "not a whole number"),
        (ct.Gaussian(), "cold", "a Sampling such as"),
    ],
)
def test_recursions_that_do_not_fit(family: ct.Family, one: Any, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        ct.Recursion(family, REPLACE, sample_size=10, sampling=one)


@pytest.mark.parametrize("regime", [ct.Fresh(real=1), ct.FreshMixture(share=0.5)], ids=repr)
def test_a_top_share_of_what_the_regime_draws_is_whole(regime: ct.Regime) -> None:
    part = ct.TopFraction(0.3, score_correlation=1)
    ct.Recursion(ct.Gaussian(), REPLACE, sample_size=12, sampling=part)
    with pytest.raises(ValueError, match="not a whole number"):
        ct.Recursion(ct.Gaussian(), regime, sample_size=12, sampling=part)
    half = ct.TopFraction(0.5, score_correlation=1)
    ct.Recursion(ct.Gaussian(), regime, sample_size=12, sampling=half).simulate(3, 10, rng=1)


def test_a_verifier_that_finds_nothing_to_keep_says_so() -> None:
    recursion = ct.Recursion(TYPES, REPLACE, sample_size=1, sampling=ct.Verifier(0, tpr=0.9, fpr=0))
    with pytest.raises(ValueError, match="keeps nothing of a model without right types"):
        recursion.simulate(3, 50, rng=1)


def test_labels_of_a_verifier_may_be_words() -> None:
    one, two = (ct.Verifier(good, tpr=0.9, fpr=0.3) for good in ("good", ("good",)))
    assert one == two
    recursion = ct.Recursion(WORDS, REPLACE, sample_size=10, sampling=one)
    assert recursion.probability_of("good").population(2) == pytest.approx(0.45 / (0.45 + 0.15), rel=1e-14)
    both = ct.Recursion(WORDS, REPLACE, sample_size=10, sampling=ct.Verifier(("bad", "ugly"), tpr=0.9, fpr=0.3))
    assert both.probability_of("good").population(2) == pytest.approx(0.15 / 0.6, rel=1e-14)


def test_rewards_can_be_said_in_three_ways() -> None:
    ways = (ct.Reward({0: 0.0, 1: 2.0}), ct.Reward([(0, 0), (1, 2)]), ct.Reward([0, 2]))
    assert len(set(ways)) == 1
    third = ct.Reward({0: 1 / 3}, temperature=1 / 3)
    assert eval(repr(third), {"ct": ct}) == third


def test_no_value_is_nan_where_the_best_type_is_absent() -> None:
    rewards = ct.Reward({0: 5000.0, 1: 1.0})
    recursion = ct.Recursion(ct.Categorical([0, 0.5, 0.5]), REPLACE, sample_size=10, sampling=rewards)
    expected = np.e / (np.e + 1)
    assert recursion.probability_of(1).population(2) == pytest.approx(expected, rel=1e-14)
    assert recursion.probability_of(1).population.along_the_path(2) == pytest.approx(expected, rel=1e-14)


def test_a_sampling_without_a_batch_in_expectation_has_no_path() -> None:
    recursion = ct.Recursion(TYPES, REPLACE, sample_size=10, sampling=ct.Deduplicate())
    with pytest.raises(ct.NotDefined, match="without sampling noise"):
        recursion.gini_simpson.population(3)
    with pytest.raises(ct.NotDefined, match="no statistic of runs"):
        recursion.gini_simpson.population.simulated(recursion.simulate(1, 2, rng=1))


def test_the_families_that_a_refusal_names_are_those_that_have_the_verb() -> None:
    verbs = {verb for kind in sampling.named().values() for one in kind.examples_for(TYPES) for verb in one.verbs}
    assert {"temper", "place", "accept_near", "tilt", "tilt_by_share", "remap", "distinct", "as_seen_by"} <= verbs
    for verb in verbs:
        having = {kind.__name__ for kind in families.named().values() if kind.examples()[0].has(verb)}
        assert set(families.having(verb)) == having, verb
    told = "'temper'; Gaussian, MultivariateGaussian, MarkovChain and Categorical have it"
    with pytest.raises(ct.NotDefined, match=told):
        ct.Recursion(ct.Histogram("fixed"), REPLACE, sample_size=16, sampling=ct.Temperature(0.9))
    with pytest.raises(ct.NotDefined, match="'place'; Gaussian has it"):
        ct.Recursion(TYPES, REPLACE, sample_size=16, sampling=ct.BestOf(2))


@pytest.mark.parametrize("one", [ct.Temperature(0.9), ct.Deduplicate(), ct.Nucleus(0.9)], ids=repr)
def test_where_nothing_exact_is_known_the_value_of_large_samples_is_named_if_it_exists(one: ct.Sampling) -> None:
    three = ct.Recursion(ct.Categorical([0.5, 0.3, 0.2]), REPLACE, sample_size=16, sampling=one)
    with pytest.raises(ct.NoClosedForm, match="What exists: ") as refusal:
        three.entropy.mean(5)
    assert ("entropy.population(t)" in str(refusal.value)) == (not isinstance(one, ct.Deduplicate))
    if one.noiseless:
        assert np.isfinite(three.entropy.population(5))


def test_a_resting_law_is_of_a_family_with_types() -> None:
    with pytest.raises(ValueError, match=r"family = ct.Gaussian.* is outside its domain: a Categorical"):
        sampling.reward.resting_law({0: 1.0}, ct.Gaussian(), 0.1)


def test_true_is_no_label() -> None:
    pair = ct.Categorical([0.5, 0.5])
    with pytest.raises(ValueError, match="label = True is outside its domain"):
        ct.Recursion(pair, REPLACE, sample_size=16, sampling=ct.FitnessAdvantage(0.1, of=True))
    with pytest.raises(ValueError, match="label = True is outside its domain"):
        ct.Recursion(pair, REPLACE, sample_size=16).watch("probability_of", *[True])


def test_a_path_beyond_the_floats_says_what_to_ask() -> None:
    hot = ct.Recursion(ct.Gaussian(), ct.Fresh(real=1), sample_size=20, sampling=ct.Temperature(3.0))
    with pytest.raises(OverflowError, match=r"leaves the floats by t = .*: ask for an earlier generation"):
        hot.variance.population(2000)
    flat = ct.MultivariateGaussian((0, 0), [[1, 0], [0, 1]])
    several = ct.Recursion(flat, REPLACE, sample_size=20, sampling=ct.Temperature(3.0))
    with pytest.raises(OverflowError, match="leaves the floats by t = 700"):
        several.wasserstein2_squared.population(700)
    plain = ct.Recursion(ct.Gaussian(), REPLACE, sample_size=20, sampling=ct.Temperature(3.0))
    assert plain.variance.population.log(2000) == pytest.approx(1999 * np.log(3))


def test_edits_are_tried_towards_the_source_and_elsewhere() -> None:
    for member in (ct.Gaussian(mean=1, sd=2), TYPES, WORDS):
        there, elsewhere = ct.HumanEdit.examples_for(member)
        assert there.toward == member != elsewhere.toward
    assert len(ct.HumanEdit.examples_for(ct.Categorical([0.5, 0.5]))) == 1


def test_a_long_course_of_shares_is_stepped_in_time_that_grows_with_it() -> None:
    """Every step looks at its own share alone; a tableau of all generations at each of them."""
    course = tuple(np.linspace(0.1, 0.9, 3000).tolist())
    regime = ct.Contaminated(ai_share=course, detector=ct.Detector(tpr=0.8, fpr=0.1), refill=True)
    sizes = ct.schedules.Constant(20)
    together = regime.step(np.array([1, 2, 3000, 5000]), sizes)
    one_by_one = [regime.step(t, sizes).share for t in (1, 2, 3000, 5000)]
    assert together.share.tolist() == one_by_one
    asked: list[float] = []

    class Counted(type(regime.filter)):  # type: ignore[misc]
        def real_share(self, share: float) -> float:
            asked.append(share)
            return super().real_share(share)

    object.__setattr__(regime, "detector", Counted(tpr=0.8, fpr=0.1))
    regime.step(7, sizes)
    assert asked == [course[6]]
