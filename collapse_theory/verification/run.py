"""The main job: every theorem, three roads, one report."""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from collapse_theory import families, regimes
from collapse_theory.domain import COUNT, Choice
from collapse_theory.families import Family
from collapse_theory.recursion import Recursion
from collapse_theory.regimes import Regime
from collapse_theory.theorem import Theorem
from collapse_theory.verification import settings
from collapse_theory.verification.approach import Approach, approach
from collapse_theory.verification.confront import FALSE_ALARM, Comparison, confront, critical_value
from collapse_theory.verification.cover import cover
from collapse_theory.verification.digits import Digits, checkable, digits
from collapse_theory.verification.forked import Job, results
from collapse_theory.verification.report import Report, Row
from collapse_theory.verification.settings import DEPTHS, Depth

SEED = 20261123


def verify(
    *,
    family: type[Family] | None = None,
    regime: type[Regime] | None = None,
    depth: Depth = "default",
    seed: int = SEED,
    extra: Sequence[Theorem] = (),
    workers: int | None = None,
    progress: bool = False,
) -> Report:
    """Report on every theorem: proof, 50 digits, simulation.

    Parameters
    ----------
    family, regime : type, optional
        Only recursions of this family or regime, such as ``ct.Gaussian`` or ``ct.Fresh``.
    depth : {"quick", "default", "deep"}
        How many stress points and replicates.
    seed : int
        Seed of the simulations; each recursion has its own stream.
    extra : sequence of Theorem
        Further theorems to confront.
    workers : int, optional
        Processes side by side, all cores by default; the report is the same for any number.
    progress : bool
        Show a progress bar.

    Returns
    -------
    Report
        One row per theorem; ``report.agrees`` is False if anything disagrees.
    """
    Choice(DEPTHS).check("depth", depth)
    _check_kind("family", family, families.named())
    _check_kind("regime", regime, regimes.named())
    started = time.perf_counter()
    possible = settings.simulated(depth, family, regime)
    stressed = settings.stressed(depth, family, regime)
    theorems = _distinct([*possible, *stressed], extra)
    simulated = cover(possible, depth, tuple(extra))
    times = settings.stress_times(depth)
    about = _families_of(theorems, [*possible, *stressed])
    jobs: list[tuple[str, Job]] = [
        *(
            ("simulation", partial(_confronted, simulated[i], theorems, depth, seed + i, tuple(extra)))
            for i in _apart(simulated)
        ),
        *(("proofs", theorem.prove) for theorem in theorems),
        *(
            ("digits", partial(digits, theorem, stressed, times, settings.STRESSED[depth]))
            for theorem in theorems
            if checkable(theorem)
        ),
        *(("orders", partial(approach, theorem, about[theorem])) for theorem in theorems if not theorem.exact),
    ]
    workers = COUNT.check("workers", os.cpu_count() or 1 if workers is None else workers)
    found = list(_worked(jobs, workers, progress=progress))
    comparisons: list[Comparison] = [
        replace(one, theorem=theorems[place]) for kind, many in found if kind == "simulation" for place, one in many
    ]
    proofs = dict(zip(theorems, (checks for kind, checks in found if kind == "proofs"), strict=True))
    errors = dict(zip(filter(checkable, theorems), (worst for kind, worst in found if kind == "digits"), strict=True))
    orders = dict(
        zip((th for th in theorems if not th.exact), (o for kind, o in found if kind == "orders"), strict=True)
    )
    rows = [
        Row.of(
            theorem,
            proofs[theorem],
            errors.get(theorem, Digits()),
            [one for one in comparisons if one.theorem is theorem],
            orders.get(theorem, Approach()),
        )
        for theorem in theorems
    ]
    return Report(
        rows=tuple(rows),
        critical=critical_value(len(comparisons)),
        false_alarm=FALSE_ALARM,
        depth=depth,
        seed=seed,
        seconds=time.perf_counter() - started,
    )


def _check_kind(name: str, kind: Any, known: Mapping[str, type]) -> None:
    if kind is not None and not (isinstance(kind, type) and issubclass(kind, (Family, Regime))):
        classes = ", ".join(f"ct.{one.__name__}" for one in known.values())
        raise ValueError(f"{name} = {kind!r} is outside its domain: a class such as {classes}")


def _distinct(recursions: Sequence[Recursion], extra: Sequence[Theorem]) -> list[Theorem]:
    """Theorems of the recursions and the extra ones, each once, in the order of the families' and regimes' files."""
    return list(dict.fromkeys([*(theorem for setting in recursions for theorem in setting.theorems), *extra]))


def _families_of(
    theorems: Sequence[Theorem], recursions: Sequence[Recursion]
) -> dict[Theorem, tuple[type[Family], ...] | None]:
    """Families about which each theorem is, as far as some recursions show; None, for all, where they show none."""
    found: dict[Theorem, dict[type[Family], None]] = {theorem: {} for theorem in theorems}
    for recursion in recursions:
        for theorem in recursion.theorems:
            found[theorem][type(recursion.family)] = None
    return {theorem: tuple(kinds) or None for theorem, kinds in found.items()}


def _apart(recursions: Sequence[Recursion]) -> list[int]:
    """Places of the recursions, the first of each family first, so that workers compile different kernels."""
    before: Counter[type[Family]] = Counter()
    turns = []
    for place, recursion in enumerate(recursions):
        kind = type(recursion.family)
        turns.append((before[kind], place))
        before[kind] += 1
    return [place for _, place in sorted(turns)]


def _confronted(
    recursion: Recursion, theorems: Sequence[Theorem], depth: Depth, seed: int, extra: tuple[Theorem, ...]
) -> list[tuple[int, Comparison]]:
    """Comparisons of one recursion without their theorems, which are told by their places."""
    places = {theorem: place for place, theorem in enumerate(theorems)}
    return [(places[one.theorem], replace(one, theorem=None)) for one in confront(recursion, depth, seed, extra)]


def _worked(jobs: Sequence[tuple[str, Job]], workers: int, *, progress: bool) -> Iterator[tuple[str, Any]]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description:<10}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    bar = Progress(*columns, console=Console(stderr=True), disable=not progress, transient=True)
    with results([job for _, job in jobs], workers) as done, bar:
        task = bar.add_task("", total=len(jobs))
        for kind, result in zip((kind for kind, _ in jobs), done, strict=True):
            bar.update(task, description=kind)
            yield kind, result
            bar.advance(task)
