"""Command-line options that say how a file becomes a source: a column of numbers, or a text."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collapse_theory.families import Family, MarkovChain
    from collapse_theory.families.smoothing import Smoothing

Command = Callable[..., Any]

UNITS = ("character", "word")
UNSEEN_ROWS = ("unigram", "uniform", "previous", "end", "cyclic", "source")
STARTS = ("occupancy", "stationary", "last")
SMOOTHINGS = "add-alpha:ALPHA, back-off:STRENGTH or absolute-discount:DISCOUNT"


class Smoothed(click.ParamType):  # type: ignore[type-arg]
    """A smoothing in its command-line form, such as ``add-alpha:1``."""

    name = "smoothing"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Smoothing:
        """The smoothing; ValueError for what is none."""
        from collapse_theory.families.smoothing import AbsoluteDiscount, AddAlpha, BackOff
        from collapse_theory.naming import by_name

        kinds: dict[str, Any] = by_name(AddAlpha, BackOff, AbsoluteDiscount)
        name, *numbers = str(value).split(":")
        try:
            kind, (number,) = kinds[name], map(float, numbers)
        except (KeyError, ValueError) as wrong:
            raise ValueError(f"smoothing = {value!r} is outside its domain: {SMOOTHINGS}") from wrong
        found: Smoothing = kind(number)
        return found


TEXT_OPTIONS = (
    click.option("--unit", type=click.Choice(UNITS), help="For a text: what the states are.  [default: character]"),
    click.option(
        "--max-states",
        metavar="K",
        type=int,
        help="For a text: the most frequent K - 1 states, and one for the others.",
    ),
    click.option(
        "--unseen-row",
        type=click.Choice(UNSEEN_ROWS),
        help="For a text: the row of a state that was never left.  [default: unigram]",
    ),
    click.option(
        "--smoothing",
        metavar="KIND:NUMBER",
        type=Smoothed(),
        help=f"For a text: what is added to the counts, {SMOOTHINGS}.",
    ),
    click.option(
        "--start",
        type=click.Choice(STARTS),
        help="For a text: where each path begins.  [default: occupancy]",
    ),
)


def text_options(command: Command) -> Command:
    """The options of :func:`chain_of`, put on a command."""
    for option in reversed(TEXT_OPTIONS):
        command = option(command)
    return command


OWN: Mapping[str, tuple[str, ...]] = {
    "Gaussian": ("column", "ddof"),
    "MarkovChain": ("unit", "max_states", "unseen_row", "smoothing", "start"),
}
"""Options that have a meaning for a family, of those that are for some only."""


def meant(family: type[Family], given: Mapping[str, Any]) -> dict[str, Any]:
    """The options that were given.

    Raises
    ------
    ValueError
        For a family that is fitted to no file, and naming an option that has no meaning for it.
    """
    name = family.__name__
    if name not in OWN:
        raise ValueError(f"family = {name} is outside its domain: {' or '.join(OWN)}, which are fitted to a file")
    found = {option: value for option, value in given.items() if value is not None}
    for option, value in found.items():
        if option not in OWN[name]:
            raise ValueError(f"{option} = {value!r} has no meaning for {name}: its options are {', '.join(OWN[name])}")
    return found


def source_of(family: type[Family], data: Path, options: Mapping[str, Any]) -> tuple[Any, str, dict[str, Any]]:
    """What is forecast, its name in the report, and options that are left for the forecast itself."""
    from collapse_theory.families import Gaussian

    if family is not Gaussian:
        return chain_of(data, options), data.name, {}
    from collapse_theory.forecasting import named_column

    rest = dict(options)
    name, values = named_column(data, rest.pop("column", None))
    return values, name or data.stem, rest


def chain_of(data: Path, options: Mapping[str, Any]) -> MarkovChain:
    """The chain fitted to a file of text, by the options that were given."""
    from collapse_theory.families import MarkovChain

    if not data.exists():
        raise ValueError(f"data = {str(data)!r} does not exist, outside its domain: a file of text")
    return MarkovChain.from_file(data, **options)
