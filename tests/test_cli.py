"""The command line: every error one line and exit status 2, and the same numbers as in Python."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any, ClassVar

import numpy as np
import pytest
from click.testing import CliRunner, Result

import collapse_theory as ct
from collapse_theory import datasets, families, forecasting, regimes, verification
from collapse_theory.cli import main
from collapse_theory.domain import SHARE, Choice, Domain, check_parameters, inside
from collapse_theory.schedules import Schedule

DATA = str(datasets.path("michelson_1879.csv"))
MICHELSON = ["forecast", DATA, "--column", "velocity"]
SHORT = [*MICHELSON, "--sample-size", "20", "--generations", "2", "--replicates", "200"]


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments)


def complaint(*arguments: str) -> str:
    """The one line on stderr of a command that must fail with exit status 2."""
    result = run(*arguments)
    assert result.exit_code == 2, result.output
    assert isinstance(result.exception, SystemExit)
    assert result.stdout == ""
    assert result.stderr.endswith("\n")
    assert result.stderr.count("\n") == 1
    assert result.stderr.startswith("error: ")
    return result.stderr.removeprefix("error: ").rstrip()


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
            "Invalid value for '--regime': 'hoard' is not one of 'replace', 'accumulate', 'fresh', 'fresh-mixture'.",
        ),
        (["--family", "cauchy"], "Invalid value for '--family': 'cauchy' is not one of 'gaussian'."),
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
    ("arguments", "expected"),
    [
        (["forecast"], "Missing argument 'DATA.csv'."),
        (MICHELSON, "Missing option '--sample-size'."),
        (["foretell"], "No such command 'foretell'."),
        (["verify", "--quick", "--deep"], "--quick and --deep exclude each other"),
        (["verify", "--regime", "hoard"], "Invalid value for '--regime': 'hoard' is not one of"),
        (["verify", "--family", "cauchy"], "Invalid value for '--family': 'cauchy' is not one of 'gaussian'."),
    ],
)
def test_wrong_commands(arguments: Sequence[str], expected: str) -> None:
    assert complaint(*arguments).startswith(expected)


def test_a_command_of_its_own_process_leaves_one_line_and_no_traceback() -> None:
    command = [sys.executable, "-m", "collapse_theory.cli", *SHORT, "--ddof", "20"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "error: ddof = 20.0 is outside its domain: a real number below n = 20\n"


def test_a_terminal_that_lacks_a_character_gets_a_question_mark() -> None:
    command = [sys.executable, "-m", "collapse_theory.cli", *SHORT]
    environment = {**os.environ, "PYTHONIOENCODING": "latin-1"}
    done = subprocess.run(command, capture_output=True, encoding="latin-1", check=True, env=environment)
    assert done.stderr == ""
    assert done.stdout.startswith("velocity: 100 values, forecast to generation 2\n")
    assert "mean 852.4 ± " in done.stdout
    assert "\n? is simulated: 200 runs, seed 0." in done.stdout


def test_the_help_imports_nothing_heavy() -> None:
    program = """
import sys
from collapse_theory.cli import main
try:
    main(sys.argv[1:])
except SystemExit as end:
    heavy = {"numpy", "scipy", "sympy", "numba", "mpmath", "matplotlib", "rich", "hypothesis"}
    sys.exit(repr(heavy & set(sys.modules)) if heavy & set(sys.modules) else end.code)
"""
    for arguments in (["--help"], ["--version"], []):
        done = subprocess.run([sys.executable, "-c", program, *arguments], capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr) == (0, "")
        assert ("forecast  Tell what refitting" in done.stdout) is (arguments != ["--version"])


def test_the_help_of_a_command_names_every_regime() -> None:
    for command in ("forecast", "verify"):
        assert "[replace|accumulate|fresh|fresh-mixture]" in run(command, "--help").stdout
    assert "Missing" not in run("--help").output


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
    same = ct.forecast(datasets.michelson_1879(), **given)
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


@dataclass(frozen=True, repr=False)
class HalfFresh(ct.Regime):
    """A stranger's regime: a share of the points real, in fixed number."""

    share: float = field(metadata=inside(SHARE))
    homogeneous: ClassVar[bool] = True

    @classmethod
    def examples(cls) -> tuple[HalfFresh, ...]:
        return (cls(share=0.5),)

    def step(self, t: Any, sizes: Schedule) -> ct.Step:
        n = sizes(t)
        real = np.asarray(n * self.share).astype(np.int64)
        return ct.Step(drawn=(real if np.ndim(n) else int(real), n - real), weight=(1, 1))


def test_a_new_regime_is_on_the_command_line_without_an_edit(monkeypatch: pytest.MonkeyPatch) -> None:
    named = regimes.named()
    monkeypatch.setattr(regimes, "named", lambda: {**named, "half-fresh": HalfFresh})
    result = run(*SHORT, "--regime", "half-fresh", "--share", "0.5")
    assert result.exit_code == 0, result.output
    assert "Regime half-fresh (share = 0.5): a stranger's regime" in " ".join(result.stdout.split())
    assert complaint(*SHORT, "--regime", "half-fresh") == (
        "share is missing, which HalfFresh needs: a real number in [0, 1]"
    )


@dataclass(frozen=True, repr=False)
class Window(ct.Regime):
    """A stranger's regime: the points of the last generations, and of so many at random."""

    generations: int = field(metadata=inside(Domain(low=1, high=9, integer=True)))
    forget: str = field(default="oldest", metadata=inside(Choice(("oldest", "none"))))
    share: int = field(default=0, metadata=inside(Domain(low=0, high=9, integer=True)))

    def __post_init__(self) -> None:
        check_parameters(self)

    @classmethod
    def examples(cls) -> tuple[Window, ...]:
        return (cls(generations=2),)

    def step(self, t: Any, sizes: Schedule) -> ct.Step:
        before = range(1, self.generations)
        return ct.Step(
            drawn=(0, sizes(t)),
            stored=tuple(sizes(t - j) for j in before),
            weight=(0, *(1 for _ in range(self.generations))),
            keep=tuple((j,) for j in before),
        )


def test_a_parameter_whose_name_is_taken_carries_that_of_its_regime(monkeypatch: pytest.MonkeyPatch) -> None:
    named = regimes.named()
    monkeypatch.setattr(regimes, "named", lambda: {**named, "long-window": Window})
    asked = {}
    monkeypatch.setattr(
        forecasting, "forecast", lambda *_, **given: asked.update(given) or SimpleNamespace(summary=str)
    )
    words = [
        "--regime",
        "long-window",
        "--long-window-generations",
        "3",
        "--forget",
        "none",
        "--long-window-share",
        "2",
    ]
    assert run(*SHORT, *words).exit_code == 0
    assert asked["regime"] == Window(generations=3, forget="none", share=2)
    assert asked["generations"] == 2
    assert complaint(*SHORT, "--regime", "long-window") == (
        "long_window_generations is missing, which Window needs: an integer in [1, 9]"
    )
    assert complaint(*SHORT, "--regime", "long-window", "--share", "0.5") == (
        "share = 0.5 has no meaning for Window: its options are long_window_generations, forget, long_window_share"
    )
    assert complaint(*SHORT, *words[:4], "--forget", "all") == (
        "forget = 'all' is outside its domain: one of 'oldest', 'none'"
    )
    shown = " ".join(run("forecast", "--help").stdout.split())
    assert "--long-window-generations INTEGER For long-window: an integer in [1, 9]." in shown
    assert "--share NUMBER For fresh and fresh-mixture: a real number in (0, 1]." in shown


def test_a_family_that_is_not_fitted_to_a_column_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(families, "named", lambda: {"gaussian": ct.Gaussian, "chain": ct.Family})
    assert complaint(*SHORT, "--family", "chain") == (
        "family = Family is outside its domain: Gaussian, which is fitted to a column"
    )


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ([], {}),
        (["--quick"], {"depth": "quick"}),
        (["--deep", "--seed", "3"], {"depth": "deep", "seed": 3}),
        (["--regime", "fresh", "--family", "gaussian"], {"regime": ct.Fresh, "family": ct.Gaussian}),
    ],
)
@pytest.mark.parametrize("status", [0, 1])
def test_verify_hands_its_options_on(
    options: Sequence[str], expected: dict[str, Any], status: int, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    asked: dict[str, Any] = {}

    def verify(**given: Any) -> Any:
        asked.update(given)
        return SimpleNamespace(
            agrees=status == 0, table=lambda: "a table", summary=lambda: "a summary", to_dict=lambda: {"a": 1}
        )

    monkeypatch.setattr(verification, "verify", verify)
    file = tmp_path / "report.json"
    result = run("verify", *options, "--json", str(file))
    assert result.exit_code == status
    assert asked == {**expected, "progress": False}
    assert result.stdout == "a table\na summary\n"
    assert json.loads(file.read_text(encoding="utf-8")) == {"a": 1}


def test_the_versions_are_printed() -> None:
    lines = run("versions").stdout.splitlines()
    assert lines[0].startswith("collapse-theory ")
    assert any(line.startswith("numpy ") and np.__version__ in line for line in lines)
    assert run("--version").stdout == f"collapse-theory {ct.__version__}\n"


def raising(error: BaseException) -> Any:
    def forecast(*_: Any, **__: Any) -> None:
        raise error

    return forecast


def test_an_interrupt_ends_without_a_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forecasting, "forecast", raising(KeyboardInterrupt()))
    result = run(*SHORT)
    assert result.exit_code == 130
    assert result.stdout == ""
    assert result.stderr.split() == ["interrupted"]


def test_a_message_of_several_lines_becomes_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forecasting, "forecast", raising(ValueError("one\n  two")))
    assert complaint(*SHORT) == "one two"


def test_a_bug_is_not_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forecasting, "forecast", raising(TypeError("a bug")))
    result = run(*SHORT)
    assert isinstance(result.exception, TypeError)
