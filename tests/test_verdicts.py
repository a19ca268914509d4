"""Verdicts: what each word needs, what is no margin, and that a counterexample is code that runs."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import sympy
from hypothesis import assume
from hypothesis import strategies as st
from hypothesis.internal.conjecture import providers

import collapse_theory as ct
from collapse_theory.errors import MarginError

WHOLE = st.integers(0, 10_000)


def claim(margin: Any, cases: Any = range(1, 50), **more: Any) -> ct.Claim:
    return ct.Claim("a sentence", cases, margin, **more)


class TestStatus:
    def test_holds_with_the_smallest_margin(self) -> None:
        verdict = claim(lambda n: abs(n - 7) + 1).check()
        assert (verdict.status, verdict.cases) == ("HOLDS", 49)
        assert verdict.smallest is not None
        assert (verdict.smallest.case, verdict.smallest.margin) == (7, 1)

    def test_refuted_at_the_first_in_order(self) -> None:
        verdict = claim(lambda case: 5 - case.n * case.m, ct.Cases(n=range(1, 9), m=range(1, 9))).check()
        assert verdict.status == "REFUTED"
        assert verdict.counterexample is not None
        assert verdict.counterexample.case == ct.Case(n=2, m=3)
        assert (verdict.order, verdict.kind) == ("first in the order of size", "exact")

    def test_refuted_by_hypothesis_and_shrunk(self) -> None:
        verdict = claim(lambda n: 1000 - n, WHOLE).check()
        assert verdict.counterexample is not None
        assert (verdict.counterexample.case, verdict.order) == (1000, "shrunk")

    def test_the_strategy_comes_after_the_finite_domain(self) -> None:
        first = claim(lambda n: 20 - n, range(1, 50), then=WHOLE).check()
        assert (first.counterexample, first.order) == (first.counterexample, "first in the order of size")
        assert first.cases == 20
        later = claim(lambda n: 60 - n, range(1, 50), then=WHOLE).check()
        assert later.counterexample is not None
        assert (later.counterexample.case, later.order) == (60, "shrunk")

    def test_hypothesis_is_driven_towards_small_margins(self) -> None:
        """Chance alone would meet one of 41 among 10^9 in 300 draws once in 10^5 times."""
        wide = st.integers(0, 10**9)
        verdict = claim(lambda n: abs(n - 123_456_789) - 20, wide).check(budget=3000)
        assert verdict.status == "REFUTED"

    def test_proved_by_steps_that_ran(self) -> None:
        verdict = claim(lambda n: n, proof=lambda: [ct.Check("n > 0", passed=True)]).check()
        assert verdict.status == "PROVED"
        assert "✓ n > 0" in str(verdict)

    def test_a_failed_step_proves_nothing(self) -> None:
        verdict = claim(lambda n: n, proof=lambda: [ct.Check("n > 5", passed=False)]).check()
        assert (verdict.status, verdict.reason) == ("UNDECIDED", "a step of the proof failed: n > 5")

    def test_a_proof_and_a_counterexample_contradict_each_other(self) -> None:
        with pytest.raises(ArithmeticError, match=r"the proof of .* came out, and yet 3: margin 0 refutes it"):
            claim(lambda n: 3 - n, proof=lambda: [ct.Check("wrong", passed=True)]).check()

    def test_a_complete_domain_of_exact_margins_is_proved(self) -> None:
        assert claim(lambda n: Fraction(1, n), complete=True).check().status == "PROVED"
        assert claim(lambda n: 1.0 / n, complete=True).check().status == "HOLDS"
        assert claim(lambda n: Fraction(1, n), complete=True).check(budget=10).status == "HOLDS"

    def test_a_float_near_0_decides_nothing(self) -> None:
        verdict = claim(lambda n: 1e-15 * (-1) ** n).check()
        assert verdict.status == "UNDECIDED"
        assert "within 1e-12 of 0" in verdict.reason
        assert claim(lambda n: 1e-15, resolution=0.0).check().status == "HOLDS"
        assert claim(lambda n: -1e-15, resolution=1e-18).check().status == "REFUTED"

    def test_what_a_margin_of_0_means(self) -> None:
        assert claim(lambda n: Fraction(0)).check().status == "REFUTED"
        assert claim(lambda n: Fraction(0), boundary="holds").check().status == "HOLDS"
        assert claim(lambda n: 0.0, boundary="holds").check().status == "HOLDS"

    def test_infinities_are_margins(self) -> None:
        assert claim(lambda n: math.inf).check().status == "HOLDS"
        refuted = claim(lambda n: math.inf if n < 3 else -math.inf).check()
        assert refuted.counterexample is not None
        assert refuted.counterexample.case == 3
        assert json.loads(json.dumps(refuted.to_dict(), allow_nan=False))["counterexample"]["margin"] == "-Infinity"

    def test_constants_of_sympy_are_exact(self) -> None:
        verdict = claim(lambda n: sympy.sqrt(2) - sympy.Rational(n, 3)).check()
        assert verdict.counterexample is not None
        assert (verdict.counterexample.case, verdict.kind) == (5, "exact")

    def test_assumptions_leave_cases_out(self) -> None:
        def margin(n: int) -> int:
            assume(n % 2 == 0 and n > 0)
            return n

        assert claim(margin, WHOLE).check().smallest.case % 2 == 0
        nothing = claim(lambda n: assume(n < 0), WHOLE).check()
        assert (nothing.status, nothing.reason) == ("UNDECIDED", "no case was found to look at")

    def test_the_same_verdict_in_every_run(self) -> None:
        mine = claim(
            lambda r: 0.99 - r.variance.mean(5) / r.variance.mean(0),
            ct.strategies.recursions(families=ct.Gaussian, regimes=ct.Replace),
        )
        one, other = mine.check(), mine.check()
        assert str(one) == str(other)
        assert repr(one.counterexample) == repr(other.counterexample)


def test_the_search_does_not_depend_on_what_else_is_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two programs: in one of them, Hypothesis has found other constants to sprinkle its draws with."""

    def looked_at() -> list[int]:
        cases: list[int] = []
        claim(lambda n: cases.append(n) or 1, WHOLE).check()
        return cases

    before = looked_at()
    found = providers._get_local_constants()
    more = providers.Constants(integers=found.integers | set(range(5000, 9000)))
    monkeypatch.setattr(providers, "_get_local_constants", lambda: more)
    assert looked_at() == before


@pytest.mark.parametrize(
    ("value", "complaint"),
    [
        (math.nan, "the margin of 1 is NaN"),
        (np.float64("nan"), "the margin of 1 is NaN"),
        (np.array([1.0]), r"the margin of 1 is an array of shape \(1,\)"),
        (True, "the margin of 1 is True, not a number: say by how much"),
        (np.bool_(0), "the margin of 1 is False, not a number"),
        (None, "the margin of 1 is None, not a number"),
        (1 + 2j, r"the margin of 1 is \(1\+2j\), not a number"),
        ("3", "the margin of 1 is '3', not a number"),
        (sympy.Symbol("x"), "the margin of 1 is x, not a real number"),
        (sympy.I, "the margin of 1 is I, not a real number"),
        (sympy.nan, "the margin of 1 is nan"),
    ],
)
def test_what_is_no_margin(value: Any, complaint: str) -> None:
    with pytest.raises(MarginError, match=complaint):
        claim(lambda n: value).check()


@pytest.mark.parametrize("cases", [range(1, 5), st.integers(1, 5)])
def test_a_margin_that_raises(cases: Any) -> None:
    def margin(n: int) -> float:
        raise ZeroDivisionError("by nothing")

    with pytest.raises(MarginError, match=r"the margin of \d raised ZeroDivisionError: by nothing"):
        claim(margin, cases).check()


@pytest.mark.parametrize(
    ("parameters", "complaint"),
    [
        ({"margin": 3}, "margin = 3 is outside its domain"),
        ({"cases": 3}, "cases = 3 is outside its domain"),
        ({"then": [1]}, r"then = \[1\] is outside its domain"),
        ({"boundary": "open"}, "boundary = 'open' is outside its domain"),
        ({"expected": "TRUE"}, "expected = 'TRUE' is outside its domain"),
        ({"statistic": "average"}, "statistic = 'average' is outside its domain"),
        ({"complete": True, "cases": WHOLE}, "complete = True is outside its domain"),
        ({"complete": "no"}, "complete = 'no' is outside its domain"),
        ({"cases": iter(range(3))}, "cases = <range_iterator .* is outside its domain"),
        ({"cases": {1, 2}}, r"cases = \{1, 2\} is outside its domain"),
        ({"statement": 3}, "statement = 3 is outside its domain"),
        ({"proof": 3}, "proof = 3 is outside its domain"),
        ({"corrected": 3}, "corrected = 3 is outside its domain"),
        ({"resolution": math.nan}, "resolution = nan is outside its domain"),
    ],
)
def test_claims_that_are_none(parameters: dict[str, Any], complaint: str) -> None:
    given = {"statement": "a sentence", "cases": range(3), "margin": lambda n: n, **parameters}
    with pytest.raises(ValueError, match=complaint):
        ct.Claim(**given)


@pytest.mark.parametrize("parameters", [{"budget": 0}, {"runs": 0}, {"alpha": 0.0}, {"alpha": 1.0}, {"budget": 1.5}])
def test_budgets_that_are_none(parameters: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="is outside its domain"):
        claim(lambda n: n).check(**parameters)


def test_a_proof_without_steps_is_an_error() -> None:
    with pytest.raises(MarginError, match=r"the proof of .* gives"):
        claim(lambda n: n, proof=list).check()
    with pytest.raises(TypeError, match="passed = 'no' is no truth value: a word"):
        ct.Check("a word", passed="no")  # type: ignore[arg-type]
    assert ct.Check("sympy's word", passed=sympy.true).passed is True


def test_truth_values_of_sympy_become_plain_ones() -> None:
    verdict = claim(lambda n: n, proof=lambda: [ct.Check("1 = 1", passed=sympy.true)]).check()
    assert verdict.proof[0].passed is True
    assert json.loads(json.dumps(verdict.to_dict()))["status"] == "PROVED"


ROOTS = sympy.sqrt(2) + sympy.sqrt(3) - sympy.sqrt(5 + 2 * sympy.sqrt(6))  # is 0; sympy takes it to be positive


@pytest.mark.parametrize("value", [ROOTS, -ROOTS])
def test_a_zero_that_does_not_look_like_one(value: sympy.Expr) -> None:
    assert claim(lambda n: value, complete=True).check().status == "REFUTED"
    assert claim(lambda n: value, complete=True, boundary="holds").check().status == "PROVED"


def test_a_float_inside_of_an_expression_is_no_exact_number() -> None:
    verdict = claim(lambda n: sympy.sqrt(2) * sympy.Float(0.1), complete=True).check()
    assert verdict.status == "HOLDS"
    assert verdict.smallest is not None
    assert verdict.smallest.exactness == "exact up to rounding"


def test_cases_that_read_alike_are_looked_at_one_by_one() -> None:
    long = np.zeros(5000)
    other = long.copy()
    other[2500] = 1
    verdict = claim(lambda values: 1 - int(values.sum()), [long, other], complete=True).check()
    assert (verdict.status, verdict.cases) == ("REFUTED", 2)


def test_seeds_do_not_hang_on_addresses() -> None:
    def margin(case: Any) -> ct.SimulatedMargin:
        return ct.SimulatedMargin(lambda count, seed: np.random.default_rng(seed).random(count), 0, 1)

    kept = [object() for _ in range(3)]
    assert len({claim(margin, [case]).check().smallest.value for case in kept}) == 1  # type: ignore[union-attr]


def test_equal_cases_have_one_hash() -> None:
    assert {ct.Case(n=3, ddof=2), ct.Case(ddof=2, n=3)} == {ct.Case(n=3, ddof=2)}


def test_a_domain_that_goes_on_behind_the_budget_is_not_proved() -> None:
    assert claim(lambda n: 1, [1, 2, None], complete=True).check(budget=2).status == "HOLDS"


@pytest.mark.parametrize(("value", "word"), [(Fraction(1, 10**400), "positive"), (Fraction(-1, 10**400), "negative")])
def test_a_margin_nearer_to_0_than_any_float_keeps_its_sign(value: Fraction, word: str) -> None:
    assert f"margin {word}, nearer to 0 than any float" in claim(lambda n: value).check().evidence


def test_a_sentence_without_a_margin() -> None:
    with pytest.raises(ct.NotDefined, match="“It is what it is” is not a mathematical claim: no quantity"):
        ct.NotAClaim("It is what it is", reason="no quantity").check()


def test_the_counterexample_is_code_that_runs() -> None:
    mine = claim(lambda r: r.variance.mean(3) - r.variance.mean(0), ct.strategies.recursions(families=ct.Gaussian))
    verdict = mine.check()
    assert verdict.counterexample is not None
    names: dict[str, Any] = {"claim": mine}
    exec(verdict.code, names)
    assert mine.margin(names["case"]) == verdict.counterexample.margin


class TestSimulated:
    @staticmethod
    def narrower(above: float, sizes: Any = (5,)) -> ct.Claim:
        """The variance at generation 20 is below the source's with more than this chance."""

        def margin(n: int) -> ct.SimulatedMargin:
            recursion = ct.Recursion(ct.Gaussian(), ct.Replace(), sample_size=n)
            return ct.SimulatedMargin.chance(
                recursion, 20, lambda runs: recursion.variance.values(runs)[:, -1] < 1, above=above
            )

        return claim(margin, sizes)

    def test_against_the_exact_law(self) -> None:
        """The exact chance at n = 5 decides both; the wrong twin lies 5 % above it."""
        recursion = ct.Recursion(ct.Gaussian(), ct.Replace(), sample_size=5)
        exact = float(recursion.variance.distribution(20).cdf(1.0))
        assert self.narrower(exact - 0.05).check().status == "HOLDS"
        refuted = self.narrower(exact + 0.03).check()
        assert (refuted.status, refuted.kind) == ("REFUTED", "statistical at level 1e-06")
        assert refuted.counterexample is not None
        assert refuted.counterexample.bet is not None
        low, high = refuted.counterexample.bet.interval
        assert low <= -0.03 <= high

    def test_a_margin_too_near_to_0_is_undecided(self) -> None:
        recursion = ct.Recursion(ct.Gaussian(), ct.Replace(), sample_size=5)
        exact = float(recursion.variance.distribution(20).cdf(1.0))
        verdict = self.narrower(exact).check(runs=5000)
        assert verdict.status == "UNDECIDED"
        assert "the budget of 5000 runs does not tell it from 0" in verdict.reason

    def test_each_case_spends_a_part_of_alpha_and_all_repeat(self) -> None:
        mine = self.narrower(0.6, range(3, 8))
        one, other = mine.check(rng=5), mine.check(rng=5)
        assert str(one) == str(other)
        assert one.status == "HOLDS"
        assert str(mine.check(rng=6)) != str(one)

    def test_a_simulated_margin_that_raises(self) -> None:
        broken = ct.SimulatedMargin(lambda count, rng: np.full(count, np.nan), -1, 1)
        with pytest.raises(MarginError, match="the simulated margin of 1 raised MarginError: an observation is NaN"):
            claim(lambda n: broken).check()


def test_renders_in_a_notebook_and_escapes() -> None:
    verdict = replace(claim(lambda n: 3 - n), statement="a < b").check()
    assert "a &lt; b" in verdict._repr_html_()
    assert "REFUTED" in verdict._repr_html_()
    assert "a &lt; b" in replace(claim(lambda n: n), statement="a < b")._repr_html_()


def test_another_verdict_than_expected_is_told() -> None:
    verdict = claim(lambda n: n, expected="REFUTED").check()
    assert not verdict.as_expected
    assert "HOLDS  but REFUTED was expected" in str(verdict)
    assert claim(lambda n: n).check().as_expected
