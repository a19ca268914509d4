"""H9: nobody deletes the internet."""

from typing import Any

import collapse_theory as ct

PILE = ct.Recursion(ct.Gaussian(ddof=0), ct.Accumulate(), sample_size=100)
BITES = (
    ct.Recursion(ct.Gaussian(ddof=0), ct.Accumulate(), sample_size=2),  # few points at a time
    ct.Recursion(ct.Gaussian(ddof=0), ct.Window(3), sample_size=100),  # old data go out of use
    ct.Recursion(ct.Gaussian(ddof=0), ct.Accumulate(), sample_size=100, sampling=ct.Temperature(0.9)),  # cool decoding
)


def margin(case: ct.Case) -> float:
    """Share of the source's variance at generation 10 000, less one half."""
    variance = case.loop.variance.mean if case.loop.sampling.honest else case.loop.variance.population
    return float(variance(10_000) / case.loop.family.spread) - 0.5


def proof() -> list[ct.Check]:
    """For every n ≥ 4, x = π/√n is below 1.6, and there sin x/x > 3/5."""

    def surplus(x: Any) -> Any:
        return 5 * x.sinc() - 3

    def room(x: Any) -> Any:
        return x - 5 * x.pi() / 2

    return [
        ct.positive_on(surplus, (0, 1.6), what="sin x/x > 3/5 on [0, 1.6]"),
        ct.positive_on(room, (8, 8), what="π/2 < 8/5"),
    ]


claim = ct.Claim(
    "In practice data accumulate, so collapse is no issue",
    ct.Cases(loop=(PILE, *BITES)),
    margin,
    expected="REFUTED",
    number="H9",
    said="forum threads",
    statistic="mean",
    precisely=(
        "Gaussian, ddof = 0. A pile of everything ever drawn, 100 points at a time; then three ways in which practice "
        "differs. At generation 10 000 at least half of the variance is left: its mean, or that of large samples."
    ),
    because=(
        "two points at a time keep 36 %; of a window of three nothing stays; and a temperature of 0.9 makes the pile's "
        "variance fall like t^-0.1, however large samples are"
    ),
    true_when="everything is kept, with equal weights, draws are honest and at least four points come at a time",
    corrected=ct.Claim(
        "An honest pile that grows by four points or more at a time keeps three fifths of the variance for ever",
        ct.Cases(loop=[ct.Recursion(ct.Gaussian(ddof=0), ct.Accumulate(), sample_size=n) for n in (4, 5, 10, 100)]),
        margin,
        proof=proof,
        expected="PROVED",
        statistic="mean",
        precisely="The mean variance falls to the limit σ₀² sin x/x with x = π/√n.",
        because="losses 1/(n t²) add up to a finite number",
    ),
)
