"""The main job: true theorems agree, and a wrong one is caught by each road."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

import collapse_theory as ct
from collapse_theory import recursion as recursion_module
from collapse_theory.cli import main
from collapse_theory.theorem import Check, Order
from collapse_theory.verification import run, settings
from collapse_theory.verification.approach import Approach, approach, examples_of_size
from collapse_theory.verification.confront import FALSE_ALARM, confront, critical_value
from collapse_theory.verification.digits import digits

REPLACED = ct.Recursion(ct.Gaussian(ddof=0), ct.Replace(), sample_size=12)


def theorem(title: str, recursion: ct.Recursion = REPLACED) -> ct.Theorem:
    return next(th for th in recursion.theorems if th.title == title)


MEAN = theorem("mean spread under replacement")


def wrong(title: str = "a wrong theorem", **changes: Any) -> ct.Theorem:
    """The mean of the variance with n in place of n − 1, or another change, under another title."""
    off = {
        "value": lambda setting, t: setting.family.spread * (1 - 1 / (setting.sizes(1) + 1)) ** t,
        "formula": None,
        "log_value": None,
        "proof": None,
    }
    return dataclasses.replace(MEAN, title=title, **{**off, **changes})


@pytest.fixture(scope="module")
def report() -> Any:
    return ct.verify(depth="quick", family=ct.Poisson, regime=ct.Replace, workers=1)


@pytest.mark.deep
def test_everything_known_of_replacement_agrees() -> None:
    report = ct.verify(depth="quick", family=ct.Gaussian, regime=ct.Replace)
    assert report.agrees, report.summary()
    silent = {
        row.theorem.title
        for row in report.rows
        if row.theorem.statistic in ("mean", "std") and row.verdict(report.critical) not in ("agrees", "proved")
    }
    # Too skewed over runs of 12 points for the central limit theorem; tests/test_two_draws.py has its second road.
    assert silent <= {"standard deviation over runs of the tail mass about the source's centre"}
    assert sum(len(row.comparisons) for row in report.rows) > 200
    assert sum(row.digits.points for row in report.rows) > 200


def test_everything_known_of_counts_agrees(report: Any) -> None:
    assert report.agrees, report.summary()
    verdicts = {row.verdict(report.critical) for row in report.rows if row.theorem.statistic in ("mean", "std")}
    assert verdicts <= {"agrees", "proved"}
    assert sum(len(row.comparisons) for row in report.rows) > 20
    assert sum(row.digits.points for row in report.rows) > 20


def test_each_theorem_has_one_row(report: Any) -> None:
    titles = [row.theorem.title for row in report.rows]
    assert len(titles) == len(set(titles))


def test_the_threshold_comes_from_the_budget(report: Any) -> None:
    from scipy.special import ndtr

    comparisons = sum(len(row.comparisons) for row in report.rows)
    assert comparisons * 2 * ndtr(-report.critical) == pytest.approx(FALSE_ALARM, rel=1e-6)
    assert critical_value(1) < critical_value(1000)


def test_simulation_catches_n_in_place_of_n_minus_one() -> None:
    bad = wrong()
    found = [one for one in confront(REPLACED, "quick", 1, (bad,)) if one.theorem is bad]
    assert max(abs(one.z) for one in found) > critical_value(10_000)


@pytest.mark.parametrize("off", [3e-13, -1e-9])
def test_digits_catch_a_numeric_form_that_is_slightly_off(off: float) -> None:
    recursion = ct.Recursion(ct.Gaussian(ddof=0), ct.Replace(), sample_size=10)
    bad = dataclasses.replace(MEAN, value=lambda setting, t: MEAN.value(setting, t) * (1 + off), log_value=None)
    recursion.__dict__["_holding"] = {bad: True}
    assert digits(bad, [recursion], (1, 1000)).worst > 1
    assert digits(MEAN, [ct.Recursion(ct.Gaussian(ddof=0), ct.Replace(), sample_size=10)], (1, 1000)).worst <= 1


def of_gaussians(holds: Callable[[Any], bool]) -> Callable[[Any], bool]:
    """The predicate of a theorem about the Gaussian, as it stands among those about any pair."""
    return lambda setting: isinstance(setting.family, ct.Gaussian) and holds(setting)


@pytest.fixture
def other_pairs(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., None]]:
    """Adds theorems to those about pairs; recursions that were looked up before do not know them."""

    def add(*theorems: ct.Theorem) -> None:
        monkeypatch.setattr(recursion_module, "PAIRS", (*recursion_module.PAIRS, *theorems))
        examples_of_size.cache_clear()

    yield add
    examples_of_size.cache_clear()


def test_an_order_that_is_not_reached_is_caught(other_pairs: Callable[..., None]) -> None:
    leading = theorem(
        "Nature paper's leading term of the mean squared Wasserstein distance",
        ct.Recursion(ct.Gaussian(ddof=1), ct.Replace(), sample_size=12),
    )
    assert approach(leading).kept
    leading = dataclasses.replace(leading, holds=of_gaussians(leading.holds))
    close = dataclasses.replace(leading, title="looks close", value=lambda setting, t: leading.value(setting, t) * 1.05)
    boastful = dataclasses.replace(leading, title="claims more", order=Order(2.0, along=lambda m: (m, 1)))
    other_pairs(close, boastful)
    assert not approach(close).kept
    assert not approach(boastful).kept


@pytest.mark.deep
def test_a_violated_bound_is_caught(other_pairs: Callable[..., None]) -> None:
    bound = theorem("Chernoff bound on the tails of the fitted variance, the large-deviation rate")
    assert approach(bound).kept

    class Halved:
        def __init__(self, law: Any) -> None:
            self.law = law

        def cdf(self, x: Any) -> Any:
            return self.law.cdf(x) / 50

        def sf(self, x: Any) -> Any:
            return self.law.sf(x)

    def halved(setting: Any, t: Any) -> list[Halved]:
        return [Halved(law) for law in bound.value(setting, t)]

    bad = dataclasses.replace(bound, title="too small", value=halved, holds=of_gaussians(bound.holds))
    other_pairs(bad)
    assert not approach(bad).kept


def failing_proof() -> tuple[Check, ...]:
    return (Check("one is two", passed=False),)


@pytest.mark.parametrize(
    ("bad", "word"),
    [(wrong(), "z = "), (dataclasses.replace(MEAN, title="unproved", proof=failing_proof), "one is two")],
)
def test_a_wrong_theorem_makes_the_command_fail(
    bad: ct.Theorem, word: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    recursion = ct.Recursion(ct.Gaussian(ddof=0), ct.Replace(), sample_size=12)
    about = [known for known in recursion.theorems if known.quantity == "spread"]
    assert MEAN in about
    recursion.__dict__["_holding"] = dict.fromkeys((*about, bad), True)
    only: Callable[..., list[ct.Recursion]] = lambda depth, family, regime: [recursion]  # noqa: E731
    monkeypatch.setattr(settings, "simulated", only)
    monkeypatch.setattr(settings, "stressed", only)
    monkeypatch.setattr(run, "approach", lambda theorem, kinds: Approach())
    json_file, figure = tmp_path / "report.json", tmp_path / "report.png"
    arguments = ["verify", "--quick", "--json", str(json_file), "--figure", str(figure)]
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 1, result.output
    assert bad.title in result.output
    assert word in result.output
    told = json.loads(json_file.read_text(encoding="utf-8"))
    assert told["agrees"] is False
    assert len(told["theorems"]) == len(about) + 1
    assert [th["title"] for th in told["theorems"] if th["verdict"] == "DISAGREES"] == [bad.title]
    assert figure.stat().st_size > 10_000


def test_a_wrong_extra_theorem_is_reported() -> None:
    bad = wrong()
    report = ct.verify(depth="quick", family=ct.Gaussian, regime=ct.Accumulate, extra=[bad])
    assert report.agrees, "it speaks of replacement only"
    assert "mean spread under accumulation" in [row.theorem.title for row in report.rows]
    row = next(row for row in report.rows if row.theorem is bad)
    assert row.verdict(report.critical) == "not confronted"


def test_the_same_seed_gives_the_same_report() -> None:
    a, b = (confront(REPLACED, "quick", 5) for _ in range(2))
    assert [one.z for one in a] == [one.z for one in b]
    assert np.all(np.isfinite([one.z for one in a]))


def test_processes_change_nothing(report: Any) -> None:
    one, two = report, ct.verify(depth="quick", family=ct.Poisson, regime=ct.Replace, workers=2)
    assert [row.theorem for row in one.rows] == [row.theorem for row in two.rows]
    assert [row.z for row in one.rows] == [row.z for row in two.rows]
    assert [row.digits for row in one.rows] == [row.digits for row in two.rows]


def test_unknown_names_are_refused() -> None:
    with pytest.raises(ValueError, match="depth = 'deepest' is outside its domain: one of 'quick', 'default', 'deep'"):
        ct.verify(depth="deepest")  # type: ignore[arg-type]
    result = CliRunner().invoke(main, ["verify", "--regime", "hoard"])
    assert result.exit_code == 2
