"""The data that come with the package, and the versions it reports."""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from importlib.metadata import requires
from pydoc_data.topics import topics

import numpy as np
import pytest

import collapse_theory as ct
from collapse_theory import examples, versions
from collapse_theory.text import tokens


def test_michelson_s_measurements_are_those_of_the_literature() -> None:
    """Mean, standard deviation and means of the five experiments as R gives them for ``morley``."""
    velocity = examples.michelson_1879()
    assert velocity.shape == (100,)
    assert velocity.mean() == pytest.approx(852.4, abs=1e-9)
    assert velocity.std(ddof=1) == pytest.approx(79.01, abs=5e-3)
    assert velocity.reshape(5, 20).mean(axis=1).tolist() == [909.0, 856.0, 845.0, 820.5, 831.5]
    assert (velocity.min(), np.median(velocity), velocity.max()) == (620, 850, 1070)


def test_the_file_numbers_its_experiments_and_runs() -> None:
    runs = defaultdict(list)
    with examples.path("michelson_1879.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            runs[row["experiment"]].append(int(row["run"]))
    assert runs == {str(experiment): list(range(1, 21)) for experiment in range(1, 6)}


def test_an_unknown_file_is_refused() -> None:
    with pytest.raises(ValueError, match=r"name = 'iris.csv' is outside its domain: one of 'michelson_1879.csv'"):
        examples.path("iris.csv")


def test_the_reference_of_python_is_a_text_of_many_words() -> None:
    reference = examples.python_reference()
    words = tokens(reference, "word")
    assert len(words) > 60_000
    assert len(set(words)) > 3_000
    assert reference.startswith(topics["assert"] + "\n\n" + topics["assignment"])
    assert all(topic in reference for topic in topics.values())


def test_the_examples_are_public() -> None:
    assert ct.examples is examples


def test_the_versions_cover_every_dependency() -> None:
    named = [re.split(r"[<>=!~;\s\[]", requirement)[0] for requirement in requires("collapse-theory") or []]
    needed = [name for name, text in zip(named, requires("collapse-theory") or [], strict=True) if "extra" not in text]
    table = versions.versions()
    assert set(needed) <= set(table)
    assert all(re.match(r"\d+\.\d+", table[name]) for name in needed)
    assert versions.version_of("no-such-distribution") == "not installed"


def test_the_versions_are_printed_in_two_columns(capsys: pytest.CaptureFixture[str]) -> None:
    versions.show_versions()
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == ["collapse-theory", versions.version_of("collapse-theory")]
    starts = {line.index(line.split(maxsplit=1)[1]) for line in lines}
    assert len(starts) == 1
