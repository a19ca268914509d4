"""The words of a text on the command line as in Python, errors in one line that name, and what a report may say."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from command import complaint, run
from matplotlib import pyplot

import collapse_theory as ct
from collapse_theory.forecasting import VocabularyForecast
from collapse_theory.forecasting.survival import _spread, simulated_survival

TEXT = "the cat sat on the mat. the dog sat on the log. a cat and a dog met on the mat."
SIZES = ["--sample-size", "30", "--generations", "4"]

CATS_TEXT = "the cat sat on the mat and the dog sat on the log with a cat and a dog who met on the mat"
CATS = ct.Categorical.from_text(CATS_TEXT)


def told(forecast: VocabularyForecast) -> str:
    return " ".join(forecast.summary().split())


@pytest.fixture
def file(tmp_path: Path) -> str:
    path = tmp_path / "cats.txt"
    path.write_text(TEXT, encoding="utf-8")
    return str(path)


MODELS: list[tuple[list[str], dict[str, Any]]] = [
    (["--family", "words"], {"unit": "word"}),
    (["--family", "w", "--unit", "word"], {"unit": "word"}),
    (["--family", "characters"], {"unit": "character"}),
    (["--family", "categorical"], {}),
    (["--family", "categorical", "--unit", "character"], {"unit": "character"}),
    (["--family", "words", "--smoothing", "add-alpha:0.5"], {"smoothing": ct.AddAlpha(0.5)}),
    (["--family", "words", "--smoothing", "back-off:2"], {"smoothing": ct.BackOff(2)}),
]


@pytest.mark.parametrize(("options", "setting"), MODELS)
def test_the_command_gives_the_same_forecast_as_python(
    options: Sequence[str], setting: dict[str, Any], file: str, tmp_path: Path
) -> None:
    output, figure = tmp_path / "forecast.json", tmp_path / "forecast.svg"
    extra = ["--replicates", "30", "--seed", "4", "--json", str(output), "--figure", str(figure)]
    result = run("forecast", file, *options, *SIZES, *extra)
    assert result.exit_code == 0, result.output
    assert result.stderr == ""
    source = ct.Categorical.from_text(TEXT, **setting)
    same = ct.forecast(source, sample_size=30, generations=4, replicates=30, rng=4, label="cats.txt")
    assert json.loads(output.read_text(encoding="utf-8")) == same.to_dict()
    assert result.stdout == same.summary(100) + "\n"
    assert figure.read_text(encoding="utf-8").startswith("<?xml")


@pytest.mark.parametrize(
    ("options", "regime"),
    [
        (["--regime", "accumulate"], ct.Accumulate()),
        (["--regime", "fresh", "--real", "3"], ct.Fresh(real=3)),
        (["--regime", "fresh", "--share", "0.1"], ct.Fresh(share=0.1)),
    ],
)
def test_regimes_are_those_of_python(options: Sequence[str], regime: ct.Regime, file: str) -> None:
    result = run("forecast", file, "--family", "words", *SIZES, *options)
    source = ct.Categorical.from_text(TEXT)
    same = ct.forecast(source, sample_size=30, generations=4, regime=regime, label="cats.txt")
    assert result.stdout == same.summary(100) + "\n"


def test_words_are_told_apart_from_characters(file: str) -> None:
    assert run("forecast", file, "--family", "words", *SIZES).stdout.startswith("cats.txt: 10 distinct words, ")
    shown = run("forecast", file, "--family", "characters", *SIZES).stdout
    assert shown.startswith(f"cats.txt: {len(set(TEXT))} distinct characters, ")


CONTENTS = {
    b"": "is empty, outside its domain: a text file in UTF-8",
    b"\xff\xfe\x00\x01": "outside its domain: a text file in UTF-8",
    b"  \n ": "has no words, outside its domain: a text of at least 1 word",
    b"one one one": "outside its domain: two different ones at least",
}


@pytest.mark.parametrize(("content", "expected"), CONTENTS.items())
def test_what_is_no_text_of_two_words_is_named(content: bytes, expected: str, tmp_path: Path) -> None:
    path = tmp_path / "wrong.txt"
    path.write_bytes(content)
    line = complaint("forecast", str(path), "--family", "words", *SIZES)
    assert line.startswith(f"data = {str(path)!r} ")
    assert line.endswith(expected)


def test_a_missing_file_and_a_folder_are_named(tmp_path: Path) -> None:
    missing = tmp_path / "missing.txt"
    assert complaint("forecast", str(missing), "--family", "words", *SIZES) == (
        f"data = {str(missing)!r} does not exist, outside its domain: a file of text"
    )
    line = complaint("forecast", str(tmp_path), "--family", "words", *SIZES)
    assert line.endswith("is a directory, outside its domain: a text file in UTF-8")


OPTIONS = "has no meaning for Categorical: its options are unit, smoothing"


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (["--sample-size", "0"], "sample_size = 0 is outside its domain: an integer in"),
        (["--generations", "-1"], "generations = -1 is outside its domain: an integer in"),
        (["--replicates", "19"], "replicates = 19 is outside its domain: an integer in [20,"),
        (["--ddof", "1"], f"ddof = 1.0 {OPTIONS}"),
        (["--column", "v"], f"column = 'v' {OPTIONS}"),
        (["--max-states", "5"], f"max_states = 5 {OPTIONS}"),
        (["--unseen-row", "end"], f"unseen_row = 'end' {OPTIONS}"),
        (["--start", "last"], f"start = 'last' {OPTIONS}"),
        (["--unit", "character"], "unit = 'character' contradicts --family, which says 'word'"),
        (["--smoothing", "add-alpha:0"], "alpha = 0.0 is outside its domain: a real number in (0, inf)"),
        (
            ["--smoothing", "absolute-discount:0.5"],
            "smoothing = ct.AbsoluteDiscount(discount=0.5) is outside its domain",
        ),
        (["--regime", "fresh", "--real", "31"], "real = 31 is outside its domain: an integer in [1, n], n = 30"),
        (["--family", "c"], "Invalid value for '--family': 'c' may be 'categorical' or 'characters'."),
        (["--family", "nouns"], "Invalid value for '--family': 'nouns' is not one of 'gaussian', 'markov-chain', "),
    ],
)
def test_wrong_options(options: Sequence[str], expected: str, file: str) -> None:
    assert complaint("forecast", file, "--family", "words", *SIZES, *options).startswith(expected)


def test_a_text_without_a_family_names_the_families_for_a_text(file: str, tmp_path: Path) -> None:
    advice = "; a text needs --family words or --family markov-chain"
    assert complaint("forecast", file, *SIZES).endswith(advice)
    for given in (["--family", "gaussian"], ["--column", "v"]):
        assert not complaint("forecast", file, *given, *SIZES).endswith(advice)
    table = tmp_path / "table.csv"
    table.write_text("v\n1\nx\n", encoding="utf-8")
    assert not complaint("forecast", str(table), *SIZES).endswith(advice)
    assert not complaint("forecast", str(tmp_path / "missing.txt"), *SIZES).endswith(advice)


def test_the_help_names_the_models_for_a_text() -> None:
    shown = " ".join(run("forecast", "--help").stdout.split())
    assert "--family [gaussian|markov-chain|categorical|words|characters] " in shown
    assert "words or characters, by their frequency, or markov-" in shown
    assert "or,formarkov-chainonly,absolute-discount:DISCOUNT." in shown.replace(" ", "")


@pytest.mark.parametrize("text", ["a b c d e f g h i j k", "a b c d e f g h i j k a b c d e f g h i j k"])
def test_types_of_one_share_are_one_level(text: str) -> None:
    source = ct.Categorical.from_text(text)
    forecast = ct.forecast(source, sample_size=50, generations=20, replicates=20)
    assert forecast.survival.shares == pytest.approx([1 / 11])
    assert "that is its share today: 9.1 % for each." in told(forecast)
    simulated, _ = simulated_survival(source, [np.arange(5), np.arange(4)])
    assert simulated.values == pytest.approx([4.5 / 11])


def test_every_table_of_counts_is_spread_over_its_own_shares() -> None:
    rng = np.random.default_rng(1)
    for _ in range(3000):
        shares = np.unique(rng.integers(1, 50, rng.integers(1, 6)) / rng.integers(50, 5000))
        found = _spread(shares)
        assert (found[0], found[-1]) == (0, shares.size - 1)


@pytest.mark.parametrize("regime", [ct.Replace(), ct.Fresh(real=1)])
def test_half_of_two_types_is_never_reached_in_the_mean(regime: ct.Regime) -> None:
    source = ct.Categorical.from_text("whale the whale the")
    pair = ct.forecast(source, sample_size=2, generations=60, regime=regime, replicates=20)
    assert pair.half_life is None
    assert "is never down to half: it does not fall below 1." in told(pair)
    assert "that is its share today: 50 % for each." in told(pair) or regime != ct.Replace()
    one = ct.forecast(source, sample_size=1, generations=3, replicates=20)
    assert one.half_life == 1
    assert "Each generation draws 1 word, " in told(one)


@pytest.mark.parametrize(
    ("regime", "sentence"),
    [
        (ct.Replace(), "draws 20 words, whose shares are its probabilities. A word that is not drawn is lost."),
        (ct.Accumulate(), "A word that generation 1 does not draw is lost; what is in the pool stays."),
        (ct.Fresh(real=3), "A word that is not drawn is missing, and may come back with real data."),
        (ct.FreshMixture(share=0.1), "A word that is not drawn is missing, and may come back with real data."),
    ],
)
def test_what_becomes_of_a_word_that_is_not_drawn(regime: ct.Regime, sentence: str) -> None:
    assert sentence in told(ct.forecast(CATS, sample_size=20, generations=2, regime=regime, replicates=20))


@pytest.mark.parametrize("regime", [ct.Replace(), ct.Accumulate(), ct.Fresh(real=3), ct.FreshMixture(share=0.1)])
def test_under_smoothing_the_number_of_types_is_certain(regime: ct.Regime) -> None:
    for smoothing, later in ((ct.AddAlpha(1), 3), (ct.BackOff(2), 2)):
        source = ct.Categorical([0.5, 0.0, 0.5], smoothing=smoothing)
        forecast = ct.forecast(source, sample_size=20, generations=5, regime=regime, replicates=30)
        assert forecast.runs is not None
        sizes = forecast.recursion.support_size.values(forecast.runs)
        for course, values in ((forecast.support_size, sizes), (forecast.lost_mass, np.zeros_like(sizes))):
            for known in course.statistics.values():
                assert known.road == "exact"
                np.testing.assert_array_equal(known.seen, values[0])
            assert np.ptp(values, axis=0).max() == 0
        assert forecast.support_size.typical.seen[[0, -1]].tolist() == [2, later]
        assert forecast.half_life is None
        assert "No type is lost, so that their number is never down to half." in told(forecast)


def test_an_entropy_that_grew_is_no_share_that_is_left() -> None:
    source = ct.Categorical([0.9, 0.06, 0.04], smoothing=ct.AddAlpha(1))
    grown = told(ct.forecast(source, sample_size=5, generations=50, replicates=30))
    assert " nats, that is " in grown.split("What is left")[1].split("Even chance")[0]
    assert "% of the source's. Nothing of the source is lost." in grown


@pytest.mark.parametrize(
    ("smoothing", "sentence"),
    [
        (ct.AddAlpha(1), ", but it forgets the source: in the mean over runs the share of every word goes to 1/12"),
        (ct.BackOff(2), " and holds the source: in the mean over runs every word keeps the share that it has today."),
    ],
)
def test_what_smoothing_leaves_of_the_source_follows_from_the_mean(smoothing: Any, sentence: str) -> None:
    source = ct.Categorical.from_text(CATS_TEXT, smoothing=smoothing)
    forecast = ct.forecast(source, sample_size=20, generations=3, replicates=20)
    assert f"Smoothing keeps every word possible{sentence}" in told(forecast)
    limit = forecast.recursion.probability_of("the").mean.limit
    assert limit == pytest.approx(1 / 12 if isinstance(smoothing, ct.AddAlpha) else 5 / 24)
    pooled = ct.forecast(source, sample_size=20, generations=3, regime=ct.Accumulate(), replicates=20)
    assert "Smoothing keeps every word possible. " in told(pooled)


@pytest.mark.deep
def test_a_chance_next_to_one_is_not_certain() -> None:
    report = told(ct.forecast(CATS, sample_size=10**9, generations=3, replicates=20))
    assert "No word can be lost" not in report
    assert "Hardly any word is lost by generation 3: the rarest are 4 words of share 4.2 %" in report
    assert "with a chance of more than 99.9 % to be left." in report
    start = ct.forecast(CATS, sample_size=20, generations=0)
    assert "No word can be lost by generation 0." in told(start)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("a a b b b", "no word once, so that the estimate of Good and Turing for them is 0, which says little"),
        ("a b " * 10, "no word once, so that the estimate of Good and Turing for them is 0."),
        ("ab cd ef", "Every word of the source occurs once: it is too short for an estimate of their share."),
        ("天地玄黄宇宙洪荒，日月盈昃辰宿列张", "Its script sets no spaces between words: characters (--family"),
    ],
)
def test_what_a_text_cannot_tell(text: str, sentence: str) -> None:
    text = text.replace("a", "aa").replace("b", "bb")
    assert sentence in told(ct.forecast(ct.Categorical.from_text(text), sample_size=5, generations=0))


def test_a_path_is_no_source() -> None:
    for path in ("tiny.txt", Path("tiny.txt")):
        with pytest.raises(ValueError, match=r"source = 'tiny.txt' is outside .* read by ct.Categorical.from_file, "):
            ct.forecast(path, sample_size=5, generations=1)  # type: ignore[arg-type]


def test_the_picture_has_a_title_and_an_even_chance_where_types_can_be_lost() -> None:
    lossy = ct.forecast(CATS, sample_size=20, generations=5, replicates=20, label="$a$ \ue000")
    smooth = ct.Categorical.from_text(CATS_TEXT, smoothing=ct.AddAlpha(1))
    kept = ct.forecast(smooth, sample_size=20, generations=5, replicates=20)
    title = lossy.figure()._suptitle  # type: ignore[attr-defined]
    assert title.get_text() == "$a$ ?, ct.Replace(), n = 20, to generation 5"
    assert not title.get_parse_math()
    assert len(lossy.figure().axes[1].get_lines()) == 3
    assert len(kept.figure().axes[1].get_lines()) == 1
    assert lossy.plot()[0].figure.get_suptitle() == title.get_text()
    pyplot.close("all")
