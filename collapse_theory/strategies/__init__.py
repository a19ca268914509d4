"""Hypothesis strategies for recursions: for property-based tests of one's own claims and code.

Parameters and seeds are generated, never samples: what is random in a simulation comes from the seed. Every strategy
draws small and simple examples first, so that a counterexample shrinks to one that can be read.

>>> from hypothesis import given, settings
>>> import collapse_theory as ct
>>> @settings(deadline=None)
... @given(ct.strategies.recursions(families=ct.Gaussian, regimes=ct.Replace))
... def test_the_mean_variance_never_grows_at_ddof_one_or_below(recursion):
...     if recursion.family.estimator == "plug-in" and recursion.family.ddof <= 1:
...         assert recursion.variance.mean(10) <= recursion.variance.mean(0) * (1 + 1e-12)

Give ``deadline=None``: the first simulation of a process loads the compiled kernels, the first ever compiles them, and
the first formula is derived by sympy; any of that takes longer than Hypothesis allows one example. A single
``recursion.simulate(1, 1, rng=0)`` before the tests warms the kernels.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from functools import partial
from typing import Any

from hypothesis import reject
from hypothesis import strategies as st

from collapse_theory import families as all_families
from collapse_theory import regimes as all_regimes
from collapse_theory import sampling as all_samplings
from collapse_theory import schedules as all_schedules
from collapse_theory.domain import COUNT, GENERATION, domains
from collapse_theory.errors import NotDefined
from collapse_theory.families import Categorical, Family, Gaussian, ProbabilityVector
from collapse_theory.recursion import Recursion
from collapse_theory.regimes import Regime
from collapse_theory.sampling import Sampling
from collapse_theory.schedules import Schedule
from collapse_theory.strategies.arrays import (
    covariance_matrices,
    probabilities,
    probability_vectors,
    transition_matrices,
)
from collapse_theory.strategies.members import members, parameters

__all__ = [
    "covariance_matrices",
    "families",
    "generations",
    "parameters",
    "probability_vectors",
    "recursions",
    "regimes",
    "sample_sizes",
    "samplings",
    "schedules",
    "seeds",
    "transition_matrices",
]

Kinds = Any
"""One class, or several, from which a member is drawn."""

SMALLEST_SIZE, LARGEST_SIZE = 2, 1000
ENOUGH = 8
"""Sample size with which the examples of every family and every regime go."""
HALVES = st.integers(-4, 4).map(lambda twice: twice / 2)
FRACTIONS = st.sampled_from([1 / 2, 1, 1 / 3, 1 / 4, 1 / 5, 1 / 10])
"""Fractions of which every sample size is a whole number of points."""


def __dir__() -> list[str]:
    return [*__all__]


def families(kinds: Kinds = None) -> st.SearchStrategy[Family]:
    """Families with parameters from their domains.

    Parameters
    ----------
    kinds : type or sequence of types, optional
        Family classes, such as ``ct.Gaussian``; all by default.
    """
    return _any_family(kinds)


def regimes(kinds: Kinds = None, *, sample_size: int = LARGEST_SIZE) -> st.SearchStrategy[Regime]:
    """Regimes that can split a sample size: counts up to n, shares and weights that are whole multiples of 1/n.

    Parameters
    ----------
    kinds : type or sequence of types, optional
        Regime classes, such as ``ct.Fresh``; all by default.
    sample_size : int
        The sample size n.
    """
    return _any_regime(kinds, sample_size)


def samplings(kinds: Kinds = None, family: Family | None = None) -> st.SearchStrategy[Sampling]:
    """Samplings with parameters from their domains; labels, and laws that correct, are those of a family.

    Parameters
    ----------
    kinds : type or sequence of types, optional
        Sampling classes, such as ``ct.Temperature``, honest draws among them; all that the family has the verbs for by
        default, as for ``ct.Sampling``.
    family : Family, optional
        What is sampled; by default a fair coin where types have labels, and else the standard Gaussian.

    Raises
    ------
    ValueError
        For what are no classes, and for a family that goes with none of them.
    """
    chosen = _kinds("samplings", kinds, all_samplings.named())
    if family is not None:
        going = tuple(kind for kind in chosen if _goes(family, kind))
        if not going:
            names = ", ".join(f"ct.{kind.__name__}" for kind in chosen)
            raise ValueError(f"samplings = {names} is outside its domain: a sampling that is defined for {family!r}")
        return st.one_of([_sampling(kind, family) for kind in going])
    stand_ins = (Gaussian(), Categorical([0.5, 0.5]))
    return st.one_of([_sampling(kind, next((one for one in stand_ins if _goes(one, kind)), None)) for kind in chosen])


def schedules(smallest: int = SMALLEST_SIZE, largest: int = LARGEST_SIZE) -> st.SearchStrategy[Schedule]:
    """Schedules of sample sizes, constant, polynomial and geometric; their first size lies in [smallest, largest]."""
    first = st.integers(smallest, largest)
    return st.one_of(
        st.builds(all_schedules.Constant, first),
        st.builds(all_schedules.power, first, st.sampled_from([0.5, 1.0, 1.5, 2.0])),
        st.builds(all_schedules.geometric, first, st.sampled_from([1.1, 1.5, 2.0])),
    )


def sample_sizes(smallest: int = SMALLEST_SIZE, largest: int = LARGEST_SIZE) -> st.SearchStrategy[int]:
    """Sample sizes n, small ones first."""
    return st.integers(COUNT.check("smallest", smallest), COUNT.check("largest", largest))


def generations(last: int = LARGEST_SIZE) -> st.SearchStrategy[int]:
    """Generations t from 0, the source, on."""
    return st.integers(0, GENERATION.check("last", last))


def seeds() -> st.SearchStrategy[int]:
    """Seeds for ``rng``."""
    return st.integers(0, 2**32 - 1)


def recursions(
    families: Kinds = None,
    regimes: Kinds = None,
    sample_sizes: st.SearchStrategy[Any] | None = None,
    samplings: Kinds = None,
) -> st.SearchStrategy[Recursion]:
    """Recursions whose family, regime and sample size fit together; a pair that is not defined is never drawn.

    Draws are honest unless samplings are asked for: a claim about a regime hardly ever holds for every way of sampling.

    Parameters
    ----------
    families, regimes : type or sequence of types, optional
        From which classes; all by default.
    sample_sizes : SearchStrategy, optional
        Sample sizes or schedules; integers from 2 to 1000 by default.
    samplings : type or sequence of types, optional
        From which classes of samplings, ``ct.Sampling`` for all; families that go with none are left out.

    Raises
    ------
    ValueError
        For what are no classes, such as an instance, for what is no strategy, and for classes of which no pair is
        defined.
    """
    sizes = st.integers(SMALLEST_SIZE, LARGEST_SIZE) if sample_sizes is None else sample_sizes
    if not isinstance(sizes, st.SearchStrategy):
        domain = "a strategy, such as hypothesis.strategies.sampled_from([10, 20])"
        raise ValueError(f"sample_sizes = {sizes!r} is outside its domain: {domain}")
    data, fitted = (
        _kinds("regimes", regimes, all_regimes.named()),
        _kinds("families", families, all_families.named()),
    )
    if not any(_defined(family, regime) for kind in fitted for family in kind.examples() for regime in data):  # type: ignore[attr-defined]
        names, told = (", ".join(f"ct.{kind.__name__}" for kind in kinds) for kinds in (data, fitted))
        raise ValueError(f"regimes = {names} is outside its domain: a regime that is defined for {told}")
    if samplings is None:
        return _recursions(_any_family(families), data, sizes, ())
    ways = _kinds("samplings", samplings, all_samplings.named())
    sampled = [kind for kind in fitted if any(_goes(one, way) for one in kind.examples() for way in ways)]  # type: ignore[attr-defined]
    if not sampled:
        names, told = (", ".join(f"ct.{kind.__name__}" for kind in kinds) for kinds in (ways, fitted))
        raise ValueError(f"samplings = {names} is outside its domain: a sampling that is defined for {told}")
    return _recursions(_any_family(sampled), data, sizes, ways)


@st.composite
def _recursions(
    draw: st.DrawFn,
    families: st.SearchStrategy[Family],
    regimes: tuple[type, ...],
    sizes: st.SearchStrategy[Any],
    ways: tuple[type, ...],
) -> Recursion:
    size = draw(sizes)
    family = draw(families)
    kinds = [kind for kind in regimes if _defined(family, kind)]
    if not kinds:
        reject()
    regime = draw(_any_regime(kinds, all_schedules.as_schedule(size).smallest_by(1)))
    if ways and not any(_goes(family, way) for way in ways):
        reject()
    sampled = {"sampling": draw(samplings(ways, family))} if ways else {}
    try:
        return Recursion(family, regime, sample_size=size, **sampled)
    except (ValueError, NotDefined):
        reject()


def _goes(family: Family, kind: Any) -> bool:
    """Whether a family has the verbs that some example of a sampling needs."""
    return any(all(map(family.has, sampling.verbs)) for sampling in kind.examples_for(family))


@st.composite
def _sampling(draw: st.DrawFn, kind: Any, family: Family | None) -> Any:
    """A sampling: what one of its own examples gives, from its domain, from the family, or else as it is there."""
    known = domains(kind)
    example = draw(st.sampled_from(kind.examples() if family is None else kind.examples_for(family)))
    own = {} if family is None else _of_the_family(family)
    arguments = {}
    for name in (f.name for f in fields(kind)):
        value = getattr(example, name)
        if name in own:
            arguments[name] = draw(own[name])
        elif name in known and value is not None:
            arguments[name] = draw(FRACTIONS if name == "fraction" else parameters(known[name], value))
        else:
            arguments[name] = value
    try:
        found = kind(**arguments)
        if family is not None:
            found.check_verbs(family)
            found.check(family, all_schedules.Constant(ENOUGH))
    except (ValueError, NotDefined):
        reject()
    return found


def _of_the_family(family: Family) -> dict[str, st.SearchStrategy[Any]]:
    """Parameters of samplings that are labels of the family's types, or members of the family."""
    if not isinstance(family, Categorical):
        return {"toward": st.just(family) | members(type(family))}
    label = st.sampled_from(family.types)
    few = st.lists(label, unique=True, min_size=1, max_size=max(len(family.types) - 1, 1))
    law = probabilities(len(family.types)).filter(lambda row: sum(p > 0 for p in row) >= 2)
    return {
        "of": label,
        "good": few.map(tuple),
        "values": st.dictionaries(label, HALVES, min_size=1),
        "toward": law.map(lambda row: replace(family, probabilities=ProbabilityVector(row))),
    }


def _defined(family: Family, kind: Any) -> bool:
    """Whether a family has what some example of a regime needs."""
    for regime in kind.examples():
        try:
            family.check_step(regime.tableau(all_schedules.Constant(ENOUGH)))
        except NotDefined:
            continue
        except ValueError:
            return True
        return True
    return False


def _any_family(kinds: Kinds) -> st.SearchStrategy[Family]:
    return st.one_of([members(kind) for kind in _kinds("families", kinds, all_families.named())])


def _any_regime(kinds: Kinds, sample_size: int) -> st.SearchStrategy[Regime]:
    every = [members(kind, sample_size) for kind in _kinds("regimes", kinds, all_regimes.named())]
    return st.one_of([one.filter(partial(_splits, sample_size=sample_size)) for one in every])


def _splits(regime: Regime, sample_size: int) -> bool:
    """Whether a regime can split a sample size."""
    try:
        regime.check(all_schedules.Constant(sample_size))
    except ValueError:
        return False
    return True


def _kinds(name: str, kinds: Kinds, every: Mapping[str, type]) -> tuple[type, ...]:
    """The classes that are asked for, by default every one; ValueError for what is no class or sequence of classes."""
    if kinds is None or kinds is Sampling:
        return tuple(every.values())
    found = tuple(kinds) if isinstance(kinds, (list, tuple, set, frozenset)) else (kinds,)
    if not found or not all(isinstance(kind, type) and hasattr(kind, "examples") for kind in found):
        classes = ", ".join(f"ct.{kind.__name__}" for kind in every.values())
        raise ValueError(f"{name} = {kinds!r} is outside its domain: classes such as {classes}")
    return found
