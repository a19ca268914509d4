"""A forecast in plain words and two small tables."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from collapse_theory.domain import domains, written
from collapse_theory.errors import NoClosedForm
from collapse_theory.forecasting.course import Course, Statistic
from collapse_theory.naming import by_name

if TYPE_CHECKING:
    from collapse_theory.forecasting.gaussian import Forecast
    from collapse_theory.regimes import Regime

FATES = {
    "collapses": "Every single run loses its whole spread, whatever the mean over runs does",
    "wanders": "The spread of every run wanders without limit, down to nothing and up again",
    "explodes": "The spread of every run grows without bound",
    "settles": "The spread of every run settles at a positive value, another one in each run",
    "stationary": "Runs keep moving, but their spread neither dies nor grows without bound",
    "undecided": "No theorem decides what becomes of a run",
}
MARK = "≈"
INDENT = 13
NARROWEST = 40
EXACT_DIGITS, SIMULATED_DIGITS = 4, 3
PLAIN_FROM, PLAIN_TO = 1e-4, 1e9
SMALLEST, LARGEST, MOST_DIGITS = 1e-307, 1e308, 15
NEGLIGIBLE = 1e-12
ROWS = 6


def summary(forecast: Forecast, width: int) -> str:
    """The whole report; the words are wrapped to a width in characters, the tables are some 75 wide."""
    last = forecast.generations[-1]
    text = [
        f"{forecast.label}: {forecast.source.count} values, forecast to generation {last}",
        "",
        *(_paragraph(head, words, width) for head, words in _sentences(forecast)),
        "",
        *_table(_at_the_horizon(forecast)),
        "",
    ]
    if last > 0:
        text += [*_table(_on_the_way(forecast)), ""]
    return "\n".join([*text, *(textwrap.fill(note, max(width, NARROWEST)) for note in _notes(forecast))])


def _sentences(forecast: Forecast) -> Iterator[tuple[str, str]]:
    yield "Source", _source(forecast)
    yield "Gaussian?", _normality(forecast)
    yield "Refitting", _refitting(forecast)
    yield "In the end", _fate(forecast)
    yield "Half-life", _half_life(forecast)


def _source(forecast: Forecast) -> str:
    mean, sd = forecast.source.mean, forecast.source.sd
    return (
        f"Generation 0 is the Gaussian fitted to the values: mean {number(mean.value, 2, mean.standard_error)} ± "
        f"{number(mean.standard_error, 2)}, standard deviation {number(sd.value, 2, sd.standard_error)} ± "
        f"{number(sd.standard_error, 2)} (bootstrap standard errors). All standard deviations below are proportional "
        f"to this one and share its error of {percent(sd.standard_error / sd.value, 2)}; the tails do not depend on it."
    )


def _normality(forecast: Forecast) -> str:
    fit, count = forecast.normality, forecast.source.count
    head = {
        "plausible": "A plausible description of the values",
        "doubtful": "A doubtful description of the values",
        "poor": "A poor description of the values, so the forecast speaks about the fitted Gaussian, not about them",
        "untested": "Too few values to tell",
    }[fit.word]
    p = "p < 0.001" if fit.p_value < 0.001 else f"p = {fit.p_value:.2g}"
    expected = count * forecast.tail.typical.seen[0]
    return (
        f"{head}: Anderson-Darling {p}, skewness {fit.skewness:.2f}, excess kurtosis "
        f"{fit.excess_kurtosis:.2f}; {fit.outside} of {count} lie beyond 3 standard deviations, where a Gaussian would "
        f"put {number(expected, 2)}."
    )


def _refitting(forecast: Forecast) -> str:
    recursion, last = forecast.recursion, int(forecast.generations[-1])
    sizes, regime = recursion.sizes, recursion.regime
    drawn = f"{sizes(1)} points" if sizes.constant else f"{sizes(1)} points at first, {sizes(max(last, 1))} at the last"
    story = f"{regime.story[:1].lower()}{regime.story[1:]}"
    real = " Real points are taken to follow the fitted Gaussian." if recursion.tableau.anchored else ""
    ddof = recursion.family.ddof
    divisor = "n" if ddof == 0 else f"(n {'-' if ddof > 0 else '+'} {abs(ddof):g})"
    return (
        f"Each generation draws {drawn}; its variance is the sum of squares over {divisor}. "
        f"{_regime(regime)}: {story}.{real}"
    )


def _regime(regime: Regime) -> str:
    """Name and parameters of a regime in words."""
    (name,) = by_name(type(regime))
    given = {parameter: getattr(regime, parameter) for parameter in domains(regime)}
    values = ", ".join(f"{parameter} = {written(value)}" for parameter, value in given.items() if value is not None)
    return f"Regime {name}{f' ({values})' if values else ''}"


def _fate(forecast: Forecast) -> str:
    fate = forecast.fate
    if fate is None:
        return "No theorem says what becomes of a run under these sample sizes."
    sentence = FATES[fate.verdict]
    if fate.verdict == "undecided":
        return f"{sentence} ({fate.because} = {fate.value:.3g})."
    try:
        rate = forecast.recursion.variance.growth_rate if fate.verdict in ("collapses", "explodes") else 0.0
    except NoClosedForm:
        rate = 0.0
    if rate == 0:
        return f"{sentence}."
    change = percent(abs(math.expm1(rate)), 2)
    return f"{sentence}; in the long run its variance {'shrinks' if rate < 0 else 'grows'} by {change} a generation."


def _half_life(forecast: Forecast) -> str:
    last = forecast.generations[-1]
    about = "" if forecast.sd.typical.road == "exact" else MARK
    if forecast.half_life is None:
        change = float(forecast.sd.typical.seen[-1]) / forecast.source.sd.value
        if change <= 1:
            return f"The typical standard deviation is not down to half by generation {last}."
        times = f"{about}{number(change, SIMULATED_DIGITS)} times the source's"
        return f"The typical standard deviation does not fall: at generation {last} it is {times}."
    return f"The typical standard deviation is down to half at generation {about}{forecast.half_life}."


def _at_the_horizon(forecast: Forecast) -> list[tuple[str, ...]]:
    sd, last = forecast.source.sd.value, forecast.generations[-1]
    return [
        (f"At generation {last}", "source", "expected", "typical", "90 % of runs"),
        ("standard deviation", *_cells(forecast.sd)),
        ("variance", *_cells(forecast.variance)),
        ("mean", *_cells(forecast.location, scale=sd)),
        ("tail, fixed centre", *_cells(forecast.tail, share=True)),
        ("tail, own centre", *_cells(forecast.own_tail, share=True)),
    ]


def _cells(course: Course, *, scale: float | None = None, share: bool = False) -> tuple[str, ...]:
    """Source, expected, typical and band of a course, at the horizon."""
    source = Statistic("exact", course.typical.seen[:1])
    known = (source, course.expected, course.typical, course.low, course.high)
    sizes = np.abs([0.0 if one.values is None else one.values[-1] for one in known])
    largest = 0.0 if scale is None else float(sizes[np.isfinite(sizes)].max())
    cells = [_cell(one, -1, scale=scale, share=share, largest=largest) for one in known]
    return *cells[:3], _band(*cells[3:])


def _on_the_way(forecast: Forecast) -> list[tuple[str, ...]]:
    places = np.unique(np.linspace(0, len(forecast.generations) - 1, ROWS).round().astype(int)).tolist()
    sd, tail = forecast.sd, forecast.tail
    head = ("t", "expected sd", "typical sd", "90 % of runs", "expected tail", "typical tail")
    return [
        head,
        *(
            (
                f"{forecast.generations[i]}",
                _cell(sd.expected, i),
                _cell(sd.typical, i),
                _band(_cell(sd.low, i), _cell(sd.high, i)),
                _cell(tail.expected, i, share=True),
                _cell(tail.typical, i, share=True),
            )
            for i in places
        ),
    ]


def _notes(forecast: Forecast) -> Iterator[str]:
    yield (
        "Expected is the mean over runs, which a few wide runs can carry; typical is the median run. A tail is the "
        "share beyond 3 source standard deviations: of the source's mean (fixed centre), or of the model's own."
    )
    roads = [known.road for course in forecast.courses.values() for known in course.statistics.values()]
    if "simulated" not in roads:
        yield "All of it is exact."
    else:
        yield f"{MARK} is simulated: {forecast.replicates} runs, seed {forecast.seed}. The rest is exact."
    if "unseeable" in roads:
        yield "? is a mean that so many runs cannot be trusted to see: rare runs decide it."


def _cell(
    known: Statistic, place: int, *, scale: float | None = None, share: bool = False, largest: float = 0.0
) -> str:
    if known.values is None:
        return "?"
    exact = known.road == "exact" or place == 0
    value, digits = float(known.values[place]), EXACT_DIGITS if exact else SIMULATED_DIGITS
    text = percent(value, digits - 1) if share else number(value, digits, scale, largest=largest)
    return text if exact or text.startswith(("<", ">")) else MARK + text


def _band(low: str, high: str) -> str:
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


def _paragraph(head: str, words: str, width: int) -> str:
    return textwrap.fill(
        f"{head:<{INDENT}}{words}",
        max(width, NARROWEST),
        subsequent_indent=" " * INDENT,
        break_on_hyphens=False,
    )


def _table(rows: Sequence[tuple[str, ...]]) -> Iterator[str]:
    """Rows in columns: the first one to the left, the others to the right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        yield "  ".join([f"{row[0]:<{widths[0]}}", *(f"{c:>{w}}" for c, w in zip(row[1:], widths[1:], strict=True))])
