"""The catalogue: every claim gets the verdict that is known, and its counterexample is code that runs."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

import collapse_theory as ct
from collapse_theory.claims import catalogue

CLAIMS = {name: claim for name, claim in ct.claims.named().items() if isinstance(claim, ct.Claim)}
SENTENCES = {name: claim for name, claim in ct.claims.named().items() if isinstance(claim, ct.NotAClaim)}


@pytest.mark.parametrize("name", CLAIMS)
def test_the_verdict_is_the_one_that_is_known(name: str) -> None:
    verdict = CLAIMS[name].check()
    assert CLAIMS[name].expected is not None
    assert verdict.as_expected, str(verdict)
    json.dumps(verdict.to_dict(), allow_nan=False)
    assert verdict.claim.name == name
    if verdict.counterexample is None:
        return
    names: dict[str, Any] = {}
    *lines, last = verdict.code.splitlines()
    exec("\n".join([*lines, f"found = {last}"]), names)
    if verdict.counterexample.bet is None:
        assert names["found"] == verdict.counterexample.margin
    else:
        assert isinstance(names["found"], ct.SimulatedMargin)


def test_a_claim_says_what_it_means() -> None:
    for name, claim in CLAIMS.items():
        assert claim.statistic, name
        assert claim.statement[0].isupper(), name
        assert not claim.statement.endswith("."), name
        if not name.endswith(".corrected"):
            assert claim.precisely, name
            assert claim.because, name
            assert bool(claim.corrected) <= bool(claim.true_when), name


@pytest.mark.parametrize("name", SENTENCES)
def test_a_sentence_that_is_no_claim_says_why(name: str) -> None:
    with pytest.raises(ct.NotDefined, match=re.escape(SENTENCES[name].reason)):
        SENTENCES[name].check()


def test_the_catalogue_is_large_and_its_names_are_sentences() -> None:
    names = ct.claims.names()
    assert len(names) >= 60
    assert all(re.fullmatch(r"[a-z0-9_]+", name) and name.count("_") >= 2 for name in names)
    numbers = [ct.claims.named()[name].number for name in names]
    assert all(re.fullmatch(r"[A-H]\d+[a-z]?", number) for number in numbers if number)
    assert len(set(filter(None, numbers))) == len(list(filter(None, numbers)))


def test_no_name_stands_in_two_folders() -> None:
    files = [path.stem for path in catalogue.folder().glob("*/*.py") if path.stem != "__init__"]
    assert sorted(files) == sorted(ct.claims.names())


def test_claims_are_found_by_name_and_by_number() -> None:
    assert ct.claims.find("a12") is ct.claims.bessel_correction_prevents_collapse
    assert ct.claims.find("H4b") is ct.claims.find("h4B") is ct.claims.there_are_five_ways_out_of_collapse
    assert ct.claims.find("variation_always_shrinks.corrected") is ct.claims.variation_always_shrinks.corrected
    with pytest.raises(ValueError, match="name = 'Z99' is outside its domain"):
        ct.claims.find("Z99")
    with pytest.raises(ValueError, match="near it are bessel_correction_prevents_collapse"):
        ct.claims.find("bessels_correction_prevents_collapse")
    with pytest.raises(AttributeError, match="has no claim 'variance_is_fine'"):
        _ = ct.claims.variance_is_fine
    assert set(ct.claims.names()) < set(dir(ct.claims))


def test_the_table_lists_every_claim_with_what_is_known() -> None:
    listing = ct.claims.table()
    assert len(listing) == len(ct.claims.named())
    assert {"bessel_correction_prevents_collapse", "variation_always_shrinks.corrected"} < {one.name for one in listing}
    text, page = str(listing), listing._repr_html_()
    assert max(map(len, text.splitlines())) <= 110
    assert "Bessel" in page
    assert len(listing.to_dataframe()) == len(listing)
    with pytest.raises(ValueError, match="subject = 'weather' is outside its domain"):
        ct.claims.table(subject="weather")
    assert {one.subject for one in ct.claims.table(subject="variance")} == {"variance"}


def test_a_listing_of_verdicts_marks_what_was_not_expected() -> None:
    name = "bessel_correction_prevents_collapse"
    wrong = ct.Claim("a sentence", range(1, 3), lambda n: n, expected="REFUTED").check()
    entry = next(one for one in ct.claims.table(verdicts={name: wrong}) if one.name == name)
    assert (entry.verdict, entry.unexpected) == ("HOLDS", True)
