"""Judgement: how a claim gets its verdict, by proof, by search among exact margins, or by betting on simulated ones."""

from collapse_theory.judgement.assertion import ClaimFailed, assert_claim
from collapse_theory.judgement.betting import Bet, bet
from collapse_theory.judgement.cases import Case, Cases
from collapse_theory.judgement.claim import Claim, NotAClaim
from collapse_theory.judgement.rigorous import digamma_less_log, positive_beyond, positive_on
from collapse_theory.judgement.simulated import SimulatedMargin
from collapse_theory.judgement.verdict import Verdict, Witness

__all__ = [
    "Bet",
    "Case",
    "Cases",
    "Claim",
    "ClaimFailed",
    "NotAClaim",
    "SimulatedMargin",
    "Verdict",
    "Witness",
    "assert_claim",
    "bet",
    "digamma_less_log",
    "positive_beyond",
    "positive_on",
]
