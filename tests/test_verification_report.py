"""The report of a verification: its verdicts, and a picture whose rows can be read."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg

import collapse_theory as ct
from collapse_theory.theorem import Check
from collapse_theory.verification.approach import Approach
from collapse_theory.verification.confront import Comparison
from collapse_theory.verification.digits import Digits
from collapse_theory.verification.report import Report, Row

RECURSION = ct.Recursion(ct.Gaussian(), ct.Replace(), sample_size=10)
STEPS = (Check("one is one", passed=True),)
CRITICAL = 5.0


def row(
    proof: Sequence[Check] = (),
    worst: float | None = None,
    zs: Sequence[float] = (),
    approach: Approach | None = None,
    theorem: ct.Theorem = RECURSION.theorems[0],
) -> Row:
    digits = Digits() if worst is None else Digits(worst=worst, points=1)
    comparisons = [Comparison(theorem, where="there", z=z, smallest_seen=0.01) for z in zs]
    return Row.of(theorem, proof, digits, comparisons, approach or Approach())


@pytest.mark.parametrize(
    ("one", "verdict", "shown"),
    [
        (row(), "not confronted", "not confronted"),
        (row(STEPS), "proved", "1/1 steps"),
        (row(STEPS, worst=0.5), "agrees", "1/1 steps"),
        (row(zs=[-4, 1]), "agrees", ""),
        (row(STEPS, approach=Approach(stated=1, seen=0.96, cases=3)), "agrees", "1/1 steps, bound holds"),
        (row(approach=Approach(stated=1, seen=0.5, cases=3)), "DISAGREES", "VIOLATED"),
        (row([Check("one is two", passed=False)]), "DISAGREES", "0/1 steps"),
        (row(STEPS, worst=math.nan), "DISAGREES", "1/1 steps"),
        (row(zs=[-6, 1]), "DISAGREES", ""),
        (row(zs=[math.nan]), "DISAGREES", ""),
    ],
)
def test_a_verdict_needs_a_number_to_agree_and_a_proof_to_be_proved(one: Row, verdict: str, shown: str) -> None:
    assert one.verdict(CRITICAL) == verdict
    report = Report((one,), CRITICAL, 1e-6, "quick", 1, 2.0)
    assert report.agrees is (verdict != "DISAGREES")
    assert report.to_dict()["theorems"][0]["verdict"] == verdict
    record = report.to_dict()["theorems"][0]
    assert (record["worst_error"] is None) is (not one.digits.points or math.isnan(one.digits.worst))
    words = [text.get_text() for text in report.figure().axes[-1].texts]
    assert words == [shown]


def test_the_columns_and_the_worst_z_are_said_in_words() -> None:
    report = Report((row(STEPS, zs=[-4, 1]), row(STEPS)), CRITICAL, 1e-6, "quick", 1, 2.0)
    assert repr(report) == "<Report: 2 theorems, everything agrees>"
    assert str(report) == report.summary()
    assert "2 simulated values: the worst |z| was 4.00, allowed 5.00;" in report.summary()
    caption = str(report.table().caption)
    for column in ("proof a/b:", "worst error:", "order", "worst z:", "would see:"):
        assert column in caption
    wrong = Report((row(zs=[-6]),), CRITICAL, 1e-6, "quick", 1, 2.0)
    assert repr(wrong) == "<Report: 1 theorems, 1 disagree>"


def test_the_picture_of_many_theorems_can_be_read() -> None:
    rows = tuple(row(STEPS, worst=10.0**-k, zs=[1, 2 * k - 6], theorem=th) for k, th in enumerate(RECURSION.theorems))
    report = Report((rows * 3)[:90], CRITICAL, 1e-6, "quick", 1, 2.0)
    figure = report.figure()
    assert figure.get_size_inches()[1] <= 16
    renderer = FigureCanvasAgg(figure).get_renderer()
    figure.draw(renderer)
    names = figure.axes[0]
    boxes = [text.get_window_extent(renderer) for text in names.texts]
    assert len(boxes) == 90 + len(report.grouped())
    for above, below in pairwise(boxes):
        assert below.y1 <= above.y0 + 1
    assert max(box.x1 for box in boxes) <= figure.axes[1].bbox.x0
    heads = [ax._left_title.get_window_extent(renderer) for ax in figure.axes]  # type: ignore[attr-defined]
    for left, right in pairwise(heads):
        assert left.x1 < right.x0
