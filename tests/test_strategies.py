"""The public strategies: what they draw is valid, covers the house, and shrinks to what can be read."""

from __future__ import annotations

import dataclasses
import doctest
import math
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, find, given, settings
from hypothesis import strategies as st

import collapse_theory as ct
from collapse_theory import families, regimes, strategies
from collapse_theory import sampling as samplings
from collapse_theory.domain import Choice, Course, Domain, Flag, Where
from collapse_theory.tableau.moments import exact_second_moments

PROFILE = settings(deadline=None, max_examples=100, derandomize=True, suppress_health_check=[HealthCheck.too_slow])


@PROFILE
@given(strategies.recursions())
def test_a_recursion_prints_as_the_code_that_makes_it(recursion: ct.Recursion) -> None:
    assert eval(repr(recursion), {"ct": ct}) == recursion  # the repr is our own code
    assert hash(recursion) == hash(eval(repr(recursion), {"ct": ct}))


@PROFILE
@given(strategies.recursions(sample_sizes=strategies.schedules()))
def test_a_schedule_prints_as_the_code_that_makes_it(recursion: ct.Recursion) -> None:
    assert eval(repr(recursion), {"ct": ct}) == recursion


@PROFILE
@given(strategies.recursions(), st.integers(0, 6))
def test_the_mean_spread_is_the_exact_moment_map(recursion: ct.Recursion, t: int) -> None:
    family = recursion.family
    if not family.two_moments:
        return
    spread, error = exact_second_moments(recursion.regime, recursion.sizes, Fraction(family.ddof), t)[t]
    variance, squared_error = (recursion.watch(family.roles[role]) for role in ("spread", "squared_location"))
    assert variance.mean(t) == pytest.approx(family.spread * float(spread), rel=1e-12)
    assert squared_error.mean(t) == pytest.approx(family.spread * float(error), rel=1e-10, abs=1e-300)


@PROFILE
@given(strategies.recursions(families=ct.Gaussian, regimes=ct.Replace), st.floats(0.01, 0.99))
@pytest.mark.deep
def test_the_median_lies_between_the_quantiles(recursion: ct.Recursion, q: float) -> None:
    low, high = sorted([q, 1 - q])
    if high - low > 1e-3:
        curve = recursion.log_variance
        assert curve.quantile(low)(3) < curve.median(3) < curve.quantile(high)(3)


@PROFILE
@given(strategies.recursions(), strategies.seeds())
def test_a_simulation_depends_on_the_seed_alone(recursion: ct.Recursion, seed: int) -> None:
    a, b = (recursion.simulate(2, 3, rng=seed) for _ in range(2))
    assert all(np.array_equal(x, y) for x, y in zip(a.states, b.states, strict=True))


def test_the_example_of_the_module_is_true() -> None:
    (example,) = doctest.DocTestFinder(recurse=False).find(strategies)
    names = example.globs
    assert doctest.DocTestRunner().run(example, clear_globs=False).failed == 0
    names["test_the_mean_variance_never_grows_at_ddof_one_or_below"]()


def test_what_is_no_class_and_no_strategy_is_refused() -> None:
    with pytest.raises(ValueError, match=r"sample_sizes = \[10, 20\] is outside its domain: a strategy, such as "):
        strategies.recursions(sample_sizes=[10, 20])
    with pytest.raises(ValueError, match=r"families = ct.Gaussian\(.*\) is outside its domain: classes such as ct.Gau"):
        strategies.recursions(families=ct.Gaussian())
    with pytest.raises(ValueError, match=r"regimes = \[ct.Replace\(\)\] is outside its domain: classes such as ct.Rep"):
        strategies.recursions(regimes=[ct.Replace()])
    with pytest.raises(ValueError, match=r"regimes = \[\] is outside its domain"):
        strategies.regimes([])
    assert strategies.recursions(families=[ct.Gaussian], regimes=(ct.Replace, ct.Fresh)) is not None


def test_completion_shows_the_strategies_alone() -> None:
    assert dir(strategies) == sorted(strategies.__all__)


def test_every_family_and_every_regime_is_drawn() -> None:
    for kinds, every in ((families, strategies.families()), (regimes, strategies.regimes(sample_size=10))):
        for kind in kinds.named().values():
            assert isinstance(find(every, lambda member, kind=kind: isinstance(member, kind)), kind)
    assert find(strategies.families(ct.Gaussian), lambda family: family.estimator == "posterior").ddof == 1
    assert find(strategies.regimes(ct.Fresh, sample_size=7), lambda regime: regime.share is not None)


@pytest.mark.parametrize(
    ("kind", "drawn"),
    [
        (ct.AccumulateSubsample, lambda regime: regime.replacement),
        (ct.AccumulateSubsample, lambda regime: not regime.replacement and regime.size is not None),
        (ct.Window, lambda regime: regime.generations > 2),
        (ct.Golden, lambda regime: regime.weight is not None and regime.weight < 1),
        (ct.Weighted, lambda regime: regime.real > 1 and regime.weight < 1),
        (ct.AccumulateFresh, lambda regime: regime.share is not None),
        (ct.Contaminated, lambda regime: isinstance(regime.ai_share, tuple) and len(set(regime.ai_share)) > 1),
        (ct.Contaminated, lambda regime: regime.detector is None and regime.composition == "fixed"),
        (ct.Contaminated, lambda regime: regime.detector is not None and regime.refill),
        (ct.Contaminated, lambda regime: regime.tableau(ct.schedules.Constant(10)).thinned),
        (ct.Contaminated, lambda regime: regime.filter.screen is not None),
        *((ct.FineTune, lambda regime, data=data: regime.data == data) for data in ("fixed", "regenerated", "restart")),
    ],
)
def test_every_option_of_a_regime_is_drawn(kind: type[ct.Regime], drawn: Callable[[Any], bool]) -> None:
    assert drawn(find(strategies.regimes(kind, sample_size=10), drawn))


@PROFILE
@given(st.data(), st.sampled_from([1, 2, 3, 10, 1000]))
def test_regimes_can_split_their_sample_size(data: st.DataObject, size: int) -> None:
    regime = data.draw(strategies.regimes(sample_size=size))
    for t in range(1, 6):
        step = regime.step(t, ct.schedules.Constant(size))
        assert sum(step.drawn) in (0, size, getattr(regime, "size", None))


def test_regimes_shrink_to_what_can_be_read() -> None:
    simplest = {
        ct.AccumulateSubsample: ct.AccumulateSubsample(replacement=False),
        ct.Window: ct.Window(generations=1),
        ct.Weighted: ct.Weighted(real=1, weight=0.1),
        ct.Golden: ct.Golden(size=1),
        ct.Contaminated: ct.Contaminated(ai_share=0),
        ct.FineTune: ct.FineTune(rate=0.1, data="fixed"),
    }
    for kind, regime in simplest.items():
        assert find(strategies.regimes(kind, sample_size=10), lambda _: True) == regime
    filtered = find(strategies.regimes(ct.Contaminated), lambda regime: regime.detector is not None)
    assert filtered == ct.Contaminated(ai_share=0, detector=ct.Detector(tpr=0, fpr=0), refill=False)


def test_pairs_that_are_not_defined_are_not_drawn() -> None:
    drawn: set[type] = set()

    @settings(deadline=None, max_examples=300, derandomize=True)  # no health check is suppressed
    @given(strategies.recursions(families=ct.MarkovChain))
    def collect(recursion: ct.Recursion) -> None:
        drawn.add(type(recursion.regime))

    collect()
    assert drawn == {*regimes.named().values()} - {ct.AccumulateSubsample}
    with pytest.raises(
        ValueError, match=r"^regimes = ct.AccumulateSubsample is outside .* defined for ct.MarkovChain$"
    ):
        strategies.recursions(families=ct.MarkovChain, regimes=ct.AccumulateSubsample)
    found = find(
        strategies.recursions([ct.MarkovChain, ct.Gaussian], ct.AccumulateSubsample, st.just(8)), lambda _: True
    )
    assert isinstance(found.family, ct.Gaussian)


def test_counterexamples_shrink_to_what_can_be_read() -> None:
    found = find(
        strategies.recursions(families=ct.Gaussian, regimes=ct.Replace),
        lambda recursion: recursion.family.two_moments and recursion.variance.mean(1) > recursion.variance.mean(0),
        settings=settings(deadline=None, derandomize=True, database=None, max_examples=2000),
    )
    assert (found.family.mean, found.family.sd) == (0, 1)
    assert 1 < found.family.ddof <= 2
    assert found.sample_size.n <= 3


def test_every_option_of_a_chain_is_drawn() -> None:
    drawn: set[tuple[str, str, type]] = set()

    @settings(PROFILE, max_examples=500)
    @given(strategies.families(ct.MarkovChain))
    def collect(chain: ct.MarkovChain) -> None:
        drawn.add((chain.unseen_row, chain.start, type(chain.smoothing)))

    collect()
    rows, starts, smoothings = map(set, zip(*drawn, strict=True))
    assert rows == {"unigram", "uniform", "previous", "end", "cyclic", "source"}
    assert starts == {"occupancy", "stationary", "last"}
    assert smoothings == {type(None), ct.AddAlpha, ct.BackOff, ct.AbsoluteDiscount}
    assert ("unigram", "last", ct.BackOff) in drawn


@PROFILE
@given(strategies.transition_matrices())
def test_transition_matrices_are_stochastic(matrix: ct.TransitionMatrix) -> None:
    assert 2 <= matrix.states <= 4
    assert np.all(matrix.dense >= 0)
    np.testing.assert_allclose(matrix.dense.sum(axis=1), 1, rtol=0, atol=1e-15)
    assert eval(repr(ct.MarkovChain(matrix)), {"ct": ct}).matrix == matrix


def test_transition_matrices_shrink_to_what_can_be_read() -> None:
    matrices = strategies.transition_matrices()
    assert find(matrices, lambda _: True) == ct.TransitionMatrix([[0.5, 0.5], [0.5, 0.5]])
    assert find(matrices, lambda matrix: matrix.dense[0, 0] > 0.5) == ct.TransitionMatrix([[0.6, 0.4], [0.5, 0.5]])
    assert find(matrices, lambda matrix: matrix.edges < matrix.states**2).states <= 3
    assert find(matrices, lambda matrix: matrix.edges == matrix.states).dense.max() == 1
    assert find(matrices, lambda matrix: matrix.dense[0, 0] * 10 % 1 > 0.2).states <= 3
    assert find(strategies.transition_matrices(6), lambda matrix: matrix.states > 4).states == 5


@pytest.mark.parametrize(
    "domain",
    [
        Domain(),
        Domain(low=0, open_low=True),
        Domain(low=0, high=1),
        Domain(low=3, high=5, integer=True),
        Choice(("a", "b")),
        Flag(),
        Course(Domain(low=0, high=1)),
    ],
    ids=str,
)
def test_parameters_lie_in_their_domain(domain: Where) -> None:
    bounded = domain
    if isinstance(domain, Domain) and math.isinf(domain.high):
        bounded = dataclasses.replace(domain, typical=(-5, 5) if domain.low < 0 else (0.5, 8))

    @PROFILE
    @given(strategies.parameters(bounded))
    def check(value: object) -> None:
        assert domain.check("x", value) == value

    check()


@PROFILE
@given(strategies.probability_vectors())
def test_probability_vectors_leave_something_to_chance(vector: ct.ProbabilityVector) -> None:
    assert vector.values.sum() == pytest.approx(1)
    assert vector.support >= 2


def test_probability_vectors_shrink_to_a_fair_coin() -> None:
    assert repr(find(strategies.probability_vectors(), lambda vector: True)) == "[0.5, 0.5]"
    assert len(find(strategies.probability_vectors(6), lambda vector: len(vector) > 4)) == 5


@PROFILE
@given(strategies.recursions(ct.Categorical, ct.Replace, st.integers(2, 40)))
def test_entropy_is_lost_in_the_mean_and_support_never_grows(recursion: ct.Recursion) -> None:
    if not recursion.family.two_moments:
        return
    t = [0, 1, 2, 5, 20]
    for quantity in (recursion.entropy, recursion.support_size, recursion.gini_simpson):
        means = quantity.mean(t)
        assert np.all(np.diff(means) <= 1e-12)
        assert np.all(means >= 0)


# ---------------------------------------------------------------------------------------------------------- samplings
@PROFILE
@given(strategies.recursions(samplings=ct.Sampling))
def test_a_sampled_recursion_prints_as_the_code_that_makes_it(recursion: ct.Recursion) -> None:
    assert eval(repr(recursion), {"ct": ct}) == recursion
    assert ct.Recursion.from_dict(recursion.to_dict()) == recursion
    assert len(recursion.simulate(2, 3, rng=0).states[0]) == 3


def test_every_sampling_is_drawn() -> None:
    for kind in samplings.named().values():
        assert isinstance(find(strategies.samplings(), lambda way, kind=kind: isinstance(way, kind)), kind)
    assert find(strategies.samplings(ct.TopFraction), lambda way: way.score_noise is not None).score_correlation is None
    assert find(strategies.samplings(ct.Reward), lambda way: (way.choices or 0) > 1).choices == 2
    assert find(strategies.samplings(ct.Verifier), lambda way: way.error > 0 and way.repair > 0)


def test_recursions_are_honest_unless_samplings_are_asked_for() -> None:
    @PROFILE
    @given(strategies.recursions())
    def honest(recursion: ct.Recursion) -> None:
        assert recursion.sampling.honest

    drawn: set[tuple[type, type]] = set()

    @settings(deadline=None, max_examples=300, derandomize=True)  # no health check is suppressed
    @given(strategies.recursions(samplings=[ct.BestOf, ct.Nucleus, ct.Temperature]))
    def sampled(recursion: ct.Recursion) -> None:
        drawn.add((type(recursion.family), type(recursion.sampling)))

    honest()
    sampled()
    assert {(ct.Gaussian, ct.BestOf), (ct.Gaussian, ct.Temperature), (ct.Categorical, ct.Nucleus)} <= drawn
    assert not {(ct.Gaussian, ct.Nucleus), (ct.Categorical, ct.BestOf)} & drawn


def test_labels_are_those_of_the_family() -> None:
    family = ct.Categorical([0.5, 0.3, 0.2], labels=("a", "b", "c"))
    kinds = [ct.Verifier, ct.Reward, ct.FitnessAdvantage, ct.HumanEdit]

    @PROFILE
    @given(strategies.samplings(kinds, family))
    def check(way: ct.Sampling) -> None:
        assert ct.Recursion(family, ct.Replace(), sample_size=5, sampling=way).sampling == way

    check()
    moved = find(strategies.samplings(ct.HumanEdit, family), lambda way: way.toward.probabilities.values[2] > 0.5)
    assert moved.toward.labels == family.labels
    assert find(strategies.samplings(ct.Verifier, family), lambda way: "c" in way.good).good in {
        ("c",),
        ("b", "c"),
        ("a", "c"),
    }


def test_samplings_shrink_to_what_can_be_read() -> None:
    simplest = {
        ct.Honest: ct.Honest(),
        ct.Temperature: ct.Temperature(0.9),
        ct.Truncation: ct.Truncation(2.0),
        ct.Nucleus: ct.Nucleus(0.9),
        ct.BestOf: ct.BestOf(1),
        ct.TopFraction: ct.TopFraction(0.5, score_correlation=1.0),
        ct.SoftVerifier: ct.SoftVerifier(center=2.0, width=4.0),
        ct.FitnessAdvantage: ct.FitnessAdvantage(0.1, of=0),
        ct.Reward: ct.Reward({0: 0.0}),
    }
    for kind, way in simplest.items():
        assert find(strategies.samplings(kind), lambda _: True) == way
    found = find(
        strategies.recursions(ct.Gaussian, ct.Replace, samplings=ct.Temperature),
        lambda recursion: recursion.sampling.temperature > 1,
        settings=settings(deadline=None, derandomize=True, database=None, max_examples=300),
    )
    assert (found.family.mean, found.family.sd, found.sample_size.n) == (0, 1, 2)
    assert found.sampling == ct.Temperature(1.4)


def test_samplings_that_go_with_no_family_are_refused() -> None:
    with pytest.raises(ValueError, match=r"samplings = ct.BestOf is outside .*: a sampling that is defined for ct.Cat"):
        strategies.samplings(ct.BestOf, ct.Categorical([0.5, 0.5]))
    with pytest.raises(ValueError, match=r"samplings = ct.Nucleus is outside .* defined for ct.Gaussian, ct.Poisson$"):
        strategies.recursions([ct.Gaussian, ct.Poisson], samplings=ct.Nucleus)
    with pytest.raises(
        ValueError, match=r"samplings = ct.BestOf\(.*\) is outside its domain: classes such as ct.Honest"
    ):
        strategies.samplings(ct.BestOf(2))


def test_sample_sizes_and_generations_shrink_to_the_smallest() -> None:
    assert find(ct.strategies.sample_sizes(), lambda n: True) == 2
    assert find(ct.strategies.sample_sizes(10, 50), lambda n: n > 20) == 21
    assert find(ct.strategies.generations(), lambda t: True) == 0
    assert find(ct.strategies.generations(7), lambda t: t > 5) == 6
    for wrong in (lambda: ct.strategies.sample_sizes(0), lambda: ct.strategies.generations(-1)):
        with pytest.raises(ValueError, match="is outside its domain"):
            wrong()
