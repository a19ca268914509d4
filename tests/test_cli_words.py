"""The words of a text on the command line: the same numbers as in Python, and errors in one line that name."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from command import complaint, run

import collapse_theory as ct

TEXT = "the cat sat on the mat. the dog sat on the log. a cat and a dog met on the mat."
SIZES = ["--sample-size", "30", "--generations", "4"]


@pytest.fixture
def file(tmp_path: Path) -> str:
    path = tmp_path / "cats.txt"
    path.write_text(TEXT, encoding="utf-8")
    return str(path)


MODELS: list[tuple[list[str], dict[str, Any]]] = [
    (["--family", "words"], {"unit": "word"}),
    (["--family", "w", "--unit", "word"], {"unit": "word"}),
    (["--family", "characters"], {"unit": "character"}),
    (["--family", "categorical"], {}),
    (["--family", "categorical", "--unit", "character"], {"unit": "character"}),
    (["--family", "words", "--smoothing", "add-alpha:0.5"], {"smoothing": ct.AddAlpha(0.5)}),
    (["--family", "words", "--smoothing", "back-off:2"], {"smoothing": ct.BackOff(2)}),
]


@pytest.mark.parametrize(("options", "setting"), MODELS)
def test_the_command_gives_the_same_forecast_as_python(
    options: Sequence[str], setting: dict[str, Any], file: str, tmp_path: Path
) -> None:
    output, figure = tmp_path / "forecast.json", tmp_path / "forecast.svg"
    extra = ["--replicates", "30", "--seed", "4", "--json", str(output), "--figure", str(figure)]
    result = run("forecast", file, *options, *SIZES, *extra)
    assert result.exit_code == 0, result.output
    assert result.stderr == ""
    source = ct.Categorical.from_text(TEXT, **setting)
    same = ct.forecast(source, sample_size=30, generations=4, replicates=30, rng=4, label="cats.txt")
    assert json.loads(output.read_text(encoding="utf-8")) == same.to_dict()
    assert result.stdout == same.summary(100) + "\n"
    assert figure.read_text(encoding="utf-8").startswith("<?xml")


@pytest.mark.parametrize(
    ("options", "regime"),
    [
        (["--regime", "accumulate"], ct.Accumulate()),
        (["--regime", "fresh", "--real", "3"], ct.Fresh(real=3)),
        (["--regime", "fresh", "--share", "0.1"], ct.Fresh(share=0.1)),
    ],
)
def test_regimes_are_those_of_python(options: Sequence[str], regime: ct.Regime, file: str) -> None:
    result = run("forecast", file, "--family", "words", *SIZES, *options)
    source = ct.Categorical.from_text(TEXT)
    same = ct.forecast(source, sample_size=30, generations=4, regime=regime, label="cats.txt")
    assert result.stdout == same.summary(100) + "\n"


def test_words_are_told_apart_from_characters(file: str) -> None:
    assert run("forecast", file, "--family", "words", *SIZES).stdout.startswith("cats.txt: 10 distinct words, ")
    shown = run("forecast", file, "--family", "characters", *SIZES).stdout
    assert shown.startswith(f"cats.txt: {len(set(TEXT))} distinct characters, ")


CONTENTS = {
    b"": "is empty, outside its domain: a text file in UTF-8",
    b"\xff\xfe\x00\x01": "outside its domain: a text file in UTF-8",
    b"  \n ": "has no words, outside its domain: a text of at least 1 word",
    b"one one one": "outside its domain: two different ones at least",
}


@pytest.mark.parametrize(("content", "expected"), CONTENTS.items())
def test_what_is_no_text_of_two_words_is_named(content: bytes, expected: str, tmp_path: Path) -> None:
    path = tmp_path / "wrong.txt"
    path.write_bytes(content)
    assert complaint("forecast", str(path), "--family", "words", *SIZES).endswith(expected)


def test_a_missing_file_and_a_folder_are_named(tmp_path: Path) -> None:
    missing = tmp_path / "missing.txt"
    assert complaint("forecast", str(missing), "--family", "words", *SIZES) == (
        f"data = {str(missing)!r} does not exist, outside its domain: a file of text"
    )
    line = complaint("forecast", str(tmp_path), "--family", "words", *SIZES)
    assert line.endswith("is a directory, outside its domain: a text file in UTF-8")


OPTIONS = "has no meaning for Categorical: its options are unit, smoothing"


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (["--sample-size", "0"], "sample_size = 0 is outside its domain: an integer in"),
        (["--generations", "-1"], "generations = -1 is outside its domain: an integer in"),
        (["--replicates", "19"], "replicates = 19 is outside its domain: an integer in [20,"),
        (["--ddof", "1"], f"ddof = 1.0 {OPTIONS}"),
        (["--column", "v"], f"column = 'v' {OPTIONS}"),
        (["--max-states", "5"], f"max_states = 5 {OPTIONS}"),
        (["--unseen-row", "end"], f"unseen_row = 'end' {OPTIONS}"),
        (["--start", "last"], f"start = 'last' {OPTIONS}"),
        (["--unit", "character"], "unit = 'character' contradicts --family, which says 'word'"),
        (["--smoothing", "add-alpha:0"], "alpha = 0.0 is outside its domain: a real number in (0, inf)"),
        (
            ["--smoothing", "absolute-discount:0.5"],
            "smoothing = ct.AbsoluteDiscount(discount=0.5) is outside its domain",
        ),
        (["--regime", "fresh", "--real", "31"], "real = 31 is outside its domain: an integer in [1, n], n = 30"),
        (["--family", "c"], "Invalid value for '--family': 'c' may be 'categorical' or 'characters'."),
        (["--family", "nouns"], "Invalid value for '--family': 'nouns' is not one of 'gaussian', 'markov-chain', "),
    ],
)
def test_wrong_options(options: Sequence[str], expected: str, file: str) -> None:
    assert complaint("forecast", file, "--family", "words", *SIZES, *options).startswith(expected)


def test_a_text_without_a_family_names_the_families_for_a_text(file: str, tmp_path: Path) -> None:
    advice = "; a text needs --family words or --family markov-chain"
    assert complaint("forecast", file, *SIZES).endswith(advice)
    for given in (["--family", "gaussian"], ["--column", "v"]):
        assert not complaint("forecast", file, *given, *SIZES).endswith(advice)
    table = tmp_path / "table.csv"
    table.write_text("v\n1\nx\n", encoding="utf-8")
    assert not complaint("forecast", str(table), *SIZES).endswith(advice)
    assert not complaint("forecast", str(tmp_path / "missing.txt"), *SIZES).endswith(advice)


def test_the_help_names_the_models_for_a_text() -> None:
    shown = " ".join(run("forecast", "--help").stdout.split())
    assert "--family [gaussian|markov-chain|categorical|words|characters] " in shown
    assert "words or characters, by their frequency, or markov-" in shown
