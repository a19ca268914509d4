"""Blocks run by any executor: their results in order, a progress bar, and an orderly end after Ctrl-C."""

from __future__ import annotations

import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import BrokenExecutor, CancelledError, Executor, Future, ThreadPoolExecutor
from contextlib import contextmanager
from itertools import islice
from typing import Any, TypeVar

Job = TypeVar("Job")
Result = TypeVar("Result")

IN_FLIGHT = 64
"""Blocks handed to an executor whose number of workers is unknown before the first of them is finished."""


def in_order(
    work: Callable[[Job], Result],
    jobs: Iterable[Job],
    *,
    total: int,
    threads: int,
    executor: Executor | None = None,
    progress: bool = False,
) -> Iterator[Result]:
    """Results of all jobs, in the order of the jobs, whoever does the work and whatever is finished first.

    Parameters
    ----------
    work : callable
        A pure function of one job.
    jobs : iterable
        What is to be done, taken up as it is needed.
    total : int
        How many jobs there are.
    threads : int
        Threads, without an executor.
    executor : Executor, optional
        Who does the work instead; it is not shut down.
    progress : bool
        Show a progress bar on stderr.

    Yields
    ------
    Result
        Ctrl-C ends the sequence early, after the jobs under way: what was yielded is the beginning of what would have
        been. With nothing to yield, and at a second Ctrl-C, it raises KeyboardInterrupt.
    """
    ahead = 2 * threads if executor is None else IN_FLIGHT
    waiting, pending, done = iter(jobs), deque[Future[Result]](), 0
    with (
        _deferred_interrupt() as interrupted,
        _workers(executor, threads) as workers,
        _bar(total, shown=progress) as advance,
    ):
        while True:
            if interrupted.is_set():
                for future in pending:
                    future.cancel()
            else:
                pending.extend(workers.submit(work, job) for job in islice(waiting, ahead - len(pending)))
            if not pending:
                break
            future = pending.popleft()
            if not _usable(future) and interrupted.is_set():
                break
            yield future.result()
            done += 1
            advance()
        if interrupted.is_set() and done == 0:
            raise KeyboardInterrupt


def _usable(future: Future[Any]) -> bool:
    """Whether a job came to its end, good or bad, once it is over: Ctrl-C also interrupts other processes."""
    try:
        return not isinstance(future.exception(), (KeyboardInterrupt, BrokenExecutor))
    except CancelledError:
        return False


@contextmanager
def _deferred_interrupt() -> Iterator[threading.Event]:
    """Event that the first Ctrl-C sets, where it would have raised KeyboardInterrupt."""
    interrupted, previous = threading.Event(), signal.getsignal(signal.SIGINT)
    if threading.current_thread() is not threading.main_thread() or not callable(previous):
        yield interrupted
        return

    def note(*_: Any) -> None:
        interrupted.set()
        signal.signal(signal.SIGINT, previous)

    signal.signal(signal.SIGINT, note)
    try:
        yield interrupted
    finally:
        signal.signal(signal.SIGINT, previous)


@contextmanager
def _workers(executor: Executor | None, threads: int) -> Iterator[Executor]:
    """The given executor, or threads that are let go in the end."""
    if executor is not None:
        yield executor
        return
    own = ThreadPoolExecutor(threads, thread_name_prefix="collapse-theory")
    try:
        yield own
    finally:
        own.shutdown(wait=False, cancel_futures=True)


@contextmanager
def _bar(total: int, *, shown: bool) -> Iterator[Callable[[], None]]:
    """A function that advances a progress bar by one, or does nothing."""
    if not shown:
        yield lambda: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = TextColumn("simulating"), BarColumn(), MofNCompleteColumn(), TextColumn("blocks,"), TimeRemainingColumn()
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task("simulating", total=total)
        yield lambda: bar.advance(task)
