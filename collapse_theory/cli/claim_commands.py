"""The commands about claims: the catalogue, and verdicts on it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from collapse_theory.cli.common_options import json_option, wide, write

UNEXPECTED = 1


@click.command(short_help="List the claims of the catalogue, with what is known of each.")
@click.option("--subject", metavar="S", help="Only this subject, such as variance or tails.")
@json_option
def claims(subject: str | None, json_file: Path | None) -> None:
    """List the claims of the catalogue, by subject, with what is known of each.

    PROVED: a proof ran. HOLDS: no counterexample is known. REFUTED: there is one. Sentences to which no margin can be
    given are listed with the reason.
    """
    from rich.console import Console

    from collapse_theory.claims import table

    listing = table(subject=subject)
    Console(width=wide()).print(listing.table())
    write(listing, None, json_file)


@click.command(short_help="Check one claim, or all: proof, counterexample, or neither.")
@click.argument("name", metavar="NAME|NUMBER|all")
@click.option("--budget", metavar="N", type=click.IntRange(min=1), help="Cases to look at.  [default: 300]")
@click.option("--runs", metavar="R", type=click.IntRange(min=1), help="Runs for a simulated case.  [default: 200000]")
@click.option("--alpha", metavar="A", type=float, help="Probability of a wrong word, at most.  [default: 1e-06]")
@click.option("--seed", metavar="S", type=click.IntRange(min=0), help="Seed of simulated cases; each claim's own.")
@json_option
def check(name: str, seed: int | None, json_file: Path | None, **budget: Any) -> int:
    """Check one claim of the catalogue, by its name or its number, or all of them.

    Where a claim is true under a condition, the claim with the condition is checked, too. Exit status 1 if a verdict
    is another than the expected one.
    """
    from rich.console import Console

    from collapse_theory import claims as catalogue
    from collapse_theory.judgement import NotAClaim

    given = {option: value for option, value in budget.items() if value is not None}
    names = None if name == "all" else [name]
    if names is not None and isinstance(claim := catalogue.find(name), NotAClaim):
        raise ValueError(f"“{claim.statement}” is not a mathematical claim: {claim.reason}")
    verdicts = catalogue.check(names, progress=sys.stderr.isatty() and names is None, rng=seed, **given)
    console = Console(width=wide())
    if names is None:
        console.print(catalogue.table(verdicts=verdicts).table())
    for verdict in verdicts.values():
        if names is not None or not verdict.as_expected:
            console.print(verdict.table(), "")
    unexpected = [verdict.claim.name for verdict in verdicts.values() if not verdict.as_expected]
    if names is None:
        console.print(f"{len(verdicts)} claims checked, {len(unexpected) or 'none'} other than expected")
    write(_Verdicts(verdicts), None, json_file)
    return UNEXPECTED if unexpected else 0


class _Verdicts:
    """Verdicts as one document."""

    def __init__(self, verdicts: dict[str, Any]) -> None:
        self.verdicts = verdicts

    def to_dict(self) -> dict[str, Any]:
        """The verdicts, in the order of the catalogue."""
        return {"verdicts": [verdict.to_dict() for verdict in self.verdicts.values()]}
