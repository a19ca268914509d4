"""The regimes of strangers on the command line: a parameter becomes an option without an edit."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from command import SHORT, complaint, run

import collapse_theory as ct
from collapse_theory import forecasting, regimes
from collapse_theory.domain import SHARE, Choice, Domain, Flag, InstanceOf, check_parameters, inside
from collapse_theory.schedules import Schedule


@dataclass(frozen=True, repr=False)
class HalfFresh(ct.Regime):
    """A stranger's regime: a share of the points real, in fixed number."""

    share: float = field(metadata=inside(SHARE))

    @classmethod
    def examples(cls) -> tuple[HalfFresh, ...]:
        return (cls(share=0.5),)

    def step(self, t: Any, sizes: Schedule) -> ct.Step:
        n = sizes(t)
        real = np.asarray(n * self.share).astype(np.int64)
        return ct.Step(drawn=(real if np.ndim(n) else int(real), n - real), weight=(1, 1))


def test_a_new_regime_is_on_the_command_line_without_an_edit(monkeypatch: pytest.MonkeyPatch) -> None:
    named = regimes.named()
    monkeypatch.setattr(regimes, "named", lambda: {**named, "half-fresh": HalfFresh})
    result = run(*SHORT, "--regime", "half-fresh", "--share", "0.5")
    assert result.exit_code == 0, result.output
    assert "Regime half-fresh (share = 0.5): a stranger's regime" in " ".join(result.stdout.split())
    assert complaint(*SHORT, "--regime", "half-fresh") == (
        "share is missing, which HalfFresh needs: a real number in [0, 1]"
    )


@dataclass(frozen=True, repr=False)
class Window(ct.Regime):
    """A stranger's regime: the points of the last generations, and of so many at random."""

    generations: int = field(metadata=inside(Domain(low=1, high=9, integer=True)))
    forget: str = field(default="oldest", metadata=inside(Choice(("oldest", "none"))))
    share: int = field(default=0, metadata=inside(Domain(low=0, high=9, integer=True)))

    def __post_init__(self) -> None:
        check_parameters(self)

    @classmethod
    def examples(cls) -> tuple[Window, ...]:
        return (cls(generations=2),)

    def step(self, t: Any, sizes: Schedule) -> ct.Step:
        before = range(1, self.generations)
        return ct.Step(
            drawn=(0, sizes(t)),
            stored=tuple(sizes(t - j) for j in before),
            weight=(0, *(1 for _ in range(self.generations))),
            keep=tuple((j,) for j in before),
        )


def test_a_parameter_whose_name_is_taken_carries_that_of_its_regime(monkeypatch: pytest.MonkeyPatch) -> None:
    named = regimes.named()
    monkeypatch.setattr(regimes, "named", lambda: {**named, "long-window": Window})
    asked = {}
    monkeypatch.setattr(
        forecasting, "forecast", lambda *_, **given: asked.update(given) or SimpleNamespace(summary=str)
    )
    words = [
        "--regime",
        "long-window",
        "--long-window-generations",
        "3",
        "--forget",
        "none",
        "--long-window-share",
        "2",
    ]
    assert run(*SHORT, *words).exit_code == 0
    assert asked["regime"] == Window(generations=3, forget="none", share=2)
    assert asked["generations"] == 2
    assert complaint(*SHORT, "--regime", "long-window") == (
        "long_window_generations is missing, which Window needs: an integer in [1, 9]"
    )
    assert complaint(*SHORT, "--regime", "long-window", "--share", "0.5") == (
        "share = 0.5 has no meaning for Window: its options are long_window_generations, forget, long_window_share"
    )
    assert complaint(*SHORT, *words[:4], "--forget", "all") == (
        "forget = 'all' is outside its domain: one of 'oldest', 'none'"
    )
    shown = " ".join(run("forecast", "--help").stdout.split())
    assert "long-window A stranger's regime: the points of the last generations, and of so many at random." in shown
    assert "--long-window-generations INTEGER An integer in [1, 9]. --forget [oldest|none] One of 'oldest'" in shown
    assert "--long-window-share INTEGER An integer in [0, 9]." in shown


@dataclass(frozen=True)
class Shelf:
    """Where a stranger keeps points."""

    share: float = field(metadata=inside(SHARE))
    locked: bool = field(metadata=inside(Flag()))

    def __post_init__(self) -> None:
        check_parameters(self)


@dataclass(frozen=True, repr=False)
class Shelved(ct.Replace):
    """A stranger's regime with parts, of which one is for Python only."""

    shelf: Shelf = field(metadata=inside(InstanceOf(Shelf)))
    spare: Any = field(default=None, metadata=inside(InstanceOf(Shelf, ct.Detector, optional=True)))


def test_a_part_of_a_stranger_s_regime_has_its_own_options(monkeypatch: pytest.MonkeyPatch) -> None:
    named = regimes.named()
    monkeypatch.setattr(regimes, "named", lambda: {**named, "shelved": Shelved})
    asked = {}
    monkeypatch.setattr(
        forecasting, "forecast", lambda *_, **given: asked.update(given) or SimpleNamespace(summary=str)
    )
    assert run(*SHORT, "--regime", "shelved", "--share", "0.5", "--no-locked").exit_code == 0
    assert asked["regime"] == Shelved(shelf=Shelf(share=0.5, locked=False))
    for words, expected in (
        ([], "shelf is missing, which Shelved needs: share, locked"),
        (["--share", "0.5"], "locked is missing, which Shelf needs: --locked or --no-locked"),
        (["--share", "2", "--locked"], "share = 2.0 is outside its domain: a real number in [0, 1]"),
        (["--rate", "2"], "rate = 2.0 has no meaning for Shelved: its options are share, locked"),
    ):
        assert complaint(*SHORT, "--regime", "shelved", *words) == expected
