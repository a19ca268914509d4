"""Runs: the same bits for any workers, what is kept, budgets, seeds, files, tables, and means that cannot be seen."""

from __future__ import annotations

import random
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from error_budget import confidence
from every import can_be_tilted, every_regime

import collapse_theory as ct
from collapse_theory.simulation.blocks import Block, run_block


@pytest.fixture
def recursion() -> ct.Recursion:
    return ct.Recursion(ct.Gaussian(mean=1.0, sd=2.0, ddof=1), ct.Replace(), sample_size=10)


def same(one: ct.Runs, other: ct.Runs) -> bool:
    """Whether two runs agree in every bit."""
    arrays = [(*runs.states, runs.log_weights, runs.times) for runs in (one, other)]
    return all(
        a is b is None or (a is not None and b is not None and a.tobytes() == b.tobytes())
        for a, b in zip(*arrays, strict=True)
    )


# -------------------------------------------------------------------------------------------------------------- bits
@every_regime
@pytest.mark.parametrize("method", ["kernel", "plain"])
def test_workers_change_no_bit(regime: ct.Regime, method: str) -> None:
    recursion = ct.Recursion(ct.Gaussian(ddof=0), regime, sample_size=10)
    options = {
        "rng": 5,
        "keep": [0, 3, 7],
        "watch": [recursion.time_until_sd_below(0.9)],
        "method": method,
        "tilt": 0.5 if method == "kernel" and can_be_tilted(regime) else 0.0,
    }
    one = recursion.simulate(9, 9001, workers=1, **options)
    assert one.replicates == 9001
    for workers in (2, 4):
        assert same(one, recursion.simulate(9, 9001, workers=workers, **options))


@pytest.mark.parametrize("pool", [ThreadPoolExecutor, ProcessPoolExecutor])
def test_any_executor_changes_no_bit(recursion: ct.Recursion, pool: type[Executor]) -> None:
    assert recursion.theorems, "cached theorems must not hinder pickling"
    options = {"rng": 5, "keep": "all", "watch": [recursion.time_until_sd_below(0.5)]}
    with pool(2) as executor:  # type: ignore[call-arg]
        assert same(
            recursion.simulate(9, 9001, executor=executor, **options), recursion.simulate(9, 9001, workers=1, **options)
        )
        assert executor.submit(abs, -1).result() == 1, "a borrowed executor is not shut down"


def test_order_of_blocks_changes_no_bit(recursion: ct.Recursion) -> None:
    runs = recursion.simulate(9, 10_000, rng=5)
    blocks = [Block(recursion, runs.seed, i, 2000, 9, (9,)) for i in range(5)]
    random.Random(0).shuffle(blocks)
    states = {block.index: run_block(block).states for block in blocks}
    for ours, theirs in zip(runs.states, zip(*(states[i] for i in range(5)), strict=True), strict=True):
        assert np.array_equal(ours, np.concatenate(theirs))


def test_fewer_blocks_and_fewer_generations_are_the_beginning_of_more(recursion: ct.Recursion) -> None:
    more = recursion.simulate(20, 10_000, rng=5, keep="all")
    fewer = recursion.simulate(8, 4000, rng=5, keep="all")
    for ours, theirs in zip(more.states, fewer.states, strict=True):
        assert np.array_equal(ours[:4000, :9], theirs)


def test_blocks_have_streams_of_their_own(recursion: ct.Recursion) -> None:
    first, second = np.split(recursion.simulate(1, 4000, rng=5).states[1], 2)
    assert not np.intersect1d(first, second).size


# -------------------------------------------------------------------------------------------------------------- seed
def test_the_seed_repeats_the_run(recursion: ct.Recursion) -> None:
    for rng in (None, 7, np.int64(7), np.random.SeedSequence(3), np.random.default_rng(3)):
        runs = recursion.simulate(3, 100, rng=rng)
        assert same(runs, recursion.simulate(3, 100, rng=runs.seed))


def test_a_generator_moves_on_and_nothing_global_is_touched(recursion: ct.Recursion) -> None:
    before = np.random.get_state()[1].tobytes()  # noqa: NPY002
    rng = np.random.default_rng(3)
    assert not same(recursion.simulate(3, 100, rng=rng), recursion.simulate(3, 100, rng=rng))
    assert np.random.get_state()[1].tobytes() == before  # noqa: NPY002


@pytest.mark.parametrize("rng", [-1, 0.5, True, "seed"])
def test_a_bad_seed_is_refused(recursion: ct.Recursion, rng: object) -> None:
    with pytest.raises(ValueError, match=r"rng = .* is outside its domain: an integer ≥ 0, a SeedSequence or"):
        recursion.simulate(3, 10, rng=rng)  # type: ignore[arg-type]


# -------------------------------------------------------------------------------------------------------------- keep
def test_keep_says_which_generations(recursion: ct.Recursion) -> None:
    every = recursion.simulate(5, 10, rng=1, keep="all")
    assert every.generations.tolist() == [0, 1, 2, 3, 4, 5]
    assert np.all(every.states[0][:, 0] == 0)
    assert np.all(every.states[1][:, 0] == 0)
    for keep, kept in (("last", [5]), ([4, 0, 4], [0, 4]), (range(2, 4), [2, 3])):
        runs = recursion.simulate(5, 10, rng=1, keep=keep)  # type: ignore[arg-type]
        assert runs.generations.tolist() == kept
        assert np.array_equal(runs.states[1], every.states[1][:, kept])
    assert recursion.simulate(0, 10, rng=1).states[1].tolist() == [[0.0]] * 10


@pytest.mark.parametrize("keep", [[6], [-1], [1.5], [], "none"])
def test_a_bad_keep_is_refused(recursion: ct.Recursion, keep: object) -> None:
    with pytest.raises(ValueError, match=r"keep = .* is outside its domain"):
        recursion.simulate(5, 10, rng=1, keep=keep)  # type: ignore[arg-type]


@pytest.mark.parametrize(("name", "value"), [("workers", 0), ("method", "magic"), ("tilt", float("nan"))])
def test_a_bad_option_is_refused(recursion: ct.Recursion, name: str, value: object) -> None:
    with pytest.raises(ValueError, match=f"{name} = .* is outside its domain"):
        recursion.simulate(5, 10, rng=1, **{name: value})  # type: ignore[arg-type]


def test_memory_is_budgeted_before_anything_runs(recursion: ct.Recursion) -> None:
    with pytest.raises(ct.MemoryBudgetExceeded, match="need 16,000,016,000,000 bytes, more than max_bytes = 2,147,483"):
        recursion.simulate(1_000_000, 1_000_000, keep="all")
    recursion.simulate(99, 10, rng=1, keep="all", max_bytes=16_000)
    with pytest.raises(ct.MemoryBudgetExceeded, match="need 16,160 bytes, more than max_bytes = 16,000: keep fewer"):
        recursion.simulate(100, 10, rng=1, keep="all", max_bytes=16_000)
    with pytest.raises(ct.MemoryBudgetExceeded, match="need 240 bytes"):
        recursion.simulate(100, 10, rng=1, tilt=0.5, max_bytes=239)


# ----------------------------------------------------------------------------------------------------- other recursions
def test_runs_of_another_recursion_are_refused(recursion: ct.Recursion) -> None:
    other = replace(recursion, regime=ct.Accumulate())
    runs = other.simulate(3, 1000, rng=1)
    for ask in (recursion.variance.median.simulated, recursion.variance.values, recursion.sd.mean.simulated):
        with pytest.raises(ValueError, match="of another recursion"):
            ask(runs)
    with pytest.raises(ValueError, match=r"watch = .* is outside its domain: times of"):
        recursion.simulate(3, 10, watch=[other.time_until_sd_below(0.5)])


def test_a_time_that_was_not_watched_is_refused(recursion: ct.Recursion) -> None:
    with pytest.raises(ValueError, match="was not watched: simulate with watch="):
        recursion.time_until_sd_below(0.5).simulated(recursion.simulate(3, 10, rng=1))


# ----------------------------------------------------------------------------------------------------- files and tables
@pytest.mark.parametrize("tilt", [0.0, 0.5])
@pytest.mark.parametrize("size", [10, ct.schedules.power(10, 0.5)], ids=repr)
def test_saved_runs_come_back_bit_for_bit_and_hold_no_pickle(tmp_path: Path, tilt: float, size: object) -> None:
    recursion = ct.Recursion(ct.Gaussian(mean=1.0, sd=2.0, ddof=1), ct.Fresh(real=2), sample_size=size)
    runs = recursion.simulate(5, 30, keep=[2, 5], tilt=tilt, watch=[recursion.time_until_sd_below(1.5)])
    path = tmp_path / "runs.npz"
    runs.save(path)
    with np.load(path, allow_pickle=False) as file:
        assert all(file[name].dtype != object for name in file.files)
    back = ct.load_runs(path)
    assert same(runs, back)
    for name in ("recursion", "seed", "tilt", "last", "watched"):
        assert getattr(back, name) == getattr(runs, name)
    assert back.generations.tolist() == [2, 5]


def double(t: int) -> int:
    return 10 * 2 ** (t - 1)


def test_runs_of_a_custom_schedule_cannot_be_saved(tmp_path: Path) -> None:
    runs = ct.Recursion(ct.Gaussian(), ct.Replace(), sample_size=ct.schedules.custom(double)).simulate(3, 10, rng=1)
    with pytest.raises(ValueError, match=r"custom\(double\) cannot be written to a file"):
        runs.save(tmp_path / "runs.npz")


def test_a_table_has_one_row_per_run_and_generation(recursion: ct.Recursion) -> None:
    runs = recursion.simulate(4, 3, rng=1, keep=[1, 4], tilt=0.5)
    table = runs.to_dataframe(recursion.variance, recursion.tail_mass(k=2))
    assert table.columns.tolist() == ["replicate", "generation", "variance", "tail_mass(k=2)", "log_weight"]
    assert table["replicate"].tolist() == [0, 0, 1, 1, 2, 2]
    assert table["generation"].tolist() == [1, 4] * 3
    assert np.array_equal(table["variance"].to_numpy().reshape(3, 2), recursion.variance.values(runs))
    assert np.array_equal(table["log_weight"].to_numpy().reshape(3, 2), runs.log_weights)


def test_runs_say_what_they_are(recursion: ct.Recursion) -> None:
    runs = recursion.simulate(4, 3, rng=1, keep=[1, 4], tilt=0.5)
    assert repr(runs) == f"<Runs: 3 replicates of {recursion!r}, 2 generations 1 … 4, seed 1, tilt=0.5>"
    assert len(runs) == 3


# ------------------------------------------------------------------------------------------- means that cannot be seen
def test_a_mean_that_simulation_cannot_see_is_refused_and_tilting_recovers_it(seed: int) -> None:
    recursion = ct.Recursion(ct.Gaussian(ddof=1), ct.Replace(), sample_size=10)
    runs = recursion.simulate(200, 400_000, rng=seed)
    with pytest.raises(ct.Unseeable, match=r"t = 200: its relative second moment is 2\.69e\+17, .* not 400000"):
        recursion.variance.mean.simulated(runs)
    with pytest.raises(ct.Unseeable):
        recursion.variance.std.simulated(runs)
    assert recursion.variance.median.simulated(runs, confidence(2)).contains(recursion.variance.median(200))
    tilted = recursion.simulate(200, 400_000, rng=seed, tilt=0.75)
    found = recursion.variance.mean.simulated(tilted, confidence(2))
    assert found.contains(recursion.variance.mean(200))
    assert not found.contains(replace(recursion, family=ct.Gaussian(ddof=0)).variance.mean(200))
    assert found.high - found.low < 0.1
    with pytest.raises(ct.NotDefined, match="tilted runs carry means only"):
        recursion.variance.median.simulated(tilted)
