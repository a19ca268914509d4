"""D20: mixing in real data buys time, no more."""

from fractions import Fraction

import collapse_theory as ct


def margin(case: ct.Case) -> Fraction:
    """One hundredth, less the expected variance in the end in units of the source's; exact."""
    from collapse_theory.tableau.moments import exact_step_map, variance_at_rest

    recursion = ct.Recursion(ct.Gaussian(ddof=0), ct.Fresh(real=case.real), sample_size=case.n)
    return Fraction(1, 100) - Fraction(variance_at_rest(exact_step_map(recursion.tableau, 0)))


def windowed(case: ct.Case) -> float:
    """One hundredth, less the expected variance that a window leaves after 2 n (w+1)² generations."""
    variance = ct.Recursion(ct.Gaussian(ddof=0), ct.Window(case.w), sample_size=case.n).variance.mean
    return 0.01 - float(variance(2 * case.n * (case.w + 1) ** 2))


claim = ct.Claim(
    "Mixing in real data only slows collapse",
    ct.Cases(n=range(2, 20), real=range(1, 10)).where(lambda case: case.real < case.n),
    margin,
    expected="REFUTED",
    number="D20",
    said="course notes",
    statistic="mean",
    precisely=(
        "Gaussian, r fresh real points of n in every generation, ddof = 0. In the end less than a hundredth of the "
        "source's variance is left in expectation"
    ),
    because="real points pull with the same share for ever, and the loop comes to rest; half is left at n = 2, r = 1",
    true_when="the real data are old ones, in a window that moves on",
    corrected=ct.Claim(
        "Old real data in a window only slow collapse",
        ct.Cases(n=(2, 10, 100), w=(1, 2, 3, 5)),
        windowed,
        expected="HOLDS",
        statistic="mean",
        precisely="Gaussian, the newest w generations, ddof = 0; a hundredth, less the share left at t = 2n(w+1)².",
        because="from generation w + 1 on nothing real is in the window (D6)",
    ),
)
