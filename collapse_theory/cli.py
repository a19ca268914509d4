"""The command line: ``collapse-theory forecast``, ``verify`` and ``versions``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from rich.console import Console

    from collapse_theory.regimes import Regime

FAMILIES = ("gaussian",)
REGIMES = ("replace", "accumulate", "fresh", "fresh-mixture")
PLAIN_WIDTH = 100
WRONG, INTERRUPTED = 2, 130


class OneLineErrors(click.Group):
    """A group whose errors are one line on stderr: exit status 2 for bad input, 130 for an interrupt."""

    def main(self, *args: Any, **extra: Any) -> Any:
        """Run the command and leave with its exit status."""
        for stream in (sys.stdout, sys.stderr):
            if hasattr(stream, "reconfigure"):
                stream.reconfigure(errors="replace")
        try:
            status = super().main(*args, **{**extra, "standalone_mode": False})
        except click.ClickException as wrong:
            _fail(wrong.format_message())
        except click.Abort:
            _fail("interrupted", INTERRUPTED, prefix="")
        except Exception as wrong:
            if not _expected(wrong):
                raise
            _fail(str(wrong))
        sys.exit(status if isinstance(status, int) else 0)

    def invoke(self, ctx: click.Context) -> Any:
        """Run a subcommand; an interrupt ends it without a traceback."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            _fail("interrupted", INTERRUPTED, prefix="")


def _expected(wrong: Exception) -> bool:
    """Whether an exception speaks about the input, not about a bug."""
    from collapse_theory.errors import NoClosedForm, NotDefined

    return isinstance(wrong, (ValueError, OSError, OverflowError, MemoryError, NoClosedForm, NotDefined))


def _fail(message: str, status: int = WRONG, *, prefix: str = "error: ") -> None:
    click.echo(prefix + " ".join(message.split()), err=True)
    sys.exit(status)


def _show_version(ctx: click.Context, _: click.Parameter, value: bool) -> None:  # noqa: FBT001 (click's signature)
    if value:
        from collapse_theory.versions import version_of

        click.echo(f"collapse-theory {version_of('collapse-theory')}")
        ctx.exit()


@click.group(cls=OneLineErrors, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option(
    "--version", is_flag=True, is_eager=True, expose_value=False, callback=_show_version, help="Show the version."
)
def main() -> None:
    """Model collapse, exactly: forecasts for your own data, and the check of every theorem."""


@main.command()
@click.argument("data", metavar="DATA.csv", type=click.Path(path_type=Path))
@click.option("--family", type=click.Choice(FAMILIES), default="gaussian", show_default=True, help="What is refitted.")
@click.option("--column", metavar="NAME", help="Column of the file; not needed when there is only one.")
@click.option(
    "--sample-size",
    metavar="N",
    required=True,
    help="Points drawn per generation: 100, or growing: power:10:1.5 (10 t^1.5), geometric:10:1.1 (10 * 1.1^(t-1)).",
)
@click.option("--generations", metavar="T", type=int, required=True, help="How far to look.")
@click.option("--regime", type=click.Choice(REGIMES), default="replace", show_default=True, help="On which data.")
@click.option("--real", metavar="R", type=int, help="Fresh real points per generation (regime fresh).")
@click.option("--share", metavar="S", type=float, help="Their share, exactly (fresh) or by chance (fresh-mixture).")
@click.option("--ddof", type=float, default=1.0, show_default=True, help="Variance = sum of squares / (n - ddof).")
@click.option("--replicates", type=int, default=20_000, show_default=True, help="Runs behind what is simulated.")
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True, help="Seed of everything random.")
@click.option("--figure", metavar="FILE", type=click.Path(path_type=Path), help="Write a picture (.png, .svg, .pdf).")
@click.option("--json", "json_file", metavar="FILE", type=click.Path(path_type=Path), help="Write everything as JSON.")
def forecast(
    data: Path,
    family: str,
    column: str | None,
    sample_size: str,
    generations: int,
    regime: str,
    real: int | None,
    share: float | None,
    ddof: float,
    replicates: int,
    seed: int,
    figure: Path | None,
    json_file: Path | None,
) -> None:
    """What refitting on its own samples would leave of a column of numbers.

    The column is taken as the source; a Gaussian is fitted to it, then to samples of that Gaussian, and so on.
    """
    from collapse_theory.forecasting import forecast as make
    from collapse_theory.forecasting import read_column

    _check_writable("figure", figure)
    _check_writable("json", json_file)
    console = _console()
    report = make(
        read_column(data, column),
        sample_size=_sample_size(sample_size),
        generations=generations,
        regime=_regime(regime, real, share),
        ddof=ddof,
        replicates=replicates,
        rng=seed,
        label=column or "the column",
    )
    console.print(report.summary(min(console.width, PLAIN_WIDTH)), highlight=False, markup=False, soft_wrap=True)
    console.print()
    _print_rows(console, report)
    if figure is not None:
        report.figure().savefig(figure, dpi=150)
    _write_json(json_file, report)


@main.command()
@click.option("--family", type=click.Choice(FAMILIES), help="Only this family.")
@click.option("--regime", type=click.Choice(REGIMES), help="Only this regime.")
@click.option("--quick", "depth", flag_value="quick", help="Few points and runs.")
@click.option("--deep", "depth", flag_value="deep", help="Many points and runs.")
@click.option("--seed", type=click.IntRange(min=0), help="Seed of the simulations.")
@click.option("--json", "json_file", metavar="FILE", type=click.Path(path_type=Path), help="Write the report as JSON.")
@click.option("--figure", metavar="FILE", type=click.Path(path_type=Path), help="Write a picture (.png, .svg, .pdf).")
def verify(
    family: str | None,
    regime: str | None,
    depth: str | None,
    seed: int | None,
    json_file: Path | None,
    figure: Path | None,
) -> int:
    """Confront every theorem with its proof, with 50-digit arithmetic, and with a simulation.

    Exit status 1 when anything disagrees.
    """
    from collapse_theory.verification import verify as run

    _check_writable("figure", figure)
    _check_writable("json", json_file)
    chosen: dict[str, Any] = {} if seed is None else {"seed": seed}
    report = run(family=family, regime=regime, depth=depth or "default", progress=sys.stderr.isatty(), **chosen)  # type: ignore[arg-type]
    console = _console()
    console.print(report.table())
    console.print(report.summary(), highlight=False, markup=False)
    if figure is not None:
        report.figure(str(figure))
    _write_json(json_file, report)
    return 0 if report.agrees else 1


@main.command()
def versions() -> None:
    """Versions of the package, Python, the platform and the dependencies."""
    from collapse_theory.versions import show_versions

    show_versions()


def _console() -> Console:
    """A console as wide as the terminal, and of a fixed width where the output is no terminal."""
    from rich.console import Console

    return Console() if sys.stdout.isatty() else Console(width=PLAIN_WIDTH)


def _print_rows(console: Console, report: Any) -> None:
    from rich.table import Table

    rows = report.rows()
    shown = [i for i in range(len(report.columns)) if console.width >= 90 or i not in (4, 5)]
    table = Table(box=None, header_style="bold", pad_edge=False)
    for i in shown:
        table.add_column(report.columns[i], justify="right")
    for row in rows:
        table.add_row(*(row[i] for i in shown))
    console.print(table)


def _sample_size(text: str) -> Any:
    """Sample size or schedule from its command-line form."""
    from collapse_theory import schedules

    kind, *numbers = text.split(":")
    try:
        if not numbers:
            return int(kind)
        first, second = map(float, numbers)
        return {"power": schedules.power, "geometric": schedules.geometric}[kind](first, second)
    except (KeyError, ValueError) as wrong:
        if "domain" in str(wrong):
            raise
        domain = "an integer ≥ 2, power:N0:EXPONENT or geometric:N0:RATIO"
        raise ValueError(f"sample_size = {text!r} is outside its domain: {domain}") from wrong


def _regime(name: str, real: int | None, share: float | None) -> Regime:
    from collapse_theory import regimes

    if name == "fresh":
        return regimes.Fresh(real=real, share=share)
    if real is not None:
        raise ValueError(f"real = {real} has no meaning for regime = {name!r}: it belongs to 'fresh'")
    if name == "fresh-mixture":
        if share is None:
            raise ValueError("share = None is outside its domain: regime 'fresh-mixture' needs a real number in (0, 1]")
        return regimes.FreshMixture(share)
    if share is not None:
        raise ValueError(
            f"share = {share:g} has no meaning for regime = {name!r}: it belongs to 'fresh' and 'fresh-mixture'"
        )
    return regimes.Replace() if name == "replace" else regimes.Accumulate()


def _check_writable(name: str, path: Path | None) -> None:
    """ValueError, before any work is done, for a file that could not be written."""
    import os

    if path is None:
        return
    folder = path.parent
    if not folder.is_dir() or path.is_dir() or not os.access(path if path.exists() else folder, os.W_OK):
        raise ValueError(f"{name} = {str(path)!r} is outside its domain: a file in an existing, writable folder")
    if name == "figure":
        from matplotlib.figure import Figure

        known = sorted(Figure().canvas.get_supported_filetypes())
        if path.suffix.lstrip(".").lower() not in known:
            raise ValueError(
                f"figure = {str(path)!r} is outside its domain: a name that ends in one of {', '.join(known)}"
            )


def _write_json(path: Path | None, report: Any) -> None:
    if path is not None:
        import json

        path.write_text(
            json.dumps(report.to_dict(), indent=2, allow_nan=False, ensure_ascii=False) + "\n", encoding="utf-8"
        )


if __name__ == "__main__":
    main()
