"""The forecast of a Gaussian in plain words and two small tables."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from collapse_theory.errors import NoClosedForm
from collapse_theory.forecasting.words import (
    MARK,
    SAMPLED,
    SIMULATED_DIGITS,
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
)

if TYPE_CHECKING:
    from collapse_theory.forecasting.gaussian import GaussianForecast

FATES = {
    "collapses": "Every single run loses its whole spread, whatever the mean over runs does",
    "wanders": "The spread of every run wanders without limit, down to nothing and up again",
    "explodes": "The spread of every run grows without bound",
    "settles": "The spread of every run settles at a positive value, another one in each run",
    "recovers": "Every run comes back to the source, its spread and its mean alike",
    "stationary": "Runs keep moving, but their spread neither dies nor grows without bound",
    "undecided": "No theorem decides what becomes of a run",
}


def summary(forecast: GaussianForecast, width: int) -> str:
    """The whole report, its words wrapped to a width in characters."""
    tables = _at_the_horizon(forecast), _on_the_way(forecast)
    return report(forecast, f"{forecast.source.count} values", _sentences(forecast), *tables, _notes(forecast), width)


def _sentences(forecast: GaussianForecast) -> Iterator[tuple[str, str]]:
    yield "Source", _source(forecast)
    yield "Gaussian?", _normality(forecast)
    yield "Refitting", _refitting(forecast)
    yield "In the end", _fate(forecast)
    yield "Half-life", _half_life(forecast)


def _source(forecast: GaussianForecast) -> str:
    mean, sd = forecast.source.mean, forecast.source.sd
    return (
        f"Generation 0 is the Gaussian fitted to the values: mean {number(mean.value, 2, mean.standard_error)} ± "
        f"{number(mean.standard_error, 2)}, standard deviation {number(sd.value, 2, sd.standard_error)} ± "
        f"{number(sd.standard_error, 2)} (bootstrap standard errors). All standard deviations below are proportional "
        f"to this one and share its error of {percent(sd.standard_error / sd.value, 2)}; the tails do not depend on it."
    )


def _normality(forecast: GaussianForecast) -> str:
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


def _refitting(forecast: GaussianForecast) -> str:
    data = forecast.data
    real = data.real_told("the fitted Gaussian", "points")
    return f"{data.drawn_told('points')}; {_variance(forecast)} {regime_told(forecast)}{real}"


def _variance(forecast: GaussianForecast) -> str:
    """How the variance is fitted."""
    ddof, data = forecast.recursion.family.ddof, forecast.data
    its = "its" if data.drawing else "the"
    less = "" if ddof == 0 else f" {'-' if ddof > 0 else '+'} {abs(ddof):g}"
    if not data.even:
        kish = f" = {number(float(data.later.kish), 3)}" if forecast.recursion.sizes.constant else ""
        times = f", times K/(K{less}), where K{kish} is Kish's size of the weights" if less else ""
        return f"{its} variance is the weighted mean square{times}."
    fitted = "n" if data.alone and not data.later.thinned else "N"
    among = "" if fitted == "n" else ", N being the number of points that are fitted"
    return f"{its} variance is the sum of squares over {f'({fitted}{less})' if less else fitted}{among}."


def _fate(forecast: GaussianForecast) -> str:
    fate = forecast.fate
    if fate is None:
        growing = "" if forecast.recursion.sizes.constant else " under these sample sizes"
        return f"No theorem says what becomes of a run{growing}."
    if fate.verdict == "settles" and forecast.data.later.subsample is not None:
        return SAMPLED.format(what="spread")
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


def _half_life(forecast: GaussianForecast) -> str:
    last = forecast.generations[-1]
    about = "" if forecast.sd.typical.road == "exact" else MARK
    if forecast.half_life is None:
        change = float(forecast.sd.typical.seen[-1]) / forecast.source.sd.value
        if change <= 1:
            return f"The typical standard deviation is not down to half by generation {last}."
        times = f"{about}{number(change, SIMULATED_DIGITS)} times the source's"
        return f"The typical standard deviation does not fall: at generation {last} it is {times}."
    return f"The typical standard deviation is down to half at generation {about}{forecast.half_life}."


def _at_the_horizon(forecast: GaussianForecast) -> list[Row]:
    last, location = forecast.generations[-1], forecast.location
    sizes = np.abs(
        [location.typical.seen[0], *(one.seen[-1] for one in location.statistics.values() if one.road != "unseeable")]
    )
    largest = float(sizes[np.isfinite(sizes)].max())

    def beside(value: float, digits: int) -> str:
        return number(value, digits, forecast.source.sd.value, largest=largest)

    return [
        (f"At generation {last}", "source", "expected", "typical", "90 % of runs"),
        ("standard deviation", *cells(forecast.sd)),
        ("variance", *cells(forecast.variance)),
        ("mean", *cells(location, beside)),
        ("tail, fixed centre", *cells(forecast.tail, _share)),
        ("tail, own centre", *cells(forecast.own_tail, _share)),
    ]


def _on_the_way(forecast: GaussianForecast) -> list[Row]:
    sd, tail = forecast.sd, forecast.tail
    head = ("t", "expected sd", "typical sd", "90 % of runs", "expected tail", "typical tail")
    return [
        head,
        *(
            (
                f"{forecast.generations[i]}",
                cell(sd.expected, i),
                cell(sd.typical, i),
                band(cell(sd.low, i), cell(sd.high, i)),
                cell(tail.expected, i, _share),
                cell(tail.typical, i, _share),
            )
            for i in rows_on_the_way(len(forecast.generations))
        ),
    ]


def _share(value: float, digits: int) -> str:
    return percent(value, digits - 1)


def _notes(forecast: GaussianForecast) -> Iterator[str]:
    yield (
        "Expected is the mean over runs, which a few wide runs can carry; typical is the median run. A tail is the "
        "share beyond 3 source standard deviations: of the source's mean (fixed centre), or of the model's own."
    )
    yield from roads_told(forecast)
