"""What is known of a refitted chain: the printed values, the stated orders, and wrong formulas that must be noticed."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from error_budget import critical_z, z_of_mean

import collapse_theory as ct
from collapse_theory.families.markov_chain.asymptotics import ASYMPTOTICS
from collapse_theory.theorem import Theorem
from collapse_theory.verification.approach import approach
from collapse_theory.wright_fisher.branching import survivals

STICKY = ct.MarkovChain([[0.95, 0.05], [0.05, 0.95]])
THREE = ct.MarkovChain([[0.7, 0.2, 0.1], [0.3, 0.5, 0.2], [0.25, 0.25, 0.5]])
FAIR = ct.MarkovChain([[0.5, 0.5], [0.5, 0.5]], labels=("a", "b"))
ORDERED = [theorem for theorem in ASYMPTOTICS if theorem.order is not None]


def replaced(chain: ct.MarkovChain, n: Any) -> ct.Recursion:
    return ct.Recursion(chain, ct.Replace(), sample_size=n)


def named(title: str) -> Theorem:
    return next(theorem for theorem in ASYMPTOTICS if theorem.title == title)


@pytest.mark.deep
@pytest.mark.parametrize("theorem", ORDERED, ids=lambda theorem: theorem.title)
def test_the_error_vanishes_at_the_stated_order(theorem: Theorem) -> None:
    found = approach(theorem)
    assert found.cases > 0
    assert found.kept, found


@pytest.mark.parametrize(
    ("title", "wrong"),
    [
        ("drift of the entropy rate", lambda setting: setting.family.matrix.edges / 2),
        ("loss of unigram diversity at the effective sample size", lambda setting: setting.gini_simpson.source_value),
        ("self-transitions shrink", lambda setting, label: 0.0),
        ("self-transitions shrink", lambda setting, label: setting.self_transition(label).source_value),
    ],
    ids=["all edges", "points as if independent", "rows as if independent", "without the odds"],
)
def test_a_formula_that_merely_looks_close_misses_the_order(title: str, wrong: Any) -> None:
    right = named(title)

    def value(setting: Any, t: Any, *arguments: Any) -> Any:
        start = setting.watch(right.quantity, *arguments).source_value
        return start - wrong(setting, *arguments) * t / setting.sizes(1)

    twin = replace(right, value=value)
    setting = replaced(ct.MarkovChain([[0.7, 0.3], [0.4, 0.6]]), 10)
    order = right.order
    assert order is not None
    errors = []
    for m in (20, 40):
        n, t = order.along(m)
        setting = replaced(setting.family, n)
        arguments = setting.defined(right.quantity).typical
        assert order.against is not None
        exact = order.against(setting, t, *arguments)
        errors.append([abs(float(th.value(setting, np.array([t]), *arguments)[0]) - exact) for th in (right, twin)])
    rates = np.log2(np.array(errors[0]) / np.array(errors[1]))
    assert rates[0] > 1.8
    assert rates[1] < 1.2


def test_drifts_have_the_printed_values() -> None:
    recursion = replaced(THREE, 1)
    drifts = [recursion.self_transition(i).mean.asymptotic(1) - THREE.matrix.dense[i, i] for i in range(3)]
    assert drifts == pytest.approx([-0.7525, -1.16, -1.8056], abs=1e-4)
    assert recursion.entropy_rate.source_value == pytest.approx(0.922037, abs=1e-6)
    assert replaced(THREE, 200).entropy_rate.mean.asymptotic(1) - recursion.entropy_rate.source_value == pytest.approx(
        -0.015
    )
    zeros = ct.MarkovChain([[0.8, 0.2, 0], [0, 0.6, 0.4], [0.5, 0, 0.5]])
    moved = replaced(zeros, 500).entropy_rate.mean.asymptotic(1) - replaced(zeros, 500).entropy_rate.source_value
    assert moved == pytest.approx(-0.003)
    assert replaced(STICKY, 1).self_transition(0).mean.asymptotic(1) == pytest.approx(0.95 - 0.95)


def test_rows_of_the_drift_sum_to_zero() -> None:
    for chain in (THREE, replace(THREE, smoothing=ct.AddAlpha(2)), replace(THREE, smoothing=ct.AbsoluteDiscount(0.3))):
        recursion = replaced(chain, 7)
        for a in range(3):
            assert sum(recursion.transition_probability(a, b).mean.asymptotic(5) for b in range(3)) == pytest.approx(1)


@pytest.mark.deep
def test_self_loops_shrink_as_simulated(seed: int) -> None:
    """Notices 7 % of the bias of the first self-loop; rows taken for independent populations have none."""
    recursion = replaced(THREE, 400)
    quantities = [recursion.self_transition(i) for i in range(3)] + [recursion.entropy_rate]
    runs = recursion.simulate(1, 400_000, rng=seed, keep=ct.Values(quantities))
    for quantity in quantities:
        (expected,) = np.atleast_1d(quantity.mean.asymptotic(1))
        second_order = 20 / 400**2
        sample = quantity.values(runs)
        z = z_of_mean(sample, expected)[0]
        slack = second_order / (sample.std() / np.sqrt(len(sample)))
        assert abs(z) < critical_z(8) + slack
        assert abs(z_of_mean(sample, quantity.source_value)[0]) > critical_z(8)


def test_effective_sample_size_of_a_sticky_chain() -> None:
    recursion = replaced(STICKY, 1000)
    assert recursion.effective_sample_size.source_value == pytest.approx(1000 * 0.1 / 1.9)
    assert 1000 * recursion.stationary_probability(0).std.asymptotic(1) ** 2 == pytest.approx(4.75)
    independent = replaced(FAIR, 1000)
    assert independent.effective_sample_size.source_value == pytest.approx(1000)


def test_wandering_of_a_sticky_chain_is_that_of_few_points(seed: int) -> None:
    """Notices 3 % of the standard deviation; the independent formula is off by a factor of 4."""
    recursion = replaced(STICKY, 1000)
    share = recursion.stationary_probability(0)
    spread = share.values(recursion.simulate(1, 40_000, rng=seed, keep=ct.Values(share))).std()
    assert spread == pytest.approx(np.sqrt(4.705 / 1000), rel=0.03)
    assert spread > 2 * np.sqrt(0.25 / 1000)


TABLE = {
    2: (2 / 3, 4 / 3),
    3: (3541 / 5984, 2.20897393048128),
    4: (56947549 / 100161180, 3.10589965759855),
    5: (0.553487553031709, 4.0788401510713),
    6: (0.544964461250081, 5.03367864076104),
}


@pytest.mark.parametrize("n", TABLE)
def test_the_table_of_ends(n: int) -> None:
    single, time = TABLE[n]
    recursion = replaced(FAIR, n)
    assert recursion.cycle_length.almost_sure_limit().pmf(1) == pytest.approx(single, rel=1e-13)
    assert recursion.absorption_time.mean == pytest.approx(time, rel=1e-13)
    exact = FAIR.ends(n)
    assert float(exact.probabilities["a",] + exact.probabilities["b",]) == pytest.approx(single, rel=1e-13)
    assert float(exact.mean_time) == pytest.approx(time, rel=1e-13)
    assert sum(exact.probabilities.values()) == Fraction(1)


@pytest.mark.deep
def test_ends_as_simulated(seed: int) -> None:
    """Notices 2 % of the chance of a single token, and so a path that is longer by one."""
    recursion = replaced(FAIR, 4)
    runs = recursion.simulate(80, 100_000, rng=seed, watch=[recursion.absorption_time])
    lengths = recursion.cycle_length.values(runs)
    assert np.all(np.isfinite(lengths))
    assert abs(z_of_mean(lengths == 1, TABLE[4][0])[0]) < critical_z(2)
    assert abs(z_of_mean(lengths == 1, TABLE[5][0])[0]) > critical_z(2)
    times = runs.watched_times(recursion.absorption_time).astype(float)
    assert abs(z_of_mean(times[:, None], TABLE[4][1])[0]) < critical_z(2)


@pytest.mark.deep
def test_a_discount_to_the_own_unigram_ends_on_one_token(seed: int) -> None:
    even = np.full((3, 3), 1 / 3)
    ends = []
    for smoothing in (None, ct.AbsoluteDiscount(0.5)):
        recursion = replaced(ct.MarkovChain(even, smoothing=smoothing), 20)
        ends.append(recursion.cycle_length.values(recursion.simulate(1500, 1000, rng=seed)))
    assert np.any(ends[0] > 1)
    assert np.all(ends[1] == 1)


def test_cyclic_closing_allows_only_lengths_that_divide_the_transitions() -> None:
    even = np.full((3, 3), 1 / 3)
    open_ended, closed = (ct.MarkovChain(even, unseen_row=row).ends(3) for row in ("unigram", "cyclic"))
    assert sum(chance for cycle, chance in open_ended.probabilities.items() if len(cycle) == 3) > 0
    assert all(len(cycle) in (1, 2) for cycle, chance in closed.probabilities.items() if chance > 0)


@pytest.mark.deep
def test_smoothing_keeps_the_support_and_forgets_the_truth(seed: int) -> None:
    source = [[0.9, 0.1], [0.6, 0.4]]
    forgetting = replaced(ct.MarkovChain(source, smoothing=ct.AddAlpha(1)), 30)
    anchored = replaced(ct.MarkovChain(source, smoothing=ct.BackOff(30)), 30)
    stays = [
        recursion.stationary_probability(0).values(recursion.simulate(100, 5000, rng=seed))
        for recursion in (forgetting, anchored)
    ]
    assert abs(z_of_mean(stays[0], 0.5)[0]) < critical_z(2)
    assert stays[1].mean() > 0.8
    assert forgetting.fate.verdict == "stationary"
    assert anchored.fate.verdict == "stationary"
    assert replaced(ct.MarkovChain(source), 30).fate.verdict == "collapses"


def test_branching_numbers() -> None:
    assert survivals(5)[[1, 2, 4]] == pytest.approx([0.632120558828558, 0.468536394613384, 0.312079709975056])


def test_growing_samples_add_up_their_reciprocals() -> None:
    growing = replaced(THREE, ct.schedules.power(100, 1))
    lost = growing.entropy_rate.source_value - growing.entropy_rate.mean.asymptotic(3)
    assert lost == pytest.approx(3 * (1 / 100 + 1 / 200 + 1 / 300))
    assert growing.entropy_rate.mean.asymptotic(0) == growing.entropy_rate.source_value


def test_where_nothing_is_known_it_is_said() -> None:
    accumulated = ct.Recursion(THREE, ct.Accumulate(), sample_size=10)
    with pytest.raises(ct.NoClosedForm, match="simulated"):
        accumulated.entropy_rate.mean(3)
    with pytest.raises(ct.NoClosedForm):
        replaced(THREE, 10**6).entropy_rate.mean(1)
    with pytest.raises(ct.NoClosedForm, match="no asymptotic form"):
        replaced(replace(THREE, start="fixed", first_state=0), 100).entropy_rate.mean.asymptotic(1)


def test_a_mean_that_goes_on_in_cycles_has_no_limit() -> None:
    chain = ct.MarkovChain([[0.5, 0.5], [0.9, 0.1]], unseen_row="previous", start="last")
    survival = replaced(chain, 1).survival_of_edge(0, 1).mean
    assert survival(10**6) == pytest.approx(survival(10**6 + 2))
    assert abs(survival(10**6) - survival(10**6 + 1)) > 0.1
    with pytest.raises(ct.NoClosedForm, match="goes on in cycles"):
        _ = survival.limit


def test_several_cycles_are_not_added_up() -> None:
    assert replaced(ct.MarkovChain([[1, 0], [0, 1]]), 5).cycle_length.source_value == 1
    assert replaced(ct.MarkovChain([[1.0]]), 5).absorption_time.mean == 0


def test_a_discount_pulls_smoothly_only_where_every_edge_is_seen() -> None:
    zeros = ct.MarkovChain([[0.5, 0.5, 0], [0, 0.4, 0.6], [0.7, 0, 0.3]], smoothing=ct.AbsoluteDiscount(0.5))
    with pytest.raises(ct.NoClosedForm):
        replaced(zeros, 2000).transition_probability(0, 2).mean.asymptotic(5)


def test_one_transition_in_a_path_is_too_few_for_smoothing_to_forget() -> None:
    chain = ct.MarkovChain([[0.95, 0.05], [0.5, 0.5]], smoothing=ct.AddAlpha(1))
    with pytest.raises(ct.NoClosedForm):
        _ = replaced(chain, 1).fate
    limits = [
        replaced(ct.MarkovChain(rows, smoothing=ct.AddAlpha(1)), 1).survival_of_edge(0, 0).mean.limit
        for rows in ([[0.95, 0.05], [0.5, 0.5]], [[0.5, 0.5], [0.05, 0.95]])
    ]
    assert limits[0] > 2 * limits[1]
