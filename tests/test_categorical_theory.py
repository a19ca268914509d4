"""What is known of the categorical recursion: all tables of counts in exact fractions, printed values, wrong twins."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from math import log, sqrt

import numpy as np
import pytest
from error_budget import critical_z, z_of_mean

import collapse_theory as ct
from collapse_theory import Categorical
from collapse_theory.families.categorical import draws
from collapse_theory.families.categorical.ancestral import ANCESTRAL
from collapse_theory.families.categorical.enumerated import enumerate_tables
from collapse_theory.theorems.categorical_one_type import ADDITIVE, ONE_TYPE
from collapse_theory.wright_fisher.exact import counts_law

SOURCES = {
    2: (Fraction(3, 10), Fraction(7, 10)),
    3: (Fraction(1, 2), Fraction(1, 3), Fraction(1, 6)),
}
T = np.array([1, 2, 5, 10])


def loop(chances, regime: ct.Regime | None = None, n=10, **options) -> ct.Recursion:
    family = Categorical([float(p) for p in chances], **options)
    return ct.Recursion(family, regime or ct.Replace(), sample_size=n)


def tail(values: tuple[float, ...]) -> tuple[float, ...]:
    return values[1:]


Law = Callable[[tuple[float, ...], tuple[float, ...]], float]

BY_TABLES: dict[str, Law] = {
    "entropy": lambda x, p: -sum(a * log(a) for a in x if a),
    "perplexity": lambda x, p: np.exp(-sum(a * log(a) for a in x if a)),
    "gini_simpson": lambda x, p: 1 - sum(a * a for a in x),
    "squared_distance": lambda x, p: sum((a - b) ** 2 for a, b in zip(x, p, strict=True)),
    "support_size": lambda x, p: sum(a > 0 for a in x),
    "lost_mass": lambda x, p: sum(b for a, b in zip(x, p, strict=True) if a == 0),
    "total_variation": lambda x, p: sum(abs(a - b) for a, b in zip(x, p, strict=True)) / 2,
    "hellinger_squared": lambda x, p: 1 - sum(sqrt(a * b) for a, b in zip(x, p, strict=True)),
    "chi_squared": lambda x, p: sum((a - b) ** 2 / b for a, b in zip(x, p, strict=True)),
    "kl_model_source": lambda x, p: sum(a * log(a / b) for a, b in zip(x, p, strict=True) if a),
}


@pytest.mark.parametrize("types", [2, 3])
@pytest.mark.parametrize("sizes", [(4, 4, 4), (6, 6), (3, 5, 4), (1, 2)], ids=str)
@pytest.mark.parametrize("name", BY_TABLES)
def test_every_exact_mean_is_that_of_all_tables(name: str, sizes: tuple[int, ...], types: int) -> None:
    chances = SOURCES[types]
    schedule = sizes[0] if len(set(sizes)) == 1 else ct.schedules.custom(lambda t: sizes[min(t, len(sizes)) - 1])
    recursion = loop(chances, n=schedule)
    p = tuple(float(x) for x in chances)
    law = {tuple(c / sizes[-1] for c in counts): float(weight) for counts, weight in counts_law(chances, sizes).items()}
    expected = sum(weight * BY_TABLES[name](x, p) for x, weight in law.items())
    quantity = recursion.watch(name)
    exact = [th for th in quantity.theorems if th.statistic == "mean" and th.exact]
    assert exact or name == "perplexity"
    for theorem in exact:
        found = theorem.value(recursion, np.array([len(sizes)]))[0]
        assert found == pytest.approx(expected, rel=1e-12, abs=1e-14), theorem


@pytest.mark.parametrize("types", [2, 3])
@pytest.mark.parametrize("t", [1, 2, 3])
def test_laws_and_spreads_are_those_of_all_tables(types: int, t: int) -> None:
    chances, n = SOURCES[types], 5
    recursion = loop(chances, n=n)
    law = counts_law(chances, (n,) * t)
    kept = {k: float(sum(w for c, w in law.items() if sum(x > 0 for x in c) == k)) for k in range(1, types + 1)}
    assert recursion.support_size.distribution(t).pmf(list(kept)) == pytest.approx(list(kept.values()), abs=1e-13)
    second = sum(k * k * w for k, w in kept.items()) - sum(k * w for k, w in kept.items()) ** 2
    assert recursion.support_size.std(t) == pytest.approx(sqrt(second), abs=1e-7)
    assert recursion.kl_source_model.probability_finite(t) == pytest.approx(kept[types], rel=1e-12)
    counts = [float(sum(w for c, w in law.items() if c[0] == k)) for k in range(n + 1)]
    assert recursion.probability_of(0).distribution(t).pmf(np.arange(n + 1) / n) == pytest.approx(counts, abs=1e-15)
    once = sum(w * sum(x == 1 for x in c) for c, w in law.items()) / n
    assert recursion.missing_mass.mean(t) == pytest.approx(float(once), rel=1e-12)
    tail_law = [float(sum(w for c, w in law.items() if c[0] + sum(c[2:]) == k)) for k in range(n + 1)]
    if types == 2:
        middle = sum(k * w / n for k, w in enumerate(tail_law))
        spread = sum((k / n - middle) ** 2 * w for k, w in enumerate(tail_law))
        assert recursion.rank_tail_mass(1).std(t) == pytest.approx(sqrt(spread), rel=1e-12)


PRINTED = [
    (
        (0.5, 0.3, 0.2),
        10,
        "support_size",
        (2.8634017302, 2.64206361307111898, 2.10090961855066417, 1.60176234875792956),
    ),
    (
        (1 / 2, 1 / 3, 1 / 6),
        6,
        "support_size",
        (2.56168552812071331, 2.23078065991803418, 1.64885140431448289, 1.25110132663952649),
    ),
    (
        (1 / 2, 1 / 3, 1 / 6),
        6,
        "entropy",
        (0.8141902110719106, 0.6608161990465935, 0.3672055167125208, 0.1452876680190723),
    ),
    (
        (1 / 2, 1 / 3, 1 / 6),
        6,
        "total_variation",
        (0.20710090877914952, 0.298714143920726854, 0.443339118613709946, 0.545240172428990596),
    ),
    (
        (1 / 2, 1 / 3, 1 / 6),
        6,
        "hellinger_squared",
        (0.07170046092830346, 0.1312949708101699, 0.2459412839348603, 0.3308595746498056),
    ),
]


@pytest.mark.parametrize(("chances", "n", "name", "values"), PRINTED)
def test_printed_values(chances: tuple[float, ...], n: int, name: str, values: tuple[float, ...]) -> None:
    assert loop(chances, n=n).watch(name).mean(T) == pytest.approx(values, rel=2e-14)
    assert loop(chances, n=2 * n).watch(name).mean(T) != pytest.approx(values, rel=0.01)
    assert loop(chances, n=n).watch(name).mean(T + 1) != pytest.approx(values, rel=0.01)


def test_entropy_has_its_printed_values_for_larger_samples() -> None:
    chances = (0.5, 0.3, 0.2)
    assert loop(chances, n=100).entropy.mean([1, 10, 50, 100, 200]) == pytest.approx(
        [1.019572552434316, 0.9287876586728402, 0.5936315262745476, 0.3472077084957222, 0.124811101124875], rel=3e-12
    )
    assert loop(chances, n=1000).entropy.mean(1) == pytest.approx(1.028652233787342, rel=1e-14)
    assert loop(chances, n=100).total_variation.mean(1) == pytest.approx(0.05400995531442654, rel=1e-13)
    assert loop(chances, n=100).hellinger_squared.mean(1) == pytest.approx(0.0025438259841691, rel=1e-10)
    uniform = Categorical(np.full(1000, 1e-3))
    loss = uniform.probabilities.entropy - ct.Recursion(uniform, ct.Replace(), sample_size=1000).entropy.mean(1)
    assert loss == pytest.approx(0.5730106312283, rel=1e-11)
    assert loss != pytest.approx(999 / 2000, rel=0.1)


def test_all_types_present_and_one_type_alone_have_their_printed_values() -> None:
    recursion = loop((1 / 2, 1 / 3, 1 / 6), n=6)
    assert recursion.kl_source_model.probability_finite(T) == pytest.approx(
        [0.578703703703703704, 0.323645404663923182, 0.0555679165798133614, 0.0029407915898051882], rel=1e-12
    )
    assert recursion.absorption_time.distribution.cdf(T) == pytest.approx(
        [0.0170181755829903978, 0.0928647447458890074, 0.406716512265330468, 0.751839464950278697], rel=1e-13
    )
    ten = loop((0.5, 0.3, 0.2))
    assert ten.kl_source_model.probability_finite(T) == pytest.approx(
        [0.8643843, 0.65688675758784, 0.253286764821757323, 0.0491314560765592066], rel=1e-12
    )
    assert np.all(np.isposinf(ten.kl_source_model.mean(T)))
    assert loop((0.1, 0.9)).fixation_time(0).distribution.cdf([5, 10]) == pytest.approx(
        [0.0026339548826669981, 0.0258125228007148006], rel=1e-12
    )


def test_chi_squared_has_its_printed_values() -> None:
    assert loop((1 / 2, 1 / 3, 1 / 6), n=6).chi_squared.mean([2, 5, 10]) == pytest.approx(
        [0.611111111111, 1.19624485596708, 1.67698883422031], rel=1e-11
    )


ZIPF = [
    (
        Categorical.zipf(10**4, 1),
        10**4,
        [1, 2, 5, 10, 50, 100],
        [2813.4910878442, 2062.7581158612, 1238.1384381257, 786.5974378459, 233.6334463768, 132.3062339722],
        [0.184265191804, 0.227439167226, 0.296280074688, 0.355538668565, 0.507421388887, 0.576003768329],
    ),
    (Categorical.zipf(10**5, 1.5), 10**4, [1, 10, 100], [631.8489970713, 198.6293939330, 46.7359555169], None),
    (
        Categorical.zipf(20000, 2),
        2000,
        [1, 10, 100],
        [61.2478815418, 25.1588180684, 8.1940832389],
        [0.015417910072, 0.037152897029, 0.109307019792],
    ),
]


@pytest.mark.parametrize(("family", "n", "t", "support", "lost"), ZIPF)
def test_zipf_vocabularies_have_their_printed_values(family, n, t, support, lost) -> None:
    recursion = ct.Recursion(family, ct.Replace(), sample_size=n)
    # the printed values are right to 10 digits: all rows of the dual at n = 2000 give 8.19408324016 at t = 100
    assert recursion.support_size.mean(t) == pytest.approx(support, rel=3e-10)
    if lost is not None:
        assert recursion.lost_mass.mean(t) == pytest.approx(lost, rel=3e-11)
    assert recursion.support_size.mean.asymptotic(t, "branching") == pytest.approx(support, abs=0.3)
    if family.zipf_exponent != 1:
        assert recursion.support_size.mean.asymptotic(t, "zipf") == pytest.approx(support, abs=0.5)


def test_branching_fails_where_t_is_of_the_order_of_n() -> None:
    recursion = loop((0.02, 0.98), n=100)
    assert recursion.survival_of(0).mean.asymptotic(3, "branching") == pytest.approx(
        recursion.survival_of(0).mean(3), abs=6e-3
    )
    late = recursion.survival_of(0).mean(200)
    assert abs(recursion.survival_of(0).mean.asymptotic(200, "branching") - late) > 0.1 * late
    assert recursion.survival_of(0).mean.asymptotic(200, "diffusion") == pytest.approx(late, abs=0.08 / 100)


def test_the_mass_of_the_tail_stays_while_its_types_die() -> None:
    recursion = ct.Recursion(Categorical.zipf(1000, 1), ct.Replace(), sample_size=1000)
    assert recursion.rank_tail_mass(100).mean([1, 100]) == pytest.approx(recursion.rank_tail_mass(100).source_value)
    survival = recursion.rank_tail_support(100).mean([1, 10, 100]) / 900
    assert survival == pytest.approx([0.2700, 0.0563, 0.0067], abs=5e-5)


def test_good_turing_sees_the_previous_generation_only() -> None:
    recursion = ct.Recursion(Categorical.zipf(1000, 1), ct.Replace(), sample_size=1000)
    assert recursion.missing_mass.mean([1, 10]) == pytest.approx([0.20918, 0.01075446], abs=5e-6)
    assert recursion.lost_mass.mean([1, 10]) == pytest.approx([0.20906, 0.42937765], abs=5e-6)


SMOOTHED = [
    (ct.AddAlpha(1), 10, 0.592592592592593),
    (ct.AddAlpha(0.5), 10, 0.661290322580645),
    (ct.AddAlpha(0.1), 20, 0.856633380884451),
]


@pytest.mark.parametrize(("smoothing", "n", "repeats"), SMOOTHED)
def test_smoothing_has_its_printed_stationary_values(smoothing, n: int, repeats: float) -> None:
    recursion = loop((0.3, 0.7), n=n, smoothing=smoothing)
    assert 1 - recursion.gini_simpson.mean.limit == pytest.approx(repeats, rel=1e-14)
    assert 1 - recursion.gini_simpson.mean(10**4) == pytest.approx(repeats, rel=1e-12)
    assert recursion.probability_of(0).mean.limit == 0.5


def test_backing_off_holds_the_source() -> None:
    recursion = loop((0.3, 0.7), smoothing=ct.BackOff(2))
    assert recursion.probability_of(0).mean(100) == 0.3
    assert (0.42 - recursion.gini_simpson.mean.limit) / 2 == pytest.approx(0.0388888888888889, rel=1e-12)


def test_drawing_from_the_posterior_returns_the_prior_and_plugging_in_its_square() -> None:
    for n in (5, 40):
        sampled = loop((0.2, 0.8), n=n, smoothing=ct.AddAlpha(0.5), estimator="posterior")
        assert 1 - sampled.gini_simpson.mean.limit == pytest.approx((0.5 + 1) / (1 + 1))
    plugged = loop((0.2, 0.8), n=10**6, smoothing=ct.AddAlpha(0.5))
    assert 1 - plugged.gini_simpson.mean.limit == pytest.approx((1 + 1) / (2 + 1), rel=1e-5)


@pytest.mark.parametrize(
    ("regime", "spread"),
    [
        (ct.FreshMixture(0.1), 0.0774907749077490775),
        (ct.Fresh(share=0.1), 0.075),
        (ct.FreshMixture(0.5), 0.0270967741935484),
        (ct.Fresh(share=0.5), 0.02625),
    ],
    ids=repr,
)
def test_fresh_data_has_its_printed_stationary_values(regime: ct.Regime, spread: float) -> None:
    assert loop((0.3, 0.7), regime).squared_distance.mean.limit / 2 == pytest.approx(spread, rel=1e-13)
    assert loop((0.3, 0.7), regime).probability_of(0).std(1000) == pytest.approx(sqrt(spread), rel=1e-12)


@pytest.mark.parametrize("regime", [ct.Fresh(real=3), ct.FreshMixture(0.2), ct.Accumulate()], ids=repr)
@pytest.mark.parametrize("n", [9, ct.schedules.power(6, 1)], ids=repr)
def test_type_by_type_agrees_with_every_other_road(regime: ct.Regime, n) -> None:
    recursion, t = loop((0.5, 0.3, 0.15, 0.05), regime, n), np.array([1, 2, 4, 7])
    others = 0
    for theorem in ONE_TYPE:
        if theorem.quantity not in ADDITIVE:
            continue
        expected = theorem.value(recursion, t)
        for other in recursion.watch(theorem.quantity).theorems:
            if other.statistic == "mean" and other.exact and other is not theorem:
                others += 1
                assert other.value(recursion, t) == pytest.approx(expected, rel=1e-11, abs=1e-13), other
    assert others >= 2


@pytest.mark.parametrize("regime", [ct.Fresh(real=3), ct.FreshMixture(0.2)], ids=repr)
def test_limits_with_fresh_data_are_those_far_out(regime: ct.Regime) -> None:
    recursion = loop((0.5, 0.3, 0.15, 0.05), regime, 12)
    for name in ("support_size", "lost_mass", "entropy", "hellinger_squared", "kl_model_source"):
        curve = recursion.watch(name).mean
        assert curve.limit == pytest.approx(curve(400), rel=1e-11)


def test_many_words_with_fresh_data_are_interpolated_to_rounding() -> None:
    recursion = ct.Recursion(Categorical.zipf(2000, 1.1), ct.Fresh(share=0.1), sample_size=500)
    t = np.array([1, 3, 20])
    direct = sum(recursion.survival_of(word).mean(t) for word in range(1, 2001, 40))
    assert np.all(recursion.support_size.mean(t) > direct)
    few = ct.Recursion(Categorical.zipf(128, 1.1), ct.Fresh(share=0.1), sample_size=500)
    many = few.family.probabilities.values
    nudged = Categorical(np.concatenate([many[:-1], np.full(2, many[-1] / 2)]))
    by_nodes = ct.Recursion(nudged, ct.Fresh(share=0.1), sample_size=500).support_size.mean(t)
    by_types = sum(
        ct.Recursion(nudged, ct.Fresh(share=0.1), sample_size=500).survival_of(word).mean(t) for word in range(129)
    )
    assert by_nodes == pytest.approx(by_types, rel=1e-12)


def test_the_pool_keeps_what_it_has() -> None:
    recursion = loop((0.5, 0.3, 0.2), ct.Accumulate())
    assert recursion.support_size.mean([1, 5, 10**6]) == pytest.approx(2.8634017302, rel=1e-10)
    assert recursion.gini_simpson.mean.limit == pytest.approx(0.62 * 0.843435857215593949, rel=1e-12)
    assert recursion.survival_of(2).mean.limit == pytest.approx(1 - 0.8**10)


def test_diversity_of_growing_samples_has_its_printed_values() -> None:
    for sizes, t, kept in (
        (ct.schedules.power(10, 1), 1000, 0.468979246695),
        (ct.schedules.geometric(100, 2), 45, 0.980132952888561292),
    ):
        recursion = loop((0.5, 0.5), n=sizes)
        assert recursion.gini_simpson.mean(t) / 0.5 == pytest.approx(kept, rel=1e-11)


def test_the_chance_of_seeing_every_type_is_the_coupon_collectors() -> None:
    even = Categorical(np.full(6, 1 / 6)).probabilities
    surjections = sum(
        (-1) ** j * Fraction(720, 1) / _factorial(j) / _factorial(6 - j) * Fraction(6 - j, 6) ** 20 for j in range(7)
    )
    assert draws.covered(even)(np.array([20.0]))[0] == pytest.approx(float(surjections), rel=1e-12)
    assert draws.covered(even)(np.array([5.0, 6.0])) == pytest.approx([0.0, 720 / 6**6], rel=1e-12)
    assert draws.at_most(even, 6)(np.array([20.0]))[0, 4] == pytest.approx(1 - float(surjections), rel=1e-12)


def _factorial(n: int) -> int:
    return 1 if n < 2 else n * _factorial(n - 1)


WITH_ARGUMENTS = {"survival_of", "loss_time", "fixation_time", "rank_tail_support", "time_until_support"}


@pytest.mark.parametrize("theorem", ANCESTRAL, ids=lambda theorem: theorem.title)
def test_samples_of_a_million_have_exact_answers(theorem: ct.Theorem) -> None:
    recursion = ct.Recursion(Categorical([0.6, 0.39999, 1e-5]), ct.Replace(), sample_size=10**6)
    arguments = (2,) if theorem.quantity in WITH_ARGUMENTS else ()
    if theorem.quantity in recursion.family.times:
        assert 0 <= theorem.value(recursion, *arguments).cdf(1000) <= 1
        return
    values = theorem.value(recursion, np.array([1, 1000]), *arguments)
    if theorem.statistic == "distribution":
        values = [law.mean for law in values]
    assert np.all(np.isfinite(values))


def test_tables_are_probabilities() -> None:
    tables = enumerate_tables(Categorical([0.5, 0.3, 0.2]), 6)
    assert tables.step.sum(axis=1) == pytest.approx(1)
    assert tables.at(np.array([1, 7, 500])).sum(axis=1) == pytest.approx(1)


def test_the_winner_is_drawn_by_its_share_and_not_the_most_frequent(seed: int) -> None:
    recursion = loop((0.5, 0.31, 0.19), n=20)
    wins = [recursion.fixation_time(label) for label in range(3)]
    runs = recursion.simulate(400, 20_000, rng=seed, watch=wins)
    won = np.stack([runs.watched_times(time) >= 0 for time in wins], axis=1).astype(float)
    assert np.all(np.abs(z_of_mean(won, [0.5, 0.31, 0.19])) < critical_z(6))
    assert np.abs(z_of_mean(won, [1.0, 0.0, 0.0])).max() > critical_z(6)
    assert won.sum(axis=1).mean() == pytest.approx(1, abs=1e-3)
