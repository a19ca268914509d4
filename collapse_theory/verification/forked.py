"""Independent jobs side by side, on copies of this process: theorems hold functions, which no pickle carries."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_all_start_methods, get_context
from typing import Any

Job = Callable[[], Any]

_jobs: list[Job] = []  # of a copy, set once as it starts


@contextmanager
def results(jobs: Sequence[Job], workers: int) -> Iterator[Iterator[Any]]:
    """What the jobs return, in their order; one after the other where processes cannot be copied.

    The results must be picklable. Copies are made before anything else is done inside the context.
    """
    if workers < 2 or len(jobs) < 2 or "fork" not in get_all_start_methods():
        yield (job() for job in jobs)
        return
    with ProcessPoolExecutor(workers, get_context("fork"), initializer=_jobs.extend, initargs=(jobs,)) as pool:
        waiting = [pool.submit(_done, place) for place in range(len(jobs))]
        try:
            yield (one.result() for one in waiting)
        finally:
            for one in waiting:
                one.cancel()


def _done(place: int) -> Any:
    return _jobs[place]()
