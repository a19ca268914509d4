"""B3: what a generation has lost is lost for ever."""

from fractions import Fraction

import collapse_theory as ct


def margin(case: ct.Case) -> float:
    """Minus the chance that one refit gives a model of half the spread the source's tails back."""
    narrowed = ct.Recursion(ct.Gaussian(sd=0.5, ddof=case.ddof), ct.Replace(), sample_size=case.n)
    return -float(narrowed.variance.distribution(1).sf(1))


def types_that_return(case: ct.Case) -> Fraction:
    """Minus the largest chance that a type without a single count occurs in the next generation."""
    n, chance = case.n, Fraction(0)
    for counts in ct.wright_fisher.exact.tables(n, case.types):
        after = ct.wright_fisher.exact.multinomial(n, [Fraction(c, n) for c in counts])
        back = [law for drawn, law in after.items() if any(b and not a for a, b in zip(counts, drawn, strict=True))]
        chance = max(chance, sum(back, start=Fraction(0)))
    return -chance


def proof() -> list[ct.Check]:
    """A type of probability p is drawn at least once with chance 1 - (1-p)^n, which is 0 at p = 0, for every n."""
    import sympy

    n, p = sympy.Symbol("n", positive=True, integer=True), sympy.Symbol("p", nonnegative=True)
    return [ct.Check("1 - (1-p)^n = 0 at p = 0, for every n", (1 - (1 - p) ** n).subs(p, 0) == 0)]


claim = ct.Claim(
    "Lost tails cannot come back",
    ct.Cases(n=range(2, 101), ddof=(0, 1)),
    margin,
    boundary="holds",
    expected="REFUTED",
    number="B3",
    said="Shumailov et al., Nature 2024, where the defects are called irreversible",
    statistic="one run",
    precisely=(
        "Gaussian, replacement, n points. A model with half the standard deviation of the source, whose mass beyond 3 "
        "source standard deviations is 1e-9, can never have the source's mass there again; the margin is minus the "
        "chance that the next refit does"
    ),
    because="a normal law never loses its support, and the factor of its variance, χ²/(n - ddof), has no bound",
    true_when="the model is a table of types without smoothing, and nothing but its own samples comes in",
    corrected=ct.Claim(
        "In a closed loop a type that was not drawn once is lost for ever",
        ct.Cases(n=range(1, 7), types=(2, 3)),
        types_that_return,
        proof=proof,
        boundary="holds",
        expected="PROVED",
        statistic="almost every run",
        precisely="Categorical, replacement; minus the largest chance that a lost type returns, enumerated.",
        because="its fitted probability is 0, and of probability 0 nothing is drawn",
    ),
)
