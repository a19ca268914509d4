"""Ctrl-C, really sent: what is finished is kept, said, and the beginning of the whole."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from collapse_theory.simulation.execution import in_order

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")

SCRIPT = textwrap.dedent(
    """
    import sys, warnings
    from concurrent.futures import ProcessPoolExecutor
    import numpy as np
    import collapse_theory as ct

    if __name__ == "__main__":
        recursion = ct.Recursion(ct.Gaussian(), ct.Replace(), sample_size=10)
        how = sys.argv[1]
        options = {"threads": {"workers": 2}, "one": {"workers": 1}, "bar": {"workers": 2, "progress": True}}
        option = options[how] if how in options else {"executor": ProcessPoolExecutor(2)}
        recursion.simulate(1, 20_000, **option)
        print("started", flush=True)
        with warnings.catch_warnings(record=True) as said:
            warnings.simplefilter("always")
            runs = recursion.simulate(1000, 100_000_000, rng=1, **option)
        assert [str(w.message).split(" of ")[0] for w in said] == [f"interrupted: the first {len(runs)}"]
        assert said[0].filename == __file__
        assert len(runs) % 2000 == 0 and 0 < len(runs) < 100_000_000
        again = recursion.simulate(1000, len(runs), rng=1)
        assert all(np.array_equal(a, b) for a, b in zip(runs.states, again.states, strict=True))
        print("kept", flush=True)
    """
)


@pytest.mark.parametrize("how", ["one", "threads", "bar", "processes"])
def test_an_interrupt_keeps_what_is_finished(how: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    script = tmp_path_factory.mktemp("interrupt") / "script.py"
    script.write_text(SCRIPT)
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    with subprocess.Popen([sys.executable, script, how], start_new_session=True, **pipes) as process:
        try:
            assert process.stdout.readline() == "started\n"
            with pytest.raises(subprocess.TimeoutExpired):
                process.wait(0.5)
            os.killpg(process.pid, signal.SIGINT)
            out, err = process.communicate(timeout=60)
        finally:
            process.kill()
    assert (process.returncode, out) == (0, "kept\n"), err
    assert ("blocks" in err) == (how == "bar")


def press(times: int = 1) -> None:
    """Ctrl-C, from a worker thread to the main thread, which has time to notice each."""
    for _ in range(times):
        signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)
        time.sleep(0.2)


@pytest.mark.parametrize("threads", [1, 3])
def test_an_interrupt_ends_the_sequence_in_order(threads: int) -> None:
    def work(job: int) -> int:
        if job == 20:
            press()
        return job

    found = list(in_order(work, range(1000), total=1000, threads=threads))
    assert found == list(range(len(found)))
    assert 20 < len(found) <= 21 + 2 * threads
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_an_interrupt_that_breaks_the_workers_ends_the_sequence_too() -> None:
    def work(job: int) -> int:
        if job == 5:
            press()
        if job >= 5:
            raise KeyboardInterrupt
        return job

    with ThreadPoolExecutor(1) as executor:
        assert list(in_order(work, range(100), total=100, threads=1, executor=executor)) == [0, 1, 2, 3, 4]


def test_an_interrupt_before_anything_is_finished_raises() -> None:
    def work(job: int) -> int:
        press()
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        list(in_order(work, range(10), total=10, threads=1))


def test_a_second_interrupt_raises() -> None:
    with pytest.raises(KeyboardInterrupt):
        list(in_order(lambda job: press(2), range(1000), total=1000, threads=1))
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_an_error_in_a_block_is_the_callers() -> None:
    with pytest.raises(ZeroDivisionError):
        list(in_order(lambda job: 1 // (job - 5), range(100), total=100, threads=2))


def test_no_more_jobs_are_taken_up_than_are_in_flight() -> None:
    taken: list[int] = []
    jobs = (taken.append(i) or i for i in range(100))
    for done, _ in enumerate(in_order(lambda job: job, jobs, total=100, threads=2), start=1):
        assert len(taken) <= done + 4
