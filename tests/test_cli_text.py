"""Texts on the command line: forecast, sample and example, with the same numbers as in Python and errors that name."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, get_args

import pytest
from command import DATA, MICHELSON, complaint, run

import collapse_theory as ct
from collapse_theory import text
from collapse_theory.cli import source_options
from collapse_theory.families.markov_chain import markov_chain

TEXT = "the cat sat on the mat. the dog sat on the log. a cat and a dog met on the mat."
FORECAST = ["--sample-size", "50", "--generations", "6"]


@pytest.fixture
def file(tmp_path: Path) -> str:
    path = tmp_path / "cats.txt"
    path.write_text(TEXT, encoding="utf-8")
    return str(path)


def forecast(file: str, *options: str) -> list[str]:
    return ["forecast", file, "--family", "markov", *FORECAST, *options]


def sample(file: str, *options: str) -> list[str]:
    return ["sample", file, "--sample-size", "50", *options]


CHAINS: list[tuple[list[str], dict[str, Any]]] = [
    ([], {}),
    (["--unit", "word"], {"unit": "word"}),
    (["--max-states", "5", "--unseen-row", "previous"], {"max_states": 5, "unseen_row": "previous"}),
    (["--smoothing", "add-alpha:1"], {"smoothing": ct.AddAlpha(1)}),
    (["--smoothing", "back-off:2.5"], {"smoothing": ct.BackOff(2.5)}),
    (
        ["--smoothing", "absolute-discount:0.5", "--start", "last"],
        {"smoothing": ct.AbsoluteDiscount(), "start": "last"},
    ),
]


@pytest.mark.parametrize(("options", "setting"), CHAINS)
def test_the_command_gives_the_same_forecast_as_python(
    options: Sequence[str], setting: dict[str, Any], file: str, tmp_path: Path
) -> None:
    output, figure = tmp_path / "forecast.json", tmp_path / "forecast.svg"
    extra = ["--replicates", "30", "--seed", "4", "--json", str(output), "--figure", str(figure)]
    result = run(*forecast(file, *options, *extra))
    assert result.exit_code == 0, result.output
    assert result.stderr == ""
    chain = ct.MarkovChain.from_text(TEXT, **setting)
    same = ct.forecast(chain, sample_size=50, generations=6, replicates=30, rng=4, label="cats.txt")
    assert json.loads(output.read_text(encoding="utf-8")) == same.to_dict()
    assert result.stdout == same.summary(100) + "\n"
    assert figure.read_text(encoding="utf-8").startswith("<?xml")


def test_regimes_and_default_replicates_are_those_of_python(file: str) -> None:
    result = run(*forecast(file, "--regime", "fresh", "--real", "10"))
    same = ct.forecast(
        ct.MarkovChain.from_text(TEXT),
        sample_size=50,
        generations=6,
        regime=ct.Fresh(real=10),
        label="cats.txt",
    )
    assert result.stdout == same.summary(100) + "\n"
    assert same.replicates == 1000


@pytest.mark.parametrize(("options", "setting"), CHAINS)
def test_the_command_shows_the_same_passages_as_python(
    options: Sequence[str], setting: dict[str, Any], file: str, tmp_path: Path
) -> None:
    output = tmp_path / "passages.json"
    extra = ["--generations", "0,2,30", "--length", "40", "--seed", "4", "--json", str(output)]
    result = run(*sample(file, *options, *extra))
    assert result.exit_code == 0, result.output
    recursion = ct.Recursion(ct.MarkovChain.from_text(TEXT, **setting), ct.Replace(), sample_size=50)
    same = ct.passages(recursion, [0, 2, 30], length=40, unit=setting.get("unit"), rng=4)
    assert result.stdout == same.summary(100) + "\n"
    assert json.loads(output.read_text(encoding="utf-8")) == same.to_dict()


def test_words_of_one_letter_are_words(tmp_path: Path) -> None:
    path = tmp_path / "letters.txt"
    path.write_text("a b b a a b a", encoding="utf-8")
    options = ["--generations", "1", "--length", "3"]
    assert run(*sample(str(path), "--unit", "word", *options)).stdout.splitlines()[1].count(" ") == 2 + 2


def test_without_options_five_generations_are_shown(file: str) -> None:
    lines = run(*sample(file)).stdout.splitlines()
    heads = [line.split(":")[0] for line in lines if line.startswith("generation ")]
    assert heads == [f"generation {t}" for t in (0, 1, 5, 20, 100)]


def test_passages_follow_the_width_of_the_terminal(file: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for columns, width in (("80", 80), ("120", 100)):
        monkeypatch.setenv("COLUMNS", columns)
        assert width - 12 < max(map(len, run(*sample(file)).stdout.splitlines())) <= width


CONTENTS = {
    b"": "is empty, outside its domain: a text file in UTF-8",
    b"\xff\xfe\x00\x01": "outside its domain: a text file in UTF-8",
    b"\x89PNG\r\n\x1a\n\x00\x00": "outside its domain: a text file in UTF-8",
    b"aaaa": "at least two distinct states",
    b"abcd": "never meets one again",
    b"  \n ": "has no characters",
}


@pytest.mark.parametrize(("content", "expected"), CONTENTS.items())
@pytest.mark.parametrize("command", [forecast, sample])
def test_what_is_no_text_is_named(command: Any, content: bytes, expected: str, tmp_path: Path) -> None:
    path = tmp_path / "wrong.txt"
    path.write_bytes(content)
    assert expected in complaint(*command(str(path)))


def test_a_missing_file_and_a_folder_are_named(tmp_path: Path) -> None:
    missing = tmp_path / "missing.txt"
    for command in (forecast, sample):
        assert complaint(*command(str(missing))) == (
            f"data = {str(missing)!r} does not exist, outside its domain: a file of text"
        )
        assert "is a directory, outside its domain: a text file" in complaint(*command(str(tmp_path)))


SMOOTHING = "add-alpha:ALPHA, back-off:STRENGTH or absolute-discount:DISCOUNT"


@pytest.mark.parametrize("command", [forecast, sample])
@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (["--unit", "sentence"], "Invalid value for '--unit': 'sentence' is not one of 'character', 'word'."),
        (["--start", "fixed"], "Invalid value for '--start': 'fixed' is not one of 'occupancy', 'stationary', 'last'."),
        (["--sample-size", "0"], "sample_size = 0 is outside its domain: an integer in"),
        (["--sample-size", "2.5"], "sample_size = '2.5' is outside its domain: an integer, power"),
        (["--max-states", "1"], "max_states = 1 is outside its domain: an integer in [2, inf)"),
        (["--smoothing", "add:1"], f"smoothing = 'add:1' is outside its domain: {SMOOTHING}"),
        (["--smoothing", "add-alpha"], f"smoothing = 'add-alpha' is outside its domain: {SMOOTHING}"),
        (["--smoothing", "add-alpha:x"], f"smoothing = 'add-alpha:x' is outside its domain: {SMOOTHING}"),
        (["--smoothing", "add-alpha:0"], "alpha = 0.0 is outside its domain: a real number in (0, inf)"),
        (
            ["--smoothing", "add-alpha:1", "--unseen-row", "end"],
            "unseen_row = 'end' has no meaning beside smoothing = ct.AddAlpha(alpha=1)",
        ),
        (["--unseen-row", "end", "--start", "last"], "start = 'last' is outside its domain for unseen_row = 'end'"),
        (["--regime", "fresh"], "Fresh needs --real or --share"),
        (["--regime", "fresh", "--real", "51"], "real = 51 is outside its domain: an integer in [1, n], n = 50"),
        (["--regime", "f"], "Invalid value for '--regime': 'f' may be 'fresh' or 'fresh-mixture' or 'fine-tune'."),
        (["--seed", "-1"], "Invalid value for '--seed': -1 is not in the range x>=0."),
        (["--json", "none/a.json"], "json = 'none/a.json' is outside its domain: a file in an existing"),
    ],
)
def test_wrong_options(command: Any, options: Sequence[str], expected: str, file: str) -> None:
    assert complaint(*command(file, *options)).startswith(expected)


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (["--generations", "0,x"], "generations = '0,x' is outside its domain: whole numbers separated by commas"),
        (["--generations", ""], "generations = '' is outside its domain: whole numbers separated by commas"),
        (["--generations", "5,-1"], "generations = -1 is outside its domain: an integer in"),
        (["--length", "0"], "length = 0 is outside its domain: an integer in"),
    ],
)
def test_wrong_options_of_sample(options: Sequence[str], expected: str, file: str) -> None:
    assert complaint(*sample(file, *options)).startswith(expected)


OF_TEXTS = "its options are unit, max_states, unseen_row, smoothing, start"


def test_an_option_of_another_family_is_named(file: str) -> None:
    assert complaint(*forecast(file, "--ddof", "1")) == f"ddof = 1.0 has no meaning for MarkovChain: {OF_TEXTS}"
    assert complaint(*forecast(file, "--column", "v")) == f"column = 'v' has no meaning for MarkovChain: {OF_TEXTS}"
    for option, value in (
        ("--unit", "word"),
        ("--start", "last"),
        ("--max-states", "5"),
        ("--smoothing", "back-off:1"),
    ):
        line = complaint(*MICHELSON, *FORECAST, option, value)
        assert line.endswith(" has no meaning for Gaussian: its options are column, ddof")
        assert line.startswith(option.lstrip("-").replace("-", "_"))


def test_replicates_of_a_text_have_their_own_minimum(file: str) -> None:
    assert complaint(*forecast(file, "--replicates", "19")).startswith("replicates = 19 is outside its domain")
    assert complaint(*MICHELSON, *FORECAST, "--replicates", "20").startswith("replicates = 20 is outside its domain")


@pytest.mark.parametrize("name", ["g", "gauss", "gaussian"])
def test_a_name_may_be_cut_short(name: str) -> None:
    result = run("forecast", DATA, "--column", "velocity", "--family", name, "--sample-size", "9", "--generations", "0")
    assert result.exit_code == 0, result.output
    empty = complaint("forecast", DATA, "--family", "", *FORECAST)
    names = "'gaussian', 'markov-chain', 'categorical', 'words', 'characters'"
    assert empty == f"Invalid value for '--family': '' is not one of {names}."


def test_the_choices_are_those_of_the_family() -> None:
    assert source_options.UNITS == text.UNITS
    assert source_options.UNSEEN_ROWS == markov_chain.UNSEEN_ROWS
    assert set(source_options.STARTS) == set(get_args(markov_chain.Start)) - {"fixed"}


def test_the_example_is_a_real_text_in_utf_8() -> None:
    result = run("example")
    assert result.exit_code == 0
    assert result.stdout_bytes.decode("utf-8") == ct.examples.python_reference() + "\n"


def test_the_example_is_utf_8_in_a_file_whatever_the_terminal(tmp_path: Path) -> None:
    path = tmp_path / "reference.txt"
    with path.open("wb") as output:
        command = [sys.executable, "-X", "utf8=0", "-m", "collapse_theory.cli", "example"]
        subprocess.run(command, stdout=output, check=True, env={"PYTHONIOENCODING": "latin-1", "PATH": ""})
    assert path.read_bytes().decode("utf-8").replace("\r\n", "\n") == ct.examples.python_reference() + "\n"
    result = run("sample", str(path), "--sample-size", "500", "--generations", "1")
    assert result.stdout.startswith("generation 1: entropy rate ")


def test_the_help_names_what_a_text_needs() -> None:
    shown = " ".join(run("forecast", "--help").stdout.split())
    for option in ("--unit [character|word]", "--max-states K", "--smoothing KIND:NUMBER", "--column NAME"):
        assert option in shown
    assert "[gaussian|markov-chain|categorical|words|characters]" in shown
    shown = " ".join(run("sample", "--help").stdout.split())
    assert "--ddof" not in shown
    assert "--share NUMBER" in shown
