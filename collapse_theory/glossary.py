"""Every quantity and every time, defined once: its letter, its sentence, and the domains of its arguments."""

from __future__ import annotations

from collections.abc import Mapping

from collapse_theory.definition import Definition
from collapse_theory.domain import COUNT, POSITIVE, PROBABILITY, OfFamily

LABEL = OfFamily("label")
LABELS = OfFamily("label", several=True)

_ALL = (
    Definition("variance", r"\sigma_t^2", "variance of the fitted model"),
    Definition("sd", r"\sigma_t", "standard deviation of the fitted model"),
    Definition("log_variance", r"\log\sigma_t^2", "logarithm of the fitted variance", light=True),
    Definition("location", r"\mu_t", "mean of the fitted model", seen_by="squared_location_error"),
    Definition("squared_location_error", r"(\mu_t-\mu_0)^2", "squared distance of the fitted mean from the source's"),
    Definition("wasserstein2_squared", r"W_2^2", "squared 2-Wasserstein distance between model and source"),
    Definition("kl_model_source", r"\mathrm{KL}(p_t\,\|\,p_0)", "KL(model‖source) in nats"),
    Definition("kl_source_model", r"\mathrm{KL}(p_0\,\|\,p_t)", "KL(source‖model) in nats"),
    Definition("total_variation", r"\mathrm{TV}", "total variation distance between model and source", light=True),
    Definition(
        "tail_mass",
        r"P_t(|X-\mu_0|>k\sigma_0)",
        "model's mass beyond k source sds of the source's centre",
        arguments=(("k", POSITIVE),),
        typical=(2.0,),
    ),
    Definition(
        "own_tail_mass",
        r"P_t(|X-\mu_t|>k\sigma_0)",
        "model's mass beyond k source sds of its own centre",
        arguments=(("k", POSITIVE),),
        typical=(2.0,),
    ),
    Definition("entropy_rate", r"h_t", "entropy rate of the fitted chain in nats", light=True),
    Definition("entropy", r"H_t", "entropy of the fitted model in nats", light=True),
    Definition("perplexity", r"e^{H_t}", "equally likely types that have the entropy of the fitted model", light=True),
    Definition("gini_simpson", r"1-\sum_i p_{t,i}^2", "chance that two independent points differ", light=True),
    Definition(
        "squared_distance",
        r"\|p_t-p_0\|^2",
        "sum of squared differences between the probabilities of model and source",
        light=True,
    ),
    Definition("support_size", r"K_t", "types that the fitted model can still give", light=True),
    Definition(
        "survival_of",
        r"1\{p_{t,i}>0\}",
        "whether the fitted model can still give a type",
        (("label", LABEL),),
        light=True,
    ),
    Definition("probability_of", r"p_{t,i}", "fitted probability of a type", (("label", LABEL),), light=True),
    Definition(
        "support_size_of",
        r"\#\{i\in S: p_{t,i}>0\}",
        "types of a set that the fitted model can still give",
        (("labels", LABELS),),
        light=True,
    ),
    Definition(
        "mass_of",
        r"\sum_{i\in S}p_{t,i}",
        "fitted probability of a set of types, such as the right answers",
        (("labels", LABELS),),
        light=True,
    ),
    Definition("lost_mass", r"\sum_{i:\,p_{t,i}=0}p_{0,i}", "source's mass of the types that are lost", light=True),
    Definition(
        "rank_tail_mass",
        r"\sum_{i>r}p_{t,i}",
        "model's mass of the types beyond a rank in the source",
        arguments=(("rank", COUNT),),
        typical=(1,),
        light=True,
    ),
    Definition(
        "rank_tail_support",
        r"\#\{i>r: p_{t,i}>0\}",
        "types beyond a rank in the source that the fitted model can still give",
        arguments=(("rank", COUNT),),
        typical=(1,),
        light=True,
    ),
    Definition(
        "hellinger_squared", r"1-\sum_i\sqrt{p_{t,i}p_{0,i}}", "squared Hellinger distance to the source", light=True
    ),
    Definition("chi_squared", r"\chi^2(p_t\,\|\,p_0)", "chi-squared divergence of the model from the source"),
    Definition(
        "missing_mass",
        r"N_1/n",
        "Good–Turing estimate, from the sample behind the fit, of what it misses of the previous generation's model",
        light=True,
    ),
    Definition("rate", r"\lambda_t", "fitted Poisson rate", seen_by="squared_location_error"),
    Definition("survival", r"1\{\lambda_t>0\}", "whether the fitted rate is above 0", light=True),
    Definition("scale", r"\theta_t", "fitted scale, the mean of an exponential law"),
    Definition("log_scale", r"\log\theta_t", "logarithm of the fitted scale", light=True),
    Definition("exponent", r"\alpha_t", "fitted exponent of a Pareto law, its tail index"),
    Definition("log_exponent", r"\log\alpha_t", "logarithm of the fitted exponent", light=True),
    Definition(
        "model_mean", r"\alpha_t m/(\alpha_t-1)", "mean of the fitted model, infinite where its exponent is at most 1"
    ),
    Definition(
        "upper_tail_mass",
        r"P_t(X>x_q)",
        "model's mass beyond the point that the source exceeds with chance q",
        arguments=(("q", PROBABILITY),),
        typical=(0.1,),
        light=True,
    ),
    Definition("excess_risk", r"\|w_t-w^*\|^2", "test error of the fitted regression beyond the noise"),
    Definition("test_error", r"\sigma^2+\|w_t-w^*\|^2", "mean squared error of the fitted regression on new real rows"),
    Definition(
        "signal_kept",
        r"\langle w_t,w^*\rangle/\|w^*\|^2",
        "fitted coefficient along the true ones, as a share of them",
    ),
    Definition("state_count", r"|S_t|", "states in the data behind the fit", light=True),
    Definition("edge_count", r"|E_t|", "distinct transitions in the data behind the fit", light=True),
    Definition(
        "survival_of_state",
        r"1\{i\in S_t\}",
        "whether a state occurs in the data behind the fit",
        arguments=(("label", LABEL),),
        light=True,
    ),
    Definition(
        "survival_of_edge",
        r"1\{(a,b)\in E_t\}",
        "whether a transition occurs in the data behind the fit",
        arguments=(("a", LABEL), ("b", LABEL)),
        light=True,
    ),
    Definition(
        "transition_probability",
        r"P_t(a,b)",
        "fitted probability of a transition",
        arguments=(("a", LABEL), ("b", LABEL)),
        light=True,
    ),
    Definition(
        "self_transition", r"P_t(i,i)", "fitted probability of staying in a state", (("label", LABEL),), light=True
    ),
    Definition("stationary_probability", r"\pi_t(i)", "long-run share of a state", (("label", LABEL),), light=True),
    Definition(
        "stationary_total_variation",
        r"\mathrm{TV}(\pi_t,\pi_0)",
        "total variation distance between the long-run laws of model and source",
        light=True,
    ),
    Definition(
        "spectral_gap", r"1-|\lambda_2|", "1 less the second largest modulus of an eigenvalue of the chain", light=True
    ),
    Definition("kl_rate_model_source", r"\mathrm{KL}(P_t\,\|\,P_0)", "KL(model‖source) in nats per transition"),
    Definition("kl_rate_source_model", r"\mathrm{KL}(P_0\,\|\,P_t)", "KL(source‖model) in nats per transition"),
    Definition("cycle_length", r"L_t", "length of the cycle that a certain chain repeats; infinite before"),
    Definition(
        "effective_sample_size",
        r"n_\mathrm{eff}",
        "independent points that tell as much about the unigram law as a path of n transitions",
        arguments=(("n", COUNT),),
        typical=(100,),
    ),
    Definition("absorption_time", r"T", "first generation whose model leaves nothing to chance"),
    Definition(
        "loss_time",
        r"\min\{t: p_{t,i}=0\}",
        "first generation that has lost a type",
        (("label", LABEL),),
        happens="lost",
    ),
    Definition(
        "fixation_time",
        r"\min\{t: p_{t,i}=1\}",
        "first generation that has no type but one",
        (("label", LABEL),),
        happens="fixed",
    ),
    Definition(
        "time_until_support",
        r"\min\{t: K_t\le k\}",
        "first generation that has at most k types",
        arguments=(("k", COUNT),),
        typical=(2,),
    ),
    Definition("extinction_time", r"\min\{t: \lambda_t=0\}", "first generation whose rate is 0", happens="extinct"),
    Definition(
        "time_until_sd_below",
        r"\min\{t: \sigma_t\le\varepsilon\}",
        "first generation whose fitted standard deviation is at most the level",
        arguments=(("level", POSITIVE),),
        typical=(0.5,),
    ),
)
DEFINITIONS: Mapping[str, Definition] = {definition.name: definition for definition in _ALL}
