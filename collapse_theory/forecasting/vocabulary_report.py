"""The forecast of a vocabulary in plain words and two small tables."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from collapse_theory.errors import NoClosedForm
from collapse_theory.families.smoothing import AddAlpha, BackOff
from collapse_theory.forecasting.course import Statistic
from collapse_theory.forecasting.words import (
    EXACT_DIGITS,
    MARK,
    SAMPLED,
    Row,
    band,
    bits,
    cell,
    cells,
    count,
    entropy_told,
    kept,
    kept_of,
    nats,
    number,
    percent,
    regime_told,
    report,
    roads_told,
)
from collapse_theory.passage import told
from collapse_theory.plain_text import counted

if TYPE_CHECKING:
    from collapse_theory.forecasting.vocabulary import VocabularyForecast

MOST_ROWS = 11
NEARLY_CERTAIN = 0.999
"""Chance from which on it is not written out."""
FEW_COUNTS = 10
"""Mean count of a type below which no type seen once tells little."""
WITHOUT_SPACES = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]")
"""Thai, Lao, Burmese, Khmer, Japanese and Chinese letters."""
LONG_WORD = 4


def summary(forecast: VocabularyForecast, width: int) -> str:
    """The whole report, its words wrapped to a width in characters."""
    tables = _at_the_horizon(forecast), _on_the_way(forecast)
    what = f"{_types(forecast)} distinct {forecast.unit}s"
    return report(forecast, what, _sentences(forecast), *tables, _notes(forecast), width)


def _sentences(forecast: VocabularyForecast) -> Iterator[tuple[str, str]]:
    yield "Source", _source(forecast)
    yield "Refitting", _refitting(forecast)
    yield "What is left", _left(forecast)
    yield "Even chance", _even_chance(forecast)
    yield "In the end", _end(forecast)
    yield "Half-life", _half_life(forecast)
    if forecast.unit != "type":
        yield "Not included", _outside(forecast)


def _types(forecast: VocabularyForecast) -> int:
    return int(forecast.words.probabilities.support)


def _source(forecast: VocabularyForecast) -> str:
    unit, entropy = forecast.unit, float(forecast.entropy.typical.seen[0])
    size = "" if forecast.corpus is None else f", {forecast.corpus} in all"
    return (
        f"Generation 0 gives every {unit} its share in the source: {_types(forecast)} distinct {unit}s{size}; entropy "
        f"{entropy_told(entropy, f'a {unit}', f'{unit}s')}.{_without_spaces(forecast)}"
    )


def _without_spaces(forecast: VocabularyForecast) -> str:
    """A hint where most letters are of a script that sets no spaces between words."""
    if forecast.unit != "word":
        return ""
    shares, words = forecast.words.probabilities.values, forecast.words.types
    letters = float(shares @ [len(word) for word in words])
    spaceless = float(shares @ [len(WITHOUT_SPACES.findall(word)) for word in words])
    if letters <= LONG_WORD or spaceless <= letters / 2:
        return ""
    return " Its script sets no spaces between words: characters (--family characters) are meant for such a text."


def _refitting(forecast: VocabularyForecast) -> str:
    unit, smoothing, data = forecast.unit, forecast.words.smoothing, forecast.data
    if isinstance(smoothing, AddAlpha):
        fitted = f", and to the count of every {unit} {smoothing.alpha:g} is added, so that none is lost."
    elif isinstance(smoothing, BackOff):
        fitted = f", and {smoothing.strength:g} more are added as the source would give them, so that none is lost."
    else:
        fitted = f"{data.shares_told('', 'probabilities')} {data.missing_told(unit)}"
    if forecast.words.estimator == "posterior":
        fitted += " The probabilities themselves are drawn from the posterior law that these counts leave."
    real = data.real_told("the source", f"{unit}s")
    return f"{data.drawn_told(f'{unit}s')}{fitted} {regime_told(forecast)}{real}"


def _left(forecast: VocabularyForecast) -> str:
    last = int(forecast.generations[-1])
    if last == 0:
        return "Nothing is lost before the first refit."
    left, lost = forecast.support_size.typical, forecast.lost_mass.typical
    types = f"{cell(left, -1, count)} of the {_types(forecast)} {forecast.unit}s, or {kept(forecast.support_size)}"
    if left.seen[-1] > left.seen[0]:
        types = f"{cell(left, -1, count)} {forecast.unit}s, where the source has {_types(forecast)}"
    sentence = f"A typical run has at generation {last} {types}, and {kept_of(forecast.entropy, 'entropy', nats, 3)}."
    if lost.seen[-1] == 0:
        return f"{sentence} Nothing of the source is lost."
    return f"{sentence} What it has lost made up {cell(lost, -1, _share)} of the source."


def _even_chance(forecast: VocabularyForecast) -> str:
    unit, last, even = forecast.unit, int(forecast.generations[-1]), forecast.even_chance
    about = "" if forecast.survival.road == "exact" else MARK
    if even is None:
        return f"Not one {unit} has an even chance to be left at generation {last}."
    if last == 0 or forecast.words.smoothing is not None:
        return f"No {unit} can be lost by generation {last}."
    if about and even.rarer == 0 and even.survival == 1:
        return f"No {unit} was lost in these runs."
    names = ", ".join(even.examples if unit == "type" else map(told, even.examples))
    which = names if even.types <= len(even.examples) else f"such as {names}"
    who = f"{counted(even.types, unit)} of share {percent(even.share, 2)}{_seen(forecast, even.share)}, {which}"
    nearly = even.survival > NEARLY_CERTAIN
    chance = f"with a chance of {about}{percent(even.survival, 3)}"
    if nearly:
        chance = f"with a chance of {'about' if about else 'more than'} {percent(NEARLY_CERTAIN, 3)}"
    if even.rarer == 0:
        start = f"Hardly any {unit} is lost by generation {last}: the rarest are"
        if not nearly:
            start = f"Even the rarest are at least as likely left as lost at generation {last}:"
        return f"{start} {who}, {chance}{' to be left' if nearly else ''}."
    rarer = f"{even.rarer} rarer {unit}s are" if even.rarer > 1 else f"1 rarer {unit} is"
    return (
        f"The rarest {unit}s that are at least as likely left as lost at generation {last}: {who}, {chance}. "
        f"{rarer} more likely lost."
    )


def _seen(forecast: VocabularyForecast, share: float) -> str:
    """How often a type of a share is in the corpus, where its size is known."""
    if forecast.corpus is None:
        return ""
    return f" ({counted(round(share * forecast.corpus), 'time')} in the source)"


def _end(forecast: VocabularyForecast) -> str:
    unit, fate, source = forecast.unit, forecast.fate, forecast.words.probabilities.values
    if forecast.words.smoothing is not None:
        return f"Smoothing keeps every {unit} possible{_smoothed(forecast)}."
    if fate is None or fate.verdict not in ("collapses", "settles", "recovers", "stationary"):
        return f"No theorem says what becomes of a run.{_held(forecast)}"
    if fate.verdict == "recovers":
        return f"Every run comes back to the source: no {unit} is missing for ever, and each gets back its share."
    if fate.verdict == "settles" and forecast.data.later.subsample is not None:
        return SAMPLED.format(what="law")
    if fate.verdict == "settles":
        return f"Every run settles on a law of its own, another one in each run.{_held(forecast)}"
    if fate.verdict == "stationary":
        back = f": a {unit} that is lost comes back with real data, and none is lost for good"
        return f"Runs keep moving{back if forecast.data.renewed else ''}.{_held(forecast)}"
    first, tied = int(np.argmax(source)), int(np.count_nonzero(source == source.max()))
    label = str(forecast.words.types[first])
    name, share = label if unit == "type" else told(label), percent(float(source[first]), 2)
    when = "" if forecast.ends is None else f", on average from generation {number(forecast.ends, 3)} on"
    most = f"so most likely not the most frequent one, {name}, whose chance is {share}"
    if tied > 1:
        most = f"{share} for each{'' if tied == _types(forecast) else f' of the {tied} most frequent'}"
    elif share == percent(0.5, 2):
        most = f"about {share} for the most frequent one, {name}"
    elif source[first] > 0.5:
        most = f"most likely {name}, whose chance is {share}"
    start = f"Every run ends with one {unit} for ever{when}"
    if forecast.data.held_from is not None:
        start = f"Every run comes ever closer to one {unit} alone, though none is lost after generation 1{when}"
    return f"{start}. It is each {unit} with the probability that is its share today: {most}."


def _held(forecast: VocabularyForecast) -> str:
    """From when on nothing is lost, where the regime keeps what it has and nothing comes back."""
    since, data = forecast.data.held_from, forecast.data
    if since is None or data.renewed:
        return ""
    if data.carried:
        return f" No {forecast.unit} is lost at once after generation {since}; one that is drawn no more fades away."
    return f" From generation {since} on nothing more is lost."


def _smoothed(forecast: VocabularyForecast) -> str:
    """What the mean shares become under smoothing, where a theorem tells."""
    source, unit = forecast.words.probabilities.values, forecast.unit
    first = int(np.argmax(source))
    try:
        limit = float(forecast.recursion.probability_of(forecast.words.types[first]).mean.limit)
    except NoClosedForm:
        return ""
    if np.isclose(limit, source[first], rtol=1e-9) and isinstance(forecast.words.smoothing, BackOff):
        return f" and holds the source: in the mean over runs every {unit} keeps the share that it has today"
    if np.isclose(limit, 1 / source.size, rtol=1e-9):
        equal = f"1/{source.size}, or {percent(1 / source.size, 2)}"
        return f", but it forgets the source: in the mean over runs the share of every {unit} goes to {equal}"
    return ""


def _half_life(forecast: VocabularyForecast) -> str:
    unit, last = forecast.unit, forecast.generations[-1]
    exact = forecast.support_size.expected.road == "exact"
    if forecast.half_life is None:
        if forecast.words.smoothing is not None:
            return f"No {unit} is lost, so that their number is never down to half."
        lowest = _lowest(forecast)
        if lowest is not None and lowest >= _types(forecast) / 2:
            limit = "1" if lowest == 1 else count(lowest, EXACT_DIGITS)
            return f"The expected number of {unit}s is never down to half: it does not fall below {limit}."
        since = forecast.data.held_from
        if since is not None and since <= last:
            return f"The expected number of {unit}s is never down to half: it does not fall after generation {since}."
        return f"The expected number of {unit}s is not down to half by generation {last}."
    when = f"at generation {forecast.half_life}" if exact else f"by generation {MARK}{forecast.half_life}"
    return f"The expected number of {unit}s is down to half {when}."


def _lowest(forecast: VocabularyForecast) -> float | None:
    """What the expected number of types does not fall below, as far as that is known."""
    if _types(forecast) <= 2:
        return 1.0
    if forecast.support_size.expected.road != "exact" or not forecast.recursion.sizes.constant:
        return None
    try:
        return float(forecast.recursion.support_size.mean.limit)
    except NoClosedForm:
        return None


def _outside(forecast: VocabularyForecast) -> str:
    unit = forecast.unit
    sentence = f"The {unit}s that the source lacks, though its language has them, are outside this forecast."
    if forecast.corpus is None or forecast.unseen is None:
        return sentence
    once = round(forecast.unseen * forecast.corpus)
    if once == 0:
        little = ", which says little where counts are as few as here" if _few_counts(forecast) else ""
        return (
            f"{sentence} The source has no {unit} once, so that the estimate of Good and Turing for them is 0{little}."
        )
    if once == forecast.corpus:
        return f"{sentence} Every {unit} of the source occurs once: it is too short for an estimate of their share."
    return (
        f"{sentence} By the estimate of Good and Turing they make up {percent(forecast.unseen, 2)} of it, as much as "
        f"the {counted(once, unit)} that the source has once."
    )


def _few_counts(forecast: VocabularyForecast) -> bool:
    """Whether a type occurs so rarely in the corpus, on average, that none seen once tells little."""
    return forecast.corpus is not None and forecast.corpus < FEW_COUNTS * _types(forecast)


def _at_the_horizon(forecast: VocabularyForecast) -> list[Row]:
    return [
        (f"At generation {forecast.generations[-1]}", "source", "expected", "typical", "90 % of runs"),
        (f"distinct {forecast.unit}s", *cells(forecast.support_size, count)),
        ("lost mass", *cells(forecast.lost_mass, _share)),
        ("entropy, nats", *cells(forecast.entropy, nats)),
        ("entropy, bits", *cells(forecast.entropy, bits)),
        ("perplexity", *cells(forecast.perplexity)),
    ]


def _on_the_way(forecast: VocabularyForecast) -> list[Row]:
    left, lost, entropy = forecast.support_size, forecast.lost_mass, forecast.entropy
    head = ("t", f"expected {forecast.unit}s", "90 % of runs", "expected loss", "typical nats")
    return [
        head,
        *(
            (
                f"{forecast.generations[i]}",
                cell(left.expected, i, count),
                band(cell(left.low, i, count), cell(left.high, i, count)),
                cell(lost.expected, i, _share),
                cell(entropy.typical, i, nats),
            )
            for i in _landmarks(forecast)
        ),
    ]


def _landmarks(forecast: VocabularyForecast) -> list[int]:
    """Places of the generations 0, 1, 2, 5, 10, … and of the horizon; of the earlier ones where they are many."""
    t = forecast.generations
    round_ones = [i for i, one in enumerate(t[:-1].tolist()) if str(one).rstrip("0") in ("", "1", "2", "5")]
    few = round_ones if len(round_ones) < MOST_ROWS else [i for i in round_ones if str(t[i])[0] in "01"]
    return [*few, len(t) - 1]


def _share(value: float, digits: int) -> str:
    return "0" if value == 0 else percent(value, digits)


def _notes(forecast: VocabularyForecast) -> Iterator[str]:
    unit = forecast.unit
    yield (
        f"Expected is the mean over runs; typical is the median run. The lost mass is the share that the {unit}s which "
        f"are lost have in the source. The perplexity is how many equally likely {unit}s have the same entropy."
    )
    yield from roads_told(forecast, Statistic(forecast.survival.road, None))
