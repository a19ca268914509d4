"""Compiled subsamples of a pool: against exact laws, points drawn by numpy, and exact moments in Fractions."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import product
from math import comb, factorial, prod
from typing import Any

import mpmath
import numpy as np
import pytest
from error_budget import critical_distance, critical_z, distance, false_alarm, z_of_mean
from numpy.typing import NDArray
from scipy import stats

from collapse_theory.families.categorical import multinomial
from collapse_theory.families.categorical.subsampling import subsample
from collapse_theory.families.gaussian.kernel import Record
from collapse_theory.families.gaussian.pool_kernel import LOG_UNIT, run_pool

Array = NDArray[np.float64]
Numbers = Sequence[int]

both = pytest.mark.parametrize("replacement", [False, True], ids=["without", "with"])


# ------------------------------------------------------------------------------------------------------- categorical
def counts_of(pool: Sequence[float], count: int, samples: int, seed: int, *, replacement: bool) -> Array:
    """Subsamples of a pool of counts, a row for each."""
    rng, types = np.random.default_rng(seed), len(pool)
    named = np.arange(types, dtype=np.int32)[::-1].copy()
    weights = np.array(pool, dtype=float)[::-1].copy()
    law = multinomial.Law(named, weights, np.empty(types), np.empty(types, np.int32))
    rows = multinomial.poisson_rows(0.9)
    hits, places = np.zeros(types, np.int64), np.empty(types, np.int32)
    came, numbers = np.empty(types, np.int32), np.empty(types)
    found = np.zeros((samples, types))
    for row in found:
        size = subsample(rng, law, types, count, replacement, rows, hits, places, came, numbers)
        assert len(set(came[:size])) == size
        assert np.all(numbers[:size] > 0)
        row[came[:size]] = numbers[:size]
    assert not hits.any()
    assert np.array_equal(law.weights[::-1], pool)
    assert np.all(found.sum(axis=1) == count)
    return found


def law_of(pool: Sequence[int], count: int, *, replacement: bool) -> dict[tuple[int, ...], Fraction]:
    """Exact law of the counts of a subsample, by enumeration."""
    total = sum(pool)
    law = {}
    for numbers in product(*(range(count + 1) for _ in pool)):
        if sum(numbers) != count:
            continue
        if replacement:
            ways = factorial(count) // prod(factorial(k) for k in numbers)
            law[numbers] = ways * prod((Fraction(c, total) ** k for c, k in zip(pool, numbers, strict=True)), start=1)
        else:
            law[numbers] = Fraction(prod(comb(c, k) for c, k in zip(pool, numbers, strict=True)), comb(total, count))
    assert sum(law.values()) == 1
    return law


def rejected(samples: Array, law: dict[tuple[int, ...], Fraction], checks: int) -> bool:
    """Whether the number of times that some outcome came is too far out in its binomial law."""
    found = dict.fromkeys(law, 0)
    for numbers, times in zip(*np.unique(samples, axis=0, return_counts=True), strict=True):
        found[tuple(int(k) for k in numbers)] += int(times)
    n, level = len(samples), false_alarm(2 * len(law) * checks)
    times, chances = np.array(list(found.values())), np.array([float(p) for p in law.values()])
    return bool(np.any((stats.binom.cdf(times, n, chances) < level) | (stats.binom.sf(times - 1, n, chances) < level)))


SMALL = (
    ((3, 1, 2), 2),
    ((3, 1, 2), 5),
    ((1, 1, 1, 1, 1), 2),
    ((6, 5, 4, 1), 8),
    ((30, 14), 20),
    ((50, 21), 55),
    ((25, 13, 3), 20),
    ((25, 13, 3), 21),
)
"""Pools and points: drawn singly, left out singly, drawn and left out by binomial numbers."""


@both
@pytest.mark.parametrize(("pool", "count"), SMALL, ids=str)
def test_counts_follow_the_exact_law(pool: tuple[int, ...], count: int, seed: int, *, replacement: bool) -> None:
    """Notices 4 % of probability of any outcome, and replacement where there is none."""
    samples = counts_of(pool, count, 10_000, seed, replacement=replacement)
    assert not rejected(samples, law_of(pool, count, replacement=replacement), 1)
    assert rejected(samples, law_of(pool, count, replacement=not replacement), 1)


LARGE = (
    (np.ceil(3000 / np.arange(1, 301)), 300),
    (np.ceil(3000 / np.arange(1, 301)), 7000),
    (np.ceil(3000 / np.arange(1, 301)), 15_000),
    (np.ceil(1e7 / np.arange(1, 101) ** 2), 1_000_000),
    (np.array([2e11, 1e11, 5.0, 1.0]), 10**11),
)


@both
@pytest.mark.parametrize(("pool", "count"), LARGE, ids=lambda value: str(value) if np.isscalar(value) else "")
def test_sums_over_some_types_are_hypergeometric_or_binomial(
    pool: Array, count: int, seed: int, *, replacement: bool
) -> None:
    """Notices 11 % of probability in the law of the points of each type, and of sets of types."""
    runs, checks, total = 1000, 12, int(pool.sum())
    samples = counts_of(pool, count, runs, seed, replacement=replacement)
    if not replacement:
        assert np.all(samples <= pool)
    sets = np.random.default_rng(seed).random((checks, len(pool))) < 0.5
    sets[:3] = np.arange(len(pool)) == np.array([[0], [1], [len(pool) - 1]])
    for chosen in sets[(pool @ sets.T > 0) & (pool @ sets.T < total)]:
        part, found = int(pool[chosen].sum()), samples[:, chosen].sum(axis=1)
        if total < 10**9:
            law = stats.binom(count, part / total) if replacement else stats.hypergeom(total, part, count)
            values, times = np.unique(found, return_counts=True)
            far = np.max(np.abs(np.cumsum(times) / runs - law.cdf(values)))
            assert far < critical_distance(checks, runs)
            continue
        left = 1.0 if replacement else (total - count) / (total - 1)
        mean, variance = count * part / total, count * part / total * (1 - part / total) * left
        assert abs(found.mean() - mean) < critical_z(2 * checks) * np.sqrt(variance / runs)
        low, high = stats.chi2.ppf([false_alarm(4 * checks), 1 - false_alarm(4 * checks)], runs - 1) / (runs - 1)
        assert variance < 100 or low < found.var(ddof=1) / variance < high


def test_a_subsample_of_all_points_is_the_pool() -> None:
    for pool in ((4, 1, 7), (1000, 1, 3000), (5,)):
        assert np.array_equal(counts_of(pool, sum(pool), 5, 1, replacement=False), [pool] * 5)
        assert not counts_of(pool, 0, 5, 1, replacement=False).any()


@both
def test_counts_repeat_bit_for_bit(*, replacement: bool) -> None:
    for pool, count in (*SMALL, *LARGE):
        one, other, another = (counts_of(pool, count, 20, seed, replacement=replacement) for seed in (1, 1, 2))
        assert np.array_equal(one, other)
        assert not np.array_equal(one, another)


# ---------------------------------------------------------------------------------------------------------- Gaussian
def compiled(
    drawn: Numbers, size: Numbers, runs: int, seed: int, *, kept: Numbers, levels: Sequence[float] = (), **fit: Any
) -> Record:
    """Trajectories by the compiled loop."""
    column = np.full(len(drawn) + 1, -1)
    column[list(kept)] = np.arange(len(kept))
    shape = (runs, len(kept))
    states = np.full(shape, np.nan), np.full(shape, np.nan), np.empty((runs, 0))
    record = Record(column, *states, np.array(levels, dtype=float), np.full((runs, len(levels)), -1))
    rng, numbers = np.random.default_rng(seed), [np.array(x, dtype=float) for x in (drawn, size)]
    posterior = fit.get("estimator") == "posterior"
    run_pool(rng, *numbers, fit["replacement"], fit.get("ddof", 0.0), posterior, record)
    return record


def squared(record: Record) -> tuple[Array, Array]:
    """Fitted variances and squared locations, in units of the source."""
    return np.exp(2 * record.log_sd), (record.location * np.exp(np.maximum(record.log_sd, 0))) ** 2


def times_of_the_path(record: Record) -> bool:
    """Whether the watched times are those of the states, all of them kept."""
    below = record.log_sd[:, None, :] <= np.log(record.levels)[:, None]
    return np.array_equal(record.times, np.where(below.any(axis=2), below.argmax(axis=2), -1))


def point_by_point(
    drawn: Numbers, size: Numbers, runs: int, seed: int, *, kept: Numbers, replacement: bool, **fit: Any
) -> tuple[Array, Array]:
    """Location and log sd of a twin in numpy that holds all pools as a table."""
    rng, rows = np.random.default_rng(seed), np.arange(runs)[:, None]
    mean, sd, pool = np.zeros((runs, 1)), np.ones((runs, 1)), np.empty((runs, 0))
    states = []
    for t, (n, k) in enumerate(zip(drawn, size, strict=True), start=1):
        pool = np.concatenate([pool, rng.normal(mean, sd, (runs, n))], axis=1)
        if replacement:
            chosen = rng.integers(pool.shape[1], size=(runs, k))
        else:
            chosen = np.argsort(rng.random(pool.shape), axis=1)[:, :k]
        fitted = pool[rows, chosen]
        apart = fitted - fitted[:, :1]
        mean = fitted[:, :1] + apart.mean(axis=1, keepdims=True)
        squares = ((apart - apart.mean(axis=1, keepdims=True)) ** 2).sum(axis=1, keepdims=True)
        if "estimator" in fit:
            sd = np.sqrt(squares / rng.chisquare(k - 1, (runs, 1)))
            mean = rng.normal(mean, sd / np.sqrt(k))
        else:
            sd = np.sqrt(squares / (k - fit["ddof"]))
        if t in kept:
            with np.errstate(divide="ignore"):
                states.append((mean[:, 0] / np.maximum(sd[:, 0], 1), np.log(sd[:, 0])))
    locations, log_sds = zip(*states, strict=True)
    return np.stack(locations, axis=1), np.stack(log_sds, axis=1)


def exact(n: int, k: int, generations: int, ddof: int, *, replacement: bool) -> list[tuple[Fraction, Fraction]]:
    """Expected fitted variance and squared location at generations 1, 2, …, by the recursion of the pool's moments."""
    held, squares, error = n, Fraction(n - 1), Fraction(1, n)
    found = []
    for _ in range(generations):
        if replacement:
            spread, noise = squares / held, squares / held / k
        else:
            spread, noise = squares / (held - 1), squares / (held - 1) * (Fraction(1, k) - Fraction(1, held))
        fit = spread * Fraction(k - 1, k - ddof)
        found.append((fit, error + noise))
        apart = noise + fit / n
        squares += (n - 1) * fit + Fraction(held * n, held + n) * apart
        error += apart * Fraction(n, held + n) ** 2
        held += n
    return found


SETTINGS = (
    ([6] * 10, [6] * 10, {"ddof": 0.0}),
    ([6] * 10, [6] * 10, {"ddof": 1.0}),
    ([6] * 10, [6] * 10, {"estimator": "posterior"}),
    ([7] * 10, [4] * 10, {"ddof": -1.0}),
    (list(range(5, 15)), [5, 10, 12, 15, 20, 30, 40, 50, 60, 70], {"ddof": 1.5}),
)
"""Points drawn and fitted, and the fit: subsamples of all of the pool, of more and of less than half of it."""


@both
@pytest.mark.parametrize("runs", [20_000, pytest.param(200_000, marks=pytest.mark.deep)])
@pytest.mark.parametrize("setting", SETTINGS, ids=str)
def test_kernel_agrees_with_points_drawn_by_numpy(
    setting: tuple[list[int], list[int], dict[str, Any]], runs: int, seed: int, *, replacement: bool
) -> None:
    """Notices a shift of the log sd by a tenth of its spread, and in depth by a thirtieth."""
    drawn, size, fit = setting
    kept = [1, 2, 10]
    ours = compiled(drawn, size, runs, seed, replacement=replacement, kept=kept, **fit)
    threshold, z = critical_distance(4 * len(kept), runs, runs), critical_z(16 * len(kept))
    for twin, agrees in ((replacement, True), (not replacement, False)):
        theirs = point_by_point(drawn, size, runs, seed + 1, replacement=twin, kept=kept, **fit)
        pairs = [
            (one, other) for a, b in zip(ours[1:3], theirs, strict=True) for one, other in zip(a.T, b.T, strict=True)
        ]
        assert (max(distance(one, other) for one, other in pairs) < threshold) is agrees
        bounded = [(np.maximum(one, -20), np.maximum(other, -20)) for one, other in pairs]
        moments = [(one**power, other**power) for one, other in bounded for power in (1, 2)]
        assert (max(apart(one, other) for one, other in moments) < z) is agrees


def apart(one: Array, other: Array) -> float:
    """Difference of two means in standard errors."""
    error = np.sqrt(one.var(ddof=1) / len(one) + other.var(ddof=1) / len(other))
    return float(abs(one.mean() - other.mean()) / error)


CHECK_VALUES = {False: (0.9, 0.8313157895, 0.7597795, 0.7411275338), True: (0.81, 0.7715, 0.7286, 0.7168)}
"""Expected fitted variance at n = 10, ddof = 0, generations 1, 2, 10 and 100."""


@both
@pytest.mark.parametrize("runs", [20_000, pytest.param(200_000, marks=pytest.mark.deep)])
@pytest.mark.parametrize(("n", "k", "ddof"), [(10, 10, 0), (10, 10, 1), (4, 3, 0), (8, 8, -3)])
def test_means_are_those_of_the_exact_recursion(
    n: int, k: int, ddof: int, runs: int, seed: int, *, replacement: bool
) -> None:
    """Notices 5 % of the variance and of the squared error of the mean, and in depth 2 %."""
    kept = np.array([1, 2, 10])
    fit = {"replacement": replacement, "ddof": float(ddof), "kept": kept.tolist()}
    found = squared(compiled([n] * 10, [k] * 10, runs, seed, **fit))
    limit = critical_z(2 * len(kept))

    def worst(*, twin: bool, divisor: int) -> float:
        values = exact(n, k, 10, divisor, replacement=twin)
        wanted = [np.array([float(values[t - 1][i]) for t in kept]) for i in (0, 1)]
        return max(float(np.max(np.abs(z_of_mean(a, b)))) for a, b in zip(found, wanted, strict=True))

    assert worst(twin=replacement, divisor=ddof) < limit
    assert worst(twin=not replacement, divisor=ddof) > limit
    assert worst(twin=replacement, divisor=ddof - 1) > limit


@both
def test_the_exact_recursion_has_the_published_values(*, replacement: bool) -> None:
    values = exact(10, 10, 100, 0, replacement=replacement)
    for t, wanted in zip((1, 2, 10, 100), CHECK_VALUES[replacement], strict=True):
        assert float(values[t - 1][0]) == pytest.approx(wanted, abs=5e-5 if replacement else 6e-8)
    assert all(variance + error == 1 for variance, error in values)


@both
def test_trajectories_repeat_bit_for_bit(*, replacement: bool) -> None:
    runs = [compiled([5] * 9, [5] * 9, 50, seed, replacement=replacement, kept=range(10)) for seed in (1, 1, 2)]
    assert np.array_equal(runs[0].log_sd, runs[1].log_sd)
    assert np.array_equal(runs[0].location, runs[1].location)
    assert not np.array_equal(runs[0].log_sd, runs[2].log_sd)
    assert not np.any(np.isnan(runs[0].location))


@both
def test_a_replicate_does_not_see_the_pool_of_the_one_before(*, replacement: bool) -> None:
    fit = {"replacement": replacement, "ddof": 3 - 1e-13, "kept": [0, 60]}
    one, two = (compiled([3] * 60, [3] * 60, runs, 5, **fit) for runs in (1, 2))
    assert np.array_equal(one.log_sd[0], two.log_sd[0])
    assert np.array_equal(two.log_sd[:, 0], [0, 0])
    assert two.log_sd[0, 1] != two.log_sd[1, 1]


# ------------------------------------------------------------------------------------------------- one point many times
@pytest.mark.parametrize("estimator", ["plug-in", "posterior"])
def test_a_subsample_of_one_point_twice_has_no_variance_and_is_not_the_end(estimator: str, seed: int) -> None:
    """Notices 3 % of probability.

    Two points fitted of two: the same one with chance 1/2. The two points then added are its copies, and two of the
    four, three of them the same, are the same with chance 10/16.
    """
    runs, generations = 20_000, 30
    numbers, kept, levels = [2] * generations, range(generations + 1), (0.5, 1e-300)
    record = compiled(numbers, numbers, runs, seed, replacement=True, estimator=estimator, kept=kept, levels=levels)
    location, log_sd = record.location, record.log_sd
    assert not np.any(np.isnan(location) | np.isnan(log_sd))
    assert np.all(np.isfinite(location))
    assert np.all(log_sd < np.inf)
    dead = np.isneginf(log_sd)
    for found, chance in ((dead[:, 1], 0.5), (dead[dead[:, 1], 2], 0.625)):
        level = false_alarm(4)
        assert level < stats.binom.cdf(found.sum(), len(found), chance)
        assert level < stats.binom.sf(found.sum() - 1, len(found), chance)
    assert np.all(dead.any(axis=1)[dead[:, 1]])
    assert np.mean(dead[:, -1]) < 0.2
    assert times_of_the_path(record)


@pytest.mark.parametrize("k", [1, 2, 3, 7])
def test_equal_points_have_exactly_no_variance(k: int) -> None:
    """A pool that has one point."""
    record = compiled([1, 1, 1], [k, k, k], 100, 3, replacement=True, kept=[1, 2, 3])
    assert np.all(np.isneginf(record.log_sd))
    assert np.array_equal(record.location[:, :1].repeat(3, axis=1), record.location)


# ---------------------------------------------------------------------------------------------------------- extremes
EXTREMES = [(2, 1.9), (2, 2 - 1e-12), (4, 3.0), (4, 3.99), (4, 4 - 1e-15), (4, -1e6)]


@both
@pytest.mark.parametrize(("n", "ddof"), EXTREMES)
def test_no_run_leaves_the_numbers(n: int, ddof: float, *, replacement: bool) -> None:
    levels = (1e-3, 1.0, 1e150)
    record = compiled([n] * 800, [n] * 800, 30, 5, replacement=replacement, ddof=ddof, kept=range(801), levels=levels)
    dead = np.isneginf(record.log_sd)
    assert not np.any(np.isnan(record.location) | np.isnan(record.log_sd))
    assert np.all(record.log_sd < np.inf)
    assert np.all(np.isfinite(record.location[~dead]))
    assert replacement or not dead.any()
    assert times_of_the_path(record)


def in_fifty_digits(n: int, runs: int, generations: int, seed: int, *, replacement: bool, ddof: float) -> Array:
    """Location and log sd in the last generation, from the same numbers of the same stream; of any size."""
    rng, found = np.random.default_rng(seed), np.empty((2, runs))
    with mpmath.workdps(50):
        for i in range(runs):
            mean, sd, pool = mpmath.mpf(0), mpmath.mpf(1), []
            for _ in range(generations):
                pool += [mean + sd * float(rng.standard_normal()) for _ in range(n)]
                if replacement:
                    sample = [pool[int(rng.random() * len(pool))] for _ in range(n)]
                else:
                    front = min(n, len(pool) - n)
                    for k in range(front):
                        other = k + int(rng.random() * (len(pool) - k))
                        pool[k], pool[other] = pool[other], pool[k]
                    sample = pool[:n] if front == n else pool[front:]
                mean = mpmath.fsum(sample) / n
                squares = mpmath.fsum((x - mean) ** 2 for x in sample) if len(set(sample)) > 1 else mpmath.mpf(0)
                sd = mpmath.sqrt(squares / (n - mpmath.mpf(ddof)))
            found[:, i] = float(mean / max(sd, 1)), float(mpmath.log(sd)) if sd else -np.inf
    return found


@both
@pytest.mark.parametrize(("n", "ddof", "generations"), [(3, 0.0, 12), (3, 3 - 1e-14, 150), (2, 2 - 2.0**-52, 120)])
def test_trajectories_are_those_in_fifty_digits(n: int, ddof: float, generations: int, *, replacement: bool) -> None:
    """Old points keep their digits beside points that are 10^100 and more times as far out."""
    runs, numbers = 40, [n] * generations
    ours = compiled(numbers, numbers, runs, 3, replacement=replacement, ddof=ddof, kept=[generations])
    location, log_sd = in_fifty_digits(n, runs, generations, 3, replacement=replacement, ddof=ddof)
    np.testing.assert_allclose(ours.log_sd[:, 0], log_sd, rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(ours.location[:, 0], location, rtol=1e-9, atol=1e-9)
    if ddof > 0:
        assert np.any(log_sd > LOG_UNIT)
        assert np.any(log_sd < LOG_UNIT)
