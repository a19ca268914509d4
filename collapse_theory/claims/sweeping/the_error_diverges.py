"""H2: it is not said which error, nor in which runs."""

import collapse_theory as ct


def margin(case: ct.Case) -> ct.SimulatedMargin:
    """Chance that the error of a run is above 4 after 200 generations, less one half."""
    recursion = ct.Recursion(ct.Gaussian(ddof=1), ct.Replace(), sample_size=10)
    error = recursion.watch(case.error)
    return ct.SimulatedMargin.chance(recursion, 200, lambda runs: error.values(runs)[:, -1] > 4, above=0.5)


claim = ct.Claim(
    "The error diverges",
    ct.Cases(error=("kl_source_model", "kl_model_source", "wasserstein2_squared", "total_variation")),
    margin,
    expected="REFUTED",
    number="H2",
    said="summaries of the published theorem",
    statistic="one run",
    precisely=(
        "Gaussian, source N(0, 1), replacement, n = 10, ddof = 1. At least half of the runs have an error above 4 at "
        "generation 200, where both Kullback-Leibler divergences have long passed it."
    ),
    because=(
        "σ → 0 makes divergences infinite, but W2² converges to (μ_∞-μ₀)² + σ₀² in almost every run, though its mean "
        "diverges, and total variation is at most 1"
    ),
    true_when="the error is a Kullback-Leibler divergence, in either order of its arguments",
    corrected=ct.Claim(
        "Both Kullback-Leibler divergences are beyond 4 in most runs",
        ct.Cases(error=("kl_source_model", "kl_model_source")),
        margin,
        expected="HOLDS",
        statistic="one run",
        precisely="The same chance, of KL(source‖model) and of KL(model‖source).",
        because="the one grows exponentially and the other linearly along almost every run, with -ln σ²",
    ),
)
