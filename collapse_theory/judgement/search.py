"""The search for a counterexample: finite domains in their order, then Hypothesis, which shrinks what it finds."""

from __future__ import annotations

import hashlib
import math
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from threading import RLock
from typing import Any

import numpy as np
from hypothesis import HealthCheck, Phase, Verbosity, given, settings, target
from hypothesis.errors import Unsatisfiable, UnsatisfiedAssumption
from hypothesis.strategies import SearchStrategy

from collapse_theory.domain import COUNT, PROBABILITY
from collapse_theory.errors import MarginError
from collapse_theory.judgement.betting import bet
from collapse_theory.judgement.claim import Claim, Status
from collapse_theory.judgement.margin import as_float, number
from collapse_theory.judgement.simulated import SimulatedMargin
from collapse_theory.judgement.verdict import Order, Verdict, Witness
from collapse_theory.simulation.blocks import Seed
from collapse_theory.theorem import Check

LOCK = RLock()
LARGEST_TARGET = 1e100
"""Margins beyond this are all alike to the search."""


def verdict_on(claim: Claim, *, budget: int, runs: int, alpha: float, rng: Seed) -> Verdict:
    """Verdict on a claim; the public door is :meth:`Claim.check`."""
    COUNT.check("budget", budget)
    COUNT.check("runs", runs)
    PROBABILITY.check("alpha", alpha)
    steps = _proved(claim)
    looked = _Looked(claim, runs, alpha, _entropy(claim, rng))
    counterexample, order, exhausted = _search(claim, looked, budget)
    proved = bool(steps) and all(step.passed for step in steps)
    if counterexample is not None and proved:
        raise ArithmeticError(f"the proof of {claim!r} came out, and yet {counterexample} refutes it")

    def verdict(status: Status, reason: str = "") -> Verdict:
        alpha_spent = alpha if looked.simulated else None
        return Verdict(
            claim, status, len(looked.seen), steps, looked.smallest, counterexample, order, alpha_spent, reason
        )

    if counterexample is not None:
        return verdict("REFUTED")
    if proved:
        return verdict("PROVED")
    failed = next((step for step in steps if not step.passed), None)
    if failed is not None:
        return verdict("UNDECIDED", f"a step of the proof failed: {failed.claim}")
    if looked.unresolved:
        return verdict("UNDECIDED", looked.unresolved)
    if not looked.seen:
        return verdict("UNDECIDED", "no case was found to look at")
    if claim.complete and exhausted and looked.exact:
        return verdict("PROVED", f"all {len(looked.seen)} cases were enumerated exactly")
    return verdict("HOLDS")


def _proved(claim: Claim) -> tuple[Check, ...]:
    """Steps of the proof, run now; empty where there is none."""
    if claim.proof is None:
        return ()
    steps = tuple(claim.proof())
    if not steps or not all(isinstance(step, Check) for step in steps):
        raise MarginError(f"the proof of {claim!r} gives {steps!r}, not one or more steps ct.Check(what, passed)")
    return steps


def _entropy(claim: Claim, rng: Seed) -> int:
    """Seed of all simulated cases: from ``rng``, or else from the statement."""
    if rng is None:
        return _number_of(claim.statement)
    return int(np.random.default_rng(rng).integers(2**63))


def _number_of(text: str) -> int:
    """A number that follows from a text, the same in every process."""
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "little")


def _search(claim: Claim, looked: _Looked, budget: int) -> tuple[Witness | None, Order, bool]:
    """Counterexample, the sense in which it is the smallest, and whether a finite domain was run through."""
    exhausted, further = False, claim.then
    if isinstance(claim.cases, SearchStrategy):
        further = claim.cases
    else:
        cases = iter(claim.cases)
        for place, case in enumerate(islice(cases, budget)):
            witness = looked.at(case, place)
            if witness is not None and looked.refutes(witness):
                return witness, "first in the order of size", False
        exhausted = claim.complete and not any(True for _ in cases)
    if further is None:
        return None, "", exhausted
    return _hypothesis(further, looked, budget), "shrunk", False


class _Counterexample(Exception):
    """What the search throws when it finds a counterexample."""

    def __init__(self, witness: Witness) -> None:
        self.witness = witness


def _hypothesis(cases: SearchStrategy[Any], looked: _Looked, budget: int) -> Witness | None:
    """Counterexample found and shrunk by Hypothesis, or None."""

    @settings(
        max_examples=budget,
        derandomize=True,
        database=None,
        deadline=None,
        phases=(Phase.explicit, Phase.generate, Phase.target, Phase.shrink),
        suppress_health_check=list(HealthCheck),
        verbosity=Verbosity.quiet,
        report_multiple_bugs=False,
        print_blob=False,
    )
    @given(cases)
    def look(case: Any) -> None:
        witness = looked.at(case)
        if witness is None:
            raise UnsatisfiedAssumption
        if looked.refutes(witness):
            raise _Counterexample(witness)
        if math.isfinite(witness.value):
            target(-min(max(witness.value, -LARGEST_TARGET), LARGEST_TARGET))

    try:
        with _no_constants_of_other_modules():
            look()
    except _Counterexample as found:
        return found.witness
    except Unsatisfiable:
        return None
    return None


@contextmanager
def _no_constants_of_other_modules() -> Iterator[None]:
    """A search that does not depend on what else is loaded.

    Hypothesis sprinkles its draws with constants that it finds in the source of loaded modules. There is no setting
    for that; where a release does it in another way, searches differ between programs, not between runs of one.
    """
    from hypothesis.internal.conjecture import providers

    name = "_get_local_constants"
    if not hasattr(providers, name) or not hasattr(providers, "CONSTANTS_CACHE"):
        yield
        return
    with LOCK:
        usual = getattr(providers, name)
        nothing = type(usual())()
        providers.CONSTANTS_CACHE.cache.clear()
        setattr(providers, name, lambda: nothing)
        try:
            yield
        finally:
            setattr(providers, name, usual)
            providers.CONSTANTS_CACHE.cache.clear()


def _in_full(case: Any) -> str:
    """Text of a case in which arrays leave nothing out."""
    with np.printoptions(threshold=sys.maxsize, floatmode="unique"):
        return repr(case)


class _Looked:
    """The cases looked at, each once: their margins, the smallest, and what stays unresolved."""

    def __init__(self, claim: Claim, runs: int, alpha: float, entropy: int) -> None:
        self.claim, self.runs, self.alpha, self.entropy = claim, runs, alpha, entropy
        self.seen: dict[str | int, Witness] = {}
        self.smallest: Witness | None = None
        self.unresolved = ""
        self.simulated = 0

    @property
    def exact(self) -> bool:
        """Whether every margin is exact, not just up to rounding."""
        return all(witness.exactness == "exact" for witness in self.seen.values())

    def at(self, case: Any, place: int | None = None) -> Witness | None:
        """The case with its margin; None where the margin assumes something that is not so.

        Cases of a finite domain are told apart by their place, drawn ones by their text.
        """
        key = _in_full(case) if place is None else place
        if key not in self.seen:
            try:
                value = self.claim.margin(case)
            except UnsatisfiedAssumption:
                return None
            except Exception as wrong:
                raise MarginError(f"the margin of {case!r} raised {type(wrong).__name__}: {wrong}") from wrong
            witness = self._simulated(case, value) if isinstance(value, SimulatedMargin) else self._exact(case, value)
            self.seen[key] = witness
            if self.smallest is None or witness.value < self.smallest.value:
                self.smallest = witness
        return self.seen[key]

    def _exact(self, case: Any, value: Any) -> Witness:
        margin, exactness = number(value, f"the margin of {case!r}")
        witness = Witness(case, margin, exactness)
        near = exactness == "exact up to rounding" and abs(margin) <= self.claim.resolution
        if near and self.claim.boundary == "fails" and not self.unresolved:
            self.unresolved = f"{witness}: within {self.claim.resolution:g} of 0, which floats do not tell apart"
        return witness

    def _simulated(self, case: Any, margin: SimulatedMargin) -> Witness:
        self.simulated += 1
        share = self.alpha / (self.simulated * (self.simulated + 1))  # over all cases, these add up to alpha
        text = re.sub(" at 0x[0-9a-f]+", "", _in_full(case))  # an address is another one in every process
        seed = np.random.SeedSequence([self.entropy, _number_of(text)])
        try:
            found = bet(margin.draw, margin.low, margin.high, alpha=share, seed=seed, most=self.runs)
        except Exception as wrong:
            raise MarginError(f"the simulated margin of {case!r} raised {type(wrong).__name__}: {wrong}") from wrong
        witness = Witness(case, found.mean, "simulated", found)
        if found.sign == 0 and not self.unresolved:
            why = (
                "a single run holds more than a tenth of the mean, which so many runs cannot see"
                if found.unseeable
                else f"the budget of {self.runs} runs does not tell it from 0"
            )
            self.unresolved = f"{witness}: {why}"
        return witness

    def refutes(self, witness: Witness) -> bool:
        """Whether a case is a counterexample."""
        if witness.bet is not None:
            return witness.bet.sign < 0
        if witness.exactness == "exact":
            return bool(witness.margin < 0 or (witness.margin == 0 and self.claim.boundary == "fails"))
        return as_float(witness.margin) < -self.claim.resolution
