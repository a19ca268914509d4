"""The atlas shown: readable on a terminal, in a notebook, as plain data and from the command line."""

from __future__ import annotations

import io
import json
import re
import sys
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pandas
import pytest
from command import complaint, run
from rich.console import Console

import collapse_theory as ct
from collapse_theory import families, regimes, theorem_atlas
from collapse_theory import sampling as samplings
from collapse_theory.theorem import Theorem
from collapse_theory.theorem_atlas import Atlas, Pair, Row, Way
from collapse_theory.theorem_atlas.rows import CORE, answered, ordered, ranges
from collapse_theory.theorem_atlas.survey import SIZES, in_words


@pytest.fixture(scope="module")
def whole() -> Atlas:
    return ct.atlas()


# ----------------------------------------------------------------------------------------------------------- the parts
def test_ranges() -> None:
    assert ranges([1, 2, 3, 5, 7, 8]) == "1–3, 5, 7, 8"
    assert ranges([4]) == "4"


def test_sizes_in_words() -> None:
    small, slow, large, fast = range(len(SIZES))
    assert in_words({small, large, slow, fast}, {small, large, slow, fast}) == ""
    assert in_words({small, large}, {small, large, slow, fast}) == "one sample size"
    assert in_words({small}, {small, large, slow, fast}) == "one sample size, not n_t = 1 000 000"
    assert in_words({slow, fast}, {small, large, slow, fast}) == "samples that grow"
    assert in_words({fast}, {small, slow, fast}) == "samples that grow, not n_t = power(12, 1)"
    assert in_words({small, slow}, {small, slow, fast}) == "not n_t = geometric(12, 2)"
    assert in_words({small, large}, {small, large}) == ""


def a_theorem(**fields: Any) -> Theorem:
    given = {
        "title": "<i>title & more</i>",
        "quantity": "variance",
        "statistic": "distribution",
        "road": "asymptotic",
        "statement": "a < b & c",
        "conditions": "n > 1 & t < n",
        "source": "<source>",
        "accuracy": "<5 %",
        "holds": lambda setting: True,
        "value": lambda setting, t: t,
    }
    return Theorem(**{**given, **fields})


def a_way(theorem: Theorem) -> Way:
    return Way(theorem, examples=(1,), every_example=True, regimes=(1,), every_regime=True)


def test_which_statistics_a_theorem_answers() -> None:
    assert answered(a_theorem(statistic="mean"), time=False) == ("mean",)
    assert answered(a_theorem(), time=True) == CORE
    assert answered(a_theorem(), time=False) == ("median", "quantile", "distribution")
    assert answered(a_theorem(road="bound"), time=False) == ("distribution",)


def test_the_order_of_ways() -> None:
    roads = ["asymptotic", "bound", "exact numeric", "closed form"]
    ways = [a_way(a_theorem(road=road)) for road in roads]
    assert [way.theorem.road for way in ordered(ways, "distribution")] == [*reversed(roads[2:]), "bound", "asymptotic"]


# -------------------------------------------------------------------------------------------------------------- shown
class Tags(HTMLParser):
    """Checks that tags nest."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: set[str] = set()

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.seen.add(tag)
        if tag not in ("br", "wbr"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.mark.parametrize("layout", ["overview", "details"])
@pytest.mark.parametrize("width", [60, 80, 100, 140])
def test_no_line_is_wider_than_the_terminal(whole: Atlas, layout: Any, width: int) -> None:
    text = whole.text(width, layout)
    assert max(map(len, text.splitlines())) <= width
    assert "…" not in text


@pytest.mark.parametrize("width", [60, 100])
def test_the_overview_has_every_quantity_and_every_regime(whole: Atlas, width: int) -> None:
    lines = whole.text(width).splitlines()
    for family, kind in families.named().items():
        start = next(i for i, line in enumerate(lines) if line.split()[:1] == [family])
        block = lines[start : next((i for i in range(start, len(lines)) if _begins_another(lines[i], family)), None)]
        names = {line.split()[0] for line in block if line.strip()}
        assert {*kind.measures, *kind.times} <= names
        assert {*regimes.named()} <= {word for line in block for word in line.split()}


def _begins_another(line: str, family: str) -> bool:
    return line.split()[:1] != [family] and line.split()[:1] in [[name] for name in families.named()]


def test_the_letters_of_a_cell_stand_under_their_regime(whole: Atlas) -> None:
    lines = whole.text(100).splitlines()
    heads = {line.split()[-1]: line.index(line.split()[-1]) for line in lines[: len(regimes.named())]}
    variance = next(line for line in lines if line.startswith("variance "))
    letters = {"closed form": "C", "recurrence": "R", "exact numeric": "E", "simulation": "·"}
    for regime, column in heads.items():
        rows = whole.cell("gaussian", regime)["variance"]
        expected = "".join(letters[rows[statistic].best] for statistic in ("mean", "std", "distribution"))
        assert variance[column : column + 3] == expected
        assert variance[column + 3 : column + 4] == "+"


def test_details_have_statistics_conditions_and_sources() -> None:
    text = ct.atlas("gaussian", "replace", "total_variation").text()
    for part in ("gaussian, replace", "total_variation", "asymptotic", "small t/n", "holds when: replacement, plug-in"):
        assert part in text
    assert "source: docs/theory/distances" in text
    assert "simulation" in text
    assert "  7  ct.Gaussian(mean=1, sd=2, ddof=1, estimator='posterior')" in text
    assert re.search(r"found for: family\s+examples 1–6", text)


def test_the_layout_follows_what_is_asked_for() -> None:
    assert ct.atlas("poisson").layout == ct.atlas("poisson", statistic="mean").layout == "overview"
    assert ct.atlas("poisson", "replace").layout == ct.atlas("poisson", quantity="rate").layout == "details"
    assert ct.atlas("poisson", statistic="fate").layout == "details"
    assert "holds when" in ct.atlas("poisson").text(layout="details")
    assert "holds when" not in ct.atlas("poisson", "replace").text(layout="overview")
    with pytest.raises(ValueError, match=r"layout = 'tall' is outside its domain: one of 'overview', 'details'"):
        ct.atlas("poisson").text(layout="tall")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match=r"layout = 'tall'"):
        Atlas((), (), layout="tall")  # type: ignore[arg-type]


@pytest.mark.parametrize("layout", ["overview", "details"])
def test_html_nests_and_escapes(layout: Any) -> None:
    ways = (replace(a_way(a_theorem()), every_example=False, sizes="n < <b>"),)
    rows = (Row("<family>", "<regime>", "<q>", "distribution", ways), Row("<family>", "<regime>", "<q>", "mean"))
    pair = Pair("<family>", "<regime>", ("<one>", "<two>"), ("'r'",), ((2, "<refused>"),))
    page = Atlas(rows, (pair,), layout)._repr_html_()
    parser = Tags()
    parser.feed(page)
    parser.close()
    assert not parser.open
    assert not parser.seen & {"family", "regime", "q", "one", "two", "refused", "source"}
    assert "<i>title" not in page
    if layout == "details":
        for part in (
            "&lt;i&gt;title &amp; more",
            "n &gt; 1 &amp; t &lt; n",
            "a &lt; b &amp; c",
            "&lt;source&gt;",
            "&lt;5 %",
        ):
            assert part in page
    assert all(part in page for part in ("&lt;family&gt;", "&lt;regime&gt;", "&lt;q&gt;"))
    assert ("&lt;refused&gt;" in page) is (layout == "details")


def test_the_pages_of_the_real_atlas_nest(whole: Atlas) -> None:
    for found in (whole, replace(whole, layout="details")):
        parser = Tags()
        parser.feed(found._repr_html_())
        parser.close()
        assert not parser.open


def test_it_shows_itself(whole: Atlas) -> None:
    assert repr(whole).startswith(f"<Atlas: {len(whole)} rows, ")
    poisson = ct.atlas("poisson")
    assert str(poisson) == poisson.text(100)
    console = Console(width=100, record=True, file=io.StringIO())
    console.print(poisson)
    assert "extinction_time" in console.export_text()
    assert list(poisson) == list(poisson.rows)
    with pytest.raises(AttributeError):
        poisson.rows = ()  # type: ignore[misc]
    with pytest.raises(ValueError, match="name = 'cauchy' is outside its domain: one of poisson, replace, "):
        poisson.examples("cauchy")


def test_text_is_text_in_a_notebook_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rich would display it on its own instead."""
    expected = ct.atlas("poisson", "replace").text()
    monkeypatch.setattr("rich.console._is_jupyter", lambda: True)
    assert ct.atlas("poisson", "replace").text() == expected


# ---------------------------------------------------------------------------------------------------------- samplings
@pytest.fixture(scope="module")
def sampled() -> Atlas:
    return ct.atlas(ct.Categorical([0.5, 0.3, 0.2]), sampling="every")


@pytest.mark.parametrize("layout", ["overview", "details", "samplings"])
@pytest.mark.parametrize("width", [80, 100])
def test_samplings_fit_the_terminal(sampled: Atlas, layout: Any, width: int) -> None:
    text = sampled.text(width, layout)
    assert max(map(len, text.splitlines())) <= width
    parser = Tags()
    parser.feed(replace(sampled, layout=layout)._repr_html_())
    parser.close()
    assert not parser.open


def test_the_table_of_samplings_says_what_exists(sampled: Atlas) -> None:
    assert sampled.layout == "samplings"
    lines = {line.split()[0]: line.split()[1] for line in sampled.text().splitlines()[1:] if len(line.split()) == 2}
    assert {*lines} == {*samplings.named()}
    for name, letters in lines.items():
        pairs = [pair for pair in sampled.pairs if pair.sampling == name]
        assert (letters == "×") is not any(pair.defined for pair in pairs)
        roads = {way.theorem.road for row in sampled if row.sampling == name for way in row.ways}
        assert ("C" in letters, "E" in letters) == ("closed form" in roads, "exact numeric" in roads)
        assert (letters == "·") is (not roads and any(pair.defined for pair in pairs))
    assert lines["best-of"] == "×"
    assert lines["deduplicate"] == "·"


def test_a_population_has_a_letter_of_its_own() -> None:
    found = ct.atlas("gaussian", sampling=ct.Temperature(0.5))
    assert found.shown == ("mean", "std", "distribution", "population")
    assert "population" not in ct.atlas("poisson").shown
    line = next(line for line in found.text().splitlines() if line.startswith("variance "))
    assert line.split()[1] == "CCEC+"
    assert "the loop without noise answers" in " ".join(found.text().split())
    assert {row.sampling for row in found} == {*found.to_dataframe()["sampling"]} == {"temperature"}
    assert {one["sampling"] for key in ("rows", "pairs") for one in found.to_dict()[key]} == {"temperature"}
    assert found.to_dict()["examples"]["temperature"] == ["ct.Temperature(temperature=0.5)"]


# --------------------------------------------------------------------------------------------------------- plain data
def test_json_and_back(whole: Atlas) -> None:
    plain = json.loads(json.dumps(whole.to_dict(), allow_nan=False))
    assert plain == whole.to_dict()
    assert len(plain["rows"]) == len(whole)
    assert {*plain["examples"]} == {*families.named(), *regimes.named(), "honest"}
    for row, written in zip(whole, plain["rows"], strict=True):
        assert [way["theorem"] for way in written["ways"]] == [*row.titles]
        assert tuple(written["roads"]) == row.roads


def test_a_dataframe_has_a_line_for_each_way() -> None:
    found = ct.atlas("poisson")
    frame = found.to_dataframe()
    assert isinstance(frame, pandas.DataFrame)
    assert len(frame) == sum(max(1, len(row.ways)) for row in found) + len(found.undefined)
    assert list(frame.columns)[:6] == ["family", "regime", "sampling", "quantity", "statistic", "road"]
    assert not frame.isna().any().any()
    lone = frame.query("regime == 'replace' and quantity == 'rate' and statistic == 'fate'")
    assert set(lone["scope"]) == {"not n_t = geometric(12, 2)", "samples that grow, not n_t = power(12, 1)"}


def test_a_dataframe_without_pandas_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(ImportError, match=r"pip install 'collapse-theory\[dataframe\]'"):
        ct.atlas("poisson", "replace").to_dataframe()


# --------------------------------------------------------------------------------------------------- the command line
def test_the_command_shows_what_the_function_returns(tmp_path: Path) -> None:
    target = tmp_path / "atlas.json"
    done = run("atlas", "--family", "poisson", "--regime", "accumulate", "--quantity", "rate", "--json", str(target))
    assert done.exit_code == 0
    found = ct.atlas("poisson", "accumulate", "rate")
    assert [line.rstrip() for line in done.stdout.splitlines()] == found.text().splitlines()
    assert json.loads(target.read_text(encoding="utf-8")) == found.to_dict()


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["--family", "cauchy"], "Invalid value for '--family': 'cauchy' is not one of 'gaussian', "),
        (["--regime", "hoard"], "Invalid value for '--regime': 'hoard' is not one of"),
        (["--family", "poisson", "--quantity", "beauty"], "quantity = 'beauty' is outside its domain: one of 'rate', "),
        (["--family", "poisson", "--statistic", "mode"], "statistic = 'mode' is outside its domain: one of 'mean', "),
        (
            ["--family", "poisson", "--json", "/nowhere/atlas.json"],
            "json = '/nowhere/atlas.json' is outside its domain",
        ),
    ],
)
def test_the_command_complains_in_one_line(arguments: list[str], expected: str) -> None:
    assert complaint("atlas", *arguments).startswith(expected)


def test_the_command_shows_samplings() -> None:
    done = run("atlas", "--family", "poisson", "--samplings")
    assert done.exit_code == 0
    found = ct.atlas("poisson", sampling="every")
    assert [line.rstrip() for line in done.stdout.splitlines()] == found.text().splitlines()
    done = run("atlas", "--family", "gaussian", "--quantity", "location", "--sampling", "best")
    assert "gaussian, replace, best-of" in done.stdout
    assert complaint("atlas", "--sampling", "greedy").startswith("Invalid value for '--sampling': 'greedy' is not one")
    assert complaint("atlas", "--sampling", "best", "--samplings") == "give one of --sampling and --samplings"


def test_the_function_is_not_shadowed() -> None:
    assert ct.atlas is theorem_atlas.atlas
    assert callable(ct.atlas)
