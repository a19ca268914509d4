"""The forecast of a column on the command line: errors that name what is wrong, and the same numbers as in Python."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from command import SHORT, complaint, run

import collapse_theory as ct
from collapse_theory import examples, families, forecasting


@pytest.mark.parametrize(
    ("content", "column", "expected"),
    [
        ("", "v", "is empty, outside its domain: a header line and rows of numbers"),
        ("v\n", "v", "has 0 numbers, outside its domain: at least 2"),
        ("v\n1\n", "v", "has 1 numbers, outside its domain: at least 2"),
        ("v\n1\n2\n", "w", "column = 'w' is outside its domain: one of 'v' in the data"),
        ("v\n1\nx\n", "v", "column 'v', line 3: 'x' is outside its domain: a finite number"),
        ("v\n1\nnan\n", "v", "column 'v', line 3: 'nan' is outside its domain: a finite number"),
        ("v\n3\n3\n", "v", "is 3.0 in every row, outside its domain: at least 2 different numbers"),
        ("v;w\n1;2\n", "v", "has the header 'v;w', outside its domain: names separated by commas"),
        ("v\n1e308\n-1e308\n", "v", "e+308 is outside its domain: a real number in [1e-150, 1e+150]"),
    ],
)
def test_wrong_data(content: str, column: str, expected: str, tmp_path: Path) -> None:
    file = tmp_path / "data.csv"
    file.write_text(content, encoding="utf-8")
    line = complaint("forecast", str(file), "--column", column, "--sample-size", "10", "--generations", "1")
    assert line.endswith(expected)


def test_data_that_are_no_file(tmp_path: Path) -> None:
    rest = ["--column", "v", "--sample-size", "10", "--generations", "1"]
    missing = tmp_path / "missing.csv"
    assert complaint("forecast", str(missing), *rest) == (
        f"data = {str(missing)!r} does not exist, outside its domain: a CSV file"
    )
    assert complaint("forecast", str(tmp_path), *rest) == (
        f"data = {str(tmp_path)!r} is a directory, outside its domain: a CSV file"
    )


LARGEST = "9.0072e+15"


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (["--generations", "-1"], f"generations = -1 is outside its domain: an integer in [0, {LARGEST}]"),
        (["--generations", "x"], "Invalid value for '--generations': 'x' is not a valid integer."),
        (["--sample-size", "1"], "sample_size = 1 is outside its domain: an integer ≥ 2 for a Gaussian fit"),
        (
            ["--sample-size", "0"],
            f"sample_size = 0 is outside its domain: an integer in [1, {LARGEST}]; "
            "sizes that change are ct.schedules.power, .geometric or .custom",
        ),
        (
            ["--sample-size", "2.5"],
            "sample_size = '2.5' is outside its domain: an integer, power:N0:EXPONENT or geometric:N0:RATIO",
        ),
        (
            ["--sample-size", "cube:2:3"],
            "sample_size = 'cube:2:3' is outside its domain: an integer, power:N0:EXPONENT or geometric:N0:RATIO",
        ),
        (
            ["--sample-size", "power:2"],
            "sample_size = 'power:2' is outside its domain: an integer, power:N0:EXPONENT or geometric:N0:RATIO",
        ),
        (["--sample-size", "geometric:9:0.5"], "ratio = 0.5 is outside its domain: a real number in [1, inf)"),
        (["--ddof", "20"], "ddof = 20.0 is outside its domain: a real number below n = 20"),
        (["--ddof", "100"], "ddof = 100.0 is outside its domain: a real number below n = 100"),
        (
            ["--sample-size", "200", "--ddof", "150"],
            "ddof = 150.0 is outside its domain: a real number below n = 100",
        ),
        (["--ddof", "nan"], "ddof = nan is outside its domain: a real number in (-inf, inf)"),
        (["--replicates", "9"], f"replicates = 9 is outside its domain: an integer in [100, {LARGEST}]"),
        (["--seed", "-1"], "Invalid value for '--seed': -1 is not in the range x>=0."),
        (
            ["--regime", "hoard"],
            "Invalid value for '--regime': 'hoard' is not one of 'replace', 'accumulate', 'accumulate-subsample', "
            "'accumulate-fresh', 'window', 'fresh', 'fresh-mixture', 'weighted', 'golden', 'contaminated', "
            "'fine-tune'.",
        ),
        (
            ["--family", "cauchy"],
            "Invalid value for '--family': 'cauchy' is not one of 'gaussian', 'markov-chain', 'categorical', 'words', "
            "'characters'.",
        ),
        (["--real", "1"], "real = 1 has no meaning for Replace: its options are none"),
        (
            ["--regime", "fresh-mixture", "--share", "0.5", "--real", "1"],
            "real = 1 has no meaning for FreshMixture: its options are share",
        ),
        (["--regime", "fresh"], "Fresh needs --real or --share"),
        (["--regime", "fresh", "--real", "1", "--share", "0.5"], "real = 1, share = 0.5: give exactly one of the two"),
        (["--regime", "fresh", "--real", "21"], "real = 21 is outside its domain: an integer in [1, n], n = 20"),
        (
            ["--regime", "fresh", "--share", "0.19"],
            "share · n = 3.8 is not a whole number: share = 0.19, n = 20; use --regime fresh-mixture for chance",
        ),
        (["--regime", "fresh", "--share", "1.5"], "share = 1.5 is outside its domain: a real number in (0, 1]"),
        (["--regime", "fresh-mixture"], "share is missing, which FreshMixture needs: a real number in (0, 1]"),
        (
            ["--regime", "fresh-mixture", "--share", "-0.1"],
            "share = -0.1 is outside its domain: a real number in (0, 1]",
        ),
        (
            ["--figure", "none/a.png"],
            "figure = 'none/a.png' is outside its domain: a file in an existing, writable folder",
        ),
        (
            ["--json", "none/a.json"],
            "json = 'none/a.json' is outside its domain: a file in an existing, writable folder",
        ),
        (["--json", "."], "json = '.' is outside its domain: a file in an existing, writable folder"),
        (["--depth", "9"], "No such option '--depth'."),
    ],
)
def test_wrong_options(options: Sequence[str], expected: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert complaint(*SHORT, *options) == expected


def test_a_figure_needs_an_ending_that_is_a_format(tmp_path: Path) -> None:
    for name in ("a.doc", "a"):
        line = complaint(*SHORT, "--figure", str(tmp_path / name))
        assert f"{name}' is outside its domain: a name that ends in one of ." in line
        assert {".png,", ".svg,", ".pdf,"} <= set(line.split())


def test_a_folder_without_permission_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.access", lambda path, mode: False)
    line = complaint(*SHORT, "--json", str(tmp_path / "a.json"))
    assert line.endswith("is outside its domain: a file in an existing, writable folder")


def test_outputs_are_refused_before_any_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forecasting, "forecast", None)
    complaint(*SHORT, "--figure", str(tmp_path / "none" / "a.png"))


@pytest.mark.parametrize(
    ("options", "setting"),
    [
        ([], {}),
        (["--sample-size", "power:20:1"], {"sample_size": ct.schedules.power(20, 1)}),
        (
            ["--sample-size", "geometric:20:1.5", "--seed", "7"],
            {"sample_size": ct.schedules.geometric(20, 1.5), "rng": 7},
        ),
        (["--regime", "accumulate", "--ddof", "0"], {"regime": ct.Accumulate(), "ddof": 0.0}),
        (["--regime", "fresh", "--real", "3"], {"regime": ct.Fresh(real=3)}),
        (["--regime", "fresh", "--share", "0.5"], {"regime": ct.Fresh(share=0.5)}),
        (["--regime", "fresh-mixture", "--share", "0.3"], {"regime": ct.FreshMixture(share=0.3)}),
        (["--generations", "0"], {"generations": 0}),
    ],
    ids=["replace", "power", "geometric", "accumulate", "real", "share", "fresh mixture", "generation 0"],
)
def test_the_command_gives_the_same_forecast_as_python(
    options: Sequence[str], setting: dict[str, Any], tmp_path: Path
) -> None:
    file, figure = tmp_path / "forecast.json", tmp_path / "forecast.svg"
    result = run(*SHORT, *options, "--json", str(file), "--figure", str(figure))
    assert result.exit_code == 0, result.output
    assert result.stderr == ""
    given = {"sample_size": 20, "generations": 2, "replicates": 200, "label": "velocity", **setting}
    same = ct.forecast(examples.michelson_1879(), **given)
    assert json.loads(file.read_text(encoding="utf-8")) == same.to_dict()
    assert result.stdout == same.summary(100) + "\n"
    assert figure.read_text(encoding="utf-8").startswith("<?xml")


def test_the_words_follow_the_width_of_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    for columns, width in (("80", 80), ("100", 100), ("120", 100)):
        monkeypatch.setenv("COLUMNS", columns)
        lines = run(*SHORT).stdout.splitlines()
        assert width - 12 < max(map(len, lines)) <= width


def test_a_single_column_needs_no_name(tmp_path: Path) -> None:
    file = tmp_path / "speeds.csv"
    for header, name in (("v", "v"), ('""', "speeds")):
        file.write_text(f"{header}\n1\n2\n4\n", encoding="utf-8")
        result = run("forecast", str(file), "--sample-size", "20", "--generations", "0")
        assert result.exit_code == 0
        assert result.stdout.startswith(f"{name}: 3 values, forecast to generation 0")


def test_a_family_that_is_not_fitted_to_a_column_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(families, "named", lambda: {"gaussian": ct.Gaussian, "chain": ct.Family})
    assert complaint(*SHORT, "--family", "chain").startswith("Invalid value for '--family': 'chain' is not one of ")
