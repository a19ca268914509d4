"""Text as a sequence of tokens, words or characters, and how often each occurs."""

from __future__ import annotations

import codecs
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Sized
from itertools import chain
from pathlib import Path
from reprlib import repr as shortened
from typing import Any, Literal
from unicodedata import normalize

import numpy as np
from numpy.typing import NDArray

from collapse_theory.domain import Choice, Domain

Unit = Literal["character", "word"]

UNITS = ("character", "word")

WORD = r"[\p{L}\p{M}\p{N}]+(?:'[\p{L}\p{M}\p{N}]+)*"
"""Letters, marks and numerals, with apostrophes between them."""

STATES = Domain(low=2, integer=True)

BLOCK = 2**22
"""Bytes of a file, and characters of a string, that are read at once."""

MARKS = {
    codecs.BOM_UTF32_LE: "UTF-32",
    codecs.BOM_UTF32_BE: "UTF-32",
    codecs.BOM_UTF16_LE: "UTF-16",
    codecs.BOM_UTF16_BE: "UTF-16",
}
"""Byte-order marks of encodings that are not read; UTF-32 comes first, for its mark may start as that of UTF-16."""


def tokens(string: str, unit: str, *, fold: bool = True) -> list[str]:
    """Words or characters of a text, in normal form C.

    A word is a longest run of letters, marks and numerals of Unicode, with apostrophes between them, of which the
    typographic one is written as the plain one. A character is a code point: every run of white space is one space,
    and there is none at the ends.

    Parameters
    ----------
    string : str
        The text.
    unit : str
        ``"character"`` or ``"word"``.
    fold : bool
        Whether the case of words is folded; characters keep theirs.

    Returns
    -------
    list of str
        At least one token.

    Raises
    ------
    ValueError
        For an unknown unit, and for a text without tokens.
    """
    return _tokens([string], unit, _name(string, "read_tokens"), fold=fold)


def read_tokens(path: str | Path, unit: str, *, fold: bool = True) -> list[str]:
    """Words or characters of a text file in UTF-8, with or without byte-order mark, as :func:`tokens` gives them.

    The file is read in blocks: in memory are the tokens and the text up to the next space or line end.

    Parameters
    ----------
    path : str or Path
        The file.
    unit : str
        ``"character"`` or ``"word"``.
    fold : bool
        Whether the case of words is folded; characters keep theirs.

    Returns
    -------
    list of str
        At least one token.

    Raises
    ------
    OSError
        For a file that is missing or must not be read.
    ValueError
        In one line that names what is wrong, and where: a directory, an empty file, bytes that are no text in UTF-8,
        no tokens, an unknown unit.
    """
    name = f"path = {str(path)!r}"
    return _tokens(_passages(_blocks(Path(path), name)), unit, name, fold=fold)


def token_counts(string: str, unit: str, *, fold: bool = True) -> dict[str, int]:
    """Words or characters of a text, as :func:`tokens` gives them, with how often each occurs.

    In memory are the counts, and one block of the text up to the next space or line end; the tokens are no list.

    Parameters
    ----------
    string : str
        The text.
    unit : str
        ``"character"`` or ``"word"``.
    fold : bool
        Whether the case of words is folded; characters keep theirs.

    Returns
    -------
    dict of str to int
        By falling count, and in alphabetical order where that is equal; at least one token.

    Raises
    ------
    ValueError
        For an unknown unit, and for a text without tokens.
    """
    name = _name(string, "read_token_counts")
    slices = (string[start : start + BLOCK] for start in range(0, len(string), BLOCK))
    return _counts(_passages(slices), unit, name, fold=fold)


def read_token_counts(path: str | Path, unit: str, *, fold: bool = True) -> dict[str, int]:
    """Words or characters of a text file, as :func:`read_tokens` gives them, with how often each occurs.

    The file is read in blocks: in memory are the counts, and one block up to the next space or line end.

    Parameters
    ----------
    path : str or Path
        The file.
    unit : str
        ``"character"`` or ``"word"``.
    fold : bool
        Whether the case of words is folded; characters keep theirs.

    Returns
    -------
    dict of str to int
        By falling count, and in alphabetical order where that is equal; at least one token.

    Raises
    ------
    OSError
        For a file that is missing or must not be read.
    ValueError
        As :func:`read_tokens` does.
    """
    name = f"path = {str(path)!r}"
    return _counts(_passages(_blocks(Path(path), name)), unit, name, fold=fold)


def joined(tokens: Iterable[str], unit: str) -> str:
    """Passage of text: characters one after the other, words with a space between them."""
    Choice(UNITS).check("unit", unit)
    return (" " if unit == "word" else "").join(tokens)


def encode(
    tokens: Sequence[Any], max_states: int | None = None, other: str = "<other>"
) -> tuple[NDArray[np.int64], tuple[Any, ...]]:
    """Tokens as integers, and the labels that the integers stand for.

    Parameters
    ----------
    tokens : sequence
        At least one token; strings, or anything else that can be compared.
    max_states : int, optional
        Number of labels that is not exceeded, at least 2; all tokens are kept apart when left out. Where there are
        more, the most frequent ``max_states - 1`` keep their labels and the others share one, which is the last.
    other : str
        The shared label.

    Returns
    -------
    codes : ndarray
        Shape ``(len(tokens),)``: places among the labels.
    labels : tuple
        By falling frequency, and in alphabetical order where that is equal.

    Raises
    ------
    ValueError
        For no tokens, for ``max_states`` outside its domain, and for a shared label that is a token itself.
    """
    most = None if max_states is None else STATES.check("max_states", max_states)
    counts = Counter(tokens)
    if not counts:
        raise ValueError(f"tokens = {tokens!r} is outside its domain: at least 1 token")
    labels = _ranked(counts, lambda token: (type(token).__name__, token))
    place = {label: i for i, label in enumerate(labels)}
    if most is not None and len(labels) > most:
        if other in counts:
            raise ValueError(f"other = {other!r} is outside its domain: a label that is not among the tokens")
        place |= dict.fromkeys(labels[most - 1 :], most - 1)
        labels[most - 1 :] = [other]
    codes = np.fromiter(map(place.__getitem__, tokens), dtype=np.int64, count=len(tokens))
    return codes, tuple(labels)


def _name(string: str, reader: str) -> str:
    """What a message calls a text; what is no text is refused."""
    if not isinstance(string, str):
        raise ValueError(f"string = {string!r:.60} is outside its domain: a text; a file is read by {reader}")
    return f"string = {shortened(string)}"


def _tokens(passages: Iterable[str], unit: str, name: str, *, fold: bool) -> list[str]:
    """Tokens of passages that follow one another and are cut at white space."""
    Choice(UNITS).check("unit", unit)
    once: dict[str, str] = {}
    each = _words(passages, fold=fold) if unit == "word" else chain.from_iterable(_lines(passages))
    found = [once.setdefault(token, token) for token in each]
    _check_some(found, unit, name)
    return found


def _counts(passages: Iterable[str], unit: str, name: str, *, fold: bool) -> dict[str, int]:
    """Counts of the tokens of such passages."""
    Choice(UNITS).check("unit", unit)
    counts = _word_counts(passages, fold=fold) if unit == "word" else _character_counts(passages)
    _check_some(counts, unit, name)
    return {token: counts[token] for token in _ranked(counts)}


def _check_some(found: Sized, unit: str, name: str) -> None:
    """Refusal of a text without tokens."""
    if not found:
        raise ValueError(f"{name} has no {unit}s, outside its domain: a text of at least 1 {unit}")


def _ranked(counts: Mapping[Any, int], alphabet: Callable[[Any], Any] | None = None) -> list[Any]:
    """Tokens by falling count, and in alphabetical order where that is equal."""
    return sorted(sorted(counts, key=alphabet), key=counts.__getitem__, reverse=True)


def _words(passages: Iterable[str], *, fold: bool) -> Iterator[str]:
    """Words of passages."""
    import regex

    for passage in passages:
        plain = normalize("NFC", passage).replace("’", "'")
        yield from regex.findall(WORD, normalize("NFC", plain.casefold()) if fold else plain)


def _word_counts(passages: Iterable[str], *, fold: bool) -> Mapping[str, int]:
    """Counts of words, of which none goes across white space: an equal stretch between it is searched but once."""
    counts: defaultdict[str, int] = defaultdict(int)
    for passage in passages:
        alike: defaultdict[int, list[str]] = defaultdict(list)
        for stretch, count in Counter(passage.split()).items():
            alike[count].append(stretch)
        for count, stretches in alike.items():
            for word in _words([" ".join(stretches)], fold=fold):
                counts[word] += count
    return counts


def _lines(passages: Iterable[str]) -> Iterator[str]:
    """Passages with single spaces, and one space between those that have any characters."""
    started = False
    for passage in passages:
        words = normalize("NFC", passage).split()
        if words:
            yield " " if started else ""
            yield " ".join(words)
            started = True


def _character_counts(passages: Iterable[str]) -> Mapping[str, int]:
    """Counts of characters."""
    counts: Counter[str] = Counter()
    for line in _lines(passages):
        counts.update(line)
    return counts


def _passages(blocks: Iterable[str]) -> Iterator[str]:
    """Text cut before spaces and line ends: no token and no composed character goes across a cut."""
    held: list[str] = []
    for block in blocks:
        cut = max(block.rfind(" "), block.rfind("\n"))
        if cut >= 0:
            yield "".join(held) + block[:cut]
            held.clear()
        held.append(block[max(cut, 0) :])
    yield "".join(held)


def _blocks(file: Path, name: str) -> Iterator[str]:
    """Text of a file, block by block."""
    domain = "outside its domain: a text file in UTF-8"
    if file.is_dir():
        raise ValueError(f"{name} is a directory, {domain}")
    decoder = codecs.getincrementaldecoder("utf-8")()
    with file.open("rb") as source:
        start = source.peek(4)
        if not start:
            raise ValueError(f"{name} is empty, {domain}")
        for mark, encoding in MARKS.items():
            if start.startswith(mark):
                raise ValueError(f"{name} is in {encoding}, {domain}")
        end = len(source.read(3)) if start.startswith(codecs.BOM_UTF8) else 0
        block = start
        while block:
            block = source.read(BLOCK)
            if b"\0" in block:
                raise ValueError(f"{name} has a NUL byte at offset {end + block.index(0)}, {domain}")
            end += len(block)
            try:
                decoded = decoder.decode(block, final=not block)
            except UnicodeDecodeError as wrong:
                offset = end - len(wrong.object) + wrong.start
                raise ValueError(f"{name} is not UTF-8 at offset {offset}, {domain}") from wrong
            yield decoded
