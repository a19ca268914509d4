"""Megabytes of text per second: counts of its words and characters, beside the plainest count of what spaces part."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from interleaved import at_least, rounds, show

from collapse_theory.examples import python_reference
from collapse_theory.text import read_token_counts

SIZE = 100_000_000
"""Bytes of each text."""

FOREIGN = str.maketrans({"e": "é", "o": "o\u0308", "s": "ß", "w": "ж", "h": "η", "k": "漢", "'": "’"})


def english(words: list[str], source: random.Random) -> None:
    """Every twentieth word becomes another, one of thousands."""
    for place in range(source.randrange(20), len(words), 20):
        words[place] += source.choice(("s", "ed", ",", ".", f"x{source.randrange(10_000)}"))


def mixed(words: list[str], source: random.Random) -> None:
    """Half of the words get letters of other alphabets, marks and typographic apostrophes, a fifth upper case."""
    english(words, source)
    for place in range(source.randrange(2), len(words), 2):
        words[place] = words[place].translate(FOREIGN)
    for place in range(source.randrange(5), len(words), 5):
        words[place] = words[place].upper()


def write(file: Path, vary: Callable[[list[str], random.Random], None]) -> None:
    """The reference of Python over and over, in another order and with other words each time."""
    source, topics = random.Random(1), python_reference().split("\n\n")
    with file.open("w", encoding="utf-8", newline="") as out:
        while out.tell() < SIZE:
            words = "\n\n".join(source.sample(topics, len(topics))).split(" ")
            vary(words, source)
            out.write(" ".join(words) + "\n\n")


def rows(name: str, file: Path) -> list[tuple[str, str, str, str]]:
    string, size = file.read_text(encoding="utf-8"), file.stat().st_size / 1e6
    found = rounds(
        {
            "plain": lambda: Counter(string.split()),
            "word": lambda: read_token_counts(file, "word"),
            "character": lambda: read_token_counts(file, "character"),
        },
        count=3,
    )
    return [
        (f"{name}: Counter(text.split())", f"{size / found.median('plain'):.3g} MB/s", "", ""),
        (f"{name}: words of a file", *at_least(size / found.median("word"), 10, " MB/s")),
        (f"{name}: their time over that of the plain count", f"{found.ratio('word', 'plain'):.3g}×", "", ""),
        (f"{name}: characters of a file", *at_least(size / found.median("character"), 10, " MB/s")),
    ]


def main() -> None:
    table = []
    with TemporaryDirectory() as folder:
        for vary in (english, mixed):
            file = Path(folder) / f"{vary.__name__}.txt"
            write(file, vary)
            table += rows(vary.__name__, file)
    show(f"Counting tokens of {SIZE / 1e6:.0f} MB", table)


if __name__ == "__main__":
    main()
