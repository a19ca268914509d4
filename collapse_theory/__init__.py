"""Model collapse, exactly: what happens when a model is refitted on samples of its own previous fit."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collapse_theory import claims as claims
    from collapse_theory import examples as examples
    from collapse_theory import schedules as schedules
    from collapse_theory import strategies as strategies
    from collapse_theory import wright_fisher as wright_fisher
    from collapse_theory.comparison import compare as compare
    from collapse_theory.errors import MarginError as MarginError
    from collapse_theory.errors import MemoryBudgetExceeded as MemoryBudgetExceeded
    from collapse_theory.errors import NoClosedForm as NoClosedForm
    from collapse_theory.errors import NotDefined as NotDefined
    from collapse_theory.errors import Unseeable as Unseeable
    from collapse_theory.families import AbsoluteDiscount as AbsoluteDiscount
    from collapse_theory.families import AddAlpha as AddAlpha
    from collapse_theory.families import BackOff as BackOff
    from collapse_theory.families import Categorical as Categorical
    from collapse_theory.families import CovarianceMatrix as CovarianceMatrix
    from collapse_theory.families import CustomFamily as CustomFamily
    from collapse_theory.families import Exponential as Exponential
    from collapse_theory.families import Family as Family
    from collapse_theory.families import Gaussian as Gaussian
    from collapse_theory.families import GaussianMixture as GaussianMixture
    from collapse_theory.families import Histogram as Histogram
    from collapse_theory.families import KernelDensity as KernelDensity
    from collapse_theory.families import LinearRegression as LinearRegression
    from collapse_theory.families import MarkovChain as MarkovChain
    from collapse_theory.families import MultivariateGaussian as MultivariateGaussian
    from collapse_theory.families import NormalMean as NormalMean
    from collapse_theory.families import Pareto as Pareto
    from collapse_theory.families import Poisson as Poisson
    from collapse_theory.families import ProbabilityVector as ProbabilityVector
    from collapse_theory.families import TransitionMatrix as TransitionMatrix
    from collapse_theory.forecasting import forecast as forecast
    from collapse_theory.judgement import Case as Case
    from collapse_theory.judgement import Cases as Cases
    from collapse_theory.judgement import Claim as Claim
    from collapse_theory.judgement import NotAClaim as NotAClaim
    from collapse_theory.judgement import SimulatedMargin as SimulatedMargin
    from collapse_theory.judgement import Verdict as Verdict
    from collapse_theory.judgement import assert_claim as assert_claim
    from collapse_theory.judgement import positive_beyond as positive_beyond
    from collapse_theory.judgement import positive_on as positive_on
    from collapse_theory.meanings import definitions as definitions
    from collapse_theory.passage import passages as passages
    from collapse_theory.plotting import plot as plot
    from collapse_theory.recursion import Recursion as Recursion
    from collapse_theory.recursion import load_runs as load_runs
    from collapse_theory.regimes import Accumulate as Accumulate
    from collapse_theory.regimes import AccumulateFresh as AccumulateFresh
    from collapse_theory.regimes import AccumulateSubsample as AccumulateSubsample
    from collapse_theory.regimes import Contaminated as Contaminated
    from collapse_theory.regimes import Detector as Detector
    from collapse_theory.regimes import FineTune as FineTune
    from collapse_theory.regimes import Fresh as Fresh
    from collapse_theory.regimes import FreshMixture as FreshMixture
    from collapse_theory.regimes import Golden as Golden
    from collapse_theory.regimes import Regime as Regime
    from collapse_theory.regimes import Replace as Replace
    from collapse_theory.regimes import Step as Step
    from collapse_theory.regimes import Subsample as Subsample
    from collapse_theory.regimes import Weighted as Weighted
    from collapse_theory.regimes import Window as Window
    from collapse_theory.regimes import optimal_weight as optimal_weight
    from collapse_theory.sampling import BestOf as BestOf
    from collapse_theory.sampling import Deduplicate as Deduplicate
    from collapse_theory.sampling import FitnessAdvantage as FitnessAdvantage
    from collapse_theory.sampling import Honest as Honest
    from collapse_theory.sampling import HumanEdit as HumanEdit
    from collapse_theory.sampling import Nucleus as Nucleus
    from collapse_theory.sampling import Reward as Reward
    from collapse_theory.sampling import Sampling as Sampling
    from collapse_theory.sampling import SoftVerifier as SoftVerifier
    from collapse_theory.sampling import Temperature as Temperature
    from collapse_theory.sampling import TopFraction as TopFraction
    from collapse_theory.sampling import Truncation as Truncation
    from collapse_theory.sampling import Verifier as Verifier
    from collapse_theory.sampling import admissible_points as admissible_points
    from collapse_theory.simulation import Estimate as Estimate
    from collapse_theory.simulation import Runs as Runs
    from collapse_theory.simulation import Summaries as Summaries
    from collapse_theory.simulation import Summary as Summary
    from collapse_theory.simulation import Values as Values
    from collapse_theory.theorem import Check as Check
    from collapse_theory.theorem import Theorem as Theorem
    from collapse_theory.theorem_atlas import atlas as atlas
    from collapse_theory.theorems.fate import critical_ddof as critical_ddof
    from collapse_theory.verification import verify as verify
    from collapse_theory.versions import show_versions as show_versions

_PUBLIC = {
    "Recursion": "recursion",
    "Gaussian": "families",
    "MultivariateGaussian": "families",
    "CovarianceMatrix": "families",
    "MarkovChain": "families",
    "TransitionMatrix": "families",
    "Categorical": "families",
    "ProbabilityVector": "families",
    "Poisson": "families",
    "NormalMean": "families",
    "Exponential": "families",
    "Pareto": "families",
    "LinearRegression": "families",
    "GaussianMixture": "families",
    "KernelDensity": "families",
    "Histogram": "families",
    "CustomFamily": "families",
    "AddAlpha": "families",
    "BackOff": "families",
    "AbsoluteDiscount": "families",
    "Family": "families",
    "Replace": "regimes",
    "Accumulate": "regimes",
    "AccumulateSubsample": "regimes",
    "AccumulateFresh": "regimes",
    "Window": "regimes",
    "Fresh": "regimes",
    "FreshMixture": "regimes",
    "Weighted": "regimes",
    "optimal_weight": "regimes",
    "Golden": "regimes",
    "Contaminated": "regimes",
    "Detector": "regimes",
    "FineTune": "regimes",
    "Regime": "regimes",
    "Step": "regimes",
    "Subsample": "regimes",
    "Temperature": "sampling",
    "Truncation": "sampling",
    "Nucleus": "sampling",
    "BestOf": "sampling",
    "TopFraction": "sampling",
    "Verifier": "sampling",
    "SoftVerifier": "sampling",
    "Reward": "sampling",
    "FitnessAdvantage": "sampling",
    "Deduplicate": "sampling",
    "HumanEdit": "sampling",
    "Honest": "sampling",
    "admissible_points": "sampling",
    "Sampling": "sampling",
    "schedules": "",
    "critical_ddof": "theorems.fate",
    "wright_fisher": "",
    "Theorem": "theorem",
    "Check": "theorem",
    "Runs": "simulation",
    "Estimate": "simulation",
    "Values": "simulation",
    "Summaries": "simulation",
    "Summary": "simulation",
    "load_runs": "recursion",
    "plot": "plotting",
    "compare": "comparison",
    "definitions": "meanings",
    "Claim": "judgement",
    "Case": "judgement",
    "Cases": "judgement",
    "SimulatedMargin": "judgement",
    "positive_on": "judgement",
    "positive_beyond": "judgement",
    "NotAClaim": "judgement",
    "assert_claim": "judgement",
    "Verdict": "judgement",
    "claims": "",
    "forecast": "forecasting",
    "passages": "passage",
    "verify": "verification",
    "atlas": "theorem_atlas",
    "examples": "",
    "strategies": "",
    "NoClosedForm": "errors",
    "NotDefined": "errors",
    "Unseeable": "errors",
    "MarginError": "errors",
    "MemoryBudgetExceeded": "errors",
    "show_versions": "versions",
}

__all__ = [*_PUBLIC]


def __getattr__(name: str) -> Any:
    if name == "__version__":
        from importlib.metadata import version

        return version("collapse-theory")
    if name not in _PUBLIC:
        for room in ("families", "regimes", "sampling") if name[:1].isupper() else ():  # a new file needs no line here
            exported = import_module(f"collapse_theory.{room}")
            if name in exported.__all__:
                return getattr(exported, name)
        raise AttributeError(f"module 'collapse_theory' has no attribute {name!r}")
    if not _PUBLIC[name]:
        return import_module(f"collapse_theory.{name}")
    found = getattr(import_module(f"collapse_theory.{_PUBLIC[name]}"), name)
    if isinstance(found, type) and "hypothesis" in sys.modules:
        import_module("collapse_theory.registration").register(found)
    return found


def __dir__() -> list[str]:
    return [*_PUBLIC, "__version__"]
