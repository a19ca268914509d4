"""Verdicts shown: in a sentence, as code, for a terminal, for a notebook, as plain data."""

from __future__ import annotations

import math
from html import escape
from typing import TYPE_CHECKING, Any

from collapse_theory.plain_text import counted, plain_text

if TYPE_CHECKING:
    from rich.table import Table

    from collapse_theory.judgement.claim import Claim
    from collapse_theory.judgement.verdict import Verdict, Witness

STYLES = {"PROVED": "bold green", "HOLDS": "green", "REFUTED": "bold red", "UNDECIDED": "bold yellow"}
COLOURS = {"PROVED": "#1b7f3b", "HOLDS": "#1b7f3b", "REFUTED": "#b00020", "UNDECIDED": "#8a6d00"}


def evidence(verdict: Verdict) -> str:
    """What a verdict rests on, in a sentence or two."""
    looked = counted(verdict.cases, "case")
    if verdict.counterexample is not None:
        where = f"{verdict.order}, " if verdict.order else ""
        return f"{verdict.counterexample} ({where}{verdict.kind}, {looked} looked at)"
    seen = "" if verdict.smallest is None else f"; smallest of {looked} at {verdict.smallest}"
    if verdict.status == "PROVED":
        return (verdict.reason or f"{counted(len(verdict.proof), 'step')} of proof ran") + seen
    if verdict.status == "UNDECIDED":
        return verdict.reason
    level = "" if verdict.alpha is None else f", each at a level that adds up to {verdict.alpha:g}"
    return f"no counterexample in {looked}{level}" + (
        "" if verdict.smallest is None else f"; smallest at {verdict.smallest}"
    )


def code(verdict: Verdict) -> str:
    """The counterexample, or else the smallest margin, as Python code."""
    witness = verdict.counterexample or verdict.smallest
    if witness is None:
        return ""
    claim = f"ct.claims.{verdict.claim.name}" if verdict.claim.name else "claim"
    simulated = "simulated: " if witness.bet is not None else ""
    return (
        f"import collapse_theory as ct\n\ncase = {witness.case!r}\n# margin {simulated}{witness.in_words}\n"
        f"{claim}.margin(case)"
    )


def rows(verdict: Verdict) -> list[tuple[str, str]]:
    """What is told about a verdict, with its headings."""
    claim = verdict.claim
    told = [
        ("claim", claim.statement),
        ("said by", claim.said),
        ("precisely", claim.precisely),
        ("statistic", claim.statistic),
        ("evidence", evidence(verdict)),
        *(("proof" if i == 0 else "", f"{_mark(step.passed)} {step.claim}") for i, step in enumerate(verdict.proof)),
        ("because", claim.because),
        ("true when", claim.true_when),
    ]
    return [(name, text) for name, text in told if text]


def _mark(passed: bool) -> str:  # noqa: FBT001 (one truth value, in one place)
    return "✓" if passed else "✗"


def table(verdict: Verdict) -> Table:
    """The verdict for a terminal."""
    from rich.table import Table
    from rich.text import Text

    head = Text(verdict.status, style=STYLES[verdict.status])
    if not verdict.as_expected:
        head.append(f"  but {verdict.claim.expected} was expected", style="bold red")
    if verdict.claim.number:
        head.append(f"  {verdict.claim.number}", style="default")
    found = Table(title=head, title_justify="left", box=None, show_header=False, pad_edge=False, title_style="default")
    found.add_column(style="dim", no_wrap=True)
    found.add_column(overflow="fold")
    for name, text in rows(verdict):
        found.add_row(name, Text(text))
    if verdict.counterexample is not None:
        found.add_row("code", Text(code(verdict)))
    return found


def as_text(verdict: Verdict, width: int) -> str:
    """The verdict as plain text of a width in characters."""
    return plain_text(table(verdict), width)


def as_html(verdict: Verdict) -> str:
    """The verdict for a notebook."""
    colour = COLOURS[verdict.status]
    unexpected = "" if verdict.as_expected else f" but {verdict.claim.expected} was expected"
    lines = "".join(_row(name, escape(text)) for name, text in rows(verdict))
    if verdict.counterexample is not None:
        lines += _row("code", f"<pre style='margin:0'>{escape(code(verdict))}</pre>")
    return f"<div><b style='color:{colour}'>{verdict.status}</b>{unexpected}<table>{lines}</table></div>"


def claim_as_html(claim: Claim) -> str:
    """A claim that was not checked, for a notebook."""
    told = [
        ("claim", claim.statement),
        ("said by", claim.said),
        ("precisely", claim.precisely),
        ("statistic", claim.statistic),
        ("verdict", f"{claim.expected or 'not known'}, by {claim.name or 'claim'}.check()"),
    ]
    return f"<div><table>{''.join(_row(name, escape(text)) for name, text in told if text)}</table></div>"


def _row(name: str, cell: str) -> str:
    left = "style='text-align:left;vertical-align:top'"
    return f"<tr><td {left}><i>{name}</i></td><td {left}>{cell}</td></tr>"


def as_dict(verdict: Verdict) -> dict[str, Any]:
    """The verdict as plain values for strict JSON."""
    claim = verdict.claim
    return {
        "name": claim.name,
        "number": claim.number,
        "statement": claim.statement,
        "said": claim.said,
        "statistic": claim.statistic,
        "status": verdict.status,
        "expected": claim.expected,
        "as_expected": verdict.as_expected,
        "kind": verdict.kind,
        "order": verdict.order,
        "cases": verdict.cases,
        "alpha": verdict.alpha,
        "reason": verdict.reason,
        "proof": [{"what": step.claim, "passed": step.passed} for step in verdict.proof],
        "smallest": _witness(verdict.smallest),
        "counterexample": _witness(verdict.counterexample),
        "code": code(verdict),
        "because": claim.because,
        "true_when": claim.true_when,
    }


def _witness(witness: Witness | None) -> dict[str, Any] | None:
    if witness is None:
        return None
    bet = witness.bet
    return {
        "case": repr(witness.case),
        "margin": _plain(witness.value),
        "in_words": witness.in_words,
        "exactness": witness.exactness,
        "interval": None if bet is None else [_plain(end) for end in bet.interval],
        "runs": None if bet is None else bet.runs,
    }


def _plain(value: float) -> float | str:
    return value if math.isfinite(value) else ("Infinity" if value > 0 else "-Infinity")
