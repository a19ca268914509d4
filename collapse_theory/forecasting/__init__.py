"""A forecast for one's own data: what refitting on samples would leave of a column of numbers, or of a text."""

from collapse_theory.forecasting.chain import ChainForecast, Loops
from collapse_theory.forecasting.column import named_column, read_column
from collapse_theory.forecasting.course import Course, Statistic
from collapse_theory.forecasting.dispatch import forecast
from collapse_theory.forecasting.every_forecast import Forecast
from collapse_theory.forecasting.figure import Panel, plot_forecast
from collapse_theory.forecasting.gaussian import GaussianForecast
from collapse_theory.forecasting.source import Normality, Parameter, Source
from collapse_theory.forecasting.survival import EvenChance, Survival
from collapse_theory.forecasting.vocabulary import Law, VocabularyForecast

__all__ = [
    "forecast",
    "Forecast",
    "GaussianForecast",
    "ChainForecast",
    "VocabularyForecast",
    "Course",
    "Statistic",
    "Panel",
    "Source",
    "Parameter",
    "Normality",
    "Loops",
    "Survival",
    "EvenChance",
    "Law",
    "read_column",
    "named_column",
    "plot_forecast",
]
