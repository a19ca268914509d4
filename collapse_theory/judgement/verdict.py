"""Verdicts: PROVED, HOLDS, REFUTED or UNDECIDED, with the evidence and a counterexample that is code."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Literal

from collapse_theory.judgement import report
from collapse_theory.judgement.betting import Bet
from collapse_theory.judgement.claim import Claim, Status
from collapse_theory.judgement.margin import Exactness, as_float
from collapse_theory.theorem import Check

if TYPE_CHECKING:
    from rich.table import Table

WIDTH = 100
LONGEST = 40
"""Letters of a fraction that is shown in full."""

Order = Literal["first in the order of size", "shrunk", ""]


@dataclass(frozen=True)
class Witness:
    """A case with its margin.

    Parameters
    ----------
    case : object
        The case.
    margin : number
        Exact, a float, or the mean of the observations of a simulated margin.
    exactness : {"exact", "exact up to rounding", "simulated"}
        What kind of number that is.
    bet : Bet, optional
        What betting came to, for a simulated margin.
    """

    case: Any
    margin: Any
    exactness: Exactness
    bet: Bet | None = None

    @property
    def value(self) -> float:
        """The margin as a float."""
        return as_float(self.margin)

    def __str__(self) -> str:
        return f"{self.case!r}: margin {self.in_words}"

    @property
    def in_words(self) -> str:
        """The margin: a fraction in full while it is short, a simulated mean with its interval."""
        if self.bet is not None:
            low, high = self.bet.interval
            return f"{self.value:.4g} in [{low:.4g}, {high:.4g}] after {self.bet.runs} runs"
        if self.value == 0 and self.exactness == "exact" and self.margin != 0:
            return f"{'positive' if self.margin > 0 else 'negative'}, nearer to 0 than any float"
        told = str(self.margin)
        if isinstance(self.margin, Fraction) and self.margin.denominator > 1 and len(told) <= LONGEST:
            return f"{told} = {self.value:.6g}"
        return told if isinstance(self.margin, int) and len(told) <= LONGEST else f"{self.value:.6g}"


@dataclass(frozen=True, eq=False, repr=False)
class Verdict:
    """What became of a claim; made by :meth:`Claim.check`.

    Parameters
    ----------
    claim : Claim
        What was checked.
    status : {"PROVED", "HOLDS", "REFUTED", "UNDECIDED"}
        The verdict.
    cases : int
        Cases looked at.
    proof : tuple of Check
        Steps of the proof that ran now.
    smallest : Witness, optional
        The smallest margin that was seen, and where.
    counterexample : Witness, optional
        The smallest counterexample.
    order : str
        In which sense it is the smallest.
    alpha : float, optional
        Probability of a wrong word, where margins were simulated.
    reason : str
        Why it is undecided; or what was enumerated.
    """

    claim: Claim
    status: Status
    cases: int
    proof: tuple[Check, ...] = ()
    smallest: Witness | None = None
    counterexample: Witness | None = None
    order: Order = ""
    alpha: float | None = None
    reason: str = ""

    @property
    def as_expected(self) -> bool:
        """Whether it is the verdict that the claim expects; true where none is expected."""
        return self.claim.expected in (None, self.status)

    @property
    def kind(self) -> str:
        """How a refutation is meant: ``"exact"``, ``"exact up to rounding"`` or ``"statistical at level …"``."""
        if self.counterexample is None:
            return ""
        if self.counterexample.exactness == "simulated":
            return f"statistical at level {self.alpha:g}"
        return self.counterexample.exactness

    @property
    def evidence(self) -> str:
        """What the verdict rests on, in a sentence or two."""
        return report.evidence(self)

    @property
    def code(self) -> str:
        """The counterexample, or else the smallest margin, as Python code that runs; empty where there is none."""
        return report.code(self)

    def __repr__(self) -> str:
        return f"<Verdict: {self.status}, {self.evidence}>"

    def __str__(self) -> str:
        return report.as_text(self, WIDTH)

    def table(self) -> Table:
        """The verdict for a terminal."""
        return report.table(self)

    def _repr_html_(self) -> str:
        return report.as_html(self)

    def to_dict(self) -> dict[str, Any]:
        """The verdict as plain values for strict JSON; infinities as text."""
        return report.as_dict(self)
