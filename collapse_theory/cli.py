"""The command line: ``collapse-theory forecast``, ``verify`` and ``versions``."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from collapse_theory.regime_options import RegimeCommand

if TYPE_CHECKING:
    from collapse_theory.families import Family
    from collapse_theory.regimes import Regime
    from collapse_theory.schedules import Schedule

Command = Callable[..., Any]

PLAIN_WIDTH = 100
WRONG, INTERRUPTED = 2, 130


class OneLineErrors(click.Group):
    """A group whose errors are one line on stderr: exit status 2 for bad input, 130 for an interrupt."""

    def main(self, args: Sequence[str] | None = None, *rest: Any, **extra: Any) -> Any:
        """Run the command and leave with its exit status; without arguments, show the help."""
        for stream in (sys.stdout, sys.stderr):
            if hasattr(stream, "reconfigure"):
                stream.reconfigure(errors="replace")
        given = list(sys.argv[1:] if args is None else args)
        try:
            status = super().main(given or ["--help"], *rest, **{**extra, "standalone_mode": False})
        except click.Abort:
            _leave("interrupted", INTERRUPTED)
        except click.ClickException as wrong:
            _leave(f"error: {wrong.format_message()}", WRONG)
        except Exception as wrong:
            if not _is_about_input(wrong):
                raise
            _leave(f"error: {wrong}", WRONG)
        sys.exit(status if isinstance(status, int) else 0)


def _is_about_input(wrong: Exception) -> bool:
    """Whether an exception speaks about what was asked, not about a bug."""
    from collapse_theory.errors import NoClosedForm, NotDefined

    return isinstance(wrong, (ValueError, OSError, OverflowError, MemoryError, NoClosedForm, NotDefined))


def _leave(message: str, status: int) -> None:
    click.echo(" ".join(message.split()), err=True)
    sys.exit(status)


class Kind(click.ParamType):  # type: ignore[type-arg]
    """A class chosen by name among those of a package, which is imported when it is needed: that takes time."""

    name = "kind"

    def __init__(self, package: str) -> None:
        self.package = package

    def kinds(self) -> dict[str, type]:
        """The classes by name."""
        found: dict[str, type] = import_module(f"collapse_theory.{self.package}").named()
        return found

    def get_metavar(self, *_: Any, **__: Any) -> str:
        """The names, for the help."""
        return f"[{'|'.join(self.kinds())}]"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The class of that name."""
        kinds = self.kinds()
        if value not in kinds:
            self.fail(f"{value!r} is not one of {', '.join(map(repr, kinds))}.", param, ctx)
        return kinds[value]


def _show_version(ctx: click.Context, _: click.Parameter, value: bool) -> None:  # noqa: FBT001 (click's signature)
    if value:
        from collapse_theory.versions import version_of

        click.echo(f"collapse-theory {version_of('collapse-theory')}")
        ctx.exit()


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


@click.group(cls=OneLineErrors, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option(
    "--version", is_flag=True, is_eager=True, expose_value=False, callback=_show_version, help="Show the version."
)
def main() -> None:
    """Model collapse, exactly: forecasts for your own data, and the check of every theorem."""


@main.command(cls=RegimeCommand, short_help="Tell what refitting would leave of a column of numbers.")
@click.argument("data", metavar="DATA.csv", type=click.Path(path_type=Path))
@click.option(
    "--family",
    type=Kind("families"),
    default="gaussian",
    show_default=True,
    help="What is fitted to the column, and refitted.",
)
@click.option("--column", metavar="NAME", help="Column of the file; not needed when there is only one.")
@click.option(
    "--sample-size",
    metavar="N",
    required=True,
    help="Points drawn per generation: 100, or growing: power:10:1.5 (10 t^1.5), geometric:10:1.1 (10 * 1.1^(t-1)).",
)
@click.option("--generations", metavar="T", type=int, required=True, help="How far to look.")
@click.option(
    "--regime",
    type=Kind("regimes"),
    default="replace",
    show_default=True,
    help="On which data each generation is fitted.",
)
@click.option(
    "--ddof",
    metavar="D",
    type=float,
    default=1.0,
    show_default=True,
    help="Fitted variance: sum of squares over n - D.",
)
@click.option(
    "--replicates", metavar="R", type=int, default=20_000, show_default=True, help="Runs behind what is simulated."
)
@click.option(
    "--seed", metavar="S", type=click.IntRange(min=0), default=0, show_default=True, help="Seed of everything random."
)
@figure_option
@json_option
def forecast(
    data: Path,
    family: type[Family],
    column: str | None,
    sample_size: str,
    generations: int,
    regime: Regime,
    ddof: float,
    replicates: int,
    seed: int,
    figure: Path | None,
    json_file: Path | None,
) -> None:
    """Tell what refitting on its own samples would leave of a column of numbers.

    A Gaussian is fitted to the column, then to samples of that Gaussian, and so on: what becomes of the spread, the
    mean and the tails, in the mean over runs and in a typical run.
    """
    from collapse_theory.families import Gaussian
    from collapse_theory.forecasting import forecast as forecast_of
    from collapse_theory.forecasting import named_column

    if family is not Gaussian:
        raise ValueError(f"family = {family.__name__} is outside its domain: Gaussian, which is fitted to a column")
    name, values = named_column(data, column)
    report = forecast_of(
        values,
        sample_size=_sample_size(sample_size),
        generations=generations,
        regime=regime,
        ddof=ddof,
        replicates=replicates,
        rng=seed,
        label=name or data.stem,
        progress=sys.stderr.isatty(),
    )
    click.echo(report.summary(min(_width(), PLAIN_WIDTH)))
    _write(report, figure, json_file)


@main.command(short_help="Check every theorem in three ways.")
@click.option("--family", type=Kind("families"), help="Only this family.")
@click.option("--regime", type=Kind("regimes"), help="Only this regime.")
@click.option("--quick", is_flag=True, help="Few points and runs.")
@click.option("--deep", is_flag=True, help="Many points and runs; not together with --quick.")
@click.option("--seed", metavar="S", type=click.IntRange(min=0), help="Seed of the simulations.")
@figure_option
@json_option
def verify(figure: Path | None, json_file: Path | None, *, quick: bool, deep: bool, **chosen: Any) -> int:
    """Confront every theorem with its proof, with 50-digit arithmetic, and with a simulation.

    Exit status 1 when anything disagrees.
    """
    if quick and deep:
        raise click.UsageError("--quick and --deep exclude each other")
    from rich.console import Console

    from collapse_theory.verification import verify as verification_of

    given = {name: value for name, value in chosen.items() if value is not None}
    if quick or deep:
        given["depth"] = "quick" if quick else "deep"
    report = verification_of(**given, progress=sys.stderr.isatty())
    console = Console(width=_width())
    console.print(report.table())
    console.print(report.summary(), highlight=False, markup=False)
    _write(report, figure, json_file)
    return 0 if report.agrees else 1


@main.command(short_help="Show versions of the package and of what it stands on.")
def versions() -> None:
    """Show versions of the package, Python, the platform and the dependencies."""
    from collapse_theory.versions import show_versions

    show_versions()


def _width() -> int:
    """Width of the terminal, or a fixed one where the output is no terminal."""
    import shutil

    return shutil.get_terminal_size().columns if sys.stdout.isatty() or "COLUMNS" in os.environ else PLAIN_WIDTH


def _sample_size(text: str) -> int | Schedule:
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


def _write(report: Any, figure: Path | None, json_file: Path | None) -> None:
    """Write the picture and the plain values of a report to the files that are asked for."""
    if figure is not None:
        report.figure().savefig(figure, dpi=150)
    if json_file is not None:
        import json

        text = json.dumps(report.to_dict(), indent=2, allow_nan=False, ensure_ascii=False)
        json_file.write_text(f"{text}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
