"""The atlas of what is known, or the part of it that is asked for."""

from __future__ import annotations

from typing import Any

from collapse_theory import families, regimes
from collapse_theory.families import Family
from collapse_theory.regimes import Regime
from collapse_theory.theorem_atlas.report import Atlas, Layout
from collapse_theory.theorem_atlas.rows import CORE, Pair, Row
from collapse_theory.theorem_atlas.selection import EVERY, examples_of, quantities_of, samplings_of, statistic_of
from collapse_theory.theorem_atlas.survey import Survey


def atlas(
    family: Any = None,
    regime: Any = None,
    quantity: Any = None,
    statistic: str | None = None,
    sampling: Any = None,
) -> Atlas:
    """The atlas: which statistics of which quantities are known in which regime, by which road, and where it is from.

    Nothing in it is typed: every family is put with every regime, through examples of both and a few sample sizes, and
    the theorems are asked whether they hold. A statistic without an exact theorem is left to simulation.

    Parameters
    ----------
    family : Family, type or str, optional
        A class or a name, ``ct.Gaussian`` or ``"gaussian"``, stands for its examples; a member, such as
        ``ct.Gaussian(ddof=0)``, for itself alone. All families of the package by default.
    regime : Regime, type or str, optional
        Likewise.
    quantity : str or Quantity, optional
        A quantity or a time, ``"variance"``, or a role that families fill in their own ways, ``"spread"``.
    statistic : str, optional
        ``"mean"``, ``"median"``, ``"growth_rate"``, ``"population"``, …
    sampling : Sampling, type or str, optional
        What happens between a model and the data drawn from it: a class or a name, ``ct.BestOf`` or ``"best-of"``,
        stands for its examples; a member for itself; ``"every"`` for all samplings. Honest draws by default.

    Returns
    -------
    Atlas
        Rows in the order of families, samplings, regimes and quantities. It shows itself as a table for each family,
        quantities down and regimes across, or samplings where there are several of them in one regime; where there are
        several in many, as a table of what exists, samplings down and families across; in full, with conditions and
        sources, once a quantity, or a family with a regime, or a statistic that only some theorems are about is chosen.

    Raises
    ------
    ValueError
        For a name that does not exist, with those that do.

    Examples
    --------
    >>> import collapse_theory as ct
    >>> ct.atlas(ct.Gaussian, ct.Replace, "variance", "mean").rows[0].roads
    ('closed form', 'recurrence')
    """
    members = examples_of("family", family, Family, families.named())
    data = examples_of("regime", regime, Regime, regimes.named())
    drawn = samplings_of(sampling)
    names = None if quantity is None else quantities_of(quantity, members)
    pairs: list[Pair] = []
    rows: list[Row] = []
    for kind, some in members.items():
        if names is not None and not names[kind]:
            continue
        for how, examples in drawn.items():
            samplings = tuple(map(examples, some))
            for where, places in data.items():
                pair, found = Survey(kind, where, some, places, how, samplings).run()
                pairs.append(pair)
                rows += [row for row in found if names is None or row.quantity in names[kind]]
    if statistic is not None:
        known = list(dict.fromkeys((*CORE, *(row.statistic for row in rows))))
        statistic = statistic_of(statistic, known)
        rows = [row for row in rows if row.statistic == statistic]
    several = isinstance(sampling, str) and sampling == EVERY
    chosen = quantity is not None or statistic not in (None, *CORE) or (None not in (family, regime) and not several)
    layout: Layout = "samplings" if several and regime is None else "details" if chosen else "overview"
    return Atlas(tuple(rows), tuple(pairs), layout)
