"""Runs: the states of many simulated trajectories, from which any quantity can be asked later."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import pandas


@dataclass(frozen=True, eq=False)
class Runs:
    """Simulated trajectories of one recursion.

    Parameters
    ----------
    recursion : Recursion
        What was simulated.
    generations : ndarray of int
        The kept generations, ascending.
    states : tuple of ndarray
        The family's state, each array of shape ``(replicates, len(generations))``.
    seed : int
        Entropy of the run: ``recursion.simulate(…, rng=runs.seed)`` repeats it bit for bit.
    tilt : float
        Tilting exponent of the draws, 0 for none.
    log_weights : ndarray or None
        Log likelihood ratios from the drawn samples, of the shape of a state, when tilted.
    last : int
        Last simulated generation.
    watched : tuple
        Times that were observed inside the loop.
    times : ndarray of int or None
        Observed times, shape ``(replicates, len(watched))``, −1 where not reached by ``last``.
    measured : tuple of Quantity
        Quantities whose values were kept in place of states; ``states`` then holds those, one array each.
    """

    recursion: Any
    generations: NDArray[np.int64]
    states: tuple[NDArray[Any], ...] = field(repr=False)
    seed: int
    tilt: float = 0.0
    log_weights: NDArray[np.float64] | None = field(default=None, repr=False)
    last: int = 0
    watched: tuple[Any, ...] = ()
    times: NDArray[np.int64] | None = field(default=None, repr=False)
    measured: tuple[Any, ...] = ()

    @property
    def replicates(self) -> int:
        """Number of runs."""
        return int(self.states[0].shape[0])

    def __len__(self) -> int:
        return self.replicates

    def __repr__(self) -> str:
        g = self.generations
        kept = f"generation {g[0]}" if len(g) == 1 else f"{len(g)} generations {g[0]} … {g[-1]}"
        tilted = f", tilt={self.tilt:g}" if self.tilt else ""
        return f"<Runs: {self.replicates} replicates of {self.recursion!r}, {kept}, seed {self.seed}{tilted}>"

    def values(self, quantity: Any) -> NDArray[np.float64]:
        """Values of a quantity on every run, shape ``(replicates, len(generations))``."""
        result: NDArray[np.float64] = quantity.values(self)
        return result

    def watched_times(self, time: Any) -> NDArray[np.int64]:
        """Observed values of a watched time, −1 where it was not reached.

        Raises
        ------
        ValueError
            When the time was not watched; the last state cannot tell it afterwards.
        """
        if self.times is None or time not in self.watched:
            raise ValueError(f"{time} was not watched: simulate with watch=[{time}]")
        return self.times[:, self.watched.index(time)]

    def to_dataframe(self, *quantities: Any) -> pandas.DataFrame:
        """Long table with columns replicate, generation, one per quantity, and log_weight when tilted; needs pandas."""
        try:
            import pandas
        except ImportError as missing:
            raise ImportError("to_dataframe needs pandas: pip install 'collapse-theory[dataframe]'") from missing
        rows, kept = self.states[0].shape[:2]
        table: dict[str, Any] = {
            "replicate": np.repeat(np.arange(rows), kept),
            "generation": np.tile(self.generations, rows),
        }
        for quantity in quantities:
            table[str(quantity)] = self.values(quantity).ravel()
        if self.log_weights is not None:
            table["log_weight"] = self.log_weights.ravel()
        return pandas.DataFrame(table)

    def save(self, path: str | Path) -> None:
        """Write the runs to an ``.npz`` file without pickle; :func:`collapse_theory.load_runs` reads them.

        Raises
        ------
        ValueError
            For a recursion that cannot be written as text (a custom schedule), and for states that are arrays of
            different lengths.
        """
        import json

        about = {
            "recursion": self.recursion.to_dict(),
            "seed": str(self.seed),
            "tilt": self.tilt,
            "last": self.last,
            "watched": [time.to_dict() for time in self.watched],
            "measured": [quantity.to_dict() for quantity in self.measured],
        }
        if any(array.dtype == object for array in self.states):
            raise ValueError(
                "runs of large states hold arrays of different lengths: simulate with keep=ct.Values(…) to save values"
            )
        arrays = {f"state_{i}": array for i, array in enumerate(self.states)}
        if self.log_weights is not None:
            arrays["log_weights"] = self.log_weights
        if self.times is not None:
            arrays["times"] = self.times
        with Path(path).open("wb") as file:
            np.savez_compressed(file, about=np.array(json.dumps(about)), generations=self.generations, **arrays)  # type: ignore[arg-type]


def same_recursion(runs: Any, recursion: Any) -> None:
    """ValueError when runs, or a summary of them, are of another recursion."""
    if not hasattr(runs, "recursion"):
        raise ValueError(f"runs = {runs!r} is outside its domain: runs such as recursion.simulate(…) makes them")
    if runs.recursion != recursion:
        raise ValueError(f"runs = {runs!r} are of another recursion than {recursion!r}")
