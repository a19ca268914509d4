"""Every theorem confronted with a proof, with 50-digit arithmetic, and with a simulation."""

from collapse_theory.verification.report import Report, Row
from collapse_theory.verification.run import verify

__all__ = ["Report", "Row", "verify"]
