"""Limits against what the curves do at large t, for constant, slowly and quickly growing sample sizes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from every import BASIC, REGIMES, cover, possible

import collapse_theory as ct

GENERATIONS = {
    ("closed form", True): (10**6, 10**7),
    ("closed form", False): (500, 5_000),
    ("recurrence", True): (500, 2_000),
    ("recurrence", False): (500, 2_000),
    ("exact numeric", True): (10**5, 10**6),
}
"""Two generations to compare, by the road and by whether the sample size is constant: what each road can afford."""


def curves(recursion: ct.Recursion) -> Any:
    """All exact curves of a recursion, with their limits where known."""
    for name in recursion.family.measures:
        quantity = recursion.watch(name, *recursion.defined(name).typical)
        for curve in (quantity.mean, quantity.std, quantity.median):
            try:
                yield curve, curve.theorem.road, float(curve.limit)
            except ct.NoClosedForm:
                continue


def limits(recursion: ct.Recursion) -> set[tuple[str, str]]:
    """Means, standard deviations and medians of quantities whose limit an exact theorem tells."""
    return {
        (recursion.family.roles.get(theorem.quantity, theorem.quantity), theorem.statistic)
        for theorem in recursion.theorems
        if theorem.limit and theorem.exact and theorem.statistic in ("mean", "std", "median")
    }


def fewest(recursion: ct.Recursion) -> int:
    """How many of these have a closed limit at least: of a density's moments in many regimes none but the location."""
    if recursion.sizes.constant:
        return 1 if isinstance(recursion.family, ct.KernelDensity) else 2
    return 0 if recursion.sizes.reciprocal_sum_converges else 1


def value(curve: Any, t: int) -> float:
    try:
        return float(curve(t))
    except OverflowError:
        return np.inf


GROWING = [ct.schedules.power(10, 1), ct.schedules.power(10, 2)]
BASIC_DATA = [regime for regime in REGIMES if isinstance(regime, BASIC)]


@pytest.mark.parametrize("recursion", cover([*possible([10]), *possible(GROWING, data=BASIC_DATA)]), ids=repr)
def test_a_curve_goes_to_its_limit(recursion: ct.Recursion) -> None:
    constant = recursion.sizes.constant
    found = 0
    for curve, road, limit in curves(recursion):
        if (road, constant) not in GENERATIONS:
            continue  # the clock Σ 1/n_t of growing sizes is too slow for a road of so few generations
        early, late = GENERATIONS[road, constant]
        if recursion.tableau.accumulation:
            early, late = 50, 200
        before, after = value(curve, early), value(curve, late)
        found += 1
        if np.isinf(limit):
            assert after == limit or np.sign(after - before) == np.sign(limit), (curve, before, after)
        else:
            assert abs(after - limit) <= abs(before - limit) + 1e-12 * max(1.0, abs(limit)), (curve, before, after)
    assert found >= min(fewest(recursion), len(limits(recursion)))


def test_quickly_growing_sizes_have_no_closed_limit() -> None:
    recursion = ct.Recursion(ct.Gaussian(), ct.Replace(), sample_size=ct.schedules.power(10, 2))
    for quantity in (recursion.wasserstein2_squared, recursion.kl_model_source, recursion.kl_source_model):
        for curve in (quantity.mean, quantity.std):
            with pytest.raises(ct.NoClosedForm, match=r"(use|evaluate at) large t"):
                _ = curve.limit
            assert np.isfinite(curve(50))
    with pytest.raises(ct.NoClosedForm):
        _ = recursion.log_variance.std.limit


def test_the_mean_sd_stays_and_its_std_has_a_finite_limit_at_ddof_one() -> None:
    recursion = ct.Recursion(ct.Gaussian(sd=2, ddof=1), ct.Replace(), sample_size=10)
    assert recursion.sd.std.limit == 2
    assert recursion.sd.std(10**5) == pytest.approx(2, rel=1e-12)


@pytest.mark.parametrize("n", [2, 10, 1000, 10**6])
def test_rounding_does_not_decide_a_limit(n: int) -> None:
    recursion = ct.Recursion(ct.Gaussian(sd=2, ddof=1), ct.Replace(), sample_size=n)
    assert recursion.sd.std.limit == 2
    assert recursion.variance.mean.limit == 4


@pytest.mark.parametrize(("n", "ddof", "limit"), [(10**9, 2, np.inf), (10**9, 1.9999999999, np.inf), (2**53, 1, 0.0)])
def test_limits_and_fate_tell_the_same_at_the_largest_samples(n: int, ddof: float, limit: float) -> None:
    recursion = ct.Recursion(ct.Gaussian(ddof=ddof), ct.Replace(), sample_size=n)
    assert recursion.fate.verdict == ("explodes" if limit else "collapses")
    assert recursion.variance.median.limit == limit
    assert recursion.log_variance.mean.limit == (np.inf if limit else -np.inf)


def test_at_the_critical_divisor_nothing_drifts() -> None:
    recursion = ct.Recursion(ct.Gaussian(ddof=ct.critical_ddof(10)), ct.Replace(), sample_size=10)
    assert recursion.fate.verdict == "wanders"
    assert recursion.log_variance.mean.limit == 0
    assert recursion.own_tail_mass(2).mean.limit == 0.5


def test_accumulation_with_a_far_negative_divisor_is_the_product_of_its_factors() -> None:
    for ddof, n in ((-1000, 10), (-100, 2), (-30, 2)):
        recursion = ct.Recursion(ct.Gaussian(ddof=ddof), ct.Accumulate(), sample_size=n)
        j = np.arange(2, 201)
        product = (n - 1) / (n - ddof) * np.cumprod(1 - 1 / (j * (n * j - ddof)))
        assert recursion.variance.mean(j) == pytest.approx(product, rel=1e-11)


def test_a_posterior_refit_of_two_points_has_no_mean_location() -> None:
    recursion = ct.Recursion(ct.Gaussian(estimator="posterior"), ct.Replace(), sample_size=2)
    with pytest.raises(ct.NoClosedForm):
        recursion.location.mean(1)
    assert recursion.location.median(1) == 0


def test_slowly_growing_samples_at_ddof_two_explode_and_faster_ones_wander() -> None:
    slow, fast, border = (
        ct.Recursion(ct.Gaussian(ddof=2), ct.Replace(), sample_size=ct.schedules.power(10, p))
        for p in (0.1, 0.4, 1 / 3)
    )
    assert slow.fate.verdict == "explodes"
    assert slow.variance.quantile(0.1).limit == np.inf
    assert slow.own_tail_mass(2).mean.limit == 1
    early, late = (slow.log_variance.mean(t) / slow.log_variance.std(t) for t in (10**4, 10**6))
    assert late > 1.5 * early, "drift against noise grows"
    assert fast.fate.verdict == "wanders"
    assert fast.log_variance.mean.limit == np.inf
    early, late = (fast.log_variance.mean(t) / fast.log_variance.std(t) for t in (10**4, 10**6))
    assert late < early
    with pytest.raises(ct.NoClosedForm, match="no theorem decides"):
        _ = border.fate
