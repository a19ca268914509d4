"""The code in the README and the tour runs, and every number in its comments is right to the printed digits."""

from __future__ import annotations

import ast
import os
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import matplotlib
import pytest

import collapse_theory as ct
from collapse_theory import families, regimes

ROOT = Path(__file__).parents[1]
NAMES = ("README.md", "docs/tour.md", "docs/your_own_estimator.md", "docs/counterexample.md")
PAGES = [page for page in (ROOT / name for name in NAMES) if page.exists()]
NUMBER = re.compile(r"^(?:[^:,]* = )?(-?\d+(?:\.(\d+))?(e[+-]\d+)?)(?=[:, ]|$)")

pytestmark = [
    pytest.mark.skipif(not PAGES, reason="needs a checkout"),
    pytest.mark.skipif(os.environ.get("NUMBA_DISABLE_JIT") == "1", reason="needs compiled kernels for its many runs"),
]


def test_models_regimes_and_samplings_are_counted_right() -> None:
    words = {11: "eleven", 12: "twelve", 13: "thirteen", 14: "fourteen", 15: "fifteen", 16: "sixteen"}
    models, data = words[len(families.named())], words[len(regimes.named())]
    for name in ("README.md", "docs/index.md"):
        text = " ".join((ROOT / name).read_text(encoding="utf-8").lower().split())
        assert f"{models} models" in text
        assert f"{data} regimes of data" in text


def blocks(page: Path, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", page.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)


def statements(source: str) -> Iterator[tuple[ast.stmt, str]]:
    """Statements with the comment at the end of their last line."""
    lines = source.splitlines()
    for statement in ast.parse(source).body:
        after = lines[(statement.end_lineno or 1) - 1][statement.end_col_offset :]
        yield statement, after.strip().removeprefix("#").strip()


def confront(value: Any, comment: str) -> bool:
    """Whether the comment promised something that could be compared; AssertionError where it is wrong."""
    if isinstance(value, ct.Estimate):
        value = value.values[-1]
    if hasattr(value, "verdict") or isinstance(value, ct.Verdict):
        assert comment.startswith(value.status if isinstance(value, ct.Verdict) else value.verdict)
        return True
    if hasattr(value, "free_symbols") or isinstance(value, str):
        assert comment.startswith(str(value))
        return True
    promised = NUMBER.match(comment)
    if promised:
        kind = "e" if promised[3] else "f"
        assert format(value, f".{len(promised[2] or '')}{kind}") == promised[1]
    return bool(promised)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_python_blocks_run_and_their_comments_are_true(page):
    matplotlib.use("Agg")
    names: dict[str, Any] = {}
    compared = 0
    for statement, comment in (pair for block in blocks(page, "python") for pair in statements(block)):
        if not isinstance(statement, ast.Expr):
            exec(compile(ast.Module([statement], []), page.name, "exec"), names)
            continue
        expression = compile(ast.Expression(statement.value), page.name, "eval")
        if comment.startswith("raises "):
            with pytest.raises(getattr(ct, comment.split()[1].rstrip(":,"))):
                eval(expression, names)
            compared += 1
        else:
            compared += confront(eval(expression, names), comment)
    from matplotlib import pyplot

    pyplot.close("all")
    assert compared >= (3 if page.name == "your_own_estimator.md" else 10)


def test_a_wrong_comment_would_be_noticed():
    for value, comment in ((4.04, "4.1: no"), (4.136e-5, "4.2e-05"), (0.5, "half of it = 0.51")):
        with pytest.raises(AssertionError):
            confront(value, comment)
    assert not confront(0.5, "a half")


def test_the_readme_gives_the_two_commands_to_the_letter():
    commands = [line for block in blocks(ROOT / "README.md", "console") for line in block.splitlines()]
    assert "pip install . && collapse-theory verify --quick" in commands
    assert 'pip install ".[test]" && pytest' in commands


def test_the_commands_run(monkeypatch, tmp_path):
    """In a folder with the package's data and the text that the first of them writes."""
    from click.testing import CliRunner

    from collapse_theory.cli import main

    (tmp_path / "reference.txt").write_text(ct.examples.python_reference(), encoding="utf-8")
    (tmp_path / "collapse_theory").symlink_to(ROOT / "collapse_theory", target_is_directory=True)
    monkeypatch.chdir(tmp_path)
    text = "\n".join(block for page in PAGES for block in blocks(page, "console")).replace("\\\n", " ")
    lines = text.splitlines()
    commands = {line for line in lines if line.startswith(("collapse-theory forecast ", "collapse-theory sample "))}
    assert {command.split()[1] for command in commands} == {"forecast", "sample"}
    for command in commands:
        result = CliRunner().invoke(main, shlex.split(command)[1:])
        assert result.exit_code == 0, result.output


def test_the_picture_is_there_and_small():
    picture = ROOT / "docs" / "_static" / "variance_drift.png"
    assert f"({picture.relative_to(ROOT).as_posix()})" in (ROOT / "README.md").read_text(encoding="utf-8")
    assert picture.stat().st_size < 300_000
