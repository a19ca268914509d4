"""Time of the catalogue of claims: all exact ones, 300 cases of one, and what else is simulated."""

from __future__ import annotations

import time

import collapse_theory as ct

MOST, MOST_OF_300 = 60.0, 1.0
"""Seconds allowed on two cores: for all exact claims, and for 300 exact cases after a warm-up."""


def seconds_of(claim: ct.Claim) -> tuple[float, ct.Verdict]:
    began = time.perf_counter()
    verdict = claim.check()
    return time.perf_counter() - began, verdict


def main() -> None:
    exact, simulated, slowest, unexpected = 0.0, 0.0, (0.0, ""), []
    claims = [claim for claim in ct.claims.named().values() if isinstance(claim, ct.Claim)]
    for claim in claims:
        spent, verdict = seconds_of(claim)
        if verdict.alpha is None:
            exact += spent
            slowest = max(slowest, (spent, claim.name))
        else:
            simulated += spent
        if not verdict.as_expected:
            unexpected.append(claim.name)
    print(f"{len(claims)} claims, unexpected verdicts: {', '.join(unexpected) or 'none'}")
    print(f"exact claims: {exact:.1f} s (asked: at most {MOST:g} s); slowest {slowest[0]:.1f} s: {slowest[1]}")
    print(f"simulated claims: {simulated:.1f} s")

    rates = ct.Claim(
        "The typical run shrinks",
        ct.Cases(n=range(2, 1000), ddof=(0, 1)),
        lambda case: -ct.Recursion(ct.Gaussian(ddof=case.ddof), ct.Replace(), sample_size=case.n).variance.growth_rate,
    )
    rates.check(budget=10)
    spent, verdict = seconds_of(rates)
    print(f"{verdict.cases} exact cases: {spent:.2f} s (asked: at most {MOST_OF_300:g} s)")


if __name__ == "__main__":
    main()
