"""The command line: every error one line and exit status 2, nothing slow before it is needed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from command import MICHELSON, SHORT, complaint, run

import collapse_theory as ct
from collapse_theory import forecasting, regimes, verification


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["forecast"], "Missing argument 'FILE'."),
        (MICHELSON, "Missing option '--sample-size'."),
        (["foretell"], "No such command 'foretell'."),
        (["verify", "--quick", "--deep"], "--quick and --deep exclude each other"),
        (["verify", "--regime", "hoard"], "Invalid value for '--regime': 'hoard' is not one of"),
        (
            ["verify", "--family", "cauchy"],
            "Invalid value for '--family': 'cauchy' is not one of 'gaussian', ",
        ),
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
    for command in ("forecast", "sample"):
        shown = run(command, "--help").stdout
        assert all(name in shown for name in regimes.named())
    assert "Missing" not in run("--help").output


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
