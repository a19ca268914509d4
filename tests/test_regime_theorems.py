"""Theorems of the regimes that keep, weigh, filter or tune: check values, exact fractions, far limits, wrong twins."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from two_moments import limits, moments, recursion

import collapse_theory as ct
from collapse_theory import regimes
from collapse_theory.tableau.moments import exact_second_moments

OWN = (
    ct.AccumulateSubsample,
    ct.AccumulateFresh,
    ct.Golden,
    ct.FineTune,
    ct.Weighted,
    ct.Contaminated,
)
DIVISORS = (-1, 0, Fraction(1, 2), 1, Fraction(3, 2), 2)


PROOFS = list(dict.fromkeys(theorem.proof for kind in OWN for theorem in kind.known))


@pytest.mark.deep
@pytest.mark.parametrize("proof", PROOFS, ids=lambda proof: proof.__module__.rsplit(".", 1)[-1])
def test_every_theorem_proves_itself(proof: Any) -> None:
    steps = proof()
    assert steps
    assert all(step.passed for step in steps), steps


@pytest.mark.parametrize("ddof", DIVISORS, ids=str)
@pytest.mark.parametrize(
    "regime",
    [
        *(ct.AccumulateSubsample(replacement=replacement) for replacement in (True, False)),
        *(ct.AccumulateFresh(real=real) for real in (1, 2, 3, 5)),
        *(ct.Golden(size=r, weight=w) for r in (3, 7) for w in (None, 0.25, 0.75, 1.0)),
        *(ct.FineTune(rate=rate, data=data) for rate in (0.125, 1.0) for data in ("regenerated", "fixed", "restart")),
        *(ct.Window(generations=w) for w in (1, 2, 4)),
    ],
    ids=repr,
)
@pytest.mark.parametrize("n", [5, 12])
def test_means_are_those_of_the_exact_map(regime: ct.Regime, n: int, ddof: Fraction) -> None:
    found, t = recursion(regime, n, float(ddof)), np.arange(1, 13)
    exact = np.array(exact_second_moments(regime, found.sizes, ddof, 12)[1:], dtype=float).T
    assert moments(found, t)[0] == pytest.approx(exact[0], rel=2e-14)
    assert moments(found, t)[1] == pytest.approx(exact[1], rel=2e-14)


class TestGolden:
    """F7 and D4."""

    @pytest.mark.parametrize(
        ("r", "n", "ddof", "variance", "error"),
        [
            (10, 90, 0, 0.8592964824120603, 0.1407035175879397),
            (10, 990, 0, 0.8573480134035424, None),
            (2, 98, 0, 0.4008097165991903, None),
            (100, 100, 0, 0.9867109634551495, None),
            (10, 90, 1, 0.95, 0.145),
            (2, 98, 1, 0.668918918918919, 0.665540540540541),
        ],
    )
    def test_f7(self, r: int, n: int, ddof: float, variance: float, error: float | None) -> None:
        found = limits(recursion(ct.Golden(size=r), n, ddof))
        assert found[0] == pytest.approx(variance, rel=2e-14)
        assert found[1] == pytest.approx(1 - variance if error is None else error, rel=2e-14)
        assert moments(recursion(ct.Golden(size=r), n, ddof), 10**9) == pytest.approx(found, rel=1e-13)

    def test_f7_with_unlimited_synthetic_points(self) -> None:
        assert recursion(ct.Golden(size=10), 10**9).variance.mean.limit == pytest.approx(0.9 * 20 / 21, rel=1e-8)

    def test_d4_about_the_set(self) -> None:
        # V around the set, in units of its own variance 1 − 1/r: what is left of M when 1/r is taken away.
        error = recursion(ct.Golden(size=10, weight=0.1), 90).squared_location_error.mean.limit
        assert (error - 0.1) / 0.9 == pytest.approx(0.045226130653266, rel=1e-13)

    @pytest.mark.parametrize(("r", "n"), [(2, 4), (4, 10), (3, 100)])
    def test_it_is_finite_up_to_a_divisor(self, r: int, n: int) -> None:
        edge = r + n / (r + 2 * n)
        for ddof, finite in ((min(edge - 1e-6, r - 1e-6), True), (1.0, True)):
            assert np.isfinite(limits(recursion(ct.Golden(size=r), n, ddof))).all() == finite

    def test_where_a_light_set_does_not_hold_the_loop(self) -> None:
        found = recursion(ct.Golden(size=4, weight=0.01), 10, 2)
        assert limits(found) == (np.inf, np.inf)
        t = np.array([10**5, 2 * 10**5])
        slope = np.diff(found.variance.mean.log(t))[0] / 10**5
        assert slope == pytest.approx(np.log(found.loop_gain), rel=1e-9)
        with pytest.raises(OverflowError, match="finite but beyond floats"):
            found.variance.mean(10**9)

    def test_a_wrong_twin_is_seen(self) -> None:
        # Fresh points in the place of kept ones forget the error of the set.
        kept = recursion(ct.Golden(size=10), 90).squared_location_error.mean.limit
        fresh = recursion(ct.Fresh(real=10), 100).squared_location_error.mean.limit
        assert kept > 2 * fresh


class TestFineTune:
    @pytest.mark.parametrize(
        ("data", "rate", "ddof", "t", "variance", "error"),
        [
            ("regenerated", 0.5, 0, 10, 0.7166119577136348, 0.2833880422863651),
            ("fixed", 0.5, 0, 10, 0.8103512191772461, 1 - 0.8103512191772461),
            ("regenerated", 0.5, 1, 10, 1.0, 0.325),
            ("fixed", 0.5, 1, 10, 0.9477364635457252, None),
            ("regenerated", 0.1, 0, 10, 0.8919323245132866, 1 - 0.8919323245132866),
            ("fixed", 0.1, 0, 10, 0.8662271708432701, 1 - 0.8662271708432701),
            ("fixed", 0.1, 1, 10, 0.9684977244922552, None),
        ],
    )
    def test_values(self, data: Any, rate: float, ddof: float, t: int, variance: float, error: float | None) -> None:
        v, m = moments(recursion(ct.FineTune(rate=rate, data=data), 10, ddof), t)
        assert v == pytest.approx(variance, rel=1e-14)
        assert error is None or m == pytest.approx(error, rel=1e-13)

    @pytest.mark.parametrize(
        ("data", "rate", "ddof", "variance", "error"),
        [
            ("fixed", 0.5, 0, 0.81, 0.19),
            ("fixed", 0.5, 1, 0.9473684210526315, 0.2),
            ("fixed", 0.1, 1, 10 / 11 * 0.99 / 0.99, 0.2),
            ("restart", 0.5, 0, 0.8709677419354839, 0.1290322580645161),
            ("restart", 0.5, 1, 0.9642857142857143, 0.1321428571428571),
            ("restart", 0.1, 0, 0.8990918264379415, 1 - 0.8990918264379415),
            ("restart", 0.1, 1, 0.9891207815275311, 0.1009991119005329),
            ("regenerated", 0.5, 0, 0.0, 1.0),
            ("regenerated", 0.5, 1, 1.0, np.inf),
            ("regenerated", 0.5, 1.5, np.inf, np.inf),
            ("restart", 1.0, 0, 0.0, 1.0),
            ("restart", 1.0, 1, 1.0, np.inf),
        ],
    )
    def test_limits(self, data: Any, rate: float, ddof: float, variance: float, error: float) -> None:
        assert limits(recursion(ct.FineTune(rate=rate, data=data), 10, ddof)) == pytest.approx(
            (variance, error), rel=1e-13
        )

    @pytest.mark.parametrize("ddof", [-1, 0, 1, 2.5])
    @pytest.mark.parametrize("rate", [0.125, 0.75])
    def test_a_restart_is_a_golden_set_of_the_base(self, rate: float, ddof: float) -> None:
        restart = recursion(ct.FineTune(rate=rate, data="restart"), 6, ddof)
        golden = recursion(ct.Golden(size=6, weight=1 - rate), 6, ddof)
        t = np.array([1, 2, 10, 10**6])
        assert moments(restart, t)[0] == pytest.approx(moments(golden, t)[0], rel=1e-15)
        assert limits(restart) == limits(golden)

    def test_at_rate_one_regenerated_points_are_replacement(self) -> None:
        for ddof in (0, 1, 2):
            tuned, replaced = (
                recursion(ct.FineTune(rate=1, data="regenerated"), 10, ddof),
                recursion(ct.Replace(), 10, ddof),
            )
            t = np.array([1, 2, 10, 300])
            assert moments(tuned, t)[0] == pytest.approx(moments(replaced, t)[0], rel=1e-12)
            assert moments(tuned, t)[1] == pytest.approx(moments(replaced, t)[1], rel=1e-12)

    def test_the_formulas_are_symbolic(self) -> None:
        import sympy

        from collapse_theory.symbols import eta, n, sigma0, t

        found = recursion(ct.FineTune(rate=0.5, data="regenerated"), 10, 1).squared_location_error.mean.symbolic
        later = found.subs({t: 7, sigma0: 1})
        assert sympy.simplify(later - (1 + 6 * eta**2) / n) == 0


class TestWindow:
    """The values of (V, M) for windows, and where they go."""

    def test_values(self) -> None:
        t = np.array([2, 5, 10])
        v, m = moments(recursion(ct.Window(generations=2), 10), t)
        assert v == pytest.approx([0.8775, 0.7567702734375, 0.6018963504536556], rel=1e-14)
        assert v + m == pytest.approx(np.ones(3), rel=1e-15)
        unbiased = moments(recursion(ct.Window(generations=2), 10, 1), np.array([2, 5, 10, 100]))
        assert unbiased[0] == pytest.approx(
            [0.9736842105263158, 0.9428886772853184, 0.8882776750068159, 0.3061821794912428], rel=1e-13
        )
        assert unbiased[1] == pytest.approx([0.125, 0.2635203860803323, 0.4676682648114411, 2.6732426468889], rel=1e-13)
        assert recursion(ct.Window(generations=5), 10, 1).variance.mean(10) == pytest.approx(
            0.9296629710131404, rel=1e-14
        )

    @pytest.mark.parametrize("n", [4, 1000, 10**9])
    def test_limits(self, n: int) -> None:
        for w in (1, 2, 5):
            assert limits(recursion(ct.Window(generations=w), n)) == (0.0, 1.0)
            assert limits(recursion(ct.Window(generations=w), n, 3.5)) == (np.inf, np.inf)
        assert limits(recursion(ct.Window(generations=1), n, 1)) == (1.0, np.inf), "slow, at a gain of exactly 1"
        # From w = 2 on, the expected variance falls also at ddof = 1, and the error stays bounded.
        variance, error = limits(recursion(ct.Window(generations=2), n, 1))
        assert variance == 0
        assert error == pytest.approx(float(4 - Fraction(5, 3) / n), rel=1e-14)

    def test_the_limit_of_a_window_of_one_is_that_of_replacement(self) -> None:
        for ddof in (-2, -0.5, 0.9):
            window, replaced = (recursion(regime, 7, ddof) for regime in (ct.Window(generations=1), ct.Replace()))
            assert limits(window) == pytest.approx(limits(replaced), rel=1e-13)

    @pytest.mark.parametrize(("w", "ddof"), [(2, -1), (2, 1), (3, 0.5), (4, 1)])
    def test_the_error_goes_to_its_limit(self, w: int, ddof: float) -> None:
        found = recursion(ct.Window(generations=w), 4, ddof)
        assert found.squared_location_error.mean(10_000) == pytest.approx(
            found.squared_location_error.mean.limit, rel=1e-10
        )

    def test_a_tableau_that_always_changes_has_no_limit(self) -> None:
        with pytest.raises(ct.NoClosedForm):
            _ = recursion(ct.AccumulateSubsample(replacement=True, size=3), 10).variance.mean.limit
        with pytest.raises(ct.NoClosedForm):
            _ = ct.Recursion(
                ct.Gaussian(), ct.Window(generations=2), sample_size=ct.schedules.power(10, 1)
            ).variance.mean.limit


class TestWeighted:
    """F8 and D3; the sample size counts real and synthetic points."""

    @pytest.mark.parametrize(
        ("k", "weight"),
        [
            (1, 0.618033988749894848),
            (0.1, 0.270156211871642434),
            (0.01, 0.0951249219725039286),
            (2, 0.732050807568877294),
            (10, 0.916079783099616043),
        ],
    )
    def test_f8_the_golden_ratio_holds_for_equal_numbers_only(self, k: float, weight: float) -> None:
        assert ct.optimal_weight(k) == pytest.approx(weight, rel=1e-15)
        assert weight**2 == pytest.approx(k * (1 - weight), rel=1e-14)

    @pytest.mark.parametrize(("r", "s", "weight"), [(100, 100, 0.616976649426975), (100, 1000, 0.269848354349364)])
    def test_d3_the_finite_root_and_its_value(self, r: int, s: int, weight: float) -> None:
        best = ct.optimal_weight(r / s, synthetic=s)
        assert best == pytest.approx(weight, rel=1e-14)

        def error(w: float) -> float:
            return recursion(ct.Weighted(real=r, weight=w), r + s).squared_location_error.mean.limit

        assert error(best) == pytest.approx(best / r, rel=1e-14)
        assert min(error(best * 0.99), error(best * 1.01)) > error(best)
        assert error(ct.optimal_weight(r / s)) > error(best), "the root for unlimited points is a wrong twin"

    def test_d3_pooling_and_discarding(self) -> None:
        pooled = recursion(ct.Weighted(real=100, weight=0.5), 200).squared_location_error.mean.limit
        assert 100 * pooled == pytest.approx(0.664451827243, rel=1e-11)
        real_only = recursion(ct.Weighted(real=100, weight=1), 200).squared_location_error.mean.limit
        assert 100 * real_only == pytest.approx(1, rel=1e-14)

    @pytest.mark.parametrize(
        ("n", "r", "ddof", "variance", "error"),
        [
            (100, 10, 0, 0.96309963099631, 0.03690036900369),
            (100, 10, 1, 1.01953125, 0.037109375),
            (100, 50, 0, 0.986754966887417, 0.013245033112583),
            (100, 50, 1, 1.006756756756757, 0.013378378378378),
            (10, 3, 0, 0.848484848484848, 0.151515151515152),
            (10, 3, 1, 1.098039215686275, 0.163398692810458),
        ],
    )
    def test_values_at_rest(self, n: int, r: int, ddof: float, variance: float, error: float) -> None:
        found = limits(recursion(ct.Weighted(real=r, weight=0.5), n, ddof))
        assert found == pytest.approx((variance, error), rel=5e-12)

    @pytest.mark.parametrize(
        ("share", "random", "fixed"),
        [
            (0.1, "0.0774907749077490775", "0.075"),
            (0.2, "0.0495283018867924528", "0.0477272727272727"),
            (0.5, "0.0270967741935484", "0.02625"),
        ],
    )
    def test_d1_by_chance_and_by_count(self, share: float, random: str, fixed: str) -> None:
        # D1 states the variance of a type of chance 0.3, p q = 0.21 times ours.
        for regime, value in ((ct.FreshMixture(share=share), random), (ct.Fresh(share=share), fixed)):
            error = recursion(regime, 10).squared_location_error.mean.limit
            assert 0.21 * error == pytest.approx(float(value), rel=1e-12)


class TestContaminated:
    ROUGH = ct.Detector(tpr=0.8, fpr=0.05)

    @pytest.mark.parametrize(
        ("n", "ddof", "options", "variance", "error"),
        [
            (20, 0, {"refill": False}, 0.686147440961185, 0.313852559038815),
            (20, 1, {"refill": False}, 1.311209008795619, 0.475458207882195),
            (20, 0, {"refill": False, "composition": "fixed"}, 0.714945103004472, 0.285054896995528),
            (20, 1, {"refill": False, "composition": "fixed"}, 1.280389832590253, 0.395173662321341),
            (20, 0, {"refill": True}, 0.915681792842011, 0.084318207157989),
            (20, 1, {"refill": True}, 1.060736196319018, 0.092791411042945),
            (100, 0, {"refill": False}, None, 0.063631053697928),
            (100, 0, {"refill": False, "composition": "fixed"}, None, 0.061758258350729),
            (100, 1, {"refill": False, "composition": "fixed"}, 1.043971299616011, 0.066119257381917),
            (1000, 0, {"refill": False}, None, 0.006361552242649),
            (1000, 0, {"refill": True}, None, 0.001748255789761),
        ],
    )
    def test_values_at_rest(
        self, n: int, ddof: float, options: dict[str, Any], variance: float | None, error: float
    ) -> None:
        found = limits(recursion(ct.Contaminated(ai_share=0.9, detector=self.ROUGH, **options), n, ddof))
        assert found[0] == pytest.approx(1 - error if variance is None else variance, rel=1e-11)
        assert found[1] == pytest.approx(error, rel=2e-10)


def test_every_own_regime_is_exported() -> None:
    assert set(OWN) <= set(regimes.named().values())
