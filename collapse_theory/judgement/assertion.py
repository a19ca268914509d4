"""Claims as assertions of a test: an error whose text is the verdict."""

from __future__ import annotations

from typing import Any

from collapse_theory.judgement.claim import STATUSES, Claim, NotAClaim, Status
from collapse_theory.judgement.verdict import Verdict

GOOD: tuple[Status, ...] = ("PROVED", "HOLDS")


class ClaimFailed(AssertionError):
    """A verdict other than the one that was asserted; its text is the verdict."""

    def __init__(self, verdict: Verdict, wanted: tuple[Status, ...]) -> None:
        super().__init__(f"the claim was asserted to be {' or '.join(wanted)}:\n{verdict}")
        self.verdict = verdict


def assert_claim(claim: Claim, expected: Status | None = None, **budget: Any) -> Verdict:
    """Verdict on a claim that is asserted.

    Parameters
    ----------
    claim : Claim
        What is asserted.
    expected : {"PROVED", "HOLDS", "REFUTED", "UNDECIDED"}, optional
        The verdict that is asserted; that of the catalogue, where the claim has one, else PROVED or HOLDS.
    **budget
        ``budget``, ``runs``, ``alpha`` and ``rng`` of :meth:`Claim.check`.

    Raises
    ------
    ClaimFailed
        An AssertionError whose text holds evidence and counterexample.
    MarginError
        When the margin of a case raises, or is no number.
    """
    if not isinstance(claim, Claim):
        what = f"“{claim.statement}”, no mathematical claim" if isinstance(claim, NotAClaim) else repr(claim)
        raise ValueError(f"claim = {what} is outside its domain: a ct.Claim")
    if expected not in (*STATUSES, None):
        raise ValueError(f"expected = {expected!r} is outside its domain: one of {', '.join(STATUSES)}")
    named = expected or claim.expected
    wanted = GOOD if named is None else (named,)
    verdict = claim.check(**budget)
    if verdict.status not in wanted:
        raise ClaimFailed(verdict, wanted)
    return verdict
