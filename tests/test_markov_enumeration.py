"""The bigram recursion as a finite chain: Fractions against Whittle's formula, and the law of the absorption time."""

from __future__ import annotations

import itertools
import math
from collections import Counter
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from collapse_theory.errors import NoClosedForm
from collapse_theory.families.markov_chain.dense import DenseModels
from collapse_theory.families.markov_chain.enumeration import enumerate_states, most_states, one_step, possible
from collapse_theory.families.markov_chain.exact_ends import ends, exact_models
from collapse_theory.families.markov_chain.matrix import TransitionMatrix
from collapse_theory.families.markov_chain.whittle import CANDIDATES, path_counts
from collapse_theory.families.smoothing import AbsoluteDiscount, AddAlpha, BackOff
from collapse_theory.phase_type import PhaseType


@dataclass(frozen=True)
class Chain:
    matrix: Any
    unseen_row: str = "unigram"
    start: str = "occupancy"
    smoothing: Any = None
    first: int | None = None


FAIR = TransitionMatrix([[0.5, 0.5], [0.5, 0.5]])
TWO = TransitionMatrix([[0.7, 0.3], [0.4, 0.6]])
THREE = TransitionMatrix([[0.5, 0.3, 0.2], [0.1, 0.6, 0.3], [0.3, 0.3, 0.4]])
ROUND = TransitionMatrix([[0.8, 0.2, 0], [0, 0.6, 0.4], [0.5, 0, 0.5]])

UNSEEN = ("unigram", "uniform", "previous", "end", "cyclic", "source")
STARTS = ("occupancy", "stationary", "last", "fixed")
SMOOTHINGS = (AddAlpha(0.5), BackOff(1.5), AbsoluteDiscount(0.3))
CONVENTIONS = [(row, start, None) for row in UNSEEN for start in STARTS if row != "end" or start in STARTS[::3]]
CONVENTIONS += [("unigram", start, smoothing) for smoothing in SMOOTHINGS for start in STARTS]


def chain_of(matrix, unseen_row="unigram", start="occupancy", smoothing=None):
    return Chain(matrix, unseen_row, start, smoothing, matrix.states - 1 if start == "fixed" else None)


def single(found):
    return sum(p for cycle, p in found.probabilities.items() if len(cycle) == 1)


EXACT_C5 = {2: Fraction(2, 3), 3: Fraction(3541, 5984), 4: Fraction(56947549, 100161180)}
C5 = {
    2: (2 / 3, 4 / 3),
    3: (0.591744652406417, 2.20897393048128),
    4: (0.568559086464437, 3.10589965759855),
    5: (0.553487553031709, 4.0788401510713),
    6: (0.544964461250081, 5.03367864076104),
}


@pytest.mark.parametrize("n", C5)
def test_ends_of_two_fair_tokens(n):
    """The table of theory C5: the chance of a single token at the end, and the expected generation."""
    found, space = ends(Chain(FAIR), n), enumerate_states(Chain(FAIR), n)
    chance, mean = C5[n]
    assert single(found) == EXACT_C5.get(n, single(found))
    assert isinstance(found.mean_time, Fraction)
    assert float(single(found)) == pytest.approx(chance, rel=1e-14)
    assert float(found.mean_time) == pytest.approx(mean, rel=1e-14)
    assert space.ends[0,] + space.ends[1,] == pytest.approx(chance, rel=1e-13)
    assert space.time.mean == pytest.approx(mean, rel=1e-13)


@pytest.mark.parametrize("convention", [c for c in CONVENTIONS if c[:2] != ("unigram", "occupancy") and not c[2]])
def test_another_convention_gives_another_table(convention):
    found = ends(chain_of(FAIR, *convention), 3)
    assert single(found) != EXACT_C5[3]
    if convention[0] != "cyclic":
        assert 0.52 < single(found) < 0.62


def signature(start, rows):
    """A model as rounded numbers, without the rows that the next path cannot use."""
    start, rows = np.array(start, float), np.array(rows, float)
    reached = start > 0
    for _ in start:
        reached = reached | (rows[reached] > 0).any(axis=0)
    return (*np.round(start, 11), *np.round(np.where(reached[:, None], rows, -1), 11).ravel())


def exact_laws(chain, n, generations):
    """Law of the model at generations 1, 2, …, by signature, from the Fractions."""
    space = exact_models(chain, n)
    unused = (-1,) * chain.matrix.states
    names = [signature(m.start, [row or unused for row in m.rows]) for m in space.models]
    law, found = {0: Fraction(1)}, []
    for _ in range(generations):
        following = Counter()
        for place, p in law.items():
            for target, q in space.laws[place].items():
                following[target] += p * q
        law = following
        assert sum(law.values()) == 1
        named = Counter()
        for place, p in law.items():
            named[names[place]] += float(p)
        found.append(named)
    return found


def float_laws(chain, n, generations):
    space = enumerate_states(chain, n)
    models = DenseModels(chain, space.counts, space.occupancy, space.last)
    starts = models.long_run if chain.start == "stationary" else models.begun
    names = [signature(*model) for model in zip(starts, models.rows, strict=True)]
    found = []
    for law in space.law(np.arange(1, generations + 1)):
        named = Counter()
        for name, p in zip(names, law, strict=True):
            named[name] += p
        found.append(named)
    return found


@pytest.mark.parametrize(("matrix", "n"), [(TWO, 1), (TWO, 2), (TWO, 3), (TWO, 4), (THREE, 2)])
@pytest.mark.parametrize(("unseen_row", "start", "smoothing"), CONVENTIONS)
def test_two_roads(matrix, n, unseen_row, start, smoothing):
    """Dynamic programming in Fractions against Whittle's formula: laws of generations 1 to 5, ends, mean time."""
    agree(chain_of(matrix, unseen_row, start, smoothing), n)


@pytest.mark.parametrize("unseen_row", ["unigram", "uniform", "cyclic", "source"])
def test_two_roads_for_three_states(unseen_row):
    agree(Chain(THREE, unseen_row), 3)
    agree(Chain(ROUND, unseen_row), 3)


def agree(chain, n):
    for exact, by_floats in zip(exact_laws(chain, n, 5), float_laws(chain, n, 5), strict=True):
        assert sum(by_floats.values()) == pytest.approx(1, abs=1e-13)
        for name in exact.keys() | by_floats.keys():
            assert by_floats[name] == pytest.approx(exact[name], abs=1e-13)
    found, space = ends(chain, n), enumerate_states(chain, n)
    assert space.ends.keys() == found.probabilities.keys()
    for cycle, p in found.probabilities.items():
        assert space.ends[cycle] == pytest.approx(float(p), abs=1e-13)
    assert space.time.mean == pytest.approx(float(found.mean_time), rel=1e-12)
    assert space.time.probability_finite == pytest.approx(float(sum(found.probabilities.values())), abs=1e-13)
    certain = np.array([law @ space.certain for law in space.law(np.arange(1, 6))])
    np.testing.assert_allclose(space.time.cdf(np.arange(1, 6)), certain, atol=1e-13)
    assert len(space.first) <= most_states(chain, n)


@pytest.mark.parametrize(("states", "n"), [(1, 4), (2, 1), (2, 6), (3, 4), (4, 3), (3, 5)])
def test_whittle_counts_against_all_sequences(states, n):
    expected = Counter()
    for path in itertools.product(range(states), repeat=n + 1):
        counts = np.zeros((states, states), np.int64)
        np.add.at(counts, (path[:-1], path[1:]), 1)
        expected[counts.tobytes(), path[0], path[-1]] += 1
    found = path_counts(np.ones((states, states), bool), n)
    keys = [
        (c.tobytes(), u, v) for c, u, v in zip(found.counts, found.first.tolist(), found.last.tolist(), strict=True)
    ]
    assert len(keys) == len(expected)
    assert set(keys) == set(expected)
    np.testing.assert_allclose(np.exp(found.log_paths), [expected[key] for key in keys], rtol=1e-13)


@pytest.mark.parametrize(("matrix", "n"), [(FAIR, 640), (TWO, 640), (ROUND, 80), (THREE, 6)])
def test_one_generation_has_the_expected_transitions(matrix, n):
    """Begun in the stationary law, a path makes n pi_i P_ij transitions from i to j on average."""
    counts, occupancy, last, probability = one_step(Chain(matrix), n)
    p = matrix.dense
    stationary = np.linalg.lstsq(np.vstack([p.T - np.eye(len(p)), np.ones(len(p))]), np.eye(len(p) + 1)[-1])[0]
    mean = np.tensordot(probability, counts, 1)
    np.testing.assert_allclose(mean, n * stationary[:, None] * p, rtol=1e-11)
    np.testing.assert_allclose(np.bincount(last, probability), stationary, rtol=1e-11)
    assert np.array_equal(occupancy, counts.sum(axis=2))
    assert np.all(occupancy.sum(axis=1) == n)


@pytest.mark.parametrize("unseen_row", ["unigram", "cyclic", "source"])
def test_one_step_is_the_first_generation(unseen_row):
    chain = Chain(TWO, unseen_row)
    space = enumerate_states(chain, 5)
    law = {c.astype(np.int64).tobytes(): p for c, p in zip(space.counts, space.first, strict=True) if p}
    found = Counter()
    counts, _, _, probability = one_step(chain, 5)
    for c, p in zip(counts, probability, strict=True):
        found[c.tobytes()] += p
    assert found.keys() == law.keys()
    assert all(found[key] == pytest.approx(law[key], rel=1e-12) for key in law)


@pytest.mark.parametrize(("n", "lengths"), [(2, {1, 3}), (3, {1, 2}), (4, {1})])
def test_a_closed_path_has_room_for_some_cycles_only(n, lengths):
    """The transition that closes a path of n + 1 states leaves cycles whose length divides n + 1 and no others."""
    fair = TransitionMatrix(np.full((3, 3), 1 / 3))
    assert {len(cycle) for cycle in enumerate_states(Chain(fair, "cyclic"), n).ends} == lengths
    expected = {length for length in (1, 2, 3) if length <= n}
    assert {len(cycle) for cycle in enumerate_states(Chain(fair), n).ends} == expected
    if n == 3:
        closed, opened = ends(Chain(fair, "cyclic"), n).probabilities, ends(Chain(fair), n).probabilities
        assert (0, 1, 2) not in closed
        assert opened[0, 1, 2] > 0
        assert sum(closed.values()) == 1 == sum(opened.values())


@pytest.mark.parametrize(("matrix", "n"), [(TWO, 3), (TWO, 6), (THREE, 2), (THREE, 3)])
@pytest.mark.parametrize("start", ["occupancy", "stationary"])
def test_closing_keeps_the_mean_occupancy(matrix, n, start):
    """The shares of a closed path are the stationary law of what is fitted to it: a martingale up to its end."""
    chain = Chain(matrix, "cyclic", start)
    shares = [Fraction(0)] * matrix.states
    for cycle, p in ends(chain, n).probabilities.items():
        for state in cycle:
            shares[state] += p / len(cycle)
    assert tuple(shares) == exact_models(chain, n).models[0].start


def test_smoothing_and_absorption():
    """Mass for every state keeps a chain from its end; a discount for the sample's own unigram leads to one token."""
    for smoothing in (AddAlpha(0.5), BackOff(1.5)):
        found = ends(Chain(TWO, smoothing=smoothing), 3)
        assert found.probabilities == {}
        assert found.mean_time == math.inf
        time = enumerate_states(Chain(TWO, smoothing=smoothing), 3).time
        assert (time.mean, time.std, time.median, time.probability_finite) == (math.inf, math.inf, math.inf, 0)
        assert time.sf(10**9) == 1
    found = ends(Chain(TWO, smoothing=AbsoluteDiscount(0.5)), 3)
    assert found.probabilities.keys() == {(0,), (1,)}
    assert sum(found.probabilities.values()) == 1
    swap = TransitionMatrix([[0, 1], [1, 0]])
    assert ends(Chain(swap, smoothing=BackOff(1)), 3).mean_time == 0
    assert ends(Chain(swap, smoothing=BackOff(1)), 3).probabilities == {(0, 1): 1}


def test_the_source_as_unseen_row_prevents_no_collapse():
    """Only the last state of a path can lack a row: at most one row of those in use comes from the source."""
    for start in STARTS:
        assert sum(ends(chain_of(TWO, "source", start), 4).probabilities.values()) == 1


def test_certain_sources():
    """Time 0 for a source that repeats cycles, unless its paths are too short to see one of them."""
    rotation = TransitionMatrix([[0, 1, 0], [0, 0, 1], [1, 0, 0]])
    for n, row, time in ((3, "unigram", 0), (2, "previous", 0), (2, "source", 0)):
        found = ends(Chain(rotation, row), n)
        assert found.probabilities == {(0, 1, 2): 1}
        assert found.mean_time == time == enumerate_states(Chain(rotation, row), n).time.mean
    short = ends(Chain(rotation), 2)
    assert short.mean_time > 0
    assert (0, 1, 2) not in short.probabilities
    identity = TransitionMatrix(np.eye(2))
    assert ends(Chain(identity), 2).probabilities == {(0,): Fraction(1, 2), (1,): Fraction(1, 2)}
    assert enumerate_states(Chain(identity), 2).time.ppf([0, 0.5, 1]).tolist() == [0, 0, 0]
    assert ends(Chain(TransitionMatrix([[1.0]])), 3).probabilities == {(0,): 1}
    assert len(enumerate_states(Chain(TransitionMatrix([[1.0]])), 10**6).first) == 1


def test_certain_for_one_generation_is_not_absorbed():
    """A path 0 → 1 makes every row certain, but the next one does not leave 0, and has the source's row there."""
    chain = Chain(TransitionMatrix([[0, 0.5, 0.5], [0, 0, 1], [1, 0, 0]]), "source", "last")
    space = enumerate_states(chain, 1)
    models = DenseModels(chain, space.counts, space.occupancy, space.last)
    assert models.certain.any()
    assert not space.certain.any()
    assert not ends(chain, 1).probabilities


def test_paths_that_stop():
    """What stops without a row is one path for ever from a fixed state, and else its last transition."""
    line = TransitionMatrix([[0, 1, 0], [0, 0, 1], [1, 0, 0]])
    assert ends(Chain(line, "end", "fixed", first=1), 2).probabilities == {(0, 1, 2): 1}
    found = ends(Chain(line, "end"), 2)
    assert found.probabilities == {cycle: Fraction(1, 3) for cycle in [(0, 1), (0, 2), (1, 2)]}
    assert enumerate_states(Chain(line, "end"), 2).ends == pytest.approx(
        {cycle: float(p) for cycle, p in found.probabilities.items()}
    )
    shorter = enumerate_states(Chain(TWO, "end"), 3)
    assert set(shorter.occupancy.sum(axis=1)) == {1, 2, 3}


def test_far_generations():
    space = enumerate_states(Chain(TWO), 6)
    t = np.array([3, 10**9, 1, 3, 40])
    law = space.law(t)
    assert law.shape == (5, len(space.first))
    np.testing.assert_allclose(law.sum(axis=1), 1, atol=1e-13)
    np.testing.assert_allclose(law[0], space.first @ space.step @ space.step, rtol=1e-12)
    np.testing.assert_allclose(law[4], space.first @ np.linalg.matrix_power(space.step, 39), rtol=1e-11, atol=1e-300)
    np.testing.assert_array_equal(law[0], law[3])
    assert law[1][~space.certain].sum() == 0
    for cycle, p in space.ends.items():
        there = np.array([c == cycle for c in space.cycles])
        assert law[1][there].sum() == pytest.approx(p, abs=1e-12)
    with pytest.raises(ValueError, match="t = 0 is outside"):
        space.law(np.array([0, 1]))


def test_what_is_possible():
    assert possible(Chain(TWO), 27)
    assert not possible(Chain(TWO), 28)
    assert possible(Chain(THREE), 4)
    for matrix in (TWO, THREE, TransitionMatrix(np.full((200, 200), 1 / 200))):
        for row in UNSEEN:
            assert not possible(Chain(matrix, row), 10**12)
    with pytest.raises(NoClosedForm, match="more than 600 fitted models"):
        enumerate_states(Chain(TWO), 1000)
    with pytest.raises(NoClosedForm, match="more than 150 fitted models"):
        ends(Chain(TWO), 100)
    with pytest.raises(NoClosedForm, match="more than 150 fitted models"):
        ends(Chain(TWO), 20)
    with pytest.raises(NoClosedForm, match=f"more than {CANDIDATES} matrices"):
        one_step(Chain(THREE), 1000)
    for road in (enumerate_states, one_step, ends):
        with pytest.raises(ValueError, match="n = 0 is outside its domain"):
            road(Chain(TWO), 0)


# ------------------------------------------------------------------------------------------------ phase-type laws
LEAKING = PhaseType(
    np.array([0.5, 0.3, 0.0, 0.0]),
    np.array([[0.5, 0.2, 0.1, 0.0], [0.1, 0.6, 0.0, 0.0], [0.0, 0.0, 1.0, 0.0], [0.9, 0.0, 0.0, 0.0]]),
    np.array([0.2, 0.3, 0.0, 0.1]),
)
SURE = PhaseType(np.array([0.6, 0.3]), np.array([[0.5, 0.2], [0.1, 0.6]]), np.array([0.3, 0.3]))


def brute(law, generations):
    """P(T = t) step by step."""
    row, found = law.initial, [1 - law.initial.sum()]
    for _ in range(generations):
        found.append(row @ law.absorption)
        row = row @ law.transient
    return np.array(found)


@pytest.mark.parametrize("law", [SURE, LEAKING, enumerate_states(Chain(TWO), 5).time])
def test_phase_type_against_sums(law):
    t = np.arange(2000)
    pmf = brute(law, len(t) - 1)
    np.testing.assert_allclose(law.pmf(t), pmf, atol=1e-14)
    np.testing.assert_allclose(law.cdf(t), np.cumsum(pmf), atol=1e-13)
    np.testing.assert_allclose(law.sf(t), 1 - np.cumsum(pmf), atol=1e-13)
    assert law.probability_finite == pytest.approx(pmf.sum(), abs=1e-13)
    levels = np.array([0.01, 0.15, 0.3, 0.5, 0.6, 0.7])
    expected = np.argmax(np.cumsum(pmf) >= levels[:, None], axis=1)
    np.testing.assert_array_equal(law.ppf(levels), expected)
    assert law.median == expected[3]
    if law is LEAKING:
        assert law.mean == law.variance == law.std == law.ppf(0.95) == law.ppf(1) == math.inf
        assert law.sf(10**9) == pytest.approx(1 - law.probability_finite, abs=1e-13)
    else:
        assert law.probability_finite == 1
        assert law.mean == pytest.approx(t @ pmf, rel=1e-12)
        assert law.variance == pytest.approx((t - law.mean) ** 2 @ pmf, rel=1e-11)
        assert law.ppf(1) == math.inf
        survival = law.sf(np.array([300, 600]))
        assert survival[1] > 0
        assert np.log(survival[1]) == pytest.approx(2 * np.log(survival[0]), rel=0.01)


def test_phase_type_with_an_upper_end():
    law = PhaseType(np.array([0.8, 0.0]), np.array([[0.0, 0.5], [0.0, 0.0]]), np.array([0.5, 1.0]))
    assert law.ppf([0, 0.1, 0.5, 0.7, 1]).tolist() == [0, 0, 1, 2, 2]
    assert law.pmf([0, 1, 2, 3]) == pytest.approx([0.2, 0.4, 0.4, 0])
    assert law.mean == pytest.approx(1.2)


def test_phase_type_keeps_small_rates():
    """A geometric law of rate 1e-12: what leaves is summed, not 1 less what stays."""
    law = PhaseType(np.array([1.0]), np.array([[1 - 1e-12]]), np.array([1e-12]))
    assert law.mean == pytest.approx(1e12, rel=1e-15)
    assert law.std == pytest.approx(1e12, rel=1e-11)
    assert law.sf(10**12) == pytest.approx(math.exp(-1), rel=1e-3)


@pytest.mark.parametrize(
    ("initial", "transient", "absorption", "message"),
    [
        ([0.5], [[0.5, 0.5]], [0.5], r"transient has shape \(1, 2\)"),
        ([0.5], [[0.5]], [0.5, 0.5], r"absorption \(2,\)"),
        ([0.8, 0.8], [[0.5, 0], [0, 0.5]], [0.5, 0.5], "initial sums to 1.6"),
        ([-0.5], [[0.5]], [0.5], "initial = -0.5 is outside"),
        ([0.5], [[0.5]], [0.4], r"transient\[0\] and absorption\[0\] sum to 0.9"),
    ],
)
def test_phase_type_refuses(initial, transient, absorption, message):
    with pytest.raises(ValueError, match=message):
        PhaseType(np.array(initial), np.array(transient), np.array(absorption))
    with pytest.raises(ValueError, match="q = 2"):
        SURE.ppf(2)
    with pytest.raises(ValueError, match="t = -1"):
        SURE.cdf(-1)
