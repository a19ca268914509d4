"""Sets of types: how many members are alive and what they weigh, by counting, and accuracy beside variety."""

from __future__ import annotations

import itertools
import math
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from error_budget import critical_z, z_of_mean

import collapse_theory as ct

SOURCE = (Fraction(1, 2), Fraction(1, 4), Fraction(1, 8), Fraction(1, 8))
NAMES = ("a", "b", "c", "d")
WORDS = ct.Categorical([float(p) for p in SOURCE], labels=NAMES)
REPLACE = ct.Replace()


def refits(shares: tuple[Fraction, ...], n: int) -> list[tuple[tuple[Fraction, ...], Fraction]]:
    """All refits of a law on n points, with their chances."""
    found = []
    for counts in itertools.product(range(n + 1), repeat=len(shares)):
        if sum(counts) == n and all(p or not c for p, c in zip(shares, counts, strict=True)):
            ways = math.factorial(n) // math.prod(math.factorial(c) for c in counts)
            chance = ways * math.prod(p**c for p, c in zip(shares, counts, strict=True))
            found.append((tuple(Fraction(c, n) for c in counts), chance))
    return found


@pytest.mark.parametrize("members", [("b", "d"), ("a", "c", "d"), ("c",), NAMES], ids=str)
def test_members_are_counted_over_all_samples(members: tuple[str, ...]) -> None:
    n, laws = 4, [(SOURCE, Fraction(1))]
    recursion = ct.Recursion(WORDS, REPLACE, sample_size=n)
    places = [NAMES.index(name) for name in members]
    for t in range(4):
        alive = sum(chance * sum(law[i] > 0 for i in places) for law, chance in laws)
        mass = sum(chance * sum(law[i] for i in places) for law, chance in laws)
        assert recursion.support_size_of(members).mean(t) == pytest.approx(float(alive), rel=1e-12)
        assert recursion.mass_of(members).mean(t) == pytest.approx(float(mass), rel=1e-14)
        merged: dict[tuple[Fraction, ...], Fraction] = {}
        for law, chance in laws:
            for fitted, given in refits(law, n):
                merged[fitted] = merged.get(fitted, Fraction(0)) + chance * given
        laws = list(merged.items())


def test_all_types_are_the_support_and_weigh_one() -> None:
    for regime in (REPLACE, ct.Fresh(real=3), ct.Accumulate()):
        recursion = ct.Recursion(WORDS, regime, sample_size=12)
        for t in (1, 2, 5):
            assert recursion.support_size_of(NAMES).mean(t) == pytest.approx(recursion.support_size.mean(t), rel=1e-10)
            assert recursion.mass_of(NAMES).mean(t) == pytest.approx(1, rel=1e-14)
    recursion = ct.Recursion(WORDS, REPLACE, sample_size=12)
    assert recursion.mass_of(("a", "d")).mean.limit == pytest.approx(5 / 8)


def test_a_single_label_stands_by_itself_and_others_are_refused() -> None:
    recursion = ct.Recursion(WORDS, REPLACE, sample_size=12)
    assert recursion.mass_of("a") == recursion.mass_of(["a"])
    assert recursion.support_size_of("a").mean(3) == pytest.approx(recursion.survival_of("a").mean(3), rel=1e-14)
    assert repr(recursion.mass_of(np.array(["a", "b"])).numbers) == "(('a', 'b'),)"
    pairs = ct.Recursion(ct.Categorical([0.5, 0.5], labels=((0, 1), (1, 0))), REPLACE, sample_size=4)
    assert pairs.mass_of((0, 1)).source_value == 0.5
    assert pairs.mass_of([(0, 1), (1, 0)]).source_value == 1
    for wrong in ((), ("a", "a"), "z", ("a", "z"), 3):
        with pytest.raises(ValueError, match=r"labels = .* is outside its domain: one (or more )?of 'a', 'b', 'c'"):
            recursion.mass_of(wrong)
    with pytest.raises(ct.NotDefined, match="no 'mass_of'"):
        ct.Recursion(ct.Gaussian(), REPLACE, sample_size=4).mass_of((0,))


def test_right_answers_die_out_where_accuracy_is_one(seed: int) -> None:
    """What a verifier lets pass is all right, and drifts as a sample of right types without any verifier."""
    n, right = 50, tuple(range(10))
    one = ct.Verifier(right, tpr=0.5, fpr=0.0)
    checked = ct.Recursion(ct.Categorical([0.1] * 10 + [0.0]), REPLACE, sample_size=n, sampling=one)
    honest = ct.Recursion(ct.Categorical([0.1] * 10), REPLACE, sample_size=n)
    t = np.array([5, 50])
    runs = checked.simulate(50, 2000, rng=seed, keep=t)
    assert np.all(checked.mass_of(right).measure(runs.states) == 1)
    alive = np.asarray(checked.support_size_of(right).measure(runs.states))
    expected = honest.support_size_of(right).mean(t)
    assert expected == pytest.approx([8.1, 2.1], abs=0.05)
    assert honest.support_size_of(right).mean(400) == pytest.approx(1, abs=0.001)
    z = critical_z(2)
    assert np.all(np.abs(z_of_mean(alive, expected)) < z)
    later = honest.support_size_of(right).mean(np.array([6, 60]))
    assert np.all(np.abs(z_of_mean(alive, later)) > z)


def test_members_of_a_large_vocabulary(seed: int) -> None:
    """Kept as pairs of type and share, the same set is found."""
    family = ct.Categorical(np.full(5000, 1 / 5000))
    assert not family.dense
    runs = ct.Recursion(family, REPLACE, sample_size=1000).simulate(1, 3, rng=seed)
    some = tuple(range(0, 5000, 7))
    quantity: Any = runs.recursion.support_size_of(some)
    shares = [np.bincount(law[0].astype(int), law[1], minlength=5000)[list(some)] for law in runs.states[0].ravel()]
    assert np.asarray(quantity.measure(runs.states)).ravel().tolist() == [np.count_nonzero(x) for x in shares]
    mass = np.asarray(runs.recursion.mass_of(some).measure(runs.states)).ravel()
    assert mass == pytest.approx([x.sum() for x in shares], rel=1e-12)
