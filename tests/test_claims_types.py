"""Claims about types, counts and chains by second roads: linear solves, brute force, printed values."""

from __future__ import annotations

import math
from fractions import Fraction
from itertools import product

import numpy as np
import pytest
import sympy
from scipy import stats

import collapse_theory as ct

exact = ct.wright_fisher.exact


def refuted(claim):
    """The counterexample and its margin."""
    verdict = claim.check()
    assert verdict.status == "REFUTED"
    return verdict.counterexample.case, verdict.counterexample.margin


def absorbed(n, types):
    """Chances of every winner and mean times from every table of counts, by solving the whole chain in fractions."""
    inner = [counts for counts in exact.tables(n, types) if max(counts) < n]
    laws = [exact.multinomial(n, [Fraction(c, n) for c in counts]) for counts in inner]
    ends = [tuple(n * (i == k) for i in range(types)) for k in range(types)]
    rational = lambda x: sympy.Rational(x.numerator, x.denominator)  # noqa: E731
    stay = sympy.Matrix([[rational(law[after]) for after in inner] for law in laws])
    right = sympy.Matrix([[*(rational(law[end]) for end in ends), 1] for law in laws])
    found = (sympy.eye(len(inner)) - stay).LUsolve(right)
    return {counts: [Fraction(int(x.p), int(x.q)) for x in found.row(i)] for i, counts in enumerate(inner)}


def test_nothing_but_a_point_mass_absorbs():
    claim = ct.claims.one_token_is_left_in_the_end_with_probability_one
    assert claim.margin(ct.Case(n=8, types=4)) == 4 * Fraction(2, 8) ** 8
    assert claim.margin(ct.Case(n=1, types=3)) == 1
    assert all(sum(chances[:3]) == 1 for chances in absorbed(4, 3).values())
    assert ct.Recursion(ct.Categorical([0.5, 0.5]), ct.Replace(), sample_size=5).fate.verdict == "collapses"


def test_a_type_wins_with_its_probability():
    case, margin = refuted(ct.claims.it_collapses_onto_the_most_likely_output)
    assert case == ct.Case(n=2, counts=(2, 1))
    assert margin == pytest.approx(2 / 3 - 0.99)
    for counts, (*wins, _) in absorbed(4, 3).items():
        assert wins == [Fraction(count, 4) for count in counts]


def test_the_mean_diversity_is_as_printed():
    recursion = ct.Recursion(ct.Categorical([0.3, 0.7]), ct.Replace(), sample_size=10)
    assert recursion.gini_simpson.mean(5) == pytest.approx(0.2480058, rel=1e-9)
    claim = ct.claims.diversity_falls_by_the_factor_1_minus_1_over_n
    assert claim.margin(ct.Case(n=4, t=2, counts=(1, 2, 3))) == 0


def test_the_time_to_one_token_is_as_solved_and_as_printed():
    claim = ct.claims.it_takes_2_n_minus_2_generations_to_reach_one_token
    case, margin = refuted(claim)
    assert case.n == 3
    assert margin == absorbed(3, 3)[1, 1, 1][-1] - 4 == Fraction(-1, 7)
    assert claim.margin(ct.Case(n=4)) == absorbed(4, 4)[1, 1, 1, 1][-1] - 6
    assert 98 + float(claim.margin(ct.Case(n=50))) == pytest.approx(96.9712, abs=5e-5)
    assert claim.corrected.margin(ct.Case(n=100)) == pytest.approx(0.05 - (1 - 196.741687799970388 / 198), rel=1e-9)
    near = 2 * 1000 - 1 - math.log(1000) / 3 - 0.7217024
    assert claim.corrected.margin(ct.Case(n=1000)) == pytest.approx(0.05 - abs(near / 1998 - 1), abs=1e-6)


def test_times_to_forget_are_as_printed():
    medians, means = {1: 2, 5: 13, 10: 27, 50: 143}, {1: 17.7775753828, 5: 74.7944598164, 10: 136.8069577287}
    for k in medians:
        source = ct.Categorical.from_counts([k, 10_000 - k])
        lost = ct.Recursion(source, ct.Replace(), sample_size=10_000).loss_time(0)
        assert lost.median == medians[k]
        assert k not in means or lost.given("lost").mean == pytest.approx(means[k], rel=1e-9)
    claim = ct.claims.the_time_to_forget_is_linear_in_the_count
    assert refuted(claim)[0] == ct.Case(n=1000, k=5)
    distance = 1 - means[10] / (2 * means[5])
    assert claim.margin(ct.Case(n=10_000, k=5)) == pytest.approx(0.1 - distance, abs=1e-9)
    assert claim.corrected.margin(ct.Case(n=10_000, k=5)) == pytest.approx(0.1 - 1 / 26, abs=1e-12)


def test_first_losses_of_independent_types_are_as_printed():
    claim = ct.claims.independent_types_tell_when_the_first_is_lost
    _, margin = refuted(claim)
    third = ct.wright_fisher.support_time([1 / 3] * 3, 2, 2, order=1)
    assert third == pytest.approx(2 * 575.364144903562 / 1000, rel=1e-9)
    assert margin == pytest.approx(0.03 - abs(third - 1), rel=1e-9), "two draws never show three types"
    law = [Fraction(1, 2), Fraction(1, 3), Fraction(1, 6)]
    mean, chance, generations = Fraction(0), exact.multinomial(6, law), 0
    while generations < 400 and (left := sum((c for counts, c in chance.items() if all(counts)), Fraction(0))) > 1e-15:
        mean, generations = mean + left, generations + 1
        after: dict = {}
        for counts, c in chance.items():
            if all(counts):
                for drawn, step in STEPS[counts].items():
                    after[drawn] = after.get(drawn, 0.0) + float(c) * step
        chance = after
    assert 1 + float(mean) == pytest.approx(2.30739795918367347, rel=1e-12)


STEPS = {
    counts: {k: float(v) for k, v in exact.multinomial(6, [Fraction(c, 6) for c in counts]).items()}
    for counts in exact.tables(6, 3)
    if all(counts)
}


def test_no_sample_of_three_gains_entropy_and_one_of_four_does():
    def entropy(counts):
        return -sum(c / sum(counts) * math.log(c / sum(counts)) for c in counts if c)

    def gains(n):
        tables = list(exact.tables(n, 3))
        alive = lambda before, after: all(b or not a for a, b in zip(after, before, strict=True))  # noqa: E731
        reached = ((b, a) for b in tables for a in tables if alive(b, a))
        return {(tuple(sorted(b)), tuple(sorted(a))) for b, a in reached if entropy(a) > entropy(b) + 1e-12}

    assert gains(2) == gains(3) == set()
    assert ((0, 1, 3), (0, 2, 2)) in gains(4)
    case, margin = refuted(ct.claims.entropy_falls_monotonically)
    assert (case.before, case.after) == ((1, 3), (2, 2))
    assert margin == 2**2 * 2**2 - 3**3


def test_the_expected_loss_of_entropy_is_as_printed():
    margin = ct.claims.entropy_falls_monotonically.corrected.margin
    assert margin(ct.Case(n=10, before=(5, 3, 2))) == pytest.approx(1.029653014064574 - 0.9173372458337774, rel=1e-12)


def test_the_perplexity_is_finite_as_long_as_all_types_are_there_or_smoothed():
    recursion = ct.Recursion(ct.Categorical([0.5, 0.3, 0.2]), ct.Replace(), sample_size=10)
    assert recursion.kl_source_model.probability_finite(10) == pytest.approx(0.0491314560765592066, rel=1e-12)
    claim = ct.claims.perplexity_on_real_text_explodes
    case, margin = refuted(claim)
    assert case == ct.Case(n=2, smoothing=ct.AddAlpha(1))
    assert claim.margin(ct.Case(n=2, smoothing=None)) == math.inf
    assert margin + 100 <= math.log((2 + 3 * 1) / 1)


def test_smoothing_keeps_the_support_and_a_geometrically_small_part_of_the_source():
    claim = ct.claims.smoothing_prevents_collapse
    case, margin = refuted(claim)
    assert case == ct.Case(n=2, alpha=1)
    assert margin == pytest.approx((2 / (2 + 2 * 1)) ** 6 - 0.5, rel=1e-12)
    assert claim.corrected.margin(ct.Case(n=10, alpha=0.5)) == pytest.approx(0.5 / 11, rel=1e-12)


def test_bigrams_end_in_single_tokens_as_often_as_printed():
    claim = ct.claims.a_markov_model_ends_in_a_point_mass_too
    case, margin = refuted(claim)
    assert (case.n, case.states) == (2, 2)
    assert margin == Fraction(2, 3) - 1
    assert claim.margin(ct.Case(n=1, states=2)) == claim.margin(ct.Case(n=1, states=3)) == 0
    assert claim.margin(ct.Case(n=3, states=2)) == Fraction(3541, 5984) - 1
    assert claim.margin(ct.Case(n=4, states=2)) == Fraction(56947549, 100161180) - 1


def test_a_poisson_rate_is_extinct_as_often_as_the_lines_of_its_points():
    g = {2: 0.632120558828558, 5: 0.312079709975056, 10: 0.172254624906056, 1000: 0.00199381556256587}
    for t, line in g.items():
        margin = ct.claims.a_poisson_model_dies_out.margin(ct.Case(n=5, rate=0.1, t=t))
        assert margin == pytest.approx(math.exp(-0.5 * line) - math.exp(-1 / (t + 1)), rel=1e-9)
        assert line <= 2 / (t + 1)


def test_children_who_choose_parents_are_binomial():
    from collapse_theory.claims.types.model_collapse_is_genetic_drift import offspring

    law = offspring((1, 3))
    assert {after[0]: float(chance) for after, chance in law.items()} == pytest.approx(
        {k: stats.binom(4, 0.25).pmf(k) for k in range(5)}
    )
    ordered = [tuple(chosen) for chosen in product(range(3), repeat=3)]
    assert offspring((1, 1, 1))[3, 0, 0] == Fraction(sum(set(c) == {0} for c in ordered), 27)


def test_language_models_are_no_claim():
    with pytest.raises(ct.NotDefined, match="not a mathematical claim"):
        ct.claims.large_language_models_collapse_by_genetic_drift.check()


def test_one_fresh_point_of_ten_makes_the_loop_contract():
    case, margin = refuted(ct.claims.closed_loops_always_drift)
    assert case.regime == ct.Fresh(real=1)
    assert margin == pytest.approx(-0.1, rel=1e-12)
    anchored = ct.Recursion(ct.NormalMean(), case.regime, sample_size=10).squared_location_error.mean
    assert anchored.limit == pytest.approx(0.1 / (1 - 0.9**2), rel=1e-12)
    assert ct.Recursion(ct.NormalMean(), ct.Window(2), sample_size=10).squared_location_error.mean.limit == math.inf


def test_log_odds_are_divided_by_the_temperature_in_each_round():
    for temperature, odds in ((0.5, [2, 4, 16, 256]), (2, [2, 2**0.5, 2**0.25, 2**0.125])):
        cooled = ct.Temperature(temperature)
        recursion = ct.Recursion(ct.Categorical([2 / 3, 1 / 3]), ct.Replace(), sample_size=1, sampling=cooled)
        first = np.array(recursion.probability_of(0).population([1, 2, 3, 4]))
        assert first / (1 - first) == pytest.approx(odds, rel=1e-12)
    margin = ct.claims.any_temperature_but_1_degenerates.margin
    assert margin(ct.Case(temperature=1.0, counts=(3, 2))) < 0
    assert margin(ct.Case(temperature=0.5, counts=(2, 2, 1))) < 0, "two likeliest types share the end"
