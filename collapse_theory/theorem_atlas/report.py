"""The atlas as an object: rows, tables for the terminal and the notebook, plain data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, get_args

from collapse_theory.plain_text import plain_text
from collapse_theory.theorem_atlas.rows import HONEST, UNDEFINED, Pair, Row

if TYPE_CHECKING:
    import pandas
    from rich.console import RenderableType

Layout = Literal["overview", "details", "samplings"]

SHOWN = ("mean", "std", "distribution")
"""Statistics of an overview."""
POPULATION = "population"
"""Statistic that an overview of sampled draws has, too: the value as samples grow without bound."""
WIDTH = 100


@dataclass(frozen=True, repr=False)
class Atlas:
    """What is known; made by :func:`collapse_theory.atlas`.

    Parameters
    ----------
    rows : tuple of Row
        One for each statistic of each quantity of each family in each regime under each sampling.
    pairs : tuple of Pair
        The families with regimes and samplings; those that are not defined have no rows, but a reason.
    layout : {"overview", "details", "samplings"}
        How it shows itself.

    Raises
    ------
    ValueError
        For another layout.
    """

    rows: tuple[Row, ...]
    pairs: tuple[Pair, ...]
    layout: Layout = "overview"

    def __post_init__(self) -> None:
        _check(self.layout)

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[Row]:
        return iter(self.rows)

    def __repr__(self) -> str:
        exact = sum(bool(row.exact) for row in self.rows)
        return f"<Atlas: {len(self.rows)} rows, {exact} of them exact; print it to see them>"

    def __str__(self) -> str:
        return self.text()

    @property
    def families(self) -> tuple[str, ...]:
        """Names of the families, in order."""
        return tuple(dict.fromkeys(pair.family for pair in self.pairs))

    @property
    def regimes(self) -> tuple[str, ...]:
        """Names of the regimes, in order."""
        return tuple(dict.fromkeys(pair.regime for pair in self.pairs))

    @property
    def samplings(self) -> tuple[str, ...]:
        """Names of the samplings, in order."""
        return tuple(dict.fromkeys(pair.sampling for pair in self.pairs))

    @property
    def honest(self) -> bool:
        """Whether all draws are honest."""
        return self.samplings in ((), (HONEST,))

    @property
    def undefined(self) -> tuple[Pair, ...]:
        """The pairs that do not exist, with the reason."""
        return tuple(pair for pair in self.pairs if not pair.defined)

    @cached_property
    def shown(self) -> tuple[str, ...]:
        """Statistics of an overview, each of them a letter of its cells."""
        only = dict.fromkeys(row.statistic for row in self.rows)
        if len(only) == 1:
            return tuple(only)
        return (*SHOWN, POPULATION) if POPULATION in only and not self.honest else SHOWN

    def quantities(self, family: str) -> tuple[str, ...]:
        """Quantities and times of a family that there are rows of, in order."""
        return tuple(dict.fromkeys(row.quantity for row in self.rows if row.family == family))

    def examples(self, name: str) -> tuple[str, ...]:
        """The examples of a family, a regime or a sampling, as code; theorems count them from 1."""
        for pair in self.pairs:
            known = {pair.family: pair.examples, pair.regime: pair.regimes, pair.sampling: pair.samplings}
            if name in known:
                return known[name]
        names = (*self.families, *self.regimes, *self.samplings)
        raise ValueError(f"name = {name!r} is outside its domain: one of {', '.join(names)}")

    def table(self, layout: Layout | None = None) -> RenderableType:
        """What rich prints: the layout that fits what was asked for, unless another is named."""
        from collapse_theory.theorem_atlas import terminal

        return terminal.LAYOUTS[self._layout(layout)](self)

    def text(self, width: int = WIDTH, layout: Layout | None = None) -> str:
        """The table as plain text, in lines of at most so many characters."""
        return plain_text(self.table(layout), width)

    def __rich__(self) -> RenderableType:
        return self.table()

    def _repr_pretty_(self, printer: Any, _: bool) -> None:  # noqa: FBT001 (IPython's signature)
        printer.text(str(self))

    def _repr_html_(self) -> str:
        from collapse_theory.theorem_atlas import markup

        return markup.LAYOUTS[self.layout](self)

    def to_dict(self) -> dict[str, Any]:
        """Plain data, ready for JSON."""
        return {
            "examples": {name: list(self.examples(name)) for name in (*self.families, *self.regimes, *self.samplings)},
            "pairs": [pair.to_dict() for pair in self.pairs],
            "rows": [row.to_dict() for row in self.rows],
        }

    def to_dataframe(self) -> pandas.DataFrame:
        """Long table, one line for each theorem of a row and for each pair that is not defined; needs pandas."""
        try:
            import pandas
        except ImportError as missing:
            raise ImportError("to_dataframe needs pandas: pip install 'collapse-theory[dataframe]'") from missing
        records = [record for row in self.rows for record in row.records()]
        for pair in self.undefined:
            about = Row(pair.family, pair.regime, "", "", sampling=pair.sampling).records()[0]
            records.append({**about, "road": UNDEFINED, "conditions": pair.reason})
        return pandas.DataFrame(records)

    def cell(self, family: str, regime: str, sampling: str = HONEST) -> Mapping[str, Mapping[str, Row]]:
        """Rows of a pair by quantity and statistic; empty where the pair has none."""
        return self._cells.get((family, regime, sampling), {})

    @cached_property
    def _cells(self) -> dict[tuple[str, str, str], dict[str, dict[str, Row]]]:
        found: dict[tuple[str, str, str], dict[str, dict[str, Row]]] = {}
        for row in self.rows:
            found.setdefault((row.family, row.regime, row.sampling), {}).setdefault(row.quantity, {})[row.statistic] = (
                row
            )
        return found

    def _layout(self, layout: Layout | None) -> Layout:
        return self.layout if layout is None else _check(layout)


def _check(layout: Layout) -> Layout:
    choices = get_args(Layout)
    if layout not in choices:
        raise ValueError(f"layout = {layout!r} is outside its domain: one of {', '.join(map(repr, choices))}")
    return layout
