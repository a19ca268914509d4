"""Labels and quantities of a comparison: what differs is said, and nothing else."""

from __future__ import annotations

import numpy as np
import pytest
from test_comparison import CHAIN, COUNTS, FEW, FRESH, LARGE, LATER, MIXED, MODEL, POOLED, REPLACED, SMOOTHED, WORDS

import collapse_theory as ct
from collapse_theory.comparison.labels import labels_of


@pytest.mark.parametrize(
    ("recursions", "labels"),
    [
        ((REPLACED, POOLED, FRESH, MIXED), ("Replace", "Accumulate", "Fresh(real=1)", "FreshMixture(share=0.1)")),
        ((REPLACED, LATER), ("n = 10", "n = 40")),
        ((REPLACED, ct.Recursion(ct.Gaussian(0, 2, ddof=0), ct.Replace(), sample_size=10)), ("ddof=1", "ddof=0")),
        ((POOLED, LATER), ("Accumulate, n = 10", "Replace, n = 40")),
        ((WORDS, CHAIN), ("Categorical", "MarkovChain")),
        (
            (WORDS, SMOOTHED),
            ("no smoothing", "AddAlpha(alpha=1)"),
        ),
        (
            (LATER, ct.Recursion(MODEL, ct.Replace(), sample_size=ct.schedules.power(10, 1.2))),
            ("n = 40", "n = power(10, 1.2)"),
        ),
        (
            (
                REPLACED,
                ct.Recursion(ct.Gaussian(mean=0, sd=3, ddof=1), ct.Replace(), sample_size=10),
                ct.Recursion(ct.Poisson(rate=2), ct.Replace(), sample_size=10),
            ),
            ("Gaussian(sd=2)", "Gaussian(sd=3)", "Poisson"),
        ),
        (
            LARGE,
            ("40 types (1)", "40 types (2)"),
        ),
    ],
)
def test_a_label_says_what_differs_and_nothing_else(recursions, labels):
    assert labels_of(recursions) == labels


def test_labels_may_be_given_and_are_taken_as_they_are():
    names = ("_[bold]$x", "<b>& pool")
    found = ct.compare(REPLACED, POOLED, labels=names, **FEW)
    assert found.labels == names
    assert all(name in str(found) for name in names)
    assert "&lt;b&gt;&amp; pool" in found._repr_html_()
    figure = found.figure()
    figure.draw_without_rendering()
    assert [text.get_text() for text in figure.legends[0].get_texts()][:2] == list(names)


def test_families_share_a_headline_or_name_what_each_has():
    found = ct.compare(CHAIN, WORDS, **FEW)
    assert str(found.rows[0].quantity) == "gini_simpson"
    assert found.relative, "the sources differ"
    with pytest.raises(
        ValueError, match=r"\(Gaussian has variance, Poisson has rate\)\. All have: squared_location_error"
    ):
        ct.compare(REPLACED, COUNTS)
    with pytest.raises(ValueError, match=r"Categorical has gini_simpson, Poisson has rate\)\. All have: nothing"):
        ct.compare(WORDS, COUNTS)
    shared = ct.compare(REPLACED, COUNTS, quantity="squared_location_error", **FEW)
    assert shared.rows[1].quantity == COUNTS.squared_location_error


def test_a_quantity_may_have_arguments():
    found = ct.compare(REPLACED, LATER, quantity=("tail_mass", 3.0), **FEW)
    np.testing.assert_array_equal(found.rows[1].lines["mean"].values, LATER.tail_mass(3.0).mean(found.generations))
    assert found.to_dict()["quantity"] == {"name": "tail_mass", "arguments": [3.0]}
    assert not found.relative


def test_labels_tell_samplings_apart() -> None:
    ways = (ct.Honest(), ct.Temperature(0.9), ct.BestOf(8))
    recursions = [ct.Recursion(ct.Gaussian(), ct.Replace(), sample_size=8, sampling=way) for way in ways]
    found = ct.compare(*recursions, generations=4, replicates=50)
    assert found.labels == ("honest draws", "Temperature(temperature=0.9)", "BestOf(candidates=8)")
    assert [row.fate is None for row in found.rows] == [False, False, True]
    assert [row.numbers["effective_real_sample_size"] for row in found.rows] == [0, None, None]
    assert found.rows[2].lines["mean"].values[-1] < found.rows[1].lines["mean"].values[-1]
