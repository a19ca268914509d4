"""The main job: every theorem, three roads, one report."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any, Literal

from collapse_theory.domain import one_of
from collapse_theory.recursion import Recursion
from collapse_theory.theorem import Check, Theorem
from collapse_theory.theorems.conservation import CONSERVATION
from collapse_theory.verification import confront, digits
from collapse_theory.verification.report import Report, Row

FAMILIES = ("gaussian",)
REGIMES = {"replace": "Replace", "accumulate": "Accumulate", "fresh": "Fresh", "fresh-mixture": "FreshMixture"}


def verify(
    *,
    family: str | None = None,
    regime: str | None = None,
    depth: Literal["quick", "default", "deep"] = "default",
    seed: int = 20261123,
    extra: Sequence[Theorem] = (),
    progress: bool = False,
) -> Report:
    """Report on every theorem: proof, 50 digits, simulation.

    Parameters
    ----------
    family, regime : str, optional
        Only theorems of this family or regime; by command-line name, ``"gaussian"``, ``"fresh-mixture"``.
    depth : {"quick", "default", "deep"}
        How many stress points and replicates.
    seed : int
        Seed of the simulations; each recursion has its own stream.
    extra : sequence of Theorem
        Further theorems to confront.
    progress : bool
        Show a progress bar.

    Returns
    -------
    Report
        One row per theorem; ``report.agrees`` is False if anything disagrees.
    """
    if family is not None:
        one_of("family", family, FAMILIES)
    if regime is not None:
        one_of("regime", regime, tuple(REGIMES))
    one_of("depth", depth, ("quick", "default", "deep"))
    started = time.perf_counter()
    chosen = None if regime is None else REGIMES[regime]
    simulated = [r for r in confront.simulated_settings(depth) if chosen in (None, type(r.regime).__name__)]
    stressed = [r for r in digits.stress_settings(depth) if chosen in (None, type(r.regime).__name__)]
    theorems = _distinct([*simulated, *stressed], extra)
    work: list[tuple[str, Callable[[], Any]]] = [
        ("simulation", lambda r=r, i=i: confront.confront(r, depth, seed + i, tuple(extra)))
        for i, r in enumerate(simulated)
    ]  # type: ignore[misc]
    work += [("proofs", lambda th=th: (th, _prove(th))) for th in theorems]  # type: ignore[misc]
    work += [
        ("digits", lambda th=th: (th, digits.errors(th, stressed, depth))) for th in theorems if digits.checkable(th)
    ]  # type: ignore[misc]
    comparisons: list[confront.Comparison] = []
    proofs: dict[str, tuple[Check, ...]] = {}
    errors: dict[str, tuple[float, str, int]] = {}
    for kind, outcome in _worked(work, progress):
        if kind == "simulation":
            comparisons += outcome
        elif kind == "proofs":
            proofs[outcome[0].title] = outcome[1]
        else:
            errors[outcome[0].title] = outcome[1]
    critical = confront.critical_value(len(comparisons))
    rows = [_row(theorem, proofs, errors, comparisons) for theorem in theorems]
    return Report(
        tuple(rows), critical, confront.FALSE_ALARM, len(comparisons), depth, seed, time.perf_counter() - started
    )


def _distinct(settings: Sequence[Recursion], extra: Sequence[Theorem]) -> list[Theorem]:
    """Exact theorems of the settings, the conservation law and the extra ones, each title once."""
    found: dict[str, Theorem] = {}
    for setting in settings:
        for theorem in setting.theorems:
            if theorem.exact and theorem.statistic not in ("quantile_limit",):
                found.setdefault(theorem.title, theorem)
    found.setdefault(CONSERVATION.theorem.title, CONSERVATION.theorem)
    return [*found.values(), *extra]


_PROOFS_SEEN = "proof"


def _prove(theorem: Theorem) -> tuple[Check, ...]:
    return theorem.prove()


def _row(
    theorem: Theorem,
    proofs: dict[str, tuple[Check, ...]],
    errors: dict[str, tuple[float, str, int]],
    comparisons: Sequence[confront.Comparison],
) -> Row:
    mine = [c for c in comparisons if c.theorem.title == theorem.title]
    worst = max(mine, key=lambda c: abs(c.z), default=None)
    error, where, points = errors.get(theorem.title, (0.0, "", 0))
    return Row(
        theorem=theorem,
        proof=proofs.get(theorem.title, ()),
        error=error,
        error_at=where,
        points=points,
        z=worst.z if worst else 0.0,
        z_at=worst.where if worst else "",
        comparisons=len(mine),
        smallest_seen=min((c.smallest_seen for c in mine), default=float("inf")),
    )


def _worked(work: list[tuple[str, Callable[[], Any]]], progress: bool) -> Any:  # noqa: FBT001
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description:<10}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), disable=not progress, transient=True) as bar:
        task = bar.add_task("", total=len(work))
        for kind, job in work:
            bar.update(task, description=kind)
            yield kind, job()
            bar.advance(task)
