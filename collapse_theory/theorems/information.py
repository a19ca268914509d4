r"""The view of information: how many real points a generation is still worth.

With the variance known, the fitted mean of generation t has the squared error :math:`M_t\,\sigma_0^2`, and so has the
mean of :math:`1/M_t` real points. For a Gaussian the fitted mean is normal about the source's, so that
:math:`1/(M_t\sigma_0^2)` is its Fisher information about it. Model points add none; they only rearrange what real
points brought in, and well weighed they can keep more of it than real points alone.
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
from collapse_theory.regimes import AccumulateFresh, AccumulateSubsample, Step
from collapse_theory.tableau import feedback
from collapse_theory.tableau.linear_map import AffineMap, settled
from collapse_theory.tableau.moments import ONE, M, V, exact_step_map, letters, second_moment_map
from collapse_theory.tableau.stepping import limits, second_moments
from collapse_theory.theorem import Check, Theorem, matrix_in_mpmath
from collapse_theory.theorems.control import asked

PAGE = "docs/theory/control"
TERMS = 200_000
"""Terms of a series that are added up before the rest is extrapolated."""
SMALL = 0.05
"""Largest e for which the series of the digamma function below 1 is summed."""
MOST_LETTERS = 8
"""Most moments of which powers are taken in 50 digits."""
FAR, HALVINGS = 2**15, 5
"""Generation from which, back by halves, a limit is extrapolated."""


@dataclass(frozen=True)
class Information:
    """What a generation knows of the source, in real points.

    Parameters
    ----------
    recursion : Recursion
        What is looked at.
    """

    recursion: Any = field(repr=False)

    def real_points(self, t: ArrayLike) -> Any:
        """Real points whose mean is as good as that of generation t ≥ 1, 1/M_t with known variance; infinite at 0.

        Raises
        ------
        NoClosedForm
            For a family without two matched moments.
        """
        setting = self.recursion
        _need_moments(setting)

        def points(flat: NDArray[np.int64]) -> NDArray[np.float64]:
            later = np.maximum(flat, 1)
            error = second_moments(setting.regime, setting.sizes, 0.0, later, known_variance=True)[1]
            return np.where(flat == 0, np.inf, 1 / error)

        return elementwise(points, checked_generations(t))

    def fisher(self, t: ArrayLike) -> Any:
        """Fisher information about the source's mean in the fitted mean of generation t, of a known variance.

        Raises
        ------
        NotDefined
            For a family whose fitted mean is not normal.
        """
        if type(self.recursion.family).__name__ not in ("Gaussian", "NormalMean"):
            raise NotDefined(f"fisher: {type(self.recursion.family).__name__} has no normal fitted mean")
        return self.real_points(t) / self.recursion.family.spread

    @property
    def limit(self) -> float:
        """Real points that the long run is worth.

        Raises
        ------
        NoClosedForm
            Where no theorem is known.
        """
        if self.recursion.tableau.screen is not None or not self.recursion.sampling.honest:
            _need_moments(self.recursion)
        return asked(self.recursion, STATISTIC)

    def __str__(self) -> str:
        try:
            points = [f"real points at t = {t:<6} {self.real_points(t):.6g}" for t in (1, 10, 100)]
            return "\n".join([*points, f"{'in the long run':<24} {self.limit:.6g}"])
        except NoClosedForm as unknown:
            return str(unknown)


STATISTIC = "effective_real_sample_size"


def _need_moments(setting: Any) -> None:
    if not setting.sampling.honest:
        raise NoClosedForm(f"{STATISTIC}: {setting.sampling!r} is a bias, which no number of real points has")
    if setting.tableau.screen is not None:
        raise NoClosedForm(
            f"{STATISTIC}: {setting.regime!r} changes the law of real points, so they have no worth in it"
        )
    if not _moments(setting):
        raise NoClosedForm(f"{STATISTIC}: {setting.family!r} does not match two moments")


def _moments(setting: Any) -> bool:
    """Second moments that are matched, and real points whose law is the source's."""
    matched = setting.family.two_moments or setting.family.conserved_spread
    return bool(matched and setting.tableau.screen is None)


def _slotless(setting: Any) -> bool:
    return _moments(setting) and settled(setting) and not setting.tableau.stored


def _slotless_size(setting: Any) -> float:
    exact = AffineMap.of_known_variance(setting.regime, setting.sizes)
    return float((1 - exact.a[1][1]) / exact.b[1])


def _slots_size(setting: Any) -> float:
    if not feedback.pinned(setting.tableau):
        return 0.0
    return 1 / limits(setting.regime, setting.sizes, 0.0, known_variance=True)[1]


def _slots_reference(setting: Any, t: int) -> Any:
    import mpmath

    return _settled_size(setting.regime, setting.sizes, mpmath.mp.prec)


@lru_cache(maxsize=256)
def _settled_size(regime: Any, sizes: Any, _: int) -> Any:
    """Powers of the exact map in mpmath to the present precision, 2^200 generations after the opening."""
    import mpmath

    step, opening = regime.tableau(sizes), regime.opening
    order = letters(len(step.keep))
    if not feedback.pinned(step) or len(order) > MOST_LETTERS or step.thinned:
        raise NoClosedForm("powers in 50 digits are for kept slots and few letters")

    def matrix(rows: Any) -> Any:
        return matrix_in_mpmath([[rows[a].get(b, 0) if a != V else int(a == b) for b in order] for a in order])

    state = mpmath.matrix([int(letter in (V, ONE)) for letter in order])
    for generation in range(1, opening + 1):
        state = matrix(exact_step_map(regime.step(generation, sizes), 0)) * state
    late = matrix(exact_step_map(step, 0))
    for _ in range(200):
        late = late * late
    return 1 / (late * state)[order.index(M)]


def _sampled(setting: Any) -> bool:
    return _moments(setting) and isinstance(setting.regime, AccumulateSubsample) and _constant(setting)


def _subsampled(setting: Any) -> bool:
    return _sampled(setting) and setting.regime.size is None


def _constant(setting: Any) -> bool:
    return bool(setting.sizes.constant)


def _subsampled_size(setting: Any) -> float:
    n = float(setting.sizes(1))
    if setting.regime.replacement:
        return float(n / ((2 * n - 1) * _digamma_below_one(1 / n)))
    return float(n / (n / (n - 1) + _series(n)))


def _digamma_below_one(e: float) -> float:
    """−ψ(1 − e) − γ = Σ_{k ≥ 2} ζ(k) e^(k − 1), by the series where the difference would cancel."""
    from scipy.special import psi, zeta

    if e > SMALL:
        return float(-psi(1 - e) - np.euler_gamma)
    k = np.arange(2, 16)
    return float(np.sum(zeta(k) * e ** (k - 1.0)))


def _series(n: float) -> float:
    """Sum of the terms of a hypergeometric series that fall like k^−(3 − 1/n); its rest by Richardson's scheme."""
    e = 1 / n
    k = np.arange(1.0, TERMS)
    ratios = (k * (k + 1) - 2 * e) * k / ((k + 2 - e) * (k + 1) ** 2)
    terms = (3 - e) / (2 - e) * np.concatenate(([1.0], np.cumprod(ratios)))
    partial = np.cumsum(terms)
    return _extrapolated(partial[TERMS // 2 ** np.arange(HALVINGS, -1, -1) - 1], 2 - e + np.arange(HALVINGS))


def _extrapolated(values: Any, orders: Any) -> float:
    """Limit of values at doubled distances whose errors fall with these powers (Richardson)."""
    for order in orders:
        values = values[1:] + np.diff(values) / (2**order - 1)
    return float(values[-1])


def _sampled_size(setting: Any) -> float:
    """From the moment map far out, where the variance of the pool is off by powers 1 − 1/k, 1, 2 − 1/k, … of 1/t."""
    t, inverse = FAR // 2 ** np.arange(HALVINGS, -1, -1), 1 / setting.regime.size
    orders = sorted([*(j - inverse for j in (1, 2, 3)), 1, 2, 3])[:HALVINGS]
    return 1 / _extrapolated(second_moments(setting.regime, setting.sizes, 0.0, t, known_variance=True)[1], orders)


def _subsampled_reference(setting: Any, t: int) -> Any:
    import mpmath

    return _sampled_pool_size(int(setting.sizes(1)), setting.regime.replacement, mpmath.mp.prec)


@lru_cache(maxsize=64)
def _sampled_pool_size(size: int, replacement: bool, _: int) -> Any:  # noqa: FBT001 (the key of a cache)
    import mpmath

    n = mpmath.mpf(size)
    if replacement:
        return n / (-(2 * n - 1) * (mpmath.psi(0, 1 - 1 / n) + mpmath.euler))
    if n > 3:
        raise NoClosedForm("the series is summed in many digits for n = 2 and 3 only, as that takes seconds")
    e = 1 / n
    root = mpmath.sqrt(1 + 8 * e)
    z = (-1 + root) / 2, (-1 - root) / 2
    with mpmath.workdps(25):
        total = mpmath.hyper([1, 1, 1 - z[0], 1 - z[1]], [2, 2, 3 - e], 1)
    return n / (n / (n - 1) + (3 - e) / (2 - e) * total)


def _replaced_growing(setting: Any) -> bool:
    growing = not setting.sizes.constant and setting.sizes.reciprocal_sum_converges is False
    return _moments(setting) and bool(setting.tableau.replacement) and growing


def _prove_divergence() -> tuple[Check, ...]:
    """The harmonic series, the slowest growth that a schedule of known end with an infinite sum can have."""
    import sympy

    j = sympy.Symbol("j", positive=True, integer=True)
    return (Check("the sum of 1/j is infinite", sympy.summation(1 / j, (j, 1, sympy.oo)) == sympy.oo),)


def _size(step: Step) -> Any:
    """1/M* of a step without slots, with known variance, in letters."""
    row = second_moment_map(step, 0)[M]
    return (1 - row.get(M, 0)) / (row.get(V, 0) + row.get(ONE, 0))


def _prove_sizes() -> tuple[Check, ...]:
    """The quotient against the printed sizes, and the best weight."""
    import sympy

    from collapse_theory.symbols import alpha, n

    r, m, w = sympy.symbols("r m w", positive=True)
    fixed = _size(Step(drawn=(alpha * n, (1 - alpha) * n), weight=(1, 1)))
    chance = _size(Step(drawn=(0, n), weight=(0, 1), share=alpha))
    k = r / m
    pooled = _size(Step(drawn=(r, m), weight=(1, 1)))
    weighted = _size(Step(drawn=(r, m), weight=(w / r, (1 - w) / m)))
    best = (sympy.sqrt(k**2 + 4 * k) - k) / 2
    return (
        Check("fixed count: n α(2 − α)", sympy.simplify(fixed - n * alpha * (2 - alpha)) == 0),
        Check(
            "by chance: [1 − (1 − α)²]n − α(1 − α)",
            sympy.simplify(chance - (n * alpha * (2 - alpha) - alpha * (1 - alpha))) == 0,
        ),
        Check("pooled: r(k + 2)/(k + 1), k = r/m", sympy.simplify(pooled - r * (k + 2) / (k + 1)) == 0),
        Check("best weighed: r/w*", sympy.simplify((weighted - r / w).subs(w, best)) == 0),
        Check("about √(rm) for many synthetic points", sympy.limit((r / best) / sympy.sqrt(r * m), m, sympy.oo) == 1),
        Check("replacement: 0", sympy.simplify(_size(Step(drawn=(0, n), weight=(0, 1)))) == 0),
    )


def _prove_pool() -> tuple[Check, ...]:
    import sympy

    from collapse_theory.symbols import n

    j = sympy.Symbol("j", positive=True, integer=True)
    kept = sympy.summation(1 / (n * j**2), (j, 1, sympy.oo))
    return (Check("accumulation: 6n/π²", sympy.simplify(1 / kept - 6 * n / sympy.pi**2) == 0),)


def _theorem(title: str, statement: str, conditions: str, holds: Any, value: Any, **more: Any) -> Theorem:
    return Theorem(
        title=f"effective real sample size {title}",
        quantity="squared_location",
        statistic=STATISTIC,
        road="closed form",
        statement=statement,
        conditions=f"known variance; {conditions}",
        source=PAGE,
        holds=holds,
        value=value,
        **more,
    )


INFORMATION: tuple[Theorem, ...] = (
    _theorem(
        "without stored points",
        r"\frac{1 - A_{MM}}{A_{MV} + b_M}",
        "no stored slots, one sample size; 0 where nothing is real",
        _slotless,
        _slotless_size,
        proof=_prove_sizes,
    ),
    _theorem(
        "with stored points",
        r"1/M_\infty,\quad x_\infty = \lim_t A^t x",
        "stored slots, one sample size, a step that does not change any more; 0 where nothing is kept",
        lambda setting: (
            _moments(setting) and settled(setting) and bool(setting.tableau.stored) and feedback.few(setting.tableau)
        ),
        _slots_size,
        reference=_slots_reference,
    ),
    _theorem(
        "under replacement with growing samples",
        r"\Big(\sum_t 1/n_t\Big)^{-1} = 0",
        "replacement, sum of 1/n_t infinite",
        _replaced_growing,
        lambda setting: 0.0,
        proof=_prove_divergence,
    ),
    _theorem(
        "under accumulation",
        r"\Big(\sum_t \frac{n}{(nt)^2}\Big)^{-1} = \frac{6n}{\pi^2}",
        "accumulation, one sample size",
        lambda setting: _moments(setting) and setting.tableau.accumulation and setting.sizes.constant,
        lambda setting: 6 * setting.sizes(1) / np.pi**2,
        proof=_prove_pool,
    ),
    _theorem(
        "of samples of a pool",
        r"-\frac{n}{(2n-1)(\psi(1-\frac1n) + \gamma)} \text{ with replacement},\quad"
        r" n\Big/\Big[\frac{n}{n-1} + \frac{3-1/n}{2-1/n}\,{}_4F_3(1)\Big] \text{ without}",
        "accumulation, every fit sees a sample of the pool, of the size of a batch; one sample size",
        _subsampled,
        _subsampled_size,
        reference=_subsampled_reference,
    ),
    _theorem(
        "of samples of a pool, of any size",
        r"1/M_\infty,\quad M_\infty = \lim_t M_t",
        "accumulation, every fit sees a sample of the pool; one sample size",
        lambda setting: _sampled(setting) and setting.regime.size is not None and setting.regime.size > 1,
        _sampled_size,
        accuracy="1e-11 relative: extrapolated from the exact map at 2^15 generations",
    ),
    _theorem(
        "of a pool with new real points",
        r"\infty",
        "accumulation with new real points, one sample size: the fitted mean is consistent",
        lambda setting: _moments(setting) and isinstance(setting.regime, AccumulateFresh) and _constant(setting),
        lambda setting: np.inf,
    ),
)
