r"""Counts that beget counts: zero, and the whole law of the total, by composing generating functions.

The counts behind the fit of generation t are a branching process with immigration. Each count of the fit set before
stays where the set is kept, :math:`\kappa_t \in \{0, 1\}`, and has Poisson(:math:`\rho_t`) children, where
:math:`\rho_t` is the number of points drawn from the model over that of the fit set before; :math:`r_t` real points
add Poisson(:math:`r_t\lambda_0`). With :math:`z = 1 - w`, from :math:`w_t = w` back to generation 1, which is fitted to
:math:`n_1` real points,

.. math:: w_{s-1} = 1 - (1 - w_s)^{\kappa_s} e^{-\rho_s w_s}, \qquad
          E\,z^{S_t} = \exp\Bigl(-\lambda_0\Bigl[n_1 w_1 + \sum_{s=2}^t r_s w_s\Bigr]\Bigr).

At :math:`w = 1` it is the chance that the rate is 0, to full relative precision of its logarithm; on the circle
:math:`|z| = 1` a Fourier transform turns it into the probabilities, each with an absolute error below 1e-13.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from collapse_theory.domain import interval, plain
from collapse_theory.errors import NoClosedForm
from collapse_theory.laws import Discrete, logarithm

Array = NDArray[np.float64]
Times = NDArray[np.int64]

MOST_GENERATIONS = 200_000
"""Generations through which generating functions are composed."""
MOST_POINTS = 2**21
"""Points on the circle."""
MOST_STEPS = 5e7
"""Points on the circle times generations."""
LEFT_OUT = 37.0
"""Minus the logarithm of the mass beyond the points on the circle, which comes back into it."""


@dataclass(frozen=True, eq=False)
class Lineages:
    """Branching of the counts behind the fits of generations 1 to T.

    Parameters
    ----------
    rate : float
        Rate of the source.
    size : ndarray, shape (T,)
        Points in the fit set.
    children : ndarray, shape (T,)
        Mean number of children of a count; not used in generation 1.
    real : ndarray, shape (T,)
        Points from the source, in generation 1 all of them.
    kept : bool
        Whether counts stay in the fit set.
    """

    rate: float
    size: Array
    children: Array
    real: Array
    kept: bool

    @classmethod
    def of(cls, setting: Any, last: int) -> Lineages:
        """Branching of a recursion up to a generation, where composition is not random.

        Raises
        ------
        NoClosedForm
            Beyond ``MOST_GENERATIONS`` generations.
        """
        if last > MOST_GENERATIONS:
            raise NoClosedForm(f"generating functions are composed through {MOST_GENERATIONS} generations, not {last}")
        step = setting.regime.step(np.arange(1, last + 1), setting.sizes)
        size, model, real = (
            np.broadcast_to(x, last).astype(float) for x in (step.fitted, step.drawn[1], step.drawn[0])
        )
        children = np.concatenate(([0.0], model[1:] / size[:-1]))
        return cls(setting.family.rate, size, children, np.append(size[0], real[1:]), bool(step.stored))

    def points(self, t: Times, w: NDArray[Any]) -> NDArray[Any]:
        r"""Number of real points whose total is as likely to be 0 where each count is spared with chance 1 − w.

        It is :math:`-\log E(1-w)^{S_t}/\lambda_0` for each generation with its w.
        """
        found, lost, now = np.zeros_like(w), np.zeros_like(w), w.copy()
        for s in range(int(t.max()), 1, -1):
            on = slice(None) if np.all(t >= s) else t >= s
            before = now[on]
            if self.real[s - 1]:  # what each sum rounds off is carried on (Kahan)
                added = self.real[s - 1] * before - lost[on]
                total = found[on] + added
                lost[on], found[on] = (total - found[on]) - added, total
            now[on] = _parent(before, self.children[s - 1], kept=self.kept)
        return np.asarray(found + (self.real[0] * now - lost))

    def log_absent(self, t: Times) -> Array:
        """Logarithm of the chance that the rate of generation t is 0."""
        return -self.rate * self.points(t, np.ones(len(t)))

    def law(self, t: int) -> Discrete:
        """Law of the fitted rate of generation t, on multiples of 1 over the points of its fit set.

        Raises
        ------
        NoClosedForm
            Where it takes more than ``MOST_POINTS`` points, or ``MOST_STEPS`` points times generations.
        """
        needed = self._reach(t)
        if needed > MOST_POINTS or needed * t > MOST_STEPS:
            raise NoClosedForm(
                f"the law of the rate at t = {t} takes {needed:.2g} points of its generating function, "
                f"through {t} generations: more than {MOST_POINTS} or {MOST_STEPS:g} in all"
            )
        from scipy.fft import irfft, next_fast_len

        number = next_fast_len(int(needed), real=True)
        angle = 2 * np.pi * np.arange(number // 2 + 1) / number
        w = 2 * np.sin(angle / 2) ** 2 + 1j * np.sin(angle)
        transform = np.exp(-self.rate * self.points(np.full(len(w), t), w))
        probabilities = np.maximum(irfft(transform, number), 0.0)
        return Discrete.of(np.arange(number) / self.size[t - 1], probabilities)

    def _reach(self, t: int) -> float:
        """Smallest total count known to be exceeded with negligible chance: P(S ≥ x) ≤ E z^S / z^x for every z > 1."""
        w = -np.geomspace(1e-9, 30.0, 400)
        with np.errstate(over="ignore", invalid="ignore"):
            bound = (-self.rate * self.points(np.full(len(w), t), w) + LEFT_OUT) / np.log1p(-w)
        return float(np.min(bound[np.isfinite(bound)])) + 2.0


@dataclass(frozen=True)
class OutOfReach:
    """Law of a rate that is too far spread to be worked out: the chance of 0, and the quantiles that are 0 by it.

    Parameters
    ----------
    absent : float
        Chance that the rate is 0.
    why : str
        Why there is no more; the text of the NoClosedForm that everything else raises.
    """

    absent: float
    why: str

    def cdf(self, x: ArrayLike) -> Any:
        """P(λ ≤ x) for x ≤ 0."""
        return self._where(np.asarray(x, dtype=float), 0.0, lambda at: np.where(at < 0, 0.0, self.absent))

    def sf(self, x: ArrayLike) -> Any:
        """P(λ > x) for x ≤ 0."""
        return self._where(np.asarray(x, dtype=float), 0.0, lambda at: np.where(at < 0, 1.0, 1.0 - self.absent))

    def ppf(self, q: ArrayLike) -> Any:
        """Quantile 0 up to the chance of 0."""
        return self._where(interval("q", q, 0.0, 1.0), self.absent, np.zeros_like)

    def log_ppf(self, q: ArrayLike) -> Any:
        """Logarithm of the quantile, −inf up to the chance of 0."""
        return logarithm(self.ppf(q))

    @property
    def median(self) -> float:
        """Median, where it is 0."""
        return float(self.ppf(0.5))

    def _where(self, at: Array, last: float, value: Callable[[Array], Any]) -> Any:
        if np.any(at > last):
            raise NoClosedForm(self.why)
        return plain(value(at))


def _parent(w: NDArray[Any], children: float, *, kept: bool) -> NDArray[Any]:
    """1 less the generating function of what one count becomes, at 1 − w."""
    begotten = -np.expm1(-children * w)
    return np.asarray(w + (1.0 - w) * begotten if kept else begotten)


def stationary_log_absent(rate: float, n: int, real: int) -> float:
    """Limit of the logarithm of the chance that the rate is 0, n points of which ``real`` are fresh.

    Raises
    ------
    NoClosedForm
        Where the real points are so few that the sum takes more than ``MOST_GENERATIONS`` terms.
    """
    children = (n - real) / n
    w, total = 1.0, 0.0
    for _ in range(MOST_GENERATIONS):
        total += w
        w = float(-np.expm1(-children * w))
        if w <= 1e-17 * (1.0 - children) * total:
            return -rate * real * total
    raise NoClosedForm(f"the limit takes more than {MOST_GENERATIONS} generations at {real} real points in {n}")


def reference_log_absent(setting: Any, t: int) -> Any:
    """Logarithm of the chance that the rate is 0, by composing generating functions themselves in mpmath."""
    import mpmath

    if t > 1000 or not setting.sizes.constant:
        raise NoClosedForm("the reference composes at most 1000 functions of one sample size")
    n, step = int(setting.sizes(1)), setting.regime.step(2, setting.sizes)
    real = int(step.drawn[0])
    rate, q, exponent = mpmath.mpf(setting.family.rate), mpmath.mpf(0), mpmath.mpf(0)
    for _ in range(t - 1):
        exponent += real * rate * (q - 1)
        q = mpmath.exp(mpmath.mpf(n - real) / n * (q - 1))
    return exponent + n * rate * (q - 1)
