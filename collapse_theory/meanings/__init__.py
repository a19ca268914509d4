"""What "model collapse" means: eight published definitions, judged for one recursion."""

from __future__ import annotations

from collapse_theory.meanings.judged import definitions
from collapse_theory.meanings.record import Meaning, Meanings, Reading

__all__ = ["Meaning", "Meanings", "Reading", "definitions"]
