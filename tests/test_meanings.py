"""The eight definitions of model collapse: verdicts against the theory, opposite ones side by side, how they show."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import mpmath
import pytest

import collapse_theory as ct
from collapse_theory import families, regimes
from collapse_theory.meanings import Meanings, Reading
from collapse_theory.meanings.gaussian import FAR, OWN, TO_MODEL, TO_SOURCE, W2
from collapse_theory.meanings.record import VERDICTS

MEAN: Any = "mean over runs"
RUN: Any = "one run"
ERROR, WORTH, VARIANCE = "squared error of the mean", "worth in real points", "variance"


def judged(ddof: float, regime: Any, n: int = 10, **asked: Any) -> Meanings:
    return ct.definitions(ct.Recursion(ct.Gaussian(ddof=ddof), regime, sample_size=n), **asked)


def reading(found: Meanings, number: int, what: str, over: Any = MEAN) -> Reading:
    (one,) = [one for one in found.numbered(number).readings if (one.what, one.over) == (what, over)]
    assert one.verdict == found.numbered(number).verdict(what, over)
    return one


# ----------------------------------------------------------------------------- the table definition × regime, Gaussian
SUBSAMPLE = ct.AccumulateSubsample(replacement=False)
COLUMNS = {
    "replace, ddof 0": (0, ct.Replace()),
    "replace, ddof 1": (1, ct.Replace()),
    "replace, ddof 2": (2, ct.Replace()),
    "accumulate, ddof 0": (0, ct.Accumulate()),
    "accumulate, ddof 1": (1, ct.Accumulate()),
    "accumulate, ddof 2": (2, ct.Accumulate()),
    "subsample, ddof 0": (0, SUBSAMPLE),
    "subsample, ddof 1": (1, SUBSAMPLE),
    "fresh, ddof 0": (0, ct.Fresh(real=5)),
    "fresh, ddof 1": (1, ct.Fresh(real=5)),
    "by chance, ddof 0": (0, ct.FreshMixture(share=0.5)),
    "golden, ddof 0": (0, ct.Golden(size=10)),
    "golden, ddof 1": (1, ct.Golden(size=10)),
}
KEPT = dict.fromkeys([name for name in COLUMNS if not name.startswith(("replace", "subsample"))], "no")
TABLE: dict[tuple[int, str, Any], dict[str, str]] = {
    (2, ERROR, MEAN): {
        **dict.fromkeys(COLUMNS, "yes"),
        **dict.fromkeys(("fresh, ddof 0", "fresh, ddof 1", "by chance, ddof 0"), "no"),
    },
    (3, TO_MODEL, MEAN): {
        **KEPT,
        **dict.fromkeys(("replace, ddof 0", "replace, ddof 1", "replace, ddof 2"), "yes"),
        "by chance, ddof 0": "unknown",
    },
    (3, TO_MODEL, RUN): {
        **KEPT,
        **dict.fromkeys(("replace, ddof 0", "replace, ddof 1", "replace, ddof 2"), "yes"),
        "subsample, ddof 0": "no",
    },
    (3, W2, MEAN): {
        **KEPT,
        "replace, ddof 0": "no",
        "replace, ddof 1": "yes",
        "replace, ddof 2": "yes",
        "subsample, ddof 0": "no",
        "subsample, ddof 1": "yes",
    },
    (3, W2, RUN): {
        **KEPT,
        "replace, ddof 0": "no",
        "replace, ddof 1": "no",
        "replace, ddof 2": "yes",
        "subsample, ddof 0": "no",
        "subsample, ddof 1": "unknown",
    },
    (4, VARIANCE, MEAN): {
        **KEPT,
        "replace, ddof 0": "yes",
        "replace, ddof 1": "no",
        "replace, ddof 2": "no",
        "subsample, ddof 0": "no",
        "subsample, ddof 1": "no",
    },
    (4, VARIANCE, RUN): {
        **KEPT,
        "replace, ddof 0": "yes",
        "replace, ddof 1": "yes",
        "replace, ddof 2": "no",
        "subsample, ddof 0": "no",
        "subsample, ddof 1": "unknown",
    },
    (5, "exponent in n at generation 10", MEAN): dict.fromkeys(COLUMNS, "no"),
    (7, OWN, RUN): {
        **KEPT,
        "replace, ddof 0": "yes",
        "replace, ddof 1": "yes",
        "replace, ddof 2": "no",
        "subsample, ddof 0": "no",
    },
    (7, "own-centre mass at generation 1", MEAN): {"replace, ddof 0": "no", "replace, ddof 1": "no"},
    (8, FAR, MEAN): {
        **dict.fromkeys(KEPT, "bounded"),
        **dict.fromkeys(("replace, ddof 0", "replace, ddof 1", "replace, ddof 2"), "yes"),
        "subsample, ddof 0": "bounded",
        "subsample, ddof 1": "unknown",
    },
}


@pytest.mark.parametrize("column", COLUMNS)
def test_the_table_of_definitions_and_regimes(column: str) -> None:
    found = judged(*COLUMNS[column])
    assert len(found) == 8
    assert found.numbered(1).summary == "needs a threshold"
    assert found.numbered(6).summary == "needs a mixture"
    wanted = {cell: row[column] for cell, row in TABLE.items() if column in row}
    assert {cell: reading(found, *cell).verdict for cell in wanted} == wanted


def test_opposite_verdicts_on_one_recursion() -> None:
    """The unbiased variance under replacement: five definitions are yes and no at the same time."""
    found = judged(1, ct.Replace())
    assert [meaning.number for meaning in found.disputed] == [3, 4, 5, 7, 8]
    assert found.numbered(3).summary == f"{W2}: yes in expectation, no in a run"
    assert found.numbered(4).summary == "variance: no in expectation, yes in a run"
    assert found.numbered(8).summary == f"{FAR}: yes in expectation, no in a run"
    assert reading(found, 4, "standard deviation").verdict == "yes"
    assert not judged(1, ct.Accumulate()).disputed


# ------------------------------------------------------------------------------------------------- numbers as evidence
@pytest.mark.parametrize(
    ("cell", "column", "n", "value"),
    [
        ((2, ERROR, MEAN), (0, ct.Accumulate()), 10, 1.56564142784406),
        ((2, WORTH, MEAN), (0, ct.Accumulate()), 10, 60 / math.pi**2),
        ((2, ERROR, MEAN), (0, SUBSAMPLE), 10, 10 * (1 - 0.738990985215830245)),
        ((2, WORTH, MEAN), (1, SUBSAMPLE), 10, 3.27853781572423),
        ((2, ERROR, MEAN), (0, ct.Fresh(real=10)), 100, 0.5025125628140704),
        ((2, ERROR, MEAN), (1, ct.Fresh(real=10)), 100, 0.55),
        ((2, ERROR, MEAN), (1, ct.Golden(size=10)), 90, 1.45),
        ((2, WORTH, MEAN), (0, ct.Weighted(real=10, weight=0.618033988749894848)), 20, 10 / 0.618033988749894848),
        ((2, ERROR, MEAN), (0, ct.Contaminated(ai_share=0.9)), 20, 2 * 0.216919739696312),
        ((3, W2, MEAN), (0, ct.Replace()), 10, 2.0),
        ((4, VARIANCE, MEAN), (0, ct.Accumulate()), 10, 0.843435857215593949),
        ((4, VARIANCE, MEAN), (1, ct.Fresh(real=1)), 7, 2.0),
        ((4, VARIANCE, RUN), (1, ct.Replace()), 10, -0.11520647041675),
        ((7, "own-centre mass at generation 1", MEAN), (1, ct.Replace()), 10, 0.00643134803229084),
        ((7, "own-centre mass at generation 1", MEAN), (0, ct.Replace()), 10, 0.00450850377494186),
    ],
    ids=str,
)
def test_the_evidence_is_the_number_of_the_theory(cell: Any, column: Any, n: int, value: float) -> None:
    assert reading(judged(*column, n=n), *cell).value == pytest.approx(value, rel=1e-9)


@pytest.mark.parametrize(("ddof", "value"), [(1, 0.0433498), (0, 0.0130149)])
def test_the_mass_far_outside_at_a_horizon(ddof: int, value: float) -> None:
    found = reading(judged(ddof, ct.Replace(), horizon=10), 8, FAR)
    assert found.value == pytest.approx(value, abs=6e-8)
    assert "at generation 10" in found.evidence


def test_a_threshold_decides_the_first_definition() -> None:
    """Accumulation costs 1.5656 times the error of one fit in the long run, at n = 10 and ddof = 0."""
    assert judged(0, ct.Accumulate(), rise=1.5).numbered(1).summary == "yes"
    assert judged(0, ct.Accumulate(), rise=1.6).numbered(1).summary == "no"
    early = judged(1, ct.Replace(), rise=10, horizon=9).numbered(1)
    assert [one.verdict for one in early.readings] == ["yes", "no"]
    assert [one.value for one in early.readings] == [math.inf, pytest.approx(9)]


def test_two_yardsticks_of_one_rise() -> None:
    """One fresh point in n at ddof = 2: known variance, better than that point; unknown variance, infinitely worse."""
    found = judged(2, ct.Fresh(real=1))
    assert reading(found, 2, WORTH).verdict == "no"
    assert reading(found, 2, ERROR).verdict == "yes"
    assert reading(found, 2, ERROR).value == math.inf
    equal = reading(judged(1, ct.Fresh(real=1)), 2, ERROR)
    assert (equal.verdict, equal.value) == ("no", pytest.approx(1))


def test_fresh_points_in_a_pool_are_counted_since_the_beginning() -> None:
    """n = 100, a tenth fresh: 100 M = 0.7736034811 at generation 100, which has 100 + 99 · 10 real points."""
    found = reading(judged(0, ct.AccumulateFresh(real=10), n=100), 2, ERROR)
    assert found.verdict == "yes"
    assert found.value == pytest.approx(0.007736034811 * 1090, rel=1e-9)


# --------------------------------------------------------------------------------------------- the law along growing n
def test_more_model_points_do_not_help_but_more_of_all_points_do() -> None:
    found = judged(0, ct.Fresh(real=2), n=8)
    assert reading(found, 5, "exponent in n, long run").verdict == "no"
    alone = reading(found, 5, "exponent in n, same real points")
    assert alone.verdict == "yes"
    assert alone.value == pytest.approx(0, abs=1e-4)


def test_the_long_run_forgets_n() -> None:
    """At ddof = 0 the error goes to the source's variance whatever n; at ddof = 1 it is infinite."""
    for ddof, value in ((0, 0.0), (1, math.inf)):
        late = reading(judged(ddof, ct.Replace()), 5, "exponent in n, long run")
        assert late.verdict == "yes"
        assert late.value == pytest.approx(value, abs=1e-12)


def test_the_exponent_against_fractions() -> None:
    """1 − (1 − 1/n)^10 doubles from n = 200 000 to 400 000 with this exponent."""
    before, after = (1 - (1 - Fraction(1, n)) ** 10 for n in (200_000, 400_000))
    found = reading(judged(0, ct.Replace()), 5, "exponent in n at generation 10")
    assert found.value == pytest.approx(math.log2(after / before), abs=1e-9)


# ------------------------------------------------------------------------------------------- the lemmas behind verdicts
@pytest.mark.parametrize("ddof", [0, 1])
@pytest.mark.parametrize("t", [1, 3, 20])
def test_the_wasserstein_distance_lies_between_its_moments(ddof: int, t: int) -> None:
    recursion = ct.Recursion(ct.Gaussian(ddof=ddof), ct.Replace(), sample_size=5)
    v, m = recursion.variance.mean(t), recursion.squared_location_error.mean(t)
    assert max(m, (1 - math.sqrt(v)) ** 2) <= recursion.wasserstein2_squared.mean(t) <= m + v + 1


@pytest.mark.parametrize("n", [4, 10])
def test_the_reciprocal_factors_of_a_pool_have_a_finite_product(n: int) -> None:
    """j²(E 1/R_j − 1) → 3/n by Laplace's transform, so that E 1/σ_t² stays bounded; a wrong 1/j would be seen."""

    def excess(j: int) -> float:
        rest = mpmath.mpf(j - 1) / j

        def integrand(s: Any) -> Any:
            return (
                mpmath.exp(-s * n * (j - 1)) * (1 + 2 * s) ** (-mpmath.mpf(n - 1) / 2) / mpmath.sqrt(1 + 2 * s * rest)
            )

        with mpmath.workdps(30):
            scale = mpmath.mpf(1) / (n * j)
            mean = n * j * mpmath.quad(integrand, [0, scale, 5 * scale, 20 * scale, 100 * scale])
        return float((mean - 1) * j**2)

    assert excess(400) == pytest.approx(3 / n, rel=0.02)
    assert excess(800) == pytest.approx(excess(400), rel=0.02)


def test_chebyshev_bounds_the_tail_that_is_known() -> None:
    recursion = ct.Recursion(ct.Gaussian(ddof=0), ct.Replace(), sample_size=10)
    assert recursion.tail_mass(3.0).mean(50) <= 1 / 9


# --------------------------------------------------------------------------------------------------- every recursion
def everything() -> list[ct.Recursion]:
    found = []
    for kind in regimes.named().values():
        for regime in kind.examples():
            for ddof in (0, 1, 2):
                found.append(ct.Recursion(ct.Gaussian(mean=3, sd=2, ddof=ddof), regime, sample_size=12))
    return found


@pytest.mark.parametrize("recursion", everything(), ids=repr)
def test_a_gaussian_in_every_regime(recursion: ct.Recursion) -> None:
    """Verdicts agree with the fate, hold no NaN, and do not depend on the units of the source."""
    found = ct.definitions(recursion, rise=10)
    standard = ct.definitions(
        ct.Recursion(ct.Gaussian(ddof=recursion.family.ddof), recursion.regime, sample_size=12),  # type: ignore[attr-defined]
        rise=10,
    )
    assert [(m.number, r.what, r.over, r.verdict) for m in found for r in m.readings] == [
        (m.number, r.what, r.over, r.verdict) for m in standard for r in m.readings
    ]
    assert not any(r.value is not None and math.isnan(r.value) for m in found for r in m.readings)
    assert all(r.verdict in VERDICTS and r.evidence for m in found for r in m.readings)
    try:
        fate = recursion.fate.verdict
    except ct.NoClosedForm:
        fate = "undecided"
    run = reading(found, 4, VARIANCE, RUN).verdict
    assert run == {"collapses": "yes", "undecided": "unknown"}.get(fate, "no")
    assert max(map(len, str(found).splitlines())) <= 100


@pytest.mark.parametrize("family", [one for kind in families.named().values() for one in kind.examples()[:2]], ids=repr)
def test_every_family_has_eight_rows(family: Any) -> None:
    found = ct.definitions(ct.Recursion(family, ct.Replace(), sample_size=12))
    assert [meaning.number for meaning in found] == [*range(1, 9)]
    assert all(meaning.readings for meaning in found)


@pytest.mark.parametrize(
    ("family", "number", "what", "verdict"),
    [
        (ct.MultivariateGaussian(ddof=0), 4, "trace", "yes"),
        (ct.MultivariateGaussian(ddof=1), 4, "trace", "no"),
        (ct.Exponential(ddof=0), 3, TO_MODEL, "yes"),
        (ct.LinearRegression(), 3, "excess risk", "yes"),
        (ct.KernelDensity(bandwidth=0.5), 4, "variance", "no"),
    ],
    ids=str,
)
def test_means_of_other_families_are_read(family: Any, number: int, what: str, verdict: str) -> None:
    found = ct.definitions(ct.Recursion(family, ct.Replace(), sample_size=12))
    assert reading(found, number, what).verdict == verdict
    assert found.numbered(7).readings[0].evidence == f"no reading is written for {type(family).__name__}"


def test_a_known_variance_stays() -> None:
    assert ct.definitions(ct.Recursion(ct.NormalMean(), ct.Replace(), sample_size=12)).numbered(4).summary == "no"


def test_words_die_while_their_mass_stays() -> None:
    words = ct.Categorical([0.4, 0.3, 0.15, 0.1, 0.05])
    found = ct.definitions(ct.Recursion(words, ct.Replace(), sample_size=10))
    assert reading(found, 3, TO_MODEL).verdict == "yes"
    assert found.numbered(3).verdict(TO_SOURCE, "every model") == "no"
    assert reading(found, 6, "types that can be given").verdict == "yes"
    tail = "mass of the types beyond rank 2"
    assert reading(found, 7, tail).value == pytest.approx(0.3)
    assert found.numbered(7).summary == f"{tail}: no in expectation, yes in a run"
    assert found.numbered(8).summary == "no"
    assert reading(found, 2, "squared distance").value == pytest.approx(10)


def test_counts_die_out_while_their_mean_stays() -> None:
    found = ct.definitions(ct.Recursion(ct.Poisson(0.5), ct.Replace(), sample_size=20))
    assert found.numbered(4).summary == "variance, the rate: no in expectation, yes in a run"
    assert found.numbered(6).summary == "needs a mixture"


def test_a_chain_loses_its_transitions() -> None:
    chain = ct.MarkovChain([[0.7, 0.3], [0.4, 0.6]])
    found = ct.definitions(ct.Recursion(chain, ct.Replace(), sample_size=20))
    assert reading(found, 3, "KL rate of source‖model").verdict == "yes"
    assert reading(found, 3, "KL rate of model‖source").verdict == "no"
    assert found.numbered(4).summary == "yes"
    assert reading(found, 7, "transitions left").verdict == "yes"
    assert found.numbered(8).summary == "no"


# ---------------------------------------------------------------------------------------------------------- samplings
HONEST_ONLY = ("worth in real points",)


def test_what_is_about_honest_draws_is_unknown_under_a_sampling() -> None:
    """The mean of the best scored grows without bound, the variance falls: no lemma of honest draws is left."""
    selected = ct.Recursion(
        ct.Gaussian(sd=2), ct.Replace(), sample_size=12, sampling=ct.TopFraction(0.5, score_noise=1.0)
    )
    verdicts = {reading.verdict for meaning in ct.definitions(selected, rise=2.0) for reading in meaning.readings}
    assert verdicts == {"unknown", "needs a mixture"}
    for sampling in (ct.Temperature(0.9), ct.BestOf(4), ct.HumanEdit(0.2, toward=ct.Gaussian(mean=3))):
        found = ct.definitions(ct.Recursion(ct.Gaussian(), ct.Fresh(real=5), sample_size=12, sampling=sampling))
        readings = [reading for meaning in found for reading in meaning.readings]
        assert [one.verdict for one in readings if one.what in HONEST_ONLY] == ["unknown"]
        assert not any("real points" in one.evidence and "bound" in one.evidence for one in readings)


def test_the_risk_scales_with_the_sampling_in_it() -> None:
    """Honest errors fall like 1/n; a correction from elsewhere is a bias that no n cures."""
    family, toward = ct.Gaussian(), ct.Gaussian(mean=3)
    edited = ct.Recursion(family, ct.Replace(), sample_size=12, sampling=ct.HumanEdit(0.2, toward=toward))
    readings = {one.what: one for one in ct.definitions(edited).numbered(5).readings}
    assert readings["exponent in n, long run"].verdict == "yes"
    assert readings["exponent in n, long run"].value == pytest.approx(0, abs=1e-3)


def test_a_sampling_may_invent_types() -> None:
    source, toward = ct.Categorical([0.5, 0.5, 0.0]), ct.Categorical([0.0, 0.5, 0.5])
    edited = ct.Recursion(source, ct.Replace(), sample_size=9, sampling=ct.HumanEdit(0.5, toward=toward))
    assert edited.probability_of(2).values(edited.simulate(3, 20, rng=0)).max() > 0, "so they do appear"
    (invented,) = ct.definitions(edited).numbered(8).readings
    assert invented.verdict == "unknown"
    (infinite,) = (one for one in ct.definitions(edited).numbered(3).readings if one.what == "KL(model‖source)")
    assert infinite.verdict == "unknown"
    honest = ct.definitions(ct.Recursion(source, ct.Replace(), sample_size=9)).numbered(8).readings
    assert [one.verdict for one in honest] == ["no"]
