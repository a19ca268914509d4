"""Times of loss, fixation and absorption: check values, tables of counts, a sparse solve, and moments from the law."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from scipy.sparse import csc_array
from scipy.sparse.linalg import splu

import collapse_theory as ct
from collapse_theory.wright_fisher.diffusion import absorption_time
from collapse_theory.wright_fisher.exact import mean_time
from collapse_theory.wright_fisher.kernel import pulled
from collapse_theory.wright_fisher.waiting import WaitingTime, solved


def loop(n, *chances: float) -> ct.Recursion:
    return ct.Recursion(ct.Categorical(chances), ct.Replace(), sample_size=n)


@pytest.mark.deep
@pytest.mark.parametrize(
    ("n", "p", "mean"),
    [
        (2, 0.5, 2.0),
        (3, 1 / 3, 3.0),
        (4, 0.25, 107 / 29),
        (4, 0.5, 132 / 29),
        (10, 0.1, 5804068347655865371 / 1008828336480607360),
        (10, 0.3, 11.0311231861689028),
        (10, 0.5, 12.5905181977233337),
        (100, 0.5, 136.602278382027868),
        (100, 0.1, 63.4544633057683562),
        (1000, 0.5, 1383.50097719391324),
        (1000, 0.1, 647.835978616452382),
        (1000, 0.001, 15.1669677760808646),
        (10**4, 0.5, 13859.3828298081),
        (10**5, 0.5, 138625.107815335),
        (10**5, 0.1, 65012.729621892),
        (10**5, 1e-5, 24.3808757873532),
    ],
)
def test_two_types_have_the_printed_absorption_times(n: int, p: float, mean: float) -> None:
    assert loop(n, p, 1 - p).absorption_time.mean == pytest.approx(
        mean, rel=1e-12 if p > 1e-4 else 2e-12
    )  # printed digits
    assert loop(2 * n, p, 1 - p).absorption_time.mean != pytest.approx(mean, rel=0.01)


@pytest.mark.parametrize(("p", "mean"), [(0.5, 1386289.2652962), (0.1, 650161.3141979), (1e-6, 28.9860915985)])
def test_a_million_points_have_the_printed_absorption_times(p: float, mean: float) -> None:
    assert loop(10**6, p, 1 - p).absorption_time.mean == pytest.approx(mean, rel=5e-11 if p < 1e-5 else 5e-12)


@pytest.mark.parametrize(
    ("n", "chances", "mean"),
    [(6, (1 / 2, 1 / 3, 1 / 6), 8.05273539063563694), (10, (0.5, 0.3, 0.2), 14.1574051740000642)],
)
def test_three_types_have_the_printed_absorption_times(n: int, chances: tuple[float, ...], mean: float) -> None:
    assert loop(n, *chances).absorption_time.mean == pytest.approx(mean, rel=1e-14)


@pytest.mark.parametrize(("n", "mean"), [(100, 196.741687799970388), (1000, 1995.975556302), (10**4, 19995.20816848)])
def test_as_many_types_as_points_have_the_printed_absorption_times(n: int, mean: float) -> None:
    family = ct.Categorical.from_counts(np.ones(n, dtype=int))
    assert ct.Recursion(family, ct.Replace(), sample_size=n).absorption_time.mean == pytest.approx(mean, rel=1e-12)


@pytest.mark.parametrize(
    ("n", "p", "event", "mean"),
    [
        (10, 0.1, "fixed", 17.4956202259691422),
        (10, 0.9, "fixed", 4.44857162707341693),
        (100, 0.01, "fixed", 196.741687799970388),
        (1000, 0.01, "lost", 91.5470854972167675),
        (1000, 0.01, "fixed", 1986.94540540882932),
        (10**4, 1e-4, "lost", 17.7775753828),
        (10**4, 5e-4, "lost", 74.7944598164),
        (10**4, 1e-3, "lost", 136.8069577287),
        (10**4, 5e-3, "lost", 530.4690307756),
    ],
)
def test_conditional_times_have_their_check_values(n: int, p: float, event: str, mean: float) -> None:
    recursion = loop(n, p, 1 - p)
    time = recursion.loss_time(0) if event == "lost" else recursion.fixation_time(0)
    assert time.given(event).mean == pytest.approx(mean, rel=2e-12)
    assert time.mean == time.std == np.inf


def test_the_median_of_a_loss_is_linear_in_the_count_and_the_mean_is_not() -> None:
    n = 10**4
    times = [loop(n, count / n, 1 - count / n).loss_time(0) for count in (1, 5, 10, 50)]
    assert [time.median for time in times] == [2, 13, 27, 143]
    medians, means = (np.array([getattr(time.given("lost"), name) for time in times]) for name in ("median", "mean"))
    assert medians[-1] / medians[0] > 50 > means[-1] / means[0] > 20


@pytest.mark.parametrize("p", [0.5, 0.03])
def test_the_streaming_dual_is_the_banded_solve_of_the_chain(p: float) -> None:
    n = 2000
    grid = np.arange(1, n) / n
    step = pulled(np.eye(n + 1)[:, 1:n].copy(), n, grid)
    matrix = csc_array(np.where(step > 1e-18, step, 0.0))
    # the diagonal as what the row sends elsewhere: 1 − P_ii would cancel
    out = pulled(np.eye(n + 1)[:, [0, n]].copy(), n, grid).sum(axis=1)
    leaving = out + step.sum(axis=1) - np.diag(step)
    system = csc_array(-(matrix - csc_array(np.diag(matrix.diagonal()))) + csc_array(np.diag(leaving)))
    times = np.concatenate(([0.0], splu(system).solve(np.ones(n - 1)), [0.0]))
    expected = 1 + pulled(times[:, None], n, np.array([p]))[0, 0]
    assert loop(n, p, 1 - p).absorption_time.mean == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("chances", [(0.3, 0.7), (0.5, 0.25, 0.125, 0.125)])
@pytest.mark.parametrize("n", [4, 7])
def test_the_mean_time_is_exact_in_fractions(n: int, chances: tuple[float, ...]) -> None:
    exact = [Fraction(str(p)) for p in chances]
    expected = 1 + mean_time(lambda a: 1 - sum(p**a for p in exact), n)
    assert loop(n, *chances).absorption_time.mean == pytest.approx(float(expected), rel=1e-14)


@pytest.mark.parametrize("n", [6, 40, 300])
def test_moments_are_those_of_the_law(n: int) -> None:
    time = loop(n, 0.2, 0.3, 0.5).absorption_time
    t = np.arange(1, 60 * n)
    pmf = time.distribution.pmf(t)
    assert pmf.sum() == pytest.approx(1, abs=1e-11)
    assert time.mean == pytest.approx(pmf @ t, rel=1e-9)
    assert time.std == pytest.approx(np.sqrt(pmf @ (t - time.mean) ** 2), rel=1e-8)
    assert time.distribution.cdf(time.median) >= 0.5 > time.distribution.cdf(time.median - 1)


def test_moments_at_the_nodes_are_those_row_by_row() -> None:
    def pending(a):
        return np.asarray(1 - 0.7**a - 0.3**a - (a == 0))

    streamed, at_nodes = (solved(5000, pending, streaming=streaming) for streaming in (True, False))
    assert at_nodes == pytest.approx(streamed, rel=1e-12)


def test_laws_start_at_generation_one_and_never_leave_the_unit_interval() -> None:
    law = loop(50, 0.01, 0.99).loss_time(0).distribution
    assert law.cdf(0) == 0
    assert law.sf(0) == 1
    assert law.cdf(1) == pytest.approx(0.99**50, rel=1e-12)
    assert law.ppf(0.995) == np.inf
    assert np.all(np.diff(law.cdf(np.arange(2000))) >= -1e-14)
    assert law.conditional.cdf(10**6) == pytest.approx(1)


def test_growing_samples_have_laws_and_quantiles_but_no_mean() -> None:
    time = ct.Recursion(
        ct.Categorical([0.1, 0.9]), ct.Replace(), sample_size=ct.schedules.power(10, 0.5)
    ).absorption_time
    law = time.distribution
    assert law.cdf(time.median) >= 0.5 > law.cdf(time.median - 1)
    with pytest.raises(ct.NoClosedForm, match="mean of a time under growing samples"):
        _ = time.mean


def test_what_may_never_come_has_no_time_where_it_is_not_known() -> None:
    growing = ct.Recursion(ct.Categorical([0.1, 0.9]), ct.Replace(), sample_size=ct.schedules.power(10, 2))
    with pytest.raises(ct.NoClosedForm):
        _ = growing.absorption_time.mean
    with pytest.raises(ct.NotDefined, match="no event"):
        growing.absorption_time.given("lost")
    with pytest.raises(ValueError, match="event = 'fixed' is outside its domain: one of 'lost'"):
        growing.loss_time(0).given("fixed")


def test_time_until_few_types_is_that_of_all_tables() -> None:
    recursion = loop(10, 0.5, 0.3, 0.2)
    assert recursion.time_until_support(2).mean == pytest.approx(4.26059433687454753, rel=1e-11)
    assert recursion.time_until_support(1).mean == pytest.approx(recursion.absorption_time.mean, rel=1e-11)
    assert recursion.time_until_support(3).mean == recursion.time_until_support(9).median == 0
    assert recursion.time_until_support(3).distribution.pmf([0, 1]).tolist() == [1, 0]
    assert loop(6, 1 / 2, 1 / 3, 1 / 6).time_until_support(2).mean == pytest.approx(2.30739795918367347, rel=1e-11)


def test_a_type_that_the_source_lacks_is_lost_already_and_never_wins() -> None:
    recursion = loop(10, 0.5, 0.5, 0.0)
    assert recursion.loss_time(2).mean == recursion.loss_time(2).given("lost").mean == 0
    assert recursion.fixation_time(2).distribution.cdf(10**6) == 0
    with pytest.raises(ct.NotDefined, match="never comes"):
        recursion.fixation_time(2).given("fixed")


def test_the_second_order_is_near_for_large_samples() -> None:
    time = loop(10**4, 0.05, 0.95).absorption_time
    assert time.asymptotic("second order").mean == pytest.approx(time.mean, rel=1e-8)
    assert time.asymptotic("diffusion").mean == pytest.approx(time.mean + np.log(10**4) / 3, abs=2)
    assert absorption_time(0.05, 10**4, order=2) == pytest.approx(time.asymptotic("second order").mean, rel=1e-12)


def test_a_waiting_time_needs_no_recursion() -> None:
    coupon = WaitingTime(ct.schedules.Constant(3), lambda a: 0.5 * (1 - 0.5 ** np.maximum(a - 1, 0)), 0.5)
    assert coupon.probability_finite == 0.5
    assert coupon.sf(10**6) == pytest.approx(0.5)
