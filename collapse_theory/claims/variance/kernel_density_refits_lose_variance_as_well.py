"""A19: kernel density estimates, refitted on their own draws, are said to show the same collapse."""

import collapse_theory as ct


def margin(case: ct.Case) -> float:
    """Share of the expected variance that is lost from generation t to the next."""
    recursion = ct.Recursion(ct.KernelDensity(bandwidth=case.bandwidth), ct.Replace(), sample_size=case.n)
    before, after = recursion.variance.mean([case.t, case.t + 1])
    return 1 - float(after / before)


def proof() -> list[ct.Check]:
    """The package's formula in letters, at h = 0: a power of 1 - 1/n, which is below 1."""
    from collapse_theory.symbols import n, sigma0, t

    curve = ct.Recursion(ct.KernelDensity(bandwidth=0), ct.Replace(), sample_size=2).variance.mean
    (h,) = (letter for letter in curve.symbolic.free_symbols if letter.name == "h")
    plain = curve.symbolic.subs(h, 0) - sigma0**2 * (1 - 1 / n) ** t
    return [ct.Check("E σ_t² = σ₀² (1 - 1/n)^t without a kernel", plain == 0)]


claim = ct.Claim(
    "Kernel density estimates refitted on their own draws lose variance as well",
    ct.Cases(n=range(2, 1000), t=range(1, 100), bandwidth=("silverman", "scott")),
    margin,
    expected="REFUTED",
    number="A19",
    said="what is read into Borji, arXiv 2410.12954, which shows that the law degrades",
    statistic="mean",
    precisely=(
        "Kernel density, replacement, n points, bandwidth C s n^(-1/5) by a rule of thumb. The margin is the share of "
        "the model's expected variance that is lost from generation t to t + 1."
    ),
    because=(
        "each draw adds the kernel's variance: E σ_t² is multiplied by 1 - 1/n + C² n^(-2/5) > 1, a hundredfold in 30 "
        "generations at n = 100. The law does degrade, by growing"
    ),
    true_when="there is no kernel: bandwidth 0, the plain bootstrap",
    corrected=ct.Claim(
        "Without a kernel the expected variance falls in every generation",
        ct.Cases(n=range(2, 12), t=range(1, 12), bandwidth=(0,)),
        margin,
        proof=proof,
        expected="PROVED",
        statistic="mean",
    ),
)
