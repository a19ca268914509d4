"""What a forecast says: arrays, plain words, JSON, a picture."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from collapse_theory.forecasting.column import Normality, Source
from collapse_theory.recursion import Recursion

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Array = NDArray[np.float64]

FATES = {
    "collapses": "every run loses its whole spread in the end, whatever the mean over runs does",
    "wanders": "every run's spread wanders without limit, down to nothing and up again",
    "explodes": "every run's spread grows without bound",
    "settles": "every run's spread settles at a positive value, a different one in each run",
    "stationary": "runs keep moving, but their spread neither dies nor grows: its law becomes stationary",
    "undecided": "no theorem decides what becomes of a run",
}


@dataclass(frozen=True, eq=False)
class Course:
    """One quantity over the generations of a forecast.

    Parameters
    ----------
    expected : ndarray or None
        Mean over runs; None where the simulated runs cannot see it.
    typical, low, high : ndarray
        Median over runs, and their 5 % and 95 % quantiles.
    expected_road, typical_road : str
        ``"exact"``, ``"simulated"`` or ``"unseeable"``; the second holds for the quantiles as well.
    """

    expected: Array | None
    typical: Array
    low: Array
    high: Array
    expected_road: str
    typical_road: str


@dataclass(frozen=True, eq=False)
class Forecast:
    """What is left of a column of numbers after generations of refitting; made by :func:`forecast`.

    Parameters
    ----------
    label : str
        Name of the column.
    recursion : Recursion
        The law fitted to the data, the regime and the sample size.
    source, normality : Source, Normality
        The error of that fit, and whether a Gaussian is a fair description of the data.
    generations : ndarray of int
        Some sixty generations, the first 0 and the last the horizon.
    variance, sd, location : Course
        Fitted variance, standard deviation and mean.
    tail, own_tail : Course
        The model's mass beyond 3 source standard deviations of the source's centre, and of its own.
    half_life : int or None
        First generation whose median standard deviation is at most half the source's; None beyond the horizon.
    fate, because : str
        What becomes of a run as t → ∞, and the quantity that decides it.
    replicates, seed : int
        Runs behind everything that is simulated, and their seed.
    """

    label: str
    recursion: Recursion
    source: Source
    normality: Normality
    generations: NDArray[np.int64]
    variance: Course
    sd: Course
    location: Course
    tail: Course
    own_tail: Course
    half_life: int | None
    fate: str
    because: str
    replicates: int
    seed: int

    @property
    def courses(self) -> dict[str, Course]:
        """The five courses by name."""
        return {name: getattr(self, name) for name in ("variance", "sd", "location", "tail", "own_tail")}

    @property
    def ddof(self) -> float:
        """Divisor of the fit: the variance is the sum of squares over n − ddof."""
        return float(self.recursion.family.ddof)  # type: ignore[attr-defined]

    def to_dict(self) -> dict[str, Any]:
        """The forecast as plain values for strict JSON: infinities as ``"Infinity"``, what nobody knows as None."""
        report: dict[str, Any] = _plain(
            {
                "label": self.label,
                "recursion": repr(self.recursion),
                "source": {**asdict(self.source), "ddof": self.ddof},
                "normality": asdict(self.normality),
                "fate": {"verdict": self.fate, "sentence": FATES[self.fate], "because": self.because},
                "half_life": self.half_life,
                "replicates": self.replicates,
                "seed": str(self.seed),
                "generations": self.generations,
                **{name: vars(course) for name, course in self.courses.items()},
            }
        )
        return report

    def rows(self, count: int = 5) -> list[tuple[str, ...]]:
        """Numbers as text at some of the generations, under the names of :attr:`columns`."""
        places = np.unique(np.linspace(0, len(self.generations) - 1, count + 1).round().astype(int))
        return [
            (
                f"{self.generations[i]}",
                _number(self.sd.typical[i]),
                _interval((self.sd.low[i], self.sd.high[i])),
                _known(self.sd, i),
                _interval((self.location.low[i], self.location.high[i])),
                _known(self.tail, i, share),
                share(self.tail.typical[i]),
            )
            for i in places
        ]

    columns = ("t", "typical sd", "90 % of runs", "expected sd", "centre, 90 %", "expected tail", "typical tail")

    def __repr__(self) -> str:
        return f"<Forecast of {self.label} to generation {self.generations[-1]}: {self.recursion!r}, {self.fate}>"

    def lines(self) -> list[tuple[str, str]]:
        """The summary as pairs of a heading and a sentence."""
        last, source, fit, regime = self.generations[-1], self.source, self.normality, self.recursion.regime
        sd, variance, centre, tail, own = self.courses["sd"], self.variance, self.location, self.tail, self.own_tail
        story = f"{regime.story[:1].lower()}{regime.story[1:]}"
        half = f"the typical sd is down to half at generation {self.half_life}"
        not_half = f"the typical sd is not down to half by generation {last}"
        return [
            (
                "Data",
                f"{source.count} values of {self.label}; with 95 % bootstrap intervals, mean {_number(source.mean)} "
                f"({_interval(source.mean_interval)}), sd {_number(source.sd)} ({_interval(source.sd_interval)})",
            ),
            (
                "Gaussian?",
                f"{fit.word}: Anderson-Darling p = {fit.p_value:.2g}, skewness {fit.skewness:.2f}, excess kurtosis "
                f"{fit.excess_kurtosis:.2f}; the tail forecast leans on this",
            ),
            ("Refit", f"{self.recursion.sizes!r} points a generation, divisor n - {self.ddof:g}; {story}"),
            ("Fate", FATES[self.fate] + (f" ({self.because})" if self.because else "")),
            (
                f"At t = {last}",
                f"sd: typical {_number(sd.typical[-1])}, {share(sd.typical[-1] / source.sd)} of the source's; "
                f"{_middle(sd)}; expected {_known(sd, -1)}",
            ),
            (
                "",
                f"variance: typical {_number(variance.typical[-1])}; {_middle(variance)}; "
                f"expected {_known(variance, -1)}",
            ),
            ("", f"centre: {_middle(centre)}; expected {_known(centre, -1)}, where it started"),
            (
                "",
                f"tail, the mass beyond 3 source sds of the source's centre: {share(tail.typical[0])} at the source, "
                f"now expected {_known(tail, -1, share)}, typical {share(tail.typical[-1])}",
            ),
            (
                "",
                f"the same about the model's own centre: expected {_known(own, -1, share)}, "
                f"typical {share(own.typical[-1])}",
            ),
            ("Half-life", not_half if self.half_life is None else half),
            ("Roads", self._roads()),
        ]

    def _roads(self) -> str:
        courses = [(name.replace("_", " "), course) for name, course in self.courses.items()]
        means = ", ".join(name for name, course in courses if course.expected_road == "simulated")
        bands = ", ".join(name for name, course in courses if course.typical_road == "simulated")
        unseen = ", ".join(name for name, course in courses if course.expected is None)
        drawn = [f"expected {means}"] if means else []
        drawn += [f"typical values and bands of {bands}"] if bands else []
        parts = [f"{self.replicates} simulated runs, seed {self.seed}, for " + " and ".join(drawn)] if drawn else []
        parts += [f"expected {unseen} rests on runs too rare to be simulated"] if unseen else []
        return "; ".join([*parts, "the rest exact" if parts else "everything exact"])

    def summary(self, width: int = 100) -> str:
        """The forecast in plain words, wrapped to a width in characters."""
        indent = 12
        return "\n".join(
            textwrap.fill(
                f"{head:<{indent}}{text}",
                max(width, 40),
                subsequent_indent=" " * indent,
                drop_whitespace=True,
                break_on_hyphens=False,
            )
            for head, text in self.lines()
        )

    def _repr_html_(self) -> str:
        import html

        rows = "".join(
            f"<tr><th style='text-align:left'>{html.escape(head)}</th>"
            f"<td style='text-align:left'>{html.escape(text)}</td></tr>"
            for head, text in self.lines()
        )
        return f"<table>{rows}</table>"

    def figure(self) -> Figure:
        """Spread, centre and tail side by side, as a figure of its own."""
        from matplotlib import pyplot

        from collapse_theory.forecasting.figure import plot_forecast

        figure = plot_forecast(self)[0].get_figure()
        assert figure is not None
        root: Figure = figure  # type: ignore[assignment]
        pyplot.close(root)
        return root


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(inner) for inner in value]
    if isinstance(value, np.ndarray):
        return _plain(value.tolist())
    if isinstance(value, float) and not np.isfinite(value):
        return None if np.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    return value


def _number(value: float) -> str:
    return f"{value:.4g}"


def share(value: float) -> str:
    """A share in percent where it is a visible one, else as a power of ten."""
    if value == 0:
        return "less than 1e-300"
    return f"{100 * value:.3g} %" if value >= 1e-5 else f"{value:.2g}"


def _interval(ends: tuple[float, float]) -> str:
    return f"{_number(ends[0])} to {_number(ends[1])}"


def _middle(course: Course) -> str:
    return f"{_interval((course.low[-1], course.high[-1]))} in 90 % of runs"


def _known(course: Course, place: int, written: Callable[[float], str] = _number) -> str:
    return "unseeable" if course.expected is None else written(course.expected[place])
