"""Recursions side by side: mean over runs and typical run of a quantity that all of them have."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from collapse_theory.comparison import asked, report
from collapse_theory.comparison.compared import Compared
from collapse_theory.comparison.figure import figure_of, plot_comparison
from collapse_theory.forecasting.course import Roads
from collapse_theory.recursion import Recursion
from collapse_theory.simulation.blocks import Seed, entropy_of

if TYPE_CHECKING:
    import pandas
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from rich.table import Table

WIDTH = 100
ZERO_IS_ARBITRARY = ("location", "log_variance")
"""Quantities whose ratio to the source's value means nothing."""


@dataclass(frozen=True, eq=False, repr=False)
class Comparison:
    """Recursions side by side; made by :func:`collapse_theory.compare`.

    Parameters
    ----------
    rows : tuple of Compared
        One for each recursion, in the order given.
    generations : ndarray of int
        Generations that are looked at, ascending.
    shown : tuple of int
        Those among them that the table shows.
    seed : int
        Seed of what is simulated: ``recursion.simulate(…, rng=seed)`` repeats the runs of each recursion.
    """

    rows: tuple[Compared, ...]
    generations: NDArray[np.int64]
    shown: tuple[int, ...]
    seed: int

    @property
    def recursions(self) -> tuple[Recursion, ...]:
        """The recursions, in the order given."""
        return tuple(row.recursion for row in self.rows)

    @property
    def labels(self) -> tuple[str, ...]:
        """Their labels."""
        return tuple(row.label for row in self.rows)

    @cached_property
    def relative(self) -> bool:
        """Whether table and figure show values in units of the source's: where the sources differ in a size."""
        sources = [row.quantity.source_value for row in self.rows]
        if self.rows[0].quantity.name in ZERO_IS_ARBITRARY or min(sources) == max(sources):
            return False
        return min(sources) > 0 and bool(np.all(np.isfinite(sources)))

    def unit(self, row: Compared) -> float:
        """What table and figure divide the values of a recursion by: the source's value, or 1."""
        return row.quantity.source_value if self.relative else 1.0

    def __repr__(self) -> str:
        last = self.generations[-1]
        return f"<Comparison of {self.rows[0].quantity} to generation {last}: {'; '.join(self.labels)}>"

    def __str__(self) -> str:
        return report.as_text(self, WIDTH)

    def _repr_html_(self) -> str:
        return report.as_html(self)

    def table(self) -> Table:
        """Table for a terminal, a row for each recursion: its fate, how fast it forgets, mean and typical run."""
        return report.table(self)

    def plot(self, axes: Sequence[Axes] | None = None) -> Sequence[Axes]:
        """Mean and typical run on two Axes, by default those of a new figure, which are returned."""
        return plot_comparison(self, axes)

    def figure(self) -> Figure:
        """The picture of :meth:`plot` as a figure of its own, to be written to a file."""
        return figure_of(self)

    def to_dataframe(self) -> pandas.DataFrame:
        """Long table, a row for each recursion, statistic and generation; needs pandas.

        Columns recursion (its label), statistic, generation, road, value, low, high, and source (the value at
        generation 0). The ends of the interval are the value itself where it is exact; all three are missing where the
        road is ``"unseeable"``.
        """
        try:
            import pandas
        except ImportError as missing:
            raise ImportError("to_dataframe needs pandas: pip install 'collapse-theory[dataframe]'") from missing
        parts = []
        for row in self.rows:
            for statistic, line in row.lines.items():
                values = {"value": line.values, "low": line.low, "high": line.high}
                about = {"recursion": row.label, "statistic": statistic, "generation": self.generations}
                seen = {name: line.values if array is None else array for name, array in values.items()}
                ends = {"road": line.road, **seen, "source": row.quantity.source_value}
                parts.append(pandas.DataFrame({**about, **ends}).astype(dict.fromkeys(values, float)))
        return pandas.concat(parts, ignore_index=True)

    def to_dict(self) -> dict[str, Any]:
        """The comparison as plain values for strict JSON; an infinity is the text ``"Infinity"``."""
        found: dict[str, Any] = _plain(
            {
                "quantity": self.rows[0].quantity.to_dict(),
                "generations": self.generations,
                "seed": self.seed,
                "recursions": [
                    {
                        "label": row.label,
                        "recursion": repr(row.recursion),
                        "fate": None if row.fate is None else asdict(row.fate),
                        **row.numbers,
                        "source": row.quantity.source_value,
                        "replicates": row.replicates,
                        **{statistic: vars(line) for statistic, line in row.lines.items()},
                    }
                    for row in self.rows
                ],
            }
        )
        return found


def compare(
    *recursions: Recursion,
    quantity: str | tuple[Any, ...] | None = None,
    generations: ArrayLike | None = None,
    labels: Sequence[str] | None = None,
    replicates: int | None = None,
    rng: Seed = 0,
) -> Comparison:
    """Comparison of recursions: mean over runs and typical run of one quantity, their fates, and how fast they forget.

    Mean and median are exact where a theorem gives them and simulated where not, and say which. A mean that the runs
    cannot be trusted to see is not shown, and that is said.

    Parameters
    ----------
    *recursions : Recursion
        Two or more; of one family or of several, in any regimes.
    quantity : str or tuple, optional
        Name of a quantity that all of them have, such as ``"total_variation"``; with its arguments as a tuple,
        ``("tail_mass", 3.0)``. By default the headline of the first family whose headline all of them have.
    generations : int or array of int, optional
        The last generation, or all that are looked at; by default ten times the largest sample size, at most 1000.
    labels : sequence of str, optional
        A label for each; by default what tells them apart.
    replicates : int, optional
        Runs of each recursion of which something is simulated, at least 20; by default 1000, fewer of large models.
    rng : int, SeedSequence or Generator
        Seed. Every recursion is simulated from the same one, so that its lines do not depend on what it is compared
        with.

    Returns
    -------
    Comparison
        It prints as a table; ``comparison.figure()`` is the picture.

    Raises
    ------
    ValueError
        Naming parameter, value and domain: fewer than two recursions, one that is given twice, a quantity that some do
        not have, labels of the wrong number.

    Examples
    --------
    >>> model = ct.Gaussian(mean=0, sd=2, ddof=1)
    >>> regimes = ct.Replace(), ct.Accumulate(), ct.Fresh(real=1)
    >>> print(ct.compare(*(ct.Recursion(model, regime, sample_size=10) for regime in regimes)))
    """
    given = asked.asked_recursions(recursions)
    named = asked.asked_labels(labels, given)
    quantities = asked.asked_quantity(quantity, given)
    t, shown = asked.asked_generations(generations, given)
    runs = [asked.asked_replicates(replicates, recursion, int(t[-1])) for recursion in given]
    seed = entropy_of(rng)
    rows = (
        Compared.of(label, one, Roads(recursion, t, count, seed, progress=False, quantities=(one,)))
        for label, one, recursion, count in zip(named, quantities, given, runs, strict=True)
    )
    return Comparison(tuple(rows), t, shown, seed)


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(inner) for inner in value]
    if isinstance(value, np.ndarray):
        return _plain(value.tolist())
    return str(value).replace("inf", "Infinity") if value in (np.inf, -np.inf) else value
