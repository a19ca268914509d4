"""What a file may name: families, regimes and schedules of the package, and nothing else."""

from __future__ import annotations

import json
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from every import covering_pairs, every_pair

import collapse_theory as ct

RECURSION = ct.Recursion(ct.Gaussian(ddof=0), ct.Fresh(real=3), sample_size=10)


@covering_pairs(8, ct.schedules.power(8, 1), ct.schedules.geometric(8, 1.5))
def test_whatever_is_written_is_read_again(recursion: ct.Recursion) -> None:
    assert ct.Recursion.from_dict(recursion.to_dict()) == recursion
    assert ct.Recursion.from_dict(json.loads(json.dumps(recursion.to_dict()))) == recursion


@every_pair(8, members=[ct.Gaussian(ddof=0), ct.Categorical([0.5, 0.3, 0.2]), ct.MarkovChain([[0.6, 0.4], [0.5, 0.5]])])
def test_runs_come_back_from_a_file_with_their_regime(recursion: ct.Recursion, tmp_path: Path) -> None:
    runs = recursion.simulate(3, 4, rng=1, keep="all")
    runs.save(tmp_path / "runs.npz")
    loaded = ct.load_runs(tmp_path / "runs.npz")
    assert loaded.recursion == recursion
    assert all(np.array_equal(a, b, equal_nan=True) for a, b in zip(loaded.states, runs.states, strict=True))
    for f in fields(recursion.regime):  # type: ignore[arg-type]
        read, written = (getattr(one.regime, f.name) for one in (loaded.recursion, recursion))
        assert type(read) is type(written)
        assert (isinstance(read, tuple), isinstance(read, ct.Detector)) == (
            isinstance(written, tuple),
            isinstance(written, ct.Detector),
        )


def test_parts_of_a_regime_are_stored_with_it() -> None:
    detector = ct.Detector(tpr=0.5, fpr=0.1, beyond=2.0, tail_fpr=0.5)
    regime = ct.Contaminated(ai_share=(0.0, 0.25, 0.75), detector=detector, refill=False)
    written = ct.Recursion(ct.Gaussian(), regime, sample_size=8).to_dict()["regime"]
    assert written["detector"] == {"type": "Detector", "tpr": 0.5, "fpr": 0.1, "beyond": 2.0, "tail_fpr": 0.5}
    read = ct.Recursion.from_dict({**RECURSION.to_dict(), "regime": json.loads(json.dumps(written))}).regime
    assert (read.ai_share, read.detector, read.refill) == ((0.0, 0.25, 0.75), detector, False)


@pytest.mark.parametrize(
    "name", ["Family", "Regime", "Step", "Schedule", "as_schedule", "Custom", "custom", "os", None]
)
@pytest.mark.parametrize("part", ["family", "regime", "sample_size"])
def test_nothing_else_can_be_named(part: str, name: str | None) -> None:
    with pytest.raises(ValueError, match=f"type = {name!r} is no family, regime, sampling or schedule of this package"):
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
