"""Seeds from the names of the tests, and the count that keeps the suite inside its error budget."""

from __future__ import annotations

import pytest
from error_budget import TESTS, seed_of


@pytest.fixture
def seed(request: pytest.FixtureRequest) -> int:
    """Seed of a statistical test: it follows from its name, and from ``COLLAPSE_THEORY_SEED`` in the nightly run."""
    return seed_of(f"{request.module.__name__}.{request.node.name}")


@pytest.fixture(autouse=True)
def _no_terminal_width(monkeypatch: pytest.MonkeyPatch) -> None:
    """Texts of the width that they have without a terminal, also where the tests run in parallel workers."""
    monkeypatch.delenv("COLUMNS", raising=False)


def pytest_collection_finish(session: pytest.Session) -> None:
    statistical = sum("seed" in getattr(item, "fixturenames", ()) for item in session.items)
    assert statistical <= TESTS, f"{statistical} statistical tests share a budget for {TESTS}"
