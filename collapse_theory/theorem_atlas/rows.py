"""The rows of the atlas: a statistic of a quantity of a family in a regime under a sampling, and the ways to it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from collapse_theory.theorem import ROADS, Theorem

CORE = ("mean", "std", "median", "quantile", "distribution")
"""Statistics that every quantity and every time has, whether or not a theorem is known."""
SIMULATION, UNDEFINED = "simulation", "not defined"
HONEST = "honest"
"""Name of the sampling that draws points from the model as it is."""


@dataclass(frozen=True)
class Way:
    """A theorem that answers, and for which of the tried examples and sample sizes it does.

    Parameters
    ----------
    theorem : Theorem
        What is known.
    examples : tuple of int
        Numbers, from 1, of the family's examples for which it holds.
    every_example : bool
        Whether these are all examples for which the pair is defined.
    regimes : tuple of int
        Numbers, from 1, of the regime's examples for which it holds.
    every_regime : bool
        Whether these are all.
    sizes : str
        Which sample sizes, in words; empty where it holds for all that were tried.
    samplings : tuple of int
        Numbers, from 1, of the sampling's examples for which it holds.
    every_sampling : bool
        Whether these are all.
    """

    theorem: Theorem
    examples: tuple[int, ...]
    every_example: bool
    regimes: tuple[int, ...]
    every_regime: bool
    sizes: str = ""
    samplings: tuple[int, ...] = (1,)
    every_sampling: bool = True

    @property
    def road(self) -> str:
        """The road, with the name under which an approximation is asked for."""
        name = self.theorem.name
        return f"{self.theorem.road}: {name}" if name and not self.theorem.exact else self.theorem.road

    @property
    def scope(self) -> str:
        """Which examples and sample sizes, in words; empty where it holds for all that were tried."""
        examples = "" if self.every_example else _numbered("family example", self.examples)
        regimes = "" if self.every_regime else _numbered("regime example", self.regimes)
        samplings = "" if self.every_sampling else _numbered("sampling example", self.samplings)
        return "; ".join(part for part in (examples, regimes, samplings, self.sizes) if part)

    def to_dict(self) -> dict[str, Any]:
        """Plain data, ready for JSON."""
        theorem = self.theorem
        return {
            "road": theorem.road,
            "name": theorem.name,
            "theorem": theorem.title,
            "statement": theorem.statement,
            "conditions": theorem.conditions,
            "accuracy": theorem.accuracy,
            "source": theorem.source,
            "examples": list(self.examples),
            "every_example": self.every_example,
            "regimes": list(self.regimes),
            "every_regime": self.every_regime,
            "samplings": list(self.samplings),
            "every_sampling": self.every_sampling,
            "sizes": self.sizes,
        }


@dataclass(frozen=True)
class Row:
    """What is known of a statistic of a quantity, or a time, of a family in a regime under a sampling.

    Parameters
    ----------
    family, regime : str
        Names in kebab-case, as on the command line.
    quantity : str
        Name of the quantity or the time.
    statistic : str
        ``"mean"``, ``"std"``, ``"median"``, ``"quantile"``, ``"distribution"``, or one that only theorems have, such as
        ``"growth_rate"`` or ``"fate"``.
    ways : tuple of Way
        Theorems, cheapest exact road first; empty where only a simulation tells.
    sampling : str
        What happens between a model and the data drawn from it, in kebab-case.
    """

    family: str
    regime: str
    quantity: str
    statistic: str
    ways: tuple[Way, ...] = ()
    sampling: str = HONEST

    @property
    def exact(self) -> tuple[Way, ...]:
        """The ways on exact roads, cheapest first."""
        return tuple(way for way in self.ways if way.theorem.exact)

    @property
    def approximations(self) -> tuple[Way, ...]:
        """Bounds and asymptotic forms, which are asked for by name."""
        return tuple(way for way in self.ways if not way.theorem.exact)

    @property
    def roads(self) -> tuple[str, ...]:
        """Exact roads, cheapest first, then bounds and asymptotic forms by name; simulation where none is exact."""
        simulated = (SIMULATION,) if self.statistic in CORE and not self.exact else ()
        return (*dict.fromkeys(way.road for way in self.ways), *simulated)

    @property
    def best(self) -> str:
        """The first road without its name."""
        return self.ways[0].theorem.road if self.ways else SIMULATION

    @property
    def titles(self) -> tuple[str, ...]:
        """Names of the theorems."""
        return tuple(way.theorem.title for way in self.ways)

    @property
    def conditions(self) -> tuple[str, ...]:
        """When each of the theorems holds, in words."""
        return tuple(way.theorem.conditions for way in self.ways)

    @property
    def sources(self) -> tuple[str, ...]:
        """Where each of the theorems is from."""
        return tuple(way.theorem.source for way in self.ways)

    def to_dict(self) -> dict[str, Any]:
        """Plain data, ready for JSON."""
        return {
            "family": self.family,
            "regime": self.regime,
            "sampling": self.sampling,
            "quantity": self.quantity,
            "statistic": self.statistic,
            "roads": list(self.roads),
            "ways": [way.to_dict() for way in self.ways],
        }

    def records(self) -> list[dict[str, Any]]:
        """One flat record for each way, or one that says simulation."""
        row = {name: value for name, value in self.to_dict().items() if name not in ("roads", "ways")}
        nothing = dict.fromkeys(("name", "theorem", "conditions", "scope", "source", "accuracy"), "")
        if not self.ways:
            return [{**row, "road": SIMULATION, **nothing}]
        return [
            {**row, "road": way.theorem.road, **{key: way.to_dict().get(key, way.scope) for key in nothing}}
            for way in self.ways
        ]


@dataclass(frozen=True)
class Pair:
    """A family in a regime under a sampling: what the examples are, and which of them are refused.

    Parameters
    ----------
    family, regime : str
        Names in kebab-case.
    examples, regimes : tuple of str
        The examples of the family and of the regime, as code; theorems count them from 1.
    refused, refused_regimes : tuple of (int, str)
        Numbers of the examples of the family, and of the regime, that go with none of the other's, and why.
    sampling : str
        Name of the sampling in kebab-case.
    samplings : tuple of str
        The sampling's examples, as code.
    refused_samplings : tuple of (int, str)
        Numbers of those that go with none of the others, and why.
    """

    family: str
    regime: str
    examples: tuple[str, ...]
    regimes: tuple[str, ...]
    refused: tuple[tuple[int, str], ...] = ()
    refused_regimes: tuple[tuple[int, str], ...] = ()
    sampling: str = HONEST
    samplings: tuple[str, ...] = ("ct.Honest()",)
    refused_samplings: tuple[tuple[int, str], ...] = ()

    @property
    def name(self) -> str:
        """Family and regime, and the sampling unless draws are honest."""
        return ", ".join((self.family, self.regime, *(() if self.sampling == HONEST else (self.sampling,))))

    @property
    def defined(self) -> bool:
        """Whether any example goes with the regime and the sampling."""
        return len(self.refused) < len(self.examples)

    @property
    def reason(self) -> str:
        """Why the pair, or some of the examples, are not defined; empty where all are."""
        if not self.defined:
            return "; ".join(dict.fromkeys(why for _, why in self.refused))
        groups: dict[tuple[str, str], list[int]] = {}
        refusals = (
            ("family example", self.refused),
            ("regime example", self.refused_regimes),
            ("sampling example", self.refused_samplings),
        )
        for what, refused in refusals:
            for number, why in refused:
                groups.setdefault((what, why), []).append(number)
        return "; ".join(f"not for {_numbered(what, numbers)}: {why}" for (what, why), numbers in groups.items())

    def to_dict(self) -> dict[str, Any]:
        """Plain data, ready for JSON."""
        return {
            "family": self.family,
            "regime": self.regime,
            "sampling": self.sampling,
            "defined": self.defined,
            "reason": self.reason,
        }


def ordered(ways: Iterable[Way], statistic: str) -> tuple[Way, ...]:
    """Ways with exact roads first, cheapest first; on one road, theorems about the statistic itself."""

    def place(way: Way) -> tuple[bool, int, bool]:
        theorem = way.theorem
        return not theorem.exact, [*ROADS].index(theorem.road), theorem.statistic != statistic

    return tuple(sorted(ways, key=place))


def _numbered(what: str, numbers: Sequence[int]) -> str:
    return f"{what}{'s' * (len(numbers) > 1)} {ranges(numbers)}"


def ranges(numbers: Iterable[int]) -> str:
    """Numbers as text: ``"1–3, 5"``."""
    runs: list[list[int]] = []
    for number in sorted(numbers):
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return ", ".join(f"{run[0]}–{run[-1]}" if len(run) > 2 else ", ".join(map(str, run)) for run in runs)


def answered(theorem: Theorem, *, time: bool) -> tuple[str, ...]:
    """Statistics that a theorem answers: the law of a time gives all, other laws their quantiles."""
    if theorem.statistic != "distribution":
        return (theorem.statistic,)
    if time:
        return CORE
    return ("distribution",) if theorem.road == "bound" else ("median", "quantile", "distribution")
