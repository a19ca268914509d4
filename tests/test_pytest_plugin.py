"""The plug-in for pytest, run by pytest in processes of their own.

Sessions within this process would forget the modules that they import, and numba cannot be imported twice.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[1] / "docs" / "property_based_tests.md"

pytest_plugins = "pytester"

GOOD_AND_BAD = """
    import pytest
    import collapse_theory as ct

    def claim(bound):
        return ct.Claim("a count stays small", range(1, 50), lambda n: bound - n)

    def test_good(assert_claim):
        assert assert_claim(claim(60)).status == "HOLDS"

    def test_bad(assert_claim):
        assert_claim(claim(7))

    def test_refuted(assert_claim):
        assert_claim(claim(7), "REFUTED")

    def test_known(assert_claim):
        assert_claim(ct.claims.bessel_correction_prevents_collapse)
"""


def test_a_failure_shows_the_counterexample(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(GOOD_AND_BAD)
    result = pytester.runpytest_subprocess("-p", "no:cacheprovider")
    result.assert_outcomes(passed=3, failed=1)
    result.stdout.fnmatch_lines(
        [
            "*test_a_failure_shows_the_counterexample.py:11",
            "the claim was asserted to be PROVED or HOLDS:",
            "REFUTED",
            "claim * a count stays small",
            "evidence * 7: margin 0 (first in the order of size, exact, 7 cases looked at)",
            "*case = 7",
            "*# margin 0",
            "*claim.margin(case)",
        ]
    )
    result.stdout.no_fnmatch_line("*assertion.py*")


def test_workers_and_order_change_nothing(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(GOOD_AND_BAD)
    pytester.runpytest_subprocess("-p", "no:cacheprovider", "-n", "2").assert_outcomes(passed=3, failed=1)


SHARES = """
    import pytest
    import collapse_theory as ct

    def claim():
        return ct.Claim("heads come often", [1], lambda n: ct.SimulatedMargin(
            lambda count, seed: __import__("numpy").random.default_rng(seed).random(count) - 0.1, -0.1, 0.9))

    @pytest.mark.parametrize("i", range(4))
    def test_one(i, assert_claim):
        assert assert_claim(claim()).alpha == 1e-2 / 5

    @pytest.mark.collapse_claims(2)
    def test_two(assert_claim):
        assert assert_claim(claim()).alpha == 1e-2 / 5 / 2
        assert_claim(claim())

    def test_without():
        pass
"""


@pytest.mark.parametrize("workers", ["0", "2"])
def test_the_tests_of_a_session_share_one_false_alarm_rate(pytester: pytest.Pytester, workers: str) -> None:
    pytester.makeini("[pytest]\ncollapse_alpha = 1e-2\n")
    pytester.makepyfile(SHARES)
    pytester.runpytest_subprocess("-p", "no:cacheprovider", "-n", workers, "--strict-markers").assert_outcomes(passed=6)


def test_more_claims_than_marked_are_an_error(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import collapse_theory as ct

        def test_two(assert_claim):
            for bound in (60, 70):
                assert_claim(ct.Claim("a count stays small", range(1, 50), lambda n: bound - n))
        """
    )
    result = pytester.runpytest_subprocess("-p", "no:cacheprovider")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*asserts more than 1 claims: mark it @pytest.mark.collapse_claims(n)*"])


def test_a_rate_that_is_none(pytester: pytest.Pytester) -> None:
    pytester.makeini("[pytest]\ncollapse_alpha = often\n")
    pytester.makepyfile("def test_it(assert_claim): pass")
    result = pytester.runpytest_subprocess("-p", "no:cacheprovider")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*collapse_alpha = 'often' is outside its domain: a real number in (0, 1)*"])


def test_the_fixture_wants_a_claim(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import pytest
        import collapse_theory as ct

        @pytest.mark.collapse_claims(3)
        def test_it(assert_claim):
            for wrong in (3, ct.claims.model_collapse_is_a_solved_problem):
                with pytest.raises(ValueError, match="is outside its domain: a ct.Claim"):
                    assert_claim(wrong)
            with pytest.raises(ValueError, match="expected = 'TRUE' is outside its domain"):
                assert_claim(ct.claims.bessel_correction_prevents_collapse, "TRUE")
        """
    )
    pytester.runpytest_subprocess("-p", "no:cacheprovider").assert_outcomes(passed=1)


def test_the_plug_in_imports_nothing_heavy() -> None:
    program = (
        "import sys, pytest, collapse_theory.pytest_plugin; "
        "heavy = {'numpy', 'scipy', 'sympy', 'numba', 'hypothesis', 'matplotlib'} & set(sys.modules); "
        "assert not heavy, heavy"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


@pytest.mark.skipif(not PAGE.exists(), reason="needs a checkout")
def test_the_files_of_the_documentation_pass(pytester: pytest.Pytester) -> None:
    files = re.findall(
        r"^```python\n# (\S+)\.py\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE
    )
    pytester.makepyfile(**dict(files))
    configuration = re.search(r"^```ini\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
    assert configuration is not None
    pytester.makeini(configuration[1])
    pytester.runpytest_subprocess("-p", "no:cacheprovider").assert_outcomes(passed=4)


def test_a_marker_that_says_no_number(pytester: pytest.Pytester) -> None:
    markers = ("", "(0)", "('two')", "(1, 2)", "(m=2)", "(True)")
    tests = (f"@mark{marker}\ndef test_{i}(assert_claim): pass\n" for i, marker in enumerate(markers))
    pytester.makepyfile("import pytest\n\nmark = pytest.mark.collapse_claims\n" + "".join(tests))
    result = pytester.runpytest_subprocess("-p", "no:cacheprovider")
    result.assert_outcomes(errors=6)
    result.stdout.fnmatch_lines(["*UsageError: collapse_claims(*) is outside its domain*"])
