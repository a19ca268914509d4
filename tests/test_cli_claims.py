"""The commands about claims."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from command import complaint, run

import collapse_theory as ct
from collapse_theory import claims


def test_claims_lists_the_catalogue(tmp_path: Path) -> None:
    result = run("claims", "--json", str(tmp_path / "claims.json"))
    assert result.exit_code == 0
    assert "bessel_correction_prevents_collapse" in "".join(result.stdout.split())
    told = json.loads((tmp_path / "claims.json").read_text(encoding="utf-8"))
    assert len(told["claims"]) == len(ct.claims.named())
    assert run("claims", "--subject", "variance").exit_code == 0
    assert "subject = 'weather' is outside its domain" in complaint("claims", "--subject", "weather")


@pytest.mark.parametrize("name", ["bessel_correction_prevents_collapse", "A12", "a12"])
def test_check_shows_a_verdict(name: str, tmp_path: Path) -> None:
    result = run("check", name, "--json", str(tmp_path / "verdict.json"))
    assert result.exit_code == 0
    assert result.stdout.startswith("REFUTED  A12")
    assert "case = ct.Case(n=2)" in result.stdout
    (verdict,) = json.loads((tmp_path / "verdict.json").read_text(encoding="utf-8"))["verdicts"]
    assert (verdict["status"], verdict["as_expected"]) == ("REFUTED", True)


def test_check_checks_the_claim_under_its_condition_too() -> None:
    result = run("check", "H5")
    assert result.exit_code == 0
    assert "REFUTED  H5" in result.stdout
    assert "PROVED" in result.stdout


def test_check_all_with_one_that_is_other_than_expected(monkeypatch: pytest.MonkeyPatch) -> None:
    few = {
        "a_b_c": ct.Claim("One", range(1, 5), lambda n: n, expected="HOLDS", name="a_b_c"),
        "d_e_f": ct.Claim("Two", range(1, 5), lambda n: n, expected="REFUTED", name="d_e_f"),
    }
    for module in (claims.catalogue, claims.checking, claims.listing):
        monkeypatch.setattr(module, "named", lambda: few)
    monkeypatch.setattr(claims.listing, "subject", lambda name: "variance")
    result = run("check", "all")
    assert result.exit_code == 1
    assert "2 claims checked, 1 other than expected" in result.stdout
    assert "HOLDS  but REFUTED was expected" in result.stdout
    few["d_e_f"] = few["a_b_c"]
    assert run("check", "all").exit_code == 0


def test_what_cannot_be_checked() -> None:
    assert "name = 'nonsense' is outside its domain" in complaint("check", "nonsense")
    assert "is not a mathematical claim: no model" in complaint("check", "E14")
    assert "alpha = 2.0 is outside its domain" in complaint("check", "A12", "--alpha", "2")
    assert "Invalid value for '--budget'" in complaint("check", "A12", "--budget", "0")
