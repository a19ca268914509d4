"""Numbers, paragraphs and tables of a report in plain words."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import fields, is_dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from collapse_theory.domain import written
from collapse_theory.forecasting.course import Course, Statistic
from collapse_theory.naming import by_name

if TYPE_CHECKING:
    from collapse_theory.forecasting.every_forecast import Forecast

Row = tuple[str, ...]
Writer = Callable[[float, int], str]
"""How a value is written to so many significant digits."""

MARK = "≈"
INDENT = 13
NARROWEST = 40
EXACT_DIGITS, SIMULATED_DIGITS = 4, 3
PLAIN_FROM, PLAIN_TO = 1e-4, 1e9
SMALLEST, LARGEST, MOST_DIGITS = 1e-307, 1e308, 15
NEGLIGIBLE = 1e-12
SMALLEST_ENTROPY = 1e-3
"""Smallest entropy that is written out."""
ROWS = 6
SAMPLED = (
    "The pool of every run settles, with another {what} in each run; the fits, samples of it, keep moving about that."
)
"""What becomes of a run whose fits see samples of a pool."""
TIED = "\N{NO-BREAK SPACE}%"


def report(
    forecast: Forecast,
    what: str,
    sentences: Iterable[tuple[str, str]],
    at_the_horizon: Sequence[Row],
    on_the_way: Sequence[Row],
    notes: Iterable[str],
    width: int,
) -> str:
    """A whole report; the words are wrapped to a width in characters, the tables are some 75 wide."""
    last = int(forecast.generations[-1])
    title = f"{forecast.label}: {what}, forecast to generation {last}"
    text = [title, "", *(_paragraph(head, words, width) for head, words in sentences), ""]
    for rows in (at_the_horizon, on_the_way) if last > 0 else (at_the_horizon,):
        text += [*_table(rows), ""]
    return "\n".join([*text, *(textwrap.fill(note, max(width, NARROWEST)) for note in notes)])


def regime_told(forecast: Forecast) -> str:
    """Name, parameters and story of the regime of a forecast."""
    regime = forecast.recursion.regime
    (name,) = by_name(type(regime))
    given = {f.name: getattr(regime, f.name) for f in fields(regime)}  # type: ignore[arg-type]
    defaults = {f.name: f.default for f in fields(regime) if isinstance(f.default, str)}  # type: ignore[arg-type]
    values = "; ".join(
        f"{parameter} = {_value_told(value)}"
        for parameter, value in given.items()
        if value is not None and value != defaults.get(parameter)
    )
    return f"Regime {name}{f' ({values})' if values else ''}: {regime.story[:1].lower()}{regime.story[1:]}."


def _value_told(value: Any) -> str:
    """A parameter in words: a name as it is, several numbers one after the other, a part by its own parameters."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return ", ".join(map(_value_told, value))
    if is_dataclass(value):
        inner = {f.name: getattr(value, f.name) for f in fields(value)}
        return ", ".join(f"{name} {_value_told(part)}" for name, part in inner.items() if part is not None)
    return value if isinstance(value, str) else written(value)


def counted_sizes(first: Any, last: Any, what: str) -> str:
    """How many points, or whatever they are called, ``what`` in the plural, a first and a last generation draws."""
    if first == last:
        return f"{first} {what.removesuffix('s') if first == 1 else what}"
    return f"{first} {what} at first, {last} at the last"


def roads_told(forecast: Forecast, *others: Statistic) -> Iterator[str]:
    """What is exact, what is simulated by how many runs, and what so many runs cannot see."""
    known = [*others, *(one for course in forecast.courses.values() for one in course.statistics.values())]
    roads = {one.road for one in known}
    if "simulated" not in roads:
        yield "All of it is exact."
    else:
        yield f"{MARK} is simulated: {forecast.replicates} runs, seed {forecast.seed}. The rest is exact."
    if "unseeable" in roads:
        yield "? is a mean that so many runs cannot be trusted to see: rare runs decide it."


def entropy_told(entropy: float, step: str, choices: str) -> str:
    """An entropy in nats, in bits, and as a number of equally likely choices."""
    return (
        f"{number(entropy, 4)} nats, or {number(entropy / math.log(2), 4)} bits, {step}: as much as a choice among "
        f"{number(math.exp(entropy), 3)} equally likely {choices}"
    )


def kept_of(course: Course, what: str, write: Writer, digits: int = 2) -> str:
    """What a typical run has at the horizon of an entropy: a share of the source's, or, where it grew, how much."""
    known = course.typical
    if known.seen[-1] > known.seen[0]:
        value = f"an {what} of {cell(known, -1, write)} nats"
        return f"{value}, that is {kept(course, digits)} of the source's"
    return f"{kept(course, digits)} of the {what}"


def kept(course: Course, digits: int = 2) -> str:
    """Share of the source's value that is left at the horizon in a typical run."""
    known = course.typical
    share = float(known.seen[-1] / known.seen[0])
    about = "" if known.road == "exact" else MARK
    return f"{about}{percent(share, digits)}" if share > 0 else "nothing"


def rows_on_the_way(generations: int) -> list[int]:
    """Places of a few generations, evenly spread, among those that are looked at."""
    places: list[int] = np.unique(np.linspace(0, generations - 1, ROWS).round().astype(int)).tolist()
    return places


def cells(course: Course, write: Writer | None = None) -> Row:
    """Source, expected, typical and band of a course, at the horizon."""
    source = Statistic("exact", course.typical.seen[:1])
    found = [cell(one, -1, write) for one in (source, *course.statistics.values())]
    return *found[:3], band(*found[3:])


def cell(known: Statistic, place: int, write: Writer | None = None) -> str:
    """A statistic at one place, marked where it is simulated; as a number unless it is written otherwise."""
    if known.values is None:
        return "?"
    exact = known.road == "exact" or place == 0
    text = (write or number)(float(known.values[place]), EXACT_DIGITS if exact else SIMULATED_DIGITS)
    return text if exact or text.startswith(("<", ">")) else MARK + text


def band(low: str, high: str) -> str:
    """Two ends, with one mark for both."""
    return f"{low} to {high.removeprefix(MARK) if low.startswith(MARK) else high}"


def number(value: float, digits: int, scale: float | None = None, *, largest: float = 0.0) -> str:
    """A number to some significant digits, its own or those of a scale.

    It has no exponent where it, and the largest of those beside it, can be read without.
    """
    size = abs(value) if scale is None else scale
    if math.isinf(value) or math.isinf(size):
        return f">{LARGEST:.0e}".replace("+", "") if value > 0 else f"<-{LARGEST:.0e}".replace("+", "")
    if size < SMALLEST:
        return f"<{SMALLEST:.0e}"
    decimals = digits - 1 - math.floor(math.log10(size))
    if size >= PLAIN_FROM and max(abs(value), largest) < PLAIN_TO:
        return f"{round(value, decimals) + 0.0:.{max(decimals, 0)}f}"
    leading = math.floor(math.log10(abs(value))) if value else 0
    kept = decimals + leading
    return f"{value:.{kept if 0 <= kept <= MOST_DIGITS else digits - 1}e}"


def percent(share: float, digits: int) -> str:
    """A share in percent; what is next to nothing is not spelled out."""
    return f"{number(100 * share, digits)} %" if share >= NEGLIGIBLE else f"<{100 * NEGLIGIBLE:.0e} %"


def nats(value: float, digits: int) -> str:
    """An entropy to some digits, a small one to three decimals."""
    if 0 < value < SMALLEST_ENTROPY:
        return f"<{SMALLEST_ENTROPY:g}"
    return "0" if value == 0 else number(value, digits) if value >= 0.1 else f"{value:.3f}"


def bits(value: float, digits: int) -> str:
    """An entropy in nats, written in bits."""
    return nats(value / math.log(2), digits)


def count(value: float, digits: int) -> str:
    """A count, or a mean of counts, of which small ones have a decimal."""
    return f"{value:.0f}" if value == round(value) or value >= 10 ** (digits - 1) else f"{value:.1f}"


def _paragraph(head: str, words: str, width: int) -> str:
    """Words wrapped beside their head, no number torn from its percent sign."""
    filled = textwrap.fill(
        f"{head:<{INDENT}}{words.replace(' %', TIED)}",
        max(width, NARROWEST),
        subsequent_indent=" " * INDENT,
        break_on_hyphens=False,
    )
    return filled.replace(TIED, " %")


def _table(rows: Sequence[tuple[str, ...]]) -> Iterator[str]:
    """Rows in columns: the first one to the left, the others to the right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        yield "  ".join([f"{row[0]:<{widths[0]}}", *(f"{c:>{w}}" for c, w in zip(row[1:], widths[1:], strict=True))])
