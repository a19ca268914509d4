"""The report of a verification: rows, a table for the terminal, a figure, and plain data."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from collapse_theory.theorem import Check, Theorem
from collapse_theory.verification.digits import TOLERANCE

if TYPE_CHECKING:
    from rich.table import Table


@dataclass(frozen=True)
class Row:
    """What the three roads say of one theorem."""

    theorem: Theorem
    proof: tuple[Check, ...]
    error: float
    error_at: str
    points: int
    z: float
    z_at: str
    comparisons: int
    smallest_seen: float

    @property
    def proved(self) -> bool | None:
        """Whether its symbolic check came out; None without one."""
        return all(check.passed for check in self.proof) if self.proof else None

    def verdict(self, critical: float) -> str:
        """``agrees``, ``DISAGREES`` or ``not confronted``."""
        if self.proved is False or not self.error <= TOLERANCE or not abs(self.z) <= critical:
            return "DISAGREES"
        return "agrees" if self.proved or self.points or self.comparisons else "not confronted"


@dataclass(frozen=True)
class Report:
    """Outcome of :func:`collapse_theory.verify`."""

    rows: tuple[Row, ...]
    critical: float
    false_alarm: float
    comparisons: int
    depth: str
    seed: int
    seconds: float

    @property
    def agrees(self) -> bool:
        """Whether no road contradicts any theorem."""
        return all(row.verdict(self.critical) != "DISAGREES" for row in self.rows)

    @property
    def disagreements(self) -> tuple[Row, ...]:
        """The rows that contradict a theorem."""
        return tuple(row for row in self.rows if row.verdict(self.critical) == "DISAGREES")

    def summary(self) -> str:
        """One line, and one more for each disagreement."""
        proofs = sum(len(row.proof) for row in self.rows)
        points = sum(row.points for row in self.rows)
        head = (
            f"{len(self.rows)} theorems, {proofs} symbolic or exact checks, {points} values to {TOLERANCE:g} of mpmath, "
            f"{self.comparisons} simulated comparisons with |z| ≤ {self.critical:.2f} (false alarm {self.false_alarm:g} "
            f"for the whole run, seed {self.seed}), {self.seconds:.0f} s: "
            + ("everything agrees" if self.agrees else f"{len(self.disagreements)} DISAGREE")
        )
        return "\n".join([head, *(self._complaint(row) for row in self.disagreements)])

    def _complaint(self, row: Row) -> str:
        parts = [check.claim for check in row.proof if not check.passed]
        if not row.error <= TOLERANCE:
            parts.append(f"relative error {row.error:.2g} at {row.error_at}")
        if not abs(row.z) <= self.critical:
            parts.append(f"z = {row.z:.1f} at {row.z_at}")
        return f"  {row.theorem.title}: " + "; ".join(parts)

    def table(self) -> Table:
        """Table for a terminal."""
        from rich.table import Table

        table = Table(title="Theorems, confronted", title_justify="left", header_style="bold", pad_edge=False, box=None)
        table.add_column("theorem", ratio=1, overflow="fold")
        table.add_column("proof", justify="right", no_wrap=True)
        table.add_column("worst rel. error", justify="right", no_wrap=True)
        table.add_column("worst z", justify="right", no_wrap=True)
        table.add_column("would see", justify="right", no_wrap=True)
        table.add_column("verdict", no_wrap=True)
        for row in self.rows:
            verdict = row.verdict(self.critical)
            colour = {"agrees": "green", "DISAGREES": "bold red"}.get(verdict, "yellow")
            seen = self.critical * row.smallest_seen
            table.add_row(
                row.theorem.title,
                "—" if row.proved is None else f"{sum(c.passed for c in row.proof)}/{len(row.proof)}",
                f"{row.error:.0e} ({row.points})" if row.points else "—",
                f"{row.z:+.1f} ({row.comparisons})" if row.comparisons else "—",
                f"{seen:.1%}" if row.comparisons else "—",
                f"[{colour}]{verdict}[/{colour}]",
            )
        table.caption = f"z against ±{self.critical:.2f}; in brackets how many values or comparisons"
        table.caption_justify = "left"
        return table

    def to_dict(self) -> dict[str, Any]:
        """Plain data, ready for JSON."""
        return {
            "agrees": self.agrees,
            "critical_z": self.critical,
            "false_alarm": self.false_alarm,
            "comparisons": self.comparisons,
            "depth": self.depth,
            "seed": self.seed,
            "seconds": round(self.seconds, 1),
            "theorems": [
                {
                    "title": row.theorem.title,
                    "quantity": row.theorem.quantity,
                    "statistic": row.theorem.statistic,
                    "road": row.theorem.road,
                    "statement": row.theorem.statement,
                    "conditions": row.theorem.conditions,
                    "source": row.theorem.source,
                    "proof": [{"claim": check.claim, "passed": check.passed} for check in row.proof],
                    "worst_relative_error": row.error if math.isfinite(row.error) else None,
                    "worst_error_at": row.error_at,
                    "values_compared": row.points,
                    "worst_z": row.z if math.isfinite(row.z) else None,
                    "worst_z_at": row.z_at,
                    "simulated_comparisons": row.comparisons,
                    "verdict": row.verdict(self.critical),
                }
                for row in self.rows
            ],
        }

    def figure(self, path: str) -> None:
        """Write a picture: worst z and worst digits of every theorem against their thresholds."""
        from matplotlib.figure import Figure

        rows = list(reversed(self.rows))
        figure = Figure(figsize=(11, 0.22 * len(rows) + 1.6), layout="constrained")
        left, right = figure.subplots(1, 2, sharey=True)
        places = range(len(rows))
        for place, row in zip(places, rows, strict=True):
            bad = row.verdict(self.critical) == "DISAGREES"
            colour = "#D55E00" if bad else "#0072B2"
            if row.points:
                left.plot(max(row.error, 1e-17), place, "o", color=colour, markersize=4)
            if row.comparisons:
                right.plot(row.z, place, "o", color=colour, markersize=4)
        left.set_xscale("log")
        left.set_xlim(5e-18, max(1e-11, 10 * max((row.error for row in rows if math.isfinite(row.error)), default=0)))
        left.axvline(TOLERANCE, color="#999999", linewidth=1)
        left.set_xlabel("worst relative error against mpmath")
        left.set_yticks(list(places), [row.theorem.title for row in rows], fontsize=7)
        for threshold in (-self.critical, self.critical):
            right.axvline(threshold, color="#999999", linewidth=1)
        right.set_xlabel("worst z of the simulated comparisons")
        figure.savefig(path, dpi=150)
