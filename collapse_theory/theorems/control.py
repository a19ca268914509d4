r"""The view of control theory: the gain of the loop, how fast it forgets, what a constant bias becomes in it.

The second moments of a settled regime follow a map :math:`x' = Ax + b`. Its gain is :math:`\rho(A)`, once a common
translation of the means (where nothing ties them to the source) and stored slots that keep what they hold are taken
out: these have no feedback. Below 1 the loop forgets by that factor in a generation. Copies of it that share their
noise come together in mean square at this rate, so there is one stationary law, with a finite mean; the law of a
Gaussian's variance has a finite variance only where the map of the fourth moments contracts too.

A bias b of every point that is drawn from a model enters once in an open loop, with the share g of those points in the
fit, and again and again in a closed one: :math:`bg/(1-g)` in the long run, without bound where nothing is real.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from collapse_theory.domain import elementwise
from collapse_theory.domain import generations as checked_generations
from collapse_theory.errors import NoClosedForm, NotDefined
from collapse_theory.tableau import feedback
from collapse_theory.tableau.linear_map import AffineMap, settled
from collapse_theory.tableau.stepping import limits
from collapse_theory.theorem import Check, Theorem, first_about, matrix_in_mpmath
from collapse_theory.theorems.fourth_moments import fourth_moment_gain

PAGE = "docs/theory/control"
NOTHING = 1e-14
"""Largest stationary spread, in units of the source's, that is rounding."""
MOST_LETTERS = 8
"""Most moments of which the eigenvalues are found in 50 digits."""


def holds(setting: Any) -> bool:
    """A fit that matches two moments, one sample size, a step that does not change any more, points that keep means."""
    matched = setting.family.two_moments and setting.sampling.keeps_means(setting.family)
    return bool(matched and settled(setting)) and feedback.few(setting.tableau)


def slow_gap(setting: Any) -> float:
    """One less the gain of the second moments, with the digits of a small difference."""
    return _slow_gap(setting.scheme, setting.sizes, setting.family.ddof)


@lru_cache(maxsize=2048)
def _slow_gap(regime: Any, sizes: Any, ddof: float) -> float:
    step = regime.tableau(sizes)
    if step.stored:
        return feedback.slow_gap(step, ddof)
    exact = AffineMap.of(regime, sizes, ddof)
    return exact.slow_gap if feedback.pinned(step) else float(1 - exact.a[0][0])


def _gain(setting: Any) -> float:
    return 1 - slow_gap(setting)


def rests_at_nothing(setting: Any) -> bool:
    """Whether the stationary spread of a loop that is tied is 0, as its anchor is one point."""
    step, ddof = setting.tableau, setting.family.ddof
    if not step.stored:
        return bool(AffineMap.of(setting.scheme, setting.sizes, ddof).stationary[0] == 0)
    return limits(setting.scheme, setting.sizes, ddof)[0] <= NOTHING


def _relaxes(setting: Any) -> bool:
    return holds(setting) and feedback.pinned(setting.tableau) and slow_gap(setting) > 0


def _relaxation(setting: Any) -> float:
    gap = slow_gap(setting)
    return float(-1 / np.log1p(-gap)) if gap < 1 else 0.0


def _reference(setting: Any, t: int) -> Any:
    import mpmath

    return _radius(setting.scheme, setting.sizes, setting.family.ddof, mpmath.mp.prec)


@lru_cache(maxsize=512)
def _radius(regime: Any, sizes: Any, ddof: float, _: int) -> Any:
    """Spectral radius by mpmath's eigenvalues to the present precision, from exact fractions."""
    import mpmath

    matrix = feedback.second_moment_feedback(regime.tableau(sizes), ddof)
    if len(matrix) > MOST_LETTERS:
        raise NoClosedForm(f"the eigenvalues of {len(matrix)} letters are not found in 50 digits")
    exact = matrix_in_mpmath(matrix)
    if len(matrix) == 1:
        return abs(exact[0])
    return max(abs(value) for value in mpmath.eig(exact, left=False, right=False))


def _relaxation_reference(setting: Any, t: int) -> Any:
    import mpmath

    gain = _reference(setting, t)
    return -1 / mpmath.log(gain) if gain else mpmath.mpf(0)


def asked(setting: Any, statistic: str) -> float:
    """Number that a theorem gives; NoClosedForm where none does."""
    theorem = first_about(setting.theorems, statistic)
    if theorem is None:
        raise NoClosedForm(f"{statistic}: no theorem is known for {setting!r}")
    return float(theorem.value(setting))


def loop_gain(setting: Any) -> float:
    """Spectral radius of the second-moment map, without what has no feedback."""
    return asked(setting, "loop_gain")


def relaxation_time(setting: Any) -> float:
    """−1/log of the loop gain, where the second moments are stationary."""
    if not holds(setting):
        raise NoClosedForm(f"relaxation_time: no theorem is known for {setting!r}")
    if not feedback.pinned(setting.tableau):
        raise NotDefined(f"relaxation_time: {setting.regime!r} has no stationary second moments to relax to")
    if slow_gap(setting) <= 0:
        raise NotDefined(f"relaxation_time: the second moments of {setting!r} diverge, gain {_gain(setting):.6g}")
    return asked(setting, "relaxation_time")


@dataclass(frozen=True)
class Control:
    """The loop of a recursion as control theory sees it.

    Parameters
    ----------
    recursion : Recursion
        What is looked at.
    """

    recursion: Any = field(repr=False)

    @property
    def mean_gain(self) -> float:
        """Factor by which an error of the mean comes back in the next generation, in expectation; 1 without an anchor.

        Raises
        ------
        NoClosedForm
            For a step that always changes.
        """
        self._need_settled("mean_gain")
        return feedback.mean_gain(self.recursion.tableau, self._least)

    @property
    def loop_gain(self) -> float:
        """Factor by which the second moments come back; see :attr:`Recursion.loop_gain`."""
        return loop_gain(self.recursion)

    @property
    def relaxation_time(self) -> float:
        """Generations in which a transient falls by the factor e; see :attr:`Recursion.relaxation_time`."""
        return relaxation_time(self.recursion)

    @property
    def stationary(self) -> bool:
        """Whether there is a stationary law with a finite mean of the spread, that is not a collapsed one.

        Raises
        ------
        NoClosedForm
            Where no theorem decides it.
        """
        setting = self.recursion
        if not holds(setting):
            raise NoClosedForm(f"stationary: no theorem is known for {setting!r}")
        return _relaxes(setting) and not rests_at_nothing(setting)

    @property
    def fourth_moment_gain(self) -> float:
        """Spectral radius of the map of a Gaussian's fourth moments; errors as for :attr:`finite_variance`."""
        return fourth_moment_gain(self.recursion)

    @property
    def finite_variance(self) -> bool:
        """Whether the spread has a finite variance under the stationary law.

        Raises
        ------
        NotDefined
            Where there is no stationary law.
        NoClosedForm
            Where no theorem decides it.
        """
        if not self.stationary:
            raise NotDefined(f"finite_variance: {self.recursion!r} has no stationary law with a finite mean")
        return self.recursion.family.bounded_spread or self.fourth_moment_gain < 1

    @property
    def open_loop(self) -> float:
        """Error of the fitted mean per unit of bias of the model's points, where it enters once."""
        self._need_means("open_loop")
        return float(feedback.averaged_means(self.recursion.tableau, self._least)[1][0])

    @property
    def closed_loop(self) -> float:
        """The same in the long run, where biased points make the next model; infinite without an anchor.

        Raises
        ------
        NoClosedForm
            For a step that always changes; :meth:`bias_response` steps it.
        """
        self._need_settled("closed_loop")
        return feedback.long_run_bias(self.recursion.regime, self.recursion.sizes, self._least)

    def bias_response(self, t: ArrayLike) -> Any:
        """Expected error of the fitted mean at generations t, in units of a constant bias of all model points.

        Generation 1 is fitted to real points, which have no bias. Scalar in, scalar out.
        """
        self._need_means("bias_response")
        regime, sizes = self.recursion.regime, self.recursion.sizes

        def response(flat: NDArray[np.int64]) -> NDArray[np.float64]:
            return feedback.bias_response(regime, sizes, flat, self._least)

        return elementwise(response, checked_generations(t))

    @property
    def _least(self) -> Any:
        return self.recursion.family.ddof if self.recursion.family.two_moments else 0

    def _need_means(self, name: str) -> None:
        if not self.recursion.sampling.keeps_means(self.recursion.family):
            raise NoClosedForm(f"{name}: {self.recursion.sampling!r} moves the means of the points it draws")

    def _need_settled(self, name: str) -> None:
        self._need_means(name)
        if not settled(self.recursion):
            raise NoClosedForm(f"{name}: the step of {self.recursion!r} always changes")

    def facts(self) -> dict[str, str]:
        """Everything in words: what is known under its name, else why not."""
        names = (
            ("mean gain", "mean_gain"),
            ("loop gain", "loop_gain"),
            ("relaxation time", "relaxation_time"),
            ("stationary law", "stationary"),
            ("of finite variance", "finite_variance"),
            ("bias, open loop", "open_loop"),
            ("bias, closed loop", "closed_loop"),
        )
        return {label: self._told(name) for label, name in names}

    def _told(self, name: str) -> str:
        try:
            value = getattr(self, name)
        except NotDefined:
            return "none"
        except NoClosedForm:
            return "unknown"
        return {True: "yes", False: "no"}[value] if isinstance(value, bool) else f"{value:.6g}"

    def __str__(self) -> str:
        facts = self.facts()
        width = max(map(len, facts))
        return "\n".join(f"{label:<{width}}  {told}" for label, told in facts.items())

    def _repr_html_(self) -> str:
        rows = "".join(f"<tr><td>{label}</td><td>{told}</td></tr>" for label, told in self.facts().items())
        return f"<table>{rows}</table>"


def _prove_gains() -> tuple[Check, ...]:
    """Printed gains against the tableau: maximum likelihood with weights, and a window that forgets."""
    import sympy

    from collapse_theory.regimes import Step
    from collapse_theory.tableau.moments import M, V, second_moment_map

    w, r, m = sympy.symbols("w r m", positive=True)
    u = 1 - w
    rows = second_moment_map(Step(drawn=(r, m), weight=(w / r, u / m)), 0)
    matrix = sympy.Matrix([[rows[a].get(b, 0) for b in (V, M)] for a in (V, M)])
    z = sympy.Symbol("z")
    polynomial = (matrix - z * sympy.eye(2)).det()
    return tuple(
        Check(f"{name} is a gain at ddof = 0", sympy.simplify(polynomial.subs(z, root)) == 0)
        for name, root in (("u", u), ("u²(1 − 1/m)", u**2 * (1 - 1 / m)))
    )


CONTROL: tuple[Theorem, ...] = (
    Theorem(
        title="gain of the second moments",
        quantity="spread",
        statistic="loop_gain",
        road="closed form",
        statement=r"\rho(A),\quad x' = Ax + b",
        conditions="one sample size, a step that does not change any more; without the common translation of the means "
        "where nothing is tied to the source, and without stored slots that keep what they hold",
        source=PAGE,
        holds=holds,
        value=_gain,
        reference=_reference,
        proof=_prove_gains,
        any_sampling=True,
    ),
    Theorem(
        title="relaxation time of the second moments",
        quantity="spread",
        statistic="relaxation_time",
        road="closed form",
        statement=r"-1/\log\rho(A)",
        conditions="new real points in every generation or a kept slot, one sample size, a map that contracts",
        source=PAGE,
        holds=_relaxes,
        value=_relaxation,
        reference=_relaxation_reference,
        any_sampling=True,
    ),
)
