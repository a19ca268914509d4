"""Every regime of the package on the command line: its options, its errors, its place in the help."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import pytest
from command import SHORT, complaint, run

import collapse_theory as ct
from collapse_theory import examples, forecasting, regimes

ROUGH, STEEP = ct.Detector(tpr=0.8, fpr=0.05), ct.Detector(tpr=0.5, fpr=0.1, beyond=2, tail_fpr=0.5)
CRAWL = ["contaminated", "--ai-share", "0.5"]
FILTERED = [*CRAWL, "--tpr", "0.8", "--fpr", "0.05"]

CASES: list[tuple[list[str], ct.Regime]] = [
    (["replace"], ct.Replace()),
    (["accumulate"], ct.Accumulate()),
    (["accumulate-subsample", "--replacement"], ct.AccumulateSubsample(replacement=True)),
    (["accumulate-subsample", "--no-replacement", "--size", "3"], ct.AccumulateSubsample(replacement=False, size=3)),
    (["accumulate-fresh", "--real", "2"], ct.AccumulateFresh(real=2)),
    (["accumulate-f", "--share", "0.5"], ct.AccumulateFresh(share=0.5)),
    (["window", "--window-generations", "3"], ct.Window(generations=3)),
    (["fresh", "--real", "3"], ct.Fresh(real=3)),
    (["fresh", "--share", "0.25"], ct.Fresh(share=0.25)),
    (["fresh-mixture", "--share", "0.3"], ct.FreshMixture(share=0.3)),
    (["weighted", "--real", "2", "--weight", "0.5"], ct.Weighted(real=2, weight=0.5)),
    (["golden", "--size", "4"], ct.Golden(size=4)),
    (["golden", "--size", "4", "--weight", "0.5"], ct.Golden(size=4, weight=0.5)),
    (CRAWL, ct.Contaminated(ai_share=0.5)),
    (["contaminated", "--ai-share", "0,0.1,0.35"], ct.Contaminated(ai_share=(0, 0.1, 0.35))),
    ([*FILTERED, "--no-refill"], ct.Contaminated(ai_share=0.5, detector=ROUGH, refill=False)),
    ([*FILTERED, "--refill"], ct.Contaminated(ai_share=0.5, detector=ROUGH, refill=True)),
    (
        [*FILTERED, "--no-refill", "--composition", "fixed"],
        ct.Contaminated(ai_share=0.5, detector=ROUGH, refill=False, composition="fixed"),
    ),
    (
        [*CRAWL, "--tpr", "0.5", "--fpr", "0.1", "--beyond", "2", "--tail-fpr", "0.5", "--refill"],
        ct.Contaminated(ai_share=0.5, detector=STEEP, refill=True),
    ),
    (["fine-tune", "--rate", "0.5", "--fine-tune-data", "restart"], ct.FineTune(rate=0.5, data="restart")),
]


def given(part: Any) -> set[str]:
    """Parameters, those of parts too, that are given."""
    values = {f.name: getattr(part, f.name) for f in dataclasses.fields(part)}
    inner = (given(value) for value in values.values() if dataclasses.is_dataclass(value))
    return {name for name, value in values.items() if value is not None}.union(*inner)


def test_the_cases_give_every_parameter_of_every_regime() -> None:
    for kind in regimes.named().values():
        every = set().union(*map(given, kind.examples()))
        assert set().union(*(given(regime) for _, regime in CASES if type(regime) is kind)) == every


@pytest.mark.parametrize(("words", "regime"), CASES, ids=[repr(regime) for _, regime in CASES])
def test_options_make_the_regime(words: Sequence[str], regime: ct.Regime, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: dict[str, Any] = {}
    monkeypatch.setattr(forecasting, "forecast", lambda *_, **all_: asked.update(all_) or SimpleNamespace(summary=str))
    result = run(*SHORT, "--regime", *words)
    assert result.exit_code == 0, result.output
    assert asked["regime"] == regime
    assert asked["generations"] == 2


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["window"], "window_generations is missing, which Window needs: an integer in [1, 1000]"),
        (
            ["window", "--window-generations", "0"],
            "window_generations = 0 is outside its domain: an integer in [1, 1000]",
        ),
        (
            ["window", "--window-generations", "3", "--size", "4"],
            "size = 4 has no meaning for Window: its options are window_generations",
        ),
        (
            ["accumulate-subsample"],
            "replacement is missing, which AccumulateSubsample needs: --replacement or --no-replacement",
        ),
        (
            ["accumulate-subsample", "--no-replacement", "--size", "30"],
            "size = 30 is outside its domain: without replacement an integer in [1, n], n = 20",
        ),
        (["replace", "--no-replacement"], "replacement = False has no meaning for Replace: its options are none"),
        (["golden", "--size", "4", "--weight", "2"], "weight = 2.0 is outside its domain: a real number in (0, 1]"),
        (
            ["weighted", "--real", "20", "--weight", "0.5"],
            "real = 20 is outside its domain: an integer in [1, n - 1], n = 20",
        ),
        (["accumulate-fresh"], "AccumulateFresh needs --real or --share"),
        (
            ["accumulate-fresh", "--share", "0.33"],
            "share · n = 6.6 is not a whole number: share = 0.33, n = 20; use --regime fresh-mixture for chance",
        ),
        (
            ["contaminated"],
            "ai_share is missing, which Contaminated needs: a real number in [0, 1], or such numbers for generations "
            "1, 2, …",
        ),
        (
            ["contaminated", "--ai-share", "0,x"],
            "ai_share = '0,x' is outside its domain: a number, or several separated by commas, such as 0,0.1,0.35",
        ),
        (
            ["contaminated", "--ai-share", ""],
            "ai_share = '' is outside its domain: a number, or several separated by commas, such as 0,0.1,0.35",
        ),
        (["contaminated", "--ai-share", "0,2"], "ai_share[1] = 2.0 is outside its domain: a real number in [0, 1]"),
        (FILTERED, "refill is missing, which Contaminated needs: --refill or --no-refill"),
        (FILTERED[:-2], "fpr is missing, which Detector needs: a real number in [0, 1]"),
        ([*FILTERED, "--beyond", "2"], "beyond = 2.0, tail_fpr = None: give both of the two or none"),
        (
            [*CRAWL, "--tpr", "1.5", "--fpr", "0.05", "--refill"],
            "tpr = 1.5 is outside its domain: a real number in [0, 1]",
        ),
        (
            ["golden", "--size", "4", "--tpr", "0.5"],
            "tpr = 0.5 has no meaning for Golden: its options are size, weight",
        ),
        (
            ["fine-tune", "--rate", "0.5"],
            "fine_tune_data is missing, which FineTune needs: one of 'fixed', 'regenerated', 'restart'",
        ),
        (
            ["fine-tune", "--rate", "0.5", "--fine-tune-data", "new"],
            "fine_tune_data = 'new' is outside its domain: one of 'fixed', 'regenerated', 'restart'",
        ),
        (
            ["accumulate-"],
            "Invalid value for '--regime': 'accumulate-' may be 'accumulate-subsample' or 'accumulate-fresh'.",
        ),
    ],
)
def test_wrong_options_are_named(words: Sequence[str], expected: str) -> None:
    assert complaint(*SHORT, "--regime", *words) == expected


@pytest.fixture(scope="module")
def text(tmp_path_factory: pytest.TempPathFactory) -> str:
    file = tmp_path_factory.mktemp("text") / "text.txt"
    file.write_text(examples.python_reference()[:3000], encoding="utf-8")
    return str(file)


@pytest.mark.parametrize(
    ("family", "words", "lacks", "regime"),
    [
        (
            "markov-chain",
            ["accumulate-subsample", "--replacement"],
            "MarkovChain is not defined with a regime that samples its pool again",
            "ct.AccumulateSubsample(replacement=True)",
        ),
        (
            "markov-chain",
            ["fine-tune", "--rate", "0.5", "--fine-tune-data", "fixed"],
            "MarkovChain is not defined with a regime that carries the old model over",
            "ct.FineTune(rate=0.5, data='fixed')",
        ),
        (
            "words",
            [*FILTERED, "--beyond", "2", "--tail-fpr", "0.5", "--refill"],
            "Categorical is not defined with a detector that looks at the place of a point",
            "ct.Contaminated(ai_share=0.5, detector=ct.Detector(tpr=0.8, fpr=0.05, beyond=2, tail_fpr=0.5), "
            "refill=True)",
        ),
    ],
)
def test_a_pair_that_does_not_exist_names_both(
    family: str, words: Sequence[str], lacks: str, regime: str, text: str
) -> None:
    asked = [text, "--sample-size", "20", "--generations", "2", "--regime", *words]
    assert complaint("forecast", *asked, "--family", family) == f"{lacks}: {regime}"
    if family == "markov-chain":
        assert complaint("sample", text, *asked[1:3], *asked[5:]) == f"{lacks}: {regime}"


@pytest.mark.parametrize("command", ["forecast", "sample"])
@pytest.mark.parametrize("columns", [80, 100])
def test_the_help_fits_the_terminal_and_lists_each_regime_with_its_options(
    command: str, columns: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    shown = run(command, "--help").stdout
    assert max(map(len, shown.splitlines())) <= columns
    options, told = shown.split("Regimes, and their options:\n")
    assert "--replacement" not in options
    assert not any(line.startswith(("  FILE", "  TEXT")) for line in options.splitlines())
    heads = [line.split()[0] for line in told.splitlines() if line[:2] == "  " and line[2:3].isalpha()]
    assert heads == list(regimes.named())
    for name, option in (
        ("accumulate-subsample", "    --replacement / --no-replacement\n"),
        ("window", "    --window-generations INTEGER  Width w of the window; 1 is replacement."),
        ("golden", "    --size INTEGER"),
        ("golden", "Points r of the golden set"),
        ("contaminated", "    --ai-share NUMBER[,NUMBER...]\n"),
        ("contaminated", "    --tail-fpr NUMBER"),
        ("contaminated", "    --composition [random|fixed]"),
        ("fine-tune", "    --fine-tune-data [fixed|regenerated|restart]\n"),
    ):
        after = [*heads, None][heads.index(name) + 1]
        part = told.split(f"\n  {name} ")[1].split(f"\n  {after} ")[0]
        assert option in part
