"""Every way of sampling: which families it suits, what it refuses, and that it can be written and read."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import collapse_theory as ct
from collapse_theory import families
from collapse_theory.verification.settings import samplings

GAUSSIAN, TYPES = ct.Gaussian(), ct.Categorical([0.5, 0.3, 0.2])
MEMBERS = [kind.examples()[0] for kind in families.named().values()]
PAIRS = [(member, way) for member in MEMBERS for way in samplings(member)]


def possible() -> list[ct.Recursion]:
    found = []
    for member, way in PAIRS:
        try:
            found.append(ct.Recursion(member, ct.Replace(), sample_size=20, sampling=way))
        except ct.NotDefined:
            continue
    return found


POSSIBLE = possible()


def test_every_sampling_suits_some_family() -> None:
    assert {type(loop.sampling).__name__ for loop in POSSIBLE} == {*ct.sampling.__all__} - {"Sampling", "Honest"}
    assert {type(loop.family) for loop in POSSIBLE} >= {ct.Gaussian, ct.Categorical, ct.MultivariateGaussian}


@pytest.mark.parametrize(("member", "way"), PAIRS, ids=repr)
def test_a_family_without_the_verb_is_refused_by_name(member: ct.Family, way: ct.Sampling) -> None:
    lacking = [verb for verb in way.verbs if not member.has(verb)]
    if lacking:
        with pytest.raises(ct.NotDefined, match=f"is not defined with .* has no verb '{lacking[0]}'"):
            ct.Recursion(member, ct.Replace(), sample_size=20, sampling=way)


@pytest.mark.parametrize("loop", POSSIBLE, ids=repr)
def test_a_sampled_recursion_is_written_and_read(loop: ct.Recursion, tmp_path: Any) -> None:
    assert eval(repr(loop), {"ct": ct}) == loop
    assert hash(loop) == hash(eval(repr(loop), {"ct": ct}))
    assert pickle.loads(pickle.dumps(loop)) == loop
    assert ct.Recursion.from_dict(loop.to_dict()) == loop
    runs = loop.simulate(3, 5, rng=1, keep="all")
    runs.save(tmp_path / "runs.npz")
    assert ct.load_runs(tmp_path / "runs.npz").recursion == loop
    assert all(np.all(np.isfinite(state)) for state in runs.states if state.dtype == float)
    assert type(loop.sampling).__name__ in loop._repr_html_()


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: ct.Temperature(0), "temperature = 0 is outside its domain"),
        (lambda: ct.Temperature(-1.0), "temperature = -1.0 is outside its domain"),
        (lambda: ct.Truncation(0), "sds = 0 is outside its domain"),
        (lambda: ct.Nucleus(0), "mass = 0 is outside its domain"),
        (lambda: ct.Nucleus(1.01), "mass = 1.01 is outside its domain"),
        (lambda: ct.BestOf(0), "candidates = 0 is outside its domain"),
        (lambda: ct.BestOf(2.5), "candidates = 2.5 is outside its domain"),
        (lambda: ct.TopFraction(0.5), "give one of them"),
        (lambda: ct.TopFraction(0.5, score_correlation=0.5, score_noise=1.0), "give one of them"),
        (lambda: ct.TopFraction(0, score_correlation=1.0), "fraction = 0 is outside its domain"),
        (lambda: ct.TopFraction(0.5, score_correlation=1.5), "score_correlation = 1.5 is outside its domain"),
        (lambda: ct.SoftVerifier(0, 0), "width = 0 is outside its domain"),
        (lambda: ct.Verifier(0, tpr=0, fpr=0), "keep nothing that is right"),
        (lambda: ct.Verifier(0, tpr=1.2, fpr=0), "tpr = 1.2 is outside its domain"),
        (lambda: ct.Verifier((0, 0), tpr=0.9, fpr=0), "one or more distinct labels"),
        (lambda: ct.Reward({}), "a number for each label"),
        (lambda: ct.Reward({0: float("nan")}), r"values\[0\] = nan is outside its domain"),
        (lambda: ct.Reward((0, 1), choices=0), "choices = 0 is outside its domain"),
        (lambda: ct.Reward((0, 1), temperature=0), "temperature = 0 is outside its domain"),
        (lambda: ct.FitnessAdvantage(-1, of=0), "advantage = -1 is outside its domain"),
        (lambda: ct.HumanEdit(1.5, toward=GAUSSIAN), "rate = 1.5 is outside its domain"),
        (lambda: ct.HumanEdit(0.5, toward=3), "toward = 3 is outside its domain"),
    ],
)
def test_bad_parameters_are_named(make: Callable[[], Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        make()


@pytest.mark.parametrize(
    ("family", "way", "message"),
    [
        (GAUSSIAN, ct.TopFraction(0.3, score_correlation=1.0), "is not a whole number"),
        (TYPES, ct.Reward({"x": 1}), "label = 'x' is outside its domain"),
        (TYPES, ct.FitnessAdvantage(0.1, of="x"), "label = 'x' is outside its domain"),
        (TYPES, ct.Verifier("x", tpr=0.9, fpr=0.1), "label = 'x' is outside its domain"),
        (TYPES, ct.Verifier((0, 1, 2), tpr=0.9, fpr=0.1), "of some types, not of all"),
        (ct.Categorical([0, 0.5, 0.5]), ct.Verifier(0, tpr=0.9, fpr=0), "nothing is ever kept"),
        (GAUSSIAN, ct.HumanEdit(0.5, toward=TYPES), "is outside its domain: a Gaussian"),
        (TYPES, ct.HumanEdit(0.5, toward=ct.Categorical([0.5, 0.5])), "a law of the same types"),
        (GAUSSIAN, "cool", "sampling = 'cool' is outside its domain: a Sampling"),
    ],
    ids=repr,
)
def test_what_does_not_suit_a_recursion_is_named(family: ct.Family, way: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        ct.Recursion(family, ct.Replace(), sample_size=10, sampling=way)


def test_the_loop_without_noise_says_what_it_lacks() -> None:
    edited = ct.Recursion(TYPES, ct.Replace(), sample_size=10, sampling=ct.Deduplicate())
    with pytest.raises(ct.NotDefined, match="no batch without sampling noise"):
        edited.support_size.population(3)
    plain = ct.Recursion(GAUSSIAN, ct.Replace(), sample_size=10)
    with pytest.raises(ct.NoClosedForm, match="is followed through 1000000 generations"):
        plain.variance.population(10**7)
    with pytest.raises(ct.NotDefined, match="no statistic of runs"):
        plain.variance.population.simulated(plain.simulate(2, 3, rng=1))
    assert plain.variance.population([0, 1, 50]).tolist() == [1.0, 1.0, 1.0]
