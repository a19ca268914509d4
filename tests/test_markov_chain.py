"""The chain as a value and as a source, and its measures against code of another kind on single states."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from numpy.typing import NDArray

import collapse_theory as ct

Array = NDArray[np.float64]

TWO = [[0.7, 0.3], [0.4, 0.6]]
ROUND = [[0.8, 0.2, 0], [0, 0.6, 0.4], [0.5, 0, 0.5]]
CHAIN = ct.MarkovChain(ROUND, labels=("a", "b", "c"))
NAMED = [
    *ct.MarkovChain.examples(),
    ct.MarkovChain(TWO, start="fixed", first_state=1),
    ct.MarkovChain(ROUND, labels=("x", "y", "z"), start="fixed", first_state="z", unseen_row="end"),
    ct.MarkovChain(ROUND, labels=("x", "y", "z"), start="stationary", smoothing=ct.AbsoluteDiscount(0.25)),
]


# ------------------------------------------------------------------------------------------------------------ a value
@pytest.mark.parametrize("chain", NAMED, ids=repr)
def test_a_chain_is_a_value(chain: ct.MarkovChain) -> None:
    _ = chain.stationary, chain.prepared_source, chain.label
    for again in (eval(repr(chain), {"ct": ct}), pickle.loads(pickle.dumps(chain))):
        assert again == chain
        assert hash(again) == hash(chain)
        assert again.states == chain.states
    recursion = ct.Recursion(chain, ct.Fresh(real=3), sample_size=9)
    assert ct.Recursion.from_dict(recursion.to_dict()) == recursion
    assert pickle.loads(pickle.dumps(recursion)) == recursion


def test_a_large_chain_prints_in_a_line() -> None:
    assert repr(ct.MarkovChain(np.eye(9), smoothing=ct.AddAlpha(2), start="last")) == (
        "ct.MarkovChain(<9 states, 9 edges>, smoothing=ct.AddAlpha(alpha=2), start='last')"
    )


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"labels": ("a",)}, "labels has 1 entries, outside its domain: one for each of 2 states"),
        ({"labels": ("a", "a")}, "labels has 'a' twice, outside its domain: distinct labels"),
        ({"labels": 5}, "labels = 5 is outside its domain"),
        ({"labels": ([1], [2])}, "labels = .* is outside its domain"),
        ({"unseen_row": "zero"}, "unseen_row = 'zero' is outside its domain: one of 'unigram'"),
        ({"unseen_row": None}, "unseen_row = None is outside its domain"),
        ({"start": "first"}, "start = 'first' is outside its domain: one of 'occupancy'"),
        ({"start": None}, "start = None is outside its domain"),
        ({"smoothing": 0.5}, "smoothing = 0.5 is outside its domain: an instance of ct.AddAlpha"),
        ({"smoothing": ct.AddAlpha(1), "unseen_row": "end"}, "unseen_row = 'end' has no meaning beside smoothing"),
        ({"unseen_row": "end", "start": "last"}, "start = 'last' is outside its domain for unseen_row = 'end'"),
        ({"unseen_row": "end", "start": "stationary"}, "start = 'stationary' is outside its domain"),
        ({"start": "fixed"}, "first_state = None beside start = 'fixed': give it for 'fixed'"),
        ({"first_state": 1}, "first_state = 1 beside start = 'occupancy'"),
        ({"start": "fixed", "first_state": 2}, "first_state = 2 is outside its domain: one of 0, 1"),
    ],
)
def test_options_that_make_no_sense_are_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        ct.MarkovChain(TWO, **options)


@pytest.mark.parametrize("smoothing", [ct.AddAlpha, ct.BackOff, ct.AbsoluteDiscount])
def test_smoothing_has_a_positive_parameter(smoothing: type) -> None:
    with pytest.raises(ValueError, match="is outside its domain"):
        smoothing(0)
    assert eval(repr(smoothing(0.25)), {"ct": ct}) == smoothing(0.25)


def test_labels_name_the_states() -> None:
    assert (CHAIN.states, CHAIN.index("c")) == (("a", "b", "c"), 2)
    assert ct.MarkovChain(TWO).states == (0, 1)
    assert ct.MarkovChain(TWO, labels=np.array([3, 5])) == ct.MarkovChain(TWO, labels=[3, 5])
    with pytest.raises(ValueError, match="label = 'd' is outside its domain: one of 'a', 'b', 'c'"):
        CHAIN.index("d")
    recursion = ct.Recursion(CHAIN, ct.Replace(), sample_size=5)
    with pytest.raises(ValueError, match="b = 7 is outside its domain: one of 'a', 'b', 'c'"):
        recursion.transition_probability("a", 7)


# --------------------------------------------------------------------------------------------------------- from a text
def test_a_text_becomes_the_shares_of_its_pairs() -> None:
    chain = ct.MarkovChain.from_text("abacab")
    assert chain.states == ("a", "b", "c")
    assert chain.matrix == ct.TransitionMatrix([[0, 2 / 3, 1 / 3], [1, 0, 0], [1, 0, 0]])
    words = ct.MarkovChain.from_text("The cat, the dog — the CAT", "word", start="fixed", first_state="cat")
    assert words.states == ("the", "cat", "dog")
    assert words.matrix == ct.TransitionMatrix([[0, 2 / 3, 1 / 3], [1, 0, 0], [1, 0, 0]])
    assert words.first == 1


@pytest.mark.parametrize(("text", "kept"), [("ababc", "abab"), ("ababcd", "abab"), ("abacdefgh", "aba")])
def test_an_end_that_never_comes_back_is_cut(text: str, kept: str) -> None:
    assert ct.MarkovChain.from_text(text) == ct.MarkovChain.from_text(kept)
    assert set(ct.MarkovChain.from_text(text).states) == set(kept)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("aaaa", "sequence stays in 'a', outside its domain: at least two distinct states"),
        ("aab", "sequence stays in 'a'"),
        ("abcd", "sequence of 4 states never meets one again"),
        ("a", "two hashable states at least"),
        ("", "has no characters"),
        (" \n", "has no characters"),
    ],
)
def test_a_text_without_a_chain_is_refused(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        ct.MarkovChain.from_text(text)


def test_rare_states_become_one() -> None:
    chain = ct.MarkovChain.from_text("aabacadabaa", max_states=3)
    assert chain.states == ("a", "b", "<other>")
    assert chain.matrix == ct.TransitionMatrix([[2 / 6, 2 / 6, 2 / 6], [1, 0, 0], [1, 0, 0]])
    with pytest.raises(ValueError, match="max_states = 1 is outside its domain"):
        ct.MarkovChain.from_text("aabab", max_states=1)


def test_a_sequence_of_anything_and_a_file(tmp_path: Path) -> None:
    assert ct.MarkovChain.from_sequence(iter([2, 7, 2, 2])).matrix == ct.TransitionMatrix([[0.5, 0.5], [1, 0]])
    for options in ({"labels": (1, 2)}, {"matrix": TWO}):
        with pytest.raises(ValueError, match="labels and matrix come from the sequence"):
            ct.MarkovChain.from_sequence("abab", **options)
    file = tmp_path / "text.txt"
    file.write_text("abacab", encoding="utf-8")
    assert ct.MarkovChain.from_file(file) == ct.MarkovChain.from_text("abacab")
    file.write_text("", encoding="utf-8")
    with pytest.raises(ValueError, match="is empty"):
        ct.MarkovChain.from_file(file)


# ------------------------------------------------------------------------------------------------------------- storage
@pytest.mark.parametrize("chain", NAMED, ids=repr)
def test_runs_are_saved_and_read_again(chain: ct.MarkovChain, tmp_path: Path) -> None:
    recursion = ct.Recursion(chain, ct.FreshMixture(share=0.5), sample_size=8)
    runs = recursion.simulate(3, 20, rng=1, keep="all", watch=[recursion.absorption_time])
    runs.save(tmp_path / "runs.npz")
    found = ct.load_runs(tmp_path / "runs.npz")
    assert found.recursion == recursion
    assert all(np.array_equal(a, b) for a, b in zip(found.states, runs.states, strict=True))
    label = chain.states[-1]
    assert np.array_equal(found.values(recursion.self_transition(label)), runs.values(recursion.self_transition(label)))
    assert np.array_equal(found.watched_times(recursion.absorption_time), runs.times[:, 0])


def test_sparse_runs_are_not_saved_but_their_values(tmp_path: Path) -> None:
    recursion = ct.Recursion(ct.MarkovChain(np.roll(np.eye(130), 1, axis=1)), ct.Replace(), sample_size=5)
    with pytest.raises(ValueError, match=r"hold arrays of different lengths: simulate with keep=ct\.Values\(…\)"):
        recursion.simulate(1, 2, rng=1).save(tmp_path / "runs.npz")
    assert not (tmp_path / "runs.npz").exists()


# ------------------------------------------------------------------------------------------------------------ measures
def measured(chain: ct.MarkovChain, counts: Any, name: str, *arguments: Any, last: int = 0) -> float:
    table = np.array(counts, dtype=float)
    state = table[None], table.sum(axis=1)[None], np.array([last])
    recursion = ct.Recursion(chain, ct.Replace(), sample_size=10)
    return float(recursion.watch(name, *arguments).measure(state)[0])


def test_measures_of_a_mixing_chain_are_those_of_its_eigenvectors() -> None:
    counts = np.array([[3, 2, 1], [1, 4, 1], [2, 2, 5.0]])
    rows = counts / counts.sum(axis=1, keepdims=True)
    moduli, vectors = np.linalg.eig(rows.T)
    law = np.real(vectors[:, np.argmax(moduli.real)])
    law /= law.sum()
    source = np.array(CHAIN.matrix.dense)
    for name, expected in (
        ("entropy_rate", -np.sum(law[:, None] * rows * np.log(rows))),
        ("gini_simpson", 1 - np.sum(law**2)),
        ("spectral_gap", 1 - np.sort(np.abs(moduli))[-2]),
        ("stationary_total_variation", 0.5 * np.abs(law - CHAIN.stationary).sum()),
        ("state_count", 3),
        ("edge_count", 9),
        ("cycle_length", np.inf),
        ("kl_rate_model_source", np.inf),
    ):
        assert measured(CHAIN, counts, name) == pytest.approx(expected, rel=1e-12), name
    assert measured(CHAIN, counts, "stationary_probability", "b") == pytest.approx(law[1], rel=1e-12)
    assert measured(CHAIN, counts, "transition_probability", "c", "a") == pytest.approx(2 / 9, rel=1e-15)
    positive = source > 0
    ratio = np.where(positive, source, 1) / np.where(positive, rows, 1)
    backward = np.sum(CHAIN.stationary[:, None] * source * np.log(ratio))
    assert measured(CHAIN, counts, "kl_rate_source_model") == pytest.approx(backward, rel=1e-12)
    within = counts * positive
    kept = within / within.sum(axis=1, keepdims=True)
    pi = np.linalg.matrix_power(kept, 4096)[0]
    forward = np.sum(
        pi[:, None] * np.where(positive, kept * np.log(np.where(positive, kept / np.where(positive, source, 1), 1)), 0)
    )
    assert measured(CHAIN, within, "kl_rate_model_source") == pytest.approx(forward, rel=1e-10)


@pytest.mark.parametrize("stay", [0.95, 0.5, 0.1])
def test_effective_sample_size_of_two_symmetric_states(stay: float) -> None:
    chain = ct.MarkovChain([[stay, 1 - stay], [1 - stay, stay]])
    recursion = ct.Recursion(chain, ct.Replace(), sample_size=100)
    second = 2 * stay - 1
    assert recursion.effective_sample_size.source_value == pytest.approx(100 * (1 - second) / (1 + second), rel=1e-12)


@pytest.mark.parametrize(
    ("counts", "last", "expected"),
    [
        (
            [[9, 0, 0], [0, 0, 0], [0, 0, 0]],
            0,
            {"cycle_length": 1, "state_count": 1, "edge_count": 1, "spectral_gap": 1},
        ),
        (
            [[0, 5, 0], [4, 0, 0], [0, 0, 0]],
            1,
            {"cycle_length": 2, "state_count": 2, "edge_count": 2, "spectral_gap": 0},
        ),
        ([[0, 3, 0], [0, 0, 3], [3, 0, 0]], 0, {"cycle_length": 3, "state_count": 3, "entropy_rate": 0}),
        (
            [[0, 1, 0], [0, 8, 0], [0, 0, 0]],
            1,
            {"cycle_length": 1, "state_count": 2, "edge_count": 2, "gini_simpson": 0},
        ),
        ([[4, 0, 0], [0, 5, 0], [0, 0, 0]], 1, {"cycle_length": 1, "edge_count": 2, "spectral_gap": 0}),
    ],
)
def test_measures_of_what_is_left(counts: Any, last: int, expected: dict[str, float]) -> None:
    for name, value in expected.items():
        assert measured(CHAIN, counts, name, last=last) == pytest.approx(value, abs=1e-12), name
    assert measured(CHAIN, counts, "kl_rate_source_model", last=last) == np.inf
    assert measured(CHAIN, counts, "effective_sample_size", 10, last=last) >= 0


def test_a_dead_end_has_the_row_that_was_chosen() -> None:
    counts = [[2, 1, 0], [1, 0, 1], [0, 0, 0]]
    for row, expected in (
        ("unigram", [3 / 5, 1 / 5, 1 / 5]),
        ("uniform", [1 / 3, 1 / 3, 1 / 3]),
        ("source", [0.5, 0, 0.5]),
        ("end", [0, 0, 0]),
    ):
        chain = ct.MarkovChain(ROUND, unseen_row=row)
        found = [measured(chain, counts, "transition_probability", 2, j, last=2) for j in range(3)]
        assert found == pytest.approx(expected, abs=1e-15), row


@settings(deadline=None, max_examples=50, derandomize=True)
@given(ct.strategies.recursions(families=ct.MarkovChain, sample_sizes=ct.strategies.st.integers(4, 30)))
def test_no_measure_leaves_its_range(recursion: ct.Recursion) -> None:
    runs = recursion.simulate(4, 5, rng=1, keep="all")
    for name in recursion.family.measures:
        found = runs.values(recursion.watch(name, *recursion.defined(name).typical))
        assert not np.any(np.isnan(found)), name
        assert np.all(found >= -1e-12), name
        if name.endswith(("probability", "transition", "variation", "gap", "simpson")) or "survival" in name:
            assert np.all(found <= 1 + 1e-12), name
