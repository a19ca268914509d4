"""Claims of the catalogue checked, one after the other, with a progress bar."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from collapse_theory.claims.catalogue import find, named
from collapse_theory.judgement import Claim, NotAClaim, Verdict
from collapse_theory.simulation.blocks import Seed


def check(
    names: Iterable[str] | None = None, *, progress: bool = False, rng: Seed = None, **budget: Any
) -> dict[str, Verdict]:
    """Verdicts by name on claims of the catalogue, with those under a condition; without sentences that are none.

    Parameters
    ----------
    names : iterable of str, optional
        Names or numbers; all by default.
    progress : bool
        Show a progress bar on stderr.
    rng : int, SeedSequence or Generator, optional
        Seed of all simulated cases; each claim's own when left out.
    **budget
        ``budget``, ``runs`` and ``alpha`` of :meth:`Claim.check`.
    """
    chosen = [claim for claim in _chosen(names) if isinstance(claim, Claim)]
    seed = None if rng is None else int(np.random.default_rng(rng).integers(2**63))
    verdicts: dict[str, Verdict] = {}
    with _bar(len(chosen), shown=progress) as advance:
        for claim in chosen:
            advance(claim.name)
            verdicts[claim.name] = claim.check(rng=seed, **budget)
    return verdicts


def _chosen(names: Iterable[str] | None) -> Iterator[Claim | NotAClaim]:
    if names is None:
        yield from named().values()
        return
    for name in names:
        claim = find(name)
        yield claim
        if claim.corrected is not None:
            yield claim.corrected


@contextmanager
def _bar(total: int, *, shown: bool) -> Iterator[Callable[[str], None]]:
    """A function that names the next claim on a progress bar, or does nothing."""
    if not shown:
        yield lambda name: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TextColumn("{task.description}")
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=total, completed=-1)
        yield lambda name: bar.update(task, advance=1, description=name)
