"""The compiled loop of the chain against the exact law, the plain verbs and single numbers, for every convention."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from error_budget import critical_distance, critical_z, distance
from every import one_in
from numpy.typing import NDArray

import collapse_theory as ct
from collapse_theory.families.markov_chain import kernel
from collapse_theory.families.markov_chain.dense import DenseModels
from collapse_theory.families.markov_chain.enumeration import enumerate_states
from collapse_theory.families.markov_chain.measures import is_certain
from collapse_theory.families.markov_chain.simulate import learner

Array = NDArray[np.float64]

TWO = [[0.7, 0.3], [0.4, 0.6]]
THREE = [[0.5, 0.3, 0.2], [0.1, 0.6, 0.3], [0.3, 0.3, 0.4]]
ROUND = [[0.8, 0.2, 0], [0, 0.6, 0.4], [0.5, 0, 0.5]]
STARTS = ("occupancy", "stationary", "last", "fixed")
UNSEEN = ("unigram", "uniform", "previous", "end", "cyclic", "source")
CONVENTIONS: list[dict[str, Any]] = [
    {"unseen_row": row, "start": start}
    for row in UNSEEN
    for start in STARTS
    if row != "end" or start in ("occupancy", "fixed")
]
CONVENTIONS += [
    {"smoothing": smoothing, "start": start}
    for smoothing in (ct.AddAlpha(0.5), ct.BackOff(1.5), ct.AbsoluteDiscount(0.3))
    for start in STARTS
]
REGIMES = (ct.Replace(), ct.Accumulate(), ct.Fresh(real=3), ct.FreshMixture(share=0.3))

every_convention, some_conventions = (
    pytest.mark.parametrize("convention", conventions, ids=lambda c: "-".join(map(str, c.values())))
    for conventions in (CONVENTIONS, one_in(3, CONVENTIONS))
)
depths = pytest.mark.parametrize("runs", [10_000, pytest.param(200_000, marks=pytest.mark.deep)])


def chain(matrix: Any, convention: dict[str, Any]) -> ct.MarkovChain:
    first = len(matrix) - 1 if convention["start"] == "fixed" else None
    return ct.MarkovChain(matrix, first_state=first, **convention)


def watched(recursion: ct.Recursion) -> list[Any]:
    return [
        recursion.entropy_rate,
        recursion.edge_count,
        recursion.state_count,
        recursion.gini_simpson,
        recursion.self_transition(0),
        recursion.transition_probability(0, 1),
        recursion.stationary_probability(1),
    ]


def in_standard_errors(apart: Any, variance: Any) -> Array:
    """Deviations of means; where nothing varies a deviation beyond rounding is infinite."""
    apart = np.where(np.abs(apart) < 1e-12, 0.0, apart)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(variance > 1e-24, apart / np.sqrt(variance), np.where(apart == 0, 0.0, np.inf))


def worst_against(ours: Array, theirs: Array) -> float:
    """Largest deviation of the column means of two samples."""
    variance = ours.var(axis=0) / len(ours) + theirs.var(axis=0) / len(theirs)
    return float(np.max(np.abs(in_standard_errors(ours.mean(axis=0) - theirs.mean(axis=0), variance))))


def values(recursion: ct.Recursion, states: Any) -> Array:
    """Values of all that is watched, one row per run and a column for each quantity and generation."""
    return np.concatenate([quantity.measure(states) for quantity in watched(recursion)], axis=1)


# ---------------------------------------------------------------------------------------------------- single numbers
@pytest.mark.parametrize("degree", [1, 2, 3, 7, 50])
def test_a_place_is_found_where_the_cumulative_law_passes_the_number(degree: int) -> None:
    rng = np.random.default_rng(degree)
    for _ in range(20):
        weights = np.where(rng.random(degree) < 0.4, 0.0, rng.random(degree) ** 8)
        weights[rng.integers(degree)] = 1e-3
        rows = kernel.inverted([0, degree], np.arange(degree), weights)
        numbers = np.concatenate([[0.0, kernel.BELOW_ONE], rng.random(300), rows.cumulative[rows.cumulative < 1]])
        found = [kernel.find(rows, 0, u) for u in numbers]
        assert np.array_equal(found, np.searchsorted(rows.cumulative, numbers, side="right"))
        assert np.all(weights[found] > 0)


@every_convention
def test_a_refit_has_the_rows_and_the_first_state_of_the_plain_one(convention: dict[str, Any]) -> None:
    family = chain(ROUND, convention)
    how, square = learner(family), np.zeros((3, 3))
    source, model = kernel.empty_model(3, 1), kernel.empty_model(3, 1)
    as_source = how._replace(fallback=kernel.PREVIOUS, smoothing=kernel.PLAIN)
    rng = np.random.default_rng(1)
    for n in (1, 2, 3, 30):
        kernel.set_source(source, family.matrix.dense.copy(), family.stationary, as_source)
        kernel.set_source(model, family.matrix.dense.copy(), family.stationary, as_source)
        path = family.draw(family.source(1), n, rng)
        state = family.fit(path, n, family.source(1), rng)
        kernel.refit(model, path.counts.ravel().copy(), how)
        kernel.begin(model, int(path.last[0]), how, source, square)
        kernel.mixed(model, how, source, square)
        plain = DenseModels(family, *state)
        law = plain.long_run if family.start == "stationary" else plain.begun
        if how.fallback != kernel.NOWHERE:
            np.testing.assert_allclose(square, plain.rows[0], rtol=1e-14, atol=1e-16)
        np.testing.assert_allclose(model.first / model.first.sum(), law[0], rtol=1e-14, atol=1e-16)
        assert np.array_equal(model.counts.reshape(3, 3), state[0][0])
        assert kernel.certain(model, how, source) == plain.certain[0]


# ------------------------------------------------------------------------------------------------------ the exact law
def exact(recursion: ct.Recursion, kept: list[int]) -> tuple[Array, Array, Array]:
    """Mean and variance of all that is watched, and the first generation of a certain model by its cdf at 1 to 3."""
    space = enumerate_states(recursion.family, int(recursion.sizes(1)))
    state, law = (space.counts, space.occupancy, space.last), space.law(np.array(kept))
    table = np.stack([quantity.measure(state) for quantity in watched(recursion)])
    mean = np.concatenate([law @ row for row in table])
    square = np.concatenate([law @ row**2 for row in table])
    sure, now, cdf = is_certain(recursion.family, state), space.first, []
    for _ in range(3):
        now = np.where(sure, 0.0, now)
        cdf.append(1 - now.sum())
        now = now @ space.step
    return mean, np.maximum(square - mean**2, 0), np.array(cdf)


def far_from_exact(simulated: ct.Runs, recursion: ct.Recursion) -> tuple[float, float]:
    """Largest deviation of a mean in standard errors, and of the chance of a certain model."""
    mean, variance, cdf = exact(recursion, simulated.generations.tolist())
    found = values(simulated.recursion, simulated.states).mean(axis=0)
    times = simulated.times[:, :1]
    reached = ((times >= 0) & (times <= np.arange(1, 4))).mean(axis=0)
    z = in_standard_errors(found - mean, np.where(variance < 1e-14, 0, variance) / simulated.replicates)
    return float(np.max(np.abs(z))), float(np.max(np.abs(reached - cdf)))


def run(recursion: ct.Recursion, runs: int, seed: int, method: Any = "kernel") -> ct.Runs:
    time = recursion.absorption_time
    return recursion.simulate(3, runs, rng=seed, keep=[1, 3], watch=[time], method=method)


@depths
@pytest.mark.parametrize("matrix", [TWO, pytest.param(THREE, marks=pytest.mark.deep)], ids=["two", "three"])
@every_convention
def test_the_loop_follows_the_exact_law(convention: dict[str, Any], matrix: Any, runs: int, seed: int) -> None:
    """Notices a tenth of a spread of a mean, 4 % of probability of a certain model, and one transition less."""
    n = 8 if len(matrix) == 2 else 2 if convention.get("unseen_row") == "previous" else 4
    recursion = ct.Recursion(chain(matrix, convention), ct.Replace(), sample_size=n)
    found = run(recursion, runs, seed)
    z, apart = far_from_exact(found, recursion)
    assert z < critical_z(15)
    assert apart < critical_distance(15, runs)
    wrong = replace(recursion, sample_size=n - 1)
    assert far_from_exact(found, wrong)[0] > critical_z(15)


@pytest.mark.parametrize(
    "convention", CONVENTIONS[1:4] + CONVENTIONS[4::4], ids=lambda c: "-".join(map(str, c.values()))
)
def test_another_convention_is_noticed(convention: dict[str, Any], seed: int) -> None:
    """The law of the usual convention is not that of another row, start or smoothing."""
    usual = ct.Recursion(ct.MarkovChain(THREE), ct.Replace(), sample_size=4)
    other = ct.Recursion(chain(THREE, convention), ct.Replace(), sample_size=4)
    assert far_from_exact(run(usual, 10_000, seed), usual)[0] < critical_z(14)
    assert far_from_exact(run(other, 10_000, seed), usual)[0] > critical_z(14)


# ---------------------------------------------------------------------------------------------------- the plain verbs
@pytest.mark.parametrize("runs", [2000, pytest.param(100_000, marks=pytest.mark.deep)])
@some_conventions
def test_the_loop_and_the_plain_verbs_agree_in_every_regime(convention: dict[str, Any], runs: int, seed: int) -> None:
    """Notices a quarter of a spread of a mean, 12 % of probability of a certain model, and three transitions more."""
    checks = 15 * len(REGIMES)
    for regime in REGIMES:
        recursion = ct.Recursion(chain(ROUND, convention), regime, sample_size=7)
        compiled, plain = run(recursion, runs, seed), run(recursion, runs, seed + 1, "plain")
        ours = values(recursion, compiled.states)
        assert worst_against(ours, values(recursion, plain.states)) < critical_z(checks)
        never = np.where(compiled.times < 0, 99, compiled.times), np.where(plain.times < 0, 99, plain.times)
        assert distance(never[0][:, 0], never[1][:, 0]) < critical_distance(checks, runs, runs)
        wrong = run(replace(recursion, sample_size=10), runs, seed + 1, "plain")
        assert worst_against(ours, values(recursion, wrong.states)) > critical_z(checks)
