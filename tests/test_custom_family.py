"""A family of one's own functions: every regime that works on points, the exact moments, and errors that name them."""

from __future__ import annotations

import pickle
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from error_budget import critical_z, z_of_mean
from every import REGIMES
from matplotlib import pyplot

import collapse_theory as ct
from collapse_theory import families
from collapse_theory.tableau.moments import exact_second_moments

Model = tuple[float, float]


def normal(model: Model, size: int, rng: np.random.Generator) -> Any:
    return rng.normal(model[0], model[1], size)


def moments(points: Any) -> Model:
    return float(points.mean()), float(points.std())


def weighted_moments(points: Any, weights: Any) -> Model:
    mean = np.average(points, weights=weights)
    return float(mean), float(np.sqrt(np.average((points - mean) ** 2, weights=weights)))


def variance(model: Model) -> float:
    return model[1] ** 2


def squared_error(model: Model) -> float:
    return model[0] ** 2


MEASURES = {"variance": variance, "squared_error": squared_error}
PLAIN = ct.CustomFamily(sample=normal, fit=moments, measures=MEASURES, source=(0.0, 1.0))
WEIGHTED = ct.CustomFamily(sample=normal, fit=weighted_moments, measures=MEASURES, source=(0.0, 1.0), weighted=True)


def custom(**other: Any) -> ct.CustomFamily:
    return ct.CustomFamily(**{"sample": normal, "fit": moments, "measures": MEASURES, "source": (0.0, 1.0), **other})


def loop(family: ct.CustomFamily, n: Any = 8, regime: ct.Regime | None = None) -> ct.Recursion:
    return ct.Recursion(family, ct.Replace() if regime is None else regime, sample_size=n)


def accepted(family: ct.CustomFamily) -> list[ct.Recursion]:
    found = []
    for regime in REGIMES:
        try:
            found.append(loop(family, 8, regime))
        except ct.NotDefined:
            continue
    return found


# -------------------------------------------------------------------------------------------------------- every regime
@pytest.mark.parametrize("recursion", accepted(WEIGHTED), ids=lambda one: repr(one.regime))
def test_one_s_own_normal_has_the_exact_moments_of_every_regime(recursion: ct.Recursion, seed: int) -> None:
    """Notices 10 % of the variance and 35 % of the squared error."""
    kept = [1, 2, 3]
    runs = recursion.simulate(3, 1500, rng=seed, keep=kept, workers=1)
    exact = exact_second_moments(recursion.regime, recursion.sizes, 0, 4)
    values = [runs.values(recursion.watch(name)) for name in MEASURES]
    for i in (0, 1):
        assert np.max(np.abs(z_of_mean(values[i], [float(exact[t][i]) for t in kept]))) < critical_z(7)
    wrong = exact_second_moments(recursion.regime, recursion.sizes, Fraction(1), 1)[1][0]
    assert np.abs(z_of_mean(values[0][:, :1], float(wrong)))[0] > critical_z(7)


def test_regimes_that_weigh_points_need_a_fit_that_takes_weights() -> None:
    plain, weighted = ({type(one.regime) for one in accepted(family)} for family in (PLAIN, WEIGHTED))
    assert weighted - plain <= {ct.Weighted}
    with pytest.raises(ct.NotDefined, match=r"weighs its points: give weighted=True .*: ct.Weighted"):
        loop(PLAIN, 8, ct.Weighted(real=2, weight=0.5))
    with pytest.raises(ct.NotDefined, match="carries the old model over"):
        loop(WEIGHTED, 8, ct.FineTune(rate=0.1, data="regenerated"))
    detector = ct.Detector(tpr=0.5, fpr=0.1, beyond=2.0, tail_fpr=0.5)
    with pytest.raises(ct.NotDefined, match="looks at the place of a point"):
        loop(WEIGHTED, 8, ct.Contaminated(ai_share=0.5, detector=detector, refill=False))


@pytest.mark.parametrize("recursion", accepted(PLAIN), ids=lambda one: repr(one.regime))
def test_without_weights_the_same_runs_come_out(recursion: ct.Recursion) -> None:
    other = replace(recursion, family=WEIGHTED)
    one, two = (each.simulate(3, 20, rng=1, keep="all").values(each.variance) for each in (recursion, other))
    assert one == pytest.approx(two, rel=1e-12)


def test_points_may_have_several_coordinates() -> None:
    """A plane: a mean and a covariance, whose expected trace falls by 1 − 1/n."""

    def sample(model: Any, size: int, rng: np.random.Generator) -> Any:
        return rng.multivariate_normal(*model, size=size)

    def fit(points: Any) -> Any:
        return points.mean(axis=0), np.cov(points.T, ddof=0)

    plane = ct.CustomFamily(
        sample=sample, fit=fit, measures={"trace": lambda m: m[1].trace()}, source=(np.zeros(2), np.eye(2))
    )
    for regime in (
        ct.Replace(),
        ct.Accumulate(),
        ct.FreshMixture(share=0.5),
        ct.AccumulateSubsample(replacement=False),
    ):
        runs = loop(plane, 6, regime).simulate(2, 30, rng=1, keep="all")
        traces = runs.values(runs.recursion.watch("trace"))
        assert np.all(traces[:, 0] == 2)
        assert np.all(traces > 0)
    assert loop(plane) == loop(plane)
    assert hash(plane) == hash(plane)


# ------------------------------------------------------------------------------------------------------ in every tool
def test_it_is_at_home_in_every_tool() -> None:
    recursion = loop(PLAIN, 10)
    assert repr(PLAIN) == (
        "ct.CustomFamily(sample=normal, fit=moments, measures={'variance': variance, 'squared_error': squared_error}, "
        "source=(0.0, 1.0))"
    )
    assert repr(WEIGHTED).endswith("source=(0.0, 1.0), weighted=True)")
    runs = recursion.simulate(5, 500, rng=1, keep="all")
    assert recursion.variance == recursion.watch("variance")
    assert recursion.variance.source_value == 1
    assert recursion.variance.mean.simulated(runs).values.shape == (6,)
    assert recursion.watch("squared_error").median.simulated(runs).values[0] == 0
    _, ax = pyplot.subplots()
    assert ct.plot(recursion.variance, runs, ax).lines
    pyplot.close("all")
    assert "by simulation" in recursion._repr_html_()
    assert {"variance", "watch"} <= {*dir(recursion)}
    assert "entropy" not in dir(recursion)
    with pytest.raises(ct.NotDefined, match="CustomFamily has no 'entropy'; it has squared_error, variance"):
        _ = recursion.entropy
    with pytest.raises(ct.NoClosedForm, match="simulated"):
        recursion.variance.mean(3)
    with pytest.raises(ct.NoClosedForm):
        _ = recursion.fate
    values = recursion.simulate(5, 500, rng=1, keep=ct.Values(recursion.variance, at=[1, 5]))
    assert values.values(recursion.variance).shape == (500, 2)
    summary = recursion.simulate(5, 500, rng=1, keep=ct.Summaries(recursion.variance))
    assert summary.mean(recursion.variance).values[0] == pytest.approx(values.values(recursion.variance)[:, 1].mean())
    compared = ct.compare(recursion, loop(PLAIN, 10, ct.Accumulate()), quantity="variance", rng=1)
    assert "variance" in str(compared)


def test_it_is_no_member_of_the_named_families() -> None:
    assert ct.CustomFamily not in families.named().values()
    assert ct.CustomFamily.examples() == ()


def test_a_quantity_of_a_known_name_is_one_s_own() -> None:
    """Not the package's of that name: no argument, and no claim that its tail is light."""
    family = custom(measures={"entropy": lambda model: np.exp(20 * model[0]), "tail_mass": lambda model: model[0]})
    recursion = loop(family, 4)
    runs = recursion.simulate(3, 200, rng=1)
    with pytest.raises(ct.Unseeable, match="one run holds"):
        recursion.entropy.mean.simulated(runs)
    assert recursion.entropy.median.simulated(runs).values[0] > 0
    assert recursion.watch("tail_mass").values(runs).shape == (200, 1)
    with pytest.raises(ValueError, match="tail_mass takes 0 arguments"):
        recursion.tail_mass(2)


def test_runs_are_the_same_for_any_workers() -> None:
    recursion = loop(PLAIN, 400)
    one, two = (recursion.simulate(2, 1200, rng=3, workers=workers).values(recursion.variance) for workers in (1, 2))
    assert np.array_equal(one, two)
    with ProcessPoolExecutor(1) as pool:
        elsewhere = recursion.simulate(2, 1200, rng=3, executor=pool)
    assert np.array_equal(elsewhere.values(recursion.variance), one)
    assert pickle.loads(pickle.dumps(recursion)) == recursion


def test_models_are_kept_as_they_are_and_not_written(tmp_path: Any) -> None:
    recursion = loop(PLAIN)
    runs = recursion.simulate(2, 5, rng=1, keep="all")
    assert runs.states[0].shape == (5, 3)
    assert runs.states[0][0, 0] == (0.0, 1.0)
    with pytest.raises(ValueError, match=r"ct.CustomFamily\(sample=normal, .*\) cannot be written to a file"):
        runs.save(tmp_path / "runs.npz")
    arrays = custom(
        sample=lambda m, size, rng: rng.normal(m[0], m[1], size),
        fit=lambda x: np.array(moments(x)),
        source=np.array([0.0, 1.0]),
    )
    kept = loop(arrays).simulate(2, 5, rng=1, keep="all")
    assert kept.values(kept.recursion.variance) == pytest.approx(runs.values(recursion.variance))
    with pytest.raises(ct.MemoryBudgetExceeded, match="bytes"):
        recursion.simulate(2, 10**6, rng=1, keep="all", max_bytes=10**6)


# ------------------------------------------------------------------------------------------------- errors by their name
def fails(points: Any) -> Model:
    if points.std() < 0.9:
        raise ZeroDivisionError("no spread")
    return moments(points)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"fit": fails}, r"fit = fails, of generation [1-5], raised ZeroDivisionError: no spread"),
        ({"fit": lambda x: None}, r"fit = .*<lambda>, of generation 1, returned None in place of a model"),
        (
            {"sample": lambda model, size, rng: rng.normal(size=size - 1)},
            r"sample = .*<lambda>, from the model of generation 0, returned array\(.* in place of 8 points",
        ),
        ({"sample": lambda model, size, rng: 3.0}, r"returned 3.0 in place of 8 points"),
        ({"sample": lambda model, size: None}, r"from the model of generation 0, raised TypeError: .*2 positional arg"),
    ],
)
def test_functions_that_go_wrong_are_named(changed: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        loop(custom(**changed)).simulate(5, 20, rng=1)


@pytest.mark.parametrize(
    ("returned", "shown"),
    [
        (float("nan"), "nan"),
        (np.array([1.0]), r"array\(\[1\.\]\)"),
        (np.ones(2), r"array\(\[1\., 1\.\]\)"),
        ("1.0", "'1.0'"),
        (None, "None"),
        (1 + 2j, r"\(1\+2j\)"),
        ([1], r"\[1\]"),
    ],
)
def test_a_measure_that_is_no_number_is_named(returned: Any, shown: str) -> None:
    family = custom(measures={"odd": lambda model: model[0] if model[0] > 0 else returned})
    recursion = loop(family)
    runs = recursion.simulate(3, 20, rng=1, keep=[1, 3])
    with pytest.raises(ValueError, match=rf"measures\['odd'\] = .*<lambda>, at generation [13], returned {shown} "):
        runs.values(recursion.watch("odd"))
    with pytest.raises(ValueError, match=r"at generation 2, returned"):
        recursion.simulate(3, 20, rng=1, keep=ct.Values(recursion.watch("odd"), at=[2]))


def test_a_measure_that_raises_is_named() -> None:
    recursion = loop(custom(measures={"odd": lambda model: 1 / 0}))
    with pytest.raises(ValueError, match=r"measures\['odd'\] = .*, at generation 2, raised ZeroDivisionError"):
        recursion.watch("odd").values(recursion.simulate(2, 3, rng=1))


def test_numbers_of_every_kind_are_numbers() -> None:
    kinds = {
        "flag": lambda m: m[1] > 0,
        "count": lambda _: 3,
        "end": lambda _: np.inf,
        "small": lambda _: np.float32(2),
    }
    recursion = loop(custom(measures=kinds))
    runs = recursion.simulate(1, 4, rng=1)
    found = {name: runs.values(recursion.watch(name))[0, 0] for name in kinds}
    assert found == {"flag": 1.0, "count": 3.0, "end": np.inf, "small": 2.0}
    with pytest.raises(OverflowError):
        recursion.watch("end").mean.simulated(runs)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"sample": 3}, "sample = 3 is outside its domain: a function"),
        ({"fit": None}, "fit = None is outside its domain: a function"),
        ({"source": None}, "source = None is outside its domain"),
        ({"measures": {}}, r"measures = \{\} is outside its domain: functions of a model by name, at least one"),
        ({"measures": [variance]}, "measures = .* is outside its domain"),
        ({"measures": {"the sd": variance}}, "the name 'the sd', outside its domain: a word"),
        ({"measures": {"sd": 1}}, r"measures\['sd'\] = 1 is outside its domain: a function of a model"),
        ({"weighted": 1}, "weighted = 1 is outside its domain: True or False"),
    ],
)
def test_what_is_no_function_is_refused(changed: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        custom(**changed)


def test_families_of_the_same_functions_are_the_same() -> None:
    assert custom() == PLAIN
    assert hash(custom()) == hash(PLAIN)
    assert custom(source=(1.0, 1.0)) != PLAIN
    assert custom(weighted=True) != PLAIN
    assert custom(measures={"variance": variance}) != PLAIN
    array = np.zeros(2)
    assert custom(source=array) == custom(source=array)
    assert custom(source=array) != custom(source=np.zeros(2))
    assert PLAIN != "a family"
