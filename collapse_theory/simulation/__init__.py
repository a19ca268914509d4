"""Simulated trajectories: blocks with their own streams, runs that store states, estimates with intervals."""

from collapse_theory.simulation.blocks import Block, BlockResult, simulate
from collapse_theory.simulation.estimate import Estimate
from collapse_theory.simulation.runs import Runs

__all__ = ["Block", "BlockResult", "Estimate", "Runs", "simulate"]
