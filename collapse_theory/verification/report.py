"""The report of a verification: rows, a table for the terminal, a figure, and plain data."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from collapse_theory.theorem import Check, Theorem
from collapse_theory.verification.approach import Approach
from collapse_theory.verification.confront import Comparison
from collapse_theory.verification.digits import INVERSION, TOLERANCE, Digits

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from rich.console import RenderableType
    from rich.table import Table

AGREES, PROVED, DISAGREES, UNCONFRONTED = "agrees", "proved", "DISAGREES", "not confronted"


@dataclass(frozen=True)
class Row:
    """What the roads say of one theorem."""

    theorem: Theorem
    proof: tuple[Check, ...]
    digits: Digits
    comparisons: tuple[Comparison, ...]
    approach: Approach

    @classmethod
    def of(
        cls,
        theorem: Theorem,
        proof: Sequence[Check],
        digits: Digits,
        comparisons: Sequence[Comparison],
        approach: Approach,
    ) -> Row:
        """Row with the worst comparison first."""
        return cls(theorem, tuple(proof), digits, tuple(sorted(comparisons, key=lambda one: -abs(one.z))), approach)

    @property
    def proved(self) -> int:
        """How many steps of the proof came out."""
        return sum(check.passed for check in self.proof)

    @property
    def allowed(self) -> float:
        """Error allowed to the numeric form: relative for a formula, absolute for an inverted law."""
        return INVERSION if self.theorem.statistic in ("distribution", "carried_by_top") else TOLERANCE

    @property
    def z(self) -> float:
        """The worst z, 0 without a comparison."""
        return self.comparisons[0].z if self.comparisons else 0.0

    @property
    def approximation(self) -> str:
        """What an approximation showed: the order seen, or whether a bound holds; nothing for other theorems."""
        if not self.approach.cases:
            return ""
        if self.theorem.road == "asymptotic":
            return f"order {self.approach.seen:.1f}"
        return "bound holds" if self.approach.kept else "VIOLATED"

    def contradicted(self, critical: float) -> bool:
        """Whether any road contradicts the theorem."""
        proved = self.proved == len(self.proof)
        return not (proved and self.digits.worst <= 1 and abs(self.z) <= critical and self.approach.kept)

    def verdict(self, critical: float) -> str:
        """``DISAGREES``; ``agrees`` where at least one number does; ``proved`` by steps alone; ``not confronted``."""
        if self.contradicted(critical):
            return DISAGREES
        if self.digits.points or self.comparisons or self.approach.cases:
            return AGREES
        return PROVED if self.proof else UNCONFRONTED

    def complaint(self, critical: float) -> str:
        """What contradicts the theorem, in words."""
        parts = [check.claim for check in self.proof if not check.passed]
        if not self.digits.worst <= 1:
            parts.append(f"error {self.digits.worst * self.allowed:.2g} at {self.digits.where}")
        if not abs(self.z) <= critical:
            parts.append(f"z = {self.z:.1f} at {self.comparisons[0].where}")
        if not self.approach.kept:
            parts.append(f"order {self.approach.seen:.2f}, not {self.approach.stated:g}, at {self.approach.where}")
        return "; ".join(parts)


@dataclass(frozen=True, repr=False)
class Report:
    """Outcome of :func:`collapse_theory.verify`.

    Parameters
    ----------
    rows : tuple of Row
        One per theorem.
    critical : float
        Threshold of every z, from the false-alarm rate of the whole run.
    false_alarm : float
        Chance that a run over true theorems disagrees anywhere.
    depth : str
        How deep the run went.
    seed : int
        Seed of the simulations.
    seconds : float
        Duration.
    """

    rows: tuple[Row, ...]
    critical: float
    false_alarm: float
    depth: str
    seed: int
    seconds: float

    def __repr__(self) -> str:
        outcome = "everything agrees" if self.agrees else f"{len(self.disagreements)} disagree"
        return f"<Report: {len(self.rows)} theorems, {outcome}>"

    def __str__(self) -> str:
        return self.summary()

    @property
    def agrees(self) -> bool:
        """Whether no road contradicts any theorem."""
        return not self.disagreements

    @property
    def disagreements(self) -> tuple[Row, ...]:
        """The rows that contradict a theorem."""
        return tuple(row for row in self.rows if row.contradicted(self.critical))

    def grouped(self) -> dict[str, list[Row]]:
        """The rows under the quantity, in words, that they are about."""
        groups: dict[str, list[Row]] = {}
        for row in self.rows:
            groups.setdefault(row.theorem.quantity.replace("_", " "), []).append(row)
        return groups

    def summary(self) -> str:
        """A few lines of totals, and one more for each disagreement."""
        rows, worst = self.rows, max((abs(one.z) for row in self.rows for one in row.comparisons), default=0.0)
        lines = [
            f"{len(rows)} theorems in {self.seconds:.0f} s, depth {self.depth}, seed {self.seed}",
            f"  {sum(len(row.proof) for row in rows)} steps of proof in sympy or in exact fractions",
            f"  {sum(row.digits.points for row in rows)} values against 50 digits: allowed {TOLERANCE:g} relative, "
            f"of inverted laws {INVERSION:g} absolute",
            f"  {sum(len(row.comparisons) for row in rows)} simulated values: the worst |z| was {worst:.2f}, "
            f"allowed {self.critical:.2f}; a false alarm anywhere has chance {self.false_alarm:g}",
            f"  {sum(row.approach.cases for row in rows)} approaches of asymptotic forms and margins of bounds",
            "everything agrees" if self.agrees else f"{len(self.disagreements)} DISAGREE:",
            *(f"  {row.theorem.title}: {row.complaint(self.critical)}" for row in self.disagreements),
        ]
        return "\n".join(lines)

    def table(self) -> Table:
        """Table for a terminal, theorems under the quantity that they are about."""
        from rich.table import Table

        table = Table(header_style="bold", pad_edge=False, box=None, caption=self.caption(), caption_justify="left")
        table.add_column("theorem", ratio=1, overflow="fold")
        for name in ("proof", "worst error", f"worst z of {self.critical:.1f}", "would see"):
            table.add_column(name, justify="right", no_wrap=True)
        table.add_column("verdict", no_wrap=True)
        for quantity, rows in self.grouped().items():
            table.add_row(f"[bold]{quantity}[/bold]")
            for row in rows:
                table.add_row(*self._cells(row))
        return table

    def caption(self) -> str:
        """What the columns of the table mean, in plain words."""
        return (
            "proof a/b: a of b steps came out. worst error: of the numbers against 50 digits, relative or abs(olute); "
            "for an asymptotic form, the order at which its error vanishes. worst z: deviation of a simulated value "
            f"from the theorem, in standard errors, allowed up to {self.critical:.1f}, and in how many values. would "
            "see: smallest relative error of the theorem that the simulation would have noticed."
        )

    def _cells(self, row: Row) -> tuple[RenderableType, ...]:
        from rich.padding import Padding

        verdict = row.verdict(self.critical)
        colour = {AGREES: "green", PROVED: "green", DISAGREES: "bold red"}.get(verdict, "yellow")
        absolute = " abs" if row.allowed == INVERSION else ""
        error = f"{row.digits.worst * row.allowed:.0e}{absolute}" if row.digits.points else "·"
        return (
            Padding(row.theorem.title, (0, 0, 0, 2)),
            f"{row.proved}/{len(row.proof)}" if row.proof else "·",
            row.approximation or error,
            f"{row.z:+.1f} in {len(row.comparisons)}" if row.comparisons else "·",
            f"{self.critical * min(one.smallest_seen for one in row.comparisons):.2%}" if row.comparisons else "·",
            f"[{colour}]{verdict}[/{colour}]",
        )

    def to_dict(self) -> dict[str, Any]:
        """Plain data, ready for JSON."""
        return {
            "agrees": self.agrees,
            "critical_z": self.critical,
            "false_alarm": self.false_alarm,
            "depth": self.depth,
            "seed": self.seed,
            "seconds": round(self.seconds, 1),
            "theorems": [self._record(row) for row in self.rows],
        }

    def _record(self, row: Row) -> dict[str, Any]:
        theorem, worst = row.theorem, row.digits.worst * row.allowed
        return {
            "title": theorem.title,
            "quantity": theorem.quantity,
            "statistic": theorem.statistic,
            "road": theorem.road,
            "statement": theorem.statement,
            "conditions": theorem.conditions,
            "source": theorem.source,
            "proof": [{"claim": check.claim, "passed": check.passed} for check in row.proof],
            "worst_error": worst if row.digits.points and math.isfinite(worst) else None,
            "allowed_error": row.allowed,
            "worst_error_at": row.digits.where,
            "values_compared": row.digits.points,
            "worst_z": row.z if math.isfinite(row.z) else None,
            "worst_z_at": row.comparisons[0].where if row.comparisons else "",
            "simulated_comparisons": len(row.comparisons),
            "order_stated": row.approach.stated,
            "order_seen": row.approach.seen if math.isfinite(row.approach.seen) else None,
            "verdict": row.verdict(self.critical),
        }

    def figure(self) -> Figure:
        """Worst digits, all z, proof and approximation of every theorem, against what is allowed."""
        from collapse_theory.verification.figure import figure_of

        return figure_of(self)
