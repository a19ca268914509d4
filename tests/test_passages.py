"""Passages: paths that the fitted chain could walk, of one run whatever is asked for, with their loops told."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from error_budget import critical_z

import collapse_theory as ct
from collapse_theory.families.markov_chain.measures import models
from collapse_theory.passage import Passage, Passages, drawn_path, told, unit_of

TEXT = "the cat sat on the mat. the dog sat on the log. a cat and a dog met on the mat."
OPTIONS: dict[str, dict[str, Any]] = {
    "plain": {},
    "previous": {"unseen_row": "previous"},
    "uniform": {"unseen_row": "uniform"},
    "cyclic": {"unseen_row": "cyclic"},
    "source": {"unseen_row": "source"},
    "add alpha": {"smoothing": ct.AddAlpha(0.5)},
    "back off": {"smoothing": ct.BackOff(5)},
    "discount": {"smoothing": ct.AbsoluteDiscount(0.5)},
    "stationary": {"start": "stationary"},
    "last": {"start": "last"},
    "fixed": {"start": "fixed", "first_state": "c"},
}


def chain(**options: Any) -> ct.MarkovChain:
    return ct.MarkovChain.from_text(TEXT, **options)


def recursion(n: int = 60, **options: Any) -> ct.Recursion:
    return ct.Recursion(chain(**options), ct.Replace(), sample_size=n)


def large(**options: Any) -> ct.MarkovChain:
    """A chain of so many states that it is kept in sparse rows."""
    sequence = (np.random.default_rng(1).zipf(1.3, 3000) % 400).tolist()
    return ct.MarkovChain.from_sequence([f"w{i}" for i in sequence], **options)


def state_of(asked: ct.Recursion, t: int, rng: int = 0) -> tuple[Any, ...]:
    return tuple(part[:, 0] for part in asked.simulate(t, 1, rng=rng, keep=[t]).states)


@pytest.mark.parametrize("t", [0, 3])
@pytest.mark.parametrize("name", OPTIONS)
def test_a_path_is_one_of_the_fitted_chain(name: str, t: int, seed: int) -> None:
    """Notices a transition whose chance is off by a tenth where its state is visited 5000 times."""
    asked = recursion(20, **OPTIONS[name])
    state = state_of(asked, t)
    rows, long_run = models(asked.family, state).rows[0], models(asked.family, state).long_run[0]
    path = np.array(drawn_path(asked.family, state, 40_000, np.random.default_rng(seed)))
    assert len(path) == 40_000
    states = len(rows)
    counts = np.bincount(path[:-1] * states + path[1:], minlength=states**2).reshape(states, states)
    assert np.all(rows[counts > 0] > 0)
    left = counts.sum(axis=1)
    tested = left > 400
    error = np.sqrt(np.maximum(rows * (1 - rows), 1e-12) / np.maximum(left, 1)[:, None])
    z = np.abs(counts / np.maximum(left, 1)[:, None] - rows) / error
    frequent = tested[:, None] & (rows * left[:, None] > 30) & (rows < 1 - 1e-9)
    assert np.all(z[frequent] < critical_z(states**2))
    assert np.any(tested & (long_run > 0))


@pytest.mark.parametrize("options", [{}, {"smoothing": ct.BackOff(5)}, {"smoothing": ct.AddAlpha(0.01)}])
def test_a_path_of_a_large_chain_has_possible_transitions_only(options: dict[str, Any]) -> None:
    asked = ct.Recursion(large(**options), ct.Replace(), sample_size=2000)
    assert not asked.family.dense
    for t in (0, 2):
        state = state_of(asked, t)
        fitted = models(asked.family, state)
        path = drawn_path(asked.family, state, 300, np.random.default_rng(1))
        assert all(fitted.probability(a, b)[0] > 0 for a, b in pairwise(path))
        seen = sum(state[0][0][a, b] > 0 for a, b in pairwise(path))
        assert seen == 299 or (t > 0 and options)


def test_a_path_begins_where_the_next_generation_s_would() -> None:
    fixed = recursion(60, start="fixed", first_state="c")
    last = recursion(60, start="last")
    for t in (1, 4):
        begun = drawn_path(fixed.family, state_of(fixed, t), 2, np.random.default_rng(1))[0]
        assert fixed.family.states[begun] == "c"
        state = state_of(last, t)
        assert drawn_path(last.family, state, 1, np.random.default_rng(1)) == [state[2][0]]


def test_it_is_the_same_run_whatever_is_shown() -> None:
    asked = recursion()
    some = {passage.generation: passage for passage in ct.passages(asked, [0, 2, 9], rng=5)}
    more = {passage.generation: passage for passage in ct.passages(asked, range(13), rng=5)}
    assert {t: more[t] for t in some} == some
    assert ct.passages(asked, [9, 2, 2, 0], rng=5) == ct.passages(asked, [0, 2, 9], rng=5)
    assert ct.passages(asked, 9, rng=5).passages == (some[9],)
    assert ct.passages(asked, 9, rng=6).passages != (some[9],)
    longer = ct.passages(asked, 9, length=400, rng=5).passages[0].text
    assert longer.startswith(some[9].text)


def test_the_head_tells_what_is_left() -> None:
    asked = recursion()
    runs = asked.simulate(9, 1, rng=5, keep=[0, 2, 9])
    for place, passage in enumerate(ct.passages(asked, [0, 2, 9], rng=5)):
        assert passage.entropy_rate == pytest.approx(asked.entropy_rate.values(runs)[0, place])
        assert passage.states == asked.state_count.values(runs)[0, place]
        assert passage.edges == asked.edge_count.values(runs)[0, place]
        assert set(passage.text) <= set(TEXT)
        assert len(passage.text) == 300
    head = Passage(5, np.log(4), 41, 1, "", None).head
    assert head == "generation 5: entropy rate 1.39 nats (2.00 bits), 41 states, 1 edge"


def test_a_loop_is_told() -> None:
    asked = recursion(60)
    *early, late = ct.passages(asked, [0, 5, 2000], rng=2)
    assert [passage.loop for passage in early] == [None, None]
    assert late.entropy_rate == 0
    assert late.loop is not None
    assert len(late.loop) == late.states == late.edges
    assert late.text in late.loop * (2 + 300 // len(late.loop))
    assert late.summary().endswith(f"\n  repeats '{late.loop}' again and again")
    assert "repeats" not in early[0].summary()


def test_a_loop_begins_after_its_space() -> None:
    turned = {ct.passages(recursion(40), [3000], rng=rng).passages[0].loop for rng in range(6)}
    assert None not in turned
    assert any(" " in str(loop) for loop in turned)
    assert all(str(loop).endswith(" ") or " " not in str(loop) for loop in turned)
    cycle = ct.Recursion(ct.MarkovChain.from_text("bb a bb a bb a", "word"), ct.Replace(), sample_size=9)
    assert {passage.loop for rng in range(4) for passage in ct.passages(cycle, [0, 1], rng=rng)} <= {"a bb", "bb a"}


def test_a_long_loop_is_shortened() -> None:
    assert told("ab") == "'ab'"
    assert told("ab" * 100) == f"'{'ab' * 60}…' (200 characters)"


def test_a_dead_end_ends_the_passage() -> None:
    asked = ct.Recursion(ct.MarkovChain.from_text(TEXT, unseen_row="end"), ct.Replace(), sample_size=8)
    texts = [ct.passages(asked, [1], rng=rng).passages[0] for rng in range(20)]
    assert any(len(passage.text) < 300 for passage in texts)
    assert all(passage.text for passage in texts)
    assert all(passage.loop is None for passage in texts if len(passage.text) < 300)


def test_words_are_joined_with_spaces_and_characters_without() -> None:
    words = ct.Recursion(ct.MarkovChain.from_text(TEXT, "word"), ct.Replace(), sample_size=60)
    (passage,) = ct.passages(words, 1, length=10)
    assert len(passage.text.split(" ")) == 10
    assert set(passage.text.split(" ")) <= set(TEXT.replace(".", "").split())
    assert len(next(iter(ct.passages(words, 1))).text.split(" ")) == 60
    (joined,) = ct.passages(words, 1, length=10, unit="character")
    assert joined.text == passage.text.replace(" ", "")


@pytest.mark.parametrize(
    ("made", "unit"),
    [
        (ct.MarkovChain.from_text(TEXT), "character"),
        (ct.MarkovChain.from_text(TEXT, max_states=5), "character"),
        (ct.MarkovChain.from_text(TEXT, "word"), "word"),
        (ct.MarkovChain([[0.7, 0.3], [0.4, 0.6]]), "word"),
    ],
)
def test_the_unit_is_that_of_the_labels(made: ct.MarkovChain, unit: str) -> None:
    assert unit_of(made) == unit
    asked = ct.Recursion(made, ct.Replace(), sample_size=30)
    assert ct.passages(asked, 0).unit == unit


def test_they_print() -> None:
    asked = recursion()
    found = ct.passages(asked, [0, 1], rng=3)
    assert isinstance(found, Passages)
    assert len(found) == 2
    assert str(found) == "\n\n".join(map(str, found)) == found.summary()
    assert str(found).startswith("generation 0: entropy rate 0.96 nats (1.39 bits), 14 states, 31 edges\n  ")
    assert repr(found) == f"<Passages of generations 0, 1: {asked!r}, seed 3>"
    assert found._repr_html_() == f"<pre>{found}</pre>"
    for width in (60, 80):
        assert max(len(line) for passage in found for line in passage.summary(width).splitlines()[1:]) <= width
    about = json.loads(json.dumps(found.to_dict(), allow_nan=False))
    assert about == found.to_dict()
    assert [one["text"] for one in about["passages"]] == [passage.text for passage in found]


def test_marks_and_control_characters_do_no_harm() -> None:
    passage = Passage(0, 1.0, 2, 2, "<b>\x1b[31m", None)
    assert "\x1b" not in passage.summary()
    assert "<b>·[31m" in passage.summary()
    asked = ct.Recursion(ct.MarkovChain.from_text("<>&<>&<&>"), ct.Replace(), sample_size=9)
    assert "<pre>generation 0" in ct.passages(asked, 0)._repr_html_()
    assert "&lt;" in ct.passages(asked, 0)._repr_html_()


@pytest.mark.parametrize(
    ("setting", "complaint"),
    [
        ({"length": 0}, "length = 0 is outside its domain: an integer in"),
        ({"length": 2.5}, "length = 2.5 is outside its domain: an integer in"),
        ({"unit": "sentence"}, "unit = 'sentence' is outside its domain: one of 'character', 'word'"),
        ({"generations": []}, r"generations = \[\] is outside its domain"),
        ({"generations": [0, -1]}, "generations = -1 is outside its domain: an integer in"),
        ({"generations": [0.5]}, "generations = 0.5 is outside its domain: an integer in"),
        ({"rng": -1}, "rng = -1 is outside its domain"),
    ],
)
def test_what_is_outside_its_domain_is_named(setting: dict[str, Any], complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        ct.passages(recursion(), **{"generations": [1], **setting})


@pytest.mark.parametrize("what", ["text", ct.Recursion(ct.Gaussian(), ct.Replace(), sample_size=9)])
def test_what_is_no_recursion_of_a_chain_is_refused(what: Any) -> None:
    with pytest.raises(ValueError, match="is outside its domain: a Recursion of a MarkovChain"):
        ct.passages(what)
