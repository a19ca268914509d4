"""Command-line options that several commands share, and how their values are read."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collapse_theory.schedules import Schedule

Command = Callable[..., Any]
PLAIN_WIDTH = 100


class Kind(click.ParamType):  # type: ignore[type-arg]
    """A class chosen by name among those of a package, which is imported when it is needed: that takes time."""

    name = "kind"

    def __init__(self, package: str) -> None:
        self.package = package

    def kinds(self) -> dict[str, Any]:
        """The classes by name."""
        found: dict[str, Any] = import_module(f"collapse_theory.{self.package}").named()
        return found

    def get_metavar(self, *_: Any, **__: Any) -> str:
        """The names, for the help."""
        return f"[{'|'.join(self.kinds())}]"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The class of that name, or of the only one that begins so."""
        kinds = self.kinds()
        meant = [value] if value in kinds else [name for name in kinds if value and name.startswith(value)]
        if len(meant) > 1:
            self.fail(f"{value!r} may be {' or '.join(map(repr, meant))}.", param, ctx)
        if not meant:
            self.fail(f"{value!r} is not one of {', '.join(map(repr, kinds))}.", param, ctx)
        return kinds[meant[0]]


def sizes_of(text: str) -> int | Schedule:
    """Sample size or schedule from its command-line form."""
    from collapse_theory import schedules

    kind, *numbers = text.split(":")
    try:
        if not numbers:
            return int(kind)
        growing = {"power": schedules.power, "geometric": schedules.geometric}[kind]
        start, growth = map(float, numbers)
    except (KeyError, ValueError) as wrong:
        domain = "an integer, power:N0:EXPONENT or geometric:N0:RATIO"
        raise ValueError(f"sample_size = {text!r} is outside its domain: {domain}") from wrong
    return growing(start, growth)


def generations_of(text: str) -> list[int]:
    """Generations from their command-line form."""
    try:
        return [int(one) for one in text.split(",")]
    except ValueError as wrong:
        domain = "whole numbers separated by commas, such as 0,1,5,20"
        raise ValueError(f"generations = {text!r} is outside its domain: {domain}") from wrong


def _writable(_: click.Context, param: click.Parameter, path: Path | None) -> Path | None:
    """The path of a file to be written; ValueError, before any work is done, where that could not be."""
    if path is None:
        return None
    name = f"{param.opts[0].lstrip('-')} = {str(path)!r}"
    if not path.parent.is_dir() or path.is_dir() or not os.access(path if path.exists() else path.parent, os.W_OK):
        raise ValueError(f"{name} is outside its domain: a file in an existing, writable folder")
    if param.name == "figure":
        from matplotlib.backend_bases import FigureCanvasBase

        known = sorted(FigureCanvasBase.get_supported_filetypes())
        if path.suffix.removeprefix(".").lower() not in known:
            raise ValueError(f"{name} is outside its domain: a name that ends in one of .{', .'.join(known)}")
    return path


def _output(option: str, *name: str, words: str) -> Callable[[Command], Command]:
    """An option for a file to be written."""
    path = click.Path(path_type=Path)
    return click.option(option, *name, metavar="FILE", type=path, callback=_writable, help=words)


figure_option = _output("--figure", words="Write a picture (.png, .svg, .pdf).")
json_option = _output("--json", "json_file", words="Write everything as JSON.")


sample_size_option = click.option(
    "--sample-size",
    metavar="N",
    required=True,
    help="Points drawn per generation: 100, or growing: power:10:1.5 (10 t^1.5), geometric:10:1.1 (10 * 1.1^(t-1)).",
)
regime_option = click.option(
    "--regime",
    metavar="NAME",
    type=Kind("regimes"),
    default="replace",
    show_default=True,
    help="On which data each generation is fitted: one of the regimes below.",
)
seed_option = click.option(
    "--seed", metavar="S", type=click.IntRange(min=0), default=0, show_default=True, help="Seed of everything random."
)


def wide() -> int:
    """Width of the terminal, or a fixed one where the output is no terminal."""
    import shutil

    return shutil.get_terminal_size().columns if sys.stdout.isatty() or "COLUMNS" in os.environ else PLAIN_WIDTH


def write(report: Any, figure: Path | None, json_file: Path | None) -> None:
    """Write the picture and the plain values of a report to the files that are asked for."""
    if figure is not None:
        report.figure().savefig(figure, dpi=150)
    if json_file is not None:
        import json

        text = json.dumps(report.to_dict(), indent=2, allow_nan=False, ensure_ascii=False)
        json_file.write_text(f"{text}\n", encoding="utf-8")
