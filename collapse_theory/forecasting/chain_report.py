"""The forecast of a Markov chain in plain words and two small tables."""

from __future__ import annotations

from collections.abc import Iterator
from math import exp, log
from typing import TYPE_CHECKING

from collapse_theory.families.smoothing import AbsoluteDiscount, AddAlpha, BackOff
from collapse_theory.forecasting.course import Course, Statistic
from collapse_theory.forecasting.words import (
    MARK,
    Row,
    band,
    cell,
    cells,
    number,
    percent,
    regime_told,
    report,
    roads_told,
    rows_on_the_way,
    sizes_told,
)
from collapse_theory.passage import counted, told
from collapse_theory.recursion import known_fate

if TYPE_CHECKING:
    from collapse_theory.forecasting.chain import ChainForecast

SMALLEST = 1e-3
"""Smallest entropy rate that is written out."""
UNSEEN = {
    "unigram": "has the shares of all states in the sample as its row",
    "uniform": "leads to every state with equal chance",
    "previous": "keeps the row that it had",
    "end": "ends the path",
    "cyclic": "leads back to the beginning of the path",
    "source": "has the source's row",
}


def summary(forecast: ChainForecast, width: int) -> str:
    """The whole report, its words wrapped to a width in characters."""
    last = forecast.generations[-1]
    title = f"{forecast.label}: a chain of {counted(_states(forecast), 'state')}, forecast to generation {last}"
    tables = [_at_the_horizon(forecast), *([_on_the_way(forecast)] if last > 0 else [])]
    return report(title, _sentences(forecast), tables, _notes(forecast), width)


def _sentences(forecast: ChainForecast) -> Iterator[tuple[str, str]]:
    yield "Source", _source(forecast)
    yield "Refitting", _refitting(forecast)
    yield "What is left", _left(forecast)
    yield "In the end", _end(forecast)
    yield "Half-life", _half_life(forecast)


def _states(forecast: ChainForecast) -> int:
    states: int = forecast.chain.matrix.states
    return states


def _source(forecast: ChainForecast) -> str:
    rate, edges = float(forecast.entropy_rate.typical.seen[0]), forecast.chain.matrix.edges
    chance = (
        f"entropy rate {number(rate, 4)} nats, or {number(rate / log(2), 4)} bits, a step: as much as a choice among "
        f"{number(exp(rate), 3)} equally likely successors."
    )
    return (
        f"Generation 0 is the chain itself: {counted(_states(forecast), 'state')}, {counted(edges, 'edge')} (distinct "
        f"transitions), {chance if rate > 0 else 'and no chance in it: it repeats itself.'}"
    )


def _refitting(forecast: ChainForecast) -> str:
    chain = forecast.chain
    real = " Real transitions are taken to follow the source." if forecast.recursion.tableau.anchored else ""
    rare = f"A state that they never leave {UNSEEN[chain.unseen_row]}."
    if isinstance(chain.smoothing, AddAlpha):
        rare = f"To every count {chain.smoothing.alpha:g} is added."
    elif isinstance(chain.smoothing, BackOff):
        rare = f"To every row {chain.smoothing.strength:g} transitions are added as the source would give them."
    elif isinstance(chain.smoothing, AbsoluteDiscount):
        rare = f"Of every count {chain.smoothing.discount:g} is taken and shared out as the states are in the sample."
    return (
        f"Each generation draws {sizes_told(forecast, 'transitions')}, whose shares in each row are its chances. "
        f"{rare} {regime_told(forecast)}{real}"
    )


def _left(forecast: ChainForecast) -> str:
    last = int(forecast.generations[-1])
    if last == 0:
        return "Nothing is lost before the first refit."
    states, edges = _kept(forecast.state_count), _kept(forecast.edge_count)
    left = f"A typical run has at generation {last} {states} of the states and {edges} of the edges"
    rate = forecast.entropy_rate.typical.seen
    if rate[0] == 0:
        return f"{left}."
    return f"{left}, and {_kept(forecast.entropy_rate) if rate[-1] else 'nothing'} of the entropy rate."


def _kept(course: Course) -> str:
    """Share of the source that is left in a typical run."""
    known = course.typical
    text = percent(float(known.seen[-1] / known.seen[0]), 2)
    return text if known.road == "exact" else MARK + text


def _end(forecast: ChainForecast) -> str:
    loops, last = forecast.loops, int(forecast.generations[-1])
    share, exact = float(loops.share.seen[0]), loops.share.road == "exact"
    if loops.lengths is None or loops.example is None:
        if last == 0:
            return "The source does not repeat itself."
        about = f"{'' if exact else MARK}{percent(share, 2)} of the runs repeat themselves"
        if share == 0:
            about = f"None of {forecast.replicates} runs repeats itself"
        return f"{about} by generation {last}.{_fate(forecast)}"
    low, middle, high = (int(length) for length in loops.lengths)
    cycle = f"of {counted(middle, 'state')}" if low == high else f"of {low} to {high} states, typically {middle}"
    since = "" if loops.since is None else f" since generation {MARK if last > 0 else ''}{loops.since:.0f}"
    ended = _ends(forecast)
    told_of = f"repeat the same {'for ever' if ended else 'over and over'}{since}: a cycle {cycle}"
    until = "" if ended else " New transitions can break it again."
    return (
        f"{'' if exact else MARK}{percent(share, 2)} of the runs {told_of}.{until} "
        f"One of them says {told(loops.example)} again and again.{_fate(forecast)}"
    )


def _fate(forecast: ChainForecast) -> str:
    """What becomes of every run in the end, where a theorem tells."""
    return " Sooner or later every run does." if _ends(forecast) and forecast.loops.share.seen[0] < 1 else ""


def _ends(forecast: ChainForecast) -> bool:
    """Whether every run is known to end in a cycle for good."""
    fate = known_fate(forecast.recursion)
    return fate is not None and fate.verdict == "collapses"


def _half_life(forecast: ChainForecast) -> str:
    last, course = forecast.generations[-1], forecast.entropy_rate
    if course.typical.seen[0] == 0:
        return "There is no entropy rate that could fall."
    if forecast.half_life is None:
        return f"The typical entropy rate is not down to half by generation {last}."
    about = "" if course.typical.road == "exact" else MARK
    return f"The typical entropy rate is down to half by generation {about}{forecast.half_life}."


def _at_the_horizon(forecast: ChainForecast) -> list[Row]:
    return [
        (f"At generation {forecast.generations[-1]}", "source", "expected", "typical", "90 % of runs"),
        ("entropy rate, nats", *cells(forecast.entropy_rate, _rate)),
        ("entropy rate, bits", *cells(forecast.entropy_rate, lambda value, digits: _rate(value / log(2), digits))),
        ("states", *cells(forecast.state_count, _count)),
        ("edges", *cells(forecast.edge_count, _count)),
    ]


def _on_the_way(forecast: ChainForecast) -> list[Row]:
    rate, states, edges = forecast.entropy_rate, forecast.state_count, forecast.edge_count
    head = ("t", "expected nats", "typical nats", "90 % of runs", "states", "edges")
    return [
        head,
        *(
            (
                f"{forecast.generations[i]}",
                cell(rate.expected, i, _rate),
                cell(rate.typical, i, _rate),
                band(cell(rate.low, i, _rate), cell(rate.high, i, _rate)),
                cell(states.typical, i, _count),
                cell(edges.typical, i, _count),
            )
            for i in rows_on_the_way(len(forecast.generations))
        ),
    ]


def _rate(value: float, digits: int) -> str:
    """An entropy rate to some digits, a small one to three decimals."""
    if 0 < value < SMALLEST:
        return f"<{SMALLEST:g}"
    return "0" if value == 0 else number(value, digits) if value >= 0.1 else f"{value:.3f}"


def _count(value: float, digits: int) -> str:
    return f"{value:.0f}" if value == round(value) or value >= 10 ** (digits - 1) else f"{value:.1f}"


def _notes(forecast: ChainForecast) -> Iterator[str]:
    way = ", and on the way those of the typical run" if forecast.generations[-1] > 0 else ""
    yield (
        f"Expected is the mean over runs; typical is the median run. States and edges are those in the data behind the "
        f"fit{way}. The entropy rate is the chance that is left in each step: at 0 a run repeats itself."
    )
    loops = forecast.loops
    cycles = Statistic("simulated" if loops.lengths and forecast.generations[-1] > 0 else "exact", None)
    yield from roads_told(forecast, loops.share, cycles)
