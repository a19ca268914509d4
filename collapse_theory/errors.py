"""What can go wrong, by name: ignorance, nonsense, and what a simulation cannot see."""

from __future__ import annotations


class NoClosedForm(LookupError):
    """The absence of an exact road to a statistic, with what exists instead in the message."""


class NotDefined(AttributeError):
    """A request that has no meaning for this family, regime or statistic."""


class Unseeable(ArithmeticError):
    """A mean that so few simulated runs cannot see, because rare runs hold most of it."""


class MemoryBudgetExceeded(MemoryError):
    """Runs larger than the stated byte budget, with the size they would need."""


class MarginError(ValueError):
    """A margin that is no number: it raised, or it is NaN, an array, or a truth value."""
