"""Simulated trajectories: blocks with their own streams, runs that store states, estimates with intervals."""

from collapse_theory.simulation.blocks import Block, BlockResult, simulate
from collapse_theory.simulation.chosen import Summaries, Values
from collapse_theory.simulation.estimate import Estimate
from collapse_theory.simulation.runs import Runs
from collapse_theory.simulation.summaries import Summary

__all__ = ["Block", "BlockResult", "Estimate", "Runs", "Summaries", "Summary", "Values", "simulate"]
