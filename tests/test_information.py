"""What generations know of the source, in real points: against sums, printed values and the exact map iterated."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from every import possible

import collapse_theory as ct
from collapse_theory.tableau.feedback import pinned
from collapse_theory.tableau.linear_map import settled

SETTLED = [
    recursion
    for recursion in possible([4, 20], [ct.Gaussian(sd=2)])
    if settled(recursion) and pinned(recursion.tableau) and recursion.tableau.screen is None
]
tied = pytest.mark.parametrize("recursion", SETTLED, ids=repr)


def recursion(regime: ct.Regime, n: int, ddof: float = 0) -> ct.Recursion:
    return ct.Recursion(ct.Gaussian(sd=2, ddof=ddof), regime, sample_size=n)


# ---------------------------------------------------------------------------------------- effective real sample size
def known_variance(setting: ct.Recursion, generations: int) -> Fraction:
    """E(μ_t − μ_0)²/σ_0² with the variance known, by hand: a pool's mean moves by its newest points alone."""
    n, regime = setting.sample_size.n, setting.regime
    error = Fraction(0)
    for t in range(1, generations + 1):
        if isinstance(regime, ct.Accumulate):
            error += Fraction(1, n * t * t)
        elif isinstance(regime, ct.Fresh):
            error = Fraction(1, n) + (1 - Fraction(setting.tableau.drawn[0], n)) ** 2 * error
        elif isinstance(regime, ct.FreshMixture):
            share = Fraction(regime.share)
            error = (1 + share * (1 - share) * error) / n + (1 - share) ** 2 * error
        else:
            error += Fraction(1, n)
    return error


@pytest.mark.parametrize("n", [4, 10, 100])
@pytest.mark.parametrize("regime", [ct.Fresh(real=1), ct.Fresh(share=0.5), ct.FreshMixture(share=0.25)], ids=repr)
def test_fresh_data_are_worth_their_long_run_error(regime: ct.Regime, n: int) -> None:
    setting = recursion(regime, n)
    shares = regime.share if isinstance(regime, ct.FreshMixture) else setting.tableau.drawn[0] / n
    expected = n * shares * (2 - shares)
    if isinstance(regime, ct.FreshMixture):
        expected = (1 - (1 - shares) ** 2) * n - shares * (1 - shares)
    assert setting.effective_real_sample_size == pytest.approx(expected, rel=1e-14)
    a, b, c = (known_variance(setting, t) for t in (1, 2, 3))
    limit = a + (b - a) ** 2 / ((b - a) - (c - b)) if b != a else a
    assert setting.effective_real_sample_size == pytest.approx(float(1 / limit), rel=1e-14)


@pytest.mark.parametrize("n", [2, 10, 1000])
def test_a_pool_is_worth_six_over_pi_squared_of_its_first_batch(n: int) -> None:
    setting = recursion(ct.Accumulate(), n)
    assert setting.effective_real_sample_size == pytest.approx(n / 1.644934066848226, rel=1e-14)
    t = 400
    rest = 1 / (t + 0.5) / n  # of the sum of 1/(n j²) beyond t, to t⁻³/12
    assert setting.effective_real_sample_size == pytest.approx(1 / (float(known_variance(setting, t)) + rest), rel=1e-8)


def test_replacement_is_worth_nothing_in_the_long_run_unless_samples_grow_fast() -> None:
    assert recursion(ct.Replace(), 10).effective_real_sample_size == 0
    slowly, fast = (
        ct.Recursion(ct.Gaussian(), ct.Replace(), sample_size=ct.schedules.power(10, exponent)) for exponent in (1, 2)
    )
    assert slowly.effective_real_sample_size == 0
    with pytest.raises(ct.NoClosedForm, match="effective_real_sample_size"):
        _ = fast.effective_real_sample_size


VALUES = [  # effective real sample sizes, n times the squared error of the long run with known variance
    (2, True, 4.15888308335967),
    (10, True, 3.37651441586485),
    (100, True, 3.29755719165839),
    (2, False, 3.96015465262193),
    (3, False, 3.45042373795053),
    (10, False, 3.05014020336715),
    (100, False, 2.94531028074648),
    (1000, False, 2.93584375816201),
]


@pytest.mark.parametrize(("n", "replacement", "expected"), VALUES)
def test_samples_of_a_pool_are_worth(n: int, replacement: bool, expected: float) -> None:  # noqa: FBT001
    regime = ct.AccumulateSubsample(replacement=replacement)
    assert n / recursion(regime, n).effective_real_sample_size == pytest.approx(expected, rel=1e-13)
    sized = ct.AccumulateSubsample(replacement=replacement, size=n)
    assert n / recursion(sized, n).effective_real_sample_size == pytest.approx(expected, rel=1e-11)


def test_samples_of_a_large_pool_are_worth_what_the_limits_say() -> None:
    n = 10**7
    with_, without = (recursion(ct.AccumulateSubsample(replacement=r), n) for r in (True, False))
    assert n / with_.effective_real_sample_size == pytest.approx(np.pi**2 / 3, rel=1e-6)
    assert n / without.effective_real_sample_size == pytest.approx(np.pi**2 / 2 - 2, rel=1e-6)


@pytest.mark.parametrize(("real", "n"), [(1, 10), (10, 100), (50, 100), (3, 4)])
def test_pooled_and_weighted_fresh_data_are_worth(real: int, n: int) -> None:
    k = real / (n - real)
    assert recursion(ct.Fresh(real=real), n).effective_real_sample_size == pytest.approx(real * (k + 2) / (k + 1))
    best = ct.optimal_weight(k)
    weighted = recursion(ct.Weighted(real=real, weight=best), n).effective_real_sample_size
    assert weighted == pytest.approx(real / best, rel=1e-12)
    for other in (0.9 * best, min(1.1 * best, 1.0)):
        assert recursion(ct.Weighted(real=real, weight=other), n).effective_real_sample_size < weighted


@pytest.mark.parametrize("size", [2, 10, 100])
def test_a_golden_set_is_worth_at_least_two_thirds_of_itself(size: int) -> None:
    for n in (2, 100, 10**6):
        found = recursion(ct.Golden(size=size), n).effective_real_sample_size
        assert found == pytest.approx(1 / (1 / size + 1 / (size * (2 + size / n))), rel=1e-12)
        assert found > 2 * size / 3


def test_what_other_regimes_are_worth() -> None:
    n = 20
    assert recursion(ct.Window(generations=5), n).effective_real_sample_size == 0
    assert recursion(ct.FineTune(rate=0.1, data="regenerated"), n).effective_real_sample_size == 0
    assert recursion(ct.FineTune(rate=0.1, data="fixed"), n).effective_real_sample_size == pytest.approx(n / 2)
    restart = recursion(ct.FineTune(rate=0.5, data="restart"), n).effective_real_sample_size
    assert restart == pytest.approx(n * (1 - 0.25))
    assert recursion(ct.AccumulateFresh(real=1), n).effective_real_sample_size == np.inf
    poisson = ct.Recursion(ct.Poisson(2.0), ct.Golden(size=10), sample_size=10)
    assert poisson.effective_real_sample_size == pytest.approx(1 / (1 / 10 + 1 / 30))
    assert 1 / poisson.effective_real_sample_size == pytest.approx(poisson.squared_location_error.mean(10**4) / 2)


@tied
def test_information_falls_to_what_the_long_run_is_worth(recursion: ct.Recursion) -> None:
    information = recursion.information
    found = information.real_points([0, 1, 100_000])
    assert found[0] == np.inf
    assert found[2] == pytest.approx(information.limit, rel=1e-9)
    assert information.fisher(1) == pytest.approx(information.real_points(1) / 4)


def test_information_is_refused_where_it_has_no_meaning() -> None:
    posterior = ct.Recursion(ct.Gaussian(estimator="posterior"), ct.Replace(), sample_size=10)
    with pytest.raises(ct.NoClosedForm, match="does not match two moments"):
        posterior.information.real_points(3)
    words = ct.Recursion(ct.Categorical([0.5, 0.5]), ct.Replace(), sample_size=10)
    with pytest.raises(ct.NotDefined, match="Categorical has no normal fitted mean"):
        words.information.fisher(3)
    with pytest.raises(ValueError, match="t = "):
        words.information.real_points(-1)


def test_a_screen_changes_the_law_of_real_points_so_that_they_have_no_worth() -> None:
    regime = ct.Contaminated(0.5, ct.Detector(0.9, 0.1, beyond=0.5, tail_fpr=0.99), refill=True)
    setting = recursion(regime, 20)
    assert setting.variance.mean.limit < 0.2 * 4
    for ask in (lambda: setting.effective_real_sample_size, lambda: setting.information.real_points(3)):
        with pytest.raises(ct.NoClosedForm, match="changes the law of real points"):
            ask()
    assert "changes the law of real points" in str(setting.information)
    assert "in the long run" in str(recursion(ct.Golden(size=10), 20).information)
