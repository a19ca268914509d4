"""A column read from a CSV file: peculiar files are read, wrong ones refused in one line."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from collapse_theory import examples
from collapse_theory.forecasting import named_column, read_column


def written(folder: Path, content: str | bytes) -> Path:
    file = folder / "data.csv"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return file


@pytest.mark.parametrize(
    ("content", "column", "numbers"),
    [
        ("v\n1\n2\n", "v", [1, 2]),
        ("v\n1\n2", None, [1, 2]),
        ("v,w\n1,5\n2,7\n", "w", [5, 7]),
        (b"\xef\xbb\xbfv,w\r\n1,5\r\n2,7\r\n", "v", [1, 2]),
        ("\n\nv\n1\n2\n\n\n", "v", [1, 2]),
        ("\nv,w\n1,5\n\n2,7\n\n", "v", [1, 2]),
        (",0\n0,5\n1,7\n", "0", [5, 7]),
        ('""\n1\n2\n', None, [1, 2]),
        (' v , w\n "1" , 5\n2,7\n', "v", [1, 2]),
        ('"a, b",v\n"x, y",-1.5e3\n"two\nlines",.25\n', "v", [-1500, 0.25]),
        ("v,w\n1,5\n2\n", "v", [1, 2]),
        ("a;b\n1\n2\n", "a;b", [1, 2]),
        ("größe,n\n1,2\n3,4\n", "größe", [1, 3]),
        ("v\n+1\n  2  \n", "v", [1, 2]),
    ],
    ids=[
        "plain",
        "only column",
        "second",
        "BOM and CRLF",
        "blank lines around",
        "blank lines between",
        "numbered",
        "nameless",
        "spaces",
        "quotes",
        "short",
        "name",
        "ö",
        "+",
    ],
)
def test_peculiar_files_are_read(
    content: str | bytes, column: str | None, numbers: list[float], tmp_path: Path
) -> None:
    found = read_column(written(tmp_path, content), column)
    assert found.dtype == np.float64
    assert found.tolist() == numbers


@given(
    numbers=st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=2).filter(
        lambda values: min(values) < max(values)
    )
)
def test_numbers_survive_the_file_to_the_last_bit(
    numbers: list[float], tmp_path_factory: pytest.TempPathFactory
) -> None:
    file = written(tmp_path_factory.mktemp("bits"), "a,v\n" + "".join(f"x,{number!r}\n" for number in numbers))
    assert read_column(file, "v").tolist() == numbers


@pytest.mark.parametrize(
    ("content", "column", "complaint"),
    [
        ("", None, "is empty, outside its domain: a header line and rows of numbers"),
        ("\n\n", None, "is empty, outside its domain: a header line and rows of numbers"),
        ("v\n", None, "has 0 numbers, outside its domain: at least 2"),
        ("v\n1\n", "v", ", column 'v', has 1 numbers, outside its domain: at least 2"),
        ("v\n5\n5.0\n5e0\n", None, "is 5.0 in every row, outside its domain: at least 2 different numbers"),
        ("v,w\n1,2\n3,x\n", "w", "column 'w', line 3: 'x' is outside its domain: a finite number"),
        ("v,w\n1,2\n3\n", "w", "column 'w', line 3: missing value '' is outside its domain: a finite number"),
        ("v\n1\n\n\n2\n", None, "column 'v', line 3: missing value '' is outside its domain: a finite number"),
        ("4\n1\n2\n", None, "starts with the numbers '4': the first line must name the columns"),
        ("4,-1e3\n1,2\n2,3\n", "4", "starts with the numbers '4,-1e3': the first line must name the columns"),
        ('v,w\n"1\n",2\n3,x\n', "w", "column 'w', line 4: 'x' is outside its domain: a finite number"),
        ("v\n1\nnan\n", "v", "column 'v', line 3: 'nan' is outside its domain: a finite number"),
        ("v\n1\ninf\n", "v", "column 'v', line 3: 'inf' is outside its domain: a finite number"),
        ("v\n1\n1e999\n", "v", "column 'v', line 3: '1e999' is outside its domain: a finite number"),
        ("v\n1_0\n2\n", "v", "column 'v', line 2: '1_0' is outside its domain: a finite number"),
        ("v\n1,5\nNA,2\n", "v", "column 'v', line 3: 'NA' is outside its domain: a finite number"),
        ("v\n1\n" + 500 * "x" + "\n", "v", "is outside its domain: a finite number"),
        ("v;w\n1;2\n3;4\n", "v", "has the header 'v;w', outside its domain: names separated by commas"),
        ("v;w\n1;2\n3;4\n", None, "has the header 'v;w', outside its domain: names separated by commas"),
        ("v\tw\n1\t2\n3\t4\n", "v", r"has the header 'v\tw', outside its domain: names separated by commas"),
        ("v,w\n1,2\n3,4\n", "x", "column = 'x' is outside its domain: one of 'v', 'w' in the data"),
        ("v,w\n1,2\n3,4\n", None, "has 2 columns: choose with --column, or column = …, one of 'v', 'w'"),
        ("v,v\n1,2\n3,4\n", "v", "column = 'v' names 2 columns, outside its domain: a name of one column"),
        (b"\xff\xfev\x00\n\x00", None, "is not UTF-8, outside its domain: a CSV file in UTF-8"),
        ("v\n" + 200_000 * "1" + "\n", None, "is outside its domain: a CSV file (field larger than field limit"),
    ],
)
def test_wrong_files_are_refused_in_one_line(
    content: str | bytes, column: str | None, complaint: str, tmp_path: Path
) -> None:
    file = written(tmp_path, content)
    with pytest.raises(ValueError, match=r"outside its domain|must name|choose") as caught:
        read_column(file, column)
    message = str(caught.value)
    assert complaint in message
    assert "\n" not in message
    assert len(message) < 250 + len(str(file))
    assert str(file) in message or "column = " in message


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"data = '.*none.csv' does not exist, outside its domain: a CSV file"):
        read_column(tmp_path / "none.csv")
    with pytest.raises(ValueError, match="is a directory, outside its domain: a CSV file"):
        read_column(tmp_path)


def test_a_column_comes_with_its_name(tmp_path: Path) -> None:
    assert named_column(written(tmp_path, " income \n1\n2\n"))[0] == "income"
    assert named_column(written(tmp_path, '""\n1\n2\n'))[0] == ""


def test_the_example_is_read() -> None:
    found = read_column(examples.path("michelson_1879.csv"), "velocity")
    assert found.tolist() == examples.michelson_1879().tolist()
