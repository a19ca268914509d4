r"""Random composition: each point is real with chance α, and the chance that the rate is 0 by its Laplace transform.

Of the n points a binomial number j is the model's, so that :math:`\varphi_t(\theta) = E\,e^{-\theta\lambda_t}` obeys,
with :math:`d = 1 - e^{-\theta/n}`,

.. math:: \varphi_t(\theta) = \sum_{j=0}^n \binom nj \alpha^{n-j}(1-\alpha)^j\, e^{-(n-j)\lambda_0 d}\,
          \varphi_{t-1}(j d), \qquad \varphi_0(\theta) = e^{-\theta\lambda_0},

and :math:`P(\lambda_t = 0)` is its value at :math:`\theta = \infty`, :math:`d = 1`. All arguments lie in [0, n], where
:math:`\log\varphi` is held by its Chebyshev coefficients: a relative error of the chance below 1e-12.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.polynomial import chebyshev
from numpy.typing import NDArray

from collapse_theory.domain import GENERATION
from collapse_theory.errors import NoClosedForm

Array = NDArray[np.float64]

LARGEST = 2000
"""Largest sample size, and largest expected total count."""
MOST_DRAWN = 1_000_000
"""Points times generations."""
SETTLED = 1e-14
"""Relative change per generation, over the share of real points, below which the logarithm of a chance has arrived."""
NEGLIGIBLE = 4e-15
"""Last Chebyshev coefficients, relative to the largest, at which no more are needed."""
FEWEST, MOST = 32, 512
"""Terms of the Chebyshev series."""


def log_absent(setting: Any, t: NDArray[np.int64]) -> Array:
    """Logarithms of the chances that the rate is 0 at generations t ≥ 1.

    Raises
    ------
    NoClosedForm
        For samples too large, or too many generations.
    """
    last = int(t.max())
    found = np.array(list(_until_settled(setting, last)))
    return np.asarray(found[np.minimum(t, len(found)) - 1])


def stationary_log_absent(setting: Any) -> float:
    """Limit of the logarithm of the chance that the rate is 0, for one sample size."""
    return list(_until_settled(setting, GENERATION.high))[-1]


def _until_settled(setting: Any, last: float) -> Iterator[float]:
    """Logarithms of the chances, up to the last generation or until they move no more."""
    before, affordable = 0.0, MOST_DRAWN // int(setting.sizes(1))
    within = last if not setting.sizes.constant else min(last, max(affordable, 1))
    for now in _log_absences(setting, int(within)):
        yield now
        if setting.sizes.constant and abs(now - before) <= SETTLED * setting.tableau.share * abs(now):
            return
        before = now
    if within < last:
        raise NoClosedForm(f"random compositions do not settle within {affordable} generations")


def _log_absences(setting: Any, last: int) -> Iterator[float]:
    """Logarithms of the chances that the rate is 0, generation by generation from the first."""
    rate, share, sizes = setting.family.rate, float(setting.tableau.share), setting.sizes
    yield -rate * int(sizes(1))
    if last == 1:
        return
    largest = int(np.max(sizes(np.arange(1, last + 1))))
    if last * largest > MOST_DRAWN or max(1.0, rate) * largest > LARGEST:
        raise NoClosedForm(
            f"random compositions are added up for {LARGEST} points or expected counts, and {MOST_DRAWN} points in all"
        )
    now = np.array([-rate * int(sizes(1)) / 2] * 2)
    for s in range(1, last):
        one = _Composition(int(sizes(s)), rate, share)
        now = one.refitted(now, int(sizes(s + 1)))
        yield float(_Composition(int(sizes(s + 1)), rate, share).log_sum(np.ones(1), now)[0])


class _Composition:
    """The sum over the numbers j of model points among n, on logarithms of transforms held on [0, n]."""

    def __init__(self, n: int, rate: float, share: float) -> None:
        from scipy.stats import binom

        self.n, self.rate, self.j = n, rate, np.arange(n + 1.0)
        self.weights = binom.logpmf(self.j, n, 1 - share)

    def log_sum(self, d: Array, before: Array) -> Array:
        """Logarithm of the transform after a refit, from the series of that before."""
        from scipy.special import logsumexp

        earlier = chebyshev.chebval(2 * np.multiply.outer(d, self.j / self.n) - 1, before)
        real = np.multiply.outer(d, (self.n - self.j) * self.rate)
        return np.asarray(logsumexp(self.weights - real + earlier, axis=-1))

    def refitted(self, before: Array, ahead: int) -> Array:
        """Series on [0, ahead], with as many terms as it needs."""
        from scipy.fft import dct

        terms = FEWEST
        while True:
            nodes = np.cos(np.pi * (np.arange(terms) + 0.5) / terms)
            values = self.log_sum(-np.expm1(-(nodes + 1) / 2 * ahead / self.n), before)
            found = dct(values) / terms
            found[0] /= 2
            if np.max(np.abs(found[-3:])) <= NEGLIGIBLE * np.max(np.abs(found)):
                return np.asarray(found)
            if terms >= MOST:
                raise NoClosedForm(f"the transform takes a Chebyshev series of more than {MOST} terms")
            terms *= 2


def reference_absent(setting: Any, t: int) -> Any:
    """The chance that the rate is 0 by adding up every composition of up to three generations in mpmath.

    Raises
    ------
    NoClosedForm
        For more generations or points.
    """
    import mpmath

    if t > 3 or not setting.sizes.constant or int(setting.sizes(1)) ** t > 1000:
        raise NoClosedForm("compositions are added up for three generations of few points")
    n, rate, share = int(setting.sizes(1)), mpmath.mpf(setting.family.rate), mpmath.mpf(setting.tableau.share)

    def transform(generation: int, theta: Any) -> Any:
        if generation == 0:
            return mpmath.exp(-theta * rate)
        d = 1 - mpmath.exp(-theta / n)
        return mpmath.fsum(
            mpmath.binomial(n, j)
            * share ** (n - j)
            * (1 - share) ** j
            * mpmath.exp(-(n - j) * rate * d)
            * transform(generation - 1, j * d)
            for j in range(n + 1)
        )

    return transform(t, mpmath.inf)
