"""B5: more synthetic data stop helping."""

import math

import collapse_theory as ct


def learner(exponent: float) -> ct.Categorical:
    """A source of 10 000 types by Zipf's law; a learner that memorises errs on the types that it has not seen."""
    return ct.Categorical.zipf(10_000, exponent)


def of_synthetic(case: ct.Case, size: int) -> float:
    """Expected error after `size` points from a model that was fitted to `case.real` real ones."""
    sizes = ct.schedules.custom(lambda t: case.real if t == 1 else size)
    return float(ct.Recursion(learner(case.exponent), ct.Replace(), sample_size=sizes).lost_mass.mean(2))


def of_real(case: ct.Case, size: int) -> float:
    """Expected error after `size` real points."""
    return float(ct.Recursion(learner(case.exponent), ct.Replace(), sample_size=size).lost_mass.mean(1))


def margin(case: ct.Case) -> float:
    """A tenth of the fall of the log error from four times as many real points, less that from synthetic ones."""
    few, many = 10 * case.real, 40 * case.real
    real = math.log(of_real(case, few) / of_real(case, many))
    return real / 10 - math.log(of_synthetic(case, few) / of_synthetic(case, many))


claim = ct.Claim(
    "The scaling law in the size of the data turns into a plateau",
    ct.Cases(real=(20, 50), exponent=(1.2, 1.5, 2.0)),
    margin,
    expected="HOLDS",
    number="B5",
    said="Dohmatob et al., A Tale of Tails, 2024",
    statistic="mean",
    precisely=(
        "A learner that memorises, 10 000 types by Zipf's law, a model fitted to T₀ real points. From 10 T₀ to 40 T₀ "
        "synthetic points the logarithm of the expected error falls by less than a tenth of what as many real points "
        "gain, near (1 - 1/s) log 4; the error stops at that of T₀ real points"
    ),
    because="synthetic points can only repeat types that the T₀ real ones had: Σ p (1-p)^T₀ is missing for ever",
)
