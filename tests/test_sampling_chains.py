"""Chains at a temperature and under a nucleus: paths enumerated in fractions, long paths, many states."""

from __future__ import annotations

import itertools
import math
from collections import Counter
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from error_budget import critical_z, z_of_mean

import collapse_theory as ct
from collapse_theory.families.markov_chain import markov_chain
from collapse_theory.sampling.nucleus import nucleus

TWO = [[0.75, 0.25], [0.5, 0.5]]
ROUND = [[0.8, 0.2, 0], [0, 0.6, 0.4], [0.5, 0, 0.5]]
REPLACE = ct.Replace()
Rows = tuple[tuple[Fraction, ...], ...]


def looped(chain: ct.MarkovChain, one: Any, n: int = 50, regime: ct.Regime = REPLACE) -> ct.Recursion:
    return ct.Recursion(chain, regime, sample_size=n, sampling=one)


def squared(rows: Rows) -> Rows:
    """Rows at T = 1/2."""
    return tuple(tuple(p * p / sum(q * q for q in row) for p in row) for row in rows)


def paths(rows: Rows, first: tuple[Fraction, ...], n: int) -> Counter[tuple[int, ...]]:
    """Chances of all paths of n transitions through a chain of two states."""
    found: Counter[tuple[int, ...]] = Counter()
    for path in itertools.product(range(2), repeat=n + 1):
        chance = first[path[0]] * math.prod(rows[i][j] for i, j in itertools.pairwise(path))
        if chance:
            found[path] += chance
    return found


def begun(start: str, path: tuple[int, ...], tempered: Rows) -> tuple[Fraction, ...]:
    n = len(path) - 1
    shares = [Fraction(path[:-1].count(i), n) for i in range(2)]
    if start == "last":
        return tuple(Fraction(path[-1] == i) for i in range(2))
    if start == "occupancy":
        return tuple(shares)
    away, back = tempered[0][1], tempered[1][0]
    return tuple(shares) if away + back == 0 else (back / (away + back), away / (away + back))


def refitted(path: tuple[int, ...]) -> Rows:
    """Transition shares, the unigram of the targets for a state that was never left."""
    n, steps = len(path) - 1, Counter(itertools.pairwise(path))
    rows = []
    for i in range(2):
        left = steps[i, 0] + steps[i, 1]
        of = [steps[i, j] if left else path[1:].count(j) for j in range(2)]
        rows.append(tuple(Fraction(x, left or n) for x in of))
    return tuple(rows)


def exact_mean(start: str, n: int, cooled: Any) -> Fraction:
    """E P_2(0, 1), generation 2 walked through rows that are cooled."""
    source: Rows = tuple(tuple(Fraction(p) for p in row) for row in TWO)
    mean = Fraction(0)
    for path, chance in paths(source, (Fraction(2, 3), Fraction(1, 3)), n).items():
        rows = cooled(refitted(path))
        for second, other in paths(rows, begun(start, path, rows), n).items():
            mean += chance * other * refitted(second)[0][1]
    return mean


@pytest.mark.parametrize(
    ("table", "start"),
    [("dense", "occupancy"), ("dense", "stationary"), ("dense", "last"), ("sparse", "stationary")],
)
def test_a_cooled_path_is_that_of_all_paths_enumerated(
    table: str, start: Any, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    n, runs = 4, 40_000 if table == "dense" else 1500
    if table == "sparse":
        monkeypatch.setattr(markov_chain, "DENSE", 1)
    recursion = looped(ct.MarkovChain(TWO, start=start), ct.Temperature(0.5), n)
    assert recursion.family.dense == (table == "dense")
    found = np.asarray(recursion.transition_probability(0, 1).measure(recursion.simulate(2, runs, rng=seed).states))
    z = critical_z(1)
    assert abs(z_of_mean(found, float(exact_mean(start, n, squared)))[0]) < z
    if table == "dense":
        assert abs(z_of_mean(found, float(exact_mean(start, n, lambda rows: rows)))[0]) > z


@pytest.mark.parametrize("heat", [0.5, 0.9, 1.4])
@pytest.mark.parametrize("table", ["dense", "sparse"])
def test_log_odds_of_long_paths_are_multiplied(heat: float, table: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if table == "sparse":
        monkeypatch.setattr(markov_chain, "DENSE", 1)
    for chain in (ct.MarkovChain(TWO), ct.MarkovChain(ROUND, unseen_row="previous", start="last")):
        recursion = looped(chain, ct.Temperature(heat))
        for t in (1, 2, 3, 5):
            row = [recursion.transition_probability(0, j).population(t) for j in range(2)]
            source = chain.matrix.dense[0]
            assert math.log(row[0] / row[1]) == pytest.approx(math.log(source[0] / source[1]) / heat ** (t - 1))
            along = [recursion.transition_probability(0, j).population.along_the_path(t) for j in range(2)]
            assert along == pytest.approx(row, rel=1e-12)
            assert recursion.self_transition(1).population(t) == pytest.approx(
                recursion.self_transition(1).population.along_the_path(t), rel=1e-12
            )


def test_limits_of_tempered_rows() -> None:
    cool, hot = (looped(ct.MarkovChain(ROUND), ct.Temperature(heat)) for heat in (0.8, 1.25))
    assert [cool.transition_probability(0, j).population.limit for j in range(3)] == [1, 0, 0]
    assert [cool.transition_probability(2, j).population.limit for j in range(3)] == [0.5, 0, 0.5]
    assert [hot.transition_probability(0, j).population.limit for j in range(3)] == [0.5, 0.5, 0]
    assert hot.transition_probability(0, 1).population(200) == pytest.approx(0.5, rel=1e-12)
    assert cool.transition_probability(0, 1).population(200) == 0
    assert looped(ct.MarkovChain(ROUND), ct.Temperature(1.0)).self_transition(0).population.limit == 0.8


def test_real_paths_are_mixed_by_how_often_they_leave_a_state() -> None:
    """Transitions of real and cooled paths, each in its long-run proportions; not rows by the share of real ones."""

    def flow(rows: np.ndarray) -> np.ndarray:
        values, vectors = np.linalg.eig(rows.T)
        law = np.real(vectors[:, np.argmax(values.real)])
        return (law / law.sum())[:, None] * rows

    recursion = looped(ct.MarkovChain(ROUND), ct.Temperature(0.5), 40, ct.Fresh(real=10))
    source, rows = np.array(ROUND), np.array(ROUND)
    for t in range(2, 7):
        cooled = rows**2 / np.sum(rows**2, axis=1, keepdims=True)
        by_share = 0.25 * source + 0.75 * cooled
        pooled = 0.25 * flow(source) + 0.75 * flow(cooled)
        rows = pooled / pooled.sum(axis=1, keepdims=True)
        found = [[recursion.transition_probability(i, j).population(t) for j in range(3)] for i in range(3)]
        assert np.array(found) == pytest.approx(rows, rel=1e-11)
        assert np.max(np.abs(by_share - rows)) > 0.01


def test_a_path_without_noise_needs_one_closed_class() -> None:
    split = looped(ct.MarkovChain([[1, 0], [0, 1]]), ct.Temperature(0.5))
    with pytest.raises(ct.NotDefined, match="one of several closed classes"):
        split.self_transition(0).population(2)
    honest = ct.Recursion(ct.MarkovChain(ROUND, smoothing=ct.AddAlpha(2)), ct.Accumulate(), sample_size=7)
    assert honest.entropy_rate.population(9) == pytest.approx(honest.entropy_rate.source_value, rel=1e-13)
    with pytest.raises(ct.NotDefined, match="carries the old model over"):
        ct.Recursion(ct.MarkovChain(TWO), ct.FineTune(rate=0.5, data="regenerated"), sample_size=8)


@pytest.mark.parametrize("heat", [0.7, 1.5])
def test_a_chain_ends_at_every_temperature(heat: float) -> None:
    chain = ct.MarkovChain(TWO)
    assert looped(chain, ct.Temperature(heat), 6).fate.verdict == "collapses"
    runs = looped(chain, ct.Temperature(heat), 6).simulate(400, 200, rng=1)
    assert not np.any(looped(chain, ct.Temperature(heat), 6).entropy_rate.measure(runs.states))
    smoothed = looped(ct.MarkovChain(TWO, smoothing=ct.AddAlpha(1)), ct.Temperature(heat), 6)
    assert smoothed.fate.verdict == "stationary"
    with pytest.raises(ct.NoClosedForm):
        _ = looped(chain, ct.Nucleus(0.9), 6).fate


def test_a_nucleus_cuts_every_row() -> None:
    chain = ct.MarkovChain([[0.6, 0.3, 0.1], [0.1, 0.8, 0.1], [1 / 3, 1 / 3, 1 / 3]])
    rows = chain.tilt_by_share(chain.source(1), lambda shares: nucleus(shares, 0.85))[0][0]
    assert rows == pytest.approx(np.array([[2 / 3, 1 / 3, 0], [1 / 9, 8 / 9, 0], [1 / 3, 1 / 3, 1 / 3]]))
    recursion = looped(chain, ct.Nucleus(0.85))
    assert recursion.transition_probability(0, 1).population(2) == pytest.approx(1 / 3)
    assert np.all(np.isfinite(recursion.entropy_rate.measure(recursion.simulate(5, 50, rng=2).states)))


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"unseen_row": "uniform"},
        {"unseen_row": "end"},
        {"unseen_row": "cyclic"},
        {"smoothing": ct.BackOff(2.0)},
        {"start": "stationary"},
    ],
    ids=str,
)
@pytest.mark.parametrize("one", [ct.Temperature(0.7), ct.Nucleus(0.9)], ids=repr)
def test_many_states_walk_the_rows_of_few(options: Any, one: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The tilted rows in sparse form are those of the table."""
    chain = ct.MarkovChain(ROUND, **options)
    state = looped(chain, one, 5).simulate(2, 40, rng=5).states
    state = tuple(part[:, 0] for part in state)
    table = one.law(chain, state)
    monkeypatch.setattr(markov_chain, "DENSE", 1)
    from scipy import sparse

    rows = np.empty(40, dtype=object)
    rows[:] = [sparse.csr_array(counts) for counts in state[0]]
    same = one.law(ct.MarkovChain(ROUND, **options), (rows, *state[1:]))
    reached = [np.flatnonzero((counts > 0).any(axis=0) | (counts > 0).any(axis=1)) for counts in state[0]]
    for r, members in enumerate(reached):
        assert same[0][r].toarray()[members] == pytest.approx(table[0][r][members], abs=1e-12)
    assert same[1] == pytest.approx(table[1], abs=1e-12)


def test_rows_of_a_smoothed_chain_of_many_states_are_full(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(markov_chain, "DENSE", 1)
    recursion = looped(ct.MarkovChain(ROUND, smoothing=ct.AddAlpha(1)), ct.Temperature(0.7))
    with pytest.raises(ct.NotDefined, match="smoothed chain of 3 states are full"):
        recursion.simulate(3, 2, rng=1)


def test_a_poisson_law_has_no_temperature() -> None:
    with pytest.raises(ct.NotDefined, match=r"no verb 'temper': .* Conway–Maxwell–Poisson law"):
        ct.Recursion(ct.Poisson(2.0), REPLACE, sample_size=5, sampling=ct.Temperature(0.9))
