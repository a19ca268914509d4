"""The atlas beyond honest draws: what is known under a sampling, and of which families there is nothing."""

from __future__ import annotations

from contextlib import suppress
from itertools import product

from test_atlas import name_of

import collapse_theory as ct
from collapse_theory import sampling as samplings
from collapse_theory.errors import NotDefined
from collapse_theory.theorem import Theorem
from collapse_theory.theorem_atlas.survey import SIZES


def test_honest_draws_are_the_default() -> None:
    assert ct.atlas("poisson") == ct.atlas("poisson", sampling="honest") == ct.atlas("poisson", sampling=ct.Honest())
    assert ct.atlas("poisson", sampling=ct.Honest).samplings == ("honest",)


def test_what_is_known_under_a_sampling_is_what_its_recursions_know() -> None:
    """Two roads: the rows, and the theorems of recursions that are built here, a growing sample size among them."""
    found = ct.atlas("gaussian", "replace", sampling="top-fraction")
    there: dict[tuple[str, str], set[tuple[Theorem, int, int]]] = {}
    for row in found:
        pairs = there.setdefault((row.quantity, row.statistic), set())
        pairs |= {(way.theorem, member, one) for way in row.ways for member in way.examples for one in way.samplings}
    held: set[tuple[str, str, Theorem, int, int]] = set()
    for (member, family), size in product(enumerate(ct.Gaussian.examples(), 1), SIZES):
        for one, sampling in enumerate(ct.TopFraction.examples_for(family), 1):
            with suppress(ValueError, NotDefined):
                recursion = ct.Recursion(family, ct.Replace(), sample_size=size, sampling=sampling)
                for theorem in recursion.theorems:
                    held.add((name_of(theorem, family), theorem.statistic, theorem, member, one))
    assert {one for *_, one in held} == {1, 2}, "of a score whose noise stays the same less is known"
    for quantity, statistic, theorem, member, one in held:
        assert (theorem, member, one) in there[quantity, statistic]
    assert {theorem for *_, theorem, _, _ in held} == {way.theorem for row in found for way in row.ways}
    assert {row.sampling for row in found} == {"top-fraction"}


def test_nothing_that_is_about_honest_draws_is_said_of_a_sampling() -> None:
    ways = [way for row in ct.atlas("categorical", "replace", sampling="nucleus") for way in row.ways]
    assert ways
    assert all(way.theorem.any_sampling for way in ways)


def test_a_family_without_the_verbs_is_not_defined() -> None:
    found = ct.atlas("poisson", sampling=ct.BestOf(3))
    assert len(found) == 0
    reason = "Poisson is not defined with ct.BestOf(candidates=3): it has no verb 'place'; Gaussian has it"
    assert {pair.reason for pair in found.undefined} == {reason}
    assert found.samplings == ("best-of",)
    for text in (found.text(200), found.text(200, "details")):
        assert text.count(f"poisson, best-of: not defined: {reason}") + text.count(f"not defined: {reason}") in (1, 2)
        assert text.count(reason) == 1, "once, not for every regime"


def test_an_example_of_a_sampling_that_is_refused_is_named() -> None:
    family = ct.Categorical([0.25] * 4)
    pair = ct.atlas(family, "replace", sampling=ct.Reward({7: 1.0})).pairs[0]
    assert not pair.defined
    assert "7" in pair.reason
    halves = ct.atlas("gaussian", "replace", sampling=ct.TopFraction(0.7, score_correlation=1.0)).pairs[0]
    assert not halves.defined
    assert "whole points are drawn" in halves.reason


def test_samplings_that_depend_on_the_family_follow_it() -> None:
    pair = ct.atlas("gaussian", "replace", sampling="human-edit").pairs[0]
    examples = ct.HumanEdit.examples_for(ct.Gaussian.examples()[0])
    assert pair.defined
    assert pair.samplings == tuple(f"{one!r} for family example 1, and so on" for one in examples)


def test_every_sampling_in_one_regime() -> None:
    found = ct.atlas("gaussian", "accumulate", sampling="every")
    assert found.samplings == tuple(samplings.named())
    assert found.layout == "overview"
    exist = set()
    for name, kind in samplings.named().items():
        for family in ct.Gaussian.examples():
            for one in kind.examples_for(family):
                with suppress(NotDefined, ValueError):
                    ct.Recursion(family, ct.Accumulate(), sample_size=12, sampling=one)
                    exist.add(name)
    assert {pair.sampling for pair in found.pairs if pair.defined} == exist
    assert ct.atlas("gaussian", sampling="every", regime="accumulate", quantity="sd").layout == "details"
