"""The forecast of a Markov chain in plain words and two small tables."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from collapse_theory.families.smoothing import AbsoluteDiscount, AddAlpha, BackOff
from collapse_theory.forecasting.course import Statistic
from collapse_theory.forecasting.words import (
    MARK,
    Row,
    band,
    bits,
    cell,
    cells,
    entropy_told,
    kept,
    kept_of,
    percent,
    regime_told,
    report,
    roads_told,
    rows_on_the_way,
)
from collapse_theory.forecasting.words import count as _count
from collapse_theory.forecasting.words import nats as _rate
from collapse_theory.passage import told
from collapse_theory.plain_text import counted
from collapse_theory.recursion import known_fate

if TYPE_CHECKING:
    from collapse_theory.forecasting.chain import ChainForecast

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
    what = f"a chain of {counted(_states(forecast), 'state')}"
    tables = _at_the_horizon(forecast), _on_the_way(forecast)
    return report(forecast, what, _sentences(forecast), *tables, _notes(forecast), width)


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
    chance = f"entropy rate {entropy_told(rate, 'a step', 'successors')}." if rate > 0 else ""
    return (
        f"Generation 0 is the chain itself: {counted(_states(forecast), 'state')}, {counted(edges, 'edge')} (distinct "
        f"transitions), {chance or 'and no chance in it: it repeats itself.'}"
    )


def _refitting(forecast: ChainForecast) -> str:
    chain = forecast.chain
    rare = f"A state that they never leave {UNSEEN[chain.unseen_row]}."
    if isinstance(chain.smoothing, AddAlpha):
        rare = f"To every count {chain.smoothing.alpha:g} is added."
    elif isinstance(chain.smoothing, BackOff):
        rare = f"To every row {chain.smoothing.strength:g} transitions are added as the source would give them."
    elif isinstance(chain.smoothing, AbsoluteDiscount):
        rare = f"Of every count {chain.smoothing.discount:g} is taken and shared out as the states are in the sample."
    data = forecast.data
    fitted = f"{data.drawn_told('transitions')}{data.shares_told(' in each row', 'chances')}"
    return f"{fitted} {rare} {regime_told(forecast)}{data.real_told('the source', 'transitions')}"


def _left(forecast: ChainForecast) -> str:
    last = int(forecast.generations[-1])
    if last == 0:
        return "Nothing is lost before the first refit."
    states, edges = kept(forecast.state_count), kept(forecast.edge_count)
    left = f"A typical run has at generation {last} {states} of the states and {edges} of the edges"
    if forecast.entropy_rate.typical.seen[0] == 0:
        return f"{left}."
    return f"{left}, and {kept_of(forecast.entropy_rate, 'entropy rate', _rate)}."


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
    until = " New transitions can break it again." if _broken(forecast) else ""
    return (
        f"{'' if exact else MARK}{percent(share, 2)} of the runs {told_of}.{until} "
        f"One of them says {told(loops.example)} again and again.{_fate(forecast)}"
    )


def _broken(forecast: ChainForecast) -> bool:
    """Whether transitions that a run lacks come back: with real data, or by smoothing."""
    return forecast.data.renewed or isinstance(forecast.chain.smoothing, (AddAlpha, BackOff))


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
        ("entropy rate, bits", *cells(forecast.entropy_rate, bits)),
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


def _notes(forecast: ChainForecast) -> Iterator[str]:
    way = ", and on the way those of the typical run" if forecast.generations[-1] > 0 else ""
    yield (
        f"Expected is the mean over runs; typical is the median run. States and edges are those in the data behind the "
        f"fit{way}. The entropy rate is the chance that is left in each step: at 0 a run repeats itself."
    )
    loops = forecast.loops
    cycles = Statistic("simulated" if loops.lengths and forecast.generations[-1] > 0 else "exact", None)
    yield from roads_told(forecast, loops.share, cycles)
