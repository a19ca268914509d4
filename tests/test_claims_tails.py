"""Claims about tails by second roads: quadrature, direct sums, enumeration, printed values."""

from __future__ import annotations

import math
from fractions import Fraction
from math import comb

import mpmath
import numpy as np
import pytest
from scipy import integrate, stats

import collapse_theory as ct


def refuted(claim):
    """The counterexample and its margin."""
    verdict = claim.check()
    assert verdict.status == "REFUTED"
    return verdict.counterexample.case, verdict.counterexample.margin


def test_two_points_refute_that_tails_go_first():
    case, margin = refuted(ct.claims.tails_go_first)
    assert (case.n, case.t) == (2, 1)
    # N(m, s²) with m ~ N(0, 1/2) and s = |z|: beyond ±3 the marginal given s is that of N(0, 1/2 + s²)
    mass, _ = integrate.quad(lambda s: 4 * stats.norm.pdf(s) * stats.norm.sf(3 / math.sqrt(0.5 + s * s)), 0, 12)
    assert margin == pytest.approx(1 - mass / (2 * stats.norm.sf(3)), rel=1e-9)


def test_the_average_tail_mass_and_the_share_of_runs_that_lose_it_are_as_printed():
    recursion = ct.Recursion(ct.Gaussian(ddof=1), ct.Replace(), sample_size=20)
    for quantity, ratio in ((recursion.tail_mass(3), 23), (recursion.own_tail_mass(3), 6.8)):
        assert quantity.mean(40) / quantity.mean(0) == pytest.approx(ratio, rel=0.02)
    assert recursion.sd.distribution(40).cdf(1) == pytest.approx(0.845, abs=0.002)


def test_near_the_source_tails_rise_on_average_only_beyond_the_root_of_three():
    recursion = ct.Recursion(ct.Gaussian(ddof=1), ct.Replace(), sample_size=2000)
    change = [recursion.own_tail_mass(k).mean(1) - recursion.own_tail_mass(k).mean(0) for k in (1.7, 1.76)]
    assert change[0] < 0 < change[1]


def test_the_typical_far_tail_falls_faster_by_the_median_spread():
    claim, case = ct.claims.tails_go_first.corrected, ct.Case(n=2, t=1)
    spread = math.sqrt(stats.chi2.median(1))
    left = [stats.norm.sf(k / spread) / stats.norm.sf(k) for k in (2, 3)]
    assert claim.margin(case) == pytest.approx(math.log(left[0] / left[1]), rel=1e-9)


def test_the_centre_ends_beyond_three_in_seven_to_ten_runs_of_a_hundred():
    claim = ct.claims.tails_vanish_with_probability_one
    case, margin = refuted(claim)
    assert case.n == 2
    assert margin == pytest.approx(0.01 - 0.070, abs=5e-4)
    assert claim.margin(ct.Case(n=10)) == pytest.approx(0.01 - 0.091, abs=1e-3)
    assert 0.01 - claim.margin(ct.Case(n=50)) == pytest.approx(2 * stats.t(2).sf(3), abs=3e-3)


def test_a_normal_model_of_half_the_spread_comes_back():
    case, margin = refuted(ct.claims.lost_tails_cannot_come_back)
    assert (case.n, case.ddof) == (2, 0)
    assert margin == pytest.approx(-stats.chi2(1).sf(8), rel=1e-12)
    assert ct.claims.lost_tails_cannot_come_back.margin(ct.Case(n=2, ddof=1)) == pytest.approx(-stats.chi2(1).sf(4))


def test_the_enumeration_of_returning_types_would_see_smoothing():
    claim = ct.claims.lost_tails_cannot_come_back.corrected
    assert claim.margin(ct.Case(n=3, types=2)) == 0
    smoothed = ct.wright_fisher.exact.multinomial(3, [Fraction(4, 5), Fraction(1, 5)])  # of counts (3, 0), α = 1
    assert sum(chance for after, chance in smoothed.items() if after[1]) == 1 - Fraction(4, 5) ** 3


def test_a_golden_set_gives_nothing_back_and_one_fresh_point_does():
    claim = ct.claims.real_data_in_the_mixture_bring_lost_types_back
    case, margin = refuted(claim)
    assert case.regime == ct.Golden(size=1)
    assert margin == 0
    for r, odds in ((1, 2), (5, 10)):
        by_count = sum(Fraction(comb(r, j) * (odds - 1) ** (r - j), odds**r) for j in range(1, r + 1))
        assert claim.margin(ct.Case(regime=ct.Fresh(real=r), odds=odds)) == by_count
        fresh = ct.Recursion(ct.Categorical([1 / odds, 1 - 1 / odds]), ct.Fresh(real=r), sample_size=10)
        assert fresh.survival_of(0).mean(10_000) > by_count


def test_the_exponent_of_a_pareto_law_drifts_as_printed():
    claim = ct.claims.heavy_tailed_data_lose_their_tail
    for ddof, printed in ((0, 0.103), (1, -0.120)):
        exact = float(mpmath.log(5 - ddof) - mpmath.digamma(5))
        assert exact == pytest.approx(printed, abs=5e-4)
        assert claim.margin(ct.Case(n=5, ddof=ddof)) == pytest.approx(exact, rel=1e-12)
    case, margin = refuted(claim)
    assert (case.n, case.ddof) == (2, 1)
    assert claim.margin(ct.Case(n=2, ddof=0)) > 0
    assert margin == pytest.approx(-float(mpmath.digamma(2)), rel=1e-12)


def test_the_plateau_is_the_mass_that_the_real_points_missed():
    p = np.arange(1, 10_001) ** -1.5
    p /= p.sum()
    sizes = ct.schedules.custom(lambda t: 20 if t == 1 else 200)
    exact = ct.Recursion(ct.Categorical.zipf(10_000, 1.5), ct.Replace(), sample_size=sizes).lost_mass.mean(2)
    seen = np.arange(21)
    by_counts = stats.binom.pmf(seen, 20, p[:, None]) @ (1 - seen / 20) ** 200
    assert exact == pytest.approx(p @ by_counts, rel=1e-9)
    floor = p @ (1 - p) ** 1000
    assert floor == pytest.approx(0.087, abs=5e-4)


def test_a_word_seen_once_is_lost_as_the_recursion_says():
    claim = ct.claims.one_generation_already_loses_rare_words
    for n in (2, 10, 100):
        kept = ct.Recursion(ct.Categorical.from_counts([1, n - 1]), ct.Replace(), sample_size=n).survival_of(0).mean(1)
        assert float(claim.margin(ct.Case(n=n)) + Fraction(1, 4)) == pytest.approx(1 - kept, rel=1e-12)
    assert float(claim.margin(ct.Case(n=1000))) == pytest.approx(1 / math.e - 0.25, abs=1e-3)


def test_the_share_of_items_left_is_as_printed_and_as_enumerated():
    lines = ct.wright_fisher.line_survival(np.arange(2, 6))
    assert np.round(lines, 3).tolist() == [0.632, 0.469, 0.374, 0.312]
    law = ct.wright_fisher.exact.counts_law([Fraction(1, 3)] * 3, [3, 3])
    left = float(sum(chance * sum(count > 0 for count in counts) for counts, chance in law.items()) / 3)
    margin = ct.claims.resampling_loses_37_percent_at_once_and_goes_on.margin(ct.Case(n=3, t=2))
    assert margin == pytest.approx(1 / 3 - abs(left - lines[1]), rel=1e-9)


def test_twelve_to_one_at_six_is_the_first_tail_that_a_variance_hides():
    claim = ct.claims.variance_tells_what_became_of_the_tails
    case, margin = refuted(claim)
    assert (case.far, case.odds) == (6, 12)
    assert margin == Fraction(-1, 24)
    assert 12 * 6**2 > 9 * (6**2 + 11)
    smaller = [(far, odds) for far in range(2, 18) for odds in range(2, 19) if far + odds < 18]
    assert all(odds * far**2 <= 9 * (far**2 + odds - 1) for far, odds in smaller)


def test_cooler_answers_are_right_more_often_and_leave_the_minority_out():
    case = ct.Case(majority=3, of=4, power=2)
    cooler = ct.Recursion(ct.Categorical([0.75, 0.25]), ct.Replace(), sample_size=1, sampling=ct.Temperature(0.5))
    first, second = (cooler.probability_of(i).population(2) for i in (0, 1))
    gain = 0.75 * first + 0.25 * second - (0.75**2 + 0.25**2)
    margin = ct.claims.quality_can_rise_while_minorities_are_lost.margin(case)
    assert float(margin) == pytest.approx(min(gain, 0.25 - second), rel=1e-12)
