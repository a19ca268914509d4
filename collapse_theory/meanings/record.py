"""The record: eight definitions, the readings of each, and a verdict for every reading."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Literal, get_args

from collapse_theory.meanings import report
from collapse_theory.recursion import Recursion

if TYPE_CHECKING:
    import pandas
    from rich.table import Table

Verdict = Literal["yes", "no", "bounded", "needs a threshold", "needs a mixture", "unknown"]
Over = Literal["mean over runs", "one run", "every model"]
VERDICTS: tuple[Verdict, ...] = get_args(Verdict)
WIDTH = 100


@dataclass(frozen=True)
class Reading:
    """One reading of a definition: a statistic that makes it precise, and what becomes of it.

    Parameters
    ----------
    what : str
        The quantity in words.
    over : {"mean over runs", "one run", "every model"}
        Its statistic: the expectation; what almost every run does, or the typical one; what holds for all models.
    verdict : str
        ``"yes"`` (collapse in this sense), ``"no"``, ``"bounded"`` (by a number that is given),
        ``"needs a threshold"``, ``"needs a mixture"`` or ``"unknown"``.
    evidence : str
        What decides it, in a sentence.
    value : float, optional
        The number in it.
    theorem : str
        Title of the theorem that it rests on, where there is one.
    """

    what: str
    over: Over
    verdict: Verdict
    evidence: str
    value: float | None = None
    theorem: str = ""


@dataclass(frozen=True)
class Meaning:
    """One of the eight definitions, with its readings.

    Parameters
    ----------
    number : int
        Its number in the list of Schaeffer et al. (key schaeffer2025).
    name : str
        Its name there.
    readings : tuple of Reading
        At least one.
    """

    number: int
    name: str
    readings: tuple[Reading, ...]

    @property
    def disputed(self) -> bool:
        """Whether one reading says yes and another one no."""
        return {"yes", "no"} <= {reading.verdict for reading in self.readings}

    @property
    def summary(self) -> str:
        """The verdicts in a few words, such as ``"variance: no in expectation, yes in a run"``."""
        found = {reading.verdict for reading in self.readings}
        if not self.disputed:
            return "; ".join(verdict for verdict in VERDICTS if verdict in found)
        for what in dict.fromkeys(one.what for one in self.readings):
            by = {one.over: one.verdict for one in self.readings if one.what == what}
            mean, run = by.get("mean over runs"), by.get("one run")
            if {mean, run} == {"yes", "no"}:
                return f"{what}: {mean} in expectation, {run} in a run"
        first = {
            verdict: next(one.what for one in self.readings if one.verdict == verdict) for verdict in ("yes", "no")
        }
        return f"yes: {first['yes']}; no: {first['no']}"

    def verdict(self, what: str, over: Over) -> Verdict:
        """Verdict of a reading; ValueError where there is no such reading."""
        for reading in self.readings:
            if (reading.what, reading.over) == (what, over):
                return reading.verdict
        there = ", ".join(f"({one.what!r}, {one.over!r})" for one in self.readings)
        raise ValueError(f"what, over = {what!r}, {over!r} is outside its domain: one of {there}")


@dataclass(frozen=True, repr=False)
class Meanings:
    """The eight definitions for one recursion; made by :func:`collapse_theory.definitions`.

    Parameters
    ----------
    recursion : Recursion
        What is judged.
    meanings : tuple of Meaning
        The eight, in their order.
    rise : float, optional
        The factor that definition 1 calls catastrophic.
    horizon : int
        The generation whose exact values stand where no limit is known.
    """

    recursion: Recursion
    meanings: tuple[Meaning, ...]
    rise: float | None
    horizon: int

    def __iter__(self) -> Iterator[Meaning]:
        return iter(self.meanings)

    def __len__(self) -> int:
        return len(self.meanings)

    def numbered(self, number: int) -> Meaning:
        """Definition of a number from 1 to 8; ValueError for another one."""
        for meaning in self:
            if meaning.number == number:
                return meaning
        raise ValueError(f"number = {number!r} is outside its domain: an integer in [1, {len(self)}]")

    @property
    def disputed(self) -> tuple[Meaning, ...]:
        """The definitions of which one reading says yes and another one no."""
        return tuple(meaning for meaning in self if meaning.disputed)

    def __repr__(self) -> str:
        told = "; ".join(f"{meaning.number} {meaning.summary}" for meaning in self)
        return f"<Meanings of collapse for {self.recursion!r}: {told}>"

    def __str__(self) -> str:
        return report.as_text(self, WIDTH)

    def _repr_html_(self) -> str:
        return report.as_html(self)

    def table(self) -> Table:
        """Table for a terminal: the readings of each definition, their verdicts, and what decides them."""
        return report.table(self)

    def to_dict(self) -> dict[str, Any]:
        """The record as plain values for strict JSON; an infinity is the text ``"Infinity"``."""
        return {
            "recursion": repr(self.recursion),
            "rise": self.rise,
            "horizon": self.horizon,
            "definitions": [
                {
                    "number": meaning.number,
                    "name": meaning.name,
                    "summary": meaning.summary,
                    "disputed": meaning.disputed,
                    "readings": [{**asdict(one), "value": _plain(one.value)} for one in meaning.readings],
                }
                for meaning in self
            ],
        }

    def to_dataframe(self) -> pandas.DataFrame:
        """Table with a row for each reading; needs pandas.

        Columns number, name, what, over, verdict, evidence, value (missing where there is none) and theorem.
        """
        try:
            import pandas
        except ImportError as missing:
            raise ImportError("to_dataframe needs pandas: pip install 'collapse-theory[dataframe]'") from missing
        rows = [
            {"number": meaning.number, "name": meaning.name, **asdict(reading)}
            for meaning in self
            for reading in meaning.readings
        ]
        return pandas.DataFrame(rows).astype({"value": float})


def _plain(value: float | None) -> float | str | None:
    if value is None or math.isfinite(value):
        return value
    return "Infinity" if value > 0 else "-Infinity"
