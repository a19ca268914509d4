"""The recursion: a family refitted, generation after generation, on the data of a regime."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field, fields
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, overload

import numpy as np

from collapse_theory import families, regimes, sampling, schedules
from collapse_theory.domain import AsCode
from collapse_theory.errors import NoClosedForm, NotDefined
from collapse_theory.families import Family
from collapse_theory.quantities import Quantities
from collapse_theory.regimes import Regime, Step
from collapse_theory.sampling import Honest, Sampling
from collapse_theory.simulation import Runs, Summaries, Summary, Values, simulate
from collapse_theory.simulation.blocks import Seed
from collapse_theory.tableau.sampled import Sampled
from collapse_theory.tableau.scheme import Scheme
from collapse_theory.tableau.thinning import check_enough
from collapse_theory.theorem import Theorem
from collapse_theory.theorems import PAIRS
from collapse_theory.theorems.conservation import CONSERVATION
from collapse_theory.theorems.control import Control, loop_gain, relaxation_time
from collapse_theory.theorems.fate import Fate, fate
from collapse_theory.theorems.information import Information


@dataclass(frozen=True)
class Recursion(Quantities):
    """A model refitted on samples of its own previous fit.

    Parameters
    ----------
    family : Family
        What is refitted: the source's parameters and the estimator.
    regime : Regime
        On which data: ``Replace()``, ``Accumulate()``, ``Fresh(…)``, ``Golden(…)``, …; see ``ct.atlas()``.
    sample_size : int or Schedule
        Points drawn per generation.
    sampling : Sampling
        What happens between a model and the data drawn from it: ``Temperature(…)``, ``BestOf(…)``, ``Verifier(…)``, …;
        honest draws by default. Real points are never sampled.

    Raises
    ------
    ValueError
        Where family, regime and sample size do not fit together, naming parameter, value and domain.
    NotDefined
        For a family that lacks what the regime or the sampling needs.
    """

    family: Family
    regime: Regime
    sample_size: Any = field(kw_only=True)
    sampling: Sampling = field(default=Honest(), kw_only=True)

    def __post_init__(self) -> None:
        if not isinstance(self.family, Family):
            raise ValueError(f"family = {self.family!r} is outside its domain: a Family such as ct.Gaussian()")
        if not isinstance(self.regime, Regime):
            raise ValueError(f"regime = {self.regime!r} is outside its domain: a Regime such as ct.Replace()")
        if not isinstance(self.sampling, Sampling):
            raise ValueError(
                f"sampling = {self.sampling!r} is outside its domain: a Sampling such as ct.Temperature(0.9)"
            )
        object.__setattr__(self, "sample_size", schedules.as_schedule(self.sample_size))
        self.family.check(self.sizes)
        self.regime.check(self.sizes)
        for t in (1, (self.regime.opening or 0) + 2):
            step = self.regime.step(t, self.sizes)
            try:
                self.family.check_step(step)
            except NotDefined as wrong:
                raise NotDefined(f"{wrong}: {self.regime!r}") from wrong
            if step.thinned:
                check_enough(step, self.family.fewest_points)
        self.sampling.check_verbs(self.family, families.having)
        self.sampling.check(self.family, self.sizes)
        self.sampling.check_counts(self.regime, self.sizes)

    def __repr__(self) -> str:
        sampled = "" if self.sampling.honest else f", sampling={self.sampling!r}"
        return f"ct.Recursion({self.family!r}, {self.regime!r}, sample_size={self.sample_size!r}{sampled})"

    _repr_pretty_ = AsCode()

    def __getstate__(self) -> dict[str, Any]:
        """The fields alone: theorems found so far hold functions and are looked up again elsewhere."""
        return {f.name: getattr(self, f.name) for f in fields(self)}

    def __dir__(self) -> list[str]:
        offered = {*self.family.measures, *self.family.times, "watch", "time", "defined"}
        absent = {name for name in vars(Quantities) if name not in offered and not name.startswith("_")}
        return [*(name for name in super().__dir__() if name not in absent), *self.family.definitions]

    @property
    def sizes(self) -> schedules.Schedule:
        """The schedule of sample sizes."""
        schedule: schedules.Schedule = self.sample_size
        return schedule

    @cached_property
    def tableau(self) -> Step:
        """Structure of a typical generation: the second, or the second after the opening of the regime."""
        return self.scheme.tableau(self.sizes)

    @cached_property
    def scheme(self) -> Scheme:
        """The regime with what the sampling does to the variance of a model's point in it."""
        factor = self.sampling.point_variance(self.family)
        return self.regime if self.sampling.honest or factor is None else Sampled(self.regime, factor)

    @property
    def theorems(self) -> tuple[Theorem, ...]:
        """All theorems that hold for this recursion."""
        return self.theorems_where(lambda theorem: True)

    def theorems_where(self, chosen: Callable[[Theorem], bool]) -> tuple[Theorem, ...]:
        """The theorems of a choice that hold for this recursion; each predicate is asked once."""
        for theorem in filter(chosen, self._holding):
            if self._holding[theorem] is None:
                self._holding[theorem] = theorem.holds(self)
        return tuple(theorem for theorem, holds in self._holding.items() if holds and chosen(theorem))

    @cached_property
    def _holding(self) -> dict[Theorem, bool | None]:
        """Every theorem that may hold, with whether it does; None where that was not asked yet."""
        by_tableau = (theorem for kind in regimes.BASIC for theorem in kind.known)
        everything = (*self.family.known, *self.regime.known, *by_tableau, *self.sampling.known, *PAIRS)
        honest = self.sampling.honest
        return {theorem: None for theorem in everything if honest or theorem.any_sampling}

    @cached_property
    def fate(self) -> Fate:
        """What becomes of a run: collapses, wanders, explodes, settles, is stationary; and the sign that decides."""
        return fate(self)

    @property
    def conservation_law(self) -> Theorem:
        """E σ_t² + E(μ_t − μ_0)² = σ_0², for every regime at ddof = 0; NotDefined otherwise."""
        if CONSERVATION not in self.theorems:
            raise NotDefined(f"the conservation law needs ddof = 0 and a plug-in fit; here {self.family!r}")
        return CONSERVATION

    @property
    def loop_gain(self) -> float:
        """Contraction factor of the second moments per generation: below 1 they have a stationary value."""
        return loop_gain(self)

    @property
    def relaxation_time(self) -> float:
        """Generations in which the slowest transient of the second moments falls by the factor e.

        Not every start excites the slowest: at ddof = 0 the source itself does not.
        """
        return relaxation_time(self)

    @property
    def control(self) -> Control:
        """The loop as control theory sees it: gains, stationary law, response to a bias, open against closed."""
        return Control(self)

    @property
    def effective_real_sample_size(self) -> float:
        """Number of real points whose mean is as good as the fitted mean in the long run (known variance)."""
        return self.information.limit

    @property
    def information(self) -> Information:
        """How much generation t still knows of the source: real points, or Fisher information about its mean."""
        return Information(self)

    @overload
    def simulate(
        self,
        generations: int,
        replicates: int,
        *,
        rng: Seed = ...,
        keep: Literal["last", "all"] | Iterable[int] | Values = ...,
        tilt: float = ...,
        watch: Sequence[Any] = ...,
        workers: int | None = ...,
        executor: Executor | None = ...,
        progress: bool = ...,
        method: Literal["kernel", "plain"] = ...,
        max_bytes: int = ...,
    ) -> Runs: ...

    @overload
    def simulate(
        self,
        generations: int,
        replicates: int,
        *,
        rng: Seed = ...,
        keep: Summaries,
        tilt: float = ...,
        watch: Sequence[Any] = ...,
        workers: int | None = ...,
        executor: Executor | None = ...,
        progress: bool = ...,
        method: Literal["kernel", "plain"] = ...,
        max_bytes: int = ...,
    ) -> Summary: ...

    def simulate(
        self,
        generations: int,
        replicates: int,
        *,
        rng: Seed = None,
        keep: Literal["last", "all"] | Iterable[int] | Values | Summaries = "last",
        tilt: float = 0.0,
        watch: Sequence[Any] = (),
        workers: int | None = None,
        executor: Executor | None = None,
        progress: bool = False,
        method: Literal["kernel", "plain"] = "kernel",
        max_bytes: int = 2**31,
    ) -> Runs | Summary:
        """Simulated runs, bit for bit the same for any number of workers.

        Parameters
        ----------
        generations : int
            Last generation.
        replicates : int
            Number of runs.
        rng : int, SeedSequence or Generator, optional
            Seed; remembered by the runs.
        keep : {"last", "all"}, iterable of int, Values or Summaries
            Generations whose states are kept; or, for large states or very many replicates, the values of some
            quantities, or their moments over the runs, in their place.
        tilt : float
            Draw the model's chi-squares from an exponentially tilted law and carry the likelihood ratios:
            for means that plain simulation cannot see.
        watch : sequence of Time
            Times observed along the way.
        workers : int, optional
            Threads; all cores by default.
        executor : concurrent.futures.Executor, optional
            Where to run the blocks instead.
        progress : bool
            Show a progress bar.
        method : {"kernel", "plain"}
            The compiled loop, for honest draws, or its readable twin in numpy, by which every other sampling is run.
        max_bytes : int
            Budget for the kept states.

        Returns
        -------
        Runs or Summary
            States of shape ``(replicates, kept generations)``; a summary when asked for one.

        Raises
        ------
        MemoryBudgetExceeded
            When what is kept would need more than ``max_bytes``.
        """
        return simulate(
            self,
            generations,
            replicates,
            rng=rng,
            keep=keep,
            tilt=tilt,
            watch=watch,
            workers=workers,
            executor=executor,
            progress=progress,
            method=method if self.sampling.honest else "plain",
            max_bytes=max_bytes,
        )

    def to_dict(self) -> dict[str, Any]:
        """The recursion as nested dictionaries of plain values.

        Raises
        ------
        ValueError
            For a custom schedule, and for a family, regime or sampling that is not of this package.
        """
        about = {"family": _written(self.family), "regime": _written(self.regime), "sample_size": _written(self.sizes)}
        return about if self.sampling.honest else {**about, "sampling": _written(self.sampling)}

    @classmethod
    def from_dict(cls, about: dict[str, Any]) -> Recursion:
        """The recursion written by :meth:`to_dict`."""
        sampled = {"sampling": _read(about["sampling"])} if "sampling" in about else {}
        return cls(_read(about["family"]), _read(about["regime"]), sample_size=_read(about["sample_size"]), **sampled)

    def card(self) -> dict[str, Any]:
        """What the recursion is, in words, too; its fate, and mean and median spread at 1, n and 10 n generations."""
        name, known = self.family.headline, known_fate(self)
        quantity, n = self.watch(name), int(self.sizes(1))
        rows = [(t, _in_words(quantity.mean, t), _in_words(quantity.median, t)) for t in (1, n, 10 * n)]
        return {
            "recursion": repr(self),
            "story": self.regime.story,
            "sampling": self.sampling.story,
            "fate": "no theorem decides it" if known is None else str(known),
            "quantity": name,
            "rows": rows,
        }

    def _repr_html_(self) -> str:
        import html

        card = self.card()
        rows = "".join(f"<tr><td>{t}</td><td>{mean}</td><td>{median}</td></tr>" for t, mean, median in card["rows"])
        sampled = "" if self.sampling.honest else f"<b>Sampling:</b> {html.escape(card['sampling'])}.<br>"
        head = f"<tr><th>generation</th><th>mean {card['quantity']}</th><th>median {card['quantity']}</th></tr>"
        return (
            f"<div><code>{html.escape(card['recursion'])}</code><br>{html.escape(card['story'])}.<br>{sampled}"
            f"<b>Fate:</b> {html.escape(card['fate'])}<table>{head}{rows}</table></div>"
        )


def known_fate(recursion: Recursion) -> Fate | None:
    """Fate of a recursion, None where no theorem decides it."""
    try:
        return recursion.fate
    except NoClosedForm:
        return None


def _in_words(curve: Any, t: int) -> str:
    try:
        return f"{curve(t):.4g}"
    except NoClosedForm:
        return "by simulation"
    except OverflowError:
        return f"exp({curve.log(t):.4g})"


def _storable() -> dict[str, type]:
    """Every class that a file may name: families, regimes, samplings and schedules of this package."""
    kinds: list[type] = [*families.named().values(), *regimes.named().values(), *families.PARTS, *regimes.PARTS]
    kinds += sampling.named().values()
    return {kind.__name__: kind for kind in (*kinds, schedules.Constant, schedules.Power, schedules.Geometric)}


def _written(part: Any) -> dict[str, Any]:
    """Type and parameters of a family, regime, sampling or schedule; ValueError for one that cannot be read again."""
    kind = type(part)
    if _storable().get(kind.__name__) is not kind:
        raise ValueError(f"{part!r} cannot be written to a file, which holds one of {', '.join(_storable())}")
    parameters = part.to_dict() if hasattr(part, "to_dict") else {f.name: getattr(part, f.name) for f in fields(kind)}
    return {"type": kind.__name__, **{name: _plain(value) for name, value in parameters.items()}}


def _plain(value: Any) -> Any:
    """A parameter as plain data: a part of its own, such as a smoothing, with its type."""
    return _written(value) if type(value) in _storable().values() else value


def _read(written: dict[str, Any]) -> Any:
    """Family, regime, sampling or schedule from its type and parameters; nothing else can be named in a file."""
    parameters = {name: _read(value) if isinstance(value, dict) else value for name, value in written.items()}
    name = parameters.pop("type", None)
    kind = _storable().get(str(name))
    if kind is None:
        raise ValueError(f"type = {name!r} is no family, regime, sampling or schedule of this package")
    try:
        return kind(**parameters)
    except TypeError as wrong:
        raise ValueError(f"{name} has other parameters than {parameters!r}: {wrong}") from wrong


def load_runs(path: str | Path) -> Runs:
    """Runs written by :meth:`Runs.save`."""
    import json

    with np.load(Path(path), allow_pickle=False) as file:
        about = json.loads(str(file["about"]))
        recursion = Recursion.from_dict(about["recursion"])
        states = tuple(file[f"state_{i}"] for i in range(sum(name.startswith("state_") for name in file.files)))
        return Runs(
            recursion=recursion,
            generations=file["generations"],
            states=states,
            seed=int(about["seed"]),
            tilt=about["tilt"],
            last=about["last"],
            log_weights=file["log_weights"] if "log_weights" in file.files else None,
            watched=tuple(recursion.time(time["name"], *time["arguments"]) for time in about["watched"]),
            times=file["times"] if "times" in file.files else None,
            measured=tuple(recursion.watch(one["name"], *one["arguments"]) for one in about.get("measured", ())),
        )
