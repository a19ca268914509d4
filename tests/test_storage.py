"""What a file may name: families, regimes and schedules of the package, and nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

import collapse_theory as ct
from collapse_theory import families, regimes

RECURSION = ct.Recursion(ct.Gaussian(ddof=0), ct.Fresh(real=3), sample_size=10)


@pytest.mark.parametrize(
    "recursion",
    [
        ct.Recursion(family, regime, sample_size=size)
        for kind in families.named().values()
        for family in kind.examples()
        for data in regimes.named().values()
        for regime in data.examples()
        for size in (8, ct.schedules.power(8, 1), ct.schedules.geometric(8, 1.5))
        if not (getattr(regime, "share", None) and size != 8)
    ],
    ids=repr,
)
def test_whatever_is_written_is_read_again(recursion: ct.Recursion) -> None:
    assert ct.Recursion.from_dict(recursion.to_dict()) == recursion


@pytest.mark.parametrize(
    "name", ["Family", "Regime", "Step", "Schedule", "as_schedule", "Custom", "custom", "os", None]
)
@pytest.mark.parametrize("part", ["family", "regime", "sample_size"])
def test_nothing_else_can_be_named(part: str, name: str | None) -> None:
    with pytest.raises(ValueError, match=f"type = {name!r} is no family, regime or schedule of this package"):
        ct.Recursion.from_dict({**RECURSION.to_dict(), part: {"type": name}})


@pytest.mark.parametrize(
    ("part", "written"),
    [
        ("family", {"type": "Gaussian", "colour": "red"}),
        ("regime", {"type": "FreshMixture"}),
        ("regime", {"type": "Gaussian"}),
        ("sample_size", {"type": "Replace"}),
        ("sample_size", {"type": "Constant", "n": "10"}),
    ],
)
def test_parts_that_do_not_fit_are_value_errors(part: str, written: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"domain|parameters"):
        ct.Recursion.from_dict({**RECURSION.to_dict(), part: written})


def test_a_stranger_s_regime_is_refused_when_runs_are_saved(tmp_path: Path) -> None:
    @dataclass(frozen=True, repr=False)
    class Fresh(ct.Replace):
        """A regime of the name of another."""

    runs = ct.Recursion(ct.Gaussian(), Fresh(), sample_size=10).simulate(2, 3, rng=1)
    file = tmp_path / "runs.npz"
    with pytest.raises(ValueError, match=r"ct\.Fresh\(\) cannot be written to a file, which holds one of Gaussian, "):
        runs.save(file)
    assert not file.exists()
