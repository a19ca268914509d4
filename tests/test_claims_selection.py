"""Claims about selection: their counterexamples and numbers by a second road."""

from __future__ import annotations

from fractions import Fraction
from itertools import takewhile
from typing import Any

import mpmath
import numpy as np
import pytest
from scipy.stats import binom

import collapse_theory as ct

COUNTEREXAMPLES: dict[str, tuple[ct.Case, Any]] = {
    "without_outside_signal_performance_must_fall": (ct.Case(right=0.6), Fraction(3, 5) - Fraction(36, 52)),
    "a_verifier_prevents_collapse": (ct.Case(fpr=0.5, error=0.3), Fraction(13, 28) - Fraction(1, 2)),
    "a_good_verifier_leads_to_the_truth": (ct.Case(center=1.0), Fraction(1, 2) - Fraction(100, 104)),
    "best_of_n_keeps_diversity": (ct.Case(candidates=2), -1 / mpmath.pi),
    "a_perfect_discriminator_restores_the_data_law": (ct.Case(n=2, t=1), -Fraction(1, 4)),
    "a_model_can_verify_itself": (ct.Case(kept=1, right=1), 0),
    "enough_real_data_frees_a_cooled_loop": (ct.Case(types=3), 0.5 - 3 / (1 + mpmath.sqrt(2)) ** 2),
    "the_nucleus_cuts_only_the_rarest_words": (ct.Case(types=50, rounds=8), 24 - 25),
}


def claim(name: str) -> ct.Claim:
    found = ct.claims.find(name)
    assert isinstance(found, ct.Claim)
    return found


def truncated_variance(k: float) -> Any:
    def density(x: Any) -> Any:
        return mpmath.exp(-(x**2) / 2)

    return mpmath.quad(lambda x: x**2 * density(x), [-k, 0, k]) / mpmath.quad(density, [-k, 0, k])


def fixed(n: int, weight: float, share: float) -> float:
    """Chance that the first of two types is the one left: absorption from the matrix, generation 1 honest."""
    i = np.arange(n + 1) / n
    drawn = np.minimum(weight * i / (weight * i + 1 - i), 1.0)
    rows = binom.pmf(np.arange(n + 1), n, drawn[:, None])
    chances = np.linalg.matrix_power(rows, 2**14)[:, -1]
    return float(binom.pmf(np.arange(n + 1), n, share) @ chances)


@pytest.mark.parametrize("name", COUNTEREXAMPLES)
def test_the_counterexample_is_the_first_and_its_number_is_known(name: str) -> None:
    verdict = claim(name).check()
    case, number = COUNTEREXAMPLES[name]
    assert verdict.counterexample is not None
    assert verdict.counterexample.case == case
    assert verdict.counterexample.value == pytest.approx(float(number), rel=1e-12)
    before = takewhile(lambda one: one != case, claim(name).cases)
    assert all(claim(name).margin(one) > -1e-12 for one in before)


def test_accuracy_under_a_verifier_by_steps_of_fractions() -> None:
    for fpr, error, after in ((3, 2, Fraction(7, 8)), (8, 2, 0), (5, 3, Fraction(13, 28))):
        a, b, e, k = Fraction(9, 10), Fraction(fpr, 10), Fraction(error, 10), 0.5
        for _ in range(2000):
            g = float(1 - e) * k
            k = float(a) * g / (float(a) * g + float(b) * (1 - g))
        assert k == pytest.approx(float(after), abs=1e-9)
        assert claim("E2").margin(ct.Case(fpr=fpr / 10, error=error / 10)) == pytest.approx(float(after) - 0.5)


def test_right_answers_need_the_condition() -> None:
    found = claim("a_verifier_prevents_collapse").corrected
    assert found is not None
    assert found.margin(ct.Case(fpr=0.7, error=0.2)) > 0
    assert found.margin(ct.Case(fpr=0.8, error=0.2)) < 0


def test_right_answers_die_out_as_by_honest_drift_among_them() -> None:
    verdict = claim("a_verifier_keeps_answers_diverse").check()
    assert verdict.counterexample is not None
    assert verdict.counterexample.case == ct.Case(n=10)
    honest = ct.Recursion(ct.Categorical((0.1,) * 10), ct.Replace(), sample_size=10)
    assert verdict.counterexample.value == pytest.approx(honest.support_size.mean(20) / 10 - 0.5, abs=0.02)


def test_the_threshold_of_an_imperfect_verifier() -> None:
    margin = claim("imperfect_verifiers_suffice").margin
    assert margin(ct.Case(error=0.75, tpr=0.9, fpr=0.3)) == pytest.approx(0, abs=1e-15)
    assert margin(ct.Case(error=0.7501, tpr=0.9, fpr=0.3)) < 0 < margin(ct.Case(error=0.7499, tpr=0.9, fpr=0.3))


def test_the_way_to_the_verifiers_centre() -> None:
    """Printed values 0.8, 0.2 and 0.2857, 0.7143 after 1 and 10 rounds, at s = 2 and a centre of 1."""
    margin = claim("the_fit_moves_to_the_verifiers_centre").margin
    first = margin(ct.Case(t=1, center=1.0, width=2.0))
    assert first == pytest.approx(1 - np.sqrt(0.8))  # the distance falls by 1 - 0.8, the sd by less
    tenth = margin(ct.Case(t=11, center=1.0, width=2.0))
    assert tenth == pytest.approx(1 - np.sqrt((4 / 15) / (4 / 14)))


def test_factors_of_filtering_by_quadrature() -> None:
    for k, printed in ((1.0, 0.29), (2.0, 0.77), (3.0, 0.97)):
        factor = truncated_variance(k)
        assert float(factor) == pytest.approx(printed, abs=0.005)
        assert claim("E5").margin(ct.Case(sds=k)) == pytest.approx(float(factor) - 0.9, rel=1e-12)
    verdict = claim("mild_clipping_of_the_tails_is_harmless").check()
    rounds = int(mpmath.ceil(mpmath.log(2) / -mpmath.log(truncated_variance(3))))
    assert verdict.counterexample is not None
    assert verdict.counterexample.case.t == 1 + rounds == 27


def test_a_tenth_of_real_data_is_needed_against_clipping() -> None:
    found = claim("mild_clipping_of_the_tails_is_harmless").corrected
    assert found is not None
    factor = float(truncated_variance(3))
    assert found.margin(ct.Case(regime=ct.Fresh(real=5), t=5000)) == pytest.approx(0.1 / (1 - 0.9 * factor) - 0.5)
    assert found.margin(ct.Case(regime=ct.Fresh(real=1), t=5000)) < 0


def test_curation_by_products() -> None:
    law, rewards = np.array([0.5, 0.3, 0.2]), np.arange(3.0)
    spread, expected = [], []
    for _ in range(8):
        expected.append(law @ rewards)
        spread.append(law @ rewards**2 - expected[-1] ** 2)
        law = law * np.exp(rewards) / (law @ np.exp(rewards))
    found = claim("E6")
    assert found.margin(ct.Case(rounds=6, source=(0.5, 0.3, 0.2))) == pytest.approx(spread[6] / spread[0] - 0.01)
    assert spread[5] / spread[0] > 0.01 > spread[6] / spread[0]
    assert np.all(np.diff(expected) > 0)


def test_selection_with_noise_falls_like_one_over_t() -> None:
    sampling = ct.TopFraction(0.5, score_noise=1.0)
    v = [1.0]
    for _ in range(2):
        v.append(v[-1] * (1 - sampling.shrinkage * v[-1] / (1 + v[-1])))
    margin = claim("selection_collapses_exponentially_fast").margin(ct.Case(t=1, fraction=0.5, noise=1.0))
    assert margin == pytest.approx(2 * np.log(v[1]) - np.log(v[2]), abs=2e-9)
    assert sampling.shrinkage == pytest.approx(2 / np.pi)


def test_the_largest_of_three_by_quadrature() -> None:
    def moment(k: int) -> Any:
        return mpmath.quad(lambda x: 3 * x**k * mpmath.npdf(x) * mpmath.ncdf(x) ** 2, [-12, 0, 12])

    found = claim("E7").margin(ct.Case(candidates=3))
    assert float(found) == pytest.approx(float(moment(2) - moment(1) ** 2 - 1), rel=1e-12)


def test_decoding_against_noise_by_digamma() -> None:
    """At the factor 0.99 the two are equal at about 50 points."""

    def surplus(n: int) -> Any:
        x = mpmath.mpf(n - 1) / 2
        return -2 * mpmath.log("0.99") - mpmath.log(x) + mpmath.digamma(x)

    for n in (2, 30, 50, 51, 52, 200):
        assert claim("E9").margin(ct.Case(factor=0.99, n=n)) == pytest.approx(float(surplus(n)), rel=1e-9)
    assert surplus(50) < 0 < surplus(52)


def test_choice_of_the_usual_by_fractions() -> None:
    """Two points, two types, an advantage of 1 % of the usual one: alive at generation 2 by the count at 1."""
    usual = {k: Fraction(2 - k, 2) for k in range(3)}
    honest = {k: 1 - share**2 for k, share in usual.items()}
    weight = Fraction(101, 100)
    chosen = {k: 1 - (share * weight / (share * weight + 1 - share)) ** 2 for k, share in usual.items()}
    first = {0: Fraction(1, 4), 1: Fraction(1, 2), 2: Fraction(1, 4)}
    gain = sum(first[k] * (chosen[k] - honest[k]) for k in first)
    found = claim("E11").check().counterexample
    assert found is not None
    assert found.value == pytest.approx(float(gain), rel=1e-9)


def test_fixation_by_the_power_of_the_matrix_and_by_kimura() -> None:
    assert claim("E12").margin(ct.Case(advantage=0.1, n=10)) == pytest.approx(fixed(10, 1.1, 0.5) - 0.95)
    assert claim("E13").margin(ct.Case(n=10, deep=0.7, shallow=0.9)) == pytest.approx(fixed(10, 7 / 9, 0.2) - 0.2)
    kimura = 1 / (1 + 1.02**-100)
    assert claim("E12").margin(ct.Case(advantage=0.02, n=100)) + 0.95 == pytest.approx(kimura, rel=0.012)
    below = claim("E12").margin(ct.Case(advantage=0.1, n=30))
    assert below < 0  # n ln(1+s) = 2.86: not enough


def test_printed_values_of_the_proxy() -> None:
    found = claim("optimising_a_good_proxy_cannot_hurt").margin
    assert found(ct.Case(rounds=6)) == pytest.approx(0.9843880256165 - 0.499, abs=1e-12)
    assert found(ct.Case(rounds=40)) == pytest.approx(-0.7127227608829 - 0.499, abs=1e-12)


def test_trapping_shares_and_nuclei() -> None:
    for types, share in ((2, 0.5), (3, 0.51471862576), (10, 0.625), (1000, 0.94054449328)):
        exact = claim("enough_real_data_frees_a_cooled_loop").margin(ct.Case(types=types))
        assert float(exact) == pytest.approx(0.5 - share, abs=1e-10)
        assert ct.Temperature(0.5).trapping_share(types) == pytest.approx(share, abs=1e-9)
    rest = claim("the_nucleus_cuts_only_the_rarest_words").corrected
    assert rest is not None
    assert rest.margin(ct.Case(types=9)) == rest.margin(ct.Case(types=50_000)) == 0
