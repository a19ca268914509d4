r"""What long paths do to a chain: the leading order in 1/n of drifts, spreads and losses under plain replacement.

With the stationary law π, the fundamental matrix :math:`Z = (I-P+\mathbf 1\pi^\top)^{-1}` and the mean time
:math:`m_{ji} = (Z_{ii}-Z_{ji})/\pi_i` from j to i, one refit on a path of n transitions moves every probability by

.. math:: E\,P_{t+1,ij} - P_{ij} = \frac{P_{ij}}{n}\Bigl(m_{ji} - \frac{1-\pi_i}{\pi_i}\Bigr) + O(n^{-2}),

the entropy rate by :math:`-(|E|-|S|)/(2n)`, and the long-run law by nothing, but makes it wander with the covariance
:math:`\Gamma/n`. Over t generations, t much below n, these add up.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from collapse_theory.errors import NoClosedForm
from collapse_theory.families.markov_chain.dense import INVERTED, fundamental_matrix, occupation_covariance
from collapse_theory.families.markov_chain.first_paths import after_one, edge_lives, state_lives, std_after_one
from collapse_theory.families.smoothing import AbsoluteDiscount, AddAlpha
from collapse_theory.schedules import additive
from collapse_theory.theorem import Order, Theorem
from collapse_theory.wright_fisher.branching import survival

Array = NDArray[np.float64]

PAGE = "docs/theory/markov_chain"


@dataclass(frozen=True, eq=False)
class Fluctuations:
    """What the leading order needs of a source: π, Z, and the covariance Γ of occupation shares times n."""

    law: Array
    fundamental: Array
    covariance: Array

    def hitting_time(self, start: int, end: int) -> float:
        """Mean time from one state to another; 0 from a state to itself."""
        z = self.fundamental
        return float((z[end, end] - z[start, end]) / self.law[end])


@lru_cache(maxsize=16)
def fluctuations(matrix: Any) -> Fluctuations:
    """Fluctuations of an irreducible chain.

    Raises
    ------
    NoClosedForm
        For more states than a dense inverse can take.
    """
    from collapse_theory.families.markov_chain.stationary import long_runs

    if matrix.states > INVERTED:
        raise NoClosedForm(f"the fundamental matrix of {matrix.states} states: at most {INVERTED}")
    p = matrix.dense
    law = long_runs(p, np.full(matrix.states, 1.0 / matrix.states))
    z = fundamental_matrix(p, law)
    return Fluctuations(law, z, occupation_covariance(z, law))


def _refitted(setting: Any) -> bool:
    """Replacement by the paths of an irreducible source that begin anywhere but in one fixed state."""
    from collapse_theory.families.markov_chain.markov_chain import MarkovChain

    family = setting.family
    return (
        isinstance(family, MarkovChain)
        and setting.tableau.replacement
        and family.start != "fixed"
        and family.unseen_row != "cyclic"
        and family.matrix.irreducible
    )


def _unsmoothed(setting: Any) -> bool:
    return _refitted(setting) and setting.family.smoothing is None


def _pulled(setting: Any) -> bool:
    """Where the smoothing pulls smoothly: a discount has something to take off only where every edge is often seen."""
    family = setting.family
    full = family.matrix.edges == family.matrix.states**2
    return _refitted(setting) and (full or not isinstance(family.smoothing, AbsoluteDiscount))


def _steps(setting: Any, t: Any) -> Array:
    """Sum of 1/n over the generations."""
    return additive(setting.sizes, t, lambda n: 1.0 / n)


def _freedom(setting: Any) -> int:
    matrix = setting.family.matrix
    return int(matrix.edges - matrix.states)


def _drift(start: Callable[..., float], slope: Callable[..., float]) -> Callable[..., Array]:
    """Value that starts somewhere and moves by slope/n in every generation."""

    def value(setting: Any, t: Any, *arguments: Any) -> Array:
        return np.asarray(start(setting, *arguments) + slope(setting, *arguments) * _steps(setting, t))

    return value


def _source_value(name: str) -> Callable[..., float]:
    return lambda setting, *arguments: float(setting.watch(name, *arguments).source_value)


def persistence(setting: Any, a: Any, b: Any) -> float:
    """Drift of a transition probability times n: the ways that come back soon are the ones that shrink."""
    family = setting.family
    i, j = family.index(a), family.index(b)
    parts, p = fluctuations(family.matrix), family.matrix.dense
    law = parts.law
    own = p[i, j] * (parts.hitting_time(j, i) - (1 - law[i]) / law[i])
    return float(own + _smoothing(family, i, j, law))


def _smoothing(family: Any, i: int, j: int, law: Array) -> float:
    """Pull of the smoothing on a transition probability, times n; none where it backs off to the source itself.

    A discount pulls so in a source without zeros.
    """
    p, states = family.matrix.dense, family.matrix.states
    if isinstance(family.smoothing, AddAlpha):
        return float(states * family.smoothing.alpha / law[i] * (1 / states - p[i, j]))
    if isinstance(family.smoothing, AbsoluteDiscount):
        return float(family.smoothing.discount / law[i] * (states * law[j] - 1))
    return 0.0


def _spread(setting: Any, t: Any, label: Any) -> Array:
    parts, i = fluctuations(setting.family.matrix), setting.family.index(label)
    return np.asarray(np.sqrt(parts.covariance[i, i] * _steps(setting, t)))


def _distance(setting: Any, t: Any) -> Array:
    r"""Half the sum of the mean moduli of normals of variance :math:`\Gamma_{ii}\sum 1/n`."""
    variances = np.maximum(np.diag(fluctuations(setting.family.matrix).covariance), 0.0)
    return np.asarray(0.5 * np.sqrt(2 / np.pi) * np.sqrt(variances).sum() * np.sqrt(_steps(setting, t)))


def _wandering(setting: Any) -> float:
    return float(np.trace(fluctuations(setting.family.matrix).covariance))


def _branching(mass: Callable[..., float]) -> Callable[..., Array]:
    """Survival of something of which n·mass copies are expected, each with Poisson(1) copies in its turn."""

    def value(setting: Any, t: Any, *arguments: Any) -> Array:
        expected = float(setting.sizes(1)) * mass(setting, *arguments)
        return np.asarray(survival(expected, t))

    return value


def _edge_mass(setting: Any, a: Any, b: Any) -> float:
    family = setting.family
    i, j = family.index(a), family.index(b)
    return float(family.stationary[i] * family.matrix.rows[i, j])


def _state_mass(setting: Any, label: Any) -> float:
    return float(setting.family.stationary[setting.family.index(label)])


def _two_states(setting: Any) -> bool:
    return bool(setting.family.matrix.states == 2) and setting.family.start == "occupancy"


def _order(order: float, name: str, *, paths: int = 8) -> Order:
    return Order(order, along=lambda m: (paths * m, 1), against=after_one(name), when=_two_states)


def _rare_edge(m: int) -> Any:
    """A chain of three states with a transition of which two are expected in m steps."""
    from collapse_theory.families.markov_chain.markov_chain import MarkovChain

    rare = 4.0 / m
    return MarkovChain([[0.5 - rare, rare, 0.5], [0.5, 0.5, 0], [1, 0, 0]])


def _rare_state(m: int) -> Any:
    """A chain of three states of which the first is expected once or twice in m steps, never twice in a row."""
    from collapse_theory.families.markov_chain.markov_chain import MarkovChain

    rare = 4.0 / m
    return MarkovChain([[0, 1, 0], [rare, 0.5 - rare, 0.5], [0, 1, 0]])


ASYMPTOTICS: tuple[Theorem, ...] = (
    Theorem(
        title="drift of the entropy rate",
        quantity="entropy_rate",
        statistic="mean",
        road="asymptotic",
        statement=r"E\,h_t = h_0 - \frac{|E|-|S|}{2}\sum_{s\le t}\frac1{n_s} + O(n^{-2})",
        conditions="replacement, no smoothing, irreducible source, every edge often seen, t much below n",
        source=f"billingsley1961 for the likelihood ratio; {PAGE}",
        holds=_unsmoothed,
        value=_drift(_source_value("entropy_rate"), lambda setting: -0.5 * _freedom(setting)),
        name="drift",
        order=_order(2, "entropy_rate"),
    ),
    Theorem(
        title="drift of KL(model‖source) per transition",
        quantity="kl_rate_model_source",
        statistic="mean",
        road="asymptotic",
        statement=r"E\,\mathrm{KL}(P_t\,\|\,P_0) = \frac{|E|-|S|}{2}\sum_{s\le t}\frac1{n_s}\,(1+O(n^{-1}))",
        conditions="replacement, no smoothing, irreducible source, every edge often seen, t much below n",
        source=f"billingsley1961; {PAGE}",
        holds=_unsmoothed,
        value=_drift(lambda setting: 0.0, lambda setting: 0.5 * _freedom(setting)),
        name="drift",
        order=_order(1, "kl_rate_model_source"),
    ),
    Theorem(
        title="persistence bias and pull of the smoothing on a transition",
        quantity="transition_probability",
        statistic="mean",
        road="asymptotic",
        statement=r"E\,P_t(i,j) = P_{ij} + \sum_{s\le t}\frac1{n_s}\Bigl[P_{ij}\Bigl(m_{ji}-\frac{1-\pi_i}{\pi_i}\Bigr)"
        r" + \frac{K\alpha}{\pi_i}\Bigl(\frac1K-P_{ij}\Bigr)\Bigr] + O(n^{-2})",
        conditions="replacement, irreducible source, every state often left, t much below n; α = 0 without smoothing, "
        "a discount d pulls by d(K π_j − 1)/π_i in a source without zeros, backing off to the source not at all",
        source=f"kendall1954, marriott1954 for autoregressions; {PAGE}",
        holds=_pulled,
        value=_drift(_source_value("transition_probability"), persistence),
        name="drift",
        order=_order(2, "transition_probability"),
    ),
    Theorem(
        title="self-transitions shrink",
        quantity="self_transition",
        statistic="mean",
        road="asymptotic",
        statement=r"E\,P_t(i,i) = P_{ii} - P_{ii}\frac{1-\pi_i}{\pi_i}\sum_{s\le t}\frac1{n_s} + O(n^{-2})",
        conditions="replacement, irreducible source, every state often left, t much below n; smoothing pulls as for "
        "any transition",
        source=f"kendall1954, marriott1954 for autoregressions; {PAGE}",
        holds=_pulled,
        value=_drift(_source_value("self_transition"), lambda setting, label: persistence(setting, label, label)),
        name="drift",
        order=_order(2, "self_transition"),
    ),
    Theorem(
        title="long-run shares do not drift",
        quantity="stationary_probability",
        statistic="mean",
        road="asymptotic",
        statement=r"E\,\pi_t(i) = \pi_0(i) + O(n^{-2})",
        conditions="replacement, no smoothing, irreducible source, every edge often seen, t much below n",
        source=PAGE,
        holds=_unsmoothed,
        value=_drift(_source_value("stationary_probability"), lambda setting, label: 0.0),
        name="drift",
        order=_order(2, "stationary_probability"),
    ),
    Theorem(
        title="spread of a long-run share",
        quantity="stationary_probability",
        statistic="std",
        road="asymptotic",
        statement=r"\operatorname{Var}\pi_t(i) = \Gamma_{ii}\sum_{s\le t}\frac1{n_s}\,(1+O(n^{-1})),\quad"
        r"\Gamma_{ij} = \pi_iZ_{ij} + \pi_jZ_{ji} - \pi_i\delta_{ij} - \pi_i\pi_j",
        conditions="replacement, no smoothing, irreducible source, t much below n",
        source=f"kemeny1960 for Γ; {PAGE}",
        holds=_unsmoothed,
        value=_spread,
        name="drift",
        order=Order(1, along=lambda m: (8 * m, 1), against=std_after_one, when=_two_states),
    ),
    Theorem(
        title="distance of the long-run laws",
        quantity="stationary_total_variation",
        statistic="mean",
        road="asymptotic",
        statement=r"E\,\mathrm{TV}(\pi_t,\pi_0) = \sum_i\sqrt{\frac{\Gamma_{ii}}{2\pi}\sum_{s\le t}\frac1{n_s}}"
        r"\,(1+O(n^{-1}))",
        conditions="replacement, no smoothing, irreducible source, t much below n",
        source=PAGE,
        holds=_unsmoothed,
        value=_distance,
        name="drift",
        order=_order(1, "stationary_total_variation"),
    ),
    Theorem(
        title="loss of unigram diversity at the effective sample size",
        quantity="gini_simpson",
        statistic="mean",
        road="asymptotic",
        statement=r"E\,G_t = G_0\Bigl(1-\sum_{s\le t}\frac1{n_{\mathrm{eff},s}}\Bigr) + O(n^{-2}),\quad"
        r"n_\mathrm{eff} = n\,G_0/\sum_i\Gamma_{ii}",
        conditions="replacement, no smoothing, irreducible source, t much below n",
        source=PAGE,
        holds=_unsmoothed,
        value=_drift(_source_value("gini_simpson"), lambda setting: -_wandering(setting)),
        name="drift",
        order=_order(2, "gini_simpson", paths=32),
    ),
    Theorem(
        title="survival of a rare transition",
        quantity="survival_of_edge",
        statistic="mean",
        road="asymptotic",
        statement=r"P((i,j)\in E_t) = 1 - e^{-n\pi_iP_{ij}g_t} + O(n^{-1}),\quad "
        r"g_1 = 1,\ g_{k+1} = 1-e^{-g_k}",
        conditions="replacement, no smoothing, one sample size, nπ_iP_ij of order 1, i ≠ j, t much below n; visits "
        "that come in clumps are lost sooner",
        source=f"suresh2025 for independent points; {PAGE}",
        holds=lambda setting: _unsmoothed(setting) and setting.sizes.constant,
        value=_branching(_edge_mass),
        name="branching",
        order=Order(1, along=lambda m: (2 * m, 2), against=edge_lives, family=lambda m: _rare_edge(2 * m)),
    ),
    Theorem(
        title="survival of a rare state",
        quantity="survival_of_state",
        statistic="mean",
        road="asymptotic",
        statement=r"P(i\in S_t) = 1 - e^{-n\pi_ig_t} + O(n^{-1})",
        conditions="replacement, no smoothing, one sample size, nπ_i of order 1, visits that do not come in clumps, "
        "t much below n",
        source=f"suresh2025 for independent points; {PAGE}",
        holds=lambda setting: _unsmoothed(setting) and setting.sizes.constant,
        value=_branching(_state_mass),
        name="branching",
        order=Order(1, along=lambda m: (2 * m, 2), against=state_lives, family=lambda m: _rare_state(2 * m)),
    ),
)
