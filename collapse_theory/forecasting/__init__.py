"""A forecast for one's own numbers: what refitting on samples would leave of their spread, centre and tails."""

from collapse_theory.forecasting.column import Normality, Source, read_column
from collapse_theory.forecasting.figure import plot_forecast
from collapse_theory.forecasting.forecast import forecast
from collapse_theory.forecasting.report import Course, Forecast

__all__ = ["forecast", "Forecast", "Course", "Source", "Normality", "read_column", "plot_forecast"]
