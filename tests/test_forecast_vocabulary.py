"""The forecast of a vocabulary: its numbers against enumeration and the runs, its even chances, words and picture."""

from __future__ import annotations

import json
from itertools import product
from math import factorial, log, prod
from typing import Any

import numpy as np
import pytest
from error_budget import critical_z
from matplotlib import pyplot
from scipy.special import xlogy

import collapse_theory as ct
from collapse_theory.forecasting import VocabularyForecast
from collapse_theory.forecasting.survival import Levels, simulated_survival
from collapse_theory.forecasting.vocabulary import affordable, landmarks
from collapse_theory.theorems.fate import Fate

TEXT = "the cat sat on the mat and the dog sat on the log with a cat and a dog who met on the mat"
WORDS = ct.Categorical.from_text(TEXT)
TINY = ct.Categorical([0.5, 0.3, 0.2], labels=("the", "of", "whale"))
LARGE = ct.Categorical.zipf(3000, 1.0)
NAMES = ("support_size", "lost_mass", "entropy", "perplexity")
STATISTICS = {"low": 0.05, "typical": 0.5, "high": 0.95}


@pytest.fixture(scope="module")
def found() -> VocabularyForecast:
    return ct.forecast(WORDS, sample_size=30, generations=12, replicates=400, rng=3, label="cats")


@pytest.fixture(scope="module")
def large() -> VocabularyForecast:
    return ct.forecast(LARGE, sample_size=3000, generations=25, replicates=40, rng=3)


def words(forecast: VocabularyForecast) -> str:
    return " ".join(forecast.summary().split())


def enumerated(law: tuple[float, ...], n: int, generations: int) -> dict[tuple[float, ...], float]:
    """Chances of all laws after some generations of replacement."""
    laws = {law: 1.0}
    counts = [one for one in product(range(n + 1), repeat=len(law)) if sum(one) == n]
    for _ in range(generations):
        after: dict[tuple[float, ...], float] = {}
        for before, chance in laws.items():
            for one in counts:
                ways = factorial(n) / prod(map(factorial, one))
                drawn = ways * prod(p**k for p, k in zip(before, one, strict=True))
                if drawn:
                    key = tuple(k / n for k in one)
                    after[key] = after.get(key, 0.0) + chance * drawn
        laws = after
    return laws


def test_small_vocabularies_agree_with_the_enumeration_of_all_samples(seed: int) -> None:
    source = (0.5, 0.3, 0.2)
    forecast = ct.forecast(TINY, sample_size=4, generations=3, replicates=4000, rng=seed)
    laws = np.array(list(enumerated(source, 4, 3).items()), dtype=object)
    law, chance = np.array(laws[:, 0].tolist()), laws[:, 1].astype(float)
    entropy = -xlogy(law, law).sum(axis=1)
    values = {
        "support_size": (law > 0).sum(axis=1),
        "lost_mass": np.where(law > 0, 0.0, source).sum(axis=1),
        "entropy": entropy,
        "perplexity": np.exp(entropy),
    }
    for name, each in values.items():
        mean = chance @ each
        error = np.sqrt(chance @ (each - mean) ** 2 / 4000)
        allowed = 1e-9 if forecast.courses[name].expected.road == "exact" else critical_z(8) * error
        assert abs(forecast.courses[name].expected.seen[-1] - mean) <= allowed
    order = np.argsort(source)
    survival = (chance @ (law > 0))[order]
    assert forecast.survival.shares == pytest.approx(np.array(source)[order])
    error = np.sqrt(survival * (1 - survival) / 4000)
    allowed = 1e-9 if forecast.survival.road == "exact" else critical_z(8) * error
    assert np.all(np.abs(forecast.survival.values - survival) <= allowed)
    assert forecast.even_chance is not None
    assert forecast.even_chance.examples == ("of",)
    assert (forecast.even_chance.types, forecast.even_chance.rarer) == (1, 1)


def test_the_courses_are_exact_or_those_of_the_runs(found: VocabularyForecast, large: VocabularyForecast) -> None:
    assert (found.replicates, found.seed) == (400, 3)
    assert found.generations[:4].tolist() == [0, 1, 2, 3]
    for forecast in (found, large):
        recursion, t = forecast.recursion, forecast.generations
        runs = recursion.simulate(int(t[-1]), forecast.replicates, rng=3, keep=t.tolist())
        for name in NAMES:
            quantity, course = recursion.watch(name), forecast.courses[name]
            values = runs.values(quantity)
            simulated = {q: np.quantile(values, q, axis=0, method="inverted_cdf") for q in STATISTICS.values()}
            for statistic, q in STATISTICS.items():
                known = course.statistics[statistic]
                expected = quantity.quantile(q)(t) if known.road == "exact" else simulated[q]
                assert known.seen == pytest.approx(expected, rel=1e-12)
            mean = quantity.mean(t) if course.expected.road == "exact" else values.mean(axis=0)
            assert course.expected.seen == pytest.approx(mean, rel=1e-12)
    assert large.support_size.typical.road == large.perplexity.expected.road == "simulated"
    assert large.support_size.expected.road == "exact"


def test_chances_are_read_from_the_last_states(large: VocabularyForecast) -> None:
    laws = large.recursion.simulate(25, 40, rng=3).states[0][:, 0]
    left = np.array([np.bincount(law[0].astype(int), minlength=3000) for law in laws])
    kept, _ = simulated_survival(LARGE, [law[0].astype(int) for law in laws])
    assert np.all(np.diff(kept.shares) > 0)
    assert 20 < kept.shares.size <= 40
    assert kept.values[[0, -1]] == pytest.approx([left[:, LARGE.probabilities.ranks > 2500].mean(), 1], abs=0.05)
    assert np.isin(large.law.types.size, left.sum(axis=1))
    assert large.law.probabilities.sum() == pytest.approx(1)
    assert large.even_chance is not None
    rank = int(large.even_chance.examples[0])
    assert large.even_chance.rarer == 3000 - rank
    assert 0.3 < left[:, rank - 1].mean() < 0.7 or large.survival.road == "exact"


def test_an_exact_even_chance_is_found_by_halving(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def told(self: ct.Recursion, label: Any) -> Any:
        asked.append(label)
        return watch(self, label)

    watch = ct.Recursion.survival_of
    monkeypatch.setattr(ct.Recursion, "survival_of", told)
    exact = ct.forecast(LARGE, sample_size=1000, generations=9, replicates=20)
    survival, even = exact.survival, exact.even_chance
    assert survival.road == "exact"
    assert len(asked) < 60
    assert even is not None
    rank = 3000 - even.rarer
    assert (even.types, even.examples) == (1, (str(rank),))
    chances = [watch(exact.recursion, label).mean(9) for label in (rank, rank + 1)]
    assert chances[0] == even.survival
    assert chances[0] >= 0.5 > chances[1]
    assert np.all(np.diff(survival.values) > 0)


def test_where_no_theorem_gives_the_chances_they_come_from_runs() -> None:
    family = ct.Categorical(LARGE.probabilities, estimator="posterior")
    forecast = ct.forecast(family, sample_size=1000, generations=9, replicates=30)
    assert forecast.survival.road == "simulated"
    assert len(forecast.survival.values) <= 40
    assert np.all(forecast.survival.errors[:5] > 0)
    assert forecast.even_chance is not None
    assert "≈" in words(forecast).split("Even chance")[1].split("In the end")[0]


def test_types_of_probability_0_have_no_level() -> None:
    levels = Levels.within(ct.Categorical([0.5, 0.0, 0.25, 0.25]))
    assert levels.shares.tolist() == [0.25, 0.5]
    assert levels.types.tolist() == [2, 1]
    assert levels.of.tolist() == [1, -1, 0, 0]


def test_all_or_none_have_an_even_chance() -> None:
    safe = ct.forecast(WORDS, sample_size=600, generations=2, replicates=20)
    assert safe.even_chance is not None
    assert safe.even_chance.rarer == 0
    assert safe.even_chance.survival == pytest.approx(1, abs=1e-6)
    none = ct.forecast(WORDS, sample_size=1, generations=1, replicates=200)
    assert none.even_chance is None
    assert "Not one word has an even chance to be left at generation 1." in words(none)
    few = ct.forecast(ct.Categorical([0.25] * 4), sample_size=4, generations=1, replicates=1000)
    assert "Even the rarest are at least as likely left as lost at generation 1: 4 types of share 25 %" in words(few)


def test_the_half_life_is_the_first_generation_at_half_the_types() -> None:
    for last in (0, 3, 40):
        forecast = ct.forecast(WORDS, sample_size=50, generations=last, replicates=20)
        half = forecast.half_life
        assert half is not None
        mean = forecast.recursion.support_size.mean
        assert mean(half) <= 6 < mean(half - 1)
        assert f"The expected number of words is down to half at generation {half}." in words(forecast)
    kept = ct.forecast(WORDS, sample_size=50, generations=40, regime=ct.Accumulate(), replicates=20)
    assert kept.half_life is None
    assert "in each run. From generation 1 on nothing more is lost." in words(kept)
    assert "is never down to half: it does not fall below 11." in words(kept)


def test_a_simulated_half_life_is_one_of_the_generations_looked_at() -> None:
    regime = ct.Fresh(real=1)
    forecast = ct.forecast(LARGE, sample_size=1000, generations=40, regime=regime, replicates=20)
    expected = forecast.support_size.expected
    if expected.road == "simulated":
        assert forecast.half_life == forecast.generations[np.argmax(expected.seen <= 1500)]
        assert f"is down to half by generation ≈{forecast.half_life}." in words(forecast)


@pytest.mark.parametrize(
    ("verdict", "sentence"),
    [
        (
            "collapses",
            "Every run ends with one word for ever, on average from generation 1230 on. It is each word with the "
            "probability that is its share today: so most likely not the most frequent one, 'the', whose chance is "
            "21 %.",
        ),
        ("settles", "Every run settles on a law of its own, another one in each run."),
        ("stationary", "In the end Runs keep moving. Half-life"),
        ("recovers", "Every run comes back to the source: no word is missing for ever, and each gets back its share."),
        ("undecided", "No theorem says what becomes of a run."),
        (None, "No theorem says what becomes of a run."),
    ],
)
def test_the_end_follows_from_the_fate(verdict: Any, sentence: str, found: VocabularyForecast) -> None:
    fate = None if verdict is None else Fate(verdict, "because", 0.0)
    told = VocabularyForecast(**{**vars(found), "fate": fate, "ends": 1234.5})
    assert sentence in words(told)


def test_a_majority_is_the_likeliest_end() -> None:
    likely = ct.forecast(ct.Categorical([0.7, 0.2, 0.1]), sample_size=5, generations=1, replicates=20)
    told = VocabularyForecast(**{**vars(likely), "fate": Fate("collapses", "because", 0.0)})
    assert "share today: most likely 0, whose chance is 70 %." in words(told)
    assert "Not included" not in words(told)


@pytest.mark.parametrize(
    ("smoothing", "sentence"),
    [
        (ct.AddAlpha(0.5), "draws 20 words, and to the count of every word 0.5 is added, so that none is lost."),
        (ct.BackOff(3), "draws 20 words, and 3 more are added as the source would give them, so that none is lost."),
    ],
)
def test_smoothing_loses_nothing(smoothing: Any, sentence: str) -> None:
    source = ct.Categorical.from_text(TEXT, smoothing=smoothing)
    smoothed = ct.forecast(source, sample_size=20, generations=10, replicates=50)
    assert sentence in words(smoothed)
    assert "Nothing of the source is lost." in words(smoothed)
    assert "Smoothing keeps every word possible" in words(smoothed)
    assert "No word can be lost by generation 10." in words(smoothed)
    assert smoothed.survival.road == "exact"
    assert set(smoothed.survival.values) == {1.0}
    assert set(smoothed.lost_mass.high.seen) == {0.0}


def test_generation_0_is_exact() -> None:
    start = ct.forecast(WORDS, sample_size=20, generations=0)
    assert start.summary().endswith("All of it is exact.")
    assert "≈" not in start.summary()
    assert start.runs is None
    assert start.generations.tolist() == [0]
    assert start.courses["perplexity"].expected.seen == pytest.approx(np.exp(WORDS.probabilities.entropy))
    json.dumps(start.to_dict(), allow_nan=False)
    assert len(start.figure().axes) == 4


def test_what_the_source_lacks_is_said_with_the_estimate_of_good_and_turing() -> None:
    source = ct.Categorical.from_text(TEXT)
    unknown = ct.forecast(source, sample_size=20, generations=1, replicates=20)
    assert "The words that the source lacks, though its language has them, are outside this forecast." in words(unknown)
    if unknown.corpus is None:
        vars(source.probabilities)["total"] = 24
    counted = ct.forecast(source, sample_size=20, generations=1, replicates=20)
    assert counted.corpus == 24
    assert counted.unseen == pytest.approx(4 / 24)
    assert "12 distinct words, 24 in all; entropy" in words(counted)
    assert "they make up 17 % of it, as much as the 4 words that the source has once." in words(counted)
    assert counted.about()["source"]["unseen"] == pytest.approx(4 / 24)


def test_what_the_types_are_is_told() -> None:
    for source, unit in (
        (WORDS, "word"),
        (ct.Categorical.from_text(TEXT, unit="character"), "character"),
        (LARGE, "type"),
    ):
        forecast = ct.forecast(source, sample_size=20, generations=0)
        assert forecast.unit == unit
        assert forecast.summary().startswith(f"the vocabulary: {len(source.probabilities)} distinct {unit}s, forecast")


def test_the_landmarks_are_round_numbers() -> None:
    assert landmarks(0).tolist() == [0, 0]
    assert landmarks(100).tolist() == [0, 1, 2, 5, 10, 20, 50, 100]
    assert landmarks(30).tolist() == [0, 1, 2, 5, 10, 20, 30]
    assert landmarks(10**5).tolist() == [0, 1, 10, 100, 1000, 10_000, 100_000]


@pytest.mark.parametrize(
    ("last", "rows"),
    [
        (30, ["0", "1", "2", "5", "10", "20", "30"]),
        (1000, ["0", "1", "2", "5", "10", "20", "50", "100", "200", "500", "1000"]),
        (3000, ["0", "1", "10", "100", "1000", "3000"]),
    ],
)
def test_the_second_table_shows_round_generations(last: int, rows: list[str]) -> None:
    table = ct.forecast(TINY, sample_size=9, generations=last, replicates=20).summary().split("\n\n")[-2]
    assert [line.split()[0] for line in table.splitlines()[1:]] == rows


def test_large_vocabularies_get_fewer_runs() -> None:
    def runs(types: int, regime: ct.Regime, **options: Any) -> int:
        source = ct.Categorical.zipf(types, 1.0, **options)
        return affordable(ct.Recursion(source, regime, sample_size=1000), source, 50, 100)

    assert runs(10, ct.Replace()) == 1000
    assert runs(50_000, ct.Replace()) == 1000
    assert runs(50_000, ct.Accumulate()) < runs(5000, ct.Accumulate()) < 1000
    assert runs(10**6, ct.Replace(), smoothing=ct.AddAlpha(1)) == 20


def test_the_json_is_strict_and_says_what_the_forecast_says(found: VocabularyForecast) -> None:
    about = json.loads(json.dumps(found.to_dict(), allow_nan=False))
    assert about == found.to_dict()
    assert about["source"] == {
        "unit": "word",
        "types": 12,
        "entropy": pytest.approx(WORDS.probabilities.entropy),
        "corpus": found.corpus,
        "unseen": found.unseen,
    }
    assert about["survival"]["values"] == found.survival.values.tolist()
    assert about["survival"]["road"] == found.survival.road
    assert found.even_chance is not None
    assert about["even_chance"]["examples"] == list(found.even_chance.examples)
    assert about["lost_mass"]["typical"]["values"] == found.lost_mass.typical.seen.tolist()
    assert about["generations"] == found.generations.tolist()


def test_the_same_seed_gives_the_same_forecast(found: VocabularyForecast) -> None:
    again = ct.forecast(WORDS, sample_size=30, generations=12, replicates=400, rng=3, label="cats")
    other = ct.forecast(WORDS, sample_size=30, generations=12, replicates=400, rng=4, label="cats")
    assert again.to_dict() == found.to_dict()
    assert not np.array_equal(other.entropy.typical.seen, found.entropy.typical.seen)


@pytest.mark.parametrize("width", [80, 100])
def test_the_words_fit_the_width(width: int, found: VocabularyForecast) -> None:
    lines = found.summary(width).splitlines()
    assert width - 12 < max(map(len, lines)) <= width
    assert lines[0] == "cats: 12 distinct words, forecast to generation 12"
    assert not any(line.lstrip().startswith("%") for line in lines)
    row = next(line for line in lines if line.startswith("distinct words ")).split()
    low, high = (found.support_size.statistics[end].seen[-1] for end in ("low", "high"))
    assert row[2] == "12"
    shown = [f"{found.support_size.typical.seen[-1]:.0f}", f"{low:.0f}", "to", f"{high:.0f}"]
    assert [one.removeprefix("≈") for one in row[4:]] == shown
    bits = next(line for line in lines if line.startswith("entropy, bits ")).split()
    assert float(bits[2]) == pytest.approx(WORDS.probabilities.entropy / log(2), rel=1e-3)
    assert repr(found).endswith(" of 12 words left in a typical run>")
    assert found._repr_html_().startswith("<pre>cats: 12 distinct words")


def test_the_picture_shows_the_numbers(found: VocabularyForecast) -> None:
    shares, survival, left, lost = found.figure().axes
    points, before, after = shares.get_lines()
    assert before.get_ydata() == pytest.approx(np.sort(WORDS.probabilities.values)[::-1])
    assert after.get_ydata() == pytest.approx(np.sort(found.law.probabilities)[::-1])
    assert np.sort(np.asarray(points.get_ydata())) == pytest.approx(np.sort(found.law.probabilities))
    assert shares.get_xscale() == shares.get_yscale() == survival.get_xscale() == "log"
    chances = survival.get_lines()[0]
    assert np.asarray(chances.get_xdata()) == pytest.approx(found.survival.shares)
    assert np.asarray(chances.get_ydata()) == pytest.approx(100 * found.survival.values)
    np.testing.assert_array_equal(left.get_lines()[0].get_ydata(), found.support_size.typical.seen)
    assert left.get_title("left") == "distinct words left"
    mass, entropy = lost.get_lines()
    assert mass.get_ydata() == pytest.approx(100 * found.lost_mass.typical.seen)
    assert entropy.get_ydata() == pytest.approx(100 * found.entropy.typical.seen / WORDS.probabilities.entropy)
    assert pyplot.get_fignums() == []


def test_a_large_vocabulary_is_drawn_with_few_points(large: VocabularyForecast) -> None:
    shares = large.figure().axes[0]
    assert all(len(np.asarray(line.get_xdata())) <= 2000 for line in shares.get_lines())
    axes = pyplot.subplots(2, 2)[1].ravel()
    assert large.plot(axes) is axes
    assert len(large.plot()) == 4
    pyplot.close("all")


@pytest.mark.parametrize(
    ("setting", "complaint"),
    [
        ({"replicates": 19}, r"replicates = 19 is outside its domain: an integer in \[20, "),
        ({"generations": -1}, "generations = -1 is outside its domain: an integer in"),
        ({"sample_size": 0}, "sample_size = 0 is outside its domain: an integer in"),
        ({"regime": ct.Fresh(real=21)}, r"real = 21 is outside its domain: an integer in \[1, n\], n = 20"),
        ({"ddof": 0}, "ddof = 0 has no meaning for Categorical: leave it out"),
        ({"bootstrap": 5}, "bootstrap = 5 has no meaning for Categorical: leave it out"),
    ],
)
def test_what_is_outside_its_domain_is_named(setting: dict[str, Any], complaint: str) -> None:
    given: dict[str, Any] = {"sample_size": 20, "generations": 3, **setting}
    with pytest.raises(ValueError, match=complaint):
        ct.forecast(WORDS, **given)
