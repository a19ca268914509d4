"""A forecast for one's own numbers: what refitting on samples would leave of their spread, mean and tails."""

from collapse_theory.forecasting.column import named_column, read_column
from collapse_theory.forecasting.course import Course, Statistic
from collapse_theory.forecasting.figure import plot_forecast
from collapse_theory.forecasting.gaussian import Forecast, forecast
from collapse_theory.forecasting.source import Normality, Parameter, Source

__all__ = [
    "forecast",
    "Forecast",
    "Course",
    "Statistic",
    "Source",
    "Parameter",
    "Normality",
    "read_column",
    "named_column",
    "plot_forecast",
]
