r"""Standard deviations over runs written out as sums over generations: a second road beside the ladder of moments.

With :math:`g_p = E W^p`, :math:`A = \sum_{i<t}\sigma_i^2/n` and :math:`v = \sigma_t^2`, a product of powers of the
:math:`\sigma_i^2` and of v is a product of factors :math:`g_p`, one per generation, so that for instance

.. math:: E\,A v = \tfrac1n\sum_{i<t} g_2^i g_1^{t-i},\qquad
          E\,A^2 v^{-2} = \tfrac1{n^2}\Big[\sum_i g_{-2}^{t-i} + 2\sum_{i<j} g_{-1}^{j-i} g_{-2}^{t-j}\Big];

a factor :math:`\log v` turns one of them into :math:`E W^p\log W`. All in mpmath, in units of the source.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from collapse_theory.errors import NoClosedForm

LARGEST = 2000


@dataclass(frozen=True)
class Factors:
    """Moments of one multiplier W = χ²_{2a}/c, in the present precision of mpmath."""

    n: Any
    a: Any
    c: Any

    @classmethod
    def of(cls, setting: Any, t: int) -> Factors:
        """Factors of a recursion; NoClosedForm beyond the reach of the sums."""
        import mpmath

        if t > LARGEST or not setting.sizes.constant:
            raise NoClosedForm(f"the sums are for t up to {LARGEST} and one sample size")
        n = mpmath.mpf(int(setting.sizes(1)))
        return cls(n, (n - 1) / 2, n - mpmath.mpf(setting.family.ddof))

    def power(self, p: Any) -> Any:
        """E W^p; NoClosedForm where it is infinite."""
        import mpmath

        if self.a + p <= 0:
            raise NoClosedForm("the sums need finite moments")
        return mpmath.exp(p * mpmath.log(2 / self.c) + mpmath.loggamma(self.a + p) - mpmath.loggamma(self.a))

    def log_mean(self, p: Any) -> Any:
        """E W^p log W / E W^p."""
        import mpmath

        return mpmath.digamma(self.a + p) + mpmath.log(2 / self.c)

    def log_variance(self) -> Any:
        """Variance of log W."""
        import mpmath

        return mpmath.polygamma(1, self.a)


def location(setting: Any, t: int) -> Any:
    """Standard deviation of d²."""
    import mpmath

    w = Factors.of(setting, t)
    return mpmath.mpf(setting.family.sd) ** 2 * mpmath.sqrt(_fourth(w, t) - _located(w, t) ** 2)


def wasserstein(setting: Any, t: int) -> Any:
    """Standard deviation of d² + (√v − 1)²."""
    import mpmath

    w = Factors.of(setting, t)
    half = mpmath.mpf(1) / 2
    g1, g2, g3, g4 = (w.power(k * half) for k in (1, 2, 3, 4))
    with_sd = mpmath.fsum(g3**i * g1 ** (t - i) for i in range(t)) / w.n
    with_variance = mpmath.fsum(g4**i * g2 ** (t - i) for i in range(t)) / w.n
    located = _located(w, t)
    fourth = g4**t - 4 * g3**t + 6 * g2**t - 4 * g1**t + 1
    second = _fourth(w, t) + 2 * (with_variance - 2 * with_sd + located) + fourth
    mean = located + g2**t - 2 * g1**t + 1
    return mpmath.mpf(setting.family.sd) ** 2 * mpmath.sqrt(second - mean**2)


def kl_model_source(setting: Any, t: int) -> Any:
    """Half the standard deviation of v + d² − log v."""
    import mpmath

    w = Factors.of(setting, t)
    g1, g2, k0, k1 = w.power(1), w.power(2), w.log_mean(0), w.log_mean(1)
    located = _located(w, t)
    with_variance = mpmath.fsum(g2**i * g1 ** (t - i) for i in range(t)) / w.n
    with_log = mpmath.fsum(g1**i * (i * k1 + (t - i) * k0) for i in range(t)) / w.n
    variances = g2**t - g1 ** (2 * t) + _fourth(w, t) - located**2 + t * w.log_variance()
    covariances = with_variance - located * g1**t - (with_log - located * t * k0) - g1**t * t * (k1 - k0)
    return mpmath.sqrt(variances + 2 * covariances) / 2


def kl_source_model(setting: Any, t: int) -> Any:
    """Half the standard deviation of (1 + d²)/v + log v."""
    import mpmath

    w = Factors.of(setting, t)
    h1, h2, k0, k1 = w.power(-1), w.power(-2), w.log_mean(0), w.log_mean(-1)
    located = mpmath.fsum(h1 ** (t - i) for i in range(t)) / w.n
    with_log = mpmath.fsum(h1 ** (t - i) * (i * k0 + (t - i) * k1) for i in range(t)) / w.n
    once = mpmath.fsum(h1**i * h2 ** (t - i) for i in range(t)) / w.n
    pairs, running = mpmath.mpf(0), mpmath.mpf(0)
    for j in range(t):
        pairs += running * h2 ** (t - j)
        running = (running + 1) * h1
    twice = (mpmath.fsum(h2 ** (t - i) for i in range(t)) + 2 * pairs) / w.n**2
    mean = h1**t + located
    variances = h2**t + 2 * once + 3 * twice - mean**2 + t * w.log_variance()
    covariance = h1**t * t * k1 + with_log - mean * t * k0
    return mpmath.sqrt(variances + 2 * covariance) / 2


def _located(w: Factors, t: int) -> Any:
    """E A."""
    import mpmath

    return mpmath.fsum(w.power(1) ** i for i in range(t)) / w.n


def _fourth(w: Factors, t: int) -> Any:
    """E d⁴ = 3 E A²."""
    import mpmath

    r, q = w.power(1), w.power(2)
    below = [mpmath.mpf(0)]
    for j in range(1, t + 1):
        below.append(below[-1] + r**j)
    return 3 * mpmath.fsum(q**i * (1 + 2 * below[t - 1 - i]) for i in range(t)) / w.n**2
