"""The atlas: complete, true, and asked for by class, member or name, also by a stranger."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import product
from typing import Any, ClassVar

import pytest
from every import FAMILIES, REGIMES
from test_house import Coin, Echo, Walk

import collapse_theory as ct
from collapse_theory import families, regimes, schedules, theorem_atlas
from collapse_theory.errors import NotDefined
from collapse_theory.naming import by_name
from collapse_theory.theorem import ROADS, Theorem
from collapse_theory.theorem_atlas import Atlas
from collapse_theory.theorem_atlas.rows import CORE
from collapse_theory.theorem_atlas.survey import SIZES

GROWING = schedules.power(12, 1.5)
"""A sample size that the atlas does not try."""


@pytest.fixture(scope="module")
def whole() -> Atlas:
    return ct.atlas()


@dataclass(frozen=True, repr=False)
class Shy(Coin):
    """A coin that refuses all sample sizes when it is fair."""

    tag: ClassVar[str] = "<b>shy & fair</b>"

    def check(self, sizes: schedules.Schedule, last: int = 20) -> None:
        if self.chance == 0.5:
            raise ValueError(f"chance = {self.tag} is refused")


@dataclass(frozen=True, repr=False)
class Impossible(Coin):
    """A coin that goes with nothing."""

    def check(self, sizes: schedules.Schedule, last: int = 20) -> None:
        if sizes.constant:
            raise ValueError("size <n> is refused")
        raise NotDefined("coins & such have no path")


@pytest.fixture(scope="module")
def everywhere() -> list[tuple[str, str, ct.Recursion]]:
    """Every recursion of the examples that exists, under the names of family and regime."""
    found = []
    for family, regime, size in product(FAMILIES, REGIMES, SIZES):
        (kind,), (data,) = by_name(type(family)), by_name(type(regime))
        with suppress(ValueError, NotDefined):
            found.append((kind, data, ct.Recursion(family, regime, sample_size=size)))
    return found


def name_of(theorem: Theorem, family: ct.Family) -> str:
    return family.roles.get(theorem.quantity, theorem.quantity)


# ------------------------------------------------------------------------------------------------------- completeness
Settings = Sequence[tuple[str, str, ct.Recursion]]


def test_every_theorem_that_holds_for_an_example_is_there(whole: Atlas, everywhere: Settings) -> None:
    there = {(row.family, row.regime, row.quantity, way.theorem) for row in whole for way in row.ways}
    for family, regime, recursion in everywhere:
        for theorem in recursion.theorems:
            assert (family, regime, name_of(theorem, recursion.family), theorem) in there, (recursion, theorem)


def test_every_theorem_that_is_there_holds(whole: Atlas, everywhere: Settings) -> None:
    held: dict[tuple[str, str], set[tuple[str, Theorem]]] = {}
    for family, regime, recursion in everywhere:
        found = held.setdefault((family, regime), set())
        found |= {(name_of(theorem, recursion.family), theorem) for theorem in recursion.theorems}
    for row in whole:
        assert {(row.quantity, way.theorem) for way in row.ways} <= held[row.family, row.regime]


def test_every_quantity_of_every_family_is_in_every_regime_that_is_defined(whole: Atlas) -> None:
    there = {(row.family, row.regime, row.quantity, row.statistic) for row in whole}
    assert len(there) == len(whole), "no row twice"
    assert {(pair.family, pair.regime) for pair in whole.pairs} == set(product(families.named(), regimes.named()))
    for pair in whole.pairs:
        kind = families.named()[pair.family]
        quantities = {(pair.family, pair.regime, q, s) for q in (*kind.measures, *kind.times) for s in CORE}
        assert (quantities <= there) if pair.defined else not (quantities & there), pair


def test_a_pair_is_defined_where_a_recursion_exists(whole: Atlas, everywhere: Settings) -> None:
    exist = {(family, regime) for family, regime, _ in everywhere}
    assert {(pair.family, pair.regime) for pair in whole.pairs if pair.defined} == exist
    assert all(pair.reason for pair in whole.undefined)


@pytest.mark.deep
def test_the_ways_are_those_that_a_curve_knows(whole: Atlas, everywhere: Settings) -> None:
    """Two roads: the rows, and what mean, std, median, quantile and distribution of a recursion say themselves."""
    cells: dict[tuple[str, str, str, str], set[Theorem]] = {
        (row.family, row.regime, row.quantity, row.statistic): {way.theorem for way in row.ways} for row in whole
    }
    known: dict[tuple[str, str, str, str], set[Theorem]] = {}
    for family, regime, recursion in everywhere:
        for name in recursion.family.measures:
            quantity = recursion.watch(name, *recursion.defined(name).typical)
            statistics = {
                "mean": quantity.mean,
                "std": quantity.std,
                "median": quantity.median,
                "quantile": quantity.quantile(0.1),
                "distribution": quantity.distribution,
            }
            for statistic, curve in statistics.items():
                known.setdefault((family, regime, name, statistic), set()).update(curve.theorems)
    assert len(known) > 500
    assert all(cells[key] == theorems for key, theorems in known.items())


def test_what_the_atlas_says_of_an_example_is_so(whole: Atlas) -> None:
    """A theorem that is said to need one sample size does not hold for another that grows."""
    limited = {
        (row.family, row.regime, way.examples[0], way.regimes[0], way.theorem)
        for row in whole
        for way in row.ways
        if way.sizes.startswith("one sample size")
    }
    assert len(limited) > 50
    for family, regime, member, data, theorem in limited:
        example = families.named()[family].examples()[member - 1]
        try:
            growing = ct.Recursion(example, regimes.named()[regime].examples()[data - 1], sample_size=GROWING)
        except ValueError:  # a share of a growing sample need not be a whole number
            continue
        assert not theorem.holds(growing), (growing, theorem)


def test_the_number_of_an_example_is_its_place(whole: Atlas) -> None:
    for name, kind in (*families.named().items(), *regimes.named().items()):
        assert whole.examples(name) == tuple(map(repr, kind.examples()))
    pairs = {(pair.family, pair.regime): pair for pair in whole.pairs}
    for row in whole:
        for way in row.ways:
            refused = {number for number, _ in pairs[row.family, row.regime].refused_regimes}
            assert way.every_regime is (len(way.regimes) == len(whole.examples(row.regime)) - len(refused))
            assert not refused & {*way.regimes}
            assert {*way.examples} <= {*range(1, len(whole.examples(row.family)) + 1)}
    conserved = [
        way for row in whole if row.family == "gaussian" and row.statistic == "conservation" for way in row.ways
    ]
    assert {whole.examples("gaussian")[n - 1] for way in conserved for n in way.examples} == {
        "ct.Gaussian(mean=1, sd=2, ddof=0)"
    }


def test_known_facts() -> None:
    rows = {(row.quantity, row.statistic): row for row in ct.atlas("gaussian", "replace")}
    assert rows["variance", "mean"].roads[0] == "closed form"
    assert rows["variance", "median"].roads[0] == "exact numeric"
    assert rows["total_variation", "mean"].roads == ("asymptotic: small t/n", "simulation")
    assert rows["total_variation", "std"].roads == ("simulation",)
    assert rows["total_variation", "std"].titles == ()
    assert rows["time_until_sd_below", "mean"].ways == rows["time_until_sd_below", "distribution"].ways
    assert rows["log_variance", "growth_rate"].sources == ("shumailov2024, Theorem 3.1; docs/theory/replace",)
    assert {row.sampling for row in rows.values()} == {"honest"}


def test_exact_roads_come_first_and_the_cheapest_first(whole: Atlas) -> None:
    for row in whole:
        order = [(not way.theorem.exact, ROADS.index(way.theorem.road)) for way in row.ways]
        assert order == sorted(order)
        assert row.ways == (*row.exact, *row.approximations)
        assert len(row.titles) == len(row.conditions) == len(row.sources) == len(row.ways)
        assert ("simulation" in row.roads) is (row.statistic in CORE and not row.exact)


def test_it_builds_few_recursions(monkeypatch: pytest.MonkeyPatch) -> None:
    """The cost of the atlas is in recursions that are built and asked for their theorems."""
    built = 0

    def counted(*arguments: Any, **given: Any) -> ct.Recursion:
        nonlocal built
        built += 1
        return ct.Recursion(*arguments, **given)

    monkeypatch.setattr(theorem_atlas.survey, "Recursion", counted)
    ct.atlas("poisson")
    members, data = len(ct.Poisson.examples()), [len(kind.examples()) for kind in regimes.named().values()]
    assert built <= 1.5 * members * sum(2 * examples + 2 for examples in data)


# ------------------------------------------------------------------------------------------------------------ filters
@pytest.mark.parametrize("family", ["gaussian", "Gaussian", ct.Gaussian])
@pytest.mark.parametrize("regime", ["fresh-mixture", "fresh_mixture", "FreshMixture", ct.FreshMixture])
def test_classes_and_names_are_the_same(family: Any, regime: Any) -> None:
    found = ct.atlas(family, regime, "sd", "growth_rate")
    assert [(row.family, row.regime, row.quantity, row.statistic) for row in found] == [
        ("gaussian", "fresh-mixture", "sd", "growth_rate")
    ]


def test_a_member_stands_for_itself() -> None:
    maximum_likelihood = ct.atlas(ct.Gaussian(ddof=0), ct.Fresh(real=3))
    assert maximum_likelihood.examples("gaussian") == (repr(ct.Gaussian(ddof=0)),)
    assert maximum_likelihood.examples("fresh") == ("ct.Fresh(real=3)",)
    assert "conservation" in {row.statistic for row in maximum_likelihood}
    assert "conservation" not in {row.statistic for row in ct.atlas(ct.Gaussian(ddof=1), "fresh")}


def test_a_role_is_the_quantity_of_each_family() -> None:
    spread = ct.atlas(regime="accumulate", quantity="spread", statistic="mean")
    assert {row.family: row.quantity for row in spread} == {
        "gaussian": "variance",
        "multivariate-gaussian": "trace",
        "categorical": "gini_simpson",
        "gaussian-mixture": "variance",
    }


def test_a_quantity_is_asked_for_by_itself() -> None:
    rate = ct.Recursion(ct.Poisson(2), ct.Replace(), sample_size=12).rate
    assert ct.atlas(quantity=rate) == ct.atlas(quantity="rate")
    assert {row.family for row in ct.atlas(quantity=rate)} == {"poisson"}


def test_a_filter_takes_rows_away_and_changes_none(whole: Atlas) -> None:
    assert ct.atlas("poisson").rows == tuple(row for row in whole if row.family == "poisson")
    rates = tuple(row for row in whole if row.quantity == "rate" and row.statistic == "median")
    assert ct.atlas(quantity="rate", statistic="median").rows == rates


@pytest.mark.parametrize(
    ("wanted", "message"),
    [
        (
            {"family": "cauchy"},
            r"family = 'cauchy' is outside its domain: a Family, or one of 'gaussian', 'multivariate-gaussian', ",
        ),
        ({"family": ct.Family}, r"family = <class .*Family'> is outside its domain: a Family, or one of"),
        ({"family": ct.Replace}, r"family = <class .*Replace'> is outside its domain: a Family, or one of"),
        ({"regime": "hoard"}, r"regime = 'hoard' is outside its domain: a Regime, or one of 'replace', 'accumulate'"),
        ({"regime": ct.Gaussian()}, r"regime = ct\.Gaussian\(.*\) is outside its domain: a Regime"),
        ({"quantity": "beauty"}, r"quantity = 'beauty' is outside its domain: one of 'variance', .*'spread'"),
        ({"quantity": 3}, r"quantity = 3 is outside its domain: one of"),
        ({"family": "poisson", "quantity": "variance"}, r"quantity = 'variance' is .* one of 'rate', 'survival'"),
        (
            {"family": "gaussian", "regime": "replace", "statistic": "mode"},
            r"statistic = 'mode' is outside its domain: one of 'mean', 'std', .*'growth_rate'",
        ),
        ({"family": "poisson", "statistic": "slope"}, r"statistic = 'slope' is outside its domain: one of 'mean'"),
        ({"family": "poisson", "statistic": 1}, r"statistic = 1 is outside its domain"),
        (
            {"sampling": "greedy"},
            r"sampling = 'greedy' is outside its domain: a Sampling, or one of 'honest', .*'every'",
        ),
        ({"sampling": ct.Sampling}, r"sampling = <class .*Sampling'> is outside its domain: a Sampling, or one of"),
    ],
)
def test_bad_names_list_what_exists(wanted: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        ct.atlas(**wanted)


# ---------------------------------------------------------------------------------------------------------- strangers
@pytest.mark.parametrize("regime", [None, Echo])
def test_a_stranger_is_asked_for_by_class(regime: Any) -> None:
    coin, walk = ct.atlas(Coin, regime), ct.atlas(Walk, regime)
    assert {*coin.regimes} == ({*regimes.named()} if regime is None else {"echo"})
    means = [row for row in coin if row.statistic == "mean"]
    assert len(means) == 2 * sum(pair.defined for pair in coin.pairs) > 0
    assert all(row.exact for row in means), "inherited in every regime"
    assert {row.quantity for row in walk} == {"edge_count", "self_transition", "speed", "absorption_time"}
    assert {row.roads for row in walk} == {("simulation",)}
    assert "by simulation only: edge_count, self_transition, speed, absorption_time" in walk.text(layout="details")
    assert all("walk" in shown for shown in (walk.text(), walk._repr_html_()))


@dataclass(frozen=True, repr=False)
class Particular(ct.Regime):
    """A regime like replacement for samples that are large enough."""

    least: int = 2

    def check(self, sizes: schedules.Schedule) -> None:
        if sizes(1) < self.least:
            raise ValueError(f"least = {self.least} is above the sample size")

    def step(self, t: Any, sizes: schedules.Schedule) -> ct.Step:
        return ct.Step(drawn=(0, sizes(t)), weight=(0, 1))

    @classmethod
    def examples(cls) -> tuple[Particular, ...]:
        return (cls(), cls(100), cls(10**7))


def test_an_example_that_needs_a_large_sample_is_found() -> None:
    found = ct.atlas(Coin, Particular)
    assert found.pairs[0].refused_regimes == ((3, "least = 10000000 is above the sample size"),)
    assert found.pairs[0].reason == "not for regime example 3: least = 10000000 is above the sample size"
    (mean,) = (row for row in found if (row.quantity, row.statistic) == ("variance", "mean"))
    assert (1, 2) in {way.regimes for way in mean.ways}
    assert "regime example 3" in found.text(layout="details")


def test_an_example_that_is_refused_is_named() -> None:
    pair = ct.atlas(Shy, "replace").pairs[0]
    assert (pair.defined, pair.refused) == (True, ((2, f"chance = {Shy.tag} is refused"),))
    assert pair.reason == f"not for family example 2: chance = {Shy.tag} is refused"
    assert all(way.every_example and way.examples == (1,) for row in ct.atlas(Shy, "replace") for way in row.ways)


@pytest.mark.parametrize("layout", ["overview", "details"])
def test_what_is_not_defined_says_why(layout: Any) -> None:
    found = replace(ct.atlas(Impossible, "replace"), layout=layout)
    assert len(found) == 0
    assert [pair.reason for pair in found.undefined] == ["coins & such have no path"]
    assert "not defined: coins & such have no path" in str(found)
    assert "not defined: coins &amp; such have no path" in found._repr_html_()
    (line,) = found.to_dataframe().to_dict("records")
    assert (line["family"], line["regime"], line["road"]) == ("impossible", "replace", "not defined")
    assert line["conditions"] == "coins & such have no path"
    assert found.to_dict()["pairs"] == [
        {
            "family": "impossible",
            "regime": "replace",
            "sampling": "honest",
            "defined": False,
            "reason": "coins & such have no path",
        }
    ]
