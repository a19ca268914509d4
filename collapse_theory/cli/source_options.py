"""Command-line options that say how a file becomes a source: a column of numbers, or a text."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from collapse_theory.cli.common_options import Kind

if TYPE_CHECKING:
    from collapse_theory.families import Categorical, MarkovChain
    from collapse_theory.families.smoothing import Smoothing

Command = Callable[..., Any]

UNITS = ("character", "word")
UNSEEN_ROWS = ("unigram", "uniform", "previous", "end", "cyclic", "source")
TABLES = (".csv", ".tsv")
"""Endings of the names of files that surely are no texts."""
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


OWN: Mapping[str, tuple[str, ...]] = {
    "Gaussian": ("column", "ddof"),
    "MarkovChain": ("unit", "max_states", "unseen_row", "smoothing", "start"),
    "Categorical": ("unit", "smoothing"),
}
"""Families that are fitted to a file, and the options that have a meaning for each, of those that are for some only."""


class Model(NamedTuple):
    """What is fitted to a file: a family, and the options that its name on the command line stands for."""

    family: type
    meant: Mapping[str, Any] = {}


UNITS_BY_NAME = {"words": "word", "characters": "character"}
"""Names that stand for a vocabulary and its unit."""


class Fitted(Kind):
    """A family that is fitted to a file, chosen by name, or a vocabulary by the unit of its types."""

    def kinds(self) -> dict[str, Any]:
        """The models by name."""
        from collapse_theory.families import Categorical

        fitted = {name: Model(family) for name, family in super().kinds().items() if family.__name__ in OWN}
        return fitted | {name: Model(Categorical, {"unit": unit}) for name, unit in UNITS_BY_NAME.items()}


family_option = click.option(
    "--family",
    "model",
    type=Fitted("families"),
    help="What is fitted to the file, and refitted: gaussian to a column of numbers; words or characters, by their "
    "frequency, or markov-chain, by what follows what, to a text.  [default: gaussian]",
)

TEXT_OPTIONS = (
    click.option(
        "--unit",
        type=click.Choice(UNITS),
        help="For a text: whether characters or words are fitted.  [default: character; word for categorical]",
    ),
    click.option(
        "--max-states",
        metavar="K",
        type=int,
        help="For markov-chain: the most frequent K - 1 states, and one for the others.",
    ),
    click.option(
        "--unseen-row",
        type=click.Choice(UNSEEN_ROWS),
        help="For markov-chain: the row of a state that was never left.  [default: unigram]",
    ),
    click.option(
        "--smoothing",
        metavar="KIND:NUMBER",
        type=Smoothed(),
        help="For a text: what is added to the counts, add-alpha:ALPHA, back-off:STRENGTH or, for markov-chain only, "
        "absolute-discount:DISCOUNT.",
    ),
    click.option(
        "--start",
        type=click.Choice(STARTS),
        help="For markov-chain: where each path begins.  [default: occupancy]",
    ),
)


def text_options(command: Command) -> Command:
    """The options of :func:`chain_of`, put on a command."""
    for option in reversed(TEXT_OPTIONS):
        command = option(command)
    return command


def meant(model: Model, given: Mapping[str, Any]) -> dict[str, Any]:
    """The options that were given, and those that the name of the model stands for.

    Raises
    ------
    ValueError
        Naming an option that has no meaning for the family, or contradicts the name of the model.
    """
    name = model.family.__name__
    found = {option: value for option, value in given.items() if value is not None}
    for option, value in found.items():
        if option not in OWN[name]:
            raise ValueError(f"{option} = {value!r} has no meaning for {name}: its options are {', '.join(OWN[name])}")
        if option in model.meant and value != model.meant[option]:
            raise ValueError(f"{option} = {value!r} contradicts --family, which says {model.meant[option]!r}")
    return {**found, **model.meant}


def source_of(model: Model | None, data: Path, given: Mapping[str, Any]) -> tuple[Any, str, dict[str, Any]]:
    """What is forecast, its name in the report, and options that are left for the forecast itself.

    Without a model, a Gaussian is fitted; a file that is no column of numbers then names the models for a text.
    """
    from collapse_theory.families import Gaussian, MarkovChain

    chosen = Model(Gaussian) if model is None else model
    options = meant(chosen, given)
    if chosen.family is not Gaussian:
        return (chain_of if chosen.family is MarkovChain else vocabulary_of)(data, options), data.name, {}
    from collapse_theory.forecasting import named_column

    column = options.pop("column", None)
    try:
        name, values = named_column(data, column)
    except ValueError as wrong:
        if model is not None or column is not None or not data.is_file() or data.suffix.lower() in TABLES:
            raise
        raise ValueError(f"{wrong}; a text needs --family words or --family markov-chain") from wrong
    return values, name or data.stem, options


def chain_of(data: Path, options: Mapping[str, Any]) -> MarkovChain:
    """The chain fitted to a file of text, by the options that were given."""
    from collapse_theory.families import MarkovChain

    with _named_data(data):
        return MarkovChain.from_file(data, **options)


def vocabulary_of(data: Path, options: Mapping[str, Any]) -> Categorical:
    """The words or characters of a file of text with their shares, by the options that were given."""
    from collapse_theory.families import Categorical

    with _named_data(data):
        return Categorical.from_file(data, **options)


@contextmanager
def _named_data(data: Path) -> Iterator[None]:
    """A ValueError about the file names it ``data``, as the command line does; it has to be there."""
    if not data.exists():
        raise ValueError(f"data = {str(data)!r} does not exist, outside its domain: a file of text")
    try:
        yield
    except ValueError as wrong:
        name = f" = {str(data)!r}"
        raise ValueError(str(wrong).replace(f"path{name}", f"data{name}", 1)) from wrong
