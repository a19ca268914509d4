"""A plug-in for pytest: claims as tests, with one false-alarm budget for the whole session.

A test that takes the fixture ``assert_claim`` asserts claims. All such tests of a session share the false-alarm rate
of the option ``collapse_alpha`` in equal parts, whatever their order and however many workers run them; each part is
split once more over the claims that a test may assert, which ``@pytest.mark.collapse_claims(n)`` states (1 by default).
A failure shows the verdict, with the counterexample as code, in place of a traceback.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collapse_theory.judgement import Claim, Verdict
    from collapse_theory.judgement.claim import Status

FIXTURE, MARKER, OPTION = "assert_claim", "collapse_claims", "collapse_alpha"
COUNT = pytest.StashKey[int]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """The session's false-alarm rate, an option of the configuration file."""
    parser.addini(OPTION, "false-alarm rate that all tests with assert_claim share", default="1e-6")


def pytest_configure(config: pytest.Config) -> None:
    """The marker, described."""
    config.addinivalue_line("markers", f"{MARKER}(n): the test asserts up to n claims by the fixture {FIXTURE}")


@pytest.hookimpl(trylast=True)
def pytest_collection_finish(session: pytest.Session) -> None:
    """Count of the tests that share the budget: the same in every worker."""
    session.config.stash[COUNT] = sum(FIXTURE in getattr(item, "fixturenames", ()) for item in session.items)


@pytest.fixture(name=FIXTURE)
def _assert_claim(request: pytest.FixtureRequest) -> Callable[..., Verdict]:
    """``assert_claim(claim, expected=None, **budget)``, at the test's part of the session's false-alarm rate."""
    marker = request.node.get_closest_marker(MARKER)
    claims = _asserted(marker) if marker else 1
    alpha = _rate(request.config) / max(request.config.stash.get(COUNT, 1), 1) / claims
    asserted = 0

    def assert_claim(claim: Claim, expected: Status | None = None, **budget: Any) -> Verdict:
        from collapse_theory.judgement import assert_claim as asserted_claim

        nonlocal asserted
        asserted += 1
        if asserted > claims:
            raise pytest.UsageError(
                f"{request.node.nodeid} asserts more than {claims} claims: mark it @pytest.mark.{MARKER}(n), so that "
                "the false-alarm budget is split over them"
            )
        return asserted_claim(claim, expected, **{"alpha": alpha, **budget})

    return assert_claim


def _asserted(marker: pytest.Mark) -> int:
    """How many claims a marked test asserts."""
    given = (*marker.args, *marker.kwargs.values())
    if len(given) != 1 or marker.kwargs.keys() - {"n"} or type(given[0]) is not int or given[0] < 1:
        told = ", ".join([*map(repr, marker.args), *(f"{name}={value!r}" for name, value in marker.kwargs.items())])
        raise pytest.UsageError(f"{MARKER}({told}) is outside its domain: {MARKER}(n), an integer in [1, inf)")
    return int(given[0])


def _rate(config: pytest.Config) -> float:
    text = str(config.getini(OPTION))
    try:
        rate = float(text)
    except ValueError:
        rate = -1.0
    if not 0 < rate < 1:
        raise pytest.UsageError(f"{OPTION} = {text!r} is outside its domain: a real number in (0, 1)")
    return rate


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(call: pytest.CallInfo[None]) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """The verdict in place of a traceback, where a claim failed."""
    report = yield
    found = call.excinfo
    if found is not None and type(found.value).__name__ == "ClaimFailed":
        from collapse_theory.judgement import ClaimFailed

        if isinstance(found.value, ClaimFailed):
            where = found.traceback[-1] if len(found.traceback) < 2 else _asserting(found)
            report.longrepr = f"{where.path}:{where.lineno + 1}\n{found.value}"
    return report


def _asserting(found: pytest.ExceptionInfo[BaseException]) -> Any:
    """The line of the test that asserted the claim: the last one outside this package."""
    outside = [
        entry for entry in found.traceback if "collapse_theory" not in str(entry.frame.f_globals.get("__name__"))
    ]
    return outside[-1] if outside else found.traceback[-1]
