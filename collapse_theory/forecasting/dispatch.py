"""The door to every forecast: what is given decides which family is fitted, or forecast."""

from __future__ import annotations

import os
from typing import Any, overload

from numpy.typing import ArrayLike

from collapse_theory.families import Categorical, Family, MarkovChain
from collapse_theory.forecasting.chain import ChainForecast, chain_forecast
from collapse_theory.forecasting.every_forecast import Forecast
from collapse_theory.forecasting.gaussian import GaussianForecast, gaussian_forecast
from collapse_theory.forecasting.vocabulary import VocabularyForecast, vocabulary_forecast
from collapse_theory.regimes import Regime, Replace
from collapse_theory.schedules import Schedule
from collapse_theory.simulation.blocks import Seed


@overload
def forecast(
    source: MarkovChain,
    *,
    sample_size: int | Schedule,
    generations: int,
    regime: Regime | None = ...,
    replicates: int | None = ...,
    rng: Seed = ...,
    label: str | None = ...,
    progress: bool = ...,
) -> ChainForecast: ...


@overload
def forecast(
    source: Categorical,
    *,
    sample_size: int | Schedule,
    generations: int,
    regime: Regime | None = ...,
    replicates: int | None = ...,
    rng: Seed = ...,
    label: str | None = ...,
    progress: bool = ...,
) -> VocabularyForecast: ...


@overload
def forecast(
    source: ArrayLike,
    *,
    sample_size: int | Schedule,
    generations: int,
    regime: Regime | None = ...,
    replicates: int | None = ...,
    rng: Seed = ...,
    label: str | None = ...,
    progress: bool = ...,
    ddof: float | None = ...,
    bootstrap: int | None = ...,
) -> GaussianForecast: ...


def forecast(
    source: ArrayLike | MarkovChain | Categorical,
    *,
    sample_size: int | Schedule,
    generations: int,
    regime: Regime | None = None,
    replicates: int | None = None,
    rng: Seed = 0,
    label: str | None = None,
    progress: bool = False,
    ddof: float | None = None,
    bootstrap: int | None = None,
) -> Forecast:
    """Forecast of a model that is refitted, generation after generation, on samples of itself.

    Generation 0 is the Gaussian fitted to a column of numbers, or the words of a text by their frequency, or a Markov
    chain, such as one fitted to a text. Every statistic is exact where a theorem gives it and simulated where not, and
    says which.

    Parameters
    ----------
    source : array_like, Categorical or MarkovChain
        The data, shape ``(values,)`` or, as in a data frame of one column, ``(values, 1)``: at least two finite
        numbers, not all equal. Or a vocabulary, ``ct.Categorical.from_file("reference.txt")``; or a chain,
        ``ct.MarkovChain.from_file("reference.txt")``.
    sample_size : int or Schedule
        Points, words or transitions drawn per generation.
    generations : int
        The horizon.
    regime : Regime, optional
        On which data each generation is fitted; ``Replace()`` by default.
    replicates : int, optional
        Runs behind what is simulated. For a column at least 100, by default 20 000 or, where fits see samples of a
        pool, as many as take some 15 seconds on one core, at least 1000; for a vocabulary or a chain at least 20, by
        default as many as take so long, at most 1000.
    rng : int, SeedSequence or Generator
        Seed of everything random here.
    label : str, optional
        Name of the source in the report.
    progress : bool
        Show a progress bar while simulating.
    ddof : float, optional
        For a column: the fitted variance is the sum of squares over n − ddof, in the data as in every generation; 1 by
        default.
    bootstrap : int, optional
        For a column: resamples behind the error of generation 0, at least 2; 1000 by default.

    Returns
    -------
    GaussianForecast, VocabularyForecast or ChainForecast
        Numbers, words and a picture.

    Raises
    ------
    ValueError
        Naming parameter, value and domain.
    NotDefined
        Naming family and regime, where the one lacks what the other needs.
    """
    asked: dict[str, Any] = {
        "sample_size": sample_size,
        "generations": generations,
        "regime": Replace() if regime is None else regime,
        "replicates": replicates,
        "rng": rng,
        "label": label,
        "progress": progress,
    }
    own: dict[str, Any] = {
        name: value for name, value in (("ddof", ddof), ("bootstrap", bootstrap)) if value is not None
    }
    if isinstance(source, (str, os.PathLike)):
        readers = "ct.Categorical.from_file, ct.MarkovChain.from_file or forecasting.read_column"
        raise ValueError(f"source = {str(source)!r} is outside its domain: data; a path is read by {readers}")
    if not isinstance(source, Family):
        return gaussian_forecast(source, **asked, **own)
    if not isinstance(source, (MarkovChain, Categorical)):
        kinds = "a column of numbers, or a Categorical or MarkovChain"
        raise ValueError(f"source = {source!r} is outside its domain: {kinds}")
    for name, value in own.items():
        raise ValueError(f"{name} = {value!r} has no meaning for {type(source).__name__}: leave it out")
    return vocabulary_forecast(source, **asked) if isinstance(source, Categorical) else chain_forecast(source, **asked)
