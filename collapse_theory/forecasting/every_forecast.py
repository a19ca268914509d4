"""What every forecast is: courses over the generations, told in words, in plain values and in a picture."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from collapse_theory.forecasting.course import Course
from collapse_theory.forecasting.data_told import Data
from collapse_theory.forecasting.figure import Drawn, figure_of, plot_forecast
from collapse_theory.recursion import Recursion

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


@dataclass(frozen=True, eq=False, repr=False)
class Forecast(ABC):
    """What is left of a source after generations of refitting; made by :func:`collapse_theory.forecast`.

    Parameters
    ----------
    label : str
        Name of the source.
    recursion : Recursion
        What is fitted to the source, the regime and the sample size.
    generations : ndarray of int
        Generations that are looked at, the first 0 and the last the horizon.
    half_life : int or None
        When the quantity to look at first is down to half the source's; None where that is not known to happen.
    replicates, seed : int
        Runs behind everything that is simulated, and the seed of everything random.
    """

    label: str
    recursion: Recursion
    generations: NDArray[np.int64]
    half_life: int | None
    replicates: int
    seed: int

    @property
    @abstractmethod
    def courses(self) -> dict[str, Course]:
        """The courses by name."""

    @property
    @abstractmethod
    def outcome(self) -> str:
        """What becomes of a run, in a few words."""

    @property
    def data(self) -> Data:
        """What the regime does with the points of a generation."""
        return Data(self.recursion, int(self.generations[-1]))

    @abstractmethod
    def about(self) -> dict[str, Any]:
        """What else there is to tell, by name."""

    @abstractmethod
    def panels(self) -> tuple[Drawn, ...]:
        """The panels of the picture."""

    @abstractmethod
    def summary(self, width: int = 100) -> str:
        """The forecast in plain words and two small tables, the words wrapped to a width in characters."""

    def __repr__(self) -> str:
        return f"<Forecast of {self.label} to generation {self.generations[-1]}: {self.recursion!r}, {self.outcome}>"

    def _repr_html_(self) -> str:
        import html

        return f"<pre>{html.escape(self.summary())}</pre>"

    def to_dict(self) -> dict[str, Any]:
        """The forecast as plain values for strict JSON; an infinity is the text ``"Infinity"``."""
        report: dict[str, Any] = _plain(
            {
                "label": self.label,
                "recursion": repr(self.recursion),
                **self.about(),
                "half_life": self.half_life,
                "replicates": self.replicates,
                "seed": self.seed,
                "generations": self.generations,
                **{
                    name: {statistic: vars(known) for statistic, known in course.statistics.items()}
                    for name, course in self.courses.items()
                },
            }
        )
        return report

    def plot(self, axes: Sequence[Axes] | None = None) -> Sequence[Axes]:
        """The panels on as many Axes, by default those of a new figure, which are returned."""
        return plot_forecast(self, axes)

    def figure(self) -> Figure:
        """The picture of :meth:`plot` as a figure of its own, to be written to a file."""
        return figure_of(self)


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(inner) for inner in value]
    if isinstance(value, np.ndarray):
        return _plain(value.tolist())
    return str(value).replace("inf", "Infinity") if value in (np.inf, -np.inf) else value
