"""The command line, run inside the process of the tests."""

from __future__ import annotations

from click.testing import CliRunner, Result

from collapse_theory import examples
from collapse_theory.cli import main

DATA = str(examples.path("michelson_1879.csv"))
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
