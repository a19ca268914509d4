"""One false-alarm rate for the whole suite, divided over its statistical tests, and the thresholds that follow.

Every test that takes the ``seed`` fixture is statistical; the suite holds at most ``TESTS`` of them (``conftest.py``
counts). Each spends ``FALSE_ALARM / TESTS``, split over the comparisons it makes. Nothing is tuned, nothing re-run.

Seeds follow from the names of the tests, so that a run repeats bit for bit. The environment variable
``COLLAPSE_THEORY_SEED`` is mixed in where it is set: the nightly run looks at fresh samples every night, under the same
thresholds, and prints the number that repeats it.
"""

from __future__ import annotations

import hashlib
import os
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

FALSE_ALARM = 1e-6
TESTS = 2000
SEED_VARIABLE = "COLLAPSE_THEORY_SEED"

Array = NDArray[np.float64]


def false_alarm(checks: int) -> float:
    """False-alarm rate of one of the comparisons of a test that makes so many."""
    return FALSE_ALARM / TESTS / checks


def critical_z(checks: int) -> float:
    """Two-sided critical value of a standard normal deviation in a test that makes so many comparisons."""
    return float(-ndtri(false_alarm(checks) / 2))


def confidence(checks: int) -> float:
    """Coverage that an interval needs in a test that makes so many comparisons."""
    return 1 - false_alarm(checks)


def critical_distance(checks: int, size: int, other: int | None = None) -> float:
    """Critical Kolmogorov–Smirnov distance of a sample to a law, or of two samples, by the inequality of Massart."""
    effective = size if other is None else size * other / (size + other)
    return float(np.sqrt(np.log(2 / false_alarm(checks)) / (2 * effective)))


def distance(sample: Array, other: Array) -> float:
    """Kolmogorov–Smirnov distance of two samples."""
    both = np.sort(np.concatenate([sample, other]))
    below = (np.searchsorted(np.sort(x), both, side="right") / len(x) for x in (sample, other))
    return float(np.max(np.abs(np.subtract(*below))))


def z_of_mean(sample: Array, expected: Any) -> Array:
    """Deviation of the mean of each column from what is expected, in standard errors."""
    return np.asarray((sample.mean(axis=0) - expected) / (sample.std(axis=0, ddof=1) / np.sqrt(len(sample))))


def seed_of(name: str) -> int:
    """Seed that follows from the name of a test, and from ``COLLAPSE_THEORY_SEED`` where the environment has it."""
    fresh = os.environ.get(SEED_VARIABLE, "")
    return int.from_bytes(hashlib.sha256(f"{name}{fresh}".encode()).digest()[:8], "little")
