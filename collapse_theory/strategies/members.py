"""Members of a class of families, regimes or samplings, with parameters from the domains of its fields."""

from __future__ import annotations

import math
from dataclasses import MISSING, fields
from typing import Any

from hypothesis import reject
from hypothesis import strategies as st

from collapse_theory.domain import (
    COUNT,
    POSITIVE_SHARE,
    SHARE,
    Choice,
    Course,
    Flag,
    InstanceOf,
    NumberOrName,
    Where,
    domains,
)
from collapse_theory.families import CovarianceMatrix, ProbabilityVector, TransitionMatrix
from collapse_theory.strategies.arrays import covariance_matrices, probability_vectors, transition_matrices

MOST_GENERATIONS = 3
"""Generations for which a parameter that may change has values of their own."""
FARTHEST = 1e6
"""Where a parameter ends whose domain has no end and states no typical range."""


def parameters(domain: Where, default: Any = None) -> st.SearchStrategy[Any]:
    """Values of one parameter, in the typical range of its domain; the default first, then whole steps of 1/2 from it.

    Parameters
    ----------
    domain : Domain, Choice, NumberOrName, Flag, Course or InstanceOf
        Where the parameter lives.
    default : number or str, optional
        The simplest value, to which counterexamples shrink; 0, or the typical value nearest to it, when left out.
    """
    if isinstance(domain, Flag):
        return st.sampled_from([bool(default), not default])
    if isinstance(domain, Course):
        return course(parameters(domain.of, default))
    if isinstance(domain, Choice):
        return st.sampled_from(sorted(domain.names, key=lambda name: name != default))
    if isinstance(domain, NumberOrName):
        return parameters(domain.of, None if isinstance(default, str) else default) | st.sampled_from(domain.names)
    if isinstance(domain, InstanceOf):
        made = {
            TransitionMatrix: transition_matrices,
            ProbabilityVector: probability_vectors,
            CovarianceMatrix: covariance_matrices,
        }
        return st.one_of([made[kind]() if kind in made else members(kind) for kind in domain.kinds])
    low, high = max(domain.low, domain.typical[0], -FARTHEST), min(domain.high, domain.typical[1], FARTHEST)
    if domain.integer:
        return st.integers(math.ceil(low), math.floor(high))
    simplest = min(max(0.0, low), high) if default is None else float(default)
    steps = st.integers(math.ceil(2 * (low - simplest)), math.floor(2 * (high - simplest)))
    floats = st.floats(
        low,
        high,
        allow_nan=False,
        exclude_min=domain.open_low and low == domain.low,
        exclude_max=domain.open_high and high == domain.high,
        allow_subnormal=False,
    )
    return steps.map(lambda twice: simplest + twice / 2).filter(lambda value: value in domain) | floats


def course(one: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """A number, or one for each of some generations."""
    return one | st.lists(one, min_size=2, max_size=MOST_GENERATIONS).map(tuple)


@st.composite
def members(draw: st.DrawFn, kind: type, sample_size: int | None = None) -> Any:
    """Instances of a frozen dataclass: the fields that one of its own examples gives, from their domains.

    Options that exclude each other, or the numbers, are left out. What is needed and has no domain is the example's.
    """
    known, defaults = domains(kind), {f.name: f.default for f in fields(kind) if f.default is not MISSING}
    needed = [f.name for f in fields(kind) if f.name not in known and f.name not in defaults]
    together = dict.fromkeys(
        (
            tuple(name for name in known if getattr(example, name) is not None),
            tuple((name, getattr(example, name)) for name in needed),
        )
        for example in (kind.examples() if hasattr(kind, "examples") else [kind()])
    )
    chosen, given = draw(st.sampled_from(list(together)))
    arguments = dict(given) | {name: draw(part(known[name], defaults.get(name), sample_size)) for name in chosen}
    options = [name for name in chosen if isinstance(known[name], Choice) and name in defaults]
    for left_out in ([], *([name] for name in options), options):
        try:
            return kind(**{name: value for name, value in arguments.items() if name not in left_out})
        except ValueError:
            continue
    reject()


def part(domain: Where, default: Any, sample_size: int | None) -> st.SearchStrategy[Any]:
    """Values of one parameter; counts and shares as parts of a sample size where there is one."""
    if isinstance(domain, Course):
        return course(part(domain.of, default, sample_size))
    if sample_size is not None and domain == COUNT:
        return st.integers(1, sample_size)
    if sample_size is not None and domain in (SHARE, POSITIVE_SHARE):
        return st.integers(0 if domain == SHARE else 1, sample_size).map(lambda points: points / sample_size)
    return parameters(domain, default)
