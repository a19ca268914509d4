"""False alarms of statistical verdicts on margins of 0, and the simulated claims under fresh seeds."""

from __future__ import annotations

import argparse
import secrets

import numpy as np
from scipy.stats import beta

import collapse_theory as ct

RUNS, SPENT = 4096, 20_000
"""Runs for each margin of 0, and for each case of the catalogue."""


def null_margin(n: int) -> ct.SimulatedMargin:
    """The median of an exact law, so that the margin is 0: the chance to be below it, less one half."""
    recursion = ct.Recursion(ct.Gaussian(), ct.Replace(), sample_size=n)
    median = recursion.variance.median(5)
    return ct.SimulatedMargin.chance(
        recursion, 5, lambda runs: recursion.variance.values(runs)[:, -1] < median, above=0.5
    )


def false_alarms(repetitions: int, alpha: float, seed: int) -> None:
    claim = ct.Claim("A margin of exactly 0", [4, 12], null_margin)
    seeds = np.random.SeedSequence(seed).generate_state(repetitions, np.uint64)
    wrong = sum(claim.check(runs=RUNS, alpha=alpha, rng=int(one)).status != "UNDECIDED" for one in seeds)
    low = beta.ppf(0.005, wrong, repetitions - wrong + 1) if wrong else 0.0
    high = beta.ppf(0.995, wrong + 1, repetitions - wrong)
    print(
        f"false alarms: {wrong} of {repetitions}, rate {wrong / repetitions:.4f} in [{low:.4f}, {high:.4f}] at 99 % "
        f"(asked: at most alpha = {alpha:g})"
    )


def power(repetitions: int, alpha: float, seed: int) -> None:
    recursion = ct.Recursion(ct.Gaussian(), ct.Replace(), sample_size=4)
    wrong_median = recursion.variance.quantile(0.45)(5)
    twin = ct.Claim(
        "The wrong twin: the median is where 45 % of the runs are below",
        [4],
        lambda n: ct.SimulatedMargin.chance(
            recursion, 5, lambda runs: recursion.variance.values(runs)[:, -1] < wrong_median, above=0.5
        ),
    )
    seeds = np.random.SeedSequence(seed).generate_state(repetitions, np.uint64)
    caught = sum(twin.check(runs=RUNS, alpha=alpha, rng=int(one)).status == "REFUTED" for one in seeds)
    print(f"wrong twin caught: {caught} of {repetitions}")


def fresh_seeds(repetitions: int, seed: int) -> None:
    claims = {name: claim for name, claim in ct.claims.named().items() if isinstance(claim, ct.Claim)}
    simulated = [name for name, claim in claims.items() if claim.check().alpha is not None]
    failed = 0
    for one in np.random.SeedSequence(seed).generate_state(repetitions, np.uint64):
        verdicts = ct.claims.check(simulated, rng=int(one), runs=SPENT)
        failed += sum(not verdict.as_expected for verdict in verdicts.values())
    print(f"{len(simulated)} simulated claims under {repetitions} fresh seeds: {failed} other than expected")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repetitions", type=int, default=2000)
    parser.add_argument("--alpha", type=float, default=0.05)
    parser.add_argument("--seeds", type=int, default=50)
    parser.add_argument("--seed", type=int, default=secrets.randbits(32))
    given = parser.parse_args()
    print(f"seed {given.seed}")
    false_alarms(given.repetitions, given.alpha, given.seed)
    power(200, given.alpha, given.seed)
    fresh_seeds(given.seeds, given.seed)


if __name__ == "__main__":
    main()
