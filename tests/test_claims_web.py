"""Claims about a contaminated web by second roads: odds in exact fractions, quadrature, recursions by hand."""

from __future__ import annotations

import math
from fractions import Fraction
from math import comb

import pytest
from scipy.integrate import quad
from scipy.stats import chi2, norm

import collapse_theory as ct


def left(share: str, tpr: str, fpr: str) -> Fraction:
    """Synthetic share of what passes a detector, from odds."""
    s, p, q = Fraction(share), Fraction(tpr), Fraction(fpr)
    odds = s / (1 - s) * (1 - p) / (1 - q)
    return odds / (1 + odds)


@pytest.mark.parametrize(
    ("tpr", "fpr", "printed"), [("0.9", "0.01", 0.052), ("0.26", "0.09", 0.305), ("0.5", "0.61", 0.41)]
)
def test_detectors_leave_the_printed_shares_of_35_percent(tpr, fpr, printed):
    share = left("0.35", tpr, fpr)
    assert float(share) == pytest.approx(printed, abs=0.005)
    margin = ct.claims.any_detector_is_better_than_none.margin(ct.Case(ai_share=0.35, tpr=float(tpr), fpr=float(fpr)))
    assert margin == pytest.approx(float(Fraction("0.35") - share), abs=1e-12)


def test_the_smallest_harmful_detector_is_the_first_with_tpr_below_fpr():
    claim = ct.claims.any_detector_is_better_than_none
    found = claim.check().counterexample.case
    assert found == ct.Case(tpr=0.5, fpr=0.61, ai_share=0.35)
    for case in claim.cases:
        if case == found:
            break
        assert case.tpr > case.fpr
        assert claim.margin(case) > 0


def test_the_useless_detector_is_the_one_of_equal_rates():
    claim = ct.claims.detectors_are_unreliable_hence_useless
    assert claim.margin(ct.Case(ai_share=0.35, tpr=0.2, fpr=0.2)) == pytest.approx(0, abs=1e-15)
    assert claim.check().counterexample.value == pytest.approx(float(left("0.35", "0.9", "0.01")) - 0.35, abs=1e-12)


def test_a_filtered_crawl_of_fixed_size_by_hand():
    n, s = 10, Fraction("0.35")
    passes, real = (1 - s) * Fraction("0.91") + s * Fraction("0.74"), 1 - left("0.35", "0.26", "0.09")
    chances = {k: comb(n, k) * passes**k * (1 - passes) ** (n - k) for k in range(2, n + 1)}
    inverse = sum(p / k for k, p in chances.items()) / sum(chances.values())
    filtered = inverse / (1 - (1 - real) ** 2 + (1 - real) ** 2 * inverse)  # M = (1 - qM) E 1/K + qM
    plain = Fraction(1, n) / (1 - s**2 + s**2 / n)
    claim = ct.claims.rough_filters_still_help
    found = claim.check().counterexample
    assert found.case == ct.Case(n=10, ai_share=0.35, refill=False)
    assert found.value == pytest.approx(float(n * (plain - filtered)), rel=1e-9)


def test_the_detector_of_the_unusual_has_the_printed_variances():
    inside, within = 2 * norm.cdf(2) - 1, quad(lambda x: x * x * norm.pdf(x), -2, 2)[0]
    assert 1 - inside == pytest.approx(0.046, abs=5e-4)
    assert within / inside == pytest.approx(0.773741, abs=1e-6)  # what flags all beyond 2 leaves of the variance
    margin = ct.claims.detectors_can_bias_the_human_data.margin(ct.Case(beyond=2.0, tail_fpr=1.0))
    assert margin == pytest.approx(1 - within / inside, rel=1e-9)
    assert ct.claims.detectors_can_bias_the_human_data.margin(ct.Case(beyond=2.0, tail_fpr=0.0)) == pytest.approx(0)


@pytest.mark.parametrize(("preference", "printed"), [(2.3, 0.55), (9.8, 0.84)])
def test_a_filter_that_prefers_machine_text_lifts_35_percent_to_the_printed_share(preference, printed):
    claim = ct.claims.quality_filters_prefer_machine_text
    assert claim.margin(ct.Case(preference=preference, ai_share=0.35)) + 0.35 == pytest.approx(printed, abs=0.005)


@pytest.mark.parametrize("variance", [0.51, 0.75, 1.5])
def test_the_share_of_effective_points_by_quadrature(variance):
    sd = math.sqrt(variance)

    def integrand(x: float) -> float:
        return math.exp(2 * norm.logpdf(x) - norm.logpdf(x, scale=sd))

    squared = quad(integrand, -80, 80, limit=500)[0]
    claim = ct.claims.detector_weights_repair_whatever_a_model_has_become
    assert claim.corrected.margin(ct.Case(variance=variance)) == pytest.approx(1 / squared, rel=1e-6)


def test_the_weights_fail_at_once_with_two_points():
    found = ct.claims.detector_weights_repair_whatever_a_model_has_become.check().counterexample
    assert found.case == ct.Case(n=2, t=1, ddof=0)
    assert found.value == pytest.approx(2 * chi2.ppf(0.5, 1) / 2 - 1, rel=1e-9)


def test_old_text_goes_stale_by_hand():
    claim = ct.claims.text_from_before_2022_is_the_safe_reserve
    found = claim.check().counterexample
    assert found.case == ct.Case(t=2, drift=0.1)
    s, error = Fraction("0.35"), Fraction(1, 100)  # the crawl: errors, and its lag behind the world
    error = (1 + s * (1 - s) * error) / 100 + s**2 * error
    lag = s * (s * Fraction("0.1") + Fraction("0.1"))
    u = Fraction(100, 1100)  # the reserve: 1000 old points beside 100 of the model
    kept = Fraction(1, 1000) + u**2 / 100
    assert found.value == pytest.approx(float(error + lag**2 - kept - Fraction("0.2") ** 2), rel=1e-9)


def test_the_first_mover_loses_to_a_pool_with_real_points():
    claim = ct.claims.first_movers_keep_an_advantage
    found = claim.check().counterexample
    assert found.case == ct.Case(n=2, t=2, real=1)
    # Two points, then one real and one of the model: the mean of the pool is (2μ + x + y)/4 with y about μ.
    second = (Fraction(9, 2) + 1 + 1) / 16
    assert found.value == pytest.approx(float(2 * (second - Fraction(1, 2))), rel=1e-12)
    assert claim.margin(ct.Case(n=10, t=2, real=0)) == pytest.approx(0.25)


def test_marks_on_nine_of_ten_pages_leave_five_percent():
    claim = ct.claims.watermarks_solve_it
    found = claim.check().counterexample
    assert found.case == ct.Case(coverage=0.9, ai_share=0.35)
    assert 0.01 - found.value == pytest.approx(float(left("0.35", "0.9", "0")), abs=1e-12)
    assert claim.margin(ct.Case(coverage=0.99, ai_share=0.9)) < 0  # the condition is needed


def test_nine_generated_points_of_ten_are_borne_from_seven_points_on():
    claim = ct.claims.ninety_percent_generated_text_makes_recovery_impossible
    found, share = claim.check().counterexample, Fraction(1, 10)
    assert found.case == ct.Case(n=7)
    assert found.margin == Fraction(1, 2) - (1 - 1 / (7 * share * (2 - share) + (1 - share) ** 2))
    assert all(claim.margin(ct.Case(n=n)) > 0 for n in range(2, 7))
    assert float(claim.margin(ct.Case(n=10_000))) == pytest.approx(-0.4995, abs=1e-3)


def test_a_measurement_is_no_claim():
    with pytest.raises(ct.NotDefined, match="measurement"):
        ct.claims.a_third_of_new_pages_is_written_by_machines.check()
