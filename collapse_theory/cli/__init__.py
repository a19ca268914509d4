"""The command line: ``collapse-theory forecast``, ``sample``, ``verify``, ``atlas``, ``claims``, ``check`` and more."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from collapse_theory.cli.claim_commands import check, claims
from collapse_theory.cli.common_options import (
    PLAIN_WIDTH,
    Kind,
    figure_option,
    generations_of,
    json_option,
    regime_option,
    sample_size_option,
    seed_option,
    sizes_of,
    wide,
    write,
)
from collapse_theory.cli.regime_options import RegimeCommand
from collapse_theory.cli.source_options import Model, chain_of, family_option, source_of, text_options

if TYPE_CHECKING:
    from collapse_theory.regimes import Regime

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
    """Model collapse, exactly: forecasts for your own data and texts, and the check of every theorem."""


@main.command(cls=RegimeCommand, short_help="Tell what refitting would leave of a column of numbers, or of a text.")
@click.argument("data", metavar="FILE", type=click.Path(path_type=Path))
@family_option
@click.option("--column", metavar="NAME", help="For numbers: column of the file; not needed when there is only one.")
@text_options
@sample_size_option
@click.option("--generations", metavar="T", type=int, required=True, help="How far to look.")
@regime_option
@click.option(
    "--ddof", metavar="D", type=float, help="For numbers: fitted variance is sum of squares over n - D.  [default: 1]"
)
@click.option(
    "--replicates",
    metavar="R",
    type=int,
    help="Runs behind what is simulated.  [default: 20000, fewer where a pool is sampled; of a text those of 15 s]",
)
@seed_option
@figure_option
@json_option
def forecast(
    data: Path,
    model: Model | None,
    sample_size: str,
    generations: int,
    regime: Regime,
    replicates: int | None,
    seed: int,
    figure: Path | None,
    json_file: Path | None,
    **options: Any,
) -> None:
    """Tell what refitting on its own samples would leave of a column of numbers, or of a text.

    A Gaussian is fitted to a column of a CSV file, then to samples of that Gaussian, and so on: what becomes of the
    spread, the mean and the tails, in the mean over runs and in a typical run.

    With --family words, the shares of the words in a text are fitted, then those in a sample of that many words, and
    so on: how many words are left, which have an even chance, what was lost with the others. With --family
    markov-chain, the transitions between the characters or words of a text are fitted, then those of a path through
    that chain, and so on: what becomes of its states, its transitions and its entropy rate.
    """
    from collapse_theory.forecasting import forecast as forecast_of

    source, label, rest = source_of(model, data, options)
    report = forecast_of(
        source,
        sample_size=sizes_of(sample_size),
        generations=generations,
        regime=regime,
        replicates=replicates,
        rng=seed,
        label=label,
        progress=sys.stderr.isatty(),
        **rest,
    )
    click.echo(report.summary(min(wide(), PLAIN_WIDTH)))
    write(report, figure, json_file)


@main.command(cls=RegimeCommand, short_help="Show passages of a text that is refitted on itself.")
@click.argument("text", metavar="TEXT", type=click.Path(path_type=Path))
@text_options
@sample_size_option
@click.option(
    "--generations",
    metavar="T,T,...",
    default="0,1,5,20,100",
    show_default=True,
    help="At which generations to show a passage.",
)
@regime_option
@click.option("--length", metavar="L", type=int, help="States in a passage.  [default: 300 characters or 60 words]")
@seed_option
@json_option
def sample(
    text: Path,
    sample_size: str,
    generations: str,
    regime: Regime,
    length: int | None,
    seed: int,
    json_file: Path | None,
    **options: Any,
) -> None:
    """Show a passage of a text at each of some generations of one run of refitting.

    The transitions between the characters or words of the text are fitted, then those of a path through that chain,
    and so on. Each passage is a path through the chain of that generation.
    """
    from collapse_theory.passage import passages
    from collapse_theory.recursion import Recursion

    given = {option: value for option, value in options.items() if value is not None}
    at, size = generations_of(generations), sizes_of(sample_size)
    recursion = Recursion(chain_of(text, given), regime, sample_size=size)
    report = passages(recursion, at, length=length, unit=given.get("unit"), rng=seed)
    click.echo(report.summary(min(wide(), PLAIN_WIDTH)))
    write(report, None, json_file)


@main.command(short_help="Print a real text: the language reference that comes with Python.")
def example() -> None:
    """Print a real text to try things on: the language reference that every Python carries, in UTF-8."""
    from collapse_theory.examples import python_reference

    text = python_reference()
    click.echo(text if sys.stdout.isatty() else text.encode())


@main.command(short_help="Check every theorem in three ways.")
@click.option("--family", type=Kind("families"), help="Only this family.")
@click.option(
    "--regime", metavar="NAME", type=Kind("regimes"), help="Only this regime, such as golden; wrong names list all."
)
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
    console = Console(width=wide())
    console.print(report.table())
    console.print(report.summary(), highlight=False, markup=False)
    write(report, figure, json_file)
    return 0 if report.agrees else 1


@main.command(short_help="Show what is known of every family in every regime.")
@click.option("--family", type=Kind("families"), help="Only this family.")
@click.option(
    "--regime", metavar="NAME", type=Kind("regimes"), help="Only this regime, such as golden; wrong names list all."
)
@click.option(
    "--sampling",
    metavar="NAME",
    type=Kind("sampling"),
    help="Data drawn in this way, such as best-of or temperature; honest draws by default.",
)
@click.option("--samplings", "every", is_flag=True, help="All ways of drawing data: which families go with which.")
@click.option("--quantity", metavar="Q", help="Only this quantity, time or role: variance, extinction_time, spread.")
@click.option("--statistic", metavar="S", help="Only this statistic: mean, std, median, growth_rate, fate.")
@json_option
def atlas(json_file: Path | None, *, every: bool, **chosen: Any) -> None:
    """Show what is known of every family in every regime, by which road, and where it is from.

    Without options a table for each family, quantities down and regimes across; in full, with conditions and sources,
    once a quantity, or a family with a regime, is chosen.
    """
    from rich.console import Console

    from collapse_theory.theorem_atlas import atlas as atlas_of

    if every and chosen["sampling"] is not None:
        raise click.UsageError("give one of --sampling and --samplings")
    if every:
        chosen["sampling"] = "every"
    report = atlas_of(**chosen)
    Console(width=wide()).print(report.table())
    write(report, None, json_file)


@main.command(short_help="Show versions of the package and of what it stands on.")
def versions() -> None:
    """Show versions of the package, Python, the platform and the dependencies."""
    from collapse_theory.versions import show_versions

    show_versions()


main.add_command(claims)
main.add_command(check)
