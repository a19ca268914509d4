"""Pictures of a quantity, a curve or a time: what is exact, what was simulated, and always single runs.

A band over runs hides that every run inside it dies, so wherever there are runs some of them are drawn. The arrays of
a picture come from :func:`plot_data`; :func:`plot` puts them on Axes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from collapse_theory.curve import Curve
from collapse_theory.domain import GENERATION, written
from collapse_theory.domain import generations as check_generations
from collapse_theory.errors import NoClosedForm, NotDefined, Unseeable
from collapse_theory.palette import BLUE, GREEN, GREY, LINES, MEAN, MEDIAN, PURPLE
from collapse_theory.quantities import Quantity
from collapse_theory.simulation import Runs, Values
from collapse_theory.simulation.runs import same_recursion
from collapse_theory.times import Time

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Kind = Literal["exact", "simulated", "asymptotic", "runs"]

SINGLE_RUNS = 30
GRID = 101
LONGEST_BY_DEFAULT = 1000
LOGARITHMIC_FROM = 1e2
FLOOR_OF_UNDERFLOW = 1e-16
HIGHEST = 1e200
NOTEWORTHY = 0.5
"""Share of the mean from which on it is said how few runs carry it."""
FEWEST = 1e-6
"""Fraction of the runs below which it is no longer said how few they are."""
MARGIN = 1.03
"""Width of an axis at whose end a point stands alone, relative to its last generation."""


@dataclass(frozen=True, eq=False)
class Series:
    """One thing in a picture.

    Parameters
    ----------
    label : str
        Its entry in the legend.
    kind : {"exact", "simulated", "asymptotic", "runs"}
        How it is known.
    statistic : str
        Statistic over runs; ``"value"`` for single runs, ``"cdf"`` for the law of a time.
    generations : ndarray of int
        Shape ``(generations,)``; empty for an estimate that the runs do not give, whose label says why.
    values : ndarray
        Shape ``(generations,)``, or ``(runs, generations)`` for single runs.
    low, high : ndarray, optional
        Pointwise interval of an estimate, of the shape of the values.
    """

    label: str
    kind: Kind
    statistic: str
    generations: NDArray[np.int64]
    values: NDArray[np.float64]
    low: NDArray[np.float64] | None = None
    high: NDArray[np.float64] | None = None


def plot(
    what: Quantity | Curve | Time,
    runs: Runs | None = None,
    ax: Axes | None = None,
    *,
    generations: ArrayLike | None = None,
    asymptotic: str | None = None,
) -> Axes:
    """Axes with a quantity, one of its curves, or the law of a time.

    A quantity shows its exact mean and exact median where they are known, simulated ones where they are not, and thin
    single runs. The vertical axis is logarithmic where the values span decades.

    Parameters
    ----------
    what : Quantity, Curve or Time
        Such as ``recursion.variance``, ``recursion.variance.median`` or ``recursion.time_until_sd_below(0.1)``.
    runs : Runs, optional
        Runs of the same recursion. Those that kept a single generation are simulated again from their seed.
    ax : matplotlib Axes, optional
        Where to draw; by default a new figure.
    generations : int or array of int, optional
        The last generation, or all that are drawn; of the runs, those among them that were kept.
    asymptotic : str, optional
        Name of an asymptotic form to add; none is drawn unasked.

    Returns
    -------
    Axes
        The Axes drawn on.

    Raises
    ------
    ValueError
        For what is no quantity, curve or time, for what are no runs, for runs of another recursion, and for a time
        that they did not watch where its exact law is not known either.
    NoClosedForm
        For an unknown asymptotic form, and where there is neither an exact road nor runs.
    """
    series = plot_data(what, runs, generations=generations, asymptotic=asymptotic)
    if ax is None:
        from matplotlib import pyplot

        ax = pyplot.subplots(figsize=(7.2, 4.6), layout="constrained")[1]
    for one in series:
        _draw(one, ax)
    _axes(what, series, ax)
    return ax


def plot_data(
    what: Quantity | Curve | Time,
    runs: Runs | None = None,
    *,
    generations: ArrayLike | None = None,
    asymptotic: str | None = None,
) -> tuple[Series, ...]:
    """The arrays behind :func:`plot`, which takes the same parameters."""
    if not isinstance(what, (Quantity, Curve, Time)):
        raise ValueError(f"what = {what!r} is outside its domain: a quantity, a curve or a time of a recursion")
    if runs is not None:
        if not isinstance(runs, Runs):
            raise ValueError(f"runs = {runs!r} is outside its domain: Runs, as recursion.simulate returns them")
        same_recursion(runs, (what.quantity if isinstance(what, Curve) else what).recursion)
    if isinstance(what, Time):
        found = list(_law(what, runs, generations, asymptotic))
    elif isinstance(what, Quantity):
        found = list(_statistics(what, (what.mean, what.median), runs, generations, asymptotic))
    else:
        found = list(_statistics(what.quantity, (what,), runs, generations, asymptotic))
    if asymptotic is not None and all(one.kind != "asymptotic" for one in found):
        raise NoClosedForm(f"{what}: no asymptotic form named {asymptotic!r}")
    if not found:
        raise NoClosedForm(f"{what}: no exact road is known, and there are no runs to draw")
    return tuple(found)


def exact_values(curve: Curve, t: NDArray[np.int64]) -> NDArray[np.float64]:
    """Exact values of a curve at generations t, infinite where they leave the floats."""
    try:
        return np.asarray(curve(t))
    except OverflowError:
        with np.errstate(over="ignore"):
            return np.asarray(np.exp(curve.log(t)))


def _statistics(
    quantity: Quantity,
    curves: tuple[Curve, ...],
    runs: Runs | None,
    generations: ArrayLike | None,
    asymptotic: str | None,
) -> Iterator[Series]:
    t = _grid(quantity.recursion, runs, generations)
    for curve in curves:
        try:
            yield Series(f"exact {_name(curve)}", "exact", curve.statistic, t, exact_values(curve, t))
        except NoClosedForm:
            if runs is not None:
                yield _estimate(curve, runs, _among(runs.generations, t, generations))
        if any(theorem.road == "asymptotic" and theorem.name == asymptotic for theorem in curve.theorems):
            later = t[t > 0]
            values = np.asarray(curve.asymptotic(later, asymptotic))
            yield Series(f"{_name(curve)}, {asymptotic}", "asymptotic", curve.statistic, later, values)
    if runs is not None:
        yield _single_runs(quantity, runs, t, generations)


def _law(time: Time, runs: Runs | None, generations: ArrayLike | None, asymptotic: str | None) -> Iterator[Series]:
    try:
        law = time.distribution
    except NoClosedForm:
        if runs is None:
            raise
        law = None
    if generations is None and runs is None:
        late = float(law.ppf(0.99))
        generations = int(late) if np.isfinite(late) else LONGEST_BY_DEFAULT
    t = _grid(time.recursion, runs, generations)
    if law is not None:
        yield Series("exact", "exact", "cdf", t, np.asarray(law.cdf(t)))
    if asymptotic is not None:
        near = time.asymptotic(asymptotic)
        if not hasattr(near, "cdf"):
            raise NotDefined(f"{time}: {asymptotic!r} is a mean and has no law to draw")
        yield Series(asymptotic, "asymptotic", "cdf", t, np.asarray(near.cdf(t)))
    if runs is not None:
        yield _observed(time, runs, t, known=law is not None)


def _observed(time: Time, runs: Runs, t: NDArray[np.int64], *, known: bool) -> Series:
    """Shares of the runs in which a time has come; where its law is known, runs may have left it unwatched."""
    if known and time not in runs.watched:
        return _nothing("simulated: not watched in these runs", "cdf")
    found, seen = runs.watched_times(time), t[t <= runs.last]
    shares = np.array([np.mean((found >= 0) & (found <= latest)) for latest in seen])
    return Series(f"{runs.replicates:,} simulated runs", "simulated", "cdf", seen, shares)


def _grid(recursion: Any, runs: Runs | None, generations: ArrayLike | None) -> NDArray[np.int64]:
    """Generations to draw: the given ones, or about a hundred from 0 to the given or a sensible last one."""
    if generations is not None and np.ndim(generations):
        return np.unique(check_generations(generations, "generations"))
    if generations is not None:
        last = GENERATION.check("generations", generations)
    else:
        last = min(10 * int(recursion.sizes(1)), LONGEST_BY_DEFAULT) if runs is None else runs.last
    return np.unique(np.rint(np.linspace(0, last, GRID)).astype(np.int64))


def _among(kept: NDArray[np.int64], t: NDArray[np.int64], asked: ArrayLike | None) -> NDArray[np.bool_]:
    """Which kept generations are drawn: those that are asked for one by one, else all up to the last of t."""
    return kept <= t[-1] if asked is None or np.ndim(asked) == 0 else np.isin(kept, t)


def _estimate(curve: Curve, runs: Runs, drawn: NDArray[np.bool_]) -> Series:
    label = f"simulated {_name(curve)}"
    try:
        found = curve.simulated(runs)
    except OverflowError:
        return _nothing(f"{label}: some runs are infinite", curve.statistic)
    except (Unseeable, NotDefined) as refusal:
        return _nothing(f"{label}: {type(refusal).__name__}", curve.statistic)
    if not np.any(drawn):
        return _nothing(f"{label}: these generations were not kept", curve.statistic)
    label = f"{label}, {found.level:.0%} interval"
    return Series(
        label,
        "simulated",
        curve.statistic,
        found.generations[drawn],
        found.values[drawn],
        found.low[drawn],
        found.high[drawn],
    )


def _nothing(label: str, statistic: str) -> Series:
    """A line of the legend that says why there is nothing to see."""
    nowhere = np.empty(0, dtype=np.int64)
    return Series(label, "simulated", statistic, nowhere, nowhere.astype(float))


def _single_runs(quantity: Quantity, runs: Runs, t: NDArray[np.int64], asked: ArrayLike | None) -> Series:
    """The first runs, as they are or, where a single generation was kept, again from their seed."""
    if len(runs.generations) == 1 and t[0] <= runs.last:
        size = quantity.recursion.family.replicates_per_block(quantity.recursion)
        first_block = min(runs.replicates, size * -(-SINGLE_RUNS // size))
        kept = t[t <= runs.last].tolist()
        runs = quantity.recursion.simulate(
            runs.last, first_block, rng=runs.seed, tilt=runs.tilt, keep=Values(quantity, kept)
        )
    drawn = _among(runs.generations, t, asked)
    values = quantity.values(runs)[:SINGLE_RUNS, drawn]
    tilted = f", tilted by {runs.tilt:g}" if runs.tilt else ""
    label = f"{len(values)} single run{'s' if len(values) > 1 else ''}{tilted}"
    return Series(label, "runs", "value", runs.generations[drawn], values)


def _name(curve: Curve) -> str:
    return f"{curve.arguments[0]:g}-quantile" if curve.statistic == "quantile" else curve.statistic


def _draw(one: Series, ax: Axes) -> None:
    t = one.generations
    if one.kind == "runs":
        lines = ax.plot(t, one.values.T, color=GREY, linewidth=0.6, zorder=1)
        lines[0].set_label(one.label)
        return
    colour = {"mean": MEAN, "median": MEDIAN, "std": GREEN, "cdf": BLUE}.get(one.statistic, PURPLE)
    width = 3.4 if one.statistic == "mean" else 1.6
    alone = "o" if len(t) == 1 else None
    ax.plot(
        t, one.values, color=colour, linewidth=width, linestyle=LINES[one.kind], marker=alone, label=one.label, zorder=3
    )
    if one.low is not None and one.high is not None:
        ax.fill_between(t, one.low, one.high, color=colour, alpha=0.2, linewidth=0, zorder=2)
        if alone:
            ax.vlines(t, one.low, one.high, color=colour, linewidth=width, zorder=3)


def _axes(what: Quantity | Curve | Time, series: tuple[Series, ...], ax: Axes) -> None:
    about = what.quantity if isinstance(what, Curve) else what
    last = max((int(one.generations.max(initial=0)) for one in series), default=0)
    if isinstance(what, Time):
        ax.set_ylabel("share of the runs that are there")
        ax.set_ylim(-0.02, 1.02)
    else:
        ax.set_ylabel(f"${about.definition.symbol}$")
        _scale(series, ax)
    ax.set_xlabel("generation")
    ax.locator_params(axis="x", integer=True)
    alone = any(one.generations.tolist() == [last] for one in series)
    ax.set_xlim(0, max(MARGIN * last if alone else last, 1))
    ax.spines[["top", "right"]].set_visible(False)
    title = about.definition.sentence[:1].upper() + about.definition.sentence[1:]
    for (name, _), value in zip(about.definition.arguments, about.numbers, strict=True):
        title += f", {name} = {written(value)}"
    sampling = about.recursion.sampling
    notes = ("" if sampling.honest else f"Points drawn by {sampling!r}", _note(what, series, last))
    _head(ax, title, "\n".join(note for note in notes if note))


def _scale(series: tuple[Series, ...], ax: Axes) -> None:
    """A logarithmic axis where curves, or single runs in the end, span decades."""
    telling = [one.values[:, -1] if one.kind == "runs" else one.values[one.generations > 0] for one in series]
    values = np.concatenate([np.empty(0), *telling])
    positive = values[(values > 0) & np.isfinite(values)]
    if np.any(values < 0) or not positive.size or positive.max() < LOGARITHMIC_FROM * positive.min():
        return
    runs = np.concatenate([np.empty(0), *(one.values.ravel() for one in series if one.kind == "runs")])
    if np.any(runs == 0) and runs[runs > 0].min(initial=np.inf) > 1 / HIGHEST:
        ax.set_ylim(bottom=0)
        return
    drawn = np.concatenate([one.values.ravel() for one in series])
    drawn = drawn[(drawn > 0) & np.isfinite(drawn)]
    high = min(1.5 * drawn.max(), HIGHEST)
    low = FLOOR_OF_UNDERFLOW * high if np.any(values == 0) else max(drawn.min() / 1.5, 1 / HIGHEST)
    ax.set_ylim(low, high)
    ax.set_yscale("log", nonpositive="mask")


def _note(what: Quantity | Curve | Time, series: tuple[Series, ...], last: int) -> str:
    if isinstance(what, Time) and any(one.kind == "exact" for one in series):
        return f"Median {what.median:g}, mean {what.mean:.4g}, standard deviation {what.std:.4g}"
    return _who_carries(what, last) if isinstance(what, Quantity) else ""


def _who_carries(quantity: Quantity, t: int) -> str:
    """Which share of the mean is held by how few runs, where a theorem tells."""
    fractions = [10.0**-k for k in range(1, 10)]
    try:
        shares = [quantity.carried_by_top(fraction, t) for fraction in fractions]
    except NoClosedForm:
        return ""
    few = max((i for i, share in enumerate(shares) if share >= 0.9), default=0)
    if shares[few] < NOTEWORTHY:
        return ""
    carriers = f"one run in {round(1 / fractions[few]):,} carries"
    if fractions[few] < FEWEST / 2:
        carriers = f"fewer than one run in {round(1 / FEWEST):,} carry"
    return f"At t = {t} {carriers} {shares[few]:.1%} of the mean"


def _head(ax: Axes, title: str, note: str) -> None:
    """Title, note and legend above the Axes, at distances in points, so that they meet neither data nor each other."""
    legend = ax.legend(
        loc="lower left",
        bbox_to_anchor=(0, 1),
        ncols=2,
        frameon=False,
        fontsize=9,
        title=note or None,
        title_fontsize=9,
        alignment="left",
        borderaxespad=0.4,
        borderpad=0,
    )
    rows = -(-len(legend.get_texts()) // 2) + len(note.splitlines())
    ax.set_title(title, loc="left", fontsize=11, pad=8 + 14 * rows)
