"""Text as tokens and as their counts: words and characters, from a string and from a file read in blocks."""

from __future__ import annotations

import sys
import tracemalloc
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unicodedata import category, is_normalized, normalize

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from collapse_theory import text
from collapse_theory.text import UNITS, encode, joined, read_token_counts, read_tokens, token_counts, tokens

PIECES = ("a", "B", "7", "é", "e", "\u0301", "\u0345", "'", "’", " ", "\n", "\r\n", "\t", "\u2000", "\u3000", "=")
PIECES += ("\u0338", "ᄀ", "ᅡ", "ᆨ", "漢", "\U0001d50a", "ß", "ǰ", "-", "_")
TEXTS = st.lists(st.sampled_from(PIECES) | st.characters(exclude_categories=["Cs"], exclude_characters="\0")).map(
    "".join
)
READERS = pytest.mark.parametrize("read", [read_tokens, read_token_counts])
OF_STRINGS = pytest.mark.parametrize("of_string", [tokens, token_counts])


def written(folder: Path, content: str | bytes) -> Path:
    file = folder / "text.txt"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return file


@pytest.mark.parametrize(
    ("string", "words"),
    [
        ("It was the Best of times.", ["it", "was", "the", "best", "of", "times"]),
        ("don't don’t 'tis’ o'' x", ["don't", "don't", "tis", "o", "x"]),
        ("rock'n'roll d''accord", ["rock'n'roll", "d", "accord"]),
        ("a_b well-known 3.14 1984", ["a", "b", "well", "known", "3", "14", "1984"]),
        ("Straße ÉCOLE", ["strasse", "école"]),
        ("e\u0301cole", ["école"]),
        ("=\u0338 x", ["x"]),
        ("ǰ", ["ǰ"]),
        ("हिन्दी 漢字 Ⅻ", ["हिन्दी", "漢字", "ⅻ"]),
    ],
)
def test_words_are_runs_of_letters_marks_and_numerals(string: str, words: list[str]) -> None:
    assert tokens(string, "word") == words


def test_words_keep_their_case_when_asked() -> None:
    assert tokens("Straße, Don’t", "word", fold=False) == ["Straße", "Don't"]


@pytest.mark.parametrize("fold", [True, False])
def test_characters_keep_their_case_and_one_space(*, fold: bool) -> None:
    found = tokens(" \n Ab,\t\r\n\u2003e\u0301’s  ", "character", fold=fold)
    assert found == ["A", "b", ",", " ", "é", "’", "s"]


@given(string=TEXTS, unit=st.sampled_from(UNITS), fold=st.booleans())
def test_tokens_of_a_joined_passage_are_the_tokens(*, string: str, unit: str, fold: bool) -> None:
    once = tokens(f"x {string}", unit, fold=fold)
    assert tokens(joined(once, unit), unit, fold=fold) == once
    assert all(is_normalized("NFC", token) for token in once)


@given(string=TEXTS, unit=st.sampled_from(UNITS), fold=st.booleans())
@example(string="E\u0301", unit="word", fold=False)
@example(string="α\u0345\u0301", unit="word", fold=True)
def test_equivalent_texts_have_the_same_tokens(*, string: str, unit: str, fold: bool) -> None:
    composed, decomposed = (normalize(form, f"x {string}") for form in ("NFC", "NFD"))
    assert tokens(decomposed, unit, fold=fold) == tokens(composed, unit, fold=fold)


@given(string=TEXTS)
def test_characters_are_the_words_between_white_space(string: str) -> None:
    assert joined(tokens(f"x {string}", "character"), "character") == " ".join(normalize("NFC", f"x {string}").split())


@given(string=TEXTS, unit=st.sampled_from(UNITS), fold=st.booleans(), block=st.integers(1, 9), mark=st.booleans())
@example(string="don’t e\u0301 a \n\n b", unit="word", fold=True, block=1, mark=True)
@example(string="a \n\n b \u3000 e\u0301 =\u0338", unit="character", fold=True, block=1, mark=False)
def test_a_file_gives_what_its_text_gives_whatever_the_blocks(
    *,
    string: str,
    unit: str,
    fold: bool,
    block: int,
    mark: bool,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    whole = f"x {string}"
    file = written(tmp_path_factory.mktemp("blocks"), whole.encode("utf-8-sig" if mark else "utf-8"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(text, "BLOCK", block)
        assert read_tokens(file, unit, fold=fold) == tokens(whole, unit, fold=fold)


def test_a_file_is_held_only_up_to_the_next_space(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text, "BLOCK", 4)
    file = written(tmp_path, "one two\nthree\n" * 50)
    passages = list(text._passages(text._blocks(file, "path")))
    assert "".join(passages) == "one two\nthree\n" * 50
    assert max(map(len, passages)) <= 10


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"", "is empty, outside its domain: a text file in UTF-8"),
        (b"\xef\xbb\xbf", "has no words, outside its domain: a text of at least 1 word"),
        (b" \n -- \n", "has no words, outside its domain: a text of at least 1 word"),
        (b"\xff\xfea\x00 \x00", "is in UTF-16, outside its domain: a text file in UTF-8"),
        (b"\xfe\xff\x00a", "is in UTF-16, outside its domain: a text file in UTF-8"),
        (b"\xff\xfe\x00\x00a\x00\x00\x00", "is in UTF-32, outside its domain: a text file in UTF-8"),
        (b"words \x00 and", "has a NUL byte at offset 6, outside its domain: a text file in UTF-8"),
        (b"\xef\xbb\xbfone\x00", "has a NUL byte at offset 6, outside its domain: a text file in UTF-8"),
        (b"gr\xf6\xdfe", "is not UTF-8 at offset 2, outside its domain: a text file in UTF-8"),
        (b"\xef\xbb\xbfgr\xf6\xdfe", "is not UTF-8 at offset 5, outside its domain: a text file in UTF-8"),
        (b"th\xc3\xa9 \xe2\x80", "is not UTF-8 at offset 5, outside its domain: a text file in UTF-8"),
        (b"\xef\xbb", "is not UTF-8 at offset 0, outside its domain: a text file in UTF-8"),
    ],
)
@pytest.mark.parametrize("block", [1, 5, text.BLOCK])
@READERS
def test_wrong_files_are_refused_in_one_line(
    content: bytes,
    complaint: str,
    block: int,
    read: Callable[..., Any],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(text, "BLOCK", block)
    file = written(tmp_path, content)
    with pytest.raises(ValueError, match="outside its domain") as caught:
        read(file, "word")
    assert str(caught.value) == f"path = {str(file)!r} {complaint}"


@READERS
def test_what_is_no_file_is_refused(read: Callable[..., Any], tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        read(tmp_path / "none.txt", "word")
    with pytest.raises(ValueError, match=r"path = .* is a directory, outside its domain: a text file in UTF-8"):
        read(tmp_path, "word")


@OF_STRINGS
def test_what_is_no_text_is_refused(of_string: Callable[..., Any]) -> None:
    with pytest.raises(ValueError, match=rf"domain: a text; a file is read by read_{of_string.__name__}$"):
        of_string(Path("text.txt"), "word")


def test_an_unknown_unit_is_refused(tmp_path: Path) -> None:
    complaint = r"unit = 'line' is outside its domain: one of 'character', 'word'"
    for wrong in (tokens, token_counts, joined):
        with pytest.raises(ValueError, match=complaint):
            wrong("a", "line")
    for wrong in (read_tokens, read_token_counts):
        with pytest.raises(ValueError, match=complaint):
            wrong(tmp_path, "line")


@pytest.mark.parametrize(("string", "unit"), [("", "word"), ("-- !", "word"), (" \n", "character")])
@OF_STRINGS
def test_a_text_without_tokens_is_refused(string: str, unit: str, of_string: Callable[..., Any]) -> None:
    with pytest.raises(ValueError, match=rf"^string = .* has no {unit}s, outside its domain: a text of at least 1"):
        of_string(string, unit)


@OF_STRINGS
def test_a_long_text_is_shortened_in_the_message(of_string: Callable[..., Any]) -> None:
    with pytest.raises(ValueError, match="has no words") as caught:
        of_string(10_000 * "- ", "word")
    assert len(str(caught.value)) < 150


# -------------------------------------------------------------------------------------------------------------- counts
def test_counts_fall_and_equal_ones_rise_in_the_alphabet() -> None:
    counted = token_counts("Don’t, don't DON'T! École e\u0301cole; ŉ Straße STRASSE b a", "word")
    assert list(counted.items()) == [("don't", 3), ("strasse", 2), ("école", 2), ("a", 1), ("b", 1), ("ʼn", 1)]
    assert token_counts("b a\n  ba", "character") == {" ": 2, "a": 2, "b": 2}


@settings(deadline=None)
@given(
    strings=st.lists(TEXTS | st.sampled_from(["It’s", "it's", "ŉ", "ﬁ", "İ", "I\u0307", "ΐ", "\u0301"]), max_size=9),
    gap=st.sampled_from([" ", "\n", "\u2001", "\x85", ""]),
    unit=st.sampled_from(UNITS),
    fold=st.booleans(),
    block=st.integers(1, 9) | st.just(text.BLOCK),
)
@example(strings=["o'", "’n", "o"], gap="’", unit="word", fold=True, block=1)
@example(strings=["\u0301\u0327a", "a", "a\u0327\u0301", "\u0345"], gap="\u3000", unit="word", fold=True, block=2)
def test_counts_are_those_of_the_tokens_whatever_the_blocks(
    *,
    strings: list[str],
    gap: str,
    unit: str,
    fold: bool,
    block: int,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    string = gap.join(["x", *strings, *strings[:3]])
    expected = Counter(tokens(string, unit, fold=fold))
    file = written(tmp_path_factory.mktemp("counts"), string)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(text, "BLOCK", block)
        counted = token_counts(string, unit, fold=fold)
        assert counted == expected
        assert list(counted) == sorted(expected, key=lambda token: (-expected[token], token))
        assert list(read_token_counts(file, unit, fold=fold).items()) == list(counted.items())


def test_white_space_keeps_to_itself() -> None:
    every = list(map(chr, range(sys.maxunicode + 1)))
    spaces = [space for space in every if space.isspace()]
    assert all(tokens(f"x{space}x", "word") == ["x", "x"] for space in spaces)
    others = [point for point in every if not point.isspace()]
    for rewritten in (str.casefold, lambda part: normalize("NFC", part)):
        assert rewritten(" ".join(others)) == " ".join(map(rewritten, others))
        assert " ".join(map(rewritten, others)).split() == list(map(rewritten, others))
    marks = [point for point in others if category(point)[0] == "M" or "ᄀ" <= point <= "ᇿ"]
    for space in spaces:
        apart = normalize("NFC", space).join(normalize("NFC", mark) for mark in marks)
        assert normalize("NFC", space.join(marks)) == apart


@pytest.mark.parametrize("unit", UNITS)
def test_counting_holds_a_block_and_not_the_tokens(unit: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text, "BLOCK", 2**12)
    file = written(tmp_path, "one two three\n" * 50_000)
    read_token_counts(file, unit)
    tracemalloc.start()
    try:
        read_token_counts(file, unit)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < file.stat().st_size / 2


# ------------------------------------------------------------------------------------------------------------ integers
def test_labels_fall_in_frequency_and_rise_in_the_alphabet() -> None:
    codes, labels = encode(["c", "b", "d", "b", "c", "a"])
    assert labels == ("b", "c", "a", "d")
    assert codes.dtype == np.int64
    assert codes.tolist() == [1, 0, 3, 0, 1, 2]


@pytest.mark.parametrize(
    ("max_states", "codes", "labels"),
    [
        (2, [0, 1, 1, 0, 1, 1], ("b", "<other>")),
        (3, [0, 1, 2, 0, 1, 2], ("b", "c", "<other>")),
        (4, [0, 1, 2, 0, 1, 3], ("b", "c", "a", "d")),
        (9, [0, 1, 2, 0, 1, 3], ("b", "c", "a", "d")),
    ],
)
def test_the_rarest_share_a_label(max_states: int, codes: list[int], labels: tuple[str, ...]) -> None:
    found, names = encode(["b", "c", "a", "b", "c", "d"], max_states)
    assert (found.tolist(), names) == (codes, labels)


@given(sequence=st.lists(st.sampled_from("abcdefg"), min_size=1), max_states=st.none() | st.integers(2, 8))
def test_codes_stand_for_their_tokens(sequence: list[str], max_states: int | None) -> None:
    codes, labels = encode(sequence, max_states, other="rest")
    kept = set(labels) - {"rest"}
    assert [labels[code] for code in codes] == [token if token in kept else "rest" for token in sequence]
    distinct = len(set(sequence))
    assert len(labels) == (distinct if max_states is None else min(distinct, max_states))
    counts = Counter(sequence)
    assert min(counts[label] for label in kept) >= max((counts[token] for token in counts.keys() - kept), default=0)


@pytest.mark.parametrize("max_states", [1, 0, -3, 2.5, True, "3"])
def test_too_few_states_are_refused(max_states: Any) -> None:
    with pytest.raises(ValueError, match=rf"max_states = {max_states!r} is outside its domain: an integer in \[2, inf"):
        encode(["a", "b"], max_states)


def test_no_tokens_and_an_ambiguous_label_are_refused() -> None:
    with pytest.raises(ValueError, match=r"tokens = \[\] is outside its domain: at least 1 token"):
        encode([])
    with pytest.raises(ValueError, match="other = 'c' is outside its domain: a label that is not among the tokens"):
        encode(["a", "b", "c"], 2, other="c")
