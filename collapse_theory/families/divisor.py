"""Families whose fit divides a sum by n − ddof, and so needs more points than that."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from collapse_theory.families.family import Family
from collapse_theory.schedules import FORESEEN, Schedule


class DivisorFamily(Family):
    """A family whose fitted spread or scale is a sum over n − ddof, n being Kish's size of weighted points: abstract.

    A subclass has a field ``ddof``.
    """

    ddof: float
    least: ClassVar[int] = 1
    """Fewest points that have a sum to divide: 2 where it is about their own mean."""

    def simplified(self, expression: Any) -> Any:
        """Formula with this family's divisor put in, simplified; the other letters stay."""
        import sympy

        from collapse_theory.symbols import ddof

        return sympy.simplify(expression.subs(ddof, sympy.Rational(str(self.ddof))))

    @property
    def fewest_points(self) -> int:
        """Those that have a sum, or more than ddof."""
        return max(self.least, int(np.floor(self.ddof)) + 1)

    def check(self, sizes: Schedule, last: int = FORESEEN) -> None:
        """ValueError for too few points, and for ddof ≥ n."""
        n = sizes.smallest_by(last)
        if n < self.least:
            domain = f"an integer ≥ {self.least} for a {type(self).__name__} fit"
            raise ValueError(f"sample_size = {n} is outside its domain: {domain}")
        if self.ddof >= n:
            raise ValueError(f"ddof = {self.ddof!r} is outside its domain: a real number below n = {n}")

    def check_step(self, step: Any) -> None:
        """ValueError when too few points, or of Kish's size at most ddof, are fitted."""
        super().check_step(step)
        points = sum(c for w, c in zip(step.weight, step.counts, strict=True) if w) + step.carried
        points = points if step.subsample is None else step.subsample.size
        if points < self.least:
            raise ValueError(
                f"a fit to {points} point is outside the domain of a {type(self).__name__}: "
                f"at least {self.least} points are needed"
            )
        if self.ddof >= step.kish:
            raise ValueError(
                f"ddof = {self.ddof!r} is outside its domain: a real number below {step.kish:g}, Kish's size"
            )
