"""Sweeping claims and folklore: their counterexamples and numbers by a second road."""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from math import comb, exp, factorial, log, prod
from typing import Any

import mpmath
import numpy as np
import pytest
from scipy import stats

import collapse_theory as ct


def claim(name: str) -> ct.Claim:
    found = ct.claims.find(name)
    assert isinstance(found, ct.Claim)
    return found


def corrected(name: str) -> ct.Claim:
    found = claim(name).corrected
    assert found is not None
    return found


def counterexample(name: str) -> tuple[Any, float]:
    found = claim(name).check().counterexample
    assert found is not None
    return found.case, found.value


def test_one_run_gives_opposite_answers() -> None:
    """At ddof = 1 the variance vanishes in a run, not in the mean, and W2 diverges in the mean, not in a run."""
    meanings = ct.definitions(ct.Recursion(ct.Gaussian(ddof=1), ct.Replace(), sample_size=10))
    assert {3, 4} <= {meaning.number for meaning in meanings.disputed}
    assert claim("H1").margin(ct.Case(ddof=1, n=10)) == -len(meanings.disputed)


def test_the_error_that_does_not_diverge() -> None:
    """W2² > 4 needs |μ_∞ - μ₀| > √3 σ₀ once σ is 0: about 2 P(t_2 > √3)."""
    case, margin = counterexample("H2")
    assert case == ct.Case(error="wasserstein2_squared")
    assert margin + 0.5 == pytest.approx(2 * stats.t(2).sf(3**0.5), abs=0.07)
    bounded = claim("H2").margin(ct.Case(error="total_variation")).draw(200, np.random.SeedSequence(1))
    assert np.all(bounded == -0.5)


def test_printed_means_of_both_divergences() -> None:
    case, margin = counterexample("both_kl_divergences_tell_the_same_story")
    assert case == ct.Case(n=10, t=10, ddof=0)
    assert margin == pytest.approx(10 - 21.83138623390338 / 1.102834930372857, rel=1e-12)
    straight = claim("the_mean_kl_of_model_from_source_grows_linearly").margin
    assert straight(ct.Case(n=10, t=10)) == pytest.approx(1e-9, rel=1e-3)
    slope = (mpmath.mpf(1) / 10 + mpmath.log("4.5") - mpmath.digamma("4.5")) / 2
    recursion = ct.Recursion(ct.Gaussian(ddof=1), ct.Replace(), sample_size=10)
    assert float(10 * slope) == pytest.approx(1.076032352083726, rel=1e-14)
    assert recursion.kl_model_source.mean(10) == pytest.approx(float(10 * slope), rel=1e-13)


def test_wasserstein_and_divergence_by_mpmath() -> None:
    case, margin = counterexample("kl_and_wasserstein_agree_about_collapse")
    assert case == ct.Case(n=10, t=20, ddof=0)
    mean_sd = mpmath.sqrt(mpmath.mpf(2) / 10) * mpmath.gamma(5) / mpmath.gamma("4.5")
    grown = mpmath.log((1 - mean_sd**40) / (1 - mean_sd**20))
    assert margin == pytest.approx(float(mpmath.log("1.5") - (mpmath.log(2) - grown)), rel=1e-10)


def test_the_mean_test_loss_needs_four_points() -> None:
    """Printed value at n = 4, ddof = 1; none at n = 3."""
    margin = claim("the_mean_test_loss_exists").margin
    assert margin(ct.Case(n=4, ddof=1)) == pytest.approx(1000 - 1.190512432935206, rel=1e-14)
    assert margin(ct.Case(n=3, ddof=1)) == -np.inf


def test_the_ways_out_by_their_own_formulas() -> None:
    """Resting mean spreads: the product of growing samples, one real point in ten, ten kept points, a pile, a base."""
    growing = mpmath.sin(mpmath.pi / mpmath.sqrt(10)) / (mpmath.pi / mpmath.sqrt(10))
    fresh = 1 - Fraction(1) / (10 * Fraction(1, 10) * Fraction(19, 10) + Fraction(9, 10))
    u = Fraction(1, 4) / (10 * Fraction(3, 4) + Fraction(1, 4))
    a = Fraction(10, 12)
    base = 1 - a**2 / 10 / (1 - a**2 * Fraction(9, 10))
    left = [float(growing), float(fresh), float(Fraction(9, 10) * (1 - u)), float(growing), float(base)]
    found = claim("H4b")
    assert [found.margin(case) for case in found.cases] == pytest.approx([x - 0.1 for x in left], abs=1e-4)
    assert all(claim("H4").margin(case) < 0 for case in found.cases)


def test_accuracy_is_a_martingale_and_variety_is_not() -> None:
    case, margin = counterexample("H6")
    assert (case, margin) == (ct.Case(n=2, use="a right answer"), -0.5)
    assert claim("H6").margin(ct.Case(n=2, use="variety")) == pytest.approx(0.5 - 0.5**40)


def test_cooling_beside_real_data_by_hand() -> None:
    """The entropy falls with every type alive."""
    case, margin = counterexample("H7")
    assert margin == -0.01
    source = np.array([0.5, 0.3, 0.2])
    cooled = source**1.25 / np.sum(source**1.25)
    mixed = (source + cooled) / 2
    assert -mixed @ np.log(mixed) == pytest.approx(case.loop.entropy.population(2))
    assert -mixed @ np.log(mixed) < -source @ np.log(source)


def test_the_three_ways_in_which_a_pile_bites() -> None:
    few = -0.5 + float(mpmath.sin(mpmath.pi / mpmath.sqrt(2)) / (mpmath.pi / mpmath.sqrt(2)))
    cooled = -0.5 + float(mpmath.gammaprod([10_000.9], [10_001, 1.9]))
    margins = [claim("H9").margin(case) for case in claim("H9").cases]
    assert margins[0] == pytest.approx(-0.5 + 0.983631643083465967, abs=1e-5)
    assert margins[1:] == pytest.approx([few, -0.5, cooled], abs=1e-4)
    assert corrected("H9").margin(ct.Case(loop=ct.Recursion(ct.Gaussian(), ct.Accumulate(), sample_size=3))) > 0
    two = ct.Recursion(ct.Gaussian(ddof=0), ct.Accumulate(), sample_size=2)
    assert corrected("H9").margin(ct.Case(loop=two)) < 0
    assert claim("H8").check().counterexample is not None
    assert counterexample("H8")[1] == pytest.approx(0.5 - 0.843435857215593949)


def test_another_generation_by_the_cauchy_law() -> None:
    """Y/X of two normal points is Cauchy; one quarter after four generations."""
    _, margin = counterexample("a_further_generation_helps_half_of_the_time")
    assert margin == pytest.approx(stats.cauchy.cdf(0) - stats.cauchy.cdf(-2) - 0.5, rel=1e-12)
    assert claim("a_further_generation_helps_half_of_the_time").margin(ct.Case(further=4)) + 0.5 == 0.25


def test_the_error_of_shares_is_bounded() -> None:
    case, margin = counterexample("the_error_grows_linearly_with_generations")
    kept = Fraction(case.n - 1, case.n) ** case.t
    assert margin == pytest.approx(float((1 - kept**2) / (1 - kept) - Fraction(19, 10)), rel=1e-10)


def test_the_entropy_of_three_types_by_their_whole_chain() -> None:
    case, margin = counterexample("each_generation_loses_k_minus_1_over_2n_nats")
    assert case == ct.Case(t=5, n=10, types=3)
    n = case.n
    states = [(i, j, n - i - j) for i, j in product(range(n + 1), repeat=2) if i + j <= n]
    ways = np.array([factorial(n) / prod(factorial(k) for k in state) for state in states])

    def row(law: Any) -> Any:
        return ways * [prod(p**k for p, k in zip(law, state, strict=True)) for state in states]

    matrix = np.array([row([k / n for k in state]) for state in states])
    entropy = np.array([-sum(k / n * log(k / n) for k in state if k) for state in states])
    means, law = [], row([1 / 3] * 3)
    for _ in range(5):
        means.append(law @ entropy)
        law = law @ matrix
    assert margin == pytest.approx(0.2 * 0.1 - abs(means[3] - means[4] - 0.1), rel=1e-9)


def test_survival_of_a_word_by_two_binomials() -> None:
    case, margin = counterexample("a_word_survives_t_rounds_with_chance_1_minus_exp_count_over_t")
    assert case == ct.Case(t=2, count=1)
    lost = sum(comb(1000, k) * 0.001**k * 0.999 ** (1000 - k) * (1 - k / 1000) ** 1000 for k in range(60))
    assert margin == pytest.approx(0.05 - abs(1 - lost - (1 - exp(-0.5))), abs=1e-12)


def test_the_resting_law_of_iterated_learning() -> None:
    """Printed: E Σ p² = 0.592592592592593 for posterior means, 2/3 for the prior."""
    _, margin = counterexample("iterated_learning_returns_the_prior")
    assert margin == pytest.approx(0.01 - (2 / 3 - 0.592592592592593), abs=1e-12)


def test_printed_values_of_the_tail() -> None:
    words = corrected("the_probability_of_rare_words_shrinks").margin
    assert words(ct.Case(t=10, types=1000)) == pytest.approx(0.5 - 0.0563, abs=5e-5)
    assert words(ct.Case(t=100, types=1000)) == pytest.approx(0.5 - 0.0067, abs=5e-5)
    seen = claim("the_corpus_at_hand_tells_how_much_is_lost").margin
    assert seen(ct.Case(t=10, types=1000)) == pytest.approx(0.05 - (0.42937765 - 0.01075446), abs=1e-8)
    p = 1 / np.arange(1, 101) / np.sum(1 / np.arange(1, 101))
    first = abs(np.sum(p * (1 - p) ** 99) - np.sum(p * (1 - p) ** 100))
    assert seen(ct.Case(t=1, types=100)) == pytest.approx(0.05 - first, rel=1e-10)


def test_filtering_at_fixed_numbers_of_pages() -> None:
    """Printed for exactly 900 model's pages of 1000: 0.005238 without and 0.006336 with a filter."""
    case, margin = counterexample("filtering_machine_text_always_helps")
    assert case == ct.Case(share=0.9, tpr=0.8)
    assert margin == pytest.approx(1 - 0.00633567561340859 / 0.00523834468308015, abs=0.01)
    assert corrected("filtering_machine_text_always_helps").margin(case) == pytest.approx(
        1 - 0.001748 / 0.005238, abs=0.005
    )


def test_what_is_no_claim() -> None:
    with pytest.raises(ct.NotDefined, match="no model, sample size, regime or quantity is stated"):
        ct.claims.find("H10").check()
