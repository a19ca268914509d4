"""The eight definitions as they are shown, as data, and what is refused."""

from __future__ import annotations

import io
import json
import math
from html.parser import HTMLParser
from typing import Any

import numpy as np
import pandas
import pytest
from rich.console import Console
from test_meanings import ERROR, MEAN, judged

import collapse_theory as ct
from collapse_theory.meanings.record import VERDICTS


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ({"rise": 1.0}, "rise = 1.0"),
        ({"rise": math.nan}, "rise = nan"),
        ({"rise": "ten"}, "rise = 'ten'"),
        ({"horizon": 0}, "horizon = 0"),
        ({"horizon": 2.5}, "horizon = 2.5"),
    ],
)
def test_bad_input_is_named(asked: dict[str, Any], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        judged(1, ct.Replace(), **asked)


def test_what_is_no_recursion_is_named() -> None:
    with pytest.raises(ValueError, match="recursion = "):
        ct.definitions(ct.Replace())  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="number = 9"):
        judged(1, ct.Replace()).numbered(9)
    with pytest.raises(ValueError, match="'total variation'"):
        judged(1, ct.Replace()).numbered(3).verdict("total variation", MEAN)


class Cells(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.rows = 0

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.rows += tag == "tr"
        if tag != "br":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_it_is_shown() -> None:
    found = judged(1, ct.Replace(), horizon=20)
    text = str(found)
    assert "variance: no in expectation, yes in a run" in text
    assert text.count("≠") == 6
    stream = io.StringIO()
    Console(file=stream, width=140, color_system=None).print(found.table())
    assert "needs a threshold" in " ".join(stream.getvalue().split()) or "threshold" in stream.getvalue()
    cells = Cells()
    cells.feed(found._repr_html_())
    assert not cells.open
    assert cells.rows == 1 + sum(1 + len(meaning.readings) for meaning in found)
    assert "8 " in repr(found)


def test_it_is_data() -> None:
    found = judged(1, ct.Replace(), rise=3, horizon=20)
    data = json.loads(json.dumps(found.to_dict(), allow_nan=False))
    assert [one["number"] for one in data["definitions"]] == [*range(1, 9)]
    assert data["definitions"][0]["readings"][0]["value"] == "Infinity"
    assert (data["rise"], data["horizon"]) == (3, 20)
    frame = found.to_dataframe()
    assert isinstance(frame, pandas.DataFrame)
    assert len(frame) == sum(len(meaning.readings) for meaning in found)
    assert np.isinf(frame.loc[frame.what == ERROR, "value"]).all()
    assert set(frame.verdict) <= set(VERDICTS)
